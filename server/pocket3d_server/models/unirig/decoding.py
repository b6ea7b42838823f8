"""Writes tokens with a language model, under a grammar: one sequence, or several side by side in a beam search.

The order of the steps decides which sequence comes out; it is that of the library that the model was published with,
so that the same draws give the same tokens. The network computes on its device, all else is done on the CPU: a seed
means the same everywhere. B beams, V tokens of the vocabulary, n tokens written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.unirig.grammar import Grammar
from pocket3d_server.models.unirig.opt import LanguageModel
from pocket3d_server.models.unirig.processors import Search

FAR = -1e9
"""A score that is worse than any real one."""

Told = Callable[[int], None]
"""Is told how many tokens are written, after each; may raise to stop."""

Taken = tuple[Tensor, Tensor]
"""(B,) the tokens that the beams go on with, and the beams that they go on from."""


@torch.no_grad()
def write(
    model: LanguageModel,
    prefix: Tensor,
    start: Sequence[int],
    search: Search,
    grammar: Grammar,
    seed: int = 0,
    told: Told = lambda written: None,
) -> list[int]:
    """What the model writes after the vectors ``prefix`` (1, T, C) and the tokens ``start``, with which the result begins.

    It ends with ``eos``, or without where ``search.most_tokens`` or the model's positions were not enough. Raises
    ValueError where the prefix leaves no room, EngineError where the model computes what is no number.
    """
    first = torch.tensor([list(start)], device=prefix.device)
    x = torch.cat([prefix.float(), model.embed(first)], dim=1)
    room = min(search.most_tokens, model.positions - x.shape[1])
    if room < 1:
        raise ValueError(f"{x.shape[1]} tokens are there before the first is written; {model.positions} fit")
    rules = _Rules(search, grammar, room, torch.Generator().manual_seed(seed))
    writer = (_Line if search.beams == 1 else _Beams)(rules, grammar.state(start))
    logits, cache = model.begin(x, search.beams)
    taken = writer.take(_checked(logits).expand(search.beams, -1))
    told(1)
    while taken:
        taken = writer.take(_checked(model.step(*taken, cache)))
        told(writer.written.shape[1])
    return [*start, *writer.result()]


def _checked(logits: Tensor) -> Tensor:
    """On the CPU in float32, where all are numbers."""
    logits = logits.float().cpu()
    if not bool(logits.isfinite().all()):
        raise EngineError(
            "the network computed values that are no numbers",
            suggestion="Its file may be damaged: remove the model and install it again. If that does not help, try "
            "another mesh.",
        )
    return logits


@dataclass(frozen=True)
class _Rules:
    """What holds for every token."""

    search: Search
    grammar: Grammar
    room: int
    generator: torch.Generator

    @property
    def eos(self) -> int:
        return self.grammar.vocabulary.id("eos")

    def allowed(self, states: Tensor) -> Tensor:
        """(B,) -> (B, V)."""
        return torch.from_numpy(self.grammar.allowed)[states]

    def after(self, states: Tensor, tokens: Tensor) -> Tensor:
        """(B,) twice -> (B,)."""
        return torch.from_numpy(self.grammar.following)[states, tokens]


class _Line:
    """Writes one sequence."""

    def __init__(self, rules: _Rules, state: int) -> None:
        self.rules, self.states = rules, torch.tensor([state])
        self.written = torch.empty(1, 0, dtype=torch.int64)

    def take(self, logits: Tensor) -> Taken | None:
        """The next token by the logits (1, V); None when it was the last."""
        rules = self.rules
        scores = rules.search.shaped(logits, self.written, rules.allowed(self.states))
        if rules.search.sample:
            token = scores.softmax(dim=1).multinomial(1, generator=rules.generator)[0]
        else:
            token = scores.argmax(dim=1)
        self.written = torch.cat([self.written, token[None]], dim=1)
        self.states = rules.after(self.states, token)
        if int(token) == rules.eos or self.written.shape[1] >= rules.room:
            return None
        return token, torch.zeros(1, dtype=torch.int64)

    def result(self) -> list[int]:
        """What was written."""
        return self.written[0].tolist()


class _Beams:
    """Writes several sequences and keeps the best by the mean score of their tokens.

    Candidates are twice as many as beams, the best or drawn without replacement, so that enough go on if many end. What
    ends counts only if it is among the first B candidates: the likeliest, or the first drawn.
    """

    def __init__(self, rules: _Rules, state: int) -> None:
        beams = rules.search.beams
        self.rules, self.states = rules, torch.full((beams,), state)
        self.written = torch.empty(beams, 0, dtype=torch.int64)
        # All begin alike; but for the first they are out of the race until beams differ.
        self.scores = torch.full((beams,), FAR).index_fill(0, torch.tensor([0]), 0.0)
        self.ended: list[tuple[float, list[int]]] = []
        """Mean score and tokens, the best first."""

    def take(self, logits: Tensor) -> Taken | None:
        """Where the beams go on, by the logits (B, V); None when the result stands."""
        rules, beams = self.rules, self.rules.search.beams
        scores = rules.search.shaped(logits.log_softmax(dim=1), self.written, rules.allowed(self.states))
        totals = (scores + self.scores[:, None]).flatten()
        if rules.search.sample:
            drawn = totals.softmax(dim=0).multinomial(2 * beams, generator=rules.generator)
            candidates = totals[drawn]
        else:
            candidates, drawn = totals.topk(2 * beams)
        parents, tokens = drawn // logits.shape[1], drawn % logits.shape[1]
        length = self.written.shape[1] + 1
        ends = (tokens == rules.eos) | (length >= rules.room)
        self._keep(candidates, parents, tokens, ends)
        self.scores, running = (candidates + ends * FAR).topk(beams)
        parents, tokens = parents[running], tokens[running]
        self.written = torch.cat([self.written[parents], tokens[:, None]], dim=1)
        self.states = rules.after(self.states[parents], tokens)
        if bool(ends.all()) or not self._improvable(length):
            return None
        return tokens, parents

    def result(self) -> list[int]:
        """The best of what has ended."""
        return self.ended[0][1] if self.ended else self.written[0].tolist()

    def _keep(self, candidates: Tensor, parents: Tensor, tokens: Tensor, ends: Tensor) -> None:
        """Note which of the first B candidates end here."""
        length = self.written.shape[1] + 1
        for row in ends[: len(self.scores)].nonzero()[:, 0].tolist():
            score = float(candidates[row] / length)
            if score > FAR:
                self.ended.append((score, [*self.written[parents[row]].tolist(), int(tokens[row])]))
        self.ended.sort(key=lambda ended: -ended[0])
        del self.ended[len(self.scores) :]

    def _improvable(self, length: int) -> bool:
        """Whether the best beam that goes on has a better mean than the worst that is kept."""
        return len(self.ended) < len(self.scores) or float(self.scores[0] / length) > self.ended[-1][0]
