"""Every released version's data is there after an upgrade, on SQLite and on PostgreSQL.

``releases`` has a dump of each release's tables with a few rows in all of them, made by that release. They are
never changed; a release adds its own.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from databases import Backend, Cluster
from pocket3d_server.accounts import ledger
from pocket3d_server.accounts.tables import Account, ApiKey
from pocket3d_server.config import Settings, SettingsError
from pocket3d_server.database import MIGRATIONS, Base, Database, SchemaError
from pocket3d_server.jobs import states, totals
from pocket3d_server.jobs.tables import IdempotentAnswer, Job, JobEvent, StoredFile
from pocket3d_server.jobs.webhooks.tables import Delivery, Webhook
from pocket3d_server.services import open_database
from sqlalchemy import func, make_url, select, text

pytestmark = pytest.mark.both_databases

RELEASES = Path(__file__).parent / "releases"
VERSIONS = sorted({path.name.rsplit(".", 2)[0] for path in RELEASES.glob("*.sql")})


def rows_in(dump: str) -> dict[str, int]:
    """Rows of each table in a dump."""
    tables = re.findall(r'^INSERT INTO (?:public\.)?"?(\w+)"? ', dump, re.M)
    return {name: tables.count(name) for name in set(tables) - {"alembic_version", "sqlite_sequence"}}


@pytest.fixture(params=VERSIONS)
def old(request: pytest.FixtureRequest, backend: Backend, tmp_path: Path) -> Iterator[tuple[Database, str]]:
    """A database as a released version left it, and its dump."""
    kind = "sqlite" if backend.is_sqlite else "postgresql"
    dump = (RELEASES / f"{request.param}.{kind}.sql").read_text(encoding="utf-8")
    url = backend.new(tmp_path, empty=True)
    if backend.is_sqlite:
        with closing(sqlite3.connect(str(make_url(url).database))) as connection:
            connection.executescript(dump)
    else:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(dump.encode())
    database = Database(url)
    yield database, dump
    database.close()


def test_a_released_versions_data_is_all_there(old: tuple[Database, str]) -> None:
    database, dump = old
    database.migrate()
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        for name, count in rows_in(dump).items():
            assert connection.scalar(text(f"SELECT count(*) FROM {name}")) == count, name
    with database.read() as session:
        ada = session.get_one(Account, "acc_ada")
        assert (ada.name, ada.tier, ada.credits) == ("Ada Löwe", "pro", ledger.total(session, "acc_ada"))
        assert session.get_one(ApiKey, "key_1").digest == "d" * 64
        assert session.get_one(Webhook, "whk_1").events == ["job_completed", "job_failed"]
        assert session.scalar(select(func.count()).select_from(Delivery)) == 4
        done = session.get_one(Job, "job_completed")
        assert done.result == {"file_path": "outputs/mesh_2.glb", "format": "glb", "faces": 12}
        assert done.created_at.isoformat() == "2026-11-24T08:00:00+00:00"
        assert session.get_one(StoredFile, "outputs/mesh_2.glb").job_id == done.id
        assert session.get_one(IdempotentAnswer, ("acc_ada", "once")).job_id == done.id
        assert session.get_one(Job, "job_quarantined").quarantined
        assert sum(total.jobs for total in totals.read(session)) == 4


def test_work_that_a_released_version_left_goes_on(old: tuple[Database, str]) -> None:
    database, _ = old
    database.migrate()
    with database.write() as session:
        (left,) = states.abandoned(session, owner_is_gone=True)
        states.abandon(session, left, states.CANCELLED, 25)
        for job_id in ("job_queued", "job_processing"):
            lease = states.claim(session, job_id, "new", 60)
            assert lease
            assert states.complete(session, lease, {"faces": 1}, [])
    with database.read() as session:
        query = select(func.max(JobEvent.seq), func.count()).where(JobEvent.job_id == "job_processing")
        last, count = session.execute(query).one()
        assert last == count
        assert session.get_one(Account, "acc_ada").credits == ledger.total(session, "acc_ada") == 85


def test_the_migrations_are_one_line() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    assert len(script.get_heads()) == len(script.get_bases()) == 1


def test_a_newer_versions_database_is_left_alone(backend: Backend, tmp_path: Path) -> None:
    url = backend.new(tmp_path)
    database = Database(url)
    database.migrate()
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="newer version"):
        database.migrate()
    database.close()
    with pytest.raises(SettingsError, match="install that version or a later one"):
        open_database(Settings(data_dir=tmp_path, database_url=url))


def test_a_database_that_cannot_hold_every_text_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.new(empty=True, how="ENCODING 'SQL_ASCII' TEMPLATE template0")
    with pytest.raises(SettingsError, match=r"encoding SQL_ASCII.*createdb --encoding UTF8"):
        open_database(Settings(data_dir=tmp_path, database_url=url))
