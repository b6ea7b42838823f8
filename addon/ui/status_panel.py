"""The strip at the top of the tab: the server in one line, and what to do when it is not ready."""

from __future__ import annotations

import bpy

from ..core.errors import Problem, Remedy
from ..core.server.connection import Light, Status
from ..core.server.profiles import Kind
from ..scene import compat
from ..session import current_session
from ..translations import say
from .drawing import IN_BOX, REMEDIES, Sidebar, draw_problem, draw_text, fitting, text_width

LIGHTS = {
    Light.UNKNOWN: ("NODE_SOCKET_FLOAT", "COLORSET_13_VEC"),
    Light.OFFLINE: ("NODE_SOCKET_MATERIAL", "COLORSET_01_VEC"),
    Light.BUSY: ("NODE_SOCKET_RGBA", "COLORSET_09_VEC"),
    Light.READY: ("NODE_SOCKET_SHADER", "COLORSET_03_VEC"),
}
"""A dot in grey, red, yellow or green; older versions have squares."""


def draw_status(layout, preferences_button: bool = True) -> None:
    """The server, its state, and only when something is to be done, buttons."""
    session = current_session()
    status = session.connection.status
    row = layout.row(align=True)
    row.label(text="", icon=compat.icon(*LIGHTS[status.light]))
    row.menu("POCKET3D_MT_servers", text=say(status.title), translate=False)
    row.operator("pocket3d.server_check", text="", icon="FILE_REFRESH")
    if preferences_button:
        row.operator("pocket3d.open_preferences", text="", icon="PREFERENCES")
    if status.light is Light.READY:
        layout.label(text=fitting(wordings(say(status.detail)), text_width()), translate=False)
    if status.activity:
        draw_activity(layout, status, session.local.installing)
    elif session.control.problem is None:
        draw_advice(layout, status, preferences_button)
    if session.control.problem is not None:
        draw_message(layout, session.control.problem, preferences_button)
    elif session.control.notice:
        draw_message(layout, Problem(session.control.notice))
    elif session.control.doing and not status.activity:
        layout.label(text=f"{say(session.control.doing)}…", icon="TIME", translate=False)


def wordings(detail: str) -> tuple[str, ...]:
    """A line and shorter ones: first the GPU's name goes, then all of the GPU."""
    pieces = detail.split(" · ")
    without_name = [p.rpartition(", ")[2] for p in pieces]
    rest = [p for p in pieces if ", " not in p]
    return detail, " · ".join(without_name), " · ".join(rest)


def draw_activity(layout, status: Status, installing: bool) -> None:
    """What is being installed or started, how far it is, and the button to stop it."""
    row = layout.row(align=True)
    if status.progress is None:
        row.label(text=f"{say(status.activity)}…", icon="TIME", translate=False)
        return
    text = f"{status.progress:.0%} · {say(status.activity)}"
    row.progress(
        factor=status.progress, text=fitting((text, f"{status.progress:.0%}"), text_width(90)), type="BAR"
    )
    if installing:
        row.operator("pocket3d.cancel_install", text="", icon="X")


def draw_advice(layout, status: Status, preferences_button: bool) -> None:
    """Why the server is not ready, or what is worth knowing about one that is, and the button for it."""
    if status.light is Light.READY:
        if status.note:
            draw_problem(layout, Problem(status.note, status.remedy), alert=False)
        return
    remedy = status.remedy if preferences_button or status.remedy is not Remedy.PREFERENCES else Remedy.NONE
    draw_problem(layout, Problem(status.detail, remedy), status.light is Light.OFFLINE)
    local = current_session().connection.profile.kind is Kind.LOCAL
    if local and status.remedy in {Remedy.START, Remedy.LOG, Remedy.DIAGNOSE}:
        draw_more(layout, status.remedy)


def draw_message(layout, problem: Problem, preferences_button: bool = True) -> None:
    """What came of the last button, until it is put away."""
    box = layout.box()
    icon = "ERROR" if problem.remedy is not Remedy.NONE else "INFO"
    draw_text(box, problem.text, icon, IN_BOX)
    row = box.row(align=True)
    here = problem.remedy is Remedy.PREFERENCES and not preferences_button  # no button leads to where one is
    if problem.remedy in REMEDIES and not here:
        operator, icon = REMEDIES[problem.remedy]
        row.operator(operator, icon=icon)
        row.operator("pocket3d.dismiss_message", text="", icon="X")
    else:
        row.operator("pocket3d.dismiss_message", text="OK", icon="CHECKMARK")
    if problem.remedy in {Remedy.LOG, Remedy.DIAGNOSE, Remedy.INSTALL}:
        draw_more(box, problem.remedy)


def draw_more(layout, remedy: Remedy) -> None:
    """The other buttons for a local server that does not work."""
    row = layout.row(align=True)
    for other in (Remedy.START, Remedy.DIAGNOSE, Remedy.LOG):
        if other is remedy or (other is Remedy.START and remedy is Remedy.INSTALL):
            continue
        operator, icon = REMEDIES[other]
        row.operator(operator, icon=icon)


class POCKET3D_PT_status(Sidebar, bpy.types.Panel):
    """State of the server."""

    bl_label = "Server"
    bl_options = {"HIDE_HEADER"}

    def draw(self, context):
        draw_status(self.layout)


CLASSES = (POCKET3D_PT_status,)
