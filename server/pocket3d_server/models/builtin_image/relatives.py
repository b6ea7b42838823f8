"""Which of the parametric kit's objects look like a silhouette, and from where.

``kit_outlines.npz`` holds small outlines of the kit's furniture and vehicles from four sides (made by ``tools/draw_kit_outlines``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from pocket3d_server.models.pictures.picture import Array, Mask, resize

FILE = Path(__file__).with_name("kit_outlines.npz")
GRID = 32
VIEWS = ("front", "side", "top", "corner")
NEIGHBOURS = 6
ASPECT_PENALTY = 0.5


@dataclass(frozen=True)
class Relative:
    """A view of one of the kit's objects that looks like the silhouette."""

    family: str
    phrase: str
    seed: int
    view: str
    likeness: float
    """Overlap of the two outlines stretched onto one box, less for different proportions; 0..1."""
    mirrored: bool


def facing(view: str, mirrored: bool = False) -> Array:
    """(3, 3) that turns an object which faces +Z so that ``view`` faces +Z; ``mirrored``: from its other side."""
    if view == "top":
        return np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float)
    angle = np.radians({"front": 0, "side": -90, "corner": -35}[view] * (-1 if mirrored else 1))
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    tilt = np.radians(20 if view == "corner" else 0)
    return np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]]) @ turn


@dataclass(frozen=True)
class _Kit:
    names: list[list[str]]
    masks: Array
    """(N, GRID²) 0 or 1."""
    aspect: Array


@cache
def _kit() -> _Kit:
    with np.load(FILE) as data:
        masks = np.unpackbits(data["mask"], axis=1)[:, : GRID * GRID].astype(np.float32)
        return _Kit(
            [line.split("|") for line in str(data["names"]).split("\n")],
            masks,
            data["aspect"],
        )


def _boxed(mask: Mask) -> tuple[Array, float]:
    rows, columns = np.nonzero(mask)
    part = mask[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(np.float32)
    return (resize(part, GRID, GRID) > 0.5).astype(np.float32), part.shape[1] / part.shape[0]


def relatives(mask: Mask, families: tuple[str, ...] = ()) -> list[Relative]:
    """The most alike views of the kit, the best first; of ``families`` alone when any are named."""
    kit = _kit()
    small, aspect = _boxed(mask)
    found: list[tuple[float, int, bool]] = []
    stretch = np.exp(-ASPECT_PENALTY * np.abs(np.log(kit.aspect / aspect)))
    for mirrored in (False, True):
        flat = (small[:, ::-1] if mirrored else small).ravel()
        shared = kit.masks @ flat
        overlap = shared / np.maximum(kit.masks.sum(axis=1) + flat.sum() - shared, 1) * stretch
        if families:
            overlap = np.where([name[0] in families for name in kit.names], overlap, 0)
        best = np.argsort(-overlap, kind="stable")[:NEIGHBOURS]
        found += [(float(overlap[k]), int(k), mirrored) for k in best]
    chosen: dict[int, tuple[float, int, bool]] = {}
    for item in sorted(found, key=lambda f: (-f[0], f[1], f[2])):
        chosen.setdefault(item[1], item)
    out = []
    for likeness, k, mirrored in list(chosen.values())[:NEIGHBOURS]:
        family, phrase, seed, view = kit.names[k]
        out.append(Relative(family, phrase, int(seed), view, likeness, mirrored))
    return out
