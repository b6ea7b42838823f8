"""From the words of a prompt to the materials that cover each part of a mesh."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.atlas import Coat
from pocket3d_server.geometry.solid_materials import RGB, Accent, SolidMaterial, library
from pocket3d_server.geometry.solid_materials.metal import MATERIALS as METALS
from pocket3d_server.models.builtin_texture.features import (
    ADJECTIVES,
    ALONE,
    METAL_COLOURS,
    RIMS,
    Feature,
    print_of,
    split_features,
)
from pocket3d_server.models.language.encoder import encode
from pocket3d_server.models.language.understand import tokens_of, understand
from pocket3d_server.models.language.words import MATERIALS

EXACT_BONUS = 0.30
"""For a material whose name or phrase stands in the prompt word for word."""
KNOWN = 0.42
"""Below this score nothing in the library is what was asked for."""
CREAM = (0.95, 0.92, 0.86)
FILLERS = frozenset(
    tokens_of("a an the of with and on in its covered made from style look texture material surface")
)
OVERLAYS: dict[str, tuple[str, str]] = {
    "mossy": ("moss", "top"),
    "overgrown": ("moss", "top"),
    "moss": ("moss", "top"),
    "snowy": ("snow", "top"),
    "snow": ("snow", "top"),
    "frosty": ("ice", "edge"),
    "frozen": ("ice", "edge"),
    "muddy": ("earth", "low"),
    "dirty": ("earth", "cavity"),
    "dusty": ("sand", "top"),
    "rusty": ("rusty_metal", "cavity"),
    "sandy": ("sand", "low"),
}
"""Words that lay one material over another, and where it settles."""
STYLES: dict[str, Literal["cartoon", "artistic"]] = {
    "cartoon": "cartoon",
    "cartoony": "cartoon",
    "toon": "cartoon",
    "comic": "cartoon",
    "artistic": "artistic",
    "painterly": "artistic",
    "impressionist": "artistic",
}
"""Words for a style rather than for a material."""


@dataclass(frozen=True)
class Wording:
    """What a prompt asks the surface to be."""

    coats: list[Coat | None]
    """One for each part; None keeps the part's own surface."""
    overlay: Coat | None
    placement: str
    """Where the overlay settles: ``top``, ``edge``, ``cavity``, ``low``, or ``trim`` for clean edges."""
    confidence: float
    notes: list[str]
    style: Literal["cartoon", "artistic"] | None = None
    """The style that the prompt names, if it does."""


def read_prompt(prompt: str, parts: list[Part]) -> Wording:
    """Materials for ``parts``: a clause that names a part ("wooden handle, steel blade") goes to that part.

    Where every clause names a part, the parts that are not named keep their own surface.
    """
    tokens = tokens_of(prompt)
    style = next((STYLES[t] for t in tokens if t in STYLES), None)
    if style is not None and not set(tokens) - set(STYLES) - FILLERS:
        note = (
            "The prompt names a style and no material, so the mesh's own colours are painted in that style."
        )
        return Wording([None] * len(parts), None, "", 1.0, [note], style)
    notes: list[str] = []
    coats: dict[int, Coat] = {}
    others = []
    clauses = [c for c in re.split(r"[,;.]|\band\b|\bwith\b", prompt.lower()) if c.strip()]
    for clause in clauses if len(parts) > 1 else []:
        words = tokens_of(clause)
        named = [i for i, p in enumerate(parts) if not _names(p).isdisjoint(words)]
        own = set().union(*(_names(parts[i]) for i in named))
        said = [w for w in words if w not in own]
        if named and len(named) < len(parts) and said:
            coat, score = _best(said)
            if score >= KNOWN:
                coats.update(dict.fromkeys(named, coat))
                continue
        others.append(clause)
    if coats and not others:
        return Wording([coats.get(i) for i in range(len(parts))], None, "", 1.0, notes, style)
    tokens = [t for t in (tokens_of(" and ".join(others)) if coats else tokens) if t not in STYLES]
    ground, features = split_features(tokens)
    overlay, placement, rest = _overlay(ground)
    main, score = _featured(rest, features, tokens, notes)
    rims = [f for f in features if f.noun in RIMS]
    if rims and overlay is None:
        overlay, placement = _best(list(rims[-1].words) or ["gold"])[0], "trim"
    if score < KNOWN:
        notes.append(f"No material is called that; {_spoken(main.material)} came nearest.")
    chosen: list[Coat | None] = [coats.get(i, main) for i in range(len(parts))]
    return Wording(chosen, overlay, placement, float(np.clip(score, 0.1, 1)), notes, style)


def _featured(
    ground: list[str], features: list[Feature], tokens: list[str], notes: list[str]
) -> tuple[Coat, float]:
    """The ground's material with the one feature that it can show; notes say which are left out."""
    features = [f for f in features if f.noun not in RIMS]
    named = [
        w for w in ground if w not in ADJECTIVES - set(METAL_COLOURS) - set(MATERIALS) and w not in FILLERS
    ]
    main, score = _best(ground) if ground else (Coat(library()["paint"]), 0.0)
    alone = next((f for f in features if f.noun in ALONE), None)
    if alone is not None and (not named or score < KNOWN):
        main, score = Coat(library()[ALONE[alone.noun]], main.colours), 1.0
    elif not named and features:  # nothing but features that no material is known by
        main, score = _best(tokens)
    for feature in features:
        printed = print_of(main.material, feature)
        if printed is None and feature.noun not in main.material.features:
            notes.append(
                f"{_spoken(main.material).capitalize()} has no such feature, so {feature} is left out."
            )
            continue
        if len(feature.colours) > 1 and not main.colours and printed is None:
            main = replace(main, colours=feature.colours)
        elif feature.words or printed is not None:
            main = replace(main, accent=feature.accent() or Accent(CREAM), printed=printed)
    return main, score


def _names(part: Part) -> set[str]:
    return set(tokens_of(f"{part.name} {part.label}"))


def _spoken(material: SolidMaterial) -> str:
    return material.name.replace("_", " ")


def _overlay(tokens: list[str]) -> tuple[Coat | None, str, list[str]]:
    """The material laid over the rest, where it lies, and the words that remain."""
    for token in tokens:
        if token in OVERLAYS:
            rest = [t for t in tokens if t != token and t not in FILLERS and t != ","]
            name, placement = OVERLAYS[token]
            if not rest:
                continue
            under, score = _best(rest)
            # Rusty metal is a material itself; rust lies over everything else.
            whole = (
                name == "rusty_metal" and under.material in METALS and under.material.name != "chipped_paint"
            )
            if score >= KNOWN and under.material.name != name and not whole:
                return Coat(library()[name]), placement, rest
    return None, "", tokens


def _best(tokens: list[str]) -> tuple[Coat, float]:
    """The material that fits the words best, with its colours, and how well it fits (about 0..1.2)."""
    words = [t for t in tokens if t != ","]
    text = " ".join(words)
    names, owners, vectors = _phrases()
    similarity = vectors @ encode([text])[0]
    scores: dict[str, float] = {}
    present = set(words)
    for phrase, owner, value in zip(names, owners, similarity, strict=True):
        own = [w for w in tokens_of(phrase) if w not in FILLERS]
        bonus = EXACT_BONUS + 0.04 * len(own) if own and present.issuperset(own) else 0.0
        scores[owner] = max(scores.get(owner, -1.0), float(value) + bonus)
    material = library()[max(scores, key=lambda name: scores[name])]
    colours = _colours(text, material)
    if scores[material.name] < KNOWN and colours:
        return Coat(library()["paint"], colours), 0.6
    return Coat(material, colours), scores[material.name]


def _colours(text: str, material: SolidMaterial) -> tuple[RGB, ...]:
    """Colours of the prompt, less those that only name the material itself ("gold", "coral")."""
    own = {w for phrase in (material.name, *material.phrases) for w in tokens_of(phrase)}
    return tuple(c.rgb for c in understand(text).colours if not set(tokens_of(c.name)) <= own)


def warm_up() -> None:
    """Encode the names of all materials, so that the first prompt need not wait for it."""
    _phrases()


@cache
def _phrases() -> tuple[list[str], list[str], NDArray[np.float32]]:
    """All phrases, the material each belongs to, and their vectors (N, 384)."""
    names, owners = [], []
    for material in library().values():
        for phrase in (material.name.replace("_", " "), *material.phrases):
            names.append(phrase)
            owners.append(material.name)
    return names, owners, encode(names)
