"""Each trouble is a reason with advice, and the probes of load balancers tell those apart that stop all work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from live import wait_until
from pocket3d_server import health
from pocket3d_server.app import create_app
from pocket3d_server.config import Settings
from pocket3d_server.jobs import totals
from pocket3d_server.probe import Probe
from pocket3d_server.runners import devices
from pocket3d_server.runners.base import Trouble
from pocket3d_server.runners.devices import Gpu, GpuFacts
from pocket3d_server.services import Services
from sqlalchemy.exc import OperationalError


class House:
    """A whole server without a socket."""

    def __init__(self, folder: Path, **settings: object) -> None:
        given = {"data_dir": folder, "cpu_jobs": 1, "no_auth": True} | settings
        self.services = Services(Settings(**given))  # type: ignore[arg-type]
        self.services.start()
        self.client: FlaskClient = create_app(self.services).test_client()

    def reasons(self) -> dict[str, str]:
        """Message of each reason; every one has advice."""
        body = self.client.get("/api/v1/system/health").get_json()
        assert all(reason["suggestion"] for reason in body["reasons"])
        assert body["status"] == ("degraded" if body["reasons"] else "healthy")
        return {reason["code"]: reason["message"] for reason in body["reasons"]}

    def probes(self) -> tuple[int, int]:
        """Status codes for readiness and liveness."""
        return tuple(self.client.get(path).status_code for path in ("/healthz", "/healthz/live"))  # type: ignore[return-value]

    def close(self) -> None:
        self.services.stop()
        self.services.database.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


def test_a_server_that_can_work_is_healthy(house: House) -> None:
    assert house.reasons() == {}
    assert house.probes() == (200, 200)


def test_a_database_that_another_program_holds(house: House) -> None:
    other = sqlite3.connect(house.services.settings.data_dir / "pocket3d.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        reasons = wait_until(house.reasons, 10)
        assert "has not answered" in reasons["database_unavailable"]
        assert house.probes() == (503, 200)
    finally:
        other.close()
    wait_until(lambda: house.reasons() == {}, 15)


def test_a_database_that_cannot_be_written(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "WRITE_NOTHING", "UPDATE absent SET x = 1")
    assert "no such table: absent" in house.reasons()["database_unavailable"]
    assert house.probes() == (503, 200)


def test_a_disk_below_the_floor(tmp_path: Path) -> None:
    made = House(tmp_path, min_free_mb=10**9)
    try:
        assert "MB must stay free" in made.reasons()["disk_full"]
        assert made.probes() == (503, 200)
    finally:
        made.close()


def test_no_model_that_can_run(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.services.catalog, "all", list)
    assert "no_model_ready" in house.reasons()
    assert house.probes() == (503, 200)


def test_a_pool_that_can_run_nothing_says_why(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    trouble = Trouble("fleet_unreachable", "The fleet has been lost for 7 s.", "Start its head again.")
    monkeypatch.setattr(house.services.pool, "trouble", lambda: trouble)
    monkeypatch.setattr(house.services.catalog, "all", list)
    assert house.reasons() == {"fleet_unreachable": "The fleet has been lost for 7 s."}
    assert house.probes() == (503, 200)


def test_a_scheduler_that_has_ended_needs_a_restart(house: House) -> None:
    house.services.scheduler.stop()
    assert "scheduler_stopped" in house.reasons()
    assert house.probes() == (503, 503)


def test_a_scheduler_that_fails_in_every_turn(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FAILING_S", 0.2)

    def fail() -> None:
        raise OSError(28, "No space left on device")

    fail.__name__ = "tidy"
    monkeypatch.setattr(house.services.pool, "tidy", fail)
    wait_until(house.reasons)
    assert "failed in tidy" in house.reasons()["scheduler_failing"]
    monkeypatch.undo()
    wait_until(lambda: house.reasons() == {})


def test_a_model_whose_runners_all_die_stops_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    crashes = {"trellis": 3, "unirig": 2}
    monkeypatch.setattr(house.services.pool, "crashes_in_a_row", lambda: crashes)
    assert house.reasons() == {"model_crashes": "The last 3 runners of trellis died."}
    assert house.probes() == (200, 200)


def test_a_lost_gpu_and_a_driver_that_hangs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = Gpu(0, "GPU 0", 0, 0, 0, None, None, problem="GPU is lost")
    probe = Probe(lambda: GpuFacts([lost], {}), fresh_s=60, patience_s=10)
    monkeypatch.setattr(devices, "_probe", probe)
    assert house.reasons() == {"gpu_unavailable": "GPU 0 cannot be used: GPU is lost."}
    assert house.probes() == (200, 200)


def test_metrics_leave_out_what_does_not_answer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> None:
        raise OperationalError("SELECT", {}, Exception("the server closed the connection"))

    assert "pocket3d_jobs_unfinished" in house.client.get("/metrics").get_data(as_text=True)
    monkeypatch.setattr(totals, "read", lambda session: lost())
    answer = house.client.get("/metrics")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "pocket3d_workers" in text
    assert "pocket3d_jobs_unfinished" not in text


def test_draining_is_told_to_all(house: House) -> None:
    house.services.drain(1)
    assert house.client.get("/api/v1/system/health").get_json()["status"] == "draining"
    assert house.client.get("/healthz").get_json() == {"status": "draining"}
    assert house.probes() == (503, 200)
