"""The pool of local processes, without a server: warm reuse, reports, death, stop, eviction."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from live import TESTS, alive, wait_until
from pocket3d_server.errors import Refusal
from pocket3d_server.models.engine import Feature
from pocket3d_server.runners.base import Died, Done, Failed, Progress, Report, Slot, Task
from pocket3d_server.runners.catalog import Catalog
from pocket3d_server.runners.local import LocalPool, LocalSettings

ENGINES = ["engines:Steps", "engines:Crashes", "engines:Hangs", "engines:Broken", "engines:Unready"]


class Harness:
    """A pool whose reports are kept."""

    def __init__(self, folder: Path, **settings: float) -> None:
        given = {"cpu_jobs": 2, "warm_processes": 4, "idle_seconds": 60, "job_time_limit": 60} | settings
        self.folder = folder
        self.pool = LocalPool(Catalog(ENGINES), LocalSettings(**given))  # type: ignore[arg-type]
        self.reports: queue.Queue[Report] = queue.Queue()
        self.pool.start(self.reports.put)
        self._count = 0

    def run(self, model_id: str, **parameters: object) -> tuple[Task, Slot]:
        self._count += 1
        task = Task(
            key=f"job_{self._count}:1",
            job_id=f"job_{self._count}",
            model_id=model_id,
            feature="mesh_generation",
            request={"text_prompt": "x", "seed": 1, "parameters": parameters},
            output_format="glb",
            output_dir=str(self.folder),
            output_stem=f"s{self._count}",
        )
        slot = self.pool.free_slot(model_id)
        assert slot
        self.pool.run(task, slot)
        return task, slot

    def final(self, task: Task) -> Report:
        while True:
            report = self.reports.get(timeout=30)
            if report.key == task.key and not isinstance(report, Progress):
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
        task, _ = harness.run("test_steps", pid_file=str(tmp_path / name))
        done = harness.final(task)
        assert isinstance(done, Done)
        assert {f.name for f in done.files} == {
            f"mesh_{task.output_stem}.glb",
            f"preview_{task.output_stem}.jpg",
        }
        assert all((tmp_path / f.name).stat().st_size == f.size for f in done.files)
        pids.append((tmp_path / name).read_text())
    assert pids[0] == pids[1]
    assert [s.models_loaded for s in harness.pool.state()] == [["test_steps"], []]


def test_two_tasks_run_on_two_slots_and_a_third_has_to_wait(harness: Harness) -> None:
    (first, at), (second, other) = harness.run("test_hangs"), harness.run("test_hangs")
    assert at != other
    assert harness.pool.free_slot("test_steps") is None
    assert {s.current_job for s in harness.pool.state()} == {first.job_id, second.job_id}
    harness.pool.stop(first.key)
    assert harness.pool.free_slot("test_steps") == at


def test_death_is_reported_once_and_the_next_task_gets_a_new_process(harness: Harness) -> None:
    task, _ = harness.run("test_crashes")
    report = harness.final(task)
    assert isinstance(report, Died)
    assert "exit code 7" in report.message
    again, _ = harness.run("test_crashes")
    assert isinstance(harness.final(again), Died)
    time.sleep(0.1)
    assert harness.reports.empty()


def test_a_bug_in_an_engine_fails_the_task_and_keeps_the_process(harness: Harness) -> None:
    task, slot = harness.run("test_broken")
    report = harness.final(task)
    assert isinstance(report, Failed)
    assert "ZeroDivisionError" in report.message
    assert any("test_broken" in s.models_loaded for s in harness.pool.state() if s.slot == slot)


def test_stop_kills_the_tree_and_reports_nothing(harness: Harness, tmp_path: Path) -> None:
    task, _ = harness.run("test_hangs", pid_file=str(tmp_path / "pids"))
    pids = wait_until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text(), 30).split()
    harness.pool.stop(task.key)
    wait_until(lambda: not any(alive(int(pid)) for pid in pids), 2)
    left = [harness.reports.get() for _ in range(harness.reports.qsize())]
    assert all(isinstance(report, Progress) for report in left)


def test_close_leaves_no_process(harness: Harness, tmp_path: Path) -> None:
    harness.run("test_hangs", pid_file=str(tmp_path / "pids"))
    pids = wait_until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text(), 30).split()
    harness.pool.close()
    wait_until(lambda: not any(alive(int(pid)) for pid in pids), 2)


def test_idle_processes_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    harness = Harness(tmp_path, idle_seconds=0.1)
    task, _ = harness.run("test_steps", pid_file=str(tmp_path / "pid"))
    harness.final(task)
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
        with pytest.raises(Refusal) as refused:
            choose(wrong)
        assert refused.value.code == "MODEL_UNAVAILABLE"
        assert "test_steps" in refused.value.details["suggestion"]
    with pytest.raises(Refusal, match="takes text and image, not mesh"):
        choose("test_steps", {"mesh"})


def test_the_catalog_chooses_a_ready_model_that_takes_the_inputs() -> None:
    for inputs in ({"text"}, {"image"}, {"text", "image"}):
        model = Catalog(ENGINES).choose(Feature.MESH_GENERATION, inputs, None)
        assert model.ready
        assert inputs & set(model.spec.inputs)
