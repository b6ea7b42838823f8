"""Repairs, other numbers of faces, quads, UVs, places: what can be asked of any mesh."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive, Skeleton
from pocket3d_server.geometry.nearest import NearestPoints
from pocket3d_server.geometry.repair import hole_faces, outward, sound_faces
from pocket3d_server.geometry.resurface import remeshed, simplified, unwrapped
from pocket3d_server.geometry.solid import Solid
from pocket3d_server.geometry.tangent_space import shown_normals
from pocket3d_server.geometry.tidy import filled, mended, placed
from pocket3d_server.models.mesh_options import levels_of_detail

BALL = shapes.sphere(1.0)
VOLUME = BALL.volume


def volume(vertices: np.ndarray, faces: np.ndarray) -> float:
    return Solid(vertices, faces, np.zeros((len(faces), 3, 2)), np.zeros(len(faces))).volume


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
@settings(max_examples=20, deadline=None)
def test_any_mix_of_windings_becomes_one_that_faces_out(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(BALL.faces)
    flipped = np.where(rng.random((len(shuffled), 1)) < share, shuffled[:, ::-1], shuffled)
    assert volume(BALL.vertices, outward(BALL.vertices, flipped)) == pytest.approx(VOLUME)


def test_the_wall_of_a_hollow_keeps_facing_in() -> None:
    vertices = np.concatenate([BALL.vertices, BALL.vertices * 0.5])
    faces = np.concatenate([BALL.faces, BALL.faces[:, ::-1] + len(BALL.vertices)])
    assert (outward(vertices, faces) == faces).all()
    both_in = np.concatenate([BALL.faces[:, ::-1], BALL.faces[:, ::-1] + len(BALL.vertices)])
    assert volume(vertices, outward(vertices, both_in)) == pytest.approx(VOLUME * (1 - 1 / 8))


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
@settings(max_examples=20, deadline=None)
def test_holes_are_closed(seed: int, count: int) -> None:
    """One hole grown from a face, whatever its outline."""
    rng = np.random.default_rng(seed)
    start = BALL.vertices[BALL.faces[rng.integers(len(BALL.faces))]].mean(axis=0)
    far = np.linalg.norm(BALL.vertices[BALL.faces].mean(axis=1) - start, axis=1)
    open_faces = np.delete(BALL.faces, np.argsort(far)[:count], axis=0)
    lids = hole_faces(BALL.vertices, open_faces)
    whole = np.concatenate([open_faces, lids])
    assert 0 < volume(BALL.vertices, whole) <= VOLUME + 1e-9
    assert not len(hole_faces(BALL.vertices, whole))


def test_faces_that_are_none_are_found() -> None:
    vertices = np.concatenate([BALL.vertices, [[np.nan, 0, 0]]])
    bad = [[0, 0, 1], [0, 1, len(vertices) - 1], BALL.faces[5][::-1]]
    faces = np.concatenate([BALL.faces, bad])
    assert sound_faces(vertices, faces).tolist() == [True] * len(BALL.faces) + [False] * 3


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=5, deadline=None)
def test_the_nearest_place_of_a_ball(seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(500, 3))
    points *= np.random.default_rng(seed).uniform(0.9, 1.1, (500, 1)) / np.linalg.norm(
        points, axis=1, keepdims=True
    )
    found = NearestPoints(BALL.vertices, BALL.faces).find(points, points)
    place = np.einsum("nk,nkc->nc", found.barycentric, BALL.vertices[BALL.faces[found.face]])
    np.testing.assert_allclose(np.linalg.norm(place - points, axis=1), found.distance, atol=1e-5)
    exact = np.abs(np.linalg.norm(points, axis=1) - 1)
    assert (found.distance <= exact + 0.04).all()


def test_both_sides_of_a_thin_shell_are_told_apart() -> None:
    sheet = shapes.box(1, 0.001, 1)
    points = np.array([[0.1, -0.004, 0.1], [0.1, 0.004, 0.1]])  # displaced to the wrong side
    found = NearestPoints(sheet.vertices, sheet.faces).find(points, np.array([[0, 1.0, 0], [0, -1.0, 0]]))
    heights = sheet.vertices[sheet.faces[found.face]].mean(axis=1)[:, 1]
    assert heights[0] > heights[1]


def figure() -> Asset:
    """A textured body in two materials, a small head of its own, and a skeleton."""
    u = np.arctan2(BALL.vertices[:, 0], BALL.vertices[:, 2]) / (2 * np.pi) + 0.5
    uv = np.stack([u, 0.5 - BALL.vertices[:, 1] / 2], axis=1)
    image = np.zeros((64, 64, 3), np.uint8)
    image[:32, :, 0] = image[32:, :, 2] = 255  # red above, blue below
    skin = Material("skin", (1, 1, 1, 1), base_color_image=image)
    below = BALL.vertices[BALL.faces].mean(axis=1)[:, 1] < 0
    weights = np.stack([(BALL.vertices[:, 1] + 1) / 2, (1 - BALL.vertices[:, 1]) / 2], axis=1)
    body = [
        Primitive(BALL.vertices, BALL.faces[~below], skin, uv, BALL.vertices, weights),
        Primitive(BALL.vertices, BALL.faces[below], replace(skin, name="shoes"), uv, BALL.vertices, weights),
    ]
    head = shapes.sphere(0.05).move(y=1.2)
    hat = Primitive(
        head.vertices,
        head.faces,
        Material("hat", (0, 1, 0, 1)),
        weights=np.tile([1.0, 0], (len(head.vertices), 1)),
    )
    bones = Skeleton(
        ["a", "b"], [-1, 0], np.array([[0, -1.0, 0], [0, 0, 0]]), np.array([[0, 0.0, 0], [0, 1, 0]])
    )
    return Asset([Part("body", body), Part("head", [hat])], bones)


def colour_at(asset: Asset, part: str, height: float) -> np.ndarray:
    """What a part shows about a height, 0..255."""
    shown = []
    for p in next(p for p in asset.parts if p.name == part).primitives:
        assert p.uv is not None
        assert p.material.base_color_image is not None
        corners = np.asarray(p.faces)
        near = np.abs(np.asarray(p.vertices)[corners].mean(axis=1)[:, 1] - height) < 0.15
        image = p.material.base_color_image
        at = (np.asarray(p.uv)[corners[near]].mean(axis=1) * len(image)).astype(int).clip(0, len(image) - 1)
        shown.append(image[at[:, 1], at[:, 0], :3])
    return np.concatenate(shown).mean(axis=0)


@pytest.mark.parametrize("how", ["simplified", "remeshed", "unwrapped"])
def test_new_geometry_wears_the_old_surface(how: str) -> None:
    asset = figure()
    made = {
        "simplified": lambda: simplified(asset, 300),
        "remeshed": lambda: remeshed(asset, 2000),
        "unwrapped": lambda: unwrapped(asset),
    }[how]()
    assert [p.name for p in made.parts] == ["body", "head"]
    assert {p.material.name for p in made.primitives()} == {"skin", "shoes", "hat"}
    if how == "simplified":
        assert 200 <= made.face_count <= 330
    assert volume(*made.merged()) == pytest.approx(volume(*asset.merged()), rel=0.08)
    assert colour_at(made, "body", 0.6) == pytest.approx([255, 0, 0], abs=12)
    assert colour_at(made, "body", -0.6) == pytest.approx([0, 0, 255], abs=12)
    assert colour_at(made, "head", 1.2) == pytest.approx([0, 255, 0], abs=12)
    for p in made.primitives():
        weights = np.asarray(p.weights)
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)
        if p.material.name != "hat":
            np.testing.assert_allclose(weights[:, 0], (np.asarray(p.vertices)[:, 1] + 1) / 2, atol=0.06)


def test_vertex_colours_are_painted_onto_fewer_faces() -> None:
    red_above = np.where(BALL.vertices[:, 1:2] > 0, [[1.0, 0, 0, 1]], [[0, 0, 1.0, 1]])
    white = Material("skin", (1, 1, 1, 1))
    asset = Asset([Part("body", [Primitive(BALL.vertices, BALL.faces, white, colors=red_above)])])
    made = simplified(asset, 100)
    assert next(made.primitives()).colors is None
    assert colour_at(made, "body", 0.6) == pytest.approx([255, 0, 0], abs=12)
    assert colour_at(made, "body", -0.6) == pytest.approx([0, 0, 255], abs=12)


def test_few_faces_are_shown_like_the_many_that_they_stand_for() -> None:
    made = simplified(figure(), 200).parts[0].primitives
    for p in made:
        assert p.normals is not None
        near = NearestPoints(p.vertices, p.faces)
        middles = np.asarray(p.vertices)[p.faces].mean(axis=1)
        round_ones = middles / np.linalg.norm(middles, axis=1, keepdims=True)
        found = near.find(middles, round_ones)
        shown = shown_normals(p, found)
        assert np.median(np.degrees(np.arccos(np.einsum("nc,nc->n", shown, round_ones)))) < 2
        assert (np.einsum("nc,nc->n", shown, round_ones) > np.cos(np.radians(12))).mean() > 0.97
        bare = shown_normals(replace(p, uv=None), found)
        assert np.median(np.einsum("nc,nc->n", bare, round_ones)) < np.median(
            np.einsum("nc,nc->n", shown, round_ones)
        )


def test_a_small_asset_is_left_as_it_is() -> None:
    asset = figure()
    assert simplified(asset, asset.face_count) is asset
    assert mended(asset) is asset
    assert filled(asset) is asset


def test_what_was_made_is_mended() -> None:
    asset = figure()
    hat = asset.parts[1].primitives[0]
    hat.faces = np.concatenate([np.asarray(hat.faces)[:, ::-1], [[0, 0, 1]]])
    asset.parts.append(Part("crumb", [Primitive(np.zeros((3, 3)), np.array([[0, 1, 2]]), hat.material)]))
    made = mended(asset)
    assert [p.name for p in made.parts] == ["body", "head"]
    assert volume(*made.merged()) == pytest.approx(volume(*figure().merged()))
    found = made.parts[1].primitives[0]
    assert found.normals is not None
    assert found.weights is not None
    outwards = np.asarray(found.vertices) - [0, 1.2, 0]
    assert (np.einsum("vc,vc->v", np.asarray(found.normals), outwards) > 0).all()


def test_lids_belong_to_what_they_close() -> None:
    asset = figure()
    hat = asset.parts[1].primitives[0]
    hat.faces = np.asarray(hat.faces)[7:]
    made = filled(asset)
    assert volume(*made.merged()) == pytest.approx(volume(*figure().merged()), rel=0.01)
    assert made.parts[0].primitives[0] is asset.parts[0].primitives[0]
    lid = made.parts[1].primitives[0]
    assert lid.weights is not None
    assert len(lid.weights) == len(lid.vertices)


def test_levels_of_detail_are_coarser() -> None:
    asset = figure()
    counts = [asset.face_count, *(coarser.face_count for coarser in levels_of_detail(asset, 2))]
    assert 0.2 < counts[1] / counts[0] < 0.8
    assert 0.2 < counts[2] / counts[1] < 0.8


def test_places_and_sizes() -> None:
    made = placed(figure(), "base", 4.5)
    low, high = made.bounds()
    np.testing.assert_allclose([low[1], high[1]], [0, 4.5], atol=1e-6)
    np.testing.assert_allclose((low + high)[[0, 2]], 0, atol=1e-6)
    assert made.skeleton is not None
    np.testing.assert_allclose(made.skeleton.heads[0], [0, 0, 0], atol=1e-6)
    low, high = placed(figure(), "center").bounds()
    np.testing.assert_allclose(low, -high, atol=1e-9)
    flat = Asset([Part("p", [Primitive(BALL.vertices * [1, 0, 1], BALL.faces, Material("m"))])])
    with pytest.raises(ValueError, match="flat"):
        placed(flat, height=1.0)
