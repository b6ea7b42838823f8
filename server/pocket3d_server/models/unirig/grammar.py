"""The language in which a skeleton is written: its tokens, and which of them may follow a beginning.

A skeleton is ``bos``, a class, then bones, then ``eos``. A bone is three bins, where its joint lies; its parent is the
bone before it. Where that is not so, ``branch`` and the parent's three bins come first. A part token stands before the
first bone of a part. Importing this imports no torch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

PARTS = ("spring", "body", "hand")
"""A spring part holds all that has no name of its own: hair, skirts, tails."""
CLASSES = ("cls_none", "vroid", "mixamo", "articulationxl")
"""What kind of rig it is, by the collection that it was learned from."""
SPECIAL = ("branch", "bos", "eos", "pad", *PARTS, *CLASSES)
"""Tokens that are no bins, in the order of their ids."""


@dataclass(frozen=True)
class Vocabulary:
    """All tokens: bins along each axis from ``low`` to ``high``, then `SPECIAL`."""

    bins: int = 256
    low: float = -1.0
    high: float = 1.0

    def __len__(self) -> int:
        return self.bins + len(SPECIAL)

    def id(self, name: str) -> int:
        """Of a special token."""
        return self.bins + SPECIAL.index(name)

    def name(self, token: int) -> str | None:
        """Of a special token; None for bins."""
        return SPECIAL[token - self.bins] if token >= self.bins else None

    def start(self, cls: str) -> list[int]:
        """The tokens that ask for a skeleton of the class ``cls``."""
        if cls not in CLASSES:
            raise ValueError(f"class {cls!r} is not known; known are {', '.join(CLASSES)}")
        return [self.id("bos"), self.id(cls)]


class State(IntEnum):
    """What has been read last."""

    NOTHING = 0
    BOS = 1
    HEADING = 2
    """A class or a part: a bone is expected."""
    X = 3
    Y = 4
    TRIPLE = 5
    """A bone, or the parent of a branch."""
    BRANCH = 6
    END = 7
    """``eos``, or what the language does not have."""


class Grammar:
    """Which tokens may follow, as tables that whole beams can be looked up in."""

    def __init__(self, vocabulary: Vocabulary | None = None) -> None:
        self.vocabulary = vocabulary or Vocabulary()

    @cached_property
    def following(self) -> NDArray[np.int64]:
        """(states, V): the state after each token. Tokens that are not allowed lead to the end."""
        table = np.full((len(State), len(self.vocabulary)), State.END, dtype=np.int64)
        bins = slice(0, self.vocabulary.bins)
        parts, classes = ([self.vocabulary.id(name) for name in names] for names in (PARTS, CLASSES))
        table[State.NOTHING, self.vocabulary.id("bos")] = State.BOS
        table[State.BOS, classes] = State.HEADING
        for state in (State.BOS, State.HEADING, State.TRIPLE):
            table[state, parts] = State.HEADING
        for state in (State.BOS, State.HEADING, State.TRIPLE, State.BRANCH):
            table[state, bins] = State.X
        table[State.X, bins], table[State.Y, bins] = State.Y, State.TRIPLE
        # The parent that follows a branch is read like any bone, so that another branch or the end may follow it.
        table[State.TRIPLE, self.vocabulary.id("branch")] = State.BRANCH
        return table

    @cached_property
    def allowed(self) -> NDArray[np.bool_]:
        """(states, V): whether a token may follow."""
        table = self.following != State.END
        table[[State.HEADING, State.TRIPLE], self.vocabulary.id("eos")] = True
        table[State.END, self.vocabulary.id("pad")] = True
        return table

    def state(self, tokens: Iterable[int]) -> int:
        """After ``tokens``."""
        state = int(State.NOTHING)
        for token in tokens:
            state = int(self.following[state, token])
        return state
