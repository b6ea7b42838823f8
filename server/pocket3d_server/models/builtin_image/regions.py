"""Colour regions of the cut-out: which are details of the front only, and how far each stands out."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.color import rgb2lab
from skimage.segmentation import felzenszwalb

from pocket3d_server.models.pictures.fields import bleed, grow_in, masked_blur
from pocket3d_server.models.pictures.picture import Array, Mask, resize

BACK_SIDE = 200
"""The back has no fine detail; it is made at this size."""


def colour_regions(rgb: Array, mask: Mask) -> np.ndarray:
    """Labels (H, W) of areas of similar colour inside ``mask`` from 1 on, 0 outside.

    Graph merging after Felzenszwalb and Huttenlocher 2004; its scale follows the picture's size.
    """
    side = max(mask.shape)
    labels = felzenszwalb(rgb, scale=side * 0.7, sigma=0.8, min_size=max(12, side * side // 900)) + 1
    labels[~mask] = 0
    return labels


def without_front_details(rgb: Array, mask: Mask) -> Array:
    """A plausible back (H, W, 3): regions that do not reach the outline (eyes, belly, buttons) are filled in.

    What remains is softened; the colours of the outline grow inwards into the gaps.
    """
    side = max(mask.shape)
    if side > BACK_SIDE:
        ratio = BACK_SIDE / side
        size = max(8, round(mask.shape[0] * ratio)), max(8, round(mask.shape[1] * ratio))
        small = np.clip(resize(rgb, *size), 0, 1), resize(mask.astype(np.float32), *size) > 0.5
        return np.clip(resize(without_front_details(*small), *mask.shape), 0, 1)
    labels = colour_regions(rgb, mask)
    count = int(labels.max()) + 1
    rim = mask & ~ndimage.binary_erosion(mask, iterations=max(2, round(side * 0.02)))
    area = np.bincount(labels.ravel(), minlength=count)
    touch = np.bincount(labels.ravel(), rim.ravel(), count)
    # A disc that touches nowhere has 0; a limb has nearly all of its outline in the rim.
    outline = 3.5 * np.sqrt(np.maximum(area, 1)) * max(2, round(side * 0.02))
    stays = (touch > 0.33 * outline) | _bands(labels, mask, area) | ~_stands_out(rgb, labels, area, side)
    stays[0] = False
    keep = stays[labels] & mask
    if keep.sum() < 0.15 * mask.sum():
        keep = rim
    # Shrink what stays a little: its border is mixed with the detail that goes.
    sure = keep & ~ndimage.binary_dilation(mask & ~keep, iterations=2)
    sure = sure if sure.any() else keep
    filled = np.where(sure[..., None], rgb, grow_in(rgb, sure))
    spread = masked_blur(filled, mask, side * 0.03)
    blend = ndimage.gaussian_filter((~keep & mask).astype(np.float32), side * 0.012)[..., None]
    soft = masked_blur(_median(filled, side * 0.06), mask, side * 0.006)
    return bleed(soft * (1 - blend) + spread * blend, mask)


def _bands(labels: np.ndarray, mask: Mask, area: np.ndarray) -> Mask:
    """Which regions (by label) reach from the left outline to the right one: belts, scarves, hats."""
    inner = ndimage.binary_erosion(mask, iterations=2)
    rows = np.nonzero(inner.any(axis=1))[0]
    left, right = inner[rows].argmax(axis=1), inner.shape[1] - 1 - inner[rows][:, ::-1].argmax(axis=1)
    first, last = labels[rows, left], labels[rows, right]
    across = np.bincount(first[first == last], minlength=len(area))
    height = np.bincount(
        np.concatenate([np.unique(labels[row]) for row in rows]) if len(rows) else [], minlength=len(area)
    )
    return (across >= 2) & (across > 0.3 * height)


def _stands_out(rgb: Array, labels: np.ndarray, area: np.ndarray, side: int) -> Mask:
    """Which regions (by label) differ clearly in colour from what lies around them."""
    lab = rgb2lab(rgb)
    count = len(area)
    sums = np.stack([np.bincount(labels.ravel(), lab[..., c].ravel(), count) for c in range(3)], axis=1)
    mean = sums / np.maximum(area, 1)[:, None]
    # Differences along the borders between regions, weighted by the length of each border.
    size = max(1, round(side * 0.01))
    difference, length = np.zeros(count), np.zeros(count)
    for axis in (0, 1):
        other = np.roll(labels, size, axis)
        border = (labels != other) & (labels > 0) & (other > 0)
        a, b = labels[border], other[border]
        step = np.linalg.norm(mean[a] - mean[b], axis=1)
        for ends in (a, b):
            difference += np.bincount(ends, step, count)
            length += np.bincount(ends, minlength=count)
    return difference / np.maximum(length, 1) > 13


def _median(rgb: Array, size: float) -> Array:
    """Median of each channel over a square of ``size`` pixels, computed on a smaller picture."""
    ratio = max(1.0, size / 9)
    small = resize(rgb, max(8, round(rgb.shape[0] / ratio)), max(8, round(rgb.shape[1] / ratio)))
    small = ndimage.median_filter(small, size=(max(3, round(size / ratio)),) * 2 + (1,), mode="nearest")
    return resize(small, *rgb.shape[:2])


def relief(rgb: Array, distance: Array) -> Array:
    """How far the front stands out beyond its smooth form: (H, W) in pixels, 0 at the outline, modest.

    Every small colour region is a low cushion, and fine brightness detail is embossed.
    """
    mask = distance > 0
    side = max(mask.shape)
    labels = colour_regions(rgb, mask)
    area = np.bincount(labels.ravel())
    part = (area > 0.0008 * mask.sum()) & (area < 0.45 * mask.sum())
    part[0] = False
    inner = part[labels]
    # Distance to the next region, from the label borders.
    border = (labels != np.roll(labels, 1, 0)) | (labels != np.roll(labels, 1, 1))
    depth = ndimage.distance_transform_edt(~border)
    height = side * 0.016
    cushion = np.where(inner, height * (1 - np.exp(-depth / height * 0.9)), 0)
    cushion = ndimage.gaussian_filter(cushion, side * 0.004)
    light = rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    detail = ndimage.gaussian_filter(light, side * 0.004) - ndimage.gaussian_filter(light, side * 0.022)
    emboss = np.clip(detail * side * 0.05, -side * 0.007, side * 0.007)
    return (cushion * 0.7 + emboss) * np.clip(distance / (side * 0.05), 0, 1)
