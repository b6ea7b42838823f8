"""The bundled server's process: started, shared by several Blenders, started again, stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from live import alive, wait_until

from addon.core.errors import Remedy, UserError
from addon.core.server import environments, installer
from addon.core.server.connection import Connection, Light
from addon.core.server.local_server import LocalServer, Paths
from addon.core.server.presence import Presence, look, parents, read
from addon.core.server.profiles import Profile

ROOT = Path(__file__).resolve().parents[2]
REAL = f'exec {sys.executable} "$@"'
"""An environment's interpreter that runs the server of this checkout."""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for the environment is a shell script")


def make(folder: Path, script: str) -> LocalServer:
    """A server whose environment's interpreter is a script."""
    server = LocalServer(Paths(ROOT / "server", folder / "home"), sys.executable)
    add_environment(server, "venv", script, environments.fingerprint(ROOT / "server"), 1)
    return server


def add_environment(server: LocalServer, name: str, script: str, fingerprint: str, installed: float) -> Path:
    """What an installation leaves behind; the interpreter is a script."""
    folder = server.paths.home / name
    python = environments.interpreter(folder)
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    record = {"fingerprint": fingerprint, "version": "0.0.9", "installed": installed}
    (folder / environments.MARKER).write_text(json.dumps(record))
    return folder


def pid_of(server: LocalServer) -> int:
    return int(json.loads(server.paths.port_file.read_text())["pid"])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    """A real one, ended afterwards."""
    made = make(tmp_path, REAL)
    yield made
    for process in psutil.process_iter(["cmdline"]):
        if str(made.paths.data) in (process.info["cmdline"] or []):
            process.kill()


class OtherBlender:
    """Another process that uses the same server, as another Blender does."""

    def __init__(self, server: LocalServer) -> None:
        paths = server.paths
        code = f"""
import sys
from pathlib import Path
from addon.core.server.local_server import LocalServer, Paths
local = LocalServer(Paths(Path({str(paths.source)!r}), Path({str(paths.home)!r})), sys.executable)
print(local.ensure_running()[0], flush=True)
for line in sys.stdin:
    getattr(local, line.strip())()
    print("done", flush=True)
"""
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    def do(self, command: str) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def kill(self) -> None:
        """kill -9: nothing is tidied."""
        self.process.kill()
        self.process.wait(10)


def test_started_and_stopped(server: LocalServer) -> None:
    with pytest.raises(UserError) as caught:
        server.address()
    assert caught.value.remedy is Remedy.START
    url, token = server.ensure_running()
    assert token
    assert server.step is None
    assert server.ensure_running() == (url, token)  # still the same process
    pid = pid_of(server)
    server.stop()
    wait_until(lambda: not alive(pid))
    assert not server.paths.port_file.exists()
    with pytest.raises(UserError, match="not running"):
        server.address()


def test_two_blenders_share_one_and_the_last_ends_it(server: LocalServer) -> None:
    first = OtherBlender(server)
    assert server.ensure_running()[0] == first.url
    pid = pid_of(server)
    found = read(server.paths.port_file)
    assert found is not None
    assert set(parents(found)) == {first.process.pid, os.getpid()}
    second = OtherBlender(server)
    assert second.url == first.url
    assert str(first.process.pid) in server.other_users()
    assert server.other_users().startswith("2 other Blenders")

    first.kill()  # the one that started the server
    time.sleep(1.5)  # the server looks after its parents twice a second
    assert look(found) is Presence.HERE
    with pytest.raises(UserError, match=f"another Blender .process {second.process.pid}.; close it"):
        server.stop()
    assert alive(pid)
    second.kill()
    wait_until(lambda: not server.other_users())
    server.stop()  # ours alone now, though another Blender had started it
    wait_until(lambda: not alive(pid))


def test_the_server_ends_with_the_last_blender(server: LocalServer) -> None:
    first, second = OtherBlender(server), OtherBlender(server)
    pid = pid_of(server)
    first.kill()
    time.sleep(1.2)
    assert alive(pid)
    second.kill()
    wait_until(lambda: not alive(pid), 15)


def test_disabling_the_extension_leaves_the_server_to_the_other_blender(server: LocalServer) -> None:
    first = OtherBlender(server)
    address = server.ensure_running()
    first.do("leave")
    time.sleep(1.5)
    found = read(server.paths.port_file)
    assert found is not None
    assert found.url == address[0]
    assert look(found) is Presence.HERE
    first.kill()


def test_two_blenders_that_start_at_once_get_one_server(server: LocalServer) -> None:
    others: list[OtherBlender] = []
    threads = [threading.Thread(target=lambda: others.append(OtherBlender(server))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    try:
        assert len({o.url for o in others}) == 1, [o.url for o in others]
        assert others[0].url.startswith("http://127.0.0.1:")
    finally:
        for other in others:
            other.kill()


def test_a_server_that_was_killed_is_started_again_when_jobs_need_it(server: LocalServer) -> None:
    link = Connection(Profile(), server, online_access=False)
    link.connect()
    first = pid_of(server)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not alive(first))
    status = link.refresh()
    assert (status.light, status.remedy) == (Light.OFFLINE, Remedy.START)
    assert "memory ran out" in status.detail
    link.refresh()
    assert not alive(first)
    assert link.status.light is Light.OFFLINE  # nobody needs it
    link.needed = True
    assert link.refresh().light is Light.READY
    assert pid_of(server) != first


def test_a_silent_server_that_runs_is_not_started_a_second_time(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.ensure_running()
    pid = pid_of(server)
    monkeypatch.setattr("addon.core.server.local_server.BUSY_LIMIT", 1.0)
    monkeypatch.setattr("addon.core.server.presence.PATIENCE", 0.5)
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(UserError, match="runs but does not answer") as caught:
            server.ensure_running()
        assert caught.value.remedy is Remedy.DIAGNOSE
    finally:
        os.kill(pid, signal.SIGCONT)
    server.ensure_running()
    assert pid_of(server) == pid


def test_a_server_that_hangs_can_be_stopped_by_another_blender(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = OtherBlender(server)
    pid = pid_of(server)
    monkeypatch.setattr("addon.core.server.local_server.LEAVE_LIMIT", 1.0)
    monkeypatch.setattr("addon.core.server.presence.PATIENCE", 0.5)
    os.kill(pid, signal.SIGSTOP)
    server.stop()
    assert not alive(pid)
    other.kill()
    assert server.start()[0].startswith("http://127.0.0.1:")


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
    server = make(tmp_path, "echo 'pocket3d-server: port 1 is in use by another program' >&2\nexit 2")
    for _ in range(3):
        with pytest.raises(UserError, match="stopped while starting: its port is in use") as caught:
            server.ensure_running()
        assert caught.value.remedy is Remedy.LOG
    with pytest.raises(UserError, match="keeps stopping: its port is in use"):
        server.ensure_running()
    with pytest.raises(UserError, match="stopped while starting"):
        server.start()  # the person's own wish begins anew


@pytest.mark.parametrize(
    "stale",
    [
        {"url": "http://127.0.0.1:9", "token": "x"},
        {"url": "http://127.0.0.1:9", "token": "x", "pid": os.getpid()},
        {"url": "nonsense", "pid": 0},
        {"url": "http://127.0.0.1:9", "pid": "x"},
        ["nonsense"],
    ],
)
def test_stale_port_files_are_seen_through(server: LocalServer, stale: object) -> None:
    server.paths.port_file.write_text(json.dumps(stale))
    found = read(server.paths.port_file)
    assert found is None or look(found) is Presence.GONE


def test_a_stale_port_file_does_not_hinder_a_start(server: LocalServer) -> None:
    stale = {"url": "http://127.0.0.1:9", "token": "x", "pid": os.getpid()}
    server.paths.port_file.write_text(json.dumps(stale))
    assert server.ensure_running()[0] != stale["url"]


def test_an_older_server_works_until_the_update_and_is_then_removed(server: LocalServer) -> None:
    shutil_marker = server.paths.home / "venv" / environments.MARKER
    record = json.loads(shutil_marker.read_text()) | {"fingerprint": "older"}
    shutil_marker.write_text(json.dumps(record))
    assert server.installed
    assert server.update_ready
    link = Connection(Profile(), server, online_access=False)
    link.connect()
    status = link.refresh()
    assert (status.light, status.remedy) == (Light.READY, Remedy.UPDATE)
    assert status.note == "An update of the local server is ready"
    former = pid_of(server)

    new = add_environment(server, "venv-new", REAL, environments.fingerprint(ROOT / "server"), 2)
    assert not server.update_ready
    server.stop()
    server.start()
    assert pid_of(server) != former
    assert not (server.paths.home / "venv").exists()
    assert new.exists()


def test_an_update_waits_for_the_other_blender(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    other = OtherBlender(server)
    server.ensure_running()
    pid = pid_of(server)

    def run(self: installer.Installation) -> Path:
        return add_environment(server, self.folder.name, REAL, "new", 2)

    monkeypatch.setattr(
        installer.Installation, "run", run
    )  # the real one takes minutes; see test_installation
    said = server.update()
    assert str(other.process.pid) in said
    assert pid_of(server) == pid
    assert alive(pid)
    other.kill()
    wait_until(lambda: not server.other_users())
    assert server.update() == ""
    assert pid_of(server) != pid


def test_uninstalling_keeps_the_data_and_the_data_can_go_alone(server: LocalServer) -> None:
    server.ensure_running()
    pid = pid_of(server)
    server.uninstall()
    assert not alive(pid)
    assert not server.installed
    assert (server.paths.data / "token").exists()
    server.delete_data()
    assert not server.paths.data.exists()
    assert not list(server.paths.home.glob("removed-*"))


def test_what_another_blender_uses_is_neither_uninstalled_nor_deleted(server: LocalServer) -> None:
    other = OtherBlender(server)
    try:
        for deed in (server.uninstall, server.delete_data):
            with pytest.raises(UserError, match=f"process {other.process.pid}"):
                deed()
        assert server.installed
    finally:
        other.kill()
