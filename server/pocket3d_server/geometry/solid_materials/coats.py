"""Animal coats, and camouflage. Colours of the prompt take the place of their own."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.noise import cells, fbm, noise, warp
from pocket3d_server.geometry.solid_materials.nature import hair
from pocket3d_server.geometry.solid_materials.surface import (
    Floats,
    Look,
    Points,
    mix,
    patterned,
    shade,
    step,
)


def _bands(p: Points, wobble: float, frequency: float = 1.0) -> Floats:
    """0..1..0 bands across the piece's length that branch and wander like a coat's."""
    q = warp(p.grain, 0.45, wobble, p.seed)
    branch = fbm(p.position, 0.7, 2, p.seed + 3)
    return np.asarray(0.5 + 0.5 * np.sin(q[:, 1] * 2 * np.pi * frequency + 3.2 * (branch - 0.5)), np.float32)


def _zebra(p: Points) -> Look:
    t = step(0.47, 0.55, _bands(p, 0.55))
    return hair(p, mix(p.colour(0, "f1ece2"), p.colour(1, "1b1816"), t), 0.35, t)


def _tiger(p: Points) -> Look:
    thin = _bands(p, 0.7, 1.0)
    breakup = fbm(p.position, 1.4, 3, p.seed + 8)
    t = step(0.72, 0.80, thin * (0.62 + 0.75 * breakup))
    below = step(-0.1, -0.6, p.normal[:, 1]) * 0.8
    ground = mix(np.broadcast_to(p.colour(0, "d9802b"), p.position.shape), "f3e6d0", below)
    return hair(p, mix(ground, p.colour(1, "1d1410"), t), 0.35, t)


def _leopard(p: Points) -> Look:
    c = cells(warp(p.position, 1.2, 0.18, p.seed), 1.0, p.seed + 1, 0.8)
    size = 0.30 + 0.12 * c.identity
    ragged = c.nearest + 0.22 * (fbm(p.position, 2.6, 2, p.seed + 2) - 0.5)
    ring = step(size + 0.05, size, ragged) * step(size - 0.20, size - 0.14, ragged)
    inner = step(size, size - 0.05, ragged)
    ground = mix(p.colour(0, "d9ab66"), p.colour(0, "d9ab66") * 0.72, inner)
    return hair(p, mix(ground, p.colour(1, "2a1a10"), ring), 0.35, ring)


def _giraffe(p: Points) -> Look:
    c = cells(warp(p.position, 1.1, 0.16, p.seed), 1.0, p.seed + 1, 0.85)
    patch = step(0.09, 0.15, c.second - c.nearest)
    brown = shade(np.broadcast_to(p.colour(1, "a1622a"), p.position.shape), 0.8 + 0.35 * c.identity)
    return hair(p, mix(np.broadcast_to(p.colour(0, "ecd9ae"), p.position.shape), brown, patch), 0.4, patch)


def _cow(p: Points) -> Look:
    t = step(0.515, 0.53, fbm(warp(p.position, 0.8, 0.3, p.seed), 0.62, 3, p.seed + 1))
    return hair(p, mix(p.colour(0, "f2ede6"), p.colour(1, "211d1c"), t), 0.4, t)


def _dalmatian(p: Points) -> Look:
    c = cells(warp(p.position, 1.5, 0.12, p.seed), 1.0, p.seed + 1, 0.9)
    t = step(0.34, 0.30, c.nearest / (0.55 + 0.7 * c.identity))
    return hair(p, mix(p.colour(0, "f4f1ec"), p.colour(1, "1c1a1a"), t), 0.4, t)


def _camouflage(p: Points) -> Look:
    q = warp(p.position, 0.9, 0.35, p.seed)
    stops = (p.colour(0, "6d7544"), p.colour(1, "a08f5e"), p.colour(2, "47502f"), p.colour(3, "2e2f25"))
    color: Floats = np.broadcast_to(stops[0], p.position.shape).astype(np.float32)
    for k, level in ((1, 0.53), (2, 0.55), (3, 0.60)):
        color = mix(color, stops[k], step(level, level + 0.012, fbm(q, 0.75, 3, p.seed + 10 * k)))
    weave = noise(p.position, 26, p.seed + 5)
    return Look(shade(color, 0.88 + 0.2 * weave), 0.88, 0.0, 0.01 * weave)


MATERIALS = (
    patterned(
        "zebra",
        "zebra stripes",
        "zebra",
        evaluate=_zebra,
        features=("stripe", "band"),
        feature=0.12,
        across=(6, 11),
    ),
    patterned(
        "tiger",
        "tiger stripes",
        "tiger fur",
        evaluate=_tiger,
        features=("stripe", "band"),
        feature=0.12,
        across=(6, 11),
    ),
    patterned(
        "leopard",
        "leopard spots",
        "jaguar",
        "cheetah print",
        evaluate=_leopard,
        features=("spot", "ring", "rosette", "dot"),
        feature=0.08,
        across=(8, 15),
    ),
    patterned(
        "giraffe",
        "giraffe pattern",
        evaluate=_giraffe,
        features=("patch", "spot"),
        feature=0.2,
        across=(6, 12),
    ),
    patterned(
        "cow",
        "cow spots",
        "cow hide",
        "holstein",
        evaluate=_cow,
        features=("spot", "patch"),
        feature=0.25,
        across=(5, 9),
    ),
    patterned(
        "dalmatian",
        "dalmatian spots",
        "black spots on white",
        evaluate=_dalmatian,
        features=("spot", "dot"),
        feature=0.1,
        across=(7, 13),
    ),
    patterned(
        "camouflage", "military camouflage", "army camo", evaluate=_camouflage, feature=0.15, across=(5, 10)
    ),
)
