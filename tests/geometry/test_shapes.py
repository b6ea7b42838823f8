"""Every modelling operation gives closed, outward-facing solids that a renderer and a texture can use."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Material
from pocket3d_server.geometry.solid import Solid, face_normals, join, make, part

HELIX = np.stack(
    [np.cos(np.linspace(0, 9, 40)), np.linspace(0, 2, 40), np.sin(np.linspace(0, 9, 40))], axis=1
)
RING = np.stack(
    [
        np.cos(np.linspace(0, 6.283, 30)[:-1]),
        0.2 * np.sin(np.linspace(0, 18.85, 30)[:-1]),
        np.sin(np.linspace(0, 6.283, 30)[:-1]),
    ],
    axis=1,
)
CUBE = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)

SOLIDS: dict[str, Callable[[], Solid]] = {
    "loft": lambda: shapes.loft([curves.in_plane(curves.ellipse(a, b, 24), h) for a, b, h in ((1, 1, 0), (0.5, 0.8, 1), (0.9, 0.2, 2))]),
    "loft to tips": lambda: shapes.loft([curves.in_plane(curves.circle(r, 16), h) for r, h in ((0, 0), (1, 1), (0, 2))]),
    "revolve": lambda: shapes.revolve(curves.smooth_curve([(0.4, 0), (1, 0.5), (0.3, 1.5), (0.5, 2)], 24)),
    "revolve ring": lambda: shapes.revolve(curves.rectangle(0.2, 0.4, 0.05) + [1, 0], closed=True),
    "sweep": lambda: shapes.sweep(HELIX, 0.1, round_ends=True),
    "sweep outline": lambda: shapes.sweep(HELIX, np.linspace(0.2, 0.02, 40), curves.rectangle(1, 2, 0.2)),
    "sweep closed": lambda: shapes.sweep(RING, 0.1, closed=True),
    "sweep straight up": lambda: shapes.sweep([[0, 0, 0], [0, 1, 0], [0, 2, 0]], 0.1, twist=90),
    "extrude": lambda: shapes.extrude(curves.star(5), 0.3, 0.03),
    "extrude sharp": lambda: shapes.extrude(curves.polygon(6), 0.3),
    "extrude holes": lambda: shapes.extrude(curves.rectangle(2, 1, 0.2), 0.3, 0.02, holes=[curves.circle(0.2) + [0.5, 0], curves.circle(0.2) - [0.5, 0]]),
    "gear": lambda: shapes.extrude(curves.gear(12, 1, 0.8), 0.2, 0.02),
    "box": lambda: shapes.box(1, 2, 3),
    "rounded box": lambda: shapes.rounded_box(1, 2, 3, 0.2, cuts=4),
    "superellipsoid": lambda: shapes.superellipsoid(1, 2, 3, 4, 3),
    "sphere": lambda: shapes.sphere(0.5),
    "cylinder": lambda: shapes.cylinder(0.5, 1, 0.05),
    "cone": lambda: shapes.cone(0.5, 1),
    "capsule": lambda: shapes.capsule(0.3, 2),
    "torus": lambda: shapes.torus(1, 0.3),
    "tube": lambda: shapes.tube(1, 0.8, 0.5, 0.02),
    "prism": lambda: shapes.prism(6, 1, 2, 0.1),
    "frustum": lambda: shapes.prism(4, 1, 2, top=0.5),
    "hull": lambda: shapes.hull(np.random.default_rng(1).normal(size=(60, 3))),
    "union": lambda: shapes.union(shapes.box(1, 1, 1), shapes.sphere(0.7)),
    "difference": lambda: shapes.difference(shapes.box(1, 1, 1), shapes.sphere(0.6)),
    "intersection": lambda: shapes.intersection(shapes.box(1, 1, 1), shapes.sphere(0.6)),
    "bent": lambda: shapes.rounded_box(0.2, 2, 0.4, 0.05, cuts=12).bend(120),
    "twisted": lambda: shapes.rounded_box(0.2, 2, 0.4, 0.05, cuts=12).twist(120).taper(1, 0.3),
    "mirrored": lambda: shapes.cone(0.5, 1).mirror("y").rotate(10, 20, 30).scale(1, 2, 0.5),
}  # fmt: skip


def check(solid: Solid) -> None:
    """What every solid must be."""
    assert solid.closed
    assert solid.volume > 0
    areas = np.linalg.norm(face_normals(solid.vertices, solid.faces), axis=1)
    assert areas.min() > 1e-14
    assert np.isfinite(solid.vertices).all()
    assert np.isfinite(solid.uv).all()
    assert solid.uv.shape == (len(solid.faces), 3, 2)
    p = solid.primitive(Material("m"))
    assert p.normals is not None
    np.testing.assert_allclose(np.linalg.norm(p.normals, axis=1), 1, atol=1e-6)
    flat = face_normals(np.asarray(p.vertices), np.asarray(p.faces))
    agree = (p.normals[p.faces].mean(axis=1) * flat).sum(axis=1)
    assert (agree > 0).mean() > 0.98


@pytest.mark.parametrize("name", SOLIDS)
def test_is_closed_and_faces_out(name: str) -> None:
    check(SOLIDS[name]())


@settings(max_examples=40, deadline=None)
@given(
    radii=st.lists(st.floats(0.02, 5), min_size=2, max_size=8),
    segments=st.integers(3, 40),
    ends=st.tuples(st.booleans(), st.booleans()),
)
def test_any_profile_revolves_to_a_closed_solid(
    radii: list[float], segments: int, ends: tuple[bool, bool]
) -> None:
    rows = [[r, 0.3 * i] for i, r in enumerate(radii)]
    if ends[0]:
        rows[0][0] = 0.0
    if ends[1] and len(rows) > 2:
        rows[-1][0] = 0.0
    check(shapes.revolve(rows, segments))


@settings(max_examples=40, deadline=None)
@given(
    sides=st.integers(3, 24),
    depth=st.floats(0.01, 4),
    bevel=st.floats(0, 0.05),
    hole=st.booleans(),
)
def test_any_polygon_extrudes_to_a_closed_solid(sides: int, depth: float, bevel: float, hole: bool) -> None:
    holes = [curves.circle(0.2, 12)] if hole else []
    check(shapes.extrude(curves.polygon(sides), depth, bevel, holes))


@settings(max_examples=40, deadline=None)
@given(size=st.tuples(*[st.floats(0.01, 3)] * 3), radius=st.floats(0, 2), steps=st.integers(1, 5))
def test_boxes_have_their_size(size: tuple[float, float, float], radius: float, steps: int) -> None:
    solid = shapes.rounded_box(*size, radius, steps)
    check(solid)
    low, high = solid.bounds
    np.testing.assert_allclose(high - low, size, rtol=1e-6)


def test_volumes_are_right() -> None:
    assert shapes.box(1, 2, 3).volume == pytest.approx(6)
    assert shapes.sphere(1, 64).volume == pytest.approx(4.18879, rel=0.01)
    assert shapes.cylinder(1, 2, segments=96).volume == pytest.approx(6.28319, rel=0.01)
    assert shapes.torus(2, 1, 96, 48).volume == pytest.approx(9.8696, rel=0.01)
    ring = shapes.extrude(curves.circle(1, 64), 1, holes=[curves.circle(0.5, 64)])
    assert ring.volume == pytest.approx(2.35619, rel=0.01)


def test_operations_act_as_named() -> None:
    block = shapes.box(1, 1, 1)
    np.testing.assert_allclose(block.move(1, 2, 3).bounds[0], [0.5, 1.5, 2.5])
    np.testing.assert_allclose(shapes.box(2, 1, 1).rotate(y=90).bounds[1], [0.5, 0.5, 1], atol=1e-9)
    assert block.scale(2).volume == pytest.approx(8)
    assert block.mirror("x").volume == pytest.approx(1)
    assert shapes.union(block, block.move(0.5)).volume == pytest.approx(1.5, rel=1e-5)
    assert shapes.difference(block, block.move(0.5)).volume == pytest.approx(0.5, rel=1e-5)
    assert shapes.intersection(block, block.move(0.5)).volume == pytest.approx(0.5, rel=1e-5)
    bent = shapes.rounded_box(0.1, 2, 0.1, cuts=30).bend(180)
    assert bent.bounds[1][2] == pytest.approx(2 / np.pi * 2 + 0.05, rel=0.02)


def test_a_flat_box_has_flat_normals_and_a_sphere_round_ones() -> None:
    cube = shapes.box(1, 1, 1).primitive(Material("m"))
    assert cube.normals is not None
    assert len(cube.vertices) == 24
    assert np.abs(cube.normals).max(axis=1).min() > 0.999
    ball = shapes.sphere(1, 48).primitive(Material("m"))
    assert ball.normals is not None
    assert (ball.normals * ball.vertices).sum(axis=1).min() > 0.995


def test_bevels_leave_large_faces_flat() -> None:
    p = shapes.box(1, 1, 1, 0.02).primitive(Material("m"))
    assert p.normals is not None
    on_top = (np.asarray(p.vertices)[:, 1] > 0.4999) & (p.normals[:, 1] > 0.5)
    assert p.normals[on_top, 1].min() > 0.995


def test_nothing_left_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing"):
        shapes.difference(shapes.box(1, 1, 1), shapes.box(2, 2, 2))


def test_an_open_surface_cannot_be_cut() -> None:
    open_box = make(CUBE, [[0, 1, 3], [0, 3, 2]], crease=0)
    assert not open_box.closed
    with pytest.raises(ValueError, match="closed"):
        shapes.difference(open_box, shapes.sphere(0.2))


def test_parts_share_a_primitive_by_material() -> None:
    red, blue = Material("red"), Material("blue")
    made = part("lamp_shade", (shapes.sphere(1), red), (shapes.box(1, 1, 1), blue), (shapes.cone(1, 1), red))
    assert made.label == "Lamp shade"
    assert [p.material.name for p in made.primitives] == ["red", "blue"]
    assert len(made.primitives[0].faces) == len(join(shapes.sphere(1), shapes.cone(1, 1)).faces)


def test_curves_pass_through_and_offset() -> None:
    points = np.array([[0, 0], [1, 2], [3, 1], [4, 4]], dtype=float)
    curve = curves.smooth_curve(points, 400)
    nearest = np.linalg.norm(curve[:, None] - points[None], axis=2).min(axis=0)
    assert nearest.max() < 0.02
    np.testing.assert_allclose(curves.signed_area(curves.inset(curves.rectangle(4, 2), 0.5)), 3)
    arcs = curves.rounded(curves.rectangle(2, 2), 1 - 1e-9, 8)
    np.testing.assert_allclose(np.linalg.norm(arcs, axis=1), 1, atol=0.01)
    assert curves.signed_area(curves.star(5)) > 0
