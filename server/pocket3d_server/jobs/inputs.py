"""Finds the files that a request names, and keeps the images that come inside it.

What a file is says the inspector, in a process of its own; nothing that users send is opened here.
"""

from __future__ import annotations

import base64
import binascii
import re

from sqlalchemy.orm import Session

from pocket3d_server.database import Database
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs import file_queries
from pocket3d_server.jobs.files import TEMPORARY, UPLOADS, FileStore, new_stem
from pocket3d_server.jobs.tables import Job, Status, StoredFile
from pocket3d_server.runners.inspector import Inspector

ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*://|[a-z]:[\\/]|~|\.{1,2}[\\/]|.*\.[a-z]{3,4}$", re.IGNORECASE)
"""A URL or the path of a file. Each alternative asks for a character that base64 does not have."""
LONGEST_PATH = 4096


def decode_base64(text: str, name: str) -> bytes:
    """The bytes of a file given as a data URI or as plain base64. Raises Refusal INVALID_INPUT."""
    head, comma, payload = text.partition(",")
    if text.startswith("data:"):
        if not comma or not head.endswith(";base64"):
            raise Refusal(
                ErrorCode.INVALID_INPUT,
                f"{name} is a data URI without base64.",
                "Use data:image/png;base64,<data>.",
            )
    elif len(text) <= LONGEST_PATH and ELSEWHERE.match(text):
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            f"{name} is a path or a URL; the server reads neither local files nor URLs.",
            "Send the image itself as data:image/png;base64,<data>, or upload it first with POST /mesh/upload.",
            field=name,
        )
    else:
        payload = text
    try:
        return base64.b64decode("".join(payload.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            f"{name} is not valid base64 ({error}).",
            "Send data:image/png;base64,<data>, or a path that POST /mesh/upload answered.",
        ) from error


class InputFiles:
    """Finds the files that a request names among those of its account, and keeps the images inside it."""

    def __init__(self, database: Database, files: FileStore, inspector: Inspector) -> None:
        self._database = database
        self._files = files
        self._inspector = inspector

    def mesh(self, account_id: str, reference: str) -> str:
        """The stored path of a mesh given as an upload, an output or ``job:<id>``. Raises Refusal."""
        path = reference
        with self._database.read() as session:
            if reference.startswith("job:"):
                path = _output_of(session, account_id, reference.removeprefix("job:"))
            row = session.get(StoredFile, path)
        _check_kept(row, account_id, "mesh_file")
        if row is None or row.account_id != account_id or not self._files.exists(path):
            raise Refusal(
                ErrorCode.INVALID_INPUT,
                f"mesh_file {reference!r} does not exist.",
                "Upload the mesh with POST /mesh/upload and use the path in its answer, or use job:<job_id>.",
                field="mesh_file",
            )
        if row.kind != "mesh":
            raise Refusal(
                ErrorCode.INVALID_INPUT,
                f"mesh_file {reference!r} is an {row.kind}.",
                "Give the path of a mesh.",
                field="mesh_file",
            )
        return path

    def images(self, account_id: str, job_id: str, images: list[str]) -> tuple[list[str], int]:
        """Stored paths of images given as uploads or as base64; the latter are kept as the job's, and their bytes
        counted. Raises Refusal."""
        paths, kept = [], 0
        for number, image in enumerate(images):
            name = f"images[{number}]"
            if image.startswith(f"{UPLOADS}/"):
                paths.append(self._uploaded_image(account_id, image, name))
            else:
                data = decode_base64(image, name)
                paths.append(self._files.add_input(job_id, f"image_{number}{self._suffix(data, name)}", data))
                kept += len(data)
        return paths, kept

    def _suffix(self, data: bytes, name: str) -> str:
        """The suffix of an image by its content. Raises Refusal."""
        path = self._files.folder(TEMPORARY) / new_stem()
        try:
            path.write_bytes(data)
            return self._inspector.inspect(path, name, image_only=True).suffix
        finally:
            path.unlink(missing_ok=True)

    def _uploaded_image(self, account_id: str, path: str, name: str) -> str:
        with self._database.read() as session:
            row = session.get(StoredFile, path)
        _check_kept(row, account_id, name)
        if row is None or row.account_id != account_id or row.kind != "image":
            raise Refusal(
                ErrorCode.INVALID_INPUT,
                f"{name} {path!r} is not an uploaded image.",
                "Use a path that POST /mesh/upload answered, or a data URI.",
                field=name,
            )
        return path


def _check_kept(row: StoredFile | None, account_id: str, field: str) -> None:
    """Raises Refusal for a file of the account that was deleted because its time was over."""
    if row is not None and row.account_id == account_id and row.deleted_at:
        gone = file_queries.gone(row)
        raise Refusal(ErrorCode.INVALID_INPUT, gone.message, gone.details["suggestion"], field=field)


def _output_of(session: Session, account_id: str, job_id: str) -> str:
    job = session.get(Job, job_id)
    if job is None or job.account_id != account_id:
        raise Refusal(
            ErrorCode.INVALID_INPUT, f"There is no job {job_id!r}.", "Check the id.", field="mesh_file"
        )
    if job.status == Status.ERROR:
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            f"{job_id} was cancelled or failed; it ended without a result.",
            "Submit that job again and use the new one's id.",
            field="mesh_file",
        )
    if job.status != Status.COMPLETED or not job.result:
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            f"{job_id} has no result: its status is {job.status}.",
            "Wait until the job is completed and submit this one then.",
            field="mesh_file",
        )
    return str(job.result["file_path"])
