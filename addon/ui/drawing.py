"""What several panels draw: sentences over several lines, problems with their buttons, optional values."""

from __future__ import annotations

from functools import lru_cache

import blf
import bpy

from ..core.errors import Problem, Remedy
from ..core.jobs.job import Job
from ..core.server.profiles import LOCAL_KEY
from ..translations import say

REMEDIES: dict[Remedy, tuple[str, str]] = {
    Remedy.INSTALL: ("pocket3d.server_install", "IMPORT"),
    Remedy.START: ("pocket3d.server_start", "PLAY"),
    Remedy.RECONNECT: ("pocket3d.server_check", "FILE_REFRESH"),
    Remedy.PREFERENCES: ("pocket3d.open_preferences", "PREFERENCES"),
    Remedy.ONLINE_ACCESS: ("pocket3d.allow_online", "INTERNET"),
    Remedy.DIAGNOSE: ("pocket3d.diagnose", "VIEWZOOM"),
    Remedy.UPDATE: ("pocket3d.server_update", "IMPORT"),
    Remedy.MODELS: ("pocket3d.show_models", "PRESET"),
    Remedy.LOG: ("pocket3d.open_log", "TEXT"),
}
"""The button for each remedy: operator and icon. RETRY needs a job and is drawn with it."""

MARGIN = 58
"""Pixels of a sidebar, at scale 1, that text cannot use: the tabs, the panel's border and a box's."""
IN_BOX = MARGIN + 14
"""The same for text in a box."""
ICON = 22
NARROWEST = 90
ROW_OF_TWO = 215
"""Width at which two buttons with words stand beside each other."""
ELSEWHERE = 300
"""Width for text where the region is none, as in pop-ups."""


def ui_scale() -> float:
    """How much larger than normal the interface is; Blender says 0 without a window."""
    return bpy.context.preferences.system.ui_scale or 1.0


def text_width(margin: float = MARGIN) -> float:
    """Pixels that a line of text may take in the region that is being drawn."""
    region = bpy.context.region
    scale = ui_scale()
    width = region.width if region is not None and region.type in {"UI", "WINDOW"} else ELSEWHERE * scale
    return max(width - margin * scale, NARROWEST * scale)


def font_size() -> float:
    """Size of the font in buttons and labels, in pixels."""
    return bpy.context.preferences.ui_styles[0].widget.points * ui_scale()


@lru_cache(maxsize=2000)
def width_of(text: str, size: float) -> float:
    """Width of a text in pixels."""
    blf.size(0, size)
    return float(blf.dimensions(0, text)[0])


@lru_cache(maxsize=500)
def wrap(text: str, width: float, size: float) -> tuple[str, ...]:
    """The text in lines not wider than ``width``; words that are too long are broken."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if width_of(longer, size) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            *full, line = _broken(word, width, size)
            lines += full
        lines.append(line)
    return tuple(lines)


def _broken(word: str, width: float, size: float) -> list[str]:
    """A word in pieces that fit; most are one."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def fitting(texts: tuple[str, ...], width: float) -> str:
    """The first of some wordings, longest first, that fits into ``width`` pixels once translated; else the last."""
    size = font_size()
    said = [say(t) for t in texts]
    return next((t for t in said if width_of(t, size) <= width), said[-1])


def shortened(text: str, length: int) -> str:
    """The text, or its beginning with dots."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def draw_text(layout, text: str, icon: str = "NONE", margin: float = MARGIN) -> None:
    """A sentence over as many lines as the sidebar's width needs."""
    with_icon = icon != "NONE"
    column = layout.column(align=True)
    column.scale_y = 0.8
    width = text_width(margin) - (ICON * ui_scale() if with_icon else 0)
    for number, line in enumerate(wrap(say(text), width, font_size())):  # whole, before it is cut into lines
        column.label(text=line, translate=False, icon=icon if number == 0 or not with_icon else "BLANK1")


def draw_problem(layout, problem: Problem, alert: bool = True, job: Job | None = None) -> None:
    """A sentence, wrapped, and below it the buttons: the one that mends it, and those for its job, in the job's box."""
    draw_text(layout, problem.text, "ERROR" if alert else "INFO", MARGIN if job is None else IN_BOX)
    buttons = layout.column(align=True)
    if problem.remedy in REMEDIES:
        operator, icon = REMEDIES[problem.remedy]
        buttons.operator(operator, icon=icon)
    if job is not None:
        row = buttons.row(align=True) if text_width() > ROW_OF_TWO * ui_scale() else buttons
        row.operator("pocket3d.retry_job", icon="FILE_REFRESH").key = job.key
        row.operator("pocket3d.copy_details", icon="COPYDOWN").key = job.key
        if is_local(job) and problem.remedy is not Remedy.LOG:
            buttons.operator("pocket3d.open_log", icon="TEXT")


def is_local(job: Job) -> bool:
    """Whether the bundled server does this job."""
    return job.profile == LOCAL_KEY


def optional(layout, heading: str, settings, switch: str, name: str):
    """A property with a check box before it; returns the row behind the box."""
    row = layout.row(heading=heading, align=True)
    row.prop(settings, switch, text="")
    sub = row.row(align=True)
    sub.enabled = getattr(settings, switch)
    sub.prop(settings, name, text="")
    return sub


class Sidebar:
    """What all panels of the tab share."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Pocket3D"
