"""The picture plane in space, and the cut-out on the grid that a surface is built on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.pictures.cutout import Cutout
from pocket3d_server.models.pictures.fields import signed_distance
from pocket3d_server.models.pictures.picture import Array, Mask, resize


@dataclass(frozen=True)
class Frame:
    """Where a pixel grid lies in the plane z = 0: columns run along +x, rows along -y."""

    unit: float
    """Metres for one pixel."""
    centre: float
    """Column of x = 0."""
    base: float
    """Row of y = 0."""

    def x(self, columns: Array) -> Array:
        """Metres from columns (any shape); a pixel's centre is at its index."""
        return (columns - self.centre) * self.unit

    def y(self, rows: Array) -> Array:
        """Metres from rows (any shape)."""
        return (self.base - rows) * self.unit

    def pixels(self, points: Array) -> tuple[Array, Array]:
        """Rows and columns, each (N,), of points (N, 2 or 3)."""
        return self.base - points[:, 1] / self.unit, points[:, 0] / self.unit + self.centre

    @classmethod
    def around(cls, alpha: Array) -> Frame:
        """The frame that makes the silhouette's longer side 1 m, centres it on x = 0 and stands it on y = 0."""
        rows, columns = np.nonzero(alpha > 0.5)
        top, bottom = rows.min() - 0.5, rows.max() + 0.5
        left, right = columns.min() - 0.5, columns.max() + 0.5
        return cls(1 / max(bottom - top, right - left), (left + right) / 2, bottom)


@dataclass(frozen=True)
class Silhouette:
    """A cut-out resampled to the grid that a surface is built on."""

    rgb: Array
    """(H, W, 3)."""
    distance: Array
    """(H, W) signed distance to the outline in pixels, positive inside."""
    frame: Frame

    @property
    def mask(self) -> Mask:
        """(H, W), true inside."""
        return self.distance > 0

    @classmethod
    def sample(cls, cutout: Cutout, cells: int) -> Silhouette:
        """The cut-out with about ``cells`` pixels along the object's longer side.

        Raises EngineError when nothing of a hair-thin object is left at that size.
        """
        full = Frame.around(cutout.alpha)
        height, width = cutout.alpha.shape
        rows, columns = max(8, round(height * full.unit * cells)), max(8, round(width * full.unit * cells))
        alpha = np.clip(resize(cutout.alpha, rows, columns), 0, 1)
        rgb = np.clip(resize(cutout.rgb, rows, columns), 0, 1)
        # Resampling moves pixel centres: (i + 0.5) scales, not i.
        ratio_y, ratio_x = rows / height, columns / width
        frame = Frame(
            full.unit / ((ratio_x + ratio_y) / 2),
            (full.centre + 0.5) * ratio_x - 0.5,
            (full.base + 0.5) * ratio_y - 0.5,
        )
        distance = signed_distance(alpha)
        if (distance > 0.3).sum() < 12:
            raise EngineError(
                "the object is too thin to be given a shape",
                code="INVALID_INPUT",
                suggestion="Send a picture in which the object has some width everywhere.",
            )
        return cls(rgb, distance, frame)


def at_pixels(values: Array, frame: Frame, points: Array) -> Array:
    """``values`` (H, W[, C]) read between pixels at points (N, 2 or 3) in metres; (N[, C])."""
    rows, columns = frame.pixels(points)
    if values.ndim == 2:
        return ndimage.map_coordinates(values, [rows, columns], order=1, mode="nearest")
    return np.stack([at_pixels(values[..., c], frame, points) for c in range(values.shape[2])], axis=-1)
