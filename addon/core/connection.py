"""The connection to a server, wherever it runs, and what to tell the person about it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from .errors import Problem, Remedy, UserError, explain
from .local_server import LocalServer
from .sdk import sdk


class Kind(StrEnum):
    """Where the server runs."""

    LOCAL = "LOCAL"
    REMOTE = "REMOTE"


@dataclass(frozen=True)
class Profile:
    """Which server to use. ``token`` comes from preferences or environment, never from a .blend."""

    kind: Kind = Kind.LOCAL
    url: str = ""
    token: str = ""

    @property
    def loopback(self) -> bool:
        """Whether requests stay on this machine."""
        if self.kind is Kind.LOCAL:
            return True
        host = urlsplit(self.url).hostname or ""
        return host in {"localhost", "::1"} or host.startswith("127.")

    @property
    def name(self) -> str:
        """For the status strip."""
        return "Local server" if self.kind is Kind.LOCAL else (urlsplit(self.url).netloc or "Remote server")


class Light(StrEnum):
    """State of the connection at a glance."""

    UNKNOWN = "unknown"
    OFFLINE = "offline"
    BUSY = "busy"
    """Being installed or started."""
    READY = "ready"


@dataclass(frozen=True)
class Status:
    """What the status strip shows. ``progress`` is 0..1 while something long is going on."""

    light: Light
    title: str
    detail: str = ""
    remedy: Remedy = Remedy.NONE
    progress: float | None = None


class Connection:
    """Keeps one client for the profile. ``status`` may be read on any thread; the rest blocks."""

    def __init__(self, profile: Profile, local: LocalServer, online_access: bool) -> None:
        self.profile = profile
        self.local = local
        self.online_access = online_access
        self._status = Status(Light.UNKNOWN, profile.name, "Checking")
        self._client: Any = None
        self._client_of: tuple[str, str] = ("", "")
        self._lock = threading.Lock()

    @property
    def status(self) -> Status:
        """The latest known state; installing and starting show live."""
        if self.profile.kind is Kind.LOCAL:
            step = self.local.step
            if step is not None:
                return Status(Light.BUSY, self.profile.name, step.text, progress=step.fraction)
        return self._status

    def why_not(self) -> str:
        """Why no job can be started now; empty when one can, if need be after starting the local server."""
        status = self.status
        if status.light is Light.OFFLINE and status.remedy is not Remedy.START:
            return f"{status.detail} (see the top of the tab)"
        if self.profile.kind is Kind.LOCAL and self.local.installing:
            return "The local server is being installed"
        return ""

    def connect(self) -> Any:
        """A client of a server that answers; starts the local one. Raises UserError."""
        self._check_allowed()
        with self._lock:
            url, token = self._address(start=True)
            client = self._client_for(url, token)
        self._ask(client)
        if self._status.light is not Light.READY:
            raise UserError(self._status.detail, self._status.remedy)
        return client

    def refresh(self) -> Status:
        """Ask the server how it is, without starting it."""
        try:
            self._check_allowed()
            url, token = self._address(start=False)
            self._ask(self._client_for(url, token))
        except UserError as error:
            self._status = Status(Light.OFFLINE, self.profile.name, error.message, error.remedy)
            if error.remedy is Remedy.INSTALL and not self.online_access:
                text = f"{error.message}; installing it needs Blender's online access"
                self._status = Status(Light.OFFLINE, self.profile.name, text, Remedy.ONLINE_ACCESS)
        return self._status

    def _check_allowed(self) -> None:
        if not self.profile.loopback and not self.online_access:
            raise UserError("Blender's online access is switched off", Remedy.ONLINE_ACCESS)

    def _address(self, start: bool) -> tuple[str, str]:
        if self.profile.kind is Kind.LOCAL:
            return self.local.ensure_running() if start else self.local.address()
        if not self.profile.url:
            raise UserError("No server address is set", Remedy.PREFERENCES)
        return self.profile.url, self.profile.token

    def _client_for(self, url: str, token: str) -> Any:
        if self._client is None or self._client_of != (url, token):
            try:
                self._client = sdk.Pocket3DClient(token or None, url, retries=3)
            except ValueError as error:
                raise UserError(str(error).capitalize(), Remedy.PREFERENCES) from error
            self._client_of = (url, token)
        return self._client

    def _ask(self, client: Any) -> None:
        try:
            health = client.system.health()
        except sdk.Pocket3DAPIError as error:
            problem = explain(error)
            self._status = Status(Light.OFFLINE, self.profile.name, problem.message, self._remedy(problem))
            return
        self._status = Status(Light.READY, self.profile.name, describe(health))

    def _remedy(self, problem: Problem) -> Remedy:
        if self.profile.kind is Kind.LOCAL and problem.code == "CONNECTION_FAILED":
            return Remedy.START
        return problem.remedy or Remedy.RECONNECT


def describe(health: Any) -> str:
    """``Ready · RTX 4090, 16 GB free`` or ``Ready · 2 jobs``."""
    words = ["Ready"]
    if health.gpu_status:
        gpu = health.gpu_status[0]
        name = str(gpu.get("name", "GPU")).replace("NVIDIA ", "")
        words.append(f"{name}, {gpu.get('memory_free', 0) / 1024:.0f} GB free")
    busy = health.active_jobs + health.queue_size
    if busy:
        words.append(f"{busy} job{'s' if busy > 1 else ''}")
    return " · ".join(words)


class Monitor(threading.Thread):
    """Refreshes a connection's status now and then, so that drawing a panel never waits."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(name="pocket3d-monitor", daemon=True)
        self._connection = connection
        self._interval = 5.0 if connection.profile.loopback else 60.0  # elsewhere, asking costs quota
        self._wake = threading.Event()
        self._stopped = False

    def wake(self) -> None:
        """Ask at once, not only when the interval is over."""
        self._wake.set()

    def stop(self) -> None:
        """End after the question under way."""
        self._stopped = True
        self._wake.set()

    def run(self) -> None:
        """Ask, wait, ask again."""
        while not self._stopped:
            self._connection.refresh()
            self._wake.wait(self._interval)
            self._wake.clear()
