"""The life of jobs in a real server: finish, fail, cancel, crash, hang, restart."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from live import LiveServer, alive, assert_refused, wait_until

Start = Callable[..., LiveServer]


def names(events: list[dict]) -> list[str]:
    return [event["event"] for event in events]


def test_a_job_finishes_with_files_that_can_be_fetched(live_server: LiveServer) -> None:
    job = live_server.wait(live_server.submit(steps=2))
    assert job["status"] == "completed", job
    assert job["created_at"] <= job["started_at"] <= job["completed_at"]
    result = job["result"]
    mesh = live_server.get(f"/mesh/download/{job['job_id']}")
    assert mesh.content[:4] == b"glTF"
    assert len(mesh.content) == result["file_size"]
    assert (result["faces"], result["format"]) == (12, "glb")
    preview = live_server.get(f"/files/{result['preview_image']}")
    assert preview.headers["Content-Type"] == "image/jpeg"
    assert preview.content[:3] == b"\xff\xd8\xff"
    part = live_server.get(f"/files/{result['file_path']}", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"glTF")
    again = live_server.get(f"/files/{result['file_path']}", headers={"If-None-Match": mesh.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("model", "code", "message"),
    [
        ("test_refuses", "INVALID_INPUT", "The prompt names nothing."),
        ("test_broken", "PROCESSING_FAILED", "ZeroDivisionError"),
        ("test_empty", "PROCESSING_FAILED", "no faces"),
    ],
)
def test_each_failure_is_told_and_not_tried_again(
    live_server: LiveServer, model: str, code: str, message: str
) -> None:
    job = live_server.wait(live_server.submit(model), 60)
    assert job["status"] == "error"
    assert job["error"]["error_code"] == code
    assert message in job["error"]["message"]
    assert job["error"]["details"]["suggestion"]
    assert job["attempts"] == 1
    events = live_server.events(job["job_id"])
    assert names(events).count("job_started") == 1
    assert events[-1]["event"] == "job_failed"
    assert events[-1]["error"] == job["error"]["message"]


def test_cancelling_a_running_job_kills_its_process_tree_within_two_seconds(
    live_server: LiveServer, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    job_id = live_server.submit("test_hangs", pid_file=str(pids))
    runner, grandchild = map(int, wait_until(lambda: pids.exists() and pids.read_text(), 30).split())
    begun = time.monotonic()
    answer = live_server.post(f"/jobs/{job_id}/cancel").json()
    assert (answer["status"], answer["error"]["error_code"]) == ("error", "CANCELLED")
    wait_until(lambda: not alive(runner) and not alive(grandchild), 2)
    assert time.monotonic() - begun < 2
    assert live_server.events(job_id)[-1]["error_code"] == "CANCELLED"
    assert live_server.post(f"/jobs/{job_id}/cancel").json()["error"]["error_code"] == "CANCELLED"


def test_a_queued_job_is_cancelled_before_it_begins(live_server: LiveServer) -> None:
    busy = [live_server.submit("test_hangs") for _ in range(2)]
    wait_until(lambda: all(live_server.job(j)["status"] == "processing" for j in busy), 20)
    waiting = live_server.submit()
    assert live_server.job(waiting)["queue_position"] == 1
    cancelled = live_server.post(f"/jobs/{waiting}/cancel").json()
    assert cancelled["status"] == "error"
    assert cancelled["started_at"] is None
    for job_id in busy:
        live_server.post(f"/jobs/{job_id}/cancel")
    assert names(live_server.events(waiting)) == ["job_queued", "job_failed"]


def test_a_completed_job_is_not_cancelled_but_deleted(live_server: LiveServer) -> None:
    job = live_server.wait(live_server.submit())
    refused = live_server.post(f"/jobs/{job['job_id']}/cancel")
    assert (refused.status_code, refused.json()["error_code"]) == (409, "CONFLICT")
    file = live_server.data_dir / job["result"]["file_path"]
    assert file.exists()
    assert live_server.request("DELETE", f"/jobs/{job['job_id']}").status_code == 204
    assert not file.exists()
    assert live_server.get(f"/jobs/{job['job_id']}").status_code == 404
    assert live_server.get(f"/files/{job['result']['file_path']}").status_code == 404


def test_a_job_that_failed_by_itself_is_not_cancelled(live_server: LiveServer) -> None:
    job = live_server.wait(live_server.submit("test_refuses"))
    code = job["error"]["error_code"]
    refused = live_server.post(f"/jobs/{job['job_id']}/cancel")
    assert_refused(refused, 409, "CONFLICT", f"failed already ({code})")
    assert live_server.job(job["job_id"])["error"]["error_code"] == code


def test_a_job_whose_input_was_deleted_behind_our_back_says_so(live_server: LiveServer) -> None:
    source = live_server.wait(live_server.submit())
    busy = [live_server.submit("test_hangs") for _ in range(2)]
    wait_until(lambda: all(live_server.job(j)["status"] == "processing" for j in busy), 20)
    body = {"mesh_file": f"job:{source['job_id']}", "model_preference": "test_bones"}
    job_id = live_server.post("/rig/generate", body).json()["job_id"]
    (live_server.data_dir / source["result"]["file_path"]).unlink()
    for other in busy:
        live_server.post(f"/jobs/{other}/cancel")
    error = live_server.wait(job_id)["error"]
    assert error["error_code"] == "INVALID_INPUT"
    assert "deleted" in error["message"]


def test_a_running_job_is_not_deleted(live_server: LiveServer) -> None:
    job_id = live_server.submit("test_hangs")
    assert live_server.request("DELETE", f"/jobs/{job_id}").status_code == 409
    live_server.post(f"/jobs/{job_id}/cancel")


def test_a_killed_runner_costs_one_attempt_and_the_job_finishes(
    live_server: LiveServer, tmp_path: Path
) -> None:
    pid_file = tmp_path / "pid"
    job_id = live_server.submit(steps=15, seconds=0.1, pid_file=str(pid_file))
    pid = int(wait_until(lambda: pid_file.exists() and pid_file.read_text(), 30))
    os.kill(pid, 9)
    job = live_server.wait(job_id)
    assert (job["status"], job["attempts"]) == ("completed", 2)
    told = live_server.events(job_id)
    assert [e["attempt"] for e in told if e["event"] == "job_queued"] == [1, 2]
    assert "SIGKILL" in next(e["reason"] for e in told if e.get("reason"))
    assert (
        len(list((live_server.data_dir / "outputs").glob(f"*{Path(job['result']['file_path']).stem[5:]}*")))
        == 2
    )


def test_a_server_killed_mid_job_leaves_no_process_and_its_successor_finishes_the_job(
    own_server: Start, tmp_path: Path
) -> None:
    server = own_server()
    pid_file = tmp_path / "pid"
    running = server.submit(steps=20, seconds=0.1, pid_file=str(pid_file))
    waiting = [server.submit() for _ in range(2)]
    pid = int(wait_until(lambda: pid_file.exists() and pid_file.read_text(), 30))
    server.kill()
    wait_until(lambda: not alive(pid), 3)
    server.start()
    for job_id in [running, *waiting]:
        assert server.wait(job_id)["status"] == "completed"
    seqs = [event["seq"] for event in server.events(running)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert names(server.events(running)).count("job_completed") == 1


def test_a_stopped_server_gives_its_job_back_without_counting_the_attempt(
    own_server: Start, tmp_path: Path
) -> None:
    server = own_server()
    pid_file = tmp_path / "pid"
    job_id = server.submit(steps=20, seconds=0.1, pid_file=str(pid_file))
    pid = int(wait_until(lambda: pid_file.exists() and pid_file.read_text(), 30))
    assert server.stop() == 0
    assert not alive(pid)
    assert not server.port_file.exists()
    server.start()
    job = server.wait(job_id)
    assert (job["status"], job["attempts"]) == ("completed", 1)


def test_the_time_limit_kills_the_job_and_frees_the_slot(own_server: Start, tmp_path: Path) -> None:
    server = own_server(POCKET3D_JOB_TIME_LIMIT="6", POCKET3D_CPU_JOBS="1")
    pids = tmp_path / "pids"
    job_id = server.submit("test_hangs", pid_file=str(pids))
    behind = server.submit()
    job = server.wait(job_id)
    assert job["error"]["error_code"] == "TIMEOUT"
    assert "6 seconds" in job["error"]["message"]
    assert not any(alive(int(pid)) for pid in pids.read_text().split())
    assert server.wait(behind)["status"] == "completed"


def test_the_server_ends_with_its_parent(own_server: Start) -> None:
    import subprocess
    import sys

    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    server = own_server("--parent-pid", str(parent.pid))
    parent.communicate(b"\n")
    assert server.process.wait(10) == 0


def test_a_second_parent_keeps_the_server_and_strangers_cannot_add_one(own_server: Start) -> None:
    import subprocess
    import sys

    def program() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)

    first, second = program(), program()
    server = own_server("--parent-pid", str(first.pid))
    key = server.cli("keys", "create", "Ada").strip()
    assert server.post("/system/parents", {"pid": second.pid}, token=key).status_code == 403
    assert server.post("/system/parents", {"pid": 2**22 + 1}).json()["error_code"] == "INVALID_INPUT"
    for _ in range(2):
        answer = server.post("/system/parents", {"pid": second.pid}).json()
        assert answer == {"parents": sorted([first.pid, second.pid]), "ends_with_parents": True}
    first.communicate(b"\n")
    time.sleep(1.5)
    assert server.process.poll() is None
    assert server.get("/system/health").status_code == 200
    second.communicate(b"\n")
    assert server.process.wait(10) == 0


def test_a_server_without_parents_takes_none() -> None:
    from pocket3d_server.parents import Parents

    alone = Parents()
    assert alone.add(os.getpid())
    assert (alone.pids(), alone.gone()) == ([], False)
    orphan = Parents([2**22 + 1])
    assert orphan.gone()
    assert not orphan.add(os.getpid())


def test_a_second_server_on_the_same_data_is_refused(live_server: LiveServer) -> None:
    import subprocess
    import sys

    command = [
        sys.executable,
        "-m",
        "pocket3d_server",
        "serve",
        "--port",
        "0",
        "--data-dir",
        str(live_server.data_dir),
    ]
    second = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert second.returncode == 2
    assert "another server uses" in second.stderr
