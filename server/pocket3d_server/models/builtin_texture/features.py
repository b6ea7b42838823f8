"""What a prompt says of a material's features: "tiger fur with black stripes" is tiger fur, and black stripes."""

from __future__ import annotations

from dataclasses import dataclass

from pocket3d_server.geometry.solid_materials import RGB, Accent, SolidMaterial, library
from pocket3d_server.models.language.understand import tokens_of, understand
from pocket3d_server.models.language.words import COLOURS, MATERIALS, MODIFIERS, SIZES

PRINTS: dict[str, str] = {
    "stripe": "stripes", "band": "stripes", "line": "stripes", "dot": "dots", "circle": "dots",
    "spot": "dots", "check": "checker", "square": "checker", "heart": "hearts", "star": "stars", "flower": "floral", "zigzag": "chevron",
    "chevron": "chevron",
}  # fmt: skip
"""Features that can be painted over any material, and the pattern they are taken from."""
ALONE: dict[str, str] = {**PRINTS, "spot": "dalmatian", "vein": "marble", "mortar": "brick", "patch": "cow"}
"""The material meant where nothing but the feature is named, as in "red dots on white"."""
PRINTED: dict[str, str] = {
    "striped": "stripe", "banded": "stripe", "dotted": "dot", "spotted": "spot", "checkered": "check",
    "chequered": "check", "checked": "check",
}  # fmt: skip
"""Adjectives for a feature."""
RIMS = frozenset({"edge", "trim", "border", "rim", "edging"})
"""Features that lie on the object's edges."""
OTHERS = frozenset(
    tokens_of(
        "stud rivet nail button stitch stitching seam joint grout crack ring rosette fleck speckle sprinkle trace lead "
        "flower ornament pattern zip zipper buckle strap handle knob hinge screw bolt logo letter pocket lining "
        "piping tassel fringe bow ribbon bead gem jewel inlay engraving lace"
    )
)
NOUNS = frozenset(PRINTS) | frozenset(ALONE) | RIMS | OTHERS
ADJECTIVES = (
    frozenset(COLOURS)
    | frozenset(MATERIALS)
    | frozenset(MODIFIERS)
    | frozenset(SIZES)
    | frozenset(
        tokens_of(
            "polka thin thick fine bold narrow wide diagonal horizontal vertical glowing shiny many few"
        )
    )
)
LINKS = frozenset(tokens_of("with and on in of having has a an the over ,"))
METAL_COLOURS: dict[str, RGB] = {
    "gold": (0.89, 0.69, 0.29), "golden": (0.89, 0.69, 0.29), "brass": (0.79, 0.64, 0.29), "silver": (0.88, 0.87, 0.85),
    "copper": (0.79, 0.46, 0.31), "bronze": (0.61, 0.42, 0.21), "chrome": (0.87, 0.88, 0.90),
    "steel": (0.66, 0.68, 0.70), "iron": (0.35, 0.35, 0.37),
}  # fmt: skip


@dataclass(frozen=True)
class Feature:
    """A feature and what is said of it."""

    noun: str
    """In singular."""
    words: tuple[str, ...]
    """Colours, materials and sizes in front of it."""

    @property
    def colours(self) -> tuple[RGB, ...]:
        """sRGB colours said of it, in order."""
        return tuple(c.rgb for c in understand(" ".join(self.words)).colours)

    def accent(self) -> Accent | None:
        """The last colour or metal said of it; None where there is none."""
        metal = next((METAL_COLOURS[w] for w in reversed(self.words) if w in METAL_COLOURS), None)
        if metal is not None:
            return Accent(metal, metallic=True)
        colours = self.colours
        return Accent(colours[-1]) if colours else None

    def __str__(self) -> str:
        return " ".join((*self.words, self.noun))


def split_features(tokens: list[str]) -> tuple[list[str], list[Feature]]:
    """The words of the ground, and the features with the words that belong to them.

    ``tokens`` are lower-case singulars. A phrase that names a material as a whole ("zebra stripes") leaves its
    noun out of the ground too, so that the noun alone selects no other material.
    """
    tokens = [PRINTED.get(token, token) for token in tokens]
    taken: set[int] = set()
    features: list[Feature] = []
    for i, token in enumerate(tokens):
        if token not in NOUNS:
            continue
        start = i
        while start and (tokens[start - 1] in ADJECTIVES or _joins(tokens, start - 1)):
            start -= 1
        words = tuple(t for t in tokens[start:i] if t != "and")
        linked = start == 0 or tokens[start - 1] in LINKS
        if not words and not (token in PRINTS or linked):
            continue  # "ring" in "wood ring" is no feature, only a word
        # "black tiger stripes": the colour belongs to the stripes, whatever coat they are from.
        before = tokens[start - 1] if start else ""
        if not words and not linked and start > 1 and before not in NOUNS:
            first = start - 1
            while first and (tokens[first - 1] in ADJECTIVES - set(MATERIALS) or _joins(tokens, first - 1)):
                first -= 1
            words = tuple(t for t in tokens[first : start - 1] if t != "and")
            taken.update(range(first, start - 1))
        taken.update(range(start, i + 1))
        features.append(Feature(token, words))
    ground = [t for i, t in enumerate(tokens) if i not in taken]
    while ground and ground[-1] in LINKS:
        ground.pop()
    while ground and ground[0] in LINKS:
        ground.pop(0)
    return ground, features


def _joins(tokens: list[str], i: int) -> bool:
    """Whether the word at ``i`` joins two adjectives, as in "blue and white"."""
    return tokens[i] == "and" and i > 0 and tokens[i - 1] in COLOURS and tokens[i + 1] in ADJECTIVES


def print_of(material: SolidMaterial, feature: Feature) -> SolidMaterial | None:
    """The pattern that is painted over ``material`` for a feature that it has not itself; None if it cannot be."""
    if feature.noun in material.features or feature.noun not in PRINTS:
        return None
    return library()[PRINTS[feature.noun]]
