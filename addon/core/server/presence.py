"""Whether the server that a port file tells of is there: port, token and process must all fit."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from ..later import requests, sdk
from .processes import alive
from .reaching import ask_health

PATIENCE = 3.0
"""Seconds that one question may take."""


class Presence(Enum):
    """What was found at the address."""

    HERE = "here"
    BUSY = "busy"
    """Its process runs, and it is silent or about to end."""
    GONE = "gone"
    """It has ended, or something else has its port now."""


@dataclass(frozen=True)
class PortFile:
    """What a server wrote when it began to listen."""

    url: str
    token: str = field(repr=False)
    pid: int = 0
    version: str = ""


def read(file: Path) -> PortFile | None:
    """The port file's content, None when there is none or it is half written."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        url = str(data.get("url") or f"http://127.0.0.1:{data['port']}")
        token = str(
            data.get("token") or _read_token(Path(data.get("token_file") or file.parent / "data/token"))
        )
        return PortFile(url, token, int(data.get("pid") or 0), str(data.get("version") or ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _read_token(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def client_for(found: PortFile) -> sdk.Pocket3DClient:
    """A client that gives up soon."""
    return sdk.Pocket3DClient(found.token, found.url, timeout=PATIENCE, retries=0)


def look(found: PortFile) -> Presence:
    """Ask the server whether it is there."""
    try:
        ask_health(client_for(found))
    except (sdk.Pocket3DAPIError, ValueError) as error:  # ValueError: the port file holds no address
        return _judge(found, error)
    return Presence.HERE


def join(found: PortFile) -> Presence:
    """Ask another Blender's server to stay for this process too.

    One whose last Blender has just gone refuses; it is waited for, since two never share a data folder.
    """
    try:
        client_for(found).system.add_parent(os.getpid())
    except (sdk.Pocket3DAPIError, ValueError) as error:
        if getattr(error, "error_code", "") in {"NOT_FOUND", "METHOD_NOT_ALLOWED"}:
            return look(found)  # a server of before, which lives for the one that started it
        return _judge(found, error)
    return Presence.HERE


def parents(found: PortFile) -> list[int]:
    """The processes that the server lives for; none when it does not say."""
    if look(found) is not Presence.HERE:
        return []
    try:
        return client_for(found).system.add_parent(os.getpid())
    except (sdk.Pocket3DAPIError, ValueError):
        return []


def jobs(file: Path) -> int:
    """How many jobs run or wait on the server of a port file; 0 without a server."""
    found = read(file)
    if found is None:
        return 0
    try:
        health = client_for(found).system.health()
    except (sdk.Pocket3DAPIError, ValueError):
        return 0
    return int(health.active_jobs + health.queue_size)


def _judge(found: PortFile, error: Exception) -> Presence:
    """Nobody listens or a stranger does: gone. Its process runs and the answer is late: busy."""
    if getattr(error, "error_code", "") == "CONFLICT":
        return Presence.BUSY if alive(found.pid) or not found.pid else Presence.GONE
    late = isinstance(error.__cause__, requests.Timeout)
    refused = isinstance(error.__cause__, requests.ConnectionError) and not late
    answered = getattr(error, "status_code", None)
    if refused or not found.pid or not alive(found.pid):
        return Presence.GONE
    if (
        late
        or (answered is not None and answered >= 500)
        or getattr(error, "error_code", "") == "RATE_LIMITED"
    ):
        return Presence.BUSY
    return Presence.GONE
