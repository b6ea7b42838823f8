"""Is this really what the server sent? Signatures after Standard Webhooks (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping

from .errors import Pocket3DAPIError
from .types import WebhookEvent

TOLERANCE = 300.0
"""Seconds that a message may be old, or ahead of this clock."""


def verify_webhook(
    body: bytes | str,
    headers: Mapping[str, str],
    secret: str,
    *,
    tolerance: float = TOLERANCE,
) -> WebhookEvent:
    """What a webhook says, once it is certain that the server has sent it.

    ``body`` is the body exactly as it came, before any JSON is read from it; ``headers`` are the request's, in any
    case. Raises Pocket3DAPIError INVALID_SIGNATURE unless it is signed with the secret and fresh.

    Examples:
        >>> event = verify_webhook(request.get_data(), request.headers, "whsec_…")
        >>> print(event.event, event.job_id, event.result)
    """
    content = body.encode("utf-8") if isinstance(body, str) else body
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message, stamp, signatures = (given[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    except KeyError as missing:
        raise _refused(f"it has no header {missing.args[0]}") from None
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > tolerance:
        raise _refused("its time is too far from now")
    signed = f"{message}.{stamp}.".encode() + content
    right = base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()
    candidates = [part.partition(",") for part in signatures.split()]
    if not any(version == "v1" and hmac.compare_digest(text, right) for version, _, text in candidates):
        raise _refused("no signature fits the secret")
    return WebhookEvent.from_dict(json.loads(content))


def _key(secret: str) -> bytes:
    if not secret.startswith("whsec_"):
        return secret.encode("utf-8")
    try:
        return base64.b64decode(secret[len("whsec_") :], validate=True)
    except binascii.Error as error:
        raise _refused("what follows whsec_ in the secret is no base64") from error


def _refused(why: str) -> Pocket3DAPIError:
    return Pocket3DAPIError(
        f"This webhook cannot be trusted: {why}",
        error_code="INVALID_SIGNATURE",
        details={"suggestion": "Compare the secret, and pass the body on exactly as it came."},
    )
