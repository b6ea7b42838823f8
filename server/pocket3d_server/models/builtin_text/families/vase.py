"""Vases, amphorae and jugs, empty or with flowers."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked
from pocket3d_server.models.builtin_text.making import both
from pocket3d_server.models.builtin_text.organic.bouquet import bouquet
from pocket3d_server.models.builtin_text.organic.flower_heads import HEADS
from pocket3d_server.models.builtin_text.pottery import fluted, glaze, handle, hollow, ring_on
from pocket3d_server.models.language.brief import Brief


def vase(brief: Brief) -> Asset:
    """A vase or an amphora whose outline follows the seed."""
    rng, rich = brief.rng(), brief.style == "luxury"
    kind = "clay" if brief.has("amphora", "greek", "ancient") else "ceramic"
    stuff = glaze(brief, "vase", "vase", "pot", kind=kind)
    h, w = 0.32 * brief.grown("height"), 0.085 * brief.grown("width", "girth")
    amphora = brief.has("amphora", "urn", "jug", "pitcher")
    shoulder = 0.66 if amphora else float(rng.uniform(0.30, 0.66))
    neck = float(rng.uniform(0.30, 0.45))
    foot, lip = (
        [[0.50, 0], [0.54, 0.01], [0.62, 0.06]],
        [[neck, 0.86], [neck * 1.02, 0.93], [neck * 1.55, 1.0]],
    )
    rows = [*foot, [1.0, shoulder], [0.86, shoulder + 0.10], *lip]
    outer = curves.smooth_curve(np.array(rows) * [w, h], 60)
    body = hollow(outer, 0.005, 0.01, brief.detail(72))
    if not amphora and rng.random() < 0.35:
        body = fluted(body, 14, h)
    band, ivory = ("gold", None) if rich else ("ceramic", (0.93, 0.88, 0.76))
    accent = asked(brief, "band", band, ivory, "band", "stripe", "rim", "ornament")
    parts = [
        part("vase", (body, stuff)),
        part("bands", (join(*(ring_on(outer, y * h) for y in (0.10, 0.84))), accent)),
    ]
    if amphora:
        loop = [
            [neck * w, 0.93 * h, 0],
            [w * 0.95, h * 0.95, 0],
            [w * 1.15, h * 0.84, 0],
            [w * 0.97, h * (shoulder + 0.06), 0],
        ]
        side = handle(loop, 0.007)
        parts.append(part("handles", (side if brief.has("jug", "pitcher") else both(side), stuff)))
    if brief.has("flower", "bouquet", *HEADS):
        parts += bouquet(brief, h, neck * w, rng)
    return Asset(parts)


FAMILIES = (
    Family("vase", ("vase", "amphora", "urn", "jug", "pitcher", "flower vase", "jar", "clay pot"), vase),
)  # fmt: skip
