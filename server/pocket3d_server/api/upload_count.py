"""Counts what clients upload: by its announced length before the first byte, else as it arrives.

Files count wherever they stand: those of ``POST /mesh/upload``, and images inside of JSON, for which bodies above
``FREE_BYTES`` are taken. What was announced and never came is given back.
"""

from __future__ import annotations

from typing import IO

from flask import Flask, g, request

from pocket3d_server.accounts.auth import Caller
from pocket3d_server.accounts.limits import Limiter

FREE_BYTES = 1024 * 1024
"""A body up to this size is a request and no upload."""


def install(app: Flask) -> None:
    """Settle the count of every request to ``app`` when it has ended."""
    app.teardown_request(_settle)


def count_body(limiter: Limiter, caller: Caller, *, is_upload: bool) -> None:
    """Count the current request's body against its account. Raises Refusal RATE_LIMITED.

    A body of unknown length (chunked) is counted as it is read, so the refusal may come in the middle of it.
    """
    length = request.content_length
    chunked = length is None and bool(request.environ.get("wsgi.input_terminated"))
    free = 0 if is_upload else FREE_BYTES
    if not chunked and (length or 0) <= free:
        return
    if not chunked:
        limiter.upload(caller.account_id, caller.tier, length or 0)
    body = CountedBody(request.environ["wsgi.input"], limiter, caller, free, 0 if chunked else length or 0)
    request.environ["wsgi.input"] = g.counted_body = body


class CountedBody:
    """A body on its way in. ``announced`` bytes have been counted already."""

    def __init__(self, body: IO[bytes], limiter: Limiter, caller: Caller, free: int, announced: int) -> None:
        self._body = body
        self._limiter = limiter
        self._caller = caller
        self._free = free
        self._announced = announced
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes. Raises Refusal RATE_LIMITED."""
        return self._count(self._body.read(size))

    def readline(self, size: int = -1) -> bytes:
        """Up to the end of the line, or ``size`` bytes. Raises Refusal RATE_LIMITED."""
        return self._count(self._body.readline(size))

    def settle(self) -> None:
        """Give back what was announced and did not come."""
        if self._announced > self._read:
            self._limiter.give_back(self._caller.account_id, self._announced - self._read)
            self._announced = self._read

    def _count(self, data: bytes) -> bytes:
        before, self._read = self._read, self._read + len(data)
        if not self._announced and (new := self._read - max(before, self._free)) > 0:
            self._limiter.upload(self._caller.account_id, self._caller.tier, new, whole=False)
        return data


def _settle(_: BaseException | None) -> None:
    body: CountedBody | None = g.pop("counted_body", None)
    if body is not None:
        body.settle()
