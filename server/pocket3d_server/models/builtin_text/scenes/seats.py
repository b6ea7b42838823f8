"""What people sit on, and how they sit on it."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.geometry.solid import rotation
from pocket3d_server.models.builtin_text.scenes.clusters import Cluster

SEATS = frozenset({"chair", "stool", "bench", "armchair", "sofa", "couch", "seat", "throne", "pew"})
"""Words in a family's names by which it is something to sit on."""
SOFT = SEATS - {"stool", "pew"} | {"bed", "rug", "carpet", "cushion", "mat"}
"""The same for what animals settle down on."""
RIDDEN = frozenset({"bicycle", "bike", "motorcycle", "motorbike", "scooter", "moped", "tricycle", "unicycle"})
"""The same for what is not alive and is sat astride."""


def is_seat(cluster: Cluster) -> bool:
    """Whether people sit on the thing."""
    return bool(SEATS & cluster.pieces[0].made.route.family.words)


def laid_for_riding(ground: Cluster) -> Cluster:
    """A thing to ride on as it lies in the air: a broom points forward, everything else stays as it is."""
    size = ground.size
    upright = size[1] > 3.5 * max(size[0], size[2])
    return ground.moved(np.zeros(3), rotation(x=90)).centred() if upright else ground


def seated(ground: Cluster, figures: list[Cluster]) -> list[Cluster]:
    """People on a seat, side by side, or astride an animal or a vehicle."""
    mesh = ground.own_mesh
    low, high = ground.own_box
    rays = RayScene(*mesh)
    saddle = [p for p in ground.pieces[0].parts if {"seat", "saddle"} & set(p.name.lower().split("_"))]
    z = np.linspace(low[2], high[2], 41)
    origin = np.column_stack([np.full(41, (low[0] + high[0]) / 2 + 1e-4), np.full(41, high[1] + 1), z])
    height = high[1] + 1 - rays.first_hit(origin, np.tile([0.0, -1.0, 0.0], (41, 1))).distance
    height = np.maximum(height, low[1])
    if is_seat(ground):
        # The longest level stretch from back to front; steps before a throne are shorter.
        ends = np.flatnonzero(np.abs(np.diff(height)) > 0.03)
        runs = np.split(np.arange(41), ends + 1)
        seat = max((r for r in runs if 0.2 < height[r[0]] < 1.4), key=len, default=np.arange(41))
        level = float(np.median(height[seat]))
        back = float(z[seat[0]]) + 0.2
    elif saddle:
        box = Asset(saddle).bounds()
        level, back = float(box[1][1]), float((box[0][2] + box[1][2]) / 2)
    else:
        # Where the back is lowest between the neck and the croup.
        tall = height[14:27] > low[1] + 0.45 * (high[1] - low[1])
        k = 14 + int(np.argmin(np.where(tall, height[14:27], 1e9)))
        level, back = float(height[k]), float(z[k])
    middle = float(low[0] + high[0]) / 2
    made = []
    for k, figure in enumerate(figures):
        assert figure.seat is not None
        wide = 0.62 * (k - (len(figures) - 1) / 2)
        made.append(figure.moved(np.array([middle + wide, level - 0.02, back]) - figure.seat))
    return made
