"""The skull and crossbones on a pirate's sail."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Solid


def skull_prism(size: float, depth: float) -> Solid:
    """A skull over two bones, ``size`` metres wide, as a prism along z about the origin."""
    eyes = [shapes.extrude(curves.ellipse(0.085, 0.10, 24) + [s * 0.12, 0.13], depth * 2) for s in (1, -1)]
    nose = shapes.extrude(np.array([[-0.045, -0.06], [0.045, -0.06], [0.0, 0.05]]), depth * 2)
    teeth = [shapes.box(0.018, 0.13, depth * 2).move(x, -0.20, 0) for x in (-0.09, -0.03, 0.03, 0.09)]
    head = shapes.union(
        shapes.extrude(curves.ellipse(0.30, 0.27, 40) + [0, 0.12], depth),
        shapes.extrude(curves.rectangle(0.30, 0.26, 0.05) + [0, -0.14], depth),
    )
    bones = []
    for turn in (28, -28):
        knobs = [
            shapes.extrude(curves.circle(0.075, 20) + [s * 0.43, q * 0.055], depth)
            for s in (1, -1)
            for q in (1, -1)
        ]
        bar = shapes.extrude(curves.rectangle(0.86, 0.085), depth)
        bones.append(shapes.union(bar, *knobs).rotate(z=turn).move(y=-0.22))
    gap = shapes.extrude(curves.ellipse(0.34, 0.36, 40) + [0, 0.02], depth * 2)
    crossed = shapes.difference(shapes.union(*bones), gap)
    return shapes.union(shapes.difference(head, *eyes, nose, *teeth), crossed).scale(size, size, 1)  # fmt: skip
