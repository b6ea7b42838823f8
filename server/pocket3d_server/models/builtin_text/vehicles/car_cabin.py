"""A car's cabin: roof, pillars and panes, or an open top, and what one sees inside."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.vehicles.body import end_prism, side_prism
from pocket3d_server.models.builtin_text.vehicles.car_frame import CarFrame


def closed_cabin(car: CarFrame) -> list[Part]:
    """The roof with its pillars, and one pane for each opening."""
    house = car.house
    outer, inner = house.solid(), house.solid(-0.035)
    skin = shapes.difference(house.solid(-0.006), house.solid(-0.016).move(y=-0.002))
    openings = window_openings(car)
    frame = shapes.difference(outer, inner, *[prism for _, prism in openings], crease=38)
    parts = [part("roof", (frame, car.roof_paint), label="Roof and pillars")]
    for name, prism in openings:
        pane = shapes.intersection(skin, prism, crease=38)
        if name.startswith("side"):
            left = shapes.intersection(pane, shapes.box(4, 6, 12).move(x=2))
            parts.append(part(f"{name}_left", (left, car.glass)))
            parts.append(part(f"{name}_right", (left.mirror("x"), car.glass)))
        else:
            parts.append(part(name, (pane, car.glass)))
    return parts


def window_openings(car: CarFrame) -> list[tuple[str, Solid]]:
    """The windows as prisms that cut through the cabin."""
    house, (ahead, behind, above, below) = car.house, car.style.window
    rings = car.house.rings
    low, high = float(rings[1, 0]) + above, house.roof - below
    heights = np.linspace(low, high, 6)
    front = np.array([house.end(y, True) - ahead - 0.05 * (y - low) for y in heights])
    rear = np.array([house.end(y, False) + behind for y in heights])
    edges = [
        np.full(6, 99.0),
        *[np.full(6, p) + 0.12 * (heights - low) for p in car.style.pillars],
        np.full(6, -99.0),
    ]
    found = []
    for k in range(len(edges) - 1):
        lead, trail = np.minimum(front, edges[k] - 0.03), np.maximum(rear, edges[k + 1] + 0.03)
        open_ = lead - trail > 0.04
        if open_.sum() < 2:
            continue
        outline = np.concatenate(
            [
                np.column_stack([lead[open_], heights[open_]]),
                np.column_stack([trail[open_], heights[open_]])[::-1],
            ]
        )
        found.append((f"side_window_{k + 1}", side_prism(curves.rounded(outline, 0.035, 3))))
    middle = (house.end(high, True) + house.end(high, False)) / 2
    for name, far, y0 in (("windscreen", 9.0, low + 0.01), ("rear_window", -9.0, low + 0.03)):
        top = high + 0.015
        w0, w1 = house.half_width(y0) - 0.10, house.half_width(top) - 0.09
        pane = curves.rounded(np.array([[-w0, y0], [w0, y0], [w1, top], [-w1, top]]), 0.05)
        found.append((name, end_prism(pane, middle, far)))
    return found


def open_top(car: CarFrame) -> list[Part]:
    """A windscreen with its frame, for cars without a roof."""
    house, frame = car.house, [p for p in window_openings(car) if p[0] == "windscreen"]
    name, prism = frame[0]
    skin = shapes.difference(house.solid(-0.006), house.solid(-0.016).move(y=-0.002))
    pane = shapes.intersection(skin, prism, crease=38)
    low, high = house.rings[1, 0], house.roof - 0.02
    cut = np.array(
        [
            [house.end(low, True) - 0.16, low - 0.2],
            [9, low - 0.2],
            [9, high],
            [house.end(high, True) - 0.10, high],
        ]
    )
    surround = shapes.difference(house.solid(), house.solid(-0.035), prism)
    surround = shapes.intersection(surround, side_prism(cut), crease=38)
    return [part("windscreen_frame", (surround, car.paint)), part(name, (pane, car.glass))]


def interior(car: CarFrame) -> list[Part]:
    """Seats, dashboard and steering wheel, seen through the glass."""
    rings = car.house.rings
    floor = float(car.shell.at(0.0)[1]) + 0.13
    belt, half = float(rings[1, 0]), float(rings[1, 3])
    front = float(rings[1, 1]) - 0.18
    dash = shapes.rounded_box(2 * half - 0.30, 0.26, 0.30, 0.09, 3).move(0, belt - 0.17, front - 0.16)
    ring = shapes.torus(0.17, 0.03, 32, 10)
    spokes = [
        shapes.rounded_box(0.16, 0.012, 0.035, 0.005, 1).move(x=0.08).rotate(y=a) for a in (0, 180, 270)
    ]
    steer = (
        join(ring, *spokes, shapes.cylinder(0.045, 0.03, 0.01, 20))
        .rotate(x=-68)
        .move(0.42 * half, belt - 0.02, front - 0.36)
    )
    column = (
        shapes.cylinder(0.025, 0.25, 0.0, 12).rotate(x=68 + 44).move(0.42 * half, belt - 0.03, front - 0.36)
    )
    seats = []
    second = front - 1.80
    room = car.house.end(belt + 0.30, False) < second - 0.42
    rows = [front - 0.98, second] if room else [front - 0.98]
    for z in rows:
        for side in (-1, 1):
            seats.append(seat(belt - floor).move(side * 0.46 * half, floor, z))
    return [
        part("dashboard", (join(dash, column), car.black)),
        part("steering_wheel", (steer, car.black)),
        part("seats", (join(*seats), car.seat)),
    ]


def seat(height: float) -> Solid:
    """A bucket seat facing +z whose backrest ends a little above ``height``."""
    cushion = shapes.superellipsoid(0.50, 0.18, 0.52, 4, 3, 24).move(y=0.12)
    back = (
        shapes.superellipsoid(0.50, height + 0.05, 0.16, 4, 3, 24)
        .taper(1.0, 0.8)
        .rotate(x=-14)
        .move(0, 0.12 + height * 0.5, -0.26)
    )
    head = shapes.superellipsoid(0.26, 0.17, 0.11, 3, 2.6, 20).move(0, height + 0.20, -0.30 - height * 0.12)
    return join(cushion, back, head)
