"""Soft things on a head, and crowns: wizard hat, cap, brimmed hats, toque, beanie, headband."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.shapes import revolve, sphere
from pocket3d_server.geometry.solid import Solid, part
from pocket3d_server.models.builtin_text.organic.hair import Head, head_of
from pocket3d_server.models.builtin_text.organic.wardrobe import Figure, cloth
from pocket3d_server.models.language.brief import RGB

Array = NDArray[np.float64]

GOLD: RGB = (0.95, 0.76, 0.32)


def turned_on(h: Head, profile: ArrayLike, up: float, grow: float = 1.10, tilt: float = -6) -> Solid:
    """A profile of (radius, height) in half head widths, turned and made oval like the head.

    ``up`` is where height 0 sits: 0 at the eyes, 1 at the crown.
    """
    p = np.asarray(profile, float) * h.width * grow
    oval = h.depth / h.width
    return revolve(p, 40).scale(1.0, 1.0, oval).rotate(x=tilt).move(0, h.eyes + up * h.tall, h.middle)


def wizard(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    h = head_of(f)
    outer = [
        (1.02, 0.02),
        (1.95, -0.10),
        (2.05, -0.06),
        (2.0, -0.02),
        (1.15, 0.14),
        (1.02, 0.35),
        (0.78, 1.3),
        (0.42, 2.5),
        (0.12, 3.6),
        (0.02, 3.75),
    ]
    hat = revolve(np.array(outer) * h.width * 1.12, 40)

    def lean(v: Array) -> Array:
        t = np.clip(v[:, 1] / (3.75 * h.width), 0, 1)
        v[:, 2] -= 0.9 * h.width * t**2.2
        v[:, 0] += 0.25 * h.width * t**3
        return v

    hat = (
        hat.deform(lean)
        .scale(1.0, 1.0, h.depth / h.width)
        .rotate(x=-8)
        .move(0, h.eyes + 0.52 * h.tall, h.middle)
    )
    band = turned_on(h, [(1.0, 0.06), (1.22, 0.10), (1.20, 0.34), (1.0, 0.36)], 0.52, 1.12, -8)
    return [part("hat", (hat, cloth("hat", colour, roughness)), (band, cloth("hat_band", GOLD, 0.4, 0.8)))]


def crown(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    h = head_of(f)
    count, points = 80, 8
    t = 2 * np.pi * np.arange(count) / count
    rise = 0.42 + 0.42 * np.abs(np.cos(points * t / 2)) ** 3
    oval = h.depth / h.width

    def ring(radius: float, height: float | Array) -> Array:
        y = np.broadcast_to(np.asarray(height, float), t.shape)
        return np.stack([radius * np.sin(t), y, oval * radius * np.cos(t)], axis=1) * h.width * 1.16

    from pocket3d_server.geometry.shapes import loft

    body = loft(
        np.stack(
            [
                ring(1.0, 0),
                ring(1.05, 0.02),
                ring(1.06, 0.2),
                ring(1.13, rise),
                ring(1.07, rise),
                ring(1.0, 0.2),
            ]
        ),
        crease=35,
        closed=True,
    )
    base = (0, h.eyes + 0.56 * h.tall, h.middle)
    pieces = [(body.move(*base), cloth("gold", colour if metallic else GOLD, 0.22, 1.0))]
    for k in range(points):
        a = 2 * np.pi * k / points
        jewel = (
            sphere(0.10 * h.width, 14)
            .move(1.24 * h.width * np.sin(a), 0.2 * h.width, 1.24 * oval * h.width * np.cos(a))
            .move(*base)
        )
        pieces.append(
            (
                jewel,
                cloth(
                    "ruby" if k % 2 else "sapphire", (0.75, 0.05, 0.12) if k % 2 else (0.08, 0.2, 0.75), 0.08
                ),
            )
        )
        tip = (
            sphere(0.075 * h.width, 12)
            .move(1.28 * h.width * np.sin(a), 0.98 * h.width, 1.28 * oval * h.width * np.cos(a))
            .move(*base)
        )
        pieces.append((tip, pieces[0][1]))
    return [part("crown", *pieces)]


def cap(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    h = head_of(f)
    dome = [(0.9, 0.0), (1.08, 0.0), (1.10, 0.3), (1.0, 0.75), (0.72, 1.08), (0.35, 1.24), (0.0, 1.28)]
    fabric = cloth("cap", colour, 0.9)
    t = np.linspace(-1, 1, 17)
    rim = np.stack([0.95 * np.sin(t * 1.25), 0.05 - 0.10 * t**2, 0.98 * np.cos(t * 1.05)], axis=1)
    front = np.stack([0.86 * np.sin(t * 1.2), -0.06 - 0.18 * t**2, 1.0 + 0.95 * np.cos(t * 1.45)], axis=1)
    top = np.concatenate([rim, front[::-1]]) * h.width * 1.12
    under = top - (0, 0.05 * h.width, 0)
    from pocket3d_server.geometry.shapes import loft

    peak = (
        loft(np.stack([under, top]), crease=40)
        .scale(1, 1, h.depth / h.width)
        .rotate(x=4)
        .move(0, h.eyes + 0.5 * h.tall, h.middle - 0.04 * h.depth)
    )
    return [part("cap", (turned_on(h, dome, 0.48, 1.12), fabric), (peak, fabric))]


def brimmed(
    brim: float, tall: float, top: float, droop: float, band: RGB
) -> Callable[[Figure, RGB, float, float], list[Part]]:
    def build(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
        h = head_of(f)
        profile = [
            (0.95, 0.0),
            (brim, droop),
            (brim + 0.03, droop + 0.04),
            (1.12, 0.10),
            (1.08, 0.3),
            (top, tall),
            (top * 0.6, tall + 0.06),
            (0.0, tall + 0.05),
        ]
        ribbon = [(1.0, 0.10), (1.16, 0.10), (1.12, 0.34), (1.0, 0.34)]
        return [
            part(
                "hat",
                (turned_on(h, profile, 0.5, 1.12), cloth("hat", colour, roughness)),
                (turned_on(h, ribbon, 0.5, 1.125), cloth("hat_band", band, 0.7)),
            )
        ]

    return build


def toque(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    h = head_of(f)
    profile = [
        (0.95, 0.0),
        (1.08, 0.0),
        (1.08, 0.75),
        (1.20, 0.85),
        (1.48, 1.15),
        (1.52, 1.45),
        (1.25, 1.72),
        (0.6, 1.82),
        (0.0, 1.8),
    ]
    hat = revolve(np.array(profile) * h.width * 1.12, 48)

    def pleats(v: Array) -> Array:
        a = np.arctan2(v[:, 0], v[:, 2])
        amount = 0.06 * np.clip(v[:, 1] / (h.width * 1.2) - 0.6, 0, 1) * np.sin(12 * a)
        v[:, [0, 2]] *= (1 + amount)[:, None]
        return v

    hat = (
        hat.deform(pleats)
        .scale(1, 1, h.depth / h.width)
        .rotate(x=-6)
        .move(0, h.eyes + 0.5 * h.tall, h.middle)
    )
    return [part("chef_hat", (hat, cloth("chef_hat", colour, 0.9)))]


def band(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    h = head_of(f)
    profile = [(1.0, 0.0), (1.10, 0.02), (1.10, 0.22), (1.0, 0.24)]
    return [part("headband", (turned_on(h, profile, 0.48, 1.08), cloth("headband", colour, roughness)))]


def beanie(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    h = head_of(f)
    knit = cloth("beanie", colour, 0.95)
    dome = [
        (0.95, 0.0),
        (1.14, 0.0),
        (1.17, 0.1),
        (1.14, 0.32),
        (1.08, 0.34),
        (1.07, 0.6),
        (0.92, 1.0),
        (0.6, 1.3),
        (0.25, 1.42),
        (0.0, 1.44),
    ]
    bobble = sphere(0.26 * h.width, 18).move(
        0, h.eyes + 0.42 * h.tall + 1.62 * h.width * 1.12, h.middle - 0.15 * h.depth
    )
    return [
        part(
            "beanie",
            (turned_on(h, dome, 0.42, 1.12), knit),
            (bobble, cloth("bobble", (0.94, 0.92, 0.88), 0.95)),
        )
    ]


def tricorn(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    """A hat whose brim is turned up on three sides, corner to the front, edged in gold."""
    h = head_of(f)
    profile = [
        (0.95, 0.0),
        (1.5, 0.0),
        (2.15, 0.02),
        (2.18, 0.06),
        (1.5, 0.08),
        (1.10, 0.12),
        (1.06, 0.45),
        (0.85, 0.80),
        (0.4, 0.95),
        (0.0, 0.97),
    ]

    def fold(v: Array) -> Array:
        a, r = np.arctan2(v[:, 0], v[:, 2]), np.hypot(v[:, 0], v[:, 2]) / h.width
        side = (0.5 - 0.5 * np.cos(3 * a)) * np.clip((r - 1.15) / 1.0, 0, 1)
        v[:, 1] += 0.95 * h.width * side**0.9
        v[:, [0, 2]] *= (1 - 0.30 * side)[:, None]
        return v

    def placed(solid: Solid) -> Solid:
        return (
            solid.deform(fold)
            .scale(1, 1, h.depth / h.width)
            .rotate(x=-6)
            .move(0, h.eyes + 0.52 * h.tall, h.middle)
        )

    hat = revolve(np.array(profile) * h.width * 1.12, 72)
    edge = revolve(
        np.array([(2.12, 0.0), (2.22, 0.0), (2.22, 0.08), (2.12, 0.08)]) * h.width * 1.12, 72, closed=True
    )
    return [
        part(
            "hat",
            (placed(hat), cloth("hat", colour, roughness)),
            (placed(edge), cloth("hat_edge", GOLD, 0.4, 0.8)),
        )
    ]


def santa(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    """A red cap that falls to one side, with a white brim and a bobble."""
    h = head_of(f)
    w = h.width * 1.12
    cone = revolve(
        np.array([(0.95, 0.0), (1.08, 0.0), (1.06, 0.4), (0.86, 1.1), (0.55, 1.8), (0.26, 2.5), (0.04, 2.9)])
        * w,
        40,
    )

    def fall(v: Array) -> Array:
        t = np.clip(v[:, 1] / (2.9 * w) - 0.25, 0, 1)
        v[:, 0] += 2.3 * w * t**1.3
        v[:, 1] -= 1.9 * w * t**1.7
        return v

    def placed(solid: Solid) -> Solid:
        return solid.scale(1, 1, h.depth / h.width).rotate(x=-8).move(0, h.eyes + 0.48 * h.tall, h.middle)

    fur = cloth("fur", (0.95, 0.95, 0.94), 1.0)
    brim = revolve(
        np.array([(0.98, -0.10), (1.20, -0.10), (1.28, 0.10), (1.20, 0.30), (0.98, 0.30)]) * w,
        40,
        closed=True,
    )
    tip = fall(np.array([[0.0, 2.9 * w, 0.0]]))[0]
    return [
        part(
            "hat",
            (placed(cone.deform(fall)), cloth("hat", colour, 0.9)),
            (placed(brim), fur),
            (placed(sphere(0.30 * w, 18).move(*tip)), fur),
        )
    ]


def peaked(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    """An officer's cap: a band, a wide flat top, a shining peak and a badge."""
    h = head_of(f)
    base = [(0.95, 0.0), (1.07, 0.0), (1.09, 0.38), (1.45, 0.66), (1.42, 0.76), (1.0, 0.86), (0.0, 0.88)]
    t = np.linspace(-1, 1, 17)
    rim = np.stack([0.98 * np.sin(t * 1.25), 0.06 - 0.08 * t**2, 1.0 * np.cos(t * 1.05)], axis=1)
    front = np.stack([0.9 * np.sin(t * 1.2), -0.12 - 0.16 * t**2, 1.0 + 0.62 * np.cos(t * 1.45)], axis=1)
    top = np.concatenate([rim, front[::-1]]) * h.width * 1.12
    from pocket3d_server.geometry.shapes import loft

    peak = (
        loft(np.stack([top - (0, 0.05 * h.width, 0), top]), crease=40)
        .scale(1, 1, h.depth / h.width)
        .rotate(x=4)
    )
    where = (0, h.eyes + 0.5 * h.tall, h.middle - 0.04 * h.depth)
    shield = (
        sphere(0.16 * h.width, 14)
        .scale(1, 1.25, 0.5)
        .move(0, h.eyes + 0.5 * h.tall + 0.36 * h.width, h.middle + 1.26 * h.depth)
    )
    black = cloth("peak", (0.03, 0.03, 0.035), 0.2)
    return [
        part(
            "cap",
            (turned_on(h, base, 0.48, 1.12), cloth("cap", colour, 0.9)),
            (peak.move(*where), black),
            (shield, cloth("cap_badge", GOLD, 0.25, 1.0)),
        )
    ]


def eye_patch(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    """A patch over the right eye on a slanting cord."""
    from pocket3d_server.geometry.shapes import torus
    from pocket3d_server.models.builtin_text.organic.face import eye_centres

    h = head_of(f)
    _, right, radius = eye_centres(f)
    leather = cloth("eye_patch", (0.04, 0.04, 0.045), 0.5)
    patch = sphere(1.75 * radius, 18).scale(1.05, 0.95, 0.42).move(*(right + (0, 0, 0.85 * radius)))
    cord = (
        torus(1.04, 0.06, 48, 8)
        .scale(h.width * 1.04, h.width, h.depth * 1.12)
        .rotate(x=-8, z=-16)
        .move(0, h.eyes + 0.20 * h.tall, h.middle + 0.02 * h.depth)
    )
    return [part("eye_patch", (patch, leather), (cord, leather))]
