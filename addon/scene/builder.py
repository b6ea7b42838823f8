"""A mesh that was read off the main thread, as Blender's datablocks: whole arrays are copied, nothing is worked out."""

from __future__ import annotations

import bpy

from ..core.later import np
from ..core.meshes.model import MeshData
from . import compat, materials, parts, slots

UV_MAP = "UVMap"


def build(data: MeshData, name: str, scale: float = 1.0, shift: np.ndarray | None = None) -> bpy.types.Object:
    """A mesh object with materials, UVs and parts, in no collection yet.

    ``shift`` moves it, in metres; ``scale`` then turns metres into scene units.
    """
    mesh = bpy.data.meshes.new(compat.id_name(name))
    obj = bpy.data.objects.new(mesh.name, mesh)
    points = data.vertices if shift is None else data.vertices + np.asarray(shift, np.float32)
    _geometry(mesh, data, points if scale == 1 else points * np.float32(scale))
    _shading(mesh, data)
    if data.uv is not None:
        layer = mesh.uv_layers.new(name=UV_MAP, do_init=False)
        layer.uv.foreach_set("vector", _flat(data.uv, np.float32))
    if data.colors is not None:
        attribute = mesh.color_attributes.new(materials.COLORS, "FLOAT_COLOR", "CORNER")
        attribute.data.foreach_set("color", _flat(data.colors, np.float32))
    for material in materials.make_all(data.materials):
        mesh.materials.append(material)
    if len(data.materials) > 1:
        slots.set_material_numbers(mesh, data.face_material)
    if len(data.part_names) > 1:
        slots.write(mesh, parts.ATTRIBUTE, data.face_part)
        parts.store_names(obj, data.part_names, given=True)
    return obj


def _geometry(mesh: bpy.types.Mesh, data: MeshData, points: np.ndarray) -> None:
    """Vertices, edges, corners and faces, through their attributes, which takes whole arrays without a loop.

    The edges were found already, so Blender need not look for them.
    """
    mesh.vertices.add(len(points))
    mesh.edges.add(len(data.edges))
    mesh.loops.add(data.faces.size)
    mesh.polygons.add(len(data.faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, data.faces.size, 3, dtype=np.int32))
    for name, field, values, kind in (
        ("position", "vector", points, np.float32),
        (".edge_verts", "value", data.edges, np.int32),
        (".corner_vert", "value", data.faces, np.int32),
        (".corner_edge", "value", data.corner_edges, np.int32),
    ):
        mesh.attributes[name].data.foreach_set(field, _flat(values, kind))
    mesh.update()


def _shading(mesh: bpy.types.Mesh, data: MeshData) -> None:
    if data.sharp is None:
        mesh.shade_flat()
        return
    if data.sharp.any():
        attribute = mesh.attributes.new("sharp_edge", "BOOLEAN", "EDGE")
        attribute.data.foreach_set("value", data.sharp)
    if len(data.normals) == len(data.vertices):
        mesh.normals_split_custom_set_from_vertices(data.normals)
    elif data.normals:
        mesh.normals_split_custom_set(data.normals)


def _flat(values: np.ndarray, kind: type) -> np.ndarray:
    return np.ascontiguousarray(values, kind).reshape(-1)
