"""The image engine as it is used: pictures on disk in, textured meshes out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from image_pictures import BROWN, CREAM, INK, disc, draw, front_view, input_view, only, overlap, run, welded
from PIL import Image, ImageDraw, ImageFilter
from pocket3d_server.geometry.asset import Primitive
from pocket3d_server.models.engine import EngineError, EngineResult
from pocket3d_server.models.pictures.cutout import cut_out
from pocket3d_server.models.pictures.picture import read_picture
from scipy import ndimage

ASSETS = Path(__file__).resolve().parents[2] / "assets"


def teddy(pen: ImageDraw.ImageDraw, s: int) -> None:
    for side in (-1, 1):
        disc(pen, s, 0.5 + 0.17 * side, 0.14, 0.07, BROWN)
        disc(pen, s, 0.5 + 0.27 * side, 0.55, 0.10, BROWN, 0.13)
        disc(pen, s, 0.5 + 0.17 * side, 0.87, 0.11, BROWN, 0.09)
    disc(pen, s, 0.5, 0.62, 0.24, BROWN, 0.28)
    disc(pen, s, 0.5, 0.28, 0.21, BROWN, 0.19)
    disc(pen, s, 0.5, 0.64, 0.14, CREAM, 0.17)
    disc(pen, s, 0.5, 0.34, 0.09, CREAM, 0.07)
    disc(pen, s, 0.5, 0.31, 0.03, INK, 0.02)
    for side in (-1, 1):
        disc(pen, s, 0.5 + 0.08 * side, 0.24, 0.022, INK)


def key(pen: ImageDraw.ImageDraw, s: int) -> None:
    gold = (214, 168, 60, 255)
    disc(pen, s, 0.5, 0.24, 0.17, gold)
    disc(pen, s, 0.5, 0.22, 0.08, (0, 0, 0, 0))
    for box in ((0.455, 0.38, 0.545, 0.92), (0.54, 0.70, 0.66, 0.76), (0.54, 0.82, 0.63, 0.88)):
        pen.rectangle([v * s for v in box], fill=gold)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def teddy_png(folder: Path) -> Path:
    return draw(folder / "teddy.png", teddy)


@pytest.fixture(scope="module")
def key_png(folder: Path) -> Path:
    return draw(folder / "key.png", key)


@pytest.fixture(scope="module")
def vase_png(folder: Path) -> Path:
    """A vase as a renderer would show it: profile turned, lit from the left."""
    size = 400
    y, x = np.mgrid[0 : 1 : size * 1j, -0.5 : 0.5 : size * 1j]
    radius = np.interp(
        y, [0.06, 0.08, 0.2, 0.32, 0.55, 0.8, 0.93, 0.95], [0.13, 0.15, 0.09, 0.13, 0.30, 0.2, 0.15, 0.13]
    )
    radius = ndimage.gaussian_filter1d(radius, 9, axis=0)
    inside = (np.abs(x) < radius) & (y > 0.06) & (y < 0.95)
    across = np.clip(x / radius, -1, 1)
    light = 0.35 + 0.65 * np.clip(np.sqrt(1 - across**2) * 0.8 - across * 0.45, 0, 1)
    paint = np.where((np.abs(y - 0.55) < 0.05)[..., None], (0.9, 0.8, 0.5), (0.25, 0.42, 0.65))
    rgba = np.dstack([paint * light[..., None], inside])
    Image.fromarray((rgba * 255).astype(np.uint8), "RGBA").save(folder / "vase.png")
    return folder / "vase.png"


@pytest.fixture(scope="module")
def teddy_result(teddy_png: Path) -> EngineResult:
    return run(teddy_png)


def test_a_teddy_is_inflated_whole_and_faithful(teddy_png: Path, teddy_result: EngineResult) -> None:
    assert teddy_result.source == "inflate"
    primitive = only(teddy_result)
    mesh = welded(primitive)
    assert mesh.is_watertight
    assert mesh.volume > 0
    assert len(primitive.faces) <= 6000
    low, high = primitive.vertices.min(axis=0), primitive.vertices.max(axis=0)
    assert (high - low).max() == pytest.approx(1.0, abs=0.02)
    assert low[1] == pytest.approx(0.0, abs=0.01)
    assert abs(low[0] + high[0]) < 0.02
    assert 0.4 < (high - low)[2] / (high - low)[0] < 1.1  # neither a plate nor a ball
    silhouette, colour = front_view(primitive)
    expected, picture = input_view(teddy_png)
    assert overlap(silhouette, expected) > 0.95
    both = ndimage.binary_erosion(silhouette & expected, iterations=2)
    assert np.abs(colour - picture)[both].mean() < 0.03


def test_a_text_beside_a_picture_is_said_to_be_unused(teddy_png: Path, teddy_result: EngineResult) -> None:
    unused = "The text was not used: the picture decided what was made."
    assert unused not in teddy_result.notes
    assert unused in run(teddy_png, text_prompt="a chair", quality="low").notes


def test_the_back_has_no_face(teddy_result: EngineResult) -> None:
    primitive = only(teddy_result)
    turned = Primitive(primitive.vertices * (-1, 1, -1), primitive.faces, primitive.material, uv=primitive.uv)
    silhouette, colour = front_view(turned)
    inside = ndimage.binary_erosion(silhouette, iterations=6)
    assert colour[inside].max(axis=1).min() > 0.4  # no eyes, no nose
    assert np.abs(colour[inside] - np.array(BROWN[:3]) / 255).mean() < 0.095  # but the belly's patch


def test_a_key_is_extruded_and_keeps_its_hole(key_png: Path) -> None:
    result = run(key_png)
    assert result.source == "extrude"
    mesh = welded(only(result))
    assert mesh.is_watertight
    assert mesh.euler_number == 0  # one hole: a torus
    assert 0.03 < mesh.extents[2] < 0.25
    silhouette, _ = front_view(only(result))
    assert overlap(silhouette, input_view(key_png)[0]) > 0.95


def test_a_vase_is_turned(vase_png: Path) -> None:
    result = run(vase_png)
    assert result.source == "lathe"
    assert result.confidence > 0.6
    mesh = welded(only(result))
    assert mesh.is_watertight
    assert mesh.extents[2] == pytest.approx(mesh.extents[0], rel=0.03)
    assert overlap(front_view(only(result))[0], input_view(vase_png)[0]) > 0.95


def test_a_mask_may_be_sent_beside_the_picture(folder: Path, teddy_png: Path) -> None:
    alpha = Image.open(teddy_png).getchannel("A")
    alpha.save(folder / "mask.png")
    noise = np.random.default_rng(2).integers(0, 255, (400, 400, 3), np.uint8)
    Image.fromarray(noise).save(folder / "noise.png")
    result = run(folder / "noise.png", folder / "mask.png", quality="low", parameters={"masks": True})
    assert overlap(front_view(only(result))[0], input_view(teddy_png)[0]) > 0.95
    Image.new("L", (64, 64)).save(folder / "black.png")
    for files in ([folder / "noise.png"], [folder / "noise.png", folder / "black.png"]):
        with pytest.raises(EngineError) as error:
            run(*files, parameters={"masks": True})
        assert error.value.code == "INVALID_INPUT"
        assert "mask" in error.value.suggestion


def test_small_pictures_are_enlarged_where_the_network_is_there(
    folder: Path, teddy_png: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pocket3d_server.models.builtin_image import upscale

    small = np.asarray(Image.open(teddy_png).resize((100, 80)), np.float32) / 255
    monkeypatch.setattr(upscale, "weights", lambda: None)
    assert upscale.upscaled(small) is None
    monkeypatch.setattr(upscale, "weights", lambda: (folder / "net.param", folder / "net.bin"))
    monkeypatch.setattr(upscale, "_run", lambda _, rgb: rgb.repeat(4, axis=0).repeat(4, axis=1))
    large = upscale.upscaled(small)
    assert large is not None
    assert large.shape == (320, 400, 4)
    assert np.abs(large[2::4, 2::4, 3] - small[..., 3]).mean() < 0.02
    assert upscale.upscaled(np.ones((400, 100, 4), np.float32)) is None


def test_the_same_mask_from_alpha_and_from_plain_backgrounds(folder: Path, teddy_png: Path) -> None:
    cutout = Image.open(teddy_png)
    masks = []
    for name, colour in (("white", (255, 255, 255)), ("blue", (120, 150, 190))):
        scene = Image.new("RGBA", cutout.size, (*colour, 255))
        scene.alpha_composite(cutout)
        scene.convert("RGB").save(folder / f"{name}.jpg", quality=90)
        found = cut_out(read_picture(folder / f"{name}.jpg"))
        assert found.method == "plain_background"
        masks.append(found.alpha > 0.5)
    expected = cut_out(read_picture(teddy_png)).alpha > 0.5
    for mask in masks:
        rows, columns = min(mask.shape[0], expected.shape[0]), min(mask.shape[1], expected.shape[1])
        assert abs(mask.shape[0] - expected.shape[0]) <= 3
        assert overlap(mask[:rows, :columns], expected[:rows, :columns]) > 0.97


def test_edges_lose_the_background_colour(folder: Path, teddy_png: Path) -> None:
    scene = Image.new("RGBA", Image.open(teddy_png).size, (0, 255, 0, 255))
    scene.alpha_composite(Image.open(teddy_png))
    scene.convert("RGB").filter(ImageFilter.GaussianBlur(1)).save(folder / "green.png")
    found = cut_out(read_picture(folder / "green.png"))
    greenish = found.rgb[..., 1] > found.rgb[..., 0] + 0.05
    assert greenish.mean() < 0.002


def test_without_the_network_a_busy_photo_still_gives_an_object(
    folder: Path, teddy_png: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (400, 400, 3), np.uint8)
    scene = Image.fromarray(noise).filter(ImageFilter.GaussianBlur(5)).convert("RGBA")
    scene.alpha_composite(Image.open(teddy_png))
    scene.convert("RGB").save(folder / "busy.png")
    monkeypatch.setattr("pocket3d_server.models.pictures.saliency.weights_file", lambda: None)
    found = cut_out(read_picture(folder / "busy.png"))
    assert found.method == "border"
    assert found.confidence < 0.5
    assert found.notes


@pytest.mark.parametrize("behind", ["noise", "bricks", "noise far away"])
def test_the_network_finds_the_object_of_a_busy_photo(folder: Path, teddy_png: Path, behind: str) -> None:
    from pocket3d_server.models.pictures.saliency import weights_file

    if weights_file() is None:
        pytest.skip("the package with the network's weights is not installed")
    rng = np.random.default_rng(1)
    y, x = np.mgrid[0:1:400j, 0:1:400j]
    waves = [np.sin(9 * x + k) * np.cos(7 * y - k) + rng.normal(0, 0.3, x.shape) for k in range(3)]
    noise = (110 + 45 * np.stack(waves, axis=-1)).clip(0, 255).astype(np.uint8)
    joints = (np.sin(40 * x) > 0.97) | (np.sin(90 * y) > 0.95)
    wall = np.where(joints[..., None], (200, 190, 180), (140, 90, 80)).astype(np.uint8)
    scene = Image.fromarray(wall if behind == "bricks" else noise).filter(ImageFilter.GaussianBlur(2))
    figure = Image.open(teddy_png)
    if behind == "noise far away":
        scene, figure = scene.resize((900, 700)), figure.resize((300, 300))
    scene = scene.convert("RGBA")
    scene.alpha_composite(figure)
    scene.convert("RGB").save(folder / "salient.png")
    found = cut_out(read_picture(folder / "salient.png"))
    assert found.method == "saliency"
    expected = np.asarray(figure)[..., 3] > 127
    assert (found.alpha > 0.5).sum() == pytest.approx(expected.sum(), rel=0.2)


def test_quality_and_resolution_are_obeyed(vase_png: Path) -> None:
    counts = {}
    for quality in ("low", "medium", "high"):
        primitive = only(
            run(vase_png, quality=quality, texture_resolution=1024, parameters={"method": "inflate"})
        )
        counts[quality] = len(primitive.faces)
        assert primitive.material.base_color_image is not None
        assert primitive.material.base_color_image.shape == (1024, 1024, 3)
    assert counts["low"] <= 6_000 < counts["medium"] <= 20_000 < counts["high"] <= 60_000


def test_the_same_request_gives_the_same_mesh(teddy_png: Path, teddy_result: EngineResult) -> None:
    again = only(run(teddy_png))
    assert np.array_equal(again.vertices, only(teddy_result).vertices)
    assert np.array_equal(again.material.base_color_image, only(teddy_result).material.base_color_image)


def test_the_demo_picture_makes_a_figure() -> None:
    result = run(ASSETS / "reference_toy.png")
    assert result.source == "inflate"
    assert result.confidence > 0.5
    assert welded(only(result)).is_watertight


def test_any_kind_of_pixels_is_read(folder: Path, teddy_png: Path) -> None:
    scene = Image.new("RGBA", Image.open(teddy_png).size, "white")
    scene.alpha_composite(Image.open(teddy_png))
    grey = scene.convert("L")
    grey.save(folder / "grey.png")
    Image.fromarray(np.asarray(grey).astype(np.uint16) * 257).save(folder / "deep.png")
    scene.convert("CMYK").save(folder / "print.jpg", quality=95)
    scene.quantize(64).save(folder / "palette.png")
    assert np.allclose(read_picture(folder / "deep.png"), read_picture(folder / "grey.png"), atol=0.01)
    for name in ("print.jpg", "palette.png"):
        assert np.abs(read_picture(folder / name)[..., :3] - np.asarray(scene)[..., :3] / 255).mean() < 0.02


@pytest.mark.parametrize("case", ["text", "tiny", "empty", "blank", "hair"])
def test_bad_pictures_say_what_to_do(folder: Path, case: str) -> None:
    path = folder / f"{case}.png"
    if case == "text":
        path.write_text("no picture")
    else:
        size = (8, 8) if case == "tiny" else (200, 200)
        picture = Image.new("RGBA", size, (0, 0, 0, 0) if case == "empty" else (200, 30, 30, 255))
        if case == "hair":
            ImageDraw.Draw(picture).line((10, 10, 190, 190), fill="black", width=1)
        picture.save(path)
    with pytest.raises(EngineError) as error:
        run(path)
    assert error.value.code == "INVALID_INPUT"
    assert error.value.suggestion


def test_no_picture_and_too_many_are_refused(teddy_png: Path) -> None:
    for images in ([], [teddy_png] * 5):
        with pytest.raises(EngineError) as error:
            run(*images)
        assert error.value.code == "INVALID_INPUT"
        assert error.value.suggestion
