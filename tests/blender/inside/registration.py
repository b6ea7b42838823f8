"""Enable, disable, and what stays behind: nothing."""

from __future__ import annotations

import inspect
import tomllib
from pathlib import Path

import addon_utils
import bpy
from support import NAME, module

HOLDERS = ("Scene", "Object", "WindowManager", "Material", "Image", "Collection", "Mesh")


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
    return kinds | properties | operators | handlers


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
        for value in vars(part).values():
            blender = isinstance(value, type) and value.__module__ == part.__name__
            if blender and value.__name__.startswith("POCKET3D_"):
                assert value in listed, value


def check_every_poll_is_safe() -> None:
    for cls in classes():
        if issubclass(cls, bpy.types.Operator):
            category, name = cls.bl_idname.split(".")
            assert getattr(getattr(bpy.ops, category), name).poll() in {True, False}


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
    assert module("core.sdk").sdk.__name__ == f"{NAME}.pocket3d"
