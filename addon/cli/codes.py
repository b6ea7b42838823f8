"""Exit codes."""

from __future__ import annotations

from ..api.errors import Error

DONE, FAILED, WRONG, NO_SERVER, PARTLY, TIMEOUT, INTERRUPTED = 0, 1, 2, 3, 4, 124, 130

TEXT = """\
exit codes:
  0    done
  1    a job failed
  2    the command line, or a file that it names, is wrong
  3    there is no server to give work to
  4    some of several jobs failed
  124  --timeout ran out
  130  interrupted (Ctrl-C, SIGTERM); the jobs were cancelled on the server
"""
"""For the end of the help texts."""


def of(error: Error) -> int:
    """The exit code for an error."""
    if error.code == "WAIT_TIMEOUT":
        return TIMEOUT
    if error.code in {"BAD_BATCH", "BAD_REPORT", "NOT_FOUND"}:
        return WRONG
    return NO_SERVER if error.connection else FAILED
