"""Turns a profile around its axis and adds what sticks out of it: vases, bottles, cups, fruit, trees, bells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import ndimage

from pocket3d_server.models.builtin_image.inflate import inflate
from pocket3d_server.models.builtin_image.paint import Coat
from pocket3d_server.models.builtin_image.picture import Array
from pocket3d_server.models.builtin_image.profile import Turned
from pocket3d_server.models.builtin_image.solid import Frame, Mesh, Silhouette, outward, reduce, unite

OVERLAP = 0.035
"""How far an attached piece reaches into the turned body, as a share of the object's longer side."""
SMALLEST_PIECE = 0.003
"""Share of the silhouette below which a leftover is noise of the outline."""


def lathe(shape: Silhouette, turned: Turned, segments: int) -> Mesh:
    """The turned body with handles, arms and leaves inflated and united to it: one closed mesh."""
    body = turn(shape, turned, segments)
    # Pieces are reduced before they are united: the union is then exact and needs no further reduction.
    parts = attachments(shape, turned)
    budget = len(body.faces) // max(3, 2 * len(parts))
    pieces = [reduce(inflate(part, emboss=0.0), budget) for part in parts]
    return unite([body, *pieces]) if pieces else body


def turn(shape: Silhouette, turned: Turned, segments: int) -> Mesh:
    """The profile revolved around its axis, closed by a pole at each end."""
    count = len(turned.radius)
    along = np.concatenate([[-0.45], np.arange(count), [count - 0.55]])
    radius = np.concatenate([[0.0], turned.radius, [0.0]])
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


def attachments(shape: Silhouette, turned: Turned) -> list[Silhouette]:
    """Silhouettes of the pieces outside the turned body, each reaching a little into it."""
    depth = turned.inside(shape.mask.shape)
    overlap = OVERLAP / shape.frame.unit
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
    """Colours for a turned body: towards the outline, and behind, each height has its own plain colour.

    A pattern that covers the whole front evenly (seeds, stripes, panels) is repeated on the back instead.
    """
    rows = _row_colours(shape, turned)
    front, share = _spread(colours.front, colours.front_frame, shape, turned, rows)
    body = np.clip((1.04 - share) / 0.04, 0, 1)[..., None]
    edge = (np.clip((share - 0.82) / 0.15, 0, 1) ** 2)[..., None] * body
    picture = colours.front * (1 - edge) + front * edge
    plain, share = _spread(colours.back, colours.soft_frame, shape, turned, rows)
    body = np.clip((1.04 - share) / 0.04, 0, 1)[..., None]
    sides = plain * body + colours.sides * (1 - body)
    if _patterned(shape, turned, rows):
        edge = (np.clip((share - 0.82) / 0.15, 0, 1) ** 2)[..., None] * body
        back = colours.plain_front * (1 - edge) + sides * edge
    else:
        back = plain * body + colours.back * (1 - body)
    return replace(colours, front=picture, back=back, sides=sides)


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
    bands = busy.reshape(len(rows), 5, 6).mean(axis=(0, 2))
    return bool(bands.min() > 0.45 * bands.max())


def _spread(
    values: Array, frame: Frame, shape: Silhouette, turned: Turned, rows: Array
) -> tuple[Array, Array]:
    """The row colours laid over a picture's grid (H, W, 3), and how far out each pixel lies (1 = the outline)."""
    height, width = values.shape[:2]
    r, c = np.mgrid[:height, :width].astype(np.float64)
    ratio = frame.unit / shape.frame.unit
    along, across = turned.coordinates(
        shape.frame.base + (r - frame.base) * ratio,
        shape.frame.centre + (c - frame.centre) * ratio,
    )
    radius = np.interp(along, np.arange(len(turned.radius)), turned.radius)
    position = np.clip(along, 0, len(rows) - 1)
    colours = np.stack([np.interp(position, np.arange(len(rows)), rows[:, k]) for k in range(3)], axis=-1)
    beyond = np.maximum(np.maximum(-along, along - (len(rows) - 1)), 0)
    return colours, np.abs(across) / np.maximum(radius, 1e-6) + beyond / max(2.0, 0.02 * len(rows))
