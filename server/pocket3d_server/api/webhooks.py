"""Webhooks: register, change, test, rotate the secret; see and repeat what was delivered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from pocket3d_server import BASE_PATH
from pocket3d_server.api.chapter import chapter
from pocket3d_server.api.context import caller, services
from pocket3d_server.api.paging import NextCursor, PageQuery, cut, read_cursor
from pocket3d_server.api.schemas import Timestamp
from pocket3d_server.jobs.webhooks.tables import Delivery, Webhook
from pocket3d_server.times import now

api = chapter("webhooks", "Webhooks")

DAY_S = 24 * 3600
EventName = Literal["job_queued", "job_started", "job_completed", "job_failed"]
DeliveryState = Literal["pending", "delivered", "failed"]
URL = Field(min_length=1, max_length=2000, examples=["https://your-app.com/webhooks/pocket3d"])
EVENTS = Field(
    min_length=1, max_length=4, description="What to tell.", examples=[["job_completed", "job_failed"]]
)
SECRET = Field(
    None,
    max_length=400,
    description="Signs what is sent. Leave it out to get a good one (`whsec_…`). One of your own has at least "
    "16 bytes; unless it begins with `whsec_` (then base64 follows), its UTF-8 bytes are the key.",
    examples=["your_webhook_secret"],
)


class NewWebhook(BaseModel):
    """Where to send which events."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: str = URL
    events: list[EventName] = EVENTS
    secret: str | None = SECRET


class WebhookChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: str | None = Field(None, min_length=1, max_length=2000)
    events: list[EventName] | None = Field(None, min_length=1, max_length=4)
    enabled: bool | None = Field(None, description="true also forgets why it was disabled.")


class SecretChange(BaseModel):
    """A new secret, and how long the old one signs too."""

    model_config = ConfigDict(extra="forbid", strict=True)

    secret: str | None = SECRET
    grace_seconds: int = Field(DAY_S, ge=0, le=7 * DAY_S)


class WebhookInfo(BaseModel):
    """A webhook; its secret is shown only when it is made or rotated."""

    id: str = Field(examples=["whk_123abc"])
    url: str
    events: list[EventName]
    enabled: bool
    disabled_reason: str | None = Field(description="Why nothing is sent any more; null while it is enabled.")
    disabled_at: Timestamp | None = Field(description="Since when nothing is sent.")
    failing_since: Timestamp | None = Field(description="Since when every try has failed.")
    old_secret_until: Timestamp | None = Field(description="Until then the secret before this one signs too.")
    created_at: Timestamp


class WebhookWithSecret(WebhookInfo):
    """A webhook that has just got its secret."""

    secret: str = Field(examples=["whsec_…"])


class WebhookList(BaseModel):
    """All webhooks of the account, oldest first."""

    webhooks: list[WebhookInfo]


class WebhookPath(BaseModel):
    """Names a webhook."""

    webhook_id: str = Field(max_length=64)


class DeliveryPath(WebhookPath):
    """Names a delivery of a webhook."""

    delivery_id: str = Field(max_length=64)


class DeliveryQuery(PageQuery):
    """Which deliveries to list."""

    status: DeliveryState | None = None


class Try(BaseModel):
    """One try of a delivery."""

    at: Timestamp
    response_code: int | None = Field(description="What the receiver answered; null without an answer.")
    error: str | None = Field(description="Why it was not delivered.")
    seconds: float


class DeliveryInfo(BaseModel):
    """An event on its way to a webhook."""

    id: str = Field(description="Sent as `webhook-id`, the same with every try.", examples=["msg_123abc"])
    event: str
    job_id: str | None
    status: DeliveryState
    attempts: int
    tries: list[Try] = Field(description="The latest, oldest first.")
    next_try_at: Timestamp | None
    created_at: Timestamp
    delivered_at: Timestamp | None


class DeliveryDetail(DeliveryInfo):
    """A delivery and what it says."""

    payload: dict[str, Any] = Field(
        description="The body, but for links to files, which are made for each try."
    )


class DeliveryPage(BaseModel):
    """Some deliveries, newest first."""

    deliveries: list[DeliveryInfo]
    next_cursor: NextCursor


@api.post("", responses={201: WebhookWithSecret})
def create_webhook(body: NewWebhook) -> tuple[Response, int]:
    """Register a webhook. The answer is the only one that shows the secret."""
    webhook = services().webhooks.create(caller().account_id, body.url, body.events, body.secret)
    response = jsonify(_with_secret(webhook).model_dump())
    response.headers["Location"] = f"{BASE_PATH}/webhooks/{webhook.id}"
    return response, 201


@api.get("", responses={200: WebhookList})
def list_webhooks() -> Response:
    """List your webhooks, oldest first."""
    found = services().webhooks.all(caller().account_id)
    return jsonify(WebhookList(webhooks=[_info(webhook) for webhook in found]).model_dump())


@api.get("/<webhook_id>", responses={200: WebhookInfo})
def get_webhook(path: WebhookPath) -> Response:
    """Get a webhook."""
    return jsonify(_info(services().webhooks.get(caller().account_id, path.webhook_id)).model_dump())


@api.patch("/<webhook_id>", responses={200: WebhookInfo})
def change_webhook(path: WebhookPath, body: WebhookChange) -> Response:
    """Change a webhook's url or events, disable it, or enable it again."""
    webhook = services().webhooks.change(
        caller().account_id, path.webhook_id, url=body.url, events=body.events, enabled=body.enabled
    )
    return jsonify(_info(webhook).model_dump())


@api.delete("/<webhook_id>", responses={204: None})
def delete_webhook(path: WebhookPath) -> tuple[str, int]:
    """Delete a webhook with its log of deliveries."""
    services().webhooks.delete(caller().account_id, path.webhook_id)
    return "", 204


@api.post("/<webhook_id>/rotate-secret", responses={200: WebhookWithSecret})
def rotate_webhook_secret(path: WebhookPath, body: SecretChange) -> Response:
    """Give a webhook a new secret. For `grace_seconds` what is sent bears two signatures, of the new and of the
    old secret, so that receivers can change over without losing anything."""
    grace = timedelta(seconds=body.grace_seconds)
    webhook = services().webhooks.rotate_secret(caller().account_id, path.webhook_id, body.secret, grace)
    return jsonify(_with_secret(webhook).model_dump())


@api.post("/<webhook_id>/ping", responses={202: DeliveryDetail})
def ping_webhook(path: WebhookPath) -> tuple[Response, int]:
    """Send a test event, `ping`, once. How it went is in the log of deliveries."""
    delivery = services().webhooks.ping(caller().account_id, path.webhook_id)
    return _accepted(delivery)


@api.get("/<webhook_id>/deliveries", responses={200: DeliveryPage})
def list_webhook_deliveries(path: WebhookPath, query: DeliveryQuery) -> Response:
    """List what was and is to be delivered, newest first; kept for 30 days."""
    found = services().webhooks.deliveries(
        caller().account_id,
        path.webhook_id,
        query.limit + 1,
        status=query.status,
        before=read_cursor(query.cursor),
    )
    rows, next_cursor = cut(found, query.limit, lambda delivery: (delivery.created_at, delivery.id))
    page = DeliveryPage(
        deliveries=[DeliveryInfo.model_validate(delivery, from_attributes=True) for delivery in rows],
        next_cursor=next_cursor,
    )
    return jsonify(page.model_dump())


@api.get("/<webhook_id>/deliveries/<delivery_id>", responses={200: DeliveryDetail})
def get_webhook_delivery(path: DeliveryPath) -> Response:
    """Get a delivery with what it says."""
    delivery = services().webhooks.delivery(caller().account_id, path.webhook_id, path.delivery_id)
    return jsonify(_detail(delivery))


@api.post("/<webhook_id>/deliveries/<delivery_id>/replay", responses={202: DeliveryDetail})
def replay_webhook_delivery(path: DeliveryPath) -> tuple[Response, int]:
    """Send a delivery again now, under the same id, whether it arrived or not."""
    delivery = services().webhooks.replay(caller().account_id, path.webhook_id, path.delivery_id)
    return _accepted(delivery)


def _accepted(delivery: Delivery) -> tuple[Response, int]:
    services().webhook_sender.wake()
    response = jsonify(_detail(delivery))
    response.headers["Location"] = f"{BASE_PATH}/webhooks/{delivery.webhook_id}/deliveries/{delivery.id}"
    return response, 202


def _info(webhook: Webhook) -> WebhookInfo:
    info = WebhookInfo.model_validate(webhook, from_attributes=True)
    if info.old_secret_until and info.old_secret_until <= now():
        info.old_secret_until = None
    return info


def _with_secret(webhook: Webhook) -> WebhookWithSecret:
    return WebhookWithSecret(**_info(webhook).model_dump(), secret=webhook.secret)


def _detail(delivery: Delivery) -> dict[str, Any]:
    return DeliveryDetail.model_validate(delivery, from_attributes=True).model_dump()
