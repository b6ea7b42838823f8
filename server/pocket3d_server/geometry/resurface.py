"""New geometry that wears an asset's old surface: its parts, materials, textures, vertex colours and skin weights."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import (
    MAX_INFLUENCES,
    Asset,
    Material,
    Primitive,
    linear_to_srgb,
    srgb_to_linear,
)
from pocket3d_server.geometry.atlas import Atlas, own_surface, textured
from pocket3d_server.geometry.clean import components, face_normals, simplify, smooth_shading, weld
from pocket3d_server.geometry.nearest import Nearest, NearestPoints
from pocket3d_server.geometry.tangent_space import shown_normals, tangent_space_map

CREASE = 50.0
"""Degrees; edges of coarse meshes are sharper than what they stand for."""
LEAST_TEXTURE, MOST_TEXTURE = 512, 4096
LEAST_FACES = 8
"""Of a piece, however few there are to be in all."""
LEAST_QUADS = 200
"""Triangles from which a piece is made of quads."""

Points = NDArray[np.floating[Any]]
Faces = NDArray[np.integer[Any]]
Mesh = tuple[Points, Faces]


class Painting(NamedTuple):
    """How the new atlas is painted, where that is not to follow from the old surface."""

    size: int | None = None
    """Texels a side."""
    color: Callable[[Points], Points] | None = None
    """sRGB colours (N, 3) in 0..1 at places (N, 3), in place of those of the old surface."""


def simplified(asset: Asset, faces: int, painting: Painting | None = None) -> Asset:
    """With about ``faces`` triangles, by quadric edge collapse; as it is when it has no more.

    Each connected piece gets its share by its detail and its size, so that a small one (an eye, a button) stays.
    """
    if asset.face_count <= faces:
        return asset
    pieces = _pieces(asset)
    shares = _shares(pieces, faces)
    return _assembled(
        asset,
        [p._replace(mesh=simplify(*p.mesh, int(n))) for p, n in zip(pieces, shares, strict=True)],
        painting,
    )


def remeshed(asset: Asset, faces: int | None = None) -> Asset:
    """Made of near-square quads, each given as two triangles one after the other, about ``faces`` triangles in all
    (default: as many as now).

    By instant field-aligned meshes (Jakob et al. 2015). Pieces too small to show quads are simplified. Raises
    ImportError where pyinstantmeshes is not installed.
    """
    pieces = _pieces(asset)
    total = faces or asset.face_count
    area = np.array([_area(p) for p in pieces])
    shares = np.maximum(area / max(float(area.sum()), 1e-300) * total, 8).astype(np.int64)
    made = [
        p._replace(mesh=_quads(*p.mesh, int(n)) if n >= LEAST_QUADS else simplify(*p.mesh, int(n)))
        for p, n in zip(pieces, shares, strict=True)
    ]
    return _assembled(asset, made)


def _quads(vertices: Points, faces: Faces, triangles: int) -> Mesh:
    from pyinstantmeshes import remesh

    with _quiet():
        made, quads = remesh(
            vertices.astype(np.float32),
            faces.astype(np.int32),
            target_face_count=max(triangles // 8, 4),  # each face of the field becomes four quads
            crease_angle=30.0,
            align_to_boundaries=True,
            pure_quad=True,
            deterministic=True,
        )
    found = np.asarray(quads, np.int64)
    if not len(found):
        return simplify(vertices, faces, triangles)
    if found.shape[1] == 4:
        found = found[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    return np.asarray(made, np.float64), found


@contextmanager
def _quiet() -> Iterator[None]:
    """The library writes pages to the process's stdout."""
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


class _Piece(NamedTuple):
    """A connected piece of an asset, over all its primitives."""

    mesh: Mesh
    """Welded."""
    old: Mesh
    """As it was at first."""
    owners: Faces
    """(F,) primitive of each old face."""


def _pieces(asset: Asset) -> list[_Piece]:
    old_vertices, old_faces = asset.merged()
    vertices, faces, _ = weld(old_vertices, old_faces)
    primitives = list(asset.primitives())
    owner = np.repeat(np.arange(len(primitives)), [len(p.faces) for p in primitives])
    label = components(faces)
    order = np.argsort(label, kind="stable")
    pieces = []
    for mine in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        used, inverse = np.unique(faces[mine], return_inverse=True)
        mesh = vertices[used], inverse.reshape(-1, 3).astype(np.int64)
        pieces.append(_Piece(mesh, mesh, owner[mine]))
    return pieces


def _area(piece: _Piece) -> float:
    return float(face_normals(*piece.mesh)[1].sum())


def _shares(pieces: list[_Piece], faces: int) -> Faces:
    """How many of ``faces`` triangles each piece keeps: by the roots of its own number and of its width."""
    own = np.array([len(p.mesh[1]) for p in pieces])
    weight = np.sqrt(own) * np.array([_area(p) for p in pieces]) ** 0.25
    low, high = 0.0, float(own.max() / max(float(weight[weight > 0].min(initial=1.0)), 1e-12))
    for _ in range(60):
        middle = (low + high) / 2
        if np.clip(middle * weight, LEAST_FACES, own).sum() > faces:
            high = middle
        else:
            low = middle
    return np.minimum(np.maximum(low * weight, LEAST_FACES), own).astype(np.int64)


def _assembled(asset: Asset, pieces: list[_Piece], painting: Painting | None = None) -> Asset:
    """The pieces, whose meshes are new, as one new geometry of the asset."""
    vertices, faces, owners, offset = [], [], [], 0
    for piece in pieces:
        v, f = piece.mesh
        if not len(f):
            continue
        owner = piece.owners[:1].repeat(len(f))
        if len(np.unique(piece.owners)) > 1:
            normal, _ = face_normals(v, f)
            owner = piece.owners[NearestPoints(*piece.old).find(v[f].mean(axis=1), normal).face]
        vertices.append(v)
        faces.append(f + offset)
        owners.append(owner)
        offset += len(v)
    mesh = np.concatenate(vertices), np.concatenate(faces)
    return resurfaced(asset, *mesh, np.concatenate(owners), painting=painting)


def unwrapped(asset: Asset, painting: Painting | None = None) -> Asset:
    """With new UVs on one atlas; textures are painted over onto it."""
    primitives = list(asset.primitives())
    owner = np.repeat(np.arange(len(primitives)), [len(p.faces) for p in primitives])
    return resurfaced(asset, *asset.merged(), owner, always_unwrap=True, painting=painting)


def resurfaced(
    asset: Asset,
    vertices: Points,
    faces: Faces,
    owner: Faces,
    *,
    always_unwrap: bool = False,
    painting: Painting | None = None,
) -> Asset:
    """The mesh ``vertices`` (V, 3), ``faces`` (F, 3), which lies near ``asset``'s surface, with all that it wears.

    ``owner`` (F,) is the number of the old primitive whose part and material each new face gets. Where an old material
    has images, or vertices have colours, all share one new atlas, as large as the largest of them; its normal map shows what the old faces and
    normal maps showed. Parts without a face left go.
    """
    old = list(asset.primitives())
    painted = (
        always_unwrap
        or painting is not None
        or any(_has_images(p.material) or p.colors is not None for p in old)
    )
    renewed: dict[int, Primitive] = {}
    near: dict[int, NearestPoints] = {}
    for k, source in enumerate(old):
        mine = faces[owner == k]
        if len(mine):
            if painted or source.weights is not None:
                near[k] = NearestPoints(source.vertices, source.faces)
            renewed[k] = _renewed(vertices, mine, source, near.get(k))
    if painted:
        renewed = _painted(renewed, old, near, painting or Painting())
    parts, start = [], 0
    for part in asset.parts:
        numbers = range(start, start + len(part.primitives))
        start += len(part.primitives)
        if any(k in renewed for k in numbers):
            parts.append(replace(part, primitives=[renewed[k] for k in numbers if k in renewed]))
    return replace(asset, parts=parts, face_parts=None)


def _renewed(vertices: Points, faces: Faces, source: Primitive, near: NearestPoints | None) -> Primitive:
    """New faces of one old primitive, with normals of their own and the skin weights of near places."""
    used, inverse = np.unique(faces, return_inverse=True)
    vertex_map, split, normals = smooth_shading(vertices[used], inverse.reshape(-1, 3), CREASE)
    places = vertices[used][vertex_map]
    made = Primitive(places, split, source.material, None, normals)
    if near is not None and source.weights is not None:
        made.weights = _strongest(_mixed(source.weights, source, near.find(places, normals)))
    return made


def _mixed(values: NDArray[Any], source: Primitive, at: Nearest) -> NDArray[Any]:
    """Values given for each vertex (V, C) of a primitive at places (N, C)."""
    return np.einsum("nk,nkc->nc", at.barycentric, np.asarray(values)[np.asarray(source.faces)[at.face]])


def _strongest(weights: NDArray[Any]) -> NDArray[Any]:
    """Weights (N, J) with at most MAX_INFLUENCES of each row left, that sum to one."""
    least = np.sort(weights, axis=1)[:, -min(MAX_INFLUENCES, weights.shape[1]), None]
    kept = np.where(weights >= np.maximum(least, 1e-6), weights, 0)
    return kept / np.maximum(kept.sum(axis=1, keepdims=True), 1e-12)


def _painted(
    renewed: dict[int, Primitive], old: list[Primitive], near: dict[int, NearestPoints], painting: Painting
) -> dict[int, Primitive]:
    """All on one atlas, which shows what the old materials and images show at the nearest places."""
    pieces = list(renewed.values())
    sources = [old[k] for k in renewed]
    atlas = Atlas(pieces, painting.size or _texture_size([p.material for p in sources]))
    uv = np.zeros((len(atlas.position), 2), np.float32)
    wanted = np.zeros((len(atlas.position), 3), np.float32)
    tint = np.ones((len(atlas.position), 3), np.float32)
    for i, k in enumerate(renewed):
        pick = np.flatnonzero(atlas.texel_owner == i)
        found = near[k].find(atlas.position[pick], atlas.normal[pick])
        wanted[pick] = shown_normals(old[k], found)
        if old[k].uv is not None:
            uv[pick] = _mixed(np.asarray(old[k].uv), old[k], found)
        if old[k].colors is not None:
            tint[pick] = _mixed(np.asarray(old[k].colors)[:, :3], old[k], found)
    color, roughness, metallic = own_surface(sources, atlas.texel_owner, uv)
    if painting.color is not None:
        color = painting.color(atlas.position).astype(np.float32)
    else:
        color = linear_to_srgb(srgb_to_linear(color) * tint).astype(np.float32)
    base, packed, _ = atlas.images(color, roughness, metallic, None)
    relief = tangent_space_map(
        atlas.texels, atlas.vertices, atlas.faces, atlas.uv, np.asarray(atlas.normal), wanted
    )
    made = {id(p.material): textured(p.material, base, packed, relief) for p in pieces}
    return dict(zip(renewed, atlas.primitives([made[id(p.material)] for p in pieces]), strict=True))


def _has_images(material: Material) -> bool:
    images = material.base_color_image, material.metallic_roughness_image, material.normal_image
    return any(i is not None for i in images)


def _texture_size(materials: list[Material]) -> int:
    images = (i for m in materials for i in (m.base_color_image, m.metallic_roughness_image) if i is not None)
    return int(np.clip(max((max(i.shape[:2]) for i in images), default=0), LEAST_TEXTURE, MOST_TEXTURE))
