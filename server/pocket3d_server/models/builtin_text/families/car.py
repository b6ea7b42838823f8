"""Cars: sports car, saloon, hatchback, off-roader, pickup, van, racing car, old-timer and those with a duty."""

from __future__ import annotations

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.vehicles.car import build_car
from pocket3d_server.models.builtin_text.vehicles.car_styles import STYLES
from pocket3d_server.models.language.brief import Brief

WORDS = {
    "police": ("police", "sheriff", "cop"),
    "taxi": ("taxi", "cab"),
    "racing": ("race", "racecar", "racing", "rally", "nascar", "stock"),
    "convertible": ("convertible", "cabrio", "cabriolet", "roadster", "spider"),
    "pickup": ("pickup", "ute"),
    "van": ("minivan", "minibus", "mpv"),
    "offroader": ("suv", "jeep", "offroad", "off", "4x4", "terrain", "crossover"),
    "hatchback": ("hatchback", "hatch", "compact", "city", "mini", "small", "electric"),
    "oldtimer": ("oldtimer", "timer", "vintage", "classic", "antique", "retro", "old", "beetle"),
    "saloon": ("sedan", "saloon", "family", "limousine", "limo", "estate", "wagon"),
    "sports": (
        "sport",
        "sportscar",
        "sports",
        "super",
        "supercar",
        "hypercar",
        "coupe",
        "muscle",
        "fast",
        "luxury",
        "car",
    ),
}
"""Style by the words that ask for it; the first match counts."""


def build(brief: Brief) -> Asset:
    """A car of the kind that the prompt names; a plain "car" may be a saloon, a hatchback or a sports car."""
    for style, words in WORDS.items():
        if brief.has(*(w for w in words if w != "car")):
            return build_car(brief, STYLES[style])
    return build_car(brief, STYLES[("saloon", "hatchback", "sports")[int(brief.rng(7).integers(3))]])


FAMILIES = (
    Family(
        "car",
        (
            "car", "sports car", "automobile", "race car", "racing car", "supercar", "convertible", "roadster",
            "sedan", "saloon car", "hatchback", "suv", "jeep", "off road vehicle", "pickup", "pickup truck",
            "minivan", "police car", "taxi", "cab", "limousine", "coupe", "muscle car", "vintage car",
            "oldtimer", "old car", "classic car", "station wagon", "electric car", "family car",
            "rally car", "racecar", "motorcar", "sportscar", "police cruiser", "cabriolet", "auto",
        ),
        build,
    ),
)  # fmt: skip
