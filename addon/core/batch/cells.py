"""The cells of a batch file: what each column holds and how it is read."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..meshes.placement import Vector
from ..request.params import (
    CHARACTER_TYPES,
    LARGEST_SEED,
    QUALITIES,
    SEGMENTATION_LEVELS,
    STYLES,
    TEXTURE_RESOLUTIONS,
)

MOST_COPIES = 100
YES, NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off", "none")
AUTOMATIC = "auto"
"""A rig whose character the server tells from the shape."""


class RowError(ValueError):
    """Something in the file cannot be meant like this."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def words(cell: Any) -> str:
    """A text."""
    if isinstance(cell, str):
        return cell.strip()
    raise RowError(f"{shown(cell)} is no text")


def files(cell: Any) -> tuple[str, ...]:
    """Names of files: one, several with semicolons between, or a JSON list."""
    names = cell if isinstance(cell, list) else words(cell).split(";")
    if not all(isinstance(n, str) for n in names):
        raise RowError(f"{shown(cell)} are no names of files")
    return tuple(n.strip() for n in names if n.strip())


def number(cell: Any) -> float:
    """A finite number."""
    try:
        value = float(cell) if not isinstance(cell, bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not math.isfinite(value):
        raise RowError(f"{shown(cell)} is no number")
    return value


def whole(low: int, high: int) -> Callable[[Any], int]:
    """A reader of whole numbers from ``low`` to ``high``."""

    def read(cell: Any) -> int:
        value = number(cell)
        if value != int(value) or not low <= value <= high:
            raise RowError(f"{shown(cell)} is no whole number from {low} to {high}")
        return int(value)

    return read


def one_of(*choices: Any) -> Callable[[Any], Any]:
    """A reader of choices."""

    def read(cell: Any) -> Any:
        for choice in choices:
            if str(cell).strip().lower() == str(choice):
                return choice
        raise RowError(f"{shown(cell)} is none of {', '.join(map(str, choices))}")

    return read


def wish(default: str, choices: Sequence[str]) -> Callable[[Any], str]:
    """A reader of a step's column: ``yes`` for its default, ``no`` for leaving the step out, or a choice."""

    def read(cell: Any) -> str:
        word = str(cell).strip().lower()
        if word in NO:
            return ""
        return default if word in YES else str(one_of("yes", "no", *choices)(cell))

    return read


def place(cell: Any) -> Vector:
    """Three numbers, in one text or as a JSON list."""
    parts = cell if isinstance(cell, list) else words(cell).replace(",", " ").replace(";", " ").split()
    if len(parts) != 3:
        raise RowError(f"{shown(cell)} is no place; write three numbers, as in 1 2 0")
    x, y, z = (number(p) for p in parts)
    return x, y, z


def shown(cell: Any) -> str:
    """A cell's value in a message."""
    text = str(cell)
    return f"'{text if len(text) <= 40 else text[:39] + '…'}'"


class Column(NamedTuple):
    """A column: how its cells are read, and what they say."""

    read: Callable[[Any], Any]
    values: str
    meaning: str


COLUMNS: dict[str, Column] = {
    "prompt": Column(words, "text", "what to make"),
    "image": Column(files, "file; file; …", "pictures to make it from, relative to the batch file"),
    "name": Column(words, "text", "the object's name; the prompt by default"),
    "count": Column(whole(1, MOST_COPIES), f"1 to {MOST_COPIES}", "how many of it; seeds follow each other"),
    "location": Column(place, "1 2 0", "where it stands, in metres; else in the grid"),
    "x": Column(number, "number", "the same place as columns of their own"),
    "y": Column(number, "number", "with x"),
    "z": Column(number, "number", "with x and y; 0 by default"),
    "quality": Column(one_of(*QUALITIES), ", ".join(QUALITIES), "medium by default"),
    "texture_resolution": Column(
        one_of(*TEXTURE_RESOLUTIONS), ", ".join(map(str, TEXTURE_RESOLUTIONS)), "pixels along a side"
    ),
    "seed": Column(whole(0, LARGEST_SEED), f"0 to {LARGEST_SEED}", "the same seed gives the same object"),
    "model": Column(words, "model id", "model that makes the mesh; the best that is ready by default"),
    "texture_prompt": Column(words, "text", "paints the new object like this"),
    "style": Column(one_of(*STYLES), ", ".join(STYLES), "style of that texture"),
    "segment": Column(
        wish("coarse", SEGMENTATION_LEVELS), f"{', '.join(SEGMENTATION_LEVELS)}, yes, no", "finds its parts"
    ),
    "rig": Column(
        wish(AUTOMATIC, (*CHARACTER_TYPES, AUTOMATIC)),
        f"{', '.join(CHARACTER_TYPES)}, yes, no",
        "gives it a skeleton; 'yes' goes by the shape",
    ),
}


def column_name(cell: str) -> str:
    """A header's cell as the columns are called here."""
    return cell.strip().strip('"').lower().replace(" ", "_").replace("-", "_")


def unknown(name: str) -> str:
    """A sentence about a column that does not exist."""
    close = difflib.get_close_matches(name, COLUMNS, 1)
    hint = f"did you mean '{close[0]}'?" if close else f"the columns are {', '.join(COLUMNS)}"
    return f"there is no column '{name}'; {hint}"
