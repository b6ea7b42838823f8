"""Faces of monkeys and apes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.noise import smoothstep
from pocket3d_server.models.builtin_text.organic.sculpt import Paint

Array = NDArray[np.float64]


def ape_mouth() -> Paint:
    """A painter of the lips and nostrils of a monkey that is one unit tall."""

    def mouth(q: Skin, c: Array) -> Array:
        x, y, z = q.points.T
        line = 0.825 + 1.4 * x * x
        lips = (
            smoothstep(0.010, 0.004, np.abs(y - line))
            * smoothstep(0.12, 0.09, np.abs(x))
            * smoothstep(0.24, 0.27, z)
        )
        holes = smoothstep(0.016, 0.010, np.hypot(np.abs(x) - 0.022, y - 0.905)) * smoothstep(0.22, 0.25, z)
        return np.asarray(c * (1 - 0.75 * np.maximum(lips, holes))[:, None])

    return mouth
