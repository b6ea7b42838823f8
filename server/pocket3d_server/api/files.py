"""Your files: list them, fetch them by path or by signed link, delete uploads."""

from __future__ import annotations

from typing import Any, Literal

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from pocket3d_server.accounts.tables import Account
from pocket3d_server.accounts.tiers import TIERS
from pocket3d_server.api.chapter import chapter
from pocket3d_server.api.context import caller, count_address, count_link, services
from pocket3d_server.api.errors import ErrorBody
from pocket3d_server.api.paging import NextCursor, PageQuery, cut, read_cursor
from pocket3d_server.api.schemas import Timestamp, UploadedFile
from pocket3d_server.api.sending import file_answers, send_stored
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs import file_queries
from pocket3d_server.jobs.tables import StoredFile

api = chapter("files", "Files")
links = APIBlueprint("download", __name__, abp_tags=[Tag(name="Files")], abp_responses={"default": ErrorBody})

BINARY = file_answers("application/octet-stream")


class FilePath(BaseModel):
    """Names a file."""

    path: str = Field(max_length=200, description="E.g. `outputs/preview_123abc.jpg`.")


class FilesQuery(PageQuery):
    """Which files to list."""

    kind: Literal["upload", "output"] | None = None


class FileInfo(UploadedFile):
    """A stored file."""

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
    next_cursor: NextCursor
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
    page, next_cursor = cut(found, query.limit, lambda row: (row.created_at, row.path))
    answer = FilePage(
        files=[
            FileInfo(**facts_of(row), created_at=row.created_at, used_at=row.used_at, job_id=row.job_id)
            for row in page
        ],
        next_cursor=next_cursor,
        storage=StorageUse.model_validate(usage, from_attributes=True),
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


def facts_of(row: StoredFile) -> dict[str, Any]:
    """What an ``UploadedFile`` says."""
    return {
        "path": row.path,
        "name": row.original_name,
        "kind": row.kind,
        "media_type": row.media_type,
        "size": row.size,
        "sha256": row.sha256,
    }
