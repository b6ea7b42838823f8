"""The tiers and what each may do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tier:
    """Limits of an account."""

    requests_per_minute: int
    upload_bytes_per_minute: int
    websockets: int
    concurrent_jobs: int
    """Jobs that run at the same time."""
    priority: int
    """Higher goes first, until ageing lets the others pass."""
    storage_mb: int | None
    """Uploads and outputs together; None: as much as fits on the disk."""

    @property
    def streams(self) -> int:
        """Event streams and waiting submits that are open at a time; each holds one of the server's threads."""
        return 10 * self.websockets


MB = 1024 * 1024
GB_IN_MB = 1024

TIERS = {
    "free": Tier(10, 100 * MB, 10, concurrent_jobs=1, priority=0, storage_mb=5 * GB_IN_MB),
    "pro": Tier(100, 100 * MB, 10, concurrent_jobs=4, priority=1, storage_mb=100 * GB_IN_MB),
    "enterprise": Tier(1000, 100 * MB, 10, concurrent_jobs=16, priority=2, storage_mb=1000 * GB_IN_MB),
    "local": Tier(100_000, 100_000 * MB, 1000, concurrent_jobs=1000, priority=2, storage_mb=None),
}
"""``local`` is the operator of a server on the same machine, whom nobody needs protection from."""

ANONYMOUS = Tier(60, 0, 0, concurrent_jobs=0, priority=0, storage_mb=0)
"""Requests without valid credentials, counted by address; a setting has their number."""
