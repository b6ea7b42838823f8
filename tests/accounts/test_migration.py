"""Data that an earlier version wrote is still there after the schema has changed."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from pocket3d_server.accounts.tables import Account, ApiKey
from pocket3d_server.database import MIGRATIONS, Database
from pocket3d_server.jobs.tables import Job, JobEvent
from sqlalchemy import func, select, text

FIRST_ROWS = """
INSERT INTO accounts (id, name, tier, credits, created_at) VALUES ('ada', 'Ada', 'pro', 0, '2026-01-01 00:00:00');
INSERT INTO api_keys (id, account_id, name, digest, hint, created_at)
    VALUES ('key', 'ada', 'Ada', 'd', 'p3d_', '2026-01-01 00:00:00');
INSERT INTO jobs (id, account_id, feature, model_id, status, request, output_format, created_at, progress, stage,
    attempts, fence, last_seq) VALUES ('job', 'ada', 'mesh_generation', 'm', 'queued', '{}', 'glb',
    '2026-01-01 00:00:00', 0, '', 0, 0, 1);
INSERT INTO job_events (job_id, seq, event, data, created_at)
    VALUES ('job', 1, 'job_queued', '{}', '2026-01-01 00:00:00')
"""


def test_keys_and_jobs_of_the_first_version_survive_and_are_not_metered(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with database.write() as session:
        for statement in FIRST_ROWS.split(";"):
            session.execute(text(statement))
    database.migrate()
    with database.read() as session:
        assert session.get_one(Account, "ada").credits is None
        assert session.get_one(ApiKey, "key").scopes is None
        assert session.get_one(Job, "job").credits is None
        assert session.scalar(select(func.count()).select_from(JobEvent)) == 1
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
    database.close()
