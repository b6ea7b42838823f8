"""From a study: magnifying glass, globe and hourglass."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.joinery import WOODS
from pocket3d_server.models.builtin_text.making import around, cm, cover, facing, turned
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
    sea = asked(
        brief,
        "sea",
        "paint",
        (0.20, 0.46, 0.72) if brief.style != "classic" else (0.78, 0.68, 0.48),
        "sea",
        "ocean",
        main=False,
        roughness=0.25,
    )
    brass, wood = (
        asked(brief, "meridian", "brass", None, "meridian", "ring"),
        cover(brief, "foot", WOODS, "foot", "stand", "base", kind="wood"),
    )
    r, high = 0.15, 0.235
    ball = shapes.sphere(r, 56)
    lands: tuple[tuple[float, float, float, float, int], ...] = (
        (48, -100, 26, 26, 1),
        (30, -98, 12, 10, 2),
        (68, -95, 10, 34, 3),
        (72, -42, 9, 11, 4),
        (-10, -60, 18, 14, 5),
        (-34, -66, 16, 6, 6),
        (10, 12, 20, 20, 7),
        (-14, 25, 18, 11, 8),
        (50, 18, 11, 18, 9),
        (58, 75, 17, 52, 10),
        (34, 92, 12, 32, 11),
        (20, 78, 10, 8, 12),
        (22, 46, 9, 9, 13),
        (12, 103, 9, 6, 14),
        (-25, 134, 11, 17, 15),
        (-84, 0, 9, 180, 16),
    )
    green = asked(
        brief,
        "land",
        "paint",
        (0.36, 0.58, 0.26) if brief.style != "classic" else (0.58, 0.44, 0.24),
        "land",
        "continent",
    )
    patches = [_patch(r, *land) for land in lands]
    turn = {"z": -23.4}
    spun = [s.rotate(y=float(brief.rng().uniform(-40, 10))) for s in (ball, join(*patches))]
    meridian = shapes.sweep(
        np.column_stack([(curves.arc(r + 0.013, -90, 90, 40)) * [-1, 1], np.zeros(40)]),
        1.0,
        curves.rectangle(0.006, 0.014, 0.002),
        round_ends=False,
    )
    pins = [shapes.cylinder(0.006, 0.024, 0.002, 14).move(y=y) for y in (r - 0.004, -r - 0.020)]
    tilted = [s.rotate(**turn).move(y=high) for s in (*spun, meridian, *pins)]
    post = turned(
        cm("9 0, 9.2 .8, 8 1.8, 3 2.8, 1.6 4.2, 2.2 5.0, 1.5 5.8, 1.6 6.5, 0 6.6"), bevel=0.003, segments=44
    )
    return Asset(
        [
            part("sea", (tilted[0], sea)),
            part("land", (tilted[1], green)),
            part("meridian", (join(*tilted[2:]), brass)),
            part("foot", (post.move(x=0.02), wood)),
        ]
    )


def _patch(r: float, latitude: float, longitude: float, tall: float, wide: float, seed: int) -> Solid:
    """A raised blot on a ball of radius ``r``: a land around a point, of half sizes in degrees."""
    t = 2 * np.pi * np.arange(40) / 40
    rng = np.random.default_rng(seed)
    edge = 1 + sum(
        float(rng.uniform(0.05, 0.16)) * np.sin(n * t + float(rng.uniform(0, 6.3))) for n in (2, 3, 4, 7)
    )
    rings = []
    for share, lift in (
        (0.02, -0.002),
        (0.98, -0.002),
        (1.0, 0.0006),
        (0.94, 0.0022),
        (0.6, 0.0026),
        (0.3, 0.0026),
        (0.02, 0.0026),
    ):
        phi = np.radians(np.clip(latitude + tall * share * edge * np.sin(t), -89.5, 89.5))
        theta = np.radians(longitude + wide * share * edge * np.cos(t))
        rings.append(
            (r + lift)
            * np.column_stack([np.cos(phi) * np.sin(theta), np.sin(phi), np.cos(phi) * np.cos(theta)])
        )
    return shapes.loft(np.stack(rings), crease=60)


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
