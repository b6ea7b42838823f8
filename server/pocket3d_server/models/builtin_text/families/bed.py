"""Beds with their bedding: single, double, bunk and four-poster."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Points, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, unless_said
from pocket3d_server.models.builtin_text.joinery import FABRICS, board, tapered_leg, turned_leg, wood_of
from pocket3d_server.models.builtin_text.making import copies
from pocket3d_server.models.language.brief import Brief


def bed(brief: Brief) -> Asset:
    """A bunk bed, a modern bed, or one with posts and a carved headboard."""
    if brief.has("bunk"):
        return bunk_bed(brief)
    return low_bed(brief) if brief.style in ("modern", None) else posted_bed(brief)


CORNERS = ((1, 1), (-1, 1), (1, -1), (-1, -1))
LONG = 2.05


def width_of(brief: Brief) -> tuple[bool, float]:
    """Whether two sleep in it, and its width in metres."""
    double = not brief.has("single", "child", "kid", "bunk", "narrow")
    return double, (1.6 if double else 0.95) * brief.grown("width")


def deck(brief: Brief, wood: Finish, y: float = 0.0, tag: str = "") -> list[Part]:
    """Rails, slats and bedding from ``y`` up; the parts' names begin with ``tag``."""
    double, wide = width_of(brief)
    linen, case = (
        finish("fabric", (0.93, 0.93, 0.91), "linen"),
        asked(brief, "pillowcase", "fabric", (0.95, 0.95, 0.94), "pillow"),
    )
    spread = FABRICS[int(brief.rng(2).integers(4))]
    cover = asked(brief, "duvet", "fabric", spread, "duvet", "blanket", "cover", "bedding", "bedspread")
    rail = shapes.rounded_box(0.04, 0.20, LONG - 0.06, 0.01, 2).move(y=y + 0.30)
    slat = board(wide - 0.08, 0.02, 0.09, 0.003).move(y=y + 0.27)
    rails = copies(rail, [[s * (wide / 2 - 0.02), 0, 0] for s in (1, -1)])
    slats = copies(slat, [[0, 0, z] for z in np.linspace(-LONG / 2 + 0.15, LONG / 2 - 0.15, 10)])
    mattress = shapes.rounded_box(wide - 0.10, 0.22, LONG - 0.12, 0.07, 4).move(0, y + 0.39, 0)

    def drape(v: Points) -> Points:
        x, z = v[:, 0].copy(), v[:, 2]
        edge = np.clip((np.abs(x) - wide / 2 + 0.10) / 0.16, 0, 1)
        fold = np.sin(16 * z + 2.2 * np.sin(3 * z)) * edge
        v[:, 0] = np.sign(x) * (np.minimum(np.abs(x), wide / 2 + 0.005) + 0.016 * (1 + fold) * edge)
        v[:, 1] -= 0.24 * edge**1.6
        v[:, 1] += (0.013 * np.sin(7 * x + 3 * z) * np.sin(5 * z) + 0.006 * np.sin(17 * x - 9 * z)) * (
            1 - edge
        )
        return v

    duvet = shapes.rounded_box(wide + 0.14, 0.11, LONG * 0.66, 0.05, 4, cuts=44).deform(drape)
    turned_down = shapes.rounded_box(wide - 0.03, 0.045, 0.26, 0.024, 3, cuts=44).deform(drape)
    soft = shapes.superellipsoid(0.62 if double else 0.60, 0.16, 0.40, 4, 2.2, 36).rotate(x=-16)
    heads = (-0.23 * wide, 0.23 * wide) if double else (0.0,)
    return [
        part(f"{tag}frame", (join(rails, slats), wood)),
        part(f"{tag}mattress", (mattress, linen)),
        part(f"{tag}duvet", (duvet.move(0, y + 0.53, LONG * 0.14), cover)),
        part(
            f"{tag}sheet", (turned_down.move(0, y + 0.578, -LONG * 0.13), unless_said(brief, linen, "sheet"))
        ),
        *(
            part(f"{tag}pillow_{k + 1}", (soft.move(x, y + 0.57, -LONG / 2 + 0.28), case))
            for k, x in enumerate(heads)
        ),
    ]


def bunk_bed(brief: Brief) -> Asset:
    """Two decks between four posts, with a ladder and rails that keep sleepers in."""
    wood, wide = wood_of(brief, "bed_frame"), width_of(brief)[1]
    post = shapes.rounded_box(0.07, 1.85, 0.07, 0.012, 2)
    posts = copies(post, [[x * wide / 2, 0.925, z * LONG / 2] for x, z in CORNERS])
    heights = (0.35, 0.62, 1.40, 1.70)
    ends = copies(board(wide, 0.08, 0.03), [[0, y, z * LONG / 2] for y in heights for z in (1, -1)])
    x = wide / 2 + 0.05
    uprights = copies(board(0.03, 1.7, 0.04), [[x, 0.85, 0.6 + s * 0.17] for s in (1, -1)])
    rungs = copies(board(0.03, 0.03, 0.34), [[x, 0.25 + 0.27 * k, 0.6] for k in range(5)])
    guards = [
        board(0.03, 0.10, LONG * 0.6).move(wide / 2, 1.62, -0.3), board(0.03, 0.10, LONG).move(-wide / 2, 1.62, 0),
    ]  # fmt: skip
    return Asset([
        *deck(brief, wood), *deck(brief, wood, 1.05, "upper_"), part("posts", (join(posts, ends), wood)),
        part("ladder", (join(uprights, rungs), wood)), part("guard_rails", (join(*guards), wood)),
    ])  # fmt: skip


def low_bed(brief: Brief) -> Asset:
    """A bed with a plain headboard on short tapered legs."""
    wood, wide = wood_of(brief, "bed_frame"), width_of(brief)[1]
    head = shapes.rounded_box(wide + 0.06, 0.95, 0.08, 0.035, 3).move(0, 0.535, -LONG / 2 - 0.02)
    foot = shapes.rounded_box(wide + 0.02, 0.26, 0.05, 0.015, 2).move(0, 0.29, LONG / 2 - 0.005)
    leg = tapered_leg(0.22, 0.035, 0.025)
    legs = [leg.move(x * (wide / 2 - 0.08), 0, z * (LONG / 2 - 0.1)) for x, z in CORNERS]
    return Asset([
        *deck(brief, wood), part("headboard", (head, unless_said(brief, wood, "headboard"))), part("footboard", (foot, wood)),
        *(part(f"leg_{k + 1}", (leg, unless_said(brief, wood, "leg"))) for k, leg in enumerate(legs)),
    ])  # fmt: skip


def posted_bed(brief: Brief) -> Asset:
    """A bed with an arched headboard between turned posts."""
    wood, wide = wood_of(brief, "bed_frame"), width_of(brief)[1]
    side = curves.smooth_curve(
        np.array([[0.5, 0.0], [0.5, 0.62], [0.42, 0.74], [0.25, 0.80], [0, 0.92]]) * [wide, 1], 24
    )
    arch = curves.mirrored(np.concatenate([[[0, 0]], side]))
    head = shapes.extrude(arch, 0.05, 0.012).move(0, 0.26, -LONG / 2)
    foot = shapes.extrude(arch * [1, 0.45], 0.05, 0.012).move(0, 0.20, LONG / 2)
    parts = [
        *deck(brief, wood), part("headboard", (head, unless_said(brief, wood, "headboard"))), part("footboard", (foot, wood)),
    ]  # fmt: skip
    for k, (x, z) in enumerate(CORNERS):
        tall = 0.75 if z > 0 else 1.15
        post = join(turned_leg(tall, 0.045), shapes.sphere(0.055, 24).move(y=tall + 0.03))
        parts.append(
            part(
                f"post_{k + 1}",
                (post.move(x * wide / 2, 0, z * LONG / 2), unless_said(brief, wood, "post", "leg")),
            )
        )
    return Asset(parts)


FAMILIES = (
    Family("bed", ("bed", "double bed", "single bed", "bunk bed", "king size bed", "four poster bed"), bed),
)  # fmt: skip
