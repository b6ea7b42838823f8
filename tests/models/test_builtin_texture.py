"""The texture engine: what it is asked for is what comes back, on the same faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.geometry.atlas import Atlas
from pocket3d_server.geometry.clean import smooth_shading
from pocket3d_server.geometry.gltf_write import write_glb
from pocket3d_server.geometry.preview import render
from pocket3d_server.geometry.read import read_asset
from pocket3d_server.models.builtin_texture import BuiltinTexture
from pocket3d_server.models.builtin_texture.completion import alike, mirrored
from pocket3d_server.models.builtin_texture.pieces import Piece
from pocket3d_server.models.builtin_texture.reference import evenness, find_view
from pocket3d_server.models.builtin_texture.wording import read_prompt
from pocket3d_server.models.engine import EngineError, EngineResult, TextureRequest

PART = [Piece(frozenset({"thing"}))]


def capsule_with_nose() -> trimesh.Trimesh:
    """A shape whose outline tells its views apart."""
    body = trimesh.creation.icosphere(3).apply_scale([0.5, 1.0, 0.35])
    arm = trimesh.creation.icosphere(2).apply_scale([0.7, 0.14, 0.14]).apply_translation([0.5, 0.45, 0])
    nose = trimesh.creation.icosphere(2).apply_scale([0.12, 0.12, 0.6]).apply_translation([0, -0.2, 0.45])
    return trimesh.util.concatenate([body, arm, nose])


@pytest.fixture
def mesh(tmp_path: Path) -> Path:
    shape = capsule_with_nose()
    material = Material("grey", (0.2, 0.2, 0.2, 1.0))
    asset = Asset(
        [Part("thing", [Primitive(shape.vertices, shape.faces, material, normals=shape.vertex_normals)])]
    )
    write_glb(asset, tmp_path / "mesh.glb")
    return tmp_path / "mesh.glb"


def textured(mesh: Path, **settings) -> EngineResult:
    stages: list[tuple[float, str]] = []
    request = TextureRequest(mesh=mesh, **{"texture_resolution": 512, **settings})
    result = BuiltinTexture().run(request, lambda fraction, stage: stages.append((fraction, stage)))
    fractions = [fraction for fraction, _ in stages]
    if settings.get("intensity") != 0:
        assert fractions == sorted(fractions)
        assert fractions[-1] == 1.0
    return result


def mean_colour(result: EngineResult) -> np.ndarray:
    picture = render(result.asset, 64, background=None).astype(float)
    return picture[picture[..., 3] > 250][:, :3].mean(axis=0)


def test_a_tiger_with_black_stripes_is_orange(mesh: Path) -> None:
    with_black = mean_colour(textured(mesh, text_prompt="tiger fur with black stripes"))
    plain = mean_colour(textured(mesh, text_prompt="tiger stripes"))
    assert with_black[0] > with_black[2] + 50
    assert np.abs(with_black - plain).max() < 25


def test_a_printed_feature_shows_in_both_colours(mesh: Path) -> None:
    for prompt in ("white fabric with red polka dots", "red dots on white", "white plastic with red stripes"):
        image = next(textured(mesh, text_prompt=prompt).asset.primitives()).material.base_color_image.astype(
            int
        )
        red = (image[..., 0] > image[..., 1] + 60).mean()
        assert 0.1 < red < 0.65, prompt
        assert (image.min(axis=2) > image.max(axis=2) - 30).mean() > 0.2, prompt


def test_parts_that_no_clause_names_keep_their_own_surface(tmp_path: Path) -> None:
    shape = trimesh.creation.icosphere(2)
    parts = [
        Part(
            name,
            [
                Primitive(
                    shape.vertices + [3.0 * i, 0, 0],
                    shape.faces,
                    Material(name, colour),
                    normals=shape.vertex_normals,
                )
            ],
        )
        for i, (name, colour) in enumerate(
            [("head", (0.2, 0.2, 0.2, 1)), ("handle", (0.2, 0.2, 0.2, 1)), ("grip", (0.0, 0.0, 1.0, 1))]
        )
    ]
    write_glb(Asset(parts), tmp_path / "tool.glb")
    made = textured(tmp_path / "tool.glb", text_prompt="gold head, birch handle").asset
    grip = made.parts[2].primitives[0]
    uv = (grip.uv * 511).astype(int)
    colour = grip.material.base_color_image[uv[:, 1], uv[:, 0]].astype(int)
    assert (colour[:, 2] > colour[:, 0] + 80).all()


def test_a_style_in_the_prompt_is_a_style(mesh: Path) -> None:
    assert read_prompt("cartoon style wood", PART).style == "cartoon"
    assert read_prompt("cartoon style wood", PART).coats[0].material.name == "oak"
    artistic = read_prompt("artistic style", PART)
    assert (artistic.style, artistic.coats) == ("artistic", [None])


def test_faces_keep_their_order_and_files_can_be_read_again(mesh: Path, tmp_path: Path) -> None:
    before = next(read_asset(mesh).primitives())
    result = textured(mesh, text_prompt="brick", texture_resolution=512)
    write_glb(result.asset, tmp_path / "out.glb")
    after = next(read_asset(tmp_path / "out.glb").primitives())
    np.testing.assert_allclose(after.vertices[after.faces], before.vertices[before.faces], atol=1e-6)
    assert after.material.base_color_image.shape == (512, 512, 3)
    assert after.material.metallic_roughness_image is not None
    assert after.material.normal_image is not None
    assert after.material.occlusion_image[..., 0].std() > 5  # joints and the arm's pit are darker
    assert after.uv.min() >= 0
    assert after.uv.max() <= 1


def test_good_uvs_and_skins_are_kept(tmp_path: Path, mesh: Path) -> None:
    first = textured(mesh, text_prompt="oak")
    write_glb(first.asset, tmp_path / "first.glb")
    second = textured(tmp_path / "first.glb", text_prompt="gold")
    assert second.asset.extras["texture"]["uv"] == "kept"
    one, two = next(first.asset.primitives()), next(second.asset.primitives())
    np.testing.assert_allclose(one.uv[one.faces], two.uv[two.faces], atol=1e-5)


def test_glass_is_clear_and_wood_over_it_is_not(mesh: Path, tmp_path: Path) -> None:
    made = textured(mesh, text_prompt="green glass")
    write_glb(made.asset, tmp_path / "glass.glb")
    material = next(read_asset(tmp_path / "glass.glb").primitives()).material
    assert material.alpha_mode == "BLEND"
    assert material.base_color[3] < 0.5
    covered = next(textured(tmp_path / "glass.glb", text_prompt="oak").asset.primitives()).material
    assert (covered.alpha_mode, covered.base_color[3]) == ("OPAQUE", 1.0)


def test_intensity(mesh: Path, tmp_path: Path) -> None:
    write_glb(textured(mesh, text_prompt="white plastic", intensity=1.0).asset, tmp_path / "white.glb")
    source = next(read_asset(tmp_path / "white.glb").primitives())
    none = textured(tmp_path / "white.glb", text_prompt="black plastic", intensity=0)
    np.testing.assert_array_equal(
        next(none.asset.primitives()).material.base_color_image, source.material.base_color_image
    )
    levels = [
        mean_colour(textured(tmp_path / "white.glb", text_prompt="black plastic", intensity=i)).mean()
        for i in (0.0, 0.3, 0.7, 1.0)
    ]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] - levels[3] > 100


def test_at_the_default_intensity_nothing_of_the_old_surface_is_left(mesh: Path, tmp_path: Path) -> None:
    colours = {}
    for old in ((0.0, 0.6, 0.0, 1.0), (0.6, 0.0, 0.0, 1.0)):
        shape = capsule_with_nose()
        part = Primitive(
            shape.vertices, shape.faces, Material("old", old, roughness=old[0]), normals=shape.vertex_normals
        )
        write_glb(Asset([Part("thing", [part])]), tmp_path / "old.glb")
        image = next(textured(tmp_path / "old.glb", text_prompt="brown leather").asset.primitives()).material
        colours[old] = np.concatenate([image.base_color_image, image.metallic_roughness_image], axis=2)
    one, two = colours.values()
    np.testing.assert_array_equal(one, two)
    r, g, b, *_ = one.reshape(-1, 6).mean(axis=0)
    assert r > g > b  # brown, not olive


def test_above_the_default_intensity_contrast_and_relief_grow(mesh: Path) -> None:
    spread = []
    for intensity in (0.8, 1.0):
        made = next(textured(mesh, text_prompt="cobblestone", intensity=intensity).asset.primitives())
        spread.append(
            (
                made.material.base_color_image.astype(float).std(),
                np.abs(made.material.normal_image[..., :2].astype(float) - 128).mean(),
            )
        )
    assert spread[1][0] > 1.1 * spread[0][0]
    assert spread[1][1] > 1.2 * spread[0][1]


def test_styles_differ_and_seeds_repeat(mesh: Path) -> None:
    images = {}
    for style in ("realistic", "cartoon", "artistic"):
        result = textured(mesh, text_prompt="oak wood", style=style, intensity=1.0)
        images[style] = next(result.asset.primitives()).material.base_color_image.astype(int)
        assert images[style].shape[:2] == (512, 512), "the asked resolution"
    for one, two in (("realistic", "cartoon"), ("cartoon", "artistic"), ("artistic", "realistic")):
        assert np.abs(images[one] - images[two]).mean() > 8
    again = textured(mesh, text_prompt="oak wood", intensity=1.0)
    np.testing.assert_array_equal(
        next(again.asset.primitives()).material.base_color_image, images["realistic"]
    )
    other = textured(mesh, text_prompt="oak wood", intensity=1.0, seed=5)
    assert np.abs(next(other.asset.primitives()).material.base_color_image - images["realistic"]).mean() > 1


def painted_reference(path: Path, azimuth: float, elevation: float) -> Path:
    """The object red above and blue below, seen from one side."""
    shape = capsule_with_nose()
    image = np.zeros((64, 64, 3), np.uint8)
    image[:32], image[32:] = (210, 30, 30), (30, 40, 200)
    low, high = shape.vertices[:, 1].min(), shape.vertices[:, 1].max()
    uv = np.column_stack([np.full(len(shape.vertices), 0.5), 1 - (shape.vertices[:, 1] - low) / (high - low)])
    material = Material("two", (1, 1, 1, 1), base_color_image=image)
    asset = Asset([Part("a", [Primitive(shape.vertices, shape.faces, material, uv, shape.vertex_normals)])])
    Image.fromarray(render(asset, 256, azimuth, elevation, background=(1, 1, 1))[..., :3]).save(path)
    return path


@pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (40, 15), (-65, 5)])
def test_the_view_of_a_picture_is_found(azimuth: float, elevation: float) -> None:
    shape = capsule_with_nose()
    asset = Asset(
        [Part("a", [Primitive(shape.vertices, shape.faces, Material("m"), normals=shape.vertex_normals)])]
    )
    alpha = (render(asset, 192, azimuth, elevation, background=None)[..., 3] > 250).astype(float)
    view = find_view(shape.vertices, shape.faces, alpha)
    assert view.score > 0.9
    assert not view.mirrored
    assert abs(view.azimuth - azimuth) < 10
    assert abs(view.elevation - elevation) < 12


def test_a_fitting_picture_is_projected(mesh: Path, tmp_path: Path) -> None:
    picture = painted_reference(tmp_path / "ref.png", 30, 5)
    result = textured(mesh, images=[picture], intensity=1.0)
    assert result.source == "projection"
    assert result.confidence > 0.8
    for azimuth in (30, 150, 270):  # what the picture hides has the right colours too
        view = render(result.asset, 64, azimuth, 0, background=None).astype(int)
        solid = view[..., 3] > 250
        upper, lower = solid & (np.arange(64) < 24)[:, None], solid & (np.arange(64) > 44)[:, None]
        top, bottom = view[upper][:, :3].mean(axis=0), view[lower][:, :3].mean(axis=0)
        assert top[0] > top[2] + 40
        assert bottom[2] > bottom[0] + 40


def test_what_a_picture_hides_is_like_what_it_shows() -> None:
    """A box seen from the front and the right: its back and its left are what these show, and its top is its own."""
    shape = trimesh.creation.box((1.2, 1.0, 0.8)).subdivide().subdivide()
    vertex_map, faces, normals = smooth_shading(shape.vertices, shape.faces)
    part = Primitive(shape.vertices[vertex_map], faces, Material("m"), normals=normals)
    atlas = Atlas([part], 256)

    def seen(position: np.ndarray, normal: np.ndarray) -> np.ndarray:
        return (normal @ np.array([0.5, 0.4, 0.7]) > 0.3).astype(np.float32)

    def painted(position: np.ndarray) -> np.ndarray:  # red in front, green at the side, blue on top
        faces_of = np.abs(position) > np.array([0.6, 0.5, 0.4]) - 1e-3
        return faces_of[:, [2, 0, 1]].astype(np.float32)

    broad = alike(atlas, seen, painted)
    back, left = atlas.normal[:, 2] < -0.9, atlas.normal[:, 0] < -0.9
    np.testing.assert_allclose(broad[back].mean(axis=0), [1, 0, 0], atol=0.12)
    np.testing.assert_allclose(broad[left].mean(axis=0), [0, 1, 0], atol=0.12)
    color = np.zeros_like(broad)
    mirrored(atlas, color, seen, painted)
    assert (color[back][:, 0] == 1).all()  # a box is the same from behind


def test_another_picture_becomes_a_material(mesh: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pattern = np.kron(rng.integers(0, 2, (32, 32)), np.ones((8, 8)))[..., None]
    pixels = np.where(pattern > 0, [[[40, 160, 60]]], [[[20, 90, 40]]]).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "swatch.png")
    result = textured(mesh, images=[tmp_path / "swatch.png"], intensity=1.0)
    assert result.source == "swatch"
    assert result.notes
    r, g, b = mean_colour(result)
    assert g > r + 20
    assert g > b + 20
    alpha = np.ones(pixels.shape[:2])
    assert evenness(pixels / 255, alpha) > 0.9
    assert evenness(np.sort(pixels.astype(float), axis=0), alpha) == 0


@pytest.mark.parametrize("wraps", [True, False])
def test_a_picture_of_a_pattern_is_printed_in_its_own_colours(
    mesh: Path, tmp_path: Path, wraps: bool
) -> None:
    """Red discs on a cream ground: the plain ground is no background to be cut away."""
    y, x = np.mgrid[:256, :256] + (0 if wraps else 13)
    disc = (np.mod(x, 64 if wraps else 61) - 32) ** 2 + (np.mod(y, 64 if wraps else 61) - 32) ** 2 < 18**2
    pixels = np.where(disc[..., None], [200, 30, 40], [245, 235, 210]).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "pattern.png")
    result = textured(mesh, images=[tmp_path / "pattern.png"])
    assert result.source == "swatch"
    image = next(result.asset.primitives()).material.base_color_image.astype(int)
    red = image[..., 0] - image[..., 1] > 90
    cream = np.abs(image - [245, 235, 210]).max(axis=2) < 45
    assert abs(red.mean() - disc.mean()) < 0.08
    assert cream.mean() > 0.5


def test_bad_requests_are_refused_in_words(mesh: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="neither"):
        textured(mesh)
    (tmp_path / "broken.glb").write_bytes(b"glTF")
    with pytest.raises(EngineError, match="cut short") as caught:
        textured(tmp_path / "broken.glb", text_prompt="oak")
    assert caught.value.code == "INVALID_INPUT"
    (tmp_path / "broken.png").write_bytes(b"no")
    with pytest.raises(EngineError):
        textured(mesh, images=[tmp_path / "broken.png"])
