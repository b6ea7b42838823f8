"""What stands against a wall and keeps things: cabinet, wardrobe, chest of drawers and bookshelf."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, unless_said
from pocket3d_server.models.builtin_text.joinery import board, drawers_of, knob, turned_leg, wood_of
from pocket3d_server.models.language.brief import RGB, Brief


def cabinet(brief: Brief) -> Asset:
    """A chest of drawers, or a cupboard or wardrobe with two doors."""
    wood, pull = wood_of(brief, "cabinet_wood"), asked(brief, "handles", "brass", None, "handle", "knob")
    tall = brief.has("wardrobe", "closet", "armoire")
    wide, deep = (1.1 if tall else 0.95) * brief.grown("width"), 0.58 if tall else 0.46
    high = (1.95 if tall else 0.85) * brief.grown("height")
    doors = brief.count("door", 2 if tall or brief.has("cabinet", "cupboard", "sideboard") else 0, 0, 4)
    case = shapes.rounded_box(wide, high - 0.12, deep, 0.006, 2).move(y=high / 2 + 0.02)
    crown = [
        shapes.rounded_box(wide + 0.03 + 0.04 * k, 0.022, deep + 0.02 + 0.03 * k, 0.008, 2).move(
            0, high - 0.035 + 0.02 * k, 0.005
        )
        for k in range(2)
    ]
    parts = [part("case", (case, wood)), part("top", (join(*crown), unless_said(brief, wood, "top")))]
    for k, (x, z) in enumerate(((1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0))):
        leg = turned_leg(0.10, 0.032).move(x * (wide / 2 - 0.05), 0, z * (deep / 2 - 0.05))
        parts.append(part(f"foot_{k + 1}", (leg, wood)))
    low = 0.11
    if doors:
        each = (wide - 0.05) / doors
        for k in range(doors):
            x = -wide / 2 + 0.025 + each * (k + 0.5)
            tall_door = high - low - 0.08
            panel = shapes.rounded_box(each - 0.012, tall_door, 0.022, 0.005, 2).move(
                x, low + tall_door / 2, deep / 2 + 0.006
            )
            frame = shapes.extrude(
                curves.rectangle(each - 0.07, tall_door - 0.08),
                0.014,
                0.004,
                holes=[curves.rectangle(each - 0.13, tall_door - 0.15)],
            )
            side = 1 if k % 2 == 0 else -1
            grip = knob(0.016).move(x + side * (each / 2 - 0.035), low + tall_door * 0.52, deep / 2 + 0.016)
            parts.append(
                part(
                    f"door_{k + 1}",
                    (
                        join(panel, frame.move(x, low + tall_door / 2, deep / 2 + 0.02)),
                        unless_said(brief, wood, "door"),
                    ),
                    (grip, pull),
                )
            )
    else:
        parts += drawers_of(
            "drawer",
            0,
            low,
            high - 0.06,
            wide - 0.06,
            deep / 2,
            brief.count("drawer", 3, 1, 8),
            unless_said(brief, wood, "drawer"),
            pull,
        )
    return Asset(parts)


BOOKS: tuple[RGB, ...] = (
    (0.50, 0.12, 0.10),
    (0.12, 0.25, 0.42),
    (0.16, 0.36, 0.22),
    (0.72, 0.55, 0.22),
    (0.36, 0.20, 0.36),
    (0.85, 0.80, 0.68),
)


def bookshelf(brief: Brief) -> Asset:
    """Open shelves, with books unless the prompt says they are empty."""
    rng, wood = brief.rng(), wood_of(brief, "shelf_wood")
    wide, deep, high = 0.95 * brief.grown("width"), 0.30, 1.8 * brief.grown("height")
    count = brief.count("shelf", 5, 1, 10)
    t = 0.024
    sides = [board(t, high, deep, 0.004).move(s * (wide / 2 - t / 2), high / 2, 0) for s in (1, -1)]
    parts = [
        part("sides", (join(*sides), wood)),
        part("back", (board(wide - t, high - 0.02, 0.010, 0.002).move(0, high / 2, -deep / 2 + 0.006), wood)),
    ]
    levels = np.linspace(0.07, high - t / 2, count + 1)
    for k, y in enumerate(levels):
        parts.append(
            part(
                f"shelf_{k + 1}",
                (
                    board(wide - 2 * t + 0.004, t, deep - 0.012, 0.004).move(0, y, 0),
                    unless_said(brief, wood, "shelf"),
                ),
            )
        )
    parts.append(
        part("plinth", (board(wide - 2 * t, 0.06, 0.02, 0.003).move(0, 0.03, deep / 2 - 0.03), wood))
    )
    if brief.has("empty"):
        return Asset(parts)
    papers = [
        asked(brief, f"book_{k}", "fabric", rgb, *(("book",) if k == 0 else ()))
        for k, rgb in enumerate(BOOKS)
    ]
    for k in range(count):
        room = levels[k + 1] - levels[k] - t
        x, limit = -wide / 2 + t + 0.01, wide / 2 - t - 0.02
        limit -= float(rng.uniform(0.0, 0.35)) * wide
        shelf: list[list[Solid]] = [[] for _ in papers]
        while True:
            thick, tall = float(rng.uniform(0.018, 0.05)), room * float(rng.uniform(0.62, 0.90))
            if x + thick > limit:
                break
            depth = float(rng.uniform(0.16, 0.22))
            book = shapes.rounded_box(thick - 0.002, tall, depth, min(0.006, thick / 3), 1)
            shelf[int(rng.integers(len(papers)))].append(
                book.move(x + thick / 2, levels[k] + t / 2 + tall / 2, deep / 2 - 0.02 - depth / 2 - 0.02)
            )
            x += thick
        pieces = [(join(*books), paper) for books, paper in zip(shelf, papers) if books]
        if pieces:
            parts.append(part(f"books_{k + 1}", *pieces))
    return Asset(parts)


FAMILIES = (
    Family("cabinet", ("cabinet", "cupboard", "chest of drawers", "dresser", "wardrobe", "sideboard", "nightstand", "closet", "armoire", "commode", "drawer"), cabinet),
    Family("bookshelf", ("bookshelf", "bookcase", "shelf", "shelf unit", "book shelf", "book case", "library shelf"), bookshelf),
)  # fmt: skip
