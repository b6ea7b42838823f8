"""Fish and whales: a spindle of oval sections with fins, a mouth and gills."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material, Part
from pocket3d_server.geometry.implicit import Blend, polygonise
from pocket3d_server.geometry.solid import Solid, part
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.leaf import sheet
from pocket3d_server.models.builtin_text.organic.noise import fractal_noise, smoothstep
from pocket3d_server.models.builtin_text.organic.on_body import FACES, TEXTURE, ball, facing, on_surface
from pocket3d_server.models.builtin_text.organic.paint import painted_part
from pocket3d_server.models.language.brief import RGB

Array = NDArray[np.float64]
UNSET: RGB = (-1.0, -1.0, -1.0)


@dataclass(frozen=True)
class FishShape:
    """Proportions along a body of length one; ``length`` in metres."""

    length: float
    outline: tuple[tuple[float, float, float], ...]
    """(share from nose to tail root, half height, half width)."""
    tail: tuple[float, float, float] = (0.20, 0.20, 0.10)
    """Length, half height (half width when it lies flat), depth of the notch."""
    flat_tail: bool = False
    dorsal: tuple[float, float, float, float] = (0.32, 0.34, 0.16, 0.3)
    """Start, base length, height, backward sweep."""
    pectoral: tuple[float, float, float] = (0.30, 0.17, 0.10)
    """Place, length, width."""
    pelvic: bool = True
    eye: tuple[float, float, float] = (0.13, 0.03, 0.026)
    """Share along the body, height over the middle line, radius."""
    back: RGB = (0.30, 0.46, 0.56)
    belly: RGB = (0.88, 0.90, 0.90)
    fin: RGB = (0.30, 0.42, 0.50)
    pattern: str = "plain"
    mouth: tuple[float, float] = (0.10, -0.030)
    """How far back the mouth's line reaches and where it lies."""
    gills: int = 1


@dataclass(frozen=True)
class Spindle:
    """A body of oval sections along z: ``spine`` (N, 3) from the nose back, half widths and heights (N,)."""

    spine: Array
    wide: Array
    high: Array

    def distance(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """See `Shape.distance`; exact on the surface, a fair size near it."""
        z = -points[..., 2]
        at = -self.spine[:, 2]
        x, y = (points[..., k] - np.interp(z, at, self.spine[:, k]) for k in (0, 1))
        w, h = np.interp(z, at, self.wide), np.interp(z, at, self.high)
        section = (np.hypot(x / w, y / h) - 1) * np.minimum(w, h)
        beyond = np.maximum(np.maximum(at[0] - z, z - at[-1]), 0)
        return np.asarray(
            np.hypot(np.maximum(section, 0), beyond) + np.where(beyond > 0, 0, np.minimum(section, 0)),
            points.dtype,
        )

    def bounds(self) -> tuple[Array, Array]:
        """See `Shape.bounds`."""
        reach = np.stack([self.wide, self.high, 0 * self.wide], axis=1)
        return (self.spine - reach).min(axis=0), (self.spine + reach).max(axis=0)


def build_fish(f: FishShape, quality: str, seed: int) -> Asset:
    """The animal in metres, nose towards +z, with one fin's breadth of air below it."""
    s = np.array([row[0] for row in f.outline])
    fine = np.linspace(0, 1, 34)
    high, wide = (np.interp(fine, s, [row[k] for row in f.outline]) for k in (1, 2))
    for _ in range(2):  # rounder than straight interpolation
        high[1:-1] = 0.25 * high[:-2] + 0.5 * high[1:-1] + 0.25 * high[2:]
        wide[1:-1] = 0.25 * wide[:-2] + 0.5 * wide[1:-1] + 0.25 * wide[2:]
    bend = 0.03 * np.sin(fine * 3.4 + 0.4) * fine**1.5 * (0 if f.flat_tail else 1)
    spine = np.stack([bend, 0.02 * np.sin(fine * 3) * f.flat_tail, 0.5 - fine], axis=1)
    blend = Blend()
    close = np.linspace(0, 1, 160)
    full = np.sqrt(
        np.clip(close / 0.045, 2e-3, 1) * np.clip((1 - close) / 0.02, 2e-3, 1)
    )  # rounded nose and tail root
    line = np.stack([np.interp(close, fine, spine[:, k]) for k in range(3)], axis=1)
    blend.add(
        Spindle(line, full * np.interp(close, fine, wide), full * np.interp(close, fine, high)), 0.012, "body"
    )
    surface = polygonise(
        blend, resolution={"low": 110, "medium": 150, "high": 220}[quality], faces=int(0.6 * FACES[quality])
    )

    def paint(skin: Skin) -> Array:
        p, _n = skin.points, skin.normals
        t = 0.5 - p[:, 2]
        local_high = np.interp(t, fine, high)
        up = (p[:, 1] - np.interp(t, fine, spine[:, 1])) / np.maximum(local_high, 1e-6)
        wob = fractal_noise(p * 14, seed, 2) - 0.5
        colour = (
            np.asarray(f.back)
            + (np.asarray(f.belly) - np.asarray(f.back)) * smoothstep(0.15, -0.45, up + 0.35 * wob)[:, None]
        )
        if f.pattern == "plain" and f.pelvic and f.length < 1:
            row = np.sin(t * 150 + np.cos(p[:, 1] * 150) * 1.4) * np.sin(p[:, 1] * 150)
            colour = colour * (1 + 0.10 * row * smoothstep(0.22, 0.28, t))[:, None]
        if f.pattern == "bands":
            for at, half in ((0.22, 0.035), (0.52, 0.045), (0.86, 0.025)):
                d = np.abs(t - at - 0.012 * np.sin(up * 3))
                colour += (np.array([0.05, 0.05, 0.06]) - colour) * smoothstep(half + 0.016, half + 0.010, d)[
                    :, None
                ]
                colour += (np.array([0.96, 0.96, 0.95]) - colour) * smoothstep(half + 0.003, half - 0.003, d)[
                    :, None
                ]
        if f.pattern == "orca":
            spot = np.hypot((t - 0.17) / 0.05, (up - 0.36) / 0.20)
            saddle = np.hypot((t - 0.55) / 0.06, (up - 0.8) / 0.25)
            colour += (np.array([0.94, 0.94, 0.93]) - colour) * smoothstep(1.1, 0.9, spot)[:, None]
            colour += (np.array([0.55, 0.56, 0.58]) - colour) * (0.7 * smoothstep(1.1, 0.8, saddle))[:, None]
        if f.pattern == "grooves":
            groove = np.sin(np.arctan2(p[:, 0], -p[:, 1]) * 30)
            colour *= (
                1
                - 0.22
                * smoothstep(0.5, 0.9, groove)
                * smoothstep(-0.25, -0.5, up)
                * smoothstep(0.55, 0.40, t)
            )[:, None]
        for k in range(f.gills):
            at = f.pectoral[0] - 0.035 - 0.016 * k
            slit = smoothstep(0.0045, 0.002, np.abs(t - at - 0.02 * up**2)) * smoothstep(
                0.62, 0.45, np.abs(up)
            )
            colour *= (1 - 0.45 * slit)[:, None]
        line = np.abs(p[:, 1] - (f.mouth[1] + 0.25 * (t - 0.5 * f.mouth[0]) ** 2 / max(f.mouth[0], 0.01)))
        colour *= (
            1 - 0.65 * smoothstep(0.005, 0.002, line) * smoothstep(f.mouth[0] + 0.01, f.mouth[0] - 0.01, t)
        )[:, None]
        return np.clip(colour * (1 + 0.08 * wob)[:, None], 0, 1)

    parts: list[Part] = [painted_part("body", surface, {}, paint, TEXTURE[quality] * 3 // 4, 0.35)]
    parts += fins(f, fine, high, wide, spine)
    iris = Material.from_srgb(
        "iris", (0.86, 0.80, 0.55) if f.length < 1 else (0.10, 0.09, 0.09), roughness=0.1
    )
    pupil = Material.from_srgb("pupil", (0.01, 0.01, 0.012), roughness=0.05)
    at, rise, radius = f.eye
    for name, sign in (("left", 1.0), ("right", -1.0)):
        inside = np.array([np.interp(at, fine, spine[:, 0]), rise, 0.5 - at])
        spot = on_surface(blend, inside, (sign, 0, 0), 0.3)
        axes = facing((sign, 0.1, 0.35))
        eye = spot - axes[:, 2] * 0.55 * radius
        parts.append(
            part(
                f"eye_{name}",
                (ball(eye, np.full(3, radius), axes, 18), iris),
                (
                    ball(eye + axes[:, 2] * 0.72 * radius, np.array([0.62, 0.62, 0.36]) * radius, axes, 16),
                    pupil,
                ),
            )
        )
    for p in Asset(parts).primitives():
        p.vertices = np.asarray(p.vertices, float) * f.length
    return Asset(parts)


def fins(f: FishShape, fine: Array, high: Array, wide: Array, spine: Array) -> list[Part]:
    skin = Material.from_srgb("fin", f.fin, roughness=0.5)
    u = np.linspace(0, 1, 14)
    thick = 0.010 if f.length > 1 else 0.006

    def lobe(root: Array, tip: Array, back: Array, base: float) -> Array:
        """Midline (14, 3) of a fin from root to tip, swept towards ``back``."""
        return np.asarray(root + (tip - root) * u[:, None] + back * (0.35 * base * u**2)[:, None])

    parts = []
    end = spine[-1]
    length, half, notch = f.tail
    face = np.array([0.0, 1.0, 0.0]) if f.flat_tail else np.array([1.0, 0.0, 0.0])
    out = np.array([1.0, 0.0, 0.0]) if f.flat_tail else np.array([0.0, 1.0, 0.0])
    lobes = []
    for sign in (-1, 1):
        tip = end + np.array([0, 0, -length]) + sign * half * out
        line = lobe(end + (0, 0, 0.04), tip, np.array([0, 0, -1.0]), length * 0.4)
        width = (0.40 - 0.22 * min(notch / 0.4, 1)) * half * np.sin(np.pi * (0.22 + 0.76 * u)) + 0.01
        if f.length > 1:  # hunters of the open sea have stiff tapering fins
            width = 0.42 * length * (1 - u) ** 0.7 + 0.004
        lobes.append((sheet(line, face, width, thickness=thick, columns=5), skin))
    parts.append(part("tail", *lobes))
    start, base, tall, sweep_back = f.dorsal

    def standing(start: float, base: float, tall: float, sign: float) -> Solid:
        """A fin on the middle line: its chord shrinks from ``base`` to a point, swept back as it rises."""
        middle = start + base / 2
        foot = np.array(
            [
                np.interp(middle, fine, spine[:, 0]),
                np.interp(middle, fine, spine[:, 1] + sign * high) - 0.015 * sign,
                0.5 - middle,
            ]
        )
        tip = foot + (0, sign * tall, -sweep_back * tall - 0.15 * base)
        line = foot + (tip - foot) * u[:, None]
        return sheet(
            line,
            (1, 0, 0),
            0.5 * base * (np.sqrt(np.clip(1 - u**1.6, 0, 1)) if f.length < 1 else 1.15 * (1 - u) ** 0.75)
            + 0.002,
            thickness=thick,
            columns=7,
        )

    parts.append(part("dorsal_fin", (standing(start, base, tall, 1.0), skin)))
    place, reach, broad = f.pectoral
    root = np.array([np.interp(place, fine, wide) * 0.82, -np.interp(place, fine, high) * 0.35, 0.5 - place])
    big = f.length > 1
    tip = root + reach * (np.array([0.78, -0.42, -0.60]) if big else np.array([0.50, -0.30, -0.85]))
    fin = sheet(
        lobe(root, tip, np.array([0, 0, -1.0]), reach),
        np.array([0.3, 1.0, 0.2]) if big else np.array([1.0, 0.5, 0.3]),
        0.5 * broad * (1.3 * (1 - u) ** 0.7 + 0.02 if big else np.sin(np.pi * (0.18 + 0.66 * u))),
        thickness=thick,
        columns=5,
    )
    parts += [part("fin_left", (fin, skin)), part("fin_right", (fin.mirror(), skin))]
    if f.pelvic:
        low = np.array([0.02, -np.interp(0.52, fine, high) + 0.012, -0.02])
        fin = sheet(
            lobe(low, low + 0.10 * np.array([0.25, -0.75, -0.75]), np.array([0, 0, -1.0]), 0.08),
            (1, 0.2, 0.2),
            0.032 * np.sin(np.pi * (0.2 + 0.7 * u)),
            thickness=thick,
            columns=5,
        )
        parts += [part("pelvic_fin_left", (fin, skin)), part("pelvic_fin_right", (fin.mirror(), skin))]
        parts.append(part("anal_fin", (standing(0.66, 0.15, 0.075, -1.0), skin)))
    return parts
