"""How a job comes in: model chosen, inputs made ready, then job, first event and the answer for a repeated
``Idempotency-Key`` written in one transaction. After that the job cannot be lost.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pocket3d_server.accounts import ledger
from pocket3d_server.accounts.tables import Account
from pocket3d_server.config import Settings
from pocket3d_server.database import Database
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs import file_queries, queries, states
from pocket3d_server.jobs.events import EventLog, change
from pocket3d_server.jobs.files import FileStore
from pocket3d_server.jobs.forecast import Forecast
from pocket3d_server.jobs.inputs import InputFiles
from pocket3d_server.jobs.pricing import price
from pocket3d_server.jobs.quota import Quota
from pocket3d_server.jobs.retention import ANSWER_LIFE
from pocket3d_server.jobs.tables import IdempotentAnswer, Job
from pocket3d_server.models.engine import MAX_SEED, REQUESTS, Feature
from pocket3d_server.problems import place, problem
from pocket3d_server.runners.base import FORMATS
from pocket3d_server.runners.catalog import Catalog, Model, NoModelError
from pocket3d_server.runners.inspector import Inspector
from pocket3d_server.times import now

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Submission:
    """A validated request for a job."""

    account_id: str
    feature: Feature
    fields: dict[str, Any]
    """Fields of the feature's EngineRequest that were given, but for files, seed and parameters. What was not
    given is left out, so that defaults are decided there and an engine can tell a wish from a default."""
    output_format: str = "glb"
    model_preference: str | None = None
    mesh_file: str | None = None
    images: list[str] = field(default_factory=list)
    seed: int | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None
    request_id: str = ""
    """Of the HTTP request, to be found again in the log."""

    def digest(self) -> str:
        """Equal for equal requests (SHA-256, hex)."""
        body = {
            k: v for k, v in vars(self).items() if k not in ("account_id", "idempotency_key", "request_id")
        }
        return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class Accepted:
    """The answer to a submit."""

    job_id: str
    credits: int | None
    """What was reserved; None where the account is not metered."""
    estimated_completion: datetime
    replayed: bool = False
    """It is the stored answer to an earlier submit with the same key."""


@dataclass(frozen=True)
class Preview:
    """What a submit would come to."""

    model_id: str
    credits: int | None
    """What would be reserved; None where the account is not metered."""
    queue_position: int
    estimated_completion: datetime


class Submitter:
    """Takes jobs in."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        events: EventLog,
        catalog: Catalog,
        files: FileStore,
        quota: Quota,
        inspector: Inspector,
        forecast: Forecast,
    ) -> None:
        self._forecast = forecast
        self._quota = quota
        self._settings = settings
        self._database = database
        self._events = events
        self._catalog = catalog
        self._files = files
        self._inputs = InputFiles(database, files, inspector)
        self._in_flight: set[tuple[str, str]] = set()
        self._closing_for: float | None = None
        self._lock = threading.Lock()

    def close(self, seconds: float) -> None:
        """Take no new jobs: the server stops within ``seconds``. Repeated keys still get their answers."""
        self._closing_for = seconds

    def accept(self, submission: Submission) -> Accepted:
        """Queue a job, or give the stored answer for a repeated key. Raises Refusal."""
        key = submission.idempotency_key
        if key is None:
            return self._queue(submission)
        place = (submission.account_id, key)
        with self._lock:
            if place in self._in_flight:
                raise _still_handled()
            self._in_flight.add(place)
        try:
            return self._stored(submission, key) or self._queue(submission)
        except IntegrityError as error:  # another server took the same key at the same moment
            raise _still_handled() from error
        finally:
            with self._lock:
                self._in_flight.discard(place)

    def preview(self, submission: Submission) -> Preview:
        """What ``accept`` would do with a submission, without doing it. Raises the same Refusals."""
        self._check_open()
        job, cost = self._prepare(submission)
        try:
            with self._database.read() as session:
                self._check_account(session, job)
                account = session.get_one(Account, submission.account_id)
                ledger.check_credits(account, cost)
                outlook = self._forecast.of(session, job)
                return Preview(
                    model_id=job.model_id,
                    credits=cost if account.credits is not None else None,
                    queue_position=outlook.position,
                    estimated_completion=outlook.completion,
                )
        finally:
            self._files.delete_inputs(job.id)

    def _stored(self, submission: Submission, key: str) -> Accepted | None:
        with self._database.read() as session:
            answer = session.get(IdempotentAnswer, (submission.account_id, key))
        if answer is None or answer.created_at < now() - ANSWER_LIFE:
            return None
        if answer.body_digest != submission.digest():
            raise Refusal(
                ErrorCode.IDEMPOTENCY_MISMATCH,
                "This Idempotency-Key was used for a request with another body.",
                "Use a new key for each new request, and the same key only to repeat one.",
                job_id=answer.job_id,
            )
        return Accepted(
            answer.job_id,
            answer.answer.get("credits"),
            datetime.fromisoformat(answer.answer["estimated_completion"]),
            replayed=True,
        )

    def _prepare(self, submission: Submission) -> tuple[Job, int]:
        """A job that is ready to be queued, and what it costs; its inputs are kept. Raises Refusal."""
        model = self._choose(submission)
        _check_format(model, submission.output_format)
        parameters = _check_parameters(model, submission.parameters)
        job = Job(
            id=f"job_{secrets.token_hex(12)}",
            account_id=submission.account_id,
            feature=submission.feature,
            model_id=model.spec.model_id,
            output_format=submission.output_format,
            request_id=submission.request_id,
            created_at=now(),
            input_bytes=0,
        )
        try:
            request = dict(submission.fields, parameters=parameters)
            request["seed"] = secrets.randbelow(MAX_SEED + 1) if submission.seed is None else submission.seed
            if submission.mesh_file is not None:
                request["mesh"] = self._inputs.mesh(submission.account_id, submission.mesh_file)
            if submission.images:
                images, job.input_bytes = self._inputs.images(job.account_id, job.id, submission.images)
                request["images"] = images
            REQUESTS[submission.feature].model_validate(request)  # what the runner will do
        except BaseException:
            self._files.delete_inputs(job.id)
            raise
        job.request = request
        return job, price(model.spec, request)

    def _check_open(self) -> None:
        """Raises Refusal when the server takes no new jobs."""
        if self._closing_for is not None:
            raise Refusal(
                ErrorCode.SHUTTING_DOWN,
                "The server is stopping and takes no new jobs.",
                "Try again in a moment, when it or another has taken over. Accepted jobs are not lost.",
                retry_after=max(5, math.ceil(self._closing_for)),
            )

    def _queue(self, submission: Submission) -> Accepted:
        self._check_open()
        job, cost = self._prepare(submission)
        try:
            with self._database.read() as session:  # not while others wait to write
                estimate = self._forecast.of(session, job).completion
            with change(self._database, self._events) as session:
                ledger.lock(session, submission.account_id)  # two submits at once count one after the other
                self._check_account(session, job)
                file_queries.take_into_use(session, job.request)
                states.enqueue(session, job, cost)
                if submission.idempotency_key is not None:
                    _remember(session, submission, submission.idempotency_key, job, estimate)
        except BaseException:
            self._files.delete_inputs(job.id)
            raise
        about = {"job_id": job.id}
        log.info("job %s of %s is queued for %s", job.id, job.account_id, job.model_id, extra=about)
        return Accepted(job.id, job.credits, estimate)

    def _choose(self, submission: Submission) -> Model:
        given = _given(submission)
        try:
            return self._catalog.choose(submission.feature, given, submission.model_preference)
        except NoModelError as error:
            raise Refusal(error.code, str(error), error.suggestion) from error

    def _check_account(self, session: Session, job: Job) -> None:
        """Raises Refusal when the account's queue or storage is full; what the job makes needs a byte at least."""
        self._check_queue(session, job.account_id)
        self._quota.check(session, job.account_id, more=job.input_bytes + 1)

    def _check_queue(self, session: Session, account_id: str) -> None:
        limit = self._settings.queue_limit
        queued = queries.queued_count(session, account_id)
        if queued >= limit:
            raise Refusal(
                ErrorCode.QUEUE_FULL,
                f"{queued} jobs are queued; {limit} is the limit of an account.",
                "Wait until some are done, or cancel some with POST /jobs/{job_id}/cancel.",
                retry_after=30,
            )


def _remember(session: Session, submission: Submission, key: str, job: Job, estimate: datetime) -> None:
    """Store the answer for when the key is repeated, in the place of one whose time is over."""
    old = IdempotentAnswer.account_id == submission.account_id, IdempotentAnswer.key == key
    session.execute(delete(IdempotentAnswer).where(*old, IdempotentAnswer.created_at < now() - ANSWER_LIFE))
    session.add(
        IdempotentAnswer(
            account_id=submission.account_id,
            key=key,
            body_digest=submission.digest(),
            job_id=job.id,
            answer={"estimated_completion": estimate.isoformat(), "credits": job.credits},
        )
    )


def _given(submission: Submission) -> set[str]:
    given = {
        "text": submission.fields.get("text_prompt"),
        "image": submission.images,
        "mesh": submission.mesh_file,
    }
    return {name for name, value in given.items() if value}


def _check_format(model: Model, wanted: str) -> None:
    if wanted in FORMATS and wanted in model.spec.outputs:
        return
    offered = [f for f in model.spec.outputs if f in FORMATS]
    raise Refusal(
        ErrorCode.INVALID_INPUT,
        f"{model.spec.model_id} does not make {wanted} files.",
        f"Ask for {' or '.join(offered)}.",
        field="output_format",
    )


def _check_parameters(model: Model, parameters: dict[str, Any]) -> dict[str, Any]:
    """As strictly as the rest of a body, also where an engine's schema would let a misspelt name pass."""
    try:
        given = model.spec.parameters.model_validate_json(json.dumps(parameters), strict=True, extra="forbid")
        return given.model_dump(mode="json")
    except ValidationError as error:
        problems = [{"field": f"parameters.{place(e)}", "problem": problem(e)} for e in error.errors()]
        known = ", ".join(model.spec.parameters.model_fields) or "none"
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            f"{problems[0]['field']}: {problems[0]['problem']}",
            f"{model.spec.model_id} takes these parameters: {known}. GET /mesh/models gives their schema.",
            problems=problems,
        ) from error


def _still_handled() -> Refusal:
    return Refusal(
        ErrorCode.CONFLICT,
        "A request with this Idempotency-Key is being handled right now.",
        "Repeat it in a moment to get its answer.",
        retry_after=1,
    )
