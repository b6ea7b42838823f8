"""Mesh generation, uploads, status and download, and the list of models."""

from __future__ import annotations

from typing import cast

from flask import Response, jsonify, request

from pocket3d_server.api import jobs
from pocket3d_server.api.chapter import chapter
from pocket3d_server.api.context import caller, services
from pocket3d_server.api.errors import ErrorBody
from pocket3d_server.api.files import facts_of
from pocket3d_server.api.model_info import ModelList, info_of
from pocket3d_server.api.receiving import HOW_TO_UPLOAD, ReceivedFile
from pocket3d_server.api.schemas import (
    GenerateMesh,
    JobPath,
    JobStatus,
    SubmitHeader,
    SubmitQuery,
    SubmitResult,
    Submitted,
    Uploaded,
    UploadedFile,
    UploadForm,
)
from pocket3d_server.api.sending import file_answers
from pocket3d_server.api.submitting import answer_submit
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs.tables import StoredFile
from pocket3d_server.models.engine import Feature

api = chapter("mesh", "Mesh Generation")


@api.post("/generate", responses={202: Submitted, 200: SubmitResult})
def generate(body: GenerateMesh, header: SubmitHeader, query: SubmitQuery) -> Response:
    """Generate a mesh from a text or from images."""
    return answer_submit(Feature.MESH_GENERATION, body, header, query, "Job queued successfully")


@api.post("/upload", responses={200: Uploaded})
def upload(form: UploadForm) -> Response:
    """Upload images and meshes, to be named in other requests."""
    sent = [file for _, file in request.files.items(multi=True) if file.filename]
    if not sent:
        raise Refusal(ErrorCode.INVALID_INPUT, "The request bears no files.", HOW_TO_UPLOAD)
    rows: list[StoredFile] = []
    try:
        for file in sent:
            rows.append(cast(ReceivedFile, file.stream).keep())
        with services().database.write() as session:
            session.add_all(rows)
            session.flush()
            services().quota.check(session, caller().account_id, more=0)  # others may have stored meanwhile
    except BaseException:
        services().files.delete(row.path for row in rows)
        raise
    answer = Uploaded(
        files=[row.path for row in rows],
        message=f"Uploaded {len(rows)} file{'' if len(rows) == 1 else 's'}",
        details=[UploadedFile(**facts_of(row)) for row in rows],
    )
    return jsonify(answer.model_dump())


@api.get("/status/<job_id>", responses={200: JobStatus})
def status(path: JobPath) -> Response:
    """Get the status of a job of any feature."""
    return jobs.show(path.job_id)


@api.get(
    "/download/<job_id>",
    responses=file_answers("model/gltf-binary", "application/zip") | {409: ErrorBody},
)
def download(path: JobPath) -> Response:
    """Download the result of a job of any feature."""
    return jobs.download(path.job_id)


@api.get("/models", responses={200: ModelList})
def models() -> Response:
    """List the models of every feature, whether they are ready, and what is missing if not."""
    slots = services().pool.state()
    infos = [info_of(model, slots) for model in services().catalog.all()]
    return jsonify(ModelList(models=infos).model_dump())
