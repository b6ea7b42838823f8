"""Jobs of every feature: status, list, cancel, delete, and their event stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

from flask import Response, jsonify, request
from pydantic import ValidationError
from sqlalchemy.orm import Session

from pocket3d_server.api.answers import ENDED_LIFE_S, LIFE_S, answers
from pocket3d_server.api.chapter import chapter
from pocket3d_server.api.context import address, caller, services
from pocket3d_server.api.errors import ErrorBody
from pocket3d_server.api.paging import cut, read_cursor
from pocket3d_server.api.results import RESULTS, MeshResult
from pocket3d_server.api.schemas import EventsQuery, JobPage, JobPath, JobProblem, JobQuery, JobStatus
from pocket3d_server.api.sending import send_stored
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs import file_queries, queries, states
from pocket3d_server.jobs.events import DELETED, Event, EventLog, change
from pocket3d_server.jobs.tables import FINAL, Job, Status
from pocket3d_server.models.engine import REQUESTS, Feature

api = chapter("jobs", "Jobs")

KEEP_ALIVE_S = 15.0
FILE_FIELDS = {"images", "mesh"}


@api.get("", responses={200: JobPage})
def list_jobs(query: JobQuery) -> Response:
    """List your jobs, newest first."""
    with services().database.read() as session:
        found = queries.page_of_jobs(
            session,
            caller().account_id,
            query.limit + 1,
            status=query.status,
            feature=query.feature,
            before=read_cursor(query.cursor),
        )
        page, next_cursor = cut(found, query.limit, lambda job: (job.created_at, job.id))
        jobs = [_status(session, job) for job in page]
    return jsonify(JobPage(jobs=jobs, next_cursor=next_cursor).model_dump())


@api.get("/<job_id>", responses={200: JobStatus})
def get_job(path: JobPath) -> Response:
    """Get a job."""
    return show(path.job_id)


@api.post("/<job_id>/cancel", responses={200: JobStatus, 409: ErrorBody})
def cancel_job(path: JobPath) -> Response:
    """Cancel a job. It ends at once with the error CANCELLED; cancelling it again is no error.

    One that has ended in another way stays as it is: 409.
    """
    with change(services().database, services().events) as session:
        job = own_job(session, path.job_id)
        was = states.cancel(session, job.id)
        code = job.error["code"] if job.error else None
        if was in FINAL and code != ErrorCode.CANCELLED:
            how = f"has failed already ({code})" if code else "is completed already"
            raise Refusal(ErrorCode.CONFLICT, f"The job {how}.", "Delete it if you don't want to keep it.")
    services().scheduler.wake()
    return jsonify(job_status(path.job_id).model_dump())


@api.delete("/<job_id>", responses={204: None, 409: ErrorBody})
def delete_job(path: JobPath) -> tuple[str, int]:
    """Delete a finished job with its files."""
    with services().database.write() as session:
        job = own_job(session, path.job_id)
        if job.status not in FINAL:
            raise Refusal(
                ErrorCode.CONFLICT,
                f"The job is {job.status}.",
                "Cancel it first with POST /jobs/{job_id}/cancel.",
            )
        files = file_queries.paths_of_job(session, job.id)
        file_queries.refuse_while_needed(session, job.account_id, files, "What the job made")
        session.delete(job)
        services().database.tell(session, path.job_id, DELETED)
    answers().forget(path.job_id)
    services().files.delete(files)
    services().files.delete_inputs(path.job_id)
    return "", 204


@api.get(
    "/<job_id>/events",
    responses={
        200: {"description": "A stream of events", "content": {"text/event-stream": {}}},
        204: {"description": "The job has ended and all its events were seen; do not connect again"},
    },
)
def stream_events(path: JobPath, query: EventsQuery) -> Response:
    """Follow a job as server-sent events.

    All events after `Last-Event-ID` (or `after`) come first, then new ones as they happen; the stream ends
    after `job_completed` or `job_failed`.
    """
    with services().database.read() as session:
        job = own_job(session, path.job_id)
        after = start_after(job, request.headers.get("Last-Event-ID") or query.after)
    if job.status in FINAL and after == job.last_seq:
        return Response(status=204)
    held = ExitStack()
    if not held.enter_context(services().limiter.stream(caller().account_id, caller().tier)):
        raise Refusal(
            ErrorCode.RATE_LIMITED,
            f"At most {caller().tier.streams} event streams are open at a time.",
            "Close one, or ask for the status with GET /jobs/{job_id}.",
            retry_after=10,
        )
    response = Response(
        _server_sent(services().events, job.id, after, event_writer()), mimetype="text/event-stream"
    )
    response.call_on_close(held.close)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def own_job(session: Session, job_id: str) -> Job:
    """The caller's job. Raises Refusal NOT_FOUND, also for jobs of others."""
    job = session.get(Job, job_id)
    if job is None or job.account_id != caller().account_id:
        raise Refusal(ErrorCode.NOT_FOUND, f"There is no job {job_id!r}.", "GET /jobs lists your jobs.")
    return job


def start_after(job: Job, after: str | int) -> int:
    """Where in a job's log a client goes on. Raises Refusal INVALID_INPUT unless it is the number of an event
    that the job has, or 0."""
    try:
        number = EventsQuery.model_validate({"after": after}).after
    except ValidationError as error:
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            "The number of the last event is no number.",
            "Send the id (seq) of the last event you got, or 0.",
        ) from error
    if number > job.last_seq:
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            f"The job has no event {number} yet; its newest is {job.last_seq}.",
            "Send the id (seq) of the last event you got, or 0.",
        )
    return number


def show(job_id: str) -> Response:
    """A job of the caller as the API shows it; ``answers`` says how old it may be."""

    def make() -> tuple[bytes, float]:
        job = job_status(job_id)
        may_change = job.status not in FINAL or (job.error and job.error.details.get("quarantined"))
        return job.model_dump_json().encode(), LIFE_S if may_change else ENDED_LIFE_S

    body = answers().get(job_id, caller().account_id, address(), make)
    return Response(body, mimetype="application/json")


def job_status(job_id: str) -> JobStatus:
    """A job of the caller as the API shows it."""
    with services().database.read() as session:
        return _status(session, own_job(session, job_id))


def download(job_id: str) -> Response:
    """The main file of a completed job."""
    with services().database.read() as session:
        job = own_job(session, job_id)
        if job.status != Status.COMPLETED or not job.result:
            advice = "Wait until its status is completed." if job.status not in FINAL else "Submit it again."
            raise Refusal(ErrorCode.CONFLICT, f"The job has no result: its status is {job.status}.", advice)
        path = job.result["file_path"]
    return send_stored(caller().account_id, path, attachment=True)


def event_writer() -> Callable[[Event], str]:
    """Writes events as JSON for the client of this request; a result gets links that work from now on."""
    links, account_id, base = services().links, caller().account_id, address()

    def write(event: Event) -> str:
        result = event.body.get("result")
        if not result:
            return event.text
        return json.dumps(event.body | {"result": links.with_urls(account_id, result, base)})

    return write


def _status(session: Session, job: Job) -> JobStatus:
    position = estimate = None
    if job.status == Status.QUEUED:
        outlook = services().forecast.of(session, job)
        position, estimate = outlook.position, outlook.completion
    elif job.status == Status.PROCESSING:
        estimate = job.eta
    problem = None
    if job.error:
        problem = JobProblem(
            error_code=job.error["code"],
            message=job.error["message"],
            details={name: told for name, told in job.error.items() if name not in ("code", "message")},
        )
    return JobStatus(
        job_id=job.id,
        status=job.status,  # type: ignore[arg-type]
        feature=job.feature,  # type: ignore[arg-type]
        model_id=job.model_id,
        request=_asked(job),
        created_at=job.created_at,
        started_at=job.started_at,
        completed_at=job.completed_at,
        progress=job.progress,
        stage=job.stage,
        eta=job.eta,
        attempts=job.attempts,
        credits=job.credits,
        queue_position=position,
        estimated_completion=estimate,
        result=_result(job),
        error=problem,
    )


def _result(job: Job) -> MeshResult | None:
    if not job.result:
        return None
    full = services().links.with_urls(job.account_id, job.result, address())
    return RESULTS[Feature(job.feature)].model_validate(full)


def _asked(job: Job) -> dict[str, Any]:
    """The whole request without its files: what was given, and the defaults for the rest."""
    given = {name: value for name, value in job.request.items() if name not in FILE_FIELDS}
    return _defaults(Feature(job.feature)) | given


@cache
def _defaults(feature: Feature) -> dict[str, Any]:
    return REQUESTS[feature].model_construct().model_dump(mode="json", exclude=FILE_FIELDS)


def _server_sent(events: EventLog, job_id: str, after: int, write: Callable[[Event], str]) -> Iterator[str]:
    yield "retry: 1000\n\n"
    for news in events.follow(job_id, after, KEEP_ALIVE_S):
        if not news:
            yield ": still there\n\n"
        for event in news:
            yield f"id: {event.seq}\nevent: {event.kind}\ndata: {write(event)}\n\n"
    if events.closed:
        yield ": the server stops; connect again\n\n"
