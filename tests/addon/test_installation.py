"""Installing the bundled server: complete or not there at all, stoppable, and with words for what goes wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from live import wait_until

from addon.core.errors import Remedy, UserError
from addon.core.server import environments, installer
from addon.core.server.installer import Packages, Step
from addon.core.server.local_server import LocalServer, Paths

ROOT = Path(__file__).resolve().parents[2]

posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in for Python is a shell script")


def python(folder: Path, script: str) -> str:
    """A script in Python's place."""
    file = folder / "python"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file)


def local(folder: Path, base_python: str = sys.executable) -> LocalServer:
    return LocalServer(Paths(ROOT / "server", folder / "home"), base_python)


def working(made: str) -> str:
    """Behaves like ``python -m venv``: the environment's interpreter is a script that runs ``made``."""
    return (
        f"""mkdir -p "$3/bin"; printf '#!/bin/sh\\n{made}\\n' > "$3/bin/python"; chmod +x "$3/bin/python" """
    )


def refused(act: Callable[[], object]) -> UserError:
    with pytest.raises(UserError) as caught:
        act()
    return caught.value


@posix
def test_an_installation_counts_when_it_is_complete(tmp_path: Path) -> None:
    server = local(tmp_path, python(tmp_path, working("exit 0")))
    server.install()
    found = server.environment
    assert found is not None
    assert found.fingerprint == environments.fingerprint(ROOT / "server")
    assert found.version == environments.version_of(ROOT / "server") != ""
    assert not server.update_ready
    assert server.step is None
    server.install()  # a repair makes another one
    again = server.environment
    assert again is not None
    assert again.folder != found.folder


@posix
def test_pytorch_comes_when_it_is_wanted_and_an_update_is_ready_until_then(tmp_path: Path) -> None:
    server = local(tmp_path, python(tmp_path, working("echo got $*")))
    server.install()
    assert "[models]" not in server.paths.install_log.read_text()
    server.neural = True
    assert server.update_ready
    server.install()
    assert "/server[models]" in server.paths.install_log.read_text()
    assert not server.update_ready
    server.neural = False
    assert not server.update_ready, "what is there may stay"


@posix
def test_a_failed_update_leaves_the_former_one(tmp_path: Path) -> None:
    server = local(tmp_path, python(tmp_path, working("exit 0")))
    server.install()
    before = server.environment
    server.base_python = python(tmp_path, working("echo No space left on device; exit 1"))
    assert refused(server.install).message == "The disk is full"
    assert server.environment == before
    assert [f.name for f in server.paths.home.glob("venv*")] == [before.folder.name if before else ""]


@posix
def test_an_installation_that_fails_says_why(tmp_path: Path) -> None:
    server = local(tmp_path, python(tmp_path, "echo 'Error: ensurepip is not available'\nexit 1"))
    assert "choose another Python" in refused(server.install).message
    assert server.step is None
    assert not server.installing
    assert not server.installed
    assert "ensurepip" in server.paths.install_log.read_text()
    server.base_python = str(tmp_path / "nowhere")
    assert refused(server.install).remedy is Remedy.PREFERENCES


@pytest.mark.parametrize("way", ["cancel_install", "leave"])
@posix
def test_cancelling_and_disabling_end_pip_and_its_children_and_clean_up(tmp_path: Path, way: str) -> None:
    server = local(tmp_path, python(tmp_path, working("echo Collecting numpy; sleep 61 & sleep 61")))
    errors: list[UserError] = []
    work = threading.Thread(target=lambda: errors.append(refused(server.install)))
    work.start()
    wait_until(lambda: server.step is not None and server.step.text == "Getting numpy")
    assert server.installing
    assert refused(server.install).message == "The local server is being installed already"
    before = time.monotonic()
    getattr(server, way)()
    assert time.monotonic() - before < 1
    work.join(10)
    assert [(e.code, e.message) for e in errors] == [(installer.CANCELLED, "The installation was cancelled")]
    assert not server.installing
    assert not list(server.paths.home.glob("venv*"))
    wait_until(
        lambda: not any(p.info["cmdline"] == ["sleep", "61"] for p in psutil.process_iter(["cmdline"]))
    )


@posix
def test_pip_ends_with_a_blender_that_is_killed(tmp_path: Path) -> None:
    code = f"""
import sys; from pathlib import Path
from addon.core.server.local_server import LocalServer, Paths
LocalServer(Paths(Path({str(ROOT / "server")!r}), Path({str(tmp_path / "home")!r})), sys.argv[1]).install()
"""
    slow = python(tmp_path, working("sleep 67 & sleep 67"))
    blender = subprocess.Popen([sys.executable, "-c", code, slow], cwd=ROOT)

    def sleeping() -> int:
        return sum(p.info["cmdline"] == ["sleep", "67"] for p in psutil.process_iter(["cmdline"]))

    wait_until(lambda: sleeping() == 2)
    blender.kill()
    blender.wait(10)
    wait_until(lambda: not sleeping(), 5)


@posix
def test_an_interrupted_installation_is_noticed_and_cleared_away(tmp_path: Path) -> None:
    home = tmp_path / "home"
    code = f"""
import sys; from pathlib import Path
from addon.core.server.local_server import LocalServer, Paths
local = LocalServer(Paths(Path({str(ROOT / "server")!r}), Path({str(home)!r})), sys.argv[1])
local.install()
"""
    slow = python(tmp_path, working("sleep 7"))
    other = subprocess.Popen([sys.executable, "-c", code, slow], cwd=ROOT)
    wait_until(lambda: list(home.glob("venv*/bin/python")))
    server = local(tmp_path, python(tmp_path, working("exit 0")))
    assert refused(server.address).message == "Another Blender is installing the local server"
    assert "wait until it is done" in refused(server.install).message
    other.kill()
    other.wait(10)
    assert "interrupted" in refused(server.address).message
    (half,) = home.glob("venv*")
    wait_until(lambda: server.install() or True, 20)
    assert not half.exists()
    assert server.installed


def test_too_little_room_is_said_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installer, "free_space", lambda folder: 400_000_000)
    problem = refused(local(tmp_path).install)
    assert problem.message.startswith(
        "The installation needs 1.5 GB and the disk has 0.4 GB left; make 1.1 GB free"
    )
    assert not list((tmp_path / "home").glob("venv*"))


def test_the_fingerprint_is_of_every_file_that_is_installed(tmp_path: Path) -> None:
    def server(name: str, files: dict[str, str]) -> Path:
        for file, text in files.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / name

    files = {"pyproject.toml": "a", "pocket3d_server/geometry/bake.py": "b"}
    first = environments.fingerprint(server("first", files))
    traces = {"pocket3d_server/__pycache__/bake.pyc": "x", "pocket3d_server.egg-info/PKG-INFO": "x"}
    assert environments.fingerprint(server("used", files | traces)) == first
    changed = files | {"pocket3d_server/geometry/bake.py": "c"}
    assert environments.fingerprint(server("changed", changed)) != first
    moved = {"pyproject.toml": "a", "pocket3d_server/bake.py": "b"}
    assert environments.fingerprint(server("moved", moved)) != first


def test_broken_markers_count_for_nothing(tmp_path: Path) -> None:
    for name, text in (("venv-a", "{"), ("venv-b", "[]"), ("venv-c", json.dumps({"version": "1"}))):
        (tmp_path / name).mkdir()
        (tmp_path / name / environments.MARKER).write_text(text)
    assert environments.complete(tmp_path) == []
    assert environments.best(tmp_path, "x") is None


def test_pips_lines_become_steps() -> None:
    steps: list[Step] = []
    packages = Packages(steps.append)
    for line in (
        "Processing /tmp/server",
        "Collecting flask_openapi3~=4.0",
        "  Downloading numpy-2.3.1-cp311-cp311-manylinux.whl (16 MB)",
        "Installing collected packages: numpy",
    ):
        packages(line)
    assert [s.text for s in steps] == ["Getting flask-openapi3", "Getting numpy", "Unpacking"]
    fractions = [s.fraction or 0 for s in steps]
    assert fractions == sorted(fractions)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("NewConnectionError: Failed to establish", "index cannot be reached"),
        (
            "environment was not created because ensurepip is not\navailable.  On Debian",
            "choose another Python",
        ),
        ("ProxyError('Cannot connect to proxy.')", "proxy refused"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "clock"),
        (
            "ERROR: Could not find a version that satisfies the requirement embreex",
            "A package does not exist",
        ),
        ("error: subprocess-exited-with-error", "the log says why"),
    ],
)
def test_reasons(output: str, words: str) -> None:
    assert words in installer.failure(output).message


def test_blenders_own_python_settings_do_not_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/blender/scripts")
    assert "PYTHONPATH" not in installer.clean_environment()
