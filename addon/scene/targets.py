"""Which objects a job is about, and whether they can be used. Everything here only reads memory: panels draw by it."""

from __future__ import annotations

import uuid

import bpy

from ..core.errors import UserError
from ..core.features import RIG

KEY = "pocket3d_id"
"""Custom property that keeps an object findable when it is renamed while a job runs."""
MOST_FACES = 2_000_000
"""More than this no server takes in one file."""
CONVERTIBLE = {"CURVE", "SURFACE", "FONT", "META", "CURVES", "POINTCLOUD", "GREASEPENCIL", "GPENCIL"}
RESHAPING = {
    "ARRAY", "BOOLEAN", "BUILD", "MASK", "MIRROR", "NODES", "REMESH", "SCREW", "SKIN", "VOLUME_TO_MESH", "WELD",
    "WIREFRAME",
}  # fmt: skip
"""Modifiers that make another shape of the mesh, for which its skeleton would be wrong."""


def identify(obj: bpy.types.Object) -> str:
    """The object's identifier, given to it on first use. A copy of an object gets its own."""
    current = obj.get(KEY)
    if not current or any(o is not obj and o.get(KEY) == current for o in bpy.data.objects):
        obj[KEY] = uuid.uuid4().hex
    return str(obj[KEY])


def find(identifier: str) -> bpy.types.Object | None:
    """The object, or None when it has been deleted."""
    return next((o for o in bpy.data.objects if identifier and o.get(KEY) == identifier), None)


def selected(context: bpy.types.Context) -> bpy.types.Object | None:
    """The active object; for a rig, the mesh that it moves."""
    obj = context.view_layer.objects.active  # without a window there is no context.object
    if obj is not None and obj.type == "ARMATURE":
        meshes = [o for o in obj.children if o.type == "MESH" and o.find_armature() == obj]
        return meshes[0] if len(meshes) == 1 else obj
    return obj


def selected_all(context: bpy.types.Context, feature: str = "") -> list[bpy.types.Object]:
    """All selected meshes that a feature would take, the active one first."""
    main = selected(context)
    objects = [o for o in context.selected_objects if o.type == "MESH" and o != main]
    if main is not None:
        objects.insert(0, main)
    return [o for o in objects if not why_not(o, feature)]


def why_not(obj: bpy.types.Object | None, feature: str = "", *, seen: bool = True) -> str:
    """Why an object cannot be sent, as a sentence; empty when it can.

    ``feature`` also asks for what only that one cannot take; without ``seen`` it may be hidden.
    """
    if obj is None:
        return "Select a mesh object"
    if obj.type != "MESH":
        return (
            f"{obj.name} is no mesh. Convert it to a mesh first"
            if obj.type in CONVERTIBLE
            else "Select a mesh object"
        )
    mesh = obj.data
    if obj.mode != "OBJECT":
        return f"Leave {obj.mode.replace('_', ' ').title()} Mode first"
    if obj.library or mesh.library:
        return f"{obj.name} is linked from another file; make it local first"
    if obj.override_library or mesh.override_library:
        return f"{obj.name} is a library override; make it local first"
    if not len(mesh.polygons):
        return f"{obj.name} has no faces"
    if len(mesh.polygons) > MOST_FACES:
        return f"{obj.name} has more than {MOST_FACES:,} faces; reduce it with a Decimate modifier and apply that"
    if seen and not obj.visible_get():
        return f"{obj.name} is hidden; show it first"
    return why_not_rig(obj) if feature == RIG else ""


def why_not_rig(obj: bpy.types.Object) -> str:
    """Why a skeleton cannot be made for the mesh as it is; textures and parts go on the mesh below its modifiers."""
    for modifier in obj.modifiers:
        if modifier.show_viewport and modifier.type in RESHAPING:
            return f"Apply the {modifier.name} modifier first: the bones are made for the mesh without it"
    return ""


def require(obj: bpy.types.Object | None, feature: str = "") -> bpy.types.Object:
    """The object. Raises UserError when it cannot be sent."""
    reason = why_not(obj, feature)
    if reason or obj is None:
        raise UserError(reason)
    return obj
