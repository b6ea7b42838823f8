"""Cursors of lists that go from new to old: time and name of the last row of a page, opaque to clients."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from pocket3d_server.errors import ErrorCode, Refusal

NextCursor = Annotated[
    str | None, Field(description="Send it as `cursor` for the next page; null on the last.")
]
Row = TypeVar("Row")


class PageQuery(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=400)


def cut(
    found: Sequence[Row], limit: int, place: Callable[[Row], tuple[datetime, str]]
) -> tuple[Sequence[Row], str | None]:
    """A page of rows of which one more was asked for than it holds, and where the next one goes on. ``place``: a row's
    time and name."""
    page = found[:limit]
    if len(found) == len(page):
        return page, None
    time, name = place(page[-1])
    return page, base64.urlsafe_b64encode(f"{time.isoformat()} {name}".encode()).decode()


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
