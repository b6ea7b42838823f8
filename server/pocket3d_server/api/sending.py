"""Sends stored files: whole or in ranges, to those who may have them; from the data folder or a bucket alike."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import PreconditionFailed, RequestedRangeNotSatisfiable
from werkzeug.wsgi import wrap_file

from pocket3d_server.api.context import services
from pocket3d_server.api.errors import ErrorBody
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs import file_queries
from pocket3d_server.jobs.tables import Job, StoredFile

LONGEST_NAME = 60
BLOCK = 64 * 1024


def file_answers(*kinds: str) -> dict[Any, Any]:
    """What the document says of a route that sends a file of one of these media types."""
    content: dict[str, dict[str, Any]] = {kind: {} for kind in kinds}
    return {
        200: {"description": "The file", "content": content},
        206: {"description": "The range that was asked for", "content": content},
        304: {"description": "You have it already (`If-None-Match`, `If-Modified-Since`)"},
        410: ErrorBody,
        412: ErrorBody,
        416: ErrorBody,
    }


def send_stored(account_id: str, path: str, *, attachment: bool = False) -> Response:
    """An account's file, with ETag, conditions and ranges (RFC 9110, sections 13 and 14).

    Raises Refusal NOT_FOUND or GONE, PreconditionFailed, RequestedRangeNotSatisfiable.
    """
    with services().database.read() as session:
        row = file_queries.own_file(session, account_id, path)
        name = nice_name(session, row)
    has_it = _has_it(row.sha256, row.created_at)
    try:
        file = services().files.open(path)
    except FileNotFoundError as error:
        raise Refusal(
            ErrorCode.NOT_FOUND,
            f"{path} is not there any more.",
            "Submit the job again." if row.job_id else "Upload it again.",
        ) from error
    response = Response(
        wrap_file(request.environ, file, BLOCK), mimetype=row.media_type, direct_passthrough=True
    )
    response.content_length = row.size
    response.set_etag(row.sha256)
    response.last_modified = row.created_at
    response.headers["Content-Disposition"] = disposition(name, attachment=attachment)
    response.headers["Cache-Control"] = "private, max-age=3600"
    if has_it:
        response.status_code = 304
        return response
    try:
        response.make_conditional(_range_wanted(), accept_ranges=True, complete_length=row.size)
    except RequestedRangeNotSatisfiable:
        file.close()
        raise
    return response


def _has_it(etag: str, modified: datetime) -> bool:
    """Whether the client has the file already. Raises PreconditionFailed when it wants another one.

    Werkzeug knows neither If-Unmodified-Since nor the order of the headers (RFC 9110, section 13.2.2).
    """
    modified = modified.replace(microsecond=0)
    if request.if_match:
        fails = not request.if_match.contains(etag)
    else:
        fails = request.if_unmodified_since is not None and modified > request.if_unmodified_since
    if fails:
        raise PreconditionFailed("The file is not the one that If-Match or If-Unmodified-Since names.")
    if request.if_none_match:
        return request.if_none_match.contains_weak(etag)
    return request.if_modified_since is not None and modified <= request.if_modified_since


def _range_wanted() -> dict[str, Any]:
    """The request's environment for Werkzeug's ranges: a Range that is malformed, of another unit or of several
    parts is passed over, and the whole file is sent (RFC 9110, section 14.2)."""
    environ: dict[str, Any] = {"REQUEST_METHOD": request.method}
    wanted = request.range
    if wanted and wanted.units == "bytes" and len(wanted.ranges) == 1:
        environ |= {
            name: request.environ[name] for name in ("HTTP_RANGE", "HTTP_IF_RANGE") if name in request.environ
        }
    return environ


def nice_name(session: Session, row: StoredFile) -> str:
    """A file's name for people: an upload's own, or the prompt's words for what a job made."""
    path = PurePosixPath(row.path)
    job = session.get(Job, row.job_id) if row.job_id else None
    if job is None:
        words, suffix = _words(PurePosixPath(row.original_name).stem), path.suffix
    else:
        kind = path.name.split("_")[0]
        words, suffix = _words(job.request.get("text_prompt") or ""), path.suffix
        if words and kind != "mesh":
            words = f"{words}-{kind}"
    return (words or path.stem) + suffix


def disposition(name: str, *, attachment: bool) -> str:
    """The header Content-Disposition (RFC 6266), also for names that are not ASCII."""
    how = "attachment" if attachment else "inline"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    if plain == name:
        return f'{how}; filename="{name}"'
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


def _words(text: str) -> str:
    """At most ``LONGEST_NAME`` characters of a text, nothing in them that a file system minds."""
    text = re.sub(r"[\W_]+", "-", text).strip("-")
    return (
        text if len(text) <= LONGEST_NAME else text[:LONGEST_NAME].rpartition("-")[0] or text[:LONGEST_NAME]
    )
