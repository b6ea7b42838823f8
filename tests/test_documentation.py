"""The documentation: its site builds, and every command and program in it is run as it stands there.

Nobody can have every machine: a command that downloads, serves other machines or needs a GPU is read by the program's
own parser instead. A line that nothing here takes fails the test, so that no page says what nobody has tried.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from live import LiveServer, wait_until
from pocket3d import cli as client_command
from pocket3d_server.cli.main import _parser as server_parser
from pocket3d_server.cli.main import main as server_command

from tools import javascript

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "sdk").glob("*/README.md")),
]
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=indent)```", re.M | re.S)
READ_ELSEWHERE = {"docs/blender.md"}
"""``tests/blender/test_headless.py`` runs this page in Blender."""
NOT_HERE = (
    "install",
    "accept",
    "remove",
    "show",
    "--host",
    "rotate",
    "revoke",
    "acc_",
    "retry",
    "PID",
    "backup",
    "restore",
)
"""What a command with this in it needs is not here: a network, others' machines, a key or a job by name."""
ADDRESS = "https://93.184.215.14/hook"
"""Stands for an address of the reader's own; no name is looked up for it."""


class Block(NamedTuple):
    """A fenced block of a page."""

    page: str
    language: str
    text: str


def blocks() -> Iterator[Block]:
    for page in PAGES:
        name = page.relative_to(ROOT).as_posix()
        for found in FENCE.finditer(page.read_text(encoding="utf-8")):
            indent = len(found["indent"])
            text = "\n".join(line[indent:] for line in found["text"].splitlines())
            yield Block(name, found["language"], text)


def commands() -> Iterator[tuple[str, str]]:
    """Page and line of every command in a shell."""
    for page, language, text in blocks():
        is_shell = language == "sh" or (
            not language and re.match(r"(pocket3d|pocket3d-server|python) ", text)
        )
        if is_shell and page not in READ_ELSEWHERE:
            yield from ((page, line) for line in text.splitlines() if line.strip())


def programs(language: str) -> list[str]:
    """Pages with programs in a language."""
    return sorted({b.page for b in blocks() if b.language == language} - READ_ELSEWHERE)


def test_the_site_builds(tmp_path: Path) -> None:
    """Strictly: a link that leads nowhere, or a page that is in no list, is an error."""
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    api = (tmp_path / "site" / "api" / "index.html").read_text()
    assert "/api/v1/mesh/generate" in api
    assert "wait_for_completion" in (tmp_path / "site" / "python" / "index.html").read_text()


@pytest.mark.parametrize("page", programs("python"))
def test_python(page: str, live_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POCKET3D_BASE_URL", live_server.url)
    monkeypatch.setenv("POCKET3D_API_KEY", live_server.token)
    names: dict[str, Any] = {}
    for block in blocks():
        if (block.page, block.language) != (page, "python") or "--8<--" in block.text:
            continue
        if (
            "standardwebhooks" in block.text
        ):  # a receiver's lines; tests/jobs/webhooks verify with this library
            compile(block.text, page, "exec")
            continue
        text = block.text.replace("DATA_DIR", str(live_server.data_dir))
        text = text.replace("http://127.0.0.1:7263", live_server.url).replace(
            "your_api_key", live_server.token
        )
        text = text.replace("https://your-app.example.org/hook", ADDRESS).replace('"high"', '"low"')
        exec(compile(text, page, "exec"), names)


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node on the PATH")
@pytest.mark.parametrize("page", programs("javascript"))
def test_javascript(page: str, live_server: LiveServer, tmp_path: Path) -> None:
    package = javascript.built()
    modules = tmp_path / "node_modules" / "@pocket3d"
    modules.mkdir(parents=True)
    (modules / "sdk").symlink_to(package, target_is_directory=True)
    environment = {"POCKET3D_BASE_URL": live_server.url, "POCKET3D_API_KEY": live_server.token}
    for number, block in enumerate(b for b in blocks() if (b.page, b.language) == (page, "javascript")):
        text = block.text.replace("your_api_key", live_server.token).replace("'high'", "'low'")
        (tmp_path / f"{number}.mjs").write_text(text, encoding="utf-8")
        done = subprocess.run(
            ["node", f"{number}.mjs"],
            cwd=tmp_path,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, block.text + done.stderr


def words_of(line: str) -> list[str]:
    """A line as a shell reads it, without comments, optional parts and what is set before it."""
    words = shlex.split(re.sub(r"\s*\[[^\]]*\](?=\s|$)", "", line), comments=True)
    while words and "=" in words[0]:
        words.pop(0)
    return words


@pytest.mark.parametrize(("page", "line"), list(dict.fromkeys(commands())))
def test_commands_are_known(page: str, line: str) -> None:
    """Every command is one that the program takes."""
    words = words_of(line)
    program = Path(words[0]).name
    if program == "pocket3d-server":
        server_parser().parse_args([str(os.getpid()) if word == "PID" else word for word in words[1:]])
    elif program == "pocket3d":
        client_command._parser().parse_args(words[1:])
    elif program == "python" and words[1] == "build.py":
        listed = subprocess.run([sys.executable, "build.py"], cwd=ROOT, capture_output=True, text=True)
        assert re.search(rf"\b{words[2]} ", listed.stdout), f"build.py has no {words[2]}"
    elif program == "blender":
        assert line in (ROOT / "docs" / "blender.md").read_text(encoding="utf-8"), (
            "this page is tried in Blender"
        )
    else:
        known = [["python", "-m", "venv"], ["pip", "install"], ["npm", "install"], ["export"]]
        assert any(words[: len(k)] == k or [program, *words[1:]][: len(k)] == k for k in known), line


def test_commands_of_the_server_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those that need nothing from elsewhere, on a data folder of their own."""
    monkeypatch.setenv("POCKET3D_DATA_DIR", str(tmp_path))
    environment = os.environ | {
        "POCKET3D_DATA_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT / "docs" / "examples"),
    }
    for page, line in dict.fromkeys(commands()):
        words = words_of(line)
        if Path(words[0]).name != "pocket3d-server" or any(mark in line.split("#")[0] for mark in NOT_HERE):
            continue
        if words[1] == "open":
            continue  # needs a browser; tests/api/test_page.py
        if words[1] == "serve":
            serves(words[2:], environment, tmp_path)
            continue
        assert server_command(words[1:]) == 0, f"{page}: {line}\n{capsys.readouterr().err}"


def serves(arguments: list[str], environment: dict[str, str], folder: Path) -> None:
    """The server comes up with these arguments, at a port of its own."""
    port_file = folder / "port.json"
    command = [sys.executable, "-m", "pocket3d_server", "serve", *arguments]
    with (folder / "serve.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--port", "0", "--port-file", str(port_file)], env=environment, stderr=log
        )
        try:
            wait_until(lambda: port_file.exists() or process.poll() is not None, 30)
            assert port_file.exists(), (folder / "serve.log").read_text()
        finally:
            process.terminate()
            process.wait(30)


def test_commands_of_the_client_run(
    live_server: LiveServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Page by page, each in a folder of its own."""
    monkeypatch.setenv("POCKET3D_BASE_URL", live_server.url)
    monkeypatch.setenv("POCKET3D_API_KEY", live_server.token)
    for page, line in dict.fromkeys(commands()):
        words = words_of(line)
        if words[0] != "pocket3d":
            continue
        folder = tmp_path / page.replace("/", "_")
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        arguments = ["car.glb" if word == "hero.glb" else word for word in words[1:]]
        if "rig" in arguments:
            arguments += ["--type", "generic"]  # nobody has a hero here
        if "generate" in arguments and "--quality" not in arguments:
            arguments += ["--quality", "low"]
        if "texture" in arguments:
            arguments += ["--texture-resolution", "512"]
        assert client_command.main(arguments) == 0, f"{page}: {line}\n{capsys.readouterr().err}"


def test_the_engine_of_the_page_works(
    own_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example engine, served as the page says: found, described, and its relief is the picture's."""
    import numpy as np
    from PIL import Image
    from pocket3d import Pocket3DAPIError, Pocket3DClient
    from pocket3d_server.geometry.read import read_asset

    path = os.pathsep.join([str(ROOT / "docs" / "examples"), str(ROOT / "tests")])
    server = own_server("--engine", "relief:Relief", POCKET3D_EXTRA_ENGINES="", PYTHONPATH=path)
    client = Pocket3DClient(server.token, server.url)
    (model,) = [m for m in client.models.list() if m.model_id == "relief"]
    assert model.ready
    assert model.parameters["properties"]["height"]["maximum"] == 1
    picture = tmp_path / "ramp.png"
    Image.fromarray(np.tile(np.linspace(0, 255, 64, dtype=np.uint8), (64, 1))).save(picture)
    job = client.mesh.generate_from_images(
        picture, model_preference="relief", quality="low", parameters={"height": 0.5}
    )
    assert client.wait_for_completion(job, 60).source == "relief"
    vertices, _ = read_asset(client.download(job, tmp_path / "relief.glb")).merged()
    assert np.ptp(vertices, axis=0) == pytest.approx([1, 0.5, 1], abs=0.01)
    assert np.corrcoef(vertices[:, 0], vertices[:, 1])[0, 1] > 0.999, "white is on the right"
    with pytest.raises(Pocket3DAPIError, match="height"):
        client.mesh.generate_from_images(picture, model_preference="relief", parameters={"height": 3})
