"""Out of doors: tents, tipi, igloo and campfire."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.camping import ashes, guy_lines, panel, ring_of_stones, smoke_flaps
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow
from pocket3d_server.models.builtin_text.masonry import hewn, parts_only
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.vehicles.fittings import bar
from pocket3d_server.models.language.brief import RGB, Brief

CLOTHS: tuple[RGB, ...] = ((0.85, 0.42, 0.12), (0.18, 0.42, 0.26), (0.16, 0.36, 0.60), (0.80, 0.66, 0.40))


def tent(brief: Brief) -> Asset:
    """A ridge tent with its door tied open and guy lines, or a dome tent on crossed poles; a tipi by its name."""
    if brief.has("tipi", "teepee", "tepee", "wigwam", "indian"):
        return tipi(brief)
    cloth = asked(
        brief, "cloth", "canvas", CLOTHS[int(brief.rng().integers(4))], "cloth", "fabric", main=True
    )
    inner, rope, metal = (
        finish("canvas", (0.30, 0.28, 0.24), "inside"),
        finish("straw", (0.75, 0.68, 0.50), "rope"),
        finish("aluminium", name="poles"),
    )
    if brief.has("dome", "igloo", "modern") or (
        not brief.has("ridge", "scout", "a-frame") and brief.rng(1).random() < 0.3
    ):
        return _dome(brief, cloth, inner, metal)
    w, h, z = 1.05 * brief.grown("width"), 1.45 * brief.grown("height"), 1.25 * brief.grown("length")
    walls = [
        panel(np.array([[s * w, 0.04, -z], [s * w, 0.04, z], [0, h, z], [0, h, -z]])[::s], sag=0.07)
        for s in (1, -1)
    ]
    eaves = [
        panel(
            np.array(
                [[s * w, 0.04, -z], [s * w, 0.04, z], [s * (w + 0.16), 0.0, z], [s * (w + 0.16), 0.0, -z]]
            )[::-s]
        )
        for s in (1, -1)
    ]
    back = shapes.extrude(np.array([[-w, 0.02], [w, 0.02], [0, h - 0.02]]), 0.015).move(z=-z + 0.02)
    flaps = []
    for s in (1, -1):
        a = np.array(
            [
                [s * w * 0.98, 0.03, z - 0.02],
                [s * w * 0.72, 0.03, z + 0.22],
                [s * w * 0.20, h * 0.70, z + 0.10],
                [0.0, h - 0.03, z - 0.01],
            ]
        )
        flaps.append(panel(a[::s], sag=-0.05))
    ground = shapes.rounded_box(2 * w, 0.03, 2 * z, 0.01, 1).move(y=0.015)
    poles = [bar([0, 0, v], [0, h + 0.12, v], 0.018) for v in (z - 0.03, -z + 0.05)] + [
        bar([0, h, -z], [0, h, z], 0.015)
    ]
    lines, pegs = guy_lines(w, h, z)
    bag = shapes.capsule(0.17, 1.7, 20).scale(1.4, 1, 0.7).rotate(x=90).move(0.4, 0.14, 0.1)
    mat = shapes.superellipsoid(0.5, 0.12, 0.3, 3, 2.4, 20).move(0.4, 0.30, -0.75)
    return Asset(
        [
            part("walls", (join(*walls, *eaves, back), cloth)), part("door_flaps", (join(*flaps), cloth)), part("ground_sheet", (ground, inner)), part("poles", (join(*poles), metal)),
            part("guy_lines", (lines, rope)), part("pegs", (pegs, finish("wood"))), part("sleeping_bag", (bag, finish("fabric", (0.20, 0.32, 0.55), "bag")), (mat, finish("fabric", (0.85, 0.82, 0.75), "pillow"))),
        ]
    )  # fmt: skip


def _dome(brief: Brief, cloth: Finish, inner: Finish, metal: Finish) -> Asset:
    """A dome tent: four curved panels between two crossed poles, with a dark arched door."""
    w, h = 1.15 * brief.grown("width"), 1.35 * brief.grown("height")
    t = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    rings = []
    for f in np.linspace(0, np.pi / 2, 18):
        # Between the poles, at the diagonals, the cloth lies flatter.
        flat = 1 - 0.14 * np.cos(2 * t) ** 2 * np.cos(f) - 0.02
        r = w * np.cos(f) ** 0.85 * flat * 1.12
        rings.append(np.column_stack([r * np.sin(t), np.full(64, h * np.sin(f)), r * np.cos(t)]))
    shell = shapes.loft(np.stack(rings), crease=60)
    arcs = []
    for turn in (45, 135):
        a = np.linspace(0, np.pi, 33)
        reach = w * np.abs(np.cos(a)) ** 0.85 * np.sign(np.cos(a)) * 1.115
        line = np.column_stack([reach, h * np.sin(a) + 0.012, np.zeros(33)])
        arcs.append(shapes.sweep(line, 0.016, 8, round_ends=True).rotate(y=turn))
    door = np.concatenate([[[-0.36, 0.02], [0.36, 0.02]], curves.arc(0.36, 0, 180, 17) + [0, 0.45]])
    room = shapes.extrude(door, 2.2).move(z=1.2)
    skin = [shapes.intersection(shell.scale(1.012, 1.012, 1.012), room)]
    edge = shapes.intersection(
        shell.scale(1.02, 1.02, 1.02), shapes.extrude(door * 1.1, 2.2, holes=[door]).move(z=1.2)
    )
    return Asset([part("walls", (shell, cloth)), part("poles", (join(*arcs), metal)), part("door", (join(*skin), inner)), part("door_edge", (edge, finish("fabric", (0.92, 0.88, 0.80), "edge")))])  # fmt: skip


def tipi(brief: Brief) -> Asset:
    """A tipi: a cone of hides with painted bands over poles that cross at the top."""
    hide = asked(brief, "hide", "canvas", (0.86, 0.76, 0.58), "hide", "cloth", main=True)
    band = asked(
        brief,
        "bands",
        "fabric",
        ((0.62, 0.20, 0.12), (0.18, 0.36, 0.46), (0.30, 0.22, 0.16))[int(brief.rng().integers(3))],
        "band",
        "stripe",
    )
    r, h = 1.9 * brief.grown("width"), 3.6 * brief.grown("height")
    radius = lambda y: r * (1 - y / h) + 0.16 * y / h  # noqa: E731
    n = brief.count("pole", 12, 6, 20)
    t = np.linspace(0, 2 * np.pi, 4 * n, endpoint=False)
    facet = 1 - 0.035 * (1 - np.abs(np.cos(t * n / 2)))

    def cone(y0: float, y1: float, grow: float) -> Solid:
        rows = [
            np.column_stack(
                [
                    (radius(y) + grow) * facet * np.sin(t),
                    np.full(len(t), y),
                    (radius(y) + grow) * facet * np.cos(t),
                ]
            )
            for y in np.linspace(y0, y1, 6)
        ]
        return shapes.loft(np.stack(rows), crease=35)

    zig = []
    for k in range(n * 2):
        a, b = 2 * np.pi * k / (2 * n), 2 * np.pi * (k + 1) / (2 * n)
        ya, yb = (1.25, 1.6) if k % 2 else (1.6, 1.25)
        pa, pb = ([radius(y) * 1.0 * np.sin(q), y, radius(y) * np.cos(q)] for q, y in ((a, ya), (b, yb)))
        zig.append(bar(pa, pb, 0.04, 6))
    poles = [
        bar(
            [0.98 * radius(0) * np.sin(q), 0.02, 0.98 * radius(0) * np.cos(q)],
            [-0.42 * np.sin(q), h + 0.75, -0.42 * np.cos(q)],
            0.035,
            8,
        )
        for q in 2 * np.pi * np.arange(n) / n
    ]
    lean = np.degrees(np.arctan2(r - 0.16, h))
    door = np.concatenate([[[-0.42, 0.0], [0.42, 0.0]], [[0.30, 1.0], [0.0, 1.35], [-0.30, 1.0]]])
    gap = (
        shapes.extrude(curves.rounded(door, 0.06, 3), 0.06, 0.01)
        .rotate(x=-lean)
        .move(0, 0.03, radius(0.0) + 0.015)
    )
    flap = smoke_flaps(h, radius)
    return Asset([part("cover", (cone(0, h * 0.97, 0), hide), (flap, hide)), part("bands", (cone(0.02, 0.5, 0.012), band), (cone(2.5, 2.75, 0.012), band), (join(*zig), band)), part("poles", (join(*poles), finish("wood"))), part("door", (gap, finish("canvas", (0.22, 0.15, 0.10), "opening")))])  # fmt: skip


def igloo(brief: Brief) -> Asset:
    """A dome of snow blocks with a vaulted entrance, on snow."""
    snow = asked(brief, "blocks", "snow", (0.90, 0.95, 1.0), "block", main=True)
    r, rows = 1.75 * brief.grown("width"), 6
    rng = brief.rng()
    blocks: list[Solid] = []
    edges = np.linspace(0, 78, rows + 1)
    for k in range(rows):
        a, b = np.radians(edges[k]), np.radians(edges[k + 1])
        mid = (a + b) / 2
        count = max(int(2 * np.pi * np.cos(mid) * r / 0.62), 4)
        for i in range(count):
            q = 2 * np.pi * (i + 0.5 * (k % 2)) / count
            if k < 2 and abs((q + np.pi) % (2 * np.pi) - np.pi) * r * np.cos(mid) < 0.55:
                continue
            wide = 2 * np.pi * r * np.cos(mid) / count
            block = shapes.rounded_box(wide * 0.985, (b - a) * r * 0.985, 0.30, 0.05, 2).rotate(
                x=-float(np.degrees(mid))
            )
            blocks.append(
                block.move(0, r * np.sin(mid), r * np.cos(mid) + float(rng.uniform(-0.015, 0.015))).rotate(
                    y=float(np.degrees(q))
                )
            )
    blocks.append(shapes.cylinder(0.48, 0.26, 0.06, 20).move(y=r * 0.94))
    core = shapes.revolve(curves.arc(r - 0.06, 0, 90, 16).round(9), 40)
    ring = 7
    for j, z in enumerate((r + 0.1, r + 0.45, r + 0.8)):
        for i in range(ring):
            q = np.pi * (i + 0.5) / ring
            block = shapes.rounded_box(0.34, 0.30, 0.24, 0.04, 2).rotate(z=float(np.degrees(q)) - 90)
            blocks.append(block.scale(1 - 0.02 * j).move(0.66 * np.cos(q), 0.10 + 0.72 * np.sin(q), z))
    arch = np.concatenate([[[-0.56, 0], [0.56, 0]], curves.arc(0.56, 0, 180, 17) * [1, 1.1] + [0, 0.1]])
    dark = shapes.extrude(arch, 0.9).move(z=r + 0.3)
    ground = (
        shapes.revolve(
            curves.smooth_curve([[r * 1.75, -0.18], [r * 1.6, 0.0], [r * 1.1, 0.06], [0, 0.08]], 12), 48
        )
        .scale(1, 1, 1.12)
        .move(z=0.35)
    )
    return Asset([part("blocks", (join(*blocks), snow)), part("inside", (core, finish("snow", (0.70, 0.80, 0.92), "joints"))), part("entrance", (dark, finish("snow", (0.10, 0.14, 0.22), "dark"))), part("ground", (ground, finish("snow")))])  # fmt: skip


def flame(high: float, wide: float, turn: float, segments: int = 16) -> Solid:
    """A tongue of fire on y = 0 that twists as it rises."""
    rows = curves.smooth_curve([[0.30, 0.0], [0.5, 0.22], [0.40, 0.5], [0.20, 0.78], [0.0, 1.0]], 18) * [
        wide,
        high,
    ]
    body = shapes.revolve(rows, segments, crease=180)

    def sway(v: Points) -> Points:
        f = v[:, 1] / high
        v[:, 0] += 0.22 * wide * np.sin(f * 4.2 + turn) * f
        v[:, 2] += 0.22 * wide * np.cos(f * 3.7 + turn) * f
        return v

    return body.deform(sway)


def campfire(brief: Brief) -> Asset:
    """Burning logs in a ring of stones."""
    rng = brief.rng()
    wood, stone = (
        asked(brief, "logs", "wood", (0.32, 0.20, 0.12), "log", main=True),
        hewn(parts_only(brief), "stones", (0.50, 0.49, 0.47), "stone"),
    )
    end = finish("wood", (0.78, 0.60, 0.38), "log_end")
    count, stones = brief.count("log", 6, 3, 10), brief.count("stone", 11, 6, 18)
    logs, ends = [], []
    for k in range(count):
        log = shapes.cylinder(0.060, 0.62, 0.008, 14).grained()
        cut = shapes.cylinder(0.052, 0.012, 0.003, 14).move(y=-0.006)
        turned = [
            s.rotate(x=-46 + 4 * (k % 2)).move(0, 0.035, 0.34).rotate(y=360 * k / count + 11)
            for s in (log, cut)
        ]
        logs.append(turned[0])
        ends.append(turned[1])
    rocks = ring_of_stones(stones, rng)
    ash, coals = ashes(rng)
    n = brief.detail(18)
    fire = replace(glow("flame", (1.0, 0.30, 0.01), 0.7), alpha_mode="BLEND")
    fire.base_color = (*fire.base_color[:3], 0.55)
    outer = [flame(0.85, 0.38, 0.4, n).move(y=0.10)] + [
        flame(float(rng.uniform(0.40, 0.62)), 0.24, float(rng.uniform(0, 6)), n)
        .move(0.15, 0.10, 0)
        .rotate(y=72 * k + 20)
        for k in range(5)
    ]
    inner = [flame(0.60, 0.27, 1.0, n).move(0.02, 0.12, 0.06)] + [
        flame(0.30, 0.15, k, n).move(0.19, 0.12, 0).rotate(y=72 * k + 24) for k in range(5)
    ]
    return Asset(
        [
            part("logs", (join(*logs), wood), (join(*ends), end)), part("stones", (rocks, stone)), part("ash", (ash, finish("earth", (0.16, 0.15, 0.14), "ash"))),
            part("embers", (coals, glow("embers", (1.0, 0.25, 0.04), 0.8))), part("flames", (join(*outer), fire), (join(*inner), glow("flame_core", (1.0, 0.74, 0.08), 0.85))),
        ]
    )  # fmt: skip


FAMILIES = (
    Family("tent", ("tent", "camping tent", "tipi", "dome tent", "teepee", "scout tent", "tepee", "wigwam", "canvas tent"), tent),
    Family("igloo", ("igloo", "snow house", "ice house", "eskimo house"), grounded(igloo)),
    Family("campfire", ("campfire", "bonfire", "camp fire", "fire pit", "fire", "fireplace outdoors"), campfire),
)  # fmt: skip
