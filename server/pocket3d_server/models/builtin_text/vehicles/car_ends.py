"""A car's front and rear: lamps, grilles, bumpers, number plate, exhausts and spoilers."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.finishes import finish
from pocket3d_server.models.builtin_text.vehicles.body import end_prism
from pocket3d_server.models.builtin_text.vehicles.car_frame import CarFrame


def front_parts(car: CarFrame) -> list[Part]:
    """Headlamps, grille, intakes and number plate."""
    nose = float(car.style.stations[-1][0])
    at = car.shell.at
    tip = at(nose - 0.12)
    wide, floor = float(tip[3]), float(tip[1])
    parts = []
    y = float(at(nose - 0.26)[6]) - 0.03
    if car.style.lamps == "round":
        parts += round_lamps(car, nose)
    housing = np.array([[0.62, -0.06], [1.02, -0.03], [1.30, 0.10], [1.26, 0.135], [0.70, 0.03]]) * [
        wide,
        1,
    ] + [0, y]
    strip = np.array(
        [[0.66, -0.035], [1.00, -0.005], [1.26, 0.115], [1.25, 0.13], [0.98, 0.03], [0.68, -0.015]]
    ) * [wide, 1] + [0, y]
    if car.style.lamps == "block":
        housing = np.array([[0.58, -0.13], [1.2, -0.12], [1.3, 0.04], [0.60, 0.02]]) * [wide, 1] + [0, y]
        strip = np.array([[0.62, -0.10], [1.2, -0.09], [1.28, 0.02], [0.64, 0.0]]) * [wide, 1] + [0, y]
    for side, name in ((1, "left"), (-1, "right")) if car.style.lamps != "round" else ():
        for outline, material, grown, what in (
            (housing, car.black, 0.003, "headlight_housing"),
            (strip, car.lamp, 0.006, "headlight"),
        ):
            prism = end_prism(curves.rounded(outline, 0.012) * [side, 1], nose - 0.62, nose + 0.3)
            parts.append(car.panel(f"{what}_{name}", prism, material, grown))
    mouth = np.array([[-0.55, 0.045], [0.55, 0.045], [0.47, 0.15], [-0.47, 0.15]]) * [wide, 1] + [
        0,
        floor,
    ]
    parts.append(
        car.panel("grille", end_prism(curves.rounded(mouth, 0.03), nose - 0.3, nose + 0.3), car.black)
    )
    gill = np.array([[0.66, 0.05], [0.98, 0.07], [1.02, 0.19], [0.64, 0.13]]) * [wide, 1] + [0, floor]
    for side, name in ((1, "left"), (-1, "right")):
        prism = end_prism(curves.rounded(gill, 0.02) * [side, 1], nose - 0.5, nose + 0.3)
        parts.append(car.panel(f"intake_{name}", prism, car.black))
    bars = [
        shapes.rounded_box(1.0 * wide, 0.008, 0.02, 0.003, 1).move(0, floor + h, nose - 0.005)
        for h in (0.075, 0.10, 0.125)
    ]
    parts.append(part("grille_bars", (join(*bars), car.chrome)))
    badge = (
        shapes.cylinder(0.035, 0.012, 0.004, 24)
        .rotate(x=70)
        .move(0, float(at(nose - 0.1)[7]) - 0.005, nose - 0.10)
    )
    parts.append(part("badge_front", (badge, car.chrome)))
    return parts


def round_lamps(car: CarFrame, nose: float) -> list[Part]:
    """Headlamps in chrome pods on the wings, and a tall chrome grille."""
    z = nose - 0.42
    row = car.shell.at(z)
    y, x = float(row[4]) + 0.16, 0.80 * float(row[3])
    pod = curves.smooth_curve([[0, -0.24], [0.085, -0.14], [0.118, -0.02], [0.112, 0.01]], 16)
    shell = shapes.revolve(pod, 32).rotate(x=90).move(x, y, z + 0.10)
    ring = shapes.torus(0.108, 0.022, 36, 10).rotate(x=90).move(x, y, z + 0.11)
    lens = shapes.sphere(0.10, 28).scale(1, 1, 0.35).move(x, y, z + 0.11)
    parts = []
    for name, flip in (("left", False), ("right", True)):
        pieces = [
            (s.mirror("x") if flip else s, m)
            for s, m in ((shell, car.paint), (ring, car.chrome), (lens, car.lamp))
        ]
        parts.append(part(f"headlight_{name}", *pieces))
    front = car.shell.at(nose - 0.05)
    ribs = [
        shapes.rounded_box(0.012, 0.36, 0.03, 0.005, 1)
        .rotate(x=-8)
        .move(dx, float(front[1]) + 0.24, nose - 0.01)
        for dx in np.linspace(-0.17, 0.17, 13)
    ]
    frame = shapes.extrude(
        curves.rectangle(0.42, 0.42, 0.12), 0.05, 0.012, holes=[curves.rectangle(0.35, 0.35, 0.10)]
    )
    parts.append(
        part(
            "radiator_grille",
            (join(*ribs, frame.rotate(x=-8).move(0, float(front[1]) + 0.24, nose - 0.01)), car.chrome),
        )
    )
    for end, where in (("front", nose + 0.05), ("rear", float(car.style.stations[0][0]) - 0.05)):
        t = np.linspace(-1, 1, 21)
        path = np.column_stack([0.72 * t, np.full(21, 0.40), where - np.sign(where) * 0.16 * t**2])
        parts.append(
            part(
                f"bumper_{end}",
                (shapes.sweep(path, 0.045, curves.ellipse(0.55, 1, 16), round_ends=True), car.chrome),
            )
        )
    return parts


def rear_parts(car: CarFrame) -> list[Part]:
    """Tail lamps, bumper, number plate, exhausts and what the style adds."""
    tail = float(car.style.stations[0][0])
    row = car.shell.at(tail + 0.04)
    wide, floor, top = float(row[3]), float(row[1]), float(row[6])
    y = top - 0.105
    parts = []
    band = np.array([[-1.3, -0.045], [1.3, -0.045], [1.3, 0.05], [-1.3, 0.05]]) * [wide, 1] + [0, y]
    parts.append(car.panel("tail_panel", end_prism(band, tail - 0.3, tail + 0.16), car.black, 0.003))
    lamp = np.array([[0.28, -0.012], [1.3, -0.022], [1.3, 0.028], [0.28, 0.012]]) * [wide, 1] + [0, y]
    for side, name in ((1, "left"), (-1, "right")):
        parts.append(
            car.panel(
                f"tail_light_{name}",
                end_prism(lamp * [side, 1], tail - 0.3, tail + 0.20),
                car.red,
                0.006,
            )
        )
    apron = np.array([[-0.85, -0.06], [0.85, -0.06], [0.72, 0.12], [-0.72, 0.12]]) * [wide, 1] + [
        0,
        floor,
    ]
    parts.append(
        car.panel("rear_apron", end_prism(curves.rounded(apron, 0.03), tail - 0.3, tail + 0.4), car.black)
    )
    pipes = []
    for x in (0.34, 0.46):
        pipe = shapes.tube(0.048, 0.040, 0.24, 0.004, 24).rotate(x=-90)
        pipes += [pipe.move(side * x * wide / 0.75, floor + 0.02, tail + 0.20) for side in (1, -1)]
    parts.append(part("exhausts", (join(*pipes), car.chrome)))
    plate = shapes.rounded_box(0.46, 0.11, 0.012, 0.004, 1).move(0, floor + 0.22, tail - 0.004)
    parts.append(part("number_plate", (plate, finish("plastic", (0.92, 0.92, 0.90), "plate"))))
    if "diffuser" in car.style.extras:
        fins = [
            shapes.rounded_box(0.012, 0.10, 0.34, 0.004, 1).move(x, floor - 0.07, tail + 0.22)
            for x in (-0.3, -0.15, 0, 0.15, 0.3)
        ]
        parts.append(part("diffuser", (join(*fins), car.black)))
    if "spoiler" in car.style.extras:
        parts.append(
            part(
                "spoiler",
                (spoiler_lip(tail, float(row[5]), float(car.shell.at(tail + 0.06)[6])), car.paint),
            )
        )
    if "wing" in car.style.extras:
        parts.append(rear_wing(car, tail, wide, top))
    return parts


def spoiler_lip(tail: float, half: float, y: float) -> Solid:
    """A ducktail over the edge of the boot."""
    t = np.linspace(-1, 1, 25)
    path = np.column_stack([1.02 * half * t, y + 0.012 - 0.05 * t**4, tail + 0.07 + 0.10 * t**2])
    section = curves.smooth_curve(
        [[-0.085, -0.03], [0.0, 0.012], [0.07, 0.030], [0.075, 0.018], [0.03, -0.02]], 16, closed=True
    )
    return shapes.sweep(path, 1 - 0.35 * t**4, section * [-1, 1])


def rear_wing(car: CarFrame, tail: float, wide: float, y: float) -> Part:
    """A racing wing on two stays."""
    foil = curves.smooth_curve(
        [[-0.14, 0.0], [-0.04, 0.030], [0.12, 0.018], [0.16, 0.0], [0.1, -0.006], [-0.06, -0.008]],
        24,
        closed=True,
    )
    blade = shapes.extrude(foil, 1.9 * wide, 0.004).rotate(y=90).rotate(x=-8).move(0, y + 0.30, tail + 0.12)
    plates = [
        shapes.rounded_box(0.014, 0.16, 0.34, 0.006, 1).move(s * 0.95 * wide, y + 0.28, tail + 0.12)
        for s in (-1, 1)
    ]
    stays = [
        shapes.rounded_box(0.016, 0.34, 0.10, 0.006, 1)
        .rotate(x=12)
        .move(s * 0.45 * wide, y + 0.13, tail + 0.16)
        for s in (-1, 1)
    ]
    return part("rear_wing", (join(blade, *plates), car.paint), (join(*stays), car.black))
