"""Square-rigged ships of three masts: galleons, pirates, and longships."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.vehicles.hull import hull, hull_rings, mast, sail, transom
from pocket3d_server.models.builtin_text.vehicles.jolly_roger import skull_prism
from pocket3d_server.models.language.brief import Brief


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
    if not viking:
        body = join(body, transom(rows, 0.2))
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
    if pirate and not viking:
        # The emblem lies on the second sail of the main mast: where the sail, a little thicker, meets its prism.
        z, tall = places[len(places) // 2], 14.5 * brief.grown("height")
        low, high, half = base + tall * 0.53, base + tall * 0.76, 2.7
        corners = np.array([[-half, low], [half, low], [half * 0.9, high], [-half * 0.9, high]])
        thick = sail(np.column_stack([corners, np.full(4, z + 0.30)]), 0.22 * (high - low), 0.07)
        emblem = skull_prism(2.9, 6.0).move(0, (low + high) / 2 + 0.15, z + 1.0)
        light = sum(cloth.base_color[:3]) > 1.0
        bone = asked(
            brief, "emblem", "canvas", (0.05, 0.05, 0.05) if light else (0.93, 0.91, 0.85), "skull", "emblem"
        )
        parts.append(part("emblem", (shapes.intersection(thick, emblem), bone)))
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
