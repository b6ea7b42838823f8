"""What is kept about where a result came from."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
from pocket3d import MeshResult

from addon.core.jobs import provenance
from addon.core.jobs.job import Job, Task
from addon.core.meshes.model import MeshData
from addon.core.meshes.results import Payload, described
from addon.core.request.params import MeshParams, RigParams


def model(**extras: object) -> MeshData:
    nothing = np.zeros((0, 3), np.int32)
    return MeshData(nothing, nothing, nothing, nothing, nothing, nothing, [], [], extras=extras)


def done(task: Task, raw: dict[str, object], payload: Payload | None = None) -> Job:
    job = Job(task, job_id="job_1", server="http://127.0.0.1:1")
    job.result, job.payload = MeshResult.from_dict(raw), payload
    return job


def test_everything_that_made_it_and_nothing_secret(tmp_path: Path) -> None:
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"png")
    params = MeshParams(
        "auto", None, {"detail": 3}, text_prompt="a cat", images=(str(picture),), quality="low"
    )
    task = Task("A cat", params, group="g", variant=2)
    payload = Payload(model(), None, tuple(described(params.images)))
    raw = {"model_id": "m", "model_revision": "7", "licence": "MIT", "seed": 2**40}
    step = provenance.describe(done(task, raw, payload), parent="abc")
    text = provenance.to_text([step])
    assert str(tmp_path) not in text
    assert step["inputs"] == [{"name": "cat.png", "sha256": hashlib.sha256(b"png").hexdigest()}]
    assert (step["seed"], step["prompt"], step["title"]) == (str(2**40), "a cat", "A cat")
    assert step["model"] == {"id": "m", "revision": "7", "licence": "MIT"}
    assert (step["group"], step["variant"], step["parent"], step["job_id"]) == ("g", 2, "abc", "job_1")
    assert step["params"]["parameters"] == {"detail": 3}
    assert json.loads(text) == provenance.from_text(text) == [step]


def test_the_file_says_what_the_answer_does_not() -> None:
    payload = Payload(model(model_id="m", model_revision="2", licence="MIT", seed=5))
    step = provenance.describe(done(Task("A cup", MeshParams(text_prompt="a cup")), {}, payload))
    assert (step["seed"], step["model"]["id"]) == ("5", "m")


def test_settings_come_back_with_the_seed_that_was_used() -> None:
    params = MeshParams("", None, {"detail": 3}, text_prompt="a cup", quality="high")
    step = provenance.describe(done(Task("A cup", params), {"seed": 0, "model_id": "builtin_text"}))
    again = provenance.settings_of(json.loads(json.dumps(step)))
    assert again == MeshParams("builtin_text", 0, {"detail": 3}, text_prompt="a cup", quality="high")


def test_steps_are_found() -> None:
    made = provenance.describe(done(Task("A cup", MeshParams(text_prompt="a cup")), {}))
    rigged = provenance.describe(done(Task("A cup", RigParams()), {}))
    assert provenance.last_mesh_step([made, rigged]) == made
    assert provenance.last_mesh_step([rigged]) is None
    assert provenance.last_step([made, rigged, {"feature": "of_a_later_version"}]) == rigged


def test_what_is_unreadable_gives_nothing() -> None:
    for text in ("{broken", "3", '["text"]', ""):
        assert provenance.from_text(text) == []


def test_a_picture_that_has_gone_is_named_at_least() -> None:
    assert described(["/nowhere/lost.png"]) == [{"name": "lost.png"}]
