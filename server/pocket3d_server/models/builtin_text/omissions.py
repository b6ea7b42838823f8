"""What a prompt asks for that the kit leaves out: second objects, numbers of objects, missing parts, poses."""

from __future__ import annotations

import re
from typing import NamedTuple

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.organic.flower_heads import HEADS
from pocket3d_server.models.builtin_text.router import subject_of
from pocket3d_server.models.language.encoder import pieces_of
from pocket3d_server.models.language.understand import (
    is_attribute,
    left_out_parts,
    singular,
    tokens_of,
)
from pocket3d_server.models.language.words import FILLERS, FOREIGN, NUMBERS, POSES

CEILING = 0.6
"""Confidence at most, where something asked for is left out."""
FOREIGN_CEILING = 0.4
BESIDE = frozenset({"and", "beside", "near", "behind", "riding", ","})
"""What stands before a second object, when the first has no parts named yet."""
COMPANIONS = frozenset({"arrow", "saucer", "reel", "mortar"})
"""Second nouns that belong to the first object: "bow and arrow"."""

COUNTED = frozenset({"book", "banana", "flower", "candle", *HEADS})
"""Things that their families build in the number asked for."""


class Omissions(NamedTuple):
    """Sentences for the caller, and the confidence that the result deserves at most."""

    notes: list[str]
    ceiling: float


def omissions(prompt: str, subject: str, natural: bool, asset: Asset) -> Omissions:
    """Compare ``prompt`` with the built ``asset``; ``natural`` is whether its family lives or grows."""
    notes = [*_others(prompt), *_number(prompt, subject), *_parts_still_there(prompt, natural, asset)]
    ceiling = CEILING if notes else 1.0
    if in_another_language(prompt):
        notes.append("Prompts are understood in English only; words of other languages are passed over.")
        ceiling = FOREIGN_CEILING
    if natural and POSES & set(tokens_of(prompt)) - {"standing"}:
        notes.append("It is built standing; poses are not made yet.")
        ceiling = min(ceiling, CEILING)
    if {"suit", "tuxedo"} & set(tokens_of(prompt)) and any(p.name == "jacket" for p in asset.parts):
        notes.append(
            "The suit is a closed jacket and trousers; lapels, shirt front and tie are not made yet."
        )
    return Omissions(notes, ceiling)


def in_another_language(prompt: str) -> bool:
    """Whether the prompt has words of another language, or letters that are not Latin."""
    words = re.findall(r"[^\W\d_]+", prompt.lower())
    if any(w in FOREIGN for w in words):
        return True
    # "café" is English enough: the encoder's vocabulary has it as one word once its accents are gone.
    return any(not w.isascii() and (pieces_of(w) > 1 or not re.match(r"[a-zà-ÿ]", w)) for w in words)


def _others(prompt: str) -> list[str]:
    """A second object beside the first: "a chair and a table", "a man riding a horse"."""
    tokens = tokens_of(prompt)
    if not subject_of(tokens):
        return []
    for i, token in enumerate(tokens):
        if token in ("with", "without", "in", "of", "on", "has", "having", "wearing", "for"):
            return []
        first = [t for t in tokens[:i] if t not in FILLERS and not is_attribute(t) and t != ","]
        if token not in BESIDE or not first or any(t in POSES for t in tokens[i + 1 : i + 2]):
            continue
        # Only an article or a number makes sure of a new object: "a knife, sharp" has none.
        rest = tokens[i + 1 :]
        if token == "," and not (rest and (rest[0] in ("a", "an") or rest[0] in NUMBERS)):
            continue
        other = subject_of(rest)
        if other and other[-1] not in COMPANIONS and not is_attribute(other[-1]):
            return [f"One object is built for a prompt; left out: {' '.join(other)}."]
    return []


def _number(prompt: str, subject: str) -> list[str]:
    """Several of the object itself: "two chairs". A number of a part is the family's own matter."""
    head = subject.split()[-1] if subject else ""
    words = re.findall(r"[a-zà-ÿ]+|\d+", prompt.lower())
    for i, word in enumerate(words):
        count = int(word) if word.isdigit() and len(word) < 4 else NUMBERS.get(word, 0)
        if count < 2 or word in ("double", "twin", "triple", "pair"):
            continue
        for later in words[i + 1 : i + 5]:
            if singular(later) == head and later != head and head not in COUNTED:
                return [f"One object is built for a prompt; you asked for {word} {later}."]
            if not is_attribute(later) and later not in subject.split():
                break
    return []


def _parts_still_there(prompt: str, natural: bool, asset: Asset) -> list[str]:
    """Parts that the prompt does without and the object has all the same."""
    built = {singular(word) for part in asset.parts for word in part.name.lower().split("_")}
    # The parts of a body are one surface, so their names can't tell.
    kept = [w for w in left_out_parts(prompt) if w in built or natural]
    typed = {singular(word): word for word in re.findall(r"[a-zà-ÿ]+", prompt.lower())}
    return [f"“Without {typed.get(w, w)}” could not be followed; it is built as usual." for w in kept]
