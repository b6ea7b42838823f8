"""Reads an FBX of ours in Blender, poses it, and writes FBX files of Blender's own: ``FOLDER``.

What was found goes to ``FOLDER/found.npz``; of what is written, ``FOLDER/written.npz`` says where it stands.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import bpy
import numpy as np

FOLDER = Path(sys.argv[1])
IMPORTERS = {"old": bpy.ops.import_scene.fbx}
if "fbx_import" in dir(bpy.ops.wm):
    IMPORTERS["new"] = bpy.ops.wm.fbx_import


def empty() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)


def vertices(obj: bpy.types.Object) -> np.ndarray:
    """(V, 3) in the world, modifiers applied."""
    mesh = obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
    flat = np.empty(3 * len(mesh.vertices))
    mesh.vertices.foreach_get("co", flat)
    matrix = np.array(obj.matrix_world)
    return flat.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]


def shader(obj: bpy.types.Object, slot: int) -> bpy.types.ShaderNode:
    nodes = obj.data.materials[slot].node_tree.nodes
    return next(node for node in nodes if node.type == "BSDF_PRINCIPLED")


def read_ours() -> None:
    """Rest, bones, materials, and the mesh with its second bone bent."""
    found: dict[str, object] = {}
    for name, load in IMPORTERS.items():
        empty()
        load(filepath=str(FOLDER / "ours.fbx"))
        objects = {obj.name: obj for obj in bpy.context.scene.objects}
        rig = next(obj for obj in objects.values() if obj.type == "ARMATURE")
        body = objects["body"]
        found[f"{name} rest"] = vertices(body)
        found[f"{name} heads"] = [(rig.matrix_world @ bone.head_local)[:] for bone in rig.data.bones]
        found[f"{name} bones"] = [bone.name for bone in rig.data.bones]
        shaders = [shader(body, slot) for slot in range(len(body.data.materials))]
        for key in ("Metallic", "Roughness"):
            found[f"{name} {key}"] = [one.inputs[key].default_value for one in shaders]
        found[f"{name} images"] = [bool(one.inputs["Base Color"].links) for one in shaders]
        loops = np.empty(2 * len(body.data.loops), np.float32)
        body.data.uv_layers[0].data.foreach_get("uv", loops)
        found[f"{name} uv"] = loops.reshape(-1, 2)
        bone = rig.pose.bones["lower"]
        bone.rotation_mode = "XYZ"
        bone.rotation_euler = (math.radians(60), 0, 0)
        bpy.context.view_layer.update()
        found[f"{name} posed"] = vertices(body)
    np.savez(FOLDER / "found.npz", **found)


def write_theirs() -> None:
    """A scene of Blender's own: parents, scales, polygons, two materials, a skin; in several settings."""
    empty()
    bpy.ops.mesh.primitive_cylinder_add(
        vertices=7, radius=0.5, depth=2, location=(1, 2, 3), rotation=(0.3, 0.2, 1)
    )
    body = bpy.context.object
    body.name = "Body"
    body.scale = (1, 2, 0.5)
    bpy.ops.object.empty_add(location=(-1, 0, 0.5), rotation=(0, 0.4, 0))
    holder = bpy.context.object
    holder.scale = (2, 2, 2)
    bpy.ops.mesh.primitive_cube_add(size=1, location=(0.5, 0, 0))
    box = bpy.context.object
    box.name, box.parent = "Box", holder
    for name, colour in (("Red", (0.8, 0.1, 0.05, 1)), ("Metal", (0.3, 0.4, 0.5, 1))):
        material = bpy.data.materials.new(name)
        material.use_nodes = True
        node = next(n for n in material.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
        node.inputs["Base Color"].default_value = colour
        node.inputs["Metallic"].default_value = 1.0 if name == "Metal" else 0.0
        node.inputs["Roughness"].default_value = 0.3
        box.data.materials.append(material)
    box.data.polygons[0].material_index = 1
    bpy.ops.object.armature_add(location=(1, 2, 2))
    rig = bpy.context.object
    rig.name = "Rig"
    bpy.ops.object.mode_set(mode="EDIT")
    upper = rig.data.edit_bones.new("upper")
    lower = rig.data.edit_bones[0]
    lower.name, lower.tail = "lower", (0, 0.1, 1)
    upper.head, upper.tail, upper.parent = lower.tail, (0, 0.4, 2), lower
    bpy.ops.object.mode_set(mode="OBJECT")
    for name, share in (("lower", 0.75), ("upper", 0.25)):
        body.vertex_groups.new(name=name).add(range(len(body.data.vertices)), share, "REPLACE")
    matrix = body.matrix_world.copy()
    body.parent = rig
    body.matrix_world = matrix
    body.modifiers.new("Armature", "ARMATURE").object = rig
    bpy.context.view_layer.update()
    heads = [(rig.matrix_world @ rig.data.bones[name].head_local)[:] for name in ("lower", "upper")]
    np.savez(FOLDER / "written.npz", Body=vertices(body), Box=vertices(box), heads=heads)
    bpy.ops.export_scene.fbx(filepath=str(FOLDER / "default.fbx"), add_leaf_bones=False)
    z_up = {"axis_forward": "-Y", "axis_up": "Z", "apply_scale_options": "FBX_SCALE_UNITS"}
    bpy.ops.export_scene.fbx(filepath=str(FOLDER / "z_up.fbx"), add_leaf_bones=False, **z_up)


read_ours()
write_theirs()
