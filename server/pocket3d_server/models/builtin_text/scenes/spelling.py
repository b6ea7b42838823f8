"""Slips of the keyboard near words that the kit knows: "a wodden chiar"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pocket3d_server.models.language.encoder import pieces_of
from pocket3d_server.models.language.phrases import PARTICIPLES, RELATIONS
from pocket3d_server.models.language.understand import is_attribute, singular
from pocket3d_server.models.language.words import (
    COLOURS,
    FILLERS,
    FOREIGN,
    MATERIALS,
    NUMBERS,
    POSES,
    PROPORTIONS,
    SIZES,
    STYLES,
)

SHORT, LONG = 4, 8
"""Letters from which one slip, and two, are mended."""


def mended(prompt: str, known: Iterable[str]) -> tuple[str, list[str]]:
    """``prompt`` with words that no English vocabulary has put right, and a sentence on each.

    ``known`` are the words of the kit's own names. Only a word that the sentence encoder's vocabulary lacks
    is taken for a slip, so that no real word is ever replaced.
    """
    words = frozenset(known).union(*_TABLES)
    notes = []
    for typed in dict.fromkeys(re.findall(r"[a-z]+", prompt.lower())):
        if len(typed) < SHORT or typed in FOREIGN or is_attribute(typed) or {typed, singular(typed)} & words:
            continue
        if pieces_of(typed) == 1 or pieces_of(singular(typed)) == 1:
            continue
        found = _nearest(typed, words)
        if found:
            prompt = re.sub(rf"\b{typed}\b", found, prompt, flags=re.IGNORECASE)
            notes.append(f"“{typed}” was read as “{found}”.")
    return prompt, notes


_TABLES = tuple(
    frozenset(w for entry in table for w in entry.split())
    for table in (
        COLOURS, FILLERS, MATERIALS, NUMBERS, POSES, PROPORTIONS, SIZES, STYLES, RELATIONS, PARTICIPLES
    )
)  # fmt: skip


def _nearest(typed: str, words: frozenset[str]) -> str | None:
    """The one known word within reach; a plural comes back as a plural."""
    reach = 2 if len(typed) >= LONG else 1
    best: list[tuple[bool, int, str]] = []
    for word in words:
        for form in (word, word + "s"):
            if len(form) >= SHORT - 1 and form[0] == typed[0] and abs(len(form) - len(typed)) <= reach:
                slips = _slips(typed, form)
                if slips <= reach:
                    best.append((_single_letters(form) != _single_letters(typed), slips, form))
    best.sort(key=lambda b: (*b[:2], abs(len(b[2]) - len(typed)), b[2]))
    return best[0][2] if best else None


def _single_letters(word: str) -> str:
    """Without doubled letters, which are the commonest slip."""
    return re.sub(r"(.)\1+", r"\1", word)


def _slips(a: str, b: str) -> int:
    """Letters added, dropped, changed or swapped with a neighbour (optimal string alignment distance)."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row, older = row, [i, *([0] * len(b))], before
        for j, y in enumerate(b, 1):
            row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], older[j - 2] + 1)
        before = last
    return row[-1]
