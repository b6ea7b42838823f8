"""Tables and desks: a top on legs, on a pillar or on trestles, with drawers where one works."""

from __future__ import annotations

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, unless_said
from pocket3d_server.models.builtin_text.joinery import (
    apron,
    board,
    drawers_of,
    legs,
    paw_foot,
    round_top,
    tapered_leg,
    trestle,
    turned_pillar,
    wood_of,
)
from pocket3d_server.models.language.brief import Brief


def table(brief: Brief) -> Asset:
    """A table with a round or a rectangular top, on legs, a pedestal or trestles."""
    rng, low = brief.rng(), brief.has("coffee", "low", "side", "tea")
    square = brief.has("dining", "long", "rectangular", "picnic")
    around = brief.has("round", "circular", "bistro", "cafe") or (not square and rng.random() < 0.2)
    height = 0.42 if low else 0.75 * brief.grown("height")
    long = (1.0 if low else 1.5) * brief.grown("length") * brief.grown("width") ** 0.4
    deep = (0.6 if low else 0.85) * brief.grown("width")
    wood, thick = wood_of(brief, "table_wood"), 0.036 * brief.grown("girth", "top")
    top_stuff, leg_stuff = unless_said(brief, wood, "top", "tabletop"), unless_said(brief, wood, "leg")
    under, count = height - thick, brief.count("leg", 4, 1, 12)
    if around:
        radius = 0.42 if low else 0.5 * min(long, 1.2)
        parts = [part("top", (round_top(radius, thick, brief.detail(64)).move(y=under), top_stuff))]
        if brief.counts.get("leg", 1) == 1 and top_stuff.alpha_mode != "BLEND":
            feet = [paw_foot(height).rotate(y=90 * k + 45) for k in range(4)]
            return Asset([*parts, part("pedestal", (join(turned_pillar(under), *feet), leg_stuff))])
        x = z = radius * 0.62
    else:
        x, z = long / 2 - 0.07, deep / 2 - 0.07
        top = shapes.rounded_box(long, thick, deep, 0.010, 3).grained().move(y=height - thick / 2)
        parts = [
            part("top", (top, top_stuff)),
            part("apron", (apron(x, z, under - 0.04, 0.085, 0.022), leg_stuff)),
        ]
    looks = {"modern": "square", "classic": "turned", "luxury": "turned", "rustic": "thick"}
    look = looks.get(brief.style or "", ("square", "turned", "splayed")[int(rng.integers(3))])
    if look == "thick" and count == 4 and not around:
        one, far = trestle(under, deep), x - 0.12
        made = [("trestle_left", one.move(x=far)), ("trestle_right", one.move(x=-far))]
        parts.append(part("beam", (board(2 * x - 0.2, 0.09, 0.05).move(y=height * 0.40), leg_stuff)))
    else:
        made = legs(brief, x, z, under + 0.002, "turned" if look == "thick" else look, count)
    return Asset([*parts, *(part(name, (leg, leg_stuff)) for name, leg in made)])


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
