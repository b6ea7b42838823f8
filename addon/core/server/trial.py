"""Tries a server of the preferences: what answers, how fast, and what the key may do there."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ..errors import Problem, explain
from ..later import sdk
from . import handshake
from .connection import describe_gpu
from .profiles import Profile
from .reaching import ask_health, client_of, explain_failure


@dataclass(frozen=True)
class Trial:
    """What came of it: lines for the person, and the problem if there is one."""

    lines: tuple[str, ...] = ()
    problem: Problem | None = None
    running: bool = False


def try_out(profile: Profile, online_access: bool) -> Trial:
    """Ask health, account and models once each; takes seconds at most and never raises."""
    try:
        return _try(profile, online_access)
    except sdk.Pocket3DAPIError as error:
        return Trial(problem=explain_failure(profile.url, error))
    except Exception as error:
        return Trial(problem=explain(error))


def _try(profile: Profile, online_access: bool) -> Trial:
    client = client_of(profile.url.strip(), profile.secret(), timeout=10, retries=0)
    profile.check_allowed(online_access)
    ask_health(client)  # makes the connection, so that the second one shows the way's delay alone
    before = time.perf_counter()
    health = ask_health(client)
    delay = time.perf_counter() - before
    problem = handshake.compare(health, local=False)
    if problem is not None:
        return Trial(problem=problem)
    lines = [f"Pocket3D {health.version or '(version unknown)'}, {health.status}, {delay * 1000:.0f} ms away"]
    lines.append(
        describe_gpu(health.gpu_status[0]) if health.gpu_status else "No GPU; it computes on the CPU"
    )
    lines.append(_account(client))
    ready = [m for m in client.models.list() if m.ready]
    lines.append(f"{len(ready)} model{'' if len(ready) == 1 else 's'} ready")
    return Trial(tuple(lines))


def _account(client: sdk.Pocket3DClient) -> str:
    """Tier and credits."""
    account = client.account.get()
    credits_ = "jobs cost nothing" if account.credits is None else f"{account.credits:,} credits left"
    return f"Account “{account.name or account.account_id}”, tier {account.tier}, {credits_}"
