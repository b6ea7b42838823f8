"""A solid that agrees with several views, and its colours from each of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import ndimage

from pocket3d_server.geometry.asset import Material, Primitive
from pocket3d_server.geometry.bake import texel_map, to_bytes
from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.geometry.unwrap import unwrap
from pocket3d_server.models.builtin_image.meshes import Mesh, normals, polygonise, smooth
from pocket3d_server.models.builtin_image.regions import without_front_details
from pocket3d_server.models.builtin_image.silhouette import Frame
from pocket3d_server.models.builtin_image.views import View
from pocket3d_server.models.pictures.cutout import Cutout
from pocket3d_server.models.pictures.picture import Array

OPPOSITE = {"front": "back", "back": "front", "left": "right", "right": "left"}


def carve(views: list[View], cells: int) -> Mesh:
    """The rounded visual hull of the views' outlines, standing on y = 0, its longest side 1 m.

    A plain hull (Laurentini 1994) of two views has rectangular sections. Here the section at each height is
    an ellipse between the spans of the two outlines - or a rectangle, when the outlines say that the object
    is a box - so that every outline is still met exactly. Needs the front and a side or the top.
    """
    by_name = {view.name: view for view in views}
    front = by_name["front"]
    across = by_name.get("left") or by_name.get("right")
    second = across or by_name["top"]
    size = front.size
    step = 1 / cells
    x, y, z = (
        np.arange(low - 2 * step, high + 2 * step, step) + step / 2
        for low, high in ((-size[0] / 2, size[0] / 2), (0, size[1]), (-size[2] / 2, size[2] / 2))
    )
    y = y[::-1]
    outline_front = _outline(front, x, y)  # (Y, X)
    power = _section_power(views)
    if across is not None:
        outline_side = _outline(across, z, y)  # (Y, Z)
        a = _centred(outline_front, axis=1)[None]  # (1, Y, X)
        b = _centred(outline_side, axis=1).T[:, :, None]  # (Z, Y, 1)
        reach = np.minimum(outline_front[None], outline_side.T[:, :, None])
    else:
        outline_top = _outline(second, x, z)  # (Z, X)
        a = _centred(outline_front, axis=0)[None]
        b = _centred(outline_top, axis=0)[:, None, :]
        reach = np.minimum(outline_front[None], outline_top[:, None, :])
    field = (1 - (a**power + b**power) ** (1 / power)) * min(size[size > 0]) / step * 0.25
    field = np.minimum(field, reach).astype(np.float32)
    if across is not None and "top" in by_name:
        field = np.minimum(field, _outline(by_name["top"], x, z)[:, None, :])
    frame = Frame(step, float(-x[0] / step), float(y[0] / step))
    mesh = smooth(polygonise(field, frame, float(-z[0] / step)), 5)
    return mesh


def _outline(view: View, horizontal: Array, vertical: Array) -> Array:
    """Signed distance (V, H) to a view's outline in cells, on the grid of the two world axes that it shows.

    The first axis of the result is y, or z for the view from the top.
    """
    if view.name == "top":
        points = np.stack(
            [np.tile(horizontal, len(vertical)), np.zeros(len(vertical) * len(horizontal)),
             np.repeat(vertical, len(horizontal))], axis=1,
        )  # fmt: skip
    else:
        sideways = np.tile(horizontal, len(vertical))
        upwards = np.repeat(vertical, len(horizontal))
        zero = np.zeros_like(sideways)
        flat = view.name in ("front", "back")
        points = np.stack([sideways if flat else zero, upwards, zero if flat else sideways], axis=1)
    rows, columns = np.nonzero(view.cutout.alpha > 0.5)
    extent = np.abs(view.axes[:2]) @ view.size
    metres = extent.max() / max(np.ptp(columns) + 1, np.ptp(rows) + 1)  # for one pixel of the picture
    cell = abs(horizontal[1] - horizontal[0])
    values = view.sample(view.distance(), points).reshape(len(vertical), len(horizontal))
    return values * metres / cell


def _centred(outline: Array, axis: int) -> Array:
    """How far each pixel lies from the middle of its span along ``axis``: 0 in the middle, 1 at the ends.

    ``outline`` is positive inside; the ends of a span are its zero crossings between pixels.
    """
    lines = outline if axis == 1 else outline.T
    inside = lines > 0
    index = np.arange(lines.shape[1], dtype=np.float64)
    here, after = lines[:, :-1], lines[:, 1:]
    crossing = index[:-1] + np.abs(here) / np.maximum(np.abs(here) + np.abs(after), 1e-9)
    starts, ends = np.full(lines.shape, -1.0), np.full(lines.shape, float(lines.shape[1]))
    starts[:, 1:] = np.where(~inside[:, :-1] & inside[:, 1:], crossing, -1)
    ends[:, :-1] = np.where(inside[:, :-1] & ~inside[:, 1:], crossing, lines.shape[1])
    start = np.maximum.accumulate(starts, axis=1)
    end = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    half = np.maximum((end - start) / 2, 0.25)
    share = np.where(inside, np.abs(index - (start + end) / 2) / half, 1.0)
    # Where a span ends abruptly above another, a small blur avoids a torn step.
    share = ndimage.gaussian_filter(share, (1.0, 0.0))
    return share if axis == 1 else share.T


def _section_power(views: list[View]) -> float:
    """Exponent of the sections: 2 is an ellipse, 8 nearly a rectangle."""
    fills = []
    for view in views:
        if view.name == "back":
            continue
        mask = view.cutout.alpha > 0.5
        rows, columns = np.nonzero(mask)
        fills.append(len(rows) / ((np.ptp(rows) + 1) * (np.ptp(columns) + 1)))
        if view.name == "top":  # it shows the sections themselves
            fills = [fills[-1]]
            break
    return float(np.interp(min(fills), [0.84, 0.97], [2.0, 10.0]))


def paint_views(mesh: Mesh, views: list[View], resolution: int) -> Primitive:
    """The mesh with a texture to which every view gives what it sees best."""
    smooth_normals = normals(mesh)
    charts = unwrap(mesh.vertices, mesh.faces, resolution)
    used, faces = charts.vertex_map, charts.faces
    texels = texel_map(charts.uv, faces, resolution)
    points = texels.interpolate(mesh.vertices[used], faces)
    lean = texels.interpolate(smooth_normals[used], faces)
    lean /= np.maximum(np.linalg.norm(lean, axis=1, keepdims=True), 1e-9)
    scene = RayScene(mesh.vertices, mesh.faces)

    total = np.full(len(points), 1e-6)
    colour = np.zeros((len(points), 3))
    for view, trust in _with_opposites(views):
        facing = lean @ view.axes[2]
        seen = np.zeros(len(points))
        toward = np.flatnonzero(facing > 0.05)
        ray = np.broadcast_to(view.axes[2], (len(toward), 3))
        seen[toward] = ~scene.occluded(points[toward] + 0.01 * lean[toward], ray, 4.0)
        weight = trust * (np.clip(facing, 0, 1) ** 4 * seen + 1e-4 * (1.05 + facing))
        colour += weight[:, None] * view.sample(view.cutout.rgb, points)
        total += weight
    material = Material("surface", roughness=0.65, base_color=(1, 1, 1, 1))
    material.base_color_image = to_bytes(np.clip(texels.image(colour / total[:, None]), 0, 1))
    return Primitive(mesh.vertices[used], faces, material, uv=charts.uv, normals=smooth_normals[used])


def _with_opposites(views: list[View]) -> list[tuple[View, float]]:
    """All views with weight 1, and for missing opposite sides their mirror images with less."""
    names = {view.name for view in views}
    out = [(view, 1.0) for view in views]
    for view in views:
        other = OPPOSITE.get(view.name)
        if other is None or other in names:
            continue
        cutout = view.cutout
        if view.name in ("front", "back"):
            cutout = replace(cutout, rgb=without_front_details(cutout.rgb, cutout.alpha > 0.5))
        mirrored = Cutout(cutout.rgb[:, ::-1], cutout.alpha[:, ::-1], cutout.method, cutout.confidence)
        out.append((replace(view, name=other, cutout=mirrored), 0.5))
    return out
