"""Importing without disturbing the artist: a scene of its own, and everything undone when it fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import bpy

COLLECTIONS = ("objects", "meshes", "materials", "images", "armatures", "collections", "node_groups", "actions",
               "cameras", "lights", "textures", "scenes")  # fmt: skip


def _snapshot() -> dict[str, set[int]]:
    return {name: {item.session_uid for item in getattr(bpy.data, name)} for name in COLLECTIONS}


def _remove_new(before: dict[str, set[int]]) -> None:
    new = [i for name in COLLECTIONS for i in getattr(bpy.data, name) if i.session_uid not in before[name]]
    # An object goes with its data, so what an earlier one has now stays.
    needed = {o.data for o in bpy.data.objects if o.session_uid in before["objects"]}
    bpy.data.batch_remove([i for i in new if i not in needed])


@contextmanager
def rollback() -> Iterator[None]:
    """Remove every datablock made inside when an exception leaves the block."""
    before = _snapshot()
    try:
        yield
    except BaseException:
        _remove_new(before)
        raise


@contextmanager
def kept_on_failure(objects: Sequence[bpy.types.Object]) -> Iterator[None]:
    """Give objects back their mesh, vertex groups, modifiers and parent when an exception leaves the block.

    The block adds vertex groups and modifiers only at the end, and takes modifiers off as the last thing it does.
    """
    before = [_Before(obj) for obj in objects]
    try:
        yield
    except BaseException:
        for one in before:
            one.restore()
        raise
    bpy.data.batch_remove([one.mesh for one in before])


class _Before:
    """An object as it is now; Blender copies a mesh's arrays only when they are changed."""

    def __init__(self, obj: bpy.types.Object) -> None:
        self.obj, self.original, self.mesh = obj, obj.data, obj.data.copy()
        self.name = obj.data.name
        self.groups, self.modifiers = len(obj.vertex_groups), set(obj.modifiers.keys())
        self.parent, self.kind, self.bone = obj.parent, obj.parent_type, obj.parent_bone
        self.inverse = obj.matrix_parent_inverse.copy()

    def restore(self) -> None:
        if self.obj.data == self.original:
            self.obj.data = self.mesh
            bpy.data.meshes.remove(self.original)
            self.mesh.name = self.name
        else:  # the work was done on a copy
            self.obj.data = self.original
            bpy.data.meshes.remove(self.mesh)
        for group in list(self.obj.vertex_groups)[self.groups :]:
            self.obj.vertex_groups.remove(group)
        for modifier in list(self.obj.modifiers):
            if modifier.name not in self.modifiers:
                self.obj.modifiers.remove(modifier)
        if self.obj.parent != self.parent:
            self.obj.parent, self.obj.parent_type, self.obj.parent_bone = self.parent, self.kind, self.bone
            self.obj.matrix_parent_inverse = self.inverse


@contextmanager
def temporary() -> Iterator[None]:
    """Remove every datablock made inside, however the block is left."""
    before = _snapshot()
    try:
        yield
    finally:
        _remove_new(before)


@contextmanager
def staging_scene() -> Iterator[bpy.types.Scene]:
    """A temporary scene that operators work in; selection, active object and shown scene stay as they were."""
    window = bpy.context.window
    shown = window.scene if window else None
    scene = bpy.data.scenes.new("Pocket3D staging")
    try:
        layer = scene.view_layers[0]
        with bpy.context.temp_override(
            scene=scene,
            view_layer=layer,
            collection=scene.collection,
            layer_collection=layer.layer_collection,
        ):
            yield scene
    finally:
        if window and shown and window.scene != shown:
            window.scene = shown
        bpy.data.scenes.remove(scene)
