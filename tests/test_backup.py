"""Backup and restore: of a server under load, of PostgreSQL, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import requests
from databases import Backend
from live import LiveServer, run_cli, wait_until
from PIL import Image
from pocket3d_server import backup
from pocket3d_server.accounts import registry
from pocket3d_server.accounts.tables import Account
from pocket3d_server.backup import BackupError
from pocket3d_server.cli import main
from pocket3d_server.config import Settings
from pocket3d_server.database import Database
from pocket3d_server.jobs import file_queries
from pocket3d_server.jobs.tables import Job, StoredFile
from pocket3d_server.locks import try_lock
from sqlalchemy import select

Start = Callable[..., LiveServer]


def picture() -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def test_a_busy_servers_backup_has_all_of_one_moment(
    own_server: Start, backend: Backend, tmp_path: Path
) -> None:
    server = own_server(POCKET3D_CPU_JOBS="1")
    done = server.submit(steps=1)
    server.wait(done)
    hook = server.post("/webhooks", {"url": "http://127.0.0.1:9/none", "events": ["job_failed"]}).json()
    key = server.cli("keys", "create", "laptop").split()
    key = next(word for word in key if word.startswith("p3d_"))
    ids = [done]
    stop = threading.Event()

    def load() -> None:
        body = {"model_preference": "test_steps", "images": [picture()], "parameters": {"steps": 2}}
        while not stop.is_set():
            ids.append(server.post("/mesh/generate", body).json()["job_id"])

    thread = threading.Thread(target=load)
    thread.start()
    wait_until(lambda: len(ids) > 5, 30)
    before = list(ids)
    archive = tmp_path / "pocket3d.tar"
    said = server.cli("backup", str(archive))
    assert "files" in said
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    stop.set()
    thread.join()
    assert not list(server.data_dir.glob(".backup*"))
    running = main(["restore", str(archive), "--data-dir", str(server.data_dir), "--replace"])
    assert running == 2, "not over a running server"
    server.kill()

    place = tmp_path / "restored"
    place.mkdir()
    settings = {"POCKET3D_DATABASE_URL": backend.new(place, empty=True)}
    if backend.is_sqlite:
        settings = {}
    assert "unfinished jobs go on" in run_cli(
        "restore", str(archive), "--data-dir", str(place / "data"), **settings
    )
    database = Database(settings.get("POCKET3D_DATABASE_URL", f"sqlite:///{place / 'data' / 'pocket3d.db'}"))
    with closing(database), database.read() as session:
        jobs = list(session.scalars(select(Job)))
        assert set(before) <= {job.id for job in jobs} <= set(ids)
        for row in session.scalars(select(StoredFile)):
            assert hashlib.sha256((place / "data" / row.path).read_bytes()).hexdigest() == row.sha256
        unfinished = [job for job in jobs if job.status in ("queued", "processing")]
        assert unfinished
        for job in unfinished:
            for path in file_queries.paths_in(job.request):
                assert (place / "data" / path).exists()

    again = LiveServer(place, POCKET3D_CPU_JOBS="1", POCKET3D_LEASE_SECONDS="1", **settings)
    try:
        assert again.token == server.token
        assert again.get("/account", token=key).status_code == 200
        assert [found["id"] for found in again.get("/webhooks").json()["webhooks"]] == [hook["id"]]
        url = again.job(done)["result"]["download_url"]
        assert requests.get(url, timeout=30).content.startswith(b"glTF")
        for job in unfinished[:8]:
            assert again.wait(job.id, 60)["status"] == "completed"
    finally:
        again.stop()


@pytest.fixture
def filled(backend: Backend, tmp_path: Path) -> Settings:
    """Data of a server that does not run: an account and an upload."""
    folder = tmp_path / "old"
    (folder / "uploads").mkdir(parents=True)
    url = f"sqlite:///{folder / 'pocket3d.db'}" if backend.is_sqlite else backend.new(folder, empty=True)
    settings = Settings(data_dir=folder, database_url=url)
    database = Database(url)
    database.migrate()
    with closing(database), database.write() as session:
        registry.ensure_local(session)
        session.flush()
        for name in ("a.glb", "gone.glb"):
            session.add(
                StoredFile(
                    path=f"uploads/{name}",
                    account_id="local",
                    kind="mesh",
                    media_type="model/gltf-binary",
                    size=1,
                    sha256="0",
                )
            )
    (folder / "uploads" / "a.glb").write_bytes(b"x")
    (folder / "uploads" / "nobodys.glb").write_bytes(b"x")
    (folder / "jwt_secret").write_text("secret\n")
    return settings


@pytest.mark.both_databases
def test_what_is_restored_is_what_was_backed_up(filled: Settings, backend: Backend, tmp_path: Path) -> None:
    made = backup.backup(filled, tmp_path / "b.tar")
    assert made.files == 1
    new = Settings(data_dir=tmp_path / "new", database_url=backend.new(tmp_path / "none", empty=True))
    (tmp_path / "none").mkdir()
    assert backup.restore(new, tmp_path / "b.tar") == made
    assert (new.data_dir / "uploads" / "a.glb").read_bytes() == b"x"
    assert not (new.data_dir / "uploads" / "nobodys.glb").exists()
    assert new.signing_path.read_text() == "secret\n"
    with pytest.raises(BackupError, match="restore elsewhere, or replace it with --replace"):
        backup.restore(new, tmp_path / "b.tar")
    database = Database(new.database)
    with closing(database):
        database.migrate()
        with database.write() as session:
            session.get_one(Account, "local").name = "changed"
    (new.data_dir / "uploads" / "later.glb").write_bytes(b"y")
    backup.restore(new, tmp_path / "b.tar", replace=True)
    assert {path.name for path in (new.data_dir / "uploads").iterdir()} == {"a.glb"}
    (aside,) = new.data_dir.glob("replaced-*")
    assert (aside / "uploads" / "later.glb").exists()
    database = Database(new.database)
    with closing(database), database.read() as session:
        assert session.get_one(Account, "local").name == "This machine"


@pytest.mark.both_databases
def test_a_restore_is_refused_while_somebody_uses_the_data(
    filled: Settings, backend: Backend, tmp_path: Path
) -> None:
    backup.backup(filled, tmp_path / "b.tar")
    new = Settings(data_dir=tmp_path / "new", database_url=filled.database)
    with ExitStack() as stack:
        if backend.is_sqlite:
            new.data_dir.mkdir()
            assert try_lock(stack.enter_context((new.data_dir / "server.lock").open("a+b")))
        else:
            database = Database(filled.database)
            stack.callback(database.close)
            stack.enter_context(database.read()).connection()
        with pytest.raises(BackupError, match="stop "):
            backup.restore(new, tmp_path / "b.tar", replace=True)


def test_a_bucket_stays_where_it_is(filled: Settings, tmp_path: Path) -> None:
    made = backup.backup(filled.model_copy(update={"storage_url": "s3://bucket"}), tmp_path / "b.tar")
    assert (made.files, made.storage_url) == (0, "s3://bucket")


@pytest.mark.sqlite_file
@pytest.mark.parametrize(
    "harm", ["cut", "changed", "no tar", "unfinished", "newer", "other database", "outside"]
)
def test_an_archive_that_is_not_whole_replaces_nothing(filled: Settings, harm: str, tmp_path: Path) -> None:
    path = tmp_path / "b.tar"
    backup.backup(filled, path)
    data = path.read_bytes()
    with tarfile.open(path) as archive:
        offset = archive.getmember("database.sqlite").offset_data
        last = archive.getmember("manifest.json").offset_data
    match harm:
        case "cut":
            path.write_bytes(data[: len(data) // 2])
        case "changed":
            path.write_bytes(data[: offset + 100] + b"\xff" + data[offset + 101 :])
        case "no tar":
            path.write_bytes(b"nothing of the kind")
        case "unfinished":
            path.write_bytes(data[: last - 512] + b"\0" * 1024)
        case "newer":
            path.write_bytes(data.replace(b'"format": 1', b'"format": 9'))
        case "outside":
            path.write_bytes(data.replace(b"database.sqlite", b"../../../../esc"))
        case "other database":
            path.write_bytes(data.replace(b'"database": "sqlite"', b'"database": "oracle"'))
    with pytest.raises(BackupError) as refused:
        backup.restore(filled, path, replace=True)
    assert (
        "restore it" in str(refused.value)
        or "no whole backup" in str(refused.value)
        or "give --database-url" in str(refused.value)
    )
    assert Path(filled.data_dir, "uploads", "a.glb").exists()
    assert not list(filled.data_dir.glob("replaced-*"))
    assert not list(filled.data_dir.glob(".restore"))


@pytest.mark.sqlite_file
def test_what_cannot_be_backed_up_says_why(
    filled: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*arguments: str) -> str:
        assert main([*arguments]) == 2
        return capsys.readouterr().err

    (tmp_path / "there.tar").touch()
    assert "exists already" in said("backup", str(tmp_path / "there.tar"), "--data-dir", str(filled.data_dir))
    assert "no data folder" in said("backup", str(tmp_path / "b.tar"), "--data-dir", str(tmp_path / "absent"))
    (tmp_path / "empty").mkdir()
    assert "nothing to back up" in said(
        "backup", str(tmp_path / "b.tar"), "--data-dir", str(tmp_path / "empty")
    )
    assert not list((tmp_path / "empty").glob("*.db"))
    assert "could not be written" in said(
        "backup", str(tmp_path / "no" / "b.tar"), "--data-dir", str(filled.data_dir)
    )
    assert "cannot be read" in said(
        "restore", str(tmp_path / "absent.tar"), "--data-dir", str(tmp_path / "new")
    )


@pytest.mark.sqlite_file
def test_a_backup_leaves_the_database_as_it_was(filled: Settings, tmp_path: Path) -> None:
    backup.backup(filled, tmp_path / "b.tar")
    with tarfile.open(tmp_path / "b.tar") as archive:
        content = archive.extractfile("database.sqlite")
        assert content is not None
        (tmp_path / "database.sqlite").write_bytes(content.read())
        manifest = json.loads(archive.extractfile("manifest.json").read())  # type: ignore[union-attr]
    assert set(manifest["sha256"]) == {"database.sqlite", "files/uploads/a.glb", "secrets/jwt_secret"}
    with closing(sqlite3.connect(tmp_path / "database.sqlite")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
