"""Hunyuan3D-Paint as engines, on tiny releases: what they tell, what they refuse, what the server says of them."""

from __future__ import annotations

import json
import shutil
import weakref
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pocket3d_server.models import registry
from pocket3d_server.models.engine import EngineError, Feature, TextureRequest
from pocket3d_server.models.weights import Weights
from pocket3d_server.runners.catalog import Catalog, NoModelError

pytest.importorskip("torch", reason="the models extra is not installed")
pytest.importorskip("diffusers", reason="the models extra is not installed")

import paint_release

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of diffusers

FEW = {"steps": 2, "views": 2, "view_size": 256}
ENGINES = [paint_release.TinyPaint, paint_release.TinyPaintPbr]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the tiny repositories, a picture and a mesh."""
    folder = tmp_path_factory.mktemp("release")
    paint_release.write_all(folder)
    paint_release.picture().save(folder / "picture.png")
    paint_release.write_mesh(folder / "mesh.glb")
    return folder


@pytest.fixture
def engine(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Any:
    """A model in this process with weights of its own, loaded."""
    from pocket3d_server.models.hunyuan_paint import engine as module

    monkeypatch.setattr(paint_release, "_small_previews", lambda: None)
    monkeypatch.setattr(module, "LEAST_VIEW", 256)
    engine = getattr(request, "param", paint_release.TinyPaint)()
    engine.weights = Weights(tmp_path / "models")
    for file in engine.spec.weights:
        engine.weights.path(file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(release / file.repository / file.path, engine.weights.path(file))
    engine.load("cpu")
    return engine


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref[Any]]:
    """The networks that have been opened. One comes only when those before it have left, as the memory that a model
    asks for says."""
    from pocket3d_server.models.hunyuan_paint import diffusion, dual, super_resolution
    from pocket3d_server.models.neural import dinov2

    seen: list[weakref.ref[Any]] = []

    def watched(network: Any, tensors: Any, path: Path) -> Any:
        left = [type(other()).__name__ for other in seen if other() is not None]
        assert not left, f"{type(network).__name__} comes while {left} are there"
        whole = with_weights(network, tensors, path)
        # What computes; its parts may leave one by one.
        parts = [whole.unet, whole.unet_dual] if isinstance(whole, dual.Paint) else [whole]
        seen.extend(weakref.ref(part) for part in parts)
        return whole

    with_weights = diffusion.with_weights
    for module in (diffusion, dual, super_resolution, dinov2):
        monkeypatch.setattr(module, "with_weights", watched)
    return seen


def asked(release: Path, engine: Any, **settings: Any) -> TextureRequest:
    plain = {} if isinstance(engine, paint_release.TinyPaintPbr) else {"delight": False}
    told = {
        "mesh": release / "mesh.glb",
        "images": [release / "picture.png"],
        "texture_resolution": 512,
        "seed": 7,
    }
    return TextureRequest(**told | {"parameters": FEW | plain} | settings)


def silent(done: float, stage: str) -> None:
    """Nobody listens."""


@pytest.mark.parametrize("engine", ENGINES, indirect=True, ids=["2.0", "2.1"])
def test_every_step_is_told_and_a_seed_means_the_same(
    engine: Any, release: Path, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pocket3d_server.models.hunyuan_paint import pipeline

    monkeypatch.setattr(pipeline, "delighted", partial(pipeline.delighted, steps=1))
    told: list[tuple[float, str]] = []
    first = engine.run(asked(release, engine, parameters=FEW), lambda done, stage: told.append((done, stage)))
    # The autoencoder comes before and after what paints, and before and after what takes out the light.
    assert len(opened) == (3 + 1 + 2 + 1 if engine.method == "linear" else 1 + 1 + 2 + 1 + 1)
    fractions, stages = zip(*told)
    assert list(fractions) == sorted(fractions)
    assert fractions[-1] == 1.0
    assert stages.count("painting_views") == 2
    order = [
        "reading_mesh",
        "reading_picture",
        "unwrapping",
        "drawing_maps",
        "encoding_maps",
        "painting_views",
    ]
    order += ["decoding_views", "projecting_views", "filling_gaps", "assembling"]
    assert [stage for stage in dict.fromkeys(stages) if stage in order] == order
    assert ("enlarging_views" in stages) is isinstance(engine, paint_release.TinyPaintPbr)
    assert (first.source, first.confidence) == ("network", 0.9)
    assert first.notes == ["It was painted without a GPU, which takes far longer."]

    (material,) = {id(p.material): p.material for p in first.asset.primitives()}.values()
    assert material.base_color_image.shape == (512, 512, 3)
    assert (material.metallic_roughness_image is not None) is isinstance(engine, paint_release.TinyPaintPbr)
    assert [part.name for part in first.asset.parts] == ["foot", "ball"]
    assert first.asset.extras["texture"] == {"uv": "unwrapped", "views": 2, "device": "cpu"}

    seeds = (7, 8) if engine.method == "linear" else (7,)
    again = [engine.run(asked(release, engine, parameters=FEW, seed=seed), silent) for seed in seeds]
    pictures = [next(made.asset.primitives()).material.base_color_image for made in (first, *again)]
    alike = [np.array_equal(pictures[0], picture) for picture in pictures[1:]]
    assert alike == [seed == 7 for seed in seeds]


@pytest.mark.parametrize("engine", ENGINES, indirect=True, ids=["2.0", "2.1"])
def test_random_numbers_come_in_the_published_order(
    engine: Any, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two reference pictures, of the maps of three views, of the views; all on the CPU, of one generator."""
    import torch

    drawn: list[tuple[int, ...]] = []
    generators = set()

    def noted(*size: Any, generator: Any, **kind: Any) -> Any:
        made = randn(*size, generator=generator, **kind)
        drawn.append(tuple(made.shape))
        generators.add(generator)
        return made

    randn = torch.randn
    monkeypatch.setattr(torch, "randn", noted)
    parameters = asked(release, engine).parameters | {"views": 3, "steps": 1}
    request = asked(release, engine, images=[release / "picture.png"] * 2, parameters=parameters)

    def painted(done: float, stage: str) -> None:
        if stage in ("enlarging_views", "projecting_views"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.run(request, painted)
    cell = (4, 32, 32)
    views = [(1, 3, *cell)] * 2 if engine.method == "linear" else [(6, *cell)]  # only 2.0's steps add noise
    assert drawn == [(2, *cell), (3, *cell), (3, *cell), *views]
    assert len(generators) == 1


def test_guidance_of_one_asks_one_branch() -> None:
    import torch
    from pocket3d_server.models.hunyuan_paint.painting import _guided

    asked_of: list[Any] = []

    def branch(latents: Any, time: Any, memory: Any) -> Any:
        asked_of.append(memory)
        return latents * memory

    led: Any = 3.0
    free: Any = 1.0
    assert _guided(branch, led, free, 2.0)(torch.ones(1), torch.zeros(())) == 1 + 2 * (3 - 1)
    assert _guided(branch, led, free, 1.0)(torch.ones(1), torch.zeros(())) == 3
    assert asked_of == [3, 1, 3]


@pytest.mark.parametrize("engine", [paint_release.TinyPaintPbr], indirect=True)
def test_a_pickle_that_would_run_something_does_not(engine: Any, release: Path, tmp_path: Path) -> None:
    import os

    import torch

    class Evil:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "was_here"),)

    checkpoint = next(
        engine.weights.path(f)
        for f in engine.spec.weights
        if f.path.endswith("unet/diffusion_pytorch_model.bin")
    )
    torch.save({"unet.conv_in.weight": Evil()}, checkpoint)
    with pytest.raises(EngineError) as raised:
        engine.run(asked(release, engine), silent)
    assert raised.value.code == "MODEL_UNAVAILABLE"
    assert not (tmp_path / "was_here").exists()


@pytest.mark.parametrize("engine", ENGINES, indirect=True, ids=["2.0", "2.1"])
def test_what_is_painted_lands_where_it_was_seen(
    engine: Any, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In place of the networks: views are painted in the colours of their maps of normals."""
    from pocket3d_server.models.hunyuan_paint import pipeline

    def colours(*about: Any) -> Any:
        scene = next(part for part in about if isinstance(part, pipeline.Scene))
        return scene.normals if isinstance(engine, paint_release.TinyPaint) else (scene.normals,) * 2

    def larger(pictures: Any, *about: Any) -> Any:
        return [np.asarray(Image.fromarray(p).resize((1024, 1024))) for p in pictures]

    monkeypatch.setattr(pipeline, "paint_views", colours)
    monkeypatch.setattr(pipeline, "paint_views_pbr", colours)
    monkeypatch.setattr(pipeline, "enlarged", larger)
    parameters = {"view_size": 512, "views": 6}
    made = engine.run(
        asked(
            release, engine, parameters=parameters | ({"delight": False} if engine.method == "linear" else {})
        ),
        silent,
    )
    foot, ball = made.asset.primitives()
    image = foot.material.base_color_image
    at = np.clip((ball.uv * 512).astype(int), 0, 511)
    seen = image[at[:, 1], at[:, 0]].astype(float) / 127.5 - 1
    normal = ball.vertices - [0, 0.6, 0]
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    # The painter's axes are mirrored, so its normals point inwards.
    meant = np.stack([normal[:, 0], -normal[:, 2], normal[:, 1]], axis=1)
    upper = normal[:, 1] > -0.3  # the foot hides the rest
    assert np.corrcoef(seen[upper].ravel(), meant[upper].ravel())[0, 1] > 0.97


def test_intensity_fades_over_from_the_mesh(release: Path) -> None:
    from pocket3d_server.geometry.read import read_asset
    from pocket3d_server.models.hunyuan_paint.painter import ROUGHNESS, Painter
    from pocket3d_server.models.hunyuan_paint.pipeline import Texture, dressed

    painter = Painter(read_asset(release / "mesh.glb"), 128, "linear", 128)
    color = np.zeros((128, 128, 3), np.uint8)
    color[:, ::2] = (180, 60, 0)
    pair = np.full((128, 128, 3), (255, 51, 0), np.uint8)

    def worn(intensity: float, metallic: bool) -> tuple[Any, Any]:
        made = dressed(painter, Texture(color, pair if metallic else None), intensity)
        material = next(made.primitives()).material
        texel = painter.atlas.texels.texel
        images = material.base_color_image, material.metallic_roughness_image
        return tuple(None if i is None else i.reshape(-1, 3)[texel].astype(float) for i in images)

    assert worn(0.8, False)[1] is None
    full, both = worn(0.8, True)
    assert np.array_equal(full, color.reshape(-1, 3)[painter.atlas.texels.texel])
    assert (both[:, 1:] == (51, 255)).all()
    half, pale = worn(0.4, False)
    assert np.abs(half - (full + 255 * 0.8) / 2).max() < 1.5
    assert np.abs(pale[:, 1] - 255 * (ROUGHNESS + 0.6) / 2).max() < 2
    assert worn(1.0, True)[0].std() > 1.05 * full.std()


@pytest.mark.parametrize(
    ("trouble", "code", "says", "advises"),
    [
        ("no image", "INVALID_INPUT", "paints after a picture", "builtin_texture"),
        ("no object", "INVALID_INPUT", "no object", "background"),
        ("no faces", "INVALID_INPUT", "holds no triangles", "at least one triangle"),
        ("one point", "INVALID_INPUT", "all vertices are in one place", "mesh"),
        ("cut short", "MODEL_UNAVAILABLE", "damaged or did not arrive whole", "install it again"),
        ("no description", "MODEL_UNAVAILABLE", "config.json cannot be used", "install it again"),
        ("another network", "MODEL_UNAVAILABLE", "does not fit", "install it again"),
        ("memory", "OUT_OF_MEMORY", "not enough free GPU memory; test_hunyuan_paint needs", "Close"),
        ("PyTorch for CPUs", "MODEL_UNAVAILABLE", "cannot use the GPU", "pytorch.org/get-started"),
    ],
)
def test_troubles_are_told_with_what_to_do(
    engine: Any,
    release: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
    code: str,
    says: str,
    advises: str,
) -> None:
    import torch
    from pocket3d_server.models.hunyuan_paint import pipeline

    checkpoint = {file.path: engine.weights.path(file) for file in engine.spec.weights}
    unet = checkpoint["hunyuan3d-paint-v2-0/unet/diffusion_pytorch_model.safetensors"]
    request = asked(release, engine)
    run = partial(engine.run, request, silent)

    def no_memory(*about: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate")

    match trouble:
        case "no image":
            request.images, request.text_prompt = [], "red"
        case "no object":
            Image.new("RGB", (64, 64), "white").save(tmp_path / "white.png")
            request.images = [tmp_path / "white.png"]
        case "no faces":
            (tmp_path / "points.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\n")
            request.mesh = tmp_path / "points.obj"
        case "one point":
            (tmp_path / "point.obj").write_text("v 1 2 3\nv 1 2 3\nv 1 2 3\nf 1 2 3\n")
            request.mesh = tmp_path / "point.obj"
        case "cut short":
            unet.write_bytes(unet.read_bytes()[:-100])
        case "no description":
            unet.with_name("config.json").unlink()
        case "another network":
            other = engine.weights.path(engine.spec.weights[0]).with_name("config.json")
            other.write_text(json.dumps(paint_release.UNET | {"cross_attention_dim": 8}))
        case "memory":
            monkeypatch.setattr(pipeline, "paint_views", no_memory)
        case _:
            run = partial(engine.load, "cuda:0")
    with pytest.raises(EngineError, match=says) as raised:
        run()
    assert raised.value.code == code
    assert advises in raised.value.suggestion


def test_text_and_style_beside_a_picture_are_said_not_to_be_used(engine: Any, release: Path) -> None:
    from pocket3d_server.models.hunyuan_paint.engine import notes_on

    request = asked(release, engine, text_prompt="of rusty iron", style="cartoon")
    notes = notes_on(request, [], "hunyuan3d_paint", without_gpu=False)
    assert [note.split(" was")[0] for note in notes] == ["The text", "The style cartoon"]


def test_the_released_models() -> None:
    """By their names; terms come first, and pictures are what they take."""
    found = {name: engine.spec for name, engine in registry.engines().items() if "hunyuan" in name}
    assert list(found) == ["hunyuan3d_paint", "hunyuan3d_paint_pbr"]
    for spec in found.values():
        assert spec.inputs == ("mesh", "image")
        assert spec.licence_terms is not None
        assert spec.licence_terms.must_accept
        assert "European Union" in spec.licence_terms.conditions[0]
        assert spec.without_gpu is not None
        assert spec.without_gpu.estimated_seconds > 5 * spec.estimated_seconds
    assert found["hunyuan3d_paint"].vram_mb < 8 * 1024
    assert found["hunyuan3d_paint_pbr"].vram_mb < 12 * 1024
    assert sum(file.size for file in found["hunyuan3d_paint"].weights) == pytest.approx(8.15e9, rel=0.01)
    assert sum(file.size for file in found["hunyuan3d_paint_pbr"].weights) == pytest.approx(8.87e9, rel=0.01)


def test_a_text_alone_goes_to_the_built_in_model_or_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = Catalog(["paint_release:TinyPaint"])
    feature = Feature.TEXTURE_GENERATION
    assert catalog.choose(feature, {"mesh", "text"}, None).spec.model_id == "builtin_texture"
    taken = catalog.choose(feature, {"mesh", "text", "image"}, "test_hunyuan_paint")
    assert taken.spec.model_id == "test_hunyuan_paint"
    with pytest.raises(NoModelError, match="takes mesh and image, not mesh and text") as raised:
        catalog.choose(feature, {"mesh", "text"}, "test_hunyuan_paint")
    assert "Send a picture (images)" in raised.value.suggestion
    assert "builtin_texture" in raised.value.suggestion
