"""The page at ``/`` and what it is made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from live import LiveServer, Said, said
from pocket3d_server.cli.main import main as server_command


def test_browsers_get_the_page_and_programs_the_handshake(live_server: LiveServer) -> None:
    page = requests.get(live_server.url, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["Content-Type"].startswith("text/html")
    for accept in ("*/*", "application/json", None):
        answer = requests.get(live_server.url, headers={"Accept": accept})
        assert answer.json()["product"] == "pocket3d"
        assert "Accept" in answer.headers["Vary"]
    for name in re.findall(r'(?:src|href)="(page/[^"]+)"', page.text):
        file = requests.get(f"{live_server.url}/{name}")
        assert file.status_code == 200, name
        assert file.headers["Content-Type"].startswith(("text/", "image/", "application/javascript")), name
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]


def test_its_files_are_not_counted_and_browsers_need_them_once(own_server: Callable[..., LiveServer]) -> None:
    server = own_server(POCKET3D_ANONYMOUS_REQUESTS_PER_MINUTE="2")
    for _ in range(4):
        file = requests.get(f"{server.url}/page/page.js")
        assert file.status_code == 200
    again = requests.get(f"{server.url}/page/page.js", headers={"If-None-Match": file.headers["ETag"]})
    assert (again.status_code, file.headers["Cache-Control"]) == (304, "no-cache")


@pytest.mark.parametrize("name", ["nothing.js", "../app.py", "..%2fapp.py"])
def test_nothing_else_is_served(live_server: LiveServer, name: str) -> None:
    assert requests.get(f"{live_server.url}/page/{name}").status_code == 404


def opened(*arguments: str) -> Said:
    return said(server_command, "open", "--print", *arguments)


def test_the_page_opens_with_this_machines_key(live_server: LiveServer, tmp_path: Path) -> None:
    done = opened("--port-file", str(live_server.port_file))
    assert done.stdout.strip() == f"{live_server.url}/#key={live_server.token}"
    port = live_server.url.rsplit(":", 1)[1]
    assert opened("--port", port, "--data-dir", str(live_server.data_dir)).stdout == done.stdout
    nobody = opened("--port", "9", "--data-dir", str(tmp_path))
    assert nobody.returncode == 2
    assert "pocket3d-server serve" in nobody.stderr
