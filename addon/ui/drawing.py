"""What several panels draw: sentences over several lines, problems with their buttons, optional values."""

from __future__ import annotations

import textwrap

import bpy

from ..core.errors import Problem, Remedy
from ..core.jobs import Job
from .remedies import REMEDIES


def draw_problem(layout, problem: Problem, alert: bool = True, job: Job | None = None) -> None:
    """A sentence, wrapped, and the button that mends it."""
    draw_text(layout, problem.text, "ERROR" if alert else "INFO")
    row = layout.row(align=True)
    if problem.remedy in REMEDIES:
        operator, icon = REMEDIES[problem.remedy]
        row.operator(operator, icon=icon)
    if job is not None:
        if problem.remedy is not Remedy.NONE or problem.code == "INTERNAL":
            row.operator("pocket3d.retry_job", icon="FILE_REFRESH").key = job.key
        if problem.details:
            row.operator("pocket3d.copy_details", icon="COPYDOWN").key = job.key


def draw_text(layout, text: str, icon: str = "NONE") -> None:
    """A sentence over as many lines as the sidebar's width needs."""
    region, scale = bpy.context.region, bpy.context.preferences.system.ui_scale
    width = region.width / scale if region is not None and region.type == "UI" else 300
    column = layout.column(align=True)
    column.scale_y = 0.8
    lines = textwrap.wrap(text, max(20, int((width - 60) / 6.2))) or [""]
    for number, line in enumerate(lines):
        column.label(text=line, icon=icon if number == 0 else ("BLANK1" if icon != "NONE" else "NONE"))


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
