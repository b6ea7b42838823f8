"""Buttons: read the context, call core or scene, report."""

from __future__ import annotations

import random

import bpy
from bpy.props import StringProperty

from ..core.errors import UserError
from ..core.features import MESH, RIG, SEGMENT, TEXTURE
from ..core.jobs import Task
from ..core.params import LARGEST_SEED
from ..scene import parts, targets, tasks
from ..session import current_session
from . import pump


class Submit:
    """What the four submitting operators share; ``feature`` says which one it is."""

    bl_options = {"REGISTER"}
    feature = ""

    @classmethod
    def poll(cls, context):
        """Grey with the reason."""
        reason = cls.why_not(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    @classmethod
    def why_not(cls, context) -> str:
        """Why it cannot be pressed; empty when it can."""
        reason = targets.why_not(targets.selected(context)) if cls.feature != MESH else ""
        if reason:
            return reason
        try:
            context.scene.pocket3d.params(cls.feature).check()
        except UserError as error:
            return error.message
        return current_session().connection.why_not()

    def execute(self, context):
        try:
            current_session().runner.submit(self.task(context))
        except UserError as error:
            self.report({"ERROR"}, error.message)
            return {"CANCELLED"}
        pump.sync_list()
        context.window_manager.pocket3d_job_index = 0
        return {"FINISHED"}

    def task(self, context) -> Task:
        """What to do with the object under the artist's hand."""
        return tasks.task_for(targets.selected(context), context.scene.pocket3d.params(self.feature))


class POCKET3D_OT_generate(Submit, bpy.types.Operator):
    """Make a mesh from the prompt or the image; it appears at the 3D cursor"""

    bl_idname = "pocket3d.generate"
    bl_label = "Generate"
    feature = MESH

    def task(self, context) -> Task:
        """What to make, and where it goes."""
        return tasks.task_to_make(context.scene.pocket3d.params(MESH), context.scene.cursor.location)


class POCKET3D_OT_texture(Submit, bpy.types.Operator):
    """Paint the selected mesh; its materials are kept"""

    bl_idname = "pocket3d.texture"
    bl_label = "Texture"
    feature = TEXTURE


class POCKET3D_OT_segment(Submit, bpy.types.Operator):
    """Split the selected mesh into named parts; its geometry does not change"""

    bl_idname = "pocket3d.segment"
    bl_label = "Find Parts"
    feature = SEGMENT


class POCKET3D_OT_rig(Submit, bpy.types.Operator):
    """Give the selected mesh a skeleton and skin weights"""

    bl_idname = "pocket3d.rig"
    bl_label = "Rig"
    feature = RIG


class POCKET3D_OT_new_seed(bpy.types.Operator):
    """Roll the dice"""

    bl_idname = "pocket3d.new_seed"
    bl_label = "New Seed"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    def execute(self, context):
        context.scene.pocket3d.seed = random.randint(0, LARGEST_SEED)
        return {"FINISHED"}


class POCKET3D_OT_separate_parts(bpy.types.Operator):
    """Make an object of each part"""

    bl_idname = "pocket3d.separate_parts"
    bl_label = "Separate into Objects"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Needs parts."""
        reason = targets.why_not(targets.selected(context))
        if not reason and not parts.part_names(targets.selected(context)):
            reason = "This mesh has no parts yet; find them first"
        cls.poll_message_set(reason)
        return not reason

    def execute(self, context):
        made = parts.separate(context, targets.selected(context))
        for obj in made:
            obj.select_set(True)
        context.view_layer.objects.active = made[0]
        return {"FINISHED"}


class POCKET3D_OT_restore_materials(bpy.types.Operator):
    """Show the materials that the mesh had before its parts were coloured"""

    bl_idname = "pocket3d.restore_materials"
    bl_label = "Restore Materials"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Needs coloured parts."""
        reason = targets.why_not(targets.selected(context))
        if not reason and not parts.are_shown(targets.require(targets.selected(context))):
            reason = "The materials are as they were"
        cls.poll_message_set(reason)
        return not reason

    def execute(self, context):
        parts.restore_materials(targets.selected(context))
        return {"FINISHED"}


class JobOperator:
    """Acts on one job of the list."""

    bl_options = {"INTERNAL"}
    key: StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    def execute(self, context):
        runner = current_session().runner
        if self.key in runner.jobs:
            self.act(runner, context)
        pump.sync_list()
        pump.redraw()
        return {"FINISHED"}


class POCKET3D_OT_cancel_job(JobOperator, bpy.types.Operator):
    """Stop this job"""

    bl_idname = "pocket3d.cancel_job"
    bl_label = "Cancel"

    def act(self, runner, context) -> None:
        runner.cancel(self.key)


class POCKET3D_OT_retry_job(JobOperator, bpy.types.Operator):
    """Run this job again"""

    bl_idname = "pocket3d.retry_job"
    bl_label = "Try Again"

    def act(self, runner, context) -> None:
        runner.retry(self.key)


class POCKET3D_OT_remove_job(JobOperator, bpy.types.Operator):
    """Take this job off the list; what it made stays"""

    bl_idname = "pocket3d.remove_job"
    bl_label = "Remove"

    def act(self, runner, context) -> None:
        runner.remove(self.key)


class POCKET3D_OT_copy_details(JobOperator, bpy.types.Operator):
    """Copy the error with its details, for a bug report"""

    bl_idname = "pocket3d.copy_details"
    bl_label = "Copy Details"

    def act(self, runner, context) -> None:
        problem = runner.jobs[self.key].problem
        context.window_manager.clipboard = f"{problem.text}\n{problem.details}" if problem else ""


class POCKET3D_OT_clear_jobs(bpy.types.Operator):
    """Take all ended jobs off the list"""

    bl_idname = "pocket3d.clear_jobs"
    bl_label = "Clear Ended Jobs"
    bl_options = {"INTERNAL"}

    def execute(self, context):
        current_session().runner.clear_ended()
        pump.sync_list()
        return {"FINISHED"}


CLASSES = (
    POCKET3D_OT_generate,
    POCKET3D_OT_texture,
    POCKET3D_OT_segment,
    POCKET3D_OT_rig,
    POCKET3D_OT_new_seed,
    POCKET3D_OT_separate_parts,
    POCKET3D_OT_restore_materials,
    POCKET3D_OT_cancel_job,
    POCKET3D_OT_retry_job,
    POCKET3D_OT_remove_job,
    POCKET3D_OT_copy_details,
    POCKET3D_OT_clear_jobs,
)
