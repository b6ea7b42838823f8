"""Puts a server under the load of many users, with Locust (https://locust.io; ``pip install locust``).

    POCKET3D_API_KEYS=KEY,KEY locust --locustfile deploy/locustfile.py --host https://pocket3d.example.org

Each user submits a job, follows its event stream, downloads the result; some also upload a mesh and have it divided
into parts; in between they look at their jobs. Users take turns with the keys. Beside Locust's own table of requests
there are two rows of type ``JOB``: from submit to the end of the job, and the server's own time to the first attempt.

Settings, from the environment: ``POCKET3D_API_KEYS`` (comma-separated), ``POCKET3D_LOAD_PROMPT``,
``POCKET3D_LOAD_MODEL`` and ``POCKET3D_LOAD_PARTS_MODEL`` (which model; by default the server chooses).
"""

from __future__ import annotations

import itertools
import json
import os
import struct
import time
import uuid
from contextlib import closing
from datetime import datetime
from typing import Any

from locust import HttpUser, between, task

BASE = "/api/v1"
PROMPT = os.environ.get("POCKET3D_LOAD_PROMPT", "a wooden chair")
MODEL = os.environ.get("POCKET3D_LOAD_MODEL", "")
PARTS_MODEL = os.environ.get("POCKET3D_LOAD_PARTS_MODEL", "")
KEYS = [key.strip() for key in os.environ.get("POCKET3D_API_KEYS", "").split(",") if key.strip()]
if not KEYS:
    raise SystemExit("Set POCKET3D_API_KEYS to one key or several, with commas between them.")
TURN = itertools.cycle(KEYS)
ENDED = {"job_completed", "job_failed"}


def cube() -> bytes:
    """A cube as binary STL."""
    corners = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [triangle for a, b, c, d in quads for triangle in ((a, b, c), (a, c, d))]
    body = b"".join(
        struct.pack("<12fH", 0, 0, 0, *itertools.chain(*(corners[i] for i in face)), 0) for face in faces
    )
    return bytes(80) + struct.pack("<I", len(faces)) + body


class Artist(HttpUser):
    """One person with a key."""

    wait_time = between(1, 3)

    def on_start(self) -> None:
        """Take the next key."""
        self.client.headers["Authorization"] = f"Bearer {next(TURN)}"

    @task(6)
    def generate(self) -> None:
        """A mesh from a prompt, followed and downloaded."""
        self.whole_job("/mesh/generate", {"text_prompt": PROMPT}, MODEL)

    @task(1)
    def parts(self) -> None:
        """A mesh of one's own, divided into parts."""
        answer = self.client.post(f"{BASE}/mesh/upload", files={"file": ("cube.stl", cube())})
        if answer.ok:
            path = answer.json()["files"][0]
            self.whole_job("/segment/analyze", {"mesh_file": path}, PARTS_MODEL)

    @task(3)
    def look(self) -> None:
        """The list of jobs."""
        self.client.get(f"{BASE}/jobs?limit=20", name=f"{BASE}/jobs")

    def whole_job(self, path: str, body: dict[str, Any], model: str) -> None:
        """Submit, follow to the end, download."""
        began = time.perf_counter()
        if model:
            body = body | {"model_preference": model}
        answer = self.client.post(BASE + path, json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
        if not answer.ok:
            # Locust counts it as failed; who is told to wait, waits.
            time.sleep(float(answer.headers.get("Retry-After", 1)))
            return
        job = answer.json()["job_id"]
        end = self.follow(job)
        failed = None if end == "job_completed" else Exception(f"the job ended with {end}")
        self.report("submit to end", time.perf_counter() - began, failed)
        if failed is None:
            told = self.client.get(f"{BASE}/jobs/{job}", name=f"{BASE}/jobs/ID").json()
            waited = datetime.fromisoformat(told["started_at"]) - datetime.fromisoformat(told["created_at"])
            self.report("queued", waited.total_seconds())
            self.client.get(
                told["result"]["download_url"], name="/download/FILE", headers={"Authorization": None}
            )

    def follow(self, job: str) -> str:
        """Read the job's event stream; the name of its last event."""
        last = "no event"
        path = f"{BASE}/jobs/{job}/events"
        with closing(self.client.get(path, name=f"{BASE}/jobs/ID/events", stream=True)) as stream:
            for line in stream.iter_lines():
                if line.startswith(b"data: "):
                    last = json.loads(line[len(b"data: ") :])["event"]
                    if last in ENDED:
                        break
        return last

    def report(self, name: str, seconds: float, failed: Exception | None = None) -> None:
        """A row of its own in Locust's table."""
        self.environment.events.request.fire(
            request_type="JOB",
            name=name,
            response_time=seconds * 1000,
            response_length=0,
            exception=failed,
            context={},
        )
