"""What can go wrong. Everything the client raises on purpose is a ``Pocket3DAPIError``."""

from __future__ import annotations

from typing import Any


class Pocket3DAPIError(Exception):
    """The API answered with its error envelope; the subclasses cover what happens around it.

    ``error_code`` is one of the API's codes (``INVALID_INPUT``, ``QUEUE_FULL``, …). ``status_code`` is the
    HTTP status, or None when there was no answer. ``suggestion`` says what the caller can do, if known.
    """

    def __init__(
        self,
        message: str,
        *,
        error_code: str = "UNKNOWN",
        status_code: int | None = None,
        details: dict[str, Any] | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = error_code
        self.status_code = status_code
        self.details = details or {}
        self.request_id = request_id
        self.retry_after = retry_after

    @property
    def suggestion(self) -> str | None:
        """The server's advice, from ``details``."""
        return self.details.get("suggestion")

    def __str__(self) -> str:
        """What happened, what to do, then the code and the request id for a bug report."""
        extra = f", request {self.request_id}" if self.request_id else ""
        text = self.message
        if self.suggestion:
            text = f"{text.rstrip('.')}. {self.suggestion}"
        return f"{text} ({self.error_code}{extra})"


class Pocket3DConnectionError(Pocket3DAPIError, ConnectionError):
    """No usable answer: refused, unreachable, cut off, or something else listens there."""


class Pocket3DTimeoutError(Pocket3DAPIError, TimeoutError):
    """The job did not end within the time the caller allowed. It goes on running on the server."""


class JobFailedError(Pocket3DAPIError):
    """The job ended with status ``error`` (a cancelled job too: ``error_code`` is ``CANCELLED``)."""

    def __init__(self, message: str, *, job_id: str, **rest: Any) -> None:
        super().__init__(message, **rest)
        self.job_id = job_id
