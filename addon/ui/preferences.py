"""The extension's preferences: which server to use, and with what key."""

from __future__ import annotations

import os

import bpy
from bpy.props import EnumProperty, StringProperty

from ..core.connection import Kind
from ..session import PACKAGE, current_session


def _changed(self, context) -> None:
    current_session().check_now()


class POCKET3D_AP_preferences(bpy.types.AddonPreferences):
    """Drawn under Edit > Preferences > Add-ons."""

    bl_idname = PACKAGE

    server_kind: EnumProperty(
        name="Server",
        items=[
            (
                Kind.LOCAL,
                "On This Computer",
                "The server that comes with the extension; nothing leaves this machine",
            ),
            (Kind.REMOTE, "By Address", "A server on another machine, in the cloud, or started by you"),
        ],
        default=Kind.LOCAL,
        update=_changed,
    )
    url: StringProperty(
        name="Address",
        description="For example https://api.pocket3d.studio or http://192.168.1.20:7263",
        update=_changed,
    )
    token: StringProperty(
        name="Key",
        description="API key or token. Kept in Blender's preferences, never in a .blend file",
        subtype="PASSWORD",
        update=_changed,
    )
    python: StringProperty(
        name="Python",
        description="Interpreter that the local server's environment is made from. Empty: Blender's own",
        subtype="FILE_PATH",
    )

    def draw(self, context) -> None:
        """The server and its state."""
        from . import status_panel

        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        if os.environ.get("POCKET3D_BASE_URL"):
            layout.label(text="The environment variable POCKET3D_BASE_URL sets the server", icon="INFO")
        layout.row().prop(self, "server_kind", expand=True)
        if self.server_kind == Kind.REMOTE:
            layout.prop(self, "url", placeholder="https://api.pocket3d.studio")
            layout.prop(self, "token")
        else:
            layout.prop(self, "python")
            row = layout.row(align=True)
            row.operator("pocket3d.server_install", icon="IMPORT")
            row.operator("pocket3d.server_start", icon="PLAY")
            row.operator("pocket3d.server_stop", icon="SNAP_FACE")
            row.operator("pocket3d.open_log", icon="TEXT", text="Log")
        status_panel.draw_status(layout.box(), preferences_button=False)


CLASSES = (POCKET3D_AP_preferences,)
