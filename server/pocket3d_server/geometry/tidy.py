"""What can be asked of any mesh before or after the work: repairs, another number of faces, UVs, a place and a size."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Primitive
from pocket3d_server.geometry.clean import smooth_shading, weld
from pocket3d_server.geometry.repair import hole_faces, outward, sound_faces


def mended(asset: Asset) -> Asset:
    """Without faces that are none and with windings that agree and face out; the very asset where all is well.

    Normals that pointed away from a turned face are made anew. Parts without a face left go.
    """
    vertices, faces = asset.merged()
    sound = sound_faces(vertices, faces)
    turned = np.zeros(len(faces), np.bool_)
    kept = np.flatnonzero(sound)
    turned[kept] = (outward(vertices, faces[kept]) != faces[kept]).any(axis=1)
    if sound.all() and not turned.any():
        return asset
    parts, start = [], 0
    for part in asset.parts:
        primitives = []
        for p in part.primitives:
            mine = slice(start, start + len(p.faces))
            start += len(p.faces)
            if sound[mine].any():
                primitives.append(_chosen(p, sound[mine], turned[mine]))
        if primitives:
            parts.append(replace(part, primitives=primitives))
    return replace(asset, parts=parts, face_parts=None)


def _chosen(p: Primitive, sound: NDArray[np.bool_], turned: NDArray[np.bool_]) -> Primitive:
    """Some faces of a primitive, some of them turned."""
    if sound.all() and not turned.any():
        return p
    faces = np.where(turned[:, None], np.asarray(p.faces)[:, ::-1], p.faces)[sound]
    used, inverse = np.unique(faces, return_inverse=True)
    faces, normals = inverse.reshape(-1, 3), p.normals
    if turned.any():
        vertex_map, faces, normals = smooth_shading(np.asarray(p.vertices)[used], faces)
        used = used[vertex_map]
    elif normals is not None:
        normals = np.asarray(normals)[used]
    return _at_vertices(p, used, faces, normals)


def _at_vertices(p: Primitive, used: NDArray[Any], faces: NDArray[Any], normals: Any) -> Primitive:
    """A primitive of some of the vertices of another."""

    def some(values: Any) -> Any:
        return None if values is None else np.asarray(values)[used]

    return replace(
        p,
        vertices=some(p.vertices),
        faces=faces,
        normals=normals,
        uv=some(p.uv),
        weights=some(p.weights),
        colors=some(p.colors),
    )


def filled(asset: Asset) -> Asset:
    """With every hole closed; each lid belongs to the primitive that has most of the ring's corners."""
    vertices, faces = asset.merged()
    welded, joined, place = weld(vertices, faces)
    lids = hole_faces(welded, joined)
    if not len(lids):
        return asset
    primitives = list(asset.primitives())
    counts = [len(p.vertices) for p in primitives]
    first = np.cumsum(counts) - counts
    # A place of the welded mesh is a vertex of one primitive, or of several at a seam.
    holders = np.zeros((len(welded), len(primitives)), np.bool_)
    holders[place, np.repeat(np.arange(len(primitives)), counts)] = True
    votes = holders[lids].sum(axis=1)
    owner = votes.argmax(axis=1)
    made = {}
    for k in np.unique(owner):
        made[int(k)] = _with_lid(
            primitives[k], lids[owner == k], welded, place[first[k] : first[k] + counts[k]]
        )
    renewed = iter(made.get(k, p) for k, p in enumerate(primitives))
    return replace(
        asset,
        parts=[replace(part, primitives=[next(renewed) for _ in part.primitives]) for part in asset.parts],
        face_parts=None,
    )


def _with_lid(p: Primitive, lids: NDArray[Any], welded: NDArray[Any], place: NDArray[np.int64]) -> Primitive:
    """A primitive with faces (L, 3) over places added; ``place`` (V,) is that of each of its vertices."""
    corners, inverse = np.unique(lids, return_inverse=True)
    order = np.argsort(place, kind="stable")
    at = np.minimum(np.searchsorted(place[order], corners), len(order) - 1)
    known = place[order][at] == corners
    # Corners that the primitive has not itself take its nearest vertex's colours, UVs and weights.
    like = order[at]
    for k in np.flatnonzero(~known):
        like[k] = np.linalg.norm(np.asarray(p.vertices) - welded[corners[k]], axis=1).argmin()
    count = len(p.vertices)
    joined = _at_vertices(
        p,
        np.concatenate([np.arange(count), like]),
        np.concatenate([p.faces, inverse.reshape(-1, 3) + count]),
        None,
    )
    joined.vertices = np.concatenate([np.asarray(p.vertices), welded[corners]])
    vertex_map, faces, normals = smooth_shading(joined.vertices, joined.faces)
    return _at_vertices(joined, vertex_map, faces, normals)


def placed(asset: Asset, origin: str = "keep", height: float | None = None) -> Asset:
    """Scaled to a ``height`` in metres, and moved so that the origin is where ``origin`` says.

    ``keep`` leaves it, ``base`` is the middle of the footprint, ``center`` the middle of the bounding box. Raises
    ValueError when a flat asset is to get a height.
    """
    low, high = asset.bounds()
    factor = 1.0
    if height is not None:
        if high[1] - low[1] <= 0:
            raise ValueError("the mesh is flat, so it cannot be given a height")
        factor = height / float(high[1] - low[1])
    middle = (low + high) / 2
    about = {"keep": np.zeros(3), "base": np.array([middle[0], low[1], middle[2]]), "center": middle}[origin]

    def moved(points: NDArray[Any]) -> NDArray[Any]:
        return (np.asarray(points, np.float64) - about) * factor

    parts = [
        replace(part, primitives=[replace(p, vertices=moved(p.vertices)) for p in part.primitives])
        for part in asset.parts
    ]
    bones = asset.skeleton
    if bones is not None:
        bones = replace(bones, heads=moved(bones.heads), tails=moved(bones.tails))
    return replace(asset, parts=parts, skeleton=bones)
