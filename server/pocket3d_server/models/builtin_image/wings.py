"""Birds and aircraft: how deep bodies and wings are, which one rule of inflation for both gets wrong.

Seen from the front a body is far deeper than it looks, and wings have a chord. Seen from above a fuselage is round,
and wings are much thinner than they are wide.
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
WING = 0.022
"""Half the thickness of a wing seen from above, over the length or the span."""


def wing_factors(shape: Silhouette, facts: Evidence) -> Array | None:
    """Factors (H, W) on the inflated height, or None when the silhouette shows no wings."""
    front = _from_front(shape, facts)
    return front if front is not None else _from_above(shape, facts)


def _from_above(shape: Silhouette, facts: Evidence) -> Array | None:
    """A straight-edged thing that is its own mirror image about a slim body, to which broad wings are attached."""
    if facts.straight < 0.4 or facts.flat_colour > 0.45 or facts.eyes:
        return None
    upright, level = mirror_overlap(shape.mask), mirror_overlap(shape.mask.T)
    lying = level[0] > upright[0]
    overlap, axis = level if lying else upright
    if overlap < 0.8:
        return None
    mask = shape.mask.T if lying else shape.mask
    across = np.abs(np.arange(mask.shape[1]) - axis)
    rows = np.nonzero(mask.any(axis=1))[0]
    mask = mask[rows[0] : rows[-1] + 1]
    length = len(mask)
    radius = np.where(~mask & (across > 0), across, np.inf).min(axis=1)
    radius = np.where(mask[:, round(axis)], radius, 0)
    inner = radius[round(0.08 * length) : round(0.92 * length)]
    if not len(inner) or (inner > 0).mean() < 0.95:
        return None
    slim = float(np.percentile(inner, 30))
    broad = float((inner > 2.2 * slim).mean())
    if not 0.08 < broad < 0.6 or radius.max() < 0.28 * length or not 0.015 * length < slim < 0.12 * length:
        return None
    if not 0.15 < int(radius.argmax()) / length < 0.9:  # what is broad at its end is a table or a tree
        return None
    height = np.sqrt(np.maximum(squared_height(shape), 0))
    body = np.sqrt(np.maximum(slim**2 - across**2, 0))
    body = body[:, None] if lying else body[None]
    wanted = np.maximum(np.broadcast_to(body, height.shape), WING * max(length, 2 * float(radius.max())))
    return np.minimum(wanted / np.maximum(height, 0.5), 1.0).astype(np.float32)


def _from_front(shape: Silhouette, facts: Evidence) -> Array | None:
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
