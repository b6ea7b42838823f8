"""Vases, amphorae and jugs, empty or with flowers."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Material, Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.organic.flower_heads import HEADS, Head
from pocket3d_server.models.builtin_text.pottery import glaze, handle, hollow
from pocket3d_server.models.language.brief import Brief


def vase(brief: Brief) -> Asset:
    """A vase or an amphora whose outline follows the seed."""
    rng = brief.rng()
    stuff = glaze(
        brief, "vase", "vase", "pot", kind="clay" if brief.has("amphora", "greek", "ancient") else "ceramic"
    )
    h, w = 0.32 * brief.grown("height"), 0.085 * brief.grown("width", "girth")
    amphora = brief.has("amphora", "urn", "jug", "pitcher")
    shoulder = 0.66 if amphora else float(rng.uniform(0.30, 0.66))
    neck = float(rng.uniform(0.30, 0.45))
    rows = np.array(
        [
            [0.50, 0],
            [0.54, 0.01],
            [0.62, 0.06],
            [1.0, shoulder],
            [0.86, shoulder + 0.10],
            [neck, 0.86],
            [neck * 1.02, 0.93],
            [neck * 1.55, 1.0],
        ]
    ) * [w, h]
    outer = curves.smooth_curve(rows, 60)
    body = hollow(outer, 0.005, 0.01, brief.detail(72))
    if not amphora and rng.random() < 0.35:  # fluted
        ribs = 14

        def flute(v: Points) -> Points:
            a, t = np.arctan2(v[:, 0], v[:, 2]), v[:, 1] / h
            v[:, [0, 2]] *= (1 + 0.035 * np.cos(ribs * a) * np.sin(np.pi * np.clip(t, 0, 1)) ** 0.7)[:, None]
            return v

        body = body.deform(flute)
    parts = [part("vase", (body, stuff))]
    bands = [
        shapes.torus(float(np.interp(y * h, outer[:, 1], outer[:, 0])) + 0.0005, 0.005, 56, 10).move(y=y * h)
        for y in (0.10, 0.84)
    ]
    accent = asked(
        brief,
        "band",
        "gold" if brief.style == "luxury" else "ceramic",
        None if brief.style == "luxury" else (0.93, 0.88, 0.76),
        "band",
        "stripe",
        "rim",
        "ornament",
    )
    parts.append(part("bands", (join(*bands), accent)))
    if amphora:
        side = handle(
            [
                [neck * w, h * 0.93, 0],
                [w * 0.95, h * 0.95, 0],
                [w * 1.15, h * 0.84, 0],
                [w * 0.97, h * (shoulder + 0.06), 0],
            ],
            0.007,
        )
        loops = [side] if brief.has("jug", "pitcher") else [side, side.mirror("x")]
        parts.append(part("handles", (join(*loops), stuff)))
    if brief.has("flower", "bouquet", *HEADS):
        parts += _bouquet(brief, h, neck * w, rng)
    return Asset(parts)


def _bouquet(brief: Brief, h: float, mouth: float, rng: np.random.Generator) -> list[Part]:
    kind = next((k for k in HEADS if brief.has(k)), None)
    head = _plain_head(brief, rng) if kind is None else HEADS[kind][0](brief, rng)
    stems, heads, leaves = [], [], []
    for k in range(brief.count("flower", 7, 1, 20)):
        a, lean = 2.4 * k, float(rng.uniform(0.3, 1.0))
        tip = np.array([0.14 * lean * np.sin(a), h + 0.26 - 0.09 * lean, 0.14 * lean * np.cos(a)])
        path = curves.smooth_curve(
            [[0, h * 0.25, 0], [0.5 * mouth * np.sin(a), h, 0.5 * mouth * np.cos(a)], tip], 12
        )
        stems.append(shapes.sweep(path, 0.0028, 8))
        turn = {"x": 34 * lean * np.cos(a), "z": -34 * lean * np.sin(a)}
        heads.append([solid.rotate(y=50 * k).rotate(**turn).move(*tip) for _, solid, _ in head])
        leaf = (
            shapes.superellipsoid(0.024, 0.003, 0.09, 2, 2, 12)
            .rotate(x=-50)
            .move(0, 0.02, 0.035)
            .rotate(y=float(rng.uniform(0, 360)))
        )
        leaves.append(leaf.move(*path[8]))
    green = finish("plastic", (0.22, 0.44, 0.18), "stems", roughness=0.7)
    pieces: dict[str, list[tuple[Solid, Material]]] = {}
    for (name, _, material), solids in zip(head, zip(*heads, strict=True), strict=True):
        pieces.setdefault(name, []).append((join(*solids), material))
    return [part("stems", (join(*stems, *leaves), green)), *(part(n, *p) for n, p in pieces.items())]


def _plain_head(brief: Brief, rng: np.random.Generator) -> Head:
    """Six petals around a yellow heart."""
    colour = asked(
        brief,
        "petals",
        "fabric",
        ((0.88, 0.30, 0.40), (0.95, 0.80, 0.25), (0.62, 0.42, 0.80))[int(rng.integers(3))],
        "flower",
    )
    petal = shapes.superellipsoid(0.032, 0.008, 0.050, 2, 2, 12).rotate(x=-24).move(0, 0.006, 0.026)
    heart = shapes.sphere(0.013, 14).scale(1, 0.7, 1).move(0, 0.006, 0)
    return [
        ("petals", join(*(petal.rotate(y=60 * j) for j in range(6))), colour),
        ("hearts", heart, finish("fabric", (0.93, 0.72, 0.16), "hearts")),
    ]


FAMILIES = (
    Family("vase", ("vase", "amphora", "urn", "jug", "pitcher", "flower vase", "jar", "clay pot"), vase),
)  # fmt: skip
