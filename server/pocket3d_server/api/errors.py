"""Every error as the documented envelope, whatever raised it."""

from __future__ import annotations

import json
import logging
from difflib import get_close_matches
from typing import Any

from flask import Flask, Response, g, jsonify, request
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import HTTPException

from pocket3d_server.api import schemas
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.runners.base import FORMATS
from pocket3d_server.times import now, stamp

log = logging.getLogger(__name__)

NO_OBJECT = {"model_type", "model_attributes_type", "dict_type", "json_invalid", "json_type"}
EXAMPLE = "e.g. 'a wooden chair'"

BY_STATUS = {
    400: (ErrorCode.INVALID_INPUT, "Check the request's syntax."),
    401: (ErrorCode.UNAUTHORIZED, "Send 'Authorization: Bearer <API key>'."),
    403: (ErrorCode.FORBIDDEN, "Use an account that may do this."),
    404: (ErrorCode.NOT_FOUND, "GET /openapi/openapi.json lists all endpoints; they start with /api/v1."),
    405: (ErrorCode.METHOD_NOT_ALLOWED, "The header Allow names the methods that work here."),
    413: (ErrorCode.FILE_TOO_LARGE, "Send less, or upload large files with POST /mesh/upload."),
    415: (
        ErrorCode.INVALID_INPUT,
        "Send JSON with 'Content-Type: application/json'; files as multipart/form-data.",
    ),
    416: (ErrorCode.INVALID_INPUT, "Ask for a range inside the file."),
    429: (ErrorCode.RATE_LIMITED, "Wait a moment."),
}


class ErrorBody(BaseModel):
    """The error envelope."""

    error_code: str = Field(examples=["INVALID_INPUT"])
    message: str = Field(examples=["text_prompt: String should have at most 2000 characters"])
    details: dict[str, Any] = Field(
        description="`suggestion` says what to do; further keys depend on the error.",
        examples=[{"suggestion": "Shorten the prompt."}],
    )
    timestamp: str = Field(examples=["2023-12-01T12:00:00Z"])
    request_id: str = Field(examples=["req_123abc"])


def envelope(code: str, message: str, details: dict[str, Any], status: int) -> Response:
    """An error response."""
    body = ErrorBody(
        error_code=code,
        message=message,
        details=details,
        timestamp=stamp(now()),
        request_id=g.get("request_id", ""),
    )
    response = jsonify(body.model_dump())
    response.status_code = status
    return response


def refuse(error: Refusal) -> Response:
    """A Refusal as a response."""
    response = envelope(error.code, error.message, error.details, error.status)
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def refuse_validation(error: ValidationError) -> Response:
    """What Pydantic found wrong, field by field."""
    problems = [{"field": ".".join(map(str, e["loc"])), "problem": _problem(e)} for e in error.errors()]
    if error.errors()[0]["type"] in NO_OBJECT and not problems[0]["field"]:
        problems[0]["problem"], suggestion = _no_object()
    else:
        suggestion = _suggestion(error)
    first = problems[0]
    message = f"{first['field']}: {first['problem']}" if first["field"] else first["problem"]
    return envelope(ErrorCode.INVALID_INPUT, message, {"suggestion": suggestion, "problems": problems}, 422)


def install(app: Flask) -> None:
    """Answer every error of ``app`` with the envelope."""
    app.register_error_handler(Refusal, refuse)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Response:
    if error.response is not None:  # made by us already, e.g. by the validation
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    code, suggestion = BY_STATUS.get(
        status, (ErrorCode.INTERNAL_ERROR if status >= 500 else ErrorCode.INVALID_INPUT, "Check the request.")
    )
    response = envelope(code, error.description or error.name, {"suggestion": suggestion}, status)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "content-range", "retry-after"):
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    log.exception("request %s failed", g.get("request_id"))
    if isinstance(error, OSError) and error.errno == 28:
        return envelope(
            ErrorCode.STORAGE_FULL, "The server's disk is full.", {"suggestion": "Delete old jobs."}, 507
        )
    details = {"suggestion": "Try again; if it stays, report the request id. The server's log has the cause."}
    return envelope(ErrorCode.INTERNAL_ERROR, "The server failed to answer.", details, 500)


def _no_object() -> tuple[str, str]:
    """Why the body is no JSON object, and what to do."""
    suggestion = "Send a JSON object with 'Content-Type: application/json'."
    if request.is_json:
        try:
            json.loads(request.get_data())
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            return f"The JSON is malformed at {where}: {error.msg}.", f"Correct the JSON at {where}."
        except UnicodeDecodeError:
            return "The JSON is malformed: it is not UTF-8.", "Send the JSON as UTF-8."
    return "The body is not a JSON object.", suggestion


def _problem(error: ErrorDetails) -> str:
    if error["type"] == "literal_error" and error["loc"] == ("output_format",):
        return f"it should be {_formats(error)}"
    return error["msg"].removeprefix("Value error, ")


def _formats(error: ErrorDetails) -> str:
    """Those of the formats of a field that this server writes."""
    return " or ".join(name for name in FORMATS if f"'{name}'" in error["ctx"]["expected"])


def _suggestion(error: ValidationError) -> str:
    first = error.errors()[0]
    field = ".".join(map(str, first["loc"])) or "the body"
    context = first.get("ctx", {})
    match first["type"]:
        case "missing":
            return f"Add {field} to the request."
        case "extra_forbidden":
            return _instead(error.title, field)
        case "literal_error" if field == "output_format":
            return f"Ask for {_formats(first)}."
        case "literal_error" | "enum":
            return f"Use one of {context.get('expected')} for {field}."
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"Send a JSON object as {field}, with 'Content-Type: application/json'."
        case "string_too_long":
            return f"Shorten {field} to {context['max_length']:,} characters; it has {len(first['input']):,}."
        case "string_too_short" if field == "text_prompt":
            return f"Write in text_prompt what you want, {EXAMPLE}."
        case "string_too_short":
            return f"Write something as {field}, or leave it out."
        case "value_error" if "text_prompt" in first["msg"]:
            return f"Write in text_prompt what you want, {EXAMPLE}, or send images without it."
        case "value_error":
            return str(context.get("error", first["msg"]))
        case _:
            return f"Correct {field}: {_problem(first)}."


def _instead(title: str, field: str) -> str:
    """What to do about an unknown field of the schema with this title."""
    schema = getattr(schemas, title, None)
    known = list(schema.model_fields) if schema else []
    similar = get_close_matches(field, known, n=1) or [name for name in known if field in name.split("_")]
    if similar:
        return f"Write {similar[0]} instead of {field}."
    return f"Remove {field}; a model's own settings belong into 'parameters'."
