"""What a key may be used for. A key without a list of scopes may do all but what only the operator may."""

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
    """What concerns all accounts: Prometheus's metrics, whichever job a worker has, licences and weights of models. For
    the operator."""


ALL_SCOPES = frozenset(Scope)
ACCOUNT_SCOPES = ALL_SCOPES - {Scope.SYSTEM}
"""All that an account may do with what is its own; a key has them unless something else is asked for."""


def read_scopes(text: str | None) -> frozenset[Scope]:
    """Scopes as they are stored; None stands for ``ACCOUNT_SCOPES``. A name that this version does not know allows nothing."""
    if text is None:
        return ACCOUNT_SCOPES
    return frozenset(scope for scope in Scope if scope.value in text.split())


def write_scopes(scopes: Collection[Scope]) -> str | None:
    """Scopes as they are stored, in a fixed order."""
    return None if set(scopes) == ACCOUNT_SCOPES else " ".join(scope for scope in Scope if scope in scopes)
