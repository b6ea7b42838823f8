"""Bakes the patterns of the kit's finishes into texture images."""

from __future__ import annotations

from pocket3d_server.geometry.asset import Asset


def texture(asset: Asset, resolution: int, seed: int = 0) -> None:
    """Give ``asset`` baked textures of ``resolution`` pixels, in place."""
