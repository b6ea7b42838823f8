"""Bones as files want them: rest matrices, and the strongest influences on each vertex.

Each bone's frame has its +Y along the bone, as Blender and most rigs expect.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import MAX_INFLUENCES, Skeleton


def bone_frames(heads: NDArray[np.floating], tails: NDArray[np.floating]) -> NDArray[np.float64]:
    """Right-handed frames (J, 3, 3), columns X, Y, Z: Y points head to tail, Z as near the front (+Z) as it can.

    Fixing Z rather than taking the shortest rotation keeps X to the side on legs, arms and spine alike, so
    that knees and elbows bend about X on both sides. Bones along ±Z fall back to up (+Y) for their Z.
    """
    y = np.asarray(tails, np.float64) - np.asarray(heads, np.float64)
    length = np.linalg.norm(y, axis=1, keepdims=True)
    if (length < 1e-9).any():
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
