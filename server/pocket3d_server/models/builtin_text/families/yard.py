"""From the yard: watering can, trash can and wheeled bin."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, unless_said
from pocket3d_server.models.builtin_text.making import (
    BRIGHT,
    around,
    bar,
    black,
    both,
    cm,
    copies,
    cover,
    slab,
    turned,
)
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.pottery import hollow
from pocket3d_server.models.language.brief import Brief


def watering_can(brief: Brief) -> Asset:
    """A watering can with a long spout, a rose and a hooped handle."""
    can = cover(
        brief,
        "can",
        (*BRIGHT[1:4], (0.62, 0.66, 0.68)),
        "can",
        "body",
        kind="paint" if brief.style != "classic" else "steel",
    )
    brass = asked(brief, "rose", "brass", None, "rose", "spout")
    body = hollow(
        curves.rounded(cm("9.6 0, 10 .6, 9.2 19, 9.0 20"), 0.004, 3, closed=False),
        0.003,
        0.005,
        brief.detail(56),
    )
    rings = [
        shapes.torus(r, 0.006, 56, 8).move(y=y) for r, y in ((0.0995, 0.012), (0.0962, 0.09), (0.0905, 0.199))
    ]
    deck = slab(curves.arc(0.089, -85, 85, 30), 0.004, 0.001).move(y=0.194)
    spout = bar(cm("8.6 3.5 0, 13 8 0, 19 17 0, 24 23.5 0"), [0.022, 0.017, 0.013, 0.011], 24, 18)
    rose = turned(cm("1.1 0, 1.4 .6, 3.6 3.2, 3.6 3.6, 3.2 4.0, 0 4.3"), bevel=0.002, segments=36)
    holes = join(
        *(
            shapes.cylinder(0.0022, 0.003, segments=8).move(r * np.sin(a), 0.0415 - 0.08 * r, r * np.cos(a))
            for r, n in ((0.0, 1), (0.012, 6), (0.023, 11))
            for a in 2 * np.pi * np.arange(n) / n
        )
    )
    turn, at = {"z": -46.0}, (0.236, 0.231, 0.0)
    brace = bar(cm("8.6 18.5 0, 17.5 16.5 0"), 0.004)
    handle = bar(
        cm("6 19.8 0, 3 28.5 0, -5 30 0, -13 25 0, -15.5 15 0, -9.6 6 0"),
        0.0085,
        44,
        curves.ellipse(1, 1.5, 12, 2.6),
    )
    return Asset([
        part("can", (join(body, deck), can), (join(*rings), can)), part("spout", (join(spout, brace), can)), part("handle", (handle, unless_said(brief, can, "handle"))),
        part("rose", (rose.rotate(**turn).move(*at), brass)), part("holes", (holes.rotate(**turn).move(*at), black("holes"))),
    ])  # fmt: skip


def trash_can(brief: Brief) -> Asset:
    """A ribbed metal bin with its lid, a wheeled one of plastic, or an open paper basket."""
    if brief.has("wheelie", "wheeled", "recycling", "dumpster", "wheel"):
        return wheelie_bin(brief)
    metal = cover(brief, "bin", ((0.60, 0.62, 0.64), (0.36, 0.40, 0.38)), "bin", "can", "body", kind="metal")
    high, r = 0.62 * brief.grown("height"), 0.22 * brief.grown("width")
    body = hollow(
        np.array([[r * 0.86, 0], [r * 0.87, 0.01], [r * 0.98, high - 0.02], [r, high]]), 0.004, 0.01, 48
    )
    rib = shapes.rounded_box(0.018, high * 0.72, 0.010, 0.004, 2).rotate(
        x=np.degrees(np.arctan2(r * 0.12, high))
    )
    ribs = around(rib.move(0, high * 0.48, r * 0.925), 20)
    levels = ((0.885, 0.06), (0.985, 0.90), (1.0, 0.995))
    hoops = [shapes.torus(r * k, 0.016, 56, 8).move(y=high * y) for k, y in levels]
    x, out = r * 0.94, r + 0.045
    loop = [[x, 0.70, 0.05], [out, 0.69, 0.045], [out, 0.69, -0.045], [x, 0.70, -0.05]]
    loops = both(bar(np.array(loop) * [1, high, 1], 0.007, 24))
    pieces = [
        part("bin", (join(body, ribs), metal)), part("hoops", (join(*hoops), metal)),
        part("handles", (loops, finish("steel", name="handles"))),
    ]  # fmt: skip
    if brief.has("open", "paper", "waste"):
        return Asset(pieces)
    rows = cm("105 -2, 107 -1.8, 107 0.8, 90 3.5, 55 6, 50 6.6, 0 7.2") * [r, 1] + [0, high]
    lid = turned(rows, bevel=0.004, segments=56)
    grip = bar(cm("-6 6.4 0, -5.5 10.5 0, 5.5 10.5 0, 6 6.4 0") + [0, high, 0], 0.008, 24)
    return Asset([
        *pieces, part("lid", (lid, unless_said(brief, metal, "lid"))),
        part("lid_handle", (grip, finish("steel", name="lid_handle"))),
    ])  # fmt: skip


def wheelie_bin(brief: Brief) -> Asset:
    """A tall plastic bin on two wheels."""
    green = cover(brief, "bin", ((0.14, 0.34, 0.20), (0.12, 0.26, 0.46), (0.28, 0.29, 0.31)), "bin", "body")
    high = 0.96 * brief.grown("height")
    rows = (
        (0.40, 0.44, 0.03),
        (0.42, 0.46, 0.06),
        (0.53, 0.60, high - 0.05),
        (0.58, 0.66, high - 0.04),
        (0.58, 0.66, high),
    )
    body = shapes.loft(
        np.stack([curves.in_plane(curves.rectangle(w, d, 0.06, 5), y) for w, d, y in rows]), crease=40
    )
    lid = shapes.loft(
        np.stack(
            [
                curves.in_plane(curves.rectangle(w, d, 0.07, 5), high + y)
                for w, d, y in (
                    (0.60, 0.68, 0.004),
                    (0.60, 0.68, 0.025),
                    (0.52, 0.58, 0.065),
                    (0.40, 0.44, 0.075),
                )
            ]
        ),
        crease=40,
    )
    ribs = [
        shapes.rounded_box(0.03, high * 0.6, 0.02, 0.006, 2).rotate(x=4).move(x, high * 0.48, 0.262)
        for x in (-0.13, 0, 0.13)
    ]
    wheel = join(
        turned(cm("9 0, 10 .8, 10 4.2, 9 5"), bevel=0.004, segments=32),
        shapes.cylinder(0.05, 0.056, 0.004, 24).move(y=-0.003),
    ).rotate(z=-90)
    wheels = copies(wheel, [[0.20, 0.10, -0.24], [-0.25, 0.10, -0.24]])
    grip = bar(
        [
            [-0.24, high - 0.01, -0.30],
            [-0.24, high + 0.03, -0.37],
            [0.24, high + 0.03, -0.37],
            [0.24, high - 0.01, -0.30],
        ],
        0.018,
        30,
    )
    return Asset(
        [
            part("bin", (join(body, *ribs), green)),
            part("lid", (lid, unless_said(brief, green, "lid"))),
            part("wheels", (wheels, black("wheels", "rubber"))),
            part("handle", (grip, green)),
        ]
    )


FAMILIES = (
    Family("watering_can", ("watering can", "watering pot"), grounded(watering_can, centre=True)),
    Family("trash_can", ("trash can", "garbage can", "dustbin", "trash bin", "rubbish bin", "waste bin", "wheelie bin", "recycling bin", "bin", "garbage bin", "wastebasket"), grounded(trash_can, centre=True)),
)  # fmt: skip
