"""What one travels with: backpack and suitcase."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, unless_said
from pocket3d_server.models.builtin_text.making import BRIGHT, bar, black, copies, cover, hoop, plate
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief

LEATHERS: tuple[RGB, ...] = ((0.48, 0.28, 0.15), (0.30, 0.16, 0.09), (0.56, 0.12, 0.10), (0.14, 0.13, 0.13))


def strap(path: Points, wide: float, thick: float, count: int = 24) -> Solid:
    """A flat band along a smooth curve through ``path``, its width along x."""
    line = curves.smooth_curve(path, count)
    ahead = np.gradient(line, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    side = np.broadcast_to([1.0, 0.0, 0.0], ahead.shape)
    up = np.cross(ahead, side)
    flat = curves.rectangle(wide, thick, 0.4 * thick, 2)
    return shapes.loft(line[:, None] + flat[None, :, :1] * side[:, None] + flat[None, :, 1:] * up[:, None])


def puffed(x: float, y: float, z: float, corner: float, belly: float) -> Solid:
    """A soft block about the origin whose front and back bulge by ``belly`` metres."""
    body = shapes.rounded_box(x, y, z, corner, 4, cuts=10)

    def bulge(v: Points) -> Points:
        u, w = (2 * v[:, 0] / x).clip(-1, 1), (2 * v[:, 1] / y).clip(-1, 1)
        v[:, 2] += np.sign(v[:, 2]) * belly * (1 - u**2) * (1 - w**2) * np.abs(2 * v[:, 2] / z).clip(0, 1)
        return v

    return body.deform(bulge)


def backpack(brief: Brief) -> Asset:
    """A backpack: main pouch, front pocket, side pockets, lid or zip, straps and a loop."""
    cloth = cover(brief, "bag", (*BRIGHT, (0.30, 0.33, 0.24)), "bag", "body", kind="fabric")
    leather = asked(brief, "trim", "leather", LEATHERS[0], "trim", "strap", "buckle")
    metal, old = (
        finish("brass", name="buckles"),
        brief.style in ("classic", "rustic")
        or brief.has("hiking", "rucksack", "adventure")
        or brief.rng().random() < 0.35,
    )
    wide, high, deep = 0.31 * brief.grown("width"), 0.43 * brief.grown("height"), 0.15
    pocket_stuff = unless_said(brief, cloth, "pocket")

    def shoulders(v: Points) -> Points:
        w = (v[:, 1] / (high / 2)).clip(-1, 1)
        v[:, 0] *= 1 - 0.20 * w.clip(0) ** 2.2
        v[:, 2] *= 1 - 0.35 * w.clip(0) ** 2
        return v

    body = puffed(wide, high, deep, 0.055, 0.020).deform(shoulders).move(y=high / 2)
    pocket = puffed(wide * 0.72, high * 0.40, 0.075, 0.03, 0.012).move(0, high * 0.25, deep / 2 + 0.028)
    sides = [
        puffed(0.055, high * 0.34, 0.10, 0.022, 0.004).move(s * (wide / 2 + 0.012), high * 0.20, 0.0)
        for s in (1, -1)
    ]
    loop = bar(
        [
            [-0.035, high - 0.006, -0.03],
            [-0.03, high + 0.034, -0.03],
            [0.03, high + 0.034, -0.03],
            [0.035, high - 0.006, -0.03],
        ],
        0.007,
        20,
    )
    backs = [
        strap(
            np.array(
                [
                    [s * 0.075, high * 0.95, -0.04],
                    [s * 0.085, high * 0.98, -0.09],
                    [s * 0.10, high * 0.72, -0.155],
                    [s * 0.115, high * 0.35, -0.13],
                    [s * 0.12, high * 0.10, -0.07],
                ]
            ),
            0.055,
            0.014,
        )
        for s in (1, -1)
    ]
    parts = [
        part("bag", (body, cloth)),
        part("pocket", (pocket, pocket_stuff)),
        part("side_pockets", (join(*sides), pocket_stuff)),
        part("loop", (loop, leather)),
        part("straps", (join(*backs), leather)),
    ]
    if old:
        flap = (
            puffed(wide * 0.86, high * 0.34, deep * 0.95, 0.045, 0.012)
            .deform(shoulders)
            .move(0, high * 0.86, 0.016)
        )
        bands = [
            strap(
                np.array(
                    [
                        [s * wide * 0.22, high * 0.93, deep * 0.50],
                        [s * wide * 0.22, high * 0.72, deep * 0.63],
                        [s * wide * 0.22, high * 0.52, deep * 0.66],
                    ]
                ),
                0.026,
                0.006,
            )
            for s in (1, -1)
        ]
        buckles = [
            hoop(
                [
                    [s * wide * 0.22 + x, high * 0.60 + y, deep * 0.665]
                    for x, y in ((0.018, 0.014), (-0.018, 0.014), (-0.018, -0.014), (0.018, -0.014))
                ],
                0.0032,
                28,
            )
            for s in (1, -1)
        ]
        roll = shapes.capsule(0.048, wide * 1.05, 28).rotate(z=90).move(0, high * 1.10, -0.005)
        mat = [
            strap(
                np.array(
                    [
                        [s * wide * 0.26, high * 1.0, 0.056],
                        [s * wide * 0.26, high * 1.12, 0.050],
                        [s * wide * 0.26, high * 1.22, 0.0],
                        [s * wide * 0.26, high * 1.12, -0.056],
                    ]
                ),
                0.022,
                0.005,
            )
            for s in (1, -1)
        ]
        parts += [
            part("flap", (flap, unless_said(brief, cloth, "flap"))),
            part("bands", (join(*bands, *mat), leather)),
            part("buckles", (join(*buckles), metal)),
            part("bedroll", (roll, asked(brief, "bedroll", "fabric", (0.70, 0.62, 0.46), "bedroll", "roll"))),
        ]
        return Asset(parts)
    arch = [
        [
            0.40 * wide * np.cos(a) * 0.98,
            high * 0.60 + high * 0.30 * np.sin(a),
            deep / 2 + 0.017 - 0.055 * np.sin(a).clip(0) ** 2.2,
        ]
        for a in np.radians(np.linspace(-20, 200, 17))
    ]
    zips = [
        bar(arch, 0.0042, 50, 8),
        bar(
            [[x, high * 0.385, deep / 2 + 0.066 - 1.5 * x * x] for x in np.linspace(-0.27, 0.27, 9) * wide],
            0.0036,
            24,
            8,
        ),
    ]
    tags = [
        shapes.rounded_box(0.007, 0.026, 0.004, 0.0015, 1).move(x, y, z)
        for x, y, z in (
            (wide * 0.24, high * 0.365, deep / 2 + 0.064),
            (wide * 0.37, high * 0.60, deep / 2 + 0.018),
        )
    ]
    return Asset(
        [
            *parts,
            part("zips", (join(*zips), black("zips"))),
            part("pulls", (join(*tags), finish("chrome", name="pulls"))),
            part("badge", (plate(0.05, 0.032, 0.004, 0.006).move(0, high * 0.26, deep / 2 + 0.077), leather)),
        ]
    )


def suitcase(brief: Brief) -> Asset:
    """A leather suitcase with straps and corners, or a ribbed trolley on wheels."""
    if brief.style in ("modern", "futuristic") or brief.has(
        "trolley", "rolling", "carry", "plastic", "travel", "wheel"
    ):
        return trolley(brief)
    hide = cover(brief, "case", LEATHERS, "case", "body", kind="leather")
    dark = asked(brief, "straps", "leather", (0.22, 0.12, 0.07), "strap", "corner", "belt")
    brass = asked(brief, "locks", "brass", None, "lock", "buckle")
    wide, high, deep = (
        0.62 * brief.grown("width", "length"),
        0.42 * brief.grown("height"),
        0.19 * brief.grown("girth"),
    )
    body = shapes.rounded_box(wide, high, deep, 0.030, 4).move(y=high / 2)
    seam = [
        shapes.rounded_box(wide + 0.006, high + 0.006, 0.006, 0.028, 3).move(0, high / 2, z)
        for z in (0.016, 0.024)
    ]
    corners = [
        shapes.rounded_box(0.075, 0.075, 0.075, 0.032, 4).move(
            x * (wide / 2 - 0.035), high / 2 + y * (high / 2 - 0.035), z * (deep / 2 - 0.034)
        )
        for x in (1, -1)
        for y in (1, -1)
        for z in (1, -1)
    ]
    belt = shapes.extrude(
        curves.rectangle(deep + 0.010, high + 0.010, 0.034),
        0.040,
        0.002,
        holes=[curves.rectangle(deep - 0.004, high - 0.004, 0.028)],
    ).rotate(y=90)
    belts = copies(belt, [[s * wide * 0.27, high / 2, 0] for s in (1, -1)])
    buckle = hoop(
        [[x, y, 0] for x, y in ((0.027, 0.020), (-0.027, 0.020), (-0.027, -0.020), (0.027, -0.020))],
        0.0036,
        32,
    )
    pin = shapes.rounded_box(0.005, 0.036, 0.005, 0.002, 1)
    buckles = copies(join(buckle, pin), [[s * wide * 0.27, high * 0.72, deep / 2 + 0.006] for s in (1, -1)])
    lock = join(plate(0.052, 0.034, 0.006, 0.005), plate(0.018, 0.044, 0.008, 0.004))
    locks = copies(lock.rotate(x=-90), [[s * wide * 0.15, high + 0.003, 0.02] for s in (1, -1)])
    grip = bar(
        [
            [-0.075, high + 0.004, 0.02],
            [-0.062, high + 0.042, 0.02],
            [0, high + 0.050, 0.02],
            [0.062, high + 0.042, 0.02],
            [0.075, high + 0.004, 0.02],
        ],
        [0.008, 0.011, 0.013, 0.011, 0.008],
        28,
        curves.ellipse(1, 1.3, 14),
    )
    rings = [
        shapes.torus(0.012, 0.005, 24, 8).rotate(x=90).move(s * 0.075, high + 0.008, 0.02) for s in (1, -1)
    ]
    rivet = shapes.sphere(0.0046, 12).scale(1, 1, 0.6)
    rivets = copies(
        rivet,
        [
            [x * (wide / 2 - a), high / 2 + y * (high / 2 - b), deep / 2 + 0.003]
            for x in (1, -1)
            for y in (1, -1)
            for a, b in ((0.018, 0.052), (0.052, 0.018))
        ],
    )
    return Asset([
        part("case", (body, hide)), part("seams", (join(*seam), dark)), part("corners", (join(*corners), dark)), part("straps", (belts, dark)),
        part("buckles", (buckles, brass)), part("locks", (locks, brass), (join(*rings), brass)), part("rivets", (rivets, brass)), part("handle", (grip, dark)),
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
    grip_line = [
        [-0.072, high, 0],
        [-0.066, high + 0.036, 0],
        [0, high + 0.048, 0],
        [0.066, high + 0.036, 0],
        [0.072, high, 0],
    ]
    grip = bar(grip_line, [0.006, 0.0085, 0.0105, 0.0085, 0.006], 30, curves.ellipse(1, 1.3, 14))
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
