"""Accounts, their API keys, and what happened to their credits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pocket3d_server.database import Base
from pocket3d_server.times import now


class Account(Base):
    """A person or team; jobs, files and limits belong to it."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    tier: Mapped[str] = mapped_column(String(20))
    """A name in ``tiers.TIERS``."""
    credits: Mapped[int | None]
    """What is left to spend; None: not metered. Only ``ledger`` changes it."""
    disabled_at: Mapped[datetime | None]
    """Since then the account is refused, and its queued jobs wait."""
    created_at: Mapped[datetime] = mapped_column(default=now)


class ApiKey(Base):
    """A key of an account. Only its hash is kept; ``hint`` is what a list may show of it."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the key, hex. The key is 256 random bits, so a slow password hash would add nothing."""
    hint: Mapped[str] = mapped_column(String(40))
    scopes: Mapped[str | None] = mapped_column(String(200))
    """Names of ``scopes.Scope``, separated by spaces; None: ``scopes.ACCOUNT_SCOPES``."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class CreditEntry(Base):
    """A line of an account's ledger. Lines are only ever added; their amounts sum up to the account's credits."""

    __tablename__ = "credit_entries"
    __table_args__ = (UniqueConstraint("job_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    job_id: Mapped[str | None] = mapped_column(String(64))
    """No foreign key: the line outlives the job."""
    kind: Mapped[str] = mapped_column(String(10))
    """An ``ledger.EntryKind``."""
    amount: Mapped[int]
    """What it added to the credits; negative for what it took."""
    balance: Mapped[int]
    """The credits after it."""
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
