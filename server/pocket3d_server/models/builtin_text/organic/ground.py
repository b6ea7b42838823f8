"""Puts what a family built where the contract wants it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.language.brief import Brief


def settle(asset: Asset, *, centre: bool = False) -> Asset:
    """Lowest point on y = 0 and, with ``centre``, the box's middle on the vertical axis; in place."""
    low, high = asset.bounds()
    shift = np.array(
        [-(low[0] + high[0]) / 2 if centre else 0.0, -low[1], -(low[2] + high[2]) / 2 if centre else 0.0]
    )
    for p in asset.primitives():
        p.vertices = np.asarray(p.vertices, float) + shift
    return asset


def grounded(build: Callable[[Brief], Asset], *, centre: bool = False) -> Callable[[Brief], Asset]:
    """The builder with its result settled on the ground and stretched as the prompt says (tall, wide)."""

    def build_settled(brief: Brief) -> Asset:
        asset = build(brief)
        tall, wide = brief.grown("height"), brief.grown("width")
        if tall != 1.0 or wide != 1.0:
            size = np.array([wide, tall, wide])
            for p in asset.primitives():
                p.vertices = np.asarray(p.vertices, float) * size
                if p.normals is not None:
                    n = np.asarray(p.normals, float) / size
                    p.normals = n / np.linalg.norm(n, axis=1, keepdims=True).clip(1e-9)
        return settle(asset, centre=centre)

    build_settled.__doc__ = build.__doc__
    return build_settled
