"""The skeleton half of UniRig against the published code's numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the models extra is not installed")

from pocket3d_server.models.neural.checkpoints import with_weights  # noqa: E402
from pocket3d_server.models.unirig.grammar import Grammar, Vocabulary  # noqa: E402
from pocket3d_server.models.unirig.shape_encoder import query_points  # noqa: E402
from pocket3d_server.models.unirig.tokenizer import Tokenizer  # noqa: E402
from safetensors.torch import load_file  # noqa: E402
from unirig_cases import about, meta, shape_encoder, weights  # noqa: E402

ENCODER = 2e-5
"""Largest absolute difference in float32, as the vectors' README has it."""


@pytest.mark.golden("*.safetensors", only=about("ShapeAsLatentPerceiverEncoder"))
@torch.no_grad()
def test_shape_encoder(case: Path) -> None:
    """The same points are chosen, and their tokens are the same."""
    io = load_file(case)
    with torch.device("meta"):
        network = shape_encoder(meta(case)["config"])
    network = with_weights(network, weights(io), case)
    if "mid.fps" in io:
        assert torch.equal(query_points(io["in.pc"], network.tokens)[0], io["mid.choice"][io["mid.fps"]])
    tokens = network(io["in.pc"], io["in.normals"])
    assert float((tokens - io["out.latents"]).abs().max()) <= ENCODER


def _skeletons(entry: dict[str, Any]) -> tuple[np.ndarray, list[int]]:
    return np.array(entry["joints"], np.float32), [-1 if p is None else p for p in entry["parents"]]


@pytest.mark.golden("tokenizer*.json", only=lambda path: "unirig" in path.as_posix().lower())
def test_tokenizer(case: Path) -> None:
    """Every skeleton to the same tokens and back to the same bones."""
    told = json.loads(case.read_text())
    vocabulary = Vocabulary(told["num_discrete"], *told["continuous_range"])
    assert told["special"] == {name: vocabulary.id(name) for name in told["special"]}
    tokenizer, grammar = Tokenizer(vocabulary), Grammar(vocabulary)
    for entry in told["cases"]:
        joints, parents = _skeletons(entry)
        parts = {int(bone): part for bone, part in entry["parts_bias"].items()}
        tokens = tokenizer.encode(joints, parents, entry["cls"], parts)
        assert tokens == entry["tokens"]
        bones, truth = tokenizer.decode(entry["tokens"]), entry["detok"]
        assert bones.parents == [-1 if p is None else p for p in truth["parents"]]
        assert (bones.names, bones.parts, bones.cls) == (truth["names"], truth["parts"], truth["cls"])
        for ours, theirs in ((bones.joints, "joints"), (bones.tails, "tails")):
            assert np.abs(ours - np.array(truth[theirs])).max() <= 1e-6
        for length, ranges in enumerate(entry["next_allowed_first40"]):
            allowed = np.flatnonzero(grammar.allowed[grammar.state(tokens[:length])])
            assert allowed.tolist() == [token for a, b in ranges for token in range(a, b + 1)], length


@pytest.mark.golden("real_skeletons*.json", only=lambda path: "unirig" in path.as_posix().lower())
def test_real_skeletons(case: Path) -> None:
    """Skeletons that people drew."""
    tokenizer = Tokenizer()
    for name, entry in json.loads(case.read_text()).items():
        joints, parents = _skeletons(entry)
        assert tokenizer.encode(joints, parents, "articulationxl") == entry["tokens"], name
        bones = tokenizer.decode(entry["tokens"])
        assert bones.parents == [-1 if p is None else p for p in entry["detok_parents"]], name
