"""The OpenAPI document: valid, complete, and about what is really answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from contract.reference import example
from live import LiveServer, run_cli
from openapi_spec_validator import OpenAPIV31SpecValidator
from pocket3d_server.api.event_schemas import JobEvent
from pocket3d_server.models.engine import REQUESTS, Feature

HTTP_METHODS = {"get", "put", "post", "delete", "patch"}
ON_EVERY_RESPONSE = {"X-Request-ID", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}


@pytest.fixture(scope="module")
def document(live_server: LiveServer) -> dict[str, Any]:
    """As the server gives it to anybody."""
    return dict(requests.get(f"{live_server.url}/openapi/openapi.json", timeout=30).json())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in item.keys() & HTTP_METHODS:
            yield path, method, item[method]


def test_it_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_the_command_prints_the_same(document: dict[str, Any]) -> None:
    assert json.loads(run_cli("openapi")) == document


def test_operation_ids_are_short_and_unique(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z_]{3,40}", name) for name in ids), ids
    stable = (
        "mesh_generate mesh_upload mesh_status mesh_download mesh_models texture_generate segment_analyze"
    )
    stable += (
        " rig_generate system_health system_metrics system_workers list_jobs get_job cancel_job delete_job"
    )
    assert set(stable.split()) <= set(ids)


def test_every_response_is_described_with_its_headers(document: dict[str, Any]) -> None:
    shared = document["components"]["responses"]
    for path, method, operation in operations(document):
        assert operation["summary"], (path, method)
        assert {"403", "429", "500"} <= operation["responses"].keys(), (path, method)
        for status, response in operation["responses"].items():
            found = shared[response["$ref"].rpartition("/")[2]] if "$ref" in response else response
            assert found["headers"].keys() >= ON_EVERY_RESPONSE, (path, method, status)
            assert found["description"], (path, method, status)
            if int(status) >= 400:
                content = found["content"]["application/json"]
                assert content["schema"] == {"$ref": "#/components/schemas/ErrorBody"}, (path, method, status)
    assert "Retry-After" in shared["Error429"]["headers"]


def test_submits_show_the_documented_bodies(document: dict[str, Any]) -> None:
    examples = document["components"]["schemas"]["GenerateMesh"]["examples"]
    documented = [
        example("Generate Mesh from Text / Request Body"),
        example("Generate Mesh from Images / Request Body"),
    ]
    for shown, body in zip(examples, documented, strict=True):
        assert shown == {name: value for name, value in body.items() if name != "model_preference"}


@pytest.mark.parametrize(
    "path", ["/download/{name}", "/api/v1/files/{path}", "/api/v1/mesh/download/{job_id}"]
)
def test_downloads_show_ranges_and_conditions(document: dict[str, Any], path: str) -> None:
    assert {"200", "206", "304", "410", "412", "416"} <= document["paths"][path]["get"]["responses"].keys()


def test_what_is_in_the_way_of_deleting_is_shown(document: dict[str, Any]) -> None:
    for path in ("/api/v1/files/{path}", "/api/v1/jobs/{job_id}"):
        assert "409" in document["paths"][path]["delete"]["responses"]


def test_the_documented_defaults_are_those_of_the_engines(document: dict[str, Any]) -> None:
    bodies = {
        "GenerateMesh": Feature.MESH_GENERATION,
        "GenerateTexture": Feature.TEXTURE_GENERATION,
        "AnalyzeSegments": Feature.MESH_SEGMENTATION,
        "GenerateRig": Feature.AUTO_RIGGING,
    }
    for body, feature in bodies.items():
        properties = document["components"]["schemas"][body]["properties"]
        fields = REQUESTS[feature].model_fields
        shared = [name for name in properties if name in fields and name != "seed"]
        assert len(shared) >= 3
        for name in shared:
            if not fields[name].is_required() and fields[name].default_factory is None:
                assert properties[name].get("default") == fields[name].default, (body, name)


def test_events_have_the_described_shape(live_server: LiveServer, document: dict[str, Any]) -> None:
    assert "JobEvent" in document["components"]["schemas"]
    seen = set()
    for job_id in (live_server.submit(seconds=0.15), live_server.submit("test_refuses")):
        live_server.wait(job_id)
        for event in live_server.events(job_id):
            JobEvent.model_validate(event)
            seen.add(event["event"])
    assert seen == {"job_queued", "job_started", "progress_update", "job_completed", "job_failed"}


def test_it_can_be_browsed_offline(live_server: LiveServer) -> None:
    page = requests.get(f"{live_server.url}/openapi/swagger", timeout=30)
    assert "swagger-ui" in page.text
    sources = re.findall(r'(?:src|href)="([^"#]+\.(?:js|css))"', page.text)
    assert sources
    for source in sources:
        address = urljoin(page.url, source)
        assert address.startswith(live_server.url), f"{source} is not served by this server"
        assert requests.get(address, timeout=30).status_code == 200
