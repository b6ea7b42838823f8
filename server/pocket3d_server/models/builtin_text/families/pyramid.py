"""Pyramids of Egypt and of the Maya."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish
from pocket3d_server.models.language.brief import Brief


def pyramid(brief: Brief) -> Asset:
    """An Egyptian pyramid of worn courses with a smooth cap and an entrance; a stepped one for Maya and Aztecs."""
    maya = brief.has("maya", "mayan", "aztec", "step", "stepped", "mexican")
    stone = asked(
        brief,
        "stone",
        "sand" if not maya else "stone",
        (0.84, 0.70, 0.45) if not maya else (0.62, 0.58, 0.50),
        "block",
        main=True,
    )
    return _stepped(brief, stone) if maya else _egyptian(brief, stone)  # fmt: skip


def _egyptian(brief: Brief, stone: Finish) -> Asset:
    rng = brief.rng()
    half, high = 20.0 * brief.grown("width"), 25.0 * brief.grown("height")
    rows = brief.count("step", brief.count("layer", 22, 5, 40), 5, 40)
    blocks: list[Solid] = []
    step = high / (rows + 1)
    smooth = rows - max(rows // 7, 1)
    for k in range(smooth):
        w = half * (1 - k / (rows + 1))
        layer = shapes.rounded_box(2 * w, step, 2 * w, 0.12, 1).move(0, step * (k + 0.5), 0)
        blocks.append(layer)
        # Single blocks that stand out of their course, so that its edge is not one line.
        for turn in (0, 90, 180, 270):
            n = max(int(w / 3.2), 1)
            at, out = rng.uniform(-w * 0.85, w * 0.85, n), rng.uniform(0.10, 0.5, n)
            blocks += [
                shapes.rounded_box(float(rng.uniform(1.4, 2.8)), step * 0.96, 2.0, 0.10, 1).move(a, step * (k + 0.48), w - 1.0 + o).rotate(y=turn)
                for a, o in zip(at, out, strict=True)
            ]  # fmt: skip
    y = step * smooth
    base = half * (1 - (smooth - 0.55) / (rows + 1))
    cap = shapes.hull(
        [[sx * base, y - 0.02, sz * base] for sx in (1, -1) for sz in (1, -1)] + [[0, high, 0]], 20
    )
    gate_y, z = step * 2.0, half * (1 - 1.5 / (rows + 1))
    gate = [shapes.rounded_box(0.9, 3.0, 3.4, 0.1, 1).move(s * 1.5, gate_y, z - 0.6) for s in (1, -1)]
    gate += [shapes.rounded_box(5.0, 0.9, 3.6, 0.1, 1).move(0, gate_y + 1.7, z - 0.6)]
    dark = shapes.box(2.2, 2.9, 0.3).move(0, gate_y, z + 0.7)
    dune = shapes.revolve(
        curves.smooth_curve([[half * 1.62, -0.25], [half * 1.45, 0.1], [half * 1.1, 0.35], [0, 0.4]], 12), 48
    )
    return Asset(
        [
            part("courses", (join(*blocks), stone)), part("cap", (cap.box_mapped(), asked(brief, "cap", "plaster", (0.93, 0.84, 0.62), "cap", "top"))),
            part("entrance", (join(*gate), stone), (dark, finish("stone", (0.06, 0.05, 0.04), "dark"))), part("sand", (dune, finish("sand"))),
        ]
    )  # fmt: skip


def _stepped(brief: Brief, stone: Finish) -> Asset:
    tiers = brief.count("step", brief.count("tier", 7, 4, 12), 4, 12)
    half, step = 14.0 * brief.grown("width"), 1.9 * brief.grown("height")
    top = half * 0.36
    made, stairs = [], []
    for k in range(tiers):
        w = half + (top - half) * k / (tiers - 1)
        slope = np.stack(
            [
                curves.in_plane(curves.rectangle(2 * v, 2 * v, 0.0), y)
                for v, y in (
                    (w, step * k),
                    (w - 0.25, step * (k + 0.82)),
                    (w - 0.02, step * (k + 0.84)),
                    (w - 0.02, step * (k + 1)),
                )
            ]
        )
        made.append(shapes.loft(slope, crease=20, mapping="box"))
    high = tiers * step
    count = int(high / 0.42)
    for turn in (0, 90, 180, 270):
        for k in range(count):
            y, z = high * (k + 1) / count, half + 0.9 - (half + 0.9 - top) * (k / count)
            stairs.append(
                shapes.box(4.4, high / count, z - top * 0.6)
                .move(0, y - high / count / 2, (z + top * 0.6) / 2)
                .rotate(y=turn)
            )
        side = np.array(
            [[half + 1.3, 0], [top + 0.35, high + 0.25], [top - 1.0, high + 0.25], [top - 1.0, 0]]
        )
        stairs += [
            shapes.extrude(curves.counter_clockwise(side * [-1, 1]), 0.6, 0.05)
            .rotate(y=90)
            .move(x=s * 2.5)
            .rotate(y=turn)
            for s in (1, -1)
        ]
    shrine = shapes.difference(
        shapes.box(top * 1.5, 3.4, top * 1.3).move(0, high + 1.7, 0),
        shapes.box(1.8, 2.4, top * 1.5).move(0, high + 1.1, 0.6),
        shapes.box(0.9, 2.0, 6).move(top * 0.5, high + 1.1, 2.5),
        shapes.box(0.9, 2.0, 6).move(-top * 0.5, high + 1.1, 2.5),
    )
    crest = [
        shapes.rounded_box(top * 1.62, 0.4, top * 1.42, 0.06, 1).move(y=high + y) for y in (2.6, 3.5)
    ] + [shapes.rounded_box(top * 1.2, 1.3, 0.5, 0.1, 1).move(y=high + 4.2)]
    return Asset([part("tiers", (join(*made), stone)), part("stairs", (join(*stairs), stone)), part("shrine", (shrine, stone), (join(*crest), stone))])  # fmt: skip


FAMILIES = (
    Family("pyramid", ("pyramid", "egyptian pyramid", "mayan pyramid", "aztec pyramid", "mayan temple", "great pyramid", "aztec temple"), pyramid),
)  # fmt: skip
