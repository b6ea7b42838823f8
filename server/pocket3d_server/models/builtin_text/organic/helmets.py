"""What covers a head: the helmets of knights, vikings, firefighters and astronauts, hard hat, hood and mask."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.implicit import Blend, Chain, Ellipsoid, RoundCone, curve, polygonise
from pocket3d_server.geometry.shapes import revolve, sphere, sweep
from pocket3d_server.geometry.solid import Solid, part
from pocket3d_server.models.builtin_text.organic.cloth import clip
from pocket3d_server.models.builtin_text.organic.hair import head_of
from pocket3d_server.models.builtin_text.organic.hats import GOLD, turned_on
from pocket3d_server.models.builtin_text.organic.paint import plain_part
from pocket3d_server.models.builtin_text.organic.wardrobe import Figure, cloth
from pocket3d_server.models.language.brief import RGB


def knight(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    """A closed helmet with a slit, breathing holes and a plume."""
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


def hard_hat(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
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
    return [part("hard_hat", (turned_on(h, dome, 0.5, 1.12), paint), (ridge, paint))]


def space_helmet(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
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


def hood(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
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


def mask(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
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


def great_helm(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    """A crusader's flat-topped helmet with a brass cross and a dark slit for the eyes."""
    h = head_of(f)
    w = h.width
    base = h.eyes - 1.05 * h.tall
    tall = (h.crown - base) / w + 0.30
    t = tall / 2.9
    profile = (
        np.array(
            [
                (1.16, 0.0),
                (1.24, 0.02),
                (1.30, 1.2 * t),
                (1.26, 2.0 * t),
                (1.12, 2.62 * t),
                (1.0, 2.80 * t),
                (0.0, 2.9 * t),
            ]
        )
        * w
    )

    def keel(v: NDArray[np.float64]) -> NDArray[np.float64]:
        v[:, 2] *= 1 + 0.10 * np.clip(v[:, 2] / w, 0, 1.3)
        return v

    def placed(solid: Solid) -> Solid:
        return solid.deform(keel).scale(1.0, 1.0, h.depth / w * 1.02).move(0, base, h.middle)

    steel, brass = cloth("helmet", colour, roughness, 1.0), cloth("cross", (0.82, 0.62, 0.26), 0.3, 1.0)
    dark = cloth("slit", (0.02, 0.02, 0.02), 0.8)
    level = h.eyes - base
    a = np.linspace(-0.95, 0.95, 21)

    def strip(at: float, half: float, thick: float, angles: NDArray[np.float64]) -> Solid:
        line = np.stack(
            [1.30 * w * np.sin(angles), np.full(len(angles), at), 1.30 * w * np.cos(angles)], axis=1
        )
        return placed(
            sweep(
                line,
                thick,
                np.array([(1, half / thick), (-1, half / thick), (-1, -half / thick), (1, -half / thick)]),
                crease=30,
            )
        )

    upright = placed(
        sweep(np.array([(0, y * w, 1.31 * w) for y in np.linspace(0.1, 2.3 * t, 12)]), 0.11 * w, 8)
    )
    pieces = [
        (placed(revolve(profile, 40, crease=35)), steel),
        (strip(level + 0.16 * w, 0.05 * w, 0.05 * w, a), brass),
        (strip(level - 0.14 * w, 0.05 * w, 0.05 * w, a), brass),
    ]
    pieces += [(strip(level + 0.01 * w, 0.06 * w, 0.045 * w, a), dark), (upright, brass)]
    f.hide(np.where(f.body.weight("head") > 0.3, 0.1, -1.0))
    return [part("knight_helmet", *pieces)]


def fire_helmet(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    """A firefighter's helmet: a ridged dome, a brim that is long behind, and a shield in front."""
    h = head_of(f)
    dome = [(0.95, 0.0), (1.12, 0.0), (1.14, 0.35), (1.02, 0.80), (0.70, 1.15), (0.30, 1.32), (0.0, 1.34)]
    brim = [(1.0, -0.02), (1.62, -0.14), (1.66, -0.08), (1.10, 0.10)]

    def behind(v: NDArray[np.float64]) -> NDArray[np.float64]:
        long = np.clip(-v[:, 2] / h.width, 0, 2)
        v[:, 2] -= 0.35 * h.width * np.clip(long - 0.9, 0, 1) * 1.4
        v[:, 1] -= 0.22 * h.width * np.clip(long - 0.9, 0, 1)
        return v

    shell = cloth("helmet", colour, 0.3)
    rim = revolve(
        np.array([(0.95, -0.02), *brim[1:], (0.95, 0.10)]) * h.width * 1.12, 48, closed=True
    ).deform(behind)
    rim = rim.scale(1, 1, h.depth / h.width).rotate(x=-6).move(0, h.eyes + 0.5 * h.tall, h.middle)
    ridges = []
    for k in range(4):
        a = np.pi * k / 4
        line = [
            np.array([np.sin(a) * np.cos(q), 0, np.cos(a) * np.cos(q)]) * 1.12
            + (0, 1.36 * np.sin(q) + 0.05, 0)
            for q in np.linspace(0.1, np.pi - 0.1, 17)
        ]
        ridges.append(
            sweep(np.array(line) * h.width * 1.10, 0.055 * h.width, 6, round_ends=True)
            .scale(1, 1, h.depth / h.width)
            .rotate(x=-6)
            .move(0, h.eyes + 0.48 * h.tall, h.middle)
        )
    plate = (
        sphere(0.42 * h.width, 20)
        .scale(0.85, 1.15, 0.22)
        .rotate(x=-14)
        .move(0, h.eyes + 0.5 * h.tall + 0.52 * h.width, h.middle + 1.24 * h.depth)
    )
    return [
        part(
            "helmet",
            (turned_on(h, dome, 0.48, 1.12), shell),
            (rim, shell),
            *((r, shell) for r in ridges),
            (plate, cloth("helmet_shield", GOLD, 0.3, 0.9)),
        )
    ]


def horned(f: Figure, colour: RGB, roughness: float, metallic: float) -> list[Part]:
    """A round iron helmet with a nose guard and two horns."""
    h = head_of(f)
    dome = [(0.95, 0.0), (1.12, 0.0), (1.13, 0.3), (1.0, 0.8), (0.65, 1.2), (0.25, 1.38), (0.0, 1.42)]
    rim = [(1.05, -0.05), (1.20, -0.03), (1.20, 0.18), (1.05, 0.20)]
    w = h.width
    line = [(1.05, 0.35, 0.0), (1.75, 0.5, 0.05), (2.15, 1.05, 0.1), (2.15, 1.75, 0.1)]
    horn = sweep(
        curve([np.array(p) * w * 1.12 for p in line], 14),
        0.30 * w * np.linspace(1, 0.06, 14),
        12,
        round_ends=True,
        crease=80,
    ).move(0, h.eyes + 0.42 * h.tall, h.middle)
    guard = sweep(
        np.array([(0, 0.62, 1.32), (0, 0.05, 1.42), (0, -0.45, 1.46)]) * w,
        np.array([0.12, 0.12, 0.10]) * w,
        8,
        round_ends=True,
    ).move(0, h.eyes, h.middle * 1.0)
    guard = guard.scale(1, 1, 1).move(0, 0, (h.depth - h.width) * 1.15)
    iron, bone = cloth("helmet", colour, 0.35, 1.0), cloth("horn", (0.90, 0.84, 0.68), 0.45)
    band_ = cloth("helmet_band", (0.62, 0.46, 0.22), 0.35, 1.0)
    return [
        part(
            "helmet",
            (turned_on(h, dome, 0.42, 1.12), iron),
            (turned_on(h, [*rim, rim[0]], 0.42, 1.10), band_),
            (guard, band_),
            (horn, bone),
            (horn.mirror(), bone),
        )
    ]
