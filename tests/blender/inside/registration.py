"""Enable, disable, and what stays behind: nothing."""

from __future__ import annotations

import inspect
import sys
import tomllib
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import addon_utils
import bpy
import bpy.utils.previews
from support import NAME, cube, module

HOLDERS = (
    *("Scene", "Object", "WindowManager", "Material", "Image", "Collection", "Mesh"),
    *("Armature", "Screen", "Text", "ViewLayer", "World", "Action", "Bone", "Camera"),
)

open_things: Counter[str] = Counter()
"""What Blender gives no list of, counted as it is taken and given back."""


def follow(holder: Any, take: str, give: str) -> None:
    """Count what ``holder.take`` hands out until ``holder.give`` takes it back."""
    name = f"{getattr(holder, '__name__', holder)}.{take}"
    taking, giving = getattr(holder, take), getattr(holder, give)

    def taken(*arguments: Any, **options: Any) -> Any:
        result = taking(*arguments, **options)
        open_things[name] += 1
        return result

    def given(*arguments: Any, **options: Any) -> Any:
        open_things[name] -= 1
        return giving(*arguments, **options)

    setattr(holder, take, taken)
    setattr(holder, give, given)


follow(bpy.types.SpaceView3D, "draw_handler_add", "draw_handler_remove")
follow(bpy.utils.previews, "new", "remove")
follow(bpy.utils, "register_cli_command", "unregister_cli_command")


def state() -> set[object]:
    """Everything that an add-on can leave behind."""
    kinds = set(dir(bpy.types))
    properties = {f"{t}.{p}" for t in HOLDERS for p in dir(getattr(bpy.types, t))}
    operators = {f"{m}.{o}" for m in dir(bpy.ops) for o in dir(getattr(bpy.ops, m))}
    handlers = {
        (name, getattr(f, "__module__", ""), getattr(f, "__qualname__", ""))
        for name in dir(bpy.app.handlers)
        if isinstance(getattr(bpy.app.handlers, name), list)
        for f in getattr(bpy.app.handlers, name)
    }
    counted = {f"{count} of {name}" for name, count in open_things.items() if count}
    return kinds | properties | operators | handlers | counted | drawn_into() | timers() | shortcuts()


def drawn_into() -> set[object]:
    """Functions appended to Blender's own menus, headers and panels."""
    return {
        (kind, f.__module__, f.__qualname__)
        for kind in dir(bpy.types)
        for f in getattr(getattr(getattr(bpy.types, kind), "draw", None), "_draw_funcs", ())
        if f.__module__.startswith(NAME)
    }


def timers() -> set[object]:
    """Functions of the extension that a timer calls."""
    return {
        f"timer {name}.{f.__name__}"
        for name, loaded in list(sys.modules.items())
        if name.startswith(NAME)
        for f in vars(loaded).values()
        if inspect.isfunction(f) and bpy.app.timers.is_registered(f)
    }


def shortcuts() -> set[object]:
    """Keys that add-ons have taken."""
    configuration = bpy.context.window_manager.keyconfigs.addon
    maps = configuration.keymaps if configuration else ()
    return {(m.name, item.idname, item.type) for m in maps for item in m.keymap_items}


def cycle(before: set[object]) -> None:
    """Five times off and on."""
    enabled = state()
    assert enabled - before
    for _ in range(5):
        addon_utils.disable(NAME, default_set=True)
        assert state() == before, sorted(map(str, state() ^ before))[:10]
        assert addon_utils.enable(NAME, default_set=True)
        assert state() == enabled, sorted(map(str, state() ^ enabled))[:10]


def uninstall(before: set[object]) -> None:
    """Remove it for good."""
    repos = [r.module for r in bpy.context.preferences.extensions.repos]
    done = bpy.ops.extensions.package_uninstall(repo_index=repos.index("user_default"), pkg_id="pocket3d")
    assert done == {"FINISHED"}
    assert state() == before, sorted(map(str, state() ^ before))[:10]


def classes() -> list[type]:
    """All classes that the extension registers."""
    return [c for m in module("ui").MODULES for c in m.CLASSES]


def check_every_class_is_registered_and_described() -> None:
    for cls in classes():
        assert cls.is_registered, cls
        if issubclass(cls, bpy.types.Operator):
            category, name = cls.bl_idname.split(".")
            assert category == "pocket3d"
            assert getattr(getattr(bpy.ops, category), name).get_rna_type(), cls
            assert inspect.getdoc(cls), f"{cls.__name__} has no tooltip"


def check_no_class_is_forgotten() -> None:
    listed = set(classes())
    for part in module("ui").MODULES:
        for name, value in vars(part).items():
            blender = isinstance(value, type) and value.__module__ == part.__name__
            if blender and not name.startswith("_") and value.__name__.startswith("POCKET3D_"):
                assert value in listed, value


def polls() -> dict[str, bool]:
    """Ask every operator and every panel whether it may; none may raise, whatever is selected."""
    said: dict[str, bool] = {}
    for cls in classes():
        if issubclass(cls, bpy.types.Operator):
            category, name = cls.bl_idname.split(".")
            said[cls.bl_idname] = getattr(getattr(bpy.ops, category), name).poll()
        if issubclass(cls, bpy.types.Panel) and hasattr(cls, "poll"):
            said[cls.__name__] = bool(cls.poll(bpy.context))
    assert all(answer in {True, False} for answer in said.values())
    return said


def check_every_poll_is_safe_whatever_is_selected() -> None:
    objects, data = bpy.context.scene.collection.objects, bpy.data
    assert not polls()["pocket3d.rig"], "with no objects"
    odd = [
        data.objects.new("Bones", data.armatures.new("Bones")),
        data.objects.new("Nothing", None),
        data.objects.new("Eye", data.cameras.new("Eye")),
        data.objects.new("Words", data.curves.new("Words", "FONT")),
        data.objects.new("No faces", data.meshes.new("No faces")),
    ]
    for obj in odd:
        objects.link(obj)
        bpy.context.view_layer.objects.active = obj
        obj.select_set(True)
        assert not polls()["pocket3d.texture"], obj.name
        obj.hide_set(True)
        polls()
        obj.hide_set(False)
    for obj in odd:
        data.objects.remove(obj)
    obj = cube()
    for mode in ("EDIT", "SCULPT", "VERTEX_PAINT", "WEIGHT_PAINT", "OBJECT"):
        bpy.ops.object.mode_set(mode=mode)
        polls()
    bpy.context.view_layer.objects.active = None  # selected, but not active
    polls()
    bpy.context.view_layer.objects.active = obj
    obj.select_set(False)  # active, but not selected
    polls()
    bpy.context.scene.collection.children.link(data.collections.new("Hidden"))
    bpy.context.view_layer.layer_collection.children["Hidden"].exclude = True
    data.collections["Hidden"].objects.link(obj)
    objects.unlink(obj)  # its only collection is excluded from the view layer
    polls()


def check_no_poll_needs_a_scene_or_a_window() -> None:
    cube()
    bare = SimpleNamespace(
        scene=None, view_layer=None, area=None, region=None, screen=None, window=None, mode="OBJECT",
        window_manager=bpy.context.window_manager, preferences=bpy.context.preferences,
    )  # fmt: skip
    full = SimpleNamespace(**{**vars(bare), "scene": bpy.context.scene, "view_layer": bpy.context.view_layer})
    bpy.context.scene.pocket3d.placement = "REPLACE"
    for context in (bare, full):  # a timer's context has no selection even with a scene
        for cls in classes():
            if hasattr(cls, "poll") and "poll" in {name for base in cls.__mro__ for name in vars(base)}:
                cls.poll(context)


def check_unregistering_twice_does_nothing() -> None:
    extension = sys.modules[NAME]
    module("ui.model_parameters").detach()  # they come with a server's list of models
    enabled = state()
    extension.unregister()
    off = state()
    extension.unregister()
    assert state() == off
    extension.register()
    assert state() == enabled, sorted(map(str, state() ^ enabled))[:10]


def check_a_failing_register_leaves_nothing() -> None:
    extension, pump, cli = sys.modules[NAME], module("ui.pump"), module("cli")
    module("ui.model_parameters").detach()
    enabled = state()
    extension.unregister()
    off = state()
    for part, name in ((pump, "start"), (cli, "register")):
        working = getattr(part, name)

        def broken() -> None:
            raise RuntimeError("it does not start")

        setattr(part, name, broken)
        try:
            extension.register()
        except RuntimeError:
            pass
        else:
            raise AssertionError(f"nobody called {name}")
        finally:
            setattr(part, name, working)
        assert state() == off, sorted(map(str, state() ^ off))[:10]
    extension.register()
    assert state() == enabled, sorted(map(str, state() ^ enabled))[:10]


def check_greyed_buttons_say_why() -> None:
    for name, words in (
        ("generate", "Describe what you want"),
        ("rig", "Select a mesh"),
        ("separate_parts", "Select"),
    ):
        said = ""
        try:
            getattr(bpy.ops.pocket3d, name)()
        except RuntimeError as error:
            said = str(error)
        assert words in said, (name, said)


def check_versions_agree() -> None:
    root = Path(module("core").__file__).parents[1]
    manifest = tomllib.loads((root / "blender_manifest.toml").read_text())
    assert manifest["version"] == module("pocket3d").__version__
    server = tomllib.loads((root / "server" / "pyproject.toml").read_text())
    assert manifest["version"] == server["project"]["version"]


def check_the_client_is_the_one_in_the_zip() -> None:
    assert module("core.later").sdk.__name__ == f"{NAME}.pocket3d"
