"""Beds with their bedding: single, double, bunk and four-poster."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, unless_said
from pocket3d_server.models.builtin_text.joinery import FABRICS, board, tapered_leg, turned_leg, wood_of
from pocket3d_server.models.language.brief import Brief


def bed(brief: Brief) -> Asset:
    """A bed with headboard, mattress, duvet and pillows; bunk beds when asked."""
    double = not brief.has("single", "child", "kid", "bunk", "narrow")
    wide, long = (1.6 if double else 0.95) * brief.grown("width"), 2.05
    wood = wood_of(brief, "bed_frame")
    white, cover = (
        finish("fabric", (0.93, 0.93, 0.91), "linen"),
        asked(
            brief,
            "duvet",
            "fabric",
            FABRICS[int(brief.rng(2).integers(4))],
            "duvet",
            "blanket",
            "cover",
            "bedding",
            "sheet",
            "bedspread",
        ),
    )
    parts: list[Part] = []
    decks = 2 if brief.has("bunk") else 1
    for d in range(decks):
        y, tag = 1.05 * d, "" if d == 0 else "upper_"
        rails = [
            shapes.rounded_box(0.04, 0.20, long - 0.06, 0.01, 2).move(s * (wide / 2 - 0.02), y + 0.30, 0)
            for s in (1, -1)
        ]
        slats = [
            board(wide - 0.08, 0.02, 0.09, 0.003).move(0, y + 0.27, z)
            for z in np.linspace(-long / 2 + 0.15, long / 2 - 0.15, 10)
        ]
        parts.append(part(f"{tag}frame", (join(*rails, *slats), wood)))
        mattress = shapes.rounded_box(wide - 0.10, 0.22, long - 0.12, 0.07, 4).move(0, y + 0.39, 0)
        parts.append(part(f"{tag}mattress", (mattress, white)))

        def drape(v, y=y):  # type: ignore[no-untyped-def]
            edge = np.clip((np.abs(v[:, 0]) - wide / 2 + 0.13) / 0.14, 0, 1)
            v[:, 1] -= 0.16 * edge**2
            v[:, 1] += 0.010 * np.sin(9 * v[:, 0] + 3 * v[:, 2]) * np.sin(5 * v[:, 2]) * (1 - edge)
            return v

        duvet = (
            shapes.rounded_box(wide + 0.02, 0.10, long * 0.66, 0.045, 3, cuts=24)
            .deform(drape)
            .move(0, y + 0.53, long * 0.14)
        )
        parts.append(part(f"{tag}duvet", (duvet, cover)))
        for k in range(2 if double else 1):
            x = (k - 0.5) * wide * 0.46 if double else 0.0
            soft = (
                shapes.superellipsoid(0.62 if double else 0.60, 0.16, 0.40, 4, 2.2, 36)
                .rotate(x=-16)
                .move(x, y + 0.57, -long / 2 + 0.28)
            )
            parts.append(
                part(
                    f"{tag}pillow_{k + 1}",
                    (soft, asked(brief, "pillowcase", "fabric", (0.95, 0.95, 0.94), "pillow")),
                )
            )
    if decks == 2:
        posts = [
            shapes.rounded_box(0.07, 1.85, 0.07, 0.012, 2).move(x * wide / 2, 0.925, z * long / 2)
            for x in (1, -1)
            for z in (1, -1)
        ]
        ends = [
            board(wide, 0.08, 0.03).move(0, y, z * long / 2)
            for y in (0.35, 0.62, 1.40, 1.70)
            for z in (1, -1)
        ]
        ladder = [
            board(0.34, 0.03, 0.04).move(wide / 2 + 0.05, 0.25 + 0.27 * k, 0.6).rotate() for k in range(5)
        ]
        uprights = [board(0.03, 1.7, 0.04).move(wide / 2 + 0.05, 0.85, 0.6 + s * 0.17) for s in (1, -1)]
        rungs = [
            board(0.03, 0.03, 0.34).move(wide / 2 + 0.05, 0.25 + 0.27 * k, 0.6) for k in range(len(ladder))
        ]
        guard = [
            board(0.03, 0.10, long * 0.6).move(wide / 2, 1.62, -0.3),
            board(0.03, 0.10, long).move(-wide / 2, 1.62, 0),
        ]
        return Asset(
            [
                *parts,
                part("posts", (join(*posts, *ends), wood)),
                part("ladder", (join(*uprights, *rungs), wood)),
                part("guard_rails", (join(*guard), wood)),
            ]
        )
    if brief.style in ("modern", None):
        head = shapes.rounded_box(wide + 0.06, 0.95, 0.08, 0.035, 3).move(0, 0.475 + 0.06, -long / 2 - 0.02)
        foot = shapes.rounded_box(wide + 0.02, 0.26, 0.05, 0.015, 2).move(0, 0.29, long / 2 - 0.005)
        head_stuff = unless_said(brief, wood, "headboard")
        parts += [part("headboard", (head, head_stuff)), part("footboard", (foot, wood))]
        parts += [
            part(
                f"leg_{k + 1}",
                (tapered_leg(0.22, 0.035, 0.025).move(x * (wide / 2 - 0.08), 0, z * (long / 2 - 0.1)), wood),
            )
            for k, (x, z) in enumerate(((1, 1), (-1, 1), (1, -1), (-1, -1)))
        ]
        return Asset(parts)
    arch = curves.mirrored(
        np.concatenate(
            [
                [[0, 0]],
                curves.smooth_curve(
                    [[wide / 2, 0.0], [wide / 2, 0.62], [wide * 0.42, 0.74], [wide * 0.25, 0.80], [0, 0.92]],
                    24,
                ),
            ]
        )
    )
    parts.append(
        part(
            "headboard",
            (
                shapes.extrude(arch, 0.05, 0.012).move(0, 0.26, -long / 2),
                unless_said(brief, wood, "headboard"),
            ),
        )
    )
    parts.append(
        part("footboard", (shapes.extrude(arch * [1, 0.45], 0.05, 0.012).move(0, 0.20, long / 2), wood))
    )
    for k, (x, z) in enumerate(((1, 1), (-1, 1), (1, -1), (-1, -1))):
        tall = 0.75 if z > 0 else 1.15
        post = join(turned_leg(tall, 0.045), shapes.sphere(0.055, 24).move(y=tall + 0.03))
        parts.append(part(f"post_{k + 1}", (post.move(x * wide / 2, 0, z * long / 2), wood)))
    return Asset(parts)


FAMILIES = (
    Family("bed", ("bed", "double bed", "single bed", "bunk bed", "king size bed", "four poster bed"), bed),
)  # fmt: skip
