"""Cursors of lists that go from new to old: time and name of the last row of a page, opaque to clients."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from pocket3d_server.errors import ErrorCode, Refusal


def cursor(time: datetime, name: str) -> str:
    """Where the next page goes on."""
    return base64.urlsafe_b64encode(f"{time.isoformat()} {name}".encode()).decode()


def read_cursor(text: str | None) -> tuple[datetime, str] | None:
    """Time and name in a cursor; None without one. Raises Refusal INVALID_INPUT."""
    if not text:
        return None
    try:
        time, name = base64.urlsafe_b64decode(text.encode()).decode().split(" ")
        since = datetime.fromisoformat(time)
        if since.tzinfo is None or "\0" in name:
            raise ValueError("no cursor of ours")
        return since.astimezone(UTC), name
    except (ValueError, OverflowError, binascii.Error) as error:
        raise Refusal(
            ErrorCode.INVALID_INPUT, "The cursor is not valid.", "Send next_cursor as it came."
        ) from error
