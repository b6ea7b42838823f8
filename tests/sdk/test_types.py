"""Both clients know every field that the server answers: their types are the reference."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
import requests
from live import LiveServer
from pocket3d import types

TYPESCRIPT = (Path(__file__).parents[2] / "sdk" / "js" / "src" / "types.ts").read_text(encoding="utf-8")
SCHEMAS = {
    "JobStatus": ("Job", "Job"),
    "JobPage": ("JobPage", "JobPage"),
    "Submitted": ("Job", "SubmittedJob"),
    "MeshResult": ("MeshResult", "JobResult"),
    "SegmentResult": ("SegmentResult", "JobResult"),
    "SegmentPart": ("SegmentPart", "SegmentPart"),
    "RigResult": ("RigResult", "JobResult"),
    "RigBone": ("Bone", "Bone"),
    "ModelInfo": ("Model", "Model"),
    "WeightsInfo": ("ModelWeights", "ModelWeights"),
    "LicenceInfo": ("LicenceTerms", "LicenceTerms"),
    "AccountInfo": ("Account", "Account"),
    "WebhookWithSecret": ("Webhook", "Webhook"),
    "Health": ("Health", "Health"),
    "MeshOptions": (None, "MeshOptions"),
    "LedgerEntry": ("CreditEntry", None),
    "FileInfo": ("StoredFile", None),
    "Metrics": ("Metrics", None),
    "Workers": ("Workers", None),
}
"""Names in the API's document, in Python and in TypeScript."""


@pytest.fixture(scope="module")
def schemas(live_server: LiveServer) -> dict[str, set[str]]:
    document = requests.get(f"{live_server.url}/openapi/openapi.json").json()
    return {name: set(s.get("properties", {})) for name, s in document["components"]["schemas"].items()}


def interface(name: str) -> set[str]:
    """The fields of a TypeScript interface."""
    found = re.search(rf"^export interface {name} \{{\n(.*?)^\}}", TYPESCRIPT, re.M | re.S)
    assert found, name
    return set(re.findall(r"^  (\w+)\??:", found[1], re.M))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field(schemas: dict[str, set[str]], name: str) -> None:
    python, typescript = SCHEMAS[name]
    if python:
        assert schemas[name] <= {field.name for field in dataclasses.fields(getattr(types, python))}
    if typescript:
        camel = {re.sub(r"_([a-z0-9])", lambda m: m[1].upper(), field) for field in schemas[name]}
        assert camel <= interface(typescript)
