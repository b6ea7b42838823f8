"""A word about running jobs in Blender's status bar, so that it is seen with the sidebar closed."""

from __future__ import annotations

import time

import bpy

from ..core.jobs.job import State, clock
from ..session import current_session
from ..translations import say
from .drawing import shortened


def headline() -> tuple[str, float] | None:
    """What runs and how far it is (0..1); None when nothing does."""
    jobs = [j for j in current_session().runner.listed if not j.state.finished]
    if not jobs:
        return None
    running = [j for j in jobs if j.state is State.RUNNING] or jobs
    first = running[-1]
    text = shortened(f"{first.task.verb}: {first.task.title}", 32)
    left = first.time_left(time.time())
    text += f" · {clock(left)} left" if left else ""
    text += f" · {first.status_text()}" if first.cut_off else ""
    return text + (f" · {len(jobs) - 1} more" if len(jobs) > 1 else ""), first.progress


def draw(self, context) -> None:
    """Draw at the end of the status bar."""
    found = headline()
    if found is not None:
        text, progress = found
        row = self.layout.row()
        row.ui_units_x = 18
        row.progress(factor=progress, text=say(text), translate=False, type="BAR")


def refresh() -> None:
    """Let the status bar draw again. It is in no screen's areas, but listens to the view layer's name."""
    bpy.msgbus.publish_rna(key=(bpy.types.ViewLayer, "name"))


def attach() -> None:
    """Begin to draw there."""
    bpy.types.STATUSBAR_HT_header.append(draw)


def detach() -> None:
    """Draw there no more."""
    bpy.types.STATUSBAR_HT_header.remove(draw)
    refresh()


CLASSES = ()
