"""Uploads and outputs by their paths, e.g. preview images."""

from __future__ import annotations

from flask import Response
from pydantic import BaseModel, Field

from pocket3d_server.api.chapter import chapter
from pocket3d_server.api.context import caller, services
from pocket3d_server.api.jobs import send_stored
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs.tables import StoredFile

api = chapter("files", "Files")


class FilePath(BaseModel):
    """Names a file."""

    path: str = Field(max_length=200, description="E.g. `outputs/preview_123abc.jpg`.")


@api.get(
    "/<path:path>", responses={200: {"description": "The file", "content": {"application/octet-stream": {}}}}
)
def get_file(path: FilePath) -> Response:
    """Download a file of yours by the path that a result or an upload gave."""
    with services().database.read() as session:
        row = session.get(StoredFile, path.path)
    if row is None or row.account_id != caller().account_id:
        raise Refusal(
            ErrorCode.NOT_FOUND, f"There is no file {path.path!r}.", "Use a path from a job's result."
        )
    return send_stored(row)
