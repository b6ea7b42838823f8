"""Turns a profile around its axis and adds what sticks out of it: vases, bottles, cups, fruit, trees, bells."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from pocket3d_server.models.builtin_image.inflate import inflate
from pocket3d_server.models.builtin_image.meshes import Mesh, outward, reduce, unite
from pocket3d_server.models.builtin_image.paint import Coat
from pocket3d_server.models.builtin_image.perspective import unforeshortened
from pocket3d_server.models.builtin_image.profile import Turned
from pocket3d_server.models.builtin_image.silhouette import Frame, Silhouette, at_pixels
from pocket3d_server.models.pictures.picture import Array

OVERLAP = 0.035
"""How far an attached piece reaches into the turned body, as a share of the object's longer side."""
WALL = 0.16
"""Of a vessel, over its radius."""
ANGLES = 361
TURNING = 72
"""Degrees from the front at which a repeated pattern turns back; beyond, the picture is too foreshortened."""
SMALLEST_PIECE = 0.003
"""Share of the silhouette below which a leftover is noise of the outline."""


def lathe(shape: Silhouette, turned: Turned, segments: int, faces: int) -> Mesh:
    """The turned body with handles, arms and leaves inflated and united to it: one closed mesh.

    ``segments`` go around the body; about ``faces`` triangles are used for all.
    """
    # Pieces are reduced before they are united: the union is then exact and needs no further reduction.
    parts = attachments(shape, turned)
    wall = WALL * float(turned.radius.max()) if is_vessel(shape, turned, parts) else None
    body = turn(shape, unforeshortened(shape, turned), segments, wall)
    if wall is not None:  # a handle must not come out inside
        parts = attachments(shape, turned, 0.8 * wall)
    budget = max(600, int(0.95 * (faces - len(body.faces))) // max(1, len(parts)))
    pieces = [reduce(inflate(part, emboss=0.0), budget) for part in parts]
    return unite([body, *pieces]) if pieces else body


def is_vessel(shape: Silhouette, turned: Turned, parts: list[Silhouette]) -> bool:
    """Whether the body is open at its top: a mug by its one ring of a handle, a tumbler or pot by its taper."""
    radius, count = turned.radius, len(turned.radius)
    largest = float(radius.max())
    if largest < 2:
        return False
    rim = float(radius[round(0.04 * count) : round(0.1 * count) + 1].mean())
    if turned.direction[0] < 0.95 or radius[max(1, round(0.03 * count))] < 0.65 * rim or rim < 0.75 * largest:
        return False
    slim = count / (2 * largest)
    if len(parts) == 1:
        gaps = ndimage.binary_fill_holes(shape.mask) & ~shape.mask
        piece = parts[0].distance > 0
        ring = bool((ndimage.binary_dilation(piece, iterations=3) & gaps).sum() > 0.02 * piece.sum())
        return ring and 0.45 < slim < 1.8
    foot = float(radius[round(0.93 * count)])
    tapers = bool(
        (np.diff(ndimage.gaussian_filter1d(radius, 0.03 * count))[count // 8 : -count // 8] < 0.08).all()
    )
    return not parts and tapers and 0.45 < foot / rim < 0.92 and 0.9 < slim < 2.4


def turn(shape: Silhouette, turned: Turned, segments: int, wall: float | None = None) -> Mesh:
    """The profile revolved around its axis, closed by a pole at each end.

    With ``wall``, pixels of the grid, the body is a vessel of that thickness, open at its top.
    """
    count = len(turned.radius)
    along = np.concatenate([[-0.45], np.arange(count), [count - 0.55]])
    radius = np.concatenate([[0.0], turned.radius, [0.0]])
    if wall is not None:
        # The rim is level: rounded corners of the picture's outline must not close it.
        edge = max(1, round(0.03 * count))
        radius[1 : edge + 1] = np.maximum(radius[1 : edge + 1], radius[edge + 1])
        inside = np.arange(0.0, count - 1.4 * wall)
        inner = np.maximum(turned.radius_near(np.maximum(inside, edge)) - wall, 0.5)
        along = np.concatenate([inside[-1:], inside[::-1], along[1:]])
        radius = np.concatenate([[0.0], inner[::-1], radius[1:]])
    # Rows at even steps of arc length, so that flat ends get as many as the flanks.
    length = np.concatenate([[0], np.cumsum(np.hypot(np.diff(along), np.diff(radius)))])
    rings = max(16, round(segments * 1.5))
    even = np.linspace(0, length[-1], rings + 2)
    along, radius = np.interp(even, length, along), np.interp(even, length, radius)
    angle = np.arange(segments) * (2 * np.pi / segments)
    s = np.repeat(along[1:-1], segments)
    t = np.outer(radius[1:-1], np.sin(angle)).ravel()
    z = np.outer(radius[1:-1], np.cos(angle)).ravel()
    s, t, z = (
        np.concatenate([values, ends])
        for values, ends in ((s, along[[0, -1]]), (t, np.zeros(2)), (z, np.zeros(2)))
    )
    rows = turned.start[0] + s * turned.direction[0] - t * turned.direction[1]
    columns = turned.start[1] + s * turned.direction[1] + t * turned.direction[0]
    vertices = np.stack([shape.frame.x(columns), shape.frame.y(rows), z * shape.frame.unit], axis=1)
    ring = np.arange(segments)
    after = np.roll(ring, -1)
    base = np.arange(rings - 1)[:, None] * segments
    quads = np.stack([base + ring, base + segments + ring, base + segments + after, base + after], axis=-1)
    quads = quads.reshape(-1, 4)
    top, bottom = rings * segments, rings * segments + 1
    last = (rings - 1) * segments
    faces = np.concatenate(
        [
            quads[:, [0, 1, 2]],
            quads[:, [0, 2, 3]],
            np.stack([np.full(segments, top), ring, after], axis=1),
            np.stack([np.full(segments, bottom), last + after, last + ring], axis=1),
        ]
    )
    return outward(Mesh(vertices, faces.astype(np.int64)))


def attachments(shape: Silhouette, turned: Turned, most: float = np.inf) -> list[Silhouette]:
    """Silhouettes of the pieces outside the turned body, each reaching a little (``most`` pixels) into it."""
    depth = turned.inside(shape.mask.shape)
    overlap = min(OVERLAP / shape.frame.unit, most)
    outside = shape.mask & (depth < -1.0)
    labels, count = ndimage.label(outside)
    if not count:
        return []
    index = np.arange(1, count + 1)
    areas = ndimage.sum(outside, labels, index)
    thickest = ndimage.maximum(shape.distance, labels, index)
    wanted = index[(areas > SMALLEST_PIECE * shape.mask.sum()) & (thickest > 1.2)]
    pieces = []
    for label in wanted:
        # Grow the piece into the body, but not across to another piece.
        reach = ndimage.distance_transform_edt(labels != label)
        distance = np.minimum(shape.distance, np.minimum(overlap - depth, 1.5 * overlap - reach))
        if (distance > 0).any():
            pieces.append(replace(shape, distance=distance.astype(np.float32)))
    return pieces


def turned_coat(colours: Coat, shape: Silhouette, turned: Turned) -> Coat:
    """Colours for a turned body, from one strip that goes all the way around it."""
    wrap = Wrap.around(colours, shape, turned)
    front, body, share = wrap.picture(colours.front, colours.front_frame, behind=False)
    edge = body * np.clip((share - 0.88) / 0.1, 0, 1)[..., None]
    back, body, _ = wrap.picture(colours.back, colours.soft_frame, behind=True)
    return replace(
        colours,
        front=colours.front * (1 - edge) + front * edge,
        back=colours.back * (1 - body) + back * body,
        wrap=wrap,
    )


@dataclass(frozen=True)
class Wrap:
    """Colours of a turned body by height and angle; angle 0 faces the viewer."""

    strip: Array
    """(K, ANGLES, 3) at every pixel of the profile, from -180 to 180 degrees."""
    turned: Turned
    frame: Frame
    """Of the grid that the profile was measured on."""

    @classmethod
    def around(cls, colours: Coat, shape: Silhouette, turned: Turned) -> Wrap:
        """The strip for a front picture.

        A pattern that covers the front evenly (seeds, panels, stripes) goes on around the body as its own mirror
        image. Anything else (a face, a label) stays in front, and behind it each height has one plain colour.
        """
        rows = _row_colours(shape, turned)
        angle = np.linspace(-180, 180, ANGLES)
        far = np.abs(angle)
        if _patterned(shape, turned, rows):
            reflected = np.where(far > TURNING, 2 * TURNING - far, far) * np.sign(angle)
            strip = _read(colours, shape.frame, turned, np.sin(np.radians(reflected)))
            # Both ends meet behind, each showing another part of the pattern.
            share = (np.clip((far - 162) / 18, 0, 1) * 0.5)[None, :, None]
            strip = strip * (1 - share) + strip[:, ::-1] * share
        else:
            strip = _read(colours, shape.frame, turned, np.sin(np.radians(np.clip(angle, -85, 85))))
            fade = np.clip((far - 64) / 16, 0, 1)
            fade = (fade * fade * (3 - 2 * fade))[None, :, None]
            strip = strip * (1 - fade) + rows[:, None] * fade
        return cls(strip.astype(np.float32), turned, shape.frame)

    def at(self, points: Array) -> tuple[Array, Array]:
        """Colours (N, 3) at points (N, 3) in metres, and (N, 1) how far they belong to the body, 0..1."""
        along, across = self.turned.coordinates(*self.frame.pixels(points))
        z = points[:, 2] / self.frame.unit
        radius = np.maximum(self.turned.radius_near(along), 1e-6)
        share = np.hypot(across, z) / radius
        return self._lookup(along, np.arctan2(across, z)), self._belongs(along, share)[:, None]

    def picture(self, like: Array, frame: Frame, behind: bool) -> tuple[Array, Array, Array]:
        """The body seen from the front, or through it from behind, on the grid of ``like``.

        Returns colours (H, W, 3), how far each pixel belongs to the body (H, W, 1), and its distance from the
        axis over the radius (H, W).
        """
        rows, columns = np.mgrid[: like.shape[0], : like.shape[1]].astype(np.float64)
        ratio = frame.unit / self.frame.unit
        along, across = self.turned.coordinates(
            self.frame.base + (rows - frame.base) * ratio,
            self.frame.centre + (columns - frame.centre) * ratio,
        )
        share = across / np.maximum(self.turned.radius_near(along), 1e-6)
        angle = np.arcsin(np.clip(share, -1, 1))
        angle = np.where(behind, np.sign(share) * np.pi - angle, angle)
        share = np.abs(share)
        return self._lookup(along, angle), self._belongs(along, share)[..., None], share

    def _lookup(self, along: Array, angle: Array) -> Array:
        where = [np.clip(along, 0, len(self.strip) - 1), (angle / np.pi + 1) / 2 * (ANGLES - 1)]
        return np.stack(
            [ndimage.map_coordinates(self.strip[..., c], where, order=1, mode="nearest") for c in range(3)],
            axis=-1,
        )

    def _belongs(self, along: Array, share: Array) -> Array:
        beyond = np.maximum(np.maximum(-along, along - (len(self.strip) - 1)), 0)
        return np.clip((1.06 - share) / 0.04, 0, 1) * np.clip(3 - beyond, 0, 1)


def _read(colours: Coat, frame: Frame, turned: Turned, share: Array) -> Array:
    """The front picture (K, A, 3) at every height and at ``share`` (A,) of the radius across."""
    along = np.arange(len(turned.radius))[:, None]
    across = np.maximum(turned.radius - 1, 0)[:, None] * share[None]
    rows = turned.start[0] + along * turned.direction[0] - across * turned.direction[1]
    columns = turned.start[1] + along * turned.direction[1] + across * turned.direction[0]
    points = np.stack([frame.x(columns).ravel(), frame.y(rows).ravel()], axis=1)
    return at_pixels(colours.front, colours.front_frame, points).reshape(*across.shape, 3)


def _samples(shape: Silhouette, turned: Turned, reach: float, count: int) -> Array:
    """Colours (K, count, 3) of each row of the body from -reach to +reach of its radius."""
    share = np.linspace(-reach, reach, count)
    along = np.arange(len(turned.radius))[:, None]
    across = turned.radius[:, None] * share[None]
    rows = turned.start[0] + along * turned.direction[0] - across * turned.direction[1]
    columns = turned.start[1] + along * turned.direction[1] + across * turned.direction[0]
    return np.stack(
        [
            ndimage.map_coordinates(shape.rgb[..., c], [rows, columns], order=1, mode="nearest")
            for c in range(3)
        ],
        axis=-1,
    )


def _row_colours(shape: Silhouette, turned: Turned) -> Array:
    """The typical colour of the body at each height: (K, 3)."""
    typical = np.median(_samples(shape, turned, 0.88, 41), axis=1)
    return ndimage.gaussian_filter1d(typical, max(0.8, 0.006 * len(typical)), axis=0, mode="nearest")


def _patterned(shape: Silhouette, turned: Turned, rows: Array) -> bool:
    """Whether detail is spread evenly over the front, as no face or label is."""
    difference = np.abs(_samples(shape, turned, 0.75, 30) - rows[:, None]).mean(axis=-1)
    busy = difference > 0.1
    if busy.mean() < 0.06:
        return False
    both = busy & busy[:, ::-1]
    if both.sum() > 0.65 * (busy | busy[:, ::-1]).sum():  # two eyes, not a pattern
        return False
    bands = busy.reshape(len(rows), 5, 6).mean(axis=(0, 2))
    return bool(bands.min() > 0.3 * bands.max())
