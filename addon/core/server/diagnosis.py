"""Looks at everything that the local server needs, and writes a report that a person can read and send."""

from __future__ import annotations

import platform
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ..files import size_of, size_text
from ..later import sdk
from . import environments, exits, installer, presence
from .local_server import LocalServer
from .presence import Presence
from .processes import HIDDEN, alive, held

LOG_SHOWN = 24 * 1024
"""Bytes of each log's end that are shown."""
GOOD, BAD, FACT = "ok", "problem", "-"


class Check(NamedTuple):
    """One line of the report."""

    mark: str
    text: str


def diagnose(local: LocalServer, blender: str = "") -> str:
    """The whole report; takes seconds, so not on the main thread."""
    lines = ["Pocket3D: the server on this computer", time.strftime("%Y-%m-%d %H:%M:%S"), ""]
    for look in CHECKS:
        try:
            found = look(local)
        except Exception as error:  # the report must come, above all when something is odd
            found = [
                Check(BAD, f"{look.__name__.strip('_').replace('_', ' ')} could not be checked: {error!r}")
            ]
        lines += [f"{check.mark:8} {check.text}" for check in found]
    lines += ["", f"System   {platform.platform()}, {platform.machine()}"]
    lines += [f"Blender  {blender}"] if blender else []
    return "\n".join(lines).replace(str(Path.home()), "~") + "\n"


def _python(local: LocalServer) -> list[Check]:
    command = [local.base_python, "-c", "import platform, venv, ensurepip; print(platform.python_version())"]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
            stdin=subprocess.DEVNULL,
            env=installer.clean_environment(),
            **HIDDEN,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return [Check(BAD, f"Python to install with: {local.base_python} cannot be run ({error})")]
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        return [
            Check(BAD, f"Python to install with: {local.base_python} cannot make environments ({last[0]})")
        ]
    return [Check(GOOD, f"Python to install with: {done.stdout.strip()} ({local.base_python})")]


def _installation(local: LocalServer) -> list[Check]:
    checks = []
    found = local.environment
    if found is None:
        checks.append(Check(BAD, "The server is not installed"))
    else:
        checks.append(Check(GOOD, f"Installed: version {found.version or 'unknown'} in {found.folder}"))
        if not found.python.exists():
            checks.append(Check(BAD, "Its Python is missing; repair the installation"))
        if local.update_ready:
            checks.append(Check(FACT, "The extension brings another version; an update is ready"))
    if held(local.paths.home / "install.lock"):
        checks.append(Check(FACT, "An installation is under way"))
    elif environments.leftovers(local.paths.home):
        checks.append(Check(FACT, "An interrupted installation left files; the next one removes them"))
    return checks


def _process(local: LocalServer) -> list[Check]:
    found = presence.read(local.paths.port_file)
    if found is None:
        ended = (
            f"; the last one ended: {exits.why(local.last_exit, local.paths.log)}" if local.last_exit else ""
        )
        return [Check(FACT, f"No server runs{ended}")]
    state = presence.look(found)
    runs = "runs" if alive(found.pid) else "has ended"
    checks = [Check(FACT, f"Port file: {found.url}, process {found.pid} {runs}, version {found.version}")]
    if state is Presence.HERE:
        before = time.perf_counter()
        health = presence.client_for(found).system.health()
        delay = (time.perf_counter() - before) * 1000
        checks.append(Check(GOOD, f"It answers in {delay:.0f} ms: {health.status}"))
        checks += [Check(BAD, str(r.get("message"))) for r in health.reasons]
        others = local.other_users()
        checks.append(Check(FACT, f"It runs for this Blender{f' and {others}' if others else ''}"))
    elif state is Presence.BUSY:
        checks.append(Check(BAD, "It runs and does not answer; stop it and start it again"))
    else:
        checks.append(Check(BAD, "Nobody answers there any more; Start begins a new one"))
    return checks


def _disk(local: LocalServer) -> list[Check]:
    free = installer.free_space(local.paths.home)
    if free is None:
        return [Check(BAD, f"The disk of {local.paths.home} does not say how much is free")]
    mark = GOOD if free > installer.NEEDED else BAD
    sizes = f"environment {size_text(environment_size(local))}, data {size_text(data_size(local))}"
    return [Check(mark, f"Disk: {size_text(free)} free; {sizes}")]


def _logs(local: LocalServer) -> list[Check]:
    checks = []
    for name, file in (("Server log", local.paths.log), ("Installation log", local.paths.install_log)):
        if not file.exists():
            checks.append(Check(FACT, f"{name}: none yet"))
            continue
        text = exits.tail(file)
        words = exits.from_log(text)
        line = exits.last_error(text)
        said = words or line
        checks.append(Check(BAD if words else FACT, f"{name}: {said or 'no errors at its end'}"))
    return checks


def _client(local: LocalServer) -> list[Check]:
    brought = environments.version_of(local.paths.source) or "unknown"
    return [
        Check(FACT, f"The extension's client {sdk.__version__}, API {sdk.API_VERSION}; its server {brought}")
    ]


CHECKS: tuple[Callable[[LocalServer], list[Check]], ...] = (
    _python,
    _installation,
    _process,
    _disk,
    _logs,
    _client,
)


def log_text(local: LocalServer) -> str:
    """The ends of the logs, the server's last, each with its place on disk."""
    pieces = []
    for file in (local.paths.install_log, local.paths.former_log, local.paths.log):
        text = exits.tail(file, LOG_SHOWN)
        if text:
            pieces.append(f"===== {file} =====\n{text}")
    return "\n".join(pieces) or "The local server has not written a log yet.\n"


def environment_size(local: LocalServer) -> int:
    """Bytes of all environments, complete or not."""
    return sum(size_of(f) for f in local.paths.home.glob("venv*"))


def data_size(local: LocalServer) -> int:
    """Bytes of jobs, uploads and results."""
    return size_of(local.paths.data)
