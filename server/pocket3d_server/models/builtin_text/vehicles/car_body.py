"""A car's painted body: the shell with wheel arches, a tub and, on pickups, a bed cut into it."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.vehicles.body import side_prism
from pocket3d_server.models.builtin_text.vehicles.car_frame import CarFrame


def bodywork(car: CarFrame) -> Part:
    """The lower body with arches and a tub cut in, and their linings."""
    cuts, linings = [], []
    radius, height = car.arch_radius(), car.style.wheel[0]
    depth = car.style.wheel[1] + 0.10
    trimmed = car.shell.solid(-0.006)
    for z in car.style.axles:
        for side in (-1, 1):
            cut = shapes.cylinder(radius, depth + 0.6, segments=48).rotate(z=-90 * side)
            cuts.append(cut.move(side * (car.style.track - depth + 0.02), height + 0.01, z))
            bowl = shapes.difference(
                shapes.cylinder(radius + 0.012, depth + 0.3, segments=48),
                shapes.cylinder(radius - 0.006, depth + 0.6, segments=48).move(y=0.012),
            ).rotate(z=-90 * side)
            bowl = bowl.move(side * (car.style.track - depth), height + 0.01, z)
            linings.append(shapes.intersection(bowl, trimmed))
    if "bed" in car.style.extras:
        cuts.append(bed_room(car))
    body = shapes.difference(car.body, *cuts, tub(car), crease=38)
    return part("body", (body, car.paint), *[(lining, car.black) for lining in linings])


def tub(car: CarFrame) -> Solid:
    """The room inside, from the floor up through the belt."""
    rings = np.array(car.style.rings)
    front, rear, half = rings[1, 1] - 0.10, rings[1, 2] + 0.15, rings[1, 3] - 0.07
    floor = float(car.shell.at(0.0)[1]) + 0.12
    outline = np.array([[rear + 0.25, floor], [front - 0.25, floor], [front, 1.3], [rear, 1.3]])
    return side_prism(curves.rounded(outline, 0.1), half)


def bed_room(car: CarFrame) -> Solid:
    """The room of the loading bed."""
    tail, cab = float(car.style.stations[0][0]), float(car.style.rings[1][2])
    outline = curves.rectangle(1.52, cab - tail - 0.22, 0.06)
    return shapes.extrude(outline, 1.0, 0.0).rotate(x=90).move(0, 0.72 + 0.5, (cab + tail) / 2 + 0.02)


def bed_lining(car: CarFrame) -> Part:
    """A ribbed floor in the loading bed."""
    tail, cab = float(car.style.stations[0][0]), float(car.style.rings[1][2])
    length, middle = cab - tail - 0.24, (cab + tail) / 2 + 0.02
    ribs = [
        shapes.rounded_box(0.07, 0.03, length - 0.02, 0.008, 1).move(x, 0.735, middle)
        for x in np.linspace(-0.62, 0.62, 9)
    ]
    floor = shapes.rounded_box(1.51, 0.02, length, 0.004, 1).move(0, 0.722, middle)
    return part("bed_floor", (join(floor, *ribs), car.black))
