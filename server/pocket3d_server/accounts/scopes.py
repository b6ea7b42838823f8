"""What a key may be used for. A key without a list of scopes may do everything that its account may."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class Scope(StrEnum):
    """A part of the API; ``api.chapter`` says which chapter needs which."""

    JOBS_READ = "jobs:read"
    """Look at jobs, models and files; follow and download."""
    JOBS_WRITE = "jobs:write"
    """Submit, cancel and delete jobs; upload and delete files."""
    ACCOUNT = "account"
    """Manage the account's keys and read its ledger."""
    WEBHOOKS = "webhooks"
    """Manage webhook endpoints."""
    SYSTEM = "system"
    """Look at the server's health, metrics and workers."""


ALL_SCOPES = frozenset(Scope)


def read_scopes(text: str | None) -> frozenset[Scope]:
    """Scopes as they are stored; None stands for all. A name that this version does not know allows nothing."""
    if text is None:
        return ALL_SCOPES
    return frozenset(scope for scope in Scope if scope.value in text.split())


def write_scopes(scopes: Collection[Scope]) -> str | None:
    """Scopes as they are stored, in a fixed order."""
    return None if set(scopes) == ALL_SCOPES else " ".join(scope for scope in Scope if scope in scopes)
