"""The list of jobs and, below it, the chosen one."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import bpy

from ..core.features import MESH, RIG, SEGMENT, TEXTURE
from ..core.jobs import gallery
from ..core.jobs.job import STATE_TEXTS, Job, State, clock
from ..core.request import model_words
from ..core.server.profiles import LOCAL_KEY
from ..session import current_session
from .drawing import IN_BOX, Sidebar, draw_problem, draw_text, fitting, text_width, ui_scale

FEATURE_ICONS = {MESH: "MESH_MONKEY", TEXTURE: "TEXTURE", SEGMENT: "MOD_EXPLODE", RIG: "ARMATURE_DATA"}
STATE_ICONS = {
    State.DONE: "CHECKMARK",
    State.KEPT: "CHECKMARK",
    State.FAILED: "ERROR",
    State.CANCELLED: "CANCEL",
}
NAME_SHARE, ENDED_NAME_SHARE = 0.45, 0.6
"""Of a row's width; the rest is for its state."""
HEADER = 145
"""Pixels, at scale 1, of the panel's header that its own name, arrow and grip take, beside the tabs."""


def job_of(item) -> Job | None:
    """The job behind a row."""
    return current_session().runner.jobs.get(item.key)


def chosen(context: bpy.types.Context) -> Job | None:
    """The job whose row is active."""
    manager = context.window_manager
    rows, index = manager.pocket3d_jobs, manager.pocket3d_job_index
    return job_of(rows[index]) if 0 <= index < len(rows) else None


def headlines(jobs: list[Job]) -> tuple[str, ...]:
    """What the list amounts to, longest first: ``1 running · 2 waiting · 1 failed``, ``1 running · 2 waiting``, …"""
    cut_off = sum(j.cut_off for j in jobs)
    waiting = sum(j.state in (State.CONNECTING, State.QUEUED) and not j.cut_off for j in jobs)
    running = sum(not j.state.finished for j in jobs) - waiting - cut_off
    failed = sum(j.state is State.FAILED for j in jobs)
    words = [f"{running} running"] if running else []
    words += [f"{cut_off} reconnecting"] if cut_off else []
    words += [f"{waiting} waiting"] if waiting else []
    words += [f"{failed} failed"] if failed else []
    return tuple(" · ".join(words[:number]) for number in range(len(words), -1, -1))


MOST_ROWS = 8
"""Jobs that the list shows at once; with more it has a bar to scroll."""
SCROLLBAR = 22
"""Width of that bar at scale 1."""


def row_texts(job: Job, now: float) -> tuple[str, ...]:
    """Wordings of a job's state for its row, longest first."""
    if job.cut_off:
        return job.status_text(), ""
    if job.state is State.QUEUED and job.queue_position:
        return job.status_text(), f"Number {job.queue_position}", ""
    if job.state is State.DONE:
        return job.status_text(), "Done", clock(job.seconds), ""
    if job.state is not State.RUNNING:
        return STATE_TEXTS[job.state]
    stage = job.stage.replace("_", " ").capitalize() or "Working"
    percent, left = f"{job.progress:.0%}", job.time_left(now)
    if not left:
        return f"{stage} {percent}", percent
    rest = clock(left)
    return f"{stage} {percent} · {rest} left", f"{percent} · {rest} left", f"{percent} · {rest}", percent


class POCKET3D_UL_jobs(bpy.types.UIList):
    """One row a job: what it is, how far it is, and a button to stop it."""

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index=0, flt_flag=0):
        job = job_of(item)
        if job is None:
            layout.label(text="")
            return
        share = ENDED_NAME_SHARE if job.state.finished else NAME_SHARE
        row = layout.split(factor=share)
        letter = gallery.request_letter(current_session().runner.listed, job)
        name = f"{letter} · {job.task.title}" if letter else job.task.title
        row.label(text=name, translate=False, icon=FEATURE_ICONS[job.task.feature])
        right = row.row(align=True)
        scrolls = SCROLLBAR if len(data.pocket3d_jobs) > MOST_ROWS else 0
        room = text_width(margin=85 + scrolls) * (1 - share) - (62 if job.state.finished else 30) * ui_scale()
        text = fitting(row_texts(job, time.time()), room)
        if job.state.finished:
            right.label(text=text or " ", translate=False, icon=STATE_ICONS[job.state])
            right.operator("pocket3d.remove_job", text="", icon="X", emboss=False).key = job.key
        else:
            right.progress(factor=job.progress, text=text, translate=False, type="BAR")
            right.operator("pocket3d.cancel_job", text="", icon="X", emboss=False).key = job.key


class POCKET3D_PT_jobs(Sidebar, bpy.types.Panel):
    """What is going on and what was done."""

    bl_label = "Jobs"

    @classmethod
    def poll(cls, context):
        """Only when there are some."""
        return bool(context.window_manager.pocket3d_jobs)

    def draw_header_preset(self, context):
        """What goes on, to be read while the panel is closed too."""
        room = text_width(margin=HEADER)
        text = fitting(headlines(current_session().runner.listed), room)
        self.layout.label(text=text, translate=False)

    def draw(self, context):
        """Draw the list and, below it, the chosen job."""
        manager = context.window_manager
        self.layout.template_list(
            *("POCKET3D_UL_jobs", "", manager, "pocket3d_jobs", manager, "pocket3d_job_index"),
            rows=3,
            maxrows=MOST_ROWS,
        )
        row = self.layout.row(align=True)
        row.operator("pocket3d.cancel_all", icon="CANCEL")
        row.operator("pocket3d.clear_jobs", icon="BRUSH_DATA")
        job = chosen(context)
        if job is not None:
            draw_job(self.layout.box(), job)


def draw_job(layout, job: Job) -> None:
    """Everything worth knowing about a job, and what can be done about it."""
    now = time.time()
    if job.state.active:
        draw_text(layout, job.activity(now), "TIME", IN_BOX)
    at_work = job.started and not job.state.finished and job.state is not State.QUEUED
    since = ago(now - job.started) if at_work else gallery.when(job.created, now)
    where = "this computer" if job.profile == LOCAL_KEY else urlsplit(job.server).netloc
    draw_text(
        layout,
        " · ".join(filter(None, [since, model_words.name(gallery.model_of(job)), where])),
        margin=IN_BOX,
    )
    for note in job.notes:
        draw_text(layout, note, "INFO", IN_BOX)
    if job.state is State.FAILED and job.problem is not None:
        draw_problem(layout, job.problem, job=job)
    elif job.state in (State.CANCELLED, State.FAILED):
        layout.operator("pocket3d.retry_job", icon="FILE_REFRESH").key = job.key
    elif job.state is State.KEPT:
        layout.operator("pocket3d.place_job", icon="ADD").key = job.key


def ago(seconds: float) -> str:
    """``Started 8 s ago`` or ``Started 1:20 ago``."""
    return f"Started {clock(seconds)} ago"


CLASSES = (POCKET3D_UL_jobs, POCKET3D_PT_jobs)
