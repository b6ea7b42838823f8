"""Swords and daggers, standing on their point."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.arms import LEATHERS, blade_of, grip_of
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow
from pocket3d_server.models.builtin_text.making import cm, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief


def sword(brief: Brief) -> Asset:
    """A sword or dagger, point up; curved when a katana, sabre or scimitar."""
    if brief.has("lightsaber", "laser"):
        return lightsaber(brief)
    return (
        curved_sword(brief)
        if brief.has("katana", "sabre", "saber", "scimitar", "cutlass")
        else straight_sword(brief)
    )


def blade_stuff(brief: Brief) -> Finish:
    """Steel, or what the prompt says; alight when it burns or glows."""
    if brief.has("glowing", "flaming", "fire"):
        return glow("blade", brief.colour((1.0, 0.45, 0.08) if brief.has("fire", "flaming") else BEAM), 0.9)
    parts_named = any(c.noun for c in brief.colours) or bool(brief.noun_materials)
    return asked(brief, "blade", "steel", None, "blade", main=not parts_named)


BEAM: RGB = (0.25, 0.65, 1.0)
JEWELS: tuple[RGB, ...] = ((0.70, 0.05, 0.10), (0.08, 0.25, 0.70), (0.05, 0.50, 0.25))


def lightsaber(brief: Brief) -> Asset:
    """A blade of light over a hilt of chrome."""
    body = turned(cm("1.8 0, 1.8 5, 1.5 6, 1.6 18, 2 20, 2 25, 0 25"), bevel=0.003, segments=36)
    beam = shapes.capsule(0.012, 0.95, 24).move(y=0.71)
    return Asset(
        [
            part("hilt", (body, finish("chrome"))),
            part("blade", (beam, glow("blade", brief.colour(BEAM), 0.9))),
        ]
    )


def hilted(
    brief: Brief, blade: Solid, grip: float, guard: Solid, pommel: Solid, stones: list[Solid]
) -> Asset:
    """A blade with its grip of ``grip`` metres, guard, pommel and jewels, which are set already."""
    rng = brief.rng()
    gold = asked(brief, "hilt", "brass", None, "hilt", "guard", "pommel", "crossguard")
    leather = asked(brief, "grip", "leather", LEATHERS[int(rng.integers(4))], "grip", "handle")
    jewel = asked(brief, "jewel", "glass", JEWELS[int(rng.integers(3))], "jewel", "gem", "ruby", alpha=1.0)
    wound = grip_of(grip, 0.0165, int(grip * 110)).move(y=0.042)
    collar = shapes.cylinder(0.015, 0.012, 0.003, 24).move(y=0.036)
    return Asset([
        part("blade", (blade, blade_stuff(brief))), part("grip", (wound, leather)), part("guard", (guard, gold)),
        part("pommel", (join(pommel, collar), gold)), part("jewels", (join(*stones), jewel)),
    ])  # fmt: skip


def jewel_pair(y: float, z: float, size: float, tall: float = 1.0) -> list[Solid]:
    """A jewel in front and one behind."""
    return [shapes.sphere(size, 16).scale(1, tall, 0.6).move(0, y, s * z) for s in (1, -1)]


def curved_sword(brief: Brief) -> Asset:
    """A single-edged blade that bends back, under a bow or a small round guard."""
    length = 0.80 * brief.grown("length", "height", "blade")
    half, grip = 0.019 * brief.grown("width", "girth", "blade"), 0.24
    base = 0.045 + grip
    shape = np.array([[-0.75, 0], [1, 0], [1, 0.86], [0.2, 1.0], [-0.4, 0.94]]) * [half, length]

    def bend(v: Points) -> Points:
        v[:, 0] -= 0.16 * length * (v[:, 1] / length) ** 2
        return v

    edge = curves.resample(shape, 60, closed=True)
    blade = shapes.extrude(edge, 0.007, 0.0028, steps=1, crease=20).deform(bend).move(y=base)
    if brief.has("katana"):
        guard = shapes.extrude(curves.ellipse(0.040, 0.036, 40, 3), 0.007, 0.0025).rotate(x=90).move(y=base)
    else:
        bow = [[0, base, 0], [-0.055, base - 0.03, 0], [-0.058, base - 0.11, 0], [-0.01, 0.03, 0]]
        plate_ = shapes.superellipsoid(0.11, 0.02, 0.05, 3, 2.5, 24).move(y=base)
        guard = join(shapes.sweep(curves.smooth_curve(bow, 22), 0.0055, 12), plate_)
    pommel = shapes.cylinder(0.019, 0.04, 0.006, 24)
    return hilted(brief, blade, grip, guard, pommel, jewel_pair(0.024, 0.0135, 0.0095))


def straight_sword(brief: Brief) -> Asset:
    """A double-edged blade over a crossguard: a dagger, an arming sword, or a great sword for two hands."""
    short = brief.has("dagger", "knife", "dirk", "stiletto")
    great = brief.has("great", "greatsword", "claymore", "longsword", "two")
    length = (0.26 if short else 1.05 if great else 0.80) * brief.grown("length", "height", "blade")
    half = (0.019 if short else 0.027) * brief.grown("width", "girth", "blade")
    grip = 0.11 if short else 0.30 if great else 0.16
    base = 0.045 + grip
    blade = blade_of(length, half, 0.009, 0.30 if short else 0.16, 0.35).move(y=base + 0.004)
    span, lift = (
        (0.055 if short else 0.11) * (1.2 if great else 1.0),
        float(brief.rng(1).uniform(-0.02, 0.035)),
    )
    t = np.linspace(-1, 1, 21)
    path = np.column_stack([span * t, base + lift * np.abs(t) ** 2.2, np.zeros(21)])
    cross = shapes.sweep(
        path, 0.0095 + 0.003 * np.abs(t) ** 3, curves.rectangle(2, 1.6, 0.5), round_ends=True
    )
    block = shapes.superellipsoid(0.062, 0.034, 0.030, 3, 2.5, 24).move(y=base - 0.002)
    ends = [shapes.sphere(0.0135, 16).move(s * span, base + lift, 0) for s in (1, -1)]
    pommel = shapes.sphere(0.024, 28).scale(1, 1, 0.62).move(y=0.024)
    stones = [*jewel_pair(0.024, 0.0135, 0.0095), *jewel_pair(base, 0.0145, 0.008, 1.3)]
    return hilted(brief, blade, grip, join(cross, block, *ends), pommel, stones)


FAMILIES = (
    Family("sword", ("sword", "dagger", "katana", "longsword", "sabre", "scimitar", "cutlass", "greatsword", "broadsword", "lightsaber", "saber", "claymore", "rapier"), grounded(sword, centre=True)),
)  # fmt: skip
