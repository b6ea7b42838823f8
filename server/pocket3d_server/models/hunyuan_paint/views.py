"""From where a mesh is painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pocket3d_server.geometry.clean import face_normals
from pocket3d_server.models.hunyuan_paint.maps import Sight, Surface


@dataclass(frozen=True)
class View:
    """A direction to look from, in degrees: azimuth 0 is the front (+Z), 90 the object's left (+X); elevation 90 is straight up."""

    azimuth: float
    elevation: float
    weight: float
    """How much its picture counts where several show the same place."""


FIXED = (
    View(0, 0, 1.0),
    View(90, 0, 0.1),
    View(180, 0, 0.5),
    View(270, 0, 0.1),
    View(0, 90, 0.05),
    View(180, -90, 0.05),
)
"""The six that the network has been trained on, in its order."""
CANDIDATES = tuple(View(azimuth, elevation, 0.01) for elevation in (-20, 20) for azimuth in range(0, 360, 30))
LEAST_GAIN = 0.01
"""Share of the surface that a further view must show for the first time."""
SEARCH_SIZE = 1024
"""Pixels a side on which views are compared."""
CLASSES = {0: (1, 12), -90: (3, 36), 90: (3, 40)}
"""For each elevation, thirds of right angles that share a class and the first of its classes."""


def camera_index(view: View) -> int:
    """The class of a view's camera in Hunyuan3D-Paint 2.0, 0 to 43. Raises ValueError for elevations that have none."""
    if view.elevation not in CLASSES:
        raise ValueError(f"the network knows no camera at an elevation of {view.elevation} degrees")
    shared, first = CLASSES[int(view.elevation)]
    return (int(view.azimuth) // 30 + 9) % 12 // shared + first


def chosen(surface: Surface, most: int, report: Callable[[float], None] = lambda done: None) -> list[View]:
    """The fixed views, and up to ``most`` in all with those that show most of what none has shown, the best first.

    ``report`` gets a share of 0..1 and may raise to stop.
    """
    views = list(FIXED)
    if most <= len(views):
        return views
    _, area = face_normals(surface.vertices, surface.faces)
    seen = np.zeros((len(FIXED) + len(CANDIDATES), len(area)), np.bool_)
    for k, view in enumerate(FIXED + CANDIDATES):
        report(k / len(seen))
        seen[k, Sight.of(surface, view.azimuth, view.elevation, SEARCH_SIZE).raster.face] = True
    known, candidates = seen[: len(FIXED)].any(axis=0), seen[len(FIXED) :]
    while len(views) < most:
        gain = (candidates & ~known) @ area
        best = int(gain.argmax())
        if gain[best] <= LEAST_GAIN * area.sum():
            break
        views.append(CANDIDATES[best])
        known = known | candidates[best]
    return views
