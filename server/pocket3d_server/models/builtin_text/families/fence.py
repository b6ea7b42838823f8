"""Fences and gates."""

from __future__ import annotations

import itertools

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.masonry import hewn, parts_only
from pocket3d_server.models.builtin_text.railings import iron_railing, pickets, scrolls
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, beam, both
from pocket3d_server.models.language.brief import Brief


def fence(brief: Brief) -> Asset:
    """A fence of three bays: pickets, level rails or iron bars."""
    iron = (
        brief.has("iron", "metal", "wrought", "cemetery")
        or "iron" in brief.materials
        or "metal" in brief.materials
    )
    picket = brief.has("picket", "garden", "white") or brief.rng().random() < 0.55
    bays, pitch = brief.count("post", 4, 2, 12) - 1, 1.5
    long, high = bays * pitch * brief.grown("length"), 1.05 * brief.grown("height")
    pitch = long / bays
    posts_x = np.linspace(-long / 2, long / 2, bays + 1)
    if iron:
        return Asset(iron_railing(brief, long, high, posts_x))
    usual = (0.95, 0.94, 0.91) if picket and brief.rng(1).random() < 0.6 else None
    wood = asked(
        brief,
        "boards",
        "wood" if usual is None or "wood" in brief.materials else "paint",
        usual if "wood" not in brief.materials else None,
        "board",
        "picket",
        main=True,
    )
    rng = brief.rng(2)
    if picket:
        slats, rails, posts = pickets(long, high, posts_x)
    else:
        slats = []
        rails = [
            shapes.rounded_box(pitch + 0.16, 0.13, 0.045, 0.012, 1)
            .grained()
            .rotate(z=float(rng.uniform(-1.5, 1.5)))
            .move((a + b) / 2, y, 0.07)
            for a, b in itertools.pairwise(posts_x)
            for y in np.linspace(0.28, high * 0.86, brief.count("rail", 3, 1, 5))
        ]
        posts = [
            shapes.cylinder(0.075, high * 1.08, 0.015, 14, top=0.068)
            .grained()
            .rotate(z=float(rng.uniform(-2, 2)))
            .move(v, 0, 0)
            for v in posts_x
        ]
    return Asset(
        [
            part("posts", (join(*posts), wood)),
            part("rails", (join(*rails), wood)),
            *([part("pickets", (join(*slats), wood))] if slats else []),
        ]
    )


def gate(brief: Brief) -> Asset:
    """A wrought iron gate of two leaves with scrolls between stone pillars with lamps or balls on top."""
    if "wood" in brief.materials or brief.has("farm", "field", "garden"):
        return wooden_gate(brief)
    metal, stone = (
        asked(brief, "iron", "iron", (0.09, 0.09, 0.10), "leaf", main=True),
        asked(brief, "pillars", "brick" if brief.rng().random() < 0.4 else "stone", None, "pillar", "wall"),
    )
    cap = hewn(parts_only(brief), "caps", (0.70, 0.68, 0.63), "cap")
    half, high = 1.5 * brief.grown("width"), 2.0 * brief.grown("height")
    bars, count = [], 10
    for s in (1, -1):
        x = np.linspace(0.06, half - 0.06, count)
        arch = high * (1.0 + 0.18 * np.cos(np.pi * x / half / 2) ** 2) - 0.1
        bars += [
            shapes.cylinder(0.013, float(h) - 0.08, 0, 10).move(s * v, 0.10, 0)
            for v, h in zip(x, arch, strict=True)
        ]
        bars += [
            shapes.revolve(np.array([[0.014, 0], [0.03, 0.04], [0.0, 0.15]]), 8).move(s * v, float(h), 0)
            for v, h in zip(x, arch, strict=True)
        ]
        bars.append(
            shapes.sweep(np.column_stack([s * x, arch - 0.08, np.zeros(count)]), 0.02, 8, round_ends=True)
        )
        bars += [
            shapes.rounded_box(half - 0.04, 0.045, 0.03, 0.006, 1).move(s * half / 2, y, 0)
            for y in (0.14, high * 0.52, high * 0.62)
        ]
        bars += [
            shapes.rounded_box(0.05, h, 0.04, 0.008, 1).move(s * v, h / 2 + 0.06, 0)
            for v, h in ((0.03, high * 1.08), (half - 0.03, high * 0.92))
        ]
        for v in (x[2:-1:2] + x[1:-2:2]) / 2 if count % 2 else x[1:-1:2] + 0.5 * (x[1] - x[0]):
            bars.append(shapes.torus(0.062, 0.016, 20, 6).rotate(x=90).move(s * float(v), high * 0.57, 0))
        bars += scrolls(s, half, high)
    pillars = both(
        join(
            shapes.rounded_box(0.55, high * 1.12, 0.55, 0.02, 1).move(half + 0.33, high * 0.56, 0),
            shapes.rounded_box(0.66, 0.3, 0.66, 0.03, 1).move(half + 0.33, 0.15, 0),
        )
    )
    tops = both(
        join(
            shapes.rounded_box(0.70, 0.12, 0.70, 0.03, 2).move(half + 0.33, high * 1.12 + 0.05, 0),
            shapes.cylinder(0.14, 0.10, 0.03, 24).move(half + 0.33, high * 1.12 + 0.1, 0),
            shapes.sphere(0.22, 24).move(half + 0.33, high * 1.12 + 0.36, 0),
        )
    )
    lock = shapes.rounded_box(0.10, 0.16, 0.06, 0.015, 1).move(0, high * 0.5, 0.02)
    hinges = both(join(*[bar([half - 0.05, y, 0], [half + 0.10, y, 0], 0.02) for y in (0.4, high * 0.8)]))
    return Asset([part("leaves", (join(*bars), metal)), part("pillars", (pillars, stone)), part("caps", (tops, cap)), part("lock", (lock, finish("brass"))), part("hinges", (hinges, metal))])  # fmt: skip


def wooden_gate(brief: Brief) -> Asset:
    """A gate of boards with rails and a diagonal brace, hung between two capped posts."""
    rgb = (0.52, 0.35, 0.21) if brief.rng().random() < 0.6 else (0.36, 0.24, 0.15)
    wood, iron = (
        asked(brief, "boards", "wood", rgb, "leaf", "board", main=True),
        finish("iron", name="hinges"),
    )
    wide, high = 1.3 * brief.grown("width"), 1.25 * brief.grown("height")
    count = 9
    step = wide / count
    x = (np.arange(count) - (count - 1) / 2) * step
    tops = high * (1 + 0.16 * np.cos(np.pi * x / wide))
    boards = [
        shapes.rounded_box(step * 0.93, float(t), 0.03, 0.006, 1)
        .grained()
        .move(float(v), float(t) / 2 + 0.08, 0)
        for v, t in zip(x, tops, strict=True)
    ]
    rails = [
        shapes.rounded_box(wide, 0.11, 0.04, 0.008, 1).grained().move(0, y, 0.035)
        for y in (0.30, high * 0.88)
    ]
    brace = beam([-wide / 2 + 0.08, 0.34, 0.035], [wide / 2 - 0.08, high * 0.84, 0.035], 0.04, 0.10)
    post = (
        shapes.rounded_box(0.15, high * 1.32, 0.15, 0.012, 1).grained().move(wide / 2 + 0.11, high * 0.66, 0)
    )
    cap = shapes.prism(4, 0.13, 0.10, top=0.02).move(wide / 2 + 0.11, high * 1.32, 0)
    hinges = [
        shapes.rounded_box(0.42, 0.05, 0.012, 0.004, 1).move(-wide / 2 + 0.14, y, 0.062)
        for y in (0.30, high * 0.88)
    ]
    latch = shapes.rounded_box(0.26, 0.03, 0.02, 0.006, 1).move(wide / 2, high * 0.66, 0.04)
    ring = shapes.torus(0.05, 0.014, 24, 8).rotate(x=90).move(wide / 2 - 0.14, high * 0.66, 0.05)
    return Asset(
        [
            part("leaf", (join(*boards), wood), (join(*rails, brace), wood)),
            part("posts", (both(join(post, cap)), wood)),
            part("hinges", (join(*hinges, latch, ring), iron)),
        ]
    )


FAMILIES = (
    Family("fence", ("fence", "wooden fence", "picket fence", "garden fence", "iron fence", "railing", "white picket fence"), fence),
    Family("gate", ("gate", "iron gate", "garden gate", "entrance gate", "wrought iron gate", "wooden gate", "farm gate"), gate),
)  # fmt: skip
