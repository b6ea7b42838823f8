"""Each result is one undo step, and a redo brings it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import bpy
from scene_placing import put, result
from support import counts, cube, module, params, run


@contextmanager
def in_a_window() -> Iterator[None]:
    """Undo wants an area to be shown."""
    window = bpy.context.window_manager.windows[0]
    with bpy.context.temp_override(window=window, screen=window.screen, area=window.screen.areas[0]):
        yield


def state() -> dict[str, Any]:
    """What an artist would see of the document."""
    return {
        o.name: (
            o.visible_get(),
            o.hide_render,
            [m.type for m in o.modifiers],
            [g.name for g in o.vertex_groups],
            [m.name for m in o.data.materials] if o.type == "MESH" else [],
            [u.name for u in o.data.uv_layers] if o.type == "MESH" else [],
            sorted(o.keys()),
            o.parent.name if o.parent else "",
        )
        for o in bpy.data.objects
    }


def goes_and_comes(work: Callable[[], Any]) -> None:
    """One undo takes all of it back, one redo brings all of it again."""
    bpy.context.view_layer.update()
    bpy.ops.ed.undo_push(message="before")
    before = state()
    work()
    after = state()
    assert before != after
    with in_a_window():
        assert bpy.ops.ed.undo() == {"FINISHED"}
        assert state() == before
        assert bpy.ops.ed.redo() == {"FINISHED"}
        assert state() == after


def check_a_new_object_in_anothers_place() -> None:
    identifier = module("scene.targets").identify(cube(location=(3, 1, 2)))
    goes_and_comes(lambda: put(result(), replaces=identifier))


def check_what_goes_on_the_artists_mesh() -> None:
    for request in (
        params().TextureParams("test_paint", text_prompt="red"),
        params().SegmentParams("test_halves"),
        params().RigParams("test_bones"),
    ):
        bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
        obj = cube()
        module("scene.targets").identify(obj)
        goes_and_comes(lambda obj=obj, request=request: run(request, obj))


def check_a_failure_gives_the_artists_mesh_back() -> None:
    for request, place, name in (
        (params().TextureParams("test_paint", text_prompt="red"), "scene.slots", "show"),
        (params().SegmentParams("test_halves"), "scene.slots", "show"),
        (params().RigParams("test_bones"), "scene.rig", "_remove_former"),
    ):
        bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
        obj = cube(location=(1, 2, 3))
        obj.modifiers.new("Edge", "BEVEL")
        obj.vertex_groups.new(name="Root").add([0], 0.5, "REPLACE")  # a group of a name that the rig has too
        module("scene.targets").identify(obj)
        bpy.context.view_layer.update()
        before, datablocks, mesh = state(), counts(), obj.data.name
        kept = getattr(module(place), name)

        def fail(*arguments: Any, **options: Any) -> None:
            raise RuntimeError("in the middle")

        setattr(module(place), name, fail)
        try:
            run(request, obj)
        except Exception as error:
            problem = str(error)
        finally:
            setattr(module(place), name, kept)
        assert "in the middle" in problem
        assert (state(), counts(), obj.data.name) == (before, datablocks, mesh), name
        assert [g.weight for g in obj.data.vertices[0].groups] == [0.5]
        assert not [a.name for a in obj.data.attributes if a.name.startswith("pocket3d")]
        assert obj.matrix_world.translation[:] == (1, 2, 3)
