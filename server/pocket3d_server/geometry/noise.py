"""Noise in three dimensions for procedural materials, vectorised and the same on every machine.

Randomness comes from an integer hash of the lattice cell, never from a generator's state, so a point's value
does not depend on which other points are asked for: a texture has no seams and bakes at any resolution.
Points are (N, 3) in the unit of 1/frequency. Cell noise after Worley (1996), lattice noise after Perlin.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
U32 = NDArray[np.uint32]
CHUNK = 1 << 15
"""Points worked on together; their temporaries stay in the cache."""
MANY, MOST_THREADS = 8, 8
"""From so many chunks on they are shared among threads, at most so many: arrays are worked on outside the interpreter's lock."""
PRIMES = (np.uint32(0x9E3779B1), np.uint32(0x85EBCA77), np.uint32(0xC2B2AE3D))
TURN = np.array([[0.36, 0.48, -0.80], [-0.80, 0.60, 0.0], [0.48, 0.64, 0.60]], np.float32)
"""Each octave is rotated, so that the lattice's axes do not show."""


class Cells(NamedTuple):
    """Worley noise at N points."""

    nearest: Floats
    """Distance to the nearest feature point, in cells."""
    second: Floats
    """Distance to the second nearest."""
    identity: Floats
    """Random number 0..1 of the nearest cell."""
    offset: Floats
    """(N, 3) from the point to the nearest feature point, in cells; zero unless asked for."""


def noise(points: NDArray[Any], frequency: float = 1.0, seed: int = 0) -> Floats:
    """Smooth gradient noise in 0..1 with mean 0.5, (N,)."""

    def block(p: Floats) -> Floats:
        cell = np.floor(p)
        f = p - cell
        fx, fy, fz = f
        ux, uy, uz = f * f * f * (f * (f * 6 - 15) + 10)
        x, y, z = _axis_hashes(cell, seed)
        gx, gy, gz = (fx, fx - 1), (fy, fy - 1), (fz, fz - 1)
        planes = []
        for i in range(2):
            lines = []
            for j in range(2):
                xy = x[i] ^ y[j]
                low = _slope(_mix(xy ^ z[0]), gx[i], gy[j], gz[0])
                high = _slope(_mix(xy ^ z[1]), gx[i], gy[j], gz[1])
                lines.append(low + (high - low) * uz)
            planes.append(lines[0] + (lines[1] - lines[0]) * uy)
        out = planes[0] + (planes[1] - planes[0]) * ux
        return np.clip(out * np.float32(0.95) + np.float32(0.5), 0, 1)

    return _chunked(block, points, frequency)


def fbm(
    points: NDArray[Any], frequency: float = 1.0, octaves: int = 4, seed: int = 0, gain: float = 0.5
) -> Floats:
    """Fractal sum of ``noise`` in 0..1, each octave twice as fine and ``gain`` as strong, (N,)."""
    p = np.asarray(points, np.float32) * np.float32(frequency)
    total, weight, amplitude = np.zeros(len(p), np.float32), 0.0, 1.0
    for k in range(octaves):
        total += noise(p, 1.0, seed + 101 * k) * np.float32(amplitude)
        weight += amplitude
        amplitude *= gain
        p = (p @ TURN) * np.float32(2.03)
    return total / np.float32(weight)


def ridges(points: NDArray[Any], frequency: float = 1.0, octaves: int = 4, seed: int = 0) -> Floats:
    """Fractal noise with sharp crests, 0..1, (N,): veins, cracks, wrinkles."""
    p = np.asarray(points, np.float32) * np.float32(frequency)
    total, weight, amplitude = np.zeros(len(p), np.float32), 0.0, 1.0
    for k in range(octaves):
        total += (1 - np.minimum(np.abs(noise(p, 1.0, seed + 57 * k) * 2 - 1) * 2.2, 1)) * np.float32(
            amplitude
        )
        weight += amplitude
        amplitude *= 0.5
        p = (p @ TURN) * np.float32(2.07)
    return total / np.float32(weight)


def warp(points: NDArray[Any], frequency: float, amount: float, seed: int = 0) -> Floats:
    """Points moved by noise of the given frequency by up to about ``amount`` in each direction, (N, 3)."""
    p = np.asarray(points, np.float32)
    moved = np.stack([noise(p, frequency, seed + 31 * (k + 1)) for k in range(3)], axis=1)
    return p + (moved - 0.5) * np.float32(2 * amount)


def cells(
    points: NDArray[Any], frequency: float = 1.0, seed: int = 0, jitter: float = 1.0, offsets: bool = False
) -> Cells:
    """Worley noise: one feature point in each lattice cell, ``jitter`` 0 (a grid) to 1 (fully random).

    ``offsets`` asks for ``Cells.offset`` too, which takes a third more time.
    """

    def block(p: Floats) -> Floats:
        cell = np.floor(p)
        f = p - cell
        x, y, z = _axis_hashes(cell, seed, low=-1)
        count = p.shape[1]
        first = np.full(count, 9.0, np.float32)
        second = first.copy()
        identity = np.zeros(count, np.uint32)
        offset = np.zeros((3, count), np.float32)
        scale = np.float32(jitter / 1024)
        half = np.float32((1 - jitter) / 2)
        near = [[f[c] - np.float32(s) - half for s in (-1, 0, 1)] for c in range(3)]
        for i in range(3):
            for j in range(3):
                xy = x[i] ^ y[j]
                for k in range(3):
                    h = _mix(xy ^ z[k])
                    # Ten bits of the hash for each coordinate of the feature point.
                    dx, dy, dz = (bits * scale for bits in _ten_bits(h))
                    dx -= near[0][i]
                    dy -= near[1][j]
                    dz -= near[2][k]
                    d = dx * dx + dy * dy + dz * dz
                    closer = d < first
                    second = np.maximum(first, np.minimum(second, d))
                    np.copyto(identity, h, where=closer)
                    if offsets:
                        for axis, delta in enumerate((dx, dy, dz)):
                            np.copyto(offset[axis], delta, where=closer)
                    first = np.minimum(first, d)
        return np.stack([np.sqrt(first), np.sqrt(second), _unit(_mix(identity * PRIMES[2])), *offset])

    out = _chunked(block, points, frequency)
    return Cells(out[0], out[1], out[2], out[3:].T)


def random(identity: NDArray[Any], seed: int = 0) -> Floats:
    """A random number 0..1 for each whole number (bricks, planks, rows), (N,)."""
    key = np.asarray(identity).astype(np.int64).astype(np.uint32)
    return _unit(_mix((key + np.uint32((seed * 7919 + 1) & 0xFFFFFFFF)) * PRIMES[0]))


def _chunked(block: Callable[[Floats], Floats], points: NDArray[Any], frequency: float) -> Floats:
    """``block`` over points in pieces, each with its coordinates as rows (3, n); joined along the last axis."""
    p = np.asarray(points, np.float32)
    scale = np.float32(frequency)
    starts = range(0, len(p), CHUNK)

    def piece(a: int) -> Floats:
        return block(np.ascontiguousarray(p[a : a + CHUNK].T) * scale)

    if len(starts) < MANY:
        pieces = [piece(a) for a in starts]
    else:
        with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS)) as threads:
            pieces = list(threads.map(piece, starts))
    return np.concatenate(pieces or [block(p.T)], axis=-1)


def _axis_hashes(cell: Floats, seed: int, low: int = 0) -> tuple[list[U32], list[U32], list[U32]]:
    """Hash parts of the neighbouring lattice planes along each axis: 0, 1 or -1, 0, 1."""
    salt = np.uint32((seed * 2654435761 + 12345) & 0xFFFFFFFF)
    lattice = cell.astype(np.int32).view(np.uint32)
    parts: list[list[U32]] = []
    for c in range(3):
        # Neighbours are computed as whole numbers first, because the multiplication wraps around.
        planes = [lattice[c] + np.uint32(step & 0xFFFFFFFF) for step in range(low, 2)]
        parts.append([(plane * PRIMES[c]) ^ salt if c == 0 else plane * PRIMES[c] for plane in planes])
    return parts[0], parts[1], parts[2]


def _mix(h: U32) -> U32:
    """Finaliser of a 32-bit hash: every input bit reaches every output bit (lowbias32 by C. Wellons)."""
    h = h ^ (h >> np.uint32(16))
    h *= np.uint32(0x7FEB352D)
    h ^= h >> np.uint32(15)
    h *= np.uint32(0x846CA68B)
    h ^= h >> np.uint32(16)
    return h


def _ten_bits(h: U32) -> tuple[Floats, Floats, Floats]:
    """Three numbers 0..1023 from a hash. Converting signed whole numbers is several times faster than unsigned."""
    mask = np.uint32(1023)
    return (
        (h & mask).view(np.int32).astype(np.float32),
        ((h >> np.uint32(10)) & mask).view(np.int32).astype(np.float32),
        (h >> np.uint32(22)).view(np.int32).astype(np.float32),
    )


def _slope(h: U32, x: Floats, y: Floats, z: Floats) -> Floats:
    """Product of the offset x, y, z with a random gradient in -1..1 from ten bits of the hash each."""
    gx, gy, gz = _ten_bits(h)
    # Σ (g·2/1023 - 1)·x, with the constant factors taken out of the sum.
    gx *= x
    gy *= y
    gz *= z
    gx += gy
    gx += gz
    gx *= np.float32(2 / 1023)
    return gx - (x + y + z)


def _unit(h: U32) -> Floats:
    return (h >> np.uint32(8)).astype(np.float32) * np.float32(1 / (1 << 24))
