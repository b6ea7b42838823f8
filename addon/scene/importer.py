"""Generated files into the scene: staged, tidied, published in one step, rolled back when anything fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bpy
from mathutils import Matrix, Vector

from ..core import placement, results
from . import compat, materials, parts, rig
from .staging import rollback, staging_scene


def import_result(
    path: str | Path,
    name: str,
    location: Sequence[float] = (0.0, 0.0, 0.0),
    *,
    collection: bpy.types.Collection | None = None,
    labels: dict[str, str] | None = None,
) -> list[bpy.types.Object]:
    """Bring a GLB into the scene and return its objects, the main one first.

    ``location`` is where the middle of its underside goes, in the world. Its parts become one mesh whose faces
    remember their part (attribute ``pocket3d_part``); ``labels`` names parts for people by their node. A rigged
    file gives the armature first, then the mesh. Raises RuntimeError for an unreadable file; nothing stays
    behind then.
    """
    with rollback():
        with staging_scene() as scene:
            compat.import_gltf(str(path))
            imported = list(scene.objects)
            if not any(o.type == "MESH" for o in imported):
                raise RuntimeError(f"{Path(path).name} holds no mesh")
            objects = _tidy(scene, imported, name, labels or {})
            if objects[0].type == "ARMATURE":
                rig.set_leaf_lengths(scene, objects[0], results.bone_lengths(Path(path)))
            _stand(scene, objects, location)
            for material in {m for o in objects if o.type == "MESH" for m in o.data.materials if m}:
                materials.colour_solid_view(material)
        target = collection or bpy.context.collection or bpy.context.scene.collection
        for obj in objects:
            target.objects.link(obj)
        bpy.context.view_layer.update()
        for obj in objects:
            if obj.name in bpy.context.view_layer.objects:
                obj.select_set(False)  # a new link is selected
    return objects


def _tidy(
    scene: bpy.types.Scene, objects: list[bpy.types.Object], name: str, labels: dict[str, str]
) -> list[bpy.types.Object]:
    """One mesh with plain names, under its armature if there is one; everything else is removed."""
    meshes = [o for o in objects if o.type == "MESH"]
    armature = next((o for o in objects if o.type == "ARMATURE"), None)
    number = {node: i for i, node in enumerate(labels)}
    meshes.sort(key=lambda o: number.get(o.name, len(number)))
    for obj in meshes:
        _unparent(obj)
    names = [labels.get(o.name) or o.name.replace("_", " ").capitalize() for o in meshes]
    mesh = meshes[0]
    if len(meshes) > 1:
        parts.mark(meshes)
        mesh = _join(scene, meshes)
        parts.store_names(mesh, names, given=True)
    mesh.name = mesh.data.name = compat.id_name(name)
    kept = [mesh]
    if armature is not None:
        _unparent(armature)
        armature.name = compat.id_name(f"{name} rig")
        armature.show_in_front = True
        for bone in armature.pose.bones:
            bone.rotation_mode = "XYZ"
        mesh.parent = armature
        kept = [armature, mesh]
    alive = {o.name for o in kept}
    for obj in list(scene.objects):
        if obj.name not in alive:
            bpy.data.objects.remove(obj)
    return kept


def _unparent(obj: bpy.types.Object) -> None:
    world = obj.matrix_world.copy()
    obj.parent = None
    obj.matrix_world = world
    obj.rotation_mode = "XYZ"


def _join(scene: bpy.types.Scene, meshes: list[bpy.types.Object]) -> bpy.types.Object:
    data = [obj.data for obj in meshes]
    for obj in meshes:
        obj.select_set(True, view_layer=scene.view_layers[0])
    with bpy.context.temp_override(
        object=meshes[0],
        active_object=meshes[0],
        selected_objects=meshes,
        selected_editable_objects=meshes,
    ):
        bpy.ops.object.join()
    bpy.data.batch_remove([m for m in data[1:] if not m.users])  # joining leaves the emptied meshes behind
    return meshes[0]


def _stand(scene: bpy.types.Scene, objects: list[bpy.types.Object], location: Sequence[float]) -> None:
    scene.view_layers[0].update()
    low, high = bounds([o for o in objects if o.type == "MESH"])
    move = Vector(placement.stand_on(location, low, high))
    main = objects[0]
    if len(objects) == 1:  # the origin goes to the middle of the underside, where artists expect it
        origin = main.matrix_world.inverted() @ (Vector(location) - move)
        main.data.transform(Matrix.Translation(-origin))
        main.matrix_world.translation = location
    else:
        main.matrix_world.translation += move


def bounds(objects: Sequence[bpy.types.Object]) -> tuple[Vector, Vector]:
    """Lowest and highest corner of all objects' boxes, in the world."""
    corners = [o.matrix_world @ Vector(c) for o in objects for c in o.bound_box]
    low = Vector(min(c[i] for c in corners) for i in range(3))
    high = Vector(max(c[i] for c in corners) for i in range(3))
    return low, high


def make_active(context: bpy.types.Context, objects: Sequence[bpy.types.Object]) -> None:
    """Select just these objects, as Blender's importers do, and make the first one active."""
    layer = context.view_layer
    layer.update()  # takes in what was linked just now
    for other in layer.objects:
        other.select_set(False)
    for obj in objects:
        if obj.name in layer.objects:
            obj.select_set(True)
    if objects and objects[0].name in layer.objects:
        layer.objects.active = objects[0]
