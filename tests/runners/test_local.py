"""The pool of local processes, without a server: warm reuse, reports, death, stop, eviction."""

from __future__ import annotations

import os
import queue
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from engines import Steps
from live import TESTS, alive, wait_until
from pocket3d_server.errors import ErrorCode
from pocket3d_server.models.engine import EngineError, FailureCode, Feature, MeshRequest
from pocket3d_server.runners import deliver
from pocket3d_server.runners.base import Attempt, Died, Done, Failed, ProgressReport, Report, Slot
from pocket3d_server.runners.catalog import Catalog, NoModelError
from pocket3d_server.runners.descent import Family
from pocket3d_server.runners.local import LocalPool, LocalSettings
from pocket3d_server.runners.protocol import decode_report, encode_report

NAMES = ["Steps", "Crashes", "Hangs", "Broken", "Unready", "Unloadable", "Stuck"]
ENGINES = [f"engines:{name}" for name in NAMES]


class Harness:
    """A pool whose reports are kept."""

    def __init__(self, folder: Path, **settings: float) -> None:
        given = {"cpu_jobs": 2, "warm_processes": 4, "idle_seconds": 60, "job_time_limit": 60} | settings
        self.folder = folder
        self.pool = LocalPool(Catalog(ENGINES), LocalSettings(data_dir=folder, **given))  # type: ignore[arg-type]
        self.reports: queue.Queue[Report] = queue.Queue()
        self.pool.start(self.reports.put)
        self._count = 0

    def run(self, model_id: str, **parameters: object) -> tuple[Attempt, Slot]:
        self._count += 1
        attempt = Attempt(
            key=f"job_{self._count}:1",
            job_id=f"job_{self._count}",
            model_id=model_id,
            feature="mesh_generation",
            request={"text_prompt": "x", "seed": 1, "parameters": parameters},
            output_format="glb",
            output_dir=str(self.folder),
            output_stem=f"s{self._count}",
        )
        placement = self.pool.room().place(model_id)
        assert placement
        self.pool.run(attempt, placement)
        return attempt, placement.slot

    def final(self, attempt: Attempt) -> Report:
        while True:
            report = self.reports.get(timeout=30)
            if report.key == attempt.key and not isinstance(report, ProgressReport):
                return report


@pytest.fixture
def harness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harness]:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    made = Harness(tmp_path)
    yield made
    made.pool.close()


def test_a_warm_process_is_used_again(harness: Harness, tmp_path: Path) -> None:
    pids = []
    for name in ("a", "b"):
        attempt, _ = harness.run("test_steps", pid_file=str(tmp_path / name))
        done = harness.final(attempt)
        assert isinstance(done, Done)
        assert {f.name for f in done.files} == {
            f"mesh_{attempt.output_stem}.glb",
            f"preview_{attempt.output_stem}.jpg",
        }
        assert all((tmp_path / f.name).stat().st_size == f.size for f in done.files)
        pids.append((tmp_path / name).read_text())
    assert pids[0] == pids[1]
    assert [s.models_loaded for s in harness.pool.state()] == [["test_steps"], []]


def test_two_tasks_run_on_two_slots_and_a_third_has_to_wait(harness: Harness) -> None:
    (first, at), (second, other) = harness.run("test_hangs"), harness.run("test_hangs")
    assert at != other
    assert not harness.pool.room().has_free_slot
    assert {s.current_job for s in harness.pool.state()} == {first.job_id, second.job_id}
    harness.pool.stop(first.key, "a test")
    free = harness.pool.room().place("test_steps")
    assert free
    assert free.slot == at


def test_death_is_reported_once_and_the_next_task_gets_a_new_process(harness: Harness) -> None:
    attempt, _ = harness.run("test_crashes")
    report = harness.final(attempt)
    assert isinstance(report, Died)
    assert "exit code 7" in report.message
    again, _ = harness.run("test_crashes")
    assert isinstance(harness.final(again), Died)
    time.sleep(0.1)
    assert harness.reports.empty()


def test_crashes_are_counted_until_an_attempt_ends(harness: Harness) -> None:
    for _ in range(2):
        harness.final(harness.run("test_crashes")[0])
    harness.final(harness.run("test_broken")[0])
    assert harness.pool.crashes_in_a_row() == {"test_crashes": 2}


def test_a_bug_in_an_engine_fails_the_task_and_keeps_the_process(harness: Harness) -> None:
    attempt, slot = harness.run("test_broken")
    report = harness.final(attempt)
    assert isinstance(report, Failed)
    assert "ZeroDivisionError" in report.message
    assert any("test_broken" in s.models_loaded for s in harness.pool.state() if s.slot == slot)


def test_stop_kills_the_tree_and_reports_nothing(harness: Harness, tmp_path: Path) -> None:
    attempt, _ = harness.run("test_hangs", pid_file=str(tmp_path / "pids"))
    pids = wait_until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text(), 30).split()
    harness.pool.stop(attempt.key, "a test")
    wait_until(lambda: not any(alive(int(pid)) for pid in pids), 2)
    left = [harness.reports.get() for _ in range(harness.reports.qsize())]
    assert all(isinstance(report, ProgressReport) for report in left)


def test_what_has_cut_itself_loose_is_killed_too(harness: Harness, tmp_path: Path) -> None:
    attempt, _ = harness.run("test_stuck", pid_file=str(tmp_path / "pids"))
    pids = tmp_path / "pids"
    wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2, 30)
    runner, daemon = map(int, pids.read_text().split())
    assert os.getsid(daemon) != os.getsid(runner)
    harness.pool.stop(attempt.key, "a test")
    wait_until(lambda: not alive(runner) and not alive(daemon), 2)


def test_a_death_is_seen_though_a_child_holds_the_pipe(harness: Harness, tmp_path: Path) -> None:
    attempt, _ = harness.run("test_stuck", pid_file=str(tmp_path / "pids"))
    pids = tmp_path / "pids"
    wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2, 30)
    runner, daemon = map(int, pids.read_text().split())
    os.kill(runner, signal.SIGKILL)
    wait_until(lambda: harness.pool.tidy() or not alive(daemon), 10)
    assert isinstance(harness.final(attempt), Died)


def test_a_process_that_could_not_load_gets_no_further_attempt(harness: Harness) -> None:
    for _ in range(3):
        attempt, _ = harness.run("test_unloadable")
        report = harness.final(attempt)
        assert isinstance(report, Died)
        assert "weights are torn" in report.message


def test_a_model_that_does_not_load_is_no_fault_of_the_job(harness: Harness) -> None:
    attempt, _ = harness.run("test_unloadable")
    report = harness.final(attempt)
    assert isinstance(report, Died)
    assert (report.loading, report.code) == (True, ErrorCode.MODEL_UNAVAILABLE)
    assert "weights are torn" in report.message
    attempt, _ = harness.run("test_crashes")
    crash = harness.final(attempt)
    assert isinstance(crash, Died)
    assert not crash.loading


def test_a_server_leaves_the_runners_of_a_folder_with_a_like_name_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    folder = tmp_path / "p3d test"
    folder.mkdir()
    harness = Harness(folder)
    harness.run("test_hangs", pid_file=str(tmp_path / "pids"))
    pids = wait_until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text(), 30).split()
    assert Family(tmp_path / "p3d").kill_left_behind() == 0
    assert all(alive(int(pid)) for pid in pids)
    assert Family(folder).kill_left_behind() == len(pids)
    harness.pool.close()


def test_close_leaves_no_process(harness: Harness, tmp_path: Path) -> None:
    harness.run("test_hangs", pid_file=str(tmp_path / "pids"))
    pids = wait_until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text(), 30).split()
    harness.pool.close()
    wait_until(lambda: not any(alive(int(pid)) for pid in pids), 2)


def test_idle_processes_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    harness = Harness(tmp_path, idle_seconds=0.1)
    attempt, _ = harness.run("test_steps", pid_file=str(tmp_path / "pid"))
    harness.final(attempt)
    time.sleep(0.2)
    harness.pool.tidy()
    wait_until(lambda: not alive(int((tmp_path / "pid").read_text())), 2)
    assert all(not s.models_loaded for s in harness.pool.state())
    harness.pool.close()


def test_the_process_idle_longest_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    harness = Harness(tmp_path, warm_processes=1, cpu_jobs=1)
    for model in ("test_steps", "test_broken"):
        harness.final(harness.run(model)[0])
    assert [s.models_loaded for s in harness.pool.state()] == [["test_broken"]]
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
