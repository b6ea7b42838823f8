"""The server that comes with the extension: installed into its own environment, started, shared, stopped."""

from __future__ import annotations

import collections
import contextlib
import os
import subprocess
import threading
import time
from pathlib import Path
from typing import NamedTuple

from ..errors import Remedy, UserError
from . import environments, exits, installer, presence
from .environments import Environment
from .installer import Step
from .presence import PortFile, Presence
from .processes import HIDDEN, alive, ask_to_end, exclusive, held

START_LIMIT = 60.0
"""Seconds a start may take; the first one compiles and makes the database."""
LEAVE_LIMIT = 10.0
"""Seconds that a server may take to end."""
BUSY_LIMIT = 60.0
"""Seconds that a server which runs may take to answer; one that computes hard is slow, not gone."""
RESTARTS, RESTART_WINDOW = 3, 300.0
"""More starts than this within the window mean that something is wrong, and retrying would not help."""


class Paths(NamedTuple):
    """Where things are. ``source`` is the server in the extension; all else lies in the user's folder."""

    source: Path
    home: Path

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
        """What the server prints, since its last start."""
        return self.home / "server.log"

    @property
    def former_log(self) -> Path:
        """What it printed the time before."""
        return self.home / "server.previous.log"

    @property
    def install_log(self) -> Path:
        """What the last installation printed."""
        return self.home / "install.log"


class LocalServer:
    """Process management; safe to call from several threads, all but ``step`` and ``installing`` may block."""

    def __init__(self, paths: Paths, base_python: str) -> None:
        self.paths = paths
        self.base_python = base_python
        self.neural = False
        """Whether PyTorch is to be installed too."""
        self._process: subprocess.Popen[bytes] | None = None
        self._starts: collections.deque[float] = collections.deque()
        self._step: Step | None = None
        self._installation: installer.Installation | None = None
        self._lock = threading.RLock()
        self._claim = threading.Lock()  # held for a moment only, unlike the other
        self.found: Environment | None = None
        """The installation as it was last seen; reading it costs nothing."""
        self.last_exit: int | None = None
        """Exit code of the server that this Blender started last, when it ended by itself."""

    # --- what may be read at any moment -----------------------------------------

    @property
    def step(self) -> Step | None:
        """What is going on right now, None when nothing is."""
        return self._step

    @property
    def installing(self) -> bool:
        """Whether an installation is under way."""
        return self._installation is not None

    def _note(self, step: Step | None) -> None:
        self._step = step

    # --- environments -------------------------------------------------------------

    @property
    def environment(self) -> Environment | None:
        """The installation to use: this version's, else the newest one; reads files."""
        self.found = environments.best(self.paths.home, environments.fingerprint(self.paths.source))
        return self.found

    @property
    def installed(self) -> bool:
        """Whether any version of the server is installed; reads files."""
        return self.environment is not None

    @property
    def update_ready(self) -> bool:
        """Whether the installed server is another one than the extension brings, or lacks PyTorch; reads files."""
        found = self.environment
        if found is None:
            return False
        lacks = self.neural and not found.neural
        return lacks or found.fingerprint != environments.fingerprint(self.paths.source)

    def install(self) -> None:
        """Make a new environment (minutes, downloads about 200 MB, with PyTorch up to 4 GB). Raises UserError.

        An older one, and a server that runs from it, stay usable all the while; jobs and files are not touched.
        """
        paths = self.paths
        installation = installer.Installation(
            paths.source, paths.home, self.base_python, self._note, self.neural
        )
        with self._claim:
            if self.installing:
                raise UserError("The local server is being installed already")
            self._installation = installation
        try:
            busy = "Another Blender is installing the local server; wait until it is done"
            with exclusive(self.paths.home / "install.lock", busy):
                installation.run()
        finally:
            self._installation = None
            self._note(None)

    def cancel_install(self) -> None:
        """Stop an installation; what it had made is removed. Waits for nothing."""
        if self._installation is not None:
            self._installation.cancel()

    def update(self) -> str:
        """Install this version's server beside the one in use, then change over if nobody else needs that one.

        Also repairs. Returns a sentence for the person, empty when there is nothing to say. Raises UserError.
        """
        self.install()
        others = self.other_users()
        if others:
            return f"The new server is used as soon as {others} no longer uses the running one"
        jobs = presence.jobs(self.paths.port_file)
        if jobs:
            return f"The new server is used from its next start, because {jobs} {'jobs are' if jobs > 1 else 'job is'} under way"
        with self._lock:
            self.stop()
            self.start()
        return ""

    def uninstall(self) -> None:
        """Remove the environments, not the data. Raises UserError."""
        self._refuse_while_used("uninstall the server")
        with self._lock, exclusive(self.paths.home / "install.lock", "Another Blender is installing it"):
            self.stop()
            for folder in [*(e.folder for e in environments.complete(self.paths.home))]:
                environments.remove(folder)
            for rest in environments.leftovers(self.paths.home):
                environments.remove(rest)

    def delete_data(self) -> None:
        """Remove jobs, uploads, results and keys on this computer's server. Raises UserError."""
        self._refuse_while_used("delete its data")
        with self._lock:
            self.stop()
            environments.remove(self.paths.data)
            for rest in environments.leftovers(self.paths.home):
                environments.remove(rest)

    def _refuse_while_used(self, deed: str) -> None:
        others = self.other_users()
        if others:
            raise UserError(f"The server is in use by {others}; close it to {deed}")

    def other_users(self) -> str:
        """Other programs that the running server lives for, in words; empty without any."""
        found = presence.read(self.paths.port_file)
        pids = presence.parents(found) if found else []
        others = [str(pid) for pid in pids if pid != os.getpid()]
        if not others:
            return ""
        if len(others) == 1:
            return f"another Blender (process {others[0]})"
        return f"{len(others)} other Blenders (processes {', '.join(others)})"

    # --- the process --------------------------------------------------------------

    def address(self) -> tuple[str, str]:
        """URL and token of the running server, ours or another Blender's. Raises UserError with a remedy."""
        installed = self.installed
        found = presence.read(self.paths.port_file)
        if found is not None and (not found.pid or alive(found.pid)):
            return found.url, found.token
        if found is not None and self._process is not None and found.pid == self._process.pid:
            with contextlib.suppress(subprocess.TimeoutExpired):  # its threads may end after itself
                self._process.wait(2)
        if self._process is not None and not self._is_ours():
            self.last_exit = self._process.returncode
        if self.last_exit:
            raise UserError(
                f"The local server stopped: {exits.why(self.last_exit, self.paths.log)}", Remedy.START
            )
        if installed:
            raise UserError("The local server is not running", Remedy.START)
        if held(self.paths.home / "install.lock") and not self.installing:
            raise UserError("Another Blender is installing the local server", Remedy.RECONNECT)
        if environments.leftovers(self.paths.home):
            raise UserError("An installation was interrupted; install the local server again", Remedy.INSTALL)
        raise UserError("The local server is not installed yet", Remedy.INSTALL)

    def ensure_running(self) -> tuple[str, str]:
        """URL and token, after starting the server if need be. Raises UserError.

        Never starts a second one while the first still runs, however slowly it answers.
        """
        with self._lock:
            busy = "Another Blender is starting the local server and does not get on"
            try:
                found = self._running()
                if found is not None:
                    return found.url, found.token
                if not self.installed:
                    raise UserError("The local server is not installed yet", Remedy.INSTALL)
                self._note(Step("Starting the local server"))
                with exclusive(self.paths.home / "start.lock", busy, START_LIMIT):
                    found = self._running() or self._start()  # another Blender may have been faster
                return found.url, found.token
            finally:
                if not self.installing:
                    self._note(None)

    def start(self) -> tuple[str, str]:
        """The same on the person's own wish: earlier failures are forgotten."""
        self._starts.clear()
        return self.ensure_running()

    def _running(self) -> PortFile | None:
        """The server that runs, from now on for us too; None when there is none and one may be started."""
        found = presence.read(self.paths.port_file)
        if found is None:
            return None
        end = time.monotonic() + BUSY_LIMIT
        while True:
            state = presence.look(found) if self._is_ours() else presence.join(found)
            if state is Presence.HERE:
                return found
            if state is Presence.GONE:
                return None
            if time.monotonic() > end:
                raise UserError(
                    "The local server runs but does not answer; stop it and start it again", Remedy.DIAGNOSE
                )
            if not self.installing:
                self._note(Step("Waiting for the local server"))
            time.sleep(0.2)

    def _is_ours(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _start(self) -> PortFile:
        now = time.monotonic()
        self._count_start(now)
        environment = self.environment
        assert environment is not None
        self.paths.data.mkdir(parents=True, exist_ok=True)
        self.paths.port_file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # a server that is just ending may still write to it
            os.replace(self.paths.log, self.paths.former_log)
        with self.paths.log.open("ab") as log:
            try:
                self._process = subprocess.Popen(
                    self.command(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=installer.clean_environment(),
                    cwd=self.paths.home,
                    **HIDDEN,
                )
            except OSError as error:
                text = "The local server's Python cannot be run; repair the installation"
                raise UserError(text, Remedy.INSTALL, str(error)) from error
        self.last_exit = None
        while time.monotonic() - now < START_LIMIT:
            code = self._process.poll()
            if code is not None:
                self.last_exit = code
                why = exits.why(code, self.paths.log)
                raise UserError(f"The local server stopped while starting: {why}", Remedy.LOG, f"code {code}")
            found = presence.read(self.paths.port_file)
            if found is not None and presence.look(found) is Presence.HERE:
                self._tidy(environment)
                return found
            time.sleep(0.1)
        self._process.terminate()
        raise UserError("The local server did not start within a minute", Remedy.LOG)

    def _count_start(self, now: float) -> None:
        """Raises UserError when there have been too many."""
        while self._starts and now - self._starts[0] > RESTART_WINDOW:
            self._starts.popleft()
        if len(self._starts) >= RESTARTS:
            code = self._process.poll() if self._process is not None else None
            why = exits.why(code if code is not None else self.last_exit, self.paths.log)
            raise UserError(f"The local server keeps stopping: {why}", Remedy.LOG)
        self._starts.append(now)

    def _tidy(self, used: Environment) -> None:
        """Remove environments that no server uses any more, now that this one runs."""
        if self.installing:
            return
        for other in environments.complete(self.paths.home):
            if other.folder != used.folder and other.installed < used.installed:
                environments.remove(other.folder)

    def command(self, environment: Environment) -> list[str]:
        """The command line of the server; it ends by itself when this process has gone."""
        p = self.paths
        return [
            *(str(environment.python), "-m", "pocket3d_server", "serve", "--port", "0"),
            *("--port-file", str(p.port_file), "--data-dir", str(p.data), "--parent-pid", str(os.getpid())),
        ]

    def stop(self) -> None:
        """End the server, unless another Blender uses it. Raises UserError when one does."""
        with self._lock:
            self._refuse_while_used("stop it")
            found = presence.read(self.paths.port_file)
            if self._is_ours():
                assert self._process is not None
                self._process.terminate()
                try:
                    self._process.wait(LEAVE_LIMIT)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait(LEAVE_LIMIT)
                self.paths.port_file.unlink(missing_ok=True)
            elif found is not None and presence.look(found) is not Presence.GONE:
                self._end_stranger(found)
            self._process, self.last_exit = None, None
            self._starts.clear()

    def _end_stranger(self, found: PortFile) -> None:
        """End a server that another Blender started and nobody else uses; also one that hangs."""
        for hard in (False, True):
            ask_to_end(found.pid, hard)
            end = time.monotonic() + LEAVE_LIMIT
            while time.monotonic() < end:
                if not alive(found.pid):
                    self.paths.port_file.unlink(missing_ok=True)
                    return
                time.sleep(0.1)

    def leave(self) -> None:
        """Tell our server and our installation to end; wait for nothing.

        A server that other Blenders use too goes on for them. When Blender quits before the question is
        answered, the server sees that by itself.
        """
        self.cancel_install()
        process = self._process
        if process is not None and process.poll() is None:
            threading.Thread(target=self._leave, args=(process,), name="pocket3d-leave", daemon=True).start()

    def _leave(self, process: subprocess.Popen[bytes]) -> None:
        if not self.other_users():
            process.terminate()
