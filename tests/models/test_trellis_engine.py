"""TRELLIS as an engine, on tiny releases: every step told, what goes wrong said in words, what the server says of it."""

from __future__ import annotations

import shutil
import weakref
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trellis_release
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.models import registry
from pocket3d_server.models.engine import EngineError, MeshRequest
from pocket3d_server.models.neural import base
from pocket3d_server.models.weights import Weights
from pocket3d_server.runners.catalog import Catalog

FEW = {"structure_steps": 3, "detail_steps": 3, "faces": 2000}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the tiny repositories."""
    pytest.importorskip("torch", reason="the models extra is not installed")
    folder = tmp_path_factory.mktemp("release")
    trellis_release.write_all(folder)
    return folder


def decoded(mesh: Any, gaussians: Any, **settings: Any) -> Asset:
    """In the place of ``make_asset``, which has tests of its own."""
    plain = Material.from_srgb("plain", (1, 1, 1))
    return Asset([Part("decoded", [Primitive(mesh.vertices.numpy(), mesh.faces.numpy(), plain)])])


@pytest.fixture
def engine(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Any:
    """A model in this process, for pictures or what else is asked for, with weights of its own, loaded."""
    from pocket3d_server.models.trellis import asset

    monkeypatch.setattr(asset, "make_asset", decoded)
    monkeypatch.setattr(trellis_release, "_small_previews", lambda: None)
    engine = getattr(request, "param", trellis_release.TinyFromImages)()
    engine.weights = Weights(tmp_path / "models")
    for file in engine.spec.weights:
        engine.weights.path(file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(release / file.repository / file.path, engine.weights.path(file))
    engine.load("cpu")
    return engine


def asked(tmp_path: Path, seed: int = 7) -> MeshRequest:
    path = tmp_path / "box.png"
    trellis_release.picture().save(path)
    return MeshRequest(images=[path], text_prompt="a red chair", parameters=FEW, seed=seed)


@pytest.mark.parametrize(
    "engine",
    [trellis_release.TinyFromImages, trellis_release.TinyFromText],
    indirect=True,
    ids=["image", "text"],
)
def test_every_step_is_told_and_may_be_the_last(engine: Any, tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    first = engine.run(asked(tmp_path), lambda done, stage: told.append((done, stage)))
    fractions, stages = zip(*told)
    assert list(fractions) == sorted(fractions)
    assert fractions[-1] == 1.0
    assert stages.count("drawing_structure") == stages.count("drawing_details") == 1 + 3
    order = ["drawing_structure", "drawing_details", "decoding_surface", "decoding_colours"]
    assert [stage for stage in dict.fromkeys(stages) if stage in order] == order

    same, other = [engine.run(asked(tmp_path, seed), lambda done, stage: None) for seed in (7, 8)]
    shapes = [made.asset.parts[0].primitives[0].vertices for made in (first, same, other)]
    assert np.array_equal(shapes[0], shapes[1])
    assert not np.array_equal(shapes[0], shapes[2])

    def stop(done: float, stage: str) -> None:
        if stage == "drawing_details":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.run(asked(tmp_path), stop)


def test_networks_come_and_go_in_turn(engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pocket3d_server.models.trellis import pipeline

    open_checkpoint = pipeline.open_checkpoint
    made: list[weakref.ref[Any]] = []
    there: list[int] = []

    def watched(*about: Any) -> Any:
        there.append(sum(network() is not None for network in made))
        network = open_checkpoint(*about)
        made.append(weakref.ref(network))
        return network

    monkeypatch.setattr(pipeline, "open_checkpoint", watched)
    engine.run(asked(tmp_path), lambda done, stage: None)
    assert len(there) >= 5, "two flows, three decoders"
    assert not any(there)


@pytest.mark.parametrize(
    ("trouble", "code", "says", "advises"),
    [
        ("no image", "INVALID_INPUT", "no image", "picture"),
        ("no prompt", "INVALID_INPUT", "no text", "text_prompt"),
        ("cut short", "MODEL_UNAVAILABLE", "damaged or did not arrive whole", "install it again"),
        ("another network", "MODEL_UNAVAILABLE", "not a SLatFlowModel", "install it again"),
        ("no description", "MODEL_UNAVAILABLE", "pipeline.json cannot be used", "install it again"),
        ("empty", "PROCESSING_FAILED", "drew nothing", "another seed"),
        (
            "GPU memory",
            "OUT_OF_MEMORY",
            "not enough free GPU memory; test_trellis_image needs up to 5.9 GB",
            "Close",
        ),
        (
            "host memory",
            "OUT_OF_MEMORY",
            "not enough free memory; test_trellis_image needs up to 5.9 GB",
            "a smaller",
        ),
        ("PyTorch for CPUs", "MODEL_UNAVAILABLE", "cannot use the GPU", "pytorch.org/get-started"),
    ],
)
def test_troubles_are_told_with_what_to_do(
    engine: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
    code: str,
    says: str,
    advises: str,
) -> None:
    import torch
    from pocket3d_server.models.trellis import pipeline

    checkpoint = {
        file.path: engine.weights.path(file)
        for file in engine.spec.weights
        if file.repository == trellis_release.IMAGE
    }
    flow = checkpoint["ckpts/slat_flow_model.safetensors"]
    request, device = asked(tmp_path), "cpu"

    def no_memory(*about: object) -> None:
        words = {
            "GPU memory": "CUDA out of memory. Tried to",
            "host memory": "DefaultCPUAllocator: can't allocate memory",
        }
        raise torch.OutOfMemoryError(words[trouble]) if "GPU" in trouble else RuntimeError(words[trouble])

    match trouble:
        case "no image":
            request.images = []
        case "no prompt":
            engine, parts = trellis_release.TinyFromText(), engine._parts
            engine._parts, request.text_prompt = parts, "  "
        case "cut short":
            flow.write_bytes(flow.read_bytes()[:-100])
        case "another network":
            for end in (".json", ".safetensors"):
                shutil.copy(checkpoint[f"ckpts/sparse_structure_flow_model{end}"], flow.with_suffix(end))
        case "no description":
            checkpoint["pipeline.json"].write_text("{}")
        case "empty":
            monkeypatch.setattr(pipeline, "occupied", lambda logits: torch.zeros((0, 4), dtype=torch.int32))
        case "PyTorch for CPUs":
            device = "cuda:0"
        case _:
            monkeypatch.setattr(pipeline, "decode_mesh", no_memory)
    if trouble in ("no description", "PyTorch for CPUs"):
        run = partial(engine.load, device)
    else:
        run = partial(engine.run, request, lambda done, stage: None)
    with pytest.raises(EngineError, match=says) as raised:
        run()
    assert raised.value.code == code
    assert advises in raised.value.suggestion


def test_the_released_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the names of the API; without PyTorch they say what to run."""
    found = {name: engine for name, engine in registry.engines().items() if name.startswith("trellis")}
    assert {name: engine.spec.inputs for name, engine in found.items()} == {
        "trellis_image_large": ("image",),
        "trellis_text_base": ("text",),
        "trellis_text_large": ("text",),
        "trellis_text_xlarge": ("text",),
    }
    ranked = [model.spec.model_id for model in Catalog().all() if model.spec.model_id in found]
    assert ranked == ["trellis_text_xlarge", "trellis_text_large", "trellis_image_large", "trellis_text_base"]
    for engine in found.values():
        spec = engine.spec
        assert spec.weights[0].path == "pipeline.json"
        assert spec.without_gpu
        assert spec.without_gpu.estimated_seconds > 5 * spec.estimated_seconds
        monkeypatch.setattr(base, "find_spec", lambda name: None)
        missing = engine.missing()
        assert missing
        assert missing.code == "EXTRA"
        assert "pip install" in missing.remedy
