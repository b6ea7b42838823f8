"""The contract tests and the API reference belong together: nothing in it is without a test, nothing is invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from contract.reference import REFERENCE, facts, parameters, read
from live import run_cli

HERE = Path(__file__).parent
ELSEWHERE = {"JavaScript SDK": "sdk/javascript has its own tests; what it needs of HTTP is tested here"}
BODIES = {
    "Generate Mesh from Text": "GenerateMesh",
    "Generate Texture for Mesh": "GenerateTexture",
    "Segment Mesh into Parts": "AnalyzeSegments",
    "Generate Skeleton for Mesh": "GenerateRig",
}
KINDS = {
    "string": "string",
    "integer": "integer",
    "float": "number",
    "boolean": "boolean",
    "array[string]": "array",
}
ASK_ANYWAY = {"texture_resolution": [512, 1024, 2048, 4096]}
"""Legal values that one table lists and another takes for granted."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return dict(json.loads(run_cli("openapi")))


def test_the_facts_are_those_of_the_reference() -> None:
    if not REFERENCE.exists():
        pytest.skip(f"{REFERENCE} is not there")
    assert facts() == read(REFERENCE.read_text()), (
        "run 'python tests/contract/reference.py' and see what changed"
    )


@pytest.mark.parametrize("name", sorted(facts()["examples"].keys() - ELSEWHERE.keys()))
def test_every_example_has_a_test(name: str) -> None:
    tests = [path.read_text() for path in HERE.glob("test_*.py") if path != Path(__file__)]
    assert any(f'"{name}"' in text for text in tests), f"no test uses the example {name!r}"


def test_every_endpoint_is_there(document: dict[str, Any]) -> None:
    for endpoint in facts()["endpoints"]:
        method, path = endpoint.split(" ")
        if method == "WSS":
            assert path in document["info"]["description"]
        else:
            assert method.lower() in document["paths"].get(f"/api/v1{path}", {}), endpoint


@pytest.mark.parametrize("chapter", BODIES)
def test_every_parameter_is_there_with_type_values_and_default(
    document: dict[str, Any], chapter: str
) -> None:
    schema = document["components"]["schemas"][BODIES[chapter]]
    for name, documented in parameters(chapter).items():
        ours = schema["properties"][name]
        kinds = [kind for kind in ours.get("anyOf", [ours]) if kind.get("type") != "null"]
        assert [kind["type"] for kind in kinds] == [KINDS[documented["type"]]], name
        assert (name in schema.get("required", [])) == (documented["required"] == "Yes"), name
        legal = documented["values"] or ASK_ANYWAY.get(name)
        if legal:
            assert kinds[0]["enum"] == legal, name
        if documented["default"] not in (None, "auto"):
            assert json.dumps(ours["default"]).strip('"') == documented["default"], name
        if documented["default"] == "auto":
            assert ours["default"] is None, name


def test_text_or_images_must_be_given(document: dict[str, Any]) -> None:
    for chapter, body in BODIES.items():
        either = [name for name, row in parameters(chapter).items() if row["required"] == "Yes*"]
        shown = [rule["required"] for rule in document["components"]["schemas"][body].get("anyOf", [])]
        assert shown == [[name] for name in either]
