"""Tables and desks: a top on legs, on a pillar or on trestles, with drawers where one works."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, unless_said
from pocket3d_server.models.builtin_text.joinery import board, drawers_of, legs, tapered_leg, wood_of
from pocket3d_server.models.language.brief import Brief


def table(brief: Brief) -> Asset:
    """A table with a round or a rectangular top, on legs, a pedestal or trestles."""
    rng = brief.rng()
    low = brief.has("coffee", "low", "side", "tea")
    around = brief.has("round", "circular", "bistro", "cafe") or (
        not brief.has("dining", "long", "rectangular", "picnic") and rng.random() < 0.2
    )
    height = (0.42 if low else 0.75) * (brief.grown("height") if not low else 1.0)
    long = (1.0 if low else 1.5) * brief.grown("length") * brief.grown("width") ** 0.4
    deep = (0.6 if low else 0.85) * brief.grown("width")
    wood = wood_of(brief, "table_wood")
    top_stuff, leg_stuff = unless_said(brief, wood, "top", "tabletop"), unless_said(brief, wood, "leg")
    thick = 0.036 * brief.grown("girth", "top")
    parts: list[Part] = []
    if around:
        radius = 0.5 * min(long, 1.2) if not low else 0.42
        glass = top_stuff.alpha_mode == "BLEND"
        edge = [[0, 0], [radius - 0.02, 0], [radius, thick * 0.45], [radius - 0.006, thick], [0, thick]]
        top = shapes.revolve(
            curves.rounded(np.array(edge), 0.008, 3, closed=False), brief.detail(64)
        ).box_mapped()
        parts.append(part("top", (top.move(y=height - thick), top_stuff)))
        if brief.counts.get("leg", 1) == 1 and not glass:
            column = [
                [0.03, 0.16],
                [0.06, 0.20],
                [0.045, 0.26],
                [0.075, 0.38],
                [0.05, 0.55],
                [0.06, 0.60],
                [0.05, 0.64],
                [0.11, 0.985],
            ]
            post = shapes.revolve(curves.smooth_curve(np.array(column) * [1, height - thick], 40), 32)
            feet = [_paw(height).rotate(y=90 * k + 45) for k in range(4)]
            return Asset([*parts, part("pedestal", (join(post, *feet), leg_stuff))])
        x = z = radius * 0.62
    else:
        top = shapes.rounded_box(long, thick, deep, 0.010, 3).grained()
        parts.append(part("top", (top.move(y=height - thick / 2), top_stuff)))
        x, z = long / 2 - 0.07, deep / 2 - 0.07
        apron = [board(2 * x, 0.085, 0.022).move(0, height - thick - 0.04, s * z) for s in (1, -1)]
        apron += [board(0.022, 0.085, 2 * z).move(s * x, height - thick - 0.04, 0) for s in (1, -1)]
        parts.append(part("apron", (join(*apron), leg_stuff)))
    looks = {"modern": "square", "classic": "turned", "luxury": "turned", "rustic": "thick"}
    look = looks.get(brief.style or "", ("square", "turned", "splayed")[int(rng.integers(3))])
    count = brief.count("leg", 4, 1, 12)
    if look == "thick" and count == 4 and not around:
        made = [
            (f"trestle_{name}", _trestle(height - thick, deep).move(s * (x - 0.12), 0, 0))
            for name, s in (("left", 1), ("right", -1))
        ]
        beam = board(2 * x - 0.2, 0.09, 0.05).move(y=height * 0.40)
        parts.append(part("beam", (beam, leg_stuff)))
    else:
        made = legs(brief, x, z, height - thick + 0.002, "turned" if look == "thick" else look, count)
        made = [(name, leg.deform(lambda v: v)) for name, leg in made]
    parts += [part(name, (leg, leg_stuff)) for name, leg in made]
    return Asset(parts)


def _paw(height: float) -> Solid:
    """A curved foot of a pedestal, pointing along +z."""
    path = curves.smooth_curve(
        [[0, 0.24 * height, 0.03], [0, 0.25 * height, 0.14], [0, 0.12 * height, 0.27], [0, 0.03, 0.36]], 14
    )
    return shapes.sweep(path, np.linspace(0.034, 0.024, 14), curves.rectangle(1.5, 2, 0.5), round_ends=True)


def _trestle(height: float, deep: float) -> Solid:
    posts = [
        tapered_leg(height, 0.045, 0.045, square=True).rotate(x=s * 7).move(0, 0, s * deep * 0.16)
        for s in (1, -1)
    ]
    posts = [p.move(y=-p.bounds[0][1]) for p in posts]
    return join(
        *posts,
        board(0.09, 0.06, deep * 0.86, 0.012).move(y=0.05),
        board(0.09, 0.06, deep * 0.78, 0.012).move(y=height - 0.03),
    )


def desk(brief: Brief) -> Asset:
    """A writing desk with a pedestal of drawers."""
    wood = wood_of(brief, "desk_wood")
    wide, deep, high = 1.4 * brief.grown("width", "length"), 0.7, 0.75 * brief.grown("height")
    pull = asked(brief, "handles", "brass", None, "handle", "knob")
    parts = [
        part(
            "top",
            (
                shapes.rounded_box(wide, 0.036, deep, 0.008, 3).move(y=high - 0.018),
                unless_said(brief, wood, "top"),
            ),
        )
    ]
    count = brief.count("drawer", 3, 1, 5)
    sides = (1, -1) if wide > 1.75 else (1,)
    for s in sides:
        x = s * (wide / 2 - 0.24)
        case = shapes.rounded_box(0.42, high - 0.10, deep - 0.06, 0.006, 2).move(
            x, (high - 0.036) / 2 + 0.02, 0
        )
        foot = board(0.38, 0.06, deep - 0.12).move(x, 0.03, 0)
        parts.append(part(f"pedestal_{'left' if s > 0 else 'right'}", (join(case, foot), wood)))
        parts += drawers_of(
            f"drawer_{'left' if s > 0 else 'right'}",
            x,
            0.09,
            high - 0.06,
            0.37,
            deep / 2 - 0.03,
            count,
            unless_said(brief, wood, "drawer"),
            pull,
        )
    if len(sides) == 1:
        for z in (1, -1):
            leg = tapered_leg(high - 0.034, 0.026, 0.018, square=True).move(
                -(wide / 2 - 0.05), 0, z * (deep / 2 - 0.05)
            )
            parts.append(part(f"leg_{'front' if z > 0 else 'rear'}", (leg, unless_said(brief, wood, "leg"))))
    rail = board(wide - 0.16, 0.22, 0.018).move(0, high - 0.15, -deep / 2 + 0.05)
    return Asset([*parts, part("back_panel", (rail, wood))])


FAMILIES = (
    Family("table", ("table", "dining table", "coffee table", "side table", "round table", "kitchen table", "wooden table", "tea table", "bistro table"), table),
    Family("desk", ("desk", "writing desk", "office desk", "computer desk", "work desk", "school desk"), desk),
)  # fmt: skip
