"""The list of jobs and, below it, the chosen one."""

from __future__ import annotations

import time

import bpy

from ..core.features import MESH, RIG, SEGMENT, TEXTURE
from ..core.jobs import Job, State
from ..session import current_session
from .drawing import Sidebar, draw_problem, draw_text

FEATURE_ICONS = {MESH: "MESH_MONKEY", TEXTURE: "TEXTURE", SEGMENT: "MOD_EXPLODE", RIG: "ARMATURE_DATA"}
STATE_ICONS = {State.DONE: "CHECKMARK", State.FAILED: "ERROR", State.CANCELLED: "CANCEL"}


def job_of(item) -> Job | None:
    """The job behind a row."""
    return current_session().runner.jobs.get(item.key)


class POCKET3D_UL_jobs(bpy.types.UIList):
    """One row a job: what it is, how far it is, and a button to stop it."""

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index=0, flt_flag=0):
        job = job_of(item)
        if job is None:
            layout.label(text="")
            return
        row = layout.split(factor=0.46)
        row.label(text=job.task.title, icon=FEATURE_ICONS[job.task.feature])
        right = row.row(align=True)
        text = job.status_text()
        if job.state.active or job.state is State.READY:
            right.progress(factor=job.progress, text=text, type="BAR")
            right.operator("pocket3d.cancel_job", text="", icon="X", emboss=False).key = job.key
        else:
            right.label(text=text, icon=STATE_ICONS[job.state])
            right.operator("pocket3d.remove_job", text="", icon="X", emboss=False).key = job.key


class POCKET3D_PT_jobs(Sidebar, bpy.types.Panel):
    """What is going on and what was done."""

    bl_label = "Jobs"

    @classmethod
    def poll(cls, context):
        """Only when there are some."""
        return bool(context.window_manager.pocket3d_jobs)

    def draw_header_preset(self, context):
        """A button to tidy up."""
        self.layout.operator("pocket3d.clear_jobs", text="", icon="TRASH", emboss=False)

    def draw(self, context):
        """Draw the list and, below it, the chosen job."""
        manager = context.window_manager
        self.layout.template_list(
            *("POCKET3D_UL_jobs", "", manager, "pocket3d_jobs", manager, "pocket3d_job_index"),
            rows=3,
            maxrows=8,
        )
        index = manager.pocket3d_job_index
        rows = manager.pocket3d_jobs
        job = job_of(rows[index]) if 0 <= index < len(rows) else None
        if job is not None and (job.state.active or job.problem or job.notes):
            box = self.layout.box()
            if job.state.active:
                draw_text(box, job.activity(time.time()), "TIME")
            if job.problem is not None and job.state is State.FAILED:
                draw_problem(box, job.problem, job=job)
            for note in job.notes:
                draw_text(box, note, "INFO")


CLASSES = (POCKET3D_UL_jobs, POCKET3D_PT_jobs)
