"""Points on a surface, against the golden case."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the models extra is not installed")

from pocket3d_server.models.unirig.sampling import on_surface
from safetensors.numpy import load_file
from unirig_cases import has, meta


@pytest.mark.golden("*.safetensors", only=has("out.sample_points"))
def test_points_on_a_surface(case: Path) -> None:
    """The same draws give the same points; the description names the seed, the result how many."""
    told = re.search(r"seed\D*(\d+)", json.dumps(meta(case)["sample_surface"]))
    assert told, "no seed"
    held = load_file(case)
    expected = held["out.sample_points"]
    random = np.random.RandomState(int(told[1]))
    points, face, spans = on_surface(held["in.vertices"], held["in.faces"], len(expected), random)
    np.testing.assert_array_equal(face, held["out.sample_face"])
    np.testing.assert_allclose(spans, held["out.sample_bary"].reshape(-1, 2), atol=1e-6)
    np.testing.assert_allclose(points, expected, atol=1e-6)
