"""Jobs that were lost too often: what the operator may do with them."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy.orm import Session

from pocket3d_server.database import locked
from pocket3d_server.jobs import states
from pocket3d_server.jobs.files import INPUTS, FileStore
from pocket3d_server.jobs.tables import Job
from pocket3d_server.times import now


class NotQuarantinedError(ValueError):
    """The job is not in quarantine, or is there no more; the message says which."""


def retry(session: Session, files: FileStore, job_id: str) -> Job:
    """Submit a quarantined job again, free of charge; returns the new job.

    The old one stays as it ended, because its owner has been told so; it says which job tries again. What came
    inside its request is copied, and the caller may delete it once this is committed. Raises NotQuarantinedError,
    and OSError or StorageError when a file that came inside the request cannot be read.
    """
    old = locked(session, Job, job_id)
    if old is None or not old.error:
        raise NotQuarantinedError(f"there is no quarantined job {job_id!r}.")
    if not old.quarantined:
        again = old.error.get("retried_as")
        raise NotQuarantinedError(
            f"{job_id} has been tried again as {again}." if again else f"{job_id} is not quarantined."
        )
    new = Job(
        id=f"job_{secrets.token_hex(12)}",
        account_id=old.account_id,
        feature=old.feature,
        model_id=old.model_id,
        output_format=old.output_format,
        created_at=now(),
    )
    new.input_bytes, old.input_bytes = old.input_bytes, 0
    new.request = _with_own_inputs(files, old.request, new.id)
    states.enqueue(session, new, reason=f"The operator tries {old.id} again.")
    old.quarantined = False
    old.error = old.error | {"quarantined": False, "retried_as": new.id}
    return new


def _with_own_inputs(files: FileStore, request: dict[str, Any], job_id: str) -> dict[str, Any]:
    """The request with copies of the files that came inside it: those go with their job."""
    images = []
    for path in request.get("images", []):
        if path.startswith(f"{INPUTS}/"):
            with files.open(path) as file:
                path = files.add_input(job_id, path.rsplit("/", 1)[1], file.read())
        images.append(path)
    return request | {"images": images} if images else dict(request)
