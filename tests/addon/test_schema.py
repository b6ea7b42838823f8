"""A model's settings from its JSON schema: what panels show, and that what they send back is what servers take."""

from __future__ import annotations

import random
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, create_model

from addon.core.request.schema import INT_MAX, Kind, fields, identifier
from addon.core.request.schema import Field as Shown


class Sampler(Enum):
    EULER = "euler"
    HEUN = "heun"


class Inner(BaseModel):
    x: int = 0


class Everything(BaseModel):
    """One of each kind that engines use."""

    steps: int = Field(25, ge=1, le=100, description="How often it looks again.")
    guidance: float = Field(7.5, ge=0, le=20)
    above: float = Field(0.5, gt=0, lt=1)
    count: int = Field(3, gt=2, lt=10)
    even: int = Field(4, multiple_of=2, ge=2, le=9)
    fine: bool = True
    sampler: Sampler = Sampler.HEUN
    mode: Literal["fast", "very_slow"] = "fast"
    size: Literal[512, 1024] = 1024
    only: Literal["this"] = "this"
    note: str = Field("", max_length=40)
    limit: int | None = Field(None, ge=1, le=9)
    scale: int | float = 1.5
    direction: tuple[float, float, float] = (0.0, 1.0, 0.0)
    point: Annotated[list[float], Field(min_length=2, max_length=2)] = [0.1, 0.2]
    colour: tuple[float, float, float] = Field((1.0, 0.5, 0.0), json_schema_extra={"format": "color"})
    needed: int = Field(ge=5)
    names: list[str] = []
    table: dict[str, int] = {}
    inner: Inner = Inner()
    either: int | str = 3


def shown() -> dict[str, Shown]:
    return {field.name: field for field in fields(Everything.model_json_schema())}


def test_what_can_be_shown_is_and_the_rest_is_left_out() -> None:
    assert shown().keys() == Everything.model_fields.keys() - {"names", "table", "inner", "either"}


def test_each_kind() -> None:
    found = shown()
    steps = found["steps"]
    assert (steps.kind, steps.minimum, steps.maximum, steps.default) == (Kind.INT, 1, 100, 25)
    assert (steps.title, steps.description) == ("Steps", "How often it looks again.")
    assert (found["count"].minimum, found["count"].maximum) == (3, 9)
    assert 0 < found["above"].minimum < 1e-5
    assert found["sampler"].default == "heun"
    assert [choice.label for choice in found["mode"].choices] == ["Fast", "Very slow"]
    assert [choice.value for choice in found["size"].choices] == [512, 1024]
    assert found["only"].choices[0].value == "this"
    assert found["note"].max_length == 40
    assert (found["limit"].optional, found["limit"].kind, found["limit"].maximum) == (True, Kind.INT, 9)
    assert found["scale"].kind is Kind.FLOAT
    assert (found["direction"].size, found["direction"].default) == (3, (0.0, 1.0, 0.0))
    assert found["point"].size == 2
    assert found["colour"].color
    assert (found["needed"].required, found["needed"].default) == (True, 5)


def test_values_come_back_as_they_are_meant() -> None:
    found = shown()
    single = 0.10000000149011612  # what Blender has for 0.1
    assert found["guidance"].fitted(single) == 0.1
    assert found["guidance"].is_default(found["guidance"].fitted(7.5))
    assert found["size"].fitted("512") == 512
    assert found["size"].fitted("gone") == 1024
    assert found["even"].fitted(5) in (4, 6)
    assert found["even"].fitted(9) == 8
    assert found["point"].fitted((single, 0.20000000298)) == [0.1, 0.2]
    assert found["point"].is_default([0.1, 0.2])


def test_a_name_is_the_same_tomorrow_and_no_two_collide() -> None:
    assert identifier("steps") == "p_steps"
    odd = ["Größe", "gro-sse", "gro sse", "a" * 80, "a" * 81, "", "1st", "日本", "__init__"]
    made = [identifier(name) for name in odd]
    assert len(set(made)) == len(odd)
    assert all(name.isidentifier() and len(name) < 60 for name in made)


def test_choices_are_saved_by_their_value_not_their_place() -> None:
    one = fields({"properties": {"m": {"enum": ["a", "b"]}}})[0].choices
    other = fields({"properties": {"m": {"enum": ["b", "c", "a"]}}})[0].choices
    assert {c.value: c.number for c in one}.items() <= {c.value: c.number for c in other}.items()


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"properties": None},
        {"properties": {"x": None, "y": 3, "z": []}},
        {"properties": {"x": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"$ref": "#/$defs/x"}}},
        {"properties": {"x": {"$ref": "http://elsewhere/x"}}},
        {"properties": {"x": {"type": "integer", "minimum": 5, "maximum": 1}}},
        {"properties": {"x": {"type": "integer", "default": 2**40}}},
        {"properties": {"x": {"type": "number", "default": "high"}}},
        {"properties": {"x": {"type": "string", "default": 3}}},
        {"properties": {"x": {"enum": []}}},
        {"properties": {"x": {"enum": [{"a": 1}]}}},
        {"properties": {"x": {"enum": [1, "1"]}}},
        {"properties": {"x": {"type": "array", "items": {"type": "number"}}}},
        {"properties": {"x": {"anyOf": []}}},
    ],
)
def test_what_makes_no_sense_is_left_out(schema: dict[str, Any]) -> None:
    assert fields(schema) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
WORDS = [
    "type",
    "default",
    "title",
    "description",
    "enum",
    "const",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "anyOf",
    "oneOf",
    "allOf",
    "$ref",
    "maxLength",
    "format",
]
TYPES = st.sampled_from(["integer", "number", "boolean", "string", "array", "object", "null"])


@st.composite
def parts(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    """A schema that is half sensible: known words, sometimes with fitting values."""
    part: dict[str, Any] = {"type": draw(TYPES)}
    for word in draw(st.lists(st.sampled_from(WORDS), max_size=5, unique=True)):
        nested = depth > 0 and word in {"anyOf", "oneOf", "allOf", "prefixItems", "items"}
        inner = parts(depth - 1) if nested else JSON
        part[word] = draw((st.lists(inner, max_size=3) if word != "items" else inner) if nested else JSON)
        if word == "type":
            part[word] = draw(TYPES | st.lists(TYPES, max_size=3))
        if word == "$ref":
            part[word] = draw(st.sampled_from(["#", "#/$defs/a", "#/$defs/b", "#/properties/x"]))
    return part


def check(field: Shown) -> None:
    """What Blender asks of a property."""
    assert field.identifier.isidentifier()
    values = field.default if field.size > 1 else (field.default,)
    assert len(values) == field.size <= 4
    for value in values:
        if field.kind in (Kind.INT, Kind.FLOAT):
            assert abs(value) <= (INT_MAX if field.kind is Kind.INT else 3.5e38)
            assert field.minimum is None or field.minimum <= value
            assert field.maximum is None or value <= field.maximum
    if field.kind is Kind.ENUM:
        assert field.default in [choice.value for choice in field.choices]
        assert len({choice.identifier for choice in field.choices}) == len(field.choices)
    field.fitted(field.default if field.kind is not Kind.ENUM else str(field.default))


@given(
    st.dictionaries(st.text(max_size=6), parts(), max_size=4), st.dictionaries(st.text(max_size=1), parts())
)
@settings(max_examples=120, deadline=None)
def test_no_schema_crashes_it(properties: dict[str, Any], defs: dict[str, Any]) -> None:
    for field in fields({"properties": properties, "$defs": defs, "required": list(properties)[:1]}):
        check(field)


NUMBERS = st.integers(-1000, 1000)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_whatever_is_set_the_server_takes(data: st.DataObject) -> None:
    """Random limits in a real Pydantic model; any value a property could hold is made to fit."""
    low = data.draw(NUMBERS)
    high = low + data.draw(st.integers(2, 500))
    step = data.draw(st.sampled_from([None, 1, 2, 5])) if high - low > 10 else None
    grid = step or 1
    default = -(-(low + 1) // grid) * grid
    limits = data.draw(st.sampled_from([{"ge": low, "le": high}, {"gt": low, "lt": high + 1}]))
    kinds: dict[str, Any] = {
        "whole": (int, Field(default, multiple_of=step, **limits)),
        "real": (float, Field(float(default), **limits)),
        "pair": (tuple[float, float], Field((0.0, 1.0))),
        "choice": (Literal["a", "b", 3], "a"),
    }
    model = create_model("Random", **kinds)
    found = {field.name: field for field in fields(model.model_json_schema())}
    assert found.keys() == kinds.keys()
    rng = random.Random(data.draw(st.integers(0, 2**31)))
    sent = {
        "whole": found["whole"].fitted(rng.randint(low - 9, high + 9)),
        "real": found["real"].fitted(rng.uniform(low - 9, high + 9)),
        "pair": found["pair"].fitted((rng.random(), rng.random())),
        "choice": found["choice"].fitted(rng.choice(["a", "b", "3", "x"])),
    }
    model.model_validate(sent)
    assert model.model_validate({}).model_dump(mode="json") == {
        name: list(field.default) if field.size > 1 else field.default for name, field in found.items()
    }
