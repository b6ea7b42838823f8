"""The crown of a broadleaf tree: leaf masses about the twigs' ends, leaves or petals over them, fruit and snow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.implicit import Blend, Ellipsoid, Surface, polygonise
from pocket3d_server.geometry.shapes import sphere, sweep
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.finishes import finish
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.leaf import blades
from pocket3d_server.models.builtin_text.organic.noise import cell_noise, fractal_noise
from pocket3d_server.models.builtin_text.organic.paint import painted_part
from pocket3d_server.models.language.brief import RGB

if TYPE_CHECKING:
    from pocket3d_server.models.builtin_text.organic.tree import Style

Array = NDArray[np.float64]
LEAF_FACES = 8
STRAND_LEAVES = 11
"""On each hanging twig."""


def tones(colour: RGB, name: str, roughness: float = 0.75, spread: float = 1.0) -> list[Material]:
    """Three materials about one colour, so that a crown isn't all the same; less different with a small ``spread``."""
    c = np.asarray(colour, float)
    shades = (
        c * (1 - spread * np.array([0.28, 0.22, 0.28])),
        c,
        np.clip(c * (1 + spread * np.array([0.22, 0.14, 0.05])), 0, 1),
    )
    return [
        Material.from_srgb(f"{name}_{k}", (float(s[0]), float(s[1]), float(s[2])), roughness=roughness)
        for k, s in zip(("dark", "mid", "light"), shades, strict=True)
    ]


def crown(ends: Array, style: Style, scale: float, budget: int, rng: np.random.Generator) -> list[Part]:
    """Parts of the crown about the twigs' ``ends`` (N, 3): some ``budget`` faces, ``scale`` times a tree of 6 m."""
    radius = style.clump * scale
    inner = _masses(ends, style, radius, budget, rng)
    seed = int(rng.integers(1 << 20))
    share = 0.56 if not style.strands else 0.18
    count = int(share * budget / LEAF_FACES)
    a, b, c = (inner.vertices[inner.faces[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    corner = inner.faces[rng.choice(len(area), count, p=area / area.sum())]
    weight = rng.dirichlet((1, 1, 1), count)
    seat = np.einsum("nk,nkc->nc", weight, inner.vertices[corner])
    normal = np.einsum("nk,nkc->nc", weight, inner.normals[corner])
    size = 1.45 * style.leaf_size * scale**0.7 * (0.75 + 0.5 * rng.random(count))
    at = seat + normal * (radius * (0.22 * rng.random(count) - 0.06))[:, None]
    along = 0.45 * normal + 0.55 * rng.normal(0, 1, (count, 3)) - np.array([0, 0.55 + style.hang, 0])
    face = normal + 0.25 * rng.normal(0, 1, (count, 3)) + np.array([0, 0.3, 0])
    at = at - 0.5 * size[:, None] * along / np.linalg.norm(along, axis=1, keepdims=True)
    light = normal[:, 1] + 0.5 * rng.normal(0, 1, count)
    parts = [_shadowed(inner, style, scale, seed)]
    wide = style.leaf_wide
    if style.strands:
        hung = _strands(seat, normal, style, scale, int((0.66 - share) * budget), rng)
        parts.append(hung[0])
        at, along, face, size, light = (
            np.concatenate([x, y]) for x, y in zip((at, along, face, size, light), hung[1:])
        )
    # Lighter where the sky is, darker below and inside; of the second colour where its boughs are.
    tone = np.digitize(light, [-0.25, 0.55])
    other = fractal_noise(at * (0.9 / scale), seed + 4, 2) > (0.5 if style.leaf_too else 2.0)
    pieces = []
    for second, colour in ((False, style.leaf), (True, style.leaf_too or style.leaf)):
        for k, shade in enumerate(
            tones(
                colour,
                ("petal" if style.blossom else "leaf") + "_too" * second,
                spread=0.25 if style.blossom else 1.0,
            )
        ):
            m = (tone == k) & (other == second)
            if m.any():
                pieces.append(
                    (blades(at[m], along[m], face[m], size[m], wide * size[m], rounded=style.blossom), shade)
                )
    parts.append(part("leaves", *pieces))
    if style.snow:
        top = np.flatnonzero(normal[:, 1] > 0.15)
        lies = at[top] + (0, 0.10 * scale, 0)
        white = blades(
            lies, along[top] * (1, 0.3, 1), (0, 1, 0), 1.15 * size[top], 0.9 * size[top], rounded=True
        )
        parts.append(part("snow", (white, finish("snow"))))
    if style.fruit is not None:
        parts.append(_fruits(seat, normal, style.fruit, scale))
    return parts


def _masses(ends: Array, style: Style, radius: float, budget: int, rng: np.random.Generator) -> Surface:
    """Soft balls at some of the ends, far enough from each other."""
    centres = [ends[int(rng.integers(len(ends)))]]
    gap = np.linalg.norm(ends - centres[0], axis=1)
    while gap.max() > 0.72 * radius and len(centres) < 90:
        centres.append(ends[int(gap.argmax())])
        gap = np.minimum(gap, np.linalg.norm(ends - centres[-1], axis=1))
    blend = Blend()
    for c in centres:
        r = radius * (0.52 + 0.22 * rng.random())
        blend.add(Ellipsoid(c, (r, style.flat * r, r)), 0.25 * radius, "crown")
    return polygonise(blend, resolution=64, faces=int(0.10 * budget))


def _shadowed(inner: Surface, style: Style, scale: float, seed: int) -> Part:
    """The masses themselves, dark: what one sees between the leaves."""
    dark = np.asarray(style.leaf) * ((0.96, 0.90, 0.94) if style.blossom else (0.80, 0.82, 0.78))

    def paint(skin: Skin) -> Array:
        near, _, number = cell_noise(skin.points * (7.0 / scale), seed)
        tone = 0.75 + 0.5 * number - 0.35 * near + 0.25 * skin.normals[:, 1]
        return np.clip(dark * tone[:, None], 0, 1)

    return painted_part("leaf_masses", inner, {}, paint, 512, 0.9)


def _strands(
    seat: Array, normal: Array, style: Style, scale: float, budget: int, rng: np.random.Generator
) -> tuple[Part, Array, Array, Array, Array, Array]:
    """Twigs that hang from the crown's outside, as a part, and their leaves: at, along, facing (N, 3), size and light (N,)."""
    count = max(int(0.8 * budget / (LEAF_FACES * STRAND_LEAVES)), 12)
    out = np.hypot(seat[:, 0], seat[:, 2])
    outside = np.flatnonzero((out > 0.4 * out.max()) & (normal[:, 1] < 0.8))
    root = seat[rng.choice(outside, count, replace=len(outside) < count)]
    length = np.minimum(style.strands * scale * (0.65 + 0.5 * rng.random(count)), 0.93 * root[:, 1])
    away = root * (1, 0, 1) / np.linalg.norm(root * (1, 0, 1), axis=1, keepdims=True).clip(1e-6)
    t = np.linspace(0, 1, STRAND_LEAVES)
    bow = 0.16 * scale * (np.sqrt(t) - 0.5 * t**2)
    line = (
        root[:, None]
        + bow[None, :, None] * away[:, None]
        - (length[:, None] * t)[..., None] * np.array([0, 1.0, 0])
    )
    sway = 0.05 * scale * rng.normal(0, 1, (count, 3)) * (1, 0, 1)
    line += t[None, :, None] ** 2 * sway[:, None]
    twigs = [sweep(points[::5], 0.010 * scale * np.array([1.0, 0.7, 0.4]), 3, crease=80) for points in line]
    bark = Material.from_srgb("strand", tuple(0.6 * np.asarray(style.leaf)), roughness=0.8)
    n = count * STRAND_LEAVES
    aside = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)[:, None] * np.cross(
        np.repeat(away, STRAND_LEAVES, 0), (0, 1, 0)
    )
    along = 0.35 * aside + 0.15 * rng.normal(0, 1, (n, 3)) - np.array([0, 1.0, 0])
    face = np.repeat(away, STRAND_LEAVES, 0) + 0.35 * rng.normal(0, 1, (n, 3))
    size = 1.45 * style.leaf_size * scale**0.7 * (0.7 + 0.4 * rng.random(n))
    light = 0.5 * np.tile(t, count) + 0.45 * rng.normal(0, 1, n)
    return part("strands", (join(*twigs), bark)), line.reshape(-1, 3), along, face, size, light


def _fruits(seat: Array, normal: Array, colour: RGB, scale: float) -> Part:
    """Fruit between the leaves, mostly at the sides."""
    places = np.flatnonzero(np.abs(normal[:, 1]) < 0.75)[:70]
    radius = 0.105 * scale
    balls = [sphere(radius, 10).move(*(seat[i] + normal[i] * 0.16 * scale)) for i in places]
    return part("fruits", (join(*balls), Material.from_srgb("fruit", colour, roughness=0.35)))
