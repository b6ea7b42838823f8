"""What is asked of the table of files, one named function each; ``queries`` has those about jobs.

Every function takes the caller's session. Files whose time was over (``deleted_at``) count nowhere.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from pocket3d_server.database import locked
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs.files import INPUTS
from pocket3d_server.jobs.tables import FINAL, KEPT, Job, StoredFile
from pocket3d_server.times import now, stamp

Kind = Literal["upload", "output"]


def own_file(session: Session, account_id: str, path: str, *, for_update: bool = False) -> StoredFile:
    """A file of an account. Raises Refusal: NOT_FOUND, also for files of others; GONE when its time was over."""
    row = session.get(StoredFile, path, with_for_update=for_update, populate_existing=for_update)
    if row is None or row.account_id != account_id:
        raise Refusal(
            ErrorCode.NOT_FOUND,
            f"There is no file {path!r}.",
            "GET /files lists your files; it may have been deleted with its job.",
        )
    if row.deleted_at:
        raise gone(row)
    return row


def gone(row: StoredFile) -> Refusal:
    """Why a file that was kept long enough cannot be had."""
    assert row.deleted_at
    days = (row.deleted_at - (row.used_at or row.created_at)).days
    since = "it was last used" if row.used_at else "it was uploaded" if row.job_id is None else "it was made"
    advice = "Submit the job again" if row.job_id else "Upload it again"
    return Refusal(
        ErrorCode.GONE,
        f"{row.path} was deleted on {row.deleted_at:%Y-%m-%d}, {days} day{'' if days == 1 else 's'} after {since}.",
        f"{advice}, and download results soon.",
        deleted_at=stamp(row.deleted_at),
    )


def page_of_files(
    session: Session,
    account_id: str,
    limit: int,
    *,
    kind: Kind | None = None,
    before: tuple[datetime, str] | None = None,
) -> list[StoredFile]:
    """An account's files, newest first; ``before`` is time and path of the last one of the page before."""
    query = select(StoredFile).where(StoredFile.account_id == account_id, StoredFile.deleted_at.is_(None))
    if kind:
        query = query.where(_is_upload(kind == "upload"))
    if before:
        query = query.where(tuple_(StoredFile.created_at, StoredFile.path) < before)
    newest_first = (StoredFile.created_at.desc(), StoredFile.path.desc())
    return list(session.scalars(query.order_by(*newest_first).limit(limit)))


def stored_bytes(session: Session, account_id: str) -> tuple[int, int, int]:
    """Bytes of an account's uploads, of its outputs, and of what came inside its requests and is kept."""
    uploads = func.coalesce(func.sum(case((StoredFile.job_id.is_(None), StoredFile.size), else_=0)), 0)
    total = func.coalesce(func.sum(StoredFile.size), 0)
    inputs = select(func.coalesce(func.sum(Job.input_bytes), 0)).where(Job.account_id == account_id, KEPT)
    query = select(uploads, total, inputs.scalar_subquery())
    query = query.where(StoredFile.account_id == account_id, StoredFile.deleted_at.is_(None))
    of_uploads, of_all, of_inputs = session.execute(query).one()
    return int(of_uploads), int(of_all) - int(of_uploads), int(of_inputs)


def all_stored_bytes(session: Session) -> int:
    """The size of all files together."""
    total = select(func.coalesce(func.sum(StoredFile.size), 0)).where(StoredFile.deleted_at.is_(None))
    return int(session.scalar(total) or 0)


def paths_of_job(session: Session, job_id: str) -> list[str]:
    """The files that a job made, locked so that no other job can begin to need them."""
    query = select(StoredFile.path).where(StoredFile.job_id == job_id).with_for_update()
    return list(session.scalars(query))


def take_into_use(session: Session, request: dict[str, Any]) -> None:
    """Note that a job needs the files of its request, so that they are kept from now on.

    Raises Refusal when one of them has been deleted since it was looked up.
    """
    for path in paths_in(request):
        if _came_inside(path):
            continue
        row = locked(session, StoredFile, path)
        if row is None or row.deleted_at:
            raise Refusal(
                ErrorCode.INVALID_INPUT, f"{path} has just been deleted.", "Upload it again and submit then."
            )
        row.used_at = now()


def paths_needed(session: Session) -> set[str]:
    """Files that jobs which have not ended need."""
    requests = session.scalars(select(Job.request).where(Job.status.not_in(FINAL)))
    return {path for request in requests for path in paths_in(request)}


def refuse_while_needed(session: Session, account_id: str, paths: Collection[str], what: str) -> None:
    """Raises Refusal CONFLICT when jobs of the account that have not ended need one of these files."""
    query = select(Job.id, Job.request).where(Job.account_id == account_id, Job.status.not_in(FINAL))
    jobs = [
        job_id for job_id, request in session.execute(query) if not {*paths}.isdisjoint(paths_in(request))
    ]
    if jobs:
        raise Refusal(
            ErrorCode.CONFLICT,
            f"{what} is needed by {len(jobs)} {'jobs that have' if len(jobs) > 1 else 'job that has'} not ended.",
            f"Wait, or cancel with POST /jobs/{jobs[0]}/cancel.",
            jobs=jobs[:20],
        )


def expired_files(session: Session, *, uploads: bool, before: datetime, limit: int) -> list[StoredFile]:
    """Uploads or outputs that were last used, or else made, before a time and that no unfinished job needs.

    They are locked: a submit that comes meanwhile waits, and finds them gone. Those that one has taken already are
    left out.
    """
    query = select(StoredFile).where(
        StoredFile.deleted_at.is_(None),
        func.coalesce(StoredFile.used_at, StoredFile.created_at) < before,
        _is_upload(uploads),
    )
    rows = list(session.scalars(query.with_for_update(skip_locked=True)))
    needed = paths_needed(session)
    found: list[StoredFile] = []
    for row in rows:
        if row.path not in needed:
            found.append(row)
        if len(found) == limit:
            break
    return found


def kept_paths(session: Session) -> set[str]:
    """Every file that belongs to someone."""
    return set(session.scalars(select(StoredFile.path).where(StoredFile.deleted_at.is_(None))))


def unfinished_ids(session: Session) -> set[str]:
    """Jobs that have not ended, or may be tried again by the operator; what came inside their requests is needed."""
    return set(session.scalars(select(Job.id).where(or_(Job.status.not_in(FINAL), Job.quarantined))))


def paths_in(request: dict[str, Any]) -> list[str]:
    """The stored files that a job's request names."""
    return [path for path in [request.get("mesh"), *(request.get("images") or [])] if path]


def has_own_inputs(request: dict[str, Any]) -> bool:
    """Whether files came inside a job's request."""
    return any(_came_inside(path) for path in paths_in(request))


def _came_inside(path: str) -> bool:
    return path.startswith(f"{INPUTS}/")


def _is_upload(wanted: bool) -> ColumnElement[bool]:
    return StoredFile.job_id.is_(None) if wanted else StoredFile.job_id.is_not(None)
