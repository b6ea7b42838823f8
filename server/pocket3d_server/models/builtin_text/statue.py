"""Figures carved or cast of one material: "a wooden horse", "a gold dog", "a marble statue of a woman".

Animals, people and plants bring their own surfaces. Where the prompt gives such a thing a material, or asks for
a statue, every part of it is covered with that material instead, baked onto one atlas.
"""

from __future__ import annotations

from dataclasses import replace

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.atlas import Coat, bake_materials
from pocket3d_server.geometry.solid_materials import library
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import KINDS, TRANSPARENT, finish
from pocket3d_server.models.language.brief import Brief
from pocket3d_server.models.language.understand import tokens_of
from pocket3d_server.models.language.words import FIGURES, MATERIALS

SOLIDS: dict[str, str] = {
    "wood": "oak", "stone": "concrete", "marble": "marble", "concrete": "concrete", "slate": "slate", "metal": "steel",
    "steel": "steel", "iron": "cast_iron", "aluminium": "aluminium", "chrome": "chrome", "gold": "gold",
    "silver": "silver", "bronze": "brass", "brass": "brass", "copper": "copper", "rust": "rusty_metal",
    "plastic": "plastic", "rubber": "rubber", "ceramic": "ceramic", "clay": "terracotta", "jade": "jade",
    "paper": "paper",
}  # fmt: skip
"""Solid material for each substance of a prompt; what is transparent has a plain finish instead."""
NAMES_OF_KINDS = frozenset(
    {"oak", "pine", "teak", "log", "rock", "crystal", "diamond", "rubber", "snow", "bamboo"}
)
"""Words that more often name a kind of tree, plant or person than what a figure is made of."""


def substance_of(brief: Brief, family: Family) -> str | None:
    """What the whole figure is made of; None for things in their own surfaces.

    Words that belong to the name of the kind say nothing of its substance: a silver birch is no silver tree.
    """
    statue = brief.has(*FIGURES)
    if not statue and not family.natural:
        return None
    tokens = tokens_of(brief.prompt)
    text = " ".join(tokens)
    names = [" ".join(tokens_of(phrase)) for phrase in family.phrases]
    name_words = {word for name in names if f" {name} " in f" {text} " for word in name.split()}
    for token in tokens:
        kind = MATERIALS.get(token)
        unsure = token in name_words or (token in NAMES_OF_KINDS and not statue)
        if kind in brief.materials and not unsure and (kind in SOLIDS or kind in TRANSPARENT):
            return kind
    if not statue:
        return None
    return "bronze" if brief.has("figurine") else "stone"


def carved(asset: Asset, kind: str, brief: Brief, resolution: int) -> Asset:
    """``asset`` with every part of the one substance ``kind``, in the prompt's main colour if it names one.

    ``resolution`` is that of the atlas in pixels. Transparent substances come without images.
    """
    colours = tuple(c.rgb for c in brief.colours if c.noun is None)[:1]
    if (
        kind == "bronze" and not colours
    ):  # smooth as cast, where the library's bronze is hammered in large facets
        colours = (KINDS["bronze"].rgb,)
    plain: Material
    if kind in TRANSPARENT:
        plain = finish(kind, colours[0] if colours else None)
    else:
        plain = Material(kind)
    for primitive in asset.primitives():
        primitive.material = plain if kind in TRANSPARENT else replace(plain)
    if kind in TRANSPARENT:
        return asset
    coat = Coat(library()[SOLIDS[kind]], colours)
    return bake_materials(asset, lambda _part, _primitive: coat, resolution, brief.seed)
