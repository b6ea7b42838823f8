"""What a solid material is given and gives back, and the small vocabulary in which materials are written.

Materials are functions of 3-D position, so they need no UVs and show no seams. They work in *features*: one unit
is one brick, one plank, one scale; ``SolidMaterial.feature`` says how large that is in metres and how many of
them an object shows at least and at most, so that a ring and a castle both look right.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
RGB = tuple[float, float, float]
CHUNK = 1 << 16
"""Points evaluated together: their temporaries stay in the cache, and a large atlas needs little more memory."""
MOST_THREADS = 8
"""That evaluate a material at once, each on a chunk of its own."""


class Accent(NamedTuple):
    """What a material's feature (stripes, veins, mortar) is to be coloured with."""

    rgb: RGB
    """sRGB"""
    metallic: bool = False


@dataclass(frozen=True)
class Points:
    """Surface points that want a material."""

    position: Floats
    """(N, 3) in features; +Y up."""
    normal: Floats
    """(N, 3) unit length."""
    grain: Floats
    """(N, 3) in features, with +Y along the piece's longest side: wood and fibres run along it."""
    colours: tuple[RGB, ...] = ()
    """sRGB colours that were asked for; patterns take theirs from here."""
    seed: int = 0
    accent: RGB | None = None
    """sRGB colour of the feature: it takes the place of the second colour."""

    def colour(self, index: int, default: str) -> Floats:
        """The ``index``-th colour that was asked for, else ``default`` (hexadecimal sRGB)."""
        if index == 1 and self.accent is not None:
            return np.array(self.accent, np.float32)
        return np.array(self.colours[index], np.float32) if index < len(self.colours) else rgb(default)


@dataclass
class Look:
    """Surface values at N points."""

    color: Floats
    """(N, 3) sRGB 0..1."""
    roughness: Floats | float = 0.6
    metallic: Floats | float = 0.0
    height: Floats | float = 0.0
    """Bumps outwards, in features."""
    accent: Floats | None = None
    """(N,) share of the material's feature, for those that have one: stripes, veins, mortar."""


@dataclass(frozen=True)
class SolidMaterial:
    """A named procedural material."""

    name: str
    phrases: tuple[str, ...]
    """What people call it; prompts are compared with these."""
    evaluate: Callable[[Points], Look]
    feature: float
    """Natural size of one feature in metres."""
    across: tuple[float, float] = (5.0, 16.0)
    """How many features an object shows across at least and at most."""
    own_colours: bool = False
    """It uses ``Points.colours`` itself; others are tinted."""
    features: tuple[str, ...] = ()
    """Words for its ``Look.accent``, in singular."""
    opacity: float = 1.0
    """Below 1 for what one can see through."""

    def feature_size(self, extent: float) -> float:
        """Size of a feature in metres on an object of ``extent`` metres (its longest side)."""
        low, high = self.across
        return float(np.clip(self.feature, extent / high, extent / low))

    def look(
        self,
        position: NDArray[Any],
        normal: NDArray[Any],
        grain: NDArray[Any],
        extent: float,
        colours: Sequence[RGB] = (),
        seed: int = 0,
        accent: Accent | None = None,
    ) -> Look:
        """The material at points in metres (N, 3) on an object of ``extent`` metres; height in metres, all arrays (N,).

        ``colours`` are sRGB for the ground and further parts, ``accent`` is for the feature alone.
        """
        size = np.float32(self.feature_size(extent))
        # The seed moves the object through the solid; whole features keep courses and rows where they were.
        shift = np.random.default_rng(seed).integers(-64, 64, 3).astype(np.float32)
        count = len(position)
        out = Look(np.empty((count, 3), np.float32), *(np.empty(count, np.float32) for _ in range(3)))
        share = np.zeros(count, np.float32)

        def fill(start: int) -> None:
            part = slice(start, start + CHUNK)
            found = self.evaluate(
                Points(
                    np.asarray(position[part], np.float32) / size + shift,
                    np.asarray(normal[part], np.float32),
                    np.asarray(grain[part], np.float32) / size + shift,
                    tuple(colours),
                    seed,
                    accent.rgb if accent else None,
                )
            )
            for name in ("color", "roughness", "metallic", "height"):
                getattr(out, name)[part] = getattr(found, name)
            if found.accent is not None:
                share[part] = found.accent

        starts = range(0, count, CHUNK)
        with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS, max(len(starts), 1))) as threads:
            list(threads.map(fill, starts))  # arrays are worked on outside the interpreter's lock
        np.clip(out.color, 0, 1, out=out.color)
        if colours and not self.own_colours:
            out.color = tint(out.color, colours[0])
        out.roughness = np.clip(out.roughness, 0.04, 1)
        out.metallic = np.clip(out.metallic, 0, 1)
        out.height = np.asarray(out.height * size, np.float32)
        out.accent = share
        if accent is not None and (accent.metallic or not self.own_colours):
            paint(out, share, accent)
        return out


def named(name: str, base: SolidMaterial, *phrases: str) -> SolidMaterial:
    """``base`` as people call it."""
    return SolidMaterial(name, phrases, base.evaluate, base.feature, base.across)


def patterned(
    name: str,
    *phrases: str,
    evaluate: Callable[[Points], Look],
    feature: float,
    across: tuple[float, float],
    features: tuple[str, ...] = (),
) -> SolidMaterial:
    """A material whose colours are those of the prompt, where it names any."""
    return SolidMaterial(name, phrases, evaluate, feature, across, own_colours=True, features=features)


def paint(look: Look, share: Floats, accent: Accent) -> None:
    """Colour the feature of a finished surface; where its lines are darker or lighter, the new colour is too."""
    pick = np.flatnonzero(share > 0.01)
    if not len(pick):
        return
    cover, ground = share[pick], look.color[pick]
    light = ground @ np.array([0.25, 0.65, 0.10], np.float32)
    core = light[cover > 0.6]
    middle = max(float(np.median(core if len(core) else light)), 0.04)
    goal = shade(np.array(accent.rgb, np.float32), np.clip(light / middle, 0.6, 1.15))
    look.color[pick] = np.clip(mix(ground, goal, cover), 0, 1)
    if accent.metallic:
        for name, value in (("metallic", 1.0), ("roughness", 0.28)):
            values = getattr(look, name)
            values[pick] += (np.float32(value) - values[pick]) * cover


def _full(value: Floats | float, count: int) -> Floats:
    return np.broadcast_to(np.asarray(value, np.float32), (count,)).astype(np.float32)


def rgb(text: str) -> Floats:
    """``8a5a2b`` to sRGB 0..1, (3,)."""
    return np.array([int(text[i : i + 2], 16) for i in (0, 2, 4)], np.float32) / np.float32(255)


def plain(color: Floats | str, like: Floats) -> Floats:
    """One colour, sRGB 0..1 or ``8a5a2b``, for each of the points ``like`` (N, ...): (N, 3)."""
    return np.broadcast_to(rgb(color) if isinstance(color, str) else color, (len(like), 3))


def mix(a: Floats | str, b: Floats | str, t: Floats) -> Floats:
    """Blend two colours, or two sets of colours (N, 3), by ``t`` (N,)."""
    low = rgb(a) if isinstance(a, str) else a
    high = rgb(b) if isinstance(b, str) else b
    w = t[:, None]
    return np.asarray(low * (1 - w) + high * w, np.float32)


def ramp(t: Floats, *stops: str | Floats) -> Floats:
    """Colours (N, 3) along evenly spaced stops for ``t`` in 0..1."""
    table = np.stack([rgb(s) if isinstance(s, str) else s for s in stops])
    at = np.linspace(0, 1, len(table))
    return np.stack([np.interp(t, at, table[:, c]) for c in range(3)], axis=1).astype(np.float32)


def step(low: float | Floats, high: float | Floats, x: Floats) -> Floats:
    """Smooth rise from 0 at ``low`` to 1 at ``high``."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def shade(color: Floats, amount: Floats) -> Floats:
    """Colour made lighter or darker: ``amount`` (N,) around 1."""
    return np.asarray(color * amount[:, None], np.float32)


def tint(color: Floats, target: RGB) -> Floats:
    """Recolour (N, 3) to ``target``, keeping the pattern of light and dark and a little of the ground."""
    luminance = color @ np.array([0.25, 0.65, 0.10], np.float32)
    middle = max(float(np.median(luminance)), 0.04)
    relative = np.clip(luminance / middle, 0.15, 2.2)[:, None]
    goal = np.array(target, np.float32)
    # Light grain on black would be glitter.
    lift = np.float32(0.45 * (0.2 + 0.8 * max(target)))
    lit = goal * np.minimum(relative, 1) + (1 - goal) * np.maximum(relative - 1, 0) * lift
    # Stains keep some of the ground's own colour, in its shade of light and dark.
    return np.clip(0.84 * lit + 0.16 * color, 0, 1).astype(np.float32)


def stretched(p: Floats, x: float = 1.0, y: float = 1.0, z: float = 1.0) -> Floats:
    """Coordinates scaled along each axis; a small factor draws the pattern out along it."""
    return np.asarray(p * np.array([x, y, z], np.float32), np.float32)


def plane_points(u: Floats, v: Floats, plane: int) -> Floats:
    """Coordinates (N, 3) for noise on one of the three planes of ``on_planes``."""
    return np.stack([u, v, np.full_like(u, plane * 5.3)], axis=1).astype(np.float32)


def on_planes(points: Points, flat: Callable[[Floats, Floats, int], Look]) -> Look:
    """Lay a flat pattern on a solid: on each of the three axis planes, blended where the surface turns.

    ``flat(u, v, plane)`` gets coordinates in features, v upwards on walls, so that courses stay level.
    """
    p, n = points.position, np.abs(points.normal)
    weight = n**12 + np.float32(1e-6)
    weight /= weight.sum(axis=1, keepdims=True)
    count = len(p)
    out = Look(*(np.zeros(s, np.float32) for s in ((count, 3), count, count, count)))
    accent = np.zeros(count, np.float32)
    total = np.zeros(count, np.float32)
    for axis, (a, b) in enumerate(((2, 1), (0, 2), (0, 1))):
        mine = np.flatnonzero(weight[:, axis] > 0.08)
        if not len(mine):
            continue
        # Planes are shifted against each other, or mirrored walls would meet in a mirrored pattern.
        look = flat(p[mine, a] + np.float32(0.37 * axis), p[mine, b], axis)
        w = weight[mine, axis]
        out.color[mine] += look.color * w[:, None]
        for name in ("roughness", "metallic", "height"):
            getattr(out, name)[mine] += _full(getattr(look, name), len(mine)) * w
        if look.accent is not None:
            accent[mine] += look.accent * w
        total[mine] += w
    total = np.maximum(total, 1e-6)
    return Look(
        out.color / total[:, None],
        out.roughness / total,
        out.metallic / total,
        out.height / total,
        accent / total,
    )
