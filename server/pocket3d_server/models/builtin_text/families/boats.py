"""What floats: sailing boat, tall ship, motor boat, rowing boat."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.language.brief import RGB, Brief

PAINTS: tuple[RGB, ...] = ((0.94, 0.94, 0.92), (0.12, 0.26, 0.46), (0.60, 0.12, 0.12), (0.14, 0.36, 0.34))


def hull_rings(rows: Points, sections: int = 48, points: int = 17, power: float = 2.4) -> Points:
    """Open sections (S, 2 * points - 1, 3) of a hull from rows of (z, half beam, sheer height, keel height),
    stern first, each from the left sheer round the keel to the right one."""
    lines = curves.smooth_curve(rows, sections)
    a = np.linspace(0, np.pi / 2, points)
    x, y = np.cos(a) ** (2 / power), np.sin(a) ** (2 / power)
    x[-1] = 0.0
    half = lines[:, 1, None].clip(0.004) * x
    depth = lines[:, 2, None] - (lines[:, 2] - lines[:, 3])[:, None] * y
    right = np.stack([half, depth, np.broadcast_to(lines[:, :1], half.shape)], axis=2)
    return np.concatenate([right * [-1, 1, 1], right[:, -2::-1]], axis=1)


def hull(rows: Points, wall: float, floor: float, **shape: float) -> Solid:
    """A hull with a wall, open above, its inside flat at height ``floor``."""
    outer = hull_rings(rows, **shape)  # type: ignore[arg-type]
    centre = outer.mean(axis=1, keepdims=True)
    inner = outer.copy()
    beam = np.abs(outer[..., 0]).max(axis=1)[:, None]
    inner[..., 0] *= np.maximum(beam - wall, beam * 0.2) / beam
    inner[..., 1] = np.maximum(inner[..., 1], floor)
    inner[..., 1] = np.minimum(inner[..., 1], outer[:, :1, 1])
    length = np.ptp(outer[..., 2])
    inner[..., 2] = centre[..., 2].mean() + (inner[..., 2] - centre[..., 2].mean()) * (1 - 2 * wall / length)
    return shapes.loft(np.concatenate([outer, inner[:, ::-1]], axis=1), crease=42)


def sail(corners: Points, belly: float, thick: float = 0.012) -> Solid:
    """A filled sail over three or four corners (spatial), blown towards +x or along the normal by ``belly`` metres."""
    c = np.asarray(corners, dtype=np.float64)
    if len(c) == 3:
        c = np.array([c[0], c[1], c[2], c[2]])
    u, v = np.meshgrid(np.linspace(0, 1, 15), np.linspace(0, 1, 17), indexing="ij")
    p = (1 - u)[..., None] * ((1 - v)[..., None] * c[0] + v[..., None] * c[3]) + u[..., None] * (
        (1 - v)[..., None] * c[1] + v[..., None] * c[2]
    )
    normal = np.cross(c[1] - c[0], c[3] - c[0])
    normal = normal / np.linalg.norm(normal)
    p += (belly * np.sin(np.pi * u) ** 0.8 * np.sin(np.pi * np.clip(v * 0.92 + 0.05, 0, 1)))[
        ..., None
    ] * normal
    front, back = p + normal * thick / 2, p - normal * thick / 2
    ring = np.concatenate([front, back[::-1]], axis=0).transpose(1, 0, 2)
    return shapes.loft(ring, crease=60)


def mast(at: Points, height: float, radius: float) -> Solid:
    """A tapered pole with a rounded head."""
    return shapes.sweep(
        [at, np.asarray(at) + [0, height * 0.5, 0], np.asarray(at) + [0, height, 0]],
        [radius, radius * 0.9, radius * 0.55],
        14,
        round_ends=True,
    )


def boat(brief: Brief) -> Asset:
    """The kind of vessel that the prompt names."""
    if brief.has("pirate", "galleon", "ship", "frigate", "viking", "tall") and not brief.has("boat", "yacht"):
        return tall_ship(brief)
    if brief.has("motor", "motorboat", "speedboat", "speed", "yacht", "power", "fishing") and not brief.has(
        "sail", "sailing"
    ):
        return motor_boat(brief)
    if brief.has("rowing", "row", "rowboat", "canoe", "dinghy", "kayak", "gondola"):
        return rowing_boat(brief)
    return sailing_boat(brief)


def sailing_boat(brief: Brief) -> Asset:
    """A small yacht with main and jib."""
    rng = brief.rng()
    paint = asked(
        brief, "hull", "paint", PAINTS[int(rng.integers(4))], "hull", "body", main=True, roughness=0.25
    )
    wood, steel = asked(brief, "deck", "wood", (0.66, 0.46, 0.27), "deck"), finish("aluminium")
    cloth = asked(brief, "sail", "canvas", (0.95, 0.94, 0.90), "sail")
    k = brief.grown("length")
    rows = np.array(
        [
            [-3.2, 0.80, 1.08, 0.62],
            [-2.4, 1.02, 1.04, 0.42],
            [-0.6, 1.22, 1.00, 0.22],
            [1.2, 1.05, 1.06, 0.28],
            [2.6, 0.55, 1.18, 0.52],
            [3.45, 0.03, 1.32, 1.05],
        ]
    )
    rows[:, 0] *= k
    body = hull(rows, 0.07, 0.55)
    lines = curves.smooth_curve(rows, 48)
    inside = lines[(lines[:, 0] < 3.1 * k)]
    edge = np.column_stack([inside[:, 1] * 0.965, -inside[:, 0] * 0.985])
    plan = curves.counter_clockwise(np.concatenate([edge, (edge * [-1, 1])[::-1]]))
    plan = curves.without_repeats(plan)
    well = curves.rounded(
        np.array([[-0.62, 1.0 * k], [0.62, 1.0 * k], [0.52, 2.7 * k], [-0.52, 2.7 * k]]), 0.15
    )
    deck = shapes.extrude(plan, 0.05, holes=[well]).rotate(x=-90).move(y=0.955)
    rail = shapes.sweep(
        np.column_stack([lines[:, 1], lines[:, 2] + 0.01, lines[:, 0]])[:-1], 0.035, 10, round_ends=True
    )
    cabin = shapes.loft(
        np.stack(
            [
                curves.in_plane(curves.rectangle(2 * w, long, 0.3) + [0, -c], y)
                for w, long, c, y in (
                    (0.66, 2.2, 0.35, 0.95),
                    (0.62, 2.1, 0.33, 1.30),
                    (0.50, 1.85, 0.28, 1.42),
                    (0.3, 1.5, 0.25, 1.45),
                )
            ]
        ),
        crease=40,
    )
    ports = [
        shapes.superellipsoid(0.06, 0.16, 0.42, 4, 4, 20).move(s * 0.64, 1.17, z)
        for s in (1, -1)
        for z in (-0.25, 0.35, 0.95)
    ]
    benches = [
        shapes.rounded_box(0.28, 0.06, 1.55 * k, 0.02, 2).move(s * 0.42, 0.80, -1.85 * k) for s in (1, -1)
    ]
    tiller = shapes.sweep(
        curves.smooth_curve([[0, 1.15, -3.15 * k], [0, 1.20, -2.8 * k], [0, 1.12, -2.3 * k]], 12),
        0.028,
        10,
        round_ends=True,
    )
    rudder = (
        shapes.extrude(
            curves.rounded(np.array([[3.15, 1.1], [3.5, 1.1], [3.55, -0.1], [3.25, -0.1]]), 0.08), 0.06, 0.02
        )
        .rotate(y=90)
        .scale(1, 1, k)
    )
    keel = shapes.extrude(
        curves.rounded(np.array([[-0.9, 0.45], [0.8, 0.45], [0.75, -0.35], [-0.1, -0.35]]), 0.12), 0.10, 0.04
    ).rotate(y=90)
    tall = 7.6 * brief.grown("height")
    pole = mast(np.array([0, 0.9, 0.85]), tall, 0.065)
    boom = shapes.sweep([[0, 1.95, 0.80], [0, 1.90, -2.5 * k]], 0.045, 12, round_ends=True)
    main = sail(np.array([[0.0, 2.0, 0.76], [0.0, 1.97, -2.35 * k], [0.0, tall + 0.7, 0.78]]), 0.32)
    jib = sail(np.array([[0.0, 1.50, 3.15 * k], [0.10, 1.55, 1.05], [0.0, tall * 0.86 + 0.9, 0.98]]), -0.24)
    stays = [
        shapes.sweep([a, b], 0.012, 6)
        for a, b in (
            ([0, 1.35, 3.35 * k], [0, tall * 0.9 + 0.9, 0.9]),
            ([0, 1.1, -3.15 * k], [0, tall + 0.85, 0.83]),
            ([1.15, 1.0, 0.7], [0, tall * 0.86 + 0.9, 0.85]),
            ([-1.15, 1.0, 0.7], [0, tall * 0.86 + 0.9, 0.85]),
        )
    ]
    return Asset([
        part("hull", (body, paint)), part("deck", (deck, wood)), part("rail", (join(rail, rail.mirror("x")), wood)), part("cabin", (cabin, finish("paint", (0.95, 0.95, 0.93), "cabin"))),
        part("portholes", (join(*ports), finish("glass", (0.10, 0.16, 0.20), "porthole_glass", alpha=1.0))), part("benches", (join(*benches), wood)), part("tiller", (tiller, wood)),
        part("rudder", (rudder, paint)), part("keel", (keel, finish("iron"))), part("mast", (join(pole, boom), steel)), part("mainsail", (main, cloth)), part("jib", (jib, cloth)), part("rigging", (join(*stays), steel)),
    ])  # fmt: skip


def rowing_boat(brief: Brief) -> Asset:
    """A clinker rowing boat with thwarts and oars."""
    wood = asked(brief, "planks", "wood", (0.58, 0.38, 0.21), "hull", main=True)
    trim = asked(brief, "trim", "wood", (0.38, 0.24, 0.13), "trim", "seat", "rail")
    pointed = brief.has("canoe", "kayak", "gondola")
    rows = np.array(
        [
            [-1.75, 0.03 if pointed else 0.42, 0.62, 0.45 if pointed else 0.22],
            [-1.2, 0.38 if pointed else 0.58, 0.55, 0.10],
            [0, 0.66 if not pointed else 0.48, 0.50, 0.02],
            [1.1, 0.50 if not pointed else 0.36, 0.56, 0.06],
            [1.65, 0.20, 0.66, 0.24],
            [1.85, 0.02, 0.74, 0.52],
        ]
    )
    rows[:, 0] *= brief.grown("length")
    body = hull(rows, 0.035, 0.10, power=2.2)
    rings = hull_rings(rows, 48, 17, 2.2)
    strakes = [shapes.sweep(rings[1:-1, j], 0.013, 6) for j in (2, 5, 8, -3, -6, -9)]
    rail = [shapes.sweep(rings[:, j] + [0, 0.005, 0], 0.026, curves.rectangle(2, 1.6, 0.4)) for j in (0, -1)]
    lines = curves.smooth_curve(rows, 48)
    seats = []
    for z in (-1.05, 0.0, 0.95):
        b = float(np.interp(z, lines[:, 0], lines[:, 1]))
        seats.append(shapes.rounded_box(2 * b - 0.06, 0.03, 0.24, 0.008, 2).move(0, 0.38, z))
    ribs = [
        shapes.sweep(hull_rings(rows, 48, 17, 2.2)[k] * [0.93, 1, 1] + [0, 0.03, 0], 0.014, 6)
        for k in range(8, 42, 5)
    ]
    oars = []
    for s in (1, -1):
        shaft = shapes.sweep([[s * 0.15, 0.60, -0.25], [s * 1.75, 0.42, -0.55]], 0.02, 10, round_ends=True)
        blade = (
            shapes.superellipsoid(0.62, 0.018, 0.16, 3, 2, 24)
            .rotate(z=-6.5 * s, y=10 * s)
            .move(s * 1.98, 0.39, -0.60)
        )
        oars.append(part(f"oar_{'left' if s > 0 else 'right'}", (join(shaft, blade), trim)))
    return Asset(
        [
            part("hull", (join(body, *strakes), wood)),
            part("rails", (join(*rail), trim)),
            part("seats", (join(*seats), trim)),
            part("ribs", (join(*ribs), trim)),
            *oars,
        ]
    )


def motor_boat(brief: Brief) -> Asset:
    """A runabout with a windscreen and an outboard motor; a wheelhouse for fishing and yachts."""
    rng = brief.rng()
    paint = asked(brief, "hull", "paint", PAINTS[int(rng.integers(4))], "hull", main=True, roughness=0.2)
    white, seat = (
        finish("paint", (0.95, 0.95, 0.94), "deck_paint", roughness=0.3),
        asked(brief, "seats", "leather", (0.86, 0.80, 0.70), "seat"),
    )
    rows = np.array(
        [
            [-2.9, 1.02, 0.98, 0.30],
            [-1.5, 1.12, 1.00, 0.18],
            [0.3, 1.12, 1.08, 0.14],
            [1.8, 0.85, 1.20, 0.30],
            [2.7, 0.42, 1.30, 0.66],
            [3.25, 0.02, 1.38, 1.22],
        ]
    )
    body = hull(rows, 0.08, 0.50, power=1.9)
    lines = curves.smooth_curve(rows, 48)
    bow = lines[(lines[:, 0] > 0.4) & (lines[:, 0] < 3.1)]
    edge = np.column_stack([bow[:, 1] * 0.95, -bow[:, 0] * 0.99])
    plan = curves.without_repeats(curves.counter_clockwise(np.concatenate([edge, (edge * [-1, 1])[::-1]])))
    deck = (
        shapes.extrude(plan, 0.06, 0.01)
        .rotate(x=-90)
        .deform(
            lambda v: np.column_stack(
                [
                    v[:, 0],
                    v[:, 1]
                    + 1.04
                    + 0.12 * np.clip((v[:, 2] - 0.4) / 2.5, 0, 1.2)
                    + 0.05 * (1 - (v[:, 0] / 1.1) ** 2),
                    v[:, 2],
                ]
            )
        )
    )
    rail = shapes.sweep(
        np.column_stack([lines[:, 1], lines[:, 2], lines[:, 0]])[:-1], 0.045, 10, round_ends=True
    )
    parts = [
        part("hull", (body, paint)),
        part("deck", (deck, white)),
        part("rub_rail", (join(rail, rail.mirror("x")), finish("chrome"))),
    ]
    if brief.has("fishing", "yacht", "tug"):
        house = shapes.loft(
            np.stack(
                [
                    curves.in_plane(curves.rectangle(2 * w, long, 0.18) + [0, -0.3 + s], y)
                    for w, long, s, y in (
                        (0.80, 1.9, 0, 0.9),
                        (0.76, 1.8, 0.05, 2.3),
                        (0.9, 2.1, 0.05, 2.32),
                        (0.9, 2.1, 0.05, 2.40),
                    )
                ]
            ),
            crease=35,
        )
        panes = [
            shapes.rounded_box(0.04, 0.55, 0.62, 0.02, 2).move(s * 0.785, 1.85, z)
            for s in (1, -1)
            for z in (-0.15, 0.6)
        ] + [shapes.rounded_box(1.2, 0.55, 0.04, 0.02, 2).rotate(x=-2).move(0, 1.85, 1.19)]
        pole = [
            mast(np.array([0, 2.3, -0.1]), 2.2, 0.05),
            shapes.sweep([[0, 3.4, -0.1], [0, 2.9, -2.3]], 0.035, 10, round_ends=True),
        ]
        parts += [
            part("wheelhouse", (house, white)),
            part("windows", (join(*panes), finish("glass", (0.10, 0.16, 0.20), "window_glass", alpha=1.0))),
            part("mast", (join(*pole), finish("steel"))),
        ]
    else:
        t = np.linspace(-1, 1, 17)
        screen = shapes.sweep(
            np.column_stack([0.86 * t, 1.36 - 0.03 * t**2, 0.75 - 0.55 * t**2]),
            1.0,
            curves.rectangle(0.02, 0.42, 0.006),
        )
        frame = shapes.sweep(
            np.column_stack([0.86 * t, 1.57 - 0.03 * t**2, 0.75 - 0.55 * t**2]), 0.018, 8, round_ends=True
        )
        benches = (
            [shapes.rounded_box(0.7, 0.22, 0.55, 0.08, 3).move(s * 0.46, 0.72, -0.35) for s in (1, -1)]
            + [
                shapes.rounded_box(0.7, 0.5, 0.14, 0.06, 3).rotate(x=-10).move(s * 0.46, 0.98, -0.66)
                for s in (1, -1)
            ]
            + [
                shapes.rounded_box(1.8, 0.26, 0.55, 0.09, 3).move(0, 0.72, -2.0),
                shapes.rounded_box(1.8, 0.45, 0.14, 0.06, 3).move(0, 0.95, -2.32),
            ]
        )
        wheel = (
            join(shapes.torus(0.17, 0.03, 28, 8), shapes.cylinder(0.05, 0.03, 0.005, 16))
            .rotate(x=-60)
            .move(0.46, 1.12, 0.20)
        )
        parts += [
            part(
                "windscreen",
                (screen, finish("glass", (0.5, 0.62, 0.68), "screen_glass", alpha=0.4)),
                (frame, finish("chrome")),
            ),
            part("seats", (join(*benches), seat)),
            part("steering_wheel", (wheel, finish("plastic", (0.07, 0.07, 0.08), "wheel"))),
        ]
    cowl = shapes.superellipsoid(0.42, 0.52, 0.62, 3.5, 3, 32).move(0, 1.22, -3.10)
    leg = shapes.rounded_box(0.14, 1.1, 0.26, 0.05, 3).move(0, 0.55, -3.10)
    screw = [
        shapes.superellipsoid(0.09, 0.22, 0.03, 2, 2, 14)
        .rotate(y=35)
        .move(0, 0.14, 0)
        .rotate(z=120 * k)
        .move(0, 0.12, -3.32)
        for k in range(3)
    ]
    return Asset(
        [
            *parts,
            part(
                "outboard_motor",
                (join(cowl, leg), finish("plastic", (0.10, 0.11, 0.12), "motor")),
                (
                    join(*screw, shapes.capsule(0.05, 0.5, 14).rotate(x=90).move(0, 0.12, -3.14)),
                    finish("bronze"),
                ),
            ),
        ]
    )


def tall_ship(brief: Brief) -> Asset:
    """A wooden ship with square sails; black sails and skull-white flag for pirates; a Viking longship with shields."""
    viking, pirate = brief.has("viking", "longship", "drakkar"), brief.has("pirate")
    wood = asked(brief, "hull", "wood", (0.36, 0.22, 0.12), "hull", main=True)
    trim = asked(
        brief, "trim", "wood" if brief.style != "luxury" else "gold", (0.62, 0.44, 0.20), "trim", "rail"
    )
    cloth = asked(brief, "sails", "canvas", (0.10, 0.10, 0.11) if pirate else (0.86, 0.78, 0.62), "sail")
    if viking:
        rows = np.array(
            [
                [-9.5, 0.03, 3.6, 2.4],
                [-8.0, 0.8, 2.2, 0.9],
                [-4, 1.9, 1.55, 0.15],
                [0, 2.2, 1.45, 0.0],
                [4, 1.9, 1.55, 0.15],
                [8.0, 0.8, 2.2, 0.9],
                [9.5, 0.03, 3.6, 2.4],
            ]
        )
    else:
        rows = np.array(
            [
                [-9.0, 1.7, 5.4, 2.2],
                [-7.5, 2.2, 4.8, 0.9],
                [-4.5, 2.7, 3.9, 0.2],
                [0, 2.9, 3.3, 0.0],
                [4.5, 2.5, 3.5, 0.2],
                [7.5, 1.3, 4.2, 1.0],
                [9.0, 0.05, 4.8, 2.8],
            ]
        )
    body = hull(rows, 0.22, 1.0 if viking else 2.4, sections=64)
    rings = hull_rings(rows, 64, 17, 2.4)
    strakes = [
        shapes.sweep(rings[:, j] * [1.005, 1, 1], 0.07, 6) for j in (1, 3, 5, 7, 9, -2, -4, -6, -8, -10)
    ]
    rails = [shapes.sweep(rings[:, j] + [0, 0.03, 0], 0.13, curves.rectangle(2, 1.4, 0.4)) for j in (0, -1)]
    parts: list[Part] = [part("hull", (join(body, *strakes), wood)), part("rails", (join(*rails), trim))]
    masts, yards, sails_, ropes = [], [], [], []
    count = brief.count("mast", 1 if viking else 3, 1, 5)
    places = [0.0] if count == 1 else list(np.linspace(-5.2, 5.0, count))
    base = 0.6 if viking else 2.3
    for i, z in enumerate(places):
        tall = (9.0 if viking else 14.5 if i == len(places) // 2 else 12.0) * brief.grown("height")
        masts.append(mast(np.array([0, base, z]), tall, 0.20))
        levels = [(0.20, 0.82, 3.3)] if viking else [(0.16, 0.50, 3.4), (0.53, 0.76, 2.7), (0.79, 0.94, 2.0)]
        for low, high, half in levels:
            y0, y1 = base + tall * low, base + tall * high
            for y, w in ((y1, half * 0.9), (y0, half)):
                yards.append(
                    shapes.sweep(
                        [[-w - 0.3, y, z + 0.22], [0, y, z + 0.26], [w + 0.3, y, z + 0.22]],
                        [0.06, 0.10, 0.06],
                        10,
                        round_ends=True,
                    )
                )
            sails_.append(
                sail(
                    np.array(
                        [
                            [-half, y0, z + 0.30],
                            [half, y0, z + 0.30],
                            [half * 0.9, y1, z + 0.30],
                            [-half * 0.9, y1, z + 0.30],
                        ]
                    ),
                    0.22 * (y1 - y0),
                    0.03,
                )
            )
        for s in (1, -1):
            beam = float(np.interp(z, rows[:, 0], rows[:, 1]))
            sheer = float(np.interp(z, rows[:, 0], rows[:, 2]))
            ropes += [
                shapes.sweep([[s * beam, sheer, z + dz], [0, base + tall * 0.78, z]], 0.03, 5)
                for dz in (-0.9, 0, 0.9)
            ]
    if viking:
        rng = brief.rng()
        tints = [
            finish("wood", rgb, f"shield_{k}")
            for k, rgb in enumerate(((0.65, 0.12, 0.10), (0.85, 0.70, 0.25), (0.15, 0.30, 0.45)))
        ]
        boards: list[list[Solid]] = [[], [], []]
        bosses = []
        for z in np.linspace(-6, 6, 13):
            beam, sheer = (
                float(np.interp(z, rows[:, 0], rows[:, 1])),
                float(np.interp(z, rows[:, 0], rows[:, 2])),
            )
            for s in (1, -1):
                boards[int(rng.integers(3))].append(
                    shapes.cylinder(0.42, 0.07, 0.02, 28)
                    .rotate(z=-90 * s)
                    .move(s * (beam + 0.10), sheer - 0.10, z)
                )
                bosses.append(shapes.sphere(0.12, 14).move(s * (beam + 0.17), sheer - 0.10, z))
        parts += [
            part("shields", *[(join(*b), t) for b, t in zip(boards, tints) if b]),
            part("shield_bosses", (join(*bosses), finish("iron"))),
        ]
        for s, name in ((1, "prow"), (-1, "stern")):
            neck = curves.smooth_curve(
                [[0, 2.9, s * 9.2], [0, 4.2, s * 9.9], [0, 5.2, s * 9.8], [0, 5.5, s * 10.3]]
                if s > 0
                else [[0, 2.9, -9.2], [0, 4.3, -9.9], [0, 5.0, -9.4], [0, 4.6, -9.0]],
                20,
            )
            post = shapes.sweep(neck, np.linspace(0.30, 0.14, 20), 14, round_ends=True)
            if s > 0:
                post = join(
                    post,
                    shapes.superellipsoid(0.36, 0.42, 0.95, 2.4, 2.4, 24).rotate(x=12).move(0, 5.5, 10.5),
                    *[
                        shapes.cone(0.07, 0.35, segments=10).rotate(x=-50).move(q * 0.12, 5.65, 10.3)
                        for q in (1, -1)
                    ],
                )
            parts.append(part(name, (post, trim)))
    else:
        stern = shapes.loft(
            np.stack(
                [
                    curves.in_plane(curves.rectangle(2 * w, 3.4, 0.25) + [0, 7.0 + s], y)
                    for w, s, y in ((1.85, 0, 3.6), (1.95, 0.25, 5.9), (2.05, 0.3, 6.0), (2.0, 0.3, 6.25))
                ]
            ),
            crease=35,
        )
        panes = [
            shapes.rounded_box(0.55, 0.7, 0.06, 0.03, 2).move(x, 5.0, -8.80) for x in (-1.2, -0.4, 0.4, 1.2)
        ]
        lantern = shapes.sphere(0.30, 20).scale(1, 1.3, 1).move(0, 6.9, -8.7)
        sprit = shapes.sweep([[0, 4.1, 8.0], [0, 5.6, 12.2]], [0.20, 0.08], 12, round_ends=True)
        jib = sail(np.array([[0.0, 5.5, 11.9], [0.1, 4.6, 6.2], [0.0, base + 9.3, 5.2]]), -0.5, 0.03)
        ports = [
            shapes.rounded_box(0.10, 0.55, 0.60, 0.03, 2).move(
                s * (float(np.interp(z, rows[:, 0], rows[:, 1])) * 0.985), 2.45, z
            )
            for s in (1, -1)
            for z in np.linspace(-5, 4, 6)
        ]
        guns = [
            shapes.revolve(np.array([[0.16, 0], [0.12, 0.55], [0.15, 0.62], [0, 0.62]]), 16)
            .rotate(z=-90 * s)
            .move(s * (float(np.interp(z, rows[:, 0], rows[:, 1])) * 0.95), 2.45, z)
            for s in (1, -1)
            for z in np.linspace(-5, 4, 6)
        ]
        parts += [
            part("stern_castle", (stern, wood)), part("stern_windows", (join(*panes), glow("stern_window", (0.95, 0.75, 0.35), 0.4))), part("stern_lantern", (lantern, glow("lantern", (1, 0.8, 0.4)))),
            part("bowsprit", (sprit, trim)), part("jib", (jib, cloth)), part("gun_ports", (join(*ports), finish("wood", (0.15, 0.09, 0.06), "gun_port"))), part("cannons", (join(*guns), finish("iron"))),
        ]  # fmt: skip
    flag_cloth = asked(brief, "flag", "fabric", (0.05, 0.05, 0.05) if pirate else (0.70, 0.12, 0.12), "flag")
    top = base + (9.0 if viking else 14.5) * brief.grown("height")
    z = places[len(places) // 2]
    parts.append(
        part(
            "flag",
            (
                sail(
                    np.array(
                        [
                            [0, top - 0.2, z],
                            [0.4, top - 0.25, z - 2.0],
                            [0.4, top + 0.75, z - 2.0],
                            [0, top + 0.9, z],
                        ]
                    ),
                    0.15,
                    0.03,
                ),
                flag_cloth,
            ),
        )
    )
    return Asset(
        [
            *parts,
            part("masts", (join(*masts, *yards), trim)),
            part("sails", (join(*sails_), cloth)),
            part("rigging", (join(*ropes), finish("straw", (0.32, 0.25, 0.17), "rope"))),
        ]
    )


FAMILIES = (
    Family("boat", ("boat", "sailboat", "sailing boat", "ship", "sailing ship", "pirate ship", "yacht", "motorboat", "motor boat", "speedboat", "rowing boat", "canoe", "galleon", "viking ship", "longship", "fishing boat", "row boat", "dinghy", "sail boat"), boat),
)  # fmt: skip
