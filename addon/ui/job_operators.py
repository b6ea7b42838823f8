"""Buttons about the jobs of the list."""

from __future__ import annotations

import bpy
from bpy.props import StringProperty

from ..session import current_session
from . import pump


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
    POCKET3D_OT_cancel_job,
    POCKET3D_OT_retry_job,
    POCKET3D_OT_remove_job,
    POCKET3D_OT_copy_details,
    POCKET3D_OT_clear_jobs,
)
