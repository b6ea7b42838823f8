"""What is fixed to a car's sides and roof: seams, handles, mirrors, skirts, scoops and the marks of its duty."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.vehicles.body import end_prism, side_prism
from pocket3d_server.models.builtin_text.vehicles.car_body import bed_lining
from pocket3d_server.models.builtin_text.vehicles.car_cabin import window_openings
from pocket3d_server.models.builtin_text.vehicles.car_frame import CarFrame


def extra_parts(car: CarFrame) -> list[Part]:
    """What only some kinds carry: roof rails, a taxi sign, a light bar, stripes, a loading bed."""
    extras, house, parts = car.style.extras, car.house, []
    front, rear = float(house.rings[-1, 1]), float(house.rings[-1, 2])
    middle = (front + rear) / 2
    if "rails" in extras:
        x = float(house.rings[-1, 3]) - 0.03
        path = [
            [x, house.roof - 0.03, rear + 0.05],
            [x, house.roof + 0.05, rear + 0.15],
            [x, house.roof + 0.05, front - 0.15],
            [x, house.roof - 0.03, front - 0.05],
        ]
        rail = shapes.sweep(curves.smooth_curve(path, 30), 0.017, 10, round_ends=True)
        parts.append(part("roof_rails", (join(rail, rail.mirror("x")), car.chrome)))
    if "roof_sign" in extras:
        sign = shapes.superellipsoid(0.46, 0.16, 0.16, 5, 4, 32).move(0, house.roof + 0.07, middle)
        parts.append(part("taxi_sign", (sign, glow("taxi_sign", (1.0, 0.86, 0.35), 0.6))))
    if "light_bar" in extras:
        base = shapes.rounded_box(1.10, 0.05, 0.26, 0.02, 2).move(0, house.roof + 0.03, middle)
        lamp = shapes.superellipsoid(0.50, 0.12, 0.24, 5, 3.5, 28).move(0.275, house.roof + 0.09, middle)
        parts.append(
            part(
                "light_bar",
                (base, car.black),
                (lamp, glow("blue_lamp", (0.05, 0.15, 0.95), 0.7)),
                (lamp.mirror("x"), glow("red_lamp", (0.95, 0.05, 0.05), 0.7)),
            )
        )
    if "squares" in extras:
        parts.append(taxi_squares(car))
    if "two_tone" in extras:
        for k, (back, ahead) in enumerate(car.style.doors):
            outline = np.array(
                [[back + 0.01, 0.32], [ahead - 0.02, 0.32], [ahead - 0.02, 0.90], [back + 0.01, 0.90]]
            )
            sides = shapes.difference(side_prism(curves.rounded(outline, 0.05), 1.2), shapes.box(1.3, 4, 12))
            parts.append(
                car.panel(
                    f"door_panel_{k + 1}",
                    sides,
                    finish("paint", (0.03, 0.04, 0.06), "door_paint", roughness=0.28),
                    0.002,
                )
            )
    if "stripes" in extras:
        stripe = asked(car.brief, "stripe", "paint", (0.95, 0.95, 0.95), "stripe", roughness=0.3)
        lanes = [
            end_prism(np.array([[a, 0.5], [b, 0.5], [b, 1.5], [a, 1.5]]), -3, 3)
            for a, b in ((0.07, 0.25), (-0.25, -0.07))
        ]
        cabin = shapes.difference(
            house.solid(0.003), house.solid(-0.003), *[prism for _, prism in window_openings(car)]
        )
        for name, lane in zip(("left", "right"), lanes):
            bonnet = shapes.intersection(
                lane,
                end_prism(np.array([[-2, 0], [2, 0], [2, 3], [-2, 3]]), float(house.rings[1, 1]) - 0.02, 3.0),
            )
            solids = [
                shapes.intersection(car.shell.solid(0.002), bonnet, crease=38),
                shapes.intersection(cabin, lane, crease=38),
            ]
            parts.append(part(f"stripe_{name}", (join(*solids), stripe)))
    if "bullbar" in extras:
        nose = float(car.style.stations[-1][0]) + 0.07
        hoop = curves.rounded(
            np.array([[-0.42, 0.42], [-0.36, 0.78], [0.36, 0.78], [0.42, 0.42]]), 0.12, 6, closed=False
        )
        bars = shapes.sweep(np.column_stack([hoop, np.full(len(hoop), nose)]), 0.03, 12, round_ends=True)
        plate = shapes.rounded_box(1.3, 0.16, 0.14, 0.05, 3).move(0, 0.46, nose - 0.08)
        parts.append(part("bull_bar", (bars, car.chrome), (plate, car.black)))
    if "bed" in extras:
        parts.append(bed_lining(car))
    return parts


def taxi_squares(car: CarFrame) -> Part:
    """Two rows of black squares along the doors, as taxis wear them."""
    rear, front = car.style.doors[-1][0] + 0.02, car.style.doors[0][1] - 0.02
    belt = float(car.shell.at((rear + front) / 2)[6]) - 0.20
    side, count = 0.085, int((front - rear) / 0.17)
    squares = [
        side_prism(
            curves.rectangle(side, side) + [rear + side * (2 * k + row) + side / 2, belt - row * side], 1.2
        )
        for k in range(count)
        for row in (0, 1)
    ]
    prism = shapes.difference(shapes.union(*squares), shapes.box(1.2, 4, 12))
    return car.panel(
        "taxi_squares", prism, finish("paint", (0.03, 0.03, 0.04), "squares", roughness=0.3), 0.002
    )


def trim_parts(car: CarFrame) -> list[Part]:
    """Door joints, handles, mirrors, skirts and a front splitter."""
    low = float(car.shell.at(0)[1]) + 0.09
    seams = []
    for rear, front in car.style.doors:
        belt = float(car.shell.at((rear + front) / 2)[6]) - 0.035
        outline = np.array(
            [
                [rear, low + 0.10],
                [rear + 0.14, low],
                [front - 0.02, low],
                [front + 0.03, belt * 0.6 + low * 0.4],
                [front - 0.02, belt],
                [rear + 0.05, belt],
                [rear - 0.02, belt * 0.6 + low * 0.4],
            ]
        )
        seams.append(car.seam(curves.rounded(outline, 0.07)))
    parts = [part("door_joints", (join(*seams), car.black))]
    handles = [door_handle(car, rear + 0.20) for rear, _ in car.style.doors]
    parts.append(part("door_handles", (join(*handles), car.paint)))
    parts.append(mirrors(car))
    skirts = []
    rear, front = (
        car.style.axles[0] + car.arch_radius() + 0.03,
        car.style.axles[1] - car.arch_radius() - 0.03,
    )
    for side in (1, -1):
        x = float(car.shell.at(0)[2])
        skirt = shapes.rounded_box(0.10, 0.09, front - rear, 0.03, 2, cuts=6)
        skirts.append(skirt.move(side * (x - 0.015), float(car.shell.at(0)[1]) + 0.035, (front + rear) / 2))
    parts.append(part("side_skirts", (join(*skirts), car.black)))
    if "splitter" in car.style.extras:
        nose = float(car.style.stations[-1][0])
        rows = car.shell.lines[car.shell.lines[:, 0] > nose - 0.55]
        edge = np.column_stack([rows[:, 3] - 0.03, rows[:, 0] + 0.03])
        outline = np.concatenate([edge, edge[::-1] * [-1, 1]])
        lip = shapes.extrude(curves.without_repeats(outline), 0.02, 0.007).rotate(x=90)
        parts.append(part("splitter", (lip.move(y=float(car.shell.at(nose - 0.2)[1]) + 0.005), car.black)))
    if "scoop" in car.style.extras:
        parts += side_scoops(car)
    return parts


def door_handle(car: CarFrame, z: float) -> Solid:
    """A flush door handle on both sides, behind ``z``."""
    y = float(car.shell.at(z)[6]) - 0.10
    x = car.side_at(z, y)
    bar = shapes.capsule(0.012, 0.17, 12).rotate(x=90).scale(0.8, 1, 1).move(x + 0.006, y, z)
    return join(bar, bar.mirror("x"))


def side_scoops(car: CarFrame) -> list[Part]:
    """Dark air intakes behind the doors."""
    z = car.style.doors[0][0] - 0.04
    y = float(car.shell.at(z)[4])
    outline = curves.rounded(
        np.array([[z, y - 0.10], [z + 0.02, y + 0.14], [z - 0.20, y + 0.10], [z - 0.10, y - 0.06]]), 0.03
    )
    prism = side_prism(outline, 1.2)
    hollow = shapes.difference(prism, shapes.box(1.2, 4, 12))
    right = shapes.intersection(hollow, shapes.box(4, 6, 12).move(x=2))
    return [
        car.panel(f"scoop_{name}", solid, car.black, 0.003)
        for name, solid in (("left", right), ("right", right.mirror("x")))
    ]


def mirrors(car: CarFrame) -> Part:
    """A mirror on a short arm at the foot of each front pillar."""
    house, ring = car.house, car.house.rings[1]
    y = float(ring[0]) + 0.09
    z = house.end(y, True) - 0.30
    x = house.half_width(y) + 0.10
    cup = shapes.superellipsoid(0.20, 0.125, 0.11, 3, 2.6, 24).taper(1.0, 0.92).move(x + 0.03, y + 0.02, z)
    arm = shapes.sweep(
        [[x - 0.16, y - 0.05, z - 0.01], [x - 0.08, y - 0.03, z], [x - 0.02, y, z]],
        0.018,
        10,
        round_ends=True,
    )
    pane = shapes.superellipsoid(0.165, 0.095, 0.02, 3.5, 2.2, 24).move(x + 0.03, y + 0.02, z - 0.055)
    return part(
        "mirrors",
        (join(cup, cup.mirror("x")), car.paint), (join(arm, arm.mirror("x")), car.black), (join(pane, pane.mirror("x")), car.chrome),
    )  # fmt: skip
