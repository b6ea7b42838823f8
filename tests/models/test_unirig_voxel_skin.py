"""Distances through a body, and weights carried from points to vertices; no network."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from pocket3d_server.models.unirig import voxel_skin as measuring
from pocket3d_server.models.unirig.reskin import reskin
from pocket3d_server.models.unirig.voxel_skin import distances, inside_cells, nearness, voxel_skin
from trimesh.creation import capsule, icosphere

Mesh = tuple[NDArray[np.float64], NDArray[np.int64]]


def ball(radius: float = 0.8, at: tuple[float, ...] = (0, 0, 0)) -> Mesh:
    made = icosphere(3, radius)
    return np.asarray(made.vertices) + at, np.asarray(made.faces)


def limb() -> Mesh:
    """A capsule along z from -0.9 to 0.9."""
    made = capsule(height=1.6, radius=0.1, count=[16, 16])
    at = np.asarray(made.vertices)
    return at - (at.min(axis=0) + at.max(axis=0)) / 2, np.asarray(made.faces)


def both(*meshes: Mesh) -> Mesh:
    """In one."""
    begins = np.cumsum([0, *(len(vertices) for vertices, _ in meshes)])
    faces = [faces + begin for (_, faces), begin in zip(meshes, begins)]
    return np.concatenate([vertices for vertices, _ in meshes]), np.concatenate(faces)


def proper(weights: NDArray[np.float64]) -> bool:
    """Whether every row is a weighting."""
    return bool(np.isfinite(weights).all() and (weights >= 0).all() and np.allclose(weights.sum(axis=1), 1))


def test_the_inside_is_found() -> None:
    """Of a ball its volume; also where the ball has a hole, and in two balls, but not between them."""
    vertices, faces = ball()
    cells = inside_cells(vertices, faces, 64)
    assert len(cells) * (2 / 64) ** 3 == pytest.approx(4 / 3 * np.pi * 0.8**3, rel=0.02)
    assert np.linalg.norm(cells, axis=1).max() < 0.8
    holed = faces[vertices[faces].mean(axis=1)[:, 0] < 0.7]
    assert len(inside_cells(vertices, holed, 64)) > 0.95 * len(cells)
    pair = both(ball(0.3, (-0.5, 0, -0.5)), ball(0.3, (0.5, 0, 0.5)))
    assert np.linalg.norm(np.abs(inside_cells(*pair, 64)) - [0.5, 0, 0.5], axis=1).max() < 0.3


def test_a_sheet_has_no_inside_and_still_has_ways() -> None:
    """Along its edges; the joints begin at its vertices."""
    x, y = np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-1, 1, 9), indexing="ij")
    vertices = np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], axis=1)
    a = (np.arange(8)[:, None] * 9 + np.arange(8)).ravel()
    faces = np.concatenate([np.stack([a, a + 1, a + 10], axis=1), np.stack([a, a + 10, a + 9], axis=1)])
    assert not len(inside_cells(vertices, faces, 32))
    near = voxel_skin(vertices, faces, np.array([[-1.0, -1, 0], [1, 1, 0]]), 32)
    assert proper(near)
    assert near[0, 0] == pytest.approx(1)
    assert near[9, 0] > near[40, 0] > near[71, 0]


def test_the_nearest_joint_counts_most() -> None:
    vertices, faces = limb()
    joints = np.array([[0, 0, z] for z in (-0.6, 0.0, 0.6)])
    near = voxel_skin(vertices, faces, joints, 64)
    assert proper(near)
    ends = np.abs(vertices[:, 2]) > 0.75
    assert np.array_equal(near[ends].argmax(axis=1), np.where(vertices[ends, 2] < 0, 0, 2))


def test_ways_do_not_leave_the_body() -> None:
    """Two limbs side by side that touch nowhere: a joint in one is nothing to the other, unless it has none."""
    vertices, faces = limb()
    left, right = vertices - [0.3, 0, 0], vertices + [0.3, 0, 0]
    mesh = both((left, faces), (right, faces))
    joints = np.array([[-0.3, 0, -0.5], [0.3, 0, 0.5]])
    near = voxel_skin(*mesh, joints, 64)
    assert np.allclose(near[: len(left)], [1, 0])
    assert np.allclose(near[len(left) :], [0, 1])
    lone = voxel_skin(*mesh, joints[:1], 64)
    assert np.allclose(lone, 1)
    above = voxel_skin(*mesh, np.array([[-0.3, 0, -0.5], [-0.3, 0, 0.5]]), 64)
    assert proper(above)
    top = mesh[0][:, 2] > 0.5
    assert (above[top, 1] > above[top, 0]).all()  # the loose limb goes by the distance through the air


def test_bulky_bodies_are_measured_in_larger_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """With much the same result."""
    vertices, faces = ball()
    joints = np.array([[0, 0, -0.5], [0, 0, 0.5]])
    fine = voxel_skin(vertices, faces, joints, 48)
    seen: list[int] = []
    whole = measuring.distances

    def counted(*given: NDArray[np.float64]) -> NDArray[np.float64]:
        seen.append(len(given[2]))
        return whole(*given)

    monkeypatch.setattr(measuring, "MOST_CELLS", 5000)
    monkeypatch.setattr(measuring, "distances", counted)
    coarse = voxel_skin(vertices, faces, joints, 48)
    assert 3000 < seen[0] < 5500
    assert np.abs(coarse - fine).mean() < 0.05


def test_a_way_is_as_long_as_its_edges() -> None:
    """Through cells three times, in steps along the axes; from the node that is nearest to the joint."""
    vertices = np.array([[0, 0, 0], [0, 1.0, 0], [2.0, 0, 0]])
    faces = np.array([[0, 1, 2]])
    cells = np.array([[0.1, 0, 0], [0.2, 0, 0], [0.2, 0.1, 0]])
    way = distances(vertices, faces, cells, np.array([[0.2, 0.12, 0]]), 0.1)
    assert way[:, 0] == pytest.approx([0.7, 1.7, 2.7])
    near = nearness(np.array([[1.0, 3.0]]))
    assert near == pytest.approx(np.array([[36, 1]]) / 37)


def test_what_points_agree_on_reaches_the_vertices() -> None:
    vertices, faces = limb()
    skin = np.where(vertices[:, 2:] < 0, [1.0, 0.0], [0.0, 1.0])
    found = reskin(vertices, faces, [None, 0], vertices, skin)
    assert proper(found)
    ends = np.abs(vertices[:, 2]) > 0.5
    assert np.allclose(found[ends], skin[ends])


def test_points_that_agree_on_nothing_and_crumbs_leave_weights() -> None:
    """Seven points, each with a joint of its own; and fifty joints that share alike."""
    vertices, faces = limb()
    points = vertices[0] + 1e-3 * np.arange(7)[:, None]
    apart = reskin(vertices, faces, [None, *range(6)], points, np.eye(7))
    assert proper(apart)
    assert np.allclose(apart[0], 1 / 7)
    alike = reskin(vertices, faces, [None] * 50, points, np.full((7, 50), 1 / 50))
    assert np.allclose(alike, 1 / 50)
    few = reskin(vertices, faces, [None], points[:2], np.ones((2, 1)))
    assert np.allclose(few, 1)
