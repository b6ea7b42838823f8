"""A real server process on a real socket, and what tests do with it. ``conftest`` has the fixtures."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import requests
from pocket3d_server.cli.main import main as server_command
from pocket3d_server.config import load
from pocket3d_server.database import Database

TESTS = Path(__file__).parent
ENGINES = [
    "Stuck",
    "Unloadable",
    "Steps",
    "Refuses",
    "Broken",
    "Crashes",
    "Hangs",
    "Empty",
    "Unready",
    "Paint",
    "Halves",
    "Bones",
    "Weighted",
    "WeightedToo",
    "Huge",
]
BASE = "/api/v1"


class LiveServer:
    """``python -m pocket3d_server serve`` in a data folder of its own, with the engines of ``engines.py``."""

    prefix: tuple[str, ...] = ()
    """A command that runs the server's command."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.port_file = folder / "port.json"
        self.log_file = folder / "server.log"
        self._environment = environment
        self.process: subprocess.Popen[bytes]
        self.start(*arguments)

    def start(self, *arguments: str) -> None:
        """Start, or start again on the same data."""
        self.port_file.unlink(missing_ok=True)
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")]),
            "POCKET3D_EXTRA_ENGINES": ",".join(f"engines:{name}" for name in ENGINES),
            "POCKET3D_CPU_JOBS": "2",
            "POCKET3D_WARM_PROCESSES": "16",  # enough for all engines; none is loaded twice
            "POCKET3D_ANONYMOUS_REQUESTS_PER_MINUTE": "100000",  # all tests come from one address
        }
        command = [sys.executable, "-m", "pocket3d_server", "serve", "--port", "0"]
        if "--parent-pid" not in arguments:
            command += ["--parent-pid", str(os.getpid())]  # dies with the tests, however they end
        command += ["--data-dir", str(self.data_dir), "--port-file", str(self.port_file), *arguments]
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, *command], env=environment | self._environment, stderr=log, stdout=log
            )
        wait_until(lambda: self.port_file.exists() or self.process.poll() is not None, 30)
        assert self.process.poll() is None, self.log_file.read_text()
        found = json.loads(self.port_file.read_text())
        self.url: str = found["url"]
        self.token = Path(found["token_file"]).read_text().strip()

    def request(self, method: str, path: str, *, token: str | None = "", **options: Any) -> requests.Response:
        """One request below /api/v1 with the loopback token, another one, or (None) without any."""
        headers = dict(options.pop("headers", {}))
        bearer = self.token if token == "" else token
        if bearer:
            headers.setdefault("Authorization", f"Bearer {bearer}")
        return requests.request(method, self.url + BASE + path, headers=headers, timeout=60, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> requests.Response:
        return self.request("POST", path, json=json, **options)

    def submit(self, model: str = "test_steps", **parameters: Any) -> str:
        """Queue a mesh job for a test engine; returns its id."""
        body = {"text_prompt": "a cube", "model_preference": model, "parameters": parameters}
        answer = self.post("/mesh/generate", body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job_id"])

    def job(self, job_id: str) -> dict[str, Any]:
        answer = self.get(f"/jobs/{job_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def wait(self, job_id: str, timeout: float = 30) -> dict[str, Any]:
        """The job when it has ended."""
        wait_until(lambda: self.job(job_id)["status"] in ("completed", "error"), timeout)
        return self.job(job_id)

    def events(self, job_id: str, **headers: str) -> list[dict[str, Any]]:
        """All server-sent events until the stream ends."""
        answer = self.get(f"/jobs/{job_id}/events", headers=headers)
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        lines = answer.text.splitlines()
        return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]

    def cli(self, *arguments: str) -> str:
        """Output of a command on the same data folder."""
        return run_cli(*arguments, "--data-dir", str(self.data_dir), **self._environment)

    def open_database(self) -> Database:
        """The database that it uses; the caller closes it."""
        environment = {"POCKET3D_DATA_DIR": str(self.data_dir)} | self._environment
        return Database(load(environ=environment).database)

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """Ask it to stop; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(15)
        self.kill()
        raise AssertionError("the server did not stop")


class Said(NamedTuple):
    """What a command said and how it ended, as ``subprocess.run`` would tell."""

    returncode: int
    stdout: str
    stderr: str


def said(
    main: Callable[[list[str]], int], *arguments: str, folder: Path | None = None, **environment: str
) -> Said:
    """Run a command's ``main`` in this process, which has imported all that it needs."""
    out, err, before = io.StringIO(), io.StringIO(), dict(os.environ)
    os.environ.update(environment)
    try:
        with (
            contextlib.chdir(folder or Path.cwd()),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main(list(arguments))
    except SystemExit as end:  # argparse's
        code = end.code if isinstance(end.code, int) else 1
    finally:
        os.environ.clear()
        os.environ.update(before)
    return Said(code, out.getvalue(), err.getvalue())


def run_cli(*arguments: str, **environment: str) -> str:
    """Output of ``pocket3d-server`` with these arguments and variables."""
    done = said(server_command, *arguments, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def wait_until(condition: Callable[[], Any], timeout: float = 10) -> Any:
    """The first true value of ``condition``; fails after ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"still not true after {timeout} s")


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def assert_refused(answer: requests.Response, status: int, code: str, about: str = "") -> dict[str, Any]:
    """The documented envelope, with advice, and with ``about`` in the message or the details."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"error_code", "message", "details", "timestamp", "request_id"}
    assert body["error_code"] == code
    assert len(body["details"]["suggestion"]) > 5
    assert isinstance(body["details"]["retryable"], bool)
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert about in body["message"] + json.dumps(body["details"], ensure_ascii=False)
    return dict(body)
