"""A model's own settings, read from its JSON schema: what a panel can show of them, and what it sends back.

What no panel can show (nested objects, lists of any length, unions) is left out: the server's default holds.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

INT_MAX = 2**31 - 1
"""Blender's integers have 32 bits."""
FLOAT_MAX = 3.0e38
DIGITS = 7
"""Decimal digits that Blender's floats keep."""
MOST_CHOICES = 256
DEEPEST = 16
"""How many references and unions may lie within each other."""
LONGEST_VECTOR = 4


class Kind(StrEnum):
    """What a field is to Blender."""

    FLOAT = "FLOAT"
    INT = "INT"
    BOOL = "BOOL"
    ENUM = "ENUM"
    STRING = "STRING"


class Choice(NamedTuple):
    """One of the values of an ENUM."""

    value: Any
    label: str
    description: str = ""

    @property
    def identifier(self) -> str:
        """As Blender names it."""
        return str(self.value)

    @property
    def number(self) -> int:
        """As Blender saves it; the same wherever the choice stands in the list."""
        return zlib.crc32(f"{type(self.value).__name__}:{self.value}".encode()) & INT_MAX


class Field(NamedTuple):
    """One setting. Vectors have a ``size`` from 2 to 4 and a tuple as ``default``."""

    name: str
    kind: Kind
    title: str
    description: str
    default: Any
    minimum: float | None = None
    maximum: float | None = None
    multiple_of: float | None = None
    max_length: int = 0
    choices: tuple[Choice, ...] = ()
    size: int = 1
    color: bool = False
    required: bool = False
    """The server has no default, so the value is always sent."""
    optional: bool = False
    """The server's default is to have none; a switch says whether the value is sent."""

    @property
    def identifier(self) -> str:
        """As Blender names the property; the same as long as the name is."""
        return identifier(self.name)

    @property
    def switch(self) -> str:
        """Name of the property that says whether an optional value is sent."""
        return f"use_{self.identifier}"

    def fitted(self, value: Any) -> Any:
        """The nearest value that the server takes, for what came from a property; the default if there is none."""
        if self.size > 1:
            return [self._fitted_one(v) for v in value]
        return self._fitted_one(value)

    def is_default(self, value: Any) -> bool:
        """Whether sending ``value``, which fits, would change nothing."""
        default = list(self.default) if self.size > 1 else self.default
        return bool(value == (self.fitted(default) if self.kind is Kind.FLOAT else default))

    def _fitted_one(self, value: Any) -> Any:
        if self.kind is Kind.ENUM:
            return next((c.value for c in self.choices if c.identifier == value), self.default)
        if self.kind is Kind.BOOL:
            return bool(value)
        if self.kind is Kind.STRING:
            return str(value)
        number = float(f"{value:.{DIGITS}g}") if self.kind is Kind.FLOAT else value
        number = self._on_the_grid(number)
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        number = min(max(number, low), high)
        return int(number) if self.kind is Kind.INT else float(number)

    def _on_the_grid(self, number: float) -> float:
        if not self.multiple_of:
            return number
        low = -math.inf if self.minimum is None else math.ceil(self.minimum / self.multiple_of)
        high = math.inf if self.maximum is None else math.floor(self.maximum / self.multiple_of)
        steps = min(max(round(number / self.multiple_of), low), high)
        return float(f"{steps * self.multiple_of:.12g}")


def identifier(name: str) -> str:
    """A name that Blender takes for a property, and Python for an attribute."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", name):
        return f"p_{name}"
    plain = re.sub(r"\W+", "_", name, flags=re.ASCII)[:30]
    return f"p_{plain}_{zlib.crc32(name.encode('utf-8', 'surrogatepass')):08x}"


def fields(schema: Mapping[str, Any]) -> list[Field]:
    """What a panel can show of a JSON schema's properties, in their order. Never raises."""
    found: list[Field] = []
    properties = schema.get("properties")
    required = schema.get("required")
    needed = {n for n in required if isinstance(n, str)} if isinstance(required, Sequence) else set()
    for name, described in properties.items() if isinstance(properties, Mapping) else ():
        try:
            field = _field(str(name), described, schema, str(name) in needed)
        except (_Unsupported, TypeError, ValueError, OverflowError, KeyError, AttributeError):
            continue  # what others write as a schema can be anything
        found.append(field)
    return found


class _Unsupported(Exception):  # noqa: N818 - it never leaves this module
    """No panel can show it."""


def _field(name: str, described: Any, root: Mapping[str, Any], required: bool) -> Field:
    part, nullable = _resolve(described, root, DEEPEST)
    has_default = "default" in part
    default = part.get("default")
    if has_default and default is None and not nullable:
        raise _Unsupported
    facts = _described(part, root, default)
    title = part.get("title") or name.replace("_", " ").strip().capitalize()
    return Field(
        name=name,
        title=str(title),
        description=str(part.get("description") or "").strip(),
        required=required and not has_default,
        optional=nullable and default is None,
        **facts,
    )


def _resolve(part: Any, root: Mapping[str, Any], depth: int) -> tuple[dict[str, Any], bool]:
    """A schema without references and without null; and whether null was among its types."""
    if depth == 0 or not isinstance(part, Mapping):
        raise _Unsupported
    own = dict(part)
    nullable = False
    if "$ref" in own:
        target, nullable = _resolve(_referenced(own.pop("$ref"), root), root, depth - 1)
        own = target | own
    if "allOf" in own:
        (only,) = own.pop("allOf")
        inner, inner_null = _resolve(only, root, depth - 1)
        own, nullable = inner | own, nullable or inner_null
    kinds = own.get("type")
    if isinstance(kinds, list):
        nullable = nullable or "null" in kinds
        rest = [k for k in kinds if k != "null"]
        if sorted(rest) == ["integer", "number"]:
            rest = ["number"]
        (own["type"],) = rest
    for word in ("anyOf", "oneOf"):
        if word in own and not _is_choice(own[word]):
            options = [o for o in own.pop(word) if not (isinstance(o, Mapping) and o.get("type") == "null")]
            nullable = nullable or len(options) < len(part[word])
            inner, inner_null = _resolve(_one_of(options), root, depth - 1)
            own, nullable = inner | own, nullable or inner_null
    if isinstance(own.get("enum"), list) and None in own["enum"]:
        own["enum"] = [v for v in own["enum"] if v is not None]
        nullable = True
    return own, nullable


def _referenced(reference: Any, root: Mapping[str, Any]) -> Any:
    path = str(reference).split("/")
    if path[0] != "#":
        raise _Unsupported
    found: Any = root
    for step in path[1:]:
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def _is_choice(options: Any) -> bool:
    """Whether a union only lists constants, which is an enumeration with names."""
    return isinstance(options, list) and all(isinstance(o, Mapping) and "const" in o for o in options)


def _one_of(options: list[Any]) -> Any:
    """The one kind that a union allows; of integer and number the wider."""
    if len(options) == 1:
        return options[0]
    numbers = [o for o in options if isinstance(o, Mapping) and o.get("type") == "number"]
    if len(options) == 2 and len(numbers) == 1 and {o.get("type") for o in options} == {"integer", "number"}:
        return numbers[0]
    raise _Unsupported


def _described(part: dict[str, Any], root: Mapping[str, Any], default: Any) -> dict[str, Any]:
    """The facts of a field that its type decides."""
    choices = _choices(part)
    if choices is not None:
        return _enumeration(choices, default)
    match part.get("type"):
        case "boolean":
            return {"kind": Kind.BOOL, "default": _checked(default, bool, False)}
        case "integer" | "number":
            return _number(part, default)
        case "string":
            return _string(part, default)
        case "array":
            return _vector(part, root, default)
    raise _Unsupported


def _choices(part: dict[str, Any]) -> list[Choice] | None:
    """The values of an enumeration; None for what is none."""
    if "const" in part:
        options = [Choice(part["const"], _label(part["const"]))]
    elif isinstance(part.get("enum"), list):
        options = [Choice(value, _label(value)) for value in part["enum"]]
    elif named := part.get("oneOf") or part.get("anyOf"):
        options = [
            Choice(o["const"], str(o.get("title") or _label(o["const"])), str(o.get("description") or ""))
            for o in named
        ]
    else:
        return None
    simple = all(isinstance(o.value, (str, int, float)) for o in options)
    distinct = len({o.identifier for o in options}) == len({o.number for o in options}) == len(options)
    if not simple or not distinct or not 0 < len(options) <= MOST_CHOICES or "" in {o.value for o in options}:
        raise _Unsupported
    return options


def _label(value: Any) -> str:
    text = str(value)
    return text.replace("_", " ").capitalize() if re.fullmatch(r"[a-z_]+", text) else text


def _enumeration(choices: list[Choice], default: Any) -> dict[str, Any]:
    if default is None:
        default = choices[0].value
    elif not any(c.value == default and type(c.value) is type(default) for c in choices):
        raise _Unsupported
    return {"kind": Kind.ENUM, "choices": tuple(choices), "default": default}


def _number(part: dict[str, Any], default: Any) -> dict[str, Any]:
    whole = part["type"] == "integer"
    low, high = _bounds(part, whole)
    step = part.get("multipleOf")
    if step is not None and not (_is_number(step) and step > 0):
        raise _Unsupported
    if whole and step is not None and step != int(step):
        step = None  # any integer that fits is refused or taken by the server
    if low is not None and high is not None and low > high:
        raise _Unsupported
    if default is None:
        default = max(0, 0 if low is None else low)
        default = default if high is None else min(default, high)
    if not _is_number(default) or (whole and default != int(default)):
        raise _Unsupported
    beyond = (low is not None and default < low) or (high is not None and default > high)
    if beyond or abs(default) > (INT_MAX if whole else FLOAT_MAX):
        raise _Unsupported
    return {
        "kind": Kind.INT if whole else Kind.FLOAT,
        "minimum": low,
        "maximum": high,
        "multiple_of": step,
        "default": int(default) if whole else float(default),
    }


def _bounds(part: dict[str, Any], whole: bool) -> tuple[float | None, float | None]:
    """The least and the greatest value that may be sent."""
    lows = [part["minimum"]] if part.get("minimum") is not None else []
    highs = [part["maximum"]] if part.get("maximum") is not None else []
    if (above := part.get("exclusiveMinimum")) is not None:
        lows.append(math.floor(above) + 1 if whole else above + _just(above))
    if (below := part.get("exclusiveMaximum")) is not None:
        highs.append(math.ceil(below) - 1 if whole else below - _just(below))
    if not all(_is_number(v) for v in (*lows, *highs)):
        raise _Unsupported
    most = INT_MAX if whole else FLOAT_MAX
    low = max(lows) if lows else None
    high = min(highs) if highs else None
    if whole:
        low = None if low is None else max(math.ceil(low), -most)
        high = None if high is None else min(math.floor(high), most)
    if (low is not None and low > most) or (high is not None and high < -most):
        raise _Unsupported
    return low, high


def _just(number: float) -> float:
    """A difference that survives Blender's 32-bit floats."""
    return max(abs(number) * 1e-6, 1e-6)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _string(part: dict[str, Any], default: Any) -> dict[str, Any]:
    longest = part.get("maxLength")
    return {
        "kind": Kind.STRING,
        "default": _checked(default, str, ""),
        "max_length": longest if isinstance(longest, int) and 0 < longest <= 4096 else 0,
    }


def _checked(value: Any, kind: type, fallback: Any) -> Any:
    if value is None:
        return fallback
    if not isinstance(value, kind):
        raise _Unsupported
    return value


def _vector(part: dict[str, Any], root: Mapping[str, Any], default: Any) -> dict[str, Any]:
    """Two to four numbers of one kind, or as many switches."""
    listed = part.get("prefixItems")
    if isinstance(listed, list) and listed:
        size, kinds = len(listed), listed
    else:
        size, kinds = part.get("minItems", 0), [part["items"]]
    if size != part.get("maxItems", size) or not 2 <= size <= LONGEST_VECTOR:
        raise _Unsupported
    facts = [_described(_plain(kind, root), root, None) for kind in kinds]
    first = {k: v for k, v in facts[0].items() if k != "default"}
    if first["kind"] not in (Kind.FLOAT, Kind.INT, Kind.BOOL):
        raise _Unsupported
    if any({k: v for k, v in other.items() if k != "default"} != first for other in facts):
        raise _Unsupported
    values = [facts[0]["default"]] * size if default is None else list(default)
    if len(values) != size:
        raise _Unsupported
    checked = [_described(_plain(kinds[0], root), root, value)["default"] for value in values]
    color = part.get("format") == "color" and size in (3, 4) and first["kind"] is Kind.FLOAT
    return first | {"default": tuple(checked), "size": size, "color": color}


def _plain(part: Any, root: Mapping[str, Any]) -> dict[str, Any]:
    resolved, nullable = _resolve(part, root, DEEPEST)
    if nullable or resolved.get("type") == "array":
        raise _Unsupported
    return resolved
