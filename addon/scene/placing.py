"""Where new objects stand: at a place, in another object's place, or beside the earlier variants."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import bpy
from mathutils import Matrix, Vector

from ..core.jobs import provenance
from ..core.meshes import placement


@dataclass
class Place:
    """Where the middle of the underside goes, turned about Z; ``height`` in scene units if it has to have one."""

    location: tuple[float, float, float]
    turn: float = 0.0
    height: float = 0.0
    collections: Sequence[bpy.types.Collection] = ()

    def matrix(self, height: float) -> Matrix:
        """The world matrix of a new object that is ``height`` high and has its origin under its middle."""
        scale = self.height / height if self.height > 0 and height > 0 else 1.0
        return Matrix.LocRotScale(
            Vector(self.location), Matrix.Rotation(self.turn, 3, "Z"), Vector((scale,) * 3)
        )


def place_for(
    location: Sequence[float],
    replaced: bpy.types.Object | None = None,
    group: str = "",
    size: Sequence[float] = (0.0, 0.0),
) -> Place:
    """The place of a new object with a footprint of ``size``, beside those of its ``group`` that are there."""
    x, y, z = location
    place = place_of(replaced) if replaced is not None else Place((x, y, z))
    if group:
        boxes = [flat_box(o) for o in of_group(bpy.context.scene, group)]
        x, y, z = place.location
        place.location = (placement.beside((x, y), size, boxes), y, z)
    return place


def place_of(obj: bpy.types.Object) -> Place:
    """The place that an object has: below its middle, turned as it is about Z, as high as it is."""
    turn = obj.matrix_world.to_euler("XYZ").z
    if obj.matrix_world.determinant() < 0:
        turn = math.atan2(obj.matrix_world[1][0], obj.matrix_world[0][0])
    back = Matrix.Rotation(-turn, 4, "Z")
    low, high = _limits([back @ c for c in corners([obj, *obj.children_recursive])])
    middle = Vector(((low.x + high.x) / 2, (low.y + high.y) / 2, low.z))
    x, y, z = back.inverted() @ middle
    return Place((x, y, z), turn, high.z - low.z, list(obj.users_collection))


def of_group(scene: bpy.types.Scene, group: str) -> list[bpy.types.Object]:
    """The visible variants of a request that are in the scene: what was generated, not what hangs on it."""
    found = []
    for obj in scene.objects:
        step = provenance.last_mesh_step(provenance.from_text(str(obj.get(provenance.KEY, "[]"))))
        if step is not None and group in (step.get("group"), step.get("key")) and obj.visible_get():
            found.append(obj)
    return found


def flat_box(obj: bpy.types.Object) -> placement.Box:
    """The object's footprint in the world, with what hangs on it: lowest and highest x and y."""
    low, high = _limits(corners([obj, *obj.children_recursive]))
    return (low.x, low.y), (high.x, high.y)


def corners(objects: Sequence[bpy.types.Object]) -> list[Vector]:
    """The corners of the boxes of all that have a shape; an empty's is its origin."""
    shaped = [o for o in objects if o.type not in {"EMPTY", "ARMATURE", "LIGHT", "CAMERA"}]
    found = [o.matrix_world @ Vector(c) for o in shaped for c in o.bound_box]
    return found or [objects[0].matrix_world.translation.copy()]


def bounds(objects: Sequence[bpy.types.Object]) -> tuple[Vector, Vector]:
    """Lowest and highest corner of all objects' boxes, in the world."""
    return _limits([o.matrix_world @ Vector(c) for o in objects for c in o.bound_box])


def _limits(points: Sequence[Vector]) -> tuple[Vector, Vector]:
    low = Vector(min(p[i] for p in points) for i in range(3))
    high = Vector(max(p[i] for p in points) for i in range(3))
    return low, high


def collection_for_results(context: bpy.types.Context) -> bpy.types.Collection:
    """The active collection if new objects may go there and be seen, else the scene's own."""
    active = context.view_layer.active_layer_collection
    usable = active is not None and not active.exclude and active.is_visible
    if usable and active.collection.library is None and active.collection.override_library is None:
        return active.collection
    return context.scene.collection


def put_aside(obj: bpy.types.Object) -> None:
    """Hide an object with what hangs on it, and an armature that moves nothing else; nothing is deleted."""
    family = [obj, *obj.children_recursive]
    if obj.parent is not None and obj.parent.type == "ARMATURE" and set(obj.parent.children) <= set(family):
        family.append(obj.parent)
    for one in family:
        hide(one)


def hide(obj: bpy.types.Object) -> None:
    """Hide an object, in the viewport, which may be another scene's, and in renders."""
    if bpy.context.view_layer.objects.get(obj.name) == obj:
        obj.hide_set(True)
    else:
        obj.hide_viewport = True
    obj.hide_render = True


def make_active(context: bpy.types.Context, objects: Sequence[bpy.types.Object]) -> None:
    """Select just these objects, as Blender's importers do, and make the first one active."""
    layer = context.view_layer
    layer.update()  # takes in what was linked just now
    _show_in_local_views(context, objects)
    for other in layer.objects:
        other.select_set(False)
    for obj in objects:
        if obj.name in layer.objects:
            obj.select_set(True)
    if objects and objects[0].name in layer.objects:
        layer.objects.active = objects[0]


def _show_in_local_views(context: bpy.types.Context, objects: Sequence[bpy.types.Object]) -> None:
    """A view that shows just some objects shows these too, as it does what an artist adds."""
    for window in context.window_manager.windows:
        if window.view_layer != context.view_layer:
            continue
        for area in window.screen.areas:
            space = area.spaces.active
            if area.type == "VIEW_3D" and space.local_view is not None:
                for obj in objects:
                    if context.view_layer.objects.get(obj.name) == obj:
                        obj.local_view_set(space, True)
