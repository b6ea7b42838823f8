"""Everything that lives as long as the extension is enabled, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .jobs.runner import JobRunner
from .request.models import ModelList
from .server.connection import Connection, Monitor
from .server.control import Control
from .server.local_server import LocalServer, Paths
from .server.profiles import Kind, Profile, find


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
    profiles: tuple[Profile, ...] = ()
    """All remote servers that the preferences list; for jobs that were started on another one."""
    start_server: bool = False
    """Whether the bundled server starts with Blender, not only when a job needs it."""
    neural: bool = False
    """Whether the bundled server is installed with PyTorch."""


class Session:
    """The connection, the local server and the jobs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        local = LocalServer(Paths(settings.source, settings.home / "server"), settings.base_python)
        local.neural = settings.neural
        self.models = ModelList()
        self.connection = self._connection(settings.profile, local)
        self._others: dict[str, Connection] = {}
        self.runner = JobRunner(
            lambda key: self.connection_for(key).connect(), settings.home, lambda: self.connection.profile.key
        )
        self.control = Control(lambda: self.local, self._wake)
        self._monitor: Monitor | None = None
        self._greeted = False

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
        self.local.base_python = settings.base_python
        self.local.neural = settings.neural
        self._others = {}  # a new one: a worker may be making a connection for the former
        if (settings.profile, settings.online_access) == (old.profile, old.online_access):
            return
        self.connection = self._connection(settings.profile, self.local)
        if settings.profile.key != old.profile.key:
            self.models.forget()
        self.control.dismiss()
        if self._monitor is not None:
            self._monitor.stop()
            self._monitor = None
            self.watch()

    def _connection(self, profile: Profile, local: LocalServer) -> Connection:
        made: Connection

        def on_ready(client: Any) -> None:
            if made is self.connection:  # otherwise it was the question of a former server's monitor
                self.models.refresh(client)

        made = Connection(profile, local, self.settings.online_access, on_ready)
        return made

    def connection_for(self, key: str) -> Connection:
        """The connection to the server of a job's record. Raises UserError when the person has removed it."""
        current = self.connection
        if key == current.profile.key:
            return current
        others = self._others
        if key not in others:
            profile = find(self.settings.profiles, key)
            others.setdefault(key, Connection(profile, self.local, self.settings.online_access))
        return others[key]

    def watch(self) -> None:
        """Keep the status and the jobs current in the background."""
        self.runner.load()
        if self._monitor is None:
            self._monitor = Monitor(self.connection)
            self._monitor.start()
        if not self._greeted:
            self._greeted = True
            if self.settings.start_server and self.connection.profile.kind is Kind.LOCAL:
                self.control.start()
            else:
                self.control.look()

    def check_now(self) -> None:
        """Ask the server for its state soon."""
        self.control.dismiss()
        self._wake()

    def measure(self) -> None:
        """Find out the sizes on disk, in the background."""
        self.control.measure()
        self.runner.measure()

    def _wake(self) -> None:
        if self._monitor is not None:
            self._monitor.wake()

    def close(self) -> None:
        """End everything that this Blender started."""
        if self._monitor is not None:
            self._monitor.stop()
        self.models.forget()
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
