"""Welding keeps every face, its corners' UVs and normals, and no more."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from addon.core.meshes import welding

SETTINGS = settings(max_examples=150, deadline=None)


@st.composite
def soups(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions on a small lattice, so that many coincide, faces and groups."""
    count = draw(st.integers(3, 30))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    positions = rng.integers(0, draw(st.integers(1, 4)), (count, 3)).astype(np.float32)
    positions[rng.random(count) < 0.2] *= -1  # some zeros become -0.0
    faces = rng.integers(0, count, (draw(st.integers(1, 40)), 3))
    return positions, faces, rng.integers(0, draw(st.integers(1, 3)), len(faces))


@SETTINGS
@given(soups())
def test_faces_stay_where_they_were(soup: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    positions, faces, groups = soup
    welded = welding.weld(positions, faces, groups)
    points = positions[welded.source]
    np.testing.assert_array_equal(points[welded.faces], positions[faces[welded.kept]])
    gone = np.setdiff1d(np.arange(len(faces)), welded.kept)
    corners = positions[faces[gone]]
    flat = [any((c[i] == c[j]).all() for i, j in ((0, 1), (1, 2), (2, 0))) for c in corners]
    assert all(flat), "a face with three different corners was dropped"


@SETTINGS
@given(soups())
def test_what_blender_needs_of_a_mesh(soup: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    positions, faces, groups = soup
    welded = welding.weld(positions, faces, groups)
    a, b, c = welded.faces.T
    assert ((a != b) & (b != c) & (c != a)).all()
    assert len(np.unique(np.sort(welded.faces, axis=1), axis=0)) == len(welded.faces)
    assert (np.unique(welded.faces) == np.arange(len(welded.source))).all(), "a loose vertex"
    ends = np.sort(np.stack([welded.faces, np.roll(welded.faces, -1, axis=1)], axis=-1), axis=-1)
    np.testing.assert_array_equal(welded.edges[welded.corner_edges], ends)
    assert len(np.unique(welded.edges, axis=0)) == len(welded.edges)


@SETTINGS
@given(soups())
def test_groups_share_no_vertex_and_within_one_positions_are_met_once(
    soup: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    positions, faces, groups = soup
    welded = welding.weld(positions, faces, groups)
    owner = np.full(len(welded.source), -1)
    for face, group in zip(welded.faces, groups[welded.kept], strict=True):
        assert np.isin(owner[face], (-1, group)).all()
        owner[face] = group
    plain = welding._layers(np.sort(faces, axis=1)).max() == 0
    rows = np.column_stack([positions[welded.source], owner])
    if plain and not len(np.setdiff1d(np.arange(len(faces)), welded.kept)):
        copies = len(rows) - len(np.unique(rows, axis=0))
        doubled = _doubled(positions, faces, groups)
        assert copies == 0 or doubled


def _doubled(positions: np.ndarray, faces: np.ndarray, groups: np.ndarray) -> bool:
    corners = [
        tuple(sorted(map(tuple, positions[f] + 0.0))) + (g,) for f, g in zip(faces, groups, strict=True)
    ]
    return len(set(corners)) < len(corners)


@SETTINGS
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 4))
def test_rows_are_grouped_as_by_sorting(seed: int, count: int, width: int) -> None:
    rows = np.random.default_rng(seed).integers(-2, 3, (count, width))
    first, number = welding.group_rows(rows)
    np.testing.assert_array_equal(rows[first[number]], rows)
    assert len(first) == len(np.unique(rows, axis=0))
    assert (np.diff(first) > 0).all(), "groups are numbered as they appear"


def test_a_collision_of_hashes_is_noticed(monkeypatch) -> None:
    rows = np.array([[1, 2], [3, 4], [1, 2]])
    plain = np.unique

    def clumsy(values, **options):
        return (
            plain(values * 0, **options)
            if values.ndim == 1 and values.dtype == np.uint64
            else plain(values, **options)
        )

    monkeypatch.setattr(welding.np, "unique", clumsy)
    first, number = welding.group_rows(rows)
    assert list(first) == [0, 1]
    assert list(number) == [0, 1, 0]


def cube() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A cube as glTF has it: four vertices a side, flat normals."""
    sides = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], float)[:: int(sign)]
            side = np.insert(square, axis, sign, axis=1)
            sides.append(side if axis != 1 else side[::-1])
    positions = np.concatenate(sides).astype(np.float32)
    faces = np.concatenate([np.array([[0, 1, 2], [0, 2, 3]]) + 4 * k for k in range(6)])
    normals = np.repeat([np.eye(3)[axis] * sign for axis in range(3) for sign in (-1, 1)], 2, axis=0)[
        :, None, :
    ].repeat(3, axis=1)
    return positions, faces, normals


def test_a_flat_cube_is_eight_vertices_with_twelve_sharp_edges() -> None:
    positions, faces, normals = cube()
    welded = welding.weld(positions, faces, np.zeros(12, int))
    assert (len(welded.source), len(welded.edges)) == (8, 18)
    sharp = welding.sharp_edges(welded, normals)
    assert sharp.sum() == 12
    points = positions[welded.source]
    lengths = np.linalg.norm(np.diff(points[welded.edges], axis=1)[:, 0], axis=1)
    assert (lengths[sharp] == 2).all(), "a diagonal is no edge of the cube"
    assert welding.shading_is_plain(points, welded, normals)
    tilted = np.tile([0.6, 0.0, 0.8], (12, 3, 1))
    assert not welding.shading_is_plain(points, welded, tilted)


def test_both_sides_of_a_leaf_stay_apart() -> None:
    positions = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
    front = np.array([[0, 1, 2], [0, 2, 3]])
    welded = welding.weld(positions, np.concatenate([front, front[:, ::-1]]), np.zeros(4, int))
    assert len(welded.faces) == 4
    assert len(welded.source) == 8, "each side is whole"
