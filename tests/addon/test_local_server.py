"""The bundled server's process: started, shared, stopped; the installation's words."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from live import alive, wait_until

from addon.core import installer
from addon.core.errors import Remedy, UserError
from addon.core.local_server import LocalServer, Paths, answers

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for the environment is a shell script")


def make(folder: Path, script: str) -> LocalServer:
    """A server whose environment's interpreter is a script."""
    server = LocalServer(Paths(ROOT / "server", folder / "home"), sys.executable)
    server.paths.python.parent.mkdir(parents=True)
    server.paths.python.write_text(f"#!/bin/sh\n{script}\n")
    server.paths.python.chmod(0o755)
    marker = {"fingerprint": installer.fingerprint(ROOT / "server")}
    (server.paths.venv / installer.MARKER).write_text(json.dumps(marker))
    return server


def test_started_shared_and_stopped(tmp_path: Path) -> None:
    server = make(tmp_path, f'exec {sys.executable} "$@"')
    with pytest.raises(UserError) as caught:
        server.address()
    assert caught.value.remedy is Remedy.START
    url, token = server.ensure_running()
    assert token
    assert server.step is None
    assert server.ensure_running() == (url, token)  # still the same process
    other = LocalServer(server.paths, sys.executable)
    assert other.ensure_running() == (url, token)  # a second Blender uses it
    pid = json.loads(server.paths.port_file.read_text())["pid"]
    other.stop()
    assert alive(pid)
    server.stop()
    wait_until(lambda: not alive(pid))
    assert not server.paths.port_file.exists()


def test_a_shared_server_outlives_the_blender_that_started_it(tmp_path: Path) -> None:
    server = make(tmp_path, f'exec {sys.executable} "$@"')
    code = f"""
import sys
from pathlib import Path
from addon.core.local_server import LocalServer, Paths, answers
LocalServer(Paths(Path({str(server.paths.source)!r}), Path({str(server.paths.home)!r})), "").ensure_running()
print("running", flush=True)
sys.stdin.read()
"""
    first = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert first.stdin is not None
    assert first.stdout is not None
    assert first.stdout.readline() == "running\n"
    address = server.ensure_running()
    pid = json.loads(server.paths.port_file.read_text())["pid"]
    try:
        first.stdin.close()
        first.wait(10)
        time.sleep(2)  # the server looks after its parents twice a second
        assert answers(*address)
    finally:
        os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not alive(pid))


def test_leaving_does_not_wait_for_what_is_going_on(tmp_path: Path) -> None:
    server = make(tmp_path, "sleep 30")

    def start() -> None:
        with pytest.raises(UserError):
            server.ensure_running()

    starting = threading.Thread(target=start)
    starting.start()
    wait_until(lambda: server.step is not None and server._process is not None)
    before = time.monotonic()
    server.leave()
    assert time.monotonic() - before < 1
    starting.join(10)
    assert not starting.is_alive()


def test_a_server_that_dies_is_not_started_for_ever(tmp_path: Path) -> None:
    server = make(tmp_path, "exit 3")
    for _ in range(3):
        with pytest.raises(UserError, match="stopped while starting") as caught:
            server.ensure_running()
        assert caught.value.remedy is Remedy.LOG
    with pytest.raises(UserError, match="keeps stopping"):
        server.ensure_running()


def test_a_stale_port_file_is_not_believed(tmp_path: Path) -> None:
    server = make(tmp_path, f'exec {sys.executable} "$@"')
    server.paths.port_file.write_text(json.dumps({"url": "http://127.0.0.1:9", "token": "x"}))
    try:
        assert server.ensure_running()[0] != "http://127.0.0.1:9"
    finally:
        server.stop()


def test_the_fingerprint_is_of_every_file_that_is_installed(tmp_path: Path) -> None:
    def server(name: str, files: dict[str, str]) -> Path:
        for file, text in files.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / name

    files = {"pyproject.toml": "a", "pocket3d_server/geometry/bake.py": "b"}
    first = installer.fingerprint(server("first", files))
    traces = {"pocket3d_server/__pycache__/bake.pyc": "x", "pocket3d_server.egg-info/PKG-INFO": "x"}
    assert installer.fingerprint(server("used", files | traces)) == first
    changed = files | {"pocket3d_server/geometry/bake.py": "c"}
    assert installer.fingerprint(server("changed", changed)) != first
    moved = {"pyproject.toml": "a", "pocket3d_server/bake.py": "b"}
    assert installer.fingerprint(server("moved", moved)) != first


def test_another_version_counts_as_not_installed(tmp_path: Path) -> None:
    server = make(tmp_path, "exit 0")
    assert server.installed
    (server.paths.venv / installer.MARKER).write_text('{"fingerprint": "older"}')
    assert not server.installed
    with pytest.raises(UserError) as caught:
        server.ensure_running()
    assert caught.value.remedy is Remedy.INSTALL


def test_an_installation_that_fails_says_why(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'Error: ensurepip is not available'\nexit 1\n")
    python.chmod(0o755)
    server = LocalServer(Paths(ROOT / "server", tmp_path / "home"), str(python))
    with pytest.raises(UserError, match="choose another one"):
        server.install()
    assert server.step is None
    assert not server.installing
    assert not server.installed
    assert "ensurepip" in (server.paths.home / "install.log").read_text()


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("NewConnectionError: Failed to establish", "index cannot be reached"),
        ("error: subprocess-exited-with-error", "the log says why"),
    ],
)
def test_reasons(output: str, words: str) -> None:
    assert words in installer.reason(output)


def test_blenders_own_python_settings_do_not_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/blender/scripts")
    assert "PYTHONPATH" not in installer.clean_environment()
