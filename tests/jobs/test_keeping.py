"""What is kept, for how long, and how much of it: retention, quotas, and the floor of free disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from databases import Backend
from pocket3d_server.accounts.tables import Account
from pocket3d_server.config import Settings
from pocket3d_server.database import Database
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs import file_queries
from pocket3d_server.jobs.files import FileStore
from pocket3d_server.jobs.quota import LOOK_EVERY, Quota
from pocket3d_server.jobs.retention import ANSWER_LIFE, Sweeper
from pocket3d_server.jobs.tables import IdempotentAnswer, Job, Status, StoredFile
from sqlalchemy import select

MB = 1024 * 1024
START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class House:
    """A database and files, with a clock that the test turns."""

    def __init__(self, folder: Path, url: str, **settings: object) -> None:
        self.settings = Settings(data_dir=folder, database_url=url, **settings)  # type: ignore[arg-type]
        self.files = FileStore(folder)
        self.database = Database(self.settings.database)
        self.database.migrate()
        self.now = START
        self.sweeper = Sweeper(self.settings, self.database, self.files, lambda: self.now)
        self.quota = Quota(self.settings, self.database)
        with self.database.write() as session:
            session.add_all(
                [Account(id="ada", name="Ada", tier="free"), Account(id="local", name="Me", tier="local")]
            )

    def add(self, path: str, job_id: str | None = None, size: int = 1, account: str = "ada") -> str:
        """A stored file of today."""
        (self.files.root / path).write_bytes(b"x")
        with self.database.write() as session:
            session.add(
                StoredFile(
                    path=path,
                    account_id=account,
                    job_id=job_id,
                    kind="mesh",
                    media_type="model/gltf-binary",
                    size=size,
                    sha256="0" * 64,
                    created_at=self.now,
                )
            )
        return path

    def job(self, job_id: str, status: Status, mesh: str | None = None) -> None:
        with self.database.write() as session:
            session.add(
                Job(
                    id=job_id,
                    account_id="ada",
                    feature="auto_rigging",
                    model_id="m",
                    status=status,
                    request={"mesh": mesh},
                    output_format="glb",
                    created_at=self.now,
                )
            )

    def there(self) -> set[str]:
        return {
            f"{p.parent.name}/{p.name}"
            for n in ("uploads", "outputs")
            for p in self.files.folder(n).iterdir()
        }

    def refusal(self, path: str) -> Refusal:
        with self.database.read() as session, pytest.raises(Refusal) as refused:
            file_queries.own_file(session, "ada", path)
        return refused.value


@pytest.fixture
def house(backend: Backend, tmp_path: Path) -> Iterator[House]:
    house = House(
        tmp_path, backend.new(tmp_path), keep_uploads_days=30, keep_outputs_days=7, storage_quota_mb=10
    )
    yield house
    house.database.close()


def test_files_go_when_their_time_is_over_and_say_so(house: House) -> None:
    house.job("job_1", Status.COMPLETED)
    house.add("uploads/a.glb")
    house.add("outputs/b.glb", job_id="job_1")
    house.now = START + 7 * DAY
    assert house.sweeper.expire() == 0
    house.now += timedelta(seconds=1)
    assert house.sweeper.expire() == 1
    assert house.there() == {"uploads/a.glb"}
    gone = house.refusal("outputs/b.glb")
    assert gone.code is ErrorCode.GONE
    assert "was deleted on 2026-01-08, 7 days after it was made" in gone.message
    assert "Submit the job again" in gone.details["suggestion"]
    house.now = START + 31 * DAY
    house.sweeper.expire()
    assert house.there() == set()
    assert "31 days after it was uploaded" in house.refusal("uploads/a.glb").message
    assert house.refusal("uploads/other.glb").code is ErrorCode.NOT_FOUND


def test_an_upload_that_is_used_stays(house: House) -> None:
    house.add("uploads/used.glb")
    house.add("uploads/needed.glb")
    house.job("job_1", Status.QUEUED, mesh="uploads/needed.glb")
    with house.database.write() as session:
        file_queries.take_into_use(session, {"mesh": "uploads/used.glb", "images": ["inputs/j/image_0.png"]})
        row = session.get_one(StoredFile, "uploads/used.glb")
        assert row.used_at
        row.used_at = START + 20 * DAY
    house.now = START + 40 * DAY
    assert house.sweeper.expire() == 0
    house.now = START + 51 * DAY
    assert house.sweeper.expire() == 1
    assert "after it was last used" in house.refusal("uploads/used.glb").message
    assert house.there() == {"uploads/needed.glb"}


def test_what_has_just_been_deleted_is_not_taken_into_use(house: House) -> None:
    house.add("uploads/a.glb")
    house.now = START + 31 * DAY
    house.sweeper.expire()
    for path in ("uploads/a.glb", "uploads/never.glb"):
        with house.database.write() as session, pytest.raises(Refusal, match="just been deleted"):
            file_queries.take_into_use(session, {"mesh": path})


def test_zero_days_mean_for_ever(backend: Backend, tmp_path: Path) -> None:
    house = House(tmp_path, backend.new(tmp_path), keep_uploads_days=0)
    assert house.settings.keep_outputs_days == 0
    house.add("uploads/a.glb")
    house.now = START + 10_000 * DAY
    assert house.sweeper.expire() == 0
    house.database.close()


def test_a_kill_between_the_mark_and_the_deletion_leaves_an_orphan_that_is_swept(house: House) -> None:
    house.add("uploads/a.glb")
    with house.database.write() as session:
        session.get_one(StoredFile, "uploads/a.glb").deleted_at = START
    house.sweeper.clear()
    assert house.there() == set()


def test_many_files_expire_in_batches(house: House) -> None:
    for number in range(3):
        house.add(f"uploads/{number}.glb")
    house.now = START + 31 * DAY
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pocket3d_server.jobs.retention.BATCH", 2)
        assert house.sweeper.expire() == 3


def test_answers_to_repeated_submits_are_forgotten_while_the_server_runs(house: House) -> None:
    def answer(key: str, at: datetime) -> IdempotentAnswer:
        facts = {"body_digest": "d", "job_id": "job_1", "answer": {}}
        return IdempotentAnswer(account_id="ada", key=key, created_at=at, **facts)

    with house.database.write() as session:
        session.add_all([answer("old", START), answer("new", START + 2 * DAY)])
    house.now = START + ANSWER_LIFE + DAY
    house.sweeper.turn()
    with house.database.read() as session:
        assert list(session.scalars(select(IdempotentAnswer.key))) == ["new"]


def test_a_quota_holds_at_the_byte(house: House) -> None:
    house.add("uploads/a.glb", size=6 * MB)
    house.add("uploads/of_another.glb", size=9 * MB, account="local")
    with house.database.read() as session:
        house.quota.check(session, "ada", 4 * MB)
        with pytest.raises(Refusal) as refused:
            house.quota.check(session, "ada", 4 * MB + 1)
    assert refused.value.code is ErrorCode.STORAGE_FULL
    assert "You may store 10 MB; you use 6 MB" in refused.value.message
    assert "DELETE /files/{path}" in refused.value.details["suggestion"]
    assert (refused.value.details["used_bytes"], refused.value.details["limit_bytes"]) == (6 * MB, 10 * MB)


def test_what_arrives_counts_while_it_arrives(house: House) -> None:
    house.add("uploads/a.glb", size=6 * MB)
    room = house.quota.room("ada", announced=0)
    room.take(4 * MB)
    with pytest.raises(Refusal, match="You may store"):
        room.take(1)


def test_deleted_files_make_room(house: House) -> None:
    house.add("uploads/a.glb", size=10 * MB)
    house.now = START + 31 * DAY
    house.sweeper.expire()
    with house.database.read() as session:
        house.quota.check(session, "ada", 10 * MB)
        assert house.quota.usage(session, "ada").total == 0


def test_limits_are_the_tiers_unless_a_setting_says_otherwise(backend: Backend, tmp_path: Path) -> None:
    house = House(tmp_path, backend.new(tmp_path))
    with house.database.read() as session:
        assert house.quota.limit(session, "ada") == 5 * 1024 * MB
        assert house.quota.limit(session, "local") is None
    house.database.close()


def test_the_floor_of_free_disk(backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(tmp_path, backend.new(tmp_path))
    free = 600 * MB
    monkeypatch.setattr(house.quota, "free_bytes", lambda: free)
    house.add("outputs/a.glb", size=2 * MB, account="local")
    room = house.quota.room("local", announced=99 * MB)
    with pytest.raises(Refusal) as refused:
        house.quota.room("local", announced=101 * MB)
    assert "600 MB are free, and 500 MB are kept free" in refused.value.message
    assert refused.value.retry_after
    free = 499 * MB
    with pytest.raises(Refusal, match="kept free"):
        room.take(LOOK_EVERY)
    with pytest.raises(Refusal, match="kept free"):
        house.quota.check_disk("local")
    house.database.close()
