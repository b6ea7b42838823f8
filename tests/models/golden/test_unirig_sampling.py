"""Points on a surface, against the golden case."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("safetensors", reason="the models extra is not installed")

from pocket3d_server.models.unirig.sampling import on_surface
from safetensors import safe_open


@pytest.mark.golden("numpy_stages*.safetensors")
def test_points_on_a_surface(case: Path) -> None:
    with safe_open(case, "np") as file:
        told = re.search(r"np\.random\.seed\((\d+)\)", json.loads(file.metadata()["meta"])["sample_surface"])
        held = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - it is no dictionary
    assert told
    expected = held["out.sample_points"]
    random = np.random.RandomState(int(told[1]))
    points, face, spans = on_surface(held["in.vertices"], held["in.faces"], len(expected), random)
    assert (face == held["out.sample_face"]).all()
    np.testing.assert_allclose(spans, held["out.sample_bary"][:, :, 0], atol=1e-6)
    np.testing.assert_allclose(points, expected, atol=1e-6)
