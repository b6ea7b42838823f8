"""Books: a closed one with its pages and bands, or several in a stack."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.language.brief import RGB, Brief

COVERS: tuple[RGB, ...] = ((0.45, 0.10, 0.10), (0.12, 0.22, 0.40), (0.14, 0.32, 0.20), (0.36, 0.20, 0.10))


def book(brief: Brief) -> Asset:
    """A bound book lying on its back; a pile when a number is asked for."""
    rng = brief.rng()
    count = brief.count("book", 3 if brief.has("pile", "stack", "books") else 1, 1, 12)
    parts: list[Part] = []
    y = 0.0
    for k in range(count):
        x, z, t = (
            0.16 * float(rng.uniform(0.92, 1.1)),
            0.23 * float(rng.uniform(0.92, 1.08)),
            0.035 * brief.grown("girth") * float(rng.uniform(0.8, 1.3)),
        )
        rgb = COVERS[int(rng.integers(4))]
        cover = asked(brief, f"cover_{k + 1}", "leather", rgb, "cover", main=k == 0 or count == 1)
        gold = asked(brief, "gilding", "gold", None, "title", "ornament")
        boards = [shapes.rounded_box(x, 0.0035, z, 0.0012, 2).move(0, h, 0) for h in (0.00175, t - 0.00175)]
        hollow = np.concatenate(
            [
                curves.arc(t / 2, 90, 270, 17) * [0.45, 1],
                (curves.arc(t / 2 - 0.0034, 90, 270, 17) * [0.45, 1])[::-1],
            ]
        )
        spine = shapes.extrude(hollow, z, 0.0).move(-x / 2 + 0.003, t / 2, 0)
        ribs = [
            shapes.extrude(
                np.concatenate(
                    [
                        curves.arc(t / 2 + 0.0022, 100, 260, 15) * [0.46, 1],
                        (curves.arc(t / 2 - 0.001, 100, 260, 15) * [0.45, 1])[::-1],
                    ]
                ),
                0.006,
                0.001,
            ).move(-x / 2 + 0.003, t / 2, w * z)
            for w in (-0.36, -0.18, 0.18, 0.36)
        ]
        page = curves.rounded(
            np.array(
                [
                    [-x / 2 + 0.004, -(t - 0.008) / 2],
                    [x / 2 - 0.005, -(t - 0.008) / 2],
                    [x / 2 - 0.008, 0],
                    [x / 2 - 0.005, (t - 0.008) / 2],
                    [-x / 2 + 0.004, (t - 0.008) / 2],
                ]
            ),
            0.002,
            3,
        )
        pages = shapes.extrude(page, z - 0.012).move(0, t / 2, 0)
        frame = (
            shapes.extrude(
                curves.rectangle(x * 0.82, z * 0.86), 0.0012, holes=[curves.rectangle(x * 0.76, z * 0.82)]
            )
            .rotate(x=-90)
            .move(0.006, t + 0.0002, 0)
        )
        mark = (
            shapes.extrude(
                curves.star(8, 0.028, 0.016)
                if brief.style in ("fantasy", "medieval")
                else curves.rectangle(x * 0.5, 0.022, 0.003),
                0.0014,
            )
            .rotate(x=-90)
            .move(0.006, t + 0.0002, 0.0 if brief.style else -z * 0.18)
        )
        turn = {"y": float(rng.uniform(-16, 16)) if k else 0.0}
        tag = f"_{k + 1}" if count > 1 else ""
        pieces = (
            ("cover", join(*boards, spine, *ribs), cover),
            ("pages", pages, finish("paper")),
            ("gilding", join(frame, mark), gold),
        )
        parts += [part(f"{n}{tag}", (s.rotate(**turn).move(y=y), m)) for n, s, m in pieces]
        y += t + 0.001
    return Asset(parts)


FAMILIES = (
    Family("book", ("book", "spell book", "old book", "books", "stack of books", "notebook", "novel", "bible", "tome"), book),
)  # fmt: skip
