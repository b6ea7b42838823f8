"""Cut flowers in a vessel."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.organic.flower_heads import HEADS, Head
from pocket3d_server.models.language.brief import Brief


def bouquet(brief: Brief, h: float, mouth: float, rng: np.random.Generator) -> list[Part]:
    """Flowers on their stems in a vessel ``h`` metres high whose mouth has the radius ``mouth``: those that the prompt
    names, else plain ones."""
    kind = next((k for k in HEADS if brief.has(k)), None)
    head = plain_head(brief, rng) if kind is None else HEADS[kind][0](brief, rng)
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


def plain_head(brief: Brief, rng: np.random.Generator) -> Head:
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
