"""The static repository: its list is the one that Blender would write, and Blender's updater works with it."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import subprocess
import threading
import time
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tools import repository

from .conftest import VERSIONS, blender_python

INSIDE = Path(__file__).parent / "updating.py"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A plain web server that does not write into the test's output."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def website(tmp_path: Path) -> Iterator[str]:
    """The address of the folder ``site`` of the test."""
    folder = tmp_path / "site"
    folder.mkdir()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/index.json"
    server.shutdown()
    thread.join()
    server.server_close()


def second_version(zip_file: Path, folder: Path) -> Path:
    """The same extension, one version later."""
    folder.mkdir()
    path = folder / "pocket3d-0.1.1.zip"
    with zipfile.ZipFile(zip_file) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "blender_manifest.toml":
                changed = content.replace(b'\nversion = "0.1.0"', b'\nversion = "0.1.1"')
                assert changed != content
                content = changed
            new.writestr(name, content)
    return path


@pytest.mark.parametrize("version", VERSIONS)
def test_the_list_is_what_blender_would_write(version: str, extension_zip: Path, tmp_path: Path) -> None:
    ours = json.loads(repository.write(extension_zip, tmp_path / "ours").read_text())
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    shutil.copy(extension_zip, theirs)
    python = blender_python(version)
    tool = next(python.parents[1].rglob("bl_pkg/cli/blender_ext.py"))
    done = subprocess.run(
        [str(python), str(tool), "server-generate", "--repo-dir", str(theirs), "--html"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert ours == json.loads((theirs / "index.json").read_text())
    link = (theirs / "index.html").read_text().split('<a href="')[1].split('"')[0]
    assert link.replace("&", "&amp;") in (tmp_path / "ours" / "index.html").read_text()


def test_the_same_zip_gives_the_same_bytes(extension_zip: Path, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        repository.write(extension_zip, tmp_path / folder)
    names = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert names == ["index.html", "index.json", extension_zip.name]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize("place", ["website", "shared folder"])
@pytest.mark.parametrize("version", VERSIONS)
def test_blenders_updater_finds_the_next_version(
    version: str, place: str, extension_zip: Path, website: str, tmp_path: Path
) -> None:
    site, ready, go = tmp_path / "site", tmp_path / "ready", tmp_path / "go"
    address = website if place == "website" else (site / "index.json").as_uri()
    repository.write(extension_zip, site)
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME"}}
    environment |= {"BLENDER_USER_RESOURCES": str(tmp_path / "profile"), "TMPDIR": str(tmp_path)}
    command = [str(blender_python(version)), str(INSIDE), address, str(ready), str(go)]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=log, stderr=log)
        try:
            end = time.monotonic() + 120
            while not ready.exists() and process.poll() is None and time.monotonic() < end:
                time.sleep(0.1)
            assert ready.exists(), (tmp_path / "log").read_text()[-4000:]
            assert ready.read_text() == "0.1.0"
            repository.write(second_version(extension_zip, tmp_path / "next"), site)
            go.touch()
            assert process.wait(120) == 0, (tmp_path / "log").read_text()[-4000:]
        finally:
            process.kill()
            process.wait()
    assert ready.read_text() == "0.1.1"
