"""A disabled account's queue waits, and goes on when the account is enabled."""

from __future__ import annotations

from pathlib import Path

from databases import Backend
from pocket3d_server.accounts import registry
from pocket3d_server.database import Database
from pocket3d_server.jobs import states
from pocket3d_server.jobs.backlog import Backlog
from pocket3d_server.jobs.policy import Policy
from pocket3d_server.jobs.tables import Job
from pocket3d_server.times import now


def test_the_scheduler_passes_over_the_jobs_of_disabled_accounts(backend: Backend, tmp_path: Path) -> None:
    database = Database(backend.new(tmp_path))
    database.migrate()
    backlog = Backlog(Policy())

    def models() -> set[str]:
        with database.read() as session:
            backlog.read(session, now())
        return backlog.models

    with database.write() as session:
        ids = [registry.create(session, name, "pro").id for name in ("Ada", "Bob")]
        for number, account_id in enumerate(ids):
            job = Job(
                id=f"job_{number}",
                account_id=account_id,
                feature="mesh_generation",
                model_id=f"model_{number}",
                request={},
                output_format="glb",
                created_at=now(),
            )
            states.enqueue(session, job)
        registry.disable(session, ids[0])
    assert models() == {"model_1"}
    with database.write() as session:
        registry.enable(session, ids[0])
    assert models() == {"model_0", "model_1"}
    database.close()
