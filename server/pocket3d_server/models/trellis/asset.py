"""From the decoded surface to an asset that can be used: mended, lighter, with UVs and a texture.

The decoders speak of a cube of side 1 around the origin with +Z up. Everything here is numpy on the CPU.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.geometry.clean import vertex_normals
from pocket3d_server.geometry.repair import hole_faces
from pocket3d_server.geometry.resurface import Painting, simplified, unwrapped
from pocket3d_server.geometry.seen import seen_faces
from pocket3d_server.geometry.tidy import placed
from pocket3d_server.models.engine import EngineError

if TYPE_CHECKING:
    from pocket3d_server.models.trellis.extraction import DecodedMesh
    from pocket3d_server.models.trellis.gaussians import Gaussians

Floats = NDArray[np.floating[Any]]

Y_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""Rows times this are +Y up and look along +Z."""
ROUGHNESS = 0.8
"""Of everything: the decoders say nothing about it."""
GREY = 0.6
"""sRGB, where nothing is known of colours."""
AROUND = 12
"""Gaussians that a texel's colour is made of."""
FAINT = 0.02
"""Opacity below which gaussians are left out."""
CHUNK = 1 << 15
"""Texels whose gaussians are looked at together."""

Report = Callable[[float, str], None]


def make_asset(
    mesh: DecodedMesh,
    gaussians: Gaussians | None,
    *,
    faces: int,
    texture: int,
    report: Report = lambda done, stage: None,
) -> Asset:
    """One part with about ``faces`` faces, +Y up, on the ground, with one texture of ``texture`` texels a side.

    Its colours are those of the ``gaussians`` near each texel, without visible ones the mesh's own; its normal map shows what
    the decoded mesh had and the lighter one lacks. ``report`` gets a share of 0..1 and a stage, and may raise to stop.
    Raises EngineError when nothing was decoded.
    """
    report(0.0, "cleaning_mesh")
    vertices = _array(mesh.vertices) @ Y_UP
    triangles = _cleaned(vertices, _array(mesh.faces).astype(np.int64))
    if not len(triangles):
        raise EngineError(
            "the model found no surface",
            suggestion="Try another seed, or a picture or prompt of one whole object.",
        )
    used, inverse = np.unique(triangles, return_inverse=True)
    whole = _asset(vertices[used], inverse.reshape(-1, 3))
    report(0.25, "texturing")
    painting = Painting(texture)
    splats = None if gaussians is None else _Splats.of(gaussians)
    if splats is not None:
        painting = Painting(texture, splats.colors)
    elif mesh.attributes is not None:
        painting = Painting(texture, _Points.of(vertices[used], _array(mesh.attributes)[used, :3]).colors)
    if whole.face_count > faces:
        made = simplified(whole, faces, painting)
    else:
        made = unwrapped(whole, painting)
    report(1.0, "texturing")
    return placed(_lean(made), "base")


def _array(tensor: Any) -> NDArray[Any]:
    return np.asarray(tensor.detach().cpu().numpy())


def _cleaned(vertices: Floats, faces: NDArray[np.int64]) -> NDArray[np.int64]:
    """Faces with lids on holes, without what cannot be seen and without floating bits.

    Where the surface has small holes in it, its inner wall is cut off there, which leaves the holes to be filled.
    """
    faces = np.concatenate([faces, hole_faces(vertices, faces)])
    faces = faces[seen_faces(vertices, faces)]
    return np.concatenate([faces, hole_faces(vertices, faces)])


def _asset(vertices: Floats, faces: NDArray[np.int64]) -> Asset:
    """The decoded mesh as it is."""
    plain = Material.from_srgb("surface", (GREY, GREY, GREY), roughness=ROUGHNESS)
    normals = vertex_normals(vertices, faces)
    return Asset([Part("object", [Primitive(vertices, faces, plain, normals=normals)])])


def _lean(asset: Asset) -> Asset:
    """Without the images that say the same everywhere."""
    parts = []
    for part in asset.parts:
        primitives = [
            replace(
                p,
                material=replace(
                    p.material,
                    roughness=ROUGHNESS,
                    metallic=0.0,
                    metallic_roughness_image=None,
                    occlusion_image=None,
                ),
            )
            for p in part.primitives
        ]
        parts.append(replace(part, primitives=primitives))
    return replace(asset, parts=parts)


class _Points(NamedTuple):
    """Places of known colour."""

    tree: cKDTree
    color: Floats
    """(V, 3) sRGB."""

    @classmethod
    def of(cls, vertices: Floats, color: Floats) -> _Points:
        """A decoded mesh's vertices: they lie closer together than texels do, so no face is asked."""
        return cls(cKDTree(vertices), color.astype(np.float32))

    def colors(self, points: Floats) -> Floats:
        """(N, 3) places -> (N, 3) sRGB: the mean of the four nearest, weighted by the square of closeness."""
        distance, near = self.tree.query(points, min(4, len(self.color)), workers=-1)
        distance, near = distance.reshape(len(points), -1), near.reshape(len(points), -1)
        weight = 1 / np.maximum(distance, 1e-9) ** 2
        weight /= weight.sum(axis=1, keepdims=True)
        return np.einsum("nk,nkc->nc", weight.astype(np.float32), self.color[near])


class _Splats(NamedTuple):
    """Gaussians that can be asked for the colour of a place."""

    tree: cKDTree
    middle: Floats
    """(G, 3), +Y up."""
    whiten: Floats
    """(G, 3, 3): an offset times this is counted in standard deviations along the gaussian's axes."""
    color: Floats
    """(G, 3) sRGB."""
    opacity: Floats
    """(G,)"""

    @classmethod
    def of(cls, gaussians: Gaussians) -> _Splats | None:
        """The visible ones; None when there are none."""
        opacity = _array(gaussians.opacity)[:, 0].astype(np.float32)
        numbers = np.hstack([_array(gaussians.xyz), _array(gaussians.scaling), _array(gaussians.rgb)])
        seen = (opacity >= FAINT) & np.isfinite(numbers).all(axis=1)
        if not seen.any():
            return None
        middle = (_array(gaussians.xyz)[seen] @ Y_UP).astype(np.float32)
        axes = np.einsum("ij,gjk->gik", Y_UP.T, _rotations(_array(gaussians.rotation)[seen]))
        whiten = (axes / _array(gaussians.scaling)[seen][:, None]).astype(np.float32)
        color = _array(gaussians.rgb)[seen].astype(np.float32)
        return cls(cKDTree(middle), middle, whiten, color, opacity[seen])

    def colors(self, points: Floats) -> Floats:
        """(N, 3) places -> (N, 3) sRGB: the mean of the nearest, weighted by opacity and the bell curve of each.

        Far from all of them it is the colour of the one that is fewest standard deviations away.
        """
        out = np.empty((len(points), 3), np.float32)
        for begin in range(0, len(points), CHUNK):
            some = np.asarray(points[begin : begin + CHUNK], np.float32)
            near = self.tree.query(some, min(AROUND, len(self.middle)), workers=-1)[1].reshape(len(some), -1)
            off = some[:, None] - self.middle[near]
            deviations = np.matmul(off[:, :, None], self.whiten[near])[:, :, 0]
            squared = np.einsum("nkc,nkc->nk", deviations, deviations)
            weight = self.opacity[near] * np.exp((squared.min(axis=1, keepdims=True) - squared) / 2)
            mean = np.einsum("nk,nkc->nc", weight, self.color[near])
            out[begin : begin + CHUNK] = mean / weight.sum(axis=1, keepdims=True)
        return out


def _rotations(quaternion: Floats) -> Floats:
    """(G, 4) unit quaternions, w first -> (G, 3, 3) with the turned axes as columns."""
    w, x, y, z = np.asarray(quaternion, np.float64).T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), 2, 0)
