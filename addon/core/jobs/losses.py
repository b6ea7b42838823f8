"""Which failures pass, which are for good, and what is said of a job that the server lost or that lost its server."""

from __future__ import annotations

from ..errors import Remedy, UserError, explain
from ..later import sdk

PASSING = frozenset({409, 429, 502, 503, 504})
GONE = frozenset({404, 410})
RESUMABLE = frozenset({"", "CONNECTION_FAILED", "SERVER_ERROR", "UNAUTHORIZED", "FORBIDDEN", "RATE_LIMITED"})
"""Codes of problems after which a job that the server has is gone on with, not made anew."""


def is_lost(error: BaseException) -> bool:
    """Whether the server says that there is no such job, or no longer."""
    return getattr(error, "status_code", None) in GONE and not isinstance(error, sdk.JobFailedError)


def passes(error: BaseException) -> bool:
    """Whether a failure may be over in a while."""
    if isinstance(error, UserError):
        return error.remedy in (Remedy.RECONNECT, Remedy.START)
    if isinstance(error, sdk.JobFailedError) or not isinstance(error, sdk.Pocket3DAPIError):
        return False
    return error.status_code is None or error.status_code in PASSING


def unknown(error: Exception) -> UserError:
    """The server does not know the job."""
    text = "This job is no longer known by the server; run it again"
    return UserError(text, Remedy.RETRY, explain(error).details, "JOB_UNKNOWN")


def unreachable(error: Exception, patience: float) -> UserError:
    """The server has not answered for ``patience`` seconds."""
    minutes = max(1, round(patience / 60))
    return UserError(
        f"The server did not answer for {minutes} minute{'s' if minutes > 1 else ''}; try again to go on "
        "where the job was",
        Remedy.RETRY,
        explain(error).details,
        "CONNECTION_FAILED",
    )
