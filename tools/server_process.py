"""A real server in a process of its own, and a light HTTP client, for the tools that measure and torment it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
BASE = "/api/v1"
START_S = 60.0


class ServerProcess:
    """``pocket3d-server serve`` on a port of its own and a data folder that the caller gives.

    ``program`` is the module that is run; ``settings`` become ``POCKET3D_*`` variables.
    """

    def __init__(
        self, data_dir: Path, log_file: Path, program: str = "pocket3d_server", **settings: object
    ) -> None:
        self.data_dir = data_dir
        self.log_file = log_file
        self._program = program
        self._settings = {f"POCKET3D_{name.upper()}": str(value) for name, value in settings.items()}
        self._port_file = log_file.with_suffix(".port.json")
        self.process: subprocess.Popen[bytes]
        self.port = 0
        self.token = ""

    def start(self) -> None:
        """Start, or start again on the same data; returns when it listens. Raises RuntimeError when it ends first."""
        self._port_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", self._program, "serve", "--port", str(self.port)]
        command += ["--data-dir", str(self.data_dir), "--port-file", str(self._port_file)]
        command += ["--parent-pid", str(os.getpid())]  # dies with us, however we end
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=os.environ | self._settings, stdout=log, stderr=log
            )
        wait_until(lambda: self._port_file.exists() or self.process.poll() is not None, START_S)
        if self.process.poll() is not None:
            tail = self.log_file.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"the server did not start:\n{tail}")
        found = json.loads(self._port_file.read_text())
        self.port = found["port"]
        self.token = Path(found["token_file"]).read_text().strip()

    @property
    def runs(self) -> bool:
        """Whether it was started and has not ended."""
        return hasattr(self, "process") and self.process.poll() is None

    @property
    def pid(self) -> int:
        """Of the server; its runners have their own."""
        return self.process.pid

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """CPU time that it has used, without its runners."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    def client(self, token: str | None = None) -> Client:
        """A connection with this bearer token, or with that of the machine's user."""
        return Client(self.port, token or self.token)

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to stop, and kill it when it does not within 20 seconds."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()


class Client:
    """One kept connection for one thread. Any trouble with the connection raises OSError."""

    def __init__(self, port: int, token: str, timeout: float = 30.0) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self._headers = {"Authorization": f"Bearer {token}"}

    def send(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of one request below /api/v1. A JSON value, bytes or an iterable of bytes is sent."""
        given = self._headers | dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            given["Content-Type"] = "application/json"
        try:
            self._connection.request(method, BASE + path, body, given)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except http.client.HTTPException as error:
            self._connection.close()
            raise ConnectionError(str(error)) from error
        except OSError:
            self._connection.close()
            raise

    def json(self, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """The answer's JSON. Raises RuntimeError for an answer that is no success."""
        status, content = self.send(method, path, body, headers)
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {content[:500]!r}")
        return dict(json.loads(content))

    def submit(self, model: str, **parameters: Any) -> str:
        """Queue a job for one of ``tools/engines.py``; returns its id."""
        body = {"text_prompt": "nothing", "model_preference": model, "parameters": parameters}
        return str(self.json("POST", "/mesh/generate", body)["job_id"])

    def status_of(self, job_id: str) -> str:
        """A job's status now."""
        return str(self.json("GET", f"/jobs/{job_id}")["status"])

    def finished(self, ids: list[str], timeout: float = 60, every: float = 0.005) -> list[dict[str, Any]]:
        """These jobs when all have completed. Raises RuntimeError when one has failed."""
        found = []
        for job_id in ids:
            wait_until(lambda: self.status_of(job_id) in ("completed", "error"), timeout, every)  # noqa: B023 - called at once
            job = self.json("GET", f"/jobs/{job_id}")
            if job["status"] != "completed":
                raise RuntimeError(f"a job failed: {job['error']}")
            found.append(job)
        return found

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], Any], timeout: float, every: float = 0.01) -> Any:
    """The first true value of ``condition``. Raises TimeoutError after ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(every)
    raise TimeoutError(f"still not true after {timeout:g} s")


@contextlib.contextmanager
def running(server: ServerProcess) -> Any:
    """The server, started, and stopped at the end."""
    server.start()
    try:
        yield server
    finally:
        server.stop()
