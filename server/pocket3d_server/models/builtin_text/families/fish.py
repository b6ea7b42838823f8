"""Animals of the water: fish, sharks, dolphins and whales, as if swimming just above the ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.implicit import Blend, Chain, Ellipsoid, curve, polygonise
from pocket3d_server.geometry.solid import part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.fish_body import UNSET, FishShape, build_fish
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.noise import smoothstep
from pocket3d_server.models.builtin_text.organic.on_body import FACES, TEXTURE, ball, facing, on_surface
from pocket3d_server.models.builtin_text.organic.paint import painted_part
from pocket3d_server.models.language.brief import RGB, Brief

FISH = FishShape(
    0.30,
    (
        (0.0, 0.020, 0.018),
        (0.05, 0.065, 0.042),
        (0.15, 0.115, 0.068),
        (0.32, 0.155, 0.080),
        (0.52, 0.140, 0.068),
        (0.72, 0.082, 0.040),
        (0.88, 0.042, 0.018),
        (1.0, 0.048, 0.012),
    ),
)
KINDS: dict[str, tuple[FishShape, tuple[str, ...]]] = {
    "fish": (FISH, ("fish", "trout", "salmon", "tuna", "carp", "cod", "herring", "sardine")),
    "goldfish": (replace(FISH, length=0.14, tail=(0.36, 0.26, 0.20), dorsal=(0.26, 0.42, 0.20, 0.35), back=(0.95, 0.48, 0.10), belly=(0.98, 0.74, 0.36), fin=(0.96, 0.56, 0.20), eye=(0.12, 0.03, 0.032)), ("goldfish", "koi", "betta")),
    "clownfish": (replace(FISH, length=0.11, tail=(0.17, 0.14, 0.0), dorsal=(0.24, 0.50, 0.10, 0.2), back=(0.94, 0.42, 0.08), belly=(0.96, 0.50, 0.14), fin=(0.93, 0.42, 0.08), pattern="bands", eye=(0.12, 0.03, 0.030)),
                  ("clownfish", "clown fish", "tropical fish", "angelfish", "coral fish")),
    "shark": (FishShape(3.2, ((0.0, 0.012, 0.014), (0.04, 0.042, 0.052), (0.14, 0.078, 0.082), (0.30, 0.105, 0.100), (0.50, 0.092, 0.084), (0.72, 0.050, 0.044), (0.90, 0.024, 0.024), (1.0, 0.022, 0.016)), (0.15, 0.20, 0.42),
                        dorsal=(0.36, 0.14, 0.125, 0.75), pectoral=(0.28, 0.21, 0.085), eye=(0.085, 0.020, 0.0085), back=(0.36, 0.42, 0.48), belly=(0.93, 0.93, 0.92), fin=(0.34, 0.40, 0.46), mouth=(0.115, -0.048), gills=5),
              ("shark", "great white shark", "white shark", "hammerhead")),
    "dolphin": (FishShape(2.4, ((0.0, 0.014, 0.018), (0.05, 0.022, 0.024), (0.085, 0.030, 0.030), (0.12, 0.066, 0.058), (0.22, 0.092, 0.084), (0.40, 0.105, 0.095), (0.60, 0.084, 0.072), (0.82, 0.040, 0.032), (1.0, 0.022, 0.018)), (0.11, 0.14, 0.35), True,
                          dorsal=(0.46, 0.13, 0.10, 0.9), pectoral=(0.26, 0.15, 0.06), pelvic=False, eye=(0.145, 0.004, 0.0085), back=(0.38, 0.45, 0.52), belly=(0.90, 0.91, 0.92), fin=(0.34, 0.41, 0.48), mouth=(0.14, -0.012), gills=0),
                ("dolphin", "porpoise")),
    "orca": (FishShape(6.0, ((0.0, 0.030, 0.035), (0.06, 0.062, 0.068), (0.18, 0.100, 0.100), (0.38, 0.118, 0.115), (0.60, 0.088, 0.080), (0.82, 0.040, 0.034), (1.0, 0.022, 0.020)), (0.12, 0.16, 0.3), True,
                       dorsal=(0.38, 0.12, 0.20, 0.5), pectoral=(0.24, 0.15, 0.10), pelvic=False, eye=(0.105, 0.002, 0.0075), back=(0.06, 0.06, 0.07), belly=(0.94, 0.94, 0.93), fin=(0.06, 0.06, 0.07), pattern="orca", mouth=(0.10, -0.026), gills=0),
             ("orca", "killer whale")),
    "whale": (FishShape(14.0, ((0.0, 0.052, 0.050), (0.05, 0.082, 0.078), (0.18, 0.112, 0.112), (0.36, 0.118, 0.120), (0.58, 0.084, 0.080), (0.80, 0.038, 0.036), (1.0, 0.020, 0.020)), (0.12, 0.17, 0.35), True,
                        dorsal=(0.66, 0.08, 0.03, 0.8), pectoral=(0.26, 0.17, 0.06), pelvic=False, eye=(0.14, -0.028, 0.0058), back=(0.26, 0.36, 0.46), belly=(0.80, 0.84, 0.86), fin=(0.24, 0.33, 0.42), pattern="grooves", mouth=(0.20, -0.036), gills=0),
              ("whale", "blue whale", "humpback whale", "sperm whale")),
}  # fmt: skip


def _builder(kind: str) -> Callable[[Brief], Asset]:
    def build(brief: Brief) -> Asset:
        f = KINDS[kind][0]
        main = brief.colour(UNSET)
        if main == UNSET:
            main = brief.colour(UNSET, "body", "scale", "scales", "skin")
        if main != UNSET and not (kind == "whale" and brief.has("blue")):
            pale: RGB = (
                main[0] + (1 - main[0]) * 0.5,
                main[1] + (1 - main[1]) * 0.5,
                main[2] + (1 - main[2]) * 0.5,
            )
            f = replace(f, back=main, belly=pale, fin=(main[0] * 0.85, main[1] * 0.85, main[2] * 0.85))
        f = replace(
            f,
            fin=brief.colour(f.fin, "fin", "fins", "tail"),
            belly=brief.colour(f.belly, "belly"),
            length=f.length * brief.stretch.get("length", 1.0),
        )
        return build_fish(f, brief.quality, brief.seed)

    build.__doc__ = f"A {kind}."
    return build


def snake(brief: Brief) -> Asset:
    """A snake winding over the ground with its head raised."""
    rng = brief.rng(8)
    n = 90
    t = np.linspace(0, 1, n)
    wind = 2.1 + 0.3 * rng.random()
    x = (
        0.17
        * np.sin(2 * np.pi * wind * t + rng.random() * 6)
        * np.clip(4 * t, 0, 1)
        * np.clip(6 * (1 - t), 0.2, 1)
    )
    z = -0.62 + 1.15 * t
    lift = smoothstep(0.86, 1.0, t)
    radius = 0.030 * np.interp(t, [0, 0.25, 0.6, 0.9, 1.0], [0.10, 0.75, 1.0, 0.75, 0.62])
    path = np.stack([x * (1 - 0.7 * lift), radius + 0.12 * lift, z], axis=1)
    head = path[-1] + (0, 0.012, 0.035)
    blend = Blend()
    blend.add(Chain(path, radius), 0.01, "body")
    blend.add(Ellipsoid(head, (0.029, 0.019, 0.046)), 0.02, "head")
    blend.add(Ellipsoid(head + (0, -0.004, 0.034), (0.019, 0.013, 0.026)), 0.015, "head")
    surface = polygonise(
        blend,
        resolution={"low": 150, "medium": 210, "high": 300}[brief.quality],
        faces=int(0.55 * FACES[brief.quality]),
    )
    colour = brief.colour((0.32, 0.44, 0.16))
    dark = tuple(0.32 * c for c in colour)

    def paint(s: Skin) -> NDArray[np.float64]:
        along = t[_nearest(path, s.points)]
        base = np.tile(np.asarray(colour, float), (len(s.points), 1))
        diamond = np.abs(((along * 30) % 1) - 0.5) * 2
        mark = smoothstep(0.15, 0.0, diamond - 0.55 + 0.8 * (1 - s.normals[:, 1])) * smoothstep(
            0.05, 0.35, s.normals[:, 1]
        )
        base += (np.asarray(dark) - base) * (0.9 * mark)[:, None]
        base += (np.array([0.90, 0.86, 0.66]) - base) * smoothstep(-0.15, -0.55, s.normals[:, 1])[:, None]
        scale = np.sin(along * 900) * np.sin(np.arctan2(s.normals[:, 0], s.normals[:, 1]) * 16)
        return np.clip(base * (1 + 0.10 * scale)[:, None], 0, 1)

    parts = [painted_part("body", surface, {}, paint, TEXTURE[brief.quality], 0.4)]
    iris, pupil = (
        Material.from_srgb("iris", (0.88, 0.72, 0.14), roughness=0.1),
        Material.from_srgb("pupil", (0.01, 0.01, 0.01), roughness=0.05),
    )
    for name, sign in (("left", 1.0), ("right", -1.0)):
        spot = on_surface(blend, head + (0, 0.004, 0.020), (sign, 0.45, 0.35), 0.1)
        axes = facing((sign, 0.3, 0.5))
        eye = spot - axes[:, 2] * 0.003
        parts.append(
            part(
                f"eye_{name}",
                (ball(eye, np.full(3, 0.0062), axes, 16), iris),
                (ball(eye + axes[:, 2] * 0.0047, np.array([0.0015, 0.0042, 0.0021]), axes, 14), pupil),
            )
        )
    from pocket3d_server.geometry.shapes import sweep

    mouth = head + (0, -0.008, 0.056)
    red = Material.from_srgb("tongue", (0.72, 0.08, 0.12), roughness=0.4)
    fork = [
        sweep(
            curve([mouth - (0, 0, 0.01), mouth + (0, -0.001, 0.02), mouth + (sg * 0.007, -0.003, 0.036)], 8),
            np.linspace(0.0016, 0.0006, 8),
            6,
            round_ends=True,
            crease=80,
        )
        for sg in (-1, 1)
    ]
    parts.append(part("tongue", *((s, red) for s in fork)))
    return Asset(parts)


def _nearest(path: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.int64]:
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(path).query(points)[1])


FAMILIES: tuple[Family, ...] = (
    *(Family(kind, phrases, grounded(_builder(kind)), natural=True) for kind, (_, phrases) in KINDS.items()),
    Family(
        "snake",
        ("snake", "serpent", "python", "cobra", "viper", "rattlesnake"),
        grounded(snake),
        natural=True,
    ),
)
