"""Books: a closed one with its pages and bands, or several in a stack."""

from __future__ import annotations

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.bookbinding import bound_cover, gilt_frame, page_block
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.language.brief import RGB, Brief

COVERS: tuple[RGB, ...] = ((0.45, 0.10, 0.10), (0.12, 0.22, 0.40), (0.14, 0.32, 0.20), (0.36, 0.20, 0.10))


def book(brief: Brief) -> Asset:
    """A bound book lying on its back; a pile when a number is asked for."""
    rng = brief.rng()
    count = brief.count("book", 3 if brief.has("pile", "stack", "books") else 1, 1, 12)
    old, parts, y = brief.style in ("fantasy", "medieval"), [], 0.0
    for k in range(count):
        x, z = 0.16 * float(rng.uniform(0.92, 1.1)), 0.23 * float(rng.uniform(0.92, 1.08))
        t = 0.035 * brief.grown("girth") * float(rng.uniform(0.8, 1.3))
        rgb = COVERS[int(rng.integers(4))]
        cover = asked(brief, f"cover_{k + 1}", "leather", rgb, "cover", main=k == 0 or count == 1)
        gold = asked(brief, "gilding", "gold", None, "title", "ornament")
        sign = curves.star(8, 0.028, 0.016) if old else curves.rectangle(x * 0.5, 0.022, 0.003)
        title = shapes.extrude(sign, 0.0014).rotate(x=-90).move(z=0.0 if brief.style else -z * 0.18)
        turn = float(rng.uniform(-16, 16)) if k else 0.0
        tag = f"_{k + 1}" if count > 1 else ""
        pieces = (
            ("cover", bound_cover(x, t, z), cover), ("pages", page_block(x, t, z), finish("paper")),
            ("gilding", join(gilt_frame(x, z), title).move(0.006, t + 0.0002, 0), gold),
        )  # fmt: skip
        parts += [part(f"{n}{tag}", (s.rotate(y=turn).move(y=y), m)) for n, s, m in pieces]
        y += t + 0.001
    return Asset(parts)


FAMILIES = (
    Family("book", ("book", "spell book", "old book", "books", "stack of books", "notebook", "novel", "bible", "tome"), book),
)  # fmt: skip
