"""The pool of local processes: whose runners are killed, what a child does alone, what the catalog offers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import pytest
from engines import Steps
from live import TESTS, alive, wait_until
from pocket3d_server.errors import ErrorCode
from pocket3d_server.models.engine import EngineError, FailureCode, Feature, MeshRequest
from pocket3d_server.runners import deliver
from pocket3d_server.runners.base import Attempt, Failed
from pocket3d_server.runners.catalog import Catalog, NoModelError
from pocket3d_server.runners.descent import Family
from pocket3d_server.runners.protocol import decode_report, encode_report
from pools import LocalHarness

NAMES = ["Steps", "Crashes", "Hangs", "Broken", "Unready", "Unloadable", "Stuck"]
ENGINES = [f"engines:{name}" for name in NAMES]


def test_a_server_leaves_the_runners_of_a_folder_with_a_like_name_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    folder = tmp_path / "p3d test"
    folder.mkdir()
    harness = LocalHarness(folder)
    harness.run("test_hangs", pid_file=str(tmp_path / "pids"))
    pids = wait_until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text(), 30).split()
    assert Family(tmp_path / "p3d").kill_left_behind() == 0
    assert all(alive(int(pid)) for pid in pids)
    assert Family(folder).kill_left_behind() == len(pids)
    harness.pool.close()


def test_a_child_ends_when_its_server_is_gone(tmp_path: Path) -> None:
    import subprocess
    import sys

    command = [sys.executable, "-m", "pocket3d_server.runners.child", "engines:Hangs", "cpu", "60"]
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True
    )
    assert child.stdin
    assert child.stdout
    assert b"ready" in child.stdout.readline()
    child.stdin.close()
    child.wait(3)
    child.stdout.close()


def choose(preference: str | None = None, inputs: set[str] | None = None) -> str:
    return Catalog(ENGINES).choose(Feature.MESH_GENERATION, inputs or {"text"}, preference).spec.model_id


def test_the_catalog_takes_the_preference_or_says_what_is_ready() -> None:
    assert choose("test_steps") == "test_steps"
    assert choose("test_steps", {"text", "image"}) == "test_steps"
    for wrong in ("test_unready", "nothing"):
        with pytest.raises(NoModelError) as refused:
            choose(wrong)
        assert refused.value.code == "MODEL_UNAVAILABLE"
        assert "test_steps" in refused.value.suggestion
    with pytest.raises(NoModelError, match="takes text and image, not mesh"):
        choose("test_steps", {"mesh"})


def test_the_catalog_chooses_a_ready_model_that_takes_the_inputs() -> None:
    for inputs in ({"text"}, {"image"}, {"text", "image"}):
        model = Catalog(ENGINES).choose(Feature.MESH_GENERATION, inputs, None)
        assert model.ready
        assert inputs & set(model.spec.inputs)


def test_an_engine_cannot_give_a_code_that_the_api_does_not_have() -> None:
    assert {ErrorCode(code) for code in get_args(FailureCode)} <= set(ErrorCode)
    with pytest.raises(ValueError, match="INVALID_REQUEST"):
        EngineError("no", code="INVALID_REQUEST")  # type: ignore[arg-type]
    report = Failed("job:1", ErrorCode.OUT_OF_MEMORY, "too large")
    assert decode_report(encode_report(report)) == report
    with pytest.raises(ValueError, match="NONSENSE"):
        decode_report(encode_report(report).replace(b"OUT_OF_MEMORY", b"NONSENSE"))


def test_a_file_that_cannot_be_read_back_is_the_results_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(asset: object, path: Path) -> None:
        path.write_bytes(b"glTF")

    monkeypatch.setattr(deliver, "write_glb", short)
    request = MeshRequest(text_prompt="x")
    attempt = Attempt("j:1", "j", "test_steps", "mesh_generation", {}, "glb", str(tmp_path), "s")
    made = Steps().run(request, lambda fraction, stage: None)
    with pytest.raises(deliver.ResultError, match="cannot be read"):
        deliver.deliver(attempt, Steps.spec, request, made, lambda stage: None)
