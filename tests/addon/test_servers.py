"""Profiles, exit codes, reports, and what the buttons do in the background."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from live import LiveServer, wait_until

from addon.core.errors import Remedy, UserError
from addon.core.server import diagnosis, exits, profiles
from addon.core.server.control import Control
from addon.core.server.local_server import LocalServer, Paths
from addon.core.server.processes import alive, exclusive, held
from addon.core.server.profiles import Kind, Profile
from addon.core.session import Session, Settings

ROOT = Path(__file__).resolve().parents[2]


def remote(url: str = "https://gpu.example", token: str = "", label: str = "") -> Profile:
    return Profile(Kind.REMOTE, url, token, label)


class TestProfiles:
    """A server, its name and its key."""

    def test_records_hold_no_secrets(self) -> None:
        profile = remote(" http://10.0.0.2:7263/ ", "secret", "Studio")
        assert profile.key == "http://10.0.0.2:7263"
        assert "secret" not in repr(profile)
        assert (Profile().key, Profile().name) == ("local", "This Computer")

    def test_names(self) -> None:
        assert remote(label=" Studio ").name == "Studio"
        assert remote("https://user:pass@gpu.example:81/x").name == "gpu.example:81"
        assert remote("").name == "New Server"
        assert remote("http://[::1").name == "New Server"

    @pytest.mark.parametrize(
        ("url", "stays"),
        [
            ("http://127.0.0.1:7263", True),
            ("http://127.8.0.1", True),
            ("http://localhost:1", True),
            ("http://[::1]:1", True),
            ("http://127.0.0.1.example.com", False),
            ("http://192.168.1.2", False),
            ("https://localhost.example.com", False),
            ("", False),
        ],
    )
    def test_what_stays_on_this_machine(self, url: str, stays: bool) -> None:
        assert remote(url).loopback == stays

    def test_keys_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STUDIO_KEY", "from outside")
        assert remote(token="$STUDIO_KEY").secret() == "from outside"
        assert remote(token="${STUDIO_KEY}").secret() == "from outside"
        assert remote(token=" own ").secret() == "own"
        monkeypatch.delenv("STUDIO_KEY")
        with pytest.raises(UserError, match="STUDIO_KEY") as caught:
            remote(token="$STUDIO_KEY").secret()
        assert caught.value.remedy is Remedy.PREFERENCES

    def test_a_jobs_server_is_found_again_or_missed_by_name(self) -> None:
        known = [remote("http://a:1/", "1"), remote("http://b", "2")]
        assert profiles.find(known, "http://a:1").token == "1"
        assert profiles.find(known, "local") == Profile()
        with pytest.raises(UserError, match=r"gone\.example is no longer in the preferences") as caught:
            profiles.find(known, "http://gone.example")
        assert caught.value.remedy is Remedy.PREFERENCES


def settings(folder: Path, profile: Profile, *others: Profile) -> Settings:
    return Settings(profile, ROOT / "server", folder, sys.executable, False, (profile, *others))


def test_a_session_finds_the_server_of_every_job(live_server: LiveServer, tmp_path: Path) -> None:
    here, there = remote(live_server.url, live_server.token), remote("http://127.0.0.1:9", "x")
    session = Session(settings(tmp_path, there, here))
    assert session.connection_for(there.key) is session.connection
    assert session.connection_for(here.key).connect().base_url.startswith(live_server.url)
    assert session.connection_for("local").profile == Profile()
    session.configure(settings(tmp_path, there))  # the person removes it
    with pytest.raises(UserError, match="no longer in the preferences"):
        session.connection_for(here.key)
    before = session.connection
    session.configure(settings(tmp_path, there, remote("http://other")))
    assert session.connection is before  # other rows do not disturb the one in use
    session.close()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "ended by itself"),
        (2, "settings were refused"),
        (127, "Python was not found"),
        (-9, "memory ran out"),
        (137, "memory ran out"),
        (-11, "segmentation fault"),
        (-15, "told to end"),
        (0xC0000005, "access violation"),
        (77, "exit code 77"),
        (None, "nobody knows"),
    ],
)
def test_exit_codes_are_sentences(code: int | None, words: str) -> None:
    if os.name == "nt" and code is not None and code < 0:
        pytest.skip("Windows has no signals")
    assert words in exits.why(code)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("pocket3d-server: another server uses /x/data; stop it", "another Pocket3D server"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ModuleNotFoundError: No module named 'numpy'", "incomplete (numpy is missing)"),
        ("PermissionError: [Errno 13] Permission denied: '/x/data'", "may not use /x/data"),
        (
            "pocket3d-server: the database cannot be used: disk I/O error. Check",
            "cannot be used: disk I/O error",
        ),
        ("libGL.so.1: error while loading shared libraries: libgomp.so.1: cannot open", "libgomp.so.1"),
    ],
)
def test_the_logs_end_says_more_than_the_code(line: str, words: str, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text(f"{'earlier ' * 20_000}\n2026-11-23 08:31:47.123 INFO main: hello\n{line}\n")
    assert words in exits.why(1, log)
    assert len(exits.tail(log)) <= exits.TAIL


def test_the_last_error_of_a_log() -> None:
    text = "08:00:00 INFO a: fine\n2026-11-23 08:31:47.123 ERROR jobs: it broke\n08:32:00 INFO b: later\n"
    assert "it broke" in exits.last_error(text)
    assert exits.last_error("all is well\n") == ""


def test_the_report_says_what_is_wrong_and_no_secrets(live_server: LiveServer, tmp_path: Path) -> None:
    local = LocalServer(Paths(ROOT / "server", tmp_path), sys.executable)
    report = diagnosis.diagnose(local, "5.0.1")
    for words in (
        "Python to install with: 3.",
        "not installed",
        "No server runs",
        "none yet",
        "Blender  5.0.1",
    ):
        assert words in report, report
    (tmp_path / "port.json").write_text(live_server.port_file.read_text())
    (tmp_path / "server.log").write_text("12:00:00 ERROR x: Cannot allocate memory\n")
    (tmp_path / "venv-half").mkdir()
    report = diagnosis.diagnose(local)
    for words in ("It answers in", f"process {live_server.process.pid} runs", "out of memory", "interrupted"):
        assert words in report, report
    assert live_server.token not in report
    broken = LocalServer(Paths(ROOT / "server", tmp_path), str(tmp_path / "nowhere"))
    assert "cannot be run" in diagnosis.diagnose(broken)


def test_a_log_is_shown_from_its_end(tmp_path: Path) -> None:
    local = LocalServer(Paths(ROOT / "server", tmp_path), sys.executable)
    assert "not written a log yet" in diagnosis.log_text(local)
    local.paths.log.write_text("first\n" + "x" * 100_000 + "\nlast\n")
    text = diagnosis.log_text(local)
    assert "last" in text
    assert "first" not in text
    assert str(local.paths.log) in text


class TestControl:
    """Buttons return at once; what came of them can be read."""

    def control(self, folder: Path) -> tuple[Control, list[int]]:
        local = LocalServer(Paths(ROOT / "server", folder), sys.executable)
        changes: list[int] = []
        return Control(lambda: local, lambda: changes.append(1)), changes

    def test_a_failure_is_kept_until_it_is_put_away(self, tmp_path: Path) -> None:
        control, changes = self.control(tmp_path)
        control.start()
        wait_until(lambda: changes)
        assert control.problem is not None
        assert control.problem.remedy is Remedy.INSTALL
        assert control.doing == ""
        control.dismiss()
        assert control.problem is None

    def test_sizes_and_reports(self, tmp_path: Path) -> None:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "file").write_bytes(bytes(3_000_000))
        control, changes = self.control(tmp_path)
        before = control.state
        control.measure()
        wait_until(lambda: control.sizes == {"environment": "0 kB", "data": "3 MB"})
        assert control.state != before
        control.diagnose("5.0.1")
        wait_until(lambda: changes, 60)
        assert "5.0.1" in control.report

    def test_trying_a_server(self, live_server: LiveServer, tmp_path: Path) -> None:
        control, changes = self.control(tmp_path)
        profile = remote(live_server.url, live_server.token)
        control.try_out(profile, False)
        assert control.trials[profile.url, profile.token].running
        wait_until(lambda: changes)
        assert "ms away" in control.trials[profile.url, profile.token].lines[0]


def test_locks_end_with_their_process(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    assert not held(path)
    code = f"""
import sys; from pathlib import Path
from addon.core.server.processes import exclusive
with exclusive(Path({str(path)!r}), "busy"):
    print("held", flush=True); sys.stdin.read()
"""
    other = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    assert held(path)
    before = time.monotonic()
    with pytest.raises(UserError, match="busy"), exclusive(path, "busy", 0.3):
        pass
    assert time.monotonic() - before < 2
    assert alive(other.pid)
    other.kill()
    wait_until(lambda: not alive(other.pid))
    other.wait()
    with exclusive(path, "busy"):
        assert held(path)
    assert not held(path)
    assert not alive(other.pid)
    assert not alive(0)
    assert alive(os.getpid())
