"""This Blender's session, and what it takes from Blender: preferences, environment, folders. Main thread only."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import bpy

from .core.connection import Kind, Profile
from .core.session import Session, Settings, open_session
from .scene import compat

PACKAGE = __package__ or ""
"""The extension's own package name, whatever repository it was installed from."""


def current_session() -> Session:
    """The session; first made, or brought up to date, after the preferences as they are now.

    Cheap when nothing has changed, so panels call it in every draw.
    """
    return open_session(read_settings())


def read_settings() -> Settings:
    """What core needs to know, read from preferences and environment."""
    addon = bpy.context.preferences.addons.get(PACKAGE)
    preferences = addon.preferences if addon else None
    url = os.environ.get("POCKET3D_BASE_URL", "")
    if url:
        profile = Profile(Kind.REMOTE, url, os.environ.get("POCKET3D_API_KEY", ""))
    elif preferences is not None and preferences.server_kind == Kind.REMOTE:
        profile = Profile(Kind.REMOTE, preferences.url.strip(), preferences.token.strip())
    else:
        profile = Profile()
    python = preferences.python if preferences is not None else ""
    return Settings(
        profile=profile,
        source=Path(__file__).resolve().parent / "server",
        home=Path(compat.extension_folder(PACKAGE)),
        base_python=bpy.path.abspath(python) if python else sys.executable,
        online_access=bpy.app.online_access,
    )
