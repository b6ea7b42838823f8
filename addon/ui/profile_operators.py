"""Buttons about the list of servers: which one is used, and what the list holds."""

from __future__ import annotations

import os

import bpy
from bpy.props import StringProperty

from ..core.server.profiles import LOCAL_KEY, Kind, Profile
from ..session import current_session
from . import preferences
from .operators import Action, confirm


def active_row():
    """The active row of the list, None when it is empty."""
    chosen = preferences.of_this_extension()
    if chosen is None or not 0 <= chosen.server_index < len(chosen.servers):
        return None
    return chosen.servers[chosen.server_index]


class RowOperator(Action):
    """Acts on the active row."""

    @classmethod
    def why_not(cls, context) -> str:
        return "Add a server to the list first" if active_row() is None else ""


class POCKET3D_OT_use_server(Action, bpy.types.Operator):
    """Send jobs to this server from now on. Jobs under way stay where they are"""

    bl_idname = "pocket3d.use_server"
    bl_label = "Use Server"

    ident: StringProperty(options={"HIDDEN"})

    @classmethod
    def why_not(cls, context) -> str:
        if preferences.of_this_extension() is None:
            return "The extension has no preferences here"
        if os.environ.get("POCKET3D_BASE_URL"):
            return "The environment variable POCKET3D_BASE_URL sets the server"
        return ""

    def act(self, context) -> None:
        preferences.of_this_extension().server = self.ident
        context.preferences.is_dirty = True


class POCKET3D_OT_add_server(Action, bpy.types.Operator):
    """Add a server that runs on another computer, in the cloud, or started by you"""

    bl_idname = "pocket3d.add_server"
    bl_label = "Add Server"

    def act(self, context) -> None:
        preferences.add("New Server")


class POCKET3D_OT_duplicate_server(RowOperator, bpy.types.Operator):
    """Add a copy of this server, for example to use another key"""

    bl_idname = "pocket3d.duplicate_server"
    bl_label = "Duplicate Server"

    def act(self, context) -> None:
        row = active_row()
        preferences.add(f"{row.name} Copy", row.url, row.key)


class POCKET3D_OT_remove_server(RowOperator, bpy.types.Operator):
    """Remove this server from the list. Its running jobs go on there, and their results do not arrive"""

    bl_idname = "pocket3d.remove_server"
    bl_label = "Remove Server"

    def invoke(self, context, event):
        message = "Its key is forgotten, too."
        return confirm(self, event, "Remove this server from the list?", message, "Remove")

    def act(self, context) -> None:
        chosen = preferences.of_this_extension()
        if chosen.server == active_row().ident:
            chosen.server = LOCAL_KEY
        chosen.servers.remove(chosen.server_index)
        chosen.server_index = max(0, min(chosen.server_index, len(chosen.servers) - 1))
        context.preferences.is_dirty = True


class POCKET3D_OT_test_server(RowOperator, bpy.types.Operator):
    """Ask this server who it is, how fast it answers, and what the key may do"""

    bl_idname = "pocket3d.test_server"
    bl_label = "Test Connection"

    def act(self, context) -> None:
        row = active_row()
        profile = Profile(Kind.REMOTE, row.url.strip(), row.key.strip(), row.name)
        current_session().control.try_out(profile, bpy.app.online_access)


class POCKET3D_MT_servers(bpy.types.Menu):
    """All servers, to choose the one to use."""

    bl_label = "Server"

    def draw(self, context):
        """This computer, the list, and a way to add one."""
        chosen = preferences.of_this_extension()
        if chosen is None:
            return
        known = {row.ident for row in chosen.servers}
        current = chosen.server if chosen.server in known else LOCAL_KEY
        entries = [(LOCAL_KEY, Profile().name), *((r.ident, r.name or r.url) for r in chosen.servers)]
        for ident, name in entries:
            icon = "RADIOBUT_ON" if ident == current else "RADIOBUT_OFF"
            self.layout.operator("pocket3d.use_server", text=name, icon=icon).ident = ident
        self.layout.separator()
        self.layout.operator("pocket3d.open_preferences", text="Servers and Keys…", icon="PREFERENCES")


CLASSES = (
    POCKET3D_OT_use_server,
    POCKET3D_OT_add_server,
    POCKET3D_OT_duplicate_server,
    POCKET3D_OT_remove_server,
    POCKET3D_OT_test_server,
    POCKET3D_MT_servers,
)
