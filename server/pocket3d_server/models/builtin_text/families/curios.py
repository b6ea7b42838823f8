"""From a study: magnifying glass, globe and hourglass."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.geography import continents
from pocket3d_server.models.builtin_text.joinery import WOODS
from pocket3d_server.models.builtin_text.making import around, cm, copies, cover, facing, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def magnifier(brief: Brief) -> Asset:
    """A magnifying glass: a lens in its ring on a turned handle, leaning back."""
    rim, wood = (
        asked(brief, "rim", "brass", None, "rim", "ring", "frame"),
        cover(brief, "handle", WOODS[::2], "handle", kind="wood"),
    )
    r = 0.050 * brief.grown("width")
    ring = shapes.revolve(
        np.array(
            [
                [r - 0.003, -0.004],
                [r + 0.003, -0.0055],
                [r + 0.0045, 0],
                [r + 0.003, 0.0055],
                [r - 0.003, 0.004],
            ]
        ),
        56,
        closed=True,
    ).rotate(x=90)
    lens = facing(
        turned(
            np.array([[0, -0.006], [r * 0.6, -0.0045], [r - 0.001, 0], [r * 0.6, 0.0045], [0, 0.006]]),
            segments=48,
        )
    )
    neck = turned(cm(".45 -3.2, .6 -2.8, .6 -.9, .42 -.6, .38 0, .5 .2"), bevel=0.001, segments=24).move(y=-r)
    grip = turned(
        cm("0 -13, .8 -12.8, 1.15 -12, .85 -10.8, .9 -8.5, 1.12 -5.5, .8 -3.4, .6 -3.0"), 36, segments=30
    ).move(y=-r)
    lean = {"x": -12.0, "z": -24.0}
    pieces = (
        ("rim", join(ring, neck), rim),
        ("lens", lens, finish("glass", name="lens")),
        ("handle", grip, wood),
    )
    return Asset([part(name, (s.rotate(**lean), m)) for name, s, m in pieces])


def globe(brief: Brief) -> Asset:
    """A globe of the Earth, tilted in its meridian on a turned foot."""
    old = brief.style == "classic"
    blue, green = (
        ((0.78, 0.68, 0.48), (0.58, 0.44, 0.24)) if old else ((0.20, 0.46, 0.72), (0.36, 0.58, 0.26))
    )
    sea = asked(brief, "sea", "paint", blue, "sea", "ocean", main=False, roughness=0.25)
    land = asked(brief, "land", "paint", green, "land", "continent")
    brass = asked(brief, "meridian", "brass", None, "meridian", "ring")
    wood = cover(brief, "foot", WOODS, "foot", "stand", "base", kind="wood")
    r = 0.15
    spin = float(brief.rng().uniform(-40, 10))
    arc = curves.in_plane(curves.arc(r + 0.013, -90, 90, 40) * [-1, 1], 0.0, "xy")
    meridian = shapes.sweep(arc, 1.0, curves.rectangle(0.006, 0.014, 0.002))
    pins = copies(shapes.cylinder(0.006, 0.024, 0.002, 14), [[0, r - 0.004, 0], [0, -r - 0.020, 0]])
    pieces = (
        ("sea", shapes.sphere(r, 56).rotate(y=spin), sea), ("land", continents(r).rotate(y=spin), land),
        ("meridian", join(meridian, pins), brass),
    )  # fmt: skip
    rows = cm("9 0, 9.2 .8, 8 1.8, 3 2.8, 1.6 4.2, 2.2 5.0, 1.5 5.8, 1.6 6.5, 0 6.6")
    foot = turned(rows, bevel=0.003, segments=44).move(x=0.02)
    tilted = [part(name, (s.rotate(z=-23.4).move(y=0.235), m)) for name, s, m in pieces]
    return Asset([*tilted, part("foot", (foot, wood))])


def hourglass(brief: Brief) -> Asset:
    """An hourglass: two bulbs with sand between turned boards."""
    wood = cover(brief, "frame", WOODS, "frame", kind="wood")
    sand = asked(brief, "sand", "sand", (0.90, 0.72, 0.40), "sand")
    high, r = 0.22 * brief.grown("height"), 0.062
    boards = [
        turned(
            np.array([[0.95, 0], [1.0, 0.003], [1.0, 0.010], [0.92, 0.014], [0.80, 0.018], [0, 0.018]])
            * [r * 1.1, 1],
            bevel=0.001,
            segments=48,
        )
    ]
    boards.append(boards[0].mirror("y").move(y=high))
    middle, half = high / 2, high / 2 - 0.016
    bulb = curves.smooth_curve(
        cm("30 -100, 72 -93, 80 -66, 62 -32, 16 -6, 7.5 0, 16 6, 62 32, 80 66, 72 93, 30 100") * [r, half], 64
    ) + [0, middle]
    glass = shapes.revolve(bulb, 48, crease=60)
    inner = bulb * [0.94, 1]
    heap = inner[(inner[:, 1] < middle - 0.62 * half)]
    low = shapes.revolve(
        np.concatenate([heap, [[0.35 * r, middle - 0.42 * half], [0, middle - 0.30 * half]]]), 40, crease=60
    )
    cup = inner[(inner[:, 1] > middle + 0.012) & (inner[:, 1] < middle + 0.45 * half)]
    high_sand = shapes.revolve(
        np.concatenate(
            [[[0.0008, middle - 0.002]], cup, [[0.3 * r, middle + 0.38 * half], [0, middle + 0.32 * half]]]
        ),
        40,
        crease=60,
    )
    stream = shapes.cylinder(0.0012, 0.36 * half, segments=10).move(y=middle - 0.34 * half)
    post = turned(
        cm("50 0, 90 6, 50 12, 62 30, 100 50, 62 70, 50 88, 90 94, 50 100") * [0.0075, high - 0.03],
        36,
        segments=18,
    ).move(0, 0.015, r * 0.92)
    count = brief.count("post", 3, 2, 6)
    return Asset([
        part("boards", (join(*boards), wood)), part("posts", (around(post, count, 60), wood)), part("glass", (glass, finish("glass", name="bulbs"))), part("sand", (join(low, high_sand, stream), sand)),
    ])  # fmt: skip


FAMILIES = (
    Family("magnifying_glass", ("magnifying glass", "magnifier", "loupe"), grounded(magnifier, centre=True)),
    Family("globe", ("globe", "world globe", "earth globe", "desk globe"), grounded(globe, centre=True)),
    Family("hourglass", ("hourglass", "sand timer", "sandglass", "egg timer"), hourglass),
)  # fmt: skip
