"""The skeleton half of UniRig against the published code's numbers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the models extra is not installed")

from pocket3d_server.models.neural.checkpoints import with_weights  # noqa: E402
from pocket3d_server.models.unirig.decoding import write  # noqa: E402
from pocket3d_server.models.unirig.grammar import SPECIAL, Grammar, Vocabulary  # noqa: E402
from pocket3d_server.models.unirig.processors import Search  # noqa: E402
from pocket3d_server.models.unirig.shape_encoder import query_points  # noqa: E402
from pocket3d_server.models.unirig.skeleton_net import SkeletonNet  # noqa: E402
from pocket3d_server.models.unirig.tokenizer import Tokenizer  # noqa: E402
from safetensors.torch import load_file  # noqa: E402
from unirig_cases import about, holding, meta, shape_encoder, skeleton_net, weights  # noqa: E402

ENCODER, LOGITS = 2e-5, 1e-4
"""Largest absolute difference in float32, as the vectors' README has it."""
PRECISIONS = {torch.bfloat16: 2e-2, torch.float16: 3e-3}
"""Relative error (L2) that lower precision may have."""
SAMPLED = {"top_k": 5, "top_p": 0.95, "repetition_penalty": 3.0, "temperature": 1.5}
DRAWN = re.compile(r"(?P<way>greedy|beam|sample|beam_sample)(?P<beams>\d*)(_seed(?P<seed>\d+))?")


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


@pytest.mark.golden("tokenizer*.json", only=holding('"num_discrete"', '"detok"'))
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


@pytest.mark.golden("*skeletons*.json", only=holding('"detok_parents"'))
def test_real_skeletons(case: Path) -> None:
    """Skeletons that people drew."""
    tokenizer = Tokenizer()
    for name, entry in json.loads(case.read_text()).items():
        joints, parents = _skeletons(entry)
        assert tokenizer.encode(joints, parents, "articulationxl") == entry["tokens"], name
        bones = tokenizer.decode(entry["tokens"])
        assert bones.parents == [-1 if p is None else p for p in entry["detok_parents"]], name


def _opened(case: Path) -> tuple[SkeletonNet, dict[str, Any], dict[str, torch.Tensor]]:
    told, io = meta(case), load_file(case)
    with torch.device("meta"):
        network = skeleton_net(told)
    own = weights(io)
    # The released file stores the tied table twice, the vectors once.
    own.setdefault("transformer.lm_head.weight", own["transformer.model.decoder.embed_tokens.weight"])
    return with_weights(network, own, case), told, io


def _search(name: str, said: str, length: int) -> tuple[Search, int]:
    """How a sequence of the case was drawn, by its name and what its description says, and the seed."""
    found = DRAWN.fullmatch(name)
    assert found, name
    known = {
        "num_beams": "beams",
        "rp": "repetition_penalty",
        "T": "temperature",
        "max_new_tokens": "most_tokens",
    }
    numbers = {known.get(key, key): float(value) for key, value in re.findall(r"(\w+)=([\d.]+)", said)}
    sampled = "sample" in found["way"]
    wanted = SAMPLED if sampled else {"repetition_penalty": 1.0}
    wanted = {"beams": found["beams"] or 1, "most_tokens": length} | wanted | numbers
    counts = {key: int(wanted.pop(key)) for key in ("beams", "top_k", "most_tokens") if key in wanted}
    return Search(sample=sampled, **counts, **wanted), int(found["seed"] or 0)


@pytest.mark.golden("*.safetensors", only=about("UniRigAR"))
@torch.no_grad()
def test_skeleton_network(case: Path) -> None:
    """What the language model is led by, and what it says of every next token."""
    network, _, io = _opened(case)
    seen = network.condition(io["in.pc"], io["in.normals"])
    assert float((seen - io["out.cond"]).abs().max()) <= ENCODER
    logits = network(io["in.pc"], io["in.normals"], io["in.tokens"])
    assert float((logits - io["out.logits"]).abs().max()) <= LOGITS


@pytest.mark.golden("*.safetensors", only=about("UniRigAR"))
@torch.no_grad()
def test_written(case: Path) -> None:
    """Every token that the published code wrote, in every way of writing."""
    network, told, io = _opened(case)
    grammar = Grammar(Vocabulary(told["llm"]["vocab_size"] - len(SPECIAL)))
    seen = network.condition(io["in.pc"], io["in.normals"])
    drawn = [key.removeprefix("gen.") for key in io if key.startswith("gen.")]
    assert drawn
    for name in drawn:
        tokens = io[f"gen.{name}"].tolist()
        search, seed = _search(name, told["generate"].get(name, ""), len(tokens) - 2)
        ours = write(network.transformer, seen, tokens[:2], search, grammar, seed)
        assert ours == tokens, name


@pytest.mark.golden("*.safetensors", only=about("UniRigAR"))
@pytest.mark.parametrize("precision", PRECISIONS, ids=str)
@torch.no_grad()
def test_lower_precision(case: Path, precision: torch.dtype) -> None:
    """Logits stay near in half precision, and skeletons can be written."""
    network, told, io = _opened(case)
    network.set_precision(precision)
    logits = network(io["in.pc"], io["in.normals"], io["in.tokens"])
    assert logits.dtype == torch.float32
    assert float((logits - io["out.logits"]).norm() / io["out.logits"].norm()) <= PRECISIONS[precision]
    grammar = Grammar(Vocabulary(told["llm"]["vocab_size"] - len(SPECIAL)))
    seen = network.condition(io["in.pc"], io["in.normals"])
    start = grammar.vocabulary.start("articulationxl")
    assert len(write(network.transformer, seen, start, Search(beams=3, most_tokens=20), grammar)) > 2
