"""The driver with a window: a timer that takes in what the workers said and applies what is ready."""

from __future__ import annotations

import bpy

from ..core import errors
from ..core.jobs import Job
from ..core.session import close_session
from ..scene import apply
from ..session import current_session

ACTIVE, IDLE = 0.2, 1.0
"""Seconds between ticks while something goes on, and while only the server's state could change."""

_last_status: object = None


def start() -> None:
    """Begin, when there is a window; timers never fire without one."""
    if not bpy.app.background:
        bpy.app.timers.register(tick, first_interval=0.5, persistent=True)


def stop() -> None:
    """End, together with the session."""
    if bpy.app.timers.is_registered(tick):
        bpy.app.timers.unregister(tick)
    close_session()


def tick() -> float:
    """One round; returns the seconds until the next."""
    global _last_status
    session = current_session()
    session.watch()
    changed = bool(session.runner.poll())
    ready = [j for j in session.runner.ready() if not apply.waits_for_mode(j)]
    if ready:
        put_into_scene(ready[0])  # one a tick, so that the window stays alive between imports
        changed = True
    status = (session.connection.status, session.problem)
    if changed or status != _last_status:
        _last_status = status
        sync_list()
        redraw()
    busy = session.runner.active or session.local.step is not None
    return ACTIVE if busy else IDLE


def put_into_scene(job: Job) -> None:
    """Apply a READY job and note how it went."""
    runner = current_session().runner
    try:
        apply.apply_result(job, bpy.context)
    except Exception as error:
        runner.finish(job, errors.explain(error))
    else:
        runner.finish(job)


def sync_list() -> None:
    """Make the rows of the list those of the session, newest first."""
    window_manager = bpy.context.window_manager
    rows = window_manager.pocket3d_jobs
    keys = list(reversed(current_session().runner.jobs))
    if [r.key for r in rows] == keys:
        return
    rows.clear()
    for key in keys:
        row = rows.add()
        row.key = row.name = key
    window_manager.pocket3d_job_index = min(window_manager.pocket3d_job_index, max(len(keys) - 1, 0))


def redraw() -> None:
    """Draw the sidebars of the 3D views again, and the preferences."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type not in {"VIEW_3D", "PREFERENCES"}:
                continue
            for region in area.regions:
                if region.type == "UI" or area.type == "PREFERENCES":
                    region.tag_redraw()
