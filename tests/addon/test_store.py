"""What can go wrong with the folder of jobs: disks, damaged records, values that are none."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from addon.core.errors import UserError
from addon.core.jobs import records, store
from addon.core.jobs.job import Job, State, Task
from addon.core.jobs.keeper import Found, Keeper
from addon.core.jobs.store import RECORD, SENT, Store
from addon.core.locks import Owners
from addon.core.request.params import MeshParams, SegmentParams

from .driver import CUBE


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "jobs", Owners(tmp_path / "sessions"))
    yield made
    made.close()
    made.owners.leave()


def job(key: str = "a", **parameters: Any) -> Job:
    return Job(Task("A cube", MeshParams(text_prompt="a cube", parameters=parameters)), key=key)


def full(path: Path, text: str) -> None:
    raise OSError(28, "No space left on device")


def orphan(folder: Path, one: Job) -> Path:
    """The record of a job whose Blender has gone."""
    path = folder / one.key / RECORD
    store.write_whole(path, json.dumps(records.to_record(one, "somebody who has gone")))
    return path


def test_a_record_that_cannot_be_written_as_json_stops_no_other(kept: Store) -> None:
    kept.add(job("bad", strength=object()))
    with pytest.raises(TypeError):
        kept.change("bad", {"progress": 0.0}, wait=True)
    kept.add(job("good"))
    kept.change("good", {}, wait=True)
    assert (kept.folder_of("good") / RECORD).is_file()


def test_a_disk_that_was_full_for_a_moment_is_no_failure_afterwards(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.add(job())
    with monkeypatch.context() as patched:
        patched.setattr(store, "write_whole", full)
        kept.change("a", {"started": 1.0})
        deadline = time.monotonic() + 5
        while not kept._failures and time.monotonic() < deadline:
            time.sleep(0.01)
    kept.change("a", {"started": 2.0}, wait=True)
    assert store.read_record(kept.folder_of("a"))["started"] == 2.0


def test_what_could_not_be_taken_over_is_tried_again(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    orphan(kept.folder, job())
    told: list[Any] = []
    keeper = Keeper(kept, told.append)
    with monkeypatch.context() as patched:
        patched.setattr(store, "write_whole", full)
        with pytest.raises(OSError, match="No space"):
            keeper.look()
    assert not kept.owns("a")
    keeper.look()
    assert kept.owns("a")
    assert isinstance(told[-1], Found)
    assert told[-1].job.mine


def test_a_folder_that_cannot_be_looked_into_is_not_rubbish(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = orphan(kept.folder, job())
    long_ago = time.time() - 10 * store.LEFT_OVER
    os.utime(path.parent, (long_ago, long_ago))
    real = Path.stat

    def denied(self: Path, **options: Any) -> os.stat_result:
        if self.name == RECORD:
            raise PermissionError(13, "Permission denied")
        return real(self, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "stat", denied)
        found = dict(store.records_in(kept.folder))
    assert path.is_file()
    assert "a" in found, "it has not gone either"


def test_a_folder_of_jobs_that_is_away_for_a_moment_loses_none(kept: Store) -> None:
    orphan(kept.folder, job())
    told: list[Any] = []
    keeper = Keeper(kept, told.append)
    keeper.look()
    kept.folder.rename(kept.folder.with_name("away"))
    told.clear()
    keeper.look()
    assert not told


def test_rubbish_goes_after_a_while(kept: Store) -> None:
    begun = kept.folder / "begun"
    begun.mkdir(parents=True)
    assert not dict(store.records_in(kept.folder))
    assert begun.is_dir()
    long_ago = time.time() - 2 * store.LEFT_OVER
    os.utime(begun, (long_ago, long_ago))
    assert not dict(store.records_in(kept.folder))
    assert not begun.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("created", "yesterday"), ("listed", "no"), ("seconds", None), ("job_id", 7), ("state", "resting")],
)
def test_a_record_with_a_value_that_is_none_is_put_aside(kept: Store, name: str, value: object) -> None:
    path = orphan(kept.folder, job())
    path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))
    told: list[Any] = []
    Keeper(kept, told.append).look()
    assert [type(t).__name__ for t in told] == ["Unreadable"]
    assert not path.exists()


def test_one_record_that_cannot_be_put_aside_does_not_hide_the_others(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("a", "b"):
        orphan(kept.folder, job(key))
    next(kept.folder.iterdir()).joinpath(RECORD).write_text("{")

    def refused(folder: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(store, "set_aside", refused)
    told: list[Any] = []
    Keeper(kept, told.append).look()
    assert any(isinstance(t, Found) for t in told)


def test_a_mesh_that_is_nowhere_is_said(kept: Store, tmp_path: Path) -> None:
    task = Task("Cube", SegmentParams())
    with pytest.raises(UserError, match="select the object"):
        kept.keep_inputs("b", task, tmp_path / "empty")


def test_a_mesh_is_written_whole_or_not_at_all(
    kept: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(mesh: object, path: Path) -> None:
        path.write_bytes(b"glTF")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.glb, "write_glb", half)
    with pytest.raises(OSError, match="No space"):
        kept.keep_inputs("b", Task("Cube", SegmentParams(), CUBE), None)
    assert not (kept.folder_of("b") / SENT).exists()


def test_a_closed_store_says_that_nothing_was_written(kept: Store) -> None:
    kept.add(job())
    kept.close()
    with pytest.raises(OSError, match="closed"):
        kept.change("a", {}, wait=True)
    assert not [t for t in threading.enumerate() if t is kept._writer and t.is_alive()]


def test_states_are_those_of_the_record(kept: Store) -> None:
    one = job()
    one.state = State.RUNNING
    folder = orphan(kept.folder, one).parent
    assert records.from_record(store.read_record(folder), folder).state is State.RUNNING
