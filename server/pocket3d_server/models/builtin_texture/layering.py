"""What a prompt lays over the main material, and how it is finished: "peeling blue paint", "moss on top", "worn"."""

from __future__ import annotations

from dataclasses import dataclass, field

from pocket3d_server.models.language.understand import tokens_of
from pocket3d_server.models.language.words import COLOURS, MODIFIERS, SIZES

COVERS: dict[str, tuple[str, str]] = {
    "mossy": ("moss", "top"), "overgrown": ("moss", "top"), "moss": ("moss", "top"), "lichen": ("moss", "patch"),
    "snowy": ("snow", "top"), "snow": ("snow", "top"), "frosty": ("ice", "edge"), "frozen": ("ice", "edge"),
    "frost": ("snow", "edge"), "icy": ("ice", "edge"), "muddy": ("mud", "low"), "mud": ("mud", "low"),
    "dirty": ("earth", "cavity"), "grimy": ("earth", "cavity"), "dusty": ("sand", "top"), "dust": ("sand", "top"),
    "rusty": ("rusty_metal", "cavity"), "rusted": ("rusty_metal", "cavity"), "rust": ("rusty_metal", "cavity"),
    "sandy": ("sand", "low"), "verdigris": ("patina", "cavity"), "patina": ("patina", "cavity"),
    "tarnished": ("cast_iron", "cavity"), "ivy": ("foliage", "patch"), "bloody": ("blood", "splash"),
    "blood": ("blood", "splash"), "gilded": ("gold", "edge"), "soot": ("coal", "cavity"), "sooty": ("coal", "cavity"),
    "burnt": ("coal", "patch"), "charred": ("coal", "patch"), "slimy": ("slime", "low"), "graffiti": ("paint_splashes", "splash"),
}  # fmt: skip
"""Words that lay one material over another, and where it settles."""
PLACES: dict[str, str] = {
    "top": "top", "edge": "trim", "rim": "trim", "corner": "trim", "border": "trim", "crack": "cavity",
    "crevice": "cavity", "cavity": "cavity", "groove": "cavity", "joint": "cavity", "gap": "cavity", "recess": "cavity",
    "bottom": "low", "base": "low", "foot": "low",
}  # fmt: skip
"""Where a material lies: "gold on the edges"."""
FIGURES: dict[str, str] = {
    "vein": "vein", "crack": "crack", "patch": "patch", "spot": "patch", "stain": "patch", "fleck": "speck",
    "speckle": "speck", "splash": "splash", "splatter": "splash", "inlay": "vein", "line": "vein", "streak": "run",
    "drip": "run", "puddle": "low",
}  # fmt: skip
"""Shapes in which one material shows in another."""
PEELING = frozenset(tokens_of("peeling peeled flaking flaked chipped chipping cracking"))
PAINT = frozenset(tokens_of("paint painted lacquer lacquered enamel enamelled coating coated varnish"))
COVERING = frozenset(
    tokens_of("covered coated dusted splattered splashed stained speckled sprinkled overgrown")
)
SPRINKLED: dict[str, str] = {
    "dusted": "top", "splattered": "splash", "splashed": "splash", "stained": "patch", "speckled": "speck",
    "sprinkled": "speck",
}  # fmt: skip
CRACKED = frozenset({"earth", "mud", "ground", "stone", "rock", "soil", "clay"})
"""What has cracks of its own."""
DRY = frozenset({"dry", "cracked", "soft", "deep"})
"""Said of mud or snow they name nothing that these could lie on."""
LIGHT_WORDS = frozenset(tokens_of("a an the of some its little bit lot"))
WEAR: dict[str, float] = {
    "worn": 1.6, "weathered": 1.7, "old": 1.4, "ancient": 1.6, "battered": 1.8, "aged": 1.5, "vintage": 1.3,
    "antique": 1.4, "scratched": 1.7, "used": 1.3, "abandoned": 1.7, "new": 0.3, "clean": 0.25, "pristine": 0.1,
    "polished": 0.4, "shiny": 0.5, "fresh": 0.4, "flawless": 0.1, "spotless": 0.1,
}  # fmt: skip
"""How strongly edges are worn and hollows dirty, as a factor."""
GLOSS: dict[str, float] = {
    "glossy": -0.25, "shiny": -0.2, "polished": -0.2, "wet": -0.4, "lacquered": -0.3, "varnished": -0.25,
    "glazed": -0.25, "matte": 0.3, "matt": 0.3, "rough": 0.2, "dull": 0.2, "unpolished": 0.2,
}  # fmt: skip
"""Added to the roughness."""


@dataclass(frozen=True)
class Cover:
    """Words of a material that lies over the main one, or the name of one, and where."""

    words: tuple[str, ...]
    placement: str
    """``top``, ``low``, ``edge``, ``cavity``, ``trim``, ``vein``, ``crack``, ``patch``, ``speck``, ``splash``, ``run``, ``peel``."""
    name: str = ""
    """A material of the library; ``words`` then only colour it."""


@dataclass
class Reading:
    """A prompt's tokens, taken apart."""

    ground: list[str]
    """What is left for the main material."""
    covers: list[Cover] = field(default_factory=list)
    wear: float = 1.0
    gloss: float = 0.0


def take_apart(tokens: list[str]) -> Reading:
    """Covers and manner of a prompt (lower-case singulars), and the words that remain."""
    reading = Reading(list(tokens))
    for token in tokens:
        reading.wear *= WEAR.get(token, 1.0)
        reading.gloss += GLOSS.get(token, 0.0)
    for find in (_peeling, _covered, _placed, _cracked, _named):
        reading.ground = find(reading.ground, reading.covers)
    return reading


def _is_adjective(token: str) -> bool:
    return token in COLOURS or token in MODIFIERS or token in SIZES or token in ("thick", "thin")


def _start(tokens: list[str], i: int) -> int:
    """Where the adjectives in front of the word at ``i`` begin."""
    while i and _is_adjective(tokens[i - 1]):
        i -= 1
    return i


def _trimmed(tokens: list[str]) -> list[str]:
    """Without the little words at both ends that a removed phrase leaves behind."""
    links = LIGHT_WORDS | {"with", "and", "on", "in", ",", "under", "over", "it"}
    while tokens and tokens[-1] in links:
        tokens = tokens[:-1]
    while tokens and tokens[0] in links:
        tokens = tokens[1:]
    return tokens


def _peeling(tokens: list[str], covers: list[Cover]) -> list[str]:
    """Paint that comes off: "rusty metal with peeling blue paint", "blue painted wood, chipped"."""
    if PEELING.isdisjoint(tokens) or PAINT.isdisjoint(tokens):
        return tokens
    at = next(i for i, t in enumerate(tokens) if t in PAINT)
    first = at
    while first and (_is_adjective(tokens[first - 1]) or tokens[first - 1] in PEELING):
        first -= 1
    colours = tuple(t for t in tokens[first:at] if t not in PEELING)
    rest = _trimmed([t for t in [*tokens[:first], *tokens[at + 1 :]] if t not in PEELING])
    if not set(rest) - set(WEAR) - {"on", "from", "surface", "metal", ","}:
        return tokens  # peeling paint on metal is a material itself
    covers.append(Cover(colours, "peel", "paint"))
    return [t for t in rest if t != "from"]


def _covered(tokens: list[str], covers: list[Cover]) -> list[str]:
    """ "stone covered in ivy", "snow covered rock", "dusted with sugar"."""
    at = next((i for i, t in enumerate(tokens) if t in COVERING), None)
    if at is None or at == 0:
        return tokens
    verb = tokens[at]
    after = tokens[at + 1 :]
    if after and after[0] in ("in", "with", "by", "of"):
        end = next((i for i, t in enumerate(after) if t in (",", "and")), len(after))
        words, rest = after[1:end], [*tokens[:at], *after[end:]]
    elif after and verb in ("covered", "stained", "splattered", "speckled", "coated"):
        first = _start(tokens, at - 1)
        words, rest = tokens[first:at], [*tokens[:first], *after]
    else:
        return tokens
    words, rest = [w for w in words if w not in LIGHT_WORDS], _trimmed(rest)
    if not words or not rest:
        return tokens
    known = next((COVERS[w] for w in words if w in COVERS), None)
    place = SPRINKLED.get(verb) or (known[1] if known else "patch")
    covers.append(_cover(words, place))
    return rest


def _cover(words: list[str], placement: str) -> Cover:
    """A cover whose name is known, with its colours, or one that is found by its words."""
    known = next((w for w in words if w in COVERS), None)
    if known is None:
        return Cover(tuple(words), placement)
    return Cover(tuple(w for w in words if _is_adjective(w)), placement, COVERS[known][0])


def _placed(tokens: list[str], covers: list[Cover]) -> list[str]:
    """ "with snow on top", "with gold on the edges", "moss in the cracks"."""
    for at, token in enumerate(tokens):
        if token not in PLACES or at < 2:
            continue
        before = at - 1
        while before and tokens[before] in LIGHT_WORDS:
            before -= 1
        if tokens[before] not in ("on", "in", "at", "along"):
            continue
        first = before
        while first and tokens[first - 1] not in ("with", "and", ",", "has", "having"):
            first -= 1
        words = [t for t in tokens[first:before] if t not in LIGHT_WORDS]
        rest = _trimmed([*tokens[: max(first - 1, 0)], *tokens[at + 1 :]])
        if words and rest and first:
            covers.append(_cover(words, PLACES[token]))
            return _placed(rest, covers)
    return tokens


def _cracked(tokens: list[str], covers: list[Cover]) -> list[str]:
    """ "cracked white porcelain"; cracked earth and stone are materials themselves."""
    if "cracked" not in tokens or not CRACKED.isdisjoint(tokens) or len(tokens) < 2:
        return tokens
    covers.append(Cover(("black",), "crack", "paint"))
    return _trimmed([t for t in tokens if t != "cracked"])


def _named(tokens: list[str], covers: list[Cover]) -> list[str]:
    """ "mossy stone", "wood with moss": a word that lays something over whatever else is named."""
    for at, token in enumerate(tokens):
        if token not in COVERS:
            continue
        first = _start(tokens, at)
        linked = first > 0 and tokens[first - 1] in ("with", "and", "has", "having")
        # "green moss" is coloured moss; in "a green mossy rock" the rock is green.
        start = first if linked else at
        figure = FIGURES.get(tokens[at + 1]) if at + 1 < len(tokens) else None  # "rust patches"
        rest = _trimmed([*tokens[:start], *tokens[at + (2 if figure else 1) :]])
        if all(_is_adjective(t) or t in WEAR or t in GLOSS or t in LIGHT_WORDS or t in DRY for t in rest):
            continue
        words = tuple(tokens[first:at]) if linked else ()
        covers.append(Cover(words, figure or COVERS[token][1], COVERS[token][0]))
        return _named(rest, covers)
    return tokens
