"""``pocket3d-server``: what it says when it cannot do what it is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from live import LiveServer


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
