"""The Python client keeps what it promises: the oldest Python, with the oldest ``requests``."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from live import LiveServer

PACKAGE = Path(__file__).parents[2] / "sdk" / "python"
PROMISES = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OLDEST = PROMISES["requires-python"].removeprefix(">=")
REQUESTS = PROMISES["dependencies"][0].replace(">=", "==")


def found() -> str | None:
    """That Python: on the PATH, or where pyenv keeps its own."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    kept = [p for p in pyenv.glob(f"versions/{OLDEST}.*/bin/python") if os.access(p, os.X_OK)]
    for path in [shutil.which(f"python{OLDEST}"), *map(str, kept)]:
        # A name on the PATH may be pyenv's shim, which runs nothing unless that version is chosen.
        if path and not subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode:
            return path
    return None


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``requests`` for that Python."""
    folder = tmp_path_factory.mktemp("library")
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", found() or "none"]
    done = subprocess.run([*command, "--target", str(folder), REQUESTS], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{REQUESTS} could not be fetched for Python {OLDEST}: {done.stderr[-300:]}")
    return folder


def test_nothing_newer_is_used() -> None:
    """Neither the language nor the standard library; seen without that Python."""
    command = [sys.executable, "-c", "import vermin; vermin.main()", f"-t={OLDEST}-", "--violations"]
    done = subprocess.run([*command, str(PACKAGE / "pocket3d")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(found() is None, reason=f"there is no Python {OLDEST} on the PATH or in pyenv's folder")
def test_it_works_there(live_server: LiveServer, library: Path, tmp_path: Path) -> None:
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(PACKAGE), str(library)]),
        "POCKET3D_BASE_URL": live_server.url,
        "POCKET3D_API_KEY": live_server.token,
    }

    def run(*arguments: str) -> str:
        command = [str(found()), "-W", "error", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    told = json.loads(run(str(Path(__file__).with_name("oldest.py")), str(tmp_path)))
    assert ".".join(map(str, told["python"])) == OLDEST
    command = ("-m", "pocket3d.cli")
    path = run(*command, "generate", "a cube", "--model", "test_steps", "-o", "again.glb", "--quiet").strip()
    assert (tmp_path / path).read_bytes()[:4] == b"glTF"
    assert re.search(rf"^{told['job_id']} +completed", run(*command, "jobs"), re.M)
