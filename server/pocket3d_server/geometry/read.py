"""Opens a mesh file that somebody sent: glTF, OBJ (alone or zipped), PLY, STL."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive, srgb_to_linear
from pocket3d_server.geometry.gltf_read import read_gltf
from pocket3d_server.geometry.names import unique_name
from pocket3d_server.geometry.obj_read import read_obj

FORMATS = (".glb", ".gltf", ".obj", ".zip", ".ply", ".stl")
MAX_UNZIPPED = 2 * 1024**3
MAX_EXTENT = 1e6
"""Metres. What is larger is a stray vertex or a wrong unit."""
MAX_OFFSET = 1e6
"""Distance from the origin as a multiple of the size; float32 has 24 bits for both."""


def read_asset(path: Path) -> Asset:
    """Read a mesh with its materials, names and skeleton; the order of vertices and faces is the file's.

    Node transforms are baked into the vertices, UV origins are moved to the top-left. Raises ValueError with
    a sentence for people when the file is of another kind, broken, empty, or holds numbers that are not finite.
    """
    suffix = path.suffix.lower()
    if suffix in (".glb", ".gltf"):
        asset = read_gltf(path)
    elif suffix == ".zip":
        asset = _read_zip(path)
    elif suffix == ".obj":
        asset = _read_obj(path)
    elif suffix in (".ply", ".stl"):
        asset = _read_trimesh(path)
    elif suffix == ".fbx":
        raise ValueError("FBX cannot be read here, that needs Blender: export the mesh as GLB or OBJ")
    else:
        raise ValueError(f"'{suffix or path.name}' is not a mesh format; send one of {', '.join(FORMATS)}")
    _check(asset)
    return asset


def _check(asset: Asset) -> None:
    if not asset.face_count:
        raise ValueError("the file holds no triangles")
    for primitive in asset.primitives():
        if not np.isfinite(primitive.vertices).all():
            raise ValueError("the file holds a vertex position that is not a finite number")
        faces = primitive.faces
        if len(faces) and (faces.min() < 0 or faces.max() >= len(primitive.vertices)):
            raise ValueError("a face refers to a vertex that does not exist")
        # Values that only decorate are dropped rather than refused.
        if primitive.uv is not None and not np.isfinite(primitive.uv).all():
            primitive.uv = None
        if primitive.normals is not None and not np.isfinite(primitive.normals).all():
            primitive.normals = None
    _check_extent(asset.merged()[0].astype(np.float64))


def _check_extent(vertices: NDArray[np.float64]) -> None:
    """Refuse positions (V, 3) that algorithms cannot measure in float32."""
    extent = float(np.ptp(vertices, axis=0).max())
    if extent <= 0:
        raise ValueError("all vertices are in one place")
    if extent > MAX_EXTENT:
        raise ValueError(f"it is {extent:.3g} m large, and at most {MAX_EXTENT:,.0f} m are taken")
    if np.abs(vertices).max() > MAX_OFFSET * extent:
        raise ValueError("it lies so far from the origin that its shape is lost in rounding")


def _read_zip(path: Path) -> Asset:
    """The mesh of a zip, with its materials and textures beside it."""
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            members = [m for m in archive.infolist() if not m.is_dir()]
            if sum(m.file_size for m in members) > MAX_UNZIPPED:
                raise ValueError("the zip is larger than 2 GiB when unpacked")
            for m in members:
                name = PurePosixPath(m.filename.replace("\\", "/"))
                if name.is_absolute() or ".." in name.parts:
                    raise ValueError("the zip holds a path that leaves its folder")
                target = Path(folder).joinpath(*name.parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(m))
            for suffix in (".obj", ".gltf", ".glb", ".ply", ".stl"):
                found = sorted(
                    f for f in Path(folder).rglob("*") if f.suffix.lower() == suffix and f.is_file()
                )
                found = [f for f in found if not f.name.startswith("._")]
                if found:
                    return read_asset(found[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise ValueError(f"the zip cannot be read ({error})") from error
    raise ValueError("the zip holds no mesh (.obj, .gltf, .glb, .ply or .stl)")


def _read_obj(path: Path) -> Asset:
    try:
        return read_obj(path)
    except (ValueError, IndexError, OverflowError) as error:
        raise ValueError(f"this is not a readable OBJ file ({error})") from error


def _read_trimesh(path: Path) -> Asset:
    """PLY and STL by trimesh, kept from merging or reordering anything."""
    try:
        mesh = trimesh.load_mesh(path, process=False)
        if not isinstance(mesh, trimesh.Trimesh) or not len(mesh.faces):
            raise ValueError("it holds no triangles")
        vertices = np.asarray(mesh.vertices, np.float32)
        faces = np.asarray(mesh.faces, np.int64)
        visual: Any = mesh.visual
        uv = getattr(visual, "uv", None)
        if uv is not None and len(uv) == len(vertices):
            uv = np.column_stack([uv[:, 0], 1 - uv[:, 1]]).astype(np.float32)
        else:
            uv = None
        material = Material("material")
        if getattr(visual, "kind", None) in ("vertex", "face"):
            r, g, b = srgb_to_linear(np.asarray(visual.main_color[:3]) / 255.0)
            material.base_color = (float(r), float(g), float(b), 1.0)
    except Exception as error:  # trimesh raises whatever its parsers hit
        raise ValueError(f"this is not a readable {path.suffix[1:].upper()} file ({error})") from error
    return Asset([Part(unique_name(path.stem, set()), [Primitive(vertices, faces, material, uv)])])
