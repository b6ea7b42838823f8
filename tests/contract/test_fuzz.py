"""schemathesis: requests made up from the OpenAPI document, good and bad ones, alone and in sequences.

It fails on a 5xx, an undocumented status, a response off its schema, a wrong content type or header, bad data
that is taken, methods that should not work, and endpoints that forget to ask for credentials.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import Backend
from live import LiveServer

HERE = Path(__file__).parent


@pytest.fixture
def server(backend: Backend, tmp_path: Path) -> Iterator[LiveServer]:
    """One of its own: it is left with a queue full of nonsense."""
    settings = {"POCKET3D_CPU_JOBS": "1", "POCKET3D_ANONYMOUS_REQUESTS_PER_MINUTE": "100000"}
    server = LiveServer(tmp_path, **settings, **backend.environment(tmp_path))
    yield server
    server.stop()


def test_no_request_finds_a_fault(server: LiveServer, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")]
    command += [
        "run",
        f"{server.url}/openapi/openapi.json",
        "--header",
        f"Authorization: Bearer {server.token}",
    ]
    command += ["--suppress-health-check", "all", "--no-color"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    assert "Traceback" not in server.log_file.read_text()
