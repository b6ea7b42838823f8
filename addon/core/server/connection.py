"""The connection to a server, wherever it runs, and what to tell the person about it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from ..errors import Problem, Remedy, UserError
from ..later import sdk
from . import handshake
from .local_server import LocalServer
from .profiles import Kind, Profile
from .reaching import ask_health, client_of, explain_failure

log = logging.getLogger(__name__)

FAILURE_KEPT = 30.0
"""Seconds for which a failure's explanation is kept: finding out who answers takes several questions."""


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
    activity: str = ""
    """What is being installed or started."""
    note: str = ""
    """Something to know about a server that is ready, and ``remedy`` is its button."""


class Connection:
    """Keeps one client for the profile. ``status`` may be read on any thread; the rest blocks."""

    def __init__(
        self,
        profile: Profile,
        local: LocalServer,
        online_access: bool,
        on_ready: Callable[[Any], object] | None = None,
    ) -> None:
        self.profile = profile
        self.local = local
        self.online_access = online_access
        self.needed = False
        """Whether jobs depend on it: then the bundled server is started again when it has died."""
        self.version = ""
        """Of the server, as it said when it last answered."""
        self._on_ready = on_ready
        self._status = Status(Light.UNKNOWN, profile.name, "Checking")
        self._client: Any = None
        self._prober: Any = None
        """Asks without repeating, so that the strip soon says what is wrong."""
        self._client_of: tuple[str, str] = ("", "")
        self._lock = threading.Lock()
        self._failure: tuple[float, str, Problem] | None = None

    @property
    def status(self) -> Status:
        """The latest known state; installing and starting show live."""
        step = self.local.step if self.profile.kind is Kind.LOCAL else None
        if step is None:
            return self._status
        light = Light.READY if self._status.light is Light.READY else Light.BUSY
        detail = self._status.detail if light is Light.READY else step.text
        return Status(light, self.profile.name, detail, progress=step.fraction, activity=step.text)

    def why_not(self) -> str:
        """Why no job can be started now; empty when one can, if need be after starting the local server."""
        status = self.status
        if status.light is Light.OFFLINE and status.remedy is not Remedy.START:
            return f"{status.detail} (see the top of the tab)"
        if self.profile.kind is Kind.LOCAL and self.local.installing and status.light is not Light.READY:
            return "The local server is being installed"
        return ""

    def connect(self) -> Any:
        """A client of a server that answers; starts the local one, again too if it died. Raises UserError."""
        self.profile.check_allowed(self.online_access)
        with self._lock:
            url, token = self._address(start=True)
            client = self._client_for(url, token)
        status = self._status = self._ask(client)
        if status.light is not Light.READY:
            raise UserError(status.detail, status.remedy)
        return client

    def refresh(self) -> Status:
        """Ask the server how it is. Starts it only when jobs need it."""
        try:
            self.profile.check_allowed(self.online_access)
            with self._lock:
                url, token = self._address(start=self._should_revive())
                self._client_for(url, token)
                prober = self._prober
            status = self._status = self._ask(prober)
            if status.light is Light.READY and self._on_ready is not None:
                self._on_ready(prober)
        except UserError as error:
            self._status = Status(Light.OFFLINE, self.profile.name, error.message, error.remedy)
            if error.remedy is Remedy.INSTALL and not self.online_access:
                text = f"{error.message}; installing it needs Blender's online access"
                self._status = Status(Light.OFFLINE, self.profile.name, text, Remedy.ONLINE_ACCESS)
        return self._status

    def _should_revive(self) -> bool:
        """Whether the server has run, is needed and is gone; one that is only slow is never started anew."""
        if self.profile.kind is not Kind.LOCAL or not self.needed or self.local.installing:
            return False
        return self._client is not None and self._status.light is Light.OFFLINE

    def _address(self, start: bool) -> tuple[str, str]:
        if self.profile.kind is Kind.LOCAL:
            return self.local.ensure_running() if start else self.local.address()
        if not self.profile.url.strip():
            raise UserError("No server address is set", Remedy.PREFERENCES)
        return self.profile.url.strip(), self.profile.secret()

    def _client_for(self, url: str, token: str) -> Any:
        if self._client is None or self._client_of != (url, token):
            self._client = client_of(url, token, retries=3)
            self._prober = client_of(url, token, timeout=20, retries=0 if self.profile.loopback else 1)
            self._client_of = (url, token)
            self._failure = None
        return self._client

    def _ask(self, client: Any) -> Status:
        """What the server's answer means. Several threads ask at once, so it is returned, not looked up."""
        try:
            health = ask_health(client)
        except sdk.Pocket3DAPIError as error:
            before = self._status
            if error.error_code == "RATE_LIMITED" and before.light is Light.READY:
                return before  # it is there, and only wants to be asked less often
            problem = self._explain(error)
            return Status(Light.OFFLINE, self.profile.name, problem.text.rstrip("."), self._remedy(problem))
        self._failure = None
        self.version = str(health.version or "")
        misfit = handshake.compare(health, self._is_local)
        if misfit is not None:
            return Status(Light.OFFLINE, self.profile.name, misfit.message, misfit.remedy)
        return self._with_note(Status(Light.READY, self.profile.name, describe(health)), health)

    @property
    def _is_local(self) -> bool:
        return self.profile.kind is Kind.LOCAL

    def _with_note(self, status: Status, health: Any) -> Status:
        """What is worth saying although the server is ready."""
        if health.status == "draining":
            return replace(status, note="The server is about to stop and takes no new jobs")
        if health.reasons:
            return replace(status, note=str(health.reasons[0].get("message", "")).rstrip("."))
        if self._is_local and self.local.update_ready and not self.local.installing:
            return replace(status, note="An update of the local server is ready", remedy=Remedy.UPDATE)
        return status

    def _explain(self, error: sdk.Pocket3DAPIError) -> Problem:
        """In words; the same failure again within a while is not looked into again."""
        cause = f"{error.error_code} {error.status_code} {type(error.__cause__).__name__}"
        now, known = time.monotonic(), self._failure  # another thread may forget it meanwhile
        if known and known[1] == cause and now - known[0] < FAILURE_KEPT:
            return known[2]
        problem = explain_failure(self._client_of[0], error)
        self._failure = (now, cause, problem)
        return problem

    def _remedy(self, problem: Problem) -> Remedy:
        if self._is_local and problem.code in {"CONNECTION_FAILED", "WRONG_SERVICE", "UNAUTHORIZED"}:
            return Remedy.START
        return problem.remedy or Remedy.RECONNECT

    def look_again(self) -> None:
        """Forget what was learnt about a failure: the person says that something has changed."""
        self._failure = None


def describe(health: Any) -> str:
    """``Ready · RTX 4090, 16 GB free`` or ``Ready · 2 jobs``."""
    words = ["Ready"]
    if health.gpu_status:
        words.append(describe_gpu(health.gpu_status[0]))
    busy = health.active_jobs + health.queue_size
    if busy:
        words.append(f"{busy} job{'s' if busy > 1 else ''}")
    return " · ".join(words)


def describe_gpu(gpu: dict[str, Any]) -> str:
    """``RTX 4090, 16 GB free``."""
    name = str(gpu.get("name", "GPU")).replace("NVIDIA ", "").replace("GeForce ", "")
    return f"{name}, {(gpu.get('memory_free') or 0) / 1024:.0f} GB free"


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
        self._connection.look_again()
        self._wake.set()

    def stop(self) -> None:
        """End after the question under way."""
        self._stopped = True
        self._wake.set()

    def run(self) -> None:
        """Ask, wait, ask again, whatever comes back."""
        while not self._stopped:
            try:
                self._connection.refresh()
            except Exception:
                log.exception("Pocket3D could not find out how the server is")
            self._wake.wait(self._interval)
            self._wake.clear()
