"""Small things of every day and of adventures: book, clock, ball, key, crown, hat, umbrella, guitar."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief

COVERS: tuple[RGB, ...] = ((0.45, 0.10, 0.10), (0.12, 0.22, 0.40), (0.14, 0.32, 0.20), (0.36, 0.20, 0.10))


def book(brief: Brief) -> Asset:
    """A bound book lying on its back; a pile when a number is asked for."""
    rng = brief.rng()
    count = brief.count("book", 3 if brief.has("pile", "stack", "books") else 1, 1, 12)
    parts: list[Part] = []
    y = 0.0
    for k in range(count):
        x, z, t = (
            0.16 * float(rng.uniform(0.92, 1.1)),
            0.23 * float(rng.uniform(0.92, 1.08)),
            0.035 * brief.grown("girth") * float(rng.uniform(0.8, 1.3)),
        )
        rgb = COVERS[int(rng.integers(4))]
        cover = asked(brief, f"cover_{k + 1}", "leather", rgb, "cover", main=k == 0 or count == 1)
        gold = asked(brief, "gilding", "gold", None, "title", "ornament")
        boards = [shapes.rounded_box(x, 0.0035, z, 0.0012, 2).move(0, h, 0) for h in (0.00175, t - 0.00175)]
        hollow = np.concatenate(
            [
                curves.arc(t / 2, 90, 270, 17) * [0.45, 1],
                (curves.arc(t / 2 - 0.0034, 90, 270, 17) * [0.45, 1])[::-1],
            ]
        )
        spine = shapes.extrude(hollow, z, 0.0).move(-x / 2 + 0.003, t / 2, 0)
        ribs = [
            shapes.extrude(
                np.concatenate(
                    [
                        curves.arc(t / 2 + 0.0022, 100, 260, 15) * [0.46, 1],
                        (curves.arc(t / 2 - 0.001, 100, 260, 15) * [0.45, 1])[::-1],
                    ]
                ),
                0.006,
                0.001,
            ).move(-x / 2 + 0.003, t / 2, w * z)
            for w in (-0.36, -0.18, 0.18, 0.36)
        ]
        page = curves.rounded(
            np.array(
                [
                    [-x / 2 + 0.004, -(t - 0.008) / 2],
                    [x / 2 - 0.005, -(t - 0.008) / 2],
                    [x / 2 - 0.008, 0],
                    [x / 2 - 0.005, (t - 0.008) / 2],
                    [-x / 2 + 0.004, (t - 0.008) / 2],
                ]
            ),
            0.002,
            3,
        )
        pages = shapes.extrude(page, z - 0.012).move(0, t / 2, 0)
        frame = (
            shapes.extrude(
                curves.rectangle(x * 0.82, z * 0.86), 0.0012, holes=[curves.rectangle(x * 0.76, z * 0.82)]
            )
            .rotate(x=-90)
            .move(0.006, t + 0.0002, 0)
        )
        mark = (
            shapes.extrude(
                curves.star(8, 0.028, 0.016)
                if brief.style in ("fantasy", "medieval")
                else curves.rectangle(x * 0.5, 0.022, 0.003),
                0.0014,
            )
            .rotate(x=-90)
            .move(0.006, t + 0.0002, 0.0 if brief.style else -z * 0.18)
        )
        turn = {"y": float(rng.uniform(-16, 16)) if k else 0.0}
        tag = f"_{k + 1}" if count > 1 else ""
        pieces = (
            ("cover", join(*boards, spine, *ribs), cover),
            ("pages", pages, finish("paper")),
            ("gilding", join(frame, mark), gold),
        )
        parts += [part(f"{n}{tag}", (s.rotate(**turn).move(y=y), m)) for n, s, m in pieces]
        y += t + 0.001
    return Asset(parts)


def clock(brief: Brief) -> Asset:
    """A twin-bell alarm clock, a wall clock, or a grandfather clock."""
    case = asked(
        brief,
        "case",
        "wood" if brief.has("grandfather", "wall", "cuckoo") else "paint",
        None if brief.has("grandfather", "wall") else (0.75, 0.14, 0.14),
        "case",
        main=True,
    )
    brass, black = finish("brass"), finish("plastic", (0.04, 0.04, 0.05), "hands")
    r = 0.15 if brief.has("wall", "grandfather") else 0.055

    def face(y: float, z: float) -> list[Part]:
        dial = shapes.cylinder(r * 0.93, 0.004, segments=64).rotate(x=90).move(0, y, z)
        ticks = [
            shapes.rounded_box(
                0.05 * r if k % 3 else 0.085 * r, 0.16 * r if k % 3 == 0 else 0.10 * r, 0.003, 0.0008, 1
            )
            .move(0, 0.80 * r, 0)
            .rotate(z=30 * k)
            .move(0, y, z + 0.005)
            for k in range(12)
        ]
        hands = [
            shapes.extrude(
                np.array([[-w, -0.12 * r], [w, -0.12 * r], [w * 0.7, n * 0.8], [0, n], [-w * 0.7, n * 0.8]]),
                0.0025,
            )
            .rotate(z=a)
            .move(0, y, z + h)
            for w, n, a, h in ((0.045 * r, 0.48 * r, 52, 0.008), (0.032 * r, 0.72 * r, -62, 0.011))
        ]
        cap = shapes.cylinder(0.07 * r, 0.006, 0.001, 20).rotate(x=90).move(0, y, z + 0.009)
        return [
            part("dial", (dial, asked(brief, "dial", "paper", (0.96, 0.94, 0.88), "dial", "face"))), part("numerals", (join(*ticks), black)),
            part("hands", (join(*hands), black), (cap, brass)),
        ]  # fmt: skip

    if brief.has("grandfather", "longcase", "pendulum"):
        body = [
            shapes.rounded_box(0.50, 0.42, 0.30, 0.012, 2).move(y=0.25),
            shapes.rounded_box(0.36, 0.92, 0.24, 0.010, 2).move(y=0.90),
            shapes.rounded_box(0.48, 0.46, 0.28, 0.012, 2).move(y=1.58),
            shapes.rounded_box(0.56, 0.06, 0.34, 0.02, 2).move(y=0.03),
            shapes.rounded_box(0.56, 0.05, 0.34, 0.02, 2).move(y=1.83),
            shapes.rounded_box(0.54, 0.04, 0.33, 0.015, 2).move(y=0.47),
        ]
        crest = shapes.extrude(
            curves.mirrored(
                np.concatenate(
                    [[[0, 0]], curves.smooth_curve([[0.26, 0], [0.24, 0.06], [0.12, 0.10], [0, 0.20]], 18)]
                )
            ),
            0.10,
            0.02,
        ).move(0, 1.85, 0.05)
        pane = shapes.rounded_box(0.24, 0.72, 0.02, 0.005, 1).move(0, 0.90, 0.122)
        bob = join(
            shapes.cylinder(0.075, 0.015, 0.005, 40).rotate(x=90).move(0, 0.68, 0.135),
            shapes.rounded_box(0.014, 0.50, 0.008, 0.002, 1).move(0, 0.95, 0.14),
        )
        return Asset(
            [
                part("case", (join(*[b.grained() for b in body], crest), case)),
                part("window", (pane, finish("wood", (0.10, 0.06, 0.04), "dark_inside"))),
                part("pendulum", (bob, brass)),
                *face(1.58, 0.141),
            ]
        )
    if brief.has("wall"):
        rim = (
            shapes.revolve(
                curves.rounded(
                    np.array(
                        [
                            [0, 0],
                            [r * 1.12, 0],
                            [r * 1.12, 0.03],
                            [r * 1.02, 0.05],
                            [r * 0.93, 0.045],
                            [r * 0.93, 0.02],
                            [0, 0.02],
                        ]
                    ),
                    0.006,
                    3,
                    closed=False,
                ),
                72,
            )
            .rotate(x=90)
            .move(0, r * 1.12, 0)
        )
        return Asset([part("case", (rim, case)), *face(r * 1.12, 0.02)])
    y = 0.078
    drum = (
        shapes.revolve(
            curves.rounded(
                np.array(
                    [
                        [0, -0.022],
                        [r, -0.022],
                        [r * 1.04, 0.0],
                        [r * 1.04, 0.022],
                        [r * 0.94, 0.024],
                        [r * 0.93, 0.012],
                        [0, 0.012],
                    ]
                ),
                0.004,
                3,
                closed=False,
            ),
            64,
        )
        .rotate(x=90)
        .move(0, y, 0)
    )
    bells = [
        join(
            shapes.revolve(
                curves.smooth_curve([[0.026, 0], [0.024, 0.010], [0.014, 0.021], [0, 0.025]], 16), 32
            ),
            shapes.sphere(0.005, 14).move(y=0.027),
        )
        .rotate(z=-32 * s)
        .move(s * 0.034, y + 0.054, 0)
        for s in (1, -1)
    ]
    feet = [
        shapes.sweep(
            [[s * 0.030, y - 0.045, 0], [s * 0.046, 0.006, 0.004]], [0.007, 0.004], 14, round_ends=True
        )
        for s in (1, -1)
    ]
    grip = shapes.sweep(
        curves.smooth_curve(
            [[-0.030, y + 0.085, 0], [-0.018, y + 0.105, 0], [0.018, y + 0.105, 0], [0.030, y + 0.085, 0]], 18
        ),
        0.0035,
        10,
        round_ends=True,
    )
    striker = join(
        shapes.cylinder(0.002, 0.03, segments=10).move(y=y + 0.052),
        shapes.capsule(0.0055, 0.02, 14).rotate(z=90).move(y=y + 0.078),
    )
    return Asset(
        [
            part("case", (drum, case)),
            part("bells", (join(*bells), brass)),
            part("feet", (join(*feet), brass)),
            part("handle", (join(grip, striker), brass)),
            *face(y, 0.012),
        ]
    )


def ball(brief: Brief) -> Asset:
    """A football of 32 panels, a basketball, a tennis ball, a bowling ball, or a striped beach ball."""
    if brief.has("soccer", "football"):
        return _football(brief)
    if brief.has("beach", "striped"):
        r, first = 0.20, asked(brief, "panel", "plastic", (0.85, 0.14, 0.14), main=True)
        tints = [
            first,
            finish("plastic", (0.96, 0.95, 0.92), "white_panel"),
            finish("plastic", (0.12, 0.35, 0.72), "blue_panel"),
            finish("plastic", (0.97, 0.78, 0.15), "yellow_panel"),
        ]
        gore = []
        for k in range(8):
            a = np.linspace(0, 45, 7) + 45 * k
            lat = np.radians(np.linspace(-89.5, 89.5, 25))
            rings = [
                np.concatenate([_sphere_points(r, f, a), _sphere_points(r * 0.97, f, a[::-1])]) for f in lat
            ]
            gore.append((shapes.loft(np.stack(rings), crease=50).move(y=r), tints[k % 4]))
        return Asset(
            [part(f"panel_{k + 1}", g) for k, g in enumerate(gore)]
            + [part("valve", (shapes.sphere(r * 0.12, 16).scale(1, 0.3, 1).move(y=2 * r - 0.002), tints[1]))]
        )
    basket, tennis = brief.has("basketball", "basket"), brief.has("tennis")
    r = (0.12 if basket else 0.033 if tennis else 0.11) * brief.grown("girth")
    stuff = asked(
        brief,
        "ball",
        "rubber" if basket else "fabric" if tennis else "plastic",
        (0.80, 0.36, 0.10) if basket else (0.80, 0.90, 0.22) if tennis else (0.10, 0.16, 0.42),
        main=True,
    )
    body = shapes.sphere(r, brief.detail(64)).move(y=r)
    t = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    if not basket and not tennis:
        holes = [
            shapes.cylinder(0.013, 0.01, segments=24).move(x, r * 0.999 + 0.0, z)
            for x, z in ((-0.016, 0.0), (0.016, 0.0), (0.0, 0.032))
        ]
        marks = [h.rotate(x=28, z=-12).move(y=r - 0.006) for h in holes]
        return Asset(
            [
                part("ball", (body, stuff)),
                part("holes", (join(*marks), finish("plastic", (0.02, 0.02, 0.02), "hole"))),
            ]
        )
    lines: list[np.ndarray] = []
    if basket:
        circle = np.column_stack([np.cos(t), np.sin(t), 0 * t])
        lines += [circle, circle[:, [2, 1, 0]]]
        for s in (1, -1):
            curve = np.column_stack([s * (0.62 + 0.0 * t), np.cos(t) * 0.78, np.sin(t) * 0.78])
            lines.append(curve)
    else:
        c = 0.44
        lines.append(
            np.column_stack(
                [
                    c * np.cos(t) + (1 - c) * np.cos(3 * t),
                    c * np.sin(t) - (1 - c) * np.sin(3 * t),
                    2 * np.sqrt(c * (1 - c)) * np.sin(2 * t),
                ]
            )
        )
    seams = [
        shapes.sweep(
            r * line / np.linalg.norm(line, axis=1, keepdims=True),
            r * (0.018 if basket else 0.035),
            8,
            closed=True,
        ).move(y=r)
        for line in lines
    ]
    return Asset(
        [
            part("ball", (body, stuff)),
            part(
                "seams",
                (
                    join(*seams),
                    asked(
                        brief,
                        "seams",
                        "rubber",
                        (0.06, 0.05, 0.05) if basket else (0.95, 0.95, 0.93),
                        "seam",
                        "line",
                    ),
                ),
            ),
        ]
    )


def _sphere_points(r: float, latitude: float, longitude: np.ndarray) -> np.ndarray:
    a = np.radians(longitude)
    return r * np.column_stack(
        [np.cos(latitude) * np.sin(a), np.full(len(a), np.sin(latitude)), np.cos(latitude) * np.cos(a)]
    )


def _football(brief: Brief) -> Asset:
    """Panels of a truncated icosahedron, each domed out to the sphere."""
    from scipy.spatial import ConvexHull

    r, golden = 0.11, (1 + 5**0.5) / 2
    corners = np.array([[0, s, t * golden] for s in (1, -1) for t in (1, -1)], dtype=float)
    ico = np.concatenate([corners, corners[:, [2, 0, 1]], corners[:, [1, 2, 0]]])
    ico /= np.linalg.norm(ico[0])
    white, black = (
        asked(brief, "white_panels", "leather", (0.95, 0.95, 0.94), main=True),
        asked(brief, "black_panels", "leather", (0.05, 0.05, 0.06), "panel", "spot", "patch"),
    )
    near = np.arccos(np.clip(ico @ ico.T, -1, 1)) < 1.2

    def panel(outline: np.ndarray) -> Solid:
        centre = outline.mean(axis=0)
        dense = np.concatenate(
            [
                outline[k] + (np.roll(outline, -1, axis=0)[k] - outline[k]) * np.linspace(0, 1, 7)[:-1, None]
                for k in range(len(outline))
            ]
        )
        rings = [centre + (dense - centre) * s * 0.985 for s in (1.0, 0.92, 0.75, 0.5, 0.25, 0.02)]
        lifts = (0.975, 1.0, 1.008, 1.012, 1.014, 1.014)
        shell = [
            ring / np.linalg.norm(ring, axis=1, keepdims=True) * r * lift for ring, lift in zip(rings, lifts)
        ]
        inner = rings[0] / np.linalg.norm(rings[0], axis=1, keepdims=True) * r * 0.93
        return shapes.loft(np.stack([inner, *shell]), crease=40)

    blacks, whites = [], []
    for k in range(12):
        around = np.flatnonzero(near[k] & (np.arange(12) != k))
        helper = np.cross(ico[k], ico[around[0]])
        side = np.cross(helper, ico[k])
        angle = np.arctan2(
            (ico[around] - ico[k]) @ (helper / np.linalg.norm(helper)),
            (ico[around] - ico[k]) @ (side / np.linalg.norm(side)),
        )
        around = around[np.argsort(angle)]
        blacks.append(panel(ico[k] * 2 / 3 + ico[around] / 3))
    for a, b, c in ConvexHull(ico).simplices:
        loop = [(a, b), (b, a), (b, c), (c, b), (c, a), (a, c)]
        whites.append(panel(np.array([ico[p] * 2 / 3 + ico[q] / 3 for p, q in loop])))
    core = shapes.sphere(r * 0.965, 48)
    return Asset(
        [
            part("core", (core.move(y=r * 1.014), finish("rubber", name="seams"))),
            part("white_panels", (join(*whites).move(y=r * 1.014), white)),
            part("black_panels", (join(*blacks).move(y=r * 1.014), black)),
        ]
    )


def key(brief: Brief) -> Asset:
    """An old key, standing on its bit, with a clover bow."""
    metal = asked(brief, "key", "brass", None, main=True)
    long = 0.085 * brief.grown("length")
    stem = shapes.revolve(
        curves.rounded(
            np.array(
                [
                    [0.0032, 0],
                    [0.0032, long * 0.55],
                    [0.0048, long * 0.57],
                    [0.0048, long * 0.60],
                    [0.0034, long * 0.62],
                    [0.0034, long * 0.66],
                    [0.0052, long * 0.69],
                    [0.0030, long * 0.73],
                    [0, long * 0.73],
                ]
            ),
            0.0006,
            2,
            closed=False,
        ),
        24,
    )
    count = 4 if brief.style in ("fantasy", "luxury") else 3
    rings = [
        shapes.torus(0.0085, 0.0042, 36, 12)
        .rotate(x=90)
        .move(0.0105 * np.cos(a), long * 0.73 + 0.009 + 0.0105 * np.sin(a), 0)
        for a in np.pi / 2 + 2 * np.pi * (np.arange(count) - (count - 1) / 2) / (count + 1)
    ]
    bit = np.array(
        [
            [0, 0.003],
            [0.016, 0.003],
            [0.016, 0.008],
            [0.0105, 0.008],
            [0.0105, 0.011],
            [0.016, 0.011],
            [0.016, 0.019],
            [0.007, 0.019],
            [0.007, 0.022],
            [0, 0.022],
        ]
    )
    teeth = shapes.extrude(bit, 0.0035, 0.0006, steps=1)
    gem = shapes.sphere(0.0045, 20).scale(1, 1, 0.8).move(0, long * 0.73 + 0.006, 0)
    return Asset(
        [
            part("stem", (stem, metal)),
            part("bow", (join(*rings), metal)),
            part("bit", (teeth, metal)),
            part(
                "jewel", (gem, asked(brief, "jewel", "glass", (0.60, 0.05, 0.10), "jewel", "gem", alpha=1.0))
            ),
        ]
    )


def crown(brief: Brief) -> Asset:
    """A jewelled crown with a velvet cap."""
    gold = asked(brief, "crown", "gold", None, main=True)
    r, h, points = 0.095, 0.085 * brief.grown("height"), brief.count("point", 8, 4, 16)
    t = np.linspace(0, 2 * np.pi, 24 * points, endpoint=False)
    wave = 0.5 + 0.5 * np.cos(points * t)
    top = h * (0.42 + 0.58 * wave**1.6)
    flare = 1 + 0.14 * (top / h)
    ring = lambda radius, y: np.column_stack([radius * np.sin(t), y, radius * np.cos(t)])  # noqa: E731
    rows = [
        ring(r, 0 * t),
        ring(r * (1 + (flare - 1) * 0.5), top * 0.5),
        ring(r * flare, top),
        ring(r * flare - 0.004, top),
        ring(r * (1 + (flare - 1) * 0.5) - 0.004, top * 0.5),
        ring(np.full_like(t, r - 0.004), 0 * t),
    ]
    wall = shapes.loft(np.stack(rows), closed=True, caps=False, crease=40)
    bands = [shapes.torus(r * k, 0.010, 72, 12).move(y=y) for k, y in ((1.0, 0.005), (1.012, 0.030))]
    balls: list[Solid] = []
    gems: list[Solid] = []
    tops: list[Solid] = []
    for k in range(points):
        a = 2 * np.pi * k / points
        balls.append(shapes.sphere(0.0075, 18).move(r * 1.14 * np.sin(a), h + 0.005, r * 1.14 * np.cos(a)))
        jewel = (
            shapes.sphere(0.0075, 18)
            .scale(1, 1.25, 0.6)
            .move(0, 0.0175, r * 1.008)
            .rotate(y=360 * (k + 0.5) / points)
        )
        (gems if k % 2 else tops).append(jewel)
    cap = shapes.revolve(
        curves.smooth_curve(
            [[r * 0.955, 0.012], [r * 1.0, 0.05], [r * 0.78, 0.085], [0.03, 0.080], [0, 0.075]], 24
        ),
        48,
    )
    ruby, sapphire = (
        asked(brief, "ruby", "glass", (0.75, 0.03, 0.10), "jewel", "gem", "ruby", alpha=1.0),
        finish("glass", (0.06, 0.20, 0.70), "sapphire", alpha=1.0),
    )
    return Asset(
        [
            part("crown", (join(wall, *bands, *balls), gold)),
            part("jewels", (join(*gems), ruby), (join(*tops), sapphire)),
            part("cap", (cap, asked(brief, "cap", "velvet", (0.42, 0.04, 0.12), "cap", "velvet", "lining"))),
        ]
    )


def hat(brief: Brief) -> Asset:
    """A wizard's hat, a top hat, a cowboy hat or a straw sun hat."""
    wizard, cowboy = (
        brief.has("wizard", "witch", "mage") or brief.style == "fantasy",
        brief.has("cowboy", "western", "sheriff"),
    )
    straw = brief.has("straw", "sun", "beach", "farmer")
    felt = asked(
        brief,
        "felt",
        "straw" if straw else "fabric",
        None
        if straw
        else (0.16, 0.14, 0.38)
        if wizard
        else (0.42, 0.27, 0.15)
        if cowboy
        else (0.06, 0.06, 0.07),
        "hat",
        main=True,
    )
    band = asked(
        brief,
        "band",
        "leather" if cowboy else "fabric",
        (0.75, 0.58, 0.18) if wizard else (0.20, 0.11, 0.06) if cowboy else (0.55, 0.08, 0.10),
        "band",
        "ribbon",
    )
    if wizard:
        rows = [
            [0.0, 0.012],
            [0.10, 0.008],
            [0.20, 0.0],
            [0.204, 0.004],
            [0.105, 0.016],
            [0.085, 0.05],
            [0.055, 0.17],
            [0.028, 0.28],
            [0.004, 0.37],
            [0, 0.372],
        ]
        crease = shapes.revolve(curves.rounded(np.array(rows), 0.012, 3, closed=False), 56)
        body = crease.deform(
            lambda v: np.column_stack(
                [
                    v[:, 0] + 0.9 * np.clip(v[:, 1] - 0.16, 0, 1) ** 2 * 2.2,
                    v[:, 1]
                    - 0.5 * np.clip(v[:, 1] - 0.26, 0, 1) ** 1.6
                    + 0.012 * np.sin(3 * np.arctan2(v[:, 0], v[:, 2])) * (np.hypot(v[:, 0], v[:, 2]) > 0.13),
                    v[:, 2],
                ]
            )
        )
        ring = shapes.torus(0.092, 0.022, 48, 10).scale(1, 1.2, 1).move(y=0.034)
        buckle = shapes.extrude(
            curves.rectangle(0.05, 0.044, 0.008), 0.008, 0.002, holes=[curves.rectangle(0.032, 0.026, 0.004)]
        ).move(0, 0.034, 0.104)
        stars = []
        for k in range(9):
            y, a = 0.07 + 0.023 * k, 2.4 * k
            radius = float(np.interp(y, [0.05, 0.17, 0.28], [0.085, 0.055, 0.028]))
            stars.append(
                shapes.extrude(curves.star(5, 0.013 - 0.0006 * k, 0.0055), 0.003)
                .rotate(x=-14)
                .move(0, y, radius + 0.001)
                .rotate(y=np.degrees(a))
                .move(x=0.9 * max(y - 0.16, 0) ** 2 * 2.2)
            )
        return Asset(
            [
                part("hat", (body, felt)),
                part("band", (ring, band)),
                part("buckle", (buckle, finish("gold"))),
                part("stars", (join(*stars), finish("gold", name="stars"))),
            ]
        )
    if cowboy or straw:
        rows = [
            [0.0, 0.006],
            [0.09, 0.004],
            [0.19, 0.0],
            [0.194, 0.004],
            [0.10, 0.010],
            [0.092, 0.02],
            [0.088, 0.08],
            [0.075, 0.118],
            [0.05, 0.124],
            [0, 0.118],
        ]
        brim = shapes.revolve(curves.rounded(np.array(rows), 0.010, 4, closed=False), 64)

        def shape(v: np.ndarray) -> np.ndarray:
            r = np.hypot(v[:, 0], v[:, 2])
            if cowboy:
                curl = np.clip((r - 0.10) / 0.1, 0, 1) ** 1.5
                v[:, 1] += curl * (0.052 * (v[:, 0] / np.maximum(r, 1e-6)) ** 2 - 0.012)
                v[:, 0] *= 1 - 0.10 * curl
                v[:, 1] -= 0.030 * np.exp(-((v[:, 0] / 0.022) ** 2)) * (v[:, 1] > 0.09)
                v[:, 2] *= 1.12
            else:
                v[:, 1] -= 0.02 * np.clip((r - 0.10) / 0.1, 0, 1) ** 2
            return v

        return Asset(
            [
                part("hat", (brim.deform(shape), felt)),
                part(
                    "band",
                    (
                        shapes.torus(0.091, 0.014, 56, 10).scale(1, 1.5, 1.12 if cowboy else 1).move(y=0.026),
                        band,
                    ),
                ),
            ]
        )
    rows = [
        [0.0, 0.006],
        [0.09, 0.004],
        [0.155, 0.0],
        [0.158, 0.005],
        [0.095, 0.012],
        [0.088, 0.02],
        [0.086, 0.10],
        [0.097, 0.165],
        [0.095, 0.17],
        [0, 0.17],
    ]
    body = shapes.revolve(
        curves.rounded(np.array(rows) * [1, brief.grown("height")], 0.006, 3, closed=False), 64
    )
    body = body.deform(
        lambda v: np.column_stack(
            [v[:, 0], v[:, 1] + 0.028 * (v[:, 0] / 0.155) ** 2 * (np.hypot(v[:, 0], v[:, 2]) > 0.1), v[:, 2]]
        )
    )
    ribbon = shapes.revolve(
        np.array([[0.086, 0.014], [0.0905, 0.014], [0.0885, 0.05], [0.086, 0.05]]), 64, closed=True
    )
    return Asset([part("hat", (body, felt)), part("band", (ribbon, band))])


def umbrella(brief: Brief) -> Asset:
    """An open umbrella standing on its crook."""
    first, rgb = (
        asked(brief, "canopy", "fabric", (0.70, 0.10, 0.14), "canopy", main=True),
        [c.rgb for c in brief.colours if c.noun is None],
    )
    second = finish("fabric", rgb[1], "second_panel") if len(rgb) > 1 else first
    steel, wood = finish("steel"), asked(brief, "handle", "wood", None, "handle")
    n, r, top = brief.count("panel", 8, 6, 16), 0.55 * brief.grown("width"), 0.92
    panels: list[list[Solid]] = [[], []]
    ribs = []
    for k in range(n):
        a = np.linspace(0, 2 * np.pi / n, 9) + 2 * np.pi * k / n
        sag = 1 - 0.07 * np.sin(np.linspace(0, np.pi, 9))
        rows = []
        for s in np.linspace(0.012, 1, 14):
            scallop = sag**s
            y = top - 0.34 * r * (s**2.1) * 1.1 + 0.02 * (1 - sag) * s
            rows.append(np.column_stack([r * s * scallop * np.sin(a), y, r * s * scallop * np.cos(a)]))
        sheet = np.stack(rows)
        under = sheet[:, ::-1] - [0, 0.003, 0]
        panels[k % 2].append(shapes.loft(np.concatenate([sheet, under], axis=1), crease=45))
        ribs.append(shapes.sweep(sheet[1:, 0] - [0, 0.005, 0], 0.0025, 6))
        ribs.append(shapes.sweep([[0, 0.66, 0], sheet[7, 0] - [0, 0.006, 0]], 0.0022, 6))
    shaft = join(
        shapes.cylinder(0.006, 0.80, segments=16).move(y=0.16),
        shapes.cone(0.006, 0.06, segments=16).move(y=0.955),
        shapes.cylinder(0.014, 0.03, 0.004, 20).move(y=0.645),
        shapes.cylinder(0.017, 0.012, 0.003, 20).move(y=0.912),
    )
    crook = np.column_stack(
        [
            0.045 + 0.045 * np.cos(np.linspace(np.pi, 2 * np.pi, 20)),
            0.058 + 0.045 * np.sin(np.linspace(np.pi, 2 * np.pi, 20)),
            np.zeros(20),
        ]
    )
    handle = shapes.sweep(np.concatenate([[[0, 0.22, 0], [0, 0.12, 0]], crook]), 0.0125, 16, round_ends=True)
    pieces = [(join(*panels[0]), first)] + [(join(*panels[1]), second)]
    return Asset(
        [
            part("canopy", *pieces),
            part("ribs", (join(*ribs), steel)),
            part("shaft", (shaft, steel)),
            part("handle", (handle, wood)),
        ]
    )


def guitar(brief: Brief) -> Asset:
    """An acoustic or an electric guitar, standing upright, its strings in front."""
    electric = brief.has("electric", "rock", "bass")
    body_stuff = asked(
        brief,
        "body",
        "paint" if electric else "wood",
        (0.70, 0.08, 0.08) if electric else (0.78, 0.52, 0.24),
        "body",
        main=True,
    )
    dark, steel = asked(brief, "neck", "wood", (0.22, 0.13, 0.08), "neck", "fretboard"), finish("steel")
    if electric:
        outline = curves.smooth_curve(
            [
                [0.0, 0.0],
                [0.12, 0.01],
                [0.165, 0.09],
                [0.125, 0.19],
                [0.145, 0.27],
                [0.155, 0.36],
                [0.10, 0.355],
                [0.045, 0.30],
                [-0.045, 0.31],
                [-0.09, 0.40],
                [-0.15, 0.41],
                [-0.14, 0.29],
                [-0.115, 0.19],
                [-0.16, 0.09],
                [-0.12, 0.01],
            ],
            120,
            closed=True,
        )
        thick, joint = 0.045, 0.30
    else:
        outline = curves.mirrored(
            np.concatenate(
                [
                    [[0, 0]],
                    curves.smooth_curve(
                        [
                            [0.02, 0.0],
                            [0.15, 0.05],
                            [0.19, 0.16],
                            [0.135, 0.27],
                            [0.125, 0.32],
                            [0.145, 0.41],
                            [0.08, 0.485],
                            [0.0, 0.49],
                        ],
                        50,
                    ),
                ]
            )
        )
        thick, joint = 0.10, 0.485
    body = shapes.extrude(outline, thick, 0.010 if electric else 0.006, steps=3)
    front = thick / 2
    rim = [
        shapes.sweep(
            np.column_stack(
                [
                    curves.resample(curves.inset(curves.counter_clockwise(outline), 0.004), 160, closed=True),
                    np.full(160, z),
                ]
            ),
            0.0045,
            8,
            closed=True,
        )
        for z in (front - 0.003, -front + 0.003)
    ]
    neck_top = joint + 0.36
    neck = shapes.loft(
        np.stack(
            [
                np.column_stack(
                    [
                        curves.arc(1, 180, 360, 13)[:, 0] * w,
                        np.full(13, y),
                        front + 0.004 + curves.arc(1, 180, 360, 13)[:, 1] * 0.02,
                    ]
                )
                for w, y in ((0.028, joint - 0.06), (0.021, neck_top))
            ]
        ),
        crease=40,
    )
    board = shapes.loft(
        np.stack(
            [
                curves.in_plane(curves.rectangle(2 * w, 0.007, 0.002, 2) - [0, front + 0.007], y)
                for w, y in ((0.029, joint - 0.12), (0.0215, neck_top))
            ]
        ),
        crease=40,
    )
    frets = [
        shapes.capsule(0.0012, 2 * float(np.interp(y, [joint - 0.12, neck_top], [0.028, 0.021])), 8)
        .rotate(z=90)
        .move(0, y, front + 0.0108)
        for y in neck_top - (neck_top - 0.17) * (1 - 2 ** (-np.arange(1, 17) / 12.0))
        if y > joint - 0.11
    ]
    head = (
        shapes.extrude(
            curves.rounded(
                np.array(
                    [
                        [-0.022, 0],
                        [0.022, 0],
                        [0.036, 0.02],
                        [0.032, 0.15],
                        [0.0, 0.165],
                        [-0.032, 0.15],
                        [-0.036, 0.02],
                    ]
                ),
                0.008,
                4,
            ),
            0.016,
            0.003,
        )
        .rotate(x=-10)
        .move(0, neck_top, front)
    )
    pegs, posts = [], []
    for s in (1, -1):
        for k in range(3):
            y, z = neck_top + 0.032 + 0.042 * k, front - 0.006 * (k + 1)
            pegs.append(
                join(
                    shapes.cylinder(0.003, 0.022, segments=10).rotate(z=-90 * s).move(s * 0.030, y, z),
                    shapes.superellipsoid(0.007, 0.019, 0.012, 2.5, 2.5, 16).move(s * 0.056, y, z),
                )
            )
            posts.append(shapes.cylinder(0.0035, 0.022, 0.0008, 14).rotate(x=90).move(s * 0.016, y, z))
    bridge_y = 0.115 if not electric else 0.09
    bridge = shapes.rounded_box(0.135 if not electric else 0.075, 0.026, 0.014, 0.004, 2).move(
        0, bridge_y, front + 0.004
    )
    strings = [
        shapes.sweep(
            [
                [x, bridge_y, front + 0.0145],
                [x * 0.75, neck_top - 0.002, front + 0.0125],
                [x * 0.9, neck_top + 0.035 + 0.04 * (k % 3), front + 0.006 - 0.006 * (k % 3)],
            ],
            0.0009,
            6,
        )
        for k, x in enumerate(np.linspace(-0.022, 0.022, brief.count("string", 6, 4, 12)))
    ]
    parts = [
        part("body", (body, body_stuff)),
        part("binding", (join(*rim), finish("plastic", (0.95, 0.91, 0.80), "binding"))),
        part("neck", (neck, dark)),
        part("fretboard", (board, dark)),
        part("frets", (join(*frets), steel)),
        part("headstock", (head, dark)),
        part("pegs", (join(*pegs, *posts), finish("chrome"))),
        part("bridge", (bridge, finish("chrome", name="bridge_metal") if electric else dark)),
        part("strings", (join(*strings), steel)),
    ]
    if electric:
        picks = [
            shapes.rounded_box(0.085, 0.022, 0.012, 0.005, 2).move(0, y, front + 0.004) for y in (0.15, 0.22)
        ]
        knobs = [
            shapes.cylinder(0.0105, 0.014, 0.002, 24).rotate(x=90).move(x, y, front)
            for x, y in ((0.09, 0.075), (0.115, 0.115), (0.07, 0.045))
        ]
        guard = shapes.extrude(
            curves.smooth_curve(
                [[-0.085, 0.13], [0.07, 0.09], [0.11, 0.15], [0.075, 0.25], [0.03, 0.29], [-0.05, 0.28]],
                60,
                closed=True,
            ),
            0.004,
            0.001,
        ).move(z=front + 0.001)
        return Asset(
            [
                *parts,
                part(
                    "pickguard",
                    (guard, asked(brief, "pickguard", "plastic", (0.95, 0.94, 0.90), "pickguard")),
                ),
                part("pickups", (join(*picks), finish("plastic", (0.05, 0.05, 0.05), "pickup"))),
                part("knobs", (join(*knobs), finish("chrome", name="knob"))),
            ]
        )
    hole = shapes.cylinder(0.048, 0.003, segments=48).rotate(x=90).move(0, 0.325, front - 0.0018)
    rose = [shapes.torus(q, 0.004, 56, 8).rotate(x=90).move(0, 0.325, front) for q in (0.051, 0.057)]
    return Asset(
        [
            *parts,
            part("sound_hole", (hole, finish("wood", (0.05, 0.03, 0.02), "hole"))),
            part("rosette", (join(*rose), dark)),
        ]
    )


FAMILIES = (
    Family("book", ("book", "spell book", "old book", "books", "stack of books", "notebook", "novel", "bible", "tome"), book),
    Family("clock", ("clock", "alarm clock", "wall clock", "grandfather clock"), clock),
    Family("ball", ("ball", "football", "soccer ball", "basketball", "tennis ball", "bowling ball", "beach ball"), ball),
    Family("key", ("key", "old key", "golden key", "skeleton key"), key),
    Family("crown", ("crown", "king's crown", "tiara", "royal crown", "golden crown"), crown),
    Family("hat", ("hat", "wizard hat", "top hat", "cowboy hat", "straw hat", "witch hat", "sun hat"), grounded(hat, centre=True)),
    Family("umbrella", ("umbrella", "parasol"), umbrella),
    Family("guitar", ("guitar", "acoustic guitar", "electric guitar", "bass guitar", "ukulele"), guitar),
)  # fmt: skip
