"""Four-legged animals: dogs, cats, horses, farm animals, deer, big cats, bears and the large grazers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.organic.anatomy import Anatomy, Coat
from pocket3d_server.models.builtin_text.organic.animal import build_animal
from pocket3d_server.models.builtin_text.organic.breeds import breed_of
from pocket3d_server.models.builtin_text.organic.poses import pose_for
from pocket3d_server.models.builtin_text.organic.species import SPECIES
from pocket3d_server.models.language.brief import RGB, Brief

PATTERNS = {
    "spotted": "dalmatian", "dalmatian": "dalmatian", "striped": "stripes", "tabby": "tabby", "patched": "patches",
    "spots": "dalmatian", "spot": "dalmatian", "stripe": "stripes", "patch": "patches",
}  # fmt: skip
UNSET: RGB = (-1.0, -1.0, -1.0)
NAMES = frozenset({"golden", "brown", "red", "snow", "french", "german", "border", "polar"})
"""Colour words that stand in the names of breeds."""


def _toned(colour: RGB, factor: float) -> RGB:
    """Darker below 1; above 1 towards white."""
    if factor <= 1:
        return (colour[0] * factor, colour[1] * factor, colour[2] * factor)
    t = factor - 1
    return (colour[0] + (1 - colour[0]) * t, colour[1] + (1 - colour[1]) * t, colour[2] + (1 - colour[2]) * t)


def coat_for(brief: Brief, coat: Coat, named: bool) -> Coat:
    """The kind's coat with the colours and markings that the prompt says; ``named`` is whether it names a breed."""
    plain = [c.rgb for c in brief.colours if c.noun is None and not (named and c.name in NAMES)]
    main = plain[0] if plain else UNSET
    if main == UNSET:
        main = brief.colour(UNSET, "fur", "coat", "hair", "wool", "body", "skin")
    if main != UNSET:
        dark = max(main) < 0.25
        neutral = max(main) - min(main) < 0.15  # a white or black cat is plain unless stripes are asked for
        if neutral and coat.pattern == "tabby":
            coat = replace(coat, pattern="plain", legs=None)
        pale = _toned(main, 1.35) if dark else _toned(main, 1.6)
        keep_pattern = coat.pattern in ("blaze", "tabby", "stripes", "zebra", "giraffe", "rosettes", "panda")
        marks = _toned(main, 0.55) if not dark else _toned(main, 1.45)
        coat = replace(
            coat, base=main, belly=pale if coat.belly else None, muzzle=pale if coat.muzzle and not dark else None,
            legs=coat.legs if keep_pattern and not dark else None, face=None, ears=None if coat.ears is None else main,
            pattern=coat.pattern if keep_pattern or coat.pattern == "patches" else "plain",
            marks=marks if coat.pattern in ("tabby", "saddle") else coat.marks,
            tail_tip=coat.tail_tip,
        )  # fmt: skip
    for word, pattern in PATTERNS.items():
        if brief.has(word):
            others = [
                c.rgb for c in brief.colours if c.noun in ("spot", "stripe", "patch", "spots", "stripes")
            ]
            contrast: RGB = (0.08, 0.07, 0.06) if max(coat.base) > 0.3 else (0.93, 0.91, 0.87)
            base = coat.base if main != UNSET or pattern != "dalmatian" else (0.95, 0.94, 0.91)
            if coat.pattern == "patches":  # spots of cattle are large islands
                pattern, base = "patches", coat.base
            if pattern == "dalmatian" and main == UNSET:
                coat = replace(coat, muzzle=None, belly=None, ears=None)
            coat = replace(coat, pattern=pattern, base=base, marks=others[0] if others else contrast)
            break
    mane = brief.colour(UNSET, "mane", "tail")
    return replace(coat, mane=mane) if mane != UNSET else coat


def _shaped(brief: Brief, kind: Anatomy) -> Anatomy:
    """The proportions of the breed, with what the prompt's words and the seed change."""
    a = breed_of(brief.prompt, kind)
    named = a is not kind
    rng = brief.rng(7)
    girth = brief.stretch.get("girth", 1.0) * (1 + 0.03 * float(rng.standard_normal()))
    length = brief.stretch.get("length", 1.0) * (1 + 0.015 * float(rng.standard_normal()))
    girth = min(max(girth, 0.75), 1.4)
    young = brief.has("puppy", "kitten", "foal", "calf", "cub", "lamb", "piglet", "baby", "pup", "young")
    head = replace(a.head, length=a.head.length * (1.16 if young else 1.0))
    return replace(
        a,
        height=a.height * brief.stretch.get("height", 1.0) * (0.5 if young else 1.0),
        length=a.length * min(max(length, 0.8), 1.5) * (0.9 if young else 1.0),
        chest=(a.chest[0] * girth, a.chest[1] * girth**0.5),
        loin=(a.loin[0] * girth, a.loin[1] * girth**0.5),
        rump=(a.rump[0] * girth, a.rump[1] * girth**0.4),
        neck_radii=(a.neck_radii[0] * girth**0.6, a.neck_radii[1] * girth**0.6),
        head=head,
        coat=coat_for(brief, a.coat, named),
    )


def _builder(species: str) -> Callable[[Brief], Asset]:
    def build(brief: Brief) -> Asset:
        shape = _shaped(brief, SPECIES[species])
        pose = pose_for(brief, shape)
        asset = build_animal(shape, brief.quality, brief.seed, pose=pose)
        asset.extras["pose"] = pose
        return asset

    build.__doc__ = f"A {species.replace('_', ' ')}."
    return build


PHRASES: dict[str, tuple[str, ...]] = {
    "dog": (
        "dog",
        "puppy",
        "hound",
        "pet dog",
        "labrador",
        "retriever",
        "golden retriever",
        "irish setter",
        "cocker spaniel",
        "poodle",
        "greyhound",
        "whippet",
        "husky",
        "siberian husky",
        "malamute",
        "samoyed",
        "akita",
        "shiba inu",
        "corgi",
        "chihuahua",
        "german shepherd",
        "shepherd dog",
        "border collie",
        "collie",
        "saint bernard",
        "beagle",
        "dalmatian",
        "rottweiler",
        "doberman",
        "schnauzer",
        "terrier",
    ),
    "dachshund": ("dachshund", "sausage dog"),
    "bulldog": ("bulldog", "pug", "french bulldog", "mastiff"),
    "wolf": ("wolf", "coyote"),
    "fox": ("fox", "red fox"),
    "cat": ("cat", "kitten", "tabby cat", "kitty", "house cat", "siamese cat", "persian cat", "sphynx cat"),
    "lion": ("lion", "lion king"),
    "tiger": ("tiger", "bengal tiger"),
    "leopard": ("leopard", "cheetah", "jaguar", "snow leopard"),
    "panther": ("panther", "black panther", "puma", "cougar"),
    "bear": ("bear", "brown bear", "grizzly bear"),
    "polar_bear": ("polar bear", "ice bear"),
    "panda": ("panda", "giant panda", "panda bear"),
    "horse": ("horse", "stallion", "mare", "pony", "foal"),
    "zebra": ("zebra",),
    "donkey": ("donkey", "mule", "ass"),
    "unicorn": ("unicorn",),
    "cow": ("cow", "dairy cow", "cattle", "calf"),
    "bull": ("bull", "ox", "bison", "buffalo"),
    "pig": ("pig", "piglet", "hog"),
    "boar": ("wild boar", "boar"),
    "sheep": ("sheep", "lamb", "ewe"),
    "ram": ("ram",),
    "goat": ("goat", "billy goat"),
    "deer": ("deer", "stag", "reindeer", "elk"),
    "doe": ("doe", "antelope", "gazelle"),
    "fawn": ("fawn", "bambi"),
    "giraffe": ("giraffe",),
    "elephant": ("elephant",),
    "rhino": ("rhino", "rhinoceros"),
    "hippo": ("hippo", "hippopotamus"),
    "camel": ("camel", "dromedary"),
    "rabbit": ("rabbit", "bunny", "hare"),
    "mouse": ("mouse", "rat", "rodent"),
    "llama": ("llama", "alpaca"),
    "hyena": ("hyena",),
    "raccoon": ("raccoon", "racoon", "red panda"),
    "skunk": ("skunk", "badger"),
    "hamster": ("hamster", "guinea pig", "gerbil"),
    "moose": ("moose",),
    "pegasus": ("pegasus", "winged horse", "flying horse"),
}

FAMILIES: tuple[Family, ...] = tuple(
    Family(name, PHRASES[name], _builder(name), natural=True) for name in SPECIES
)
