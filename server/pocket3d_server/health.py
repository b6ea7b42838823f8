"""Whether the server can do its work, and if not, why.

Nothing here waits long: what could hang is asked through a ``Probe``.
"""

from __future__ import annotations

import logging
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from pocket3d_server.accounts.limits import Limiter
from pocket3d_server.config import MB, Settings
from pocket3d_server.database import Database
from pocket3d_server.jobs.scheduler import Scheduler
from pocket3d_server.probe import NoAnswerError, Probe
from pocket3d_server.runners import devices
from pocket3d_server.runners.base import RunnerPool
from pocket3d_server.runners.catalog import Catalog
from pocket3d_server.times import duration

log = logging.getLogger(__name__)

FRESH_S = 2.0
PATIENCE_S = 2.0
FAILING_S = 5.0
"""A turn that fails is repeated at once; after this long it is no passing trouble."""
STALLED_S = 30.0
"""A turn of the scheduler takes milliseconds; after this long without one it hangs."""
WRITE_NOTHING = "UPDATE jobs SET progress = progress WHERE id = ''"
CLOCKS_S = 2.0
"""Clocks of servers and database may differ by this much; a lease is several times as long."""
CRASHES = 3
"""A model whose runners died this often in a row, with no job done in between, is reported."""


@dataclass(frozen=True)
class Problem:
    """Something that a person should look after."""

    code: str
    message: str
    suggestion: str
    blocks: bool = True
    """No job can be done while it lasts; else some can."""


class Health:
    """Looks after the parts of a server."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        catalog: Catalog,
        pool: RunnerPool,
        scheduler: Scheduler,
        limiter: Limiter,
    ) -> None:
        self._settings = settings
        self._database = database
        self._catalog = catalog
        self._pool = pool
        self._scheduler = scheduler
        self._limiter = limiter
        self._clock = Probe(self._seconds_off, fresh_s=10 * FRESH_S, patience_s=PATIENCE_S)
        self._storing = Probe(self._ask_database, fresh_s=FRESH_S, patience_s=PATIENCE_S)
        self._disk = Probe(self._free_mb, fresh_s=FRESH_S, patience_s=PATIENCE_S)

    @property
    def draining(self) -> bool:
        """The server is about to end: it finishes what runs and takes nothing new."""
        return self._scheduler.draining

    def problems(self) -> list[Problem]:
        """All there are now; none on a healthy server."""
        found = [
            self.scheduler_problem(),
            self._failing(),
            self._database_problem(),
            self._disk_problem(),
            self._pool_problem() or self._no_model(),
            self._limits_problem(),
            self._clock_problem(),
        ]
        return [*filter(None, found), *self._crashing(), *self._set_aside(), *_gpu_problems()]

    def scheduler_problem(self) -> Problem | None:
        """Why no job would start or end; only a restart helps."""
        advice = "Restart the server; no job is lost. Its log has the cause."
        if not self._scheduler.is_alive:
            return Problem("scheduler_stopped", "The scheduler's thread has ended.", advice)
        if (seconds := self._scheduler.seconds_since_turn()) > STALLED_S:
            message = f"The scheduler has not made a turn for {seconds:.0f} s."
            return Problem("scheduler_stalled", message, advice)
        return None

    def _failing(self) -> Problem | None:
        phase, seconds = self._scheduler.failing()
        if not phase or seconds < FAILING_S:
            return None
        message = f"The scheduler has failed in {phase} for {seconds:.0f} s."
        return Problem(
            "scheduler_failing", message, "The server's log has the cause; a full disk is the usual one."
        )

    def _database_problem(self) -> Problem | None:
        try:
            wrong = self._storing.get()
        except NoAnswerError:
            wrong = ""
        if late := self._storing.overdue_s:
            wrong = f"it has not answered for {late:.0f} s"
        if not wrong:
            return None
        advice = "Look whether its disk is full or read-only, or whether another program holds it."
        if not self._database.is_sqlite:
            advice = "Look whether the database server runs and takes writes."
        return Problem("database_unavailable", f"The database cannot be written: {wrong}.", advice)

    def _ask_database(self) -> str:
        """What prevents writing; empty when nothing does. Takes the lock that writing takes, and changes nothing."""
        try:
            with self._database.write() as session:
                session.execute(text(WRITE_NOTHING))
        except SQLAlchemyError as error:
            log.warning("the database cannot be written", exc_info=True)
            if (
                not self._database.is_sqlite
            ):  # its words name hosts and users, which are not every caller's business
                return "the server's log has the cause"
            return str(getattr(error, "orig", None) or error).strip().rstrip(".")
        return ""

    def _limits_problem(self) -> Problem | None:
        if not (why := self._limiter.problem()):
            return None
        message = f"Rate limits are not shared with other servers: {why}."
        advice = "Look after what limits_url leads to. Until then each server counts by itself."
        return Problem("limits_not_shared", message, advice, blocks=False)

    def _clock_problem(self) -> Problem | None:
        if self._database.is_sqlite:
            return None
        try:
            off = self._clock.get()
        except (NoAnswerError, SQLAlchemyError):
            return None  # the database's own problem tells of it
        if abs(off) <= CLOCKS_S:
            return None
        message = (
            f"This machine's clock is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} the database's."
        )
        advice = "Let NTP set the clocks: servers with other times take each other's jobs for abandoned."
        return Problem("clocks_differ", message, advice, blocks=False)

    def _seconds_off(self) -> float:
        """How far this machine's clock is ahead of the database's."""
        asked = time.time()
        with self._database.read() as session:
            theirs = float(session.scalar(text("SELECT extract(epoch FROM clock_timestamp())")) or 0)
        return (asked + time.time()) / 2 - theirs

    def _disk_problem(self) -> Problem | None:
        path = self._settings.data_dir
        try:
            free = self._disk.get()
        except (NoAnswerError, OSError) as error:
            return Problem(
                "disk_unavailable", f"The disk of {path} does not answer: {error}.", "Look after it."
            )
        floor = self._settings.min_free_mb
        if free >= floor:
            return None
        message = f"The disk of the data folder has {free} MB left; {floor} MB must stay free."
        return Problem("disk_full", message, "Delete old jobs and uploads, or make room on the disk.")

    def _free_mb(self) -> int:
        return shutil.disk_usage(Path(self._settings.data_dir)).free // MB

    def _pool_problem(self) -> Problem | None:
        trouble = self._pool.trouble()
        return Problem(trouble.code, trouble.message, trouble.suggestion) if trouble else None

    def _no_model(self) -> Problem | None:
        if any(model.ready for model in self._catalog.all()):
            return None
        advice = "GET /mesh/models says what each one needs."
        return Problem("no_model_ready", "No model can run here.", advice)

    def _crashing(self) -> list[Problem]:
        return [
            Problem(
                "model_crashes",
                f"The last {count} runners of {model_id} died.",
                "The server's log has what they printed. Other models are not affected.",
                blocks=False,
            )
            for model_id, count in sorted(self._pool.crashes_in_a_row().items())
            if count >= CRASHES
        ]

    def _set_aside(self) -> list[Problem]:
        return [
            Problem(
                "model_set_aside",
                f"{model.model_id} failed to start {model.failures} times in a row: {model.reason} "
                f"It is tried again in {duration(model.seconds_left)}.",
                "The server's log has what it printed. Its jobs wait; other models are not affected.",
                blocks=False,
            )
            for model in self._scheduler.set_aside()
        ]


def _gpu_problems() -> list[Problem]:
    advice = "Look at 'nvidia-smi' and the system's log; a restart of the machine often helps."
    found = [
        Problem("gpu_unavailable", f"GPU {gpu.id} cannot be used: {gpu.problem}.", advice, blocks=False)
        for gpu in devices.gpus()
        if gpu.problem
    ]
    if late := devices.driver_overdue_s():
        message = f"The NVIDIA driver has not answered for {late:.0f} s."
        found.append(Problem("gpu_driver_hangs", message, advice, blocks=False))
    return found
