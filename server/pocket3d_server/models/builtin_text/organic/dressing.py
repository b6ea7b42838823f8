"""Which clothes a person wears: those of the role, changed by the garments and colours that the prompt names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pocket3d_server.models.builtin_text.organic.outfits import Garment, Outfit
from pocket3d_server.models.builtin_text.organic.roles import (
    DENIM,
    GARMENT_WORDS,
    WHITE,
    Item,
    Role,
)
from pocket3d_server.models.language.brief import RGB, Brief

UNSET: RGB = (-1.0, -1.0, -1.0)

CASUAL: tuple[RGB, ...] = (
    (0.74, 0.17, 0.15),
    (0.16, 0.33, 0.60),
    (0.24, 0.46, 0.30),
    (0.86, 0.66, 0.22),
    (0.46, 0.28, 0.52),
    (0.90, 0.89, 0.86),
    (0.25, 0.27, 0.31),
)


def words_in_order(brief: Brief) -> list[str]:
    words = brief.prompt.lower().replace(",", " ").replace(".", " ").split()
    return words + sorted(brief.words)


def outfit_for(
    brief: Brief, role: Role | None, gender: float, age: float, rng: np.random.Generator
) -> Outfit:
    main = brief.colour(UNSET)
    if role is None:
        first, second = (CASUAL[i] for i in rng.choice(len(CASUAL), 2, replace=False))
        top: list[tuple[str, RGB]]
        if age < 0.2:
            top = [("tights", first), ("sweater", first)]
        elif gender > 0.5 and rng.random() < 0.4:
            top = [("blouse", first), ("skirt", second), ("shoes", (0.25, 0.18, 0.16))]
        else:
            style = str(rng.choice(["t_shirt", "sweater", "t_shirt"] if age < 0.9 else ["sweater"]))
            top = [
                ("trousers", DENIM if rng.random() < 0.6 else (0.22, 0.22, 0.24)),
                (style, first),
                ("shoes", WHITE if rng.random() < 0.5 else (0.22, 0.15, 0.11)),
            ]
        role = Role(tuple(top), main=tuple(k for k, _ in top if k in ("t_shirt", "sweater", "blouse")))
    by_seed = brief.rng(41)
    if main == UNSET and role.palette:
        main = role.palette[int(by_seed.integers(len(role.palette)))]
    garments = [_garment(item) for item in role.wear]
    if role.options:
        chosen = role.options[int(by_seed.integers(len(role.options)))]
        garments = _put_on(garments, [_garment(item) for item in chosen])
    garments = _asked_for(brief, garments)
    coloured = []
    for g in garments:
        words = [
            w
            for w, kind in GARMENT_WORDS.items()
            if kind == g.kind
            or (
                kind in ("dress", "gown")
                and g.kind in ("blouse", "skirt", "long_skirt", "ball_gown", "ballet_skirt")
            )
        ]
        words += ["armor", "armour"] if g.kind in ("breastplate", "plates", "knight_helmet") else []
        words += ["hat"] if g.kind.endswith("hat") else []
        words += (
            ["suit", "costume", "uniform"]
            if g.kind in ("suit", "tights", "jacket", "suit_jacket", "trousers")
            else []
        )
        colour = brief.colour(UNSET, *words)
        if (
            colour == UNSET
            and main != UNSET
            and (g.kind in role.main or (not role.main and g is garments[0]))
        ):
            colour = main
        coloured.append(Garment(g.kind, g.colour if colour == UNSET else colour, g.roughness, g.metallic))
    return Outfit(tuple(coloured), role.hair_shows)


LAYERS = (
    "tights",
    "trousers",
    "shorts",
    "suit",
    "tank_top",
    "t_shirt",
    "blouse",
    "shirt",
    "dress_shirt",
    "tie",
    "sweater",
    "skirt",
    "long_skirt",
    "ball_gown",
    "robe",
    "tutu",
    "ballet_skirt",
    "leaf_skirt",
    "surcoat",
    "vest",
    "jacket",
    "suit_jacket",
    "white_coat",
    "open_coat",
    "coat_tails",
    "breastplate",
    "plates",
    "belt",
    "gloves",
    "shoes",
    "boots",
    "cape",
)

SLOTS = (
    (
        "tights",
        "trousers",
        "shorts",
        "skirt",
        "long_skirt",
        "ball_gown",
        "tutu",
        "ballet_skirt",
        "leaf_skirt",
        "mermaid_tail",
    ),
    ("tank_top", "t_shirt", "blouse", "shirt", "dress_shirt", "sweater", "suit"),
    ("shoes", "boots"),
    ("jacket", "suit_jacket", "white_coat", "vest"),
    (
        "cap",
        "straw_hat",
        "tricorn_hat",
        "peaked_cap",
        "fire_helmet",
        "horned_helmet",
        "cowboy_hat",
        "top_hat",
        "wizard_hat",
        "chef_hat",
        "hard_hat",
        "crown",
        "beanie",
        "knight_helmet",
        "great_helm",
        "space_helmet",
        "hood",
    ),
)


def _stands_for(kind: str, worn: set[str]) -> bool:
    """Whether the outfit has a finer garment for this word: a princess's gown is her dress."""
    finer = {"dress": {"ball_gown", "ballet_skirt"}, "gown": {"ball_gown"}, "skirt": {"ballet_skirt"}, "shirt": {"dress_shirt"},
             "jacket": {"suit_jacket", "white_coat"}, "cap": {"peaked_cap"}, "hard_hat": {"fire_helmet", "horned_helmet", "knight_helmet", "space_helmet"},
             "mask": {"eye_patch"}}  # fmt: skip
    return bool(finer.get(kind, set()) & worn)


def _asked_for(brief: Brief, garments: list[Garment]) -> list[Garment]:
    """The outfit with garments that the prompt names put in the place of those they replace."""
    wanted: list[Garment] = []
    brief.heard.words.update(
        GARMENT_WORDS, ("armor", "armour", "suit", "tuxedo", "costume", "uniform", "helmet")
    )
    said = set(words_in_order(brief)) - ({"short"} if "shorts" not in brief.prompt.lower() else set())
    for word, kind in GARMENT_WORDS.items():
        if word not in said or (kind == "straw_hat" and any(g.kind.endswith("hat") for g in garments)):
            continue
        if _stands_for(kind, {g.kind for g in garments}):
            continue
        if kind in ("dress", "gown"):
            wanted += [
                Garment("blouse", (0.70, 0.16, 0.24)),
                Garment("long_skirt" if kind == "gown" or brief.has("long") else "skirt", (0.70, 0.16, 0.24)),
            ]
        elif not any(g.kind == kind for g in garments):
            wanted.append(Garment(kind, (0.45, 0.45, 0.48)))
    garments = _put_on(garments, wanted)
    if any(g.kind == "jacket" for g in wanted):  # what is worn below is tucked in
        garments = [replace(g, kind="blouse") if g.kind in ("t_shirt", "sweater") else g for g in garments]
    return garments


def _garment(item: Item) -> Garment:
    return Garment(item[0], item[1], *(item[2:] if len(item) > 2 else ()))


def _put_on(garments: list[Garment], more: list[Garment]) -> list[Garment]:
    """The outfit with ``more`` garments in the place of those they replace, from the skin outwards."""
    for g in more:
        slot = next((s for s in SLOTS if g.kind in s), (g.kind,))
        garments = [*(other for other in garments if other.kind not in slot), g]
    order = {kind: i for i, kind in enumerate(LAYERS)}
    return sorted(garments, key=lambda g: order.get(g.kind, 99)) if more else garments
