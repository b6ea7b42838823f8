"""Figures for the tests of the built-in rig, and what its weights must be."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pocket3d_server.geometry.asset import MAX_INFLUENCES
from pocket3d_server.models.builtin_rig import Rig, rig_mesh

Floats = NDArray[np.float64]
Mesh = tuple[Floats, NDArray[np.int64]]
Capsule = tuple[tuple[float, ...], tuple[float, ...], float]
Capsules = list[Capsule]


def proper(weights: Floats) -> bool:
    """Whether every row is a weighting that a file can hold."""
    return bool(
        np.isfinite(weights).all()
        and (weights >= 0).all()
        and np.allclose(weights.sum(axis=1), 1, atol=1e-5)
        and ((weights > 0).sum(axis=1) <= MAX_INFLUENCES).all()
    )


def blend(segments: list[tuple[tuple[float, ...], tuple[float, ...], float]], step: float = 0.022) -> Mesh:
    """One closed surface around capsules (start, end, radius)."""
    from skimage.measure import marching_cubes

    ends = np.array([p for a, b, _ in segments for p in (a, b)])
    low, high = ends.min(0) - 0.3, ends.max(0) + 0.3
    axes = [np.arange(lo, hi, step) for lo, hi in zip(low, high, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    field = np.full(grid.shape[:3], 1.0)
    for a, b, radius in segments:
        reach = radius + 2 * step  # no cell further away has to do with it
        box = tuple(
            slice(*np.searchsorted(axis, (min(p, q) - reach, max(p, q) + reach)))
            for axis, p, q in zip(axes, a, b, strict=True)
        )
        ab, near = np.subtract(b, a), grid[box] - a
        t = np.clip(near @ ab / (ab @ ab), 0, 1)
        field[box] = np.minimum(field[box], np.linalg.norm(near - t[..., None] * ab, axis=-1) - radius)
    vertices, faces, _, _ = marching_cubes(field, 0, spacing=(step,) * 3)
    return vertices + low, faces.astype(np.int64)


def person() -> Mesh:
    """A person of capsules, 1.7 m, arms half out, facing +Z."""
    arms: Capsules = []
    for s in (1, -1):
        arms += [
            ((s * 0.17, 1.36, 0), (s * 0.36, 1.16, 0), 0.05),
            ((s * 0.36, 1.16, 0), (s * 0.55, 0.97, 0.02), 0.042),
            ((s * 0.55, 0.97, 0.02), (s * 0.61, 0.9, 0.03), 0.035),
        ]
    return blend(trunk() + arms)


def trunk() -> Capsules:
    """A person without arms."""
    parts: Capsules = [
        ((0, 0.95, 0), (0, 1.3, 0), 0.13),
        ((-0.09, 1.3, 0), (0.09, 1.3, 0), 0.1),
        ((0, 1.4, 0), (0, 1.5, 0), 0.055),
        ((0, 1.57, 0.01), (0, 1.6, 0.01), 0.1),
    ]
    for s in (1, -1):
        parts += [
            ((s * 0.09, 0.9, 0), (s * 0.1, 0.5, 0), 0.08),
            ((s * 0.1, 0.5, 0), (s * 0.11, 0.1, 0), 0.055),
            ((s * 0.11, 0.05, 0.0), (s * 0.12, 0.04, 0.14), 0.04),
        ]
    return parts


def dog(more: Sequence[Capsule] = ()) -> Mesh:
    """A dog of capsules that looks to +Z, with ``more``."""
    parts: list[tuple[tuple[float, ...], tuple[float, ...], float]] = [
        ((0, 0.5, -0.35), (0, 0.52, 0.3), 0.13),
        ((0, 0.58, 0.35), (0, 0.75, 0.5), 0.075),
        ((0, 0.8, 0.52), (0, 0.77, 0.7), 0.075),
        ((0, 0.58, -0.45), (0, 0.75, -0.75), 0.028),
    ]
    for s in (1, -1):
        for z in (0.28, -0.36):
            parts += [
                ((s * 0.1, 0.42, z), (s * 0.11, 0.2, z - 0.03), 0.05),
                ((s * 0.11, 0.2, z - 0.03), (s * 0.11, 0.04, z), 0.035),
                ((s * 0.11, 0.035, z), (s * 0.11, 0.03, z + 0.06), 0.03),
            ]
    return blend([*parts, *more], 0.02)


@cache
def plain_dog() -> Rig:
    """The skeleton that the dog's shape chooses."""
    return rig_mesh(*dog(), None, include_weights=False)


@cache
def worm() -> Mesh:
    """A bent tube along half a circle."""
    turns = np.linspace(0, np.pi, 14)
    points = np.stack([np.cos(turns), np.sin(turns), np.zeros_like(turns)], axis=1)
    return blend([(tuple(a), tuple(b), 0.1) for a, b in itertools.pairwise(points)], 0.035)


def where(rig: Rig) -> dict[str, Floats]:
    return dict(zip(rig.skeleton.names, rig.skeleton.heads, strict=True))


def bird() -> Mesh:
    """A bird of capsules on two legs, its wings out."""
    parts: Capsules = [((0, 0.5, -0.2), (0, 0.6, 0.1), 0.13), ((0, 0.7, 0.18), (0, 0.85, 0.25), 0.06),
                       ((0, 0.85, 0.3), (0, 0.83, 0.42), 0.03), ((0, 0.5, -0.3), (0, 0.52, -0.65), 0.03)]  # fmt: skip
    for s in (1, -1):
        parts += [((s * 0.1, 0.6, 0), (s * 0.8, 0.72, -0.1), 0.035), ((s * 0.07, 0.4, 0), (s * 0.08, 0.05, 0), 0.03),
                  ((s * 0.08, 0.03, 0), (s * 0.08, 0.03, 0.12), 0.025)]  # fmt: skip
    return blend(parts, 0.025)


@cache
def rigged_man() -> tuple[Mesh, Rig]:
    mesh = person()
    return mesh, rig_mesh(*mesh, "humanoid")


def skirted() -> tuple[Mesh, int]:
    """The person in a skirt of its own, open below, and the first vertex of the skirt."""
    vertices, faces = person()
    turn, drop = np.meshgrid(
        np.linspace(0, 2 * np.pi, 48, endpoint=False), np.linspace(0, 1, 24), indexing="ij"
    )
    radius = 0.145 + 0.2 * drop
    skirt = np.stack([radius * np.sin(turn), 1.0 - 0.65 * drop, radius * np.cos(turn)], axis=-1).reshape(
        -1, 3
    )
    corner = (np.arange(48)[:, None] * 24 + np.arange(23)).ravel()
    right = (corner + 24) % len(skirt)
    cloth = np.concatenate(
        [np.stack([corner, corner + 1, right], 1), np.stack([corner + 1, right + 1, right], 1)]
    )
    return (np.concatenate([vertices, skirt]), np.concatenate([faces, cloth + len(vertices)])), len(vertices)
