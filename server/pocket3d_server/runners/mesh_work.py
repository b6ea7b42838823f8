"""What the runner does to meshes around a model's work: what the request asks of the mesh, and mending what was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.gltf_write import write_glb
from pocket3d_server.geometry.tidy import mended
from pocket3d_server.models.engine import EngineError, EngineRequest, EngineResult
from pocket3d_server.models.mesh_options import MeshOptions, applied
from pocket3d_server.models.reading import read_mesh


@contextmanager
def mesh_prepared(request: EngineRequest, stage: Callable[[str], None]) -> Iterator[list[str]]:
    """While this holds, ``request.mesh`` is the mesh as its options want it; gives sentences for whoever asked.

    Raises EngineError where that cannot be done.
    """
    sent: Path | None = getattr(request, "mesh", None)
    if sent is None or not request.mesh_options.changes_mesh:
        yield []
        return
    stage("preparing_mesh")
    asset, notes = _applied(read_mesh(sent), request.mesh_options)
    with TemporaryDirectory(prefix="pocket3d-mesh-") as folder:
        prepared = Path(folder) / f"{sent.stem}.glb"
        write_glb(asset, prepared)
        request.mesh = prepared  # type: ignore[attr-defined]
        try:
            yield notes
        finally:
            request.mesh = sent  # type: ignore[attr-defined]


def mesh_finished(request: EngineRequest, made: EngineResult, stage: Callable[[str], None]) -> None:
    """Mend a mesh that was made and give it what the request asks of it; one that was sent keeps its faces.

    Raises EngineError where that cannot be done.
    """
    if hasattr(request, "mesh"):
        if request.mesh_options.changes_mesh:
            made.asset.face_parts = None  # they number the faces of a mesh that the caller has not got
        return
    made.asset = mended(made.asset)
    if request.mesh_options.changes_mesh:
        stage("finishing_mesh")
        made.asset, notes = _applied(made.asset, request.mesh_options)
        made.notes = [*made.notes, *notes]


def _applied(asset: Asset, options: MeshOptions) -> tuple[Asset, list[str]]:
    try:
        return applied(asset, options)
    except ValueError as error:
        raise EngineError(
            f"The mesh cannot be made as asked: {error}.",
            code="INVALID_INPUT",
            suggestion="Leave that option of mesh_options out.",
        ) from error
