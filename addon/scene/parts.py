"""Parts of a mesh: a face attribute, a name for each number, and a material slot for each part."""

from __future__ import annotations

import json
from collections.abc import Sequence

import bpy
import numpy as np

from ..core.errors import UserError
from ..core.results import PartData, PartsData
from . import compat, exporter

ATTRIBUTE, NAMES = exporter.PART_ATTRIBUTE, exporter.PART_NAMES
FORMER_SLOT = "pocket3d_former_material"
"""Integer face attribute: the material slot before the parts got theirs."""


def mark(objects: Sequence[bpy.types.Object]) -> None:
    """Write each object's number on its faces, before they are joined."""
    for number, obj in enumerate(objects):
        _write(obj.data, ATTRIBUTE, np.full(len(obj.data.polygons), number, np.int32))


def store_names(obj: bpy.types.Object, names: Sequence[str], *, given: bool = False) -> None:
    """Keep the parts' names with the mesh; ``given`` when it was generated with them."""
    obj.data[exporter.PARTS_GIVEN] = given
    obj.data[NAMES] = json.dumps(list(names), ensure_ascii=False)


def part_names(obj: bpy.types.Object) -> list[str]:
    """Names of the parts of an object, empty when it has none."""
    return json.loads(obj.data.get(NAMES, "[]"))


def apply_parts(obj: bpy.types.Object, data: PartsData, *, recolor: bool = True) -> list[bpy.types.Material]:
    """Put a segmentation on the mesh that was sent; returns the parts' materials.

    Faces get the attribute ``pocket3d_part``. With ``recolor`` each part gets a material slot of its own,
    after the ones that were there; ``restore_materials`` goes back. Geometry does not change. Raises
    UserError when the mesh has been edited since it was sent.
    """
    triangles = exporter.triangulate(obj)
    if len(triangles.polygons) != len(data.triangle_part):
        raise UserError(f"{obj.name} was edited meanwhile, so the parts no longer fit")
    mesh = obj.data
    polygon_part = np.zeros(len(mesh.polygons), np.int32)
    polygon_part[triangles.polygons] = data.triangle_part
    if recolor:
        restore_materials(obj)
    _write(mesh, ATTRIBUTE, polygon_part)
    store_names(obj, [p.label for p in data.parts])
    return _add_slots(mesh, polygon_part, data.parts) if recolor else []


def _add_slots(
    mesh: bpy.types.Mesh, polygon_part: np.ndarray, parts: Sequence[PartData]
) -> list[bpy.types.Material]:
    slots = np.zeros(len(mesh.polygons), np.int32)
    mesh.polygons.foreach_get("material_index", slots)
    _write(mesh, FORMER_SLOT, slots)
    if not len(mesh.materials):
        mesh.materials.append(None)  # former slot 0: no material
    first = len(mesh.materials)
    made = [part_material(p.label, p.color) for p in parts]
    for material in made:
        mesh.materials.append(material)
    mesh.polygons.foreach_set("material_index", polygon_part + first)
    mesh.update()
    return made


def are_shown(obj: bpy.types.Object) -> bool:
    """Whether the parts have taken the place of the object's own materials."""
    return FORMER_SLOT in obj.data.attributes


def restore_materials(obj: bpy.types.Object) -> bool:
    """Go back to the materials before the parts were shown; False when there is nothing to restore."""
    mesh = obj.data
    attribute = mesh.attributes.get(FORMER_SLOT)
    if attribute is None:
        return False
    slots = np.zeros(len(mesh.polygons), np.int32)
    attribute.data.foreach_get("value", slots)
    mesh.attributes.remove(attribute)
    mesh.polygons.foreach_set("material_index", slots)
    for index in range(len(mesh.materials) - 1, int(slots.max(initial=0)), -1):
        if mesh.materials[index] is not None and mesh.materials[index].get(ATTRIBUTE):
            mesh.materials.pop(index=index)
    mesh.update()
    return True


def part_material(name: str, color: tuple[float, float, float]) -> bpy.types.Material:
    """A plain material in a part's colour (linear)."""
    material = bpy.data.materials.new(compat.id_name(name))
    material[ATTRIBUTE] = True
    compat.use_nodes(material)
    shader = next(n for n in material.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (*color, 1.0)
    shader.inputs["Roughness"].default_value = 0.6
    material.diffuse_color = (*color, 1.0)
    return material


def separate(context: bpy.types.Context, obj: bpy.types.Object) -> list[bpy.types.Object]:
    """Make an object of each part, in the same collections, under the same parent.

    Raises UserError when the mesh has no parts.
    """
    mesh = obj.data
    attribute = mesh.attributes.get(ATTRIBUTE)
    if attribute is None:
        raise UserError(f"{obj.name} has no parts; segment it first")
    numbers = np.zeros(len(mesh.polygons), np.int32)
    attribute.data.foreach_get("value", numbers)
    names = part_names(obj)
    made = []
    for number in np.unique(numbers):
        copy = obj.copy()
        copy.data = mesh.copy()
        _keep_faces(copy.data, numbers == number)
        title = names[number] if 0 <= number < len(names) else f"Part {number + 1}"
        copy.name = compat.id_name(title)
        copy.data.name = copy.name
        for collection in obj.users_collection:
            collection.objects.link(copy)
        made.append(copy)
    bpy.data.objects.remove(obj)
    return made


def _keep_faces(mesh: bpy.types.Mesh, keep: np.ndarray) -> None:
    import bmesh

    work = bmesh.new()
    work.from_mesh(mesh)
    work.faces.ensure_lookup_table()
    gone = [work.faces[i] for i in np.flatnonzero(~keep)]
    bmesh.ops.delete(work, geom=gone, context="FACES")
    work.to_mesh(mesh)
    work.free()


def _write(mesh: bpy.types.Mesh, name: str, values: np.ndarray) -> None:
    attribute = mesh.attributes.get(name)
    if attribute is not None and (attribute.domain != "FACE" or attribute.data_type != "INT"):
        mesh.attributes.remove(attribute)
        attribute = None
    attribute = attribute or mesh.attributes.new(name, "INT", "FACE")
    attribute.data.foreach_set("value", np.ascontiguousarray(values, np.int32))
