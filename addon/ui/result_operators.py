"""Buttons about the results of the gallery."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..core.errors import UserError
from ..core.features import MESH
from ..core.jobs import gallery
from ..core.jobs.job import Job
from ..scene import targets
from ..scene.document import current_origin
from ..session import current_session
from ..translations import say
from . import copy_settings, gallery_state, reports, thumbnails
from .operators import Action, confirm


class ResultOperator(Action):
    """Acts on the chosen result; from a script, on the one with this key."""

    key: StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    @classmethod
    def why_not(cls, context) -> str:
        job = gallery_state.chosen(context)
        return "Click a result first" if job is None else cls.why_not_for(context, job)

    @classmethod
    def why_not_for(cls, context, job: Job) -> str:
        """Why it cannot be done with this result."""
        return ""

    def job(self, context) -> Job | None:
        """The result that it acts on."""
        return gallery_state.by_key(self.key) if self.key else gallery_state.chosen(context)

    def act(self, context) -> None:
        job = self.job(context)
        if job is None:
            raise UserError("This result has been deleted")
        self.act_on(context, job)


def file_of(job: Job) -> Path:
    """A result's file. Raises UserError when it has been deleted."""
    if job.file is None or not job.file.is_file():
        raise UserError("The result's file has been deleted")
    return job.file


class POCKET3D_OT_choose_result(Action, bpy.types.Operator):
    """Show what can be done with this result; a second click puts it away"""

    bl_idname = "pocket3d.choose_result"
    bl_label = "Choose"
    key: StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    def act(self, context) -> None:
        state = gallery_state.state(context)
        state.chosen = "" if state.chosen == self.key else self.key


class POCKET3D_OT_turn_page(Action, bpy.types.Operator):
    """Show newer or older results"""

    bl_idname = "pocket3d.turn_page"
    bl_label = "Turn Page"
    page: IntProperty(options={"SKIP_SAVE", "HIDDEN"})

    def act(self, context) -> None:
        gallery_state.state(context).page = max(self.page, 0)


class POCKET3D_OT_add_result(ResultOperator, bpy.types.Operator):
    """Put this result into the scene; a texture, parts or a rig go on their object if it is there unchanged"""

    bl_idname = "pocket3d.add_result"
    bl_label = "Add to Scene"

    def act_on(self, context, job: Job) -> None:
        if job.task.feature == MESH:
            job.task = replace(job.task, replaces="", location=tuple(context.scene.cursor.location))
        current_session().runner.place(job.key)


class POCKET3D_OT_replace_with_result(ResultOperator, bpy.types.Operator):
    """Put this result in the place of the selected object, which is hidden, not deleted"""

    bl_idname = "pocket3d.replace_with_result"
    bl_label = "Replace Selected"

    @classmethod
    def why_not_for(cls, context, job: Job) -> str:
        if job.task.feature != MESH:
            return "This result goes on the object that it was made for; add it to the scene"
        obj = targets.selected(context)
        if obj is None or not obj.select_get():
            return "Select the object that it shall replace"
        return "Leave Edit Mode first" if obj.mode != "OBJECT" else ""

    def act_on(self, context, job: Job) -> None:
        former = targets.identify(targets.selected(context))
        job.task = replace(job.task, replaces=former)
        current_session().runner.place(job.key)


class MakeAgain(ResultOperator):
    """What Regenerate and Vary share."""

    @classmethod
    def why_not_for(cls, context, job: Job) -> str:
        return current_session().connection.why_not()

    def act_on(self, context, job: Job) -> None:
        runner = current_session().runner
        task = gallery.again(job, runner.results, current_origin(), self.seed(job))
        runner.submit(task, like=job.key)
        context.window_manager.pocket3d_job_index = 0

    def seed(self, job: Job) -> int | None:
        """The seed to use; None for that of the result."""
        return None


class POCKET3D_OT_regenerate(MakeAgain, bpy.types.Operator):
    """Ask for the same again: same prompt, settings, model and seed"""

    bl_idname = "pocket3d.regenerate"
    bl_label = "Regenerate"


class POCKET3D_OT_vary(MakeAgain, bpy.types.Operator):
    """Ask for the same with another seed"""

    bl_idname = "pocket3d.vary"
    bl_label = "Vary"

    def seed(self, job: Job) -> int | None:
        return gallery.another_seed(job)


class POCKET3D_OT_copy_settings(ResultOperator, bpy.types.Operator):
    """Fill the panels with the settings that this result was made with"""

    bl_idname = "pocket3d.copy_settings"
    bl_label = "Copy Settings"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    def act_on(self, context, job: Job) -> None:
        params = job.task.params
        copy_settings.fill(
            context,
            replace(params, seed=gallery.seed_of(job), model_preference=gallery.model_of(job)),
        )


class POCKET3D_OT_reveal_result(ResultOperator, bpy.types.Operator):
    """Show the result's files in the system's file manager"""

    bl_idname = "pocket3d.reveal_result"
    bl_label = "Reveal Files"

    def act_on(self, context, job: Job) -> None:
        reports.open_folder(file_of(job).parent)


class POCKET3D_OT_reveal_unreadable(Action, bpy.types.Operator):
    """Show the files of results whose records are damaged, in the system's file manager"""

    bl_idname = "pocket3d.reveal_unreadable"
    bl_label = "Reveal Files"

    def act(self, context) -> None:
        runner = current_session().runner
        folders = [path.parent for path in runner.unreadable]
        reports.open_folder(folders[0] if len(folders) == 1 else runner.folder)


class POCKET3D_OT_dismiss_unreadable(Action, bpy.types.Operator):
    """Hide this message; the files stay"""

    bl_idname = "pocket3d.dismiss_unreadable"
    bl_label = "Dismiss"

    def act(self, context) -> None:
        current_session().runner.unreadable.clear()


class POCKET3D_OT_export_result(ResultOperator, bpy.types.Operator):
    """Save a copy of the result's GLB file, as the server made it"""

    bl_idname = "pocket3d.export_result"
    bl_label = "Save a Copy"
    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default="*.glb", options={"HIDDEN"})
    check_existing: BoolProperty(default=True, options={"HIDDEN"})
    """For Blender: colour the name, and ask, when the file is there already."""

    def check(self, context):
        """Show the name that will be written while the person types another ending."""
        named = bpy.path.ensure_ext(self.filepath, ".glb")
        changed = named != self.filepath
        self.filepath = named
        return changed

    def invoke(self, context, event):
        job = self.job(context)
        if job is None:
            return {"CANCELLED"}
        self.key = job.key
        self.filepath = f"{bpy.path.clean_name(job.task.title)}.glb"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def act_on(self, context, job: Job) -> None:
        if not self.filepath:
            raise UserError("Say where the copy shall go")
        target = Path(bpy.path.ensure_ext(bpy.path.abspath(self.filepath), ".glb"))
        try:
            shutil.copyfile(file_of(job), target)
        except OSError as error:
            raise UserError(f"The copy could not be saved: {error.strerror or error}") from error
        self.report({"INFO"}, say(f"Saved {target.name}"))


class POCKET3D_OT_delete_result(ResultOperator, bpy.types.Operator):
    """Delete the result's files; what is in a scene stays there"""

    bl_idname = "pocket3d.delete_result"
    bl_label = "Delete Result"

    def invoke(self, context, event):
        message = "Its files are deleted for good. What is in a scene stays there."
        return confirm(self, event, "Delete this result?", message, "Delete")

    def act_on(self, context, job: Job) -> None:
        thumbnails.forget(job.preview)
        current_session().runner.delete(job.key)


class POCKET3D_OT_clean_up_results(bpy.types.Operator):
    """Delete old results that are on no list of jobs. What is in a scene stays there"""

    bl_idname = "pocket3d.clean_up_results"
    bl_label = "Clean Up…"

    days: IntProperty(name="Older Than (Days)", default=30, min=1, soft_max=365)

    def invoke(self, context, event):
        current_session().runner.measure()
        return context.window_manager.invoke_props_dialog(self)

    def draw(self, context) -> None:
        """The age, and how many results are older."""
        self.layout.prop(self, "days")
        row = self.layout.row()
        row.label(text="Deleted for good")
        row.label(text=f"{len(self.old())} / {len(current_session().runner.results)}", translate=False)

    def old(self) -> list[Job]:
        """The results that are older."""
        return current_session().runner.old_results(time.time() - self.days * 86400)

    def execute(self, context):
        runner = current_session().runner
        for job in self.old():
            thumbnails.forget(job.preview)
            runner.delete(job.key)
        runner.measure()
        return {"FINISHED"}


CLASSES = (
    POCKET3D_OT_clean_up_results,
    POCKET3D_OT_choose_result,
    POCKET3D_OT_turn_page,
    POCKET3D_OT_add_result,
    POCKET3D_OT_replace_with_result,
    POCKET3D_OT_regenerate,
    POCKET3D_OT_vary,
    POCKET3D_OT_copy_settings,
    POCKET3D_OT_reveal_result,
    POCKET3D_OT_reveal_unreadable,
    POCKET3D_OT_dismiss_unreadable,
    POCKET3D_OT_export_result,
    POCKET3D_OT_delete_result,
)
