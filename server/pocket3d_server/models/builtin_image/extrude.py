"""Gives a flat silhouette an even thickness with rounded edges: keys, signs, letters, tools, boxes."""

from __future__ import annotations

import numpy as np

from pocket3d_server.models.builtin_image.meshes import Mesh, normals, polygonise, smooth
from pocket3d_server.models.builtin_image.regions import relief
from pocket3d_server.models.builtin_image.silhouette import Silhouette, at_pixels
from pocket3d_server.models.pictures.picture import Array


def extrude(
    shape: Silhouette, depth: float, bevel: float | None = None, thickness: float = 1.0, emboss: float = 0.5
) -> Mesh:
    """A closed mesh ``depth`` metres deep with edges rounded by ``bevel`` metres (a fifth of the depth if None).

    The field is the distance to a rounded extrusion (I. Quilez, "Distance functions"), so faces stay flat and
    holes stay open. ``thickness`` multiplies the depth, ``emboss`` the relief of the front.
    """
    unit = shape.frame.unit
    half = max(depth / 2 / unit, 1.5)
    widest = float(shape.distance.max())
    radius = min(half, widest, depth * 0.2 / unit if bevel is None else bevel / unit)
    reach = int(np.ceil(half)) + 3
    across = (radius - shape.distance)[None].astype(np.float32)
    along = (np.abs(np.arange(-reach, reach + 1, dtype=np.float32)) - (half - radius))[:, None, None]
    corner = np.sqrt(np.maximum(across, 0) ** 2 + np.maximum(along, 0) ** 2)
    field = radius - corner - np.minimum(np.maximum(across, along), 0)
    mesh = smooth(polygonise(field, shape.frame, reach), 2)
    vertices = mesh.vertices * (1, 1, thickness)
    if emboss > 0:
        facing = np.clip((normals(mesh)[:, 2] - 0.7) / 0.3, 0, 1)
        raised = _raised(shape)
        vertices[:, 2] += facing * at_pixels(raised, shape.frame, vertices) * unit * emboss
    return Mesh(vertices, mesh.faces)


def _raised(shape: Silhouette) -> Array:
    return np.maximum(relief(shape.rgb, shape.distance), 0)
