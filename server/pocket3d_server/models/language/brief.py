"""What was understood of a prompt, handed to whatever builds or textures the object."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

RGB = tuple[float, float, float]


@dataclass(frozen=True)
class Colour:
    """A colour word of the prompt."""

    name: str
    rgb: RGB
    """sRGB in 0..1."""
    noun: str | None = None
    """The word it describes (``red`` *roof*); None or the object itself for the main colour."""


@dataclass
class Heard:
    """Which words a family has asked a brief for: what it asks for, it can build."""

    words: set[str] = field(default_factory=set)
    counts: set[str] = field(default_factory=set)
    """Nouns whose number it asked for."""
    proportions: set[str] = field(default_factory=set)
    """Proportions that it asked for: height, width, and parts that may be large or small."""
    whole: set[str] = field(default_factory=set)
    """``colour`` and ``material``, where it asked for those of the whole object."""

    @property
    def attributes(self) -> set[str]:
        """All that it asked for."""
        return self.words | self.counts | self.proportions | self.whole


@dataclass(frozen=True)
class Brief:
    """The attributes of one prompt. Families read what they know and ignore the rest."""

    prompt: str
    words: frozenset[str] = frozenset()
    """All words in singular lower case."""
    seed: int = 0
    quality: Literal["low", "medium", "high"] = "medium"
    colours: tuple[Colour, ...] = ()
    materials: tuple[str, ...] = ()
    """wood, metal, steel, gold, silver, bronze, stone, marble, brick, glass, plastic, fabric, leather, …"""
    noun_materials: dict[str, str] = field(default_factory=dict)
    """Materials that belong to a part: "a table with metal legs" is {"leg": "metal"}."""
    size: float = 1.0
    """Factor on the usual size: tiny 0.4, small 0.7, large 1.4, giant 2.5."""
    stretch: dict[str, float] = field(default_factory=dict)
    """Factors by proportion: ``height`` (tall 1.35, short 0.7), ``length``, ``width`` (wide, narrow), ``girth``
    (thick, slim); and by part, singular: a car with big wheels is {"wheel": 1.35}."""
    counts: dict[str, int] = field(default_factory=dict)
    """Numbers by singular noun: a table with three legs is {"leg": 3}; six-wheeled is {"wheel": 6}."""
    style: str | None = None
    """modern, classic, medieval, futuristic, cartoon, low_poly, rustic, luxury, toy, …"""
    hands: frozenset[str] = frozenset()
    """For people: which hands hold something, and how: ``right_hold``, ``left_shield``, ``left_carry``,
    ``right_hang``. The builder then tells in ``asset.extras["hands"]`` where they are."""
    pose: str = ""
    """For people: ``sit`` or ``ride``. The builder then tells in ``asset.extras["seat"]`` on what point it sits.
    For things that can stand or hang: ``hang`` where they are on a wall."""
    luck: str = ""
    """What random choices hang on, besides the seed; the prompt when empty. Things of one scene share it, so
    that chairs match their table."""
    heard: Heard = field(default_factory=Heard, compare=False, repr=False)
    """What has been asked of this brief so far."""

    def rng(self, salt: int = 0) -> np.random.Generator:
        """A generator that gives the same numbers for the same seed and prompt on every machine."""
        luck = (self.luck or self.prompt).lower().encode()
        return np.random.default_rng([self.seed & 0xFFFFFFFF, salt, *luck])

    def colour(self, default: RGB, *nouns: str) -> RGB:
        """The colour that belongs to one of ``nouns``; with no nouns, the object's main colour."""
        self.heard.words.update(nouns)
        for c in self.colours:
            if nouns and c.noun in nouns:
                return c.rgb
        if not nouns:
            self.heard.whole.add("colour")
            for c in self.colours:
                if c.noun is None:
                    return c.rgb
        return default

    def count(self, noun: str, default: int, low: int = 0, high: int = 64) -> int:
        """How many of ``noun`` the prompt asks for, within what the family can build."""
        self.heard.counts.add(noun)
        return int(np.clip(self.counts.get(noun, default), low, high))

    def detail(self, count: int) -> int:
        """A number of segments for this quality, from one meant for medium; always even."""
        factor = {"low": 0.5, "medium": 1.0, "high": 2.0}[self.quality]
        return max(6, 2 * round(count * factor / 2))

    def grown(self, *names: str) -> float:
        """The product of the proportions asked for by ``names``, e.g. ``grown("height")``."""
        self.heard.proportions.update(names)
        return float(np.prod([self.stretch.get(n, 1.0) for n in names]))

    def has(self, *words: str) -> bool:
        """Whether any of ``words`` stands in the prompt."""
        self.heard.words.update(words)
        return any(w in self.words for w in words)
