"""What is done to the scores of next tokens before one is taken. B beams, V tokens, n tokens so far.

Holtzman et al., "The Curious Case of Neural Text Degeneration", 2020 (top-p); Fan et al., "Hierarchical Neural Story
Generation", 2018 (top-k); Keskar et al., "CTRL", 2019 (penalty for repetition).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Search:
    """How tokens are taken. The defaults are the released settings."""

    beams: int = 15
    """Skeletons that are written side by side; 1 writes one."""
    sample: bool = True
    """Whether tokens are drawn, or always the best taken."""
    top_k: int = 5
    top_p: float = 0.95
    temperature: float = 1.5
    repetition_penalty: float = 3.0
    most_tokens: int = 2048

    def shaped(self, scores: Tensor, written: Tensor, allowed: Tensor) -> Tensor:
        """Scores (B, V) float32, the tokens that each beam has written (B, n), what may follow (B, V) -> (B, V).

        Tokens that cannot be taken get minus infinity. Among several beams two tokens stay at least.
        """
        scores = penalised(scores, written, self.repetition_penalty)
        scores = scores.masked_fill(~allowed, -torch.inf)
        if not self.sample:
            return scores
        least = 2 if self.beams > 1 else 1
        return likeliest(best(scores / self.temperature, max(self.top_k, least)), self.top_p, least)


def penalised(scores: Tensor, written: Tensor, penalty: float) -> Tensor:
    """Scores (B, V) of tokens in ``written`` (B, n) divided by ``penalty``, or multiplied where they are negative."""
    own = scores.gather(1, written)
    return scores.scatter(1, written, torch.where(own < 0, own * penalty, own / penalty))


def best(scores: Tensor, count: int) -> Tensor:
    """Scores (B, V) with only the ``count`` highest of each row, and their equals, left."""
    bound = scores.topk(min(count, scores.shape[1]), dim=1).values[:, -1:]
    return scores.masked_fill(scores < bound, -torch.inf)


def likeliest(scores: Tensor, share: float, least: int) -> Tensor:
    """Scores (B, V) with only the likeliest tokens of each row left that together reach ``share``, ``least`` of them at
    least."""
    if share >= 1:
        return scores
    ascending, order = scores.sort(dim=1)
    dropped = ascending.softmax(dim=1).cumsum(dim=1) <= 1 - share
    dropped[:, -least:] = False
    return scores.masked_fill(dropped.scatter(1, order, dropped), -torch.inf)
