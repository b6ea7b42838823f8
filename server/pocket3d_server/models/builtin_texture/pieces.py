"""Which pieces of a mesh the words of a prompt mean."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_texture.features import ADJECTIVES, METAL_COLOURS
from pocket3d_server.models.language.understand import tokens_of

PARTS_OF_THINGS = frozenset(
    tokens_of(
        "head torso body arm hand leg foot thigh shin forearm neck tail ear horn wing fuselage engine fin wheel cabin "
        "hood chassis seat back backrest armrest top tabletop base pedestal column trunk crown canopy handle spout lid"
    )
)
"""Words for parts by which a shape without names is divided."""
ALIKE = tuple(
    frozenset(tokens_of(words))
    for words in (
        "handle grip hilt haft shaft pole stick",
        "back backrest",
        "seat cushion pillow",
        "top tabletop",
        "wheel tyre tire",
        "base foundation stand plinth pedestal",
        "leg foot",
        "window pane",
        "body torso fuselage hull chassis",
        "lid cover cap",
        "guard hilt crossguard",
        "crown foliage leaf canopy",
        "wall facade",
        "tail fin",
        "rim border frame trim edge",
    )
)
"""Words that people use for the same part."""


@dataclass(frozen=True)
class Piece:
    """A primitive, or a part found by shape, as words can name it."""

    node: frozenset[str]
    """Words of its node's name and label."""
    material: frozenset[str] = frozenset()
    """Words of its material's name that are not themselves a material or a colour."""


def pieces_of(asset: Asset) -> list[Piece]:
    """What each primitive of an asset can be called."""
    plain = ADJECTIVES | set(METAL_COLOURS) | {"material", "mat"}
    return [
        Piece(
            frozenset(tokens_of(f"{part.name} {part.label}")),
            frozenset(tokens_of(primitive.material.name)) - plain,
        )
        for part in asset.parts
        for primitive in part.primitives
    ]


def clauses_of(prompt: str) -> list[list[str]]:
    """The words of each clause, which commas, semicolons and "and" part."""
    parts = re.split(r"[,;.]|\band\b|\bwith\b|\bbut\b", prompt.lower())
    return [tokens_of(part) for part in parts if part.strip()]


def meant(words: Set[str], pieces: list[Piece]) -> tuple[list[int], set[str]]:
    """The pieces that ``words`` name, and which of the words do so.

    Nodes come before materials, and words of the same meaning come last.
    """
    for said in (words, words_alike(words)):
        for of in ("node", "material"):
            found = [i for i, p in enumerate(pieces) if not getattr(p, of).isdisjoint(said)]
            if found:
                names: set[str] = set().union(*(getattr(pieces[i], of) for i in found))
                return found, {w for w in words if w in names or not words_alike({w}).isdisjoint(names)}
    return [], set()


def words_alike(words: Set[str]) -> set[str]:
    """Other words for the parts among ``words``."""
    return {other for group in ALIKE if not group.isdisjoint(words) for other in group}


def unnamed_parts(prompt: str, pieces: list[Piece]) -> bool:
    """Whether the prompt gives parts of the object materials of their own, but the mesh names none of those parts."""
    said = [set(clause) & PARTS_OF_THINGS for clause in clauses_of(prompt)]
    return sum(bool(words) for words in said) > 1 and not any(meant(words, pieces)[0] for words in said)
