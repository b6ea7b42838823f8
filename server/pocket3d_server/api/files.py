"""Your files: list them, fetch them by path or by signed link, delete uploads."""

from __future__ import annotations

from typing import Literal

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field

from pocket3d_server.accounts.tables import Account
from pocket3d_server.accounts.tiers import TIERS
from pocket3d_server.api.chapter import chapter
from pocket3d_server.api.context import caller, count_address, count_link, services
from pocket3d_server.api.errors import ErrorBody
from pocket3d_server.api.paging import cursor, read_cursor
from pocket3d_server.api.schemas import Timestamp
from pocket3d_server.api.sending import file_answers, send_stored
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs import file_queries
from pocket3d_server.jobs.tables import StoredFile
from pocket3d_server.times import stamp

api = chapter("files", "Files")
links = APIBlueprint("download", __name__, abp_tags=[Tag(name="Files")], abp_responses={"default": ErrorBody})

BINARY = file_answers("application/octet-stream")


class FilePath(BaseModel):
    """Names a file."""

    path: str = Field(max_length=200, description="E.g. `outputs/preview_123abc.jpg`.")


class FilesQuery(BaseModel):
    """Which files to list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=400)
    kind: Literal["upload", "output"] | None = None


class FileInfo(BaseModel):
    """A stored file."""

    path: str = Field(examples=["uploads/mesh_123abc.glb"])
    name: str = Field(description="As it was uploaded; empty for outputs.")
    kind: Literal["image", "mesh"]
    media_type: str
    size: int = Field(ge=0, description="Bytes.")
    sha256: str
    created_at: Timestamp
    used_at: Timestamp | None = Field(description="When a job that needs it was last submitted.")
    job_id: str | None = Field(description="The job that made it; null for uploads.")


class StorageUse(BaseModel):
    """What you store, in bytes."""

    uploads: int
    outputs: int
    inputs: int = Field(description="Images inside requests, until their jobs have ended.")
    limit: int | None = Field(description="null: as much as fits on the server's disk.")


class FilePage(BaseModel):
    """Some files, newest first."""

    files: list[FileInfo]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last.")
    storage: StorageUse


class LinkPath(BaseModel):
    """Names the file of a link."""

    name: str = Field(max_length=200, description="E.g. `mesh_123abc.glb`.")


class LinkQuery(BaseModel):
    """The right to it."""

    token: str = Field("", max_length=1000)


@api.get("", responses={200: FilePage})
def list_files(query: FilesQuery) -> Response:
    """List your uploads and outputs, newest first, and what they take."""
    who = caller().account_id
    with services().database.read() as session:
        found = file_queries.page_of_files(
            session, who, query.limit + 1, kind=query.kind, before=read_cursor(query.cursor)
        )
        usage = services().quota.usage(session, who)
    page = found[: query.limit]
    answer = FilePage(
        files=[_info(row) for row in page],
        next_cursor=cursor(page[-1].created_at, page[-1].path) if len(found) > len(page) else None,
        storage=StorageUse(
            uploads=usage.uploads, outputs=usage.outputs, inputs=usage.inputs, limit=usage.limit
        ),
    )
    return jsonify(answer.model_dump())


@api.get("/<path:path>", responses=BINARY)
def get_file(path: FilePath) -> Response:
    """Download a file of yours by the path that a result or an upload gave."""
    return send_stored(caller().account_id, path.path)


@api.delete("/<path:path>", responses={204: None, 409: ErrorBody})
def delete_file(path: FilePath) -> tuple[str, int]:
    """Delete an upload. What a job made goes with its job; what a waiting or running job needs stays."""
    who = caller().account_id
    with services().database.write() as session:
        row = file_queries.own_file(session, who, path.path, for_update=True)
        if row.job_id is not None:
            raise Refusal(
                ErrorCode.CONFLICT,
                f"{row.path} belongs to the job {row.job_id}.",
                f"Delete the job with its files: DELETE /jobs/{row.job_id}.",
                job_id=row.job_id,
            )
        file_queries.refuse_while_needed(session, who, [row.path], row.path)
        session.delete(row)
    services().files.delete([path.path])
    return "", 204


@links.get("/download/<name>", responses=BINARY)
def follow_link(path: LinkPath, query: LinkQuery) -> Response:
    """Download a file by a signed link, `download_url` of a job's result. It needs no credentials."""
    try:
        account_id, stored = services().links.read(path.name, query.token)
        with services().database.read() as session:
            account = session.get(Account, account_id)
        if account is None or account.disabled_at:
            raise Refusal(
                ErrorCode.NOT_FOUND,
                "This link does not work any more: its account is closed.",
                "Ask its owner.",
            )
    except Refusal:
        count_address()
        raise
    count_link(account_id, TIERS[account.tier])
    return send_stored(account_id, stored, attachment=True)


def _info(row: StoredFile) -> FileInfo:
    return FileInfo(
        path=row.path,
        name=row.original_name,
        kind=row.kind,  # type: ignore[arg-type]
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        created_at=stamp(row.created_at),
        used_at=stamp(row.used_at) if row.used_at else None,
        job_id=row.job_id,
    )
