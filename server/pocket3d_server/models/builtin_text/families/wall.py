"""Walls that stand free: of brick, stone, plaster or boards, around a garden or a castle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Points, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish
from pocket3d_server.models.builtin_text.masonry import hewn, parts_only
from pocket3d_server.models.builtin_text.walling import (
    battlement,
    boarding,
    brickwork,
    cope_stones,
    coping,
    stonework,
)
from pocket3d_server.models.language.brief import RGB, Brief

CASTLE = ("castle", "city", "town", "fortress", "battlement", "rampart", "medieval")
"""Words for a wall that is defended."""
SMOOTH = ("plaster", "concrete", "clay", "marble", "paper", "paint", "plastic", "metal", "glass", "ice")
"""What a wall is cast or coated in, rather than laid of."""
TINTS: dict[str, RGB] = {"brick": (0.58, 0.27, 0.19), "stone": (0.58, 0.55, 0.50), "wood": (0.50, 0.33, 0.19)}


def wall(brief: Brief) -> Asset:
    """A stretch of wall of what the prompt says, else of what such walls mostly are."""
    said = brief.materials[0] if brief.materials else brief.noun_materials.get("wall", "")
    if said in ("wood", "bamboo") or brief.has("boarded"):
        return boarded_wall(brief)
    if said == "brick" or brief.has("brick", "bricks"):
        return brick_wall(brief)
    if said in SMOOTH or brief.has("plastered", "smooth", "rendered", "whitewashed"):
        return plastered_wall(brief)
    if brief.has(*CASTLE):
        return castle_wall(brief)
    if said or brief.has("dry", "field", "rubble"):
        return stone_wall(brief)
    usual = (brick_wall, stone_wall, brick_wall, stone_wall if _low(brief) else plastered_wall)
    return usual[int(brief.rng().integers(4))](brief)


def brick_wall(brief: Brief) -> Asset:
    """Bricks in running bond under a coping."""
    size = _size(brief, 3.4, 2.4, 0.22)
    laid = zip(brickwork(size, brief.rng()), _tints(brief, "brick"))
    return Asset([part("wall", *laid), _mortar(size, 0.012, (0.72, 0.69, 0.63)), _coping(brief, size)])


def stone_wall(brief: Brief) -> Asset:
    """Rough stones in courses, with a row of them on edge on top."""
    size, rng = _size(brief, 3.4, 2.4, 0.24), brief.rng()
    laid = zip(stonework(size, rng), _tints(brief, "stone"))
    top = cope_stones(size[0], size[2], rng).move(y=size[1])
    return Asset([part("wall", *laid), _mortar(size, 0.05), part("coping", (top, _cap(brief)))])


def castle_wall(brief: Brief) -> Asset:
    """Large stones in courses under merlons."""
    size, rng, tints = _size(brief, 5.0, 3.2, 0.60), brief.rng(), _tints(brief, "stone")
    laid, teeth = stonework(size, rng, 0.34), battlement(size, rng, 0.34)
    return Asset([
        part("wall", *zip(laid, tints)), _mortar(size, 0.05), part("battlement", *zip(teeth, tints)),
    ])  # fmt: skip


def plastered_wall(brief: Brief) -> Asset:
    """A smooth wall over a plinth, under a coping."""
    size = _size(brief, 3.4, 2.4, 0.22)
    coat = asked(brief, "plaster", "plaster", (0.90, 0.84, 0.72), "plaster", "wall", main=True)
    stone = hewn(parts_only(brief), "plinth", (0.58, 0.56, 0.52), "plinth", "base")
    body = shapes.rounded_box(size[0], size[1], size[2], 0.008, 2).box_mapped().move(y=size[1] / 2)
    plinth = shapes.rounded_box(size[0] + 0.05, 0.30, size[2] + 0.05, 0.012, 2).box_mapped().move(y=0.15)
    return Asset([part("wall", (body, coat)), part("plinth", (plinth, stone)), _coping(brief, size)])


def boarded_wall(brief: Brief) -> Asset:
    """Upright boards on two rails."""
    size = _size(brief, 3.4, 2.4, 0.14)
    return Asset([part("wall", *zip(boarding(size, brief.rng()), _tints(brief, "wood")))])


def _low(brief: Brief) -> bool:
    return brief.has("garden", "low", "field", "dry")


def _size(brief: Brief, long: float, high: float, thick: float) -> Points:
    """Metres along x, y and z; a wall in a garden is low."""
    grown = [brief.grown("width", "length"), brief.grown("height"), brief.grown("girth")]
    return np.array([long, 0.48 * high if _low(brief) else high, thick]) * grown


def _tints(brief: Brief, kind: str) -> list[Finish]:
    """Three tones of what the wall is laid of, each piece plain: the joints are real."""
    made = asked(brief, kind, kind, TINTS[kind], kind, "wall", main=True)
    plain = "concrete" if made.pattern in ("brick", "stone") else made.pattern
    colour, alpha = np.array(made.base_color[:3]), made.base_color[3]
    tones = [(colour * t).clip(0, 1).tolist() for t in (0.78, 1.0, 1.22)]
    return [
        replace(made, name=f"{kind}_{k + 1}", pattern=plain, base_color=(r, g, b, alpha))
        for k, (r, g, b) in enumerate(tones)
    ]


def _mortar(size: Points, joint: float, rgb: RGB = (0.20, 0.19, 0.17)) -> Part:
    """What shows ``joint`` metres deep between the pieces: mortar, or the dark between dry stones."""
    core = shapes.box(size[0] - joint, size[1] - 0.01, size[2] - joint).move(y=size[1] / 2 - 0.004)
    return part("mortar", (core, finish("concrete", rgb, "mortar")))


def _cap(brief: Brief) -> Finish:
    return hewn(parts_only(brief), "coping", (0.65, 0.63, 0.58), "coping", "top")


def _coping(brief: Brief, size: Points) -> Part:
    stones = brief.count("coping", round(size[0] / 0.6), 1, 40)
    return part("coping", (coping(size[0] + 0.06, size[2], stones).move(y=size[1]), _cap(brief)))


FAMILIES = (
    Family("wall", ("wall", "brick wall", "stone wall", "garden wall", "castle wall", "plaster wall", "city wall"), wall),
)  # fmt: skip
