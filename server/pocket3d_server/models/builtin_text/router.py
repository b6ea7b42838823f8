"""From a prompt to the family that can build it: exact words first, nearness in meaning for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.language.encoder import encode, pieces_of
from pocket3d_server.models.language.phrases import ARRANGEMENTS, QUANTITIES, SAME
from pocket3d_server.models.language.understand import PREPOSITIONS, is_attribute, says_how, tokens_of
from pocket3d_server.models.language.words import (
    ACTIONS,
    FIGURES,
    FILLERS,
    MEASURES,
    NUMBERS,
    POSES,
)

if TYPE_CHECKING:
    from pocket3d_server.models.builtin_text.gallery import Gallery

RELATIVES = frozenset({"that", "who", "which", "is", "are"})
UNKNOWN_WORD = 0.15
"""Confidence at most for a subject with a word that the vocabulary has only in three pieces or more."""

SURE = 0.95
"""Confidence in a subject that is a family's own name, word for word."""

KNOWN = 0.5
"""Confidence from which a subject is known, or as good as known."""

COUNTING = MEASURES | frozenset(ARRANGEMENTS) | frozenset(QUANTITIES)
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
    name: frozenset[str] = frozenset()
    """Words that elsewhere say how a thing is, and here belong to its name: "ice cream cone"."""


class Router:
    """Knows the phrases of all families; made once for each process."""

    def __init__(self, families: Mapping[str, Family]) -> None:
        """Learns the phrases of ``families``, which are keyed by name."""
        self.gallery: Gallery | None = None
        """Pictures that stand in where no family has the name."""
        self._rows = [
            (family, tuple(tokens_of(phrase))) for family in families.values() for phrase in family.phrases
        ]
        self._exact: dict[tuple[str, ...], Family] = {}
        self._wholes: dict[tuple[str, ...], Family] = {}
        """Without fillers, which is how whole prompts are looked up."""
        for family, words in self._rows:
            self._exact.setdefault(words, family)
            self._wholes.setdefault(tuple(w for w in words if w not in FILLERS), family)
        for names in SAME:
            words_of_all = [tuple(tokens_of(name)) for name in names]
            same = next((self._exact[w] for w in words_of_all if w in self._exact), None)
            for words in words_of_all if same is not None else ():
                self._exact.setdefault(words, same)  # type: ignore[arg-type]

    @property
    def words(self) -> frozenset[str]:
        """All words of all phrases, in singular."""
        own = frozenset(word for words in self._exact for word in words)
        return own if self.gallery is None else own | self.gallery.router.words

    def knows(self, text: str) -> bool:
        """Whether the noun phrase ``text`` ends with the name of something that the kit builds."""
        group = group_of(tokens_of(text))
        if self._named(group) is not None or self._phrase_at_end(subject_of(tokens_of(text))) is not None:
            return True
        return self.gallery is not None and self.gallery.router.knows(text)

    def is_name(self, text: str) -> bool:
        """Whether ``text`` without its articles is a name as a family gives it: "bow and arrow"."""
        if self._whole(text) in self._wholes:
            return True
        if self.gallery is None or not self.gallery.router.is_name(text):
            return False
        members = text.split(" and ")  # of a knife and a fork each is built
        return len(members) == 1 or not all(self.by_name(member) for member in members)

    @property
    def phrases(self) -> list[str]:
        """What prompts are compared with that name nothing the router knows."""
        return [" ".join(words) for _, words in self._rows]

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        """(phrases, 384)."""
        return encode(self.phrases)

    def choose(self, prompt: str) -> Route:
        """The best family for ``prompt``. An unknown concept gets the nearest one at a confidence below 0.5."""
        named = self.by_name(prompt)
        if self.gallery is not None:
            named = self.gallery.instead_of(named, prompt) or named
        if named is not None:
            return named
        near = self.nearest(prompt)
        if self.gallery is not None and near.confidence < KNOWN:
            return self.gallery.nearer(near, prompt)
        return near

    def by_name(self, prompt: str) -> Route | None:
        """The family that has a name in ``prompt``, if any."""
        tokens = tokens_of(prompt)
        whole = self._whole(prompt)
        if whole in self._wholes and any(t == "of" or t in PREPOSITIONS for t in tokens):
            own = frozenset(word for word in whole if is_attribute(word))  # "house with a flat roof"
            return Route(self._wholes[whole], SURE, " ".join(whole), True, own)
        group = group_of(tokens)
        named = self._named(group)
        if named is not None:
            family, words = named
            rest = [t for t in group[: -len(words)] if not says_how(t)]
            own = frozenset(w for w in words if is_attribute(w))
            return Route(family, 0.85 if rest else SURE, " ".join([*rest, *words]), True, own)
        subject = self._without_doing(subject_of(tokens))
        found = self._phrase_at_end(subject)
        if found is None:
            return None
        family, length = found
        # "toy car" is a car; "car wheel" is not, and "apple tree" needs its own phrase to be sure.
        return Route(family, SURE if length == len(subject) else 0.85, " ".join(subject), True)

    def nearest(self, prompt: str) -> Route:
        """The family whose names come nearest in meaning to ``prompt``, which has none of them."""
        subject = self._without_doing(subject_of(tokens_of(prompt)))
        query = " ".join(subject) or prompt
        vectors = encode([query, prompt])
        score = self._vectors @ (0.75 * vectors[0] + 0.25 * vectors[1])
        best = int(score.argmax())
        closeness = float(self._vectors[best] @ vectors[0])
        confidence = _confidence(closeness)
        if not subject or any(pieces_of(word) > 2 for word in subject):
            confidence = min(confidence, UNKNOWN_WORD)
        return Route(self._rows[best][0], confidence, " ".join(subject), False)

    def _whole(self, text: str) -> tuple[str, ...]:
        return tuple(t for t in tokens_of(text) if t not in FILLERS and t not in NUMBERS)

    def _without_doing(self, subject: list[str]) -> list[str]:
        """The subject without what it is doing: "dog sitting", "flying dragon", "man wearing hat"."""
        if tuple(subject) in self._exact:  # "standing lamp"
            return subject
        for i, word in enumerate(subject):
            if i and word in POSES | ACTIONS and self._phrase_at_end(subject[:i]):
                return subject[:i]
        bare = [w for w in subject if w not in POSES and w not in RELATIVES]
        return bare or subject

    def _named(self, group: list[str]) -> tuple[Family, tuple[str, ...]] | None:
        """The name at the end of ``group`` that is another thing, or none, without its describing words: an ice
        cream cone is no cone, while a wooden crate is a crate."""
        for length in range(len(group), 1, -1):
            words = tuple(group[-length:])
            bare = tuple(w for w in words if not is_attribute(w))
            family = self._exact.get(words)
            if family is not None and bare != words and self._exact.get(bare) is not family:
                return family, words
        return None

    def _phrase_at_end(self, subject: list[str]) -> tuple[Family, int] | None:
        """The longest known phrase that the subject ends with; the last word of a noun group is its head."""
        for length in range(len(subject), 0, -1):
            family = self._exact.get(tuple(subject[-length:]))
            if family is not None:
                return family, length
        return None


def subject_of(tokens: list[str]) -> list[str]:
    """The noun group for the object itself: what stands before the first preposition, bare of attributes."""
    group = group_of(tokens)
    bare = [t for k, t in enumerate(group) if not says_how(t) or (t in THINGS_TOO and k == len(group) - 1)]
    if len(bare) > 1 and bare[-1] in FIGURES:  # "a horse statue"
        bare.pop()
    # "a glass", "an orange": where nothing else is left, the attribute is the thing.
    return bare or [t for t in group if t not in FILLERS][-1:]


def group_of(tokens: list[str]) -> list[str]:
    """The words before the first preposition, attributes included."""
    group: list[str] = []
    for i, token in enumerate(tokens):
        if token == "of" and group and group[-1] in COUNTING and i + 1 < len(tokens):
            group = []  # "a pair of boots", "a model of a ship"
            continue
        if token == "," or token in PREPOSITIONS or token in ("while", "next"):
            if group and not (token == "and" and all(is_attribute(t) or t in FILLERS for t in group)):
                break
            continue
        group.append(token)
    return group


def _confidence(closeness: float) -> float:
    """From the similarity of an unknown subject to the nearest phrase: certain only for near synonyms."""
    return float(np.interp(closeness, [0.2, 0.5, 0.75, 0.9], [0.05, 0.25, 0.45, 0.8]))
