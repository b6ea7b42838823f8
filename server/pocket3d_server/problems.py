"""What Pydantic found wrong, in words for a person: its own speak of Python."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import ErrorDetails

KINDS = {
    "string": ("a string", '"some text"'),
    "int": ("an integer", "42"),
    "float": ("a number", "0.5"),
    "bool": ("true or false", "true"),
    "list": ("an array", "[…]"),
    "dict": ("an object", "{…}"),
    "model": ("an object", "{…}"),
}
"""Beginnings of Pydantic's error types, with what should be there and an example."""
BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
    "too_short": ("at least", "min_length"),
    "too_long": ("at most", "max_length"),
    "string_too_short": ("at least", "min_length"),
    "string_too_long": ("at most", "max_length"),
}
"""Error types that are about a limit, with words and the name of the limit in their context."""
LONGEST = 40


def place(error: ErrorDetails) -> str:
    """Where it is, e.g. ``images[2]``; empty for the whole."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error["loc"])
    return steps.removeprefix(".")


def problem(error: ErrorDetails) -> str:
    """What is wrong, to be read after the place."""
    if bound := _bound(error):
        return f"it should {'have' if _is_length(error) else 'be'} {bound}{_but(error)}"
    match error["type"]:
        case "missing":
            return "it is missing"
        case "extra_forbidden":
            return "there is no such field"
        case "string_unicode":
            return "it should be plain Unicode text"
        case "string_pattern_mismatch":
            return "it has characters that are not allowed"
    if kind := _kind(error):
        return f"it should be {kind[0]}{_but(error)}"
    text = error["msg"].removeprefix("Value error, ")
    return text.replace("Input should be", "it should be")


def advice(error: ErrorDetails) -> str:
    """What to do about it."""
    field = place(error) or "the body"
    if bound := _bound(error):
        return (
            f"Choose {field} with {bound}."
            if _is_length(error)
            else f"Choose a value of {bound} for {field}."
        )
    match error["type"]:
        case "missing":
            return f"Add {field} to the request."
        case "literal_error" | "enum":
            return f"Use one of {error['ctx']['expected']} for {field}."
        case "string_pattern_mismatch":
            return f"Use only characters that match {error['ctx']['pattern']} in {field}."
        case "value_error":
            return str(error["ctx"].get("error", error["msg"]))
    if kind := _kind(error):
        return f"Send {field} as {kind[0]}, e.g. {kind[1]}."
    return f"Correct {field}: {problem(error)}."


def _kind(error: ErrorDetails) -> tuple[str, str] | None:
    name, _, rest = error["type"].partition("_")
    return KINDS.get(name) if rest in ("type", "parsing", "from_float", "parsing_size") else None


def _is_length(error: ErrorDetails) -> bool:
    return error["type"].endswith(("too_short", "too_long"))


def _bound(error: ErrorDetails) -> str:
    if error["type"] not in BOUNDS:
        return ""
    words, name = BOUNDS[error["type"]]
    limit = error["ctx"][name]
    if not _is_length(error):
        return f"{words} {limit}"
    noun = "character" if error["type"].startswith("string") else "entry"
    many = "characters" if noun == "character" else "entries"
    return f"{words} {limit:,} {noun if limit == 1 else many}"


def _but(error: ErrorDetails) -> str:
    """What came instead, where that is short."""
    given: Any = error["input"]
    if isinstance(given, str | list | dict) and _is_length(error):
        return f", not {len(given):,}"
    if isinstance(given, str) and len(given) > LONGEST:
        return ""
    if given is None or isinstance(given, bool | int | float | str):
        text = json.dumps(given, ensure_ascii=False)
        return f", not {text}" if len(text) <= LONGEST else ""
    return ""
