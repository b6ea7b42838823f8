"""Wickerwork: strands woven around stakes, braided rims and twisted handles."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Points, Solid, join
from pocket3d_server.models.builtin_text.making import bar


def _swell(u: Points) -> Points:
    """How far a wall stands out at the shares ``u`` of its height."""
    return 0.80 + 0.20 * np.sin(u * np.pi / 1.7)


def woven_wall(wide: float, deep: float, high: float) -> tuple[Solid, Solid]:
    """The wall of an oval basket ``wide`` by ``deep`` at its rim, on y = 0: its strands, and the stakes that they go
    around by turns."""
    rows, stakes = 10, 24
    t, strands = 2 * np.pi * np.arange(96) / 96, []
    section = curves.ellipse(0.0035, 0.6 * high / rows, 6)
    for k, u in enumerate((np.arange(rows) + 0.5) / rows):
        wave = 0.0035 * np.cos(t * stakes / 2 + np.pi * k)
        x, z = (half * _swell(u) + wave for half in (wide / 2, deep / 2))
        ring = np.column_stack([x * np.cos(t), np.full(96, 0.008 + u * (high - 0.02)), z * np.sin(t)])
        strands.append(shapes.sweep(ring, 1.0, section, closed=True))
    rise = np.linspace(0, 1, 5)
    lean = np.column_stack([wide / 2 * _swell(rise), 0.004 + rise * high, deep / 2 * _swell(rise)])
    turns = 2 * np.pi * np.arange(stakes) / stakes
    posts = [shapes.sweep(lean * [np.cos(a), 1, np.sin(a)], 0.0036, 6) for a in turns]
    return join(*strands), join(*posts)


def braided_rim(wide: float, deep: float, y: float, turn: float) -> Solid:
    """One of the strands of an oval rim at height ``y``; two with ``turn`` half a turn apart (radians) braid."""
    t = 2 * np.pi * np.arange(96) / 96
    line = np.column_stack([wide / 2 * np.cos(t), y + 0.004 * np.sin(20 * t + turn), deep / 2 * np.sin(t)])
    return shapes.sweep(line, 0.0075, 8, closed=True)


def twisted_handle(half: float, y: float, rise: float) -> Solid:
    """Two strands twisted into an arch along x from height ``y`` up by ``rise``."""
    a, w = np.radians(np.linspace(0, 180, 9)), np.linspace(0, 1, 44)
    arch = np.column_stack([half * np.cos(a), y + rise * np.sin(a), 0 * a])
    line = curves.smooth_curve(arch, 44)
    strands = [0.006 * np.column_stack([0 * w, np.sin(38 * w + p), np.cos(38 * w + p)]) for p in (0, np.pi)]
    return join(*(bar(line + strand, 0.0055, section=8) for strand in strands))
