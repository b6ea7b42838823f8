"""Birds and aircraft seen from the front: wings to both sides of a body that is far deeper than it looks.

Inflated, such a picture becomes a thin strip: its height is only the wings' thickness. But what spreads wings towards
the viewer has wings with a chord and a body about as long as one wing.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from pocket3d_server.models.builtin_image.evidence import Evidence
from pocket3d_server.models.builtin_image.inflate import squared_height
from pocket3d_server.models.builtin_image.silhouette import Silhouette
from pocket3d_server.models.pictures.fields import mirror_overlap
from pocket3d_server.models.pictures.picture import Array

BODY, CHORD = 0.55, 0.2
"""Length of the body and depth of the wings, over the span."""
LEAST_ASPECT, MOST_ASPECT = 1.15, 9.0
"""Of span over height."""


def wing_factors(shape: Silhouette, facts: Evidence) -> Array | None:
    """Factors (H, W) on the inflated height, or None when the silhouette shows no wings from the front."""
    if not LEAST_ASPECT < facts.aspect < MOST_ASPECT or facts.eyes:
        return None
    mask = shape.mask
    columns = np.nonzero(mask.any(axis=0))[0]
    span = float(np.ptp(columns) + 1)
    # Wings are so thin that a hair of difference would count as asymmetry.
    symmetry, axis = mirror_overlap(ndimage.binary_dilation(mask, iterations=max(1, round(0.02 * span))))
    if symmetry < 0.75:
        return None
    far = np.abs(np.arange(mask.shape[1]) - axis) / span
    high = mask.sum(axis=0).astype(float)
    runs = (np.diff(mask.astype(np.int8), axis=0, prepend=0) > 0).sum(axis=0)
    wing, body = (far > 0.18) & (far < 0.45), far < 0.06
    thin = float(high[wing].mean())
    if float((runs[wing] == 1).mean()) < 0.85 or thin > 0.09 * span or thin > 0.5 * high[body].max():
        return None
    height = np.sqrt(np.maximum(squared_height(shape), 0))
    core = float(height[:, body].max())
    wings = np.maximum(np.median(height[:, wing].max(axis=0)), 0.5)
    # The body's part fades out where its own width ends.
    reach = max(core / span, 0.05)
    share = np.clip((far - reach) / reach, 0, 1)
    share = share * share * (3 - 2 * share)
    factor = (BODY * span / 2 / max(core, 0.5)) * (1 - share) + (CHORD * span / 2 / wings) * share
    return np.broadcast_to(np.maximum(factor, 1.0), mask.shape).astype(np.float32)
