"""Castle, tower, lighthouse, windmill and skyscraper."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow
from pocket3d_server.models.builtin_text.masonry import (
    Frame,
    crenellations,
    door,
    round_battlement,
    stone_courses,
    window,
)
from pocket3d_server.models.language.brief import RGB, Brief

FLAGS: tuple[RGB, ...] = ((0.70, 0.10, 0.12), (0.12, 0.22, 0.55), (0.85, 0.65, 0.12), (0.12, 0.42, 0.26))


def cone_roof(radius: float, height: float) -> Solid:
    """A slender tiled cone with a flared eave, standing on y = 0."""
    outline = [
        [radius * 0.8, 0.02],
        [radius, 0.0],
        [radius * 1.02, 0.05],
        [radius * 0.80, height * 0.14],
        [radius * 0.40, height * 0.55],
        [0, height],
    ]
    rows = curves.smooth_curve(np.array(outline[2:]), 14)
    return shapes.revolve(np.concatenate([outline[:2], rows]), 40, crease=25)


def flag(height: float, colour: Finish, pole: Finish, name: str) -> Part:
    """A pennant flying from a pole on y = 0."""
    t = np.linspace(0, 1, 12)
    wave = 0.07 * height * np.sin(5.5 * t) * t
    half = 0.14 * height * (1 - t) + 0.008
    rings = np.stack([
        np.stack([0.55 * height * t, np.full(12, 0.83 * height) + s * half, wave + d], axis=1)
        for s, d in ((-1, -0.006), (1, -0.006), (1, 0.006), (-1, 0.006))
    ], axis=1)  # fmt: skip
    staff = join(
        shapes.cylinder(0.02 * height, height, segments=12), shapes.sphere(0.035 * height, 14).move(y=height)
    )
    return part(name, (shapes.loft(rings), colour), (staff, pole))


def round_tower(
    brief: Brief,
    name: str,
    radius: float,
    height: float,
    stone: Finish,
    roof: Finish,
    cap: str,
    colour: Finish,
    rng: np.random.Generator,
) -> list[Part]:
    """A round tower on y = 0; ``cap`` is ``cone`` or ``battlement``."""
    wall = stone_courses(radius * 1.10, radius, height, rng)
    plinth = shapes.revolve(
        curves.rounded(
            np.array([[radius * 1.26, 0], [radius * 1.24, 0.5], [radius * 1.08, 0.9], [0, 0.9]]),
            0.05,
            2,
            closed=False,
        ),
        44,
    )
    crown = round_battlement(radius * 1.22, 1.1, 0.26, max(int(radius * 6), 8)).move(y=height - 0.4)
    floor = shapes.cylinder(radius * 1.05, 0.1, segments=36).move(y=height - 0.25)
    slits = []
    for k in range(max(int(height / 3), 1)):
        slit = shapes.extrude(
            np.concatenate([[[-0.11, -0.45], [0.11, -0.45]], curves.arc(0.11, 0, 180, 7) + [0, 0.4]]), 0.12
        )
        y = 1.9 + 2.6 * k
        out = radius * (1.10 - 0.10 * y / height) + 0.005
        slits += [slit.move(0, y, out).rotate(y=a + 50 * k) for a in (20, 140, 260)]
    parts = [
        part(name, (join(wall, plinth, crown, floor), stone)),
        part(f"{name}_windows", (join(*slits), finish("stone", (0.06, 0.06, 0.07), "dark_opening"))),
    ]
    if cap == "cone":
        tall = radius * (3.4 if brief.style in ("fantasy", "cartoon", "luxury") else 2.6)
        parts.append(part(f"{name}_roof", (cone_roof(radius * 1.32, tall).move(y=height + 0.25), roof)))
        height += tall + 0.15
    banner = flag(1.8, colour, finish("wood", (0.30, 0.2, 0.12), "pole"), f"{name}_flag")
    for p in banner.primitives:
        p.vertices = np.asarray(p.vertices) + [0, height - 0.25, 0]
    return [*parts, banner]


def castle(brief: Brief) -> Asset:
    """Curtain walls between round towers, a gatehouse and a keep."""
    rng = brief.rng()
    stone = asked(brief, "stone", "stone", None, "wall", main=True)
    roof = asked(
        brief,
        "roof",
        "slate",
        ((0.20, 0.28, 0.45), (0.52, 0.18, 0.14), (0.24, 0.26, 0.30))[int(rng.integers(3))],
        "roof",
    )
    colour = asked(brief, "flag", "fabric", FLAGS[int(rng.integers(4))], "flag", "banner")
    wood, iron = finish("wood", (0.34, 0.21, 0.12), "gate_wood"), finish("iron")
    count = brief.count("tower", 4, 3, 10)
    size = 11.0 * brief.grown("width")
    cap = "battlement" if brief.has("fortress", "fort") else "cone"
    wall_h, tower_h = 4.2, 7.0 * brief.grown("height")
    a = 2 * np.pi * (np.arange(count) + 0.5) / count
    spots = np.column_stack([size * 0.70 * np.sin(a), size * 0.70 * np.cos(a)])
    if count == 4:
        spots = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]]) * size / 2
    parts: list[Part] = [
        part(
            "ground",
            (shapes.cylinder(size * 0.98, 0.5, 0.2, 64).move(y=-0.35), finish("grass", name="ground")),
        )
    ]
    for k, (x, z) in enumerate(spots):
        made = round_tower(
            brief,
            f"tower_{k + 1}",
            1.5,
            tower_h * float(rng.uniform(0.95, 1.1)),
            stone,
            roof,
            cap,
            colour,
            rng,
        )
        parts += _shifted(made, x, z)
    gates = 0
    for k in range(count):
        p, q = spots[k], spots[(k + 1) % count]
        middle, along = (p + q) / 2, q - p
        length, turn = float(np.hypot(*along)), float(np.degrees(np.arctan2(-along[1], along[0])))
        wall = join(
            shapes.box(length, wall_h, 0.9).move(y=wall_h / 2),
            crenellations(length, 1.0, 0.35).move(0, wall_h, -0.27),
            crenellations(length, 1.0, 0.35).move(0, wall_h, 0.27),
        )
        parts.append(part(f"wall_{k + 1}", (wall.rotate(y=turn).move(middle[0], 0, middle[1]), stone)))
        if middle[1] > 0 and abs(middle[0]) < 0.1 and not gates:
            gates += 1
            parts += _gatehouse(middle, wall_h, stone, wood, iron)
    if not gates:  # no wall faces straight ahead: the gate goes into the first one
        parts += _gatehouse(np.array([0.0, float(np.max(spots[:, 1]) * 0.98)]), wall_h, stone, wood, iron)
    keep_h = tower_h * 1.15
    keep = join(
        shapes.box(5.0, keep_h, 5.0).move(y=keep_h / 2),
        *[crenellations(5.5, 1.0, 0.35).move(0, keep_h - 0.1, 2.55).rotate(y=90 * k) for k in range(4)],
        *[
            shapes.rounded_box(0.8, keep_h, 0.8, 0.05, 1).move(sx * 2.4, keep_h / 2, sz * 2.4)
            for sx in (1, -1)
            for sz in (1, -1)
        ],
        shapes.box(5.7, 0.3, 5.7).move(y=keep_h - 0.15),
    )
    parts.append(part("keep", (keep.move(0, 0, -0.8), stone)))
    glass = glow("keep_window", (0.95, 0.75, 0.35), 0.35)
    for k, (x, y) in enumerate(((-1.2, 0.45), (1.2, 0.45), (-1.2, 0.75), (1.2, 0.75))):
        parts.append(
            window(
                f"keep_window_{k + 1}",
                Frame(np.array([x, keep_h * y, 1.7]), 0),
                0.6,
                1.2,
                stone,
                glass,
                stone,
                arched=True,
            )
        )
    parts += _shifted(
        round_tower(brief, "great_tower", 1.35, keep_h + 3.2, stone, roof, "cone", colour, rng), 0.0, -1.6
    )
    return Asset(parts)


def _gatehouse(at: np.ndarray, wall_h: float, stone: Finish, wood: Finish, iron: Finish) -> list[Part]:
    high = wall_h + 1.6
    block = join(
        shapes.box(4.4, high, 2.2).move(y=high / 2),
        *[crenellations(4.6, 0.9, 0.32).move(0, high, s * 1.0) for s in (1, -1)],
        *[
            shapes.rounded_box(0.7, high + 0.3, 2.5, 0.05, 1).move(s * 2.1, (high + 0.3) / 2, 0)
            for s in (1, -1)
        ],
    ).move(at[0], 0, at[1])
    gate = door(
        "gate", Frame(np.array([at[0], 0.05, at[1] + 1.1]), 0), 2.3, 3.2, wood, stone, iron, arched=True
    )
    bridge = shapes.rounded_box(2.6, 0.18, 2.6, 0.04, 1).move(at[0], 0.09, at[1] + 2.4)
    return [part("gatehouse", (block, stone)), gate, part("drawbridge", (bridge, wood))]


def _shifted(parts: list[Part], x: float, z: float) -> list[Part]:
    for p in parts:
        for primitive in p.primitives:
            primitive.vertices = np.asarray(primitive.vertices) + [x, 0, z]
    return parts


def tower(brief: Brief) -> Asset:
    """A lone stone tower with a door; a lighthouse or a windmill when the prompt says so."""
    if brief.has("lighthouse"):
        return lighthouse(brief)
    if brief.has("windmill", "mill"):
        return windmill(brief)
    rng = brief.rng()
    stone, roof = (
        asked(brief, "stone", "stone", None, "wall", main=True),
        asked(brief, "roof", "slate", (0.22, 0.26, 0.42), "roof"),
    )
    height = 9.0 * brief.grown("height")
    radius = 1.8 * brief.grown("width", "girth")
    cap = "battlement" if brief.has("watch", "watchtower", "guard") and brief.style != "fantasy" else "cone"
    parts = round_tower(
        brief,
        "tower",
        radius,
        height,
        stone,
        roof,
        cap,
        asked(brief, "flag", "fabric", FLAGS[int(rng.integers(4))], "flag"),
        rng,
    )
    entry = door(
        "door",
        Frame(np.array([0, 0.1, radius * 1.24]), 0),
        1.0,
        2.1,
        finish("wood", name="door_wood"),
        stone,
        finish("iron"),
        arched=True,
    )
    porch = shapes.rounded_box(1.6, 2.6, 0.7, 0.05, 1).move(0, 1.3, radius * 1.24 - 0.32)
    step = shapes.rounded_box(1.5, 0.12, 0.8, 0.03, 1).move(0, 0.06, radius * 1.24 + 0.3)
    return Asset([*parts, entry, part("porch", (join(porch, step), stone))])


def lighthouse(brief: Brief) -> Asset:
    """A striped tower with a gallery and a lantern on a rock."""
    rng = brief.rng()
    height, rows = 12.0 * brief.grown("height"), brief.count("stripe", 5, 2, 12)
    band = asked(brief, "stripes", "paint", (0.78, 0.10, 0.10), "stripe", "band", main=True)
    white, iron = finish("plaster", (0.95, 0.95, 0.93), "white_wall"), finish("iron", (0.14, 0.16, 0.18))
    edges = np.linspace(0, height, 2 * rows + 1 if rows < 4 else rows * 2)
    radius = lambda y: 2.1 - 0.85 * (y / height) ** 0.85  # noqa: E731
    bands: tuple[list[Solid], list[Solid]] = ([], [])
    for k in range(len(edges) - 1):
        y = np.linspace(edges[k], edges[k + 1], 4)
        bands[k % 2].append(shapes.revolve(np.column_stack([radius(y), y]), 48))
    rock_rng = rng.normal(size=(60, 3))
    rock = shapes.hull(
        rock_rng
        / np.linalg.norm(rock_rng, axis=1, keepdims=True)
        * [3.8, 1.1, 3.8]
        * rng.uniform(0.88, 1, (60, 1)),
        crease=15,
    )
    rock = rock.deform(lambda v: np.column_stack([v[:, 0], np.maximum(v[:, 1], -0.5), v[:, 2]])).move(y=-0.25)
    top = height
    deck = shapes.revolve(np.array([[1.2, -0.5], [1.85, 0], [1.85, 0.16], [0, 0.16]]), 48).move(y=top)
    rails = [shapes.torus(1.75, 0.05, 48, 8).move(y=top + h) for h in (0.6, 1.05)]
    posts = [
        shapes.cylinder(0.03, 0.95, segments=8).move(1.75, top + 0.12, 0).rotate(y=30 * k) for k in range(12)
    ]
    bars = [
        shapes.cylinder(0.035, 1.5, segments=8).move(1.0, top + 0.15, 0).rotate(y=45 * k) for k in range(8)
    ]
    glass = shapes.cylinder(0.97, 1.5, segments=40).move(y=top + 0.16)
    lens = shapes.revolve(
        curves.smooth_curve([[0.15, 0], [0.42, 0.3], [0.48, 0.55], [0.42, 0.8], [0, 1.1]], 16), 28
    ).move(y=top + 0.3)
    dome = shapes.revolve(
        curves.smooth_curve([[1.25, 0], [1.15, 0.3], [0.75, 0.75], [0.25, 1.02], [0.06, 1.12]], 20), 40
    ).move(y=top + 1.62)
    ball = join(
        shapes.sphere(0.16, 20).move(y=top + 2.85), shapes.cylinder(0.025, 0.8, segments=8).move(y=top + 2.8)
    )
    entry = door(
        "door",
        Frame(np.array([0, 0.42, 2.07]), 0),
        0.95,
        1.9,
        finish("wood", (0.30, 0.16, 0.10), "door_wood"),
        white,
        iron,
        arched=True,
    )
    parts = [
        part("rock", (rock, finish("stone", (0.36, 0.35, 0.34), "rock"))), part("tower_bands", (join(*bands[0]), band)), part("tower", (join(*bands[1]), white)),
        part("gallery", (join(deck, *rails, *posts), iron)), part("lantern_frame", (join(*bars), iron)),
        part("lantern_glass", (glass, finish("glass", (0.85, 0.93, 0.96), "lantern_glass", alpha=0.3))), part("lens", (lens, glow("light", (1.0, 0.90, 0.55)))),
        part("dome", (join(dome, ball), band)), entry,
    ]  # fmt: skip
    pane = glow("window", (0.30, 0.38, 0.45), 0.0)
    for k, (level, turn) in enumerate(((0.34, 20.0), (0.52, -15.0), (0.70, 25.0), (0.5, 180.0))):
        r = float(radius(level * height)) + 0.005
        at = np.array([r * np.sin(np.radians(turn)), level * height, r * np.cos(np.radians(turn))])
        parts.append(window(f"window_{k + 1}", Frame(at, turn), 0.45, 0.7, white, pane, white, arched=True))
    return Asset(parts)


def windmill(brief: Brief) -> Asset:
    """A tower mill with a turning cap and four lattice sails."""
    wall, wood = (
        asked(brief, "walls", "plaster", None, "wall", main=True),
        finish("wood", (0.36, 0.24, 0.15), "sail_wood"),
    )
    height = 7.5 * brief.grown("height")
    octagon = curves.polygon(8, 1.0, 22.5)
    body = shapes.loft(
        np.stack(
            [
                curves.in_plane(octagon * r, y)
                for r, y in ((2.4, 0), (1.45, height), (1.6, height + 0.02), (1.6, height + 0.2))
            ]
        ),
        crease=20,
    )
    cap = (
        shapes.revolve(
            curves.smooth_curve([[1.65, 0], [1.55, 0.5], [1.05, 1.25], [0.4, 1.75], [0, 1.95]], 20), 36
        )
        .scale(1, 1, 1.15)
        .move(y=height + 0.2)
    )
    hub = shapes.cylinder(0.28, 0.9, 0.05, 24).rotate(x=90).move(0, height + 0.75, 1.5)
    count = brief.count("sail", brief.count("blade", 4, 3, 8), 3, 8)
    sails, cloths = [hub], []
    for k in range(count):
        arm = [shapes.rounded_box(0.14, 4.4, 0.12, 0.02, 1).move(0, 2.2, 0)]
        arm += [
            shapes.rounded_box(0.9, 0.05, 0.05, 0.01, 1).move(0.38, y, 0) for y in np.linspace(1.0, 4.3, 10)
        ]
        arm += [shapes.rounded_box(0.05, 3.35, 0.05, 0.01, 1).move(x, 2.65, 0) for x in (0.80, 0.42)]
        cloth = shapes.rounded_box(0.70, 3.25, 0.03, 0.01, 1).move(0.44, 2.65, -0.03)
        sails += [a.rotate(y=8).rotate(z=360 * k / count + 20).move(0, height + 0.75, 2.25) for a in arm]
        cloths.append(cloth.rotate(y=8).rotate(z=360 * k / count + 20).move(0, height + 0.75, 2.25))
    trim, glass = (
        finish("paint", (0.95, 0.94, 0.9), "trim"),
        finish("glass", (0.3, 0.4, 0.46), "window_glass", alpha=1.0),
    )
    parts = [
        part("tower", (body, wall)), part("cap", (cap, asked(brief, "cap", "slate", (0.30, 0.22, 0.20), "roof", "cap"))),
        part("sails", (join(*sails), wood)), part("sail_cloth", (join(*cloths), asked(brief, "sail_cloth", "canvas", None, "sail", "blade"))),
        door("door", Frame(np.array([0, 0.0, 2.16]), 0), 1.0, 2.0, finish("wood", name="door_wood"), trim, finish("iron"), arched=True),
    ]  # fmt: skip
    for k, y in enumerate((0.45, 0.68)):
        z = (2.4 + (1.45 - 2.4) * y) * np.cos(np.pi / 8) + 0.0
        parts.append(
            window(
                f"window_{k + 1}", Frame(np.array([0, y * height, z - 0.03]), 0), 0.6, 0.8, trim, glass, trim
            )
        )
    return Asset(parts)


def skyscraper(brief: Brief) -> Asset:
    """A glass tower with floor bands, setbacks and a spire."""
    rng = brief.rng()
    floors = brief.count("floor", int(26 * brief.grown("height")), 4, 60)
    glass = asked(
        brief,
        "facade",
        "glass",
        (0.24, 0.38, 0.50),
        "window",
        "glass",
        main=True,
        alpha=1.0,
        roughness=0.08,
        metallic=0.5,
    )
    steel, stone = asked(brief, "frame", "aluminium", None, "frame"), finish("concrete")
    storey, wide = 3.4, 17.0 * brief.grown("width", "girth")
    shape = curves.rectangle(1, 1, (0.06, 0.22, 0.48)[int(rng.integers(3))], 5)
    cuts = [0.55, 0.82, 1.0] if rng.random() < 0.6 else [1.0]
    sizes = [1.0, 0.78, 0.55][: len(cuts)]
    parts: list[Part] = [
        part("plaza", (shapes.rounded_box(wide * 1.5, 0.5, wide * 1.5, 0.1, 2).move(y=0.25), stone))
    ]
    lobby = shapes.extrude(shape * wide * 0.94, 5.0).rotate(x=-90).move(y=2.9)
    parts.append(part("lobby", (lobby, glow("lobby", (0.95, 0.85, 0.62), 0.25))))
    columns = [
        shapes.cylinder(0.35, 5.0, segments=16).move(x * wide * 0.47, 0.45, z * wide * 0.47)
        for x in (-1, -0.33, 0.33, 1)
        for z in (-1, 1)
    ]
    columns += [c.rotate(y=90) for c in columns if True][:8]
    base, start = 5.2, 0
    bands, fins, bodies = [], [], []
    for cut, size in zip(cuts, sizes):
        end = int(floors * cut)
        high = (end - start) * storey
        if high <= 0:
            continue
        w = wide * size
        bodies.append(shapes.extrude(shape * w, high).rotate(x=-90).move(y=base + high / 2))
        bands += [
            shapes.extrude(shape * (w + 0.35), 0.55).rotate(x=-90).move(y=base + k * storey + 0.2)
            for k in range(end - start + 1)
        ]
        edge = curves.resample(shape * (w + 0.12), max(int(w / 1.1) * 2, 16), closed=True)
        fins += [
            shapes.box(0.14, high, 0.22)
            .rotate(y=float(np.degrees(np.arctan2(x, -y))))
            .move(x, base + high / 2, -y)
            for x, y in edge
        ]
        bands.append(shapes.extrude(shape * (w + 0.5), 1.3).rotate(x=-90).move(y=base + high + 0.5))
        base, start = base + high, end
    mast = shapes.revolve(
        np.array([[1.1, 0], [0.8, 2.0], [0.3, 2.4], [0.22, 9.0], [0.08, 9.2], [0.03, 16.0]]), 20
    ).move(y=base + 1.0)
    plant = shapes.rounded_box(wide * sizes[-1] * 0.5, 2.2, wide * sizes[-1] * 0.4, 0.1, 1).move(y=base + 2.0)
    parts += [
        part("columns", (join(*columns), stone)), part("facade", (join(*bodies), glass)), part("floor_bands", (join(*bands), steel)),
        part("mullions", (join(*fins), steel)), part("roof_plant", (plant, stone)), part("spire", (mast, steel)),
    ]  # fmt: skip
    return Asset(parts)


FAMILIES = (
    Family("castle", ("castle", "fortress", "medieval castle", "fort", "citadel", "palace", "fairy tale castle", "stronghold"), castle),
    Family("tower", ("tower", "lighthouse", "windmill", "watchtower", "wizard tower", "watch tower", "bell tower", "mill", "stone tower"), tower),
    Family("skyscraper", ("skyscraper", "office building", "high rise", "office tower", "apartment building", "building", "tower block"), skyscraper),
)  # fmt: skip
