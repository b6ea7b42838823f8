"""Buttons about the jobs of the list."""

from __future__ import annotations

import platform
from contextlib import suppress

import bpy
from bpy.props import StringProperty

from ..core.errors import UserError
from ..core.jobs import gallery
from ..core.jobs.job import Job
from ..core.later import sdk
from ..session import current_session
from ..translations import say
from .operators import Action, confirm


def versions(job: Job) -> dict[str, str]:
    """What a bug report says about the programs; of the server, what it said when it last answered."""
    system = f"{platform.system()} {platform.release()}"
    server = ""
    with suppress(UserError):  # the job's server has been taken off the list
        server = current_session().connection_for(job.profile).version
    return {
        "Server version": server,
        "Blender": bpy.app.version_string,
        "Pocket3D": sdk.__version__,
        "System": system,
    }


class JobOperator(Action):
    """Acts on one job of the list."""

    key: StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    def act(self, context) -> None:
        runner = current_session().runner
        if self.key in runner.jobs:
            self.act_on(runner, context)


class POCKET3D_OT_cancel_job(JobOperator, bpy.types.Operator):
    """Stop this job"""

    bl_idname = "pocket3d.cancel_job"
    bl_label = "Cancel"

    def act_on(self, runner, context) -> None:
        runner.cancel(self.key)


class POCKET3D_OT_retry_job(JobOperator, bpy.types.Operator):
    """Run this job again"""

    bl_idname = "pocket3d.retry_job"
    bl_label = "Try Again"

    def act_on(self, runner, context) -> None:
        runner.retry(self.key)
        context.window_manager.pocket3d_job_index = 0


class POCKET3D_OT_remove_job(JobOperator, bpy.types.Operator):
    """Take this job off the list; what it made stays"""

    bl_idname = "pocket3d.remove_job"
    bl_label = "Remove"

    def act_on(self, runner, context) -> None:
        runner.remove(self.key)


class POCKET3D_OT_place_job(JobOperator, bpy.types.Operator):
    """Put this job's result into the scene that is open now"""

    bl_idname = "pocket3d.place_job"
    bl_label = "Add to Scene"

    def act_on(self, runner, context) -> None:
        runner.place(self.key)


class POCKET3D_OT_copy_details(JobOperator, bpy.types.Operator):
    """Copy the error with its code, its request and all versions, for a bug report"""

    bl_idname = "pocket3d.copy_details"
    bl_label = "Copy Details"

    def act_on(self, runner, context) -> None:
        job = runner.jobs[self.key]
        context.window_manager.clipboard = gallery.report(job, versions(job))
        self.report({"INFO"}, "Copied")


class ListOperator(Action):
    """Acts on the whole list; grey when there is nothing to do."""

    nothing = ""

    @classmethod
    def why_not(cls, context) -> str:
        return "" if cls.concerned(current_session().runner) else cls.nothing


class POCKET3D_OT_cancel_all(ListOperator, bpy.types.Operator):
    """Stop all jobs"""

    bl_idname = "pocket3d.cancel_all"
    bl_label = "Cancel All"
    nothing = "Nothing is running"

    def invoke(self, context, event):
        count = len(self.concerned(current_session().runner))
        if count < 2:
            return self.execute(context)
        return confirm(self, event, say(f"Stop {count} jobs?"), "", "Stop", "QUESTION")

    @staticmethod
    def concerned(runner) -> list:
        """The jobs that it would stop."""
        return [j for j in runner.listed if not j.state.finished]

    def act(self, context) -> None:
        runner = current_session().runner
        for job in self.concerned(runner):
            runner.cancel(job.key)


class POCKET3D_OT_clear_jobs(ListOperator, bpy.types.Operator):
    """Take all finished jobs off the list; what they made stays among the results"""

    bl_idname = "pocket3d.clear_jobs"
    bl_label = "Clear Finished"
    nothing = "No job has finished yet"

    @staticmethod
    def concerned(runner) -> list:
        """The jobs that it would take off."""
        return [j for j in runner.listed if j.state.finished]

    def act(self, context) -> None:
        current_session().runner.clear_ended()


CLASSES = (
    POCKET3D_OT_cancel_job,
    POCKET3D_OT_retry_job,
    POCKET3D_OT_remove_job,
    POCKET3D_OT_place_job,
    POCKET3D_OT_copy_details,
    POCKET3D_OT_cancel_all,
    POCKET3D_OT_clear_jobs,
)
