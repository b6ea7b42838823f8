"""Importing without disturbing the artist: a scene of its own, and everything undone when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

COLLECTIONS = ("objects", "meshes", "materials", "images", "armatures", "collections", "node_groups", "actions",
               "cameras", "lights", "textures", "scenes")  # fmt: skip


def _snapshot() -> dict[str, set[int]]:
    return {name: {item.session_uid for item in getattr(bpy.data, name)} for name in COLLECTIONS}


def _remove_new(before: dict[str, set[int]]) -> None:
    new = [i for name in COLLECTIONS for i in getattr(bpy.data, name) if i.session_uid not in before[name]]
    bpy.data.batch_remove(new)


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
