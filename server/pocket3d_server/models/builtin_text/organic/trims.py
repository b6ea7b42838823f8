"""What is laid on clothes: lapels, tie, collar, buttons, badge, emblem, apron, braces, bands, stethoscope."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.geometry.shapes import sphere, sweep
from pocket3d_server.geometry.solid import part
from pocket3d_server.models.builtin_text.organic.cloth import closed_shell, vertex_normals
from pocket3d_server.models.builtin_text.organic.paint import plain_part
from pocket3d_server.models.builtin_text.organic.wardrobe import Figure, Surface, cloth
from pocket3d_server.models.language.brief import RGB

Array = NDArray[np.float64]


def chest(f: Figure, flat: ArrayLike) -> Array:
    """Points (..., 3) on the front of what is worn so far, under points (..., 2) of the front view."""
    xy = np.asarray(flat, float)
    skin = (f.vertices, f.faces)
    worn = Asset([p for p in f.parts if not p.name.startswith(("hair", "eye"))])
    vertices, faces = worn.merged() if worn.parts else skin
    scene = RayScene(np.concatenate([vertices, skin[0]]), np.concatenate([faces, skin[1] + len(vertices)]))
    p = np.concatenate([xy.reshape(-1, 2), np.full((xy.size // 2, 1), 2.0)], axis=1)
    hit = scene.first_hit(p, np.tile([0.0, 0, -1.0], (len(p), 1)))
    found = hit.face >= 0
    z = np.where(found, 2.0 - hit.distance, 0.0)
    if found.any() and not found.all():
        gap = np.linalg.norm(p[:, None, :2] - p[None, found, :2], axis=2)
        z = np.where(found, z, z[found][gap.argmin(axis=1)])
    return np.concatenate([xy, z.reshape(*xy.shape[:-1], 1)], axis=-1)


def lay(
    f: Figure, name: str, grid: ArrayLike, material: Material, lift: float = 0.005, both: bool = False
) -> None:
    """A thin piece of cloth over a grid (R, C, 2) of the front view, rows downwards, columns towards the figure's
    left; with ``both`` its mirror image too."""
    xy = np.asarray(grid, float)
    u = f.unit
    at = chest(f, xy)
    z = at[..., 2]
    for _ in range(4):  # cloth lies over hollows
        padded = np.pad(z, 1, mode="edge")
        mean = (padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]) / 4
        z = np.maximum(z, mean)
    outer = np.concatenate([xy, (z + lift * u)[..., None]], axis=2)
    rows, columns = xy.shape[:2]
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    a = i * columns + j
    faces = np.concatenate(
        [
            np.stack([a, a + columns, a + columns + 1], -1).reshape(-1, 3),
            np.stack([a, a + columns + 1, a + 1], -1).reshape(-1, 3),
        ]
    )
    flat = outer.reshape(-1, 3)
    vertices, every = closed_shell(flat, flat - (0, 0, (lift + 0.004) * u), faces)
    piece = plain_part(name, Surface(vertices, every, vertex_normals(vertices, every)), material)
    if both:
        flip = np.array([-1.0, 1, 1])
        other = plain_part(
            name,
            Surface(vertices * flip, every[:, ::-1], vertex_normals(vertices * flip, every[:, ::-1])),
            material,
        )
        piece.primitives += other.primitives
    f.parts.append(piece)


def ribbon(left: ArrayLike, right: ArrayLike, columns: int = 4) -> Array:
    """A grid (R, C, 2) between two edges (R, 2), smoothed to 14 rows."""
    a, b = (
        curve(list(np.c_[np.asarray(e, float), np.zeros(len(np.asarray(e)))]), 14)[:, :2]
        for e in (left, right)
    )
    t = np.linspace(0, 1, columns)[None, :, None]
    return np.asarray(a[:, None] * (1 - t) + b[:, None] * t)


def neckline(f: Figure, field: Array, button: float, wide: float) -> Array:
    """``field`` (V,) of a top, opened in front in a V from height ``button`` to ``wide`` metres at the collar."""
    u, v = f.unit, f.vertices
    slope = wide * u / max(f.y("neck01") - button, 1e-3)
    opening = np.abs(v[:, 0]) - slope * (v[:, 1] - button)
    front = (f.normals[:, 2] > -0.15) & (v[:, 2] > float(f.body.joint("neck01")[2]) - 0.05 * u)
    return np.asarray(np.where(front, np.minimum(field, opening), field))


def lapels(f: Figure, colour: RGB, button: float, wide: float, broad: float = 0.062) -> None:
    """Turned-back edges along an open jacket's V, with a notch."""
    u, top = f.unit, f.y("neck01", 0.012)
    t = np.array([1.0, 0.86, 0.78, 0.74, 0.5, 0.25, 0.0])
    reach = broad * u * np.array([0.42, 0.62, 0.66, 1.0, 0.86, 0.5, 0.12])
    inner = np.c_[wide * u * t + 0.002 * u, button + (top - button) * t]
    outer = inner + np.c_[reach, 0.10 * reach]
    a, b = (
        np.stack([np.interp(np.linspace(0, 6, 25), np.arange(7), e[:, k]) for k in range(2)], axis=1)
        for e in (inner, outer)
    )
    s = np.linspace(0, 1, 4)[None, :, None]
    lay(f, "lapels", a[:, None] * (1 - s) + b[:, None] * s, cloth("lapel", colour, 0.7), 0.006, both=True)


def tie(f: Figure, colour: RGB, long: float = 0.40) -> None:
    """A knot at the throat and a blade down to the waist."""
    u, top = f.unit, f.y("neck01", -0.022)
    drop = np.array([0.0, 0.030, 0.040, 0.20, long - 0.04, long]) * u
    half = np.array([0.020, 0.014, 0.015, 0.026, 0.036, 0.002]) * u
    rows = np.linspace(0, 1, 22) * drop[-1]
    w = np.interp(rows, drop, half)
    grid = np.stack([np.linspace(-w, w, 5, axis=1), np.repeat((top - rows)[:, None], 5, axis=1)], axis=2)
    lay(f, "tie", grid, cloth("tie", colour, 0.5), 0.009)
    knot = chest(f, [(0.0, top - 0.014 * u)])[0]
    f.parts.append(
        part(
            "tie_knot",
            (sphere(0.020 * u, 14).scale(1.0, 0.95, 0.6).move(*knot), cloth("tie_knot", colour, 0.5)),
        )
    )


def collar(f: Figure, colour: RGB) -> None:
    """Two folded points of a shirt's collar."""
    u, y = f.unit, f.y("neck01")
    left = [(0.006 * u, y - 0.004 * u), (0.012 * u, y - 0.025 * u), (0.028 * u, y - 0.052 * u)]
    right = [(0.064 * u, y + 0.022 * u), (0.066 * u, y - 0.010 * u), (0.044 * u, y - 0.046 * u)]
    lay(f, "collar", ribbon(left, right), cloth("collar", colour, 0.8), 0.008, both=True)


def buttons(
    f: Figure,
    colour: RGB,
    rows: ArrayLike,
    across: tuple[float, ...] = (0.0,),
    size: float = 0.008,
    metallic: float = 0.0,
) -> None:
    """Buttons at heights ``rows`` (N,) in metres of the figure, beside the middle by ``across``."""
    u = f.unit
    spots = chest(f, [(x * u, y) for y in np.asarray(rows, float) for x in across])
    metal = cloth("button", colour, 0.35, metallic)
    f.parts.append(part("buttons", *((sphere(size * u, 12).scale(1, 1, 0.5).move(*p), metal) for p in spots)))


def badge(f: Figure, colour: RGB, x: float = 0.085, y: float = -0.125, size: float = 0.032) -> None:
    """A shield of metal on the breast."""
    u = f.unit
    drop = np.array([0.0, 0.2, 0.5, 0.8, 1.0])
    half = np.array([0.75, 1.0, 0.95, 0.55, 0.05])
    rows = np.linspace(0, 1, 10)
    w = np.interp(rows, drop, half) * size * u
    at = f.y("neck01", y)
    grid = np.stack(
        [x * u + np.linspace(-w, w, 5, axis=1), np.repeat((at - 2.3 * size * u * rows)[:, None], 5, axis=1)],
        axis=2,
    )
    lay(f, "badge", grid, cloth("badge", colour, 0.25, 1.0), 0.006)


def emblem(f: Figure, colour: RGB) -> None:
    """A bright diamond on a hero's chest with a bolt in it."""
    u, y = f.unit, f.y("neck01", -0.10)
    rows = np.linspace(0, 1, 14)
    half = np.interp(rows, [0, 0.05, 0.3, 1], [0.055, 0.075, 0.088, 0.003]) * u
    grid = np.stack(
        [np.linspace(-half, half, 9, axis=1), np.repeat((y - 0.145 * u * rows)[:, None], 9, axis=1)], axis=2
    )
    lay(f, "emblem", grid, cloth("emblem", (0.97, 0.82, 0.16), 0.4), 0.005)
    bolt = (
        np.array(
            [
                [(0.012, 0.014), (0.046, 0.014)],
                [(-0.016, 0.066), (0.016, 0.060)],
                [(-0.002, 0.066), (0.036, 0.060)],
                [(-0.012, 0.125), (-0.008, 0.125)],
            ]
        )
        * u
    )
    lay(f, "bolt", np.stack([bolt[..., 0], y - bolt[..., 1]], axis=2), cloth("bolt", colour, 0.4), 0.006)


def apron(f: Figure, colour: RGB) -> None:
    """A bib and a skirt in front."""
    u, top, waist, hem = f.unit, f.y("neck01", -0.13), f.y("spine05", 0.06), f.y("upperleg02.L", -0.22)
    y = np.concatenate([np.linspace(top, waist, 8), np.linspace(waist, hem, 12)[1:]])
    half = np.interp(
        -y, [-top, -(waist + 0.05 * u), -waist, -hem], [0.09 * u, 0.11 * u, 0.155 * u, 0.165 * u]
    )
    grid = np.stack([np.linspace(-half, half, 13, axis=1), np.repeat(y[:, None], 13, axis=1)], axis=2)
    lay(f, "apron", grid, cloth("apron", colour, 0.9), 0.010)


def braces(f: Figure, colour: RGB) -> None:
    """A bib with straps over the shoulders: dungarees over a shirt."""
    u, top, waist = f.unit, f.y("neck01", -0.15), f.y("spine05", 0.05)
    y = np.linspace(top, waist, 10)
    half = np.interp(-y, [-top, -waist], [0.092 * u, 0.15 * u])
    cloth_ = cloth("bib", colour, 0.9)
    lay(
        f,
        "bib",
        np.stack([np.linspace(-half, half, 11, axis=1), np.repeat(y[:, None], 11, axis=1)], axis=2),
        cloth_,
        0.009,
    )
    strap = ribbon(
        [(0.078 * u, f.y("neck01", -0.005)), (0.072 * u, top - 0.015 * u)],
        [(0.112 * u, f.y("neck01", -0.012)), (0.104 * u, top - 0.015 * u)],
    )
    lay(f, "straps", strap, cloth_, 0.011, both=True)
    buttons(f, (0.80, 0.66, 0.32), [top - 0.005 * u], (-0.088, 0.088), 0.011, 1.0)


def _band(
    f: Figure, name: str, where: Array, material: Material, thickness: float, wrinkle: float = 0.0
) -> None:
    """A narrow strip laid over clothes, which stay as they are."""
    f.wear(name, where, material, thickness, wrinkle=wrinkle, drape=20, share=0.03, gap=0.0, hides=False)


def bands(f: Figure, colour: RGB, over: float) -> None:
    """Reflecting bands round chest, arms and shins, ``over`` metres off the skin."""
    u, y = f.unit, f.vertices[:, 1]
    shine = cloth("bands", colour, 0.3, 0.2)
    trunk = np.where(f.arm > 0.35, -1.0, 1.0)
    for name, middle in (("chest_band", f.y("spine01", -0.08)), ("waist_band", f.y("spine04", -0.01))):
        _band(f, name, np.minimum(trunk, 0.020 * u - np.abs(y - middle)), shine, over)
    arm = float(np.linalg.norm(f.body.joint("lowerarm01.L") - f.body.joint("upperarm01.L")))
    _band(f, "arm_bands", np.where(f.arm > 0.5, 0.020 * u - np.abs(f.reach - 1.45) * arm, -1.0), shine, over)
    shin = f.y("lowerleg02.L", 0.02)
    _band(f, "leg_bands", np.where(f.leg > 0.5, 0.020 * u - np.abs(y - shin), -1.0), shine, over + 0.002)


def fur_trim(f: Figure, colour: RGB) -> None:
    """White fur round the hem and the cuffs, and down the front."""
    u, y = f.unit, f.vertices[:, 1]
    fur = cloth("fur", colour, 1.0)
    trunk = np.where(f.arm > 0.35, -1.0, 1.0)
    hem = f.y("spine05", -0.07)
    _band(f, "hem_fur", np.minimum(trunk, 0.026 * u - np.abs(y - hem)), fur, 0.042, wrinkle=0.004)
    arm = float(np.linalg.norm(f.body.joint("lowerarm01.L") - f.body.joint("upperarm01.L")))
    _band(
        f,
        "cuff_fur",
        np.where(f.arm > 0.5, 0.026 * u - np.abs(f.reach - 1.84) * arm, -1.0),
        fur,
        0.040,
        wrinkle=0.004,
    )
    rows = np.linspace(f.y("neck01", -0.04), hem, 16)
    half = np.full(16, 0.030 * u)
    lay(
        f,
        "front_fur",
        np.stack([np.linspace(-half, half, 5, axis=1), np.repeat(rows[:, None], 5, axis=1)], axis=2),
        fur,
        0.014,
    )


def stethoscope(f: Figure, colour: RGB) -> None:
    """A tube round the neck with its disc on the chest."""
    u, y = f.unit, f.y("neck01")
    right = chest(f, [(-0.062 * u, y - 0.01 * u), (-0.066 * u, y - 0.10 * u), (-0.058 * u, y - 0.20 * u)])
    left = chest(f, [(0.062 * u, y - 0.01 * u), (0.064 * u, y - 0.08 * u), (0.050 * u, y - 0.15 * u)])
    lift = np.array([0, 0, 0.010 * u])
    back = np.array(
        [
            [0.062 * u, y + 0.035 * u, f.body.joint("neck01")[2] - 0.045 * u],
            [-0.062 * u, y + 0.035 * u, f.body.joint("neck01")[2] - 0.045 * u],
        ]
    )
    path = curve([*(left + lift)[::-1], *back, *(right + lift)], 36)
    tube = cloth("tube", colour, 0.4)
    disc = sphere(0.019 * u, 16).scale(1, 1, 0.4).move(*(right[-1] + lift))
    f.parts.append(
        part(
            "stethoscope",
            (sweep(path, 0.0055 * u, 8, round_ends=True, crease=80), tube),
            (disc, cloth("disc", (0.8, 0.81, 0.83), 0.2, 1.0)),
        )
    )
