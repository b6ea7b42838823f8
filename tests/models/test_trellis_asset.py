"""From decoded surfaces to assets: mended, lighter, upright, textured."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import trimesh
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.repair import border_edges, hole_faces
from pocket3d_server.geometry.seen import seen_faces
from pocket3d_server.geometry.shading import bilinear
from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.trellis.asset import make_asset


class Array:
    """As much of a tensor as the making of assets asks for; PyTorch is not needed here."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)

    def detach(self) -> Array:
        return self

    def cpu(self) -> Array:
        return self

    def numpy(self) -> np.ndarray:
        return self.values


def hue(p: np.ndarray) -> np.ndarray:
    """A colour for every direction, the same for the decoder's space and the checks."""
    return 0.5 + 0.4 * p / np.linalg.norm(p, axis=1, keepdims=True)


def decoded(with_color: bool = True) -> Any:
    """A ball of radius 0.4 with a dome cut off its -x side, a hollow with something in it, a bit that floats, a knob."""
    ball = trimesh.creation.icosphere(5, 0.4)
    ball.update_faces(ball.triangles_center[:, 0] > -0.37)
    hollow = trimesh.creation.icosphere(3, 0.3)
    hollow.invert()
    inside = trimesh.creation.icosphere(2, 0.1)
    bit = trimesh.creation.icosphere(1, 0.005).apply_translation([0.45, 0.1, 0.1])
    knob = trimesh.creation.icosphere(2, 0.04).apply_translation([0.0, 0.0, 0.455])
    whole = trimesh.util.concatenate([ball, hollow, inside, bit, knob])
    colors = np.hstack([hue(whole.vertices), np.zeros((len(whole.vertices), 3))])
    attributes = Array(colors) if with_color else None
    return SimpleNamespace(vertices=Array(whole.vertices), faces=Array(whole.faces), attributes=attributes)


def splats(count: int = 60_000) -> Any:
    """Gaussians on the same ball, flat along its surface, and others, nearly transparent, of another colour above them."""
    numbers = np.random.default_rng(2)
    out = numbers.normal(size=(count, 3))
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    faint = np.arange(count) % 2 == 0
    # The turn that brings +Z to ``out``.
    axis = np.cross([0, 0, 1], out)
    rotation = np.hstack([1 + out[:, 2:], axis])
    rotation /= np.linalg.norm(rotation, axis=1, keepdims=True)
    return SimpleNamespace(
        xyz=Array(out * np.where(faint, 0.403, 0.4)[:, None]),
        rgb=Array(np.where(faint[:, None], [0, 0, 0], hue(out))),
        scaling=Array(np.tile([0.006, 0.006, 0.0009], (count, 1))),
        rotation=Array(rotation),
        opacity=Array(np.where(faint, 0.03, 0.9)[:, None]),
    )


def painted(asset: Asset) -> tuple[np.ndarray, np.ndarray]:
    """Middles of faces in the decoder's space, and the colours that the texture shows there."""
    (primitive,) = asset.primitives()
    image = primitive.material.base_color_image
    assert image is not None
    assert primitive.uv is not None
    middle = np.asarray(primitive.vertices)[primitive.faces].mean(axis=1)
    middle = (middle - [0, 0.4, 0]) @ [[1, 0, 0], [0, 0, 1], [0, -1, 0]]
    return middle, bilinear(image, np.asarray(primitive.uv)[primitive.faces].mean(axis=1))[:, :3] / 255


@pytest.mark.parametrize("source", ["mesh", "gaussians", "neither"])
def test_a_decoded_mesh_becomes_an_asset(source: str) -> None:
    """Closed, without what nobody sees and what floats, +Y up on the ground, light, in the right colours."""
    heard: list[tuple[float, str]] = []
    asset = make_asset(
        decoded(source != "neither"),
        splats() if source == "gaussians" else None,
        faces=3000,
        texture=256,
        report=lambda *told: heard.append(told),
    )
    assert [part.name for part in asset.parts] == ["object"]
    assert 2500 < asset.face_count <= 3100
    assert heard == sorted(heard)
    low, high = asset.bounds()
    np.testing.assert_allclose(low[1], 0, atol=1e-9)
    np.testing.assert_allclose(
        high, [0.385, 0.895, 0.4], atol=0.03
    )  # the knob is on top, the floating bit gone
    solid = trimesh.Trimesh(*asset.merged())
    assert solid.is_watertight
    assert len(solid.split()) == 2  # ball and knob
    assert solid.volume == pytest.approx(4 / 3 * np.pi * 0.4**3, rel=0.03)
    (primitive,) = asset.primitives()
    material = primitive.material
    assert (material.metallic, material.metallic_roughness_image) == (0.0, None)
    assert material.base_color_image is not None
    assert material.base_color_image.shape == (256, 256, 3)
    middle, shown = painted(asset)
    on_ball = (middle[:, 0] > -0.3) & (middle[:, 2] < 0.39)
    wanted = hue(middle) if source != "neither" else np.full_like(middle, 0.6)
    assert np.percentile(np.abs(shown - wanted)[on_ball].max(axis=1), 99) < 0.04


def test_a_light_mesh_keeps_its_faces() -> None:
    """It is painted all the same, by its own colours when no gaussian can be seen."""
    ball = trimesh.creation.icosphere(3, 0.4)
    colors = np.hstack([hue(ball.vertices), np.zeros((len(ball.vertices), 3))])
    mesh = SimpleNamespace(vertices=Array(ball.vertices), faces=Array(ball.faces), attributes=Array(colors))
    unseen = splats(100)
    unseen.opacity.values[:] = 0.001
    asset = make_asset(mesh, unseen, faces=5000, texture=256)
    assert asset.face_count == len(ball.faces)
    middle, shown = painted(asset)
    assert np.abs(shown - hue(middle)).max() < 0.06


def test_nothing_decoded_is_said_in_a_sentence() -> None:
    nothing = SimpleNamespace(
        vertices=Array(np.zeros((0, 3))), faces=Array(np.zeros((0, 3), np.int64)), attributes=None
    )
    with pytest.raises(EngineError, match="found no surface"):
        make_asset(nothing, None, faces=5000, texture=256)


def test_what_is_seen_and_matters() -> None:
    """The largest piece stays whatever it is; pieces with a hole can be looked into."""
    box = trimesh.creation.box((1, 1, 1))
    inward = box.copy()
    inward.invert()
    assert seen_faces(inward.vertices, inward.faces).all()
    lid_off = trimesh.creation.icosphere(4, 1.0)
    lid_off.update_faces(lid_off.triangles_center[:, 1] < 0.8)
    stone = trimesh.creation.icosphere(1, 0.2)
    both = trimesh.util.concatenate([lid_off, stone])
    assert seen_faces(both.vertices, both.faces).all()
    lids = hole_faces(both.vertices, both.faces)
    closed = np.concatenate([both.faces, lids])
    seen = seen_faces(both.vertices, closed)
    assert seen.sum() == len(closed) - len(stone.faces)


@pytest.mark.parametrize(("hole", "open_"), [(0.008, False), (0.05, True)])
def test_a_small_hole_does_not_show_the_inner_wall(hole: float, open_: bool) -> None:
    """The wall of a hollow goes, and the hole that led there is filled; a hole that one can look into stays."""
    ball, hollow = trimesh.creation.icosphere(4, 0.4), trimesh.creation.icosphere(4, 0.34)
    way = trimesh.creation.cylinder(hole, 0.5).apply_translation([0, 0, 0.25])
    shell = trimesh.boolean.difference([ball, hollow, way], engine="manifold")
    seen = shell.faces[seen_faces(shell.vertices, shell.faces)]
    if open_:
        assert len(seen) == len(shell.faces)
        return
    closed = np.concatenate([seen, hole_faces(shell.vertices, seen)])
    assert not len(border_edges(closed))
    volume = trimesh.Trimesh(shell.vertices, closed, process=False).volume
    assert volume == pytest.approx(ball.volume, rel=0.01)
