"""An object of each part, with whatever the mesh carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import bpy

from ..core.errors import UserError
from ..core.later import np
from . import compat, parts, placing, slots, targets
from .staging import rollback, staging_scene

KEY_POINTS = "pocket3d_key_{}"
"""Vector attribute of the vertices, while it lasts: a shape key, which nodes do not know."""
NORMALS = "pocket3d_normals"
"""Vector attribute of the corners, while it lasts: custom normals, as these are at home in the whole mesh."""
KEY_SETTINGS = ("name", "slider_min", "slider_max", "value", "mute", "vertex_group", "interpolation")


def why_not(obj: bpy.types.Object) -> str:
    """Why the parts of an object cannot become objects, as a sentence; empty when they can. Only reads memory."""
    if not parts.has_parts(obj.data):
        return f"{obj.name} has no parts; segment it first"
    if any(m.type == "MULTIRES" for m in obj.modifiers):
        return "Apply the Multires modifier first: what was sculpted with it cannot be cut"
    return ""


def separate(
    context: bpy.types.Context, obj: bpy.types.Object, *, own_materials: bool = False
) -> list[bpy.types.Object]:
    """Make an object of each part, in the same collections, under the same parent; returns them.

    Each keeps its rig, weights, shape keys, UVs, custom normals, modifiers and provenance. With ``own_materials``
    they have the materials from before the parts were coloured. The original is hidden and stays as it is, with
    its loose vertices and edges, which are in no part: its parts can be made anew, and saving and loading cannot
    lose what an undo would bring back. Raises UserError when it cannot be done.
    """
    reason = why_not(obj)
    numbers = parts.part_numbers(obj.data)
    if reason or numbers is None:
        raise UserError(reason)
    names = parts.part_names(obj)
    with rollback():
        made = _pieces(obj, np.unique(numbers).tolist(), own_materials)
        for number, piece in made.items():
            _tidy(piece, names[number] if 0 <= number < len(names) else f"Part {number + 1}")
            for collection in obj.users_collection:
                collection.objects.link(piece)
    context.view_layer.update()
    placing.hide(obj)
    return list(made.values())


def _pieces(
    obj: bpy.types.Object, numbers: Sequence[int], own_materials: bool
) -> dict[int, bpy.types.Object]:
    """The pieces by their part's number, in no collection."""
    copy = obj.copy()
    copy.data = obj.data.copy()
    if targets.KEY in copy:
        del copy[targets.KEY]  # the original is still the one that jobs are about
    if own_materials:
        slots.restore(copy)
    else:
        slots.forget(copy.data)
    materials = [slot.material for slot in copy.material_slots]
    keys = _lay_down_keys(copy)
    _lay_down_normals(copy.data)
    made = {}
    with _cutter(copy.data) as cut:
        for number in numbers:
            made[number] = piece = copy.copy()
            piece.data = cut(number)
            _keep_used(piece.data, materials)
            _take_up_keys(piece, keys, obj.data.shape_keys)
            _take_up_normals(piece.data)
    mesh = copy.data
    bpy.data.objects.remove(copy)
    bpy.data.meshes.remove(mesh)
    return made


@contextmanager
def _cutter(mesh: bpy.types.Mesh) -> Iterator[Callable[[int], bpy.types.Mesh]]:
    """Gives a function that makes a mesh of one part; by nodes, which take along all that is an attribute."""
    tree = bpy.data.node_groups.new("Pocket3D cut", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    source, result = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
    part = tree.nodes.new("GeometryNodeInputNamedAttribute")
    part.data_type = "INT"
    part.inputs["Name"].default_value = parts.ATTRIBUTE
    equal = tree.nodes.new("FunctionNodeCompare")
    equal.data_type, equal.operation = "INT", "EQUAL"
    part_number, wanted = (s for s in equal.inputs if s.type == "INT")
    divide = tree.nodes.new("GeometryNodeSeparateGeometry")
    divide.domain = "FACE"
    for output, socket in (
        (next(s for s in part.outputs if s.type == "INT"), part_number),
        (equal.outputs[0], divide.inputs["Selection"]),
        (source.outputs[0], divide.inputs["Geometry"]),
        (divide.outputs[0], result.inputs[0]),
    ):
        tree.links.new(output, socket)
    # An object of its own, without parent and modifiers, so that nothing else is worked out.
    bench = bpy.data.objects.new("Pocket3D cut", mesh)
    bench.modifiers.new("Cut", "NODES").node_group = tree

    def cut(number: int) -> bpy.types.Mesh:
        wanted.default_value = number
        bench.update_tag()
        graph = bpy.context.evaluated_depsgraph_get()
        piece = bpy.data.meshes.new_from_object(
            bench.evaluated_get(graph), preserve_all_data_layers=True, depsgraph=graph
        )
        for key, value in mesh.items():
            piece[key] = value
        return piece

    try:
        with staging_scene() as scene:
            scene.collection.objects.link(bench)
            yield cut
    finally:
        bpy.data.objects.remove(bench)
        bpy.data.node_groups.remove(tree)


def _keep_used(mesh: bpy.types.Mesh, materials: Sequence[bpy.types.Material | None]) -> None:
    """The materials that its faces have, and no others."""
    used, numbers = np.unique(slots.material_numbers(mesh), return_inverse=True)
    mesh.materials.clear()
    for slot in used:
        mesh.materials.append(materials[slot] if slot < len(materials) else None)
    slots.set_material_numbers(mesh, numbers)


def _lay_down_normals(mesh: bpy.types.Mesh) -> None:
    if mesh.has_custom_normals:
        normals = np.empty(len(mesh.loops) * 3, np.float32)
        mesh.corner_normals.foreach_get("vector", normals)
        attribute = mesh.attributes.new(NORMALS, "FLOAT_VECTOR", "CORNER")
        attribute.data.foreach_set("vector", normals)


def _take_up_normals(mesh: bpy.types.Mesh) -> None:
    attribute = mesh.attributes.get(NORMALS)
    if attribute is not None:
        normals = np.empty(len(mesh.loops) * 3, np.float32)
        attribute.data.foreach_get("vector", normals)
        mesh.attributes.remove(attribute)
        mesh.normals_split_custom_set(normals.reshape(-1, 3).tolist())


def _lay_down_keys(obj: bpy.types.Object) -> list[dict[str, Any]]:
    """Turn the shape keys into attributes; returns what else there is to know about each."""
    if obj.data.shape_keys is None:
        return []
    blocks = obj.data.shape_keys.key_blocks
    known = [{n: getattr(b, n) for n in KEY_SETTINGS} | {"base": b.relative_key.name} for b in blocks]
    points = np.empty((len(blocks), len(obj.data.vertices) * 3), np.float32)
    for row, block in zip(points, blocks, strict=True):
        block.data.foreach_get("co", row)
    former = obj.data.shape_keys.session_uid
    obj.shape_key_clear()
    # Those of a copied mesh count a user too many, by which they would stay.
    bpy.data.batch_remove([k for k in bpy.data.shape_keys if k.session_uid == former])
    for number, row in enumerate(points):
        attribute = obj.data.attributes.new(KEY_POINTS.format(number), "FLOAT_VECTOR", "POINT")
        attribute.data.foreach_set("vector", row)
    return known


def _take_up_keys(
    obj: bpy.types.Object, known: Sequence[dict[str, Any]], former: bpy.types.Key | None
) -> None:
    """Make shape keys of the attributes again, moved by the same drivers as the ``former`` ones."""
    if former is None:
        return
    points = np.empty(len(obj.data.vertices) * 3, np.float32)
    for number, settings in enumerate(known):
        attribute = obj.data.attributes[KEY_POINTS.format(number)]
        attribute.data.foreach_get("vector", points)
        obj.data.attributes.remove(attribute)
        block = obj.shape_key_add(name=settings["name"], from_mix=False)
        block.data.foreach_set("co", points)
        for name in KEY_SETTINGS:
            setattr(block, name, settings[name])
    keys = obj.data.shape_keys
    for settings in known:
        keys.key_blocks[settings["name"]].relative_key = keys.key_blocks[settings["base"]]
    keys.use_relative, keys.eval_time = former.use_relative, former.eval_time
    if former.animation_data is not None:
        moved = keys.animation_data_create()
        moved.action = former.animation_data.action
        for driver in former.animation_data.drivers:
            moved.drivers.from_existing(src_driver=driver)


def _tidy(piece: bpy.types.Object, title: str) -> None:
    piece.name = compat.id_name(title)
    piece.data.name = piece.name
    for slot in piece.material_slots:
        slot.link = "DATA"
    for name in (parts.NAMES, parts.GIVEN):
        if name in piece.data:
            del piece.data[name]
    attribute = piece.data.attributes.get(parts.ATTRIBUTE)
    if attribute is not None:
        piece.data.attributes.remove(attribute)
