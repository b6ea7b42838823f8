"""Which server does the work, how it is, and what it can do."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from .. import session
from ..core.errors import explain
from ..core.server.connection import Status
from ..core.server.profiles import LOCAL_KEY, Kind, Profile
from ..session import current_session
from .errors import Error, error_of


def use_server(server: str, key: str = "") -> None:
    """Give work to this server from now on, in this Blender only; nothing is saved.

    ``server`` is the name of one in the preferences, ``local`` for that on this computer, an address, or nothing to go
    back to the one that the preferences say. Without ``key``, that of the preferences or of POCKET3D_API_KEY is used.
    Raises Error.
    """
    session.use(profile_of(server, key) if server else None)


def profile_of(server: str, key: str = "") -> Profile:
    """The profile for a name or an address. Raises Error."""
    profiles = session.read_settings().profiles
    for profile in profiles:
        if server in (profile.label, profile.key) or server.rstrip("/") == profile.key:
            return replace(profile, token=key or profile.token)
    if server.lower() == LOCAL_KEY:
        return Profile()
    if not server.startswith(("http://", "https://")):
        names = ", ".join([LOCAL_KEY, *(p.label for p in profiles if p.label)])
        raise Error(
            f"There is no server {server!r}", "NOT_FOUND", f"Name one of {names}, or an address (https://…)"
        )
    return Profile(Kind.REMOTE, server, key or os.environ.get("POCKET3D_API_KEY", ""))


def status() -> Status:
    """How the server is, asked just now; it is not started for that."""
    return current_session().connection.refresh()


def models(feature: str = "") -> list[Any]:
    """The models of the server, which is started if need be, of one feature or of all; each says whether it is
    ``ready`` and else why not. Raises Error.
    """
    try:
        found = current_session().connection.connect().models.list()
    except Exception as error:
        raise error_of(explain(error)) from error
    return [m for m in found if feature in ("", m.feature)]
