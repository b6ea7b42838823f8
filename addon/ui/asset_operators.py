"""Saves results to the artist's asset libraries."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import bpy
from bpy.props import EnumProperty, StringProperty

from ..core.errors import UserError
from ..core.jobs import gallery
from ..core.jobs.job import Job
from ..core.meshes.model import MeshData
from ..core.request import model_words
from ..scene import assets, comparing, importer
from ..scene.placing import Place
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
    seed, model = gallery.seed_of(job), model_words.name(gallery.model_of(job))
    how = f"Made with Pocket3D{f', model {model}' if model else ''}{f', seed {seed}' if seed is not None else ''}"
    prompt = gallery.prompt_of(job)
    return f"{prompt}\n{how}" if prompt else how


def tags_of(job: Job) -> list[str]:
    """Words to find it by."""
    return ["Pocket3D", job.task.verb, *filter(None, [gallery.model_of(job)])]


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

    def act_on(self, context, job: Job) -> None:
        there = comparing.objects_of(context.scene, job.job_id)
        if there:
            self.done(context, assets.save(there, self.about(job), self.library))
        else:
            self.reading: Any = read(file_of(job))

    def execute(self, context):
        """The file of a result that is not in the scene is read by a worker, and saved when that is done."""
        self.reading = None
        outcome = super().execute(context)
        if self.reading is None:
            return outcome
        if bpy.app.background:
            return self.save_read(context)
        self.timer = context.window_manager.event_timer_add(0.1, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        """Wait for the worker without keeping the window from anything."""
        if event.type != "TIMER" or not self.reading.done():
            return {"PASS_THROUGH"}
        context.window_manager.event_timer_remove(self.timer)
        return self.save_read(context)

    def save_read(self, context) -> set[str]:
        """Save what was read."""
        try:
            job, data = self.job(context), self.reading.result()
            if job is None:
                raise UserError("This result has been deleted")
            self.done(context, save_unplaced(job, data, self.about(job), self.library))
        except UserError as error:
            self.report({"ERROR"}, say(error.message))
            return {"CANCELLED"}
        return {"FINISHED"}

    def about(self, job: Job) -> assets.About:
        """What the asset browser shows of it."""
        words = [t.strip() for t in self.tags.split(",")] if self.tags else tags_of(job)
        name = self.name or job.task.title
        return assets.About(name, describe(job), self.author, self.licence, words, job.preview)

    def done(self, context, file: Path | None) -> None:
        """Say where it is now."""
        assets.refresh(context)
        said = f"Saved {file.name}" if file else f"{self.name or 'It'} is an asset of this file"
        self.report({"INFO"}, say(said))


def read(file: Path) -> Future[MeshData]:
    """Read a result's file on a thread."""
    pool = ThreadPoolExecutor(1, "pocket3d-asset")
    future = pool.submit(importer.read_model, file)
    pool.shutdown(wait=False)
    return future


def save_unplaced(job: Job, data: MeshData, about: assets.About, library: str) -> Path | None:
    """Save a result that is not in the scene; a library's leaves the scene as it is."""
    if library == assets.CURRENT_FILE:
        return assets.save(importer.publish(data, about.name, Place(job.task.location)), about, library)
    with temporary():
        shelf = bpy.data.collections.new("Pocket3D asset")
        objects = importer.publish(data, about.name, Place((0.0, 0.0, 0.0), collections=[shelf]))
        return assets.save(objects, about, library)


CLASSES = (POCKET3D_OT_save_asset,)
