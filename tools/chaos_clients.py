"""Clients for ``bench_chaos``: they submit, cancel, delete and chain jobs, and never give a request up.

A client repeats what was not answered, with the same Idempotency-Key, as the SDKs do; so whatever it notes down
as answered must be true of the server at the end.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tools.server_process import Client

MOST_UNFINISHED = 5
"""Jobs of one client that may be under way."""
TIMEOUT_S = 5.0
KINDS = {"paced": 60, "noop": 12, "fails": 8, "poison": 2, "litters": 10, "copies": 12}
"""How often each engine is asked for."""


@dataclass
class Known:
    """What a client knows of one of its jobs."""

    job_id: str
    kind: str
    source: str = ""
    """The job whose result it was given."""
    cancelled: bool = False
    """The server has said that it is cancelled."""
    deleted: bool = False
    """The server has said that it is deleted."""
    ended: str = ""
    """``completed`` or the error's code, when the client has seen it."""


@dataclass
class Ledger:
    """What one account's client has been told."""

    jobs: dict[str, Known] = field(default_factory=dict)
    """By job id; answered submits only."""
    repeated: int = 0
    """Submits that had to be sent more than once."""
    contradictions: list[str] = field(default_factory=list)
    """Answers that cannot all be true."""


class Customer(threading.Thread):
    """One account at work until it is told to stop."""

    def __init__(self, name: str, ports: list[int], token: str, seed: str, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.told = Ledger()
        self.failure: BaseException | None = None
        self.token = token
        self._clients = [Client(port, token, timeout=TIMEOUT_S) for port in ports]
        self._random = random.Random(seed)
        self._stop_event = stop
        self._count = 0

    def run(self) -> None:
        """Act at random."""
        try:
            while not self._stop_event.is_set():
                unfinished = [job for job in self.told.jobs.values() if not job.ended]
                finished = [job for job in self.told.jobs.values() if job.ended and not job.deleted]
                action = self._random.random()
                if len(unfinished) >= MOST_UNFINISHED or (unfinished and action < 0.25):
                    self._look(self._random.choice(unfinished))
                elif unfinished and action < 0.35:
                    self._cancel(self._random.choice(unfinished))
                elif finished and action < 0.45:
                    self._delete_job(self._random.choice(finished))
                else:
                    self._submit(finished)
                self._stop_event.wait(self._random.uniform(0.0, 0.15))
        except BaseException as error:
            self.failure = error
            raise

    def _submit(self, finished: list[Known]) -> None:
        kind = self._random.choices(list(KINDS), list(KINDS.values()))[0]
        done = [job for job in finished if job.ended == "completed"]
        path, body, source = "/mesh/generate", {"text_prompt": "a thing"}, ""
        if kind == "copies":
            if not done:
                return
            source = self._random.choice(done).job_id
            path, body = "/texture/generate", {"text_prompt": "a thing", "mesh_file": f"job:{source}"}
        elif kind in ("paced", "litters"):
            body["parameters"] = {  # type: ignore[assignment]
                "steps": self._random.randint(1, 8),
                "seconds": self._random.uniform(0.0, 0.08),
            }
        self._count += 1
        headers = {"Idempotency-Key": f"{self.name}-{self._count}"}
        request = body | {"model_preference": f"bench_{kind}", "seed": self._count}
        status, answer, tries = self._ask("POST", path, request, headers)
        if status != 202:
            if not source:  # the source of a chain may have been deleted
                self.told.contradictions.append(f"submit of {kind}: {status} {answer}")
            return
        job_id = answer["job_id"]
        if job_id in self.told.jobs:
            self.told.contradictions.append(f"two keys were answered with {job_id}")
        self.told.jobs[job_id] = Known(job_id, kind, source)
        self.told.repeated += tries > 1
        if self._random.random() < 0.1:  # an answer that was lost on its way: the same key again
            status, again, _ = self._ask("POST", path, request, headers)
            if (status, again.get("job_id")) != (202, job_id):
                self.told.contradictions.append(f"repeated submit of {job_id}: {status} {again}")

    def _look(self, job: Known) -> None:
        status, answer, _ = self._ask("GET", f"/jobs/{job.job_id}")
        if status != 200:
            self.told.contradictions.append(f"{job.job_id} cannot be read: {status} {answer}")
            job.ended = "lost"
        elif answer["status"] in ("completed", "error"):
            job.ended = "completed" if answer["status"] == "completed" else answer["error"]["error_code"]

    def _cancel(self, job: Known) -> None:
        status, answer, _ = self._ask("POST", f"/jobs/{job.job_id}/cancel")
        if status == 200:
            job.ended = answer["error"]["error_code"]
            job.cancelled = job.ended == "CANCELLED"
        elif status != 409:  # 409: it was completed meanwhile
            self.told.contradictions.append(f"cancel of {job.job_id}: {status} {answer}")

    def _delete_job(self, job: Known) -> None:
        status, answer, tries = self._ask("DELETE", f"/jobs/{job.job_id}")
        if status == 204 or (status == 404 and tries > 1):
            job.deleted = True
        elif status != 409 or not self._needs(answer["details"].get("jobs"), job):
            self.told.contradictions.append(f"delete of {job.job_id}: {status} {answer}")

    def _needs(self, job_ids: list[str] | None, source: Known) -> bool:
        """Whether these are jobs of ours that were given the result of another."""
        return bool(job_ids) and all(
            self.told.jobs[job_id].source == source.job_id for job_id in job_ids or ()
        )

    def _ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any], int]:
        """Status, JSON and number of tries; repeated at any server until one has answered for good."""
        tries = 0
        while True:
            tries += 1
            try:
                client = self._random.choice(self._clients)
                status, content = client.send(method, path, body, headers)
                if status < 429 and not (status == 409 and b"being handled" in content):
                    return status, json.loads(content) if content else {}, tries
            except OSError:
                pass  # that server is away
            time.sleep(self._random.uniform(0.02, 0.2))


def until_all_have_ended(customers: list[Customer], is_over: Callable[[], bool], timeout: float) -> bool:
    """Wait for the threads, then until the server has nothing left to do. False when that takes too long."""
    deadline = time.monotonic() + timeout
    for customer in customers:
        customer.join(max(0.0, deadline - time.monotonic()))
    while time.monotonic() < deadline:
        if is_over():
            return True
        time.sleep(0.1)
    return False
