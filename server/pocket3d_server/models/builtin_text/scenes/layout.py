"""Where things go: in rows and stacks, around and beside one another, on and under and in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.models.builtin_text.scenes.clusters import Cluster
from pocket3d_server.models.builtin_text.scenes.surfaces import (
    Filling,
    Mesh,
    Place,
    Touch,
    hollow_of,
    main_level,
    rest,
    tops,
)

Array = NDArray[np.float64]

SEATS = frozenset({"chair", "stool", "bench", "armchair", "sofa", "couch", "seat", "throne", "pew"})
"""Words in a family's names by which it is something to sit on."""
SOFT = SEATS - {"stool", "pew"} | {"bed", "rug", "carpet", "cushion", "mat"}
"""The same for what animals settle down on."""
RIDDEN = frozenset({"bicycle", "bike", "motorcycle", "motorbike", "scooter", "moped", "tricycle", "unicycle"})
"""The same for what is not alive and is sat astride."""
PACKED = 0.62
"""Share of a hollow that the boxes of things in it take up."""
MANY, MOST = 10, 18
"""From how many things on a hollow is filled to its rim, whatever lies below; how many fill it at most."""
TUCK = 0.30
"""Share of a chair's depth that is under its table."""


def is_seat(cluster: Cluster) -> bool:
    """Whether people sit on the thing."""
    family = cluster.pieces[0].made.route.family
    return bool(SEATS & {w for phrase in family.phrases for w in phrase.split()})


def size_of(cluster: Cluster) -> Array:
    """(3,) size of everything in it."""
    low, high = cluster.box
    return np.asarray(high - low)


def arranged(copies: list[Cluster], arrangement: str, rng: np.random.Generator) -> Cluster:
    """Copies of one thing as a row, rows, a ring, a stack or a heap; the middle of all on the vertical axis."""
    copies = [c.centred() for c in copies]
    if len(copies) == 1:
        return copies[0]
    if arrangement == "stack":
        return stacked(copies, rng)
    if arrangement == "pile":
        return heaped(copies, rng)
    size = np.max([size_of(c) for c in copies], axis=0)
    if arrangement == "ring":
        return ring(copies, max(0.5 * size[0] * len(copies) / np.pi * 1.25, size[2]))
    close = arrangement == "pair"
    gap = (0.12 if close else 0.22) * float(size[0]) + (0.01 if close else 0.06) * float(size.max())
    one_row = arrangement == "row" or (len(copies) <= 5 and arrangement != "group")
    wide = len(copies) if one_row else int(np.ceil(np.sqrt(1.6 * len(copies))))
    rows = int(np.ceil(len(copies) / wide))
    placed = []
    for k, copy in enumerate(copies):
        row, column = divmod(k, wide)
        in_row = min(wide, len(copies) - row * wide)
        x = (column - (in_row - 1) / 2) * (size[0] + gap)
        z = ((rows - 1) / 2 - row) * (size[2] + gap)
        if arrangement == "group":
            jitter = rng.uniform(-0.35, 0.35, 2) * gap
            x, z = x + jitter[0], z + jitter[1] + 0.3 * gap * (-1) ** k
            copy = copy.turned(float(rng.uniform(-25, 25)))
        placed.append(copy.moved(np.array([x, 0.0, z])))
    return placed[0].with_all(placed[1:])


def stacked(copies: list[Cluster], rng: np.random.Generator) -> Cluster:
    """One upon the other, each turned a little."""
    made, low = [copies[0]], copies[0]
    for copy in copies[1:]:
        wide = float(size_of(copy)[[0, 2]].max())
        copy = copy.turned(float(rng.uniform(-14, 14)))
        shift = rng.uniform(-0.02, 0.02, 2) * wide
        height = Touch(low.mesh, copy.mesh).at(shift)
        low = copy.moved(np.array([shift[0], height, shift[1]]))
        made.append(low)
    return made[0].with_all(made[1:])


def heaped(copies: list[Cluster], rng: np.random.Generator) -> Cluster:
    """A loose pile on the ground."""
    size = np.max([size_of(c) for c in copies], axis=0)
    r = 0.55 * float(size[[0, 2]].max()) * np.sqrt(len(copies))
    floor = _disc(r)
    filling = Filling(floor, None, rng)
    placed = [_tumbled(c, rng) for c in copies]
    placed = [c.put(filling.drop(c.mesh)) for c in placed]
    return placed[0].with_all(placed[1:])


def _disc(radius: float) -> Mesh:
    """A flat round floor at y = 0."""
    a = np.linspace(0, 2 * np.pi, 33)[:-1]
    rim = np.column_stack([radius * np.sin(a), np.zeros(32), radius * np.cos(a)])
    k = np.arange(32)
    return np.vstack([rim, np.zeros((1, 3))]), np.column_stack([k, (k + 1) % 32, np.full(32, 32)])


def _tumbled(copy: Cluster, rng: np.random.Generator) -> Cluster:
    """Turned at random about the vertical axis, and a little out of the upright where it is small and round."""
    from pocket3d_server.geometry.solid import rotation

    copy = copy.centred()
    size = size_of(copy)
    lean = 24.0 if size.max() < 0.4 and size.max() < 1.6 * size.min() else 0.0
    turn = rotation(
        float(rng.uniform(-lean, lean)), float(rng.uniform(0, 360)), float(rng.uniform(-lean, lean))
    )
    return copy.moved(np.zeros(3), turn).centred()


def ring(copies: list[Cluster], radius: float) -> Cluster:
    """Evenly around the vertical axis, all facing it."""
    made = []
    for k, copy in enumerate(copies):
        angle = 2 * np.pi * k / len(copies) + (np.pi / len(copies) if len(copies) % 2 == 0 else 0.0)
        made.append(copy.turned(np.degrees(angle) + 180).moved(_ahead(angle, radius)))
    return made[0].with_all(made[1:])


def _ahead(angle: float, radius: float) -> Array:
    return np.array([radius * np.sin(angle), 0.0, radius * np.cos(angle)])


def around(ground: Cluster, copies: list[Cluster]) -> list[Cluster]:
    """Around ``ground`` and facing it: along the sides of what has corners, in a ring around what is round."""
    copies = [c.centred() for c in copies]
    low, high = ground.own_box
    middle, half = (low + high) / 2, (high - low) / 2
    middle[1] = 0.0
    depth = float(size_of(copies[0])[2])
    seats = is_seat(copies[0]) and high[1] < 1.3
    inward = TUCK * depth if seats else -0.12 * max(depth, 0.3)
    wide = float(size_of(copies[0])[0])
    if _is_round(ground) or wide * len(copies) > 3.2 * (half[0] + half[2]):
        radius = float(max(half[0], half[2])) + depth / 2 - inward
        radius = max(radius, 0.55 * wide * len(copies) / np.pi)
        made = ring(copies, radius)
        n = len(made.pieces) // len(copies)
        groups = [Cluster(made.pieces[k * n : (k + 1) * n]) for k in range(len(copies))]
        return [g.moved(middle) for g in groups]
    places = _sides(len(copies), half[0], half[2])
    out = depth / 2 - inward
    made_all = []
    for copy, (angle, along) in zip(copies, places, strict=True):
        way = _ahead(angle, 1.0)
        reach = abs(way[0]) * half[0] + abs(way[2]) * half[2] + out
        side = np.array([way[2], 0.0, -way[0]])
        made_all.append(copy.turned(np.degrees(angle) + 180).moved(middle + way * reach + side * along))
    return made_all


def _sides(count: int, x: float, z: float) -> list[tuple[float, float]]:
    """(angle, offset along the side) of ``count`` places on the sides of a rectangle with half sizes x and z."""
    long_first = x >= z
    front, right, back, left = 0.0, np.pi / 2, np.pi, -np.pi / 2
    longs, shorts = ((front, back), (right, left)) if long_first else ((right, left), (front, back))
    length = 2 * max(x, z)
    square = max(x, z) < 1.25 * min(x, z)
    ends = 2 if (count == 4 and square) or count >= 6 or (count == 3 and square) else count % 2
    ends = min(ends, count)
    on_long = count - ends
    shares = [(on_long + 1) // 2, on_long // 2]
    places = []
    for angle, n in zip((longs[1], longs[0]) if count == 1 else longs, shares, strict=True):
        places += [(angle, length * ((k + 0.5) / n - 0.5)) for k in range(n)]
    places += [(angle, 0.0) for angle in shorts[:ends]]
    return places if count > 1 else [(front, 0.0)]


def _is_round(ground: Cluster) -> bool:
    """Whether the corners of its box are empty, seen from above."""
    mesh = ground.own_mesh
    low, high = mesh[0].min(axis=0)[[0, 2]], mesh[0].max(axis=0)[[0, 2]]
    sides = high - low
    if sides.max() > 1.35 * sides.min():
        return False
    seen = tops(mesh, low, high, float(sides.max() / 24)).heights > -1e5
    n, m = np.array(seen.shape) // 8 + 1
    return not (seen[:n, :m].any() or seen[-n:, :m].any() or seen[:n, -m:].any() or seen[-n:, -m:].any())


def beside(ground: Cluster, figures: list[Cluster], side: str = "beside") -> list[Cluster]:
    """Next to ``ground`` on the floor: to its right and left in turn, or all to the side that is named."""
    made = []
    edges = {1: float(ground.box[1][0]), -1: float(ground.box[0][0])}
    low, high = ground.box
    for k, figure in enumerate(figures):
        figure = figure.centred()
        size = size_of(figure)
        mean = float(min(size[0], high[0] - low[0]))
        gap = 0.12 * mean + 0.02 * float(max(size[0], high[0] - low[0]))
        f_low, f_high = figure.box
        if side in ("behind", "before"):
            z = low[2] - gap - f_high[2] if side == "behind" else high[2] + gap - f_low[2]
            x = (low[0] + high[0]) / 2 + (k - (len(figures) - 1) / 2) * (size[0] + gap)
            made.append(figure.moved(np.array([x, 0.0, z])))
            continue
        way = {"right": 1, "left": -1}.get(side, 1 if k % 2 == 0 else -1)
        x = edges[way] + gap - f_low[0] if way > 0 else edges[way] - gap - f_high[0]
        edges[way] += way * (gap + size[0])
        front = float((low[2] + high[2]) / 2) if size[2] > 0.3 * (high[2] - low[2]) else high[2] * 0.55
        made.append(figure.moved(np.array([x, 0.0, front])))
    return made


def against(ground: Cluster, figures: list[Cluster]) -> list[Cluster]:
    """In front of ``ground`` with their backs to it; what is tall and thin leans on it."""
    from pocket3d_server.geometry.solid import rotation

    made = []
    low, high = ground.box
    for k, figure in enumerate(figures):
        figure = figure.centred()
        size, beyond = size_of(figure), 0.0
        if size[1] > 5 * size[2]:
            figure = figure.moved(np.zeros(3), rotation(x=-12)).centred()
            above = float(figure.box[1][1] - high[1])
            # a ladder higher than the wall rests on its edge
            beyond = np.tan(np.radians(12)) * max(above, 0.0)
        x = (low[0] + high[0]) / 2 + (k - (len(figures) - 1) / 2) * 1.2 * size[0]
        made.append(figure.moved(np.array([x, 0.0, high[2] - figure.box[0][2] - beyond])))
    return made


def upon(ground: Cluster, figures: list[Cluster], rng: np.random.Generator) -> tuple[list[Cluster], int]:
    """On top of ``ground``, each where it stands best; with the number of those that had no room there."""
    made: list[Cluster] = []
    wanting = 0
    mesh = ground.own_mesh
    others = Cluster(list(ground.pieces[1:]))
    for figure in figures:
        figure = figure.centred()
        if figure.natural and float(size_of(figure).max()) < 0.4 and len(figures) > 1:
            figure = figure.turned(float(rng.uniform(0, 360))).centred()
        taken = others.with_all(made)
        gap = 0.05 * float(size_of(figure)[[0, 2]].max())
        size = size_of(figure)
        sideways = [0.0, 90.0] if size[2] > 1.25 * size[0] else [0.0]  # a dog lies along the sofa
        found = [
            (rest(mesh, taken.mesh if taken.pieces else None, turned.mesh, gap), turned)
            for turned in (figure.turned(angle).centred() for angle in sideways)
        ]
        best = max(found, key=lambda f: _fitness(mesh, f[0]))  # the first of equals
        if best[0] is None:
            wanting += 1
            made += beside(ground.with_all(made), [figure])
        else:
            made.append(best[1].put(best[0]))
    return made, wanting


def laid_for_riding(ground: Cluster) -> Cluster:
    """A thing to ride on as it lies in the air: a broom points forward, everything else stays as it is."""
    from pocket3d_server.geometry.solid import rotation

    size = size_of(ground)
    upright = size[1] > 3.5 * max(size[0], size[2])
    return ground.moved(np.zeros(3), rotation(x=90)).centred() if upright else ground


def seated(ground: Cluster, figures: list[Cluster]) -> list[Cluster]:
    """People on a seat, side by side, or astride an animal or a vehicle."""
    mesh = ground.own_mesh
    low, high = ground.own_box
    rays = RayScene(*mesh)
    saddle = [p for p in ground.pieces[0].parts if {"seat", "saddle"} & set(p.name.lower().split("_"))]
    z = np.linspace(low[2], high[2], 41)
    origin = np.column_stack([np.full(41, (low[0] + high[0]) / 2 + 1e-4), np.full(41, high[1] + 1), z])
    height = high[1] + 1 - rays.first_hit(origin, np.tile([0.0, -1.0, 0.0], (41, 1))).distance
    height = np.maximum(height, low[1])
    if is_seat(ground):
        # The longest level stretch from back to front; steps before a throne are shorter.
        ends = np.flatnonzero(np.abs(np.diff(height)) > 0.03)
        runs = np.split(np.arange(41), ends + 1)
        seat = max((r for r in runs if 0.2 < height[r[0]] < 1.4), key=len, default=np.arange(41))
        level = float(np.median(height[seat]))
        back = float(z[seat[0]]) + 0.2
    elif saddle:
        box = Asset(saddle).bounds()
        level, back = float(box[1][1]), float((box[0][2] + box[1][2]) / 2)
    else:
        # Where the back is lowest between the neck and the croup.
        tall = height[14:27] > low[1] + 0.45 * (high[1] - low[1])
        k = 14 + int(np.argmin(np.where(tall, height[14:27], 1e9)))
        level, back = float(height[k]), float(z[k])
    middle = float(low[0] + high[0]) / 2
    made = []
    for k, figure in enumerate(figures):
        assert figure.seat is not None
        wide = 0.62 * (k - (len(figures) - 1) / 2)
        made.append(figure.moved(np.array([middle + wide, level - 0.02, back]) - figure.seat))
    return made


def _fitness(ground: Mesh, place: Place | None) -> float:
    """How good a place is: carried well, and on the level that people mean by being on the thing."""
    if place is None:
        return -1e9
    off = abs(place.y - main_level(ground)) / max(float(np.ptp(ground[0][:, 1])), 1e-6)
    return round(place.share, 1) - round(3 * off, 1)


def inside(ground: Cluster, figures: list[Cluster], rng: np.random.Generator) -> list[Cluster] | None:
    """In the hollow of ``ground``; None where it is closed, or shallow, or too small for them."""
    mesh = ground.own_mesh
    hollow = hollow_of(mesh)
    if hollow is None:
        return _behind_its_door(ground, figures)
    made: list[Cluster] = []
    volume = sum(float(np.prod(size_of(f))) for f in figures)
    filling = Filling(ground.mesh, hollow, rng, volume / PACKED if len(figures) >= MANY else None)
    mouth = np.sqrt((hollow.depth > 0).sum()) * hollow.ground.step
    for figure in figures:
        one = _tumbled(figure, rng) if len(figures) > 1 else figure.centred()
        if np.sort(size_of(one))[1] > 1.6 * mouth:
            return None
        made.append(one.put(filling.drop(one.mesh)))
    return made


def _behind_its_door(ground: Cluster, figures: list[Cluster]) -> list[Cluster] | None:
    """One thing in what is open to the front, such as a kennel or a cave, looking out; None without such a door."""
    figure = figures[0].centred()
    size = size_of(figure)
    vertices, faces = ground.own_mesh
    low, high = ground.own_box
    if len(figures) > 1 or (size > 0.95 * (high - low))[:2].any():
        return None
    x, y = np.meshgrid(np.linspace(-0.3, 0.3, 7) * size[0], np.linspace(0.25, 0.75, 7) * size[1])
    middle = float(low[0] + high[0]) / 2
    rays = RayScene(vertices, faces)
    origin = np.column_stack([x.ravel() + middle + 1e-4, y.ravel() + low[1], np.full(x.size, high[2] + 1)])
    depth = rays.first_hit(origin, np.tile([0.0, 0.0, -1.0], (x.size, 1))).distance - 1
    room = float(np.quantile(np.minimum(depth, high[2] - low[2]), 0.4))
    if room < 0.3 * (high[2] - low[2]):
        return None
    z = float(high[2]) - room + size[2] / 2 + 0.02
    down = rays.first_hit(
        np.array([[middle, low[1] + 0.6 * size[1], high[2] - room / 2]]), np.array([[0.0, -1.0, 0.0]])
    )
    floor = low[1] + 0.6 * size[1] - float(down.distance[0])
    return [figure.moved(np.array([middle, floor if np.isfinite(floor) else low[1], z]))]


def room_for(ground: Cluster, figure: Cluster) -> int:
    """How many of ``figure`` fill the hollow of ``ground``, a little above the rim; 0 without one."""
    hollow = hollow_of(ground.own_mesh)
    if hollow is None:
        return 0
    each = float(np.prod(size_of(figure)))
    return int(np.clip(1.25 * PACKED * hollow.volume / max(each, 1e-9), 1, MOST))


def under(ground: Cluster, figures: list[Cluster]) -> tuple[list[Cluster], int]:
    """On the floor below ``ground``; in front of it where they do not fit, with the number of those."""
    made: list[Cluster] = []
    wanting = 0
    low, high = ground.own_box
    for figure in figures:
        figure = figure.centred()
        size = size_of(figure) * [1.4, 1.0, 1.2]
        vertices, faces = ground.with_all(made).mesh
        n = 40
        x, z = np.meshgrid(np.linspace(low[0], high[0], n), np.linspace(low[2], high[2], n), indexing="ij")
        origin = np.stack([x.ravel() + 1e-5, np.full(n * n, -0.01), z.ravel() + 1e-5], axis=1)
        hit = RayScene(vertices, faces).first_hit(origin, np.tile([0.0, 1.0, 0.0], (n * n, 1)))
        clear = (hit.distance - 0.01).reshape(n, n)
        step = (high[[0, 2]] - low[[0, 2]]) / (n - 1)
        cells = np.minimum(np.maximum(np.ceil(size[[0, 2]] / step).astype(int), 1), n)
        from scipy.ndimage import minimum_filter, uniform_filter

        least = minimum_filter(clear, size=tuple(cells), mode="constant", cval=1e9)
        covered = uniform_filter(np.isfinite(clear).astype(float), size=tuple(cells), mode="constant")
        fits = (least > size[1]) & (covered > 0.3)
        if not fits.any():
            wanting += 1
            made += beside(ground.with_all(made), [figure], "before")
            continue
        far = np.hypot(x - (low[0] + high[0]) / 2, z - (low[2] + high[2]) / 2) / float(np.ptp(x) + 1e-9)
        best = int(np.argmax(np.where(fits, covered - 0.5 * far, -np.inf)))
        made.append(figure.moved(np.array([x.ravel()[best], 0.0, z.ravel()[best]])))
    return made, wanting


def above(ground: Cluster, figures: list[Cluster]) -> list[Cluster]:
    """Over ``ground``, with air between."""
    low, high = ground.box
    made = []
    for k, figure in enumerate(figures):
        size = size_of(figure)
        x = (low[0] + high[0]) / 2 + (k - (len(figures) - 1) / 2) * 1.2 * size[0]
        y = high[1] + 0.35 * max(size[1], 0.5 * float(high[1] - low[1]))
        made.append(figure.centred().moved(np.array([x, y, (low[2] + high[2]) / 2])))
    return made


def goes_on_top(ground: Cluster, figure: Cluster) -> bool:
    """Whether what comes "with" a thing stands on it: small beside it, lower than it, and not a seat."""
    g, f = ground.own_box[1] - ground.own_box[0], size_of(figure)
    if is_seat(figure) or (is_seat(ground) and not figure.natural and f.max() > 0.6):
        return False
    broad = max(g[0], g[2]) > 0.45 * g[1]
    high = main_level(ground.own_mesh)
    small = f[0] * f[2] < 0.4 * g[0] * g[2] and f[1] < max(0.95 * high, 0.3 if g[1] < 0.3 else 0.0)
    return bool(broad and small and _has_level(ground, figure))


def _has_level(ground: Cluster, figure: Cluster) -> bool:
    """Whether a level place on ``ground`` carries ``figure``."""
    place = rest(ground.own_mesh, None, figure.centred().mesh)
    return place is not None and place.share > 0.75
