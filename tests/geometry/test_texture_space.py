"""Cleaning, unwrapping, texels, noise and solid materials."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from pocket3d_server.geometry import bake, clean, noise
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.geometry.atlas import Atlas, Coat, bake_materials, good_uv
from pocket3d_server.geometry.packing import pack
from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.geometry.shading import bilinear
from pocket3d_server.geometry.solid_materials import library
from pocket3d_server.geometry.unwrap import unwrap


def torus() -> trimesh.Trimesh:
    return trimesh.creation.torus(1.0, 0.35, 40, 20)


def soup() -> tuple[np.ndarray, np.ndarray]:
    """A box whose faces share no vertex, so that every edge is a seam until welded."""
    box = trimesh.creation.box((1, 2, 3))
    return box.vertices[box.faces].reshape(-1, 3), np.arange(36).reshape(-1, 3)


# --- clean ---------------------------------------------------------------------------------------------


def test_weld_joins_places_and_keeps_faces() -> None:
    vertices, faces = soup()
    welded, joined, mapping = clean.weld(vertices, faces)
    assert len(welded) == 8
    np.testing.assert_allclose(welded[joined], vertices[faces], atol=1e-6)
    np.testing.assert_array_equal(mapping[faces], joined)


def test_components_and_adjacency() -> None:
    two = trimesh.util.concatenate(
        [trimesh.creation.box(), trimesh.creation.icosphere(1).apply_translation([5, 0, 0])]
    )
    label = clean.components(two.faces)
    assert len(np.unique(label[:12])) == 1
    assert len(np.unique(label)) == 2
    pairs, edges = clean.face_adjacency(two.faces)
    assert len(pairs) == 18 + 120
    for pair, edge in zip(pairs, edges):
        assert set(edge) <= set(two.faces[pair[0]]) & set(two.faces[pair[1]])


def test_normals_are_smooth_on_a_ball_and_broken_on_a_box() -> None:
    ball = trimesh.creation.icosphere(3)
    normal = clean.vertex_normals(ball.vertices, ball.faces)
    assert np.einsum("nc,nc->n", normal, ball.vertices).min() > 0.999
    vertex_map, faces, normals = clean.smooth_shading(ball.vertices, ball.faces)
    assert len(vertex_map) == len(ball.vertices)
    box = trimesh.creation.box()
    vertex_map, faces, normals = clean.smooth_shading(box.vertices, box.faces)
    assert len(vertex_map) == 24
    np.testing.assert_array_equal(vertex_map[faces], box.faces)
    np.testing.assert_allclose(normals[faces], np.repeat(box.face_normals[:, None], 3, axis=1), atol=1e-6)


def test_simplify_reaches_its_target() -> None:
    ball = trimesh.creation.icosphere(5)
    vertices, faces = clean.simplify(ball.vertices, ball.faces, 2000)
    assert 1500 <= len(faces) <= 2100
    assert np.abs(np.linalg.norm(vertices, axis=1) - 1).max() < 0.03


# --- unwrap --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["torus", "soup", "ball", "coil", "degenerate"])
def test_unwrap_keeps_faces_and_does_not_overlap(shape: str) -> None:
    if shape == "torus":
        vertices, faces = torus().vertices, torus().faces
    elif shape == "soup":
        vertices, faces = soup()
    elif shape == "ball":
        ball = trimesh.creation.icosphere(4)
        vertices, faces = ball.vertices, ball.faces
    elif shape == "coil":  # a flat spiral ramp lies over itself when seen from above
        t = np.linspace(0, 6 * np.pi, 200)
        ring = np.stack([np.cos(t), t / 10, np.sin(t)], axis=1)
        vertices = np.concatenate([ring, ring * [1.6, 1, 1.6]])
        i = np.arange(199)
        faces = np.concatenate([np.stack([i, i + 1, i + 200], 1), np.stack([i + 1, i + 201, i + 200], 1)])
    else:
        vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [2, 0, 0.0]])
        faces = np.array([[0, 1, 2], [0, 1, 1], [0, 1, 3]])
    cut = unwrap(vertices, faces, 512)
    np.testing.assert_array_equal(cut.vertex_map[cut.faces], faces)
    assert cut.uv.min() >= 0
    assert cut.uv.max() <= 1
    hidden = bake.hidden_faces(cut.uv, cut.faces, np.zeros(len(faces)), 512)
    assert len(hidden) <= 0.01 * len(faces)


@pytest.mark.parametrize("count", [1, 30, 900, 12_000])
def test_packed_charts_keep_their_distance_and_size(count: int) -> None:
    """Triangles of any size as charts, also when there are more than the square has room for at that distance."""
    numbers = np.random.default_rng(count)
    flat = numbers.random((count, 3, 2)) * numbers.lognormal(0, 0.8, (count, 1, 1))
    ticks: list[int] = []
    done = threading.Event()
    ticking = threading.Thread(target=lambda: [ticks.append(1) for _ in iter(lambda: done.wait(0.001), True)])
    ticking.start()
    try:
        corners = pack(flat, np.arange(count), 256, 1)
    finally:
        done.set()
        ticking.join()
    assert len(ticks) >= (count >= 900) * 5  # other threads go on meanwhile
    assert corners.min() >= 0
    assert corners.max() <= 1
    sides = [np.linalg.norm(c - np.roll(c, 1, axis=1), axis=2) for c in (flat, corners)]
    np.testing.assert_allclose(sides[1], sides[0] * (sides[1].sum() / sides[0].sum()), rtol=1e-6, atol=1e-9)
    assert count == 12_000 or np.abs(np.linalg.det(np.diff(corners, axis=1))).sum() / 2 > 0.15
    cells = 256 if count < 12_000 else 1024
    shown = bake.texel_map(corners.reshape(-1, 2), np.arange(3 * count).reshape(-1, 3), cells, rim=0.0)
    chart = np.full(cells * cells, -1)
    chart[shown.texel] = shown.face
    around = sliding_window_view(chart.reshape(cells, cells), (2, 2)).reshape(-1, 4)
    nearest = np.where(around < 0, count, around).min(axis=1)
    assert ((around == nearest[:, None]) | (around < 0)).all()


def test_the_texel_map_covers_the_charts_and_finds_the_surface() -> None:
    mesh = torus()
    cut = unwrap(mesh.vertices, mesh.faces, 256)
    texels = bake.texel_map(cut.uv, cut.faces, 256)
    position = texels.interpolate(mesh.vertices[cut.vertex_map], cut.faces)
    ring = np.hypot(position[:, 0], position[:, 1]) - 1
    # Flat faces lie a little inside the torus; the rim continues its faces' planes.
    assert np.abs(np.hypot(ring, position[:, 2]) - 0.35).max() < 0.03
    corners = cut.uv[cut.faces] * 256
    d1, d2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = np.abs(d1[:, 0] * d2[:, 1] - d1[:, 1] * d2[:, 0]).sum() / 2
    strict = bake.texel_map(cut.uv, cut.faces, 256, rim=0.0)
    assert abs(len(strict.texel) - area) < 0.02 * area
    assert len(texels.texel) > len(strict.texel)
    assert strict.barycentric.min() > -1e-3


def test_a_long_thin_face_costs_its_own_texels_and_not_its_box() -> None:
    """Castles have thousands of slivers; looking at each one's box took minutes."""
    uv = np.array([[0.0, 0.0], [1.0, 1.0], [0.999, 1.0]])
    corners = uv[None] * 1024
    looked_at = sum(len(face) for face, _, _, _ in bake._candidates(corners, 1024, np.array([1.5])))
    assert 1024 < looked_at < 8 * 1024


def test_gaps_are_filled_from_their_neighbours() -> None:
    image = np.zeros((33, 20, 1), np.float32)
    mask = np.zeros((33, 20), np.float32)
    image[5, 5], mask[5, 5] = 0.25, 1
    filled = bake.fill_gaps(image, mask)
    np.testing.assert_allclose(filled, 0.25, atol=1e-6)


def test_the_normal_map_leans_away_from_a_slope() -> None:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0.0]])
    uv = np.array([[0, 1], [1, 1], [1, 0], [0, 0.0]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    texels = bake.texel_map(uv, faces, 64)
    position = texels.interpolate(vertices, faces)
    image = bake.normal_map(texels, position[:, 0] * 0.5 + position[:, 1] * 0.25, vertices, faces, uv)
    normal = image[32, 32] / 127.5 - 1
    expected = np.array([-0.5, -0.25, 1]) / np.linalg.norm([-0.5, -0.25, 1])
    np.testing.assert_allclose(normal, expected, atol=0.02)


def test_occlusion_is_open_on_a_ball_and_closed_inside() -> None:
    ball = trimesh.creation.icosphere(3)
    scene = RayScene(ball.vertices, ball.faces)
    points, normals = (np.asarray(ball.vertices, np.float32),) * 2
    assert bake.ambient_occlusion(scene, points * 1.01, normals, 1.0).min() > 0.95
    assert bake.ambient_occlusion(scene, points * 0.9, -normals, 3.0).max() < 0.05


# --- noise ---------------------------------------------------------------------------------------------


def test_noise_is_the_same_everywhere_and_always() -> None:
    """The values are fixed: a change here changes every texture that was ever made."""
    points = np.array([[0.3, 0.7, 0.2], [-3.4, 12.1, 5.5], [100.2, -7.7, 0.01]])
    np.testing.assert_allclose(noise.noise(points, 1.0, 3), FIXED_NOISE, atol=1e-5)
    np.testing.assert_allclose(noise.cells(points, 1.0, 3).nearest, FIXED_CELLS, atol=1e-5)


FIXED_NOISE = [0.679904, 0.558471, 0.634139]
FIXED_CELLS = [0.475871, 0.719222, 0.642505]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.floats(-50, 50), st.floats(-50, 50), st.floats(-50, 50))
def test_noise_does_not_depend_on_company_and_is_continuous(seed: int, x: float, y: float, z: float) -> None:
    point = np.array([[x, y, z]], np.float32)
    crowd = np.concatenate([np.random.default_rng(0).random((100, 3)).astype(np.float32), point])
    for kind in (noise.noise, noise.fbm, noise.ridges):
        alone = kind(point, 1.7, seed=seed)
        assert alone[0] == kind(crowd, 1.7, seed=seed)[-1]
        assert 0 <= alone[0] <= 1
        assert abs(alone[0] - kind(point + np.float32(1e-4), 1.7, seed=seed)[0]) < 0.02
    cell = noise.cells(point, 1.7, seed)
    assert 0 <= cell.nearest[0] <= cell.second[0]
    assert abs(cell.nearest[0] - noise.cells(point + np.float32(1e-4), 1.7, seed).nearest[0]) < 0.002


def test_noise_differs_between_seeds_and_is_balanced() -> None:
    points = np.random.default_rng(1).random((20000, 3)) * 50
    one, two = noise.noise(points, 1.0, 1), noise.noise(points, 1.0, 2)
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.03
    assert abs(one.mean() - 0.5) < 0.01
    assert 0.1 < one.std() < 0.3


# --- materials and atlas -------------------------------------------------------------------------------


def test_every_material_gives_sound_values() -> None:
    rng = np.random.default_rng(5)
    position = rng.random((400, 3))
    normal = rng.normal(size=(400, 3))
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    assert len(library()) >= 60
    for name, material in library().items():
        look = material.look(position, normal, position, 1.0, seed=3)
        assert look.color.shape == (400, 3), name
        for values in (look.color, look.roughness, look.metallic):
            assert np.isfinite(values).all(), name
            assert values.min() >= 0, name
            assert values.max() <= 1, name
        assert np.isfinite(look.height).all(), name
        assert np.abs(look.height).max() < 0.2, name
        again = material.look(position, normal, position, 1.0, seed=3)
        np.testing.assert_array_equal(look.color, again.color)


@pytest.mark.parametrize("name", ["oak", "brick", "plastic", "zebra"])
def test_a_colour_word_changes_the_colour(name: str) -> None:
    position = np.random.default_rng(5).random((3000, 3))
    normal = np.tile([0.0, 0.0, 1.0], (3000, 1))
    look = library()[name].look(position, normal, position, 1.0, colours=((0.1, 0.2, 0.9),))
    red, _, blue = look.color.mean(axis=0)
    assert blue > red + 0.08


def coloured(mesh: trimesh.Trimesh, name: str = "a", **settings) -> Asset:
    return Asset(
        [
            Part(
                name,
                [
                    Primitive(
                        mesh.vertices, mesh.faces, Material(name, **settings), normals=mesh.vertex_normals
                    )
                ],
            )
        ]
    )


@pytest.mark.parametrize("name", ["marble", "oak", "castle_wall", "leopard"])
def test_no_seam_shows(name: str) -> None:
    """Both sides of a chart border sample the same colour from the finished image."""
    mesh = torus()
    atlas = Atlas(list(coloured(mesh).primitives()), 512)
    look = atlas.look([Coat(library()[name])])
    image, _, _ = atlas.images(look.color, look.roughness, look.metallic, look.height)
    middle = {}
    worst = []
    for corners in atlas.faces:
        for k in range(3):
            a, b = corners[k], corners[(k + 1) % 3]
            key = tuple(sorted((int(atlas.vertex_map[a]), int(atlas.vertex_map[b]))))
            uv = (atlas.uv[a] + atlas.uv[b]) / 2
            if key in middle and not np.allclose(middle[key], uv, atol=1e-6):
                two = bilinear(image, np.stack([middle[key], uv]))
                worst.append(np.abs(two[0] - two[1]).mean())
            middle[key] = uv
    assert len(worst) > 40
    # Steep patterns differ by what half a texel of the pattern differs.
    assert np.median(worst) < 6
    assert np.quantile(worst, 0.9) < 30


def test_bake_materials_keeps_faces_and_leaves_glass_alone() -> None:
    asset = coloured(torus(), "body")
    glass = Material("glass", alpha_mode="BLEND")
    asset.parts.append(
        Part("pane", [Primitive(trimesh.creation.box().vertices, trimesh.creation.box().faces, glass)])
    )
    made = bake_materials(asset, lambda part, p: None if p.material is glass else Coat(library()["oak"]), 128)
    one, two = next(asset.primitives()), next(made.primitives())
    np.testing.assert_allclose(two.vertices[two.faces], one.vertices[one.faces])
    assert two.material.base_color_image.shape == (128, 128, 3)
    assert made.parts[1].primitives[0] is asset.parts[1].primitives[0]
    assert asset.parts[0].primitives[0].material.base_color_image is None


def test_a_fine_tiled_pattern_is_its_mean_and_no_moire() -> None:
    """A chequered image laid 40 times over: each texel of a small atlas sees many of its squares."""
    asset = coloured(torus())
    part = next(asset.primitives())
    part.material.base_color_image = np.repeat(
        (np.indices((64, 64)).sum(axis=0) % 2 * 255)[..., None], 3, axis=2
    ).astype(np.uint8)
    cut = unwrap(part.vertices, part.faces, 512)
    part = Primitive(
        np.asarray(part.vertices)[cut.vertex_map],
        cut.faces,
        part.material,
        cut.uv * 40,
        np.asarray(part.normals)[cut.vertex_map],
    )
    color, _, _ = Atlas([part], 128).original()
    assert color.std() < 0.02


def test_good_uvs_are_told_from_bad_ones() -> None:
    mesh = torus()
    cut = unwrap(mesh.vertices, mesh.faces, 512)
    vertices = mesh.vertices[cut.vertex_map]
    assert good_uv(vertices, cut.faces, cut.uv)
    assert not good_uv(vertices, cut.faces, cut.uv + 0.6)
    assert not good_uv(vertices, cut.faces, np.zeros_like(cut.uv))
    assert not good_uv(vertices, cut.faces, np.mod(cut.uv * [2, 1], 1))
