"""All differences between Blender versions, in one place."""

from __future__ import annotations

import logging
import tempfile
from functools import cache
from typing import Any

import bpy

FILE_PATH_OPTIONS: set[str] = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
"""For file properties that may be relative to the .blend; 4.5 wants it said."""


def import_gltf(filepath: str) -> None:
    """Run Blender's glTF importer with the options that this version has."""
    known = bpy.ops.import_scene.gltf.get_rna_type().properties.keys()
    options: dict[str, Any] = {
        "filepath": filepath,
        "import_pack_images": True,
        "merge_vertices": False,  # keeps the file's vertices, so that weights and parts still fit
        "disable_bone_shape": True,  # otherwise an icosphere and a collection appear
        "import_select_created_objects": False,  # from 4.5
        "import_scene_as_collection": False,  # from 4.5
    }
    before = logging.root.manager.disable
    logging.disable(logging.INFO)  # the importer prints a line for every node
    try:
        bpy.ops.import_scene.gltf(**{k: v for k, v in options.items() if k in known})
    finally:
        logging.disable(before)


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
def extension_folder(package: str, path: str = "") -> str:
    """The extension's folder for the user's files; in a checkout, which is no extension, a temporary one."""
    try:
        return bpy.utils.extension_path_user(package, path=path, create=True)
    except ValueError:
        return tempfile.mkdtemp(prefix="pocket3d-")
