"""What a prompt asks for that the kit leaves out: parts to do without, poses, other languages."""

from __future__ import annotations

import re
from typing import NamedTuple

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.scenes.things import words_of_parts
from pocket3d_server.models.language.encoder import pieces_of
from pocket3d_server.models.language.understand import (
    left_out_parts,
    singular,
    tokens_of,
)
from pocket3d_server.models.language.words import FOREIGN, POSES

CEILING = 0.6
"""Confidence at most, where something asked for is left out."""
FOREIGN_CEILING = 0.4


class Omissions(NamedTuple):
    """Sentences for the caller, and the confidence that the result deserves at most."""

    notes: list[str]
    ceiling: float


def omissions(prompt: str, natural: bool, asset: Asset) -> Omissions:
    """Compare ``prompt`` with the built ``asset``; ``natural`` is whether anything in it lives or grows and just stands."""
    notes = _parts_still_there(prompt, natural, asset)
    ceiling = CEILING if notes else 1.0
    if in_another_language(prompt):
        notes.append("Prompts are understood in English only; words of other languages are passed over.")
        ceiling = FOREIGN_CEILING
    if natural and POSES & set(tokens_of(prompt)) - {"standing"}:
        notes.append("It is built standing; poses are not made yet.")
        ceiling = min(ceiling, CEILING)
    return Omissions(notes, ceiling)


def in_another_language(prompt: str) -> bool:
    """Whether the prompt has words of another language, or letters that are not Latin."""
    words = re.findall(r"[^\W\d_]+", prompt.lower())
    if any(w in FOREIGN for w in words):
        return True
    # "café" is English enough: the encoder's vocabulary has it as one word once its accents are gone.
    return any(not w.isascii() and (pieces_of(w) > 1 or not re.match(r"[a-zà-ÿ]", w)) for w in words)


def _parts_still_there(prompt: str, natural: bool, asset: Asset) -> list[str]:
    """Parts that the prompt does without and the object has all the same."""
    built = words_of_parts(asset)
    # The parts of a body are one surface, so their names can't tell.
    kept = [w for w in left_out_parts(prompt) if w in built or natural]
    typed = {singular(word): word for word in re.findall(r"[a-zà-ÿ]+", prompt.lower())}
    return [f"“Without {typed.get(w, w)}” could not be followed; it is built as usual." for w in kept]
