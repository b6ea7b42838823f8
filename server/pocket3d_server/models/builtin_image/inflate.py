"""Inflates a silhouette to a rounded body: animals, figures, anything soft or organic."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from pocket3d_server.models.builtin_image.meshes import Mesh, normals, polygonise, smooth
from pocket3d_server.models.builtin_image.regions import relief
from pocket3d_server.models.builtin_image.silhouette import Silhouette, at_pixels
from pocket3d_server.models.pictures.fields import ball_union, bleed, mirror_overlap, poisson
from pocket3d_server.models.pictures.picture import Array

BACK_DEPTH = 0.85
"""The back is a little flatter than the front."""
LARGEST_HEIGHT = 0.42
"""Heights approach this share of the longer side: a big torso is less deep than it is wide."""
LEGS_APART = 0.33
"""How far to the side a leg stands, over half the depth of the thickest place."""
STRIDE = 0.4
"""Feet of two legs on one side of something on four are that far apart at least, over the width."""
TALL = 0.4
"""Height over width of what stands on legs that hide their twins: a fish on two fins is lower."""
LEVEL = 0.02
"""Feet that end within this share of the height stand equally near."""


def squared_height(shape: Silhouette) -> Array:
    """h^2 (H, W) of the smooth front in square pixels: positive inside, zero on the outline, negative outside.

    h is half the root of a Poisson solution (one smooth belly over everything) and half the union of balls
    (round limbs, true thickness). Squared, it crosses zero at the outline with a finite slope, so that the
    level set of h^2 - z^2 is smooth around the rim.
    """
    distance, mask = shape.distance, shape.mask
    inside = np.maximum(distance, 0.05)
    belly = np.sqrt(poisson(mask) * inside / (inside + 0.5))
    balls = np.sqrt(ball_union(distance))
    height = 0.5 * belly + 0.5 * ndimage.gaussian_filter(balls, 1.2) * np.sqrt(np.minimum(inside / 1.5, 1))
    limit = LARGEST_HEIGHT / shape.frame.unit
    height = height / (1 + (height / limit) ** 4) ** 0.25
    square = np.where(mask, height**2, 0)
    # Continue the slope at the rim to the outside, so that the zero crossing is where the outline is.
    rim = mask & (distance < 2.5)
    slope = np.where(rim, square / inside, 0)
    slope = bleed(slope[..., None], rim)[..., 0]
    return np.where(mask, square, slope * np.minimum(distance, -0.02)).astype(np.float32)


def limb_offsets(shape: Silhouette) -> tuple[Array, bool]:
    """Where the middle of the body lies in depth: (H, W) in pixels, positive towards the viewer; and whether as much
    lies as far away from him.

    Legs seen side by side below one body belong to different sides of it: they are moved towards and away from
    the viewer, growing from nothing at the crotch to the full offset at the feet. On one floor a foot that ends
    lower in the picture stands nearer; where all end at one height, alternate legs belong together.
    Two legs far apart, seen from the side, are those of something on four: each hides its twin.
    """
    mask = shape.mask
    rows = np.nonzero(mask.any(axis=1))[0]
    columns = np.nonzero(mask.any(axis=0))[0]
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    nothing = np.zeros(mask.shape, np.float32)
    if width < 0.7 * height:
        return nothing, False  # an upright figure seen from the front has its legs side by side
    low = rows[-1] - max(2, round(0.05 * height))
    feet, count = ndimage.label(mask[low])
    tall = height > TALL * width
    if count < 2 or count > 4 or (count == 2 and mirror_overlap(mask)[0] > (0.72 if tall else 0.6)):
        return nothing, False
    below = mask.copy()
    below[: rows[-1] - round(0.45 * height)] = False
    # The crotch: highest row from the ground on which all feet are still apart.
    crotch = low
    for row in range(low, int(rows[-1] - 0.45 * height), -1):
        spans = ndimage.label(mask[row])[1]
        if spans < count:
            break
        crotch = row
    if low - crotch < 0.08 * height:
        return nothing, False
    below[:crotch] = False
    legs, _ = ndimage.label(below)
    order = [int(legs[low, np.nonzero(feet == k + 1)[0][0]]) for k in range(count)]
    reach = float(np.sqrt(np.maximum(squared_height(shape), 0)).max()) * LEGS_APART
    pinned = np.full(mask.shape, np.nan)
    pinned[: max(0, crotch - round(0.12 * height))] = 0
    ends = np.array([np.nonzero((legs == leg).any(axis=1))[0][-1] for leg in order])
    told = np.ptp(ends) > LEVEL * height
    middles = ndimage.mean(np.arange(mask.shape[1]), feet, np.arange(1, count + 1))
    twins = bool(tall and count == 2 and np.ptp(middles) > STRIDE * width)
    for k, leg in enumerate(order):
        near = 2 * ends[k] > ends.min() + ends.max() if told else k % 2 == 0
        side = 1 if near or twins else -1
        # Twins stand clear of one another.
        aside = max(reach, 2.2 * float(shape.distance[legs == leg].mean())) if twins else reach
        pinned[(legs == leg) & (np.arange(mask.shape[0])[:, None] > crotch + 0.25 * (low - crotch))] = (
            side * aside
        )
    offsets = poisson(mask, fixed=pinned, load=0.0)
    return ndimage.gaussian_filter(bleed(offsets[..., None], mask)[..., 0], 1.0), twins


def inflate(
    shape: Silhouette, thickness: float = 1.0, emboss: float = 1.0, factor: Array | None = None
) -> Mesh:
    """A closed mesh whose outline, seen from +Z, is the silhouette.

    ``thickness`` multiplies the depth and ``emboss`` the relief of the front. ``factor`` (H, W)
    multiplies it place by place.
    """
    square = squared_height(shape)
    if factor is not None:
        square = square * factor**2
    offset, twins = limb_offsets(shape)
    top = float(np.sqrt(square.max()))
    reach = float(np.abs(offset).max())
    before, behind = int(np.ceil(top + reach)) + 2, int(np.ceil(top * BACK_DEPTH + reach)) + 2
    z = np.arange(-behind, before + 1, dtype=np.float32)[:, None, None]
    away: Array = np.abs(z) - offset if twins else z - offset
    away = np.multiply(away, np.where(z < 0, 1 / BACK_DEPTH, 1), dtype=np.float32)
    mesh = smooth(polygonise(square[None] - away * away, shape.frame, behind), 6)
    vertices = mesh.vertices * (1, 1, thickness)
    if emboss > 0:
        facing = np.clip(normals(mesh)[:, 2] / 0.5, 0, 1)
        raised = at_pixels(relief(shape.rgb, shape.distance), shape.frame, vertices)
        vertices[:, 2] += facing * raised * shape.frame.unit * emboss
    return Mesh(vertices, mesh.faces)
