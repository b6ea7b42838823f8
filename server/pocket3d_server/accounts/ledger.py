"""Credits: what an account may spend, and the ledger that says where they went.

A job's credits are *reserved* when it enters the queue, *settled* when it is completed, and *refunded* when it
ends in any other way, each in the transaction that changes the job (``jobs.states``). Every function locks the
account's row first, so two submits at once cannot spend the same credits; the entries of an account always sum
up to its credits. An account whose credits are None is not metered: its jobs cost nothing and leave no entry.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, func, literal, select
from sqlalchemy.orm import Session

from pocket3d_server.accounts.tables import Account, CreditEntry
from pocket3d_server.errors import ErrorCode, Refusal

MOST_CREDITS = 2_000_000_000
"""Fits the databases' integers."""


class EntryKind(StrEnum):
    """Why credits changed."""

    GRANT = "grant"
    """The operator gave some."""
    RESERVE = "reserve"
    """A job entered the queue."""
    SETTLE = "settle"
    """The job is completed; what was reserved is spent (amount 0)."""
    REFUND = "refund"
    """The job failed or was cancelled; what was reserved is back."""
    ADJUST = "adjust"
    """The operator took some, or stopped metering."""


def lock(session: Session, account_id: str) -> Account:
    """The account, for this transaction alone."""
    return session.get_one(Account, account_id, with_for_update=True, populate_existing=True)


def reserve(session: Session, account_id: str, job_id: str, credits: int) -> int | None:
    """Take what a job costs; returns it, or None where the account is not metered.

    Raises Refusal INSUFFICIENT_CREDITS.
    """
    account = lock(session, account_id)
    check_credits(account, credits)
    if account.credits is None:
        return None
    _add(session, account, EntryKind.RESERVE, -credits, job_id=job_id)
    return credits


def check_credits(account: Account, credits: int) -> None:
    """Raises Refusal INSUFFICIENT_CREDITS where an account cannot pay this much."""
    have = account.credits
    if have is not None and have < credits:
        raise Refusal(
            ErrorCode.INSUFFICIENT_CREDITS,
            f"The job costs {in_words(credits)}; the account has {have}.",
            "Ask for more credits, or choose a cheaper model or quality; GET /mesh/models says what each costs.",
            needed=credits,
            available=have,
        )


def settle(session: Session, account_id: str, job_id: str) -> None:
    """The job of a reservation is completed."""
    _add(session, lock(session, account_id), EntryKind.SETTLE, 0, job_id=job_id)


def refund(session: Session, account_id: str, job_id: str, credits: int) -> None:
    """The job of a reservation ended without a result."""
    account = lock(session, account_id)
    back = credits if account.credits is not None else 0  # not metered any more: nothing to give back
    _add(session, account, EntryKind.REFUND, back, job_id=job_id)


def grant(session: Session, account_id: str, credits: int, note: str = "") -> int:
    """Give credits, or take some (negative); an account that was not metered is from now on. Returns what it has.

    Raises ValueError when fewer than none or far too many would be left.
    """
    account = lock(session, account_id)
    left = (account.credits or 0) + credits
    if left < 0:
        raise ValueError(f"the account has {account.credits or 0} credits; at most those can be taken")
    if left > MOST_CREDITS:
        raise ValueError(f"an account can have at most {MOST_CREDITS:,} credits")
    account.credits = account.credits or 0
    _add(session, account, EntryKind.GRANT if credits >= 0 else EntryKind.ADJUST, credits, note=note)
    return left


def stop_metering(session: Session, account_id: str, note: str = "") -> None:
    """From now on the account's jobs cost nothing; what it had is written off."""
    account = lock(session, account_id)
    if account.credits is None:
        return
    _add(session, account, EntryKind.ADJUST, -account.credits, note=note or "not metered any more")
    account.credits = None


def page(session: Session, account_id: str, limit: int, before: int | None = None) -> list[CreditEntry]:
    """An account's entries, newest first; ``before`` is the id of the last one of the page before."""
    query = select(CreditEntry).where(CreditEntry.account_id == account_id)
    if before is not None:
        # A client may send any number; as an INTEGER, like the ids, PostgreSQL would refuse a large one.
        query = query.where(CreditEntry.id < literal(before, BigInteger))
    return list(session.scalars(query.order_by(CreditEntry.id.desc()).limit(limit)))


def total(session: Session, account_id: str) -> int:
    """The sum of an account's entries; equals its credits, 0 where it is not metered."""
    query = select(func.coalesce(func.sum(CreditEntry.amount), 0)).where(CreditEntry.account_id == account_id)
    return session.scalar(query) or 0


def in_words(credits: int) -> str:
    """For people: ``1 credit``, ``12 credits``."""
    return f"{credits:,} credit{'' if credits == 1 else 's'}"


def _add(
    session: Session,
    account: Account,
    kind: EntryKind,
    change: int,
    *,
    job_id: str | None = None,
    note: str = "",
) -> None:
    balance = (account.credits or 0) + change
    if account.credits is not None:
        account.credits = balance
    session.add(
        CreditEntry(
            account_id=account.id, job_id=job_id, kind=kind, amount=change, balance=balance, note=note[:200]
        )
    )
