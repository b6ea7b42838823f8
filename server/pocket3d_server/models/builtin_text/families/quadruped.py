"""Four-legged animals: dogs, cats, horses, farm animals, deer, big cats, bears and the large grazers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.organic.anatomy import Anatomy
from pocket3d_server.models.builtin_text.organic.animal import build_animal
from pocket3d_server.models.builtin_text.organic.breeds import breed_of
from pocket3d_server.models.builtin_text.organic.coat_words import coat_for
from pocket3d_server.models.builtin_text.organic.poses import pose_for
from pocket3d_server.models.builtin_text.organic.species import SPECIES
from pocket3d_server.models.language.brief import Brief


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
    "griffin": ("griffin", "gryphon", "griffon", "hippogriff"),
}

FAMILIES: tuple[Family, ...] = tuple(
    Family(name, PHRASES[name], _builder(name), natural=True) for name in SPECIES
)
