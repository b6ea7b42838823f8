"""What UniRig's networks see of a mesh, and how weights come back to the vertices that were sent."""

from __future__ import annotations

import numpy as np
import pytest
import unirig_release
from pocket3d_server.models.rigging.finishing import attach
from pocket3d_server.models.rigging.welded_mesh import WeldedMesh, welded
from pocket3d_server.models.unirig import sampling
from pocket3d_server.models.unirig.sampling import Samples, Shape, on_surface, sampled, shape_of
from pocket3d_server.models.unirig.transfer import carried_over


def ball() -> WeldedMesh:
    """A metre high above the ground, stretched to the front."""
    vertices, faces = unirig_release.figure().merged()
    return welded(vertices * [0.5, 0.5, 1.0], faces)


def weights_of(count: int, bones: int = 9) -> np.ndarray:
    raw = np.random.default_rng(1).random((count, bones))
    return raw / raw.sum(axis=1, keepdims=True)


def test_the_frame_of_the_networks_and_back() -> None:
    surface = ball()
    shape = shape_of(surface)
    np.testing.assert_allclose(shape.vertices.min(axis=0), [-0.5, -1, -0.5])
    np.testing.assert_allclose(shape.vertices.max(axis=0), [0.5, 1, 0.5])
    np.testing.assert_allclose(shape.to_mesh(shape.vertices), surface.vertices, atol=1e-12)
    front, top = surface.vertices[:, 2].argmax(), surface.vertices[:, 1].argmax()
    assert shape.vertices[front, 1] == pytest.approx(-1)
    assert shape.vertices[top, 2] == pytest.approx(0.5)


def test_vertices_of_no_face_do_not_count() -> None:
    surface = ball()
    loose = WeldedMesh(np.concatenate([surface.vertices, [[9.0, 9.0, 9.0]]]), surface.faces, surface.origin)
    shape = shape_of(loose)
    np.testing.assert_allclose(shape.vertices[:-1], shape_of(surface).vertices)
    np.testing.assert_allclose(shape.box[1], [0.5, 1, 0.5])
    assert np.abs(sampled(shape, 1000, np.random.RandomState(0)).points).max() <= 1


def test_vertices_come_first_then_points_of_the_surface() -> None:
    shape = shape_of(ball())
    points = sampled(shape, 2000, np.random.RandomState(5), most_vertices=100)
    first = points.corners[:100, 0]
    assert len(set(first)) == 100
    np.testing.assert_array_equal(points.points[:100], shape.vertices[first])
    np.testing.assert_allclose(np.linalg.norm(points.normals, axis=1), 1)
    np.testing.assert_allclose(points.shares.sum(axis=1), 1)
    np.testing.assert_allclose(points.carried(shape.vertices), points.points, atol=1e-12)
    outwards = (points.normals * points.points / [0.25, 1, 0.25]).sum(axis=1)
    assert outwards.min() > 0
    few = sampled(shape, 2000, np.random.RandomState(5), most_vertices=10_000)
    assert (few.shares[:, 0] == 1).sum() == len(shape.vertices)
    assert len(few.points) == 2000


def test_large_faces_are_likelier_than_their_area() -> None:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 5], [3, 0, 5], [0, 1, 5]])
    _, face, _ = on_surface(vertices, np.array([[0, 1, 2], [3, 4, 5]]), 20_000, np.random.RandomState(0))
    assert (face == 1).mean() == pytest.approx(9 / 10, abs=0.01)


def test_many_faces_are_simplified_and_the_weights_find_back(monkeypatch: pytest.MonkeyPatch) -> None:
    surface = ball()
    monkeypatch.setattr(sampling, "MOST_FACES", 150)
    shape = shape_of(surface)
    assert shape.simplified
    assert len(shape.faces) <= 150 < len(surface.faces)
    front = np.clip(shape.vertices[:, 1] + 0.5, 0, 1)  # from one bone to another along the figure
    found = carried_over(np.stack([1 - front, front], axis=1), shape, surface)
    expected = np.clip(0.5 - surface.vertices[:, 2], 0, 1)
    assert np.abs(found[:, 1] - expected).mean() < 0.06


def test_four_bones_a_vertex_and_the_sums_are_one() -> None:
    shape = shape_of(ball())
    found = carried_over(weights_of(len(shape.vertices)), shape, ball())
    assert found.shape == (len(shape.vertices), 9)
    assert (found >= 0).all()
    assert (found > 0).sum(axis=1).max() == 4
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_the_users_vertices_keep_their_order_and_places_their_weights() -> None:
    asset = unirig_release.figure()
    vertices, faces = asset.merged()
    surface = welded(vertices, faces)
    assert len(surface.vertices) < len(vertices), "the seam has vertices twice"
    on_shape = carried_over(weights_of(len(surface.vertices)), shape_of(surface), surface)
    attach(asset, unirig_release.skeleton(9), on_shape[surface.origin])
    back = np.concatenate([primitive.weights for primitive in asset.primitives()])
    again, _ = asset.merged()
    np.testing.assert_array_equal(again, vertices)
    np.testing.assert_array_equal(back, on_shape[surface.origin])
    place: dict[tuple[float, ...], np.ndarray] = {}
    for at, row in zip(vertices.round(6).tolist(), back, strict=True):
        np.testing.assert_array_equal(place.setdefault(tuple(at), row), row)
    assert len(place) == len(surface.vertices)


def test_values_of_corners_are_mixed() -> None:
    points = Samples(np.zeros((1, 3)), np.zeros((1, 3)), np.array([[2, 0, 1]]), np.array([[0.5, 0.3, 0.2]]))
    assert points.carried(np.array([[10.0], [100.0], [1.0]])) == pytest.approx(0.5 + 3 + 20)


def test_a_flat_mesh_has_a_frame() -> None:
    flat = Shape(
        np.array([[-1, 0, 0], [1, 0, 0], [0, 0, 1.0]]), np.array([[0, 1, 2]]), np.zeros(3), 1.0, False
    )
    points = sampled(flat, 50, np.random.RandomState(0))
    np.testing.assert_allclose(np.abs(points.normals @ [0, 1, 0]), 1)
