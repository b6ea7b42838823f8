"""Which objects a job is about, and whether they can be used. Everything here only reads memory: panels draw by it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import NamedTuple

import bpy

from ..core.errors import UserError
from ..core.features import RIG

KEY = "pocket3d_id"
"""Custom property that keeps an object findable when it is renamed while a job runs."""


class _Seen(NamedTuple):
    """An object as it was last seen; ``uid`` is Blender's number for it, which undo and redo do not change."""

    uid: int
    name: str


_seen: dict[str, _Seen] = {}
"""By identifier, what was identified or found since Blender was started."""
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
    identifier = next((i for i, seen in _seen.items() if seen.uid == obj.session_uid), "")
    if not identifier:
        identifier = str(obj.get(KEY) or "")
        if not identifier or any(o != obj and o.get(KEY) == identifier for o in bpy.data.objects):
            identifier = uuid.uuid4().hex
    _see(identifier, obj)
    return identifier


def find(identifier: str) -> bpy.types.Object | None:
    """The object, or None when it has been deleted."""
    return find_all([identifier]).get(identifier)


def find_all(identifiers: Iterable[str]) -> dict[str, bpy.types.Object]:
    """The objects that are still there, by identifier, in one walk over the file at most."""
    found: dict[str, bpy.types.Object] = {}
    missing: set[str] = set()
    for identifier in set(identifiers) - {""}:
        seen = _seen.get(identifier)
        obj = bpy.data.objects.get((seen.name, None)) if seen else None
        if seen and obj is not None and obj.session_uid == seen.uid:
            found[identifier] = obj
        else:
            missing.add(identifier)
    if missing:
        found |= _search(missing)
    for identifier, obj in found.items():
        _see(identifier, obj)
    return found


def _search(identifiers: set[str]) -> dict[str, bpy.types.Object]:
    """The object itself, renamed or brought back; else one that bears the identifier, as a copy of it does."""
    by_uid = {_seen[i].uid: i for i in identifiers if i in _seen}
    own: dict[str, bpy.types.Object] = {}
    bearers: dict[str, bpy.types.Object] = {}
    for obj in bpy.data.objects:
        if obj.session_uid in by_uid:
            own[by_uid[obj.session_uid]] = obj
        elif (key := obj.get(KEY)) in identifiers:
            bearers.setdefault(str(key), obj)
    return bearers | own


def _see(identifier: str, obj: bpy.types.Object) -> None:
    seen = _Seen(obj.session_uid, obj.name)
    if _seen.get(identifier) != seen:
        _seen[identifier] = seen
    if obj.get(KEY) != identifier:
        obj[KEY] = identifier  # an undo past the moment at which it got it has taken it away


def active(context: bpy.types.Context) -> bpy.types.Object | None:
    """The active object, also without a window, where there is no ``context.object``."""
    return context.view_layer.objects.active if context.view_layer is not None else None


def selection(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The selected objects; none without a window, in a timer for example."""
    return list(getattr(context, "selected_objects", None) or ())


def selected(context: bpy.types.Context) -> bpy.types.Object | None:
    """The active object; for a rig, the mesh that it moves."""
    obj = active(context)
    if obj is not None and obj.type == "ARMATURE":
        meshes = [o for o in obj.children if o.type == "MESH" and o.find_armature() == obj]
        return meshes[0] if len(meshes) == 1 else obj
    return obj


def selected_all(context: bpy.types.Context, feature: str = "") -> list[bpy.types.Object]:
    """All selected meshes that a feature would take, the active one first."""
    main = selected(context)
    objects = [o for o in selection(context) if o.type == "MESH" and o != main]
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
