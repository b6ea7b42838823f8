"""Skeletons to tokens and back. Zhang et al., "One Model to Rig Them All: Diverse Skeleton Rigging with UniRig", 2025.

J bones; places are in [-1, 1], Z up. Importing this imports no torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.models.unirig.grammar import CLASSES, PARTS, Vocabulary
from pocket3d_server.models.unirig.part_names import NAMES

Places = NDArray[np.float64]

ONLY_BONE = 0.25
"""Length of a skeleton's only bone, which points up: nothing tells where it leads."""


@dataclass(eq=False)
class Bones:
    """A skeleton as the model knows it, parents before children."""

    joints: Places
    """(J, 3)."""
    tails: Places
    """(J, 3)."""
    parents: list[int]
    """-1 for the root, which is the first."""
    names: list[str]
    parts: list[str | None] = field(default_factory=list)
    """Those that were named, in order; None for spring bones."""
    cls: str | None = None

    def __len__(self) -> int:
        return len(self.parents)


class Tokenizer:
    """Writes and reads the tokens of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary | None = None) -> None:
        self.vocabulary = vocabulary or Vocabulary()

    def bins(self, places: NDArray[np.floating]) -> NDArray[np.int64]:
        """Places of any shape to bins. A place between two bins goes to the even one, and float32 decides, as when the
        model learned: the places of bins themselves need not come back to their own bin."""
        low, high = np.float32(self.vocabulary.low), np.float32(self.vocabulary.high)
        at = (np.asarray(places, np.float32) - low) / (high - low) * np.float32(self.vocabulary.bins)
        return np.clip(np.round(at), 0, self.vocabulary.bins - 1).astype(np.int64)

    def places(self, bins: NDArray[np.int64]) -> Places:
        """Bins of any shape to the middle of each."""
        low, high = self.vocabulary.low, self.vocabulary.high
        return (np.asarray(bins) + 0.5) / self.vocabulary.bins * (high - low) + low

    def encode(
        self,
        joints: NDArray[np.floating],
        parents: Sequence[int],
        cls: str | None = None,
        parts: Mapping[int, str | None] | None = None,
    ) -> list[int]:
        """Tokens of a skeleton. ``parts`` has the first bone of each part; by default all are spring bones (None)."""
        vocabulary, bins = self.vocabulary, self.bins(joints).tolist()
        parts = {0: None} if parts is None else parts
        tokens = vocabulary.start(cls or "cls_none")
        for bone, parent in enumerate(parents):
            if bone in parts:
                tokens.append(vocabulary.id(parts[bone] or "spring"))
            if bone and parent != bone - 1:
                tokens += [vocabulary.id("branch"), *bins[parent]]
            tokens += bins[bone]
        return [*tokens, vocabulary.id("eos")]

    def decode(self, tokens: Sequence[int]) -> Bones:
        """The skeleton that ``tokens`` tell of; a bone that was not finished is left out.

        A branch names its parent by its place, which becomes the nearest of the bones before. Raises ValueError where
        there is no bone.
        """
        rows, starts, cls = self._read(tokens)
        if not rows:
            raise ValueError("the tokens hold no bone")
        named, joints = self.places(np.array(rows)).transpose(1, 0, 2)
        parents = _parents(named, joints)
        return Bones(
            joints,
            _tails(joints, parents),
            parents,
            _names(cls, starts, len(rows)),
            [part for _, part in starts],
            cls,
        )

    def _read(
        self, tokens: Sequence[int]
    ) -> tuple[list[tuple[list[int], list[int]]], list[tuple[int, str | None]], str | None]:
        """Bins of each bone's parent and of the bone, the parts with the number of bones before them, and the class."""
        rows: list[tuple[list[int], list[int]]] = []
        starts: list[tuple[int, str | None]] = []
        cls: str | None = None
        triple: list[int] = []
        parent: list[int] | None = None
        branched = False
        for token in tokens:
            name = self.vocabulary.name(token)
            if name is None:
                triple.append(token)
                if len(triple) == 3:
                    if branched:
                        parent, branched = triple, False
                    else:
                        rows.append((parent or (rows[-1][1] if rows else triple), triple))
                        parent = None
                    triple = []
            elif name == "eos":
                break
            elif name == "branch":
                branched = True
            elif name in PARTS:
                starts.append((len(rows), None if name == "spring" else name))
            elif name in CLASSES:
                cls = None if name == "cls_none" else name
        return rows, starts, cls


def _parents(named: Places, joints: Places) -> list[int]:
    """Of each bone the nearest to its parent's place (J, 3) among the bones before it, the later of equals."""
    count = len(joints)
    apart = ((named[:, None] - joints[None]) ** 2).sum(axis=-1)
    apart[np.triu_indices(count)] = np.inf
    nearest = count - 1 - apart[:, ::-1].argmin(axis=1)
    return [-1, *nearest[1:].tolist()]


def _tails(joints: Places, parents: list[int]) -> Places:
    """(J, 3) where each bone points: to its only child; else on from its parent, half as far."""
    count = len(parents)
    children: list[list[int]] = [[] for _ in range(count)]
    for bone, parent in enumerate(parents[1:], start=1):
        children[parent].append(bone)
    tails = joints + 0.5 * (joints - joints[np.maximum(parents, 0)])
    single = [bone for bone in range(count) if len(children[bone]) == 1]
    tails[single] = joints[[children[bone][0] for bone in single]]
    if not children[0]:
        tails[0] = joints[0] + [0.0, 0.0, ONLY_BONE]
    elif len(children[0]) > 1:
        # Half of the root's own place is an old slip, but the networks learned from skeletons that have it.
        reach = np.linalg.norm(joints[children[0]] - joints[0], axis=1).mean()
        tails[0] = 1.5 * joints[0] + [0.0, 0.0, reach / 4]
    return tails


def _names(cls: str | None, starts: Sequence[tuple[int, str | None]], count: int) -> list[str]:
    """Of bones in parts that the class has names for; the others are numbered. A part that comes again goes on with its
    list."""
    names = [f"bone_{bone}" for bone in range(count)]
    lists = {part: iter(known) for part, known in NAMES.get(cls or "", {}).items()}
    ends = [first for first, _ in starts[1:]] + [count]
    for (first, part), end in zip(starts, ends):
        for bone in range(first, end):
            names[bone] = next(lists.get(part or "", iter(())), names[bone])
    return names
