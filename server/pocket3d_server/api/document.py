"""The OpenAPI document. Routes and Pydantic models give most of it; what they cannot say is added here: exact
schemas, headers, and for each operation the errors that it can answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask_openapi3 import Info, License, OpenAPI, Server
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from pocket3d_server import __version__
from pocket3d_server.api.errors import BY_STATUS, RETRYABLE, ErrorBody
from pocket3d_server.api.event_schemas import JobEvent, WebhookBody

SCHEMAS = "#/components/schemas/"
RESPONSES = "#/components/responses/"
HEADERS = "#/components/headers/"
METHODS = {"get", "put", "post", "delete", "patch"}
PUBLIC_URL = "https://api.pocket3d.studio"

DESCRIPTION = """
Meshes from text and images, textures, parts and rigs. Submits answer at once with a `job_id`; the work is done
in the background.

**Credentials.** `Authorization: Bearer …` with an API key, with a short-lived token from `POST /auth/token`, or on
this machine with the line in the server's token file. Press *Authorize* to try requests out here.

**Following a job.** Ask `GET /mesh/status/{job_id}`, or read its events as they happen: as server-sent events from
`GET /jobs/{job_id}/events`, or over a WebSocket at `/api/v1/ws/jobs/{job_id}`. Both send the same numbered JSON
objects, schema `JobEvent`; `?after=N` (or `Last-Event-ID`) goes on after event N. The last one is `job_completed` or
`job_failed`; then the WebSocket closes with 1000. Other codes: 1012 (the server stops, connect again), 4404 (no such
job), 4408 (you do not read), 4422 (`after` is no number of an event), 4429 (too many sockets). Browsers, which cannot
set headers there, send a token from `POST /auth/token` as `?access_token=`. Or register a webhook with
`POST /webhooks`.

**Repeating a request.** Send an `Idempotency-Key` with every submit: the same key and body give the stored answer
instead of a second job, for at least 24 hours.

**Errors** all have the shape `ErrorBody`. `details.suggestion` says what to do; `details.retryable` whether the same
request may succeed later on. Quote `request_id` when you report one.
"""

RATE_HEADERS = {
    "X-Request-ID": (
        "Names this request in the server's log.",
        {"type": "string", "examples": ["req_123abc"]},
    ),
    "X-RateLimit-Limit": (
        "Requests that your tier may make in a minute.",
        {"type": "integer", "examples": [100]},
    ),
    "X-RateLimit-Remaining": ("Requests left of those.", {"type": "integer", "minimum": 0, "examples": [99]}),
    "X-RateLimit-Reset": (
        "Seconds since 1970 when the whole limit is there again.",
        {"type": "integer", "examples": [1640995200]},
    ),
}
"""On every response."""
OTHER_HEADERS = {
    "Retry-After": ("Seconds to wait before trying again.", {"type": "integer", "minimum": 1}),
    "WWW-Authenticate": ("The scheme to use.", {"type": "string"}),
    "Location": ("Path of the job.", {"type": "string"}),
    "Idempotent-Replayed": ("`true` when this is the stored answer.", {"type": "string", "enum": ["true"]}),
    "Preference-Applied": ("The part of `Prefer` that was honoured.", {"type": "string"}),
}
ERRORS = {
    401: "No credentials, or none that are valid.",
    402: "Not enough credits.",
    403: "These credentials, or pages of this origin, may not do this.",
    404: "There is no such thing, or it is not yours.",
    409: "Not possible in the present state; or a request with the same `Idempotency-Key` is being handled.",
    410: "The files have been deleted; the job remains.",
    412: "The file is not the one that `If-Match` or `If-Unmodified-Since` names.",
    413: "The body or a file is too large.",
    415: "The body has the wrong `Content-Type`.",
    416: "The range begins behind the end of the file.",
    422: "The input is not valid, or no model can do it.",
    429: "Too many requests, uploads or queued jobs.",
    500: "A fault of the server.",
    503: "The server is about to stop.",
    507: "The server's disk is full.",
}
ANY_OPERATION = (403, 429, 500, 503)
HEADERS_OF_ERROR = {401: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}
SUBMIT_HEADERS = ["Location", "Idempotent-Replayed", "Preference-Applied"]

WEBHOOK = {
    "summary": "What you are told of a job, at the address that you registered with POST /webhooks.",
    "operationId": "job_event",
    "tags": ["Webhooks"],
    "parameters": [
        {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
        for name, text in {
            "webhook-id": "The same with every try.",
            "webhook-timestamp": "Seconds since 1970.",
            "webhook-signature": "`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; several with spaces.",
        }.items()
    ],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": f"{SCHEMAS}WebhookBody"}}},
    },
    "responses": {"2XX": {"description": "Received. Anything else is tried again, for days."}},
}


class DocumentedApp(OpenAPI):
    """The Flask application with the completed document."""

    def __init__(self, import_name: str, **options: Any) -> None:
        super().__init__(
            import_name,
            info=Info(
                title="Pocket3D API",
                version=__version__,
                description=DESCRIPTION,
                license=License(name="Apache-2.0", identifier="Apache-2.0"),
            ),
            servers=[
                Server(url="/", description="This server"),
                Server(url=PUBLIC_URL, description="The public API"),
            ],
            security_schemes={
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key, a token from POST /auth/token, or this machine's token.",
                }
            },
            validation_error_model=ErrorBody,
            **options,
        )
        self.config["SWAGGER_CONFIG"] = {
            "deepLinking": True,
            "persistAuthorization": True,
            "tryItOutEnabled": False,
        }

    def generate_spec_json(self) -> None:
        """Make the document; it is made once, when it is first asked for."""
        super().generate_spec_json()
        complete(self.spec_json)


def complete(document: dict[str, Any]) -> None:
    """Add what routes and models do not say."""
    components = document["components"]
    components["schemas"] = _exact_schemas(document)
    every = RATE_HEADERS | OTHER_HEADERS
    components["headers"] = {
        name: {"description": text, "schema": schema} for name, (text, schema) in every.items()
    }
    components["responses"] = {f"Error{status}": _error_response(status) for status in ERRORS}
    document["webhooks"] = {"job_event": {"post": WEBHOOK}}
    for path, operation in operations(document):
        _complete_operation(path, operation)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation with its path."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield path, operation


def _exact_schemas(document: dict[str, Any]) -> dict[str, Any]:
    """All schemas as Pydantic makes them: flask-openapi3 drops what it has no name for, examples too."""
    known = {model.__name__: model for model in _subclasses(BaseModel) if "pocket3d" in model.__module__}
    bodies = set(re.findall(r"schemas/(\w+)", str([o.get("requestBody") for _, o in operations(document)])))
    wanted = [
        (known[name], "validation" if name in bodies else "serialization")
        for name in document["components"]["schemas"]
        if name in known
    ]
    wanted += [(JobEvent, "serialization"), (WebhookBody, "serialization")]  # no route answers these as JSON
    _, schemas = models_json_schema(wanted, ref_template=SCHEMAS + "{model}")  # type: ignore[arg-type]
    return dict(sorted(schemas["$defs"].items()))


def _subclasses(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for child in model.__subclasses__():
        yield child
        yield from _subclasses(child)


def _complete_operation(path: str, operation: dict[str, Any]) -> None:
    parameters = operation.get("parameters", [])
    for parameter in parameters:
        parameter["schema"] = _without_null(parameter["schema"])
    is_submit = any(parameter["name"] == "Idempotency-Key" for parameter in parameters)
    declared = {
        int(status): answer for status, answer in operation["responses"].items() if status.isdecimal()
    }
    answers = {status: answer for status, answer in declared.items() if status < 400}
    for answer in answers.values():
        names = [*RATE_HEADERS, *(SUBMIT_HEADERS if is_submit else [])]
        answer["headers"] = _headers(names) | answer.get("headers", {})
    # flask-openapi3 says 422 of every operation, whether it takes anything or not.
    errors = declared.keys() & (ERRORS.keys() - {422}) | _usual_errors(path, operation)
    if is_submit:
        errors |= {402, 409}
    answers |= {status: {"$ref": f"{RESPONSES}Error{status}"} for status in errors}
    operation["responses"] = {str(status): answers[status] for status in sorted(answers)}


def _usual_errors(path: str, operation: dict[str, Any]) -> set[int]:
    """What follows from how a request is handled before it comes to its own route."""
    errors = set(ANY_OPERATION)
    if operation.get("security"):
        errors.add(401)
    if "{" in path:
        errors.add(404)
    if operation.get("parameters"):
        errors.add(422)
    if body := operation.get("requestBody"):
        errors |= {413, 422, 507}
        if "application/json" in body["content"]:
            errors.add(415)
    return errors


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter may be left out, but null has no form in a URL or a header."""
    if schema.get("default", "") is None:
        del schema["default"]
    kinds = [kind for kind in schema.pop("anyOf", []) if kind.get("type") != "null"]
    if len(kinds) > 1:
        schema["anyOf"] = kinds
    return schema | (kinds[0] if len(kinds) == 1 else {})


def _error_response(status: int) -> dict[str, Any]:
    code, suggestion = BY_STATUS[status]
    example = {
        "error_code": str(code),
        "message": ERRORS[status],
        "details": {"suggestion": suggestion, "retryable": code in RETRYABLE},
        "timestamp": "2023-12-01T12:00:00Z",
        "request_id": "req_123abc",
    }
    return {
        "description": ERRORS[status],
        "headers": _headers([*RATE_HEADERS, *HEADERS_OF_ERROR.get(status, [])]),
        "content": {"application/json": {"schema": {"$ref": f"{SCHEMAS}ErrorBody"}, "example": example}},
    }


def _headers(names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"{HEADERS}{name}"} for name in names}
