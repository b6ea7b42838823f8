"""The strip at the top of the tab: the server in one line, and what to do when it is not ready."""

from __future__ import annotations

import bpy

from ..core.connection import Light
from ..core.errors import Problem
from ..session import current_session
from .drawing import Sidebar, draw_problem

LIGHTS = {
    Light.UNKNOWN: "COLORSET_13_VEC",
    Light.OFFLINE: "COLORSET_01_VEC",
    Light.BUSY: "COLORSET_09_VEC",
    Light.READY: "COLORSET_03_VEC",
}


def draw_status(layout, preferences_button: bool = True) -> None:
    """The server in one line, and below it what to do when it is not ready."""
    session = current_session()
    status = session.connection.status
    row = layout.row(align=True)
    row.label(text=status.title, icon=LIGHTS[status.light])
    if status.light is Light.READY:
        sub = row.row()
        sub.alignment = "RIGHT"
        sub.label(text=status.detail)
    if preferences_button:
        row.operator("pocket3d.open_preferences", text="", icon="PREFERENCES", emboss=False)
    if session.problem is not None:
        draw_problem(layout, session.problem)
    elif status.progress is not None:
        layout.progress(factor=status.progress, text=status.detail, type="BAR")
    elif status.light is not Light.READY:
        draw_problem(layout, Problem(status.detail, status.remedy), status.light is Light.OFFLINE)


class POCKET3D_PT_status(Sidebar, bpy.types.Panel):
    """State of the server."""

    bl_label = "Server"
    bl_options = {"HIDE_HEADER"}

    def draw(self, context):
        draw_status(self.layout)


CLASSES = (POCKET3D_PT_status,)
