"""Puts the picture on the mesh: sharp planar charts for front and back, blended charts for the steep sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PIL import Image as PilImage
from scipy import ndimage

from pocket3d_server.geometry.asset import Material, Primitive
from pocket3d_server.geometry.bake import texel_map, to_bytes
from pocket3d_server.geometry.unwrap import unwrap
from pocket3d_server.models.builtin_image.meshes import Mesh, normals
from pocket3d_server.models.builtin_image.regions import without_front_details
from pocket3d_server.models.builtin_image.silhouette import Frame, at_pixels
from pocket3d_server.models.pictures.cutout import Cutout
from pocket3d_server.models.pictures.fields import bleed, masked_blur
from pocket3d_server.models.pictures.picture import Array, resize

STEEP = 0.35
"""Faces whose normal leans further than this from the view (cosine) get charts of their own."""
GUTTER = 4
"""Texels between charts at 1024."""
NARROWEST = 0.08
"""Least width of the front's rectangle over its height; thinner objects are stretched in the atlas."""
WORKING_SIDE = 384
"""Pictures of back and sides hold no detail; they are made at this size."""


class Around(Protocol):
    """Colours on all sides of a body."""

    def at(self, points: Array) -> tuple[Array, Array]:
        """Colours (N, 3) at points (N, 3) in metres, and their weights (N, 1)."""
        ...


@dataclass(frozen=True)
class Coat:
    """What each side of the object looks like, as pictures in the plane of the input, all (H, W, 3)."""

    front: Array
    front_frame: Frame
    back: Array
    """Seen through the object: the same columns as the front."""
    sides: Array
    soft_frame: Frame
    """The frame of ``back`` and ``sides``."""
    wrap: Around | None = None
    """Where given, says what the sides look like instead of ``sides``."""


def coat(cutout: Cutout, mirrored_back: bool = False, behind: Cutout | None = None) -> Coat:
    """The front as it is; a back without the front's details; sides with the colours just inside the outline.

    With ``mirrored_back`` the back shows the front again: right for flat things and for animals seen from
    the side, where both sides look alike. ``behind`` is a picture of the back, when there is one.
    """
    frame = Frame.around(cutout.alpha)
    height, width = cutout.alpha.shape
    ratio = min(1.0, WORKING_SIDE / max(height, width))
    rows, columns = round(height * ratio), round(width * ratio)
    alpha = np.clip(resize(cutout.alpha, rows, columns), 0, 1)
    rgb = np.clip(resize(cutout.rgb, rows, columns), 0, 1)
    soft = Frame(frame.unit / ratio, (frame.centre + 0.5) * ratio - 0.5, (frame.base + 0.5) * ratio - 0.5)
    mask = alpha > 0.5
    if behind is not None:
        back = _aligned(behind, mask)
    else:
        back = rgb if mirrored_back else without_front_details(rgb, mask)
    return Coat(cutout.rgb, frame, back, _rim_colours(rgb, mask), soft)


def _aligned(behind: Cutout, mask: np.ndarray) -> Array:
    """The picture of the back, mirrored and stretched onto the bounding box of the front's silhouette."""
    rows, columns = np.nonzero(mask)
    there = np.nonzero(behind.alpha > 0.5)
    part = behind.rgb[there[0].min() : there[0].max() + 1, there[1].min() : there[1].max() + 1, :][:, ::-1]
    out = np.zeros((*mask.shape, 3), np.float32)
    box = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    out[box] = np.clip(resize(part, int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1), 0, 1)
    known = np.zeros(mask.shape, bool)
    known[box] = True
    return bleed(out, known)


def _rim_colours(rgb: Array, mask: np.ndarray) -> Array:
    """Colours for the sides: what lies a little inside the outline, softened along it.

    Without the inset, an ink line around a drawing would paint the whole side black.
    """
    depth = ndimage.distance_transform_edt(mask)
    side = max(mask.shape)
    inset = max(2.0, 0.025 * side)
    thickest = ndimage.maximum_filter(depth, size=int(2 * inset) + 1)
    inner = depth > np.minimum(inset, 0.6 * thickest)
    inner &= mask
    return masked_blur(bleed(rgb, inner if inner.any() else mask), np.ones(mask.shape), side * 0.02)


def paint(mesh: Mesh, colours: Coat, resolution: int, roughness: float = 0.65) -> Primitive:
    """The mesh with UVs, normals and a texture of ``resolution`` squared.

    Vertices are doubled along the borders of charts; their positions are unchanged.
    """
    smooth = normals(mesh)
    group = _facing(mesh)
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    layout = _Layout.fit(high[0] - low[0], high[1] - low[1])
    gutter = GUTTER / 1024

    vertices, uvs, faces, base = [], [], [], 0
    image = np.zeros((resolution, resolution, 3), np.float32)
    filled = np.zeros((resolution, resolution), bool)
    for name, code in (("front", 0), ("back", 1), ("sides", 2)):
        chosen = mesh.faces[group == code]
        if not len(chosen):
            continue
        x0, y0, w, h = getattr(layout, name)
        if code < 2:
            used, local = np.unique(chosen, return_inverse=True)
            local = local.reshape(-1, 3)
            inner = np.array([w - 2 * gutter, h - 2 * gutter])
            scale = (mesh.vertices[used, :2] - low[:2]) / np.maximum(high[:2] - low[:2], 1e-9)
            uv = np.stack([scale[:, 0], 1 - scale[:, 1]], axis=1) * inner + (x0 + gutter, y0 + gutter)
            source, frame = (
                (colours.front, colours.front_frame) if code == 0 else (colours.back, colours.soft_frame)
            )
            _planar(image, filled, (x0, y0, w, h), gutter, source, frame, low, high)
        else:
            used, chosen = np.unique(chosen, return_inverse=True)
            side = min(w, h)
            charts = unwrap(mesh.vertices[used], chosen.reshape(-1, 3), round(resolution * side))
            used, local, uv = used[charts.vertex_map], charts.faces, charts.uv * side + (x0, y0)
            _bake_sides(image, filled, uv, local, mesh.vertices[used], smooth[used], colours)
        vertices.append(used)
        uvs.append(uv)
        faces.append(local + base)
        base += len(used)
    index = np.concatenate(vertices)
    image = bleed(image, filled)
    return Primitive(
        mesh.vertices[index],
        np.concatenate(faces),
        Material(
            "surface",
            roughness=roughness,
            base_color=(1, 1, 1, 1),
            base_color_image=to_bytes(np.clip(image, 0, 1)),
        ),
        uv=np.concatenate(uvs),
        normals=smooth[index],
    )


@dataclass(frozen=True)
class _Layout:
    """Rectangles (x, y, width, height) of the atlas, which is 1 x 1."""

    front: tuple[float, float, float, float]
    back: tuple[float, float, float, float]
    sides: tuple[float, float, float, float]

    @classmethod
    def fit(cls, width: float, height: float) -> _Layout:
        """The front as large as fits, the back at half its scale, the sides in a square beside them."""
        turned = width > height
        aspect = max(min(width, height) / max(width, height), NARROWEST)
        front = min(1.0, 1 / (1.5 * aspect))
        back = front / 2
        column = front * aspect
        sides = min(1 - column, 1 - back)
        if 1 - front > sides:  # nearly square: the strip below the front is the larger place
            boxes = [
                (0, 0, column, front),
                (column, 0, back * aspect, back),
                (0, front, 1 - front, 1 - front),
            ]
        else:
            boxes = [(0, 0, column, front), (column, 0, back * aspect, back), (column, back, sides, sides)]
        if turned:
            boxes = [(y, x, h, w) for x, y, w, h in boxes]
        return cls(*boxes)


def _facing(mesh: Mesh) -> np.ndarray:
    """0 front, 1 back, 2 side for each face (F,), with single faces outvoted by their neighbours."""
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    lean = cross[:, 2] / np.maximum(np.linalg.norm(cross, axis=1), 1e-20)
    count = len(mesh.vertices)
    for _ in range(2):
        total = np.bincount(mesh.faces.ravel(), np.repeat(lean, 3), count)
        around = total / np.maximum(np.bincount(mesh.faces.ravel(), minlength=count), 1)
        averaged = around[mesh.faces].mean(axis=1)
        # A planar chart must never be seen edge-on or from behind.
        lean = np.where(np.abs(lean) > 0.12, averaged, lean)
    sharp = cross[:, 2] / np.maximum(np.linalg.norm(cross, axis=1), 1e-20)
    front, back = (lean > STEEP) & (sharp > 0.1), (lean < -STEEP) & (sharp < -0.1)
    return np.where(front, 0, np.where(back, 1, 2))


def _planar(
    image: Array,
    filled: np.ndarray,
    box: tuple[float, float, float, float],
    gutter: float,
    source: Array,
    frame: Frame,
    low: Array,
    high: Array,
) -> None:
    """Fills one rectangle of the atlas with a picture, so that metres match those of the UVs."""
    size = image.shape[0]
    left, top = round(box[0] * size), round(box[1] * size)
    right, bottom = min(size, round((box[0] + box[2]) * size)), min(size, round((box[1] + box[3]) * size))
    scale_x = (high[0] - low[0]) / ((box[2] - 2 * gutter) * size)
    scale_y = (high[1] - low[1]) / ((box[3] - 2 * gutter) * size)
    # The corners of the rectangle in the picture, in pixel edges.
    x_left = low[0] + (left - (box[0] + gutter) * size) * scale_x
    x_right = low[0] + (right - (box[0] + gutter) * size) * scale_x
    y_top = high[1] - (top - (box[1] + gutter) * size) * scale_y
    y_bottom = high[1] - (bottom - (box[1] + gutter) * size) * scale_y
    columns = np.array([x_left, x_right]) / frame.unit + frame.centre + 0.5
    rows = frame.base + 0.5 - np.array([y_top, y_bottom]) / frame.unit
    pad = (
        int(np.ceil(max(0, -columns[0], -rows[0], columns[1] - source.shape[1], rows[1] - source.shape[0])))
        + 1
    )
    padded = np.pad(source, ((pad, pad), (pad, pad), (0, 0)), mode="edge")
    area = (columns[0] + pad, rows[0] + pad, columns[1] + pad, rows[1] + pad)
    planes = [
        np.asarray(
            PilImage.fromarray(np.ascontiguousarray(padded[..., c], np.float32)).resize(
                (right - left, bottom - top), PilImage.Resampling.LANCZOS, box=area
            )
        )
        for c in range(3)
    ]
    image[top:bottom, left:right] = np.clip(np.stack(planes, axis=-1), 0, 1)
    filled[top:bottom, left:right] = True


def _bake_sides(
    image: Array,
    filled: np.ndarray,
    uv: Array,
    faces: np.ndarray,
    points: Array,
    smooth: Array,
    colours: Coat,
) -> None:
    """Colours the texels of the side charts: front, sides and back by how far the surface leans."""
    texels = texel_map(uv, faces, image.shape[0], rim=3.0)
    position = texels.interpolate(points, faces)
    lean = texels.interpolate(smooth[:, 2:], faces)[:, 0]
    front = _smoothstep((lean - 0.05) / (STEEP - 0.05))[:, None]
    back = _smoothstep((-lean + 0.1) / (STEEP + 0.3))[:, None]
    colour = at_pixels(colours.sides, colours.soft_frame, position)
    colour = colour * (1 - back) + back * at_pixels(colours.back, colours.soft_frame, position)
    colour = colour * (1 - front) + front * at_pixels(colours.front, colours.front_frame, position)
    if colours.wrap is not None:
        around, weight = colours.wrap.at(position)
        colour = colour * (1 - weight) + around * weight
    image.reshape(-1, 3)[texels.texel] = colour
    filled.reshape(-1)[texels.texel] = True


def _smoothstep(t: Array) -> Array:
    t = np.clip(t, 0, 1)
    return t * t * (3 - 2 * t)
