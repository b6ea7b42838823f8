"""Who a prompt speaks of: gender, age, build, looks and hair, from its words, its role and the seed."""

from __future__ import annotations

import numpy as np

from pocket3d_server.models.builtin_text.organic.face import Looks
from pocket3d_server.models.builtin_text.organic.hair import STYLES
from pocket3d_server.models.builtin_text.organic.roles import (
    Role,
)
from pocket3d_server.models.language.brief import RGB, Brief

FEMALE = (
    "woman",
    "girl",
    "lady",
    "female",
    "queen",
    "princess",
    "witch",
    "mother",
    "mom",
    "grandmother",
    "grandma",
    "granny",
    "daughter",
    "sister",
    "actress",
    "waitress",
    "ballerina",
    "sorceress",
    "heroine",
    "superwoman",
    "businesswoman",
    "policewoman",
    "cowgirl",
    "bride",
    "nun",
    "empress",
    "goddess",
    "mermaid",
)


MALE = (
    "man",
    "boy",
    "guy",
    "male",
    "king",
    "prince",
    "father",
    "dad",
    "grandfather",
    "grandpa",
    "son",
    "brother",
    "wizard",
    "gentleman",
    "lad",
    "businessman",
    "policeman",
    "fireman",
    "superman",
    "monk",
    "priest",
    "viking",
    "groom",
    "god",
)


SKINS: tuple[RGB, ...] = (
    (0.93, 0.76, 0.66),
    (0.87, 0.68, 0.56),
    (0.80, 0.60, 0.46),
    (0.68, 0.47, 0.34),
    (0.52, 0.34, 0.23),
    (0.36, 0.23, 0.16),
)


HAIRS: tuple[RGB, ...] = (
    (0.09, 0.07, 0.06),
    (0.20, 0.12, 0.07),
    (0.36, 0.21, 0.11),
    (0.62, 0.44, 0.22),
    (0.50, 0.20, 0.08),
)


IRISES: tuple[RGB, ...] = ((0.26, 0.15, 0.07), (0.36, 0.24, 0.11), (0.20, 0.38, 0.52), (0.28, 0.42, 0.26))


HAIR_WORDS = {
    "bald": "bald",
    "ponytail": "ponytail",
    "bun": "bun",
    "afro": "afro",
    "curly": "curly",
    "mohawk": "mohawk",
    "long-haired": "long",
    "bob": "bob",
    "punk": "mohawk",
}


def gender_of(brief: Brief, role: Role | None, rng: np.random.Generator) -> float:
    if brief.has(*FEMALE):
        return 0.96
    if brief.has(*MALE):
        return 0.04
    if role is not None and role.gender is not None:
        return role.gender
    return 0.96 if rng.random() < 0.5 else 0.04


def age_of(brief: Brief, role: Role | None, rng: np.random.Generator) -> float:
    """Anny's age axis: 0 baby, 1/3 child, 2/3 young adult, 1 old."""
    if brief.has("baby", "infant", "newborn", "toddler"):
        return 0.02 if brief.has("newborn") else 0.10
    if brief.has("child", "kid", "boy", "girl", "son", "daughter", "schoolboy", "schoolgirl"):
        return 0.32 + 0.05 * float(rng.random())
    if brief.has("teenager", "teen", "teenage", "youth"):
        return 0.52
    if brief.has(
        "old", "elderly", "grandmother", "grandfather", "grandma", "grandpa", "granny", "aged", "senior"
    ):
        return 0.98
    if role is not None and role.age is not None:
        return role.age
    return 0.66 + 0.08 * float(rng.random())


def measure(
    brief: Brief,
    usual: float,
    role: float | None,
    more: tuple[str, ...],
    high: float,
    less: tuple[str, ...],
    low: float,
    rng: np.random.Generator,
) -> float:
    if brief.has(*more):
        return high
    if brief.has(*less):
        return low
    return float(np.clip((usual if role is None else role) + 0.04 * rng.standard_normal(), 0, 1))


def weight_of(brief: Brief, role: Role | None, rng: np.random.Generator) -> float:
    return measure(
        brief,
        0.48,
        role.weight if role else None,
        ("fat", "chubby", "heavy", "obese", "plump", "big"),
        0.97,
        ("thin", "slim", "skinny", "slender", "lean"),
        0.14,
        rng,
    )


def looks_of(brief: Brief, role: Role | None, gender: float, age: float, rng: np.random.Generator) -> Looks:
    dark = brief.has("african", "black-skinned", "dark-skinned", "brown-skinned")
    skin = (
        SKINS[int(rng.integers(4, 6))]
        if dark
        else SKINS[0]
        if brief.has("pale", "scandinavian")
        else SKINS[int(rng.choice(6, p=[0.2, 0.25, 0.22, 0.15, 0.1, 0.08]))]
    )
    if role is not None and role.skin is not None:
        skin = role.skin
    skin = brief.colour(skin, "skin", "face")
    deep = sum(skin) < 1.2
    hair = HAIRS[int(rng.integers(0, 2 if deep else len(HAIRS)))]
    if age > 0.9:
        hair = (0.80, 0.79, 0.77)
    for word, colour in (
        ("blond", (0.84, 0.68, 0.38)),
        ("blonde", (0.84, 0.68, 0.38)),
        ("brunette", HAIRS[1]),
        ("redhead", HAIRS[4]),
        ("ginger", (0.68, 0.30, 0.10)),
    ):
        if brief.has(word):
            hair = colour
    if role is not None and role.hair_colour is not None:
        hair = role.hair_colour
    hair = brief.colour(hair, "hair", "beard", "haired")
    iris = brief.colour(IRISES[0] if deep else IRISES[int(rng.integers(len(IRISES)))], "eye", "eyes")
    woman = gender > 0.5 and age > 0.45
    tint = np.asarray(skin)
    lips = (
        np.clip(tint * (0.86, 0.60, 0.60), 0, 1)
        if not woman
        else np.clip(0.45 * tint + 0.55 * np.array([0.70, 0.24, 0.27]), 0, 1)
    )
    brows = tuple(float(c) for c in np.clip(np.asarray(hair) * 0.7, 0, 1))
    stubble = 0.30 if gender < 0.5 and age > 0.6 and rng.random() < 0.5 else 0.0
    return Looks(
        skin,
        hair,
        iris,
        (float(lips[0]), float(lips[1]), float(lips[2])),
        (brows[0], brows[1], brows[2]),
        age,
        stubble,
        0.7 if woman else 0.0,
    )


def hair_of(brief: Brief, role: Role | None, gender: float, age: float, rng: np.random.Generator) -> str:
    for word, style in HAIR_WORDS.items():
        if brief.has(word):
            return style
    if brief.has("hair") and brief.has("long"):
        return "long"
    if brief.has("hair") and brief.has("short"):
        return "short" if gender < 0.5 else "bob"
    if (
        role is not None
        and role.hair is not None
        and not (role.hair == "long" and gender < 0.5 and age < 0.5)
    ):
        return role.hair
    if age < 0.2:
        return "buzz"
    choices: tuple[str, ...] = (
        ("long", "bob", "bun", "ponytail") if gender > 0.5 else ("short", "short", "buzz", "curly")
    )
    if age > 0.9:
        choices = ("bun", "bob") if gender > 0.5 else ("short", "buzz", "bald")
    picked = str(rng.choice(choices))
    assert picked in STYLES
    return picked
