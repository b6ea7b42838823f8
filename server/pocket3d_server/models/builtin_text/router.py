"""From a prompt to the family that can build it: exact words first, nearness in meaning for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.language.encoder import encode, pieces_of
from pocket3d_server.models.language.understand import PREPOSITIONS, is_attribute, tokens_of
from pocket3d_server.models.language.words import (
    ACTIONS,
    FIGURES,
    FILLERS,
    MEASURES,
    NUMBERS,
    POSES,
    STAND_INS,
)

RELATIVES = frozenset({"that", "who", "which", "is", "are"})
UNKNOWN_WORD = 0.15
"""Confidence at most for a subject with a word that the vocabulary has only in three pieces or more."""

THINGS_TOO = frozenset({"glass", "rose"})
"""Attributes that at the end of a noun group are the thing itself: "a wine glass"."""


class Route(NamedTuple):
    """The family chosen for a prompt."""

    family: Family
    confidence: float
    """0..1; above 0.5 only when a word for the object itself is known, or is close to a known one."""
    subject: str
    """The words for the object itself, without colours, sizes and the like: ``sports car``."""
    known: bool
    """Whether the subject is one of the family's own phrases."""


class Router:
    """Knows the phrases of all families; made once for each process."""

    def __init__(self, families: Mapping[str, Family]) -> None:
        """Learns the phrases of ``families``, which are keyed by name."""
        self._rows = [
            (family, tuple(tokens_of(phrase))) for family in families.values() for phrase in family.phrases
        ]
        self._exact: dict[tuple[str, ...], Family] = {}
        for family, words in self._rows:
            self._exact.setdefault(words, family)

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        """(phrases, 384); about 3 ms each, so only when a prompt's subject is not a known phrase."""
        return encode([" ".join(words) for _, words in self._rows])

    def choose(self, prompt: str) -> Route:
        """The best family for ``prompt``. An unknown concept gets the nearest one at a confidence below 0.5."""
        tokens = tokens_of(prompt)
        subject = self._without_doing(subject_of(tokens))
        if subject and subject[-1] in STAND_INS:
            nearest = self._exact[(STAND_INS[subject[-1]],)]
            return Route(nearest, 0.45, " ".join(subject), False)
        found = self._phrase_at_end(subject)
        if found is not None:
            family, length = found
            # "toy car" is a car; "car wheel" is not, and "apple tree" needs its own phrase to be sure.
            return Route(family, 0.95 if length == len(subject) else 0.85, " ".join(subject), True)
        query = " ".join(subject) or prompt
        vectors = encode([query, prompt])
        score = self._vectors @ (0.75 * vectors[0] + 0.25 * vectors[1])
        best = int(score.argmax())
        closeness = float(self._vectors[best] @ vectors[0])
        confidence = _confidence(closeness)
        if not subject or any(pieces_of(word) > 2 for word in subject):
            confidence = min(confidence, UNKNOWN_WORD)
        return Route(self._rows[best][0], confidence, " ".join(subject), False)

    def _without_doing(self, subject: list[str]) -> list[str]:
        """The subject without what it is doing: "dog sitting", "flying dragon", "man wearing hat"."""
        if tuple(subject) in self._exact:  # "standing lamp"
            return subject
        for i, word in enumerate(subject):
            if i and word in POSES | ACTIONS and self._phrase_at_end(subject[:i]):
                return subject[:i]
        bare = [w for w in subject if w not in POSES and w not in RELATIVES]
        return bare or subject

    def _phrase_at_end(self, subject: list[str]) -> tuple[Family, int] | None:
        """The longest known phrase that the subject ends with; the last word of a noun group is its head."""
        for length in range(len(subject), 0, -1):
            family = self._exact.get(tuple(subject[-length:]))
            if family is not None:
                return family, length
        return None


def subject_of(tokens: list[str]) -> list[str]:
    """The noun group for the object itself: what stands before the first preposition, bare of attributes."""
    group: list[str] = []
    for i, token in enumerate(tokens):
        if token == "of" and group and group[-1] in MEASURES and i + 1 < len(tokens):
            group = []  # "a pair of boots", "a model of a ship"
            continue
        if token == "," or token in PREPOSITIONS or token in ("while", "next"):
            if group and not (token == "and" and all(is_attribute(t) or t in FILLERS for t in group)):
                break
            continue
        group.append(token)
    bare = [t for k, t in enumerate(group) if not _says_how(t) or (t in THINGS_TOO and k == len(group) - 1)]
    if len(bare) > 1 and bare[-1] in FIGURES:  # "a horse statue"
        bare.pop()
    # "a glass", "an orange": where nothing else is left, the attribute is the thing.
    return bare or [t for t in group if t not in FILLERS][-1:]


def _says_how(token: str) -> bool:
    return is_attribute(token) or token in FILLERS or token in NUMBERS or token.isdigit()


def _confidence(closeness: float) -> float:
    """From the similarity of an unknown subject to the nearest phrase: certain only for near synonyms."""
    return float(np.interp(closeness, [0.2, 0.5, 0.75, 0.9], [0.05, 0.25, 0.45, 0.8]))
