"""From the words of a prompt to the materials that cover each part of a mesh."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.atlas import Coat
from pocket3d_server.geometry.solid_materials import RGB, SolidMaterial, library
from pocket3d_server.geometry.solid_materials.metal import MATERIALS as METALS
from pocket3d_server.models.builtin_text.understand import tokens_of, understand
from pocket3d_server.models.language import encode

EXACT_BONUS = 0.30
"""For a material whose name or phrase stands in the prompt word for word."""
KNOWN = 0.42
"""Below this score nothing in the library is what was asked for."""
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


@dataclass(frozen=True)
class Wording:
    """What a prompt asks the surface to be."""

    coats: list[Coat]
    """One for each part."""
    overlay: Coat | None
    placement: str
    """Where the overlay settles: ``top``, ``edge``, ``cavity`` or ``low``."""
    confidence: float
    notes: list[str]


def read_prompt(prompt: str, parts: list[Part]) -> Wording:
    """Materials for ``parts``: a clause that names a part ("wooden handle, steel blade") goes to that part."""
    tokens = tokens_of(prompt)
    overlay, placement, rest = _overlay(tokens)
    main, score = _best(rest)
    notes = []
    if score < KNOWN:
        notes.append(f"No material is called that; {main.material.name.replace('_', ' ')} came nearest.")
    coats = [main] * len(parts)
    clauses = [c for c in re.split(r"[,;.]|\band\b|\bwith\b", prompt.lower()) if c.strip()]
    if len(clauses) > 1 and len(parts) > 1:
        for clause in clauses:
            words = set(tokens_of(clause))
            named = [i for i, p in enumerate(parts) if words & set(tokens_of(f"{p.name} {p.label}"))]
            if named and len(named) < len(parts):
                own = set().union(*(tokens_of(f"{parts[i].name} {parts[i].label}") for i in named))
                coat, clause_score = _best(
                    [w for w in tokens_of(clause) if w not in own] or tokens_of(clause)
                )
                if clause_score >= KNOWN:
                    for i in named:
                        coats[i] = coat
    return Wording(coats, overlay, placement, float(np.clip(score, 0.1, 1)), notes)


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
