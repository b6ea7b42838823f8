"""All differences between Blender versions, in one place."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import bpy

FILE_PATH_OPTIONS: set[str] = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
"""For file properties that may be relative to the .blend; 4.5 wants it said."""


def use_nodes(material: bpy.types.Material) -> None:
    """Give a material its node tree; from 5.0 every material has one and the switch is deprecated."""
    if bpy.app.version < (5, 0, 0):
        material.use_nodes = True


def set_blended(material: bpy.types.Material) -> None:
    """Let the alpha of a material show in EEVEE."""
    material.surface_render_method = "BLENDED"


def id_name(name: str) -> str:
    """A name that every version can hold: 63 bytes before 5.0."""
    return name.encode()[:60].decode(errors="ignore").strip() or "Pocket3D"


@cache
@cache
def extension_folder(package: str) -> str:
    """The extension's folder for the user's files; in a checkout, which is no extension, a temporary one.

    Found and made once: every draw asks, and must not touch the disk.
    """
    try:
        return bpy.utils.extension_path_user(package, create=True)
    except ValueError:
        return tempfile.mkdtemp(prefix="pocket3d-")


def set_png(settings: bpy.types.ImageFormatSettings) -> None:
    """Make a scene's output a PNG with alpha; from 5.0 a film has to become an image first."""
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = "PNG"
    settings.color_mode, settings.color_depth = "RGBA", "8"


@contextmanager
def png_output(scene: bpy.types.Scene) -> Iterator[None]:
    """A scene whose output is a PNG for a moment."""
    settings = scene.render.image_settings
    names = ["media_type", "file_format", "color_mode", "color_depth"]
    before = {n: getattr(settings, n) for n in names if hasattr(settings, n)}
    set_png(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)


def prompt_field(layout: bpy.types.UILayout, data: Any, name: str, placeholder: str) -> None:
    """A field for a prompt: of several lines from 5.2, of one before."""
    if bpy.app.version >= (5, 2, 0):
        layout.textbox(data, name, initial_visible_lines=3, placeholder=placeholder)
    else:
        layout.prop(data, name, text="", placeholder=placeholder)


@cache
def icon(name: str, before: str) -> str:
    """An icon, or the one for versions that do not have it yet."""
    known = bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items
    return name if name in known else before
