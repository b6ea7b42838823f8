"""What hangs on a wall: flat things on the front of upright ones."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.models.builtin_text.scenes.clusters import Cluster

EYES = 1.55
"""Height at which a picture's middle hangs, in metres."""


def hangs(ground: Cluster, figures: list[Cluster]) -> bool:
    """Whether ``figures`` "on" ``ground`` hang on it: a picture on a wall, a shield on a door."""
    wall = ground.size
    upright = wall[1] > 0.8 and wall[2] < 0.2 * min(wall[0], wall[1])

    def flat(figure: Cluster) -> bool:
        x, y, z = figure.size
        return bool(not figure.natural and z < 0.35 * min(x, y) and x < 0.7 * wall[0] and y < 0.8 * wall[1])

    return bool(upright and all(flat(f) for f in figures))


def hung(ground: Cluster, figures: list[Cluster]) -> list[Cluster]:
    """``figures`` side by side with their backs on the front of ``ground``, at the height of the eyes."""
    low, high = ground.own_box
    scene, made = RayScene(*ground.own_mesh), []
    pitch = 1.25 * max(float(f.size[0]) for f in figures)
    for k, figure in enumerate(figures):
        figure = figure.centred()
        x, y, _ = figure.size
        at_x = (low[0] + high[0]) / 2 + (k - (len(figures) - 1) / 2) * pitch
        at_y = float(np.clip(EYES, low[1] + y / 2, low[1] + 0.97 * (high[1] - low[1]) - y / 2))
        u, v = np.meshgrid(np.linspace(-0.5, 0.5, 9) * x + at_x, np.linspace(-0.5, 0.5, 9) * y + at_y)
        origins = np.column_stack([u.ravel(), v.ravel(), np.full(u.size, high[2] + 1.0)])
        reach = scene.first_hit(origins, np.tile([0.0, 0.0, -1.0], (u.size, 1))).distance
        face = high[2] + 1.0 - min(float(reach.min()), 1.0 + high[2] - low[2])
        made.append(figure.moved(np.array([at_x, at_y - y / 2, face - figure.box[0][2]])))
    return made
