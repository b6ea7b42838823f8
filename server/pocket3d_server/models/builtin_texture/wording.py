"""From the words of a prompt to the materials that cover each part of a mesh."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

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
from pocket3d_server.models.builtin_texture.layering import FIGURES, Cover, take_apart
from pocket3d_server.models.builtin_texture.pieces import PARTS_OF_THINGS, Piece, clauses_of, meant
from pocket3d_server.models.language.encoder import encode
from pocket3d_server.models.language.understand import tokens_of, understand
from pocket3d_server.models.language.words import COLOURS, MATERIALS, MODIFIERS

EXACT_BONUS = 0.30
"""For a material whose name or phrase stands in the prompt word for word."""
KNOWN = 0.42
"""Below this score nothing in the library is what was asked for."""
CREAM, DARK = (0.95, 0.92, 0.86), (0.13, 0.11, 0.09)
USUAL: dict[str, str] = {
    "roof": "roof_tiles", "tyre": "rubber", "tire": "rubber", "window": "glass", "pane": "glass", "lawn": "grass",
    "foliage": "foliage", "leaf": "foliage",
}  # fmt: skip
"""What a part is made of where only its colour is said."""
FILLERS = frozenset(
    tokens_of(
        "a an the of with and on in its covered made from style look texture material surface pattern print design motif"
    )
)
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
class Layer:
    """A coat that lies over the others in places."""

    coat: Coat
    placement: str
    """See ``layering.Cover``."""


@dataclass(frozen=True)
class Wording:
    """What a prompt asks the surface to be."""

    coats: list[Coat | None]
    """One for each piece; None keeps the piece's own surface."""
    layers: list[Layer]
    confidence: float
    notes: list[str]
    style: Literal["cartoon", "artistic"] | None = None
    """The style that the prompt names, if it does."""
    wear: float = 1.0
    """How strongly edges are worn and hollows dirty."""
    gloss: float = 0.0
    """Added to the roughness of the coats."""


def read_prompt(prompt: str, pieces: list[Piece]) -> Wording:
    """Materials for ``pieces``: a clause that names a part ("wooden handle, steel blade") goes to that part.

    Where every clause names a part, the parts that are not named keep their own surface.
    """
    tokens = tokens_of(prompt)
    style = next((STYLES[t] for t in tokens if t in STYLES), None)
    if style is not None and not set(tokens) - set(STYLES) - FILLERS:
        note = (
            "The prompt names a style and no material, so the mesh's own colours are painted in that style."
        )
        return Wording([None] * len(pieces), [], 1.0, [note], style)
    notes: list[str] = []
    coats, others = _coats_of_pieces(prompt, pieces, notes)
    if coats and not others:
        return Wording([coats.get(i) for i in range(len(pieces))], [], 1.0, notes, style)
    reading = take_apart([t for t in (others if coats else tokens) if t not in STYLES])
    ground, features = split_features(reading.ground)
    layers: list[Layer] = []
    main, score = _two(ground, layers) or _featured(ground, features, reading.ground, layers, notes)
    covers = list(reading.covers)
    if covers and score < KNOWN and not main.colours:  # "a rusty sword": what covers it is all that is known
        main, score = _covering(covers.pop(0), notes), 1.0
    layers = [
        *(Layer(_covering(c, notes), c.placement) for c in covers if not _is_whole(c, main)),
        *layers,
    ]
    for cover in covers:
        if _is_whole(cover, main):
            main = replace(main, material=library()[cover.name])
    if score < KNOWN:
        notes.append(f"No material is called that; {_spoken(main.material)} came nearest.")
    chosen: list[Coat | None] = [coats.get(i, main) for i in range(len(pieces))]
    confidence = float(np.clip(score, 0.1, 1))
    return Wording(chosen, layers, confidence, notes, style, reading.wear, reading.gloss)


def _coats_of_pieces(prompt: str, pieces: list[Piece], notes: list[str]) -> tuple[dict[int, Coat], list[str]]:
    """Coats for the pieces that clauses name, by their numbers, and the words of all other clauses.

    A clause that only names ("oak legs and armrests") shares the coat of the clause before it, or else the next.
    """
    coats: dict[int, Coat] = {}
    others: list[list[str]] = []
    waiting: list[int] = []
    last: Coat | None = None
    for words in clauses_of(prompt) if len(pieces) > 1 else []:
        named, own = meant(set(words), pieces)
        said = [w for w in words if w not in own or w in MATERIALS]
        bare = not set(said) - FILLERS
        coat = None
        if named and len(named) < len(pieces) and not bare:
            coat = _of_a_part(said, own)
        if coat is not None:
            coats.update(dict.fromkeys([*waiting, *named], coat))
            waiting, last = [], coat
        elif named and bare and last is not None:
            coats.update(dict.fromkeys(named, last))
        elif named and bare:
            waiting += named
        else:
            others.append(words)
    if coats:  # "walnut legs" says nothing of the rest of a mesh that has no legs
        for words in [w for w in others if not PARTS_OF_THINGS.isdisjoint(w)]:
            others.remove(words)
            notes.append(f"The mesh has no part by the name of {' '.join(words)}, so that is left out.")
    return coats, " and ".join(" ".join(words) for words in others).split()


def _of_a_part(said: list[str], own: set[str]) -> Coat | None:
    """The coat that ``said`` asks for on the part called ``own``; None where no material is called that."""
    text = " ".join(said)
    usual = next((USUAL[w] for w in sorted(own) if w in USUAL), None)
    if usual is not None and set(said) <= set(COLOURS) | set(MODIFIERS) | FILLERS:
        return Coat(library()[usual], tuple(c.rgb for c in understand(text).colours))
    coat, score = _best(take_apart(said).ground)
    return coat if score >= KNOWN else None


def _covering(cover: Cover, notes: list[str]) -> Coat:
    """The coat that a cover's words or name mean."""
    text = " ".join(cover.words)
    if cover.name:
        return Coat(library()[cover.name], tuple(c.rgb for c in understand(text).colours))
    coat, score = _best(list(cover.words))
    if score < KNOWN:
        notes.append(f"No material is called {text}; {_spoken(coat.material)} came nearest.")
    return coat


def _is_whole(cover: Cover, main: Coat) -> bool:
    """Whether the cover and what it covers are one material: rusty metal is, and so is copper with verdigris."""
    if cover.name == main.material.name:
        return True
    if cover.placement != "cavity":
        return False
    if cover.name == "rusty_metal":
        return main.material in METALS and main.material.name != "chipped_paint"
    return cover.name == "patina" and main.material.name in ("copper", "bronze", "brass")


def _two(ground: list[str], layers: list[Layer]) -> tuple[Coat, float] | None:
    """Patches of one material in another for "gold and black marble"; None unless two are named in so many words."""
    if ground.count("and") != 1:
        return None
    at = ground.index("and")
    sides = [ground[:at], ground[at + 1 :]]
    if not all(any(w not in COLOURS and w not in MODIFIERS for w in side) for side in sides):
        return None
    (one, first), (other, second) = (_best(side) for side in sides)
    if min(first, second) < 1 or one.material.name == other.material.name:
        return None
    layers.append(Layer(other, "patch"))
    return one, min(first, 1.0)


def _featured(
    ground: list[str], features: list[Feature], tokens: list[str], layers: list[Layer], notes: list[str]
) -> tuple[Coat, float]:
    """The ground's material with the feature that it can show; others become layers, or a note says they are left out."""
    rims = [f for f in features if f.noun in RIMS]
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
        has = feature.noun in main.material.features
        printed = print_of(main.material, feature)
        of_a_kind = any(w in MATERIALS and w not in METAL_COLOURS for w in feature.words)
        if feature.noun in FIGURES and not (has and not of_a_kind) and printed is None:
            layers.append(Layer(_figure(feature, main), FIGURES[feature.noun]))
        elif printed is None and not has:
            if feature.noun in tokens_of(" ".join((main.material.name, *main.material.phrases))):
                continue  # it is what the material is called by
            notes.append(
                f"{_spoken(main.material).capitalize()} has no such feature, so {feature} is left out."
            )
        elif len(feature.colours) > 1 and not main.colours and printed is None:
            main = replace(main, colours=feature.colours)
        elif len(feature.colours) > 1 and not main.colours:  # "blue and white striped cotton"
            main = replace(
                main, colours=feature.colours[:1], accent=Accent(feature.colours[-1]), printed=printed
            )
        elif feature.words or printed is not None:
            main = replace(main, accent=feature.accent() or Accent(CREAM), printed=printed)
    if rims:
        layers.append(Layer(_best(list(rims[-1].words) or ["gold"])[0], "trim"))
    return main, score


def _figure(feature: Feature, main: Coat) -> Coat:
    """What veins, cracks or patches are made of; a red patch on denim is of red denim."""
    if (
        feature.noun in ("patch", "spot")
        and feature.words
        and all(w in COLOURS or w in MODIFIERS for w in feature.words)
    ):
        return Coat(main.material, feature.colours)
    if feature.words:
        return _best(list(feature.words))[0]
    return Coat(library()["paint"], (DARK if feature.noun in ("crack", "stain") else CREAM,))


def _spoken(material: SolidMaterial) -> str:
    return material.name.replace("_", " ")


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
