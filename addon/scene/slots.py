"""Material slots that stand in for an object's own, and the way back to these."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import bpy

from ..core.later import np

FORMER_SLOT = "pocket3d_former_material"
"""Integer face attribute: the material slot of each face before."""
EARLIER_SLOT = "pocket3d_earlier_material"
"""The same before that, while parts stand on a texture that itself stands on the object's own materials."""
PLAIN = "pocket3d_part"
"""Custom property of the materials that are only a part's colour, which need not be kept."""
FORMER = "pocket3d_former"
"""Custom property of the mesh: JSON with the number of the slots before, the UV map, and what was before that."""


def show(
    obj: bpy.types.Object, materials: Sequence[bpy.types.Material], numbers: np.ndarray, *, uv_map: str = ""
) -> None:
    """Put ``materials`` into slots after those that are there and on the faces by ``numbers`` (F,).

    The slots before stay where they are, unused, so nothing is lost on saving; ``restore`` puts them back on.
    """
    mesh = obj.data
    own = len(mesh.materials)
    before = _former(mesh)
    attribute = mesh.attributes.get(FORMER_SLOT)
    if attribute is not None:
        write(mesh, EARLIER_SLOT, _numbers(attribute))
    write(mesh, FORMER_SLOT, material_numbers(mesh))
    mesh[FORMER] = json.dumps({"slots": own, "uv_map": uv_map, "before": before})
    if not own:
        mesh.materials.append(None)  # the former slot 0: no material
    first = len(mesh.materials)
    for material in materials:
        mesh.materials.append(material)
    for slot in obj.material_slots[first:]:
        slot.link = "DATA"
    set_material_numbers(mesh, np.asarray(numbers, np.int32) + first)
    mesh.update()


def are_replaced(obj: bpy.types.Object) -> bool:
    """Whether parts or a texture have taken the place of the object's own materials."""
    return FORMER_SLOT in obj.data.attributes


def are_parts(obj: bpy.types.Object) -> bool:
    """Whether what stands in for the materials are parts' plain colours."""
    text = obj.data.get(FORMER)
    own = json.loads(text)["slots"] if text else len(obj.data.materials)
    shown = [m for m in obj.data.materials[own:] if m is not None]
    return are_replaced(obj) and bool(shown) and all(m.get(PLAIN) for m in shown)


def restore_all(obj: bpy.types.Object) -> None:
    """Go back to the object's own materials."""
    while restore(obj):
        pass


def restore(obj: bpy.types.Object) -> bool:
    """Go back to the materials and the UV map before; False when there is nothing to restore.

    Textures that leave their slots are kept with the file, by a fake user; the parts' plain colours are not.
    """
    mesh = obj.data
    attribute = mesh.attributes.get(FORMER_SLOT)
    if attribute is None:
        return False
    numbers = _numbers(attribute)
    mesh.attributes.remove(attribute)
    former = _former(mesh)
    own = int(former.get("slots", int(numbers.max(initial=0)) + 1))
    for index in range(len(mesh.materials) - 1, own - 1, -1):
        material = mesh.materials.pop(index=index)
        if material is not None and not material.get(PLAIN):
            material.use_fake_user = True
    set_material_numbers(mesh, numbers)
    layer = mesh.uv_layers.get(str(former.get("uv_map", "")))
    if layer is not None:
        layer.active = layer.active_render = True
    earlier = mesh.attributes.get(EARLIER_SLOT)
    if earlier is not None:
        mesh[FORMER] = json.dumps(former.get("before", {}))
        earlier.name = FORMER_SLOT
    mesh.update()
    return True


def forget(mesh: bpy.types.Mesh) -> None:
    """Give up the way back."""
    for name in (FORMER_SLOT, EARLIER_SLOT):
        attribute = mesh.attributes.get(name)
        if attribute is not None:
            mesh.attributes.remove(attribute)
    _former(mesh)


def _former(mesh: bpy.types.Mesh) -> dict[str, Any]:
    text = mesh.get(FORMER)
    if text is None:
        return {}
    del mesh[FORMER]
    return json.loads(text)


def material_numbers(mesh: bpy.types.Mesh) -> np.ndarray:
    """(F,) the material slot of each face."""
    attribute = mesh.attributes.get("material_index")
    return np.zeros(len(mesh.polygons), np.int32) if attribute is None else _numbers(attribute)


def _numbers(attribute: bpy.types.Attribute) -> np.ndarray:
    numbers = np.zeros(len(attribute.data), np.int32)
    attribute.data.foreach_get("value", numbers)
    return numbers


def set_material_numbers(mesh: bpy.types.Mesh, numbers: np.ndarray) -> None:
    """Give each face its material slot."""
    write(mesh, "material_index", numbers)


def write(mesh: bpy.types.Mesh, name: str, values: np.ndarray) -> None:
    """Fill an integer attribute of the faces, made if need be; ten times as fast as through the faces."""
    attribute = mesh.attributes.get(name)
    if attribute is not None and (attribute.domain != "FACE" or attribute.data_type != "INT"):
        mesh.attributes.remove(attribute)
        attribute = None
    attribute = attribute or mesh.attributes.new(name, "INT", "FACE")
    attribute.data.foreach_set("value", np.ascontiguousarray(values, np.int32))
