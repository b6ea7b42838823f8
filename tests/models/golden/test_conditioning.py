"""What pictures and prompts become for the flows of TRELLIS, against the published networks' numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="the models extra is not installed")

from pocket3d_server.models.neural.clip_text import load_clip_text  # noqa: E402
from pocket3d_server.models.neural.dinov2 import load_dinov2  # noqa: E402
from pocket3d_server.models.pictures.picture import read_picture  # noqa: E402
from pocket3d_server.models.trellis.preprocess import prepare  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

TOLERANCE = 1e-5
PRECISIONS = {torch.bfloat16: 2e-2, torch.float16: 3e-3}
"""Relative error (L2) that lower precision may have."""

HUGGING_FACE = {
    "norm.": "layernorm.",
    "cls_token": "embeddings.cls_token",
    "mask_token": "embeddings.mask_token",
    "register_tokens": "embeddings.register_tokens",
    "pos_embed": "embeddings.position_embeddings",
    "patch_embed.proj.": "embeddings.patch_embeddings.projection.",
    "blocks.": "encoder.layer.",
}
"""Beginnings of names, torch.hub's and Hugging Face's."""
IN_BLOCKS = {
    "attn.proj.": "attention.output.dense.",
    "ls1.gamma": "layer_scale1.lambda1",
    "ls2.gamma": "layer_scale2.lambda1",
}


def _with(field: str) -> Callable[[Path], bool]:
    """Cases whose configuration has ``field``."""
    return lambda path: field in json.loads(path.read_text()).get("config", {})


pictures = pytest.mark.golden("meta.json", only=_with("num_register_tokens"))
prompts = pytest.mark.golden("meta.json", only=_with("max_position_embeddings"))


def _hugging_face(case: Path, folder: Path) -> Path:
    """The case's weights under the other names, queries, keys and values apart."""
    tensors = {}
    for key, value in load_file(case.with_name("model.safetensors")).items():
        begin = next(begin for begin in HUGGING_FACE if key.startswith(begin))
        name = HUGGING_FACE[begin] + key.removeprefix(begin)
        for ours, theirs in IN_BLOCKS.items():
            name = name.replace(ours, theirs)
        if "attn.qkv" in name:
            for part, values in zip(("query", "key", "value"), value.chunk(3)):
                tensors[name.replace("attn.qkv", f"attention.attention.{part}")] = values.clone()
        else:
            tensors[name] = value
    save_file(tensors, folder / "model.safetensors")
    return folder / "model.safetensors"


def _pickled(case: Path, folder: Path) -> Path:
    """The case's weights as torch.hub has them."""
    torch.save(load_file(case.with_name("model.safetensors")), folder / "pretrained.pth")
    return folder / "pretrained.pth"


def _as_it_is(case: Path, folder: Path) -> Path:
    return case.with_name("model.safetensors")


@pictures
@pytest.mark.parametrize("layout", [_as_it_is, _pickled, _hugging_face])
@torch.no_grad()
def test_pictures(case: Path, tmp_path: Path, layout: Callable[[Path, Path], Path]) -> None:
    """Tokens of pictures of every size in the case, whichever file they come from."""
    heads = json.loads(case.read_text())["config"]["num_heads"]
    network = load_dinov2(layout(case, tmp_path), heads)
    io = load_file(case.with_name("io.safetensors"))
    sizes = [key.removeprefix("in.image01") for key in io if key.startswith("in.image01")]
    assert sizes
    for size in sizes:
        tokens = network(io[f"in.image01{size}"])
        assert float((tokens - io[f"out.cond{size}"]).abs().max()) <= TOLERANCE, size
    assert float((network.tokens(io["in.image01"]) - io["out.x_prenorm"]).abs().max()) <= TOLERANCE


@pictures
@pytest.mark.parametrize("precision", PRECISIONS, ids=str)
@torch.no_grad()
def test_pictures_in_lower_precision(case: Path, precision: torch.dtype) -> None:
    network = load_dinov2(
        case.with_name("model.safetensors"), json.loads(case.read_text())["config"]["num_heads"]
    )
    network.set_precision(precision)
    io = load_file(case.with_name("io.safetensors"))
    tokens, truth = network(io["in.image01"]), io["out.cond"]
    assert tokens.dtype == torch.float32
    assert float((tokens - truth).norm() / truth.norm()) <= PRECISIONS[precision]


@prompts
@pytest.mark.parametrize("whole", [False, True], ids=["text alone", "with pictures' half"])
@torch.no_grad()
def test_prompts(case: Path, tmp_path: Path, whole: bool) -> None:
    """The last hidden state, also from a file that holds all of CLIP."""
    file = case.with_name("model.safetensors")
    if whole:
        tensors = {f"text_model.{key}": value for key, value in load_file(file).items()}
        tensors |= {
            "text_model.embeddings.position_ids": torch.arange(77)[None],
            "logit_scale": torch.ones(()),
        }
        tensors |= {"vision_model.encoder.layers.0.layer_norm1.bias": torch.ones(3)}
        file = tmp_path / "model.safetensors"
        save_file(tensors, file)
    network = load_clip_text(file, json.loads(case.read_text())["config"]["num_attention_heads"])
    io = load_file(case.with_name("io.safetensors"))
    hidden = network(io["in.ids"])
    assert float((hidden - io["out.last_hidden_state"]).abs().max()) <= TOLERANCE


@pytest.mark.golden("preprocess*/in*.png")
def test_preparing_pictures(case: Path) -> None:
    """Every byte."""
    prepared = prepare(read_picture(case))
    assert np.array_equal(
        prepared.pixels, np.asarray(Image.open(case.with_name(case.name.replace("in", "out"))))
    )
