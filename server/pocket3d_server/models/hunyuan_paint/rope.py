"""Where on the object a token lies, told to attention by rotating queries and keys.

Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021, in three dimensions: a share of each
head's channels for x, y and z. The same point seen in two views gets the same rotation.
"""

from __future__ import annotations

import torch
from torch import Tensor

THETA = 10_000
FINENESS = 8
"""Cells of space along an axis for each token along a side of the view."""
LEAST = 1 / 16
"""Share of a token's pixels that must show the object."""
SHARES = 3, 3, 2
"""Eighths of a head's channels for x, y and z."""


def voxels(maps: Tensor, sides: list[int], aliased: bool = True) -> list[Tensor]:
    """Cells in which the tokens of all views lie, for each of ``sides``, the tokens along a side, from many to few.

    Position maps (V, 3, S, S) in 0..1, where the background is 1 in all three -> (V * side * side, 3) int64 on the CPU.
    Each token has the mean of its pixels; tokens with hardly any of the object have 0.

    The network computes in half precision. As it was released, blanking the background for the first size changed the
    map for all others, which then take it for points at 0; ``aliased`` does the same, since that is how it has been used.
    """
    maps = maps.detach().cpu().half()
    shown = (maps != 1).all(dim=1)
    maps = maps * shown[:, None]
    found = []
    for number, side in enumerate(sides):
        if maps.shape[-1] % side or maps.shape[-2] != maps.shape[-1]:
            raise ValueError(
                f"maps of {tuple(maps.shape[-2:])} pixels do not divide into {side} x {side} tokens"
            )
        counted = torch.ones_like(shown) if aliased and number else shown
        sums, counts = _cells(maps, side).sum((3, 5)), _cells(counted[:, None], side).sum((3, 5))
        pixels = (maps.shape[-1] // side) ** 2
        means = sums / counts.clamp(min=1).half()
        means = torch.where(counts < pixels * LEAST, 0, means)
        cells = (means * (FINENESS * side - 1)).round().long()
        found.append(cells.permute(0, 2, 3, 1).flatten(0, 2))
    return found


def _cells(maps: Tensor, side: int) -> Tensor:
    """(V, C, S, S) -> (V, C, side, pixels, side, pixels)."""
    return maps.unflatten(3, (side, -1)).unflatten(2, (side, -1))


def rotations(cells: Tensor, channels: int) -> tuple[Tensor, Tensor]:
    """Cells (L, 3) -> cosines and sines (L, channels / 2) float32 for heads of so many channels, a multiple of 8."""
    angles = []
    for axis, share in enumerate(SHARES):
        pairs = channels // 8 * share // 2
        rates = THETA ** -(torch.arange(pairs, device=cells.device) / pairs)
        angles.append(cells[:, axis, None] * rates)
    angle = torch.cat(angles, dim=1)
    return angle.cos(), angle.sin()


def rotated(x: Tensor, places: tuple[Tensor, Tensor]) -> Tensor:
    """Queries or keys (B, H, L, D), neighbouring channels as points of a plane, turned by their angles."""
    cos, sin = places
    a, b = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    return torch.stack([a * cos - b * sin, b * cos + a * sin], dim=-1).flatten(-2).to(x.dtype)
