"""What every pool of runners does, on this machine and on a Ray cluster: warm reuse, reports, death, stop, eviction."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engines import cube
from live import TESTS, alive, wait_until
from pocket3d_server.errors import ErrorCode
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.gltf_write import write_glb
from pocket3d_server.geometry.read import read_asset
from pocket3d_server.runners.base import Died, Done, Failed, ProgressReport, StopReason
from pools import Harness, LocalHarness, ray_harness


@pytest.fixture(params=["local", "ray"])
def make_harness(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Harness]]:
    """Makes pools that are closed at the end."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    made: list[Harness] = []
    if request.param == "ray":
        nodes, link = (request.getfixturevalue(name) for name in ("ray_nodes", "ray_link"))
        kind = ray_harness(nodes.address, link)
    else:
        kind = LocalHarness

    def make(**settings: float) -> Harness:
        made.append(kind(tmp_path / "data", **settings))
        return made[-1]

    (tmp_path / "data").mkdir()
    yield make
    for harness in made:
        harness.pool.close()


@pytest.fixture
def harness(make_harness: Callable[..., Harness]) -> Harness:
    return make_harness()


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
        assert all((harness.folder / f.name).stat().st_size == f.size for f in done.files)
        pids.append((tmp_path / name).read_text())
    assert pids[0] == pids[1]
    wait_until(lambda: [s.models_loaded for s in harness.pool.state()] == [["test_steps"], []], 5)
    assert harness.metrics.of_runners()["runner_starts", "test_steps"] == 1


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
    wait_until(
        lambda: any("test_broken" in s.models_loaded for s in harness.pool.state() if s.slot == slot), 5
    )


def test_stop_kills_the_tree_and_reports_nothing(harness: Harness, tmp_path: Path) -> None:
    attempt, _ = harness.run("test_hangs", pid_file=str(tmp_path / "pids"))
    pids = wait_until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text(), 30).split()
    harness.pool.stop(attempt.key, StopReason.TIME_LIMIT)
    wait_until(lambda: not any(alive(int(pid)) for pid in pids), 2)
    wait_until(lambda: ("runner_ends", "test_hangs", "time_limit") in harness.metrics.of_runners(), 5)
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


def test_close_leaves_no_process(harness: Harness, tmp_path: Path) -> None:
    harness.run("test_hangs", pid_file=str(tmp_path / "pids"))
    pids = wait_until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text(), 30).split()
    harness.pool.close()
    wait_until(lambda: not any(alive(int(pid)) for pid in pids), 2)


def test_idle_processes_end(make_harness: Callable[..., Harness], tmp_path: Path) -> None:
    harness = make_harness(idle_seconds=0.1)
    harness.final(harness.run("test_steps", pid_file=str(tmp_path / "pid"))[0])
    pid = int((tmp_path / "pid").read_text())
    time.sleep(0.2)
    wait_until(lambda: harness.pool.tidy() or not alive(pid), 5)
    wait_until(lambda: not any(s.models_loaded for s in harness.pool.state()), 5)


def test_the_process_idle_longest_makes_room(make_harness: Callable[..., Harness]) -> None:
    harness = make_harness(warm_processes=1)
    for model in ("test_steps", "test_broken"):
        harness.final(harness.run(model)[0])
    wait_until(lambda: [m for s in harness.pool.state() for m in s.models_loaded] == ["test_broken"], 5)


def test_a_file_goes_to_the_runner_and_its_result_comes_back(
    make_harness: Callable[..., Harness], tmp_path: Path
) -> None:
    harness = make_harness()
    mesh = tmp_path / "cube.glb"
    write_glb(Asset([cube()]), mesh)
    attempt, _ = harness.run("test_paint", "texture_generation", mesh)
    result = next(path for path in harness.made(attempt) if path.suffix == ".glb")
    assert next(iter(read_asset(result).primitives())).material.base_color_image is not None
    mesh.unlink()
    attempt, _ = harness.run("test_paint", "texture_generation", mesh)
    report = harness.final(attempt)
    assert isinstance(report, Failed)
    assert "cube.glb that the job needs has been deleted" in report.message


def test_what_cannot_run_is_given_no_place(harness: Harness) -> None:
    assert harness.pool.room().place("nothing") is None
