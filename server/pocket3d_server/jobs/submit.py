"""How a job comes in: model chosen, inputs made ready, then job, first event and the answer for a repeated
``Idempotency-Key`` written in one transaction. After that the job cannot be lost.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pocket3d_server.config import Settings
from pocket3d_server.database import Database, now
from pocket3d_server.errors import Refusal
from pocket3d_server.jobs import inputs, states
from pocket3d_server.jobs.events import EventLog, change
from pocket3d_server.jobs.files import UPLOADS, FileStore
from pocket3d_server.jobs.states import Status
from pocket3d_server.jobs.tables import IdempotentAnswer, Job, StoredFile
from pocket3d_server.models.engine import REQUESTS, Feature
from pocket3d_server.runners.base import FORMATS
from pocket3d_server.runners.catalog import Catalog, Model

log = logging.getLogger(__name__)

ANSWER_LIFE = timedelta(days=7)
"""How long an Idempotency-Key is remembered."""
OBSERVED = 20
"""Finished jobs of a model whose times tell how long the next will take."""


@dataclass(frozen=True)
class Submission:
    """A validated request for a job."""

    account_id: str
    feature: Feature
    fields: dict[str, Any]
    """Fields of the feature's EngineRequest but for files, seed and parameters."""
    output_format: str = "glb"
    model_preference: str | None = None
    mesh_file: str | None = None
    images: list[str] = field(default_factory=list)
    seed: int | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None

    def digest(self) -> str:
        """Equal for equal requests (SHA-256, hex)."""
        body = {k: v for k, v in vars(self).items() if k not in ("account_id", "idempotency_key")}
        return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class Accepted:
    """The answer to a submit."""

    job_id: str
    estimated_completion: datetime
    replayed: bool = False
    """It is the stored answer to an earlier submit with the same key."""


class Submitter:
    """Takes jobs in."""

    def __init__(
        self, settings: Settings, database: Database, events: EventLog, catalog: Catalog, files: FileStore
    ) -> None:
        self._settings = settings
        self._database = database
        self._events = events
        self._catalog = catalog
        self._files = files
        self._in_flight: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def submit(self, submission: Submission) -> Accepted:
        """Queue a job, or give the stored answer for a repeated key. Raises Refusal."""
        key = submission.idempotency_key
        if key is None:
            return self._queue(submission)
        place = (submission.account_id, key)
        with self._lock:
            if place in self._in_flight:
                raise _in_flight()
            self._in_flight.add(place)
        try:
            return self._stored(submission, key) or self._queue(submission)
        except IntegrityError as error:  # another server took the same key at the same moment
            raise _in_flight() from error
        finally:
            with self._lock:
                self._in_flight.discard(place)

    def estimate(self, session: Session, job: Job) -> datetime:
        """When a queued job will be done if nothing else comes, from observed times of the models before it."""
        ahead = session.execute(
            select(Job.model_id, func.count())
            .where(Job.status.in_([Status.QUEUED, Status.PROCESSING]), Job.created_at < job.created_at)
            .group_by(Job.model_id)
        ).all()
        waiting = sum(count * self._usual_seconds(session, model_id) for model_id, count in ahead)
        own = self._usual_seconds(session, job.model_id)
        return now() + timedelta(seconds=waiting / self._settings.cpu_jobs + own)

    def forget_old_answers(self) -> None:
        """Drop stored answers that nobody will ask for again."""
        with self._database.write() as session:
            session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.created_at < now() - ANSWER_LIFE))

    def _stored(self, submission: Submission, key: str) -> Accepted | None:
        with self._database.read() as session:
            answer = session.get(IdempotentAnswer, (submission.account_id, key))
        if answer is None:
            return None
        if answer.body_digest != submission.digest():
            raise Refusal(
                "IDEMPOTENCY_MISMATCH",
                "This Idempotency-Key was used for a request with another body.",
                "Use a new key for each new request, and the same key only to repeat one.",
                job_id=answer.job_id,
            )
        return Accepted(
            answer.job_id, datetime.fromisoformat(answer.answer["estimated_completion"]), replayed=True
        )

    def _queue(self, submission: Submission) -> Accepted:
        model = self._catalog.choose(submission.feature, _inputs(submission), submission.model_preference)
        _check_format(model, submission.output_format)
        parameters = _check_parameters(model, submission.parameters)
        job = Job(
            id=f"job_{secrets.token_hex(12)}",
            account_id=submission.account_id,
            feature=submission.feature,
            model_id=model.spec.model_id,
            output_format=submission.output_format,
            created_at=now(),
        )
        try:
            request = dict(submission.fields, parameters=parameters)
            request["seed"] = secrets.randbelow(2**31) if submission.seed is None else submission.seed
            if submission.mesh_file is not None:
                request["mesh"] = self._mesh(submission.account_id, submission.mesh_file)
            if submission.images:
                request["images"] = self._images(job, submission.images)
            REQUESTS[submission.feature].model_validate(request)  # what the runner will do
            job.request = request
            with change(self._database, self._events) as session:
                self._check_queue(session, submission.account_id)
                states.submit(session, job)
                estimate = self.estimate(session, job)
                if submission.idempotency_key is not None:
                    session.add(
                        IdempotentAnswer(
                            account_id=submission.account_id,
                            key=submission.idempotency_key,
                            body_digest=submission.digest(),
                            job_id=job.id,
                            answer={"estimated_completion": estimate.isoformat()},
                        )
                    )
        except BaseException:
            self._files.delete_inputs(job.id)
            raise
        log.info("job %s of %s is queued for %s", job.id, job.account_id, job.model_id)
        return Accepted(job.id, estimate)

    def _check_queue(self, session: Session, account_id: str) -> None:
        limit = self._settings.queue_limit
        queued = session.scalar(
            select(func.count()).where(Job.account_id == account_id, Job.status == Status.QUEUED)
        )
        if (queued or 0) >= limit:
            raise Refusal(
                "QUEUE_FULL",
                f"{queued} jobs are queued; {limit} is the limit of an account.",
                "Wait until some are done, or cancel some with POST /jobs/{job_id}/cancel.",
                retry_after=30,
            )

    def _mesh(self, account_id: str, reference: str) -> str:
        """The stored path of a mesh given as an upload, an output or ``job:<id>``."""
        path = reference
        with self._database.read() as session:
            if reference.startswith("job:"):
                path = _output_of(session, account_id, reference.removeprefix("job:"))
            row = session.get(StoredFile, path)
        if row is None or row.account_id != account_id or not self._files.absolute(path).exists():
            raise Refusal(
                "INVALID_INPUT",
                f"mesh_file {reference!r} does not exist.",
                "Upload the mesh with POST /mesh/upload and use the path in its answer, or use job:<job_id>.",
                field="mesh_file",
            )
        if row.kind != "mesh":
            raise Refusal(
                "INVALID_INPUT",
                f"mesh_file {reference!r} is an {row.kind}.",
                "Give the path of a mesh.",
                field="mesh_file",
            )
        if path.endswith(".fbx"):
            raise Refusal(
                "FORMAT_UNAVAILABLE",
                "This server cannot read FBX files.",
                "Export the mesh as GLB or OBJ, or install the server's 'fbx' extra.",
                field="mesh_file",
            )
        return path

    def _images(self, job: Job, images: list[str]) -> list[str]:
        paths = []
        for number, image in enumerate(images):
            name = f"images[{number}]"
            if image.startswith(f"{UPLOADS}/"):
                paths.append(self._uploaded_image(job.account_id, image, name))
            else:
                data, suffix = inputs.decode_image(image, name, self._settings.max_image_pixels)
                paths.append(self._files.add_input(job.id, f"image_{number}{suffix}", data))
        return paths

    def _uploaded_image(self, account_id: str, path: str, name: str) -> str:
        with self._database.read() as session:
            row = session.get(StoredFile, path)
        if row is None or row.account_id != account_id or row.kind != "image":
            raise Refusal(
                "INVALID_INPUT",
                f"{name} {path!r} is not an uploaded image.",
                "Use a path that POST /mesh/upload answered, or a data URI.",
                field=name,
            )
        return path

    def _usual_seconds(self, session: Session, model_id: str) -> float:
        """Mean time of the model's latest jobs, or its own estimate before the first."""
        times = session.execute(
            select(Job.started_at, Job.completed_at)
            .where(Job.model_id == model_id, Job.status == Status.COMPLETED)
            .order_by(Job.completed_at.desc())
            .limit(OBSERVED)
        ).all()
        seconds = [(end - start).total_seconds() for start, end in times if start and end]
        if seconds:
            return sum(seconds) / len(seconds)
        model = self._catalog.get(model_id)
        return model.spec.estimated_seconds if model else 60.0


def _inputs(submission: Submission) -> set[str]:
    given = {
        "text": submission.fields.get("text_prompt"),
        "image": submission.images,
        "mesh": submission.mesh_file,
    }
    return {name for name, value in given.items() if value}


def _check_format(model: Model, wanted: str) -> None:
    if wanted in FORMATS and wanted in model.spec.outputs:
        return
    if wanted == "fbx":
        raise Refusal(
            "FORMAT_UNAVAILABLE",
            "FBX is written by Blender, which this server does not have.",
            "Install the server's 'fbx' extra, or ask for glb or obj.",
            field="output_format",
        )
    offered = [f for f in model.spec.outputs if f in FORMATS]
    raise Refusal(
        "INVALID_INPUT",
        f"{model.spec.model_id} does not make {wanted} files.",
        f"Ask for {' or '.join(offered)}.",
        field="output_format",
    )


def _check_parameters(model: Model, parameters: dict[str, Any]) -> dict[str, Any]:
    try:
        return model.spec.parameters.model_validate(parameters).model_dump(mode="json")
    except ValidationError as error:
        problems = [
            {"field": ".".join(["parameters", *map(str, e["loc"])]), "problem": e["msg"]}
            for e in error.errors()
        ]
        known = ", ".join(model.spec.parameters.model_fields) or "none"
        raise Refusal(
            "INVALID_INPUT",
            f"{problems[0]['field']}: {problems[0]['problem']}",
            f"{model.spec.model_id} takes these parameters: {known}. GET /mesh/models gives their schema.",
            problems=problems,
        ) from error


def _output_of(session: Session, account_id: str, job_id: str) -> str:
    job = session.get(Job, job_id)
    if job is None or job.account_id != account_id:
        raise Refusal("INVALID_INPUT", f"There is no job {job_id!r}.", "Check the id.", field="mesh_file")
    if job.status != Status.COMPLETED or not job.result:
        raise Refusal(
            "INVALID_INPUT",
            f"{job_id} has no result: its status is {job.status}.",
            "Wait until the job is completed and submit this one then.",
            field="mesh_file",
        )
    return str(job.result["file_path"])


def _in_flight() -> Refusal:
    return Refusal(
        "CONFLICT",
        "A request with this Idempotency-Key is being handled right now.",
        "Repeat it in a moment to get its answer.",
        retry_after=1,
    )
