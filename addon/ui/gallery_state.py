"""What the gallery remembers while Blender runs: the filter, the page, the chosen result."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, IntProperty, PointerProperty, StringProperty

from ..core.features import MESH, RIG, SEGMENT, TEXTURE
from ..core.jobs import gallery
from ..core.jobs.job import Job
from ..scene.document import current_origin
from ..session import current_session

EVERYTHING = "all"


def first_page(self, context) -> None:
    """Start again from the newest when the filter changes."""
    self.page = 0


class POCKET3D_PG_gallery(bpy.types.PropertyGroup):
    """What is shown of the results; lives with the window, not in the file."""

    scope: EnumProperty(
        name="Show",
        items=[
            ("FILE", "This File", "Results that were started in this file"),
            ("ALL", "All", "Results of all files"),
        ],
        default="ALL",
        update=first_page,
    )
    feature: EnumProperty(
        name="Kind",
        items=[
            (EVERYTHING, "All Kinds", "Meshes, textures, parts and rigs", "FILTER", 0),
            (MESH, "Meshes", "Generated meshes", "MESH_MONKEY", 1),
            (TEXTURE, "Textures", "Textured meshes", "TEXTURE", 2),
            (SEGMENT, "Parts", "Meshes split into parts", "MOD_EXPLODE", 3),
            (RIG, "Rigs", "Skeletons", "ARMATURE_DATA", 4),
        ],
        default=EVERYTHING,
        update=first_page,
    )
    words: StringProperty(
        name="Search",
        description="Words of the title or the prompt",
        options={"TEXTEDIT_UPDATE"},
        update=first_page,
    )
    page: IntProperty(min=0)
    chosen: StringProperty()
    compared: StringProperty()
    """The group of variants that is shown one at a time; the scene itself knows better, but is long to ask."""


def state(context: bpy.types.Context) -> POCKET3D_PG_gallery:
    """What the gallery shows in this Blender."""
    return context.window_manager.pocket3d_gallery


def results(context: bpy.types.Context) -> list[Job]:
    """The results that the filter lets through, newest first."""
    now = state(context)
    return gallery.selection(
        current_session().runner.results,
        feature="" if now.feature == EVERYTHING else now.feature,
        here=current_origin() if now.scope == "FILE" else None,
        words=now.words,
    )


def chosen(context: bpy.types.Context) -> Job | None:
    """The result that was clicked, as long as it exists."""
    return by_key(state(context).chosen)


def by_key(key: str) -> Job | None:
    """A job that has a result."""
    job = current_session().runner.jobs.get(key)
    return job if job is not None and job.file is not None else None


CLASSES = (POCKET3D_PG_gallery,)


def attach() -> None:
    """Hang the state on the window manager."""
    bpy.types.WindowManager.pocket3d_gallery = PointerProperty(type=POCKET3D_PG_gallery)


def detach() -> None:
    """Take it off."""
    del bpy.types.WindowManager.pocket3d_gallery
