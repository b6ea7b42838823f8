"""Figures of plush, rubber and cloth: teddy bear, rubber duck, ghost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import revolve, sphere
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import finish, shade
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.noise import fractal_noise, smoothstep
from pocket3d_server.models.builtin_text.organic.on_body import ball
from pocket3d_server.models.builtin_text.organic.ribbons import bow_loop
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture, hue
from pocket3d_server.models.language.brief import Brief

Array = NDArray[np.float64]


def teddy_bear(brief: Brief) -> Asset:
    """A sitting plush bear with a stitched nose and a bow."""
    s = Sculpture(brief)
    fur = hue(brief, (0.62, 0.40, 0.22), (0.78, 0.58, 0.36), (0.46, 0.29, 0.18), (0.86, 0.76, 0.62))
    pale, round_ = shade(fur, 1.45), 1 + 0.06 * s.rng.standard_normal()
    s.ball((0, 0.30, 0), (0.25 * round_, 0.28, 0.22), "fur", 0.03)
    s.ball((0, 0.29, 0.10), (0.18 * round_, 0.20, 0.15), "pale", 0.03)
    s.ball((0, 0.70, 0.03), (0.235, 0.215, 0.21), "fur", 0.03)
    s.ball((0, 0.64, 0.19), (0.115, 0.09, 0.10), "pale", 0.03)
    s.ball((0.19, 0.87, 0.0), (0.085, 0.085, 0.05), "fur", 0.02, pair=True)
    s.ball((0.192, 0.868, 0.03), (0.055, 0.055, 0.035), "pale", 0.01, pair=True)
    s.tube("0.19 0.46 0.02 0.085, 0.33 0.36 0.08 0.09, 0.38 0.26 0.15 0.085", "fur", 0.03, pair=True)
    s.ball((0.385, 0.225, 0.185), (0.055, 0.05, 0.05), "pale", 0.01, pair=True)
    s.tube("0.14 0.13 0.08 0.11, 0.22 0.11 0.28 0.105", "fur", 0.03, pair=True)
    s.ball((0.235, 0.125, 0.39), (0.105, 0.125, 0.055), "fur", 0.03, pair=True)
    s.ball((0.240, 0.125, 0.430), (0.075, 0.092, 0.025), "pale", 0.01, pair=True)
    s.cut((0, 0.005, 0), (0, 1, 0), 0.02)

    def plush(q: Skin, c: Array) -> Array:
        tuft = fractal_noise(q.points * 110, brief.seed, 2) - 0.5
        x, y, z = q.points.T
        seam = (
            smoothstep(0.006, 0.002, np.abs(x))
            * smoothstep(0.2, 0.24, z)
            * smoothstep(0.66, 0.64, y)
            * smoothstep(0.57, 0.58, y)
        )
        seam = np.maximum(
            seam,
            0.7 * smoothstep(0.006, 0.002, np.abs(x)) * smoothstep(0.10, 0.12, z) * smoothstep(0.50, 0.46, y),
        )
        return np.asarray(c * (1 + 0.30 * tuft)[:, None] * (1 - 0.6 * seam)[:, None])

    s.cast(
        "body", {"fur": fur, "pale": pale}, paint=plush, roughness=1.0, edge=0.006, cells=1.15, mottle=0.03
    )
    bead = Material.from_srgb("bead", (0.03, 0.02, 0.02), roughness=0.1)
    s.add("eye", (ball((0.085, 0.735, 0.218), (0.03, 0.03, 0.025), None, 14), bead), pair=True)
    s.add("nose", (ball((0, 0.675, 0.285), (0.04, 0.028, 0.022), None, 14), bead))
    ribbon = finish(
        "velvet",
        hue(
            brief,
            (0.74, 0.10, 0.14),
            (0.14, 0.30, 0.62),
            (0.16, 0.45, 0.26),
            nouns=("bow", "ribbon"),
            main=False,
        ),
        "bow",
    )
    loop = bow_loop()
    s.add(
        "bow", *((piece.move(0, 0.50, 0.205), ribbon) for piece in (loop, loop.mirror(), sphere(0.034, 14)))
    )
    return s.finished(0.38)


def rubber_duck(brief: Brief) -> Asset:
    """The yellow duck of the bathtub."""
    s = Sculpture(brief)
    yellow = hue(brief, (0.98, 0.80, 0.10), (0.99, 0.84, 0.16))
    round_ = 1 + 0.06 * s.rng.standard_normal()
    s.ball((0, 0.27, -0.04), (0.36 * round_, 0.27, 0.44), soft=0.08)
    s.tube("0 0.32 -0.34 0.17, 0 0.46 -0.52 0.10, 0 0.54 -0.56 0.04", soft=0.12)
    s.tube("0 0.40 0.18 0.22, 0 0.60 0.20 0.19", soft=0.12)
    s.ball((0, 0.76, 0.20), 0.255, soft=0.05)
    s.ball((0.34 * round_, 0.32, -0.06), (0.07, 0.14, 0.24), soft=0.05, pair=True, turn=(-12, 0, 0))
    s.cut((0, 0.03, 0), (0, 1, 0), 0.06)
    s.cast("body", yellow, roughness=0.25)
    beak = hue(brief, (0.96, 0.46, 0.08), nouns=("beak", "bill"), main=False)
    s.tube("0 0.72 0.42 0.075, 0 0.72 0.54 0.07, 0 0.745 0.62 0.04", soft=0.02, flat=((1, 0, 0), 1.7))
    s.tube("0 0.68 0.42 0.06, 0 0.665 0.52 0.05", soft=0.015, flat=((1, 0, 0), 1.6))
    s.cast("beak", beak, share=0.2, cells=0.5, roughness=0.25)
    black = Material.from_srgb("eye", (0.02, 0.02, 0.02), roughness=0.1)
    white = Material.from_srgb("eyeball", (0.97, 0.97, 0.96), roughness=0.2)
    s.add(
        "eye",
        (ball((0.125, 0.83, 0.405), (0.055, 0.065, 0.035), None, 14), white),
        (ball((0.132, 0.83, 0.428), (0.034, 0.042, 0.022), None, 14), black),
        pair=True,
    )
    return s.finished(0.10)


def ghost(brief: Brief) -> Asset:
    """A sheet that floats, with dark eyes and an open mouth."""
    s = Sculpture(brief)
    white = hue(brief, (0.94, 0.95, 0.97))
    n, waves, phase = brief.detail(96), 6 + int(s.rng.integers(0, 3)), 6.28 * float(s.rng.random())
    outer = curve(
        [
            (0.36, 0.30, 0),
            (0.315, 0.52, 0),
            (0.27, 0.85, 0),
            (0.255, 1.08, 0),
            (0.16, 1.28, 0),
            (0.0, 1.33, 0),
        ],
        30,
    )[:, :2]
    inner = np.c_[np.maximum(outer[:22, 0] - 0.025, 0), outer[:22, 1] + np.linspace(0, -0.02, 22)][::-1]
    profile = np.concatenate([[[0.0, inner[0, 1]]], inner, outer])
    profile[:, 0] = np.maximum(profile[:, 0], 0)

    def hang(v: Array) -> Array:
        a, low = np.arctan2(v[:, 0], v[:, 2]), np.clip((0.95 - v[:, 1]) / 0.65, 0, 1)
        fold = np.cos(waves * a + phase)
        v[:, [0, 2]] *= (1 + 0.13 * low * fold)[:, None]
        v[:, 1] -= 0.06 * low**2 * fold
        v[:, 2] -= 0.18 * low**2
        return v

    cloth = Material.from_srgb("sheet", white, roughness=0.75, emissive=tuple(0.06 * c for c in white))
    s.add("sheet", (revolve(profile, n, crease=180).deform(hang), cloth))
    s.tube("0.20 0.88 0.06 0.09, 0.36 0.86 0.20 0.08, 0.42 0.94 0.30 0.055", soft=0.03, pair=True)
    arms = s.cast("arms", white, share=0.3, cells=0.7, roughness=0.75)
    arms.primitives[0].material = cloth
    dark = Material.from_srgb("face", (0.04, 0.04, 0.06), roughness=0.5)
    s.add("eye", (ball((0.09, 1.10, 0.222), (0.042, 0.068, 0.03), None, 16), dark), pair=True)
    s.add("mouth", (ball((0, 0.93, 0.252), (0.042, 0.062, 0.03), None, 16), dark))
    return s.finished(1.0)


FAMILIES: tuple[Family, ...] = (
    Family("teddy_bear", ("teddy bear", "teddy", "stuffed bear", "plush bear", "toy bear"), teddy_bear),
    Family("rubber_duck", ("rubber duck", "bath duck", "rubber ducky", "toy duck"), rubber_duck),
    Family("ghost", ("ghost", "spirit", "phantom", "spook"), grounded(ghost)),
)
