"""What Pydantic found wrong with a request, in words for a person."""

from __future__ import annotations

from difflib import get_close_matches
from http import HTTPStatus
from typing import get_type_hints

from flask import Response, current_app, request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pocket3d_server.api.errors import BY_STATUS, envelope
from pocket3d_server.errors import ErrorCode
from pocket3d_server.problems import advice, place, problem
from pocket3d_server.runners.base import FORMATS

EXAMPLE = "e.g. 'a wooden chair'"
MOST_PROBLEMS = 20


def refuse_validation(error: ValidationError) -> Response:
    """All that is wrong, field by field, and what to do about the first."""
    found = error.errors(include_url=False)
    if (
        not found[0]["loc"] and found[0]["type"] == "model_type"
    ):  # JSON was expected; see json_body for the rest
        return _no_json()
    problems = [_problem(e) for e in found[:MOST_PROBLEMS]]
    first = problems[0]
    message = f"{first['field']}: {first['problem']}" if found[0]["loc"] else first["problem"]
    details = {"suggestion": _suggestion(error.title, found[0]), "problems": problems}
    return envelope(ErrorCode.INVALID_INPUT, message, details, HTTPStatus.UNPROCESSABLE_ENTITY)


def _no_json() -> Response:
    code, suggestion = BY_STATUS[415]
    came = f"as {request.mimetype}" if request.mimetype else "without a Content-Type"
    return envelope(code, f"The body should be JSON, but came {came}.", {"suggestion": suggestion}, 415)


def _problem(error: ErrorDetails) -> dict[str, str]:
    where = place(error) or ("text_prompt" if "text_prompt" in error["msg"] else "")
    if error["type"] == "literal_error" and where == "output_format":
        return {"field": where, "problem": f"it should be {_formats(error)}"}
    return {"field": where, "problem": problem(error)}


def _formats(error: ErrorDetails) -> str:
    """Those of the formats of a field that this server writes."""
    return " or ".join(name for name in FORMATS if f"'{name}'" in error["ctx"]["expected"])


def _suggestion(title: str, error: ErrorDetails) -> str:
    field = place(error)
    match error["type"]:
        case "extra_forbidden":
            return _instead(title, field)
        case "literal_error" if field == "output_format":
            return f"Ask for {_formats(error)}."
        case "string_too_long":
            return f"Shorten {field} to {error['ctx']['max_length']:,} characters; it has {len(error['input']):,}."
        case "too_long":
            return f"Send at most {error['ctx']['max_length']} {field}; there are {error['ctx']['actual_length']}."
        case "string_too_short" if field == "text_prompt":
            return f"Write in text_prompt what you want, {EXAMPLE}."
        case "string_too_short":
            return f"Write something as {field}, or leave it out."
        case "value_error" if "text_prompt" in error["msg"]:
            return f"Write in text_prompt what you want, {EXAMPLE}, or send images without it."
        case _:
            return advice(error)


def _instead(title: str, field: str) -> str:
    """What to do about a field that the model with this title does not know."""
    known = _fields(title)
    similar = get_close_matches(field, known, n=1) or [name for name in known if field in name.split("_")]
    if similar:
        return f"Write {similar[0]} instead of {field}."
    if "parameters" in known:
        return f"Remove {field}; a model's own settings belong into 'parameters'."
    return f"Remove {field}; there are {', '.join(known)}." if known else f"Remove {field}."


def _fields(title: str) -> list[str]:
    """Names of the fields of that one of the endpoint's models that has this title."""
    view = current_app.view_functions[request.endpoint or ""]
    for model in get_type_hints(view).values():
        if isinstance(model, type) and issubclass(model, BaseModel) and model.__name__ == title:
            return [field.alias or name for name, field in model.model_fields.items()]
    return []
