"""Extraction of meshes from cubes: closed, manifold, of the right size, wherever the surface runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pocket3d_server.models.trellis.cube_tables import CORNERS, EDGES, cube_tables

torch = pytest.importorskip("torch", reason="the models extra is not installed")

Field = Callable[[Any], Any]


def sphere(p: Any) -> Any:
    """Radius 0.31."""
    return (p - torch.tensor([0.02, -0.01, 0.013])).norm(dim=-1) - 0.31


def torus(p: Any) -> Any:
    """Radii 0.27 and 0.11, lying."""
    return torch.hypot(torch.hypot(p[..., 0], p[..., 1]) - 0.27, p[..., 2]) - 0.11


def box(p: Any) -> Any:
    """Half sides 0.25, 0.125 and 0.3125: its sides run through corners of the grid."""
    q = p.abs() - torch.tensor([0.25, 0.125, 0.3125])
    return q.clamp(min=0).norm(dim=-1) + q.amax(dim=-1).clamp(max=0)


def cubes_of(field: Field, resolution: int, wanted: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Cubes whose middles' distances are ``wanted``, and what a decoder would say of them."""
    axis = torch.arange(resolution, dtype=torch.int32)
    coords = torch.cartesian_prod(axis, axis, axis)
    coords = coords[wanted(field((coords + 0.5) / resolution - 0.5) * resolution)]
    feats = torch.zeros(len(coords), 101)
    corners = coords[:, None] + torch.tensor(CORNERS, dtype=torch.int32)
    feats[:, :8] = field(corners / resolution - 0.5) + 1 / resolution
    return coords, feats


def open_edges(faces: Any) -> int:
    """Edges that have not exactly two faces, running along them in opposite directions."""
    f = faces.numpy()
    start, end = f.ravel(), np.roll(f, -1, axis=1).ravel()
    size = int(f.max()) + 1
    there, many = np.unique(start * size + end, return_counts=True)
    return int((many > 1).sum()) + len(np.setxor1d(there, end * size + start))


def volume(mesh: Any) -> float:
    """Enclosed by the faces."""
    a, b, c = mesh.vertices.double()[mesh.faces].unbind(1)
    return float((a * torch.linalg.cross(b, c)).sum() / 6)


def test_tables() -> None:
    """Every crossed edge has one vertex; patterns that everybody knows have the right number of them."""
    tables = cube_tables()
    for pattern in range(256):
        crossed = [(pattern >> a & 1) != (pattern >> b & 1) for a, b in EDGES]
        assert ((tables.edge_group[pattern] >= 0) == crossed).all()
        assert set(tables.edge_group[pattern]) - {-1} == set(range(tables.groups[pattern]))
    known = {0: 0, 255: 0, 1: 1, 0b1001: 2, 0b10000001: 2, 0b01101001: 4, 0b1111: 1, 255 - 0b1001: 1}
    assert {pattern: tables.groups[pattern] for pattern in known} == known
    assert tables.partner[255 - 0b1001].tolist() == [0, 0, -1]


@pytest.mark.parametrize(
    ("field", "true"),
    [(sphere, 4 / 3 * np.pi * 0.31**3), (torus, 2 * np.pi**2 * 0.27 * 0.11**2), (box, 0.5 * 0.25 * 0.625)],
)
def test_shapes(field: Field, true: float) -> None:
    """A solid has its volume; a shell of cubes is closed on both of its sides, also where cubes are not given."""
    coords, feats = cubes_of(field, 48, lambda d: d < 2)
    feats[:, 53:] = torch.tensor([2.0, 0.0, -2.0, 0.0, 0.0, 0.0]).repeat(8)
    from pocket3d_server.models.trellis.extraction import extract

    solid = extract(coords, feats, 48)
    assert open_edges(solid.faces) == 0
    assert volume(solid) == pytest.approx(true, rel=0.025)
    assert (
        float(field(solid.vertices).abs().max()) < 0.7 / 48
    )  # at the corners of the box, whose points are means
    shown = solid.attributes[:, :3].amin(dim=0), solid.attributes[:, :3].amax(dim=0)
    for at in shown:  # colours of given cubes; the surface touches no others
        assert at.tolist() == pytest.approx([0.881, 0.5, 0.119], abs=2e-3)
    shell = extract(*cubes_of(field, 48, lambda d: d.abs() < 2), 48)
    assert open_edges(shell.faces) == 0
    assert 0 < volume(shell) < volume(solid)


def test_noise() -> None:
    """A closed manifold for any numbers on any cubes: ambiguous faces, cubes that are missing, all shifts and weights."""
    from pocket3d_server.models.trellis.extraction import extract

    numbers = torch.Generator().manual_seed(4)
    axis = torch.arange(1, 19, dtype=torch.int32)
    coords = torch.cartesian_prod(axis, axis, axis)
    coords = coords[torch.rand(len(coords), generator=numbers) < 0.8]
    feats = torch.randn(len(coords), 53, generator=numbers)
    mesh = extract(coords, feats, 20)
    assert mesh.attributes is None
    assert len(mesh.faces) > 20_000
    assert open_edges(mesh.faces) == 0
    assert float(mesh.vertices.abs().max()) <= 0.5


def test_empty_and_refusals() -> None:
    """Nothing gives nothing; what cannot be extracted is refused in a sentence."""
    from pocket3d_server.models.trellis.extraction import extract

    nothing = extract(torch.zeros(0, 4, dtype=torch.int32), torch.zeros(0, 101), 8)
    assert len(nothing.faces) == len(nothing.vertices) == 0
    assert nothing.attributes is not None
    coords, feats = torch.zeros(2, 4, dtype=torch.int32), torch.ones(2, 53)
    assert len(extract(coords, feats, 8).faces) == 0
    for bad, why in (
        ((coords, feats[:, :50], 8), "53 or 101"),
        ((coords[:1], feats, 8), "coordinates"),
        ((coords + torch.tensor([[0], [1]], dtype=torch.int32), feats, 8), "several samples"),
        ((coords + 8 * torch.tensor([0, 0, 0, 1], dtype=torch.int32), feats, 8), "outside of the grid"),
        ((coords, feats / 0, 8), "not finite"),
    ):
        with pytest.raises(ValueError, match=why):
            extract(*bad)
