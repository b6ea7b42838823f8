"""The list of jobs."""

from __future__ import annotations

import bpy

from ..core.features import MESH, RIG, SEGMENT, TEXTURE
from ..core.jobs import Job, State
from ..session import current_session

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


CLASSES = (POCKET3D_UL_jobs,)
