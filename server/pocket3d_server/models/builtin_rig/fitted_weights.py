"""Skin weights read off the statistical body where it lies on the figure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from pocket3d_server.models.builtin_rig.body_fit import Fit
from pocket3d_server.models.builtin_rig.hanging import Hanging
from pocket3d_server.models.rigging.welded_mesh import Floats, nearest_alike

ALIKE = 0.06
"""A point of the body's skin that faces the opposite way counts as this much (share of the height) farther, twice."""

LOWER = ("hips", "thigh", "shin", "foot", "toe")
"""What of a body cloth around the legs hangs over."""


@dataclass(frozen=True, eq=False)
class FittedWeights:
    """The weights of a fitted body, which hold where its skin is near."""

    fit: Fit
    bones: list[str]
    """The bones whose weights are wanted, in order."""
    far: float
    """Distance to the body's skin (share of the height) from which its weights say nothing."""
    fade: float
    """Width of the band (share of the height) within ``far`` over which trust in them grows to its full."""
    believed: float = 1.0
    """The most that they are trusted, 0..1."""
    turn: Floats = field(default_factory=lambda: np.eye(3))
    """(3, 3) rotation that brings the mesh to the frame in which the body was fitted."""
    hanging: Hanging | None = None
    """Cloth around both legs, which moves with them where the body's skin is too far to tell."""

    def at(self, points: Floats, normals: Floats) -> tuple[Floats, Floats]:
        """Weights (V, J) of ``bones`` for points with their normals, both (V, 3), and how far to trust them (V,)."""
        height, points = self.fit.height, points @ self.turn.T
        nearest, gap = nearest_alike(
            self.fit.surface, self.fit.normals, points, normals @ self.turn.T, ALIKE * height, 5
        )
        share = 1 / (gap + 0.002 * height) ** 2
        share /= share.sum(axis=1, keepdims=True)
        weights = np.einsum("vk,vkj->vj", share, self._of_skin()[nearest])
        trust = self.believed * np.clip((self.far - gap[:, 0] / height) / self.fade, 0, 1)
        if self.hanging is not None:
            below = weights[:, [k for k, n in enumerate(self.bones) if n.startswith(LOWER)]].sum(axis=1)
            cloth = self.hanging.holds(points) & (below > 0.5)  # not a hand that hangs beside it
            own = trust[cloth, None]
            weights[cloth] = own * weights[cloth] + (1 - own) * self.hanging.weights(
                points[cloth], self.bones
            )
            trust[cloth] = 1
        return weights, trust

    def turned_back(self, turn: Floats) -> FittedWeights:
        """The same for a mesh that ``turn`` (3, 3) brings to the frame this was made in."""
        return replace(self, turn=self.turn @ turn)

    def _of_skin(self) -> Floats:
        """(M, J) weights of the body's own skin; what fingers take, their hand gives up."""
        model = self.fit.model
        columns = {n: model.weights[:, k] for k, n in enumerate(model.names)}
        for k, name in enumerate(model.finger_names):
            if name in self.bones:
                hand = "hand" + name[-2:]
                columns[name] = np.minimum(model.finger_weights[:, k], columns[hand])
                columns[hand] = columns[hand] - columns[name]
        return np.stack([columns[n] for n in self.bones], axis=1)
