"""Everything that lives as long as the extension is enabled, in one place."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .connection import Connection, Monitor, Profile
from .errors import Problem, explain
from .job_runner import JobRunner
from .local_server import LocalServer, Paths


@dataclass(frozen=True)
class Settings:
    """What the session needs to know from Blender and its preferences."""

    profile: Profile
    source: Path
    """The server in the extension's folder."""
    home: Path
    """The extension's folder for the user's data."""
    base_python: str
    online_access: bool


class Session:
    """The connection, the local server and the jobs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        local = LocalServer(Paths(settings.source, settings.home / "server"), settings.base_python)
        self.connection = Connection(settings.profile, local, settings.online_access)
        self.runner = JobRunner(lambda: self.connection.connect(), settings.home / "results")
        self.problem: Problem | None = None
        """What went wrong last when installing, starting or stopping."""
        self._monitor: Monitor | None = None

    @property
    def local(self) -> LocalServer:
        """The bundled server."""
        return self.connection.local

    def configure(self, settings: Settings) -> None:
        """Follow a change of the preferences; jobs under way keep their server."""
        if settings == self.settings:
            return
        old = self.settings
        self.settings = settings
        local = self.local
        if (settings.source, settings.home, settings.base_python) != (old.source, old.home, old.base_python):
            local = LocalServer(Paths(settings.source, settings.home / "server"), settings.base_python)
        self.connection = Connection(settings.profile, local, settings.online_access)
        if self._monitor is not None:
            self._monitor.stop()
            self._monitor = None
            self.watch()

    def watch(self) -> None:
        """Keep the status current in the background."""
        if self._monitor is None:
            self._monitor = Monitor(self.connection)
            self._monitor.start()

    def check_now(self) -> None:
        """Ask the server for its state soon."""
        self.problem = None
        if self._monitor is not None:
            self._monitor.wake()

    def install(self) -> None:
        """Install the bundled server and start it, in the background."""

        def work() -> None:
            self.local.install()
            self.local.ensure_running()

        self._in_background(work)

    def start(self) -> None:
        """Start the bundled server, in the background."""
        self._in_background(self.local.ensure_running)

    def stop(self) -> None:
        """Stop the bundled server, in the background."""
        self._in_background(self.local.stop)

    def _in_background(self, work: Callable[[], object]) -> None:
        self.problem = None

        def run() -> None:
            try:
                work()
            except Exception as error:
                self.problem = explain(error)
            if self._monitor is not None:
                self._monitor.wake()

        threading.Thread(target=run, name="pocket3d-server", daemon=True).start()

    def close(self) -> None:
        """End everything that this Blender started."""
        if self._monitor is not None:
            self._monitor.stop()
        self.runner.close()
        self.local.leave()


_current: Session | None = None


def open_session(settings: Settings) -> Session:
    """Make the session of this Blender, or let the existing one follow the settings."""
    global _current
    if _current is None:
        _current = Session(settings)
    else:
        _current.configure(settings)
    return _current


def close_session() -> None:
    """End the session, when the extension is disabled or Blender quits."""
    global _current
    if _current is not None:
        _current.close()
    _current = None
