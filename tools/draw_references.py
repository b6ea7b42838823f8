"""Draws the two pictures that the demo starts from: a plush bear and a painted leaf pattern.

Everything is computed here, shape by shape, so the pictures are the project's own. Run
``python tools/draw_references.py`` to write them to ``assets/`` again; the result is always the same.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.floating]
RGB = tuple[float, float, float]

ASSETS = Path(__file__).resolve().parent.parent / "assets"
SIZE = 512
SUPERSAMPLING = 2
LIGHT = np.array([-0.45, 0.62, 0.64])


class Canvas:
    """A transparent picture on which rounded, softly lit shapes are laid over each other.

    Coordinates run from -1 to 1, y upwards.
    """

    def __init__(self, pixels: int) -> None:
        self.colour = np.zeros((pixels, pixels, 3))
        self.alpha = np.zeros((pixels, pixels))
        self.y, self.x = np.mgrid[1 : -1 : pixels * 1j, -1 : 1 : pixels * 1j]
        self.soft = 2.2 / pixels
        self.grain = np.random.default_rng(3).normal(size=(pixels, pixels))

    def cover(self, distance: Array, colour: Array | RGB, shadow: float = 0.0) -> None:
        """Paint ``colour`` where ``distance`` is negative, over a soft shadow on what lies below."""
        if shadow:
            lower = np.clip(1 - np.maximum(np.roll(distance, 9, axis=0), 0) / 0.055, 0, 1) ** 2
            self.colour *= (1 - shadow * lower)[..., None]
        share = np.clip(0.5 - distance / self.soft, 0, 1)
        self.colour = self.colour * (1 - share[..., None]) + np.asarray(colour) * share[..., None]
        self.alpha = np.maximum(self.alpha, share)

    def ball(
        self, centre: tuple[float, float], radii: tuple[float, float], colour: RGB, turn: float = 0.0,
        shadow: float = 0.35, plush: float = 0.006, gloss: float = 0.0,
    ) -> None:  # fmt: skip
        """An ellipsoid, lit from the upper left with bounced light from below; ``turn`` in degrees."""
        c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        x, y = self.x - centre[0], self.y - centre[1]
        u, v = (x * c + y * s) / radii[0], (y * c - x * s) / radii[1]
        reach = np.hypot(u, v)
        depth = np.sqrt(np.maximum(1 - reach * reach, 0))
        normal = np.stack([u * c - v * s, u * s + v * c, depth], axis=-1)
        normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-6)
        lit = np.clip(normal @ (LIGHT / np.linalg.norm(LIGHT)), -0.4, 1)
        shade = 0.74 + 0.30 * lit + 0.05 * np.clip(-normal[..., 1], 0, 1) + plush * self.grain
        warm = np.array([1.0, 0.985, 0.96]) * shade[..., None] + (1 - shade[..., None]) * (0.03, 0.0, 0.05)
        tint = np.clip(np.asarray(colour) * warm, 0, 1)
        if gloss:
            spark = np.clip(normal @ _unit(-0.35, 0.5, 0.8), 0, 1) ** 40
            tint = tint + (1 - tint) * (gloss * spark)[..., None]
        self.cover((reach - 1) * min(radii), tint, shadow)

    def stroke(self, points: list[tuple[float, float]], width: float, colour: RGB) -> None:
        """A round-ended line through ``points``."""
        distance = np.full(self.x.shape, np.inf)
        for (ax, ay), (bx, by) in pairwise(points):
            dx, dy = bx - ax, by - ay
            t = np.clip(((self.x - ax) * dx + (self.y - ay) * dy) / (dx * dx + dy * dy), 0, 1)
            distance = np.minimum(distance, np.hypot(self.x - ax - t * dx, self.y - ay - t * dy))
        self.cover(distance - width, colour)

    def image(self, size: int) -> Image.Image:
        """The finished picture, reduced to ``size`` pixels."""
        rgba = np.dstack([self.colour, self.alpha])
        whole = Image.fromarray((np.clip(rgba, 0, 1) * 255 + 0.5).astype(np.uint8), "RGBA")
        return whole.resize((size, size), Image.Resampling.LANCZOS)


def _unit(*xyz: float) -> Array:
    v = np.array(xyz)
    return v / np.linalg.norm(v)


def bear() -> Image.Image:
    """A sitting plush bear with a striped scarf, seen from the front."""
    fur, dark, cream, pad = (0.80, 0.52, 0.29), (0.72, 0.44, 0.23), (0.96, 0.85, 0.68), (0.93, 0.72, 0.56)
    red, stripe, ink = (0.80, 0.22, 0.20), (0.97, 0.90, 0.78), (0.13, 0.09, 0.09)
    c = Canvas(SIZE * SUPERSAMPLING)
    for side in (-1, 1):  # ears, behind the head
        c.ball((0.36 * side, 0.80), (0.165, 0.165), dark, shadow=0)
        c.ball((0.36 * side, 0.785), (0.095, 0.095), pad, shadow=0.2)
    c.ball((0, -0.30), (0.47, 0.53), fur, shadow=0)
    c.ball((0, -0.34), (0.30, 0.36), cream, shadow=0.12)
    for side in (-1, 1):
        c.ball((0.52 * side, -0.18), (0.155, 0.35), fur, turn=28 * side, shadow=0.3)
        c.ball((0.645 * side, -0.425), (0.085, 0.075), pad, turn=25 * side, shadow=0.12)
        c.ball((0.42 * side, -0.72), (0.27, 0.235), fur, turn=-16 * side, shadow=0.4)
        c.ball((0.44 * side, -0.735), (0.155, 0.135), pad, turn=-16 * side, shadow=0.12)
        for toe in (-0.1, 0.0, 0.1):
            c.ball((0.44 * side + toe, -0.59 - 0.9 * toe * toe), (0.034, 0.03), pad, shadow=0)
    # The scarf: a band that the head sits in, and one end that hangs down.
    band = np.abs(np.hypot(c.x / 1.0, (c.y - 0.42) / 0.98) - 0.44) - 0.075
    band = np.maximum(band, c.y - 0.3)
    striped = np.where((np.sin(c.x * 26) > 0.35)[..., None], stripe, red)
    glow = (0.86 + 0.25 * (0.14 - c.x * 0.2) + 0.5 * (c.y - 0.02))[..., None]
    c.cover(band, np.clip(striped * glow, 0, 1), 0.4)
    c.ball((0, 0.46), (0.50, 0.44), fur, shadow=0.45)
    x, y = (c.x - 0.20) + 0.25 * (c.y + 0.12), c.y + 0.15
    end = np.maximum(np.abs(x) - 0.085, np.abs(y) - 0.17)
    tail = np.where((np.sin(y * 34 + 1.0) > 0.35)[..., None], stripe, red)
    c.cover(end, np.clip(tail * (0.98 - 1.6 * np.maximum(np.abs(x) - 0.03, 0))[..., None], 0, 1), 0.35)
    c.ball((0.165, 0.02), (0.09, 0.075), red, shadow=0.3)
    # The face.
    c.ball((0, 0.335), (0.215, 0.165), cream, shadow=0.15)
    c.ball((0, 0.405), (0.075, 0.052), ink, shadow=0.2, plush=0, gloss=0.9)
    c.stroke([(0, 0.36), (0, 0.31), (-0.03, 0.283), (-0.07, 0.275)], 0.010, ink)
    c.stroke([(0, 0.31), (0.03, 0.283), (0.07, 0.275)], 0.010, ink)
    for side in (-1, 1):
        c.ball((0.205 * side, 0.525), (0.052, 0.060), ink, shadow=0.15, plush=0)
        c.ball((0.205 * side - 0.017, 0.547), (0.017, 0.017), (1, 1, 1), shadow=0, plush=0)
        c.ball((0.33 * side, 0.40), (0.070, 0.045), (0.90, 0.56, 0.42), shadow=0)
    return c.image(SIZE)


def pattern(size: int = 512) -> Image.Image:
    """A tile of painted leaves, berries and dots on warm cream; its edges meet."""
    rng = np.random.default_rng(11)
    side = size * SUPERSAMPLING
    y, x = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    paper = rng.normal(size=(side, side))
    colour = np.broadcast_to((0.965, 0.915, 0.82), (side, side, 3)) * (1 + 0.006 * paper[..., None])
    leaf_greens = [(0.20, 0.42, 0.36), (0.36, 0.55, 0.38), (0.62, 0.68, 0.36), (0.13, 0.30, 0.36)]
    accents = [(0.83, 0.36, 0.26), (0.93, 0.65, 0.27), (0.74, 0.24, 0.30)]

    def lay(distance: Array, tint: RGB, streak: Array) -> None:
        nonlocal colour
        share = np.clip(0.5 - distance * side / 2.5, 0, 1)[..., None]
        paint = np.asarray(tint) * (1 + 0.10 * streak[..., None])
        colour = colour * (1 - share) + np.clip(paint, 0, 1) * share

    def around(px: float, py: float) -> tuple[Array, Array]:
        return (x - px + 0.5) % 1 - 0.5, (y - py + 0.5) % 1 - 0.5

    grid = [(i, j) for i in range(5) for j in range(5)]
    for number, (i, j) in enumerate(grid):
        px, py = (i + 0.5 * (j % 2) + rng.normal(0, 0.06)) / 5, (j + rng.normal(0, 0.06)) / 5
        turn = rng.uniform(0, 2 * np.pi)
        tint = leaf_greens[number % len(leaf_greens)]
        dx, dy = around(px, py)
        u, v = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
        lay(np.maximum(np.abs(v - 1.2 * u * u) - 0.0035, np.abs(u) - 0.088), tint, v * 0)
        for k, along in enumerate((-0.06, -0.03, 0.0, 0.03, 0.06)):
            for flank in (-1, 1):
                lu, lv = u - along - 0.018, v - 1.2 * u * u - flank * 0.024
                a = np.radians(48 * flank)
                p, q = lu * np.cos(a) + lv * np.sin(a), lv * np.cos(a) - lu * np.sin(a)
                length = 0.030 * (1 - 0.25 * abs(k - 2) / 2)
                outline = np.abs(q) - 0.42 * length * np.maximum(1 - (p / length) ** 2, -1)
                lay(outline, tint, np.sin(p * 260) * 0.5 + p / length * 0.6)
        bx, by = around(px + 0.1 * np.cos(turn + 1.4), py + 0.1 * np.sin(turn + 1.4))
        radius = rng.uniform(0.013, 0.020)
        lay(np.hypot(bx, by) - radius, accents[number % 3], -(bx + by) / radius * 0.8)
    for _ in range(46):
        dx, dy = around(*rng.uniform(0, 1, 2))
        lay(np.hypot(dx, dy) - rng.uniform(0.003, 0.006), accents[int(rng.integers(3))], dx * 0)
    picture = Image.fromarray((np.clip(colour, 0, 1) * 255 + 0.5).astype(np.uint8), "RGB")
    return picture.resize((size, size), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    ASSETS.mkdir(exist_ok=True)
    bear().save(ASSETS / "reference_toy.png", optimize=True)
    flat = pattern().quantize(128, dither=Image.Dither.NONE)  # a palette: few paints, small file
    flat.save(ASSETS / "reference_pattern.png", optimize=True)
