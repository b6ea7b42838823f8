"""Directions: vectors of length one, whatever is put in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

TINY = 1e-12


def unit(v: NDArray[Any]) -> NDArray[Any]:
    """Vectors (..., D) brought to length one, of the same type; those of no length stay as they are."""
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), TINY)


def unit_normals(v: NDArray[Any], least: float = TINY) -> NDArray[np.float64]:
    """Normals (N, 3) brought to length one; those shorter than ``least`` become +Y, because glTF takes no other."""
    n = np.asarray(v, np.float64)
    length = np.linalg.norm(n, axis=1, keepdims=True)
    return np.where(length > least, n / np.maximum(length, least), [[0.0, 1.0, 0.0]])
