"""What one travels with: backpack and suitcase."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.bagmaking import LEATHERS, buckle, carry_handle, puffed, strap
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, unless_said
from pocket3d_server.models.builtin_text.making import BRIGHT, bar, black, cm, copies, cover, plate
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def backpack(brief: Brief) -> Asset:
    """A backpack: with a lid, buckles and a bedroll for a walk, or zipped for school and town."""
    walk = brief.style in ("classic", "rustic") or brief.has("hiking", "rucksack", "adventure")
    return rucksack(brief) if walk or brief.rng().random() < 0.35 else zipped_backpack(brief)


def cloth_and_leather(brief: Brief) -> tuple[Finish, Finish]:
    """What backpacks are made of: the bag, and its trim."""
    return (
        cover(brief, "bag", (*BRIGHT, (0.30, 0.33, 0.24)), "bag", "body", kind="fabric"),
        asked(brief, "trim", "leather", LEATHERS[0], "trim", "strap", "buckle"),
    )


def size_of_pack(brief: Brief) -> tuple[float, float, float]:
    """Width, height and depth of the main pouch in metres."""
    return 0.31 * brief.grown("width"), 0.43 * brief.grown("height"), 0.15


def shouldered(solid: Solid, high: float) -> Solid:
    """A pouch about the origin narrowed towards the top of a pack ``high`` metres high."""

    def narrow(v: Points) -> Points:
        w = (v[:, 1] / (high / 2)).clip(0, 1)
        v[:, 0] *= 1 - 0.20 * w**2.2
        v[:, 2] *= 1 - 0.35 * w**2
        return v

    return solid.deform(narrow)


def pouches(brief: Brief, cloth: Finish, leather: Finish) -> list[Part]:
    """The bag with its pockets, the loop on top and the straps behind."""
    wide, high, deep = size_of_pack(brief)
    stuff = unless_said(brief, cloth, "pocket")
    body = shouldered(puffed(wide, high, deep, 0.055, 0.020), high).move(y=high / 2)
    pocket = puffed(wide * 0.72, high * 0.40, 0.075, 0.03, 0.012).move(0, high * 0.25, deep / 2 + 0.028)
    side = puffed(0.055, high * 0.34, 0.10, 0.022, 0.004)
    sides = copies(side, [[s * (wide / 2 + 0.012), high * 0.20, 0.0] for s in (1, -1)])
    loop = bar(cm("-3.5 -.6 -3, -3 3.4 -3, 3 3.4 -3, 3.5 -.6 -3") + [0, high, 0], 0.007, 20)
    back = cm("7.5 95 -4, 8.5 98 -9, 10 72 -15.5, 11.5 35 -13, 12 10 -7") * [1, high, 1]
    straps = join(*(strap(back * [s, 1, 1], 0.055, 0.014) for s in (1, -1)))
    return [
        part("bag", (body, cloth)), part("pocket", (pocket, stuff)), part("side_pockets", (sides, stuff)),
        part("loop", (loop, leather)), part("straps", (straps, leather)),
    ]  # fmt: skip


def rucksack(brief: Brief) -> Asset:
    """A walker's pack: its lid held by two straps with buckles, a bedroll tied on top."""
    wide, high, deep = size_of_pack(brief)
    cloth, leather = cloth_and_leather(brief)
    lid = shouldered(puffed(wide * 0.86, high * 0.34, deep * 0.95, 0.045, 0.012), high)
    sides, scale = np.array([1.0, -1.0]) * wide, [1, high, deep]
    line = cm("22 93 50, 22 72 63, 22 52 66") * scale
    bands = [strap(line * [x, 1, 1], 0.026, 0.006) for x in sides]
    buckles = copies(buckle(0.036, 0.028, 0.0032), [[0.22 * x, high * 0.60, deep * 0.665] for x in sides])
    roll = shapes.capsule(0.048, wide * 1.05, 28).rotate(z=90).move(0, high * 1.10, -0.005)
    tie = cm("26 100 5.6, 26 112 5, 26 122 0, 26 112 -5.6") * [1, high, 1]
    bands += [strap(tie * [x, 1, 1], 0.022, 0.005) for x in sides]
    canvas = asked(brief, "bedroll", "fabric", (0.70, 0.62, 0.46), "bedroll", "roll")
    return Asset([
        *pouches(brief, cloth, leather), part("flap", (lid.move(0, high * 0.86, 0.016), unless_said(brief, cloth, "flap"))),
        part("bands", (join(*bands), leather)), part("buckles", (buckles, finish("brass", name="buckles"))), part("bedroll", (roll, canvas)),
    ])  # fmt: skip


def zipped_backpack(brief: Brief) -> Asset:
    """A pack with a zip around its top and one over its pocket."""
    wide, high, deep = size_of_pack(brief)
    cloth, leather = cloth_and_leather(brief)
    turn, u = np.radians(np.linspace(-20, 200, 17)), np.linspace(-0.27, 0.27, 9) * wide
    sink = deep / 2 + 0.017 - 0.055 * np.sin(turn).clip(0) ** 2.2
    arch = np.column_stack([0.392 * wide * np.cos(turn), high * (0.60 + 0.30 * np.sin(turn)), sink])
    front = np.column_stack([u, np.full(9, high * 0.385), deep / 2 + 0.066 - 1.5 * u**2])
    zips = join(bar(arch, 0.0042, 50, 8), bar(front, 0.0036, 24, 8))
    tag = shapes.rounded_box(0.007, 0.026, 0.004, 0.0015, 1)
    tags = copies(tag, [
        [wide * 0.24, high * 0.365, deep / 2 + 0.064], [wide * 0.37, high * 0.60, deep / 2 + 0.018],
    ])  # fmt: skip
    badge = plate(0.05, 0.032, 0.004, 0.006).move(0, high * 0.26, deep / 2 + 0.077)
    return Asset([
        *pouches(brief, cloth, leather), part("zips", (zips, black("zips"))),
        part("pulls", (tags, finish("chrome", name="pulls"))), part("badge", (badge, leather)),
    ])  # fmt: skip


def suitcase(brief: Brief) -> Asset:
    """A leather suitcase with straps and corners, or a ribbed trolley on wheels."""
    new = brief.has("trolley", "rolling", "carry", "plastic", "travel", "wheel")
    return trolley(brief) if new or brief.style in ("modern", "futuristic") else leather_suitcase(brief)


def leather_suitcase(brief: Brief) -> Asset:
    """A case of leather with capped corners, two belts, two locks and a grip."""
    hide = cover(brief, "case", LEATHERS, "case", "body", kind="leather")
    dark = asked(brief, "straps", "leather", (0.22, 0.12, 0.07), "strap", "corner", "belt")
    brass = asked(brief, "locks", "brass", None, "lock", "buckle")
    wide, high = 0.62 * brief.grown("width", "length"), 0.42 * brief.grown("height")
    deep = 0.19 * brief.grown("girth")
    body = shapes.rounded_box(wide, high, deep, 0.030, 4).move(y=high / 2)
    seam = shapes.rounded_box(wide + 0.006, high + 0.006, 0.006, 0.028, 3)
    signs = np.array([[x, y, z] for x in (1, -1) for y in (1, -1) for z in (1, -1)])
    reach = np.array([wide / 2 - 0.035, high / 2 - 0.035, deep / 2 - 0.034])
    corners = copies(shapes.rounded_box(0.075, 0.075, 0.075, 0.032, 4), signs * reach + [0, high / 2, 0])
    inside = curves.rectangle(deep - 0.004, high - 0.004, 0.028)
    belt = shapes.extrude(curves.rectangle(deep + 0.010, high + 0.010, 0.034), 0.040, 0.002, holes=[inside])
    sides = np.array([[1.0], [-1.0]]) * wide
    belts = copies(belt.rotate(y=90), sides * [0.27, 0, 0] + [0, high / 2, 0])
    pin = shapes.rounded_box(0.005, 0.036, 0.005, 0.002, 1)
    front = sides * [0.27, 0, 0] + [0, high * 0.72, deep / 2 + 0.006]
    buckles = copies(join(buckle(0.054, 0.040, 0.0036, 32), pin), front)
    lock = join(plate(0.052, 0.034, 0.006, 0.005), plate(0.018, 0.044, 0.008, 0.004)).rotate(x=-90)
    grip = carry_handle(cm("7.5 .4, 6.2 4.2, 0 5"), [0.008, 0.011, 0.013], 28)
    ring = shapes.torus(0.012, 0.005, 24, 8).rotate(x=90)
    rings = copies(ring, [[s * 0.075, high + 0.008, 0.02] for s in (1, -1)])
    rivet, inset = shapes.sphere(0.0046, 12).scale(1, 1, 0.6), ((0.018, 0.052), (0.052, 0.018))
    spots = [[x * (wide / 2 - a), y * (high / 2 - b), 0] for x, y, z in signs if z > 0 for a, b in inset]
    rivets = copies(rivet, np.array(spots) + [0, high / 2, deep / 2 + 0.003])
    return Asset([
        part("case", (body, hide)), part("seams", (copies(seam, [[0, high / 2, z] for z in (0.016, 0.024)]), dark)), part("corners", (corners, dark)), part("straps", (belts, dark)),
        part("buckles", (buckles, brass)), part("locks", (copies(lock, sides * [0.15, 0, 0] + [0, high + 0.003, 0.02]), brass), (rings, brass)), part("rivets", (rivets, brass)), part("handle", (grip.move(0, high, 0.02), dark)),
    ])  # fmt: skip


def trolley(brief: Brief) -> Asset:
    """A ribbed hard-shell suitcase on four wheels with its handle drawn out."""
    shell = cover(brief, "case", (*BRIGHT, (0.16, 0.17, 0.19)), "case", "body", roughness=0.35)
    steel, dark = finish("aluminium", name="poles"), black("fittings")
    wide, high, deep, foot = 0.42 * brief.grown("width"), 0.60 * brief.grown("height"), 0.24, 0.055
    body = shapes.rounded_box(wide, high, deep, 0.045, 5).move(y=foot + high / 2)
    ribs = [
        shapes.rounded_box(0.022, high * 0.80, deep + 0.012, 0.006, 2).move(x, foot + high / 2, 0)
        for x in np.linspace(-0.36, 0.36, 7) * wide
    ]
    zip_ = shapes.extrude(
        curves.rectangle(wide + 0.006, high + 0.006, 0.046),
        0.012,
        0.003,
        holes=[curves.rectangle(wide - 0.01, high - 0.01, 0.04)],
    ).move(0, foot + high / 2, 0)
    wheel = join(
        shapes.cylinder(0.026, 0.016, 0.003, 24).rotate(z=90).move(0.018, 0.026, 0),
        shapes.cylinder(0.026, 0.016, 0.003, 24).rotate(z=90).move(-0.002, 0.026, 0),
        shapes.rounded_box(0.022, 0.03, 0.03, 0.006, 2).move(0, 0.046, 0),
    )
    wheels = copies(
        wheel, [[x * (wide / 2 - 0.05), 0, z * (deep / 2 - 0.05)] for x in (1, -1) for z in (1, -1)]
    )
    poles = [
        bar(
            [
                [s * 0.075, foot + high - 0.02, -deep / 2 + 0.03],
                [s * 0.075, foot + high + 0.30, -deep / 2 + 0.03],
            ],
            0.007,
        )
        for s in (1, -1)
    ]
    grip = shapes.rounded_box(0.19, 0.030, 0.034, 0.012, 3).move(0, foot + high + 0.305, -deep / 2 + 0.03)
    hold = [
        bar(
            [
                [-0.06, foot + high - 0.004, 0.02],
                [-0.05, foot + high + 0.03, 0.02],
                [0.05, foot + high + 0.03, 0.02],
                [0.06, foot + high - 0.004, 0.02],
            ],
            0.009,
            22,
        )
    ]
    return Asset(
        [
            part("case", (join(body, *ribs), shell)),
            part("zip", (zip_, dark)),
            part("wheels", (wheels, dark)),
            part("poles", (join(*poles), steel)),
            part("grip", (grip, dark)),
            part("handle", (join(*hold), dark)),
        ]
    )


def briefcase(brief: Brief) -> Asset:
    """A leather briefcase: a flap over the front with its lock, a pocket, a handle and stitched edges."""
    hide = cover(brief, "case", (LEATHERS[0], LEATHERS[1], LEATHERS[3]), "case", "body", kind="leather")
    brass = asked(brief, "locks", "brass", None, "lock", "buckle", "clasp")
    thread = asked(brief, "stitches", "fabric", (0.78, 0.66, 0.46), "stitch", "seam")
    wide, high, deep = (
        0.42 * brief.grown("width", "length"),
        0.30 * brief.grown("height"),
        0.11 * brief.grown("girth"),
    )
    w, front = wide / 2, deep / 2
    body = puffed(wide - 0.012, high, deep, 0.016, 0.006).move(y=high / 2)
    folds = [shapes.rounded_box(0.012, high * 0.94, deep * 0.26, 0.005, 2) for _ in range(3)]
    gussets = [
        f.move(s * (w - 0.006), high * 0.48, z * deep * 0.3)
        for f, z in zip(folds, (1, 0, -1))
        for s in (1, -1)
    ]
    edge = curves.smooth_curve(
        np.array([[w, 0.56], [w * 0.97, 0.49], [w * 0.6, 0.44], [0, 0.42]]) * [1, high], 20
    )
    flap_line = curves.mirrored(np.concatenate([edge[::-1], [[w, high]]]))
    flap = shapes.extrude(flap_line, 0.007, 0.002).move(z=front + 0.008)
    lid = shapes.rounded_box(wide, 0.009, deep + 0.024, 0.004, 2).move(y=high + 0.001)
    seams = []
    for inset in (0.008, 0.013):
        line = curves.in_plane(curves.inset(curves.counter_clockwise(flap_line), inset), front + 0.0118, "xy")
        seams.append(shapes.sweep(curves.resample(line, 160, closed=True), 0.0007, 5, closed=True))
    pocket = shapes.rounded_box(wide * 0.80, high * 0.36, 0.014, 0.006, 3).move(0, high * 0.22, front + 0.006)
    lock = join(
        plate(0.042, 0.050, 0.007, 0.006),
        plate(0.024, 0.030, 0.012, 0.004),
        plate(0.014, 0.010, 0.015, 0.003).move(y=-0.012),
    )
    grip = carry_handle(cm("7.2 0, 6.6 3.6, 0 4.8"), [0.006, 0.0085, 0.0105], 30).move(y=high)
    loops = copies(
        join(
            plate(0.030, 0.022, 0.005, 0.004).rotate(x=-90),
            shapes.torus(0.009, 0.004, 24, 8).rotate(x=90).move(y=0.006),
        ),
        [[s * 0.072, high + 0.006, 0] for s in (1, -1)],
    )
    return Asset([
        part("case", (join(body, *gussets), hide)), part("flap", (join(flap, lid), unless_said(brief, hide, "flap"))), part("stitches", (join(*seams), thread)),
        part("pocket", (pocket, unless_said(brief, hide, "pocket"))), part("lock", (lock.move(0, high * 0.50, front + 0.012), brass), (loops, brass)), part("handle", (grip, unless_said(brief, hide, "handle"))),
    ])  # fmt: skip


FAMILIES = (
    Family("backpack", ("backpack", "rucksack", "school bag", "schoolbag", "hiking backpack", "knapsack"), grounded(backpack, centre=True)),
    Family("suitcase", ("suitcase", "travel suitcase", "trolley suitcase", "luggage", "travel bag"), grounded(suitcase, centre=True)),
    Family("briefcase", ("briefcase", "leather briefcase", "attache case", "satchel", "document bag"), grounded(briefcase, centre=True)),
)  # fmt: skip
