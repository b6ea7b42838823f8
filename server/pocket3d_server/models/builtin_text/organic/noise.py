"""Seeded 3D noise for coats, bark and leaves, evaluated at any points."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

AXES = np.array([0x8DA6B343, 0xD8163841, 0xCB1AB31F], np.uint32)


def _keys(cells: NDArray[np.integer]) -> NDArray[np.uint32]:
    """A part for each axis (3, N) of the keys of integer cells (N, 3); ``^`` of the three is a cell's key."""
    return cells.T.astype(np.uint32) * AXES[:, None]


def _hash(key: NDArray[np.uint32], seed: int, channel: int) -> Array:
    """Numbers in 0..1 (N,) from keys (N,); a 32-bit integer mix with odd multipliers."""
    h = key ^ np.uint32((seed * 0x9E3779B1 + channel * 0x85EBCA6B) & 0xFFFFFFFF)
    h ^= h >> np.uint32(15)
    h *= np.uint32(0x2C1B3C6D)
    h ^= h >> np.uint32(12)
    h *= np.uint32(0x297A2D39)
    h ^= h >> np.uint32(15)
    return h.astype(np.float64) / 0xFFFFFFFF


@cache
def _lattice(seed: int) -> NDArray[np.float32]:
    """A 32³ block of random numbers, repeated in all directions."""
    return np.random.default_rng(seed).random(32**3, dtype=np.float32)


def value_noise(points: Array, seed: int = 0) -> Array:
    """Smooth noise in 0..1 (N,) at points (N, 3) with features about one unit wide; repeats every 32 units."""
    table = _lattice(seed & 0xFF)
    whole = np.floor(points)
    f = (points - whole).astype(np.float32)
    f *= f * (3 - 2 * f)
    low = whole.astype(np.int64)
    high = (low + 1) & 31
    low &= 31
    x0, x1, y0, y1 = low[:, 0] << 10, high[:, 0] << 10, low[:, 1] << 5, high[:, 1] << 5
    z0, z1 = low[:, 2], high[:, 2]
    fx, fy, fz = f[:, 0], f[:, 1], f[:, 2]

    def row(base: NDArray[np.int64]) -> NDArray[np.float32]:
        a = table[base + z0]
        return np.asarray(a + (table[base + z1] - a) * fz)

    near = row(x0 + y0)
    near += (row(x0 + y1) - near) * fy
    far = row(x1 + y0)
    far += (row(x1 + y1) - far) * fy
    return np.asarray(near + (far - near) * fx, np.float64)


def fractal_noise(points: Array, seed: int = 0, octaves: int = 3) -> Array:
    """Sum of octaves of `value_noise`, in 0..1 (N,)."""
    total, amplitude, norm = np.zeros(len(points)), 1.0, 0.0
    for i in range(octaves):
        total += amplitude * value_noise(points * 2.0**i + 17.3 * i, seed + i)
        norm += amplitude
        amplitude *= 0.5
    return total / norm


def cell_noise(points: Array, seed: int = 0, jitter: float = 0.85) -> tuple[Array, Array, Array]:
    """Distances to the nearest and second nearest random seed, and the nearest one's number in 0..1 (Worley 1996)."""
    base = np.floor(points).T
    keys = _keys(base.T.astype(np.int64))
    first, second, number = np.full(len(points), 9.0), np.full(len(points), 9.0), np.zeros(len(points))
    for corner in np.ndindex(3, 3, 3):
        step = np.array(corner) - 1
        x, y, z = keys + _keys(step[None])  # a neighbour's parts are this cell's and the step's
        key = x ^ y ^ z
        d = np.zeros(len(points))
        for axis in range(3):
            spot = base[axis] + step[axis] + 0.5 + jitter * (_hash(key, seed, axis + 1) - 0.5)
            d += (points[:, axis] - spot) ** 2
        np.sqrt(d, out=d)
        closer = d < first
        second = np.where(closer, first, np.minimum(second, d))
        number[closer] = _hash(key[closer], seed, 4)
        first = np.where(closer, d, first)
    return first, second, number


def smoothstep(low: float | Array, high: float | Array, x: Array) -> Array:
    """0 below ``low``, 1 above ``high``, smooth between; ``low`` above ``high`` falls instead."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
