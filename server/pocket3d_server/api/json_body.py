"""Reads the JSON of requests, more strictly than Python does: what comes through can be stored by any database
and read by any other JSON parser in the same way.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any, NoReturn

from flask.json.provider import DefaultJSONProvider

from pocket3d_server.errors import ErrorCode, Refusal

DEEPEST = 32
"""Levels of arrays and objects; the API itself needs three."""
LARGEST_INTEGER = 2**53
"""Up to here every JSON parser knows the same integers (RFC 8259, section 6)."""
AS_UTF8 = "Send the JSON as UTF-8."


class StrictJSON(DefaultJSONProvider):
    """Flask's JSON, but what comes in is read with ``read``, and fields go out in their own order."""

    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> dict[str, Any]:
        """The object that a request body holds. Raises Refusal."""
        return read(s)


def read(data: str | bytes) -> dict[str, Any]:
    """The object that a request body holds. Raises Refusal INVALID_INPUT, also for anything but an object."""
    if not data.strip():
        raise _refusal("The body is empty.", "Send a JSON object.")
    try:
        value = json.loads(
            data, parse_constant=_constant, parse_float=_number, parse_int=_integer, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _refusal(
            f"The JSON is malformed at {where}: {error.msg}.", f"Correct the JSON at {where}."
        ) from error
    except UnicodeDecodeError as error:
        raise _refusal("The JSON is malformed: it is not UTF-8.", AS_UTF8) from error
    except RecursionError as error:
        raise _too_deep() from error
    if not isinstance(value, dict):
        raise _refusal(
            f"The body is not a JSON object but {_kind(value)}.", 'Send an object, e.g. {"text_prompt": "…"}.'
        )
    _check(value)
    return value


def _constant(name: str) -> NoReturn:
    raise _refusal(
        f"{name} is no number in JSON.", f"Replace {name} by a finite number, or leave the field out."
    )


def _number(text: str) -> float | int:
    """1024.0 is the integer 1024, as JSON Schema has it."""
    number = float(text)
    if math.isinf(number):
        raise _refusal(f"The number {_short(text)} is too large.", "Send a smaller number.")
    return int(number) if number.is_integer() and abs(number) <= LARGEST_INTEGER else number


def _integer(text: str) -> int:
    # Python itself refuses thousands of digits, since reading them takes quadratic time.
    if len(text) > 20 or abs(int(text)) > LARGEST_INTEGER:
        raise _refusal(f"The number {_short(text)} is too large.", "Send a smaller number.")
    return int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _refusal(f"{_short(ascii(twice))} stands twice in one object.", "Name each field once.")
    return found


def _check(body: dict[str, Any]) -> None:
    """No text with characters that databases refuse, and no deep nesting; without recursion."""
    todo: list[tuple[Any, str, int]] = [(body, "", 1)]
    while todo:
        value, place, depth = todo.pop()
        if isinstance(value, str):
            _check_text(value, place)
            continue
        if depth > DEEPEST:
            raise _too_deep()
        if isinstance(value, dict):
            for name, inner in value.items():
                _check_text(name, "a field's name")
                todo.append((inner, f"{place}.{name}" if place else name, depth + 1))
        elif isinstance(value, list):
            todo.extend((inner, f"{place}[{number}]", depth + 1) for number, inner in enumerate(value))


def _check_text(text: str, place: str) -> None:
    if "\0" in text:
        raise _refusal(f"{_short(place)} holds the character NUL.", "Remove \\u0000 from the text.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise _refusal(
                f"{_short(place)} holds half a surrogate pair, which is no character.",
                f"Send the whole character: both halves, or better plain text. {AS_UTF8}",
            ) from error


def _kind(value: Any) -> str:
    names = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def _too_deep() -> Refusal:
    return _refusal(
        f"The JSON is nested more than {DEEPEST} levels deep.",
        "Send it flatter; GET /mesh/models has the schemas.",
    )


def _refusal(message: str, suggestion: str) -> Refusal:
    return Refusal(ErrorCode.INVALID_INPUT, message, suggestion)
