"""Chapters of the four features: every request of the reference is sent, every answer and result has its shape."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
import requests
from contract.placeholders import filled, picture, upload
from contract.reference import example
from contract.shapes import assert_shape
from live import LiveServer
from PIL import Image

Job = dict[str, Any]


def finished(server: LiveServer, path: str, body: Job, documented: str) -> Job:
    """Submit, compare the answer with the documented one, wait, and compare the job's status."""
    answer = server.post(path, body)
    assert answer.status_code == 202, answer.text
    assert_shape(example(documented), answer.json())
    assert answer.json()["status"] == "queued"
    assert answer.headers["Location"] == f"/api/v1/jobs/{answer.json()['job_id']}"
    job = server.wait(answer.json()["job_id"], 120)
    assert job["status"] == "completed", job["error"]
    return job


@pytest.fixture(scope="module")
def text_job(live_server: LiveServer) -> Job:
    """The reference's red sports car."""
    body = filled(example("Generate Mesh from Text / Request Body"))
    return finished(live_server, "/mesh/generate", body, "Generate Mesh from Text / Response")


@pytest.fixture(scope="module")
def character(live_server: LiveServer) -> str:
    """An uploaded mesh of a person, which can be textured, split and rigged."""
    body = {"text_prompt": "a man", "quality": "low", "texture_resolution": 512, "seed": 1}
    job = live_server.wait(live_server.post("/mesh/generate", body).json()["job_id"], 120)
    return upload(live_server, "character.glb", live_server.get(f"/mesh/download/{job['job_id']}").content)


def test_mesh_from_text(text_job: Job) -> None:
    body = filled(example("Generate Mesh from Text / Request Body"))
    asked = {name: body[name] for name in ("text_prompt", "quality", "texture_resolution")}
    assert text_job["request"] | asked == text_job["request"]
    result = text_job["result"]
    assert (result["model_id"], result["format"], result["seed"]) == ("builtin_text", "glb", 42)


def test_mesh_from_images(live_server: LiveServer) -> None:
    body = filled(example("Generate Mesh from Images / Request Body"))
    job = finished(live_server, "/mesh/generate", body, "Generate Mesh from Text / Response")
    assert job["result"]["model_id"] == "builtin_image"


def test_upload_of_reference_images(live_server: LiveServer) -> None:
    sent = [("files", (name, picture(), "image/jpeg")) for name in ("front.jpg", "side.jpg")]
    answer = live_server.post("/mesh/upload", files=sent)
    assert answer.status_code == 200, answer.text
    assert_shape(example("Upload Reference Images / Response"), answer.json())
    body = {"images": answer.json()["files"], "model_preference": "test_steps"}
    assert live_server.post("/mesh/generate", body).status_code == 202


def test_job_status(live_server: LiveServer, text_job: Job) -> None:
    documented = example("Get Job Status / Response")
    status = live_server.get(f"/mesh/status/{text_job['job_id']}").json()
    assert_shape(documented, status)
    assert status["status"] == documented["status"]
    assert status["feature"] == documented["feature"]
    assert status["created_at"] <= status["started_at"] <= status["completed_at"]
    assert (
        status["result"]["file_size"] == (live_server.data_dir / status["result"]["file_path"]).stat().st_size
    )


def test_all_four_statuses(live_server: LiveServer) -> None:
    slow = live_server.submit(steps=1000, seconds=0.05)
    seen = {live_server.job(slow)["status"]}
    for event in live_server.get(f"/jobs/{slow}/events", stream=True).iter_lines():
        if b"job_started" in event:
            break
    seen.add(live_server.get(f"/mesh/status/{slow}").json()["status"])
    live_server.post(f"/jobs/{slow}/cancel")
    seen.add(live_server.wait(slow)["status"])
    seen.add(live_server.wait(live_server.submit())["status"])
    assert seen >= {"processing", "completed", "error"}
    assert seen <= {"queued", "processing", "completed", "error"}


def test_download(live_server: LiveServer, text_job: Job) -> None:
    answer = live_server.get(f"/mesh/download/{text_job['job_id']}")
    assert answer.headers["Content-Type"] == "model/gltf-binary"
    assert answer.content.startswith(b"glTF")
    assert len(answer.content) == text_job["result"]["file_size"]
    preview = live_server.get(f"/files/{text_job['result']['preview_image']}")
    assert preview.headers["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(preview.content)).size == (512, 512)


@pytest.mark.parametrize(
    ("name", "media_type", "start"),
    [("obj", "application/zip", b"PK"), ("fbx", "application/octet-stream", b"Kaydara FBX Binary")],
)
def test_other_formats_come_and_go(live_server: LiveServer, name: str, media_type: str, start: bytes) -> None:
    """What was made in a format is fetched in it, and may be sent in it."""
    body = {"text_prompt": "x", "model_preference": "test_steps", "output_format": name}
    job_id = live_server.post("/mesh/generate", body).json()["job_id"]
    assert live_server.wait(job_id)["result"]["format"] == name
    answer = live_server.get(f"/mesh/download/{job_id}")
    assert answer.headers["Content-Type"] == media_type
    assert answer.content.startswith(start)
    sent = live_server.post("/mesh/upload", files={"file": ("a.x", answer.content)}).json()["files"]
    body = {"mesh_file": sent[0], "model_preference": "test_halves", "output_format": "obj"}
    parts = live_server.post("/segment/analyze", body)
    assert parts.status_code == 202, parts.text
    result = live_server.wait(parts.json()["job_id"])["result"]
    assert (result["format"], result["total_parts"]) == ("obj", 2)
    assert live_server.get(f"/mesh/download/{parts.json()['job_id']}").content.startswith(b"PK")


def test_models(live_server: LiveServer) -> None:
    answer = live_server.get("/mesh/models").json()
    assert_shape(example("List Available Models / Response"), answer)
    models = {model["model_id"]: model for model in answer["models"]}
    assert {model["status"] for model in models.values()} <= {"loaded", "available", "unavailable"}
    assert models["test_steps"]["supported_formats"] == {
        "input": ["text", "image"],
        "output": ["glb", "obj", "fbx"],
    }
    assert models["test_steps"]["estimated_time"] == "about 1 second"
    assert models["test_steps"]["parameters"]["properties"]["steps"]["maximum"] == 100_000
    unready = models["test_unready"]
    assert (unready["status"], unready["ready"]) == ("unavailable", False)
    assert "weights" in unready["reason"]
    assert "models install" in unready["remedy"]


def test_texture(live_server: LiveServer, character: str) -> None:
    body = filled(example("Generate Texture for Mesh / Request Body"), character)
    job = finished(live_server, "/texture/generate", body, "Generate Texture for Mesh / Response")
    assert job["feature"] == "texture_generation"
    assert job["result"]["has_texture"] is True
    assert job["request"]["intensity"] == 0.8
    assert re.fullmatch(r"outputs/textured_\w+\.glb", job["result"]["file_path"])


def test_segmentation(live_server: LiveServer, character: str) -> None:
    body = filled(example("Segment Mesh into Parts / Request Body"), character)
    job = finished(live_server, "/segment/analyze", body, "Segment Mesh into Parts / Response")
    assert_shape(example("Segment Mesh into Parts / Completed Job Result"), job)
    assert job["feature"] == "mesh_segmentation"
    result = job["result"]
    assert result["total_parts"] == len(result["parts"]) > 1
    assert len({part["part_id"] for part in result["parts"]}) == result["total_parts"]
    assert sum(part["faces"] for part in result["parts"]) == result["faces"]


def test_rig(live_server: LiveServer, character: str) -> None:
    body = filled(example("Generate Skeleton for Mesh / Request Body"), character)
    job = finished(live_server, "/rig/generate", body, "Generate Skeleton for Mesh / Response")
    assert_shape(example("Generate Skeleton for Mesh / Completed Job Result"), job)
    assert job["feature"] == "auto_rigging"
    result = job["result"]
    assert result["bone_count"] == len(result["bones"]) > 10
    names = [bone["name"] for bone in result["bones"]]
    assert [bone["parent"] for bone in result["bones"]].count(None) == 1
    assert all(bone["parent"] in [None, *names[:number]] for number, bone in enumerate(result["bones"]))
    assert result["animation_ready"] is True


def test_a_rig_with_few_bones_and_without_weights(live_server: LiveServer, character: str) -> None:
    body = {"mesh_file": character, "bone_count": 9, "include_weights": False}
    job_id = live_server.post("/rig/generate", body).json()["job_id"]
    result = live_server.wait(job_id, 120)["result"]
    assert result["bone_count"] == 9
    assert result["animation_ready"] is False


def provenance(answer: requests.Response) -> dict[str, Any]:
    """What a GLB says about its origin."""
    length = int.from_bytes(answer.content[12:16], "little")
    return dict(json.loads(answer.content[20 : 20 + length])["asset"]["extras"]["pocket3d"])


def test_what_was_asked_stands_in_the_file(live_server: LiveServer, text_job: Job) -> None:
    told = provenance(live_server.get(f"/mesh/download/{text_job['job_id']}"))
    assert (told["model_id"], told["seed"], told["feature"]) == ("builtin_text", 42, "mesh_generation")
    assert told["request"]["quality"] == "high"
    assert told["request"]["texture_resolution"] == 2048


def test_what_was_asked_of_parts_stands_in_the_file(live_server: LiveServer, character: str) -> None:
    for asked in ({}, {"segmentation_level": "fine", "min_part_size": 250}):
        body = {"mesh_file": character, "model_preference": "test_halves", **asked}
        job_id = live_server.post("/segment/analyze", body).json()["job_id"]
        assert live_server.wait(job_id)["status"] == "completed"
        told = provenance(live_server.get(f"/mesh/download/{job_id}"))
        assert (
            told["request"]
            == {"segmentation_level": "coarse", "min_part_size": 100, "parameters": {}} | asked
        )
