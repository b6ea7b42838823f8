"""Animals of the water: fish, sharks, dolphins and whales, as if swimming just above the ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.implicit import Blend, Chain, Ellipsoid, polygonise
from pocket3d_server.geometry.solid import part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.organic.fish_body import UNSET, FishShape, build_fish
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.noise import smoothstep
from pocket3d_server.models.builtin_text.organic.on_body import FACES, TEXTURE
from pocket3d_server.models.builtin_text.organic.paint import painted_part
from pocket3d_server.models.builtin_text.organic.serpent import forked_tongue, slit_eyes, snake_scales
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
    rng, t = brief.rng(8), np.linspace(0, 1, 90)
    wind = 2.1 + 0.3 * rng.random()
    swing = np.clip(4 * t, 0, 1) * np.clip(6 * (1 - t), 0.2, 1)
    x = 0.17 * np.sin(2 * np.pi * wind * t + rng.random() * 6) * swing
    lift = smoothstep(0.86, 1.0, t)
    radius = 0.030 * np.interp(t, [0, 0.25, 0.6, 0.9, 1.0], [0.10, 0.75, 1.0, 0.75, 0.62])
    path = np.stack([x * (1 - 0.7 * lift), radius + 0.12 * lift, -0.62 + 1.15 * t], axis=1)
    head = path[-1] + (0, 0.012, 0.035)
    blend = Blend()
    blend.add(Chain(path, radius), 0.01, "body")
    blend.add(Ellipsoid(head, (0.029, 0.019, 0.046)), 0.02, "head")
    blend.add(Ellipsoid(head + (0, -0.004, 0.034), (0.019, 0.013, 0.026)), 0.015, "head")
    cells = {"low": 150, "medium": 210, "high": 300}[brief.quality]
    surface = polygonise(blend, resolution=cells, faces=int(0.55 * FACES[brief.quality]))
    scales = snake_scales(path, brief.colour((0.32, 0.44, 0.16)))
    return Asset(
        [
            painted_part("body", surface, {}, scales, TEXTURE[brief.quality], 0.4),
            *slit_eyes(blend, head + (0, 0.004, 0.020), 0.0062),
            part("tongue", *forked_tongue(head + (0, -0.008, 0.056))),
        ]
    )


FAMILIES: tuple[Family, ...] = (
    *(Family(kind, phrases, grounded(_builder(kind)), natural=True) for kind, (_, phrases) in KINDS.items()),
    Family(
        "snake",
        ("snake", "serpent", "python", "cobra", "viper", "rattlesnake"),
        grounded(snake),
        natural=True,
    ),
)
