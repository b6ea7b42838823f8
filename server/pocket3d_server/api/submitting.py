"""From a validated submit to its answer, the same for all four features; the chapters that have nothing but it."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, jsonify, make_response

from pocket3d_server import BASE_PATH
from pocket3d_server.api.chapter import chapter
from pocket3d_server.api.context import caller, exchange, services
from pocket3d_server.api.jobs import job_status
from pocket3d_server.api.schemas import (
    AnalyzeSegments,
    DryRun,
    GenerateRig,
    GenerateTexture,
    SubmitBody,
    SubmitHeader,
    SubmitQuery,
    SubmitResult,
    Submitted,
)
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs import queries
from pocket3d_server.jobs.events import FINAL_EVENTS
from pocket3d_server.jobs.submit import Submission
from pocket3d_server.models.engine import Feature

texture = chapter("texture", "Texture Generation")
segment = chapter("segment", "Mesh Segmentation")
rig = chapter("rig", "Auto-Rigging")
ANSWERS: dict[Any, Any] = {202: Submitted, 200: SubmitResult}

MAX_WAIT_S = 300.0
OWN_FIELDS = {"model_preference", "seed", "parameters", "output_format", "mesh_file", "images"}


@texture.post("/generate", responses=ANSWERS)
def texture_generate(body: GenerateTexture, header: SubmitHeader, query: SubmitQuery) -> Response:
    """Generate a texture for a mesh from a text or from reference images.

    A text alone is for models that read text: without `model_preference` it goes to the built-in one. Hunyuan3D-Paint
    paints after pictures: a text alone that names it is refused with 422, and a text beside `images` is not used, which
    the result's `notes` say.
    """
    return answer_submit(Feature.TEXTURE_GENERATION, body, header, query, "Texture generation job queued")


@segment.post("/analyze", responses=ANSWERS)
def segment_analyze(body: AnalyzeSegments, header: SubmitHeader, query: SubmitQuery) -> Response:
    """Split a mesh into parts."""
    return answer_submit(Feature.MESH_SEGMENTATION, body, header, query, "Segmentation job queued")


@rig.post("/generate", responses=ANSWERS)
def rig_generate(body: GenerateRig, header: SubmitHeader, query: SubmitQuery) -> Response:
    """Make a skeleton and skin weights for a mesh."""
    return answer_submit(Feature.AUTO_RIGGING, body, header, query, "Auto-rigging job queued")


def answer_submit(
    feature: Feature, body: SubmitBody, header: SubmitHeader, query: SubmitQuery, message: str
) -> Response:
    """Queue a job; with ``Prefer: wait=N`` answer 200 with the finished job if it is done in time, else 202.

    A dry run makes no job and answers 200 with what it would come to.
    """
    asked: dict[str, Any] = body.model_dump()
    given = asked.keys() & body.model_fields_set - OWN_FIELDS
    wait = _wait_seconds(header.prefer)
    submission = Submission(
        account_id=caller().account_id,
        feature=feature,
        fields={name: value for name, value in asked.items() if name in given},
        output_format=asked["output_format"],
        model_preference=body.model_preference,
        mesh_file=asked.get("mesh_file"),
        images=asked.get("images") or [],
        seed=body.seed,
        parameters=body.parameters,
        idempotency_key=header.idempotency_key,
        request_id=exchange().request_id,
    )
    if query.dry_run:
        return _answer_dry_run(submission)
    accepted = services().submitter.accept(submission)
    services().scheduler.wake()
    in_time = _finished(accepted.job_id, wait) if wait else None
    if in_time:
        response = make_response(jsonify(job_status(accepted.job_id).model_dump()), 200)
    else:
        answer = Submitted(
            job_id=accepted.job_id,
            message=message,
            estimated_completion=accepted.estimated_completion,
            credits=accepted.credits,
        )
        response = make_response(jsonify(answer.model_dump()), 202)
    response.headers["Location"] = f"{BASE_PATH}/jobs/{accepted.job_id}"
    if in_time is not None:
        response.headers["Preference-Applied"] = f"wait={wait:g}"
    if accepted.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _answer_dry_run(submission: Submission) -> Response:
    found = services().submitter.preview(submission)
    return jsonify(DryRun.model_validate(found, from_attributes=True).model_dump())


def _wait_seconds(prefer: str | None) -> float:
    """Seconds of ``wait=N`` in a Prefer header (RFC 7240); 0 without."""
    found = re.search(r"(?:^|[,;\s])wait\s*=\s*\"?([^\s,;\"]+)", prefer or "")
    if not found:
        return 0.0
    if not found[1].isdecimal():
        raise Refusal(
            ErrorCode.INVALID_INPUT, f"Prefer: wait={found[1]} is no number of seconds.", "Use e.g. wait=30."
        )
    return min(float(found[1]), MAX_WAIT_S)


def _finished(job_id: str, seconds: float) -> bool | None:
    """Whether the job ends in time; None when that was not waited for: too many requests of the account wait
    already, or the job has been deleted (a repeated key still gets its answer)."""
    with services().limiter.stream(caller().account_id, caller().tier) as free:
        if not free:
            return None
        if services().events.wait_for(job_id, FINAL_EVENTS, seconds):
            return True
    with services().database.read() as session:
        return False if queries.job_exists(session, job_id) else None
