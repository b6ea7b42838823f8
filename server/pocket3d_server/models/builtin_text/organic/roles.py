"""Which clothes belong to which word: roles and everyday outfits."""

from __future__ import annotations

from dataclasses import dataclass

from pocket3d_server.models.language.brief import RGB

Item = tuple[str, RGB] | tuple[str, RGB, float, float]

WHITE: RGB = (0.93, 0.92, 0.90)
BLACK: RGB = (0.07, 0.07, 0.08)
STEEL: RGB = (0.72, 0.74, 0.77)
LEATHER: RGB = (0.30, 0.18, 0.10)
DENIM: RGB = (0.17, 0.25, 0.42)


@dataclass(frozen=True)
class Role:
    """How a person in this role is dressed and built."""

    wear: tuple[Item, ...]
    main: tuple[str, ...] = ()
    """Garments that take the prompt's main colour; the first one when empty."""
    hair_shows: bool = True
    beard: float = 0.0
    hair: str | None = None
    muscle: float | None = None
    weight: float | None = None
    age: float | None = None
    gender: float | None = None
    palette: tuple[RGB, ...] = ()
    """Main colours, one by seed, where the prompt names none."""
    options: tuple[tuple[Item, ...], ...] = ()
    """Garments of which the seed adds one group, in the place of those that they replace."""
    skin: RGB | None = None
    hair_colour: RGB | None = None
    scale: float = 1.0
    """Size beside other people of that age."""


# fmt: off
ROLES: dict[str, Role] = {
    "knight": Role(
        (("tights", (0.30, 0.31, 0.34), 0.45, 0.9), ("shirt", (0.30, 0.31, 0.34), 0.45, 0.9), ("surcoat", (0.55, 0.10, 0.12)), ("breastplate", STEEL, 0.25, 1.0),
         ("plates", STEEL, 0.25, 1.0), ("belt", LEATHER), ("gloves", STEEL, 0.3, 1.0), ("boots", STEEL, 0.3, 1.0), ("knight_helmet", STEEL, 0.25, 1.0)),
        main=("surcoat", "cape", "plume"), hair_shows=False, muscle=0.7, gender=0.05,
        palette=((0.55, 0.10, 0.12), (0.12, 0.24, 0.56), (0.14, 0.40, 0.22), (0.86, 0.84, 0.78), (0.16, 0.15, 0.17)),
        options=((), (("great_helm", STEEL, 0.25, 1.0),), (("cape", (0.55, 0.10, 0.12)),), (("great_helm", STEEL, 0.25, 1.0), ("cape", (0.55, 0.10, 0.12))))),
    "wizard": Role((("shirt", (0.24, 0.16, 0.48)), ("robe", (0.24, 0.16, 0.48)), ("belt", (0.62, 0.45, 0.18)), ("boots", LEATHER), ("wizard_hat", (0.24, 0.16, 0.48))),
                   main=("shirt", "robe", "wizard_hat"), beard=0.26, hair="long", age=1.0, gender=0.05,
                   palette=((0.24, 0.16, 0.48), (0.12, 0.22, 0.52), (0.42, 0.42, 0.44), (0.14, 0.34, 0.26), (0.46, 0.10, 0.14))),
    "witch": Role((("shirt", BLACK), ("long_skirt", BLACK), ("belt", (0.45, 0.15, 0.5)), ("boots", BLACK), ("wizard_hat", BLACK)), main=("shirt", "long_skirt", "wizard_hat"), hair="long", gender=0.95),
    "king": Role((("shirt", (0.55, 0.08, 0.12)), ("robe", (0.55, 0.08, 0.12)), ("belt", (0.75, 0.58, 0.22), 0.3, 0.9), ("cape", (0.40, 0.05, 0.10)), ("boots", LEATHER), ("crown", (0.95, 0.76, 0.32), 0.22, 1.0)),
                 main=("shirt", "robe"), beard=0.05, age=0.85, weight=0.65, gender=0.05, palette=((0.55, 0.08, 0.12), (0.16, 0.20, 0.52), (0.34, 0.12, 0.40))),
    "queen": Role((("shirt", (0.36, 0.12, 0.42)), ("long_skirt", (0.36, 0.12, 0.42)), ("belt", (0.75, 0.58, 0.22), 0.3, 0.9), ("cape", (0.5, 0.08, 0.15)), ("shoes", (0.6, 0.5, 0.2)), ("crown", (0.95, 0.76, 0.32), 0.22, 1.0)),
                  main=("shirt", "long_skirt"), hair="long", gender=0.95, palette=((0.36, 0.12, 0.42), (0.55, 0.08, 0.14), (0.10, 0.34, 0.30))),
    "princess": Role((("blouse", (0.92, 0.62, 0.74)), ("ball_gown", (0.92, 0.62, 0.74)), ("shoes", (0.9, 0.8, 0.85)), ("crown", (0.95, 0.76, 0.32), 0.22, 1.0)),
                     main=("blouse", "ball_gown"), hair="long", gender=0.95, palette=((0.92, 0.62, 0.74), (0.55, 0.72, 0.92), (0.74, 0.62, 0.88), (0.96, 0.84, 0.48))),
    "prince": Role((("tights", (0.20, 0.22, 0.34)), ("jacket", (0.16, 0.28, 0.58)), ("belt", (0.75, 0.58, 0.22)), ("boots", LEATHER), ("cape", (0.55, 0.08, 0.12)), ("crown", (0.95, 0.76, 0.32), 0.22, 1.0)), main=("jacket",), gender=0.05),
    "superhero": Role((("tights", (0.12, 0.24, 0.66), 0.5, 0.0), ("suit", (0.12, 0.24, 0.66), 0.5, 0.0), ("briefs", (0.78, 0.10, 0.12), 0.5, 0.0), ("belt", (0.92, 0.76, 0.2)), ("gloves", (0.78, 0.10, 0.12)), ("boots", (0.78, 0.10, 0.12)),
                       ("emblem", (0.78, 0.10, 0.12)), ("cape", (0.78, 0.10, 0.12)), ("mask", (0.10, 0.10, 0.14))), main=("tights", "suit"), muscle=0.95, palette=((0.12, 0.24, 0.66), (0.16, 0.17, 0.20), (0.10, 0.44, 0.26), (0.86, 0.66, 0.12))),
    "soldier": Role((("trousers", (0.30, 0.34, 0.20)), ("jacket", (0.32, 0.36, 0.22)), ("vest", (0.22, 0.25, 0.16)), ("belt", (0.12, 0.11, 0.09)), ("boots", BLACK), ("hard_hat", (0.28, 0.31, 0.19))), main=("trousers", "jacket"), muscle=0.7),
    "doctor": Role((("trousers", (0.20, 0.36, 0.44)), ("blouse", (0.24, 0.46, 0.54)), ("white_coat", WHITE), ("coat_tails", WHITE), ("stethoscope", (0.12, 0.13, 0.15)), ("shoes", WHITE)), main=("blouse",)),
    "nurse": Role((("trousers", (0.30, 0.62, 0.66)), ("t_shirt", (0.34, 0.68, 0.72)), ("shoes", WHITE)), main=("trousers", "t_shirt"), hair="bun"),
    "scientist": Role((("trousers", (0.22, 0.22, 0.25)), ("dress_shirt", (0.62, 0.72, 0.84)), ("tie", (0.24, 0.26, 0.42)), ("white_coat", WHITE), ("coat_tails", WHITE), ("shoes", BLACK)), main=("shirt",)),
    "astronaut": Role((("trousers", WHITE), ("jacket", WHITE), ("breastplate", (0.86, 0.86, 0.85), 0.5, 0.0), ("belt", (0.3, 0.32, 0.36)), ("gloves", (0.75, 0.76, 0.78)), ("boots", (0.72, 0.73, 0.75)), ("space_helmet", WHITE)), main=("trousers", "jacket")),
    "chef": Role((("trousers", (0.22, 0.23, 0.26)), ("jacket", WHITE), ("double_buttons", (0.12, 0.12, 0.14)), ("shoes", BLACK), ("chef_hat", WHITE)), main=("jacket",), weight=0.6),
    "farmer": Role((("trousers", DENIM), ("shirt", (0.70, 0.20, 0.16)), ("braces", DENIM), ("boots", LEATHER), ("straw_hat", (0.86, 0.72, 0.42))), main=("shirt",)),
    "ninja": Role((("trousers", BLACK), ("jacket", BLACK), ("belt", (0.55, 0.08, 0.10)), ("gloves", BLACK), ("boots", BLACK), ("hood", BLACK)), main=("trousers", "jacket", "hood"), hair_shows=False),
    "pirate": Role((("trousers", (0.22, 0.20, 0.26)), ("shirt", WHITE), ("vest", (0.45, 0.10, 0.10)), ("belt", LEATHER), ("boots", BLACK), ("eye_patch", BLACK), ("tricorn_hat", (0.10, 0.09, 0.10))), main=("vest",), beard=0.03, hair="long", palette=((0.45, 0.10, 0.10), (0.14, 0.20, 0.36), (0.30, 0.20, 0.12), (0.12, 0.12, 0.13)), options=((), (("open_coat", (0.16, 0.14, 0.20)),))),
    "cowboy": Role((("trousers", DENIM), ("shirt", (0.62, 0.22, 0.16)), ("vest", LEATHER), ("belt", LEATHER), ("boots", LEATHER), ("cowboy_hat", (0.42, 0.28, 0.16))), main=("shirt",)),
    "worker": Role((("trousers", (0.20, 0.27, 0.42)), ("shirt", (0.36, 0.42, 0.52)), ("vest", (0.95, 0.48, 0.08)), ("boots", (0.55, 0.38, 0.18)), ("hard_hat", (0.95, 0.78, 0.10))), main=("vest",)),
    "police": Role((("trousers", (0.09, 0.11, 0.20)), ("dress_shirt", (0.22, 0.32, 0.52)), ("tie", (0.06, 0.07, 0.12)), ("badge", (0.95, 0.76, 0.32)), ("belt", BLACK), ("shoes", BLACK), ("peaked_cap", (0.09, 0.11, 0.20))), main=("dress_shirt",)),
    "firefighter": Role((("trousers", (0.24, 0.21, 0.18)), ("jacket", (0.72, 0.50, 0.16)), ("belt", BLACK), ("boots", BLACK), ("gloves", BLACK), ("bands", (0.92, 0.93, 0.55)), ("fire_helmet", (0.75, 0.10, 0.08))), main=("jacket",), muscle=0.7),
    "business": Role((("trousers", (0.15, 0.17, 0.22)), ("dress_shirt", WHITE), ("tie", (0.56, 0.09, 0.12)), ("suit_jacket", (0.15, 0.17, 0.22)), ("shoes", BLACK)), main=("trousers", "suit_jacket"), palette=((0.15, 0.17, 0.22), (0.36, 0.37, 0.40), (0.12, 0.20, 0.40), (0.38, 0.27, 0.18))),
    "athlete": Role((("shorts", (0.10, 0.12, 0.18)), ("tank_top", (0.85, 0.22, 0.15)), ("shoes", WHITE)), main=("tank_top",), muscle=0.8),
    "dancer": Role((("tights", (0.90, 0.74, 0.76)), ("tank_top", (0.90, 0.62, 0.70)), ("ballet_skirt", (0.95, 0.78, 0.85)), ("shoes", (0.92, 0.68, 0.74))), main=("tank_top", "ballet_skirt"), hair="bun", gender=0.95, palette=((0.92, 0.66, 0.75), (0.95, 0.94, 0.94), (0.60, 0.72, 0.92))),
    "monk": Role((("shirt", (0.40, 0.26, 0.15)), ("robe", (0.40, 0.26, 0.15)), ("belt", (0.75, 0.66, 0.48)), ("shoes", LEATHER)), main=("shirt", "robe"), hair="bald", gender=0.05),
    "viking": Role((("trousers", (0.36, 0.26, 0.18)), ("shirt", (0.42, 0.36, 0.28)), ("vest", LEATHER), ("belt", (0.2, 0.12, 0.07)), ("boots", LEATHER), ("cape", (0.36, 0.30, 0.26)), ("horned_helmet", (0.52, 0.53, 0.56))), main=("shirt",), beard=0.12, hair="long", muscle=0.85, gender=0.05),
    "santa": Role((("trousers", (0.75, 0.08, 0.10)), ("jacket", (0.75, 0.08, 0.10)), ("belt", BLACK), ("gloves", BLACK), ("boots", BLACK), ("fur_trim", WHITE), ("santa_hat", (0.75, 0.08, 0.10))), main=(), beard=0.16, weight=0.95, age=1.0, gender=0.05),
    "waiter": Role((("trousers", BLACK), ("dress_shirt", WHITE), ("tie", BLACK), ("vest", BLACK), ("shoes", BLACK)), main=("vest",)),
    "pilot": Role((("trousers", (0.10, 0.12, 0.20)), ("dress_shirt", WHITE), ("tie", BLACK), ("suit_jacket", (0.10, 0.12, 0.20)), ("shoes", BLACK), ("peaked_cap", (0.10, 0.12, 0.20))), main=("suit_jacket",)),
    "zombie": Role((("trousers", (0.26, 0.27, 0.30)), ("t_shirt", (0.42, 0.36, 0.30)), ("shoes", (0.16, 0.13, 0.11))), main=("t_shirt",), weight=0.15, skin=(0.48, 0.60, 0.42)),
    "vampire": Role((("trousers", BLACK), ("dress_shirt", WHITE), ("tie", (0.55, 0.06, 0.10)), ("suit_jacket", BLACK), ("cape", (0.12, 0.03, 0.05)), ("shoes", BLACK)), main=("cape",), hair="short", gender=0.05, skin=(0.88, 0.86, 0.86)),
    "angel": Role((("blouse", WHITE), ("robe", WHITE), ("belt", (0.92, 0.76, 0.32)), ("shoes", (0.8, 0.7, 0.5)), ("feather_wings", WHITE), ("halo", (1.0, 0.86, 0.4))), main=("blouse", "robe"), hair="long", gender=0.95),
    "fairy": Role((("blouse", (0.52, 0.76, 0.42)), ("leaf_skirt", (0.42, 0.68, 0.34)), ("shoes", (0.42, 0.60, 0.30)), ("fairy_wings", (0.78, 0.92, 0.98))), main=("blouse", "leaf_skirt"), hair="bun", gender=0.95, palette=((0.52, 0.76, 0.42), (0.90, 0.56, 0.74), (0.58, 0.58, 0.92))),
    "elf": Role((("tights", (0.36, 0.26, 0.18)), ("shirt", (0.22, 0.42, 0.22)), ("vest", (0.30, 0.20, 0.12)), ("belt", LEATHER), ("boots", LEATHER), ("cape", (0.16, 0.34, 0.20))), main=("shirt", "cape"), hair="long", weight=0.3),
    "goblin": Role((("shorts", (0.34, 0.24, 0.15)), ("vest", LEATHER), ("belt", (0.2, 0.13, 0.08)), ("boots", LEATHER)), main=("vest",), hair="bald", gender=0.05, weight=0.25, skin=(0.42, 0.58, 0.24), scale=0.62),
    "orc": Role((("trousers", (0.26, 0.20, 0.15)), ("belt", LEATHER), ("plates", (0.40, 0.38, 0.36), 0.4, 1.0), ("gloves", LEATHER), ("boots", LEATHER)), main=("trousers",), hair="mohawk", gender=0.05, muscle=1.0, weight=0.6, skin=(0.36, 0.50, 0.26), scale=1.12),
    "dwarf": Role((("trousers", (0.34, 0.24, 0.16)), ("shirt", (0.46, 0.16, 0.12)), ("vest", LEATHER), ("belt", (0.24, 0.15, 0.08)), ("boots", LEATHER), ("horned_helmet", (0.52, 0.53, 0.56))), main=("shirt",), beard=0.24, gender=0.05, muscle=0.8, weight=0.85, scale=0.74, hair="long", hair_colour=(0.62, 0.28, 0.10)),
    "clown": Role((("trousers", (0.95, 0.80, 0.16)), ("sweater", (0.86, 0.16, 0.18)), ("braces", (0.14, 0.36, 0.74)), ("clown_nose", (0.88, 0.08, 0.10)), ("shoes", (0.16, 0.34, 0.72))), main=("sweater",), hair="afro", hair_colour=(0.92, 0.36, 0.08), skin=(0.96, 0.90, 0.86)),
    "mermaid": Role((("mermaid_tail", (0.10, 0.58, 0.56)), ("shell_top", (0.86, 0.62, 0.78))), main=("mermaid_tail",), hair="long", hair_colour=(0.66, 0.16, 0.10), gender=0.95, palette=((0.10, 0.58, 0.56), (0.16, 0.44, 0.72), (0.46, 0.34, 0.72))),
}
"""By role word."""

SYNONYMS: dict[str, str] = {
    "sorcerer": "wizard", "mage": "wizard", "merlin": "wizard", "sorceress": "witch", "emperor": "king", "warrior": "viking", "barbarian": "viking",
    "hero": "superhero", "superman": "superhero", "superwoman": "superhero", "heroine": "superhero", "trooper": "soldier", "paladin": "knight", "crusader": "knight",
    "physician": "doctor", "surgeon": "doctor", "professor": "scientist", "cosmonaut": "astronaut", "spaceman": "astronaut", "cook": "chef", "baker": "chef",
    "gardener": "farmer", "assassin": "ninja", "samurai": "ninja", "sailor": "pirate", "buccaneer": "pirate", "cowgirl": "cowboy", "sheriff": "cowboy", "builder": "worker",
    "mechanic": "worker", "engineer": "worker", "policeman": "police", "policewoman": "police", "officer": "police", "fireman": "firefighter", "businessman": "business",
    "businesswoman": "business", "manager": "business", "lawyer": "business", "runner": "athlete", "footballer": "athlete", "player": "athlete", "ballerina": "dancer",
    "dracula": "vampire", "undead": "zombie", "jester": "clown", "joker": "clown", "ranger": "elf", "waitress": "waiter", "bartender": "waiter", "butler": "waiter", "captain": "pilot", "pixie": "fairy", "gnome": "dwarf", "ogre": "orc", "troll": "orc", "imp": "goblin", "bride": "princess", "gladiator": "knight", "priest": "monk", "druid": "wizard", "duke": "king", "empress": "queen",
}  # fmt: skip

GARMENT_WORDS: dict[str, str] = {
    "shirt": "shirt", "t-shirt": "t_shirt", "tshirt": "t_shirt", "tee": "t_shirt", "sweater": "sweater", "pullover": "sweater", "hoodie": "sweater", "jumper": "sweater", "jacket": "jacket",
    "coat": "jacket", "vest": "vest", "blouse": "blouse", "top": "t_shirt", "trousers": "trousers", "trouser": "trousers", "pants": "trousers", "pant": "trousers", "jeans": "trousers", "jean": "trousers",
    "shorts": "shorts", "short": "shorts", "leggings": "tights", "skirt": "skirt", "dress": "dress", "gown": "gown", "robe": "robe", "cape": "cape", "cloak": "cape", "belt": "belt", "boots": "boots",
    "boot": "boots", "shoes": "shoes", "shoe": "shoes", "sneaker": "shoes", "sneakers": "shoes", "gloves": "gloves", "glove": "gloves", "cap": "cap", "hat": "straw_hat", "crown": "crown",
    "helmet": "hard_hat", "beanie": "beanie", "headband": "headband", "mask": "mask",
}  # fmt: skip
