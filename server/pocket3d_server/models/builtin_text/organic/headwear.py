"""Hats, crowns and helmets, fitted to a figure's head."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.implicit import Blend, Chain, Ellipsoid, RoundCone, polygonise
from pocket3d_server.geometry.shapes import revolve, sphere, sweep
from pocket3d_server.geometry.solid import Solid, make, part
from pocket3d_server.models.builtin_text.organic.cloth import clip
from pocket3d_server.models.builtin_text.organic.hair import Head, head_of, scalp
from pocket3d_server.models.builtin_text.organic.paint import plain_part
from pocket3d_server.models.builtin_text.organic.wardrobe import Figure, cloth
from pocket3d_server.models.language.brief import RGB

Array = NDArray[np.float64]
GOLD: RGB = (0.95, 0.76, 0.32)


def _turned(h: Head, profile: ArrayLike, up: float, grow: float = 1.10, tilt: float = -6) -> Solid:
    """A profile of (radius, height) in half head widths, turned and made oval like the head.

    ``up`` is where height 0 sits: 0 at the eyes, 1 at the crown.
    """
    p = np.asarray(profile, float) * h.width * grow
    oval = h.depth / h.width
    return revolve(p, 40).scale(1.0, 1.0, oval).rotate(x=tilt).move(0, h.eyes + up * h.tall, h.middle)


def _wizard(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
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
    band = _turned(h, [(1.0, 0.06), (1.22, 0.10), (1.20, 0.34), (1.0, 0.36)], 0.52, 1.12, -8)
    return [part("hat", (hat, cloth("hat", colour, roughness)), (band, cloth("hat_band", GOLD, 0.4, 0.8)))]


def _crown(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
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


def _knight(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    h = head_of(f)
    w, steel = h.width, cloth("helmet", colour, 0.28, 1.0)
    blend = Blend()
    centre = np.array([0, h.eyes, h.middle])
    blend.add(
        Ellipsoid(centre + (0, 0.25 * h.tall, 0), (w * 1.24, h.tall * 0.98, h.depth * 1.16)), 0.02, "helmet"
    )
    blend.add(
        RoundCone(
            centre + (0, -0.2 * h.tall, 0.0),
            centre + (0, -1.15 * h.tall, 0.015),
            w * 1.20,
            w * 1.02,
            ((0, 0, 1), 1.12),
        ),
        0.05,
        "helmet",
    )
    blend.add(
        RoundCone(
            centre + (0, 0.15 * h.tall, h.depth * 1.0),
            centre + (0, -0.9 * h.tall, h.depth * 0.95),
            0.030,
            0.026,
        ),
        0.06,
        "helmet",
    )
    eye = centre + (0, -0.02 * h.tall, h.depth * 1.25)
    blend.add(
        Chain([eye + (-w * 0.85, 0, -0.03), eye, eye + (w * 0.85, 0, -0.03)], [0.0075 * f.unit] * 3),
        0.004,
        carve=True,
    )
    for k in range(3):
        for x in (-0.4, -0.2, 0.2, 0.4):
            hole = centre + (x * w, (-0.55 - 0.17 * k) * h.tall, h.depth * 1.2)
            blend.add(RoundCone(hole, hole - (0, 0, 0.06), 0.005 * f.unit, 0.005 * f.unit), 0.002, carve=True)
    surface = polygonise(blend, resolution=110, faces=int(0.14 * f.budget))
    crest = Blend()
    line = [
        centre + (0, 0.2 * h.tall + 1.02 * h.tall * np.sin(a), -h.depth * 1.2 * np.cos(a) * -1)
        for a in np.radians(np.linspace(35, 165, 9))
    ]
    crest.add(
        Chain(
            np.array(line),
            np.interp(np.linspace(0, 1, 9), [0, 0.5, 1], [0.014, 0.030, 0.012]) * f.unit,
            ((1, 0, 0), 0.5),
        ),
        0.004,
        "plume",
    )
    f.hide(np.where(f.body.weight("head") > 0.3, 0.1, -1.0))
    return [
        plain_part("helmet", surface, steel),
        plain_part(
            "plume", polygonise(crest, resolution=60, faces=900), cloth("plume", (0.72, 0.10, 0.12), 0.9)
        ),
    ]


def _cap_shell(
    f: Figure, name: str, colour: RGB, low: float, thickness: float, roughness: float, metallic: float
) -> Part:
    """A close cap over the upper head: everything above ``low`` (0 eyes, 1 crown)."""
    h = head_of(f)
    profile = [
        (1.0, low),
        (1.06, low),
        (1.07, low + 0.3),
        (0.98, low + 0.72),
        (0.72, low + 1.08),
        (0.35, low + 1.26),
        (0.0, low + 1.32),
    ]
    solid = _turned(h, [(r, y - low) for r, y in profile], low, thickness)
    return part(name, (solid, cloth(name, colour, roughness, metallic)))


def _hard_hat(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    h = head_of(f)
    dome = [
        (0.9, 0.0),
        (1.5, -0.05),
        (1.52, 0.0),
        (1.12, 0.08),
        (1.08, 0.4),
        (0.92, 0.85),
        (0.6, 1.15),
        (0.25, 1.27),
        (0.0, 1.3),
    ]
    ridge = sweep(
        np.array([[0, 1.33 * np.sin(a), 1.02 * np.cos(a)] for a in np.radians(np.linspace(15, 165, 20))])
        * h.width
        * 1.1,
        0.07 * h.width,
        10,
        round_ends=True,
    )
    ridge = ridge.scale(1.0, 0.98, h.depth / h.width).rotate(x=-6).move(0, h.eyes + 0.5 * h.tall, h.middle)
    paint = cloth("hard_hat", colour, 0.3)
    return [part("hard_hat", (_turned(h, dome, 0.5, 1.12), paint), (ridge, paint))]


def _cap(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
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
    return [part("cap", (_turned(h, dome, 0.48, 1.12), fabric), (peak, fabric))]


def _brimmed(
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
                (_turned(h, profile, 0.5, 1.12), cloth("hat", colour, roughness)),
                (_turned(h, ribbon, 0.5, 1.125), cloth("hat_band", band, 0.7)),
            )
        ]

    return build


def _toque(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
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


def _space_helmet(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    h = head_of(f)
    centre = np.array([0, h.eyes - 0.12 * h.tall, h.middle + 0.1 * h.depth])
    r = 2.0 * h.width
    glass = Material("visor", (0.75, 0.85, 0.95, 0.22), roughness=0.04, alpha_mode="BLEND")
    front = sphere(r, 40)
    blend = Blend()
    blend.add(Ellipsoid(centre, (r * 1.03, r * 1.03, r * 1.03)), 0.01, "helmet")
    blend.add(Ellipsoid(centre + (0, 0.02, r * 0.62), (r * 0.86, r * 0.72, r * 0.72)), 0.02, carve=True)
    blend.add(Ellipsoid(centre, (r * 0.95, r * 0.95, r * 0.95)), 0.005, carve=True)
    surface = polygonise(blend, resolution=96, faces=int(0.12 * f.budget))
    collar = revolve(
        np.array([[0.8, 0], [1.25, 0], [1.32, 0.14], [1.25, 0.28], [0.8, 0.28]]) * h.width * 1.15, 40
    ).move(0, f.y("neck01", 0.005), centre[2] - 0.01)
    return [
        plain_part("helmet", surface, cloth("helmet", colour, 0.35)),
        part("visor", (front.scale(0.97).move(*centre), glass)),
        part("collar", (collar, cloth("collar", (0.55, 0.57, 0.60), 0.3, 1.0))),
    ]


def _hood(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    """A ninja's wrap: everything of the head but a strip over the eyes."""
    from pocket3d_server.models.builtin_text.organic.cloth import shell

    h = head_of(f)
    forward = (f.vertices[:, 2] - h.middle) / h.depth
    up = (f.vertices[:, 1] - h.eyes) / h.tall
    slit = np.minimum(0.20 - np.abs(up - 0.06), (forward - 0.15) * 0.5) * h.tall
    field = np.where(f.head > 0.3, np.minimum(-slit, (f.vertices[:, 1] - f.y("neck01", 0.0))), -1.0)
    cut = clip(f.vertices, f.faces, field)
    surface = shell(
        cut,
        cut.carry(f.normals),
        0.011 * f.unit,
        drape=40,
        wrinkle=0.002 * f.unit,
        faces=int(0.12 * f.budget),
    )
    f.hide(field, 0.02)
    return [plain_part("hood", surface, cloth("hood", colour, roughness))]


def _mask(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    """A superhero's domino mask."""
    from pocket3d_server.models.builtin_text.organic.cloth import shell
    from pocket3d_server.models.builtin_text.organic.face import eye_centres

    left, right, _ = eye_centres(f)
    span = left[0] - right[0]
    x, y = np.abs(f.vertices[:, 0]) / span, (f.vertices[:, 1] - left[1]) / span
    h = head_of(f)
    outline = 1 - np.sqrt((x / 1.05) ** 2 + ((y - 0.02 - 0.12 * x) / (0.26 + 0.12 * np.minimum(x, 0.6))) ** 2)
    hole = np.sqrt(((x - 0.5) / 0.24) ** 2 + ((y - 0.02) / 0.15) ** 2) - 1
    field = np.where(
        (f.head > 0.5) & (f.vertices[:, 2] > h.middle + 0.1 * h.depth),
        np.minimum(outline * 0.3, hole * 0.15) * span,
        -1.0,
    )
    cut = clip(f.vertices, f.faces, field)
    if len(cut.faces) < 20:
        return []
    surface = shell(cut, cut.carry(f.normals), 0.003 * f.unit, gap=0.0, drape=2, faces=int(0.06 * f.budget))
    return [plain_part("mask", surface, cloth("mask", colour, 0.5))]


def _band(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    h = head_of(f)
    profile = [(1.0, 0.0), (1.10, 0.02), (1.10, 0.22), (1.0, 0.24)]
    return [part("headband", (_turned(h, profile, 0.48, 1.08), cloth("headband", colour, roughness)))]


def _beanie(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
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
            (_turned(h, dome, 0.42, 1.12), knit),
            (bobble, cloth("bobble", (0.94, 0.92, 0.88), 0.95)),
        )
    ]


HEADWEAR: dict[str, Callable[[Figure, RGB, float, float], list[Part]]] = {
    "wizard_hat": _wizard,
    "crown": _crown,
    "knight_helmet": _knight,
    "hard_hat": _hard_hat,
    "cap": _cap,
    "straw_hat": _brimmed(2.1, 0.85, 0.86, -0.08, (0.55, 0.14, 0.12)),
    "cowboy_hat": _brimmed(1.95, 1.0, 0.80, 0.10, (0.14, 0.08, 0.05)),
    "top_hat": _brimmed(1.55, 1.55, 1.10, 0.03, (0.5, 0.08, 0.1)),
    "chef_hat": _toque,
    "space_helmet": _space_helmet,
    "hood": _hood,
    "mask": _mask,
    "headband": _band,
    "beanie": _beanie,
}

__all__ = ["HEADWEAR", "make", "scalp"]
