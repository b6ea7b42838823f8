"""Drawing triangles: what is nearest, what is a tie, what is left out."""

from __future__ import annotations

import numpy as np
from pocket3d_server.geometry.raster import Flat, raster

SIZE = 32
WHOLE = np.array([[-5, -5], [5, -5], [0, 9]], float)
"""A triangle that covers the whole image."""


def clip(corners: np.ndarray, z: float = 0.0, w: float = 1.0) -> np.ndarray:
    """Corners in -1..1 as clip space."""
    return np.column_stack([corners * w, np.full(len(corners), z * w), np.full(len(corners), w)])


def drawn(*triangles: np.ndarray) -> np.ndarray:
    """Face seen at each pixel, -1 for none."""
    faces = np.arange(3 * len(triangles)).reshape(-1, 3)
    seen = raster(np.concatenate(triangles), faces, SIZE, SIZE)
    image = np.full(SIZE * SIZE, -1)
    image[seen.pixel] = seen.face
    return image.reshape(SIZE, SIZE)


def test_nearest_is_seen_from_both_sides() -> None:
    corner = np.array([[-1, -1], [0, -1], [-1, 0]], float)
    for near in (corner, corner[::-1]):
        image = drawn(clip(WHOLE, 0.5), clip(near, -0.5))
        assert image[0, 0] == 1
        assert image[-1, -1] == 0
        assert (image == drawn(clip(near, -0.5), clip(WHOLE, 0.5)) ^ 1).all()
    assert (drawn(clip(WHOLE, 0.5), clip(corner, 0.6)) == 0).all()


def test_ties_go_to_the_first_face() -> None:
    assert (drawn(clip(WHOLE), clip(WHOLE), clip(WHOLE, 1e-6)) == 0).all()


def test_rows_and_columns_span_the_centres() -> None:
    """x = -1 is the centre of the first column and 1 that of the last; rows go with y."""
    half = np.array([[-1, -1], [1, -1], [-1, 1]], float)
    image = drawn(clip(half))
    rows, columns = np.nonzero(image == 0)
    assert len(rows) == SIZE * (SIZE + 1) // 2
    assert (rows + columns <= SIZE - 1).all()


def test_what_cannot_be_drawn_is_left_out() -> None:
    line = np.array([[-1, -1], [0, 0], [1, 1]], float)
    before = clip(WHOLE, -1.5)
    broken = clip(WHOLE)
    broken[0, 0] = np.nan
    endless = clip(WHOLE)
    endless[1, 3] = 0
    assert (drawn(clip(line, -0.9), before, broken, endless, clip(WHOLE, 0.9)) == 4).all()
    assert (drawn(clip(WHOLE + 99)) == -1).all()
    assert not len(raster(np.zeros((0, 4)), np.zeros((0, 3), int), 4, 6).pixel)


def test_barycentrics_are_corrected_for_perspective() -> None:
    """A plane that leads away: places on it, and not on the image, are interpolated."""
    place = np.array([[-8, -1, 1], [8, -1, 1], [0, -1, 9]], float)
    points = np.column_stack([place[:, 0], place[:, 1], np.zeros(3), place[:, 2]])
    faces = np.array([[0, 1, 2]])
    seen = raster(points, faces, SIZE, SIZE)
    found = seen.interpolate(place, faces)
    row, column = seen.pixel // SIZE, seen.pixel % SIZE
    np.testing.assert_allclose(found[:, 0] / found[:, 2], column / (SIZE - 1) * 2 - 1, atol=1e-5)
    np.testing.assert_allclose(found[:, 1] / found[:, 2], row / (SIZE - 1) * 2 - 1, atol=1e-5)
    np.testing.assert_allclose(found[:, 1], -1, atol=1e-5)


def test_every_pixel_belongs_to_one_face_of_a_grid() -> None:
    """Scanning rows finds what testing all pixels finds, also for slivers and in parts of an image that is not square."""
    rng = np.random.default_rng(1)
    corners = rng.uniform(-10, 50, (40, 3, 2))
    corners[:20, 2] = corners[:20, 1] + rng.normal(0, 0.3, (20, 2))
    height, width = 24, 36
    found = np.zeros((40, height, width), int)
    flat = Flat(corners)
    for face, row, column in flat.pixels(height, width):
        np.add.at(found, (face, row, column), 1)
    face, row, column = (g.ravel() for g in np.indices(found.shape))
    weights, distance = flat.barycentric(face, row, column)
    clear = np.abs(distance) > 1e-3
    assert (found.ravel()[clear] == (weights.min(axis=1) >= 0)[clear]).all()
    assert found.max() == 1
