"""A car put together from its style: body, cabin, both ends, details, interior and wheels."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.vehicles.car_body import bodywork
from pocket3d_server.models.builtin_text.vehicles.car_cabin import closed_cabin, interior, open_top
from pocket3d_server.models.builtin_text.vehicles.car_details import extra_parts, trim_parts
from pocket3d_server.models.builtin_text.vehicles.car_ends import front_parts, rear_parts
from pocket3d_server.models.builtin_text.vehicles.car_frame import CarFrame
from pocket3d_server.models.builtin_text.vehicles.car_styles import CarStyle
from pocket3d_server.models.builtin_text.vehicles.wheel import WheelMaterials, WheelStyle, wheel
from pocket3d_server.models.language.brief import Brief


def wheels(car: CarFrame) -> list[Part]:
    """Four wheels."""
    radius, width = car.style.wheel
    pattern, spokes = car.style.spokes
    style = WheelStyle(
        radius,
        width,
        spokes=car.brief.count("spoke", spokes, 3, 24),
        pattern=pattern,
        tread=car.style.tread,
        segments=4 * round(car.brief.detail(36) / 4),
    )
    materials = WheelMaterials(
        asked(car.brief, "tyre", "rubber", None, "tyre", "tire"),
        asked(car.brief, "rim", "aluminium", None, "rim", "wheel", roughness=0.25),
        car.chrome,
        finish("iron", (0.42, 0.42, 0.44), "brake_disc"),
        finish("paint", (0.70, 0.05, 0.05), "caliper"),
    )
    parts = []
    for z, end in zip(car.style.axles, ("rear", "front")):
        for side, name in ((1, "left"), (-1, "right")):
            at = np.array([side * (car.style.track - width / 2), radius, z])
            parts.append(wheel(f"wheel_{end}_{name}", style, materials, at, side))
    return parts


def build_car(brief: Brief, style: CarStyle) -> Asset:
    """The car as named parts, on its wheels, facing +z."""
    car = CarFrame(brief, style)
    cabin = open_top(car) if "no_roof" in style.extras else closed_cabin(car)
    parts = [
        bodywork(car),
        *cabin,
        *front_parts(car),
        *rear_parts(car),
        *trim_parts(car),
        *extra_parts(car),
        *interior(car),
        *wheels(car),
    ]
    return Asset(parts)
