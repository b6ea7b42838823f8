"""Buttons about the server; each is the remedy for some problem."""

from __future__ import annotations

import bpy

from ..session import PACKAGE, current_session
from . import pump


class ServerOperator:
    """Acts on the session."""

    bl_options = {"INTERNAL"}

    def execute(self, context):
        self.act(current_session())
        pump.redraw()
        return {"FINISHED"}


class POCKET3D_OT_server_install(ServerOperator, bpy.types.Operator):
    """Install the local server into its own environment (about 600 MB on disk, once)"""

    bl_idname = "pocket3d.server_install"
    bl_label = "Install"

    @classmethod
    def poll(cls, context):
        """Needs the internet."""
        if not bpy.app.online_access:
            cls.poll_message_set("Allow online access in Preferences > System first; packages are downloaded")
        return bpy.app.online_access

    def act(self, session) -> None:
        session.install()


class POCKET3D_OT_server_start(ServerOperator, bpy.types.Operator):
    """Start the local server"""

    bl_idname = "pocket3d.server_start"
    bl_label = "Start"

    def act(self, session) -> None:
        session.start()


class POCKET3D_OT_server_stop(ServerOperator, bpy.types.Operator):
    """Stop the local server"""

    bl_idname = "pocket3d.server_stop"
    bl_label = "Stop"

    def act(self, session) -> None:
        session.stop()


class POCKET3D_OT_server_check(ServerOperator, bpy.types.Operator):
    """Ask the server for its state"""

    bl_idname = "pocket3d.server_check"
    bl_label = "Reconnect"

    def act(self, session) -> None:
        session.check_now()


class POCKET3D_OT_open_preferences(bpy.types.Operator):
    """Open the preferences of Pocket3D"""

    bl_idname = "pocket3d.open_preferences"
    bl_label = "Preferences"
    bl_options = {"INTERNAL"}

    def execute(self, context):
        bpy.ops.preferences.addon_show(module=PACKAGE)
        return {"FINISHED"}


class POCKET3D_OT_open_log(bpy.types.Operator):
    """Show the local server's log"""

    bl_idname = "pocket3d.open_log"
    bl_label = "Show Log"
    bl_options = {"INTERNAL"}

    def execute(self, context):
        """Open the folder with the logs."""
        folder = current_session().local.paths.home
        folder.mkdir(parents=True, exist_ok=True)
        bpy.ops.wm.path_open(filepath=str(folder))
        return {"FINISHED"}


CLASSES = (
    POCKET3D_OT_server_install,
    POCKET3D_OT_server_start,
    POCKET3D_OT_server_stop,
    POCKET3D_OT_server_check,
    POCKET3D_OT_open_preferences,
    POCKET3D_OT_open_log,
)
