"""The one exception that becomes the API's error envelope, and the codes it may bear."""

from __future__ import annotations

from typing import Any

STATUS = {
    "INVALID_INPUT": 422,
    "IDEMPOTENCY_MISMATCH": 422,
    "MODEL_UNAVAILABLE": 422,
    "FORMAT_UNAVAILABLE": 422,
    "UNAUTHORIZED": 401,
    "INSUFFICIENT_CREDITS": 402,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "CONFLICT": 409,
    "FILE_TOO_LARGE": 413,
    "QUEUE_FULL": 429,
    "RATE_LIMITED": 429,
    "PROCESSING_FAILED": 500,
    "INTERNAL_ERROR": 500,
    "STORAGE_FULL": 507,
}
"""Every code that a response may bear, with its HTTP status."""

JOB_CODES = ("CANCELLED", "TIMEOUT", "OUT_OF_MEMORY", "PROCESSING_FAILED")
"""Codes that only the error of a finished job bears (a model may add its own)."""


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault
    """A request that is not done, for a reason its sender can act on.

    ``suggestion`` is one sentence that says what to do; ``details`` is further JSON for programs.
    """

    def __init__(self, code: str, message: str, suggestion: str = "", **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.status = STATUS[code]
        self.message = message
        self.details = {**details, **({"suggestion": suggestion} if suggestion else {})}
        self.retry_after: int | None = details.get("retry_after")
