"""From the words of a prompt to its attributes: colours, materials, sizes, proportions, counts, style."""

from __future__ import annotations

import re
from typing import Literal

from pocket3d_server.models.language.brief import RGB, Brief, Colour
from pocket3d_server.models.language.words import (
    COLOURS,
    CONNECTORS,
    FILLERS,
    IRREGULAR,
    MATERIALS,
    MEASURES,
    MODIFIERS,
    NUMBERS,
    PROPORTIONS,
    PURPOSES,
    SIZES,
    STYLES,
)

PREPOSITIONS = frozenset(
    [
        "with",
        "and",
        "on",
        "in",
        "under",
        "of",
        "for",
        "by",
        "at",
        "from",
        "near",
        "beside",
        "behind",
        "without",
        "has",
        "having",
    ]
)


def understand(
    prompt: str,
    seed: int = 0,
    quality: Literal["low", "medium", "high"] = "medium",
    head: str | None = None,
    name: frozenset[str] = frozenset(),
    luck: str = "",
) -> Brief:
    """What the prompt asks for. ``head`` is the word for the object itself, where it is known: a colour or
    material said of it is the object's own. Words in ``name`` belong to the object's name and are no material:
    an ice cream cone is not of ice. For ``luck`` see `Brief`."""
    tokens = tokens_of(prompt)
    colours, materials, noun_materials = _surfaces(tokens, head, name)
    size, stretch = _sizes(tokens, head)
    return Brief(
        prompt=prompt,
        words=frozenset(tokens),
        seed=seed,
        quality=quality,
        colours=tuple(colours),
        materials=tuple(materials),
        noun_materials=noun_materials,
        size=size,
        stretch=stretch,
        counts=_counts(tokens),
        style=next((STYLES[t] for t in tokens if t in STYLES), None),
        luck=luck,
    )


def tokens_of(prompt: str) -> list[str]:
    """Lower-case words in singular; hyphens part words, commas stay as words of their own."""
    text = _without_genitives(prompt)
    for phrase, word in CONNECTORS.items():
        text = text.replace(phrase, word)
    return [singular(t) for t in words_of(text)]


def words_of(prompt: str) -> list[str]:
    """Lower-case words as typed, hyphens parting them; commas stay as words of their own."""
    text = _without_genitives(prompt).replace("-", " ").replace("_", " ")
    return re.findall(r"[a-zà-ÿ]+|\d+|,", text)


def _without_genitives(prompt: str) -> str:
    return prompt.lower().replace("'s ", " ").replace("’s ", " ")


def singular(word: str) -> str:
    """The singular of a noun; other words come back as they are, as nearly as a rule can tell."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) <= 3 or word in KEEP or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zzes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


def left_out_parts(prompt: str) -> list[str]:
    """The singular nouns that the prompt does without: "without legs", "with no handle"."""
    tokens = tokens_of(prompt)
    found = []
    for i, token in enumerate(tokens):
        if token in ("without", "no"):
            after = (t for t in tokens[i + 1 : i + 5] if t not in FILLERS and t not in ("any", "no"))
            noun = next((t for t in after if not is_attribute(t)), None)
            if noun is not None and noun not in PREPOSITIONS and noun not in found:
                found.append(noun)
    return found


KEEP = frozenset(
    {"glass", "brass", "canvas", "always", "has", "lens", "bus", "gas", "plus", "series", "sports"}
)
KEEP |= frozenset(w for table in (COLOURS, MATERIALS, STYLES) for w in table)


def _surfaces(
    tokens: list[str], head: str | None, named: frozenset[str]
) -> tuple[list[Colour], list[str], dict[str, str]]:
    """Colours and materials with the noun that follows them ("a red roof") or precedes them ("the roof is red")."""
    colours: list[Colour] = []
    materials: list[str] = []
    noun_materials: dict[str, str] = {}
    for i, token in enumerate(tokens):
        if token in COLOURS and not _names_the_object(tokens, i, head):
            rgb, name = _modified(tokens, i)
            noun = _noun(tokens, i, head)
            colours.append(Colour(name, rgb, noun))
        if token in MATERIALS and token not in named and not _names_the_object(tokens, i, head):
            noun = _noun(tokens, i, head)
            if noun is None:
                materials.append(MATERIALS[token])
            else:
                noun_materials[noun] = MATERIALS[token]
    return colours, materials, noun_materials


ARTICLES = frozenset({"a", "an", "the"})
COLOURED_THINGS = frozenset(
    {"glass", "brick", "rose", "orange", "lemon", "lime", "peach", "apricot", "cherry", "plum", "olive", "chestnut", "coral",
     "salmon", "tangerine", "violet", "diamond", "jade", "rock", "log"}
)  # fmt: skip
"""Words for colours and materials that at the end of a noun group name a thing: "red roses"."""


def _names_the_object(tokens: list[str], i: int, head: str | None) -> bool:
    """Whether the word is itself the thing, as in "a glass of water" or "a gold brick"."""
    if head is not None and tokens[i] == head:
        return True
    if tokens[i + 1 : i + 2] and tokens[i + 1] in PURPOSES.get(tokens[i], ()):  # "a coffee mug"
        return True
    if tokens[i] not in COLOURED_THINGS or not (i + 1 == len(tokens) or tokens[i + 1] in PREPOSITIONS):
        return False
    first = i
    while first and (
        is_attribute(tokens[first - 1]) or tokens[first - 1] in NUMBERS or tokens[first - 1] in ARTICLES
    ):
        first -= 1
    before = tokens[first - 1] if first else ""
    return first < i and before not in ("in", "is", "are", "painted", "and", "of")


def _modified(tokens: list[str], i: int) -> tuple[RGB, str]:
    """The colour at ``i`` after its modifiers: light, dark, bright, pastel, …"""
    rgb, name = COLOURS[tokens[i]], tokens[i]
    for word in reversed(tokens[max(i - 2, 0) : i]):
        if word not in MODIFIERS:
            break
        lightness, saturation = MODIFIERS[word]
        grey = sum(rgb) / 3
        moved = [grey + (c - grey) * saturation for c in rgb]
        moved = [c + (1 - c) * lightness if lightness > 0 else c * (1 + lightness) for c in moved]
        rgb = (_unit(moved[0]), _unit(moved[1]), _unit(moved[2]))
        name = f"{word} {name}"
    return rgb, name


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _noun(tokens: list[str], i: int, head: str | None) -> str | None:
    """The part that the adjective at ``i`` describes; None for the whole object."""
    part = None
    for j in range(i + 1, len(tokens)):
        word = tokens[j]
        if word == "," or word in PREPOSITIONS:
            if word == "and" and part is None and _is_adjective(tokens, j + 1):
                continue  # "red and white stripes"
            break
        if word == head:
            return None
        if _names_the_object(tokens, j, None):
            part = word
            continue
        if _is_adjective(tokens, j) or word in FILLERS or word.isdigit() or word in NUMBERS:
            continue
        part = None if word in MEASURES else word
    if part is None:  # "a house, its roof red", "a car in red"
        return _noun_before(tokens, i, head)
    # Before the first preposition stands the object itself: "a red sports car with ..."
    if head is None and not any(t in PREPOSITIONS - {"and"} or t == "," for t in tokens[:i]):
        return None
    return part


def _noun_before(tokens: list[str], i: int, head: str | None) -> str | None:
    j = i - 1
    while j >= 0 and (_is_adjective(tokens, j) or tokens[j] == "and"):
        j -= 1
    if j >= 1 and tokens[j] in ("is", "are", "painted"):
        j -= 1
        word = tokens[j]
        return None if word == head or word in FILLERS else word
    return None


def is_attribute(word: str) -> bool:
    """Whether the word says how something is rather than what it is."""
    tables = (COLOURS, MATERIALS, MODIFIERS, SIZES, PROPORTIONS, STYLES)
    return any(word in table for table in tables)


def says_how(word: str) -> bool:
    """The same, and articles and numbers too: whatever stands before a noun and is none."""
    return is_attribute(word) or word in FILLERS or word in NUMBERS or word.isdigit()


def _is_adjective(tokens: list[str], i: int) -> bool:
    return i < len(tokens) and is_attribute(tokens[i])


def _sizes(tokens: list[str], head: str | None) -> tuple[float, dict[str, float]]:
    """The whole object's size and proportions; "big wheels" goes to the proportion ``wheel`` instead."""
    size = 1.0
    stretch: dict[str, float] = {}
    for i, token in enumerate(tokens):
        if token not in SIZES and token not in PROPORTIONS:
            continue
        noun = _noun(tokens, i, head)
        if noun is not None:
            for factor in [SIZES.get(token, 1.0), *PROPORTIONS.get(token, {}).values()]:
                stretch[noun] = stretch.get(noun, 1.0) * factor
            continue
        size *= SIZES.get(token, 1.0)
        for name, factor in PROPORTIONS.get(token, {}).items():
            stretch[name] = stretch.get(name, 1.0) * factor
    return min(max(size, 0.2), 5.0), stretch


def _counts(tokens: list[str]) -> dict[str, int]:
    """Numbers by the noun after them: "three-legged", "6 wheels", "two tall towers"."""
    counts: dict[str, int] = {}
    for i, token in enumerate(tokens):
        number = int(token) if token.isdigit() and len(token) < 4 else NUMBERS.get(token)
        if number is None:
            continue
        for j in range(i + 1, min(i + 4, len(tokens))):
            if tokens[j] in PREPOSITIONS or tokens[j] == ",":
                break
            if _is_adjective(tokens, j):
                continue
            counts.setdefault(_stem(tokens[j]), number)
            break
    return counts


def _stem(word: str) -> str:
    """``legged`` and ``leg`` are one noun."""
    special = {"storey": "floor", "story": "floor", "seater": "seat", "level": "floor", "fold": ""}
    if word in special:
        return special[word]
    if word.endswith("ed") and len(word) > 4:
        base = word[:-2]
        if len(base) > 2 and base[-1] == base[-2] and base[-1] not in "ls":
            return base[:-1]
        return (
            base + "e"
            if base.endswith(("gl", "bl", "dl"))
            or (base + "e") in ("blade", "engine", "storie", "tire", "eye", "hole")
            else base
        )
    return word
