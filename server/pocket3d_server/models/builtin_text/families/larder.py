"""From the larder: eggs, boiled, painted or fried, and cheese."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.making import cm, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief


def fried_egg(brief: Brief) -> Asset:
    """A fried egg, sunny side up."""
    t = 2 * np.pi * np.arange(72) / 72
    rng = brief.rng()
    swing = sum(float(rng.uniform(0.03, 0.10)) * np.sin(n * t + rng.uniform(0, 6.3)) for n in (2, 3, 5))
    r = 0.058 * (1 + swing)
    shell = [
        (0.97, 0.0),
        (1.0, 0.0015),
        (0.985, 0.0042),
        (0.93, 0.0052),
        (0.70, 0.0046),
        (0.45, 0.0075),
        (0.15, 0.0085),
    ]
    white = shapes.loft(
        np.stack(
            [np.column_stack([r * s * np.cos(t), np.full(72, y), -r * s * np.sin(t)]) for s, y in shell]
        ),
        crease=70,
    )
    lace = shapes.sweep(
        np.column_stack([r * np.cos(t), np.full(72, 0.002), r * np.sin(t)]), 0.0022, 8, closed=True
    )
    yolk = turned(cm("2.0 .5, 2.1 .9, 1.75 1.7, 1.0 2.15, 0 2.3"), 26, segments=40).move(0.004, 0, 0.002)
    return Asset([
        part("white", (white, asked(brief, "white", "plastic", (0.97, 0.96, 0.92), "white", roughness=0.3))), part("edge", (lace, finish("plastic", (0.85, 0.62, 0.34), "fried_edge"))),
        part("yolk", (yolk, asked(brief, "yolk", "plastic", (0.99, 0.68, 0.08), "yolk", roughness=0.12))),
    ])  # fmt: skip


def egg(brief: Brief) -> Asset:
    """A hen's egg; in a cup when asked; with a pattern at Easter."""
    shell = asked(
        brief,
        "shell",
        "ceramic",
        (0.93, 0.80, 0.66) if brief.rng().random() < 0.6 else (0.96, 0.95, 0.92),
        "shell",
        main=True,
        roughness=0.5,
    )
    outline = cm("0 0, 1.2 .25, 2.1 1.4, 2.25 2.4, 1.9 3.9, 1.2 5.0, .55 5.5, 0 5.6")
    body = turned(outline, 40, segments=brief.detail(44))
    parts = [part("shell", (body, shell))]
    if brief.has("easter", "painted", "decorated"):
        line = curves.smooth_curve(outline, 40)
        tints: tuple[RGB, ...] = ((0.92, 0.35, 0.50), (0.30, 0.60, 0.85), (0.97, 0.80, 0.25))
        for k, (y, rgb) in enumerate(zip((0.016, 0.028, 0.040), tints)):
            rr = float(np.interp(y, line[:, 1], line[:, 0]))
            t = 2 * np.pi * np.arange(96) / 96
            wave = 0.0022 * np.sin(12 * t) * (k == 1)
            path = np.column_stack(
                [
                    np.interp(y + wave, line[:, 1], line[:, 0]) * np.cos(t),
                    y + wave,
                    np.interp(y + wave, line[:, 1], line[:, 0]) * np.sin(t),
                ]
            )
            parts.append(
                part(
                    f"stripe_{k + 1}",
                    (
                        shapes.sweep(path, 0.0011 * (1 + rr), 8, closed=True),
                        finish("paint", rgb, f"stripe_{k + 1}"),
                    ),
                )
            )
    if brief.has("cup", "eggcup"):
        cup = turned(
            cm("2.2 -2.8, 2.3 -2.5, .8 -1.8, .7 -1, 1.6 0, 2.3 1.4, 2.4 2.0, 0 2.0"), 44, segments=40
        )
        parts.append(part("cup", (cup, asked(brief, "cup", "ceramic", (0.25, 0.45, 0.65), "cup"))))
    return Asset(parts)


def cheese(brief: Brief) -> Asset:
    """A wedge of cheese with holes; a whole wheel when asked."""
    rng = brief.rng()
    stuff = asked(brief, "cheese", "plastic", (0.98, 0.78, 0.24), "cheese", main=True)
    rind = asked(brief, "rind", "plastic", (0.90, 0.58, 0.16), "rind", "wax")
    r, tall, span = 0.13, 0.060 * brief.grown("height"), 300.0 if brief.has("wheel", "whole") else 46.0
    a = np.radians(np.linspace(-span / 2, span / 2, 24 if span < 90 else 60))
    outline = np.concatenate([[[0, 0]], np.column_stack([r * np.cos(a), r * np.sin(a)])])
    wedge = shapes.extrude(outline, tall, 0.002).rotate(x=-90).move(y=tall / 2)
    half = np.radians(span / 2)
    holes = []
    for s in (1, -1):
        along = np.array([np.cos(half), 0, -s * np.sin(half)])
        for q, y, size in zip(
            (0.032, 0.058, 0.085, 0.108, 0.07), rng.uniform(0.012, 0.048, 5), rng.uniform(0.006, 0.0125, 5)
        ):
            holes.append(shapes.sphere(float(size), 20).move(*(along * q + [0, float(y) * tall / 0.06, 0])))
    for q, b, size in zip(
        rng.uniform(0.05, 0.11, 5), rng.uniform(-0.8, 0.8, 5), rng.uniform(0.005, 0.011, 5)
    ):
        holes.append(
            shapes.sphere(float(size), 20).move(
                float(q * np.cos(b * half)), tall, float(-q * np.sin(b * half))
            )
        )
    body = shapes.difference(wedge, *holes, crease=35)
    back = np.concatenate(
        [
            np.column_stack([(r + 0.003) * np.cos(a), (r + 0.003) * np.sin(a)]),
            np.column_stack([(r - 0.001) * np.cos(a), (r - 0.001) * np.sin(a)])[::-1],
        ]
    )
    band = shapes.extrude(back, tall + 0.001, 0.0008).rotate(x=-90).move(y=tall / 2)
    turn = {"y": 35.0 if span < 90 else -90.0}
    return Asset([part("cheese", (body.rotate(**turn), stuff)), part("rind", (band.rotate(**turn), rind))])


FAMILIES = (
    Family("fried_egg", ("fried egg", "sunny side up egg", "fried eggs"), grounded(fried_egg, centre=True)),
    Family("egg", ("egg", "easter egg", "boiled egg", "chicken egg", "dinosaur egg"), grounded(egg, centre=True)),
    Family("cheese", ("cheese", "cheese wedge", "swiss cheese", "piece of cheese", "cheese wheel"), grounded(cheese, centre=True)),
)  # fmt: skip
