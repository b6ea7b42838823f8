"""The webhooks of accounts: made, changed and deleted by their owners, who also see and repeat deliveries."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.orm import Session

from pocket3d_server.accounts.auth import LOCAL_ACCOUNT
from pocket3d_server.database import Database
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs.webhooks import outbox
from pocket3d_server.jobs.webhooks.addresses import AddressError, check_url, resolve
from pocket3d_server.jobs.webhooks.secrets import checked, new_secret
from pocket3d_server.jobs.webhooks.tables import Delivery, DeliveryStatus, Webhook
from pocket3d_server.times import now

MOST_WEBHOOKS = 20
"""Of one account."""


class WebhookBook:
    """All that the API does with webhooks. Methods raise Refusal; each is one transaction."""

    def __init__(self, database: Database, allow_private: bool | None) -> None:
        self._database = database
        self._allow_private = allow_private

    def may_be_private(self, account_id: str) -> bool:
        """Whether an account's webhooks may lead to private addresses; if the operator says nothing, only
        those of this machine's own user may, who can reach them anyhow."""
        return account_id == LOCAL_ACCOUNT if self._allow_private is None else self._allow_private

    def create(self, account_id: str, url: str, events: Sequence[str], secret: str | None = None) -> Webhook:
        """A new webhook; without a secret it gets one."""
        self._check_url(account_id, url)
        webhook = Webhook(
            id=f"whk_{secrets.token_hex(12)}",
            account_id=account_id,
            url=url,
            events=list(dict.fromkeys(events)),
            secret=new_secret() if secret is None else checked(secret),
            created_at=now(),
        )
        with self._database.write() as session:
            query = select(func.count()).where(Webhook.account_id == account_id)
            if (session.scalar(query) or 0) >= MOST_WEBHOOKS:
                raise Refusal(
                    ErrorCode.CONFLICT,
                    f"The account has {MOST_WEBHOOKS} webhooks, which is the limit.",
                    "Delete one with DELETE /webhooks/{webhook_id}, or change one with PATCH.",
                )
            session.add(webhook)
        return webhook

    def all(self, account_id: str) -> list[Webhook]:
        """An account's webhooks, oldest first."""
        query = select(Webhook).where(Webhook.account_id == account_id)
        with self._database.read() as session:
            return list(session.scalars(query.order_by(Webhook.created_at, Webhook.id)))

    def get(self, account_id: str, webhook_id: str) -> Webhook:
        """One webhook."""
        with self._database.read() as session:
            return _own(session, account_id, webhook_id)

    def change(
        self,
        account_id: str,
        webhook_id: str,
        *,
        url: str | None = None,
        events: Sequence[str] | None = None,
        enabled: bool | None = None,
    ) -> Webhook:
        """Change what is given. Enabling it forgets why it was disabled; disabling it gives up what waits."""
        if url is not None:
            self._check_url(account_id, url)
        with self._database.write() as session:
            webhook = _own(session, account_id, webhook_id)
            if url is not None and url != webhook.url:
                webhook.url, webhook.failing_since = url, None
            if events is not None:
                webhook.events = list(dict.fromkeys(events))
            if enabled is True and not webhook.enabled:
                webhook.enabled = True
                webhook.disabled_reason = webhook.disabled_at = webhook.failing_since = None
            elif enabled is False and webhook.enabled:
                disable(session, webhook, "It was disabled with PATCH.", now())
        return webhook

    def delete(self, account_id: str, webhook_id: str) -> None:
        """Delete a webhook with its deliveries."""
        with self._database.write() as session:
            session.delete(_own(session, account_id, webhook_id))

    def rotate_secret(
        self, account_id: str, webhook_id: str, secret: str | None, grace: timedelta
    ) -> Webhook:
        """Give it a new secret; the old one signs too until ``grace`` is over."""
        new = new_secret() if secret is None else checked(secret)
        with self._database.write() as session:
            webhook = _own(session, account_id, webhook_id)
            webhook.old_secret, webhook.old_secret_until = webhook.secret, now() + grace
            webhook.secret = new
        return webhook

    def ping(self, account_id: str, webhook_id: str) -> Delivery:
        """Queue a test delivery; also to a disabled webhook, to see whether it works again."""
        with self._database.write() as session:
            return outbox.ping(session, _own(session, account_id, webhook_id))

    def deliveries(
        self,
        account_id: str,
        webhook_id: str,
        limit: int,
        *,
        status: str | None = None,
        before: tuple[datetime, str] | None = None,
    ) -> list[Delivery]:
        """A webhook's deliveries, newest first; ``before`` is time and id of the last one of the page before."""
        with self._database.read() as session:
            _own(session, account_id, webhook_id)
            query = select(Delivery).where(Delivery.webhook_id == webhook_id)
            if status:
                query = query.where(Delivery.status == status)
            if before:
                query = query.where(tuple_(Delivery.created_at, Delivery.id) < before)
            query = query.order_by(Delivery.created_at.desc(), Delivery.id.desc())
            return list(session.scalars(query.limit(limit)))

    def delivery(self, account_id: str, webhook_id: str, delivery_id: str) -> Delivery:
        """One delivery."""
        with self._database.read() as session:
            return _own_delivery(session, account_id, webhook_id, delivery_id)

    def replay(self, account_id: str, webhook_id: str, delivery_id: str) -> Delivery:
        """Send a delivery again now, under the same id, and try as often as at first."""
        with self._database.write() as session:
            webhook = _own(session, account_id, webhook_id)
            delivery = _own_delivery(session, account_id, webhook_id, delivery_id)
            if not webhook.enabled:
                raise Refusal(
                    ErrorCode.CONFLICT,
                    f"The webhook is disabled. {webhook.disabled_reason or ''}".strip(),
                    'Enable it first with PATCH /webhooks/{webhook_id} and {"enabled": true}.',
                )
            if delivery.lease_until and delivery.lease_until > now():
                raise Refusal(
                    ErrorCode.CONFLICT, "It is being sent right now.", "Look at it again in a few seconds."
                )
            delivery.status = DeliveryStatus.PENDING
            delivery.next_try_at = now()
            delivery.tries_left = len(outbox.SCHEDULE)
        return delivery

    def _check_url(self, account_id: str, url: str) -> None:
        try:
            check_url(url)
            resolve(url, allow_private=self.may_be_private(account_id))
        except AddressError as error:
            raise Refusal(
                ErrorCode.INVALID_INPUT, f"This url cannot be used. {error}", error.suggestion, field="url"
            ) from error


def disable(session: Session, webhook: Webhook, reason: str, at: datetime) -> None:
    """Send nothing to a webhook any more; what waits for it is given up and can be replayed later."""
    webhook.enabled, webhook.disabled_reason, webhook.disabled_at = False, reason, at
    session.execute(
        update(Delivery)
        .where(Delivery.webhook_id == webhook.id, Delivery.status == DeliveryStatus.PENDING)
        .values(status=DeliveryStatus.FAILED, next_try_at=None, tries_left=0)
    )


def _own(session: Session, account_id: str, webhook_id: str) -> Webhook:
    webhook = session.get(Webhook, webhook_id)
    if webhook is None or webhook.account_id != account_id:
        raise Refusal(
            ErrorCode.NOT_FOUND, f"There is no webhook {webhook_id!r}.", "GET /webhooks lists your webhooks."
        )
    return webhook


def _own_delivery(session: Session, account_id: str, webhook_id: str, delivery_id: str) -> Delivery:
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or delivery.webhook_id != webhook_id or delivery.account_id != account_id:
        raise Refusal(
            ErrorCode.NOT_FOUND,
            f"The webhook has no delivery {delivery_id!r}.",
            "GET /webhooks/{webhook_id}/deliveries lists them; they are kept for 30 days.",
        )
    return delivery
