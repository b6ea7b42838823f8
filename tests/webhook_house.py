"""What tests of webhooks stand on: a job table, a book of webhooks, and a sender whose clock is the test's."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from pocket3d_server.accounts.auth import LOCAL_ACCOUNT
from pocket3d_server.database import Database
from pocket3d_server.errors import ErrorCode
from pocket3d_server.jobs import states
from pocket3d_server.jobs.events import EventLog, change
from pocket3d_server.jobs.links import Links
from pocket3d_server.jobs.states import JobError
from pocket3d_server.jobs.tables import Job
from pocket3d_server.jobs.webhooks.book import WebhookBook
from pocket3d_server.jobs.webhooks.sender import WebhookSender
from pocket3d_server.jobs.webhooks.tables import Delivery, Webhook
from pocket3d_server.times import now
from sqlalchemy import select

RESULT = {"file_path": "outputs/mesh_1.glb", "format": "glb", "preview_image": "outputs/preview_1.jpg"}


class House:
    """A job table, a book of webhooks and a sender whose turns the test makes; ``at`` is its clock."""

    def __init__(self, database: Database) -> None:
        self.at = now() + timedelta(
            minutes=1
        )  # after all that the test does; signatures may be 5 minutes off
        self.database = database
        self.events = EventLog(self.database)
        self.book = WebhookBook(self.database, None)
        self.links = Links(["k" * 32], 3600, "https://api.example.org")
        self.sender = self.new_sender()

    def new_sender(self) -> WebhookSender:
        return WebhookSender(self.database, self.book, self.links, lambda: self.at)

    def hook(self, url: str, *events: str, secret: str | None = None) -> Webhook:
        return self.book.create(LOCAL_ACCOUNT, url, events or ("job_completed", "job_failed"), secret)

    def job(self, account: str = LOCAL_ACCOUNT) -> str:
        job_id = f"job_{random.randbytes(6).hex()}"
        with change(self.database, self.events) as session:
            states.enqueue(
                session,
                Job(
                    id=job_id,
                    account_id=account,
                    feature="mesh_generation",
                    model_id="m",
                    request={},
                    output_format="glb",
                    created_at=now(),
                ),
            )
        return job_id

    def finish(self, result: dict[str, Any] | None = None, account: str = LOCAL_ACCOUNT) -> str:
        """A job that has been completed with a result, or has failed without."""
        job_id = self.job(account)
        with change(self.database, self.events) as session:
            lease = states.claim(session, job_id, "me", 60)
            assert lease
            if result is None:
                error = JobError(ErrorCode.OUT_OF_MEMORY, "No memory.", "Lower the quality.")
                assert states.fail(session, lease, error)
            else:
                assert states.complete(session, lease, result, [])
        return job_id

    def send(self, **later: float) -> int:
        """Let time pass, send all that is due, and wait for it."""
        self.at += timedelta(**later)
        begun = 0
        while count := self.sender.turn():
            begun += count
            assert self.sender.wait_idle(30)
        return begun

    def deliveries(self) -> list[Delivery]:
        with self.database.read() as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.created_at, Delivery.id)))
