"""Extraction of meshes against the published code's results, as face soups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the models extra is not installed")

TOLERANCE = 1e-6
RESOLUTIONS = {"sphere_smooth": 24, "torus_noisy": 24, "noise_holes": 12, "noise_nocolor": 10, "empty": 8}


def deviation(got: Any, case: dict[str, Any]) -> float:
    """The largest of places and attributes at the corners of faces; infinite where the faces differ."""
    faces = case["out.faces"].long()
    if got.faces.shape != faces.shape or (got.attributes is None) != ("out.attrs" not in case):
        return float("inf")
    off = [got.vertices[got.faces] - case["out.vertices"][faces]]
    if got.attributes is not None:
        off.append(got.attributes[got.faces] - case["out.attrs"][faces])
    return max(float(d.abs().max()) if d.numel() else 0.0 for d in off)


@pytest.mark.golden("mesh_extract/*.safetensors")
def test_mesh_extract(case: Path) -> None:
    """The same faces in the same order, in the same colours, whatever the order of the cubes.

    Cases do not name their resolution; one that is not known is looked for.
    """
    from pocket3d_server.models.trellis.extraction import extract
    from safetensors.torch import load_file

    held = load_file(case)
    coords, feats = held["in.coords"], held["in.feats"]
    least = int(coords[:, 1:].max()) + 1
    known = RESOLUTIONS.get(case.stem)
    tried = [known] if known else range(least, 2 * least + 9)
    assert min(deviation(extract(coords, feats, r), held) for r in tried) <= TOLERANCE
    if known:
        mixed = torch.randperm(len(coords), generator=torch.Generator().manual_seed(1))
        assert deviation(extract(coords[mixed, 1:], feats[mixed], known), held) <= TOLERANCE
