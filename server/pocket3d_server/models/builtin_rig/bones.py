"""The skeleton while it is being made."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pocket3d_server.geometry.asset import Skeleton
from pocket3d_server.models.builtin_rig.fitted_weights import FittedWeights
from pocket3d_server.models.rigging.welded_mesh import Floats


@dataclass(eq=False)
class Bone:
    """One bone; ``head`` and ``tail`` are (3,)."""

    name: str
    parent: str | None
    head: Floats
    tail: Floats


@dataclass(eq=False)
class Plan:
    """What the analysis of a figure hands to the skinning."""

    bones: list[Bone]
    """Parents before children."""
    confidence: float
    """0..1."""
    notes: list[str] = field(default_factory=list)
    known: FittedWeights | None = None
    """Weights of ``bones`` that are known already; None where no body was fitted."""
    person: bool = False
    """Whether the shape is a human body's beyond doubt."""

    def skeleton(self) -> Skeleton:
        """As the asset holds it."""
        names = [b.name for b in self.bones]
        return Skeleton(
            names,
            [names.index(b.parent) if b.parent is not None else -1 for b in self.bones],
            np.array([b.head for b in self.bones], np.float64),
            np.array([b.tail for b in self.bones], np.float64),
        )
