"""Runs models on the nodes of a Ray cluster: each node has an actor that hosts a pool of local processes.

The server is the only one that decides (``placement`` over all nodes as one machine); nodes start, watch, measure
and kill. ``Roster`` keeps the nodes; here is what the scheduler and the catalog ask of them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from pocket3d_server.metrics import Metrics
from pocket3d_server.models.engine import Missing
from pocket3d_server.runners.base import Attempt, Report, RunnerPool, SlotState, Trouble
from pocket3d_server.runners.devices import Gpu
from pocket3d_server.runners.fleet import node_of
from pocket3d_server.runners.placement import Amounts, Placement, Room
from pocket3d_server.runners.ray_link import Link
from pocket3d_server.runners.ray_roster import RaySettings, Roster, lost

log = logging.getLogger(__name__)

RETURN_S = 120.0
"""A model whose last node has gone still counts as ready for this long: nodes come back."""


class RayPool(RunnerPool):
    """The slots of all nodes of a cluster. ``connect`` makes a link to an address, under a name."""

    def __init__(
        self,
        settings: RaySettings,
        metrics: Metrics | None = None,
        connect: Callable[[str, str], Link] = Link,
    ) -> None:
        self._roster = Roster(settings, metrics or Metrics(), connect)
        self._on_report: Callable[[Report], None] = lambda report: None

    def start(self, on_report: Callable[[Report], None]) -> None:
        """Join the cluster and its nodes. Raises SettingsError when it cannot be reached or used."""
        self._on_report = on_report
        self._roster.start(on_report)

    def room(self) -> Room:
        """All nodes as one machine."""
        with self._roster.lock:
            books = {book.name: book for book in self._roster.books()}
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
        with self._roster.lock:
            node = self._roster.nodes.get(node_of(placement.slot.slot_id))
            if node and node.book:
                there = node.book.begin(attempt, placement)
                self._roster.tell("run", node.actor, attempt, there)
                return
        self._on_report(lost(attempt.key, node_of(placement.slot.slot_id)))

    def stop(self, key: str, reason: str) -> None:
        """Have its processes killed; its slot is free at once."""
        with self._roster.lock:
            for node in self._roster.nodes.values():
                if node.book and (working := node.book.attempts.pop(key, None)):
                    about = {"job_id": working.attempt.job_id, "request_id": working.attempt.request_id}
                    log.info("%s on %s is stopped: %s", key, node.name, reason, extra=about)
                    self._roster.tell("stop", node.actor, key, reason)

    def tidy(self) -> None:
        """Nodes do that themselves."""

    def state(self) -> list[SlotState]:
        """All slots of all nodes."""
        with self._roster.lock:
            return [state for book in self._roster.books() for state in book.states()]

    def crashes_in_a_row(self) -> dict[str, int]:
        """By model; lost nodes do not count."""
        return dict(self._roster.crashes)

    def trouble(self) -> Trouble | None:
        """That the head is lost, or no node is there."""
        with self._roster.lock:
            if self._roster.why_lost:
                seconds = time.monotonic() - self._roster.lost_at
                return Trouble(
                    "fleet_unreachable",
                    f"The fleet has been lost for {seconds:.0f} s: {self._roster.why_lost}.",
                    "Start the head of the Ray cluster again at the same address, then its nodes. The server joins "
                    "them by itself, and jobs wait meanwhile; its log has more.",
                )
            if not self._roster.books():
                return Trouble(
                    "fleet_empty",
                    "The Ray cluster has no node that works for this server.",
                    "Start nodes ('ray start --address HEAD:6379'). Where there are some, the server's log says why "
                    "they do not work for it. Jobs wait meanwhile.",
                )
        return None

    def close(self) -> None:
        """Have all nodes kill what runs, and leave the cluster."""
        self._roster.close()

    # What the catalog asks

    def gpus(self) -> list[Gpu]:
        """All GPUs of all nodes; their numbers are those of their nodes."""
        with self._roster.lock:
            return [gpu for book in self._roster.books() for gpu in book.facts.gpus]

    def nodes_of(self, model_id: str) -> list[str]:
        """The nodes on which a model is ready."""
        with self._roster.lock:
            return [
                book.name for book in self._roster.books() if any(m == model_id for m, _ in book.facts.needs)
            ]

    def missing(self, model_id: str) -> Missing | None:
        """Why no node can run a model, or None when one can, or could a moment ago."""
        if time.monotonic() - self._roster.ready_at.get(model_id, -RETURN_S) < RETURN_S:
            return None
        with self._roster.lock:
            if self._roster.why_lost:
                return Missing("the Ray cluster is lost.", "GET /system/health says what to do.")
            reasons = {
                book.name: book.facts.missing[model_id]
                for book in self._roster.books()
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
