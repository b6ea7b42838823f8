"""The accounts themselves: made, listed and changed by the operator."""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from pocket3d_server.accounts import ledger
from pocket3d_server.accounts.keys import checked_name
from pocket3d_server.accounts.tables import Account
from pocket3d_server.accounts.tiers import TIERS
from pocket3d_server.times import now

LOCAL_ACCOUNT = "local"


def create(session: Session, name: str, tier: str, credits: int | None = None) -> Account:
    """A new account; metered when it is given credits. Raises ValueError."""
    account = Account(id=f"acc_{secrets.token_hex(8)}", name=checked_name(name), tier=_checked_tier(tier))
    session.add(account)
    session.flush()
    if credits is not None:
        ledger.grant(session, account.id, credits, "first credits")
    return account


def ensure_local(session: Session) -> None:
    """The account of whoever runs the server."""
    if session.get(Account, LOCAL_ACCOUNT) is None:
        session.add(Account(id=LOCAL_ACCOUNT, name="This machine", tier="local"))


def all_accounts(session: Session) -> list[Account]:
    """Oldest first."""
    return list(session.scalars(select(Account).order_by(Account.created_at, Account.id)))


def set_tier(session: Session, account_id: str, tier: str) -> None:
    """Give an account other limits. Raises ValueError."""
    _changeable(session, account_id).tier = _checked_tier(tier)


def disable(session: Session, account_id: str) -> None:
    """Refuse an account's requests; its queued jobs wait, its running ones finish. Raises ValueError."""
    account = _changeable(session, account_id)
    account.disabled_at = account.disabled_at or now()


def enable(session: Session, account_id: str) -> None:
    """Let a disabled account in again; its queued jobs go on."""
    _changeable(session, account_id).disabled_at = None


def _changeable(session: Session, account_id: str) -> Account:
    if account_id == LOCAL_ACCOUNT:
        raise ValueError("the account 'local' is this machine's own and stays as it is")
    return ledger.lock(session, account_id)


def _checked_tier(tier: str) -> str:
    if tier not in TIERS:
        raise ValueError(f"there is no tier {tier!r}; choose one of {', '.join(TIERS)}")
    return tier
