"""Results into the artist's asset libraries: one .blend for each, with description, tags, catalog and picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import bpy

from ..core import asset_catalogs
from ..core.errors import Remedy, UserError
from . import compat

CURRENT_FILE = "LOCAL"
"""Stands for the open document among the libraries; Blender's own name for it."""


class About(NamedTuple):
    """What the asset browser shows."""

    name: str
    description: str = ""
    author: str = ""
    licence: str = ""
    tags: Sequence[str] = ()
    preview: Path | None = None


def libraries() -> list[tuple[str, str]]:
    """Name and folder of each library that can be written to, as set up in the preferences."""
    return [
        (library.name, library.path)
        for library in bpy.context.preferences.filepaths.asset_libraries
        if library.path and not getattr(library, "use_remote_url", False)
    ]


def save(objects: Sequence[bpy.types.Object], about: About, library: str) -> Path | None:
    """Save objects as an asset of a library given by its folder; returns the new .blend.

    With ``CURRENT_FILE`` they become an asset of the open document, and None is returned. One object is an asset
    itself; several, as a mesh with its armature, are one as a collection. Raises UserError when the folder cannot
    be written to; the open document stays as it is then.
    """
    if library == CURRENT_FILE:
        path = bpy.data.filepath
        asset = _in_this_file(objects, about.name)
        _describe(asset, about, catalog(Path(path).parent if path else None))
        if not asset.preview and not bpy.app.background:
            asset.asset_generate_preview()  # goes on after this, so never for what is removed at once
        return None
    folder = Path(bpy.path.abspath(library))
    try:
        if not folder.is_dir():
            raise UserError(f"The library's folder {folder} was not found", Remedy.PREFERENCES)
        identifier = catalog(folder)
        file = free_name(folder, about.name)
        with _to_write(objects, about.name) as asset:
            _describe(asset, about, identifier)
            bpy.data.libraries.write(str(file), {asset}, path_remap="ABSOLUTE", compress=True)
    except (OSError, RuntimeError) as error:
        raise UserError(f"The library's folder {folder} cannot be written to", details=str(error)) from error
    return file


def catalog(folder: Path | None) -> str:
    """Identifier of our catalog in a library, which is added to it; without a folder just the identifier."""
    return asset_catalogs.add_catalog(folder) if folder is not None else asset_catalogs.UUID


def free_name(folder: Path, name: str) -> Path:
    """A file that does not exist yet, named after the asset."""
    stem = bpy.path.clean_name(name).strip("_") or "Asset"
    numbers = iter(range(2, 10_000))
    file = folder / f"{stem}.blend"
    while file.exists():
        file = folder / f"{stem}_{next(numbers)}.blend"
    return file


def refresh(context: bpy.types.Context) -> None:
    """Let open asset browsers read their libraries again."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.ui_type != "ASSETS":
                continue
            region = next(r for r in area.regions if r.type == "WINDOW")
            with context.temp_override(window=window, area=area, region=region):
                if bpy.ops.asset.library_refresh.poll():
                    bpy.ops.asset.library_refresh()


def _in_this_file(objects: Sequence[bpy.types.Object], name: str) -> bpy.types.ID:
    if len(objects) == 1:
        return objects[0]
    collection = bpy.data.collections.new(compat.id_name(name))
    for obj in objects:
        collection.objects.link(obj)
    return collection


@contextmanager
def _to_write(objects: Sequence[bpy.types.Object], name: str) -> Iterator[bpy.types.ID]:
    """What goes into the library's file; the artist's own objects are neither marked nor renamed by it."""
    wanted = compat.id_name(name)
    if len(objects) > 1:
        asset = _in_this_file(objects, wanted)
        kind = bpy.data.collections
    else:
        asset, kind = objects[0].copy(), bpy.data.objects
        asset.parent, asset.matrix_world = None, objects[0].matrix_world.copy()
        asset.asset_clear()
    former = kind.get(wanted)
    try:
        if former is not None and former is not asset:
            former.name = f"{wanted[:50]} (kept)"  # so that the asset can have the name in its own file
        asset.name = wanted
        yield asset
    finally:
        kind.remove(asset)
        if former is not None and former is not asset:
            former.name = wanted


def _describe(asset: bpy.types.ID, about: About, identifier: str) -> None:
    asset.asset_mark()
    data = asset.asset_data
    data.description, data.author, data.license = about.description, about.author, about.licence
    data.catalog_id = identifier
    known = {tag.name for tag in data.tags}
    for tag in about.tags:
        if tag and tag not in known:
            data.tags.new(tag, skip_if_exists=True)
    if about.preview is not None and about.preview.is_file():
        with bpy.context.temp_override(id=asset):
            bpy.ops.ed.lib_id_load_custom_preview(filepath=str(about.preview))
