"""What stringed instruments of the violin's kind are made of: arched body, neck with scroll and pegs, bow."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Points, Solid, join
from pocket3d_server.models.builtin_text.finishes import Finish, finish
from pocket3d_server.models.builtin_text.making import bar, cm, stacked

ARCHING = ((1.0, 0.0), (1.0, 0.003), (0.93, 0.0035), (0.75, 0.008), (0.45, 0.012), (0.02, 0.0135))
"""How a plate swells: (share of the outline, height in metres), from its edge to its middle."""


def arched_body(outline: Points, centre: Points) -> Solid:
    """Ribs about z = 0 between a back and a belly that swell towards ``centre`` (x, y)."""
    thick = 0.030
    plates = []
    for side in (1, -1):
        rings = []
        for share, rise in ARCHING:
            ring = centre + (outline * (1.02 if share > 0.99 else 1.0) - centre) * share
            rings.append(curves.in_plane(ring, side * (thick / 2 - 0.0002 + rise), "xy"))
        plates.append(shapes.loft(np.stack(rings)).sharp(40))
    return join(shapes.extrude(outline, thick, 0.001), *plates)


def purfling(outline: Points, centre: Points, z: float) -> Solid:
    """The fine inlaid line along the edge of a belly at height ``z``."""
    line = centre + (curves.resample(outline, 120, closed=True) - centre) * 0.955
    return shapes.sweep(curves.in_plane(line, z, "xy"), 0.0011, 6, closed=True)


def f_hole(side: int) -> Solid:
    """The sound hole of one side (1 or -1) as an inlay: a long S between two dots."""
    path = cm("3.4 22.5 2.7, 4 21.7 2.7, 4.3 19 2.72, 5 16.3 2.52, 5.6 15 2.32")
    dot = shapes.sphere(1, 12).scale(1, 1, 0.5)
    hole = [bar(path, [0.0022, 0.0034, 0.0022], 24, 8)]
    hole += [dot.scale(r).move(*at) for r, at in ((0.0045, (0.034, 0.224, 0.0275)), (0.0055, (0.056, 0.150, 0.0235)))]  # fmt: skip
    return join(*hole) if side > 0 else join(*hole).mirror()


def neck_and_scroll() -> Solid:
    """A neck from the body's top, its pegbox and the scroll at its end."""
    path = curves.smooth_curve(cm("0 34.5 .2, 0 42 .8, 0 48.5 1, 0 51 .4"), 14)
    neck = shapes.sweep(path, 1.0, curves.ellipse(0.0125, 0.011, 16))
    box = shapes.sweep(
        cm("0 48.5 .8, 0 53 0, 0 56.2 -1.2"), [0.0125, 0.0115, 0.009], curves.rectangle(2, 2, 0.5)
    )
    t = np.linspace(0, 1, 40)
    turn, r = 9.5 * t - 0.5 * np.pi, 0.016 * (1 - 0.75 * t)
    path = np.column_stack([0 * t, 0.565 + r * np.cos(turn), r * np.sin(turn)])
    volute = shapes.sweep(path, np.linspace(0.0085, 0.006, 40), 12, round_ends=True)
    eye = shapes.cylinder(0.012, 0.030, 0.003, 24).rotate(z=90).move(0.015, 0.568, 0.0)
    return join(neck, box, volute, eye)


def tuning_pegs() -> Solid:
    """Four pegs through the pegbox, their heads left and right by turns."""
    pin = shapes.cylinder(0.0032, 0.05, segments=12).rotate(z=90).move(0.026, 0, 0)
    head = shapes.superellipsoid(0.016, 0.018, 0.007, 2.4, 2.2, 16)
    rows = ((0.498, 1), (0.511, -1), (0.524, 1), (0.537, -1))
    return join(*(join(pin, head.move(s * 0.034, 0, 0)).move(0, y, 0.002) for y, s in rows))


def cambered(rows: Points, thick: float, sides: int) -> Solid:
    """A strip of lens section along y, ``thick`` metres to each side: rows (half width, height, forward)."""
    section = curves.ellipse(1.0, thick, sides, 2.6)
    return stacked(section, [(w, 1.0, y, z) for w, y, z in rows])


def bridge_of_maple() -> Solid:
    """The bridge under the strings, standing on the belly."""
    outline = cm("-2.1 0, -1.3 0, -0.8 1, 0.8 1, 1.3 0, 2.1 0, 1.9 2.4, 1 3.2, -1 3.2, -1.9 2.6")
    return shapes.extrude(outline, 0.004, 0.001).rotate(x=90).move(0, 0.185, 0.026)


def gut_strings() -> Solid:
    """Four strings from tailpiece over bridge and nut to the pegs."""
    places = (-0.012, -0.004, 0.004, 0.012)
    rows = np.array([[1.4, 0.11, 0.047], [1.3, 0.185, 0.0595], [1.0, 0.485, 0.0285], [0.8, 0.52, 0.012]])
    return join(*(bar(rows * [x, 1, 1], 0.0007, section=5) for x in places))


def bow_of(frog: Finish) -> list[tuple[Solid, Finish]]:
    """A bow beside the instrument: its stick, the frog, and the hair."""
    stick = bar(cm("17 0 3, 15.5 30 2, 16 66 2, 16.8 70 2.6"), [0.0052, 0.0045, 0.0036], 24, 10)
    nut = shapes.rounded_box(0.012, 0.045, 0.022, 0.004, 2).move(0.166, 0.05, 0.038)
    hair = shapes.rounded_box(0.008, 0.65, 0.0014, 0.0005, 1).rotate(x=0.5).move(0.164, 0.375, 0.042)
    horse = finish("plastic", (0.94, 0.93, 0.88), "bow_hair")
    return [(stick, finish("wood", (0.36, 0.17, 0.09), "bow")), (nut, frog), (hair, horse)]
