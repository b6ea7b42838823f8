"""``pocket3d-server``: what it says when it cannot do what it is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from live import LiveServer
from pocket3d_server.config import default_data_dir
from pocket3d_server.loopback import is_loopback


def refused_command(*arguments: str) -> str:
    """What a command that fails says."""
    command = [sys.executable, "-m", "pocket3d_server", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_commands_that_cannot_be_done_say_why(live_server: LiveServer, tmp_path: Path) -> None:
    assert "is empty" in refused_command("keys", "create", "", "--data-dir", str(tmp_path))
    port = str(urlsplit(live_server.url).port)
    said = refused_command("serve", "--port", port, "--data-dir", str(tmp_path))
    assert f"port {port} is in use by another program; stop it or choose another --port." in said


@pytest.mark.parametrize(
    ("system", "variable", "beside"),
    [
        ("linux", "XDG_DATA_HOME", ".local/share"),
        ("win32", "LOCALAPPDATA", "AppData/Local"),
        ("darwin", "", "Library/Application Support"),
    ],
)
def test_data_lies_where_each_system_has_it(
    system: str, variable: str, beside: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    assert default_data_dir() == tmp_path / beside / "pocket3d-server"
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "elsewhere"))
        assert default_data_dir() == tmp_path / "elsewhere" / "pocket3d-server"


def test_what_leads_to_this_machine() -> None:
    ours = ("localhost", "127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1")
    others = ("", "127.0.0.1.example.com", "localhost.example.com", "0.0.0.0", "10.0.0.1", "::ffff:10.0.0.1")
    assert [is_loopback(host) for host in ours + others] == [True] * len(ours) + [False] * len(others)
