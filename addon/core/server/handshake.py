"""Whether the extension and a server understand each other, and which of them to update."""

from __future__ import annotations

from ..errors import Problem, Remedy
from ..sdk import sdk


def compare(api_version: str, local: bool) -> Problem | None:
    """Why a server of this API version cannot be used; None when it can.

    A server that does not say is of the first version, which did not yet.
    """
    ours, theirs = _number(sdk.API_VERSION), _number(api_version or "1")
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
