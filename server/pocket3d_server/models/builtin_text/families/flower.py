"""Flowers on their stems, one alone or a bunch in a vase."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.shapes import revolve
from pocket3d_server.geometry.solid import Solid, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked
from pocket3d_server.models.builtin_text.organic.flower_heads import (
    HEADS,
)
from pocket3d_server.models.builtin_text.organic.flower_stem import assembled, single_flower
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def _builder(kind: str) -> Callable[[Brief], Asset]:
    def build(brief: Brief) -> Asset:
        rng = brief.rng(2)
        count = brief.count("flower", brief.count(kind, 1, 1, 25), 1, 25)
        bunch = brief.has("bouquet", "bunch", "vase", "pot") or count > 1
        if not bunch:
            return Asset(assembled(single_flower(brief, kind, rng)))
        count = count if count > 1 else 9
        tall = HEADS[kind][1]
        pieces: list[tuple[str, Solid, Material]] = []
        for k in range(count):
            t = np.sqrt((k + 0.3) / count)
            flower = single_flower(brief, kind, rng)
            tilt, spin = 24 * t, 137.5 * k
            for name, solid, material in flower:
                pieces.append(
                    (
                        name,
                        solid.scale(0.92 + 0.10 * float(np.cos(k)))
                        .rotate(x=tilt)
                        .rotate(y=spin)
                        .move(y=0.03),
                        material,
                    )
                )
        r, h = 0.055 * (tall / 0.36) ** 0.5, 0.52 * tall
        profile = np.array(
            [
                (0.0, 0.0),
                (0.72 * r, 0.0),
                (0.78 * r, 0.02 * h),
                (1.25 * r, 0.32 * h),
                (1.20 * r, 0.55 * h),
                (0.80 * r, 0.86 * h),
                (0.82 * r, 0.95 * h),
                (1.0 * r, h),
                (0.95 * r, h),
                (0.76 * r, 0.94 * h),
                (0.74 * r, 0.86 * h),
                (0.0, 0.80 * h),
            ]
        )
        vase = asked(brief, "vase", "ceramic", (0.82, 0.86, 0.88), "vase", "pot")
        return Asset([part("vase", (revolve(profile, 48, crease=40), vase)), *assembled(pieces)])

    build.__doc__ = f"A {kind}, or a bunch in a vase."
    return build


PHRASES: dict[str, tuple[str, ...]] = {
    "rose": (
        "rose",
        "red rose",
        "flower",
        "bouquet",
        "bouquet of flowers",
        "vase of flowers",
        "flower in a vase",
        "carnation",
        "peony",
    ),
    "tulip": ("tulip", "crocus"),
    "sunflower": ("sunflower",),
    "daisy": ("daisy", "marguerite", "chamomile", "gerbera", "aster", "wildflower", "dandelion"),
    "lily": ("lily", "orchid", "iris flower", "hibiscus"),
    "poppy": ("poppy", "anemone", "pansy"),
}

FAMILIES: tuple[Family, ...] = tuple(
    Family(kind, PHRASES[kind], grounded(_builder(kind)), natural=True) for kind in HEADS
)
