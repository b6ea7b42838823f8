"""How much an account may store, and how much of the disk stays free whatever anybody may."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pocket3d_server.accounts.tables import Account
from pocket3d_server.accounts.tiers import TIERS
from pocket3d_server.config import MB, Settings
from pocket3d_server.database import Database
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs import file_queries

LOOK_EVERY = 8 * MB
"""So many bytes of an upload arrive between two looks at the disk."""
RETRY_AFTER_S = 60


@dataclass(frozen=True)
class Usage:
    """What an account stores, in bytes."""

    uploads: int
    outputs: int
    inputs: int
    """What came inside requests, while their jobs wait or run, or are quarantined."""
    limit: int | None
    """None: as much as fits on the disk."""

    @property
    def total(self) -> int:
        """All of it."""
        return self.uploads + self.outputs + self.inputs


class Quota:
    """Says whether there is room. All refusals are STORAGE_FULL and say what is used and what to delete."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database

    def limit(self, session: Session, account_id: str) -> int | None:
        """Bytes that an account may store; None: no limit."""
        if self._settings.storage_quota_mb:
            return self._settings.storage_quota_mb * MB
        account = session.get(Account, account_id)
        megabytes = TIERS[account.tier].storage_mb if account else None
        return megabytes * MB if megabytes is not None else None

    def usage(self, session: Session, account_id: str) -> Usage:
        """What an account stores and may."""
        uploads, outputs, inputs = file_queries.stored_bytes(session, account_id)
        return Usage(uploads, outputs, inputs, self.limit(session, account_id))

    def check(self, session: Session, account_id: str, more: int) -> None:
        """Make sure that there is room for ``more`` bytes of an account. Raises Refusal STORAGE_FULL."""
        if self.limit(session, account_id) is not None:
            usage = self.usage(session, account_id)
            assert usage.limit is not None
            if usage.total + more > usage.limit:
                raise _over_quota(usage, more)
        if self.free_bytes() - more < self._settings.min_free_mb * MB:
            raise self._disk_full(self.usage(session, account_id))

    def room(self, account_id: str, announced: int) -> UploadRoom:
        """Room for an upload of about ``announced`` bytes. Raises Refusal STORAGE_FULL when there is none."""
        with self._database.read() as session:
            self.check(session, account_id, announced)
            usage = self.usage(session, account_id)
        return UploadRoom(self, account_id, usage)

    def check_disk(self, account_id: str) -> None:
        """Make sure that the disk has its floor free. Raises Refusal STORAGE_FULL."""
        if self.free_bytes() < self._settings.min_free_mb * MB:
            with self._database.read() as session:
                raise self._disk_full(self.usage(session, account_id))

    def free_bytes(self) -> int:
        """Free on the disk of the data folder."""
        return shutil.disk_usage(self._settings.data_dir).free

    def _disk_full(self, usage: Usage) -> Refusal:
        return Refusal(
            ErrorCode.STORAGE_FULL,
            f"The server's disk is full: {_size(self.free_bytes())} are free, "
            f"and {_size(self._settings.min_free_mb * MB)} are kept free.",
            f"{_what_to_delete(usage)} The operator can make room too.",
            retry_after=RETRY_AFTER_S,
            used_bytes=usage.total,
        )


class UploadRoom:
    """What one request may still store; counts while its bytes arrive."""

    def __init__(self, quota: Quota, account_id: str, usage: Usage) -> None:
        self._quota = quota
        self._account_id = account_id
        self._usage = usage
        self._taken = self._unseen = 0

    def take(self, count: int) -> None:
        """So many bytes more have arrived. Raises Refusal STORAGE_FULL."""
        self._taken += count
        self._unseen += count
        if self._usage.limit is not None and self._usage.total + self._taken > self._usage.limit:
            raise _over_quota(self._usage, self._taken)
        if self._unseen >= LOOK_EVERY:
            self._unseen = 0
            self._quota.check_disk(self._account_id)


def _over_quota(usage: Usage, more: int) -> Refusal:
    assert usage.limit is not None
    need = f", and this needs {_size(more)} more" if more > 1 else ""
    return Refusal(
        ErrorCode.STORAGE_FULL,
        f"You may store {_size(usage.limit)}; you use {_size(usage.total)}{need}.",
        _what_to_delete(usage),
        used_bytes=usage.total,
        limit_bytes=usage.limit,
    )


def _what_to_delete(usage: Usage) -> str:
    inside = f"Images inside your requests take {_size(usage.inputs)} until their jobs have ended. "
    return (
        f"{inside if usage.inputs else ''}"
        f"Your uploads take {_size(usage.uploads)}: GET /files?kind=upload lists them, DELETE /files/{{path}} deletes one. "
        f"The files of your jobs take {_size(usage.outputs)}: DELETE /jobs/{{job_id}} deletes a job with its files."
    )


def _size(count: int) -> str:
    """Bytes for people."""
    if count >= 1000 * MB:
        return f"{count / (1024 * MB):.3g} GB"
    return f"{count / MB:.3g} MB" if count < 10 * MB else f"{round(count / MB)} MB"
