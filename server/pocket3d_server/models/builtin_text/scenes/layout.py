"""Where one thing goes by another: beside, against, on, in, under and above it."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import minimum_filter, uniform_filter

from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.geometry.solid import rotation
from pocket3d_server.models.builtin_text.scenes.arranging import tumbled
from pocket3d_server.models.builtin_text.scenes.clusters import Cluster
from pocket3d_server.models.builtin_text.scenes.seats import is_seat
from pocket3d_server.models.builtin_text.scenes.surfaces import (
    Filling,
    Mesh,
    Place,
    hollow_of,
    main_level,
    rest,
)

PACKED = 0.62
"""Share of a hollow that the boxes of things in it take up."""
MANY, MOST = 10, 18
"""From how many things on a hollow is filled to its rim, whatever lies below; how many fill it at most."""


def beside(ground: Cluster, figures: list[Cluster], side: str = "beside") -> list[Cluster]:
    """Next to ``ground`` on the floor: to its right and left in turn, or all to the side that is named."""
    made = []
    edges = {1: float(ground.box[1][0]), -1: float(ground.box[0][0])}
    low, high = ground.box
    for k, figure in enumerate(figures):
        figure = figure.centred()
        size = figure.size
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
    made = []
    low, high = ground.box
    for k, figure in enumerate(figures):
        figure = figure.centred()
        size, beyond = figure.size, 0.0
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
        if figure.natural and float(figure.size.max()) < 0.4 and len(figures) > 1:
            figure = figure.turned(float(rng.uniform(0, 360))).centred()
        taken = others.with_all(made)
        gap = 0.05 * float(figure.size[[0, 2]].max())
        size = figure.size
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
    volume = sum(float(np.prod(f.size)) for f in figures)
    filling = Filling(ground.mesh, hollow, rng, volume / PACKED if len(figures) >= MANY else None)
    mouth = np.sqrt((hollow.depth > 0).sum()) * hollow.ground.step
    for figure in figures:
        one = tumbled(figure, rng) if len(figures) > 1 else figure.centred()
        if np.sort(one.size)[1] > 1.6 * mouth:
            return None
        made.append(one.put(filling.drop(one.mesh)))
    return made


def _behind_its_door(ground: Cluster, figures: list[Cluster]) -> list[Cluster] | None:
    """One thing in what is open to the front, such as a kennel or a cave, looking out; None without such a door."""
    figure = figures[0].centred()
    size = figure.size
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
    each = float(np.prod(figure.size))
    return int(np.clip(1.25 * PACKED * hollow.volume / max(each, 1e-9), 1, MOST))


def under(ground: Cluster, figures: list[Cluster]) -> tuple[list[Cluster], int]:
    """On the floor below ``ground``; in front of it where they do not fit, with the number of those."""
    made: list[Cluster] = []
    wanting = 0
    low, high = ground.own_box
    for figure in figures:
        figure = figure.centred()
        size = figure.size * [1.4, 1.0, 1.2]
        vertices, faces = ground.with_all(made).mesh
        n = 40
        x, z = np.meshgrid(np.linspace(low[0], high[0], n), np.linspace(low[2], high[2], n), indexing="ij")
        origin = np.stack([x.ravel() + 1e-5, np.full(n * n, -0.01), z.ravel() + 1e-5], axis=1)
        hit = RayScene(vertices, faces).first_hit(origin, np.tile([0.0, 1.0, 0.0], (n * n, 1)))
        clear = (hit.distance - 0.01).reshape(n, n)
        step = (high[[0, 2]] - low[[0, 2]]) / (n - 1)
        cells = np.minimum(np.maximum(np.ceil(size[[0, 2]] / step).astype(int), 1), n)
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
        size = figure.size
        x = (low[0] + high[0]) / 2 + (k - (len(figures) - 1) / 2) * 1.2 * size[0]
        y = high[1] + 0.35 * max(size[1], 0.5 * float(high[1] - low[1]))
        made.append(figure.centred().moved(np.array([x, y, (low[2] + high[2]) / 2])))
    return made


def goes_on_top(ground: Cluster, figure: Cluster) -> bool:
    """Whether what comes "with" a thing stands on it: small beside it, lower than it, and not a seat."""
    g, f = ground.own_box[1] - ground.own_box[0], figure.size
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
