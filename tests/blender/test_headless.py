"""The command line as a process of its own: every example of docs/blender.md, signals, and a clean stdout."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from live import LiveServer, wait_until

from .conftest import VERSIONS, blender_python

PAGE = Path(__file__).parents[2] / "docs" / "blender.md"
STAND_IN = Path(__file__).parent / "stand_in.py"
COMMAND = ("-b", "--command", "pocket3d")
SLOW = ("--model", "test_steps", "--parameter", "steps=500", "--parameter", "seconds=0.1")


class Blender:
    """A profile with the extension installed, and a folder to work in."""

    def __init__(self, version: str, zip_file: Path, server: LiveServer, folder: Path) -> None:
        self.python = blender_python(version)
        self.folder = folder / "work"
        self.folder.mkdir()
        environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME"}}
        self.environment = environment | {
            "BLENDER_USER_RESOURCES": str(folder / "profile"),
            "TMPDIR": str(folder),
            "POCKET3D_BASE_URL": server.url,
            "POCKET3D_API_KEY": server.token,
        }
        done = self.run("--install", str(zip_file))
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [str(self.python), str(STAND_IN), *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=pipe, stderr=pipe, text=True
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=200)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)


@pytest.fixture(scope="module", params=VERSIONS[-1:])
def blender(
    request: pytest.FixtureRequest,
    extension_zip: Path,
    live_server: LiveServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Blender:
    return Blender(request.param, extension_zip, live_server, tmp_path_factory.mktemp("headless"))


def blocks() -> Iterator[tuple[str, str, str]]:
    """Language, text and the line before of every example."""
    page = PAGE.read_text(encoding="utf-8")
    for match in re.finditer(r"^```(\w+)\n(.*?)^```$", page, re.M | re.S):
        yield match[1], match[2], page[: match.start()].rstrip().rpartition("\n")[2]


def test_every_example_of_the_page(blender: Blender) -> None:
    key = ""
    ran = 0
    for language, text, before in blocks():
        named = re.search(r"`([\w.]+\.(?:csv|py))`", before)
        if named:
            (blender.folder / named[1]).write_text(text)
        if language != "sh":
            continue
        for line in text.splitlines():
            program, *arguments = shlex.split(line.replace("KEY", key))
            assert program == "blender", line
            done = blender.run(*arguments)
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
            ran += 1
            if "--no-wait" in arguments:
                key = done.stdout.split()[0]
            if "--json" in arguments:
                assert json.loads(done.stdout)["status"] == "completed"
    assert ran >= 10
    assert {"chair.blend", "mug.glb", "mug_2.glb", "room.blend", "room_from_python.blend"} <= {
        file.name for file in blender.folder.iterdir()
    }
    report = json.loads((blender.folder / "prompts.report.json").read_text())
    assert (report["done"], report["failed"]) == (5, 0)


def test_the_page_lists_every_column_and_exit_code(blender: Blender) -> None:
    page = PAGE.read_text(encoding="utf-8")
    words = blender.run(*COMMAND, "--help").stdout
    for code in re.findall(r"^  (\d+) ", words, re.M):
        assert f"| {code} |" in page
    columns = re.findall(r"^  (\w+) +.* \(.*\)$", blender.run(*COMMAND, "batch", "--help").stdout, re.M)
    assert len(columns) > 10
    for column in columns:
        assert f"| `{column}` |" in page


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_cancels_on_the_server(blender: Blender, live_server: LiveServer, number: int) -> None:
    prompt = f"a cube {int(number)} {time.time()}"
    process = blender.start(*COMMAND, "generate", "--prompt", prompt, *SLOW, "--json")
    wait_until(lambda: running(live_server) or process.poll() is not None, 60)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert json.loads(out)["error"]["code"] == "INTERRUPTED"
    assert not running(live_server)


def running(server: LiveServer) -> list[str]:
    """Jobs that are not over."""
    jobs = server.get("/jobs").json()["jobs"]
    return [j["job_id"] for j in jobs if j["status"] not in ("completed", "error")]
