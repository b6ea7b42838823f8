"""A dressed person bent into another posture: everything moves with the nearest skin (linear blend skinning)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.organic.body import HumanBody, Turns, bone_motion
from pocket3d_server.models.builtin_text.organic.holding import about

Array = NDArray[np.float64]

NEAREST = 4
"""Points of the skin from which a point of the clothes takes its bones."""


def turns_for(pose: str) -> Turns:
    """Turns of the bones of the legs for ``sit`` and ``ride``; {} for any other pose."""
    if pose not in ("sit", "ride"):
        return {}
    thigh, splay, knee = (-80.0, 7.0, 80.0) if pose == "sit" else (-58.0, 40.0, 62.0)
    turns: Turns = {}
    for side, sign in (("L", 1.0), ("R", -1.0)):
        turns[f"upperleg01.{side}"] = about([0, 1, 0], sign * splay) @ about([1, 0, 0], thigh)
        turns[f"lowerleg01.{side}"] = about([1, 0, 0], knee)
    return turns


def bent(asset: Asset, body: HumanBody, turns: Turns) -> None:
    """Move every part of ``asset``, which was made on ``body``, as the bones turn; in place."""
    turn, shift = bone_motion(body, turns)
    tree = cKDTree(body.vertices)
    for p in asset.primitives():
        points = np.asarray(p.vertices, float)
        distance, index = tree.query(points, NEAREST)
        share = 1 / (distance + 1e-4)
        share /= share.sum(axis=1, keepdims=True)
        weights = np.einsum("pk,pkb->pb", share, body.data.weights[index])
        blended = np.einsum("pb,bij->pij", weights, turn)
        p.vertices = np.einsum("pij,pj->pi", blended, points) + weights @ shift
        if p.normals is not None:
            normals = np.einsum("pij,pj->pi", blended, np.asarray(p.normals, float))
            p.normals = normals / np.linalg.norm(normals, axis=1, keepdims=True).clip(1e-9)


def seat_of(body: HumanBody) -> Array:
    """(3,) the point under the pelvis on which a bent body sits."""
    root = body.joint("root")
    near = (np.abs(body.vertices[:, 2] - root[2]) < 0.08) & (body.weight("lowerleg", "foot", "toe") < 0.05)
    near &= np.abs(body.vertices[:, 0] - root[0]) < 0.16
    near &= body.weight("upperarm", "lowerarm", "wrist", "finger", "metacarpal") < 0.05
    return np.array([root[0], body.vertices[near][:, 1].min(), root[2]])
