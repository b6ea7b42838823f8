"""What carts, wagons and carriages are put together from."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish
from pocket3d_server.models.builtin_text.vehicles.fittings import beam, both, spoked_wheel
from pocket3d_server.models.language.brief import Brief


def cart_wheels(
    brief: Brief,
    wood: Finish,
    iron: Finish,
    axles: list[tuple[float, float]],
    track: float,
    wide: float = 0.09,
) -> list[Part]:
    """A spoked wheel at either end of each axle, given as (z, radius), rear first."""
    spokes = brief.count("spoke", 12, 6, 20)
    found = []
    for k, (z, radius) in enumerate(axles):
        frame, tyre, hub = spoked_wheel(radius, wide, spokes, segments=brief.detail(40))
        for side, name in ((1, "left"), (-1, "right")):
            place = lambda s, o=side, y=radius, f=z: (s if o > 0 else s.mirror("x")).move(o * track, y, f)  # noqa: E731
            found.append(part(f"wheel_{k + 1}_{name}", (place(frame), wood), (place(join(tyre, hub)), iron)))
    return found


def plank_box(wide: float, high: float, long: float, rows: int = 3, flare: float = 0.0) -> Solid:
    """An open box of boards about the z axis, its floor at y = 0; ``flare`` is how far the sides lean out."""
    step = high / rows
    lean = float(np.degrees(np.arctan2(flare, high)))
    pieces = []
    for k in range(rows):
        y, out = step * (k + 0.5), flare * (k + 0.5) / rows
        side = shapes.rounded_box(0.035, step * 0.94, long + 2 * out, 0.008, 1).grained()
        pieces.append(both(side.rotate(z=-lean).move(wide / 2 + out, y, 0)))
        end = shapes.rounded_box(wide + 2 * out, step * 0.94, 0.035, 0.008, 1).grained()
        pieces += [
            end.rotate(x=lean).move(0, y, long / 2 + out),
            end.rotate(x=-lean).move(0, y, -long / 2 - out),
        ]
    count = max(int(wide / 0.16), 3)
    plank = shapes.rounded_box(wide / count * 0.95, 0.035, long, 0.006, 1).grained()
    pieces += [plank.move(x, 0, 0) for x in (np.arange(count) - (count - 1) / 2) * wide / count]
    for z in (-0.30 * long, 0.30 * long):
        pieces.append(
            both(beam([wide / 2 + 0.03, -0.05, z], [wide / 2 + 0.03 + flare, high + 0.02, z], 0.05, 0.05))
        )
    return join(*pieces)
