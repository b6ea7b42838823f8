"""Builds ``deploy/Dockerfile`` and tries the image out; without Docker, replays it.

    python build.py bench container [--target cuda] [--replay] [--python /usr/bin/python3.11] [--folder DIR]

Where a Docker daemon answers, the image is built for real: it must become healthy, finish a job, end with status 0 when
it is asked to, and know the job when it runs again on the same volume.

Else, or with ``--replay``, its steps run in a folder, then its command as its user. The packages are installed by the file's own ``RUN`` lines. The server runs with its variables, as user 10001 where this
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
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools import containers
from tools.server_process import Client, free_port, wait_until

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
            do_a_job(client)
            server.send_signal(signal.SIGTERM)
            if code := server.wait(40):
                raise RuntimeError(f"the server ended with {code}:\n{log.read_text()[-2000:]}")
            print("stopped")
        finally:
            server.kill()
            server.wait()


class Engine:
    """The image, built and run by Docker."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.image = f"pocket3d-server:{target}"
        self.name = f"pocket3d-bench-{os.getpid()}"

    @staticmethod
    def answers() -> bool:
        """Whether there is a Docker with a daemon."""
        found = shutil.which("docker")
        return found is not None and subprocess.run([found, "info"], capture_output=True).returncode == 0

    def docker(self, *command: str) -> str:
        """What a command of Docker says."""
        return subprocess.run(
            ["docker", *command], check=True, stdout=subprocess.PIPE, text=True
        ).stdout.strip()

    def build(self) -> None:
        """As the Dockerfile's head says."""
        file = str(ROOT / "deploy" / "Dockerfile")
        self.docker("build", "--file", file, "--target", self.target, "--tag", self.image, str(ROOT))

    def healthy(self) -> bool:
        """As Docker sees it."""
        return self.docker("inspect", "--format", "{{.State.Health.Status}}", self.name) == "healthy"

    def try_out(self) -> None:
        """Serve, be healthy, do a job, end, know it. Raises RuntimeError or TimeoutError when one of these fails."""
        port = free_port()
        how = ["--detach", "--init", "--stop-timeout", "45", "--publish", f"127.0.0.1:{port}:7263"]
        try:
            self.docker("run", *how, "--name", self.name, "--volume", f"{self.name}:/data", self.image)
            wait_until(self.healthy, 120, 0.5)
            print("healthy", flush=True)
            said = self.docker("exec", self.name, "pocket3d-server", "keys", "create", "bench").split()
            client = Client(port, next(word for word in said if word.startswith("p3d_")))
            do_a_job(client)
            self.docker("stop", self.name)
            if code := int(self.docker("inspect", "--format", "{{.State.ExitCode}}", self.name)):
                raise RuntimeError(f"the server ended with {code}")
            print("stopped", flush=True)
            self.docker("start", self.name)
            wait_until(self.healthy, 120, 0.5)
            client.close()
            if [job["status"] for job in client.json("GET", "/jobs")["jobs"]] != ["completed"]:
                raise RuntimeError("the job is not known after a restart")
            print("started again, and the job is known")
        finally:
            for remove in (["rm", "--force"], ["volume", "rm"]):
                subprocess.run(["docker", *remove, self.name], capture_output=True)


def do_a_job(client: Client) -> None:
    """From a prompt to a mesh. Raises RuntimeError when it fails."""
    job = client.json("POST", "/mesh/generate", {"text_prompt": "a wooden chair"})["job_id"]
    client.finished([job], timeout=120, every=0.2)
    print("a job is done", flush=True)


def words(text: str) -> list[str]:
    """An instruction in its JSON form."""
    return [str(word) for word in json.loads(text)]


def copy(source: Path, target: Path) -> None:
    """As ``COPY``."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=LEFT_OUT)
    else:
        shutil.copy(source, target)


def megabytes(folder: Path) -> int:
    """What the files below a folder take."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink()) // 1_000_000


def main() -> int:
    """Build, measure, try out."""
    parser = argparse.ArgumentParser(prog="build.py bench container", description=__doc__.partition("\n")[0])
    parser.add_argument("--target", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--folder", type=Path, help="where the folder is made that is deleted at the end")
    parser.add_argument("--python", default=sys.executable, help="stands for the image's; default: this one")
    parser.add_argument("--replay", action="store_true", help="also where Docker answers")
    options = parser.parse_args()
    if not options.replay and Engine.answers():
        engine = Engine(options.target)
        began = time.monotonic()
        engine.build()
        size = int(engine.docker("image", "inspect", "--format", "{{.Size}}", engine.image))
        print(f"built in {time.monotonic() - began:.0f} s: {size // 1_000_000} MB", flush=True)
        engine.try_out()
        return 0
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
