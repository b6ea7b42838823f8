"""Secrets of webhooks, and the signatures made with them (standardwebhooks.com).

A secret that begins with ``whsec_`` is base64, as the standard has it; any other is taken as its UTF-8 bytes.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from datetime import datetime

from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs.webhooks.tables import Webhook

PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES = 16, 256


def new_secret() -> str:
    """256 random bits as the standard writes them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def checked(secret: str) -> str:
    """A secret that a user has chosen. Raises Refusal INVALID_INPUT when it cannot be used."""
    try:
        key = _key(secret)
    except (binascii.Error, ValueError) as error:
        raise _refusal("What follows whsec_ is no base64.") from error
    if not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise _refusal(f"It has {len(key)} bytes; {LEAST_BYTES} to {MOST_BYTES} are needed.")
    return secret


def signature(webhook: Webhook, message_id: str, at: datetime, body: bytes) -> str:
    """The header ``webhook-signature``: one signature for each secret that is valid at the time."""
    keys = [webhook.secret]
    if webhook.old_secret and webhook.old_secret_until and webhook.old_secret_until > at:
        keys.append(webhook.old_secret)
    signed = b".".join([message_id.encode(), str(int(at.timestamp())).encode(), body])
    return " ".join(
        f"v1,{base64.b64encode(hmac.digest(_key(key), signed, 'sha256')).decode()}" for key in keys
    )


def _key(secret: str) -> bytes:
    if not secret.startswith(PREFIX):
        return secret.encode()
    text = secret.removeprefix(PREFIX)
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def _refusal(problem: str) -> Refusal:
    return Refusal(
        ErrorCode.INVALID_INPUT,
        f"This secret cannot be used. {problem}",
        "Leave secret out to get a good one, or send at least 16 random characters.",
        field="secret",
    )
