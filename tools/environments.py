"""Virtual environments, made on first use and again when what they hold has changed. Standard library only.

The server's, the tests' and Blender's are never mixed: ``bpy`` pins an old numpy. The first two live in
``.venv/`` of the checkout, Blender's (1 GB each) in the user's cache, shared by all checkouts.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
PACKAGES = ["-e", "server", "-e", "sdk/python"]

DATA = ROOT / "server" / "data-packages.txt"
"""Distributions of which only data files are read; the extension's installer reads the same list."""

TOOLS = ["-r", "tools/requirements.in"]
TORCH = ["torch==2.13.0"]
BODIES = ["anny==0.6.2", "roma==1.8.0"]
"""The body model that our data is compared with; bare, because it asks for a GPU compiler that we do not use."""

INPUTS = ["server/pyproject.toml", "sdk/python/pyproject.toml", "tools/requirements.in"]
LOCK_COMMAND = [
    *("pip", "compile", "--universal", "--python-version", "3.11", "--no-emit-index-url", "--quiet"),
    *("--extra", "postgres", "--extra", "redis", "--extra", "s3"),  # of a server for others; only pinned here
    *("--custom-compile-command", "python build.py lock", *INPUTS, "--output-file", "requirements.lock"),
]

# The bpy module that each Python can load.
BPY_FOR_PYTHON = {(3, 11): "5.0.1", (3, 13): "5.2.3"}
BPY_FOR_TESTS = {(3, 11): ["4.2.23", "4.5.15", "5.0.1"], (3, 13): ["5.2.3"]}


class SetupError(Exception):
    """An environment could not be made; the message says what to do."""


def say(text: str) -> None:
    """Progress of the set-up, for people."""
    print(f"[setup] {text}", flush=True)


def python_in(folder: Path) -> Path:
    """The interpreter of a virtual environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint(*texts: str) -> str:
    """Changes when anything that decides an environment's content changes."""
    digest = hashlib.sha256(sys.version.encode())
    for file in (LOCK, DATA, *(ROOT / name for name in INPUTS)):
        digest.update(file.read_bytes() if file.exists() else b"")
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()


def pip(python: Path, *arguments: str) -> None:
    """Install with pip; its output is shown only when it fails."""
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise SetupError(
            f"{' '.join(command)} failed:\n{done.stdout}\nCheck the network and the disk, then run again."
        )


def ensure(folder: Path, title: str, installs: Sequence[Sequence[str]], key: str) -> Path:
    """The interpreter of the environment in ``folder``, made anew unless its stamp equals ``key``."""
    stamp, python = folder / ".ready", python_in(folder)
    if stamp.exists() and stamp.read_text() == key and python.exists():
        return python
    say(f"making {title} in {folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder}")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        venv.create(folder, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(
            f"could not make {folder}: {error}. On Debian and Ubuntu: apt install python3-venv."
        ) from error
    for arguments in installs:
        pip(python, *arguments)
    stamp.write_text(key)
    return python


def constrained(*packages: str) -> list[str]:
    """Arguments that keep every version to the lock's."""
    return ["-c", str(LOCK), *packages]


BARE = ["--no-deps", "--ignore-requires-python"]


def server() -> Path:
    """Base dependencies, the server and the client; no torch."""
    installs = [constrained(*PACKAGES), [*BARE, "-r", str(DATA)]]
    return ensure(ROOT / ".venv" / "server", "the server's environment", installs, fingerprint(str(installs)))


def test() -> Path:
    """The server's environment with test tools and torch (CPU)."""
    installs = [constrained(*PACKAGES, *TOOLS), TORCH, [*BARE, "-r", str(DATA), *BODIES]]
    return ensure(ROOT / ".venv" / "test", "the tests' environment", installs, fingerprint(str(installs)))


def blender_folder() -> Path:
    """Where the bpy environments live: $POCKET3D_BPY_VENVS or the user's cache."""
    given = os.environ.get("POCKET3D_BPY_VENVS")
    return (
        Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "bpy-venvs"
    )


def bpy(version: str) -> Path:
    """The interpreter that can ``import bpy`` of this version."""
    folder = blender_folder() / version
    if (folder / ".ready").exists() and python_in(folder).exists():
        return python_in(folder)
    return ensure(
        folder,
        f"Blender {version} as a module (about 1 GB)",
        [["--no-cache-dir", f"bpy=={version}"]],
        version,
    )


def blender_for_demo() -> list[str] | None:
    """The command that runs a Python script in Blender, or None where there is no Blender for this machine.

    The bpy module where it exists for this Python, else an installed Blender.
    """
    version = BPY_FOR_PYTHON.get(sys.version_info[:2])
    if version:
        try:
            return [str(bpy(version))]
        except SetupError as error:
            say(f"no Blender module: {error}")
    installed = shutil.which("blender")
    if installed:
        return [installed, "--background", "--factory-startup", "--python"]
    say("no Blender: neither a bpy module for this Python (3.11 or 3.13 have one) nor `blender` on the PATH.")
    return None


def blenders_for_tests() -> Path:
    """Make the bpy environments that this Python can run; return the folder that holds them."""
    for version in BPY_FOR_TESTS.get(sys.version_info[:2], []):
        bpy(version)
    return blender_folder()
