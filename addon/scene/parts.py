"""Parts of a mesh: a face attribute, a name for each number, and a material slot for each part."""

from __future__ import annotations

import json
from collections.abc import Sequence

import bpy

from ..core.errors import UserError
from ..core.later import np
from ..core.meshes.results import PartData, PartsData
from . import compat, slots, triangles

ATTRIBUTE = "pocket3d_part"
"""Integer face attribute: index into the names of the parts. On a material: it is a part's colour."""
NAMES = "pocket3d_parts"
"""Custom property of the mesh: JSON list of the parts' names."""
GIVEN = "pocket3d_parts_given"
"""Custom property of the mesh: true while its parts are those that it was generated with."""


def store_names(obj: bpy.types.Object, names: Sequence[str], *, given: bool = False) -> None:
    """Keep the parts' names with the mesh; ``given`` when it was generated with them."""
    obj.data[GIVEN] = given
    obj.data[NAMES] = json.dumps(list(names), ensure_ascii=False)


def part_names(obj: bpy.types.Object) -> list[str]:
    """Names of the parts of an object, empty when it has none, or when a hand has spoilt them."""
    try:
        names = json.loads(obj.data.get(NAMES, "[]"))
    except (TypeError, ValueError):
        return []
    return [str(name) for name in names] if isinstance(names, list) else []


def has_parts(mesh: bpy.types.Mesh) -> bool:
    """Whether the faces of a mesh know their part."""
    attribute = mesh.attributes.get(ATTRIBUTE)
    return attribute is not None and (attribute.domain, attribute.data_type) == ("FACE", "INT")


def part_numbers(mesh: bpy.types.Mesh) -> np.ndarray | None:
    """(F,) the part of each face; None when it has no parts."""
    if not has_parts(mesh):
        return None
    numbers = np.zeros(len(mesh.polygons), np.int32)
    mesh.attributes[ATTRIBUTE].data.foreach_get("value", numbers)
    return numbers


def apply_parts(obj: bpy.types.Object, data: PartsData) -> None:
    """Put a segmentation on the mesh that was sent; see ``show``. Geometry does not change.

    Raises UserError when the mesh has been edited since it was sent.
    """
    faces = triangles.triangulate(obj)
    if len(faces.polygons) != len(data.triangle_part):
        raise UserError(f"{obj.name} was edited meanwhile, so the parts no longer fit")
    mesh = obj.data
    numbers = np.zeros(len(mesh.polygons), np.int32)
    numbers[faces.polygons] = data.triangle_part
    show(obj, data.parts, numbers)


def show(obj: bpy.types.Object, parts: Sequence[PartData], numbers: np.ndarray) -> None:
    """Give the faces their parts by ``numbers`` (F,) and colour them.

    They get the attribute ``pocket3d_part``, and each part a material slot of its own, after the ones that were
    there; ``slots.restore`` goes back.
    """
    slots.write(obj.data, ATTRIBUTE, numbers)
    store_names(obj, [p.label for p in parts])
    if slots.are_parts(obj):  # new parts take the place of old ones, but stand on a texture
        slots.restore(obj)
    slots.show(obj, [part_material(p.label, p.color) for p in parts], numbers)


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
