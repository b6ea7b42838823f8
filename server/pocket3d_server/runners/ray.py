"""Runs models on the nodes of a Ray cluster: each node has an actor that hosts a pool of local processes.

The server is the only one that decides (``placement`` over all nodes as one machine); nodes start, watch, measure
and kill. Three kinds of threads do the talking. One listens to all nodes, asks the cluster which nodes there are, and
takes them in or gives them up; a few bring files there and back; whoever calls ``stop`` sends it off at once.

An attempt is in its node's book until its final report has been passed on, or until ``stop``. Who takes it out of
the book, under the lock, is the one who may report: so nothing is reported twice, whatever dies when.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pocket3d_server import __version__
from pocket3d_server.metrics import Metrics
from pocket3d_server.models.engine import Missing
from pocket3d_server.runners import ray_cluster
from pocket3d_server.runners.base import (
    Attempt,
    Died,
    Done,
    ProgressReport,
    Report,
    RunnerPool,
    SlotState,
    StopReason,
)
from pocket3d_server.runners.devices import Gpu
from pocket3d_server.runners.fleet import Files, Heard, NodeBook, Orders, Snapshot, node_of
from pocket3d_server.runners.placement import Amounts, Placement, Room
from pocket3d_server.storage import sync

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often the cluster is asked which nodes there are."""
SILENT_S = 6.0
"""A node that has said nothing for this long is given up; it answers every two seconds."""
JOIN_S = 60.0
"""How long a node may take to start its part."""
REFUSED_S = 30.0
"""A node whose part did not start is tried again after this long."""
START_S = 30.0
"""The server waits this long for the nodes that it finds at its start."""
RETURN_S = 120.0
"""A model whose last node has gone still counts as ready for this long: nodes come back."""
CARRIERS = 8
"""Threads that bring files to nodes and back."""
LOST_ADVICE = "Submit it again; if it fails again, try another model or other parameters."


@dataclass(frozen=True)
class RaySettings:
    """The part of the server's settings that matters here."""

    address: str
    data_dir: Path
    extra_engines: tuple[str, ...]
    warm_processes: int
    idle_seconds: float
    job_time_limit: float


class Node:
    """A node's actor, and how far we are with it. ``book`` is there once it has answered."""

    def __init__(self, node_id: str, name: str, actor: Any) -> None:
        self.node_id = node_id
        self.name = name
        self.actor = actor
        self.book: NodeBook | None = None
        self.answer = actor.hello.remote()
        """What we wait for."""
        self.heard = 0
        self.heard_at = time.monotonic()


class RayPool(RunnerPool):
    """The slots of all nodes of a cluster."""

    def __init__(self, settings: RaySettings, metrics: Metrics | None = None) -> None:
        self._settings = settings
        self._metrics = metrics or Metrics()
        self._mark = hashlib.sha256(os.fsencode(settings.data_dir.resolve())).hexdigest()[:16]
        self._ours = secrets.token_hex(4)
        self._cluster: ray_cluster.Cluster | None = None
        self._lock = threading.RLock()
        self._nodes: dict[str, Node] = {}
        """By name; those that have answered and those that have not yet."""
        self._refused: dict[str, float] = {}
        """By id: when a node whose part did not start may be tried again."""
        self._looked_at = 0.0
        self._settled = threading.Event()
        """Every node that was found first has answered, or will not."""
        self._closed = threading.Event()
        self._on_report: Callable[[Report], None] = lambda report: None
        self._crashes: dict[str, int] = {}
        self._ready_at: dict[str, float] = {}
        """By model: when a node last said that it can run there."""
        self._carriers = ThreadPoolExecutor(CARRIERS, thread_name_prefix="carrier")
        self._listener = threading.Thread(target=self._keep_listening, name="fleet", daemon=True)

    def start(self, on_report: Callable[[Report], None]) -> None:
        """Join the cluster and its nodes. Raises SettingsError when it cannot be reached or used."""
        self._on_report = on_report
        self._cluster = ray_cluster.Cluster(self._settings.address, f"pocket3d-{self._mark}")
        self._cluster.end_what_was_left()
        self._listener.start()
        self._settled.wait(START_S)
        with self._lock:
            log.info("%d nodes of the cluster are ours", len(self._books()))

    def room(self) -> Room:
        """All nodes as one machine."""
        with self._lock:
            books = {book.name: book for book in self._books()}
            needs_gpu = {m for book in books.values() for m, device in book.facts.needs if device != "cpu"}
            limits: dict[str, int] = {}
            residents = {}
            slots = []
            for book in books.values():
                limits.update(book.limits)
                residents.update(book.residents())
                slots += book.slots

        def need_of(model_id: str, device: str) -> Amounts | None:
            if model_id in needs_gpu and device.endswith("/cpu"):
                return None  # slowly on a node without a GPU, while others have one
            book = books.get(node_of(device))
            return book.need(model_id, device) if book else None

        return Room(slots, limits, need_of, residents)

    def run(self, attempt: Attempt, placement: Placement) -> None:
        """Note the attempt and have its files brought; what goes wrong later is reported."""
        with self._lock:
            node = self._nodes.get(node_of(placement.slot.slot_id))
            if node and node.book:
                there = node.book.begin(attempt, placement)
                self._carriers.submit(self._bring, node, attempt, there)
                return
        self._on_report(_lost(attempt.key, node_of(placement.slot.slot_id)))

    def stop(self, key: str, reason: str) -> None:
        """Have its processes killed; its slot is free at once."""
        with self._lock:
            for node in self._nodes.values():
                if node.book and (working := node.book.attempts.pop(key, None)):
                    about = {"job_id": working.attempt.job_id, "request_id": working.attempt.request_id}
                    log.info("%s on %s is stopped: %s", key, node.name, reason, extra=about)
                    node.actor.stop.remote(key, str(reason))
                    cause = reason.name.lower() if isinstance(reason, StopReason) else "other"
                    self._metrics.runner_ends.labels(working.attempt.model_id, cause).inc()

    def tidy(self) -> None:
        """Nodes do that themselves."""

    def state(self) -> list[SlotState]:
        """All slots of all nodes."""
        with self._lock:
            return [state for book in self._books() for state in book.states()]

    def crashes_in_a_row(self) -> dict[str, int]:
        """By model; lost nodes do not count."""
        return dict(self._crashes)

    def close(self) -> None:
        """Have all nodes kill what runs, and leave the cluster."""
        self._closed.set()
        if self._listener.is_alive():
            self._listener.join(5)
        with self._lock:
            nodes = list(self._nodes.values())
            self._nodes.clear()
        self._carriers.shutdown(wait=False, cancel_futures=True)
        if self._cluster:
            self._cluster.wait_for_all([node.actor.close.remote() for node in nodes], 5)
            for node in nodes:
                self._cluster.end(node.actor)
            self._cluster.leave()

    # What the catalog asks

    def gpus(self) -> list[Gpu]:
        """All GPUs of all nodes; their numbers are those of their nodes."""
        with self._lock:
            return [gpu for book in self._books() for gpu in book.facts.gpus]

    def nodes_of(self, model_id: str) -> list[str]:
        """The nodes on which a model is ready."""
        with self._lock:
            return [book.name for book in self._books() if any(m == model_id for m, _ in book.facts.needs)]

    def missing(self, model_id: str) -> Missing | None:
        """Why no node can run a model, or None when one can, or could a moment ago."""
        if time.monotonic() - self._ready_at.get(model_id, -RETURN_S) < RETURN_S:
            return None
        with self._lock:
            reasons = {
                book.name: book.facts.missing[model_id]
                for book in self._books()
                if model_id in book.facts.missing
            }
        if not reasons:
            return Missing(
                "no node of the cluster has it.",
                "Start nodes ('ray start') with this model installed; docs/fleet.md says how.",
            )
        name, first = next(iter(reasons.items()))
        where = f"{name}: " if len(reasons) == 1 else f"{len(reasons)} nodes lack something; {name}: "
        return Missing(f"{where}{first.reason}", first.remedy, first.code)

    # Listening

    def _books(self) -> list[NodeBook]:
        return [node.book for node in self._nodes.values() if node.book]

    def _keep_listening(self) -> None:
        while not self._closed.is_set():
            try:
                self._listen()
            except Exception:
                log.exception("the cluster could not be heard")
                self._closed.wait(LOOK_S)

    def _listen(self) -> None:
        cluster = self._cluster
        assert cluster
        if time.monotonic() - self._looked_at >= LOOK_S:
            self._looked_at = time.monotonic()
            self._look(cluster)
        waiting = {node.answer: node for node in self._nodes.values()}
        if not waiting:
            self._settled.set()
            self._closed.wait(LOOK_S)
            return
        for answer in cluster.first_of(list(waiting), LOOK_S / 2):
            self._take(cluster, waiting[answer])
        at = time.monotonic()
        for node in list(self._nodes.values()):
            if at - node.heard_at > (SILENT_S if node.book else JOIN_S):
                self._give_up(cluster, node, f"has said nothing for {at - node.heard_at:.0f} s")
        if all(node.book for node in self._nodes.values()):
            self._settled.set()

    def _look(self, cluster: ray_cluster.Cluster) -> None:
        """Compare our nodes with those of the cluster."""
        there = cluster.nodes()
        known = {node.node_id for node in self._nodes.values()}
        for node in list(self._nodes.values()):
            if node.node_id not in there:
                self._give_up(cluster, node, "has left the cluster")
        for node_id, about in there.items():
            if node_id not in known and time.monotonic() >= self._refused.get(node_id, 0.0):
                name = f"{about.host}-{node_id[:6]}"
                orders = Orders(
                    __version__,
                    self._mark,
                    self._settings.extra_engines,
                    self._settings.warm_processes,
                    self._settings.idle_seconds,
                    self._settings.job_time_limit,
                )
                actor = cluster.begin(
                    f"{node_id}-{self._ours}-{secrets.token_hex(3)}", about, orders, list(there)
                )
                with self._lock:
                    self._nodes[name] = Node(node_id, name, actor)

    def _take(self, cluster: ray_cluster.Cluster, node: Node) -> None:
        """A node has answered."""
        try:
            told: Snapshot | Heard | None = cluster.read(node.answer)
        except ray_cluster.NodeLostError as error:
            self._give_up(cluster, node, str(error))
            return
        if told is not None:  # else it could not be reached just now
            node.heard_at = time.monotonic()
        if isinstance(told, Snapshot):
            with self._lock:
                node.book = NodeBook(node.name, told)
            log.info("node %s is ours, with %d slots", node.name, len(node.book.slots))
        elif told is not None and node.book:
            with self._lock:
                node.book.update(told.snapshot)
            for line in told.log:
                self._log(node, line.level, line.message, line.extra)
            for number, report in told.reports:
                if number == 0 or number > node.heard:
                    self._hear(node, report)
                node.heard = max(node.heard, number)
        if node.book:
            at = time.monotonic()
            self._ready_at.update((model_id, at) for model_id, _ in node.book.facts.needs)
            node.answer = node.actor.listen.remote(node.heard)
        else:
            node.answer = node.actor.hello.remote()

    def _log(self, node: Node, level: int, message: str, extra: dict[str, object]) -> None:
        origin = extra.get("origin")
        log.log(
            level, "%s", message, extra=extra | {"origin": f"{node.name}/{origin}" if origin else node.name}
        )

    def _give_up(self, cluster: ray_cluster.Cluster, node: Node, why: str) -> None:
        """Report what ran there as lost. Should the node come back, it is a new one."""
        log.warning("node %s is given up: %s", node.name, why)
        with self._lock:
            self._nodes.pop(node.name, None)
            lost = list(node.book.attempts) if node.book else []
            if node.book:
                node.book.attempts.clear()
        if node.book is None:
            self._refused[node.node_id] = time.monotonic() + REFUSED_S
        cluster.end(node.actor)
        for key in lost:
            self._on_report(_lost(key, node.name))

    # Reports

    def _hear(self, node: Node, report: Report) -> None:
        assert node.book
        with self._lock:
            working = node.book.attempts.get(report.key)
            if working is None:
                return  # stopped meanwhile
            if isinstance(report, Done) and not working.attempt.storage_url:
                working.computing = False
                self._carriers.submit(self._collect, node, working.attempt, report)
                return
        self._pass_on(node, report)

    def _pass_on(self, node: Node, report: Report) -> bool:
        """Give the scheduler a report of an attempt that is still in the book; whether it was."""
        assert node.book
        with self._lock:
            working = node.book.attempts.get(report.key)
            if working is None:
                return False
            model_id = working.attempt.model_id
            if not isinstance(report, ProgressReport):
                del node.book.attempts[report.key]
        if isinstance(report, Died):
            self._crashes[model_id] = self._crashes.get(model_id, 0) + 1
            self._metrics.runner_ends.labels(model_id, "died").inc()
        elif not isinstance(report, ProgressReport):
            self._crashes.pop(model_id, None)
        self._on_report(report)
        return True

    # Files

    def _bring(self, node: Node, attempt: Attempt, placement: Placement) -> None:
        """Send an attempt with its files, unless it has been stopped meanwhile."""
        try:
            files = {} if attempt.storage_url else _read_inputs(attempt)
            with self._lock:
                if node.book and attempt.key in node.book.attempts:
                    node.actor.run.remote(attempt, placement, files)
        except Exception as error:
            log.exception("%s could not be brought to %s", attempt.key, node.name)
            self._pass_on(
                node, Died(attempt.key, f"The attempt could not be sent to a node ({error}).", LOST_ADVICE)
            )

    def _collect(self, node: Node, attempt: Attempt, done: Done) -> None:
        """Fetch what an attempt has made, then pass its end on."""
        cluster = self._cluster
        assert cluster
        paths = [Path(attempt.output_dir) / file.name for file in done.files]
        try:
            contents = cluster.read(node.actor.outputs.remote(attempt.key, [path.name for path in paths]))
            if contents is None:
                raise OSError("the node could not be reached")
            for path, content in zip(paths, contents, strict=True):
                path.write_bytes(content.data)  # numpy's own way does not tell when the disk is full
            sync(paths)
            taken = self._pass_on(node, done)
        except Exception as error:
            log.exception("the files of %s could not be fetched from %s", attempt.key, node.name)
            died = Died(attempt.key, f"The result could not be fetched from its node ({error}).", LOST_ADVICE)
            self._pass_on(node, died)
            taken = False
        if not taken:  # stopped, or its node was given up; whoever did that has cleared away before we wrote
            for path in paths:
                path.unlink(missing_ok=True)


def _lost(key: str, node: str) -> Died:
    return Died(key, f"The node {node}, on which it ran, was lost.", LOST_ADVICE)


def _read_inputs(attempt: Attempt) -> Files:
    """The files that a request names, mapped. One that has been deleted is left out; its runner says so."""
    request = attempt.request
    paths = [path for path in [request.get("mesh"), *request.get("images", [])] if path]
    return {path: np.asarray(np.memmap(path, np.uint8, "r")) for path in paths if Path(path).is_file()}
