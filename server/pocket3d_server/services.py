"""Puts the server together: one object holds its parts, in the order in which they depend on each other."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError

from pocket3d_server.accounts.auth import TOKEN_PREFIX, Accounts
from pocket3d_server.accounts.limits import Limiter, MemoryLimiter
from pocket3d_server.accounts.private_files import read_or_create_secret
from pocket3d_server.accounts.shared_limits import LimitsError, SharedLimiter
from pocket3d_server.accounts.tiers import ANONYMOUS
from pocket3d_server.accounts.tokens import TokenSigner
from pocket3d_server.config import Settings, SettingsError
from pocket3d_server.database import Database, SchemaError
from pocket3d_server.health import Health
from pocket3d_server.jobs.events import EventLog
from pocket3d_server.jobs.files import FileStore
from pocket3d_server.jobs.forecast import Forecast
from pocket3d_server.jobs.links import Links
from pocket3d_server.jobs.notices import Notices
from pocket3d_server.jobs.policy import Policy
from pocket3d_server.jobs.quota import Quota
from pocket3d_server.jobs.retention import Sweeper
from pocket3d_server.jobs.scheduler import Scheduler
from pocket3d_server.jobs.submit import Submitter
from pocket3d_server.jobs.watch import watch
from pocket3d_server.jobs.webhooks.book import WebhookBook
from pocket3d_server.jobs.webhooks.sender import WebhookSender
from pocket3d_server.metrics import Metrics
from pocket3d_server.parents import Parents
from pocket3d_server.runners.base import RunnerPool
from pocket3d_server.runners.catalog import Catalog
from pocket3d_server.runners.inspector import Inspector
from pocket3d_server.runners.local import LocalPool, LocalSettings
from pocket3d_server.runners.ray import RayPool
from pocket3d_server.runners.ray_roster import RaySettings
from pocket3d_server.storage import StorageError, bucket
from pocket3d_server.weights.download import Hub
from pocket3d_server.weights.installer import Installer
from pocket3d_server.weights.shelf import Shelf


class Services:
    """The parts of a server. Making it prepares the data folder and the schema; ``start`` begins work."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.parents = Parents(settings.parent_pids)
        self.files = open_files(settings)
        self.database = open_database(settings)
        self.accounts = Accounts(
            self.database,
            local_token=read_or_create_secret(settings.token_path, TOKEN_PREFIX),
            signer=TokenSigner(settings.signing_path),
            no_auth=settings.no_auth,
        )
        self.accounts.ensure_local_account()
        self.limiter = _limiter(settings)
        self.quota = Quota(settings, self.database)
        keys = settings.link_keys or read_or_create_secret(settings.link_keys_path).split()
        self.links = Links(keys, settings.link_seconds, settings.public_url)
        self.sweeper = Sweeper(settings, self.database, self.files)
        self.shelf = Shelf.at(settings.data_dir, settings.models_dir, settings.min_free_mb)
        self.installer = Installer(self.shelf, Hub.of_environment())
        fleet = _fleet(settings, self.metrics) if settings.runner == "ray" else None
        self.catalog = Catalog(settings.extra_engines, settings.memory_mb, shelf=self.shelf, fleet=fleet)
        self.events = EventLog(self.database)
        self.events.listen(watch(self.metrics))
        self.events.listen(self.sweeper.hear)
        self.webhooks = WebhookBook(self.database, settings.webhook_allow_private)
        self.webhook_sender = WebhookSender(self.database, self.webhooks, self.links, metrics=self.metrics)
        self.events.listen(self.webhook_sender.hear)
        self.inspector = Inspector(settings.max_image_pixels)
        self.pool: RunnerPool = fleet or LocalPool(
            self.catalog,
            LocalSettings(
                cpu_jobs=settings.cpu_jobs,
                warm_processes=settings.warm_processes,
                idle_seconds=settings.idle_seconds,
                job_time_limit=settings.job_time_limit,
                data_dir=settings.data_dir,
                models_dir=settings.models_dir,
                memory_mb=settings.memory_mb,
            ),
            self.metrics,
        )
        self.policy = Policy(settings.ageing_seconds)
        self.forecast = Forecast(self.catalog, self.pool, self.policy)
        self.submitter = Submitter(
            settings,
            self.database,
            self.events,
            self.catalog,
            self.files,
            self.quota,
            self.inspector,
            self.forecast,
        )
        self.scheduler = Scheduler(
            settings,
            self.database,
            self.events,
            self.catalog,
            self.pool,
            self.files,
            self.metrics,
            self.policy,
        )
        self.notices = Notices(self.database, self.events.hear_elsewhere)
        self.events.listen_elsewhere(self._wake)
        self.health = Health(settings, self.database, self.catalog, self.pool, self.scheduler, self.limiter)

    def start(self) -> None:
        """Take up the work that is there. Only one server may do this with one data folder (``serving`` locks it)."""
        alone = self.database.is_sqlite
        self.sweeper.clear()
        self.scheduler.start(alone=alone)
        self.notices.start()
        self.webhook_sender.start(alone=alone)
        self.sweeper.start()

    def drain(self, seconds: float) -> None:
        """Begin the end: take no new jobs and start none; what runs has ``seconds`` to finish."""
        self.submitter.close(seconds)
        self.scheduler.drain()

    def stop(self) -> None:
        """End open event streams, stop claiming, kill the runners, queue their jobs again."""
        self.events.close()
        self.notices.stop()
        self.installer.stop()
        self.scheduler.stop()
        self.webhook_sender.stop()
        self.sweeper.stop()
        self.inspector.close()

    def _wake(self, _job_id: str, kind: str) -> None:
        """Another server has queued or cancelled a job, or ended one and so made room in its account's limit."""
        if kind != "job_started":
            self.scheduler.wake()


def open_database(settings: Settings) -> Database:
    """The database, with its schema up to date. Raises SettingsError."""
    try:
        database = Database(settings.database)
        database.migrate()
    except SchemaError as error:
        raise SettingsError(f"{error}.") from error
    except (SQLAlchemyError, ImportError) as error:
        why = str(getattr(error, "orig", None) or error).strip()
        raise SettingsError(f"the database cannot be used: {why}. Check --database-url.") from error
    return database


def open_files(settings: Settings) -> FileStore:
    """The files, in the data folder or a bucket. Raises SettingsError."""
    try:
        return FileStore(settings.data_dir, bucket(settings.storage_url) if settings.storage_url else None)
    except StorageError as error:
        raise SettingsError(str(error)) from error


def _limiter(settings: Settings) -> Limiter:
    strangers = replace(ANONYMOUS, requests_per_minute=settings.anonymous_requests_per_minute)
    alone = MemoryLimiter(strangers=strangers)
    if not settings.limits_url:
        return alone
    try:
        return SharedLimiter(settings.limits_url, alone, strangers)
    except LimitsError as error:
        raise SettingsError(str(error)) from error


def _fleet(settings: Settings, metrics: Metrics) -> RayPool:
    return RayPool(
        RaySettings(
            address=settings.ray_address,
            data_dir=settings.data_dir,
            extra_engines=tuple(settings.extra_engines),
            warm_processes=settings.warm_processes,
            idle_seconds=settings.idle_seconds,
            job_time_limit=settings.job_time_limit,
        ),
        metrics,
    )
