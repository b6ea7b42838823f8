"""Leaves and petals as thin closed solids: thousands of small blades at once, or one large shaped sheet."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.geometry.solid import Solid, make
from pocket3d_server.models.builtin_text.organic.cloth import closed_shell
from pocket3d_server.models.builtin_text.organic.noise import smoothstep

Array = NDArray[np.float64]

# One blade along +z, facing +y, one long and one wide: base, left, tip, right, raised middle, underside.
_BLADE = np.array(
    [[0, 0, 0], [-0.5, 0, 0.42], [0, -0.06, 1], [0.5, 0, 0.42], [0, 0.10, 0.48], [0, -0.02, 0.48]]
)
_BLADE_FACES = np.array(
    [[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4], [1, 0, 5], [2, 1, 5], [3, 2, 5], [0, 3, 5]]
)
_ROUND = np.array(
    [
        [0, 0, 0],
        [-0.42, 0.0, 0.22],
        [-0.46, 0.0, 0.62],
        [0, -0.05, 1],
        [0.46, 0.0, 0.62],
        [0.42, 0.0, 0.22],
        [0, 0.09, 0.45],
        [0, -0.02, 0.45],
    ]
)
_ROUND_FACES = np.array([[i, (i + 1) % 6, 6] for i in range(6)] + [[(i + 1) % 6, i, 7] for i in range(6)])


def blades(
    at: ArrayLike,
    along: ArrayLike,
    facing: ArrayLike,
    length: ArrayLike,
    width: ArrayLike,
    *,
    rounded: bool = False,
) -> Solid:
    """Many closed leaf blades as one solid.

    ``at`` (N, 3) are their stalks, ``along`` (N, 3) where they point, ``facing`` (N, 3) where their upper side
    looks; ``length`` and ``width`` are metres, one or (N,).
    """
    p = np.atleast_2d(np.asarray(at, float))
    n = len(p)
    template, triangles = (_ROUND, _ROUND_FACES) if rounded else (_BLADE, _BLADE_FACES)
    z = _unit(np.broadcast_to(np.asarray(along, float), (n, 3)))
    x = _unit(np.cross(np.broadcast_to(np.asarray(facing, float), (n, 3)), z) + 1e-9)
    y = np.cross(z, x)
    size_z, size_x = (np.broadcast_to(np.asarray(s, float), (n,))[:, None, None] for s in (length, width))
    t = template[None]
    points = (
        p[:, None]
        + t[..., 0:1] * size_x * x[:, None]
        + t[..., 1:2] * size_x * y[:, None]
        + t[..., 2:3] * size_z * z[:, None]
    )
    faces = (triangles[None] + (np.arange(n) * len(template))[:, None, None]).reshape(-1, 3)
    flat = np.stack([template[:, 0], template[:, 2]], axis=1)[triangles]
    uv = (flat[None] * np.concatenate([size_x, size_z], axis=2)[:, None]).reshape(-1, 3, 2)
    return Solid(points.reshape(-1, 3), faces, uv, np.full(len(faces), 75.0))


def sheet(
    middle: ArrayLike,
    facing: ArrayLike,
    half_width: ArrayLike,
    *,
    fold: ArrayLike = 0.0,
    cup: float = 0.0,
    thickness: float = 0.002,
    columns: int = 7,
    right: ArrayLike | None = None,
) -> Solid:
    """A closed leaf or petal along a midrib ``middle`` (N, 3) whose upper side looks towards ``facing``.

    ``half_width`` (N,) metres to the left (and to the right, unless ``right`` differs); ``fold`` raises the
    sides like a V, one share of the width or (N,) along the midrib for a wavy margin; ``cup`` raises them like a bowl.
    """
    m = np.asarray(middle, float)
    n = len(m)
    z = _unit(np.gradient(m, axis=0))
    face = np.broadcast_to(np.asarray(facing, float), (n, 3))
    x = _unit(np.cross(face, z) + 1e-9)
    y = np.cross(z, x)
    left = np.maximum(np.broadcast_to(np.asarray(half_width, float), (n,)), 1e-4)
    other = left if right is None else np.maximum(np.asarray(right, float), 1e-4)
    s = np.linspace(-1, 1, columns)
    wide = np.where(s[None] < 0, left[:, None], other[:, None])
    raised = (np.broadcast_to(np.asarray(fold, float), (n,))[:, None] * np.abs(s) + cup * s**2) * wide
    points = m[:, None] + (s[None] * wide)[..., None] * x[:, None] + raised[..., None] * y[:, None]
    i, j = np.meshgrid(np.arange(n - 1), np.arange(columns - 1), indexing="ij")
    a = i * columns + j
    b, c, d = a + 1, a + columns, a + columns + 1
    faces = np.concatenate([np.stack([a, c, d], -1).reshape(-1, 3), np.stack([a, d, b], -1).reshape(-1, 3)])
    top = points.reshape(-1, 3)
    under = (points - thickness * y[:, None]).reshape(-1, 3)
    vertices, every = closed_shell(top, under, faces)
    run = np.r_[0, np.cumsum(np.linalg.norm(np.diff(m, axis=0), axis=1))]
    flat = np.stack([s[None] * wide, np.broadcast_to(run[:, None], wide.shape)], axis=2).reshape(-1, 2)
    uv = np.concatenate([flat, flat])[every]
    return make(vertices, every, uv, crease=60, weld=False)


def split_leaf(
    at: Array, azimuth: float, size: float, age: float, rng: np.random.Generator
) -> tuple[Solid, Solid]:
    """A heart-shaped blade of ``size`` metres that hangs over its stalk's end, and its midrib.

    The older (``age`` 0..1), the deeper the cuts between its veins and the lower its tip hangs; each side's
    margin waves from vein to vein.
    """
    u = np.linspace(0, 1, 33)
    out = np.array([np.sin(azimuth), 0, np.cos(azimuth)])
    dip = np.radians(42 - 38 * age - (58 + 40 * age + 18 * rng.normal()) * u**1.2)
    steps = (out * np.cos(dip)[:, None] + np.array([0, 1.0, 0]) * np.sin(dip)[:, None]) * (1.15 * size / 32)
    middle = at + np.cumsum(steps, axis=0) - 4.5 * steps[0]
    body = 0.64 * size * np.clip(np.sin(np.pi * (0.13 + 0.87 * u**0.72)), 0.0, 1) * (u < 1)
    veins = u * 5.0 + 0.1 + 0.1 * rng.random()

    def cut(shift: float) -> Array:
        notch = smoothstep(0.70, 1.0, 0.5 + 0.5 * np.cos(2 * np.pi * (veins - shift)))
        return 1 - 0.74 * min(1.6 * age, 1.0) * notch * smoothstep(0.12, 0.28, u) * smoothstep(0.98, 0.86, u)

    roll = 0.35 * rng.normal()
    face = np.array([0, 1.0, 0]) + 0.45 * out + roll * np.array([out[2], 0, -out[0]])
    wave = 0.24 - (0.05 + 0.08 * age) * np.cos(2 * np.pi * (veins - 0.08)) + 0.16 * (1 - age)
    blade = sheet(middle, face, body * cut(0.0), right=body * cut(0.18), fold=wave, cup=-0.22, thickness=0.003, columns=11)  # fmt: skip
    lift = 0.002 * face / np.linalg.norm(face)
    rib = sweep(middle[4:31:2] + lift, np.linspace(0.0045, 0.0012, 14), 6, round_ends=True, crease=80)
    return blade, rib


def _unit(v: Array) -> Array:
    return np.asarray(v / np.linalg.norm(v, axis=-1, keepdims=True).clip(1e-12))
