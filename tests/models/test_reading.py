"""The mesh of a request, as every model opens it."""

from __future__ import annotations

from pathlib import Path

import pytest
from engines import cube
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.gltf_write import write_glb
from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.reading import read_mesh


def test_a_mesh_may_have_as_many_faces_as_the_model_takes(tmp_path: Path) -> None:
    write_glb(Asset([cube()]), tmp_path / "cube.glb")
    assert read_mesh(tmp_path / "cube.glb", 12).face_count == 12
    with pytest.raises(EngineError, match="has 12 faces") as refused:
        read_mesh(tmp_path / "cube.glb", 11)
    assert "Reduce it to 11 faces" in refused.value.suggestion
