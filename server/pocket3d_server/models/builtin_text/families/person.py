"""People of any age and build, dressed for everyday or for a role."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.organic.dressing import outfit_for, words_in_order
from pocket3d_server.models.builtin_text.organic.person import Recipe, build_person
from pocket3d_server.models.builtin_text.organic.roles import (
    ROLES,
    SYNONYMS,
)
from pocket3d_server.models.builtin_text.organic.who import (
    age_of,
    gender_of,
    hair_of,
    looks_of,
    measure,
    weight_of,
)
from pocket3d_server.models.language.brief import Brief


def build(brief: Brief) -> Asset:
    """The person that the prompt describes."""
    role = next(
        (ROLES[SYNONYMS.get(w, w)] for w in words_in_order(brief) if SYNONYMS.get(w, w) in ROLES), None
    )
    rng = brief.rng(11)
    if role is None and brief.has("suit", "tuxedo") and not brief.has("space", "armor", "armour"):
        role = ROLES["business"]
    gender = gender_of(brief, role, rng)
    age = age_of(brief, role, rng)
    phenotype = {
        "gender": gender,
        "age": age,
        "muscle": measure(
            brief,
            0.55 if gender < 0.5 else 0.42,
            role.muscle if role else None,
            ("muscular", "strong", "athletic", "bodybuilder"),
            0.97,
            ("weak", "scrawny"),
            0.15,
            rng,
        ),
        "weight": weight_of(brief, role, rng),
        "height": float(
            np.clip(
                0.48
                + 0.09 * rng.standard_normal()
                + (0.35 if brief.has("tall") else -0.35 if brief.has("short") else 0),
                0,
                1,
            )
        ),
        "proportions": 0.15,
    }
    looks = looks_of(brief, role, gender, age, rng)
    outfit = outfit_for(brief, role, gender, age, rng)
    hair = hair_of(brief, role, gender, age, rng)
    beard = (role.beard if role else 0.0) if gender < 0.5 and age > 0.6 else 0.0
    if brief.has("beard", "bearded"):
        beard = 0.22 if brief.has("long") else 0.03
    recipe = Recipe(
        phenotype,
        looks,
        hair,
        outfit,
        beard,
        scale=role.scale if role else 1.0,
        seed=brief.seed,
        hands=brief.hands,
        pose=brief.pose,
    )
    return build_person(recipe, brief.quality)


FAMILIES: tuple[Family, ...] = (
    Family(
        "person",
        (
            "person",
            "statue",
            "sculpture",
            "figurine",
            "man",
            "woman",
            "boy",
            "girl",
            "child",
            "kid",
            "baby",
            "toddler",
            "human",
            "old man",
            "old woman",
            "teenager",
            "character",
            "guy",
            "lady",
            "people",
            "grandfather",
            "grandmother",
            *ROLES,
            *SYNONYMS,
            "police officer",
            "construction worker",
            "business man",
            "business woman",
            "human character",
            "santa claus",
        ),
        build,
        natural=True,
    ),
)
