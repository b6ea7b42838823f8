"""Implicit solids: their distances are right, and their surfaces closed, outward and on the level set."""

from __future__ import annotations

import numpy as np
import pytest
from pocket3d_server.geometry.implicit import (
    Blend,
    Chain,
    Ellipsoid,
    HalfSpace,
    RoundCone,
    Surface,
    curve,
    polygonise,
)


def volume(surface: Surface) -> float:
    a, b, c = (surface.vertices[surface.faces[:, k]] for k in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def closed(faces: np.ndarray) -> bool:
    edges = faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    forward = {tuple(e) for e in edges.tolist()}
    return len(forward) == len(edges) and all((b, a) in forward for a, b in forward)


def swept_spheres(points: np.ndarray, a: np.ndarray, b: np.ndarray, ra: float, rb: float) -> np.ndarray:
    t = np.linspace(0, 1, 4001)
    centres, radii = a + t[:, None] * (b - a), ra + t * (rb - ra)
    return (np.linalg.norm(points[:, None] - centres[None], axis=2) - radii).min(axis=1)


def test_round_cone_is_the_union_of_the_spheres_it_sweeps() -> None:
    rng = np.random.default_rng(1)
    points = rng.normal(0, 1.2, (300, 3))
    a, b = np.array([0.1, -0.4, 0.2]), np.array([-0.3, 0.7, 0.5])
    for ra, rb in ((0.4, 0.1), (0.15, 0.35), (0.3, 0.3)):
        mine = RoundCone(a, b, ra, rb).distance(points)
        assert np.abs(mine - swept_spheres(points, a, b, ra, rb)).max() < 1e-4


def test_sphere_torus_and_half_space_distances_are_exact() -> None:
    p = np.array([[2.0, 0, 0], [0, 0.5, 0], [0, 0, -3]])
    assert np.allclose(Ellipsoid((0, 0, 0), (1, 1, 1)).distance(p), [1, -0.5, 2])
    assert np.allclose(HalfSpace((0, 1, 0), (0, 2, 0)).distance(p), [-1, -0.5, -1])


def test_a_polygonised_sphere_is_closed_faces_out_and_lies_on_the_sphere() -> None:
    blend = Blend()
    blend.add(Ellipsoid((0.2, 0.1, 0), (1, 1, 1)), 0.05)
    surface = polygonise(blend, resolution=60, faces=3000)
    assert closed(surface.faces)
    assert len(surface.faces) <= 3000
    radius = np.linalg.norm(surface.vertices - (0.2, 0.1, 0), axis=1)
    assert np.abs(radius - 1).max() < 1e-3
    assert np.einsum("ij,ij->i", surface.normals, surface.vertices - (0.2, 0.1, 0)).min() > 0.99
    assert volume(surface) == pytest.approx(4 / 3 * np.pi, rel=0.02)


def test_a_seam_is_filled_and_a_carving_removes() -> None:
    two = Blend()
    for x in (-0.45, 0.45):
        two.add(Ellipsoid((x, 0, 0), (0.4, 0.4, 0.4)), 0.3)
    assert (
        two.distance(np.zeros((1, 3)))[0]
        < 0.0
        < Ellipsoid((0.45, 0, 0), (0.4, 0.4, 0.4)).distance(np.zeros((1, 3)))[0]
    )
    whole = volume(polygonise(two, resolution=70, faces=6000))
    two.add(HalfSpace((0, 0, 0), (0, 1, 0)), 0.01, carve=True)
    half = polygonise(two, resolution=70, faces=6000)
    assert closed(half.faces)
    assert half.vertices[:, 1].min() > -0.01
    assert volume(half) == pytest.approx(whole / 2, rel=0.05)


def test_sampling_only_near_each_solid_gives_the_same_surface_as_sampling_everywhere() -> None:
    blend = Blend()
    line = curve([(0, 0, 0), (0.5, 1, 0), (1.5, 1, 0.4)], 9)
    blend.add(Chain(line, np.linspace(0.2, 0.08, 9)), 0.1, "tail")
    blend.add(Ellipsoid((0, 0, 0), (0.6, 0.4, 0.5)), 0.15, "body")
    surface = polygonise(blend, resolution=90, faces=8000)
    assert np.abs(blend.distance(surface.vertices)).max() < 2e-3
    weights = blend.region_weights(surface.vertices, 0.03)
    assert set(weights) == {"tail", "body"}
    assert np.allclose(sum(weights.values()), 1)
    assert weights["tail"][surface.vertices[:, 0].argmax()] > 0.99


def test_the_same_blend_gives_the_same_mesh() -> None:
    def make() -> Surface:
        blend = Blend()
        blend.add(RoundCone((0, 0, 0), (0, 1, 0), 0.3, 0.2, ((1, 0, 0), 0.5)), 0.05)
        return polygonise(blend, resolution=50, faces=1500)

    one, two = make(), make()
    assert np.array_equal(one.vertices, two.vertices)
    assert np.array_equal(one.faces, two.faces)
    assert np.ptp(one.vertices[:, 0]) == pytest.approx(0.3, rel=0.05)
    assert np.ptp(one.vertices[:, 2]) == pytest.approx(0.6, rel=0.05)


def test_an_empty_blend_is_refused() -> None:
    with pytest.raises(ValueError, match="no shapes"):
        polygonise(Blend(), resolution=20, faces=100)
