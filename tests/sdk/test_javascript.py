"""The JavaScript client in Node and in a browser, and the server's page, against the real server."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from contract.placeholders import data_uri
from contract.reference import code
from live import LiveServer

from tools import javascript

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node on the PATH")


@pytest.fixture(scope="module")
def package() -> Path:
    """The built package."""
    return javascript.built()


def run(package: Path, server: LiveServer, name: str, **environment: str) -> None:
    """Run one file of tests in Node; what it prints is shown when it fails."""
    variables = {"POCKET3D_BASE_URL": server.url, "POCKET3D_API_KEY": server.token, **environment}
    done = subprocess.run(
        ["node", "--test", f"test/{name}.test.mjs"],
        cwd=package,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_in_node(package: Path, live_server: LiveServer, tmp_path: Path) -> None:
    program = tmp_path / "reference.mjs"
    text = code("JavaScript SDK").replace("your_api_key", live_server.token)
    program.write_text(text.replace("data:image/jpeg;base64,...", data_uri()), encoding="utf-8")
    run(package, live_server, "live", REFERENCE_PROGRAM=str(program))


def test_without_a_server(package: Path, live_server: LiveServer) -> None:
    run(package, live_server, "alone")


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the PATH")
def test_in_a_browser(package: Path, live_server: LiveServer) -> None:
    run(package, live_server, "page", CHROMIUM=str(CHROMIUM))


def test_the_page_has_todays_client(package: Path) -> None:
    bundled = javascript.bundle()
    assert bundled == (javascript.PAGE / "sdk.js").read_text(encoding="utf-8"), "python -m tools.javascript"


def test_the_page_has_the_viewer_that_was_chosen() -> None:
    found = hashlib.sha256((javascript.PAGE / "model-viewer.min.js").read_bytes()).hexdigest()
    assert found == javascript.VIEWER_SHA256


def test_what_is_published(package: Path) -> None:
    """No dependency, nothing but code, types and words, and small."""
    listed = subprocess.run(
        [javascript.npm(), "pack", "--dry-run", "--json", "--ignore-scripts"],
        cwd=package,
        capture_output=True,
        text=True,
        check=True,
    )
    (packed,) = json.loads(listed.stdout)
    names = {entry["path"] for entry in packed["files"]}
    assert {
        "package.json",
        "README.md",
        "LICENSE",
        "dist/index.js",
        "dist/index.d.ts",
        "dist/node.js",
    } <= names
    assert all(name.startswith("dist/") for name in names - {"package.json", "README.md", "LICENSE"})
    assert packed["size"] < 30_000
    manifest = json.loads((package / "package.json").read_text(encoding="utf-8"))
    assert "dependencies" not in manifest
