"""This Blender's session, and what it takes from Blender: preferences, environment, folders. Main thread only."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import bpy

from .core.server.profiles import LOCAL_KEY, Kind, Profile
from .core.session import Session, Settings, open_session
from .scene import compat

PACKAGE = __package__ or ""
"""The extension's own package name, whatever repository it was installed from."""
SOURCE = Path(__file__).resolve().parent / "server"
"""The bundled server, as it came with the extension; found once, because panels ask in every draw."""


def current_session() -> Session:
    """The session; first made, or brought up to date, after the preferences as they are now.

    Cheap when nothing has changed, so panels call it in every draw.
    """
    return open_session(read_settings())


def read_settings() -> Settings:
    """What core needs to know, read from preferences and environment."""
    addon = bpy.context.preferences.addons.get(PACKAGE)
    preferences = addon.preferences if addon else None
    chosen, profiles = read_profiles(preferences)
    python = preferences.python if preferences is not None else ""
    return Settings(
        profile=chosen,
        profiles=profiles,
        start_server=preferences is not None and preferences.start_with_blender,
        neural=preferences is not None and preferences.neural_models,
        source=SOURCE,
        home=Path(compat.extension_folder(PACKAGE)),
        base_python=bpy.path.abspath(python) if python else sys.executable,
        online_access=bpy.app.online_access,
    )


_wanted: Profile | None = None
"""The server that a script or a command line wants instead."""


def use(profile: Profile | None) -> None:
    """Give work to this server, whatever preferences and environment say; None goes by them again."""
    global _wanted
    _wanted = profile


def read_profiles(preferences: Any) -> tuple[Profile, tuple[Profile, ...]]:
    """The chosen server, and all remote ones. The environment's address comes before the preferences' choice."""
    chosen, profiles = Profile(), []
    for row in preferences.servers if preferences is not None else ():
        profile = Profile(Kind.REMOTE, row.url.strip(), row.key.strip(), row.name)
        profiles.append(profile)
        if row.ident == preferences.server != LOCAL_KEY:
            chosen = profile
    url = os.environ.get("POCKET3D_BASE_URL", "").strip()
    if url:
        chosen = Profile(Kind.REMOTE, url, os.environ.get("POCKET3D_API_KEY", ""))
        profiles.insert(0, chosen)
    if _wanted is not None:
        chosen = _wanted
        profiles.insert(0, chosen)
    return chosen, tuple(profiles)
