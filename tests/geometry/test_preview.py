"""The preview shows the object, framed, lit from above and see-through where it should be."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive, Skeleton
from pocket3d_server.geometry.bone_picture import with_bones
from pocket3d_server.geometry.preview import render, view_of


def ball(material: Material, radius: float = 1.0, name: str = "ball") -> Part:
    mesh = trimesh.creation.icosphere(3, radius)
    return Part(name, [Primitive(mesh.vertices, mesh.faces, material, normals=mesh.vertex_normals)])


def test_object_is_framed_and_background_transparent() -> None:
    picture = render(Asset([ball(Material.from_srgb("red", (0.8, 0.1, 0.1)))]), size=96, background=None)
    assert picture.shape == (96, 96, 4)
    solid = picture[..., 3] > 250
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    for edge in (rows, columns):
        assert 75 <= np.ptp(edge) + 1 <= 92
    assert picture[0, 0, 3] == 0
    r, g, _ = picture[solid][:, :3].mean(axis=0)
    assert r > 2 * g


def test_light_comes_from_above_and_a_shadow_lies_below() -> None:
    picture = render(Asset([ball(Material.from_srgb("grey", (0.6, 0.6, 0.6)))]), size=96)
    assert picture[20:30, 40:56, :3].mean() > picture[75:85, 40:56, :3].mean() + 20
    assert picture[92, 48, :3].mean() < picture[92, 2, :3].mean() - 5
    assert (picture[..., 3] == 255).all()


def test_glass_lets_the_inside_through() -> None:
    core = ball(Material.from_srgb("core", (0.9, 0.1, 0.0)), 0.4, "core")
    glass = ball(Material.from_srgb("glass", (0.8, 0.9, 1.0), alpha=0.2, alpha_mode="BLEND", roughness=0.1))
    opaque = ball(Material.from_srgb("paint", (0.8, 0.9, 1.0)))
    clear, closed = (
        render(Asset([core, shell]), size=64)[28:36, 28:36, :3].astype(int) for shell in (glass, opaque)
    )
    assert (clear[..., 0] - clear[..., 2]).mean() > 30
    assert (closed[..., 0] - closed[..., 2]).mean() < 0


def test_texture_and_uv_origin() -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    image[:32] = (255, 0, 0)
    image[32:] = (0, 0, 255)
    square = Primitive(
        np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0.0]]),
        np.array([[0, 1, 2], [0, 2, 3]]),
        Material("flag", (1, 1, 1, 1), base_color_image=image),
        uv=np.array([[0, 1], [1, 1], [1, 0], [0, 0.0]]),
    )
    picture = render(Asset([Part("flag", [square])]), size=64, azimuth=0, elevation=0).astype(int)
    assert picture[20, 32, 0] > picture[20, 32, 2] + 100
    assert picture[44, 32, 2] > picture[44, 32, 0] + 100


def test_same_picture_twice_and_nothing_to_draw() -> None:
    asset = Asset([ball(Material("plain"))])
    np.testing.assert_array_equal(render(asset, size=48), render(asset, size=48))
    with pytest.raises(ValueError, match="nothing"):
        render(Asset([]))


def test_bones_are_drawn_where_they_are() -> None:
    asset = Asset([ball(Material.from_srgb("grey", (0.5, 0.5, 0.5)))])
    skeleton = Skeleton(["a"], [-1], np.array([[0, -0.8, 0.0]]), np.array([[0, 0.8, 0.0]]))
    plain = render(asset, 96, azimuth=0, elevation=0)
    drawn = with_bones(plain, view_of(asset, 0, 0), skeleton).astype(int)
    warm = drawn[..., 0] - drawn[..., 2] > 60
    ys, xs = np.nonzero(warm)
    assert np.abs(xs - 47.5).max() < 4
    assert 50 < np.ptp(ys) < 68  # 0.8 of the ball's 82 pixels, less the tip's point
    assert (drawn[..., 3] == plain[..., 3]).all()
