"""Short words for what household things are made of: turned bodies, bars, plates, rings and rows of pieces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.curves import Rows
from pocket3d_server.geometry.solid import Points, Solid, join
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish
from pocket3d_server.models.language.brief import RGB, Brief

BRIGHT: tuple[RGB, ...] = (
    (0.78, 0.14, 0.12), (0.10, 0.34, 0.66), (0.94, 0.68, 0.10), (0.14, 0.50, 0.36), (0.90, 0.42, 0.12),
)  # fmt: skip
"""Paints of toys, tools and sports gear."""
SOBER: tuple[RGB, ...] = ((0.16, 0.17, 0.19), (0.86, 0.86, 0.85), (0.46, 0.49, 0.53), (0.22, 0.28, 0.36))
"""Cases of devices."""
BLACK: RGB = (0.045, 0.045, 0.05)


def cm(text: str) -> Points:
    """Points written in centimetres, e.g. ``"0 0, 2.5 0, 3 8"``, as (N, 2) or (N, 3) in metres: a profile, an
    outline or a path on one line."""
    return np.array([[float(number) for number in point.split()] for point in text.split(",")]) / 100


def metres(text: str) -> Points:
    """The same written in metres, for what is large: ``"-15 0.95 0.08, 15 0.1 0.05"`` as (N, 2..4)."""
    return np.array([[float(number) for number in point.split()] for point in text.split(",")])


def turned(
    rows: Rows, smooth: int = 0, bevel: float = 0.0, segments: int = 32, crease: float = 40.0
) -> Solid:
    """A body turned about the y axis from (radius, height) ``rows``, lowest first: a polyline with corners
    rounded by ``bevel`` metres, or a curve of ``smooth`` points."""
    p = np.asarray(rows, dtype=np.float64)
    if smooth:
        p = curves.smooth_curve(p, smooth)
        p[:, 0] = p[:, 0].clip(0)
    elif bevel > 0:
        p = curves.rounded(p, bevel, 3, closed=False)
    return shapes.revolve(p, segments, crease)


def bar(points: Rows, radius: float | ArrayLike, count: int = 0, section: ArrayLike | int = 10) -> Solid:
    """A round-ended rod of ``radius`` metres along spatial ``points``, on a smooth curve of ``count`` points
    where given. Several radii are spread along it evenly, or as rows (how far along, 0 to 1, radius) say."""
    path = curves.smooth_curve(points, count) if count else np.asarray(points, dtype=np.float64)
    r = np.atleast_1d(np.asarray(radius, dtype=np.float64))
    at, r = (r[:, 0], r[:, 1]) if r.ndim == 2 else (np.linspace(0, 1, len(r)), r)
    spread = np.interp(np.linspace(0, 1, len(path)), at, r)
    return shapes.sweep(path, spread, section, round_ends=True)


def hoop(points: Rows, radius: float, count: int = 40, section: ArrayLike | int = 8) -> Solid:
    """A closed rod of ``radius`` metres along a smooth curve through spatial ``points``."""
    return shapes.sweep(curves.smooth_curve(points, count, closed=True), radius, section, closed=True)


def stacked(section: ArrayLike, rows: Rows, crease: float = 40.0) -> Solid:
    """A body along y: ``section`` (N, 2), as x and -z, at each of ``rows`` (factor on x, factor on z, height, and
    if need be how far forward), lowest first."""
    p, r = np.asarray(section, dtype=np.float64), np.asarray(rows, dtype=np.float64)
    ahead = r[:, 3] if r.shape[1] > 3 else np.zeros(len(r))
    return shapes.loft(
        np.stack([curves.in_plane(p * [w, d], y) + [0, 0, z] for (w, d, y), z in zip(r[:, :3], ahead)]),
        crease,
    )


def slab(outline: ArrayLike, thick: float, bevel: float = 0.0, holes: Sequence[ArrayLike] = ()) -> Solid:
    """A flat outline (x, -z) lying on y = 0, ``thick`` metres high."""
    return shapes.extrude(outline, thick, bevel, holes=holes).rotate(x=-90).move(y=thick / 2)


def plate(x: float, y: float, z: float, corner: float, bevel: float = 0.002) -> Solid:
    """A panel about the origin that looks along +z: x by y with rounded corners, z thick."""
    return shapes.extrude(curves.rectangle(x, y, corner), z, min(bevel, 0.45 * z))


def around(solid: Solid, count: int, start: float = 0.0) -> Solid:
    """``count`` copies turned evenly about the y axis, the first by ``start`` degrees."""
    return join(*(solid.rotate(y=start + 360 * k / count) for k in range(count)))


def both(solid: Solid, axis: str = "x") -> Solid:
    """``solid`` and its mirror image across ``axis``."""
    return join(solid, solid.mirror(axis))


def copies(solid: Solid, places: Rows) -> Solid:
    """A copy of ``solid`` at each of ``places`` (N, 3)."""
    return join(*(solid.move(*map(float, place)) for place in np.asarray(places)))


def grid(solid: Solid, columns: int, rows: int, dx: float, dy: float, plane: str = "xy") -> Solid:
    """Copies in ``rows`` and ``columns`` about the origin, in the plane xy or xz."""
    i, j = np.meshgrid((np.arange(columns) - (columns - 1) / 2) * dx, (np.arange(rows) - (rows - 1) / 2) * dy)
    flat = np.column_stack([i.ravel(), j.ravel()])
    h = np.zeros(len(flat))
    order = [flat[:, 0], flat[:, 1], h] if plane == "xy" else [flat[:, 0], h, flat[:, 1]]
    return copies(solid, np.column_stack(order))


def facing(solid: Solid) -> Solid:
    """What stands along y laid so that its top looks along +z."""
    return solid.rotate(x=90)


def gauge(radius: float) -> tuple[Solid, Solid, Solid]:
    """A round gauge about the origin that looks along +z: its ring, its dial, and its needle."""
    ring = turned(cm("0 0, 100 0, 100 30, 85 38, 80 23, 0 23") * radius, bevel=0.04 * radius, segments=36)
    dial = shapes.cylinder(0.8 * radius, 0.04 * radius, segments=32)
    needle = shapes.box(0.06 * radius, 0.62 * radius, 0.04 * radius).rotate(z=-38)
    return (
        facing(ring),
        facing(dial).move(z=0.24 * radius),
        needle.move(-0.15 * radius, 0.2 * radius, 0.30 * radius),
    )


def pick(brief: Brief, palette: Sequence[RGB], salt: int = 5) -> RGB:
    """One of ``palette`` by the prompt's seed."""
    return palette[int(brief.rng(salt).integers(len(palette)))]


def cover(
    brief: Brief, name: str, palette: Sequence[RGB], *nouns: str, kind: str = "plastic", **settings: float
) -> Finish:
    """The material that gives the object its colour: what the prompt says, else one of ``palette``."""
    return asked(brief, name, kind, pick(brief, palette), *nouns, main=True, **settings)


def black(name: str = "black", kind: str = "plastic") -> Finish:
    """Dark plastic or rubber."""
    return finish(kind, BLACK, name)
