"""The extension's preferences: which server to use, and with what key."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from ..core.connection import Kind, Profile
from ..core.session import Session, Settings, open_session
from ..scene import compat

PACKAGE = __package__.rpartition(".")[0]
"""The extension's own package name, whatever repository it was installed from."""


def _changed(self, context) -> None:
    session().check_now()


class POCKET3D_AP_preferences(bpy.types.AddonPreferences):
    """Drawn under Edit > Preferences > Add-ons."""

    bl_idname = PACKAGE

    server_kind: EnumProperty(
        name="Server",
        items=[
            (
                "LOCAL",
                "On This Computer",
                "The server that comes with the extension; nothing leaves this machine",
            ),
            ("REMOTE", "By Address", "A server on another machine, in the cloud, or started by you"),
        ],
        default="LOCAL",
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
        from . import panels

        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        if os.environ.get("POCKET3D_BASE_URL"):
            layout.label(text="The environment variable POCKET3D_BASE_URL sets the server", icon="INFO")
        layout.row().prop(self, "server_kind", expand=True)
        if self.server_kind == "REMOTE":
            layout.prop(self, "url", placeholder="https://api.pocket3d.studio")
            layout.prop(self, "token")
        else:
            layout.prop(self, "python")
            row = layout.row(align=True)
            row.operator("pocket3d.server_install", icon="IMPORT")
            row.operator("pocket3d.server_start", icon="PLAY")
            row.operator("pocket3d.server_stop", icon="SNAP_FACE")
            row.operator("pocket3d.open_log", icon="TEXT", text="Log")
        panels.draw_status(layout.box(), preferences_button=False)


def settings() -> Settings:
    """What core needs to know, read from preferences and environment. Main thread only."""
    addon = bpy.context.preferences.addons.get(PACKAGE)
    prefs = addon.preferences if addon else None
    url = os.environ.get("POCKET3D_BASE_URL", "")
    if url:
        profile = Profile(Kind.REMOTE, url, os.environ.get("POCKET3D_API_KEY", ""))
    elif prefs is not None and prefs.server_kind == "REMOTE":
        profile = Profile(Kind.REMOTE, prefs.url.strip(), prefs.token.strip())
    else:
        profile = Profile()
    return Settings(
        profile=profile,
        source=Path(__file__).resolve().parent.parent / "server",
        home=Path(compat.extension_folder(PACKAGE)),
        base_python=bpy.path.abspath(prefs.python) if prefs and prefs.python else sys.executable,
        online_access=bpy.app.online_access,
    )


def session() -> Session:
    """The session, following the preferences as they are now."""
    return open_session(settings())


CLASSES = (POCKET3D_AP_preferences,)
