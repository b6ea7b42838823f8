"""Normals between the world and the tangent space of normal maps: how detail moves onto a mesh with other faces and UVs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Image, Primitive
from pocket3d_server.geometry.bake import TexelMap, to_bytes
from pocket3d_server.geometry.nearest import Nearest
from pocket3d_server.geometry.shading import bilinear
from pocket3d_server.geometry.vectors import unit_normals

Floats = NDArray[np.floating[Any]]
LEAST_FACING = 0.05
"""Of a normal in its own tangent space; steeper ones are laid down to this."""


def tangents_of_faces(vertices: NDArray[Any], faces: NDArray[Any], uv: NDArray[Any]) -> tuple[Floats, Floats]:
    """Directions (F, 3) on each face along which u grows, and v falls (UVs have their origin at the top)."""
    p, q = np.asarray(vertices, np.float64)[faces], np.asarray(uv, np.float64)[faces]
    e1, e2 = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    d1, d2 = q[:, 1] - q[:, 0], q[:, 2] - q[:, 0]
    turned = np.sign(d1[:, 0] * d2[:, 1] - d1[:, 1] * d2[:, 0])[:, None]
    along = (e1 * d2[:, 1:] - e2 * d1[:, 1:]) * turned
    down = (e2 * d1[:, :1] - e1 * d2[:, :1]) * turned
    return unit_normals(along, 1e-30), unit_normals(-down, 1e-30)


def shown_normals(primitive: Primitive, at: Nearest) -> Floats:
    """The normals (N, 3) with which a primitive is shown at places of it: smooth ones, and its normal map's."""
    faces = np.asarray(primitive.faces)[at.face]
    corners = np.asarray(primitive.vertices, np.float64)[faces]
    flat = unit_normals(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), 1e-30)
    normal = flat
    if primitive.normals is not None:
        normal = unit_normals(
            np.einsum("nk,nkc->nc", at.barycentric, np.asarray(primitive.normals)[faces]), 1e-12
        )
    if primitive.uv is None or primitive.material.normal_image is None:
        return normal
    along, up = tangents_of_faces(primitive.vertices, primitive.faces, primitive.uv)
    along, up = _across(along[at.face], normal), _across(up[at.face], normal)
    texel = bilinear(
        primitive.material.normal_image,
        np.einsum("nk,nkc->nc", at.barycentric, np.asarray(primitive.uv)[faces]),
    )
    bump = texel[:, :3] / 127.5 - 1
    return unit_normals(along * bump[:, :1] + up * bump[:, 1:2] + normal * bump[:, 2:3], 1e-12)


def tangent_space_map(
    texels: TexelMap,
    vertices: NDArray[Any],
    faces: NDArray[Any],
    uv: NDArray[Any],
    smooth: Floats,
    wanted: Floats,
) -> Image:
    """A normal map (R, R, 3) with which a mesh whose own normals at the texels are ``smooth`` (N, 3) shows ``wanted``.

    As glTF has it: +X along u, +Y towards the top of the image, in uint8.
    """
    along, up = tangents_of_faces(vertices, faces, uv)
    along, up = _across(along[texels.face], smooth), _across(up[texels.face], smooth)
    bump = np.stack([np.einsum("nc,nc->n", axis, wanted) for axis in (along, up, smooth)], axis=1)
    bump[:, 2] = np.maximum(bump[:, 2], LEAST_FACING)
    return to_bytes(texels.image((unit_normals(bump, 1e-12) * 0.5 + 0.5).astype(np.float32)))


def _across(direction: Floats, normal: Floats) -> Floats:
    """Directions made perpendicular to normals, unit length."""
    return unit_normals(direction - normal * np.einsum("nc,nc->n", direction, normal)[:, None], 1e-12)
