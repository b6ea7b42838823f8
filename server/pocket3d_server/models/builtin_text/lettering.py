"""Raised letters for signs: strokes on a grid of three by five points."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Solid, join

STROKES: dict[str, str] = {
    "A": "00 03 14 23 20,02 22", "B": "00 04 14 23 12 21 10 00,02 12", "C": "23 14 04 00 10 21", "D": "00 04 14 23 21 10 00",
    "E": "24 04 00 20,02 12", "F": "24 04 00,02 12", "G": "24 04 00 20 22 12", "H": "00 04,20 24,02 22", "I": "10 14",
    "J": "24 21 10 01", "K": "00 04,24 02 20", "L": "04 00 20", "M": "00 04 12 24 20", "N": "00 04 20 24",
    "O": "01 03 14 23 21 10 01", "P": "00 04 14 23 12 02", "Q": "01 03 14 23 21 10 01,11 20", "R": "00 04 14 23 12 02,12 20",
    "S": "23 14 03 21 10 01", "T": "04 24,14 10", "U": "04 01 10 21 24", "V": "04 10 24", "W": "04 00 12 20 24",
    "X": "00 24,04 20", "Y": "04 12 24,12 10", "Z": "04 24 00 20", "0": "01 03 14 23 21 10 01", "1": "03 14 10",
    "2": "03 14 23 00 20", "3": "04 24 12 21 10 01", "4": "10 14 01 21", "5": "24 04 02 12 21 10 00", "6": "24 03 01 10 21 12 02",
    "7": "04 24 10", "8": "12 03 14 23 12 01 10 21 12", "9": "00 21 23 14 03 12 22", "!": "14 12,10 10", "-": "02 22",
}  # fmt: skip
"""Each letter's lines over points "xy", x in 0..2 and y in 0..4 from the lower left."""
WEIGHT = 0.17
"""Of a stroke, as a share of the height."""


def lettering(text: str, width: float, height: float, depth: float) -> Solid:
    """``text`` (letters, digits, spaces) as one raised line that looks along +z, its middle at the origin.

    It fills ``width`` metres or ``height`` metres, whichever comes first. Raises ValueError when no character of ``text`` is known.
    """
    characters = [c for c in text.upper() if c in STROKES or c == " "]
    count = len(characters)
    pitch = min(width / max(count - 0.25, 0.5), 0.75 * height)
    glyph, thick = 0.75 * pitch, WEIGHT * min(height, 1.6 * pitch)
    tall = min(height, 1.75 * pitch) - thick
    scale = np.array([(glyph - thick) / 2, tall / 4])
    pieces = []
    for k, character in enumerate(characters):
        left = (k - (count - 1) / 2) * pitch - scale[0]
        for line in STROKES.get(character, "").split(",") if character != " " else ():
            points = np.array([[int(p[0]), int(p[1])] for p in line.split()]) * scale + [left, -tall / 2]
            pieces += [_stroke(a, b, thick, depth) for a, b in pairwise(points)]
    if not pieces:
        raise ValueError(f"no letter of {text!r} is known")
    return join(*pieces)


def _stroke(a: np.ndarray, b: np.ndarray, thick: float, depth: float) -> Solid:
    """A bar with round ends from ``a`` to ``b`` (2,)."""
    long, turn = float(np.hypot(*(b - a))), float(np.degrees(np.arctan2(b[1] - a[1], b[0] - a[0])))
    r = thick / 2
    outline = np.concatenate([curves.arc(r, -90, 90, 7) + [long, 0], curves.arc(r, 90, 270, 7)])
    return shapes.extrude(curves.without_repeats(outline), depth).rotate(z=turn).move(a[0], a[1], 0)
