"""Whether the extension and a server understand each other, and which of them to update."""

from __future__ import annotations

from ..errors import Problem, Remedy
from ..later import sdk


def compare(health: sdk.Health, local: bool) -> Problem | None:
    """Why a server of this health cannot be used, by the version of its API; None when it can.

    A server that does not say is of the first version, which did not yet.
    """
    ours, theirs = _number(sdk.API_VERSION), _number((health.version and health.api_version) or "1")
    if theirs > ours:
        return Problem(
            "The server is newer than this extension; update Pocket3D under Get Extensions",
            Remedy.PREFERENCES,
            "VERSION",
        )
    if theirs < ours:
        if local:
            return Problem("The running server is older than this extension", Remedy.UPDATE, "VERSION")
        return Problem(
            "The server is older than this extension; whoever runs it must update it",
            Remedy.RECONNECT,
            "VERSION",
        )
    return None


def _number(version: str) -> int:
    digits = version.partition(".")[0]
    return int(digits) if digits.isdigit() else 0
