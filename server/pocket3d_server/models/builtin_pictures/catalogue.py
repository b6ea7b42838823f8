"""What the pictures show: their names, sizes, and whether they live or grow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Method = Literal["auto", "box", "extrude", "inflate", "lathe"]
METHODS: dict[str, Method] = {"b": "box", "e": "extrude", "i": "inflate", "l": "lathe"}
THIN = 0.5
WORDS = Path(__file__).parent / "words.txt"


@dataclass(frozen=True)
class Picture:
    """One picture of the library."""

    code: str
    """Its file's name: the code points of the emoji, joined by hyphens."""
    size: float
    """Longest side of the real thing in metres."""
    names: tuple[str, ...]
    """What people call it; the first is what notes say."""
    natural: bool
    """Whether it grows or lives."""
    method: Method = "auto"
    """How to build it."""
    thickness: float = 1.0
    """Factor on the depth that the image engine gives it."""

    @property
    def label(self) -> str:
        """What it shows, in a word or a few."""
        return self.names[0]


@cache
def pictures() -> dict[str, Picture]:
    """All pictures that show an object, by code."""
    found: dict[str, Picture] = {}
    natural = False
    for line in WORDS.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            natural = line == "[natural]"
        elif line and not line.startswith("#"):
            code, size, names = line.split(" ", 2)
            metres = size.rstrip("beilt")
            how = size[len(metres) :]
            found[code] = Picture(
                code,
                float(metres),
                tuple(names.split("; ")),
                natural,
                METHODS.get(how[:1], "auto"),
                THIN if how.endswith("t") else 1.0,
            )
    return found
