"""Puts the server together: one object holds its parts, in the order in which they depend on each other."""

from __future__ import annotations

from pocket3d_server.accounts.auth import TOKEN_PREFIX, Accounts
from pocket3d_server.accounts.limits import Limiter
from pocket3d_server.accounts.private_files import read_or_create_secret
from pocket3d_server.accounts.tokens import TokenSigner
from pocket3d_server.config import Settings
from pocket3d_server.database import Database
from pocket3d_server.jobs import queries
from pocket3d_server.health import Health
from pocket3d_server.jobs.events import EventLog
from pocket3d_server.jobs.files import ORPHAN_AGE_S, FileStore
from pocket3d_server.jobs.scheduler import Scheduler
from pocket3d_server.jobs.submit import Submitter
from pocket3d_server.jobs.watch import watch
from pocket3d_server.jobs.webhooks.book import WebhookBook
from pocket3d_server.jobs.webhooks.sender import WebhookSender
from pocket3d_server.metrics import Metrics
from pocket3d_server.parents import Parents
from pocket3d_server.runners.catalog import Catalog
from pocket3d_server.runners.inspector import Inspector
from pocket3d_server.runners.local import LocalPool, LocalSettings


class Services:
    """The parts of a server. Making it prepares the data folder and the schema; ``start`` begins work."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.parents = Parents(settings.parent_pids)
        self.files = FileStore(settings.data_dir)
        self.database = Database(settings.database)
        self.database.migrate()
        self.accounts = Accounts(
            self.database,
            local_token=read_or_create_secret(settings.token_path, TOKEN_PREFIX),
            signer=TokenSigner(settings.signing_path),
            no_auth=settings.no_auth,
        )
        self.accounts.ensure_local_account()
        self.limiter = Limiter()
        self.catalog = Catalog(settings.extra_engines)
        self.events = EventLog(self.database)
        self.events.listen(watch(self.metrics))
        self.webhooks = WebhookBook(self.database, settings.webhook_allow_private)
        self.webhook_sender = WebhookSender(self.database, self.webhooks, self.links)
        self.events.listen(self.webhook_sender.hear)
        self.inspector = Inspector(settings.max_image_pixels)
        self.submitter = Submitter(
            settings, self.database, self.events, self.catalog, self.files, self.inspector
        )
        self.pool = LocalPool(
            self.catalog,
            LocalSettings(
                cpu_jobs=settings.cpu_jobs,
                warm_processes=settings.warm_processes,
                idle_seconds=settings.idle_seconds,
                job_time_limit=settings.job_time_limit,
                data_dir=settings.data_dir,
            ),
            self.metrics,
        )
        self.scheduler = Scheduler(
            settings, self.database, self.events, self.catalog, self.pool, self.files, self.metrics
        )
        self.health = Health(settings, self.database, self.catalog, self.pool, self.scheduler)

    def start(self) -> None:
        """Take up the work that is there. Only one server may do this with one data folder (``serving`` locks it)."""
        alone = self.database.is_sqlite
        with self.database.read() as session:
            known = queries.all_paths(session)
        self.files.sweep(known, min_age=0 if alone else ORPHAN_AGE_S)
        self.submitter.forget_old_answers()
        self.scheduler.start(alone=alone)
        self.webhook_sender.start(alone=alone)

    def drain(self, seconds: float) -> None:
        """Begin the end: take no new jobs and start none; what runs has ``seconds`` to finish."""
        self.health.drain()
        self.submitter.close(seconds)
        self.scheduler.drain()

    def stop(self) -> None:
        """End open event streams, stop claiming, kill the runners, queue their jobs again."""
        self.events.close()
        self.scheduler.stop()
        self.webhook_sender.stop()
        self.inspector.close()
