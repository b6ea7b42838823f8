"""UniRig's skeleton half beyond the published numbers: its size, its cache, its searches, what it makes of odd tokens."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the models extra is not installed")

from pocket3d_server.models.engine import EngineError  # noqa: E402
from pocket3d_server.models.neural.precision import wide_precision_of  # noqa: E402
from pocket3d_server.models.unirig import tree_cache  # noqa: E402
from pocket3d_server.models.unirig.decoding import write  # noqa: E402
from pocket3d_server.models.unirig.grammar import Grammar, State, Vocabulary  # noqa: E402
from pocket3d_server.models.unirig.opt import LanguageModel  # noqa: E402
from pocket3d_server.models.unirig.processors import Search, best, likeliest, penalised  # noqa: E402
from pocket3d_server.models.unirig.shape_encoder import farthest_points, query_points  # noqa: E402
from pocket3d_server.models.unirig.skeleton_net import SkeletonNet  # noqa: E402
from pocket3d_server.models.unirig.tokenizer import ONLY_BONE, Tokenizer  # noqa: E402
from torch import Tensor  # noqa: E402

RELEASED = 585, 1_440_598_432
"""Tensors, and bytes of them as a safetensors file."""
GRAMMAR = Grammar()
EOS, BRANCH = (GRAMMAR.vocabulary.id(name) for name in ("eos", "branch"))
START = GRAMMAR.vocabulary.start("articulationxl")
SMALL = Search(beams=5, most_tokens=50)


def _model(seed: int) -> LanguageModel:
    torch.manual_seed(seed)
    model = LanguageModel(32, 2, 4, 48, 90, 267)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    return model.eval().requires_grad_(False)


def test_full_size_is_that_of_the_released_file() -> None:
    """To the byte, header included."""
    with torch.device("meta"):
        full_size = SkeletonNet()
    entries: dict[str, Any] = {}
    end = 0
    for name, tensor in sorted(full_size.state_dict().items()):
        begin, end = end, end + tensor.nbytes
        shape = list(tensor.shape)
        entries[f"model.{name}"] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}
    header = len(json.dumps(entries, separators=(",", ":")))
    assert (len(entries), 8 + -(-header // 8) * 8 + end) == RELEASED


@pytest.mark.parametrize("room", [1, 3, 64])
@pytest.mark.parametrize("search", [SMALL, Search(beams=3, sample=False, most_tokens=50), Search(beams=1)])
def test_the_shared_cache_changes_nothing(monkeypatch: pytest.MonkeyPatch, room: int, search: Search) -> None:
    """Against reading every beam from its beginning, also where the cache is cleared and grows all the time."""
    model, prefix = _model(0), torch.randn(1, 9, 32)

    class Forgetful:
        positions, embed = model.positions, staticmethod(model.embed)

        def begin(self, x: Tensor, beams: int) -> tuple[Tensor, list[Tensor]]:
            return model(x)[:, -1], [x] * beams

        def step(self, tokens: Tensor, parents: Tensor, read: list[Tensor]) -> Tensor:
            read[:] = [
                torch.cat([read[p], model.embed(t[None, None])], dim=1)
                for t, p in zip(tokens, parents.tolist())
            ]
            return model(torch.cat(read))[:, -1]

    monkeypatch.setattr(tree_cache, "ROOM", room)
    ours = write(model, prefix, START, search, GRAMMAR, seed=3)
    assert ours == write(Forgetful(), prefix, START, search, GRAMMAR, seed=3)  # type: ignore[arg-type]
    assert len(ours) > 20


def test_beams_share_what_they_have_in_common() -> None:
    """The prefix is kept once and stays where it is, however often beams change places."""
    model = _model(1)
    _, cache = model.begin(torch.randn(1, 40, 32), beams=15)
    place, size = cache._kept.data_ptr(), cache._kept.shape[3]
    assert size < 15 * 40
    for _ in range(45):
        model.step(torch.zeros(15, dtype=torch.int64), torch.randint(0, 3, (15,)), cache)
    assert cache._kept.data_ptr() == place
    assert cache.depth == 85
    assert cache.nodes < 40 + 15 * 45


class _Table:
    """A language of three bins whose next token depends on the last one and on how many there are."""

    def __init__(self, seed: int, vocabulary: Vocabulary) -> None:
        noise = torch.Generator().manual_seed(seed)
        self.logits = 2 * torch.randn(9, len(vocabulary), len(vocabulary), generator=noise)
        self.positions = 1000

    def embed(self, tokens: Tensor) -> Tensor:
        return torch.zeros(*tokens.shape, 1)

    def begin(self, x: Tensor, beams: int) -> tuple[Tensor, list[int]]:
        return self.logits[0, 0][None], [0]

    def step(self, tokens: Tensor, parents: Tensor, read: list[int]) -> Tensor:
        read[0] += 1
        return self.logits[read[0], tokens]


@pytest.mark.parametrize("seed", range(2))
def test_a_wide_beam_finds_the_best_of_all_sequences(seed: int) -> None:
    """By the mean of the scores, ended or cut off: all of them are tried."""
    grammar = Grammar(Vocabulary(bins=2))
    model, most = _Table(seed, grammar.vocabulary), 4
    start, eos = grammar.vocabulary.start("vroid"), grammar.vocabulary.id("eos")
    found: dict[tuple[int, ...], float] = {}
    for length in range(1, most + 1):
        for tokens in itertools.product(range(len(grammar.vocabulary)), repeat=length):
            ended = tokens[-1] == eos
            if eos in tokens[:-1] or not (ended or length == most):
                continue
            state, total = grammar.state(start), 0.0
            for k, token in enumerate(tokens):
                scores = model.logits[k, tokens[k - 1] if k else 0].log_softmax(0)
                total += float(scores[token]) if grammar.allowed[state, token] else -np.inf
                state = int(grammar.following[state, token])
            found[tokens] = total / length
    ours = write(
        model,
        torch.zeros(1, 1, 1),
        start,
        Search(400, False, repetition_penalty=1.0, most_tokens=most),
        grammar,
    )  # type: ignore[arg-type]
    assert tuple(ours[2:]) == max(found, key=lambda tokens: found[tokens])


def test_what_is_written_is_grammatical_and_the_same_for_a_seed() -> None:
    model, prefix = _model(2), torch.randn(1, 9, 32)
    first, again, other = (write(model, prefix, START, SMALL, GRAMMAR, seed) for seed in (1, 1, 2))
    assert first == again != other
    state = State.NOTHING
    for token in first:
        assert GRAMMAR.allowed[state, token]
        state = int(GRAMMAR.following[state, token])


def test_writing_can_be_stopped_and_ends_with_the_positions() -> None:
    model, prefix = _model(2), torch.randn(1, 9, 32)
    told: list[int] = []
    tokens = write(model, prefix, START, Search(beams=3, sample=False), GRAMMAR, told=told.append)
    assert told == list(range(1, len(told) + 1))
    assert len(tokens) <= 90 - 9

    def stop(written: int) -> None:
        if written == 5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        write(model, prefix, START, SMALL, GRAMMAR, told=stop)
    with pytest.raises(ValueError, match="90 fit"):
        write(model, torch.randn(1, 88, 32), START, SMALL, GRAMMAR)


@pytest.mark.parametrize("search", [SMALL, Search(beams=1)])
def test_a_damaged_network_is_told(search: Search) -> None:
    model = _model(0)
    model.decoder.embed_positions.weight[20] = torch.nan
    with pytest.raises(EngineError, match="no numbers") as raised:
        write(model, torch.randn(1, 9, 32), START, search, GRAMMAR)
    assert "install it again" in str(raised.value.suggestion)


def test_the_range_of_bfloat16_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Float16 has not got it, so GPUs without bfloat16 compute in float32, as CPUs do."""
    gpu, cpu = torch.device("cuda"), torch.device("cpu")
    for known, precision in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation, known=known: known)
        assert wide_precision_of(gpu) == precision
        assert wide_precision_of(cpu) == torch.float32


def test_scores() -> None:
    scores = torch.tensor([[2.0, -1.0, 0.5, 0.5, -3.0]])
    written = torch.tensor([[0, 1, 1]])
    gone = -torch.inf
    assert penalised(scores, written, 2.0).tolist() == [[1.0, -2.0, 0.5, 0.5, -3.0]]
    assert best(scores, 2).tolist() == [[2.0, gone, 0.5, 0.5, gone]]
    assert likeliest(scores, 0.5, 1).tolist() == [[2.0, gone, gone, gone, gone]]
    assert int(likeliest(scores, 0.5, 2).isfinite().sum()) == 2
    assert likeliest(scores, 1.0, 1).tolist() == scores.tolist()


def test_a_skeleton_of_one_bone() -> None:
    """It has no parent to point away from, so it points up."""
    tokens = Tokenizer().encode(np.array([[0.1, 0.2, 0.3]]), [-1])
    bones = Tokenizer().decode(tokens)
    assert (bones.parents, bones.names) == ([-1], ["bone_0"])
    assert np.allclose(bones.tails - bones.joints, [[0, 0, ONLY_BONE]])


def test_what_was_not_finished_is_left_out() -> None:
    tokenizer = Tokenizer()
    bones = tokenizer.decode([*START, 1, 2, 3, 10, 20, 30, BRANCH, 1, 2, 3, 40, 50])
    assert bones.parents == [-1, 0]
    assert np.array_equal(bones.joints, tokenizer.places(np.array([[1, 2, 3], [10, 20, 30]])))
    for tokens in ([], START, [*START, EOS], [*START, 1, 2]):
        with pytest.raises(ValueError, match="no bone"):
            tokenizer.decode(tokens)


def test_any_tokens_are_read() -> None:
    """Of whatever is drawn comes a skeleton with parents before children, or a word that there is none."""
    tokenizer, random = Tokenizer(), np.random.default_rng(0)
    weights = np.r_[np.full(256, 0.9 / 256), np.full(11, 0.1 / 11)]
    for _ in range(200):
        tokens = random.choice(267, random.integers(40), p=weights).tolist()
        try:
            bones = tokenizer.decode(tokens)
        except ValueError:
            continue
        assert bones.joints.shape == bones.tails.shape == (len(bones), 3)
        assert len(bones.names) == len(set(bones.names)) == len(bones)
        assert all(parent < bone for bone, parent in enumerate(bones.parents))
        assert np.isfinite(bones.tails).all()


def test_parents_are_the_nearest_before_and_the_later_of_equals() -> None:
    joints = np.array([[0, 0, 0], [0.5, 0, 0], [0.5, 0, 0], [0, 0.5, 0], [0.5, 0.25, 0]])
    tokens = Tokenizer().encode(joints, [-1, 0, 0, 0, 1])
    assert Tokenizer().decode(tokens).parents == [-1, 0, 0, 0, 2]


def test_only_parts_with_names_give_names() -> None:
    """A class gives names to the bones of a part as far as its list goes; a spring's are numbered."""
    vocabulary = Tokenizer().vocabulary
    hand, spring = vocabulary.id("hand"), vocabulary.id("spring")
    tokens = [*vocabulary.start("mixamo"), hand, *range(3 * 31), spring, *range(3 * 2)]
    names = Tokenizer().decode(tokens).names
    assert names[:4] == [f"mixamorig:LeftHandThumb{k}" for k in (1, 2, 3)] + ["mixamorig:LeftHandIndex1"]
    assert names[29:] == ["mixamorig:RightHandPinky3", "bone_30", "bone_31", "bone_32"]
    with pytest.raises(ValueError, match="articulationxl"):
        vocabulary.start("horse")


def test_points_that_lie_apart() -> None:
    line = torch.tensor([[[0.0, 0, 0], [1, 0, 0], [3, 0, 0], [2.9, 0, 0], [1.6, 0, 0]]])
    assert farthest_points(line, 4).tolist() == [[0, 2, 4, 1]]
    points = torch.rand(2, 50, 3)
    assert query_points(points, 20).shape == (2, 20)
    with pytest.raises(ValueError, match="too few"):
        query_points(points, 51)
