"""Every error as the documented envelope, whatever raised it."""

from __future__ import annotations

import logging
import re
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, g, jsonify, request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing.exceptions import WebsocketMismatch

from pocket3d_server import BASE_PATH
from pocket3d_server.api.schemas import Timestamp
from pocket3d_server.database import disk_is_full
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.storage import StorageError
from pocket3d_server.times import now

log = logging.getLogger(__name__)

RETRY_AFTER_S = 60
"""For what has to be mended by someone."""
RETRYABLE = {
    ErrorCode.TIMEOUT,
    ErrorCode.RATE_LIMITED,
    ErrorCode.QUEUE_FULL,
    ErrorCode.INTERNAL_ERROR,
    ErrorCode.SHUTTING_DOWN,
    ErrorCode.STORAGE_UNAVAILABLE,
    ErrorCode.STORAGE_FULL,
}
"""Codes of requests that may succeed unchanged later on; so may those that bear a ``Retry-After``."""

BY_STATUS = {
    400: (ErrorCode.INVALID_INPUT, "Check the request's syntax."),
    401: (ErrorCode.UNAUTHORIZED, "Send 'Authorization: Bearer <API key>'."),
    402: (ErrorCode.INSUFFICIENT_CREDITS, "Ask for credits, or cancel jobs that wait."),
    403: (ErrorCode.FORBIDDEN, "Use an account that may do this."),
    404: (ErrorCode.NOT_FOUND, "GET /openapi/openapi.json lists all endpoints; they start with /api/v1."),
    405: (ErrorCode.METHOD_NOT_ALLOWED, "Use a method that the header Allow names."),
    409: (ErrorCode.CONFLICT, "Look at what is there now, then decide."),
    410: (ErrorCode.GONE, "Submit the job again."),
    412: (ErrorCode.CONFLICT, "Leave If-Match and If-Unmodified-Since away to get the file as it is."),
    413: (ErrorCode.FILE_TOO_LARGE, "Send less, or upload large files with POST /mesh/upload."),
    415: (
        ErrorCode.INVALID_INPUT,
        "Send JSON with 'Content-Type: application/json'; files as multipart/form-data.",
    ),
    416: (ErrorCode.INVALID_INPUT, "Ask for a range inside the file."),
    422: (ErrorCode.INVALID_INPUT, "Correct the field that the message names."),
    426: (
        ErrorCode.INVALID_INPUT,
        "Connect with a WebSocket, or follow the job with GET /jobs/{job_id}/events.",
    ),
    429: (ErrorCode.RATE_LIMITED, "Wait a moment."),
    500: (
        ErrorCode.INTERNAL_ERROR,
        "Try again; if it stays, report the request id. The server's log has the cause.",
    ),
    503: (ErrorCode.SHUTTING_DOWN, "Try again in a moment."),
    507: (ErrorCode.STORAGE_FULL, "Delete old jobs."),
}
MAX_PATH = 200
"""Characters of a path that a message repeats."""
ABOUT_THE_REQUEST = {400, 405, 413, 415, 422}
"""Statuses of requests that the endpoint's description helps with."""


class Problem(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="Where in the request, e.g. `images[2]`.")
    problem: str


class ErrorDetails(BaseModel):
    """What to do about an error; further keys depend on it."""

    model_config = ConfigDict(extra="allow")

    suggestion: str = Field(
        description="What a person can do.", examples=["Shorten text_prompt to 2,000 characters."]
    )
    retryable: bool = Field(description="Whether the same request may succeed later on.")
    retry_after: int | None = Field(None, description="Seconds, as the header `Retry-After`.")
    problems: list[Problem] | None = Field(None, description="Everything that is wrong with the request.")
    docs_url: str | None = Field(None, description="Where this endpoint is described.")


class ErrorBody(BaseModel):
    """The error envelope."""

    error_code: ErrorCode
    message: str = Field(examples=["text_prompt: it should have at most 2000 characters"])
    details: ErrorDetails
    timestamp: Timestamp
    request_id: str = Field(description="As the header `X-Request-ID`.", examples=["req_123abc"])


def envelope(code: ErrorCode, message: str, details: dict[str, Any], status: int) -> Response:
    """An error response."""
    hints: dict[str, Any] = {}
    if "suggestion" not in details:
        hints["suggestion"] = BY_STATUS.get(status, (code, "Check the request."))[1]
    if status in ABOUT_THE_REQUEST and (place := docs_url()):
        hints["docs_url"] = place
    response = jsonify(envelope_json(code, message, details | hints, g.get("request_id", "")))
    response.status_code = status
    return response


def envelope_json(code: ErrorCode, message: str, details: dict[str, Any], request_id: str) -> dict[str, Any]:
    """What an error response says; ``details`` has a suggestion."""
    retryable = code in RETRYABLE or bool(details.get("retry_after"))
    body = ErrorBody(
        error_code=code,
        message=message,
        details=ErrorDetails.model_validate({"retryable": retryable} | details),
        timestamp=now(),
        request_id=request_id,
    )
    return body.model_dump(mode="json", exclude_unset=True)


def refuse(error: Refusal) -> Response:
    """A Refusal as a response."""
    response = envelope(error.code, error.message, error.details, error.status)
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def install(app: Flask) -> None:
    """Answer every error of ``app`` with the envelope."""
    app.register_error_handler(Refusal, refuse)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def docs_url() -> str | None:
    """Where the endpoint of the current request is described; None when there is no such endpoint."""
    if request.url_rule is None:
        return None
    path = _as_documented(request.url_rule.rule)
    operation = current_app.api_doc["paths"].get(path, {}).get(request.method.lower())  # type: ignore[attr-defined]
    if operation is None:
        return None
    return f"{request.host_url}openapi/swagger#/{quote(operation['tags'][0])}/{operation['operationId']}"


def _http(error: HTTPException) -> Response:
    if error.response is not None:  # made by us already, e.g. by the validation
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    if isinstance(error, WebsocketMismatch) and "websocket" not in request.headers.get("Upgrade", "").lower():
        status = 426
    code, suggestion = BY_STATUS.get(
        status, (ErrorCode.INTERNAL_ERROR if status >= 500 else ErrorCode.INVALID_INPUT, "Check the request.")
    )
    message = error.description or error.name
    if isinstance(error, NotFound):
        message = f"There is nothing at {request.path[:MAX_PATH]}."
        suggestion = _right_path() or suggestion
    elif isinstance(error, MethodNotAllowed):
        message = f"{request.method[:MAX_PATH]} does not work on {request.path[:MAX_PATH]}."
        suggestion = f"Use {' or '.join(sorted(error.valid_methods or [])) or 'another method'}; the header Allow has these."
    elif status == 426:
        message = f"{request.path[:MAX_PATH]} is a WebSocket."
    elif isinstance(error, WebsocketMismatch):
        message = f"There is no WebSocket at {request.path[:MAX_PATH]}."
    response = envelope(code, message, {"suggestion": suggestion}, status)
    if status == 426:
        response.headers["Upgrade"] = "websocket"
        response.headers["Connection"] = "Upgrade"
    for name, value in error.get_headers():
        if name.lower() in ("allow", "content-range", "retry-after"):
            response.headers[name] = value
    return response


def _right_path() -> str:
    """What to do about a path that leads nowhere, where that can be guessed."""
    if request.path.endswith("/"):
        return "Leave the slash at the end away."
    known = [rule.rule for rule in current_app.url_map.iter_rules() if rule.rule.startswith(BASE_PATH)]
    for path in (request.path, BASE_PATH + request.path):
        if similar := get_close_matches(path, known, n=1, cutoff=0.8):
            return (
                f"Did you mean {_as_documented(similar[0])}? GET /openapi/openapi.json lists all endpoints."
            )
    return ""


def _as_documented(rule: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def _unexpected(error: Exception) -> Response:
    if disk_is_full(error):
        log.error("request %s failed: %s", g.get("request_id"), error)
        return refuse(
            Refusal(
                ErrorCode.STORAGE_FULL,
                "The server's disk is full.",
                "Delete uploads (GET /files lists them) and jobs that are not needed any more, or tell the operator.",
                retry_after=RETRY_AFTER_S,
            )
        )
    log.exception("request %s failed", g.get("request_id"))
    if isinstance(error, StorageError):
        return refuse(
            Refusal(
                ErrorCode.STORAGE_UNAVAILABLE,
                "The file storage cannot be reached.",
                f"Try again in {RETRY_AFTER_S} s; if it stays, tell the operator. The server's log has the cause.",
                retry_after=RETRY_AFTER_S,
            )
        )
    details = {"suggestion": "Try again; if it stays, report the request id. The server's log has the cause."}
    return envelope(ErrorCode.INTERNAL_ERROR, "The server failed to answer.", details, 500)
