"""A Ray cluster of several nodes on this machine, for tests and benches: small, without a dashboard, all its own.

Each node is a raylet with workers in a session of its own, so that a node can be lost as machines are: all its
processes killed at once.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tools.server_process import free_port

OBJECTS_MB = 80
"""What each node's object store may hold; Ray takes no less."""
START_S = 60.0


class RayNodes:
    """Nodes by number; the first is the head. ``environment`` is what each node's machine would have set."""

    def __init__(self, cpus: int = 2, **environment: str) -> None:
        self._cpus = cpus
        # Short: the paths of sockets below it may have some hundred letters at most.
        self._folder = Path(tempfile.mkdtemp(prefix="p3dray", dir="/tmp"))
        self._environment = os.environ | environment | {"RAY_DISABLE_IMPORT_WARNING": "1"}
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._count = 0
        self.address = ""

    def add(self, cpus: int | None = None, gpus: int = 0, **environment: str) -> int:
        """Start one more node; returns its number. Raises RuntimeError when it does not come up.

        ``gpus``: those that Ray is to believe in; ``environment``: what is set on this node alone.
        """
        number = self._count
        self._count += 1
        self._start(number, self._cpus if cpus is None else cpus, gpus, environment)
        return number

    def bring_head_back(self, cpus: int = 0) -> None:
        """Start a head again at the same address, after it was killed with all nodes: Ray starts none on a machine
        where others still belong to the old one."""
        self._start(0, cpus, 0, {})

    def _start(self, number: int, cpus: int, gpus: int, environment: dict[str, str]) -> None:
        # Each node has an address of its own, so that a server joins by the head's node and not by one to be killed.
        command = [sys.executable, "-c", "from ray.scripts.scripts import main; main()", "start", "--block"]
        command += ["--node-ip-address", f"127.0.0.{number + 1}"]
        command += ["--num-cpus", str(cpus), "--num-gpus", str(gpus)]
        command += ["--object-store-memory", str(OBJECTS_MB * 1024 * 1024), "--include-log-monitor", "False"]
        command += ["--disable-usage-stats"]
        if number:
            command += ["--address", self.address]
        else:
            self.address = self.address or f"127.0.0.1:{free_port()}"
            port = self.address.rpartition(":")[2]
            command += ["--head", "--port", port, "--temp-dir", str(self._folder)]
            command += ["--include-dashboard", "False"]
        own = environment | {"POCKET3D_DATA_DIR": str(self.folder(number))}
        log_file = self._folder / f"node{number}.log"
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                command,
                env=self._environment | own,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._processes[number] = process
        until = time.monotonic() + START_S
        while b"Ray runtime started" not in log_file.read_bytes():
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"Ray did not start:\n{log_file.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def folder(self, number: int) -> Path:
        """The data folder of a node's machine."""
        return self._folder / f"machine{number}"

    def kill(self, number: int) -> None:
        """Lose a node: kill -9 of all that it started."""
        process = self._processes.pop(number)
        process.kill()
        process.wait()
        while running := _of_machine(self.folder(number)):  # some fork while we look
            for one in running:
                with contextlib.suppress(psutil.Error):
                    one.kill()

    def close(self) -> None:
        """Kill all nodes, the head last."""
        for number in sorted(self._processes, reverse=True):
            self.kill(number)
        shutil.rmtree(self._folder, ignore_errors=True)


def _of_machine(folder: Path) -> list[psutil.Process]:
    """All that was started on a node, known by its environment: also what has cut itself loose."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get("POCKET3D_DATA_DIR") == str(folder):
                found.append(process)
    return found
