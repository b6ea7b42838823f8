"""What is published beside the extension: the wheels of server and client, the npm tarball, and everything's checksums.

Built from copies of the sources, so that nothing of building stays behind in them. The same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tools import javascript

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ("server", "sdk/python")
EPOCH = "315532800"
"""1980-01-01, before which a zip knows no time."""
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info", "build", ".*_cache")
CHECKSUMS = "SHA256SUMS"


def wheels(output: Path, root: Path = ROOT) -> list[Path]:
    """Build the wheels of the server and of the Python client into ``output``."""
    return [wheel(root / name, output) for name in PYTHON]


def wheel(source: Path, output: Path) -> Path:
    """Build the wheel of one Python package."""
    with tempfile.TemporaryDirectory() as folder:
        copy, made = Path(folder) / "source", Path(folder) / "wheel"
        shutil.copytree(source, copy, ignore=LEFT_OUT)
        _run(
            [
                sys.executable,
                "-m",
                "pip",
                "wheel",
                "--quiet",
                "--no-deps",
                "--wheel-dir",
                str(made),
                str(copy),
            ]
        )
        (built,) = made.glob("*.whl")
        return Path(shutil.copy(built, output / built.name))


def npm_tarball(output: Path) -> Path | None:
    """Pack the JavaScript client into ``output``; None where there is no npm."""
    if shutil.which("npm") is None:
        return None
    package = javascript.built()
    packed = _run(
        [javascript.npm(), "pack", "--silent", "--ignore-scripts", "--pack-destination", str(output)], package
    )
    return output / packed.split()[-1]


def checksums(files: Iterable[Path], output: Path) -> Path:
    """Write ``SHA256SUMS``, which ``sha256sum --check`` reads."""
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(files)]
    path = output / CHECKSUMS
    path.write_text("".join(lines), encoding="utf-8")
    return path


def _run(command: list[str], folder: Path = ROOT) -> str:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
