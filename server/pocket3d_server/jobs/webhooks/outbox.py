"""What webhooks are told: an event becomes one delivery for each webhook that wants it, in the event's own
transaction, so that neither is ever there without the other."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pocket3d_server import BASE_PATH
from pocket3d_server.jobs.tables import Job, JobEvent
from pocket3d_server.jobs.webhooks.tables import Delivery, Webhook
from pocket3d_server.times import now, stamp

EVENTS = ("job_queued", "job_started", "job_completed", "job_failed")
"""What a webhook may ask for. Progress is for sockets and streams: too many, and old when it arrives."""
PING = "ping"
MAX_PAYLOAD_BYTES = 19_000
"""Receivers need not take more than 20 kB; the rest is for links."""
MAX_TEXT = 2_000
MINUTE, HOUR = 60.0, 3600.0
SCHEDULE = (0, 5, 5 * MINUTE, 30 * MINUTE, *(h * HOUR for h in (2, 5, 10, 14, 20, 24)))
"""Seconds before each try, counted from the one before; three days in all."""


def add(session: Session, job: Job, event: JobEvent) -> None:
    """Queue an event for the webhooks of the job's account."""
    if event.event not in EVENTS:
        return
    query = select(Webhook).where(Webhook.account_id == job.account_id, Webhook.enabled)
    with (
        session.no_autoflush
    ):  # the job's own changes do not matter here, and are written together at the end
        wanting = [webhook for webhook in session.scalars(query) if event.event in webhook.events]
    if wanting:
        payload = payload_of(job, event)
        session.add_all(_delivery(webhook, payload, len(SCHEDULE)) for webhook in wanting)


def ping(session: Session, webhook: Webhook) -> Delivery:
    """Queue a test; it is tried once."""
    payload = {
        "event": PING,
        "job_id": None,
        "timestamp": stamp(now()),
        "data": {"webhook_id": webhook.id},
    }
    delivery = _delivery(webhook, payload, 1)
    session.add(delivery)
    return delivery


def payload_of(job: Job, event: JobEvent) -> dict[str, Any]:
    """The documented body: ``data`` holds the feature and the event's own fields, e.g. ``result``."""
    payload = {
        "event": event.event,
        "job_id": job.id,
        "timestamp": stamp(event.created_at),
        "data": {"feature": job.feature, **event.data},
    }
    return payload if size(payload) <= MAX_PAYLOAD_BYTES else _shortened(payload)


def size(payload: dict[str, Any]) -> int:
    """Bytes of a payload as it is sent."""
    return len(encode(payload))


def encode(payload: dict[str, Any]) -> bytes:
    """A payload as it is sent and signed."""
    return json.dumps(payload, separators=(",", ":")).encode()


def _shortened(payload: dict[str, Any]) -> dict[str, Any]:
    """A copy that fits: long texts are cut, then the largest lists and objects of the result are left out.

    ``data.left_out`` names what is not there, with how many entries it has; the job itself has all of it.
    """
    data = {name: _cut(value) for name, value in payload["data"].items()}
    result = {name: _cut(value) for name, value in data.get("result", {}).items()}
    left_out: dict[str, int] = {}
    short = payload | {"data": data}
    if result:
        data["result"] = result
    by_size = sorted(result, key=lambda name: len(json.dumps(result[name])), reverse=True)
    for name in by_size:
        if size(short) <= MAX_PAYLOAD_BYTES:
            break
        if isinstance(result[name], list | dict):
            left_out[name] = len(result.pop(name))
            data["left_out"] = left_out
            data["note"] = (
                f"The result is too large for a webhook; GET {BASE_PATH}/jobs/{payload['job_id']} has all."
            )
    return short


def _cut(value: Any) -> Any:
    return value[:MAX_TEXT] + "…" if isinstance(value, str) and len(value) > MAX_TEXT else value


def _delivery(webhook: Webhook, payload: dict[str, Any], tries: int) -> Delivery:
    at: datetime = now()
    return Delivery(
        id=f"msg_{secrets.token_hex(12)}",
        webhook_id=webhook.id,
        account_id=webhook.account_id,
        job_id=payload["job_id"],
        event=payload["event"],
        payload=payload,
        tries_left=tries,
        next_try_at=at,
        created_at=at,
    )
