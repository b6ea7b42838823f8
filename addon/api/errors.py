"""What a script catches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..core.errors import Problem, Remedy, UserError, explain

REMEDIES: dict[Remedy, str] = {
    Remedy.INSTALL: "Install the server: blender -b --command pocket3d server install",
    Remedy.START: "Start the server: blender -b --command pocket3d server start",
    Remedy.RECONNECT: "Check that the server runs and that its address is right",
    Remedy.PREFERENCES: "Set the server in Blender's preferences, or POCKET3D_BASE_URL and POCKET3D_API_KEY",
    Remedy.ONLINE_ACCESS: "Start Blender with --online-mode, or allow online access in its preferences",
    Remedy.LOG: "Read why: blender -b --command pocket3d server log",
    Remedy.MODELS: "See which are ready: blender -b --command pocket3d models",
    Remedy.RETRY: "Try again",
}
"""What the panels have a button for, in words for a terminal."""

UNREACHABLE = {"CONNECTION_FAILED", "WRONG_SERVICE", "UNAUTHORIZED", "FORBIDDEN"}
"""Codes of the server's or the client's that say that no work can be given to it."""


class Error(Exception):
    """Something went wrong: ``message`` is one sentence, ``remedy`` says what to do about it.

    ``code`` is the server's error code, or one of WAIT_TIMEOUT (nobody waited any longer), KEPT (the result lies on disk but
    is not in the scene), CANCELLED. ``details`` are for a bug report.
    """

    def __init__(self, message: str, code: str = "", remedy: str = "", details: str = "") -> None:
        super().__init__(f"{message}. {remedy}" if remedy else message)
        self.message = message
        self.code = code
        self.remedy = remedy
        self.details = details
        self.connection = False
        """Whether there is no server to give work to."""


def error_of(problem: Problem) -> Error:
    """A problem as an exception."""
    remedy = problem.suggestion or REMEDIES.get(problem.remedy, "")
    error = Error(problem.message, problem.code, remedy, problem.details)
    error.connection = problem.code in UNREACHABLE or problem.remedy not in {
        Remedy.NONE,
        Remedy.MODELS,
        Remedy.RETRY,
    }
    return error


@contextmanager
def plain_errors() -> Iterator[None]:
    """Let what the person can mend leave as an ``Error``."""
    try:
        yield
    except UserError as error:
        raise error_of(explain(error)) from error
