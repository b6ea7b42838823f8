"""Bones as files want them: rest matrices, and the strongest influences on each vertex.

Each bone's frame has its +Y along the bone, as Blender and most rigs expect.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import MAX_INFLUENCES, Skeleton

NO_LENGTH = 1e-9
"""Metres. A bone that is shorter points nowhere."""
POSED_AT_ONCE = 4_000_000
"""Weights, of vertices that are posed together: each takes 8 bytes for the time."""


def bone_frames(heads: NDArray[np.floating], tails: NDArray[np.floating]) -> NDArray[np.float64]:
    """Right-handed frames (J, 3, 3), columns X, Y, Z: Y points head to tail, Z as near the front (+Z) as it can.

    Fixing Z rather than taking the shortest rotation keeps X to the side on legs, arms and spine alike, so
    that knees and elbows bend about X on both sides. Bones along ±Z fall back to up (+Y) for their Z.
    """
    y = np.asarray(tails, np.float64) - np.asarray(heads, np.float64)
    length = np.linalg.norm(y, axis=1, keepdims=True)
    if (length < NO_LENGTH).any():
        raise ValueError("a bone has no length")
    y = y / length
    front = np.where(np.abs(y[:, 2:3]) > 0.98, [[0.0, 1.0, 0.0]], [[0.0, 0.0, 1.0]])
    x = np.cross(y, front)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return np.stack([x, y, np.cross(x, y)], axis=2)


def rest_matrices(skeleton: Skeleton) -> NDArray[np.float64]:
    """Global rest transforms (J, 4, 4) of the bones: frame and head position."""
    matrices = np.zeros((len(skeleton.names), 4, 4))
    if len(matrices):
        matrices[:, :3, :3] = bone_frames(skeleton.heads, skeleton.tails)
        matrices[:, :3, 3] = skeleton.heads
        matrices[:, 3, 3] = 1
    return matrices


def quaternion(rotation: NDArray[np.floating]) -> NDArray[np.float64]:
    """Unit quaternion (x, y, z, w) of a rotation matrix (3, 3); Shepperd's method, stable for every angle."""
    m = np.asarray(rotation, np.float64)
    diagonal = np.array([m[0, 0], m[1, 1], m[2, 2], np.trace(m)])
    k = int(diagonal.argmax())
    if k == 3:
        q = np.array([m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1], 1 + diagonal[3]])
    else:
        i, j = (k + 1) % 3, (k + 2) % 3
        q = np.zeros(4)
        q[k] = 1 + diagonal[k] - diagonal[i] - diagonal[j]
        q[i] = m[i, k] + m[k, i]
        q[j] = m[j, k] + m[k, j]
        q[3] = m[j, i] - m[i, j]
    return q / np.linalg.norm(q)


def guessed_tails(
    heads: NDArray[np.float64],
    parents: NDArray[np.int64],
    directions: NDArray[np.float64],
    lengths: Sequence[object],
) -> NDArray[np.float64]:
    """(J, 3) where bones end that a file gives no end: along their own axis (J, 3) where a positive length is known,
    else at the children's centre, else on as the parent does, else upwards. Parents come before children."""
    tails = heads.copy()
    scale = float(np.ptp(heads, axis=0).max()) if len(heads) > 1 else 1.0
    least = max(scale, 1e-3) * 1e-3
    for j, length in enumerate(lengths):
        children = heads[parents == j]
        if isinstance(length, int | float) and length > 0:
            step = directions[j] * float(length)
        elif len(children) and np.linalg.norm(children.mean(axis=0) - heads[j]) > least:
            step = children.mean(axis=0) - heads[j]
        elif parents[j] >= 0:
            step = (tails[parents[j]] - heads[parents[j]]) * 0.6
        else:
            step = directions[j] * max(scale, 1e-2) * 0.1
        if not np.linalg.norm(step) > NO_LENGTH:
            step = np.array([0, max(scale, 1e-2) * 0.1, 0])
        tails[j] = heads[j] + step
    return tails


def posed(
    points: NDArray[Any],
    normals: NDArray[Any] | None,
    weights: NDArray[np.floating[Any]],
    matrices: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Points (V, 3) and normals (V, 3) moved by linear blend skinning with weights (V, J) and matrices (J, 4, 4)."""
    moved = np.empty((len(points), 3))
    turned = None if normals is None else np.empty((len(points), 3))
    step = max(1, POSED_AT_ONCE // max(16, len(matrices)))
    for start in range(0, len(points), step):
        some = slice(start, start + step)
        blended = (weights[some] @ matrices.reshape(-1, 16)).reshape(-1, 4, 4)
        moved[some] = np.einsum("vij,vj->vi", blended[:, :3, :3], points[some]) + blended[:, :3, 3]
        if turned is not None and normals is not None:
            turned[some] = np.einsum("vij,vj->vi", blended[:, :3, :3], normals[some])
    return moved, turned


def top_influences(weights: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The ``MAX_INFLUENCES`` strongest joints of each vertex (V, 4) and their weights (V, 4), strongest first, sums
    of one."""
    weights = np.asarray(weights, np.float32)
    if weights.shape[1] < MAX_INFLUENCES:
        weights = np.pad(weights, ((0, 0), (0, MAX_INFLUENCES - weights.shape[1])))
    joints = np.argsort(-weights, axis=1, kind="stable")[:, :MAX_INFLUENCES]
    values = np.clip(np.take_along_axis(weights, joints, axis=1), 0, None)
    total = values.sum(axis=1, keepdims=True)
    if (total <= 0).any():
        raise ValueError("a vertex has no skin weight")
    values = values / total
    return np.where(values > 0, joints, 0), values
