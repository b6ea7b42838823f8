"""The server that comes with the extension: installed into its own environment, started, shared, stopped."""

from __future__ import annotations

import collections
import json
import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from . import installer
from .errors import Remedy, UserError
from .installer import Step
from .sdk import sdk

START_LIMIT = 60.0
"""Seconds a start may take; the first one compiles and makes the database."""
LEAVE_LIMIT = 10.0
"""Seconds that a server may take to end."""
RESTARTS, RESTART_WINDOW = 3, 300.0
"""More starts than this within the window mean that something is wrong, and retrying would not help."""


@dataclass(frozen=True)
class Paths:
    """Where things are. ``source`` is the server in the extension; all else lies in the user's folder."""

    source: Path
    home: Path

    @property
    def venv(self) -> Path:
        """The server's own environment."""
        return self.home / "venv"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def data(self) -> Path:
        """Database and files of the server."""
        return self.home / "data"

    @property
    def port_file(self) -> Path:
        """Written by the server when it listens."""
        return self.home / "port.json"

    @property
    def log(self) -> Path:
        """What the server prints."""
        return self.home / "server.log"


class LocalServer:
    """Process management; safe to call from several threads, all but ``step`` and ``installing`` may block."""

    def __init__(self, paths: Paths, base_python: str) -> None:
        self.paths = paths
        self._base_python = base_python
        self._process: subprocess.Popen[bytes] | None = None
        self._starts: collections.deque[float] = collections.deque()
        self._step: Step | None = None
        self.installing = False
        self._lock = threading.RLock()

    @property
    def step(self) -> Step | None:
        """What is going on right now, None when nothing is."""
        return self._step

    def _note(self, step: Step | None) -> None:
        self._step = step

    @property
    def installed(self) -> bool:
        """Whether this very version of the server is installed; reads files."""
        return installer.is_installed(self.paths.source, self.paths.venv)

    def install(self) -> None:
        """Make the environment (minutes, downloads about 200 MB). Raises UserError."""
        with self._lock:
            self.stop()
            self.installing = True
            try:
                installer.install(
                    self.paths.source, self.paths.venv, self._base_python, self.paths.home, self._note
                )
            finally:
                self.installing = False
                self._note(None)

    def address(self) -> tuple[str, str]:
        """URL and token of the running server, ours or another Blender's. Raises UserError with a remedy."""
        found = self._read_port_file()
        if found is not None:
            return found
        if not self.installed:
            raise UserError("The local server is not installed yet", Remedy.INSTALL)
        raise UserError("The local server is not running", Remedy.START)

    def ensure_running(self) -> tuple[str, str]:
        """URL and token, after starting the server if need be. Raises UserError."""
        with self._lock:
            found = self._read_port_file()
            if found is not None and (answers(*found) if self._is_ours() else joined(*found)):
                return found
            if not self.installed:
                raise UserError("The local server is not installed yet", Remedy.INSTALL)
            try:
                return self._start()
            finally:
                self._note(None)

    def _is_ours(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _start(self) -> tuple[str, str]:
        now = time.monotonic()
        while self._starts and now - self._starts[0] > RESTART_WINDOW:
            self._starts.popleft()
        if len(self._starts) >= RESTARTS:
            raise UserError("The local server keeps stopping", Remedy.LOG)
        self._starts.append(now)
        self._note(Step("Starting the local server"))
        self.paths.data.mkdir(parents=True, exist_ok=True)
        self.paths.port_file.unlink(missing_ok=True)
        with self.paths.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=installer.clean_environment(),
                cwd=self.paths.home,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        while time.monotonic() - now < START_LIMIT:
            code = self._process.poll()
            if code is not None:
                raise UserError(f"The local server stopped while starting (code {code})", Remedy.LOG)
            found = self._read_port_file()
            if found is not None and answers(*found):
                return found
            time.sleep(0.1)
        self._process.terminate()
        raise UserError("The local server did not start within a minute", Remedy.LOG)

    def command(self) -> list[str]:
        """The command line of the server; it ends by itself when this process has gone."""
        p = self.paths
        return [
            *(str(p.python), "-m", "pocket3d_server", "serve", "--port", "0"),
            *("--port-file", str(p.port_file), "--data-dir", str(p.data), "--parent-pid", str(os.getpid())),
        ]

    def _read_port_file(self) -> tuple[str, str] | None:
        try:
            data = json.loads(self.paths.port_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        url = data.get("url") or f"http://127.0.0.1:{data['port']}"
        return url, data.get("token") or self._read_token(data)

    def _read_token(self, data: dict[str, str]) -> str:
        try:
            return (
                Path(data.get("token_file") or self.paths.data / "token").read_text(encoding="utf-8").strip()
            )
        except OSError:
            return ""

    def stop(self) -> None:
        """End the server if this Blender started it."""
        with self._lock:
            if self._process is not None and self._is_ours():
                self._process.terminate()
                try:
                    self._process.wait(LEAVE_LIMIT)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                self.paths.port_file.unlink(missing_ok=True)
            self._process = None
            self._starts.clear()

    def leave(self) -> None:
        """Tell our server to end and wait for nothing, not even for a start or an installation under way."""
        if self._process is not None and self._is_ours():
            self._process.terminate()
            self.paths.port_file.unlink(missing_ok=True)


def joined(url: str, token: str) -> bool:
    """Whether another Blender's server is there and from now on stays for this process too.

    One whose last Blender has just gone refuses; it is waited for, since two never share a data folder.
    """
    try:
        client_for(url, token).system.add_parent(os.getpid())
    except (sdk.Pocket3DAPIError, ValueError) as error:
        if getattr(error, "error_code", "") != "CONFLICT":
            return answers(url, token)
        end = time.monotonic() + LEAVE_LIMIT
        while answers(url, token) and time.monotonic() < end:
            time.sleep(0.1)
        return False
    return True


def answers(url: str, token: str) -> bool:
    """Whether a Pocket3D server is there."""
    try:
        client_for(url, token).system.health()
    except (sdk.Pocket3DAPIError, ValueError):  # ValueError: the port file holds no address
        return False
    return True


def client_for(url: str, token: str) -> sdk.Pocket3DClient:
    """A client that gives up at once."""
    return sdk.Pocket3DClient(token or None, url, timeout=3, retries=0)
