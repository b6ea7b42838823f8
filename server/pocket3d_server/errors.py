"""Every error code of the API, and the one exception that becomes its error envelope."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class ErrorCode(StrEnum):
    """All codes of error responses and of jobs that ended in ``error``."""

    INVALID_INPUT = "INVALID_INPUT"
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH"
    MODEL_UNAVAILABLE = "MODEL_UNAVAILABLE"
    UNAUTHORIZED = "UNAUTHORIZED"
    INSUFFICIENT_CREDITS = "INSUFFICIENT_CREDITS"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    CONFLICT = "CONFLICT"
    GONE = "GONE"
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    QUEUE_FULL = "QUEUE_FULL"
    RATE_LIMITED = "RATE_LIMITED"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    SHUTTING_DOWN = "SHUTTING_DOWN"
    STORAGE_FULL = "STORAGE_FULL"
    STORAGE_UNAVAILABLE = "STORAGE_UNAVAILABLE"
    PROCESSING_FAILED = "PROCESSING_FAILED"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    TIMEOUT = "TIMEOUT"
    CANCELLED = "CANCELLED"


STATUS = {
    ErrorCode.INVALID_INPUT: 422,
    ErrorCode.IDEMPOTENCY_MISMATCH: 422,
    ErrorCode.MODEL_UNAVAILABLE: 422,
    ErrorCode.UNAUTHORIZED: 401,
    ErrorCode.INSUFFICIENT_CREDITS: 402,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.METHOD_NOT_ALLOWED: 405,
    ErrorCode.CONFLICT: 409,
    ErrorCode.TIMEOUT: 408,
    ErrorCode.GONE: 410,
    ErrorCode.FILE_TOO_LARGE: 413,
    ErrorCode.QUEUE_FULL: 429,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.PROCESSING_FAILED: 500,
    ErrorCode.INTERNAL_ERROR: 500,
    ErrorCode.SHUTTING_DOWN: 503,
    ErrorCode.STORAGE_UNAVAILABLE: 503,
    ErrorCode.STORAGE_FULL: 507,
}
"""HTTP status of each code that a response may bear; the others stand only in the error of a job."""


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault
    """A request that is not done, for a reason its sender can act on.

    ``suggestion`` is one sentence that says what to do; ``details`` is further JSON for programs.
    """

    def __init__(self, code: ErrorCode, message: str, suggestion: str = "", **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.status = STATUS[code]
        self.message = message
        self.details = {**details, **({"suggestion": suggestion} if suggestion else {})}
        self.retry_after: int | None = details.get("retry_after")
