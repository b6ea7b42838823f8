"""Replays ``deploy/Dockerfile`` without Docker: its steps in a folder, then its command as its user.

    python build.py bench container [--target cuda] [--python /usr/bin/python3.11] [--folder DIR]

The packages are installed by the file's own ``RUN`` lines. The server runs with its variables, as user 10001 where this
program runs as root and that user can read this Python; it must answer the image's health check, finish a job, and end
with status 0 when it is asked to. What an image has beside that, Debian's own files above all, is not tried.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools import containers
from tools.server_process import Client, wait_until

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info", "build")
USER = 10001


class Replay:
    """The image's file system below ``folder``."""

    def __init__(self, folder: Path, target: str, python: str) -> None:
        self.folder = folder
        self.python = python
        self.stages = containers.stages((ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8"))
        self.target = target
        self.data = folder / "data"

    def here(self, text: str) -> str:
        """A line of the file, with its folders below ours."""
        return re.sub(r"(?<![\w/.])/(opt/pocket3d|build|data|models)\b", rf"{self.folder}/\1", text)

    def build(self) -> None:
        """Run the steps that install packages."""
        build = self.folder / "build"
        build.mkdir()
        arguments: dict[str, str] = {}
        for step in containers.instructions_of(f"build-{self.target}", self.stages):
            if step.word == "ARG":
                name, _, value = step.text.partition("=")
                arguments[name] = value
            elif step.word == "COPY":
                *sources, _ = step.text.split()
                for source in sources:
                    copy(ROOT / source, build / Path(source).name)
            elif step.word == "RUN":
                line = self.here(step.text)
                if line.startswith("python "):
                    line = f"{shlex.quote(self.python)} {line.removeprefix('python ')}"
                print(f"RUN {step.text}", flush=True)
                subprocess.run(["sh", "-euc", line], cwd=build, env=os.environ | arguments, check=True)

    def can_be_run(self) -> bool:
        """Whether the image's user may run this machine's Python, which may lie in somebody's home."""
        try:
            subprocess.run(
                [self.folder / "opt/pocket3d/bin/python", "-c", ""], user=USER, cwd="/", check=True
            )
        except OSError:
            return False
        return True

    def try_out(self) -> None:
        """Serve, be healthy, do a job, end. Raises RuntimeError or TimeoutError when one of these fails."""
        port = free_port()
        steps = containers.instructions_of(self.target, self.stages)
        variables = {"PATH": os.environ["PATH"], "POCKET3D_PORT": str(port)}
        for step in steps:
            if step.word == "ENV":
                for name, value in (pair.split("=", 1) for pair in shlex.split(self.here(step.text))):
                    variables[name] = value.replace("$PATH", variables["PATH"])
        user = USER if os.geteuid() == 0 and self.can_be_run() else None
        print(f"serving as user {user or os.geteuid()}", flush=True)
        for name in ("data", "models"):
            (self.folder / name).mkdir()
            if user:
                os.chown(self.folder / name, USER, USER)
        told = {step.word: step.text for step in steps}
        command = [*words(told["ENTRYPOINT"]), *words(told["CMD"])]
        health = words(told["HEALTHCHECK"].partition("CMD ")[2])
        health = [word.replace(":7263", f":{port}") for word in health]
        command[0], health[0] = (
            str(shutil.which(word, path=variables["PATH"])) for word in (command[0], health[0])
        )
        log = self.folder / "log"
        with log.open("wb") as file:
            server = subprocess.Popen(
                command,
                cwd=self.data,
                env=variables,
                stderr=file,
                user=user,
                group=user,
                extra_groups=[] if user else None,
            )
        try:
            wait_until(
                lambda: subprocess.run(health, env=variables, stderr=subprocess.DEVNULL).returncode == 0,
                60,
                0.5,
            )
            print("healthy")
            client = Client(port, (self.data / "token").read_text().strip())
            job = client.json("POST", "/mesh/generate", {"text_prompt": "a wooden chair"})["job_id"]
            wait_until(
                lambda: client.json("GET", f"/jobs/{job}")["status"] in ("completed", "error"), 120, 0.2
            )
            status = client.json("GET", f"/jobs/{job}")["status"]
            if status != "completed":
                raise RuntimeError(f"the job ended with {status}:\n{log.read_text()[-2000:]}")
            print("a job is done")
            server.send_signal(signal.SIGTERM)
            if code := server.wait(40):
                raise RuntimeError(f"the server ended with {code}:\n{log.read_text()[-2000:]}")
            print("stopped")
        finally:
            server.kill()
            server.wait()


def words(text: str) -> list[str]:
    """An instruction in its JSON form."""
    return [str(word) for word in json.loads(text)]


def copy(source: Path, target: Path) -> None:
    """As ``COPY``."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=LEFT_OUT)
    else:
        shutil.copy(source, target)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def megabytes(folder: Path) -> int:
    """What the files below a folder take."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink()) // 1_000_000


def main() -> int:
    """Build, measure, try out."""
    parser = argparse.ArgumentParser(prog="build.py bench container", description=__doc__.partition("\n")[0])
    parser.add_argument("--target", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--folder", type=Path, help="where the folder is made that is deleted at the end")
    parser.add_argument("--python", default=sys.executable, help="stands for the image's; default: this one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pocket3d-image-", dir=options.folder) as name:
        folder = Path(name)
        folder.chmod(0o755)
        replay = Replay(folder, options.target, options.python)
        began = time.monotonic()
        replay.build()
        seconds = time.monotonic() - began
        print(
            f"installed in {seconds:.0f} s: {megabytes(folder / 'opt')} MB beside the base image", flush=True
        )
        replay.try_out()
    return 0


if __name__ == "__main__":
    sys.exit(main())
