"""Works out what several pictures of one object show, and lays them around one box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from scipy import ndimage
from skimage.color import rgb2lab

from pocket3d_server.models.builtin_image.silhouette import Frame, at_pixels
from pocket3d_server.models.pictures.cutout import Cutout
from pocket3d_server.models.pictures.fields import signed_distance
from pocket3d_server.models.pictures.picture import Array, Mask, resize

PIXELS = Frame(1, 0, 0)
"""Reads points that are in pixels already: (column, -row)."""
SIDE = 96
"""Pixels of the pictures that are compared."""
LEAST_AGREEMENT = 0.45

# Where a view's image axes point in space: right, up, towards the viewer.
AXES: dict[str, Array] = {
    "front": np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], float),
    "back": np.array([[-1, 0, 0], [0, 1, 0], [0, 0, -1]], float),
    "left": np.array([[0, 0, -1], [0, 1, 0], [1, 0, 0]], float),
    "right": np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]], float),
    "top": np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float),
}
ORDERS = (("left", "back"), ("left", "back", "right"), ("left", "back", "top"), ("left", "top"))
"""What people usually send after the front; such orders get a small preference."""


@dataclass(frozen=True)
class View:
    """One picture and where it was taken from. ``left`` shows the side at +X of an object that faces +Z."""

    name: str
    cutout: Cutout
    size: Array
    """(3,) of the object's box in metres; the box stands on y = 0 around x = z = 0."""
    agreement: float
    """How well the picture fits the front, 0..1."""

    @property
    def axes(self) -> Array:
        """(3, 3): rows point right, up and towards the viewer."""
        return AXES[self.name]

    def uv(self, points: Array) -> Array:
        """Points (N, 3) in metres to rows and columns (N, 2) of the picture."""
        centred = points - (0, self.size[1] / 2, 0)
        extent = np.abs(self.axes[:2]) @ self.size
        share = (centred @ self.axes[:2].T) / np.maximum(extent, 1e-9)  # -0.5..0.5
        rows, columns = np.nonzero(self.cutout.alpha > 0.5)
        top, bottom, left, right = (
            rows.min() - 0.5,
            rows.max() + 0.5,
            columns.min() - 0.5,
            columns.max() + 0.5,
        )
        return np.stack(
            [
                (top + bottom) / 2 - share[:, 1] * (bottom - top),
                (left + right) / 2 + share[:, 0] * (right - left),
            ],
            axis=1,
        )

    def sample(self, picture: Array, points: Array) -> Array:
        """``picture`` (H, W[, C]), aligned with the cut-out, at points (N, 3) in metres: (N[, C])."""
        where = self.uv(points)
        return at_pixels(picture, PIXELS, np.stack([where[:, 1], -where[:, 0]], axis=1))

    def distance(self) -> Array:
        """Signed distance to the outline in pixels of the picture (H, W), positive inside."""
        return signed_distance(self.cutout.alpha)


def match_views(cutouts: list[Cutout], names: Sequence[str] | None = None) -> list[View] | None:
    """Names and sizes for all pictures, the front first; None when they do not show one object.

    Without ``names`` the first picture is the front. For the others every assignment is judged by what must
    agree: the outline of the back mirrors that of the front, colours at each height agree between front and
    sides, and the proportions of three directions fit one box.
    """
    boxes = [_boxed(cutout) for cutout in cutouts]
    if names is not None:
        options = [tuple(names)]
        if len(set(names)) < len(names) or "front" not in names:
            return None
    else:
        options = [
            ("front", *rest) for rest in permutations(("left", "back", "right", "top"), len(cutouts) - 1)
        ]
    best: tuple[float, tuple[str, ...], list[float]] | None = None
    for option in options:
        agreement = _agreement(option, boxes)
        liking = 0.04 if any(option[1:] == order[: len(option) - 1] for order in ORDERS) else 0.0
        score = min(agreement) + 0.3 * float(np.mean(agreement)) + liking
        if best is None or score > best[0]:
            best = score, option, agreement
    assert best is not None
    _, chosen, agreement = best
    if names is None:
        chosen = _turn_sides(chosen, boxes)
        if min(agreement) < LEAST_AGREEMENT:
            return None
    size = _size(chosen, boxes)
    found = [View(n, c, size, a) for n, c, a in zip(chosen, cutouts, agreement)]
    return sorted(found, key=lambda view: list(AXES).index(view.name))


@dataclass(frozen=True)
class _Boxed:
    mask: Mask
    """(SIDE, SIDE): the silhouette stretched to its bounding box."""
    lab: Array
    aspect: float
    """Width over height."""


def _boxed(cutout: Cutout) -> _Boxed:
    rows, columns = np.nonzero(cutout.alpha > 0.5)
    part = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    mask = resize(cutout.alpha[part], SIDE, SIDE) > 0.5
    lab = rgb2lab(np.clip(resize(cutout.rgb[part], SIDE, SIDE), 0, 1))
    height, width = cutout.alpha[part].shape
    return _Boxed(mask, lab, width / height)


def _agreement(names: tuple[str, ...], boxes: list[_Boxed]) -> list[float]:
    front = boxes[names.index("front")]
    out = []
    for name, box in zip(names, boxes):
        if name == "front":
            out.append(1.0)
        elif name == "back":
            mirrored = box.mask[:, ::-1]
            overlap = (mirrored & front.mask).sum() / max((mirrored | front.mask).sum(), 1)
            stretch = min(box.aspect / front.aspect, front.aspect / box.aspect)
            out.append(float(overlap * stretch**2 * (0.7 + 0.3 * _colours(front, box, 1))))
        elif name in ("left", "right"):
            out.append(0.97 * _likeness(front, box, 1))
        else:
            out.append(0.94 * _likeness(front, box, 0))
    sides = [box.aspect for name, box in zip(names, boxes) if name in ("left", "right")]
    tops = [box.aspect for name, box in zip(names, boxes) if name == "top"]
    if sides and tops:  # width : height, depth : height and width : depth must close
        ratio = front.aspect / sides[0] / tops[0]
        fit = min(ratio, 1 / ratio)
        out = [a * (fit if name != "front" else 1) for name, a in zip(names, out)]
    if len(sides) == 2:
        fit = min(sides[0] / sides[1], sides[1] / sides[0])
        out = [a * (fit if name in ("left", "right") else 1) for name, a in zip(names, out)]
    return out


def _likeness(front: _Boxed, other: _Boxed, axis: int) -> float:
    """How well another side's colours fit those of the front; never 0, for sides may be painted differently."""
    return 0.25 + 0.3 * _colours(front, other, axis) + 0.45 * _palette(front, other)


def _colours(a: _Boxed, b: _Boxed, axis: int) -> float:
    """How alike the mean colours of the rows (axis 1) or columns (axis 0) of two silhouettes are, 0..1."""

    def means(box: _Boxed) -> tuple[Array, Mask]:
        count = box.mask.sum(axis=axis)
        sums = (box.lab * box.mask[..., None]).sum(axis=axis)
        return sums / np.maximum(count, 1)[:, None], count > 0

    (first, known), (second, also) = means(a), means(b)
    both = known & also
    if not both.any():
        return 0.0
    # Light differs between views, so lightness counts less.
    difference = np.linalg.norm((first - second)[both] * (0.6, 1, 1), axis=1).mean()
    return float(np.exp(-difference / 28))


def _palette(a: _Boxed, b: _Boxed) -> float:
    """The share of colours that two pictures have in common, wherever they are, 0..1."""

    def histogram(box: _Boxed) -> Array:
        cells = np.clip((box.lab[box.mask] - (0, -80, -80)) / (100, 160, 160) * 8, 0, 7).astype(int)
        counts = np.bincount(cells @ (64, 8, 1), minlength=512).reshape(8, 8, 8) / len(cells)
        return ndimage.gaussian_filter(counts, (1.2, 0.8, 0.8))

    return float(min(1.0, 1.4 * np.minimum(histogram(a), histogram(b)).sum()))


def _turn_sides(names: tuple[str, ...], boxes: list[_Boxed]) -> tuple[str, ...]:
    """Left or right by where the toes point: the lowest part reaches forward."""
    sides = [k for k, name in enumerate(names) if name in ("left", "right")]
    if len(sides) != 1:
        return names
    mask = boxes[sides[0]].mask
    columns = np.arange(SIDE)

    def middle(rows: slice) -> float:
        weight = mask[rows].sum(axis=0)
        return float((weight * columns).sum() / max(weight.sum(), 1))

    lean = middle(slice(round(0.93 * SIDE), SIDE)) - middle(slice(round(0.6 * SIDE), round(0.9 * SIDE)))
    turned = list(names)
    if abs(lean) > 0.04 * SIDE:
        turned[sides[0]] = "left" if lean < 0 else "right"
    return tuple(turned)


def _size(names: tuple[str, ...], boxes: list[_Boxed]) -> Array:
    """Width, height and depth (3,) in metres, the largest 1."""
    by_name = dict(zip(names, boxes))
    width = by_name["front"].aspect
    depths = [by_name[n].aspect for n in ("left", "right") if n in by_name]
    if "top" in by_name:
        depths.append(width / by_name["top"].aspect)
    depth = float(np.mean(depths)) if depths else 0.0
    size = np.array([width, 1.0, depth])
    return size / size.max()
