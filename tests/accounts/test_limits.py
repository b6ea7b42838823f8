"""The limits of the tiers, at their boundaries."""

from __future__ import annotations

import pytest
from pocket3d_server.accounts.limits import MemoryLimiter
from pocket3d_server.accounts.tiers import MB, TIERS
from pocket3d_server.errors import Refusal


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("tier", "limit"), [("free", 10), ("pro", 100), ("enterprise", 1000)])
def test_requests_per_minute(tier: str, limit: int) -> None:
    clock = Clock()
    limiter = MemoryLimiter(clock)
    allowed = [limiter.request("ada", TIERS[tier]) for _ in range(limit)]
    assert [a.remaining for a in allowed] == list(range(limit - 1, -1, -1))
    refusal = limiter.request("ada", TIERS[tier])
    assert (refusal.exceeded, refusal.remaining, refusal.retry_after) == (True, 0, 60)
    assert refusal.reset == clock.now + 60
    assert not limiter.request("bob", TIERS[tier]).exceeded
    clock.now += 59.9
    assert limiter.request("ada", TIERS[tier]).exceeded
    clock.now += 0.2
    assert not limiter.request("ada", TIERS[tier]).exceeded


def test_uploads_are_a_debt() -> None:
    clock = Clock()
    limiter = MemoryLimiter(clock)
    limiter.upload("ada", TIERS["pro"], 500 * MB)  # one large file passes a full bucket
    with pytest.raises(Refusal) as refused_upload:
        limiter.upload("ada", TIERS["pro"], 1)
    assert refused_upload.value.retry_after == pytest.approx(240, abs=1)
    clock.now += refused_upload.value.retry_after or 0
    limiter.upload("ada", TIERS["pro"], 1)
    limiter.upload("bob", TIERS["pro"], 60 * MB)
    limiter.upload("bob", TIERS["pro"], 40 * MB)
    with pytest.raises(Refusal):
        limiter.upload("bob", TIERS["pro"], 1 * MB)


def test_ten_websockets_at_a_time() -> None:
    from contextlib import ExitStack

    limiter = MemoryLimiter()
    with ExitStack() as stack:
        held = [stack.enter_context(limiter.websocket("ada", TIERS["pro"])) for _ in range(11)]
    assert held == [True] * 10 + [False]
    with limiter.websocket("ada", TIERS["pro"]) as free:
        assert free
