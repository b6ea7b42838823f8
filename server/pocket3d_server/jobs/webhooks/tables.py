"""What is stored about webhooks: where they lead, and what has been or is to be delivered to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pocket3d_server.database import Base
from pocket3d_server.times import now


class Webhook(Base):
    """An address that wants to hear of an account's jobs."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str]] = mapped_column(JSON)
    """The kinds of events it is told."""
    secret: Mapped[str] = mapped_column(Text)
    """Signs what is sent, so it is kept as it is, not hashed."""
    old_secret: Mapped[str | None] = mapped_column(Text)
    """Signs too, until ``old_secret_until``."""
    old_secret_until: Mapped[datetime | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    disabled_reason: Mapped[str | None] = mapped_column(Text)
    disabled_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    """When the first try failed after the last one that did not."""
    created_at: Mapped[datetime] = mapped_column(default=now)


class DeliveryStatus(StrEnum):
    """What has become of a delivery."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Delivery(Base):
    """One event on its way to one webhook; written in the transaction that writes the event.

    It does not refer to its job's row: a job may be deleted before its news has arrived.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(None, "webhook_id", "created_at"),
        Index(None, "status", "next_try_at"),
        Index(None, "created_at"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Sent as ``webhook-id``, with every try the same."""
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    account_id: Mapped[str] = mapped_column(String(64))
    job_id: Mapped[str | None] = mapped_column(String(64))
    event: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    """The body, but for links to files, which are made for each try."""
    status: Mapped[str] = mapped_column(String(20), default=DeliveryStatus.PENDING)
    """A ``DeliveryStatus``."""
    tries: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """The latest tries, oldest first: ``at``, ``response_code``, ``error``, ``seconds``."""
    attempts: Mapped[int] = mapped_column(default=0)
    """How many tries there were in all."""
    tries_left: Mapped[int]
    """How many will follow before it has failed."""
    next_try_at: Mapped[datetime | None]
    lease: Mapped[str | None] = mapped_column(String(64))
    """Who sends it right now; only the holder of this ticket may say how it went."""
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    delivered_at: Mapped[datetime | None]
