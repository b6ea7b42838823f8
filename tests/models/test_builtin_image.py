"""The image engine as it is used: pictures on disk in, textured meshes out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image, ImageDraw, ImageFilter
from pocket3d_server.geometry.asset import Primitive
from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.models.builtin_image import BuiltinImage
from pocket3d_server.models.engine import EngineError, EngineResult, MeshRequest
from pocket3d_server.models.pictures.cutout import cut_out
from pocket3d_server.models.pictures.picture import read_picture
from scipy import ndimage

ASSETS = Path(__file__).resolve().parents[2] / "assets"
BROWN, CREAM, INK = (168, 110, 62, 255), (235, 212, 170, 255), (30, 22, 20, 255)


def run(*images: Path, **settings: object) -> EngineResult:
    stages: list[tuple[float, str]] = []
    settings.setdefault("quality", "low")
    settings.setdefault("texture_resolution", 512)
    request = MeshRequest(images=list(images), **settings)  # type: ignore[arg-type]
    result = BuiltinImage().run(request, lambda fraction, stage: stages.append((fraction, stage)))
    fractions = [fraction for fraction, _ in stages]
    assert fractions == sorted(fractions)
    assert fractions[-1] <= 1
    return result


def only(result: EngineResult) -> Primitive:
    (part,) = result.asset.parts
    (primitive,) = part.primitives
    return primitive


def welded(primitive: Primitive) -> trimesh.Trimesh:
    """The mesh without its UV seams."""
    mesh = trimesh.Trimesh(primitive.vertices, primitive.faces, process=False)
    mesh.merge_vertices(merge_tex=True, merge_norm=True)
    return mesh


def front_view(primitive: Primitive, size: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Silhouette (size, size) and unlit colours (size, size, 3; 0..1) from +Z; 1 m fills the picture."""
    centre = (primitive.vertices.min(axis=0) + primitive.vertices.max(axis=0)) / 2
    y, x = np.mgrid[0.5 : -0.5 : size * 1j, -0.5 : 0.5 : size * 1j]
    origins = np.stack([x.ravel() + centre[0], y.ravel() + centre[1], np.full(x.size, 5.0)], axis=1)
    hits = RayScene(primitive.vertices, primitive.faces).first_hit(
        origins, np.tile([0.0, 0, -1], (x.size, 1))
    )
    found = hits.face >= 0
    corner = primitive.faces[hits.face[found]]
    assert primitive.uv is not None
    assert primitive.material.base_color_image is not None
    uv = np.einsum("nk,nkd->nd", hits.barycentric[found], primitive.uv[corner])
    image = primitive.material.base_color_image
    texel = np.clip((uv * image.shape[0]).astype(int), 0, image.shape[0] - 1)
    colour = np.zeros((x.size, 3))
    colour[found] = image[texel[:, 1], texel[:, 0]] / 255
    return found.reshape(size, size), colour.reshape(size, size, 3)


def input_view(path: Path, size: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """The cut-out laid out as ``front_view`` does."""
    picture = read_picture(path)
    mask = picture[..., 3] > 0.5
    rows, columns = np.nonzero(mask)
    longest = max(np.ptp(rows), np.ptp(columns)) + 1
    y, x = np.mgrid[-0.5 : 0.5 : size * 1j, -0.5 : 0.5 : size * 1j]
    where = [
        (rows.min() + rows.max()) / 2 + y * longest,
        (columns.min() + columns.max()) / 2 + x * longest,
    ]
    colour = np.stack(
        [ndimage.map_coordinates(picture[..., c], where, order=1, cval=0.0) for c in range(3)], axis=-1
    )
    return ndimage.map_coordinates(mask.astype(float), where, order=1, cval=0.0) > 0.5, colour


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def draw(path: Path, painter: object, size: int = 400, background: object = (0, 0, 0, 0)) -> Path:
    """A drawing made at three times its size, so that its edges are smooth."""
    big = Image.new("RGBA", (3 * size, 3 * size), background)  # type: ignore[arg-type]
    painter(ImageDraw.Draw(big), 3 * size)  # type: ignore[operator]
    big.resize((size, size), Image.Resampling.LANCZOS).save(path)
    return path


def disc(pen: ImageDraw.ImageDraw, s: int, x: float, y: float, r: float, fill: object, ry: float = 0) -> None:
    ry = ry or r
    pen.ellipse(((x - r) * s, (y - ry) * s, (x + r) * s, (y + ry) * s), fill=fill)  # type: ignore[arg-type]


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
    assert np.abs(colour[inside] - np.array(BROWN[:3]) / 255).mean() < 0.08


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


def test_handles_stay_on_a_turned_body(folder: Path) -> None:
    def amphora(pen: ImageDraw.ImageDraw, s: int) -> None:
        clay = (176, 112, 70, 255)
        for side in (-1, 1):
            disc(pen, s, 0.5 + 0.16 * side, 0.3, 0.12, clay)
            disc(pen, s, 0.5 + 0.16 * side, 0.3, 0.08, (0, 0, 0, 0))
        disc(pen, s, 0.5, 0.58, 0.22, clay, 0.3)
        pen.rectangle([0.44 * s, 0.12 * s, 0.56 * s, 0.4 * s], fill=clay)
        pen.rectangle([0.40 * s, 0.10 * s, 0.60 * s, 0.14 * s], fill=clay)
        pen.rectangle([0.40 * s, 0.84 * s, 0.60 * s, 0.9 * s], fill=clay)

    path = draw(folder / "amphora.png", amphora)
    result = run(path, parameters={"method": "lathe"})
    mesh = welded(only(result))
    assert mesh.is_watertight
    assert mesh.euler_number == -2  # two handles
    assert overlap(front_view(only(result))[0], input_view(path)[0]) > 0.93


def test_a_mug_is_hollow_and_keeps_its_handle(folder: Path) -> None:
    def mug(pen: ImageDraw.ImageDraw, s: int) -> None:
        blue = (60, 110, 180, 255)
        disc(pen, s, 0.72, 0.52, 0.17, blue, 0.2)
        disc(pen, s, 0.72, 0.52, 0.11, (0, 0, 0, 0), 0.14)
        pen.rectangle([0.2 * s, 0.22 * s, 0.7 * s, 0.84 * s], fill=blue)

    path = draw(folder / "mug.png", mug)
    result = run(path)
    assert result.source == "lathe"
    mesh = welded(only(result))
    assert mesh.is_watertight
    assert mesh.euler_number == 0  # the handle
    filled = np.pi * 0.32**2 * 0.8  # of a solid cylinder, with its longer side 1 m
    assert 0.1 * filled < mesh.volume < 0.6 * filled
    assert overlap(front_view(only(result))[0], input_view(path)[0]) > 0.95


def test_a_table_stands_on_four_legs(folder: Path) -> None:
    def table(pen: ImageDraw.ImageDraw, s: int) -> None:
        for box in ((0.1, 0.3, 0.9, 0.36), (0.13, 0.3, 0.18, 0.8), (0.82, 0.3, 0.87, 0.8)):
            pen.rectangle([v * s for v in box], fill=BROWN)

    path = draw(folder / "table.png", table)
    result = run(path)
    assert result.source == "furniture"
    mesh = welded(only(result))
    assert mesh.is_watertight
    assert 0.3 < mesh.extents[2] < 0.8
    low = mesh.vertices[mesh.vertices[:, 1] < 0.4]
    assert (np.abs(low[:, [0, 2]]) > 0.15).all()  # nothing but legs
    assert len({(x > 0, z > 0) for x, z in low[:, [0, 2]]}) == 4
    assert overlap(front_view(only(result))[0], input_view(path)[0]) > 0.88


def test_wings_are_neither_strips_nor_balloons(folder: Path) -> None:
    """A bird from the front is as deep as its body; a plane from above has a round fuselage and thin wings."""
    from pocket3d_server.models.builtin_image import forming
    from pocket3d_server.models.builtin_image.silhouette import Silhouette

    def bird(pen: ImageDraw.ImageDraw, s: int) -> None:
        disc(pen, s, 0.5, 0.5, 0.07, BROWN)
        for side in (-1, 1):
            tip, root = (0.5 + 0.46 * side) * s, (0.5 + 0.04 * side) * s
            pen.polygon([(root, 0.47 * s), (tip, 0.40 * s), (tip, 0.42 * s), (root, 0.52 * s)], fill=BROWN)

    def plane(pen: ImageDraw.ImageDraw, s: int) -> None:
        disc(pen, s, 0.5, 0.5, 0.04, BROWN, 0.45)
        for y, reach, chord in ((0.42, 0.42, 0.16), (0.86, 0.15, 0.08)):
            for side in (-1, 1):
                tip = (0.5 + reach * side) * s
                pen.polygon(
                    [
                        (0.5 * s, y * s),
                        (tip, (y + 0.1) * s),
                        (tip, (y + 0.15) * s),
                        (0.5 * s, (y + chord) * s),
                    ],
                    fill=BROWN,
                )

    depths = {}
    for name, painter in (("bird", bird), ("plane", plane)):
        picture = read_picture(draw(folder / f"{name}.png", painter))
        picture[..., :3] *= np.linspace(0.6, 1.0, picture.shape[0])[:, None, None]  # lit from one side
        small = Silhouette.sample(cut_out(picture), forming.MEASURED_AT)
        plan = forming.plan(small)
        assert plan.method == "inflate", name
        mesh, _ = forming.form(small, plan, forming.Detail(6000, 40))
        depths[name] = np.ptp(mesh.vertices[:, 2])
        wing = mesh.vertices[np.abs(mesh.vertices[:, 0]) > 0.3]
        if name == "plane":
            assert np.ptp(wing[:, 2]) < 0.06
    assert 0.35 < depths["bird"] < 0.8
    assert 0.05 < depths["plane"] < 0.15


def test_a_named_chair_is_fitted_by_the_kit_and_said_to_be(folder: Path) -> None:
    from pocket3d_server.geometry.preview import render
    from pocket3d_server.models.builtin_text import BuiltinText

    made = BuiltinText().run(
        MeshRequest(seed=3, text_prompt="a wooden chair", quality="low", texture_resolution=512),
        lambda *_: None,
    )
    Image.fromarray(render(made.asset, 256, 0, 0, None)).save(folder / "chair.png")
    result = run(folder / "chair.png", text_prompt="a chair", quality="low")
    assert result.source == "kit"
    assert any("chair" in note and "kit" in note for note in result.notes)
    assert len(result.asset.parts) > 3
    low, high = result.asset.bounds()
    assert low[1] == pytest.approx(0, abs=1e-6)
    assert (high - low)[:2].max() == pytest.approx(1, abs=0.03)


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
    from pocket3d_server.models.pictures import upscale

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


def test_the_network_finds_the_object_of_a_busy_photo(folder: Path, teddy_png: Path) -> None:
    from pocket3d_server.models.pictures.saliency import weights_file

    if weights_file() is None:
        pytest.skip("the package with the network's weights is not installed")
    rng = np.random.default_rng(1)
    y, x = np.mgrid[0:1:400j, 0:1:400j]
    waves = [np.sin(9 * x + k) * np.cos(7 * y - k) + rng.normal(0, 0.3, x.shape) for k in range(3)]
    noise = (110 + 45 * np.stack(waves, axis=-1)).clip(0, 255).astype(np.uint8)
    scene = Image.fromarray(noise).filter(ImageFilter.GaussianBlur(2)).convert("RGBA")
    scene.alpha_composite(Image.open(teddy_png))
    scene.convert("RGB").save(folder / "salient.png")
    found = cut_out(read_picture(folder / "salient.png"))
    assert found.method == "saliency"
    expected = cut_out(read_picture(teddy_png))
    assert (found.alpha > 0.5).sum() == pytest.approx((expected.alpha > 0.5).sum(), rel=0.2)


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
