"""What some animals wear on their bodies: manes, horns, antlers, tusks, wool, whiskers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.implicit import Blend, Chain, Ellipsoid, RoundCone, Surface, curve, polygonise
from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.geometry.solid import Solid, part
from pocket3d_server.models.builtin_text.organic.anatomy import Anatomy
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.noise import fractal_noise
from pocket3d_server.models.builtin_text.organic.on_body import Detail, on_surface
from pocket3d_server.models.builtin_text.organic.paint import painted_part, plain_part
from pocket3d_server.models.builtin_text.organic.quadruped import SIDE, UP, Body
from pocket3d_server.models.builtin_text.organic.tufts import feathers, hackles, hair, pompons, wool

Array = NDArray[np.float64]
Maker = Callable[[Anatomy, Body, Detail, np.random.Generator], list[Part]]
BONE = (0.90, 0.84, 0.70)
HORN = (0.36, 0.29, 0.22)


def extra_parts(a: Anatomy, body: Body, detail: Detail, seed: int) -> list[Part]:
    """The parts that ``a.extras`` names; unknown names are other modules' business."""
    rng = np.random.default_rng(seed)
    parts: list[Part] = []
    for name in a.extras:
        if name in MAKERS:
            parts += MAKERS[name](a, body, detail, rng)
    if a.tail.kind == "hair":
        parts += _tail_hair(a, body, detail, rng)
    return parts


def _surface_up(body: Body, start: Array, direction: ArrayLike) -> Array:
    return on_surface(body.blend, start, direction)


def _mane(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    blend = Blend()
    spine = curve([*body.neck[:-1], body.head.at(0, 0.0, 0.10)], 13)
    tangent = np.gradient(spine, axis=0)
    for i, centre in enumerate(spine):
        normal = np.cross(tangent[i], SIDE)
        normal *= np.sign(normal[1] - normal[2] + 1e-9)
        root = _surface_up(body, centre, normal)
        drop = 0.16 + 0.05 * np.sin(np.pi * i / 12) + 0.02 * rng.random()
        lean = np.array([0.055 + 0.01 * rng.random(), -0.4 * drop, -0.02 * rng.random()])
        end = root + np.array([0.075 + 0.015 * rng.random(), -drop, -0.03 + 0.02 * rng.random()])
        top = root + 0.018 * normal / np.linalg.norm(normal)
        line = curve([root - 0.02 * normal, top, root + lean, end], 7)
        blend.add(Chain(line, np.linspace(0.030, 0.010, 7)), 0.018, "mane")
    poll = body.head.at(0, 0.15, 0.14)
    for x in (-0.02, 0.0, 0.02):
        tip = body.head.at(x / body.head.length, 0.13 - 0.02, 0.46) + (0, 0.005, 0)
        blend.add(
            Chain(curve([poll, body.head.at(x, 0.20, 0.28), tip], 5), np.linspace(0.024, 0.008, 5)),
            0.015,
            "mane",
        )
    return [hair("mane", blend, a.coat.mane or a.coat.marks, detail, int(rng.integers(1 << 30)))]


def _tail_hair(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    blend = Blend()
    dock = body.tail[:3]
    for _ in range(9):
        sway = rng.normal(0, 1, 3) * (0.025, 0.02, 0.015)
        low = body.hips + np.array([0, -a.tail.length - 0.06 * rng.random(), -0.10]) + sway
        low += max(0.03 - low[1], 0.0) * np.array([0, 1.0, -0.8])  # what would go into the ground lies on it
        line = curve(
            [
                dock[0],
                dock[2] + 0.3 * sway + (0, 0, -0.025),
                0.5 * (dock[2] + low) + (0, 0, -0.06) + sway,
                low,
            ],
            9,
        )
        blend.add(
            Chain(line, np.interp(np.linspace(0, 1, 9), [0, 0.2, 0.65, 1], [0.026, 0.032, 0.034, 0.008])),
            0.02,
            "tail",
        )
    return [
        hair("tail_hair", blend, a.coat.mane or a.coat.marks, detail, int(rng.integers(1 << 30)), share=7)
    ]


def _lion_mane(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    blend = Blend()
    f, up = body.head.forward, body.head.up
    size = body.head.length
    # A solid ruff round neck and throat, and rows of tufts that lie over it towards the back.
    ruff = [body.head.at(0, -0.06, 0.24), body.head.at(0, -0.16, -0.05), body.head.at(0, -0.34, -0.42)]
    blend.add(Chain(np.array(ruff), np.array([0.36, 0.47, 0.44]) * size), 0.03, "mane")
    rows = [
        (0.30, 0.33, 0.05),
        (0.16, 0.42, -0.03),
        (-0.02, 0.47, -0.10),
        (-0.22, 0.48, -0.20),
        (-0.44, 0.46, -0.32),
    ]
    for row, (ahead, ring, drop) in enumerate(rows):
        count = 22
        for i in range(count):
            angle = 2 * np.pi * (i + 0.5 * (row % 2)) / count + 0.08 * rng.normal()
            out = np.sin(angle) * SIDE + np.cos(angle) * up
            start = body.head.at(0, drop, ahead) + size * (ring - 0.05) * out
            below = max(0.0, -float(np.cos(angle)))
            reach = size * (0.24 + 0.05 * row * 0.5 + 0.10 * below) * (0.85 + 0.3 * rng.random())
            end = start + reach * (0.42 * out - 0.85 * f - (0.15 + 0.35 * below) * UP)
            blend.add(RoundCone(start, end, 0.095 * size, 0.022 * size), 0.025 * size, "mane")
    return [hair("mane", blend, a.coat.mane or a.coat.marks, detail, int(rng.integers(1 << 30)), 120, 3)]


def _pair(name: str, left: Solid, material: Material) -> list[Part]:
    return [part(f"{name}_left", (left, material)), part(f"{name}_right", (left.mirror(), material))]


def _grown(line: ArrayLike, radii: ArrayLike, detail: Detail, count: int = 16) -> Solid:
    """A horn along a smooth line with these radii."""
    path = curve(list(np.asarray(line, float)), count)
    r = np.interp(
        np.linspace(0, 1, count), np.linspace(0, 1, len(np.asarray(radii))), np.asarray(radii, float)
    )
    return sweep(path, r, detail.segments // 2 + 4, round_ends=True, crease=80)


def _horns(kind: str) -> Callable[[Anatomy, Body, Detail, np.random.Generator], list[Part]]:
    shapes: dict[str, tuple[list[tuple[float, float, float]], list[float]]] = {
        # (sideways, up, forward) in head lengths, radii in head lengths
        "horns": (
            [(0.12, 0.14, 0.10), (0.30, 0.20, 0.10), (0.42, 0.32, 0.16), (0.40, 0.46, 0.22)],
            [0.055, 0.05, 0.035, 0.010],
        ),
        "goat_horns": (
            [(0.07, 0.14, 0.22), (0.10, 0.42, 0.12), (0.16, 0.60, -0.14), (0.24, 0.58, -0.40)],
            [0.065, 0.055, 0.038, 0.012],
        ),
        "ram_horns": (
            [
                (0.10, 0.12, 0.18),
                (0.26, 0.26, 0.02),
                (0.36, 0.08, -0.16),
                (0.38, -0.18, 0.02),
                (0.42, -0.10, 0.26),
                (0.50, 0.04, 0.24),
            ],
            [0.085, 0.085, 0.075, 0.06, 0.04, 0.012],
        ),
        "giraffe_horns": (
            [(0.07, 0.10, 0.16), (0.085, 0.24, 0.13), (0.09, 0.36, 0.11)],
            [0.045, 0.036, 0.050],
        ),
        "devil": ([(0.1, 0.14, 0.2), (0.2, 0.3, 0.15)], [0.05, 0.01]),
    }
    points, radii = shapes[kind]

    def make(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
        line = np.array([body.head.at(*p) for p in points])
        solid = _grown(line, np.array(radii) * body.head.length, detail, 20)
        colour = a.coat.marks if kind == "giraffe_horns" else (BONE if kind == "horns" else HORN)
        return _pair("horn", solid, Material.from_srgb("horn", colour, roughness=0.45))

    return make


def _antlers(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    s = body.head.length
    beam = [
        (0.07, 0.16, 0.14),
        (0.22, 0.45, 0.02),
        (0.46, 0.80, -0.10),
        (0.55, 1.15, 0.10),
        (0.46, 1.42, 0.28),
    ]
    tines = [
        ([(0.10, 0.24, 0.11), (0.16, 0.40, 0.34), (0.18, 0.52, 0.48)], 0.030),
        ([(0.30, 0.58, -0.03), (0.38, 0.70, 0.22), (0.42, 0.86, 0.34)], 0.028),
        ([(0.51, 0.96, -0.02), (0.68, 1.14, 0.02), (0.76, 1.34, 0.08)], 0.026),
        ([(0.53, 1.22, 0.14), (0.42, 1.36, 0.02), (0.36, 1.52, -0.04)], 0.022),
    ]
    blend = Blend()
    line = curve([body.head.at(*p) for p in beam], 14)
    blend.add(Chain(line, np.linspace(0.045, 0.018, 14) * s), 0.02 * s, "antler")
    for points, radius in tines:
        blend.add(
            Chain(curve([body.head.at(*p) for p in points], 6), np.linspace(radius, 0.010, 6) * s),
            0.03 * s,
            "antler",
        )
    return _bony(blend, float(line[0, 1]), s, detail)


def _palms(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    """A moose's antlers: broad plates with short points along their rim."""
    s, blend = body.head.length, Blend()
    stem = curve([body.head.at(*p) for p in ((0.07, 0.16, 0.14), (0.30, 0.28, 0.06), (0.50, 0.42, 0.04))], 8)
    blend.add(Chain(stem, np.linspace(0.050, 0.065, 8) * s), 0.02 * s, "antler")
    out = (0.78 * SIDE + 0.62 * UP) / np.hypot(0.78, 0.62)
    ahead = np.array([0.0, 0.0, 1.0])
    centre = body.head.at(0.64, 0.62, -0.06)
    plate = np.stack([out, ahead, np.cross(out, ahead)], axis=1)
    blend.add(Ellipsoid(centre, np.array([0.36, 0.42, 0.05]) * s, plate), 0.08 * s, "antler")
    for angle in np.radians(np.linspace(-80, 80, 7)):
        d = np.cos(angle) * out + np.sin(angle) * ahead
        reach = s * (0.33 * abs(np.cos(angle)) + 0.38 * abs(np.sin(angle)))
        line = [
            centre + 0.8 * reach * d,
            centre + (reach + 0.10 * s) * d,
            centre + (reach + 0.22 * s) * d + 0.08 * s * UP,
        ]
        blend.add(Chain(curve(line, 6), np.linspace(0.055, 0.012, 6) * s), 0.04 * s, "antler")
    return _bony(blend, float(stem[0, 1]), s, detail)


def _bony(blend: Blend, low: float, size: float, detail: Detail) -> list[Part]:
    """A left antler and its mirror image, paler upwards from height ``low``."""
    surface = polygonise(blend, resolution=130, faces=detail.faces // 6)
    bone = (0.52, 0.40, 0.27)

    def paint(skin: Skin) -> Array:
        height = np.clip((skin.points[:, 1] - low) / (1.3 * size), 0, 1)
        grain = fractal_noise(skin.points * 60, 3, 2)
        return np.clip(np.asarray(bone) * (0.75 + 0.45 * height + 0.3 * (grain - 0.5))[:, None], 0, 1)

    flip = np.array([-1.0, 1, 1])
    other = Surface(surface.vertices * flip, surface.faces[:, ::-1], surface.normals * flip)
    return [
        painted_part("antler_left", surface, {}, paint, 256, 0.6),
        painted_part("antler_right", other, {}, paint, 256, 0.6),
    ]


def _tusks(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    tip = a.head.muzzle[1]
    root = body.head.at(0.14, tip[0] - 0.10, tip[1] - 0.22)
    s = body.head.length
    line = root + s * np.array(
        [(0, 0.05, -0.05), (0.05, -0.22, 0.18), (0.07, -0.36, 0.50), (0.03, -0.30, 0.80)]
    )
    return _pair(
        "tusk",
        _grown(line, np.array([0.062, 0.058, 0.045, 0.014]) * s, detail),
        Material.from_srgb("ivory", BONE, roughness=0.3),
    )


def _single_horn(
    name: str,
    at: tuple[float, float],
    length: float,
    radius: float,
    colour: tuple[float, float, float],
    lean: float,
) -> Maker:
    def make(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
        s = body.head.length
        root = _surface_up(body, body.head.at(0, at[0] - 0.15, at[1]), body.head.up) - 0.03 * s * body.head.up
        direction = np.cos(np.radians(lean)) * body.head.up + np.sin(np.radians(lean)) * body.head.forward
        path = root + np.linspace(0, length * s, 24)[:, None] * direction
        if name == "horn":
            t = 2 * np.pi * np.arange(24) / 24
            section = np.stack([np.cos(t), np.sin(t)], axis=1) * (1 + 0.16 * np.cos(3 * t))[:, None]
            solid = sweep(path, radius * s * np.linspace(1, 0.06, 24), section, twist=760, crease=60)
        else:
            path += 0.25 * length * s * np.linspace(0, 1, 24)[:, None] ** 2 * -body.head.forward
            solid = sweep(
                path, radius * s * np.linspace(1, 0.08, 24), detail.segments, round_ends=True, crease=80
            )
        metal = 0.6 if name == "horn" else 0.0
        return [part(name, (solid, Material.from_srgb(name, colour, roughness=0.3, metallic=metal)))]

    return make


def _rhino(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    front = _single_horn("horn_front", (0.06, 0.86), 0.46, 0.115, (0.42, 0.38, 0.33), 12)
    rear = _single_horn("horn_rear", (0.08, 0.62), 0.22, 0.09, (0.42, 0.38, 0.33), 5)
    return front(a, body, detail, rng) + rear(a, body, detail, rng)


def _whiskers(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    across, up, forward, radius = a.head.pads or (0.07, -0.1, 0.8, 0.08)
    s, pieces = body.head.length, []
    white = Material.from_srgb("whisker", (0.92, 0.9, 0.86), roughness=0.4)
    for sign in (-1, 1):
        for k in range(3):
            root = body.head.at(sign * (across + 0.6 * radius), up + 0.03 * (k - 1), forward + 0.02)
            tip = root + s * np.array([sign * 0.42, 0.07 * (k - 1) - 0.03, -0.06])
            middle = 0.5 * (root + tip) + (0, 0.02 * s, 0.01 * s)
            pieces.append(
                (
                    sweep(
                        curve([root, middle, tip], 6), s * 0.0055 * np.array([1, 0.9, 0.8, 0.6, 0.4, 0.2]), 5
                    ),
                    white,
                )
            )
    return [part("whiskers", *pieces)]


def _beard(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    blend = Blend()
    j = a.head.jaw[1]
    root = body.head.at(0, j[0] - 0.02, j[1] - 0.14)
    for _ in range(5):
        x = rng.normal(0, 0.012)
        line = curve(
            [
                root + (x, 0, 0.01),
                root + (1.3 * x, -0.07, 0.0),
                root + (1.5 * x, -0.14 - 0.03 * rng.random(), 0.01),
            ],
            5,
        )
        blend.add(Chain(line, np.linspace(0.022, 0.005, 5)), 0.012, "beard")
    return [hair("beard", blend, a.coat.mane or a.coat.base, detail, 3, 60, 16)]


def _udder(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    blend = Blend()
    centre = np.array([0, a.croup - a.loin[1] - a.belly - 0.02, -0.36 * a.length])
    blend.add(Ellipsoid(centre, (0.085, 0.075, 0.10)), 0.01, "udder")
    for x in (-0.04, 0.04):
        for z in (-0.045, 0.045):
            blend.add(RoundCone(centre + (x, -0.05, z), centre + (x, -0.105, z), 0.018, 0.013), 0.02, "udder")
    return [
        plain_part(
            "udder",
            polygonise(blend, resolution=50, faces=1200),
            Material.from_srgb("udder", (0.90, 0.66, 0.62), roughness=0.6),
        )
    ]


def _wings(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    from pocket3d_server.models.builtin_text.organic.wings import horse_wings

    sunk = float(body.neck[0, 1]) - (
        0.985 - 0.92 * a.neck_radii[0]
    )  # how far the shoulders are below standing
    root = _surface_up(body, np.array([0.0, 0.78 + sunk, 0.24 * a.length]), (0.8, 0.6, 0))
    return horse_wings(root, a.coat.mane if a.coat.mane and "hackles" in a.extras else a.coat.base)


def _beak(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    """A bird of prey's beak on the end of the muzzle: a hooked upper half over a short lower one."""
    blend, size, (up, ahead, thick) = Blend(), body.head.length, a.head.muzzle[1]
    line = [(0, 0.05, -0.10), (0, 0.06, 0.14), (0, -0.02, 0.30), (0, -0.19, 0.33)]
    upper = curve([body.head.at(x, up + u, ahead + f) for x, u, f in line], 12)
    radii = np.interp(np.linspace(0, 1, 12), [0, 0.35, 0.7, 1], np.array([1.0, 0.85, 0.5, 0.08]) * thick)
    blend.add(Chain(upper, radii * size, (SIDE, 0.8)), 0.01, "beak")
    root, tip = body.head.at(0, up - 0.10, ahead - 0.10), body.head.at(0, up - 0.13, ahead + 0.17)
    blend.add(RoundCone(root, tip, 0.55 * thick * size, 0.18 * thick * size), 0.012 * size, "beak")
    horn = Material.from_srgb("beak", a.coat.nose, roughness=0.35)
    return [plain_part("beak", polygonise(blend, resolution=64, faces=detail.faces // 12), horn)]


MAKERS: dict[str, Maker] = {
    "beak": _beak,
    "hackles": hackles,
    "wings": _wings,
    "mane": _mane,
    "lion_mane": _lion_mane,
    "wool": wool,
    "pompons": pompons,
    "feathers": feathers,
    "horns": _horns("horns"),
    "goat_horns": _horns("goat_horns"),
    "ram_horns": _horns("ram_horns"),
    "giraffe_horns": _horns("giraffe_horns"),
    "antlers": _antlers,
    "palms": _palms,
    "tusks": _tusks,
    "unicorn": _single_horn("horn", (0.10, 0.40), 0.72, 0.055, (0.95, 0.82, 0.45), 38),
    "rhino_horn": _rhino,
    "whiskers": _whiskers,
    "beard": _beard,
    "udder": _udder,
}
