"""A Blender's worth of jobs in a process of its own, without Blender; tests kill it at every step.

PYTHON driver.py HOME URL TOKEN submit|load [STOP]   reads lines from stdin: ``cancel``, ``quit``, ``end``

Prints a line of JSON for each change of a job. STOP is a step at which it waits for ever, so that it can be killed
just there: a method of the worker, before it is called, or after it with a trailing ``+``.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from addon.core.jobs import worker
from addon.core.jobs.job import Job, Task
from addon.core.jobs.runner import JobRunner
from addon.core.meshes.glb import Mesh
from addon.core.request.params import MeshParams, SegmentParams
from addon.core.server.connection import Connection
from addon.core.server.local_server import LocalServer, Paths
from addon.core.server.profiles import Kind, Profile

SAYING = threading.Lock()
PROFILE = "http://the.server"
CUBE = Mesh(
    np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32),
    np.array(
        [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]]
        + [[2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]],
        np.uint32,
    ),
)


def say(**values: Any) -> None:
    """One line for the test, whole whichever thread says it."""
    with SAYING:
        print(json.dumps(values), flush=True)


def stop_at(step: str) -> None:
    """Let the worker wait for ever at a step."""
    name = step.rstrip("+")
    real = getattr(worker.Worker, name)

    def held(self: Any, *arguments: Any, **options: Any) -> Any:
        answer = real(self, *arguments, **options) if step.endswith("+") else None
        say(stopped=step)
        time.sleep(1000)
        return answer

    setattr(worker.Worker, name, held)


def wait(runner: JobRunner, job: Job, on_change: Callable[[Job], None] | None = None) -> Job:
    """Take in what the workers say until a job is READY or has ended."""
    while job.state.active:
        if runner.poll() and on_change:
            on_change(job)
        time.sleep(0.02)
    return job


def task(image: str) -> Task:
    """Something that takes a second, from a picture if one is given; ``mesh`` asks for parts of a cube."""
    if image == "mesh":
        return Task("Cube", SegmentParams("test_halves"), CUBE, targets=("a target",))
    steps = {"steps": 8, "seconds": 0.2}
    images = (image,) if image else ()
    return Task("A cube", MeshParams("test_steps", parameters=steps, text_prompt="a cube", images=images))


def main(home: str, url: str, token: str, action: str, stop: str = "", image: str = "") -> None:
    """Run until told to quit."""
    address = Path(url)

    def connect(profile: str) -> Any:
        now = json.loads(address.read_text())["url"] if address.suffix == ".json" else url
        local = LocalServer(Paths(Path("none"), Path("none")), "python")
        return Connection(Profile(Kind.REMOTE, now, token), local, False).connect()

    if stop:
        stop_at(stop)
    runner = JobRunner(connect, Path(home), lambda: PROFILE)
    runner.load()
    if action == "submit":
        say(key=runner.submit(task(image)).key)
    words: list[str] = []
    threading.Thread(target=lambda: words.extend(sys.stdin), daemon=True).start()
    while True:
        for job in runner.poll():
            say(key=job.key, state=job.state, job_id=job.job_id, mine=job.mine, place=job.queue_position)
        word = words.pop(0).strip() if words else ""
        if word == "cancel":
            for job in list(runner.jobs.values()):
                runner.cancel(job.key)
                say(key=job.key, state=job.state)
        if word == "end":
            for job in list(runner.jobs.values()):
                runner.cancel(job.key)
            return
        if word == "quit":
            runner.close()
            return
        time.sleep(0.02)


if __name__ == "__main__":
    main(*sys.argv[1:])
