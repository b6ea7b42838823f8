"""Tables, desks, beds and what stands against a wall: bookshelf, cabinet, wardrobe."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.families.seating import FABRICS, legs, wood_of
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, unless_said
from pocket3d_server.models.builtin_text.joinery import board, knob, tapered_leg, turned_leg
from pocket3d_server.models.language.brief import RGB, Brief


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
        parts += _drawers(
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


def _drawers(
    name: str,
    x: float,
    low: float,
    high: float,
    wide: float,
    z: float,
    count: int,
    front: Finish,
    pull: Finish,
) -> list[Part]:
    """Drawer fronts with knobs, one above the other, on a face at ``z``."""
    step, parts = (high - low) / count, []
    for k in range(count):
        y = low + step * (k + 0.5)
        face = shapes.rounded_box(wide, step - 0.014, 0.024, 0.007, 2).move(x, y, z + 0.006)
        knobs = [
            knob(0.016).move(x + dx, y, z + 0.016) for dx in ((0,) if wide < 0.6 else (-wide / 4, wide / 4))
        ]
        parts.append(part(f"{name}_{k + 1}", (face, front), (join(*knobs), pull)))
    return parts


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
        parts += _drawers(
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


def bed(brief: Brief) -> Asset:
    """A bed with headboard, mattress, duvet and pillows; bunk beds when asked."""
    double = not brief.has("single", "child", "kid", "bunk", "narrow")
    wide, long = (1.6 if double else 0.95) * brief.grown("width"), 2.05
    wood = wood_of(brief, "bed_frame")
    white, cover = (
        finish("fabric", (0.93, 0.93, 0.91), "linen"),
        asked(
            brief,
            "duvet",
            "fabric",
            FABRICS[int(brief.rng(2).integers(4))],
            "duvet",
            "blanket",
            "cover",
            "bedding",
            "sheet",
            "bedspread",
        ),
    )
    parts: list[Part] = []
    decks = 2 if brief.has("bunk") else 1
    for d in range(decks):
        y, tag = 1.05 * d, "" if d == 0 else "upper_"
        rails = [
            shapes.rounded_box(0.04, 0.20, long - 0.06, 0.01, 2).move(s * (wide / 2 - 0.02), y + 0.30, 0)
            for s in (1, -1)
        ]
        slats = [
            board(wide - 0.08, 0.02, 0.09, 0.003).move(0, y + 0.27, z)
            for z in np.linspace(-long / 2 + 0.15, long / 2 - 0.15, 10)
        ]
        parts.append(part(f"{tag}frame", (join(*rails, *slats), wood)))
        mattress = shapes.rounded_box(wide - 0.10, 0.22, long - 0.12, 0.07, 4).move(0, y + 0.39, 0)
        parts.append(part(f"{tag}mattress", (mattress, white)))

        def drape(v, y=y):  # type: ignore[no-untyped-def]
            edge = np.clip((np.abs(v[:, 0]) - wide / 2 + 0.13) / 0.14, 0, 1)
            v[:, 1] -= 0.16 * edge**2
            v[:, 1] += 0.010 * np.sin(9 * v[:, 0] + 3 * v[:, 2]) * np.sin(5 * v[:, 2]) * (1 - edge)
            return v

        duvet = (
            shapes.rounded_box(wide + 0.02, 0.10, long * 0.66, 0.045, 3, cuts=24)
            .deform(drape)
            .move(0, y + 0.53, long * 0.14)
        )
        parts.append(part(f"{tag}duvet", (duvet, cover)))
        for k in range(2 if double else 1):
            x = (k - 0.5) * wide * 0.46 if double else 0.0
            soft = (
                shapes.superellipsoid(0.62 if double else 0.60, 0.16, 0.40, 4, 2.2, 36)
                .rotate(x=-16)
                .move(x, y + 0.57, -long / 2 + 0.28)
            )
            parts.append(
                part(
                    f"{tag}pillow_{k + 1}",
                    (soft, asked(brief, "pillowcase", "fabric", (0.95, 0.95, 0.94), "pillow")),
                )
            )
    if decks == 2:
        posts = [
            shapes.rounded_box(0.07, 1.85, 0.07, 0.012, 2).move(x * wide / 2, 0.925, z * long / 2)
            for x in (1, -1)
            for z in (1, -1)
        ]
        ends = [
            board(wide, 0.08, 0.03).move(0, y, z * long / 2)
            for y in (0.35, 0.62, 1.40, 1.70)
            for z in (1, -1)
        ]
        ladder = [
            board(0.34, 0.03, 0.04).move(wide / 2 + 0.05, 0.25 + 0.27 * k, 0.6).rotate() for k in range(5)
        ]
        uprights = [board(0.03, 1.7, 0.04).move(wide / 2 + 0.05, 0.85, 0.6 + s * 0.17) for s in (1, -1)]
        rungs = [
            board(0.03, 0.03, 0.34).move(wide / 2 + 0.05, 0.25 + 0.27 * k, 0.6) for k in range(len(ladder))
        ]
        guard = [
            board(0.03, 0.10, long * 0.6).move(wide / 2, 1.62, -0.3),
            board(0.03, 0.10, long).move(-wide / 2, 1.62, 0),
        ]
        return Asset(
            [
                *parts,
                part("posts", (join(*posts, *ends), wood)),
                part("ladder", (join(*uprights, *rungs), wood)),
                part("guard_rails", (join(*guard), wood)),
            ]
        )
    if brief.style in ("modern", None):
        head = shapes.rounded_box(wide + 0.06, 0.95, 0.08, 0.035, 3).move(0, 0.475 + 0.06, -long / 2 - 0.02)
        foot = shapes.rounded_box(wide + 0.02, 0.26, 0.05, 0.015, 2).move(0, 0.29, long / 2 - 0.005)
        head_stuff = unless_said(brief, wood, "headboard")
        parts += [part("headboard", (head, head_stuff)), part("footboard", (foot, wood))]
        parts += [
            part(
                f"leg_{k + 1}",
                (tapered_leg(0.22, 0.035, 0.025).move(x * (wide / 2 - 0.08), 0, z * (long / 2 - 0.1)), wood),
            )
            for k, (x, z) in enumerate(((1, 1), (-1, 1), (1, -1), (-1, -1)))
        ]
        return Asset(parts)
    arch = curves.mirrored(
        np.concatenate(
            [
                [[0, 0]],
                curves.smooth_curve(
                    [[wide / 2, 0.0], [wide / 2, 0.62], [wide * 0.42, 0.74], [wide * 0.25, 0.80], [0, 0.92]],
                    24,
                ),
            ]
        )
    )
    parts.append(
        part(
            "headboard",
            (
                shapes.extrude(arch, 0.05, 0.012).move(0, 0.26, -long / 2),
                unless_said(brief, wood, "headboard"),
            ),
        )
    )
    parts.append(
        part("footboard", (shapes.extrude(arch * [1, 0.45], 0.05, 0.012).move(0, 0.20, long / 2), wood))
    )
    for k, (x, z) in enumerate(((1, 1), (-1, 1), (1, -1), (-1, -1))):
        tall = 0.75 if z > 0 else 1.15
        post = join(turned_leg(tall, 0.045), shapes.sphere(0.055, 24).move(y=tall + 0.03))
        parts.append(part(f"post_{k + 1}", (post.move(x * wide / 2, 0, z * long / 2), wood)))
    return Asset(parts)


FAMILIES = (
    Family("table", ("table", "dining table", "coffee table", "side table", "round table", "kitchen table", "wooden table", "tea table", "bistro table"), table),
    Family("desk", ("desk", "writing desk", "office desk", "computer desk", "work desk", "school desk"), desk),
    Family("cabinet", ("cabinet", "cupboard", "chest of drawers", "dresser", "wardrobe", "sideboard", "nightstand", "closet", "armoire", "commode", "drawer"), cabinet),
    Family("bookshelf", ("bookshelf", "bookcase", "shelf", "shelf unit", "book shelf", "book case", "library shelf"), bookshelf),
    Family("bed", ("bed", "double bed", "single bed", "bunk bed", "king size bed", "four poster bed"), bed),
)  # fmt: skip
