"""Webhooks that the Python client believes, and those that it does not."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from pocket3d import Pocket3DAPIError, SegmentResult, verify_webhook
from standardwebhooks import Webhook

BODY = json.dumps(
    {
        "event": "job_completed",
        "job_id": "job_1",
        "timestamp": "2026-01-01T00:00:00Z",
        "data": {
            "feature": "mesh_segmentation",
            "result": {"file_path": "outputs/ü.glb", "parts": [{"part_id": "a"}]},
        },
    },
    ensure_ascii=False,
)
SECRET = "whsec_" + base64.b64encode(b"24 bytes that nobody knows").decode()


def headers(secret: str = SECRET, late: float = 0, body: str = BODY) -> dict[str, str]:
    """As the standard's own library signs, the server's signer."""
    key = secret if secret.startswith("whsec_") else base64.b64encode(secret.encode()).decode()
    at = datetime.now(UTC) - timedelta(seconds=late)
    signature = Webhook(key).sign("msg_1", at, body)
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": f"v1,bm9ib2R5 {signature}",
    }


@pytest.mark.parametrize("secret", [SECRET, "a secret of my own"])
def test_what_the_server_signed_is_believed(secret: str) -> None:
    event = verify_webhook(BODY.encode(), headers(secret), secret)
    assert (event.event, event.job_id, event.feature) == ("job_completed", "job_1", "mesh_segmentation")
    assert isinstance(event.result, SegmentResult)
    assert event.result.parts[0].part_id == "a"
    assert verify_webhook(BODY, headers(secret), secret) == event


def test_all_else_is_not() -> None:
    for body, sent, secret in [
        (BODY.replace("job_1", "job_2"), headers(), SECRET),
        (BODY, headers(late=400), SECRET),
        (BODY, headers(late=-400), SECRET),
        (BODY, headers(), "whsec_AAAA"),
        (BODY, headers(), "whsec_%"),
        (BODY, {}, SECRET),
        (BODY, {**headers(), "Webhook-Timestamp": "soon"}, SECRET),
        (BODY, {**headers(), "Webhook-Signature": "v2,x y"}, SECRET),
    ]:
        with pytest.raises(Pocket3DAPIError) as refused:
            verify_webhook(body, sent, secret)
        assert refused.value.error_code == "INVALID_SIGNATURE"
        assert refused.value.suggestion
