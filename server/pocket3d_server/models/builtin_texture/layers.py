"""Where one material lies over another: on top, in hollows, along edges, in veins, as paint that peels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pocket3d_server.geometry.atlas import Atlas
from pocket3d_server.geometry.bake import Floats
from pocket3d_server.geometry.noise import cells, fbm, noise, warp
from pocket3d_server.geometry.solid_materials import Look
from pocket3d_server.models.builtin_texture.wording import Layer

PAINT_THICKNESS = 0.0012
"""Of a coat that peels, in the object's longest sides: enough that its chipped rim shows."""


@dataclass(frozen=True)
class Ground:
    """What decides where something settles: position (N, 3) in the object's longest sides, and the shape around it."""

    position: Floats
    up: Floats
    """Upward part of the normal, -1..1."""
    low: Floats
    """0 at the bottom, 1 at the top."""
    open_: Floats
    edge: Floats


def _settled(where: Floats, g: Ground, seed: int) -> Floats:
    """Soft, ragged cover where ``where`` (N,) is above about 0."""
    return np.clip((where + 1.5 * (fbm(g.position, 7, 4, seed + 5) - 0.42)) * 5, 0, 1)


def _peel(g: Ground, seed: int) -> Floats:
    """Paint all over but for flakes, which come off at edges first."""
    spread = fbm(g.position, 4.5, 6, seed + 5) + 0.16 * g.edge + 0.05 * (1 - g.open_)
    return np.clip((0.575 - spread) / 0.008, 0, 1)


def _vein(g: Ground, seed: int) -> Floats:
    """Sheets that wander through the solid, so unbroken lines on its surface."""
    q = warp(warp(g.position, 2.0, 0.16, seed), 7.0, 0.04, seed + 4)
    cloud = fbm(g.position, 3.0, 3, seed + 7)
    broad, thin = np.abs(noise(q, 2.6, seed + 5) - 0.5), np.abs(noise(q, 5.5, seed + 6) - 0.5)
    width = 0.012 + 0.05 * np.clip((cloud - 0.4) * 4, 0, 1)
    return np.clip(np.maximum((1 - broad / width) * 3, (1 - thin / 0.014) * 2), 0, 1)


def _crack(g: Ground, seed: int) -> Floats:
    q = warp(g.position, 6.0, 0.05, seed)
    c = cells(q, 4.0, seed + 1)
    return np.clip((0.045 - (c.second - c.nearest)) / 0.02, 0, 1) * (fbm(g.position, 2.5, 2, seed + 2) > 0.40)


def _patch(g: Ground, seed: int) -> Floats:
    return np.clip((fbm(g.position, 3.0, 5, seed + 5) + 0.08 * (1 - g.open_) - 0.52) / 0.02, 0, 1)


def _speck(g: Ground, seed: int) -> Floats:
    c = cells(g.position, 28.0, seed + 5)
    return np.clip((0.34 * c.identity - c.nearest) / 0.06, 0, 1)


def _splash(g: Ground, seed: int) -> Floats:
    c = cells(warp(g.position, 9.0, 0.03, seed), 5.0, seed + 5)
    drop = cells(g.position, 19.0, seed + 6)
    blot = (c.identity > 0.45) * (0.42 - c.nearest - 0.5 * (fbm(g.position, 14, 3, seed + 7) - 0.5))
    return np.clip(np.maximum(blot / 0.04, (drop.identity > 0.8) * (0.25 - drop.nearest) / 0.05), 0, 1)


def _run(g: Ground, seed: int) -> Floats:
    """Streaks that run down."""
    long = g.position * np.array([14.0, 1.1, 14.0], np.float32)
    return np.clip((fbm(long, 1.0, 3, seed + 5) - 0.56) * 9, 0, 1)


PLACEMENTS: dict[str, Callable[[Ground, int], Floats]] = {
    "top": lambda g, s: _settled(0.55 * g.up + 0.30 * (1 - g.open_) - 0.12, g, s),
    "edge": lambda g, s: _settled(0.8 * g.edge + 0.3 * g.up, g, s),
    "cavity": lambda g, s: _settled(1.1 * (1 - g.open_) - 0.1, g, s),
    "low": lambda g, s: _settled(0.9 * (0.45 - g.low), g, s),
    "trim": lambda g, s: np.clip((g.edge - 0.25) * 6, 0, 1),
    "peel": _peel,
    "vein": _vein,
    "crack": _crack,
    "patch": _patch,
    "speck": _speck,
    "splash": _splash,
    "run": _run,
}
"""How much of a layer (N,) lies where."""


def ground_of(atlas: Atlas, open_: Floats, edge: Floats) -> Ground:
    """The shape that layers settle on."""
    p = np.asarray(atlas.position / np.float32(atlas.extent), np.float32)
    low = (p[:, 1] - p[:, 1].min()) / max(float(np.ptp(p[:, 1])), 1e-6)
    return Ground(p, atlas.normal[:, 1], low, open_, edge)


def lay(atlas: Atlas, look: Look, layer: Layer, ground: Ground, shift: Floats | None, seed: int) -> None:
    """Lay ``layer`` over a finished ``look`` in place."""
    share = np.asarray(PLACEMENTS[layer.placement](ground, seed), np.float32)
    covered = share > 0
    if not covered.any():
        return
    coats = [layer.coat] * len(atlas.sources)
    over = atlas.look(coats, seed + 1, shift=shift, among=covered)
    if layer.placement == "peel":
        over.height = over.height + np.float32(PAINT_THICKNESS * atlas.extent) + np.asarray(look.height) * 0.3
    for name in ("color", "roughness", "metallic", "height"):
        under, above = getattr(look, name), getattr(over, name)
        part = share[covered] if under.ndim == 1 else share[covered, None]
        under[covered] += (above[covered] - under[covered]) * part
