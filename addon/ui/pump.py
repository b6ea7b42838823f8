"""The driver with a window: a timer that takes in what the workers said and applies what is ready."""

from __future__ import annotations

import logging
import time
import traceback
from pathlib import Path

import bpy

from ..core import errors
from ..core.jobs.job import Job, Origin
from ..core.jobs.runner import JobRunner
from ..core.session import Session, close_session
from ..scene import apply, document, targets
from ..scene.document import current_origin
from ..session import current_session
from . import model_parameters, overlay, status_bar

ACTIVE, IDLE = 0.2, 1.0
"""Seconds between ticks while something goes on, and while only the server's state could change."""

log = logging.getLogger(__name__)
_shown: object = None
_origin = Origin()
_logged: set[str] = set()


def start() -> None:
    """Begin, when there is a window; timers never fire without one."""
    document.attach(lambda origin: current_session().runner.document_saved(origin))
    if not bpy.app.background:
        bpy.app.timers.register(tick, first_interval=0.5, persistent=True)


def stop() -> None:
    """End, together with the session."""
    document.detach()
    if bpy.app.timers.is_registered(tick):
        bpy.app.timers.unregister(tick)
    close_session()


def tick() -> float:
    """One round; returns the seconds until the next. A failure is logged, once, and the rounds go on."""
    try:
        return _tick(current_session())
    except Exception as error:
        text = "".join(traceback.format_exception(error))
        if text not in _logged:
            _logged.add(text)
            log.error("Pocket3D could not go on with something:\n%s", text)
        return IDLE


def _tick(session: Session) -> float:
    global _origin, _shown
    runner = session.runner
    session.watch()
    changed = bool(runner.poll())
    origin = current_origin()
    if changed or origin != _origin:
        _origin = origin
        runner.document_opened(origin)
    put_next_into_scene(runner, origin)
    session.connection.needed = runner.active
    model_parameters.follow(session.models)
    shown = _what_is_shown(session)
    if shown != _shown:
        _shown = shown
        sync_list()
        redraw()
    overlay.follow()
    busy = runner.active or session.local.step is not None
    return ACTIVE if busy else IDLE


def _what_is_shown(session: Session) -> object:
    """All that panels draw of the session and that changes by itself; the same means that nothing is drawn anew."""
    now = time.time()
    runner = session.runner
    times = [j.activity(now) for j in runner.listed if j.state.active]
    return session.connection.status, session.control.state, session.models.version, runner.revision, times


def put_next_into_scene(runner: JobRunner, origin: Origin) -> None:
    """Apply one READY job: one a tick, so that the window stays alive between imports.

    Those whose document is not open are kept instead, and those whose object is being edited wait.
    """
    ready = runner.ready()
    if not ready or document.hands_full():
        return
    for job in ready:
        try:
            reason, again = why_keep(job, origin)
            waits = not reason and apply.waits_for_mode(job)
        except Exception as error:
            runner.finish(job, errors.explain(error))
            continue
        if reason:
            runner.keep(job, reason, again)
        elif not waits:
            apply.put_into_scene(runner, job)
            return


def why_keep(job: Job, origin: Origin) -> tuple[str, bool]:
    """Why a result does not go into the document that is open, if so; and whether it shall when its own is."""
    own = job.task.origin
    if job.by_hand:
        return "", False
    if not job.belongs_to(origin):
        if own.path:
            return f"It goes into {Path(own.path).name} when that is opened again", True
        return "The scene it was made for was closed without saving; add it from the results", False
    reopened = own.document and own.document != origin.document
    if reopened and job.task.targets and targets.find(job.task.target) is None:
        return "The object it was made for is not in the file; add it from the results", False
    return "", False


def sync_list() -> None:
    """Make the rows of the list those of the session, newest first."""
    window_manager = bpy.context.window_manager
    rows = window_manager.pocket3d_jobs
    keys = [job.key for job in current_session().runner.listed]
    if [r.key for r in rows] == keys:
        return
    rows.clear()
    for key in keys:
        row = rows.add()
        row.key = row.name = key
    window_manager.pocket3d_job_index = min(window_manager.pocket3d_job_index, max(len(keys) - 1, 0))


def redraw() -> None:
    """Draw the sidebars of the 3D views again, the preferences and the status bar."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type not in {"VIEW_3D", "PREFERENCES"}:
                continue
            for region in area.regions:
                if region.type == "UI" or area.type == "PREFERENCES":
                    region.tag_redraw()
    status_bar.refresh()
