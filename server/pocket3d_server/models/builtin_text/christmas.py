"""What Christmas brings: wrapped presents and a full sack."""

from __future__ import annotations

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish, finish
from pocket3d_server.models.language.brief import RGB


def full_sack() -> Solid:
    """A bulging sack on y = 0, drawn together under its mouth."""
    line = [[0.30, 0.0], [0.48, 0.25], [0.42, 0.65], [0.18, 0.85], [0.24, 1.0]]
    return shapes.revolve(curves.smooth_curve(line, 20), 28)


def wrapped_presents(ribbon: Finish) -> Part:
    """Two boxes in coloured paper with ribbons, as they lie in a sleigh."""
    wraps: tuple[RGB, ...] = ((0.12, 0.46, 0.26), (0.16, 0.34, 0.66))
    gifts = [
        shapes.rounded_box(0.34, 0.3, 0.34, 0.015, 1).rotate(y=20).move(-0.26, 0.70, 0.2),
        shapes.rounded_box(0.30, 0.4, 0.30, 0.015, 1).rotate(y=-14).move(0.24, 0.75, 0.15),
    ]
    knot = shapes.torus(0.06, 0.03, 16, 8).rotate(x=70)
    bows = join(
        shapes.box(0.06, 0.312, 0.352).rotate(y=20).move(-0.26, 0.70, 0.2),
        shapes.box(0.312, 0.412, 0.05).rotate(y=-14).move(0.24, 0.75, 0.15),
        knot.move(-0.26, 0.88, 0.2),
        knot.move(0.24, 0.98, 0.15),
    )
    papers = [finish("paint", rgb, f"wrap_{k + 1}", roughness=0.4) for k, rgb in enumerate(wraps)]
    return part("presents", *zip(gifts, papers, strict=True), (bows, ribbon))
