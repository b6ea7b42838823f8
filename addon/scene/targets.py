"""Which object a job is about, and whether it can be used."""

from __future__ import annotations

import uuid

import bpy

from ..core.errors import UserError

KEY = "pocket3d_id"
"""Custom property that keeps an object findable when it is renamed while a job runs."""


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
    obj = context.object
    if obj is not None and obj.type == "ARMATURE":
        meshes = [o for o in obj.children if o.type == "MESH" and o.find_armature() == obj]
        return meshes[0] if len(meshes) == 1 else obj
    return obj


def why_not(obj: bpy.types.Object | None) -> str:
    """Why an object cannot be sent, as a sentence; empty when it can."""
    if obj is None or obj.type != "MESH":
        return "Select a mesh object"
    if obj.mode != "OBJECT":
        return f"Leave {obj.mode.replace('_', ' ').title()} Mode first"
    if obj.library or obj.data.library:
        return f"{obj.name} is linked from another file; make it local first"
    if not len(obj.data.polygons):
        return f"{obj.name} has no faces"
    return ""


def require(obj: bpy.types.Object | None) -> bpy.types.Object:
    """The object. Raises UserError when it cannot be sent."""
    reason = why_not(obj)
    if reason or obj is None:
        raise UserError(reason)
    return obj
