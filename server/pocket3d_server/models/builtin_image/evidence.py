"""Measures on the cut-out that tell turned, flat, boxy and organic things apart, and the choice they lead to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.color import rgb2lab
from skimage.measure import find_contours

from pocket3d_server.models.builtin_image.lathe import attachments, is_vessel
from pocket3d_server.models.builtin_image.profile import Turned, fit_profile
from pocket3d_server.models.builtin_image.silhouette import Silhouette
from pocket3d_server.models.pictures.fields import mirror_overlap, ramp
from pocket3d_server.models.pictures.picture import Array, Mask

END_DEPTH = 1.4
"""Length of what is seen from its end, over its width: rods, tins and rolls are mostly longer than wide."""


@dataclass(frozen=True)
class Evidence:
    """What the picture says about the shape. Shares and scores are 0..1."""

    symmetry: float
    """Overlap of the silhouette with its mirror image about the best upright axis (intersection over union)."""
    upside_down: float
    """The same about the best level axis: signs and coins have it, things that stand do not."""
    straight: float
    """Share of the outline that runs straight."""
    rectangular: float
    """Share of the bounding box that is filled."""
    ruled: float
    """Share of the edge strength, outline and inside, along two perpendicular directions; 0.13 by chance."""
    roundness: float
    """How far brightness follows a rounded form rather than flat areas."""
    flat_colour: float
    """Share of the inside without any gradient."""
    holes: int
    thickest: float
    """Radius of the largest inscribed circle over the longer side."""
    eyes: bool
    """A pair of like dark spots at one height, to both sides of the mirror axis."""
    looks_here: bool
    """The same anywhere, but small and in the upper half: a face that looks at the viewer."""
    aspect: float
    """Width over height of the bounding box."""
    overhang: float
    """Share of the silhouette above or below the ends of the turned body's axis: ears, feet, lobes."""
    perforated: float
    """Share of the turned body that is holes: no vase has one through its middle."""
    limbs: float
    """Radius of the thickest piece outside the turned body over the body's largest radius."""
    lit_as_turned: float
    """How far brightness follows the turned body's normals, 0..1."""
    lit_as_inflated: float
    """The same for the normals of the inflated silhouette, on the same pixels."""
    mug: bool
    """A turned body, open at its top, with the ring of one handle."""
    faced: bool
    """A compact flat face seen straight on, evenly lit, with a shaded rim: the end of a rod, not a ball."""
    turned: Turned


@dataclass(frozen=True)
class Choice:
    """A way to build the shape and how well it fits the evidence."""

    method: str
    """``lathe``, ``extrude``, ``box`` or ``inflate``."""
    score: float
    confidence: float


def measure(shape: Silhouette) -> Evidence:
    """All measures of one silhouette."""
    mask, distance = shape.mask, shape.distance
    rows, columns = np.nonzero(mask)
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    filled = ndimage.binary_fill_holes(mask)
    gaps, _ = ndimage.label(filled & ~mask)
    hole_sizes = np.bincount(gaps.ravel())[1:]
    light = rgb2lab(shape.rgb)
    turned = fit_profile(shape)
    along, _ = turned.coordinates(rows.astype(np.float64), columns.astype(np.float64))
    body = turned.inside(mask.shape) > 0
    lit = _lighting(light[..., 0], shape, turned)
    symmetry, upside_down = mirror_overlap(mask)[0], mirror_overlap(mask.T)[0]
    thickest = float(distance.max() / max(height, width))
    return Evidence(
        symmetry=symmetry,
        upside_down=upside_down,
        straight=_straight_share(distance),
        ruled=_ruled_share(light[..., 0], mask),
        rectangular=float(len(rows) / (height * width)),
        roundness=_roundness(light[..., 0], mask, distance),
        flat_colour=_flat_share(light, distance),
        holes=int((hole_sizes > 0.001 * len(rows)).sum()),
        thickest=thickest,
        eyes=(pairs := _dark_pairs(light[..., 0], shape))[0],
        looks_here=pairs[1],
        aspect=float(width / height),
        overhang=float(((along < -1) | (along > len(turned.radius))).mean()),
        perforated=float((body & filled & ~mask).sum() / max(body.sum(), 1)),
        limbs=_limb_size(shape, turned),
        lit_as_turned=lit[0],
        lit_as_inflated=lit[1],
        mug=bool(len(pieces := attachments(shape, turned)) == 1 and is_vessel(shape, turned, pieces)),
        faced=min(symmetry, upside_down) > 0.9 and thickest > 0.4 and _is_face(light, distance),
        turned=turned,
    )


def choose(evidence: Evidence) -> list[Choice]:
    """All methods, the best first. Scores are rules of thumb set by eye on pictures of common things."""
    e, t = evidence, evidence.turned
    # A handle may leave part of the silhouette unexplained when it is thin; lobes and ears may not,
    # and something with eyes is a figure whose leftovers are arms and legs.
    needed = max(0.80 + 0.13 * ramp(e.limbs, 0.15, 0.24), 0.95 if e.eyes else 0.0)
    if (
        abs(t.direction[0]) < 0.5
    ):  # what lies and is turned is a bottle or a pen; what swims has fins left over
        needed = max(needed, 0.965)
    lathe = ramp(t.overlap, 0.79, 0.94) * ramp(t.explained, needed, needed + (0.035 if e.eyes else 0.06))
    lathe *= ramp(t.excess, 0.12, 0.03) * ramp(e.overhang, 0.05, 0.025) * ramp(e.perforated, 0.025, 0.008)
    lathe *= 0.55 + 0.45 * ramp(t.clean, 0.3, 0.9)
    lathe *= 1 - 0.85 * ramp(e.rectangular, 0.92, 0.98)
    built = max(ramp(e.straight, 0.6, 0.8), ramp(e.ruled, 0.5, 0.6))
    lathe *= 1 - 0.65 * built * ramp(e.upside_down, 0.955, 0.99)
    lathe *= 1 - 0.7 * ramp(e.straight, 0.6, 0.8) * ramp(e.roundness, 0.35, 0.1)
    lathe *= 1 - 0.5 * ramp(e.flat_colour, 0.3, 0.8) * ramp(e.straight, 0.3, 0.7)
    if e.eyes:
        lathe *= 0.45 + 0.55 * ramp(t.clean, 0.97, 0.995)
    # Where there is shading, it tells a wheel of wings or a bust from what was turned.
    shaded = ramp(e.flat_colour, 0.3, 0.15)
    lathe *= 1 - shaded * (1 - ramp(e.lit_as_turned - e.lit_as_inflated, -0.09, -0.02))
    lathe *= 1 - 0.6 * shaded * ramp(e.lit_as_turned, 0.2, 0.08)
    squat = ramp(len(t.radius) / max(float(t.radius.max()), 1.0), 1.5, 1.3)
    lathe *= 1 - 0.6 * shaded * squat * ramp(e.lit_as_turned, 0.8, 0.5)
    if e.faced:
        lathe = 0.0
    if e.mug and t.overlap > 0.9 and t.excess < 0.05 and t.explained > 0.75:
        lathe = max(lathe, 0.95)
    # Mirrored about a slanting axis but not turned: tools are drawn like that.
    tool = ramp(t.overlap, 0.85, 0.93) * ramp(abs(t.direction[1]), 0.2, 0.4) * (1 - lathe)
    thin = ramp(e.thickest, 0.18, 0.13)
    flat = (
        0.1
        + 0.5 * ramp(e.straight, 0.3, 0.6) * max(ramp(e.rectangular, 0.62, 0.72), thin)
        + 0.3 * ramp(e.flat_colour, 0.2, 0.7) * max(ramp(e.straight, 0.1, 0.35), thin)
        + 0.2 * min(e.holes, 1) * ramp(e.thickest, 0.3, 0.2)
        + 0.1 * thin
        + 0.35 * tool
        + 0.3 * ramp(e.upside_down, 0.95, 0.99) * max(ramp(e.straight, 0.3, 0.6), ramp(e.ruled, 0.5, 0.6))
        - 0.25 * ramp(e.roundness, 0.5, 0.85)
        - 0.5 * e.mug
    )
    if e.faced:
        flat = 0.9
    # Shading all over that follows a rounded form speaks against flat faces, whatever the outline.
    flat *= 1 - 0.75 * ramp(e.roundness, 0.5, 0.8) * ramp(e.flat_colour, 0.25, 0.1)
    # A picture that is shaded everywhere and has no ruled edges shows something modelled, not cut from a board.
    flat *= 1 - 0.5 * ramp(e.flat_colour, 0.12, 0.05) * ramp(e.ruled, 0.45, 0.35)
    box = ramp(e.rectangular, 0.93, 0.98) * (0.6 + 0.4 * ramp(e.straight, 0.5, 0.8))
    inflate = (
        0.42 + 0.1 * ramp(e.roundness, 0.2, 0.6) + 0.1 * e.eyes + 0.12 * e.looks_here - 0.08 * min(e.holes, 1)
    )
    scores = {"lathe": lathe, "extrude": float(np.clip(flat, 0, 1)), "box": box, "inflate": inflate}
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    lead = ranked[0][1] - ranked[1][1]
    sure = float(np.clip(0.45 + 0.4 * ranked[0][1] + 0.3 * lead, 0.3, 0.95))
    return [
        Choice(name, float(score), sure if k == 0 else sure * 0.7) for k, (name, score) in enumerate(ranked)
    ]


def flat_depth(evidence: Evidence) -> float:
    """A likely depth in metres for a flat or boxy thing whose longer side is 1 m."""
    shorter = min(1.0, evidence.aspect, 1 / evidence.aspect)
    if evidence.faced:
        return END_DEPTH * shorter
    standing = ramp(evidence.upside_down, 0.95, 0.85) * ramp(evidence.straight, 0.15, 0.4)
    if evidence.rectangular > 0.95:
        cube = ramp(shorter, 0.85, 0.95)
        return shorter * (0.16 + 0.5 * cube)
    # Things that stand (cars, houses) are about as deep as they are high; signs and tools are thin.
    body = ramp(evidence.thickest, 0.16, 0.28) * standing
    sure = block(evidence)
    return float(0.11 * (1 - body) + body * (1.5 * evidence.thickest * (1 - sure) + 0.95 * shorter * sure))


def block(evidence: Evidence) -> float:
    """How surely (0..1) a thing is made of flat faces at right angles, one of which is seen straight on."""
    e = evidence
    return float(
        ramp(e.flat_colour, 0.4, 0.55)
        * ramp(e.ruled, 0.5, 0.65)
        * ramp(e.rectangular, 0.65, 0.72)
        * ramp(e.thickest, 0.2, 0.3)
    )


def _limb_size(shape: Silhouette, turned: Turned) -> float:
    outside = shape.mask & (turned.inside(shape.mask.shape) < -1)
    if not outside.any():
        return 0.0
    return float(ndimage.distance_transform_edt(outside).max() / max(float(turned.radius.max()), 1))


def _straight_share(distance: Array) -> float:
    """How much of the outline stays within a hair of a chord a fifth of the object long."""
    longest = 0.0
    straight = 0.0
    size = max(np.ptp(np.nonzero(distance > 0), axis=1) + 1)
    for contour in find_contours(distance, 0.0):
        steps = np.linalg.norm(np.diff(contour, axis=0), axis=1)
        length = float(steps.sum())
        if length < 0.15 * size or not np.allclose(contour[0], contour[-1]):
            continue
        along = np.concatenate([[0], np.cumsum(steps)])
        count = max(32, int(length))
        even = np.stack(
            [np.interp(np.arange(count) * length / count, along, contour[:, k]) for k in range(2)], axis=1
        )
        window = max(6, round(0.18 * size * count / length))
        chord = np.roll(even, -window, axis=0) - even
        reach = np.maximum(np.linalg.norm(chord, axis=1), 1e-6)
        sag = np.zeros(count)
        for part in (0.25, 0.5, 0.75):
            middle = np.roll(even, -round(window * part), axis=0) - even
            sag = np.maximum(sag, np.abs(chord[:, 0] * middle[:, 1] - chord[:, 1] * middle[:, 0]) / reach)
        flat = (sag < 0.004 * size) & (reach > 0.9 * window * length / count)
        covered = ndimage.maximum_filter1d(
            flat.astype(np.float32), 2 * (window // 2) + 1, origin=0, mode="wrap"
        )
        covered = np.roll(covered, window // 2)
        straight += float(covered.mean()) * length
        longest += length
    return straight / longest if longest else 0.0


def _dark_pairs(light: Array, shape: Silhouette) -> tuple[bool, bool]:
    """``Evidence.eyes`` and ``Evidence.looks_here``."""
    mask, distance = shape.mask, shape.distance
    rows, columns = np.nonzero(mask)
    size, width = max(np.ptp(rows), np.ptp(columns)) + 1, np.ptp(columns) + 1
    _, axis = mirror_overlap(mask)
    around = ndimage.gaussian_filter(np.where(mask, light, 60), size * 0.06)
    labels, count = ndimage.label((light < around - 16) & (light < 45) & (distance > 0.04 * size))
    nothing = False, False
    if not 2 <= count <= 60:
        return nothing
    index = np.arange(1, count + 1)
    area = ndimage.sum(labels > 0, labels, index) / len(rows)
    wanted = (area > 0.0006) & (area < 0.03)
    index, area = index[wanted], area[wanted]
    if len(index) < 2:
        return nothing
    spots = np.array(ndimage.center_of_mass(labels > 0, labels, index))
    boxes = [ndimage.find_objects(labels)[k - 1] for k in index]
    extent = np.array([[b[0].stop - b[0].start, b[1].stop - b[1].start] for b in boxes])
    compact = extent.max(axis=1) < 2.6 * extent.min(axis=1)
    high = spots[:, 0] < rows.min() + 0.75 * np.ptp(rows)
    level = np.abs(spots[:, None, 0] - spots[None, :, 0]) / size
    centred = np.abs(spots[:, None, 1] + spots[None, :, 1] - 2 * axis) < 0.05 * size
    apart = (spots[None, :, 1] - spots[:, None, 1]) / width
    alike = np.minimum.outer(area, area) / np.maximum.outer(area, area)
    pair = (
        np.outer(compact & high, compact & high)
        & (level < 0.03)
        & (apart > 0.05)
        & (apart < 0.6)
        & (alike > 0.5)
    )
    small = (area < 0.008) & (spots[:, 0] < rows.min() + 0.5 * np.ptp(rows))
    face = pair & np.outer(small, small) & (level < 0.02) & (apart < 0.3) & (alike > 0.65)
    return bool((pair & centred).any()), bool(face.any())


def _ruled_share(light: Array, mask: Mask) -> float:
    inner = np.where(mask, light, 0)  # the outline counts as an edge
    dy, dx = (ndimage.gaussian_filter(inner, 1.0, order=o) for o in ((1, 0), (0, 1)))
    strength = np.hypot(dx, dy)
    strength = np.where(strength > 2, np.minimum(strength, 15), 0)
    angle = np.degrees(np.arctan2(dy, dx)) % 90
    bins = np.bincount((angle[mask] / 2).astype(int) % 45, strength[mask], 45)
    around = sum(np.roll(bins, k) for k in range(-2, 3)) + 0.5 * (np.roll(bins, 3) + np.roll(bins, -3))
    return float(around.max() / max(bins.sum(), 1e-6))


def _roundness(light: Array, mask: Mask, distance: Array) -> float:
    """Correlation of smoothed brightness with any lit direction of a rounded form's normals, 0..1."""
    side = max(mask.shape)
    inner = distance > 0.02 * side
    if inner.sum() < 50:
        return 0.0
    form = np.sqrt(np.maximum(ndimage.gaussian_filter(np.maximum(distance, 0), side * 0.02), 0))
    dy, dx = np.gradient(form)
    smooth = ndimage.gaussian_filter(light, side * 0.012)
    target = smooth[inner] - smooth[inner].mean()
    if target.std() < 1.0:
        return 0.0
    design = np.stack([dx[inner], dy[inner], form[inner], np.ones(int(inner.sum()))], axis=1)
    fitted = design @ np.linalg.lstsq(design, target, rcond=None)[0]
    return float(np.clip(fitted.var() / target.var(), 0, 1))


def _lighting(light: Array, shape: Silhouette, turned: Turned) -> tuple[float, float]:
    """``Evidence.lit_as_turned`` and ``Evidence.lit_as_inflated``.

    Under any distant lights brightness is nearly a quadratic function of the normal (Ramamoorthi and Hanrahan, "An
    efficient representation for irradiance environment maps", 2001); the share of its variance that such a function
    explains judges the normals.
    """
    side = max(shape.mask.shape)
    rows, columns = (g.astype(np.float64) for g in np.mgrid[: shape.mask.shape[0], : shape.mask.shape[1]])
    along, across = turned.coordinates(rows, columns)
    share = across / np.maximum(turned.radius_near(along), 1e-6)
    inner = (np.abs(share) < 0.93) & (shape.distance > 0.015 * side)
    target = ndimage.gaussian_filter(light, side * 0.012)[inner]
    if len(target) < 50 or target.std() < 1.0:
        return 0.0, 0.0
    slope = np.gradient(ndimage.gaussian_filter1d(turned.radius, 1.5))
    tilt = np.interp(along[inner], np.arange(len(slope)), slope)
    round_ = share[inner]
    form = np.sqrt(np.maximum(ndimage.gaussian_filter(np.maximum(shape.distance, 0), side * 0.02), 0))
    dy, dx = np.gradient(form)
    candidates = (
        np.stack([round_, -tilt, np.sqrt(1 - round_**2)], axis=1),
        np.stack([dx[inner], dy[inner], np.full(len(target), 0.1)], axis=1),
    )
    fits = []
    for normal in candidates:
        n = normal / np.linalg.norm(normal, axis=1, keepdims=True)
        design = np.column_stack([n, n[:, 0] ** 2, n[:, 1] ** 2, n[:, 0] * n[:, 1], np.ones(len(n))])
        left = target - design @ np.linalg.lstsq(design, target, rcond=None)[0]
        fits.append(float(np.clip(1 - left.var() / target.var(), 0, 1)))
    return fits[0], fits[1]


def _flat_share(lab: Array, distance: Array) -> float:
    inner = distance > 2
    return float((_slope(lab)[inner] < 0.12).mean()) if inner.any() else 0.0


def _is_face(lab: Array, distance: Array) -> bool:
    slope, largest = _slope(lab), float(distance.max())
    inner, rim = distance > 0.35 * largest, (distance > 2) & (distance < 0.15 * largest)
    # Light falls off a little over a face too; on a ball it changes twice as fast at least.
    even = (slope[inner] < 0.25).mean() > 0.85
    return bool(rim.any() and even and (slope[rim] < 0.12).mean() < 0.65)


def _slope(lab: Array) -> Array:
    return np.sqrt(sum(ndimage.gaussian_gradient_magnitude(lab[..., k], 1.0) ** 2 for k in range(3)))
