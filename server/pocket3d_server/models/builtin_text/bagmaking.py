"""What bags are sewn of: soft pouches, straps, buckles and grips."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.curves import Rows
from pocket3d_server.geometry.solid import Points, Solid
from pocket3d_server.models.builtin_text.making import bar, hoop
from pocket3d_server.models.language.brief import RGB

LEATHERS: tuple[RGB, ...] = ((0.48, 0.28, 0.15), (0.30, 0.16, 0.09), (0.56, 0.12, 0.10), (0.14, 0.13, 0.13))


def strap(path: Points, wide: float, thick: float, count: int = 24) -> Solid:
    """A flat band along a smooth curve through ``path``, its width along x."""
    line = curves.smooth_curve(path, count)
    ahead = np.gradient(line, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    side = np.broadcast_to([1.0, 0.0, 0.0], ahead.shape)
    up = np.cross(ahead, side)
    flat = curves.rectangle(wide, thick, 0.4 * thick, 2)
    return shapes.loft(line[:, None] + flat[None, :, :1] * side[:, None] + flat[None, :, 1:] * up[:, None])


def puffed(x: float, y: float, z: float, corner: float, belly: float) -> Solid:
    """A soft block about the origin whose front and back bulge by ``belly`` metres."""
    body = shapes.rounded_box(x, y, z, corner, 4, cuts=10)

    def bulge(v: Points) -> Points:
        u, w = (2 * v[:, 0] / x).clip(-1, 1), (2 * v[:, 1] / y).clip(-1, 1)
        v[:, 2] += np.sign(v[:, 2]) * belly * (1 - u**2) * (1 - w**2) * np.abs(2 * v[:, 2] / z).clip(0, 1)
        return v

    return body.deform(bulge)


def buckle(x: float, y: float, radius: float, count: int = 28) -> Solid:
    """A frame of wire ``x`` by ``y`` metres about the origin that looks along +z."""
    corners = np.array([[1, 1, 0], [-1, 1, 0], [-1, -1, 0], [1, -1, 0]]) * [x / 2, y / 2, 1]
    return hoop(corners, radius, count)


def carry_handle(right: Rows, radius: Sequence[float], count: int) -> Solid:
    """A grip in the plane z = 0 from its ``right`` end to its middle (x, y), as thick as ``radius`` tells from
    end to middle."""
    half = curves.in_plane(np.asarray(right, dtype=np.float64), 0.0, "xy")
    line = np.concatenate([half * [-1, 1, 1], half[-2::-1]])
    thick = [*radius, *radius[-2::-1]]
    return bar(line, thick, count, curves.ellipse(1, 1.3, 14))


def draped_flap(wide: float, high: float, deep: float) -> Solid:
    """A sheet of leather from the top of a bag of this size (metres) down over half its front, rounded below."""
    u = np.linspace(-1, 1, 25)
    edge = -0.52 * high * (1 - np.abs(u) ** 3.5)
    rows = []
    for s in np.linspace(0, 1, 12):
        ahead = 0.004 + 0.5 * deep * (0.42 + 0.62 * (s * -edge / high).clip(0) ** 0.8)
        rows.append(
            np.column_stack(
                [u * wide * (0.43 + 0.035 * s), high + 0.004 + s * edge * 0.98 - 0.010 * (1 - s) ** 4, ahead]
            )
        )
    sheet = np.stack(rows)
    return shapes.loft(np.concatenate([sheet, sheet[:, ::-1] - [0, 0.0, 0.007]], axis=1), crease=50)
