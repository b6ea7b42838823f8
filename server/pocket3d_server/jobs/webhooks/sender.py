"""The thread that sends deliveries, and what becomes of them.

A delivery is claimed under a lease, sent by a thread of its own, and marked. Whatever is killed meanwhile, the
lease runs out and it is sent again under the same ``webhook-id``: each delivery arrives at least once. Several
servers may share the work. Deliveries of one webhook may overtake each other; ``timestamp`` tells their order.
"""

from __future__ import annotations

import http.client
import logging
import random
import secrets
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from pocket3d_server import __version__
from pocket3d_server.accounts.tables import Account
from pocket3d_server.database import Database
from pocket3d_server.jobs.links import Links
from pocket3d_server.jobs.tables import Job, JobEvent
from pocket3d_server.jobs.webhooks import outbox
from pocket3d_server.jobs.webhooks.addresses import AddressError
from pocket3d_server.jobs.webhooks.book import WebhookBook, disable
from pocket3d_server.jobs.webhooks.outbox import SCHEDULE
from pocket3d_server.jobs.webhooks.post import Answer, post
from pocket3d_server.jobs.webhooks.secrets import signature
from pocket3d_server.jobs.webhooks.tables import Delivery, DeliveryStatus, Webhook
from pocket3d_server.metrics import Metrics
from pocket3d_server.times import now, stamp

log = logging.getLogger(__name__)

JITTER = 0.1
"""Each wait is up to this much longer, so that receivers are not hit by all at once when they come back."""
LONGEST_WAIT = timedelta(days=1)
"""Retry-After is heeded up to this."""
GIVE_UP_AFTER = timedelta(days=5)
"""A webhook whose every try has failed for this long is disabled."""
KEEP = timedelta(days=30)
"""Deliveries are deleted this long after their event."""
TIMEOUT_S = 15.0
LEASE = timedelta(seconds=60)
"""Longer than a try can take, name resolution included."""
AT_ONCE, AT_ONCE_ACCOUNT, AT_ONCE_EACH = 32, 4, 2
"""Tries under way in all, of one account, and to one webhook, so that slow receivers hold up only their owner."""
LOOK_S = 5.0
"""How often the table is looked at for what has become due, or was written by another process."""
KEPT_TRIES = 20
GONE = 410


@dataclass(frozen=True)
class Outcome:
    """How a try went."""

    status: int | None
    error: str | None
    """None when it was delivered."""
    retry_after: float | None = None


class Load:
    """The tries under way here, given as webhook and account of each."""

    def __init__(self, sending: Sequence[tuple[str, str]]) -> None:
        self.room = AT_ONCE - len(sending)
        self._webhooks = Counter(webhook_id for webhook_id, _ in sending)
        self._accounts = Counter(account_id for _, account_id in sending)

    def open(self) -> tuple[Any, ...]:
        """Says in a query: only what may begin now, were there room."""
        webhooks = [name for name, count in self._webhooks.items() if count >= AT_ONCE_EACH]
        accounts = [name for name, count in self._accounts.items() if count >= AT_ONCE_ACCOUNT]
        return Delivery.webhook_id.not_in(webhooks), Delivery.account_id.not_in(accounts)

    def share(self, due: Sequence[tuple[str, str, int]]) -> Counter[str]:
        """How many tries each webhook may begin, of webhooks, their accounts, and how many deliveries are due.

        Accounts with the fewest tries under way come first, an account's webhooks one after the other, and then
        the order is that of ``due``.
        """
        accounts = self._accounts.copy()
        places: list[tuple[int, str]] = []
        for nth in range(1, AT_ONCE_EACH + 1):
            for webhook_id, account_id, count in due:
                of_webhook = self._webhooks[webhook_id] + nth
                if nth <= count and of_webhook <= AT_ONCE_EACH and accounts[account_id] < AT_ONCE_ACCOUNT:
                    accounts[account_id] += 1
                    places.append((accounts[account_id], webhook_id))
        places.sort(key=lambda place: place[0])
        return Counter(webhook_id for _, webhook_id in places[: self.room])


class WebhookSender:
    """``start`` it once, ``wake`` it when there is something to send, ``stop`` it."""

    def __init__(
        self,
        database: Database,
        book: WebhookBook,
        links: Links,
        clock: Callable[[], datetime] = now,
        metrics: Metrics | None = None,
    ) -> None:
        self._database = database
        self._book = book
        self._links = links
        self._clock = clock
        self._metrics = metrics or Metrics()
        self._sending: dict[str, tuple[str, str]] = {}
        """Delivery id to webhook and account of the tries under way here."""
        self._changed = threading.Condition()
        self._due = False
        self._stopping = False
        self._prune_at: datetime | None = None
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self, *, alone: bool) -> None:
        """Begin. ``alone``: no other server can be alive on this database, so every lease in it is a dead one's."""
        if alone:
            with self._database.write() as session:
                session.execute(
                    update(Delivery).where(Delivery.lease.is_not(None)).values(lease=None, lease_until=None)
                )
        self._thread.start()

    def hear(self, _job: Job, event: JobEvent) -> None:
        """A listener for ``EventLog.listen``."""
        if event.event in outbox.EVENTS:
            self.wake()

    def wake(self) -> None:
        """Look at the table now."""
        with self._changed:
            self._due = True
            self._changed.notify_all()

    def stop(self, timeout: float = 3.0) -> None:
        """Send nothing more. Tries under way get ``timeout`` seconds; after that the next server repeats them."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout)
        self.wait_idle(timeout)

    def wait_idle(self, timeout: float) -> bool:
        """Wait until no try is under way."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._sending, timeout)

    def turn(self) -> int:
        """Begin as many tries as are due and may run; returns how many."""
        self._prune()
        begun = self._claim()
        for delivery, webhook in begun:
            threading.Thread(
                target=self._try, args=(delivery, webhook), name=f"webhook {delivery.id}", daemon=True
            ).start()
        return len(begun)

    def _run(self) -> None:
        while not self._stopping:
            try:
                wait = 0.0 if self.turn() else self._seconds_to_next()
            except Exception:
                log.exception("webhooks could not be sent; trying again")
                wait = LOOK_S
            with self._changed:
                self._changed.wait_for(lambda: self._due or self._stopping, wait)
                self._due = False

    def _seconds_to_next(self) -> float:
        """Until something is due that may be sent; the end of a try wakes the thread anyhow."""
        load = self._load()
        if load.room <= 0:
            return LOOK_S
        with self._database.read() as session:
            query = select(func.min(Delivery.next_try_at)).where(
                *_waits(), Delivery.lease.is_(None), *load.open()
            )
            due: datetime | None = session.scalar(query)
        return LOOK_S if due is None else min(LOOK_S, max(0.0, (due - self._clock()).total_seconds()))

    def _load(self) -> Load:
        with self._changed:
            return Load(list(self._sending.values()))

    # Claiming

    def _claim(self) -> list[tuple[Delivery, Webhook]]:
        load = self._load()
        if load.room <= 0:
            return []
        at = self._clock()
        with self._database.read() as session:
            query = select(Delivery.webhook_id, Delivery.account_id, func.count()).where(
                *_is_due(at), *load.open()
            )
            query = query.group_by(Delivery.webhook_id, Delivery.account_id)
            rows = session.execute(query.order_by(func.min(Delivery.next_try_at)))
            shares = load.share([(row[0], row[1], row[2]) for row in rows])
        if not shares:
            return []
        claimed: list[tuple[Delivery, Webhook]] = []
        with self._database.write(durable=False) as session:
            for webhook_id, count in shares.items():
                webhook = session.get(Webhook, webhook_id)
                if webhook is None:  # deleted a moment ago
                    continue
                for delivery in _oldest_due(session, webhook_id, at, count):
                    delivery.lease, delivery.lease_until = secrets.token_hex(8), at + LEASE
                    claimed.append((delivery, webhook))
        with self._changed:
            self._sending |= {delivery.id: (webhook.id, webhook.account_id) for delivery, webhook in claimed}
        return claimed

    # Sending

    def _try(self, delivery: Delivery, webhook: Webhook) -> None:
        began = self._clock()
        try:
            outcome = self._send(delivery, webhook, began)
            self._metrics.webhook_deliveries.labels("failed" if outcome.error else "delivered").inc()
            self._note(delivery, began, outcome)
        except Exception:  # the lease runs out and it is tried again
            log.exception("delivery %s of webhook %s could not be noted", delivery.id, webhook.id)
        finally:
            with self._changed:
                del self._sending[delivery.id]
                self._due = True
                self._changed.notify_all()

    def _send(self, delivery: Delivery, webhook: Webhook, at: datetime) -> Outcome:
        body = outbox.encode(self._with_links(delivery))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"Pocket3D-Webhooks/{__version__}",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature(webhook, delivery.id, at, body),
        }
        private = self._book.may_be_private(webhook.account_id)
        try:
            answer = post(webhook.url, body, headers, timeout=TIMEOUT_S, allow_private=private)
        except (AddressError, OSError, http.client.HTTPException) as error:
            return Outcome(None, _reason(error))
        return _judge(answer)

    def _with_links(self, delivery: Delivery) -> dict[str, Any]:
        """The payload with links that work from now on, however old the event is."""
        data = delivery.payload["data"]
        if "result" not in data:
            return delivery.payload
        result = self._links.with_urls(delivery.account_id, data["result"])
        return delivery.payload | {"data": data | {"result": result}}

    # What becomes of a delivery

    def _note(self, sent: Delivery, began: datetime, outcome: Outcome) -> None:
        at = self._clock()
        with self._database.write(durable=False) as session:  # undone by a power cut, it is sent once more
            delivery = session.get(Delivery, sent.id, with_for_update=True)
            if delivery is None or delivery.lease != sent.lease:
                return  # deleted, or sent again by another server meanwhile
            webhook = session.get_one(Webhook, delivery.webhook_id, with_for_update=True)
            delivery.lease = delivery.lease_until = None
            delivery.attempts += 1
            entry = {
                "at": stamp(began),
                "response_code": outcome.status,
                "error": outcome.error,
                "seconds": round((at - began).total_seconds(), 3),
            }
            delivery.tries = [*delivery.tries, entry][-KEPT_TRIES:]
            if outcome.error is None:
                delivery.status, delivery.delivered_at = DeliveryStatus.DELIVERED, at
                delivery.next_try_at = None
                webhook.failing_since = None
                return
            if delivery.status == DeliveryStatus.PENDING:  # else it was given up while it was under way
                _plan_next(delivery, at, outcome.retry_after)
            if webhook.enabled and delivery.event != outbox.PING:
                _blame(session, webhook, at, outcome)
        log.info("delivery %s to webhook %s failed: %s", sent.id, sent.webhook_id, outcome.error)

    def _prune(self) -> None:
        at = self._clock()
        if self._prune_at and at < self._prune_at:
            return
        self._prune_at = at + timedelta(hours=1)
        with self._database.write() as session:
            session.execute(
                delete(Delivery).where(
                    Delivery.created_at < at - KEEP, Delivery.status != DeliveryStatus.PENDING
                )
            )


def _waits() -> tuple[Any, ...]:
    """To be sent at some time; those of disabled accounts wait until these are enabled again."""
    disabled = select(Account.id).where(Account.disabled_at.is_not(None))
    return Delivery.status == DeliveryStatus.PENDING, Delivery.account_id.not_in(disabled)


def _is_due(at: datetime) -> tuple[Any, ...]:
    return (
        *_waits(),
        Delivery.next_try_at <= at,
        or_(Delivery.lease_until.is_(None), Delivery.lease_until < at),
    )


def _oldest_due(session: Session, webhook_id: str, at: datetime, limit: int) -> list[Delivery]:
    query = select(Delivery).where(Delivery.webhook_id == webhook_id, *_is_due(at))
    query = query.order_by(Delivery.next_try_at, Delivery.created_at).limit(limit)
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def _plan_next(delivery: Delivery, at: datetime, retry_after: float | None) -> None:
    """When to try a failed delivery again, if at all."""
    delivery.tries_left = max(0, delivery.tries_left - 1)
    if not delivery.tries_left:
        delivery.status, delivery.next_try_at = DeliveryStatus.FAILED, None
        return
    wait = SCHEDULE[-delivery.tries_left] * (1 + random.random() * JITTER)
    asked = min(timedelta(seconds=retry_after or 0), LONGEST_WAIT)
    delivery.next_try_at = at + max(timedelta(seconds=wait), asked)


def _blame(session: Session, webhook: Webhook, at: datetime, outcome: Outcome) -> None:
    """Disable a webhook that is gone or has failed for too long."""
    webhook.failing_since = webhook.failing_since or at
    if outcome.status == GONE:
        disable(session, webhook, "The receiver answered 410 Gone.", at)
    elif at - webhook.failing_since >= GIVE_UP_AFTER:
        since = f"{webhook.failing_since:%Y-%m-%d %H:%M} UTC"
        disable(
            session, webhook, f"Every delivery has failed since {since}; the last one: {outcome.error}", at
        )
    if not webhook.enabled:
        log.warning("webhook %s is disabled: %s", webhook.id, webhook.disabled_reason)


def _judge(answer: Answer) -> Outcome:
    """Only 2xx is delivered. A redirect is none: following it would lead past the checks of the address."""
    if 200 <= answer.status < 300:
        return Outcome(answer.status, None)
    phrase = http.client.responses.get(answer.status, "")
    error = f"The receiver answered {answer.status} {phrase}".strip() + "."
    if 300 <= answer.status < 400:
        error += " Redirects are not followed; register the address that it leads to."
    return Outcome(answer.status, error, answer.retry_after)


def _reason(error: Exception) -> str:
    """Why there was no answer, for the receiver's owner."""
    match error:
        case AddressError():
            return str(error)
        case TimeoutError():
            return f"There was no answer within {TIMEOUT_S:g} seconds."
        case ssl.SSLCertVerificationError():
            return f"The receiver's certificate is not valid: {error.verify_message}."
        case ssl.SSLError():
            return f"No TLS connection could be made: {error.reason or error}."
        case ConnectionRefusedError():
            return "The connection was refused: nothing listens there."
        case http.client.HTTPException() if not isinstance(error, OSError):
            return f"The answer is no HTTP: {type(error).__name__}."
        case OSError():
            return f"The connection failed: {error.strerror or error}."
    return str(error)
