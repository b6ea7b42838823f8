"""Opens a mesh file that somebody sent: glTF, OBJ, FBX (alone or zipped), PLY, STL."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.fbx.read import read_fbx
from pocket3d_server.geometry.gltf_read import read_gltf
from pocket3d_server.geometry.limits import MAX_EXTENT, NO_FACES, BadFileError
from pocket3d_server.geometry.obj_read import read_obj
from pocket3d_server.geometry.ply_read import read_ply
from pocket3d_server.geometry.stl_read import read_stl
from pocket3d_server.geometry.zip_read import unpack_zip

FORMATS = (".glb", ".gltf", ".obj", ".fbx", ".zip", ".ply", ".stl")
MAX_OFFSET = 1e6
"""Distance from the origin as a multiple of the size; float32 has 24 bits for both."""
CLEAN = "Clean the mesh: delete the invalid vertices, and export it again."


def read_asset(path: Path) -> Asset:
    """Read a mesh with its materials, names and skeleton; the order of vertices and faces is the file's.

    Node transforms are baked into the vertices, UV origins are moved to the top-left. Raises BadFileError (a
    ValueError) with a phrase for people and a suggestion when the file is of another kind, broken, empty, too
    large, or holds numbers that are not finite.
    """
    with np.errstate(all="ignore"):  # what is not finite in the end is refused
        asset = _read(path)
        _check(asset)
    return asset


def _read(path: Path) -> Asset:
    suffix = path.suffix.lower()
    if suffix in (".glb", ".gltf"):
        return read_gltf(path)
    if suffix == ".zip":
        with tempfile.TemporaryDirectory() as folder:
            return _read(unpack_zip(path, Path(folder)))
    if suffix == ".obj":
        return read_obj(path)
    if suffix == ".ply":
        return read_ply(path)
    if suffix == ".stl":
        return read_stl(path)
    if suffix == ".fbx":
        return read_fbx(path)
    raise BadFileError(f"'{suffix or path.name}' is not a mesh format", f"Send one of {', '.join(FORMATS)}.")


def _check(asset: Asset) -> None:
    """Refuse positions and faces that no algorithm can work with."""
    if not asset.face_count:
        raise BadFileError("the file holds no triangles", NO_FACES)
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for primitive in asset.primitives():
        vertices, faces = primitive.vertices, primitive.faces
        if not np.isfinite(vertices).all():
            raise BadFileError("the file holds a vertex position that is not a finite number", CLEAN)
        if len(faces) and (faces.min() < 0 or faces.max() >= len(vertices)):
            raise BadFileError("a face refers to a vertex that does not exist")
        if len(vertices):
            low, high = np.minimum(low, vertices.min(axis=0)), np.maximum(high, vertices.max(axis=0))
        # Values that only decorate are dropped rather than refused.
        if primitive.uv is not None and not np.isfinite(primitive.uv).all():
            primitive.uv = None
        if primitive.normals is not None and not np.isfinite(primitive.normals).all():
            primitive.normals = None
        if primitive.colors is not None and not np.isfinite(primitive.colors).all():
            primitive.colors = None
        if primitive.weights is not None and not np.isfinite(primitive.weights).all():
            primitive.weights = None
    extent = float((high - low).max())
    if extent <= 0:
        raise BadFileError(
            "all vertices are in one place", "Send a mesh with at least one triangle that has an area."
        )
    if extent > MAX_EXTENT:
        raise BadFileError(
            f"it is {extent:.3g} m large, and at most {MAX_EXTENT:,.0f} m are taken",
            "Delete stray vertices, or scale the mesh down, and export it again.",
        )
    # float32 cannot tell points apart that lie much farther away than they are from each other.
    if max(np.abs(low).max(), np.abs(high).max()) > MAX_OFFSET * extent:
        raise BadFileError(
            "it lies so far from the origin that its shape is lost in rounding",
            "Move the mesh to the origin and export it again.",
        )
