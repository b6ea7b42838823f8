"""What boats are put together from: hulls lofted through their frames, sails and masts."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Points, Solid
from pocket3d_server.models.language.brief import RGB

PAINTS: tuple[RGB, ...] = ((0.94, 0.94, 0.92), (0.12, 0.26, 0.46), (0.60, 0.12, 0.12), (0.14, 0.36, 0.34))


def hull_rings(rows: Points, sections: int = 48, points: int = 17, power: float = 2.4) -> Points:
    """Open sections (S, 2 * points - 1, 3) of a hull from rows of (z, half beam, sheer height, keel height),
    stern first, each from the left sheer round the keel to the right one."""
    lines = curves.smooth_curve(rows, sections)
    a = np.linspace(0, np.pi / 2, points)
    x, y = np.cos(a) ** (2 / power), np.sin(a) ** (2 / power)
    x[-1] = 0.0
    half = lines[:, 1, None].clip(0.004) * x
    depth = lines[:, 2, None] - (lines[:, 2] - lines[:, 3])[:, None] * y
    right = np.stack([half, depth, np.broadcast_to(lines[:, :1], half.shape)], axis=2)
    return np.concatenate([right * [-1, 1, 1], right[:, -2::-1]], axis=1)


def hull(rows: Points, wall: float, floor: float, **shape: float) -> Solid:
    """A hull with a wall, open above, its inside flat at height ``floor``."""
    outer = hull_rings(rows, **shape)  # type: ignore[arg-type]
    centre = outer.mean(axis=1, keepdims=True)
    inner = outer.copy()
    beam = np.abs(outer[..., 0]).max(axis=1)[:, None]
    inner[..., 0] *= np.maximum(beam - wall, beam * 0.2) / beam
    inner[..., 1] = np.maximum(inner[..., 1], floor)
    inner[..., 1] = np.minimum(inner[..., 1], outer[:, :1, 1])
    length = np.ptp(outer[..., 2])
    inner[..., 2] = centre[..., 2].mean() + (inner[..., 2] - centre[..., 2].mean()) * (1 - 2 * wall / length)
    return shapes.loft(np.concatenate([outer, inner[:, ::-1]], axis=1), crease=42)


def transom(rows: Points, thick: float, power: float = 2.4) -> Solid:
    """The board that closes a hull at its stern, the first of ``rows``."""
    section = hull_rings(rows, power=power)[0]
    board = shapes.extrude(curves.counter_clockwise(section[:, :2]), thick, 0.2 * thick)
    return board.move(z=float(section[0, 2]) + thick / 2)


def sail(corners: Points, belly: float, thick: float = 0.012) -> Solid:
    """A filled sail over three or four corners (spatial), blown towards +x or along the normal by ``belly`` metres."""
    c = np.asarray(corners, dtype=np.float64)
    if len(c) == 3:
        c = np.array([c[0], c[1], c[2], c[2]])
    u, v = np.meshgrid(np.linspace(0, 1, 15), np.linspace(0, 1, 17), indexing="ij")
    p = (1 - u)[..., None] * ((1 - v)[..., None] * c[0] + v[..., None] * c[3]) + u[..., None] * (
        (1 - v)[..., None] * c[1] + v[..., None] * c[2]
    )
    normal = np.cross(c[1] - c[0], c[3] - c[0])
    normal = normal / np.linalg.norm(normal)
    p += (belly * np.sin(np.pi * u) ** 0.8 * np.sin(np.pi * np.clip(v * 0.92 + 0.05, 0, 1)))[
        ..., None
    ] * normal
    front, back = p + normal * thick / 2, p - normal * thick / 2
    ring = np.concatenate([front, back[::-1]], axis=0).transpose(1, 0, 2)
    return shapes.loft(ring, crease=60)


def mast(at: Points, height: float, radius: float) -> Solid:
    """A tapered pole with a rounded head."""
    return shapes.sweep(
        [at, np.asarray(at) + [0, height * 0.5, 0], np.asarray(at) + [0, height, 0]],
        [radius, radius * 0.9, radius * 0.55],
        14,
        round_ends=True,
    )
