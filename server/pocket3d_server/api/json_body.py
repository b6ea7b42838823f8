"""Reads the JSON of requests, more strictly than Python does: what comes through can be stored by any database
and read by any other JSON parser in the same way.
"""

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from contextlib import nullcontext
from typing import IO, Any, NoReturn

from pocket3d_server.errors import ErrorCode, Refusal

DEEPEST = 32
"""Levels of arrays and objects; the API itself needs three."""
MOST_VALUES = 20_000
"""Commas and opening brackets of a body, of which there is one for each value in it. Python takes a hundred times
the memory of a small value's text, and what Pydantic has to say about it a thousand times."""
LONGEST_NAME = 200
LONGEST_NUMBER = 400
"""Characters: the longest that a float of full precision has any use for."""
LARGE = 4 * 1024 * 1024
"""Bytes of a body above which it waits for its turn to be parsed."""
LARGE_AT_ONCE = 2
LARGEST_INTEGER = 2**53
"""Up to here every JSON parser knows the same integers (RFC 8259, section 6)."""
AS_UTF8 = "Send the JSON as UTF-8."

_turns = threading.BoundedSemaphore(LARGE_AT_ONCE)


def receive(stream: IO[bytes]) -> dict[str, Any]:
    """The object that comes as a request's body. Raises Refusal INVALID_INPUT, also for anything but an object.

    Of a large body there are never more than two copies in memory, and ``LARGE_AT_ONCE`` bodies are parsed at a time.
    """
    pieces = list(iter(lambda: stream.read(1024 * 1024), b""))
    is_large = sum(map(len, pieces)) > LARGE
    with _turns if is_large else nullcontext():
        data = b"".join(pieces)
        pieces.clear()
        _check_count(data)
        text = _decode(data)
        del data
        return _read(text)


def _check_count(data: bytes) -> None:
    if data.count(b",") + data.count(b"[") + data.count(b"{") > MOST_VALUES:
        raise _refusal(
            f"The JSON holds more than {MOST_VALUES:,} values.",
            "Send fewer; what is large belongs into files: POST /mesh/upload.",
        )


def _decode(data: bytes) -> str:
    try:
        return data.decode(json.detect_encoding(data), "surrogatepass")
    except UnicodeDecodeError as error:
        raise _refusal("The JSON is malformed: it is not UTF-8.", AS_UTF8) from error


def _read(text: str) -> dict[str, Any]:
    if not text or text.isspace():
        raise _refusal("The body is empty.", "Send a JSON object.")
    try:
        value = json.loads(
            text, parse_constant=_constant, parse_float=_number, parse_int=_integer, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _refusal(
            f"The JSON is malformed at {where}: {error.msg}.", f"Correct the JSON at {where}."
        ) from error
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
    if len(text) > LONGEST_NUMBER:
        raise _refusal(f"The number {_short(text)} is too long.", "Send fewer digits.")
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
        raise _refusal(
            f"{_short(ascii(twice[:LONGEST_NAME]))} stands twice in one object.", "Name each field once."
        )
    for name in found:
        if len(name) > LONGEST_NAME:
            raise _refusal(
                f"A field's name has {len(name):,} characters: {_short(ascii(name[:LONGEST_NAME]))}.",
                f"Names have at most {LONGEST_NAME}.",
            )
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
