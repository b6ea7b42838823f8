"""Vegetables at their real size: pumpkin (with a face at Halloween), tomato and carrot."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pocket3d_server.geometry.asset import Asset, Material, Part
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import revolve, sweep
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.leaf import blades
from pocket3d_server.models.builtin_text.organic.noise import fractal_noise, smoothstep
from pocket3d_server.models.builtin_text.organic.produce import GREEN, SIDES, Array, painted_body, stalk
from pocket3d_server.models.language.brief import RGB, Brief


def _lobed(
    name: str, colour: RGB, radius: float, tall: float, lobes: int, depth: float
) -> Callable[[Brief], Asset]:
    def build(brief: Brief) -> Asset:
        c = brief.colour(colour) if name != "pumpkin" or not brief.has("orange") else colour
        r, h = radius, tall
        fine = SIDES[brief.quality] * 2
        p = np.asarray(
            [
                (0, 0.10 * h),
                (0.22 * r, 0.02 * h),
                (0.55 * r, 0.0),
                (0.90 * r, 0.22 * h),
                (r, 0.52 * h),
                (0.80 * r, 0.84 * h),
                (0.42 * r, 0.96 * h),
                (0.15 * r, 0.90 * h),
                (0, 0.86 * h),
            ]
        )
        smooth = curve(list(np.c_[p, np.zeros(len(p))]), 34)[:, :2]
        smooth[:, 0] = np.maximum(smooth[:, 0], 0)
        solid = revolve(smooth, fine, crease=180)

        def ribs(v: Array) -> Array:
            a = np.arctan2(v[:, 0], v[:, 2])
            groove = 1 - depth * np.abs(np.cos(lobes * a / 2)) ** 6
            v[:, [0, 2]] *= groove[:, None]
            return v

        solid = solid.deform(ribs)

        def paint(s: Skin) -> Array:
            a = np.arctan2(s.points[:, 0], s.points[:, 2])
            base = (
                np.asarray(c)
                * (0.93 + 0.14 * fractal_noise(s.points * (3 / r) * np.array([1, 0.3, 1]), 4, 3))[:, None]
            )
            return np.asarray(base * (1 - 0.30 * np.abs(np.cos(lobes * a / 2)) ** 8)[:, None])

        parts = [painted_body(brief, name, solid, paint, 0.45)]
        if name == "pumpkin":
            stem = stalk(
                [(0, 0.86 * h, 0), (0.02 * r, 1.0 * h, 0), (0.16 * r, 1.14 * h, 0.03 * r)],
                0.075 * r,
                (0.42, 0.44, 0.20),
            )
            parts.append(stem)
            if brief.has("halloween", "lantern", "carved", "face", "jack"):
                parts.append(_face(r, h))
        else:
            n = 6
            a = np.arange(n) * 2 * np.pi / n
            out = np.stack([np.sin(a), 0.05 + 0 * a, np.cos(a)], axis=1)
            sepals = blades(np.tile([0, 0.90 * h, 0], (n, 1)), out, (0, 1, 0), 0.55 * r, 0.16 * r)
            parts.append(part("sepals", (sepals, Material.from_srgb("sepal", GREEN, roughness=0.7))))
            parts.append(stalk([(0, 0.86 * h, 0), (0, 1.0 * h, 0), (0.05 * r, 1.08 * h, 0)], 0.05 * r, GREEN))
        return Asset(parts)

    build.__doc__ = f"A {name}."
    return build


def _face(r: float, h: float) -> Part:
    """Glowing eyes, nose and grin laid into a pumpkin's front."""
    from pocket3d_server.geometry.shapes import extrude

    glow = Material.from_srgb("glow", (1.0, 0.72, 0.15), emissive=(1.0, 0.55, 0.08), roughness=0.6)
    eye = extrude(np.array([[-0.20, -0.10], [0.20, -0.10], [0.02, 0.20]]) * r, 0.30 * r)
    nose = extrude(np.array([[-0.09, -0.06], [0.09, -0.06], [0.0, 0.10]]) * r, 0.30 * r)
    x = np.linspace(-0.52, 0.52, 15)
    low, high = 0.55 * x**2 - 0.16, 0.35 * x**2 + 0.02
    high[[4, 10]] -= 0.10
    low[[6, 8]] += 0.09
    grin = extrude(np.concatenate([np.c_[x, low], np.c_[x, high][::-1]]) * r, 0.42 * r)
    return part(
        "face",
        (
            join(
                eye.move(-0.36 * r, 0.62 * h, 0.78 * r),
                eye.mirror().move(0.36 * r, 0.62 * h, 0.78 * r),
                nose.move(0, 0.50 * h, 0.86 * r),
                grin.move(0, 0.36 * h, 0.77 * r),
            ),
            glow,
        ),
    )


def carrot(brief: Brief) -> Asset:
    """A carrot lying down, with its greens."""
    colour = brief.colour((0.92, 0.44, 0.10)) if not brief.has("orange") else (0.92, 0.44, 0.10)
    t = np.linspace(0, 1, 34)
    path = np.stack([0.004 * np.sin(5 * t), 0 * t, -0.09 + 0.17 * t], axis=1)
    radius = (
        0.0175
        * np.clip(1.0 - 0.72 * t - 0.24 * t**4, 0.02, 1)
        * np.interp(t, [0, 0.05], [0.62, 1])
        * (1 + 0.03 * np.sin(60 * t))
    )
    root = sweep(path, radius, 22, crease=70, round_ends=True)

    def paint(s: Skin) -> Array:
        ring = fractal_noise(s.points * np.array([40, 40, 260]), 3, 2)
        return np.asarray(np.asarray(colour) * (1 - 0.35 * smoothstep(0.58, 0.70, ring))[:, None])

    rng = brief.rng(4)
    at, along, stems = [], [], []
    for _ in range(9):
        d = np.array([0.35 * rng.normal(), 0.45 + 0.3 * rng.random(), -1.0])
        line = (
            np.array([0, 0, -0.088])
            + d / np.linalg.norm(d) * (0.11 * np.linspace(0, 1, 8))[:, None]
            - np.array([0, 0.03, 0]) * np.linspace(0, 1, 8)[:, None] ** 2
        )
        stems.append(sweep(line, np.linspace(0.0018, 0.0007, 8), 6, crease=80))
        for k in range(2, 8):
            at.append(np.repeat(line[k : k + 1], 7, axis=0))
            along.append(d / np.linalg.norm(d) + 0.8 * rng.normal(0, 1, (7, 3)))
    leaf = Material.from_srgb("greens", (0.30, 0.52, 0.16), roughness=0.7)
    p = np.concatenate(at)
    return Asset(
        [
            painted_body(brief, "root", root, paint, 0.5),
            part(
                "greens",
                (join(*stems), leaf),
                (blades(p, np.concatenate(along), (0.1, 1, 0.1), 0.016, 0.005), leaf),
            ),
        ]
    )


KINDS: dict[str, tuple[Callable[[Brief], Asset], tuple[str, ...]]] = {
    "pumpkin": (_lobed("pumpkin", (0.92, 0.45, 0.08), 0.16, 0.22, 12, 0.10), ("pumpkin", "halloween pumpkin", "jack o lantern", "pumpkin lantern", "carved pumpkin", "squash", "gourd")),
    "tomato": (_lobed("tomato", (0.84, 0.12, 0.07), 0.038, 0.058, 6, 0.045), ("tomato", "pepper", "bell pepper", "paprika")),
    "carrot": (carrot, ("carrot", "vegetable", "radish", "parsnip", "turnip")),
}  # fmt: skip

FAMILIES: tuple[Family, ...] = tuple(
    Family(name, phrases, grounded(build, centre=True), natural=True)
    for name, (build, phrases) in KINDS.items()
)
