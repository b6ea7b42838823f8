"""Saves results to the artist's asset libraries."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from ..core import gallery as gallery_rules
from ..core.jobs import Job
from ..scene import assets, comparing, importer
from ..scene.staging import temporary
from ..translations import say
from .result_operators import ResultOperator, file_of

_items: list[tuple[str, str, str]] = []
"""Blender needs the strings of a dynamic enum to stay alive."""


def library_items(self, context) -> list[tuple[str, str, str]]:
    """The libraries of the preferences, and the open file."""
    _items[:] = [(path, name, path) for name, path in assets.libraries()]
    _items.append((assets.CURRENT_FILE, "Current File", "Mark it as an asset of the open file"))
    return _items


def describe(job: Job) -> str:
    """For the asset browser: what it was made from, and how."""
    seed, model = gallery_rules.seed_of(job), gallery_rules.model_of(job)
    how = f"Made with Pocket3D{f', model {model}' if model else ''}{f', seed {seed}' if seed is not None else ''}"
    prompt = gallery_rules.prompt_of(job)
    return f"{prompt}\n{how}" if prompt else how


def tags_of(job: Job) -> list[str]:
    """Words to find it by."""
    return ["Pocket3D", job.task.verb, *filter(None, [gallery_rules.model_of(job)])]


class POCKET3D_OT_save_asset(ResultOperator, bpy.types.Operator):
    """Save this result to an asset library, with its picture, prompt and tags"""

    bl_idname = "pocket3d.save_asset"
    bl_label = "Save to Asset Library"
    library: EnumProperty(name="Library", items=library_items)
    name: StringProperty(name="Name", options={"SKIP_SAVE"})
    author: StringProperty(name="Author")
    licence: StringProperty(name="License", description="Under which you share it, e.g. CC-BY")
    tags: StringProperty(name="Tags", description="Separated by commas", options={"SKIP_SAVE"})

    def invoke(self, context, event):
        job = self.job(context)
        if job is None:
            return {"CANCELLED"}
        self.key, self.name, self.tags = job.key, job.task.title, ", ".join(tags_of(job))
        return context.window_manager.invoke_props_dialog(self, width=360, confirm_text="Save")

    def draw(self, context):
        column = self.layout.column()
        column.use_property_split = True
        for name in ("library", "name", "author", "licence", "tags"):
            column.prop(self, name)
        if not assets.libraries():
            column.label(text="Set up libraries in Preferences > File Paths", icon="INFO")

    def act(self, context, job: Job) -> None:
        words = [t.strip() for t in self.tags.split(",")] if self.tags else tags_of(job)
        about = assets.About(
            self.name or job.task.title, describe(job), self.author, self.licence, words, job.preview
        )
        there = comparing.objects_of(context.scene, job.job_id)
        if there or self.library == assets.CURRENT_FILE:
            objects = there or importer.import_result(file_of(job), about.name, job.task.location)
            file = assets.save(objects, about, self.library)
        else:
            file = save_unplaced(job, about, self.library)
        assets.refresh(context)
        said = f"Saved {file.name}" if file else f"{about.name} is an asset of this file"
        self.report({"INFO"}, say(said))


def save_unplaced(job: Job, about: assets.About, library: str) -> Path | None:
    """Save a result that is not in the scene, and leave the scene as it is."""
    with temporary():
        shelf = bpy.data.collections.new("Pocket3D asset")
        objects = importer.import_result(file_of(job), about.name, collection=shelf)
        return assets.save(objects, about, library)


CLASSES = (POCKET3D_OT_save_asset,)
