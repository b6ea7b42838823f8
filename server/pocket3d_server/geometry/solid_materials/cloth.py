"""Leather and textiles."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.noise import cells, fbm, noise, random, ridges, warp
from pocket3d_server.geometry.solid_materials.surface import (
    Floats,
    Look,
    Points,
    SolidMaterial,
    mix,
    on_planes,
    ramp,
    rgb,
    shade,
    step,
)


def _leather(p: Points) -> Look:
    c = cells(warp(p.position, 2.0, 0.15, p.seed), 3.6, p.seed + 1)
    grain = step(0.02, 0.30, c.second - c.nearest)
    wrinkle = ridges(p.position, 0.9, 3, p.seed + 2)
    cloud = fbm(p.position, 0.8, 4, p.seed + 3)
    color = shade(ramp(cloud, "5a3420", "71432a", "845335"), 0.62 + 0.36 * grain + 0.08 * c.identity)
    crease = step(0.72, 0.95, wrinkle)
    return Look(
        shade(color, 1 - 0.25 * crease), 0.50 - 0.1 * grain + 0.2 * crease, 0.0, 0.03 * grain - 0.04 * crease
    )


def _weave(
    u: Floats, v: Floats, plane: int, p: Points, warp_color: Floats, weft_color: Floats, soft: float
) -> Look:
    """Plain weave of two threads, one feature a thread."""
    a, b = np.floor(u), np.floor(v)
    fx, fy = u - a - 0.5, v - b - 0.5
    over = (a + b) % 2 == 0
    across = np.where(over, fx, fy)
    along = np.where(over, fy, fx)
    round_ = np.clip(1 - (across * 1.9) ** 2, 0, 1) * np.clip(1 - (along * 1.35) ** 2, 0.2, 1)
    thread = np.where(over, a * 2, b * 2 + 1)
    q = np.stack([u, v, 0 * u + plane], axis=1).astype(np.float32)
    tone = 0.86 + 0.22 * random(thread, 2) + 0.2 * (fbm(q, 0.06, 3, p.seed) - 0.5)
    base = np.where(over[:, None], warp_color, weft_color).astype(np.float32)
    color = shade(base, tone * (0.55 + 0.5 * round_))
    return Look(color, soft, 0.0, 0.30 * round_.astype(np.float32))


def _linen(p: Points) -> Look:
    one, two = (
        p.colour(0, "c9b896"),
        p.colour(1, "bfae8c") if len(p.colours) != 1 else p.colour(0, "bfae8c") * 0.93,
    )
    return on_planes(p, lambda u, v, k: _weave(u, v, k, p, one, two, 0.92))


def _denim(p: Points) -> Look:
    def flat(u: Floats, v: Floats, plane: int) -> Look:
        twill = (u + v) * 0.5
        line = np.abs(twill - np.floor(twill) - 0.5) * 2
        q = np.stack([u, v, 0 * u + plane], axis=1).astype(np.float32)
        fade = fbm(q, 0.03, 4, p.seed)
        thread = noise(q * np.array([1.0, 0.25, 1.0], np.float32), 0.9, p.seed + 1)
        color = mix(
            ramp(np.clip(fade * 1.8 - 0.4, 0, 1), "22365c", "35507d", "6682ad"),
            "d3dbe8",
            0.55 * step(0.45, 0.9, line) * (0.35 + 0.65 * thread),
        )
        return Look(shade(color, 0.70 + 0.22 * thread + 0.12 * line), 0.9, 0.0, 0.25 * line)

    return on_planes(p, flat)


def _knit(p: Points) -> Look:
    """Stocking stitch: columns of small V's."""
    yarn = p.colour(0, "b7483e")

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        column = np.floor(u)
        fx = u - column - 0.5
        y = v + np.abs(fx) * 0.9
        row = np.floor(y)
        fy = y - row - 0.5
        strand = np.clip(1 - (fy * 1.9) ** 2, 0, 1) * np.clip(1 - (2 * (np.abs(fx) - 0.25) * 1.7) ** 2, 0, 1)
        q = np.stack([u, v, 0 * u + plane], axis=1).astype(np.float32)
        fibre = noise(q * np.array([6.0, 2.0, 1.0], np.float32), 1.0, p.seed)
        second = p.colour(1, "efe6d6")
        stripe = (np.floor(row / 6) % 4 == 3) & (len(p.colours) > 1 or p.accent is not None)
        base = np.where(stripe[:, None], second, yarn).astype(np.float32)
        return Look(
            shade(base, 0.42 + 0.55 * strand + 0.16 * fibre), 0.95, 0.0, 0.45 * strand, stripe * np.float32(1)
        )

    return on_planes(p, flat)


def _velvet(p: Points) -> Look:
    pile = fbm(warp(p.position, 0.5, 0.5, p.seed), 0.6, 2, p.seed + 1)
    fine = noise(p.position, 45, p.seed + 2)
    color = shade(ramp(np.clip(pile * 1.6 - 0.3, 0, 1), "66112d", "7a1433", "8e2244"), 0.82 + 0.30 * fine)
    return Look(color, 0.85, 0.0, 0.01 * fine)


def _tartan(p: Points) -> Look:
    ground, line = p.colour(0, "9c1f2a"), p.colour(2, "e6d9a8")
    second = p.colour(1, "1f3b2a")

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        def sett(x: Floats) -> tuple[Floats, Floats]:
            f = x - np.floor(x)
            return ((np.abs(f - 0.5) < 0.17) * 1.0).astype(np.float32), (
                (np.abs(f - 0.08) < 0.022) * 1.0
            ).astype(np.float32)

        bu, lu = sett(u)
        bv, lv = sett(v)
        color = mix(np.broadcast_to(ground, (len(u), 3)), second, 0.5 * (bu + bv))
        twill = ((u + v) * 14) % 1 < 0.5
        color = mix(color, line, 0.75 * np.where(twill, lu, lv))
        thread = noise(np.stack([u * 30, v * 30, 0 * u + plane], axis=1), 1.0, p.seed)
        return Look(shade(color, 0.84 + 0.24 * thread), 0.92, 0.0, 0.01 * thread)

    return on_planes(p, flat)


def _quilt(p: Points) -> Look:
    """Padded diamonds held by stitches."""
    main = p.colour(0, "6d7f9c")

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        s, t = u + v, u - v
        ds, dt = np.abs(s - np.round(s)), np.abs(t - np.round(t))
        edge = np.minimum(ds, dt)
        puff = np.sqrt(np.clip(edge * 2, 0, 1))
        q = np.stack([u, v, 0 * u + plane], axis=1).astype(np.float32)
        cloth = noise(q, 30, p.seed)
        stitch = step(0.035, 0.02, edge) * ((np.where(ds < dt, t, s) * 9) % 1 < 0.6)
        color = shade(np.broadcast_to(main, (len(u), 3)), 0.62 + 0.42 * puff + 0.08 * cloth)
        return Look(
            mix(color, p.colour(1, "efe9dc"), 0.7 * stitch), 0.75, 0.0, 0.35 * puff + 0.004 * cloth, stitch
        )

    return on_planes(p, flat)


def _carpet(p: Points) -> Look:
    tuft = cells(p.position, 1.0, p.seed)
    dome = np.clip(1 - 1.2 * tuft.nearest, 0, 1)
    cloud = fbm(p.position, 0.05, 3, p.seed + 1)
    color = shade(
        np.broadcast_to(rgb("8c7a66"), (len(dome), 3)),
        0.45 + 0.55 * dome + 0.3 * (cloud - 0.5) + 0.15 * tuft.identity,
    )
    return Look(color, 0.98, 0.0, 0.5 * dome)


MATERIALS = (
    SolidMaterial("leather", ("leather", "brown leather", "worn leather", "hide"), _leather, 0.05, (7, 18)),
    SolidMaterial(
        "fabric",
        ("fabric", "cloth", "linen", "woven textile"),
        _linen,
        0.006,
        (60, 110),
        own_colours=True,
    ),
    SolidMaterial("denim", ("denim", "blue jeans"), _denim, 0.004, (80, 130)),
    SolidMaterial(
        "knit",
        ("knitted wool", "sweater", "crochet yarn", "knitwear"),
        _knit,
        0.02,
        (26, 50),
        own_colours=True,
        features=("stripe", "band"),
    ),
    SolidMaterial("velvet", ("velvet", "royal cloth", "plush"), _velvet, 0.1, (4, 9)),
    SolidMaterial(
        "tartan",
        ("tartan", "plaid", "scottish kilt", "flannel shirt"),
        _tartan,
        0.12,
        (5, 11),
        own_colours=True,
        features=("stripe", "band", "check", "line"),
    ),
    SolidMaterial(
        "quilted",
        ("quilted padding", "tufted cushion", "padded jacket"),
        _quilt,
        0.10,
        (6, 12),
        own_colours=True,
        features=("stitch", "seam", "stitching"),
    ),
    SolidMaterial("carpet", ("carpet", "plush toy", "rug", "terry towel"), _carpet, 0.012, (40, 80)),
)
