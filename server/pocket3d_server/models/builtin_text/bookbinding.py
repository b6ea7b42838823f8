"""What books are bound of: boards, a round spine with raised bands, blocks of pages, gilding."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Points, Solid, join


def bound_cover(x: float, thick: float, z: float) -> Solid:
    """Two boards and a round spine with four raised bands about a book ``x`` by ``z`` that lies on y = 0."""
    boards = [shapes.rounded_box(x, 0.0035, z, 0.0012, 2).move(y=y) for y in (0.00175, thick - 0.00175)]
    back = np.array([-x / 2 + 0.003, thick / 2, 0])

    def shell(outer: Points, inner: Points, long: float, bevel: float) -> Solid:
        return shapes.extrude(np.concatenate([outer, inner[::-1]]), long, bevel).move(*back)

    arc, under = (curves.arc(thick / 2 - inset, 90, 270, 17) * [0.45, 1] for inset in (0, 0.0034))
    over = curves.arc(thick / 2 + 0.0022, 100, 260, 15) * [0.46, 1]
    rib = shell(over, curves.arc(thick / 2 - 0.001, 100, 260, 15) * [0.45, 1], 0.006, 0.001)
    return join(*boards, shell(arc, under, z, 0.0), *(rib.move(z=w * z) for w in (-0.36, -0.18, 0.18, 0.36)))


def page_block(x: float, thick: float, z: float) -> Solid:
    """The pages between such covers, their fore edge hollowed."""
    h = (thick - 0.008) / 2
    outline = [
        [-x / 2 + 0.004, -h],
        [x / 2 - 0.005, -h],
        [x / 2 - 0.008, 0],
        [x / 2 - 0.005, h],
        [-x / 2 + 0.004, h],
    ]
    return shapes.extrude(curves.rounded(np.array(outline), 0.002, 3), z - 0.012).move(y=thick / 2)


def gilt_frame(x: float, z: float) -> Solid:
    """A thin border lying on y = 0."""
    inside = [curves.rectangle(x * 0.76, z * 0.82)]
    return shapes.extrude(curves.rectangle(x * 0.82, z * 0.86), 0.0012, holes=inside).rotate(x=-90)


def arched_pages(thick: float) -> Points:
    """How high the pages of an open book lie (N, 2): from the fold (0) to the edge (1), and metres."""
    x = np.linspace(0, 1, 25)
    top = thick * (0.30 + 1.05 * np.sin(np.pi * np.minimum(x * 1.15 + 0.10, 1.0)) ** 0.8 * (1 - 0.42 * x))
    top[0] = thick * 0.25
    return np.column_stack([x, top])


def written_line(pages: Points, wide: float, span: tuple[float, float], z: float, tall: float) -> Solid:
    """A line of writing, ``tall`` metres, on arched pages that are ``wide`` (negative: to the left), 4 mm above y = 0."""
    u = np.linspace(*span, 14)
    path = np.column_stack([u * wide, np.interp(u, pages[:, 0], pages[:, 1]) + 0.0042, np.full(14, z)])
    return shapes.sweep(path, 1.0, curves.rectangle(0.0005, tall)[:, ::-1])
