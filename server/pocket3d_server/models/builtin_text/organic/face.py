"""The skin of a person as one painted, closed part, and the eyes in it."""

from __future__ import annotations

from dataclasses import dataclass

import fast_simplification
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.implicit import Surface
from pocket3d_server.geometry.solid import part
from pocket3d_server.models.builtin_text.organic.cloth import border_edges, vertex_normals
from pocket3d_server.models.builtin_text.organic.coat import Painter, Skin
from pocket3d_server.models.builtin_text.organic.noise import fractal_noise, smoothstep
from pocket3d_server.models.builtin_text.organic.on_body import ball
from pocket3d_server.models.builtin_text.organic.paint import painted_part
from pocket3d_server.models.builtin_text.organic.wardrobe import Figure
from pocket3d_server.models.language.brief import RGB

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Looks:
    """Colours of a face and how old and bearded it is."""

    skin: RGB
    hair: RGB
    iris: RGB
    lips: RGB
    brows: RGB
    age: float = 0.5
    stubble: float = 0.0
    makeup: float = 0.0


def eye_centres(figure: Figure) -> tuple[Array, Array, float]:
    """Centre of the left and of the right eyeball (3,) and their radius."""
    eyes = figure.body.vertices[figure.body.data.is_eye]
    sides = [eyes[eyes[:, 0] > 0], eyes[eyes[:, 0] < 0]]
    centres = [0.5 * (e.min(axis=0) + e.max(axis=0)) for e in sides]
    radius = 0.5 * float(np.ptp(sides[0], axis=0)[:2].mean())
    return centres[0], centres[1], radius


def eye_parts(figure: Figure, looks: Looks, segments: int) -> list[Part]:
    """Eyeballs with iris and pupil, looking forward."""
    left, right, radius = eye_centres(figure)
    white = Material.from_srgb("eye_white", (0.93, 0.91, 0.88), roughness=0.2)
    iris = Material.from_srgb("iris", looks.iris, roughness=0.12)
    pupil = Material.from_srgb("pupil", (0.012, 0.01, 0.01), roughness=0.05)
    parts = []
    for name, centre in (("left", left), ("right", right)):
        inward = 0.03 * (-1 if name == "left" else 1)
        look = np.array([inward, -0.02, 1.0])
        centre = centre + (0, 0, 0.0)
        pieces = [
            (ball(centre, np.full(3, radius), None, segments), white),
            (
                ball(centre + 0.60 * radius * look, np.array([0.50, 0.50, 0.44]) * radius, None, segments),
                iris,
            ),
            (
                ball(centre + 0.83 * radius * look, np.array([0.24, 0.24, 0.24]) * radius, None, segments),
                pupil,
            ),
        ]
        parts.append(part(f"eye_{name}", *pieces))
    return parts


def skin_part(figure: Figure, looks: Looks, faces: int, texture: int) -> Part:
    """The whole skin, drawn in where clothes cover it, reduced to ``faces`` and painted."""
    data = figure.body.data
    vertices = figure.vertices - figure.normals * (0.009 * figure.unit * figure.covered)[:, None]
    cavity = np.char.startswith(data.face_group, "eye_cavity") | (data.face_group == "mouth_cavity")
    skin = ~data.is_eye[data.faces].all(axis=1)
    kept = data.faces[skin & ~cavity]
    lash = np.zeros(len(vertices))
    eye_rim = np.unique(data.faces[skin & np.char.startswith(data.face_group, "eye_cavity")])
    on_rim = np.intersect1d(eye_rim, np.unique(kept))
    distance, _ = cKDTree(vertices[on_rim]).query(vertices)
    lash = np.exp(-((distance / (0.0030 * figure.unit)) ** 2))
    vertices, kept = _plugged(vertices, kept, depth=0.012 * figure.unit)
    extra = len(vertices) - len(lash)
    used, compact = np.unique(kept, return_inverse=True)
    attributes = np.stack(
        [np.r_[a, np.zeros(extra)] for a in (data.lips, lash, figure.head, figure.hand)], axis=1
    )[used]
    points, kept = vertices[used], compact.reshape(-1, 3)
    stretch = _HeadStretch(figure.y("neck02"), 2.3)
    wide = stretch.apply(points)
    if len(kept) > faces:
        reduced, small = fast_simplification.simplify(
            wide.astype(np.float32), kept.astype(np.int32), target_count=faces, agg=4
        )
        near, index = cKDTree(wide).query(reduced, k=3)
        share = 1 / (near + 1e-6)
        attributes = np.einsum("vk,vkc->vc", share / share.sum(axis=1, keepdims=True), attributes[index])
        wide, kept = reduced.astype(np.float64), small.astype(np.int64)
        points = stretch.undo(wide)
    surface = Surface(points, kept, vertex_normals(points, kept))
    regions = dict(zip(("lips", "lash", "head", "hand"), attributes.T, strict=True))
    return painted_part("body", surface, regions, _skin_painter(figure, looks), texture, 0.55, spread=wide)


class _HeadStretch:
    """Makes everything above the neck larger, reversibly, so that the face gets more faces and texels."""

    def __init__(self, neck: float, factor: float) -> None:
        self.heights = np.linspace(neck - 0.3, neck + 1.0, 400)
        grow = 1 + (factor - 1) * smoothstep(neck - 0.02, neck + 0.06, self.heights)
        steps = np.diff(self.heights) * 0.5 * (grow[1:] + grow[:-1])
        self.grow, self.mapped = grow, self.heights[0] + np.r_[0, np.cumsum(steps)]

    def apply(self, p: Array) -> Array:
        scale = np.interp(p[:, 1], self.heights, self.grow)
        low = p[:, 1] < self.heights[0]
        return np.stack(
            [
                p[:, 0] * scale,
                np.where(low, p[:, 1], np.interp(p[:, 1], self.heights, self.mapped)),
                p[:, 2] * scale,
            ],
            axis=1,
        )

    def undo(self, p: Array) -> Array:
        low = p[:, 1] < self.heights[0]
        y = np.where(low, p[:, 1], np.interp(p[:, 1], self.mapped, self.heights))
        scale = np.interp(y, self.heights, self.grow)
        return np.stack([p[:, 0] / scale, y, p[:, 2] / scale], axis=1)


def _plugged(vertices: Array, faces: NDArray[np.int64], depth: float) -> tuple[Array, NDArray[np.int64]]:
    """Close each border loop with a fan round a point ``depth`` behind it."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    rim = border_edges(faces)
    if not len(rim):
        return vertices, faces
    nodes, label = np.unique(rim, return_inverse=True)
    label = label.reshape(-1, 2)
    graph = coo_matrix((np.ones(len(label)), (label[:, 0], label[:, 1])), shape=(len(nodes), len(nodes)))
    count, loop = connected_components(graph, directed=False)
    sums = np.stack([np.bincount(loop, vertices[nodes, k], minlength=count) for k in range(3)], axis=1)
    centres = sums / np.bincount(loop, minlength=count)[:, None] - (0, 0, depth)
    fan = np.stack([rim[:, 1], rim[:, 0], len(vertices) + loop[label[:, 0]]], axis=1)
    return np.concatenate([vertices, centres]), np.concatenate([faces, fan])


def _skin_painter(figure: Figure, looks: Looks) -> Painter:
    left, right, _radius = eye_centres(figure)
    span = left[0] - right[0]
    skin, lips, brows = (np.asarray(c, float) for c in (looks.skin, looks.lips, looks.brows))

    def lay(colour: Array, over: Array, amount: Array) -> None:
        colour += (over - colour) * np.clip(amount, 0, 1)[:, None]

    def paint(s: Skin) -> Array:
        p = s.points
        head = s.region("head")
        colour = np.tile(skin, (len(p), 1))
        mottled = fractal_noise(p * 40, 3, 3) - 0.5
        colour *= (1 + 0.07 * mottled)[:, None]
        front = smoothstep(0.1, 0.5, s.normals[:, 2])
        # Coordinates on the face in eye distances, from between the eyes; x is mirrored to one side.
        x = np.abs(p[:, 0]) / span
        y = (p[:, 1] - left[1]) / span
        warm = skin * np.array([1.06, 0.80, 0.76])
        cheek = np.exp(-(((x - 0.62) / 0.32) ** 2 + ((y + 0.62) / 0.30) ** 2)) * front
        nose = np.exp(-((x / 0.22) ** 2 + ((y + 0.72) / 0.22) ** 2)) * front
        lay(colour, warm, (0.55 + 0.3 * looks.makeup) * cheek * head + 0.35 * nose * head)
        lay(colour, warm * 0.97, 0.35 * s.region("hand"))
        if looks.stubble > 0:
            jaw = (
                smoothstep(-0.85, -1.1, y)
                * smoothstep(-0.2, 0.25, s.normals[:, 2] + 0.6)
                * head
                * smoothstep(-2.4, -2.0, y)
            )
            lay(
                colour,
                0.45 * np.asarray(looks.hair) + 0.25 * skin,
                looks.stubble * jaw * (0.6 + 0.8 * mottled),
            )
        # The red of the lips is narrower than the muscles around the mouth.
        mouth = smoothstep(0.72, 0.92, s.region("lips")) * smoothstep(0.46, 0.38, x)
        lay(colour, lips, (0.75 + 0.25 * looks.makeup) * mouth)
        lay(
            colour,
            np.array([0.09, 0.055, 0.045]),
            (0.75 + 0.2 * looks.makeup) * smoothstep(0.35, 0.9, s.region("lash")),
        )
        # Brows: a band along an arc over each eye.
        arc = (
            0.36
            + 0.10 * np.sin(np.pi * np.clip((x - 0.16) / 0.72, 0, 1))
            - 0.05 * np.clip((x - 0.5) / 0.4, 0, 1)
        )
        thick = 0.075 * (1 - 0.55 * np.clip((x - 0.45) / 0.45, 0, 1)) * (1.0 - 0.25 * looks.makeup)
        hairs = 0.75 + 0.5 * (fractal_noise(p * np.array([500, 160, 160]), 7, 1) - 0.5)
        band = (
            smoothstep(thick, 0.55 * thick, np.abs(y - arc))
            * smoothstep(0.17, 0.24, x)
            * smoothstep(0.92, 0.80, x)
        )
        lay(colour, brows, 0.9 * band * hairs * front * head)
        return np.clip(colour, 0, 1)

    return paint
