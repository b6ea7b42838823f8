"""Handbags and tote bags."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.bagmaking import LEATHERS, draped_flap
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, unless_said
from pocket3d_server.models.builtin_text.making import bar, cm, copies, cover, plate
from pocket3d_server.models.language.brief import Brief


def handbag(brief: Brief) -> Asset:
    """A lady's handbag with a flap, a clasp and two handles; a shopping tote of canvas."""
    kind = "canvas" if brief.has("tote", "shopping") else "leather"
    tints = (LEATHERS[2], LEATHERS[0], (0.10, 0.26, 0.30), (0.85, 0.66, 0.62))
    hide = cover(brief, "bag", tints, "bag", "body", kind=kind)
    gold = asked(brief, "clasp", "gold", None, "clasp", "buckle", "chain")
    wide, high, deep = 0.30 * brief.grown("width"), 0.22 * brief.grown("height"), 0.12
    base = cm("96 92 0, 100 100 0.6, 98 96 10, 90 74 62, 82 42 97, 80 36 100") * [wide, deep, high]
    rings_ = [curves.in_plane(curves.rectangle(w, d, 0.40 * d, 6), y) for w, d, y in base]
    body = shapes.loft(np.stack(rings_), crease=60)
    half = cm("22 80 80, 20 115 100, 10 152 100") * [wide, high, 0.040]
    line = np.concatenate([half * [-1, 1, 1], half[::-1]])
    handles = join(*(bar(line * [1, 1, s], 0.0065, 44) for s in (1, -1)))
    corners = np.array([[x, 1, z] for x in (1, -1) for z in (1, -1)])
    studs = copies(shapes.sphere(0.007, 14), corners * [wide * 0.22, high * 0.80, 0.043])
    ring = shapes.torus(0.012, 0.004, 24, 8).rotate(x=90)
    rings = copies(ring, corners * [wide * 0.22, high * 0.86, 0.040])
    parts = [
        part("bag", (body, hide)), part("handles", (handles, unless_said(brief, hide, "handle", "strap"))),
        part("rings", (rings, gold), (studs, gold)),
    ]  # fmt: skip
    if kind == "canvas":
        return Asset(parts)
    clasp = join(plate(0.034, 0.028, 0.008, 0.006), shapes.sphere(0.006, 14).move(z=0.006)).rotate(x=-18)
    flap = draped_flap(wide, high, deep)
    return Asset([
        *parts, part("flap", (flap, unless_said(brief, hide, "flap"))),
        part("clasp", (clasp.move(0, high * 0.50, deep * 0.415 + 0.012), gold)),
    ])  # fmt: skip


FAMILIES = (
    Family("handbag", ("handbag", "purse", "hand bag", "shoulder bag", "tote bag", "bag", "shopping bag"), handbag),
)  # fmt: skip
