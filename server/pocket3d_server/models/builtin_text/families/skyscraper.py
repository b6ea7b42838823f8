"""Skyscrapers: a frame of glass and steel with setbacks."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.facade import mullions
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.language.brief import Brief


def skyscraper(brief: Brief) -> Asset:
    """A glass tower with floor bands, setbacks and a spire."""
    rng = brief.rng()
    floors = brief.count("floor", int(26 * brief.grown("height")), 4, 60)
    glass = asked(
        brief,
        "facade",
        "glass",
        (0.24, 0.38, 0.50),
        "window",
        "glass",
        main=True,
        alpha=1.0,
        roughness=0.08,
        metallic=0.5,
    )
    steel, stone = asked(brief, "frame", "aluminium", None, "frame"), finish("concrete")
    storey, wide = 3.4, 17.0 * brief.grown("width", "girth")
    shape = curves.rectangle(1, 1, (0.06, 0.22, 0.48)[int(rng.integers(3))], 5)
    cuts = [0.55, 0.82, 1.0] if rng.random() < 0.6 else [1.0]
    sizes = [1.0, 0.78, 0.55][: len(cuts)]
    parts: list[Part] = [
        part("plaza", (shapes.rounded_box(wide * 1.5, 0.5, wide * 1.5, 0.1, 2).move(y=0.25), stone))
    ]
    lobby = shapes.extrude(shape * wide * 0.94, 5.0).rotate(x=-90).move(y=2.9)
    parts.append(part("lobby", (lobby, glow("lobby", (0.95, 0.85, 0.62), 0.25))))
    columns = [
        shapes.cylinder(0.35, 5.0, segments=16).move(x * wide * 0.47, 0.45, z * wide * 0.47)
        for x in (-1, -0.33, 0.33, 1)
        for z in (-1, 1)
    ]
    columns += [c.rotate(y=90) for c in columns if True][:8]
    base, start = 5.2, 0
    bands, fins, bodies = [], [], []
    for cut, size in zip(cuts, sizes):
        end = int(floors * cut)
        high = (end - start) * storey
        if high <= 0:
            continue
        w = wide * size
        bodies.append(shapes.extrude(shape * w, high).rotate(x=-90).move(y=base + high / 2))
        bands += [
            shapes.extrude(shape * (w + 0.35), 0.55).rotate(x=-90).move(y=base + k * storey + 0.2)
            for k in range(end - start + 1)
        ]
        fins += mullions(shape, w, high, base)
        bands.append(shapes.extrude(shape * (w + 0.5), 1.3).rotate(x=-90).move(y=base + high + 0.5))
        base, start = base + high, end
    mast = shapes.revolve(
        np.array([[1.1, 0], [0.8, 2.0], [0.3, 2.4], [0.22, 9.0], [0.08, 9.2], [0.03, 16.0]]), 20
    ).move(y=base + 1.0)
    plant = shapes.rounded_box(wide * sizes[-1] * 0.5, 2.2, wide * sizes[-1] * 0.4, 0.1, 1).move(y=base + 2.0)
    parts += [
        part("columns", (join(*columns), stone)), part("facade", (join(*bodies), glass)), part("floor_bands", (join(*bands), steel)),
        part("mullions", (join(*fins), steel)), part("roof_plant", (plant, stone)), part("spire", (mast, steel)),
    ]  # fmt: skip
    return Asset(parts)


FAMILIES = (
    Family("skyscraper", ("skyscraper", "office building", "high rise", "office tower", "apartment building", "building", "tower block"), skyscraper),
)  # fmt: skip
