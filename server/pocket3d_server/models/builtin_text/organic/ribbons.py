"""Ribbons and bows."""

from __future__ import annotations

from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.geometry.solid import Solid


def bow_loop() -> Solid:
    """One loop of a tied bow."""
    loop = sweep(
        curve([(0, 0, 0), (0.09, 0.055, 0.01), (0.13, 0.0, 0.015), (0.09, -0.055, 0.01), (0, 0, 0)], 20),
        0.022,
        8,
    ).scale(1, 1, 0.7)
    return loop
