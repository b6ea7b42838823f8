"""The nodes that work for a server, kept by one thread: taken in, heard and given up.

It listens to all of them over a link (``ray_link``). When the link is lost, because the cluster's head is, all nodes
are given up, and it is made again as soon as that can be.

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
from dataclasses import dataclass
from pathlib import Path

from pocket3d_server import __version__
from pocket3d_server.config import SettingsError
from pocket3d_server.metrics import Metrics
from pocket3d_server.runners.base import Died, Done, ProgressReport, Report
from pocket3d_server.runners.fleet import Heard, LogLine, NodeBook, NodeFacts, Orders, Snapshot
from pocket3d_server.runners.ray_link import Answered, Closed, Fetched, Link, Lost, Nodes, NotSent, Over

log = logging.getLogger(__name__)

TURN_S = 0.5
"""Longest wait for something to be heard."""
JOIN_S = 60.0
"""How long a node may take to start its part."""
REFUSED_S = 30.0
"""A node whose part did not start is tried again after this long."""
REJOIN_S = 2.0
"""A cluster that could not be joined is tried again after this long."""
START_S = 30.0
"""The server waits this long for the nodes that it finds at its start."""
CLOSE_S = 6.0
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
    node_silent_s: float = 6.0
    """A node that has said nothing for this long is given up; it answers every two seconds."""
    head_silent_s: float = 12.0
    """The same of the head, which tells every second which nodes there are."""


class Node:
    """A node's actor, and how far we are with it. ``book`` is there once it has answered."""

    def __init__(self, node_id: str, name: str, actor: str) -> None:
        self.node_id = node_id
        self.name = name
        self.actor = actor
        """Its name in the cluster, new for each life."""
        self.book: NodeBook | None = None
        self.heard = 0
        self.heard_at = time.monotonic()
        self.unreached = False
        """It could not be reached just now, and is to be asked again."""


class Roster:
    """Our nodes. ``connect`` makes a link to an address, under a name."""

    def __init__(
        self, settings: RaySettings, metrics: Metrics, connect: Callable[[str, str], Link] = Link
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._connect = connect
        self._mark = hashlib.sha256(os.fsencode(settings.data_dir.resolve())).hexdigest()[:16]
        self.lock = threading.RLock()
        """For ``nodes`` and their books."""
        self.nodes: dict[str, Node] = {}
        """By name; those that have answered and those that have not yet."""
        self.crashes: dict[str, int] = {}
        """How many runners of a model died one after another."""
        self.ready_at: dict[str, float] = {}
        """By model: when a node last said that it can run there."""
        self.why_lost = ""
        """Why there is no link, and since when."""
        self.lost_at = 0.0
        self._refusal = ""
        """Why it could not be made again."""
        self._link: Link | None = None
        self._link_heard_at = 0.0
        """When the cluster last told which nodes there are."""
        self._refused: dict[str, float] = {}
        """By id: when a node whose part did not start may be tried again."""
        self._settled = threading.Event()
        """Every node that was found first has answered, or will not."""
        self._closed = threading.Event()
        self._on_report: Callable[[Report], None] = lambda report: None
        self._listener = threading.Thread(target=self._keep_listening, name="fleet", daemon=True)

    def start(self, on_report: Callable[[Report], None]) -> None:
        """Join the cluster and its nodes. Raises SettingsError when it cannot be reached or used."""
        self._on_report = on_report
        self._join()
        self._listener.start()
        self._settled.wait(START_S)
        log.info("%d nodes of the cluster are ours", len(self.books()))

    def books(self) -> list[NodeBook]:
        """Of all nodes that have answered."""
        with self.lock:
            return [node.book for node in self.nodes.values() if node.book]

    def tell(self, order: str, *arguments: object) -> None:
        """Tell the link, if there is one; without it nothing runs anywhere."""
        if link := self._link:
            link.tell(order, *arguments)

    def close(self) -> None:
        """Have all nodes kill what runs, and leave the cluster."""
        self._closed.set()
        if self._listener.is_alive():
            self._listener.join(CLOSE_S)
        with self.lock:
            self.nodes.clear()
            link, self._link = self._link, None
        if link:
            _end_nodes(link)
            link.close()

    # Listening

    def _keep_listening(self) -> None:
        while not self._closed.is_set():
            try:
                if self._link:
                    self._listen(self._link)
                else:
                    self._join_again()
            except Exception:
                log.exception("the cluster could not be heard")
                self._closed.wait(TURN_S)

    def _join(self) -> None:
        link = self._connect(self._settings.address, f"pocket3d-{self._mark}")
        self._link, self._link_heard_at, self.why_lost = link, time.monotonic(), ""
        if self._closed.is_set():
            link.kill()

    def _join_again(self) -> None:
        if self._closed.wait(REJOIN_S):
            return
        try:
            self._join()
        except SettingsError as error:
            if str(error) != self._refusal:  # once; it is tried every few seconds
                self._refusal = str(error)
                log.warning("the cluster cannot be joined: %s", error)
        else:
            self._refusal = ""
            log.info("the cluster is joined again")

    def _listen(self, link: Link) -> None:
        """Take what comes next, and give up who has been silent."""
        match link.hear(TURN_S):
            case Nodes(there):
                self._link_heard_at = time.monotonic()
                self._look(there)
            case Answered(actor, told) if node := self._node_of(actor):
                self._take(node, told)
            case Lost(actor, why) if node := self._node_of(actor):
                self._give_up(node, why)
            case NotSent(actor, key, why) if node := self._node_of(actor):
                self._pass_on(node, Died(key, f"It could not be sent to a node ({why}).", LOST_ADVICE))
            case Fetched() as fetched:
                self._take_files(fetched)
            case Over(why):
                link.kill()
                self._lose(why)
                return
        if link.has_more:
            return  # it was us who did not listen
        at = time.monotonic()
        if at - self._link_heard_at > self._settings.head_silent_s:
            _end_nodes(link)
            link.kill()  # before its attempts are reported: it may be writing their files
            self._lose(f"its head has not answered for {at - self._link_heard_at:.0f} s")
            return
        for node in list(self.nodes.values()):
            if at - node.heard_at > (self._settings.node_silent_s if node.book else JOIN_S):
                self._give_up(node, f"has said nothing for {at - node.heard_at:.0f} s")

    def _lose(self, why: str) -> None:
        """The link is no more: report all as lost, and begin anew."""
        log.error("the Ray cluster is lost: %s", why)
        self.lost_at, self.why_lost, self._link = time.monotonic(), why, None
        for node in list(self.nodes.values()):
            self._give_up(node, "went with the cluster's head")
        self._refused.clear()

    def _node_of(self, actor: str) -> Node | None:
        return next((node for node in self.nodes.values() if node.actor == actor), None)

    def _look(self, there: dict[str, NodeFacts]) -> None:
        """Compare our nodes with those of the cluster."""
        known = {node.node_id for node in self.nodes.values()}
        for node in list(self.nodes.values()):
            if node.node_id not in there:
                self._give_up(node, "has left the cluster")
            elif node.unreached:
                self._ask(node)
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
                actor = f"{node_id}-{secrets.token_hex(6)}"
                with self.lock:
                    self.nodes[name] = Node(node_id, name, actor)
                self.tell("begin", actor, about, orders, list(there))
        self._settle()

    def _settle(self) -> None:
        if all(node.book for node in self.nodes.values()):
            self._settled.set()

    def _take(self, node: Node, told: Snapshot | Heard | None) -> None:
        """A node has answered; None: it could not be reached just now."""
        if told is None:
            node.unreached = True
            return
        node.heard_at = time.monotonic()
        if isinstance(told, Snapshot):
            with self.lock:
                node.book = NodeBook(node.name, told)
            log.info("node %s is ours, with %d slots", node.name, len(node.book.slots))
            self._settle()
        elif node.book:
            with self.lock:
                node.book.update(told.snapshot)
            self._metrics.add_runners(node.book.news())
            for line in told.log:
                self._log(node, line)
            for number, report in told.reports:
                if number == 0 or number > node.heard:
                    self._hear(node, report)
                node.heard = max(node.heard, number)
        if node.book:
            at = time.monotonic()
            self.ready_at.update((model_id, at) for model_id, _ in node.book.facts.needs)
        self._ask(node)

    def _ask(self, node: Node) -> None:
        """Have it tell what is new; it answers when there is something, or after a while."""
        node.unreached = False
        if node.book:
            self.tell("listen", node.actor, node.heard)
        else:
            self.tell("hello", node.actor)

    def _log(self, node: Node, line: LogLine) -> None:
        origin = line.extra.get("origin")
        where = {"origin": f"{node.name}/{origin}" if origin else node.name}
        log.log(line.level, "%s", line.message, extra=line.extra | where)

    def _give_up(self, node: Node, why: str) -> None:
        """Report what ran there as lost. Should the node come back, it is a new one."""
        log.warning("node %s is given up: %s", node.name, why)
        with self.lock:
            self.nodes.pop(node.name, None)
            left = list(node.book.attempts) if node.book else []
            if node.book:
                node.book.attempts.clear()
        if node.book is None:
            self._refused[node.node_id] = time.monotonic() + REFUSED_S
        self.tell("end", node.actor)
        for key in left:
            self._on_report(lost(key, node.name))
        self._settle()

    # Reports

    def _hear(self, node: Node, report: Report) -> None:
        assert node.book
        with self.lock:
            working = node.book.attempts.get(report.key)
            if working is None:
                return  # stopped meanwhile
            if isinstance(report, Done) and not working.attempt.storage_url:
                working.done = report
                names = [file.name for file in report.files]
                self.tell("fetch", node.actor, working.attempt, names)
                return
        self._pass_on(node, report)

    def _take_files(self, fetched: Fetched) -> None:
        """The files of an attempt have come, or not. When nobody waits for them any more they are deleted: whoever
        ended the attempt has cleared away before they were written."""
        node = self._node_of(fetched.actor)
        with self.lock:
            working = node.book.attempts.get(fetched.key) if node and node.book else None
            done = working.done if working else None
        report: Report | None = done
        if fetched.why:
            message = f"The result could not be fetched from its node ({fetched.why})."
            report = Died(fetched.key, message, LOST_ADVICE)
        taken = node and report and self._pass_on(node, report)
        if not taken or fetched.why:
            for path in fetched.paths:
                path.unlink(missing_ok=True)

    def _pass_on(self, node: Node, report: Report) -> bool:
        """Give the scheduler a report of an attempt that is still in the book; whether it was."""
        assert node.book
        with self.lock:
            working = node.book.attempts.get(report.key)
            if working is None:
                return False
            model_id = working.attempt.model_id
            if not isinstance(report, ProgressReport):
                del node.book.attempts[report.key]
        if isinstance(report, Died):
            self.crashes[model_id] = self.crashes.get(model_id, 0) + 1
        elif not isinstance(report, ProgressReport):
            self.crashes.pop(model_id, None)
        self._on_report(report)
        return True


def _end_nodes(link: Link) -> None:
    """Have what runs on nodes killed, as far as they can be reached."""
    link.tell("close")
    until = time.monotonic() + CLOSE_S
    while not isinstance(link.hear(max(0.0, until - time.monotonic())), Closed | Over):
        if time.monotonic() >= until:
            break


def lost(key: str, node: str) -> Died:
    """The report on an attempt whose node is gone."""
    return Died(key, f"The node {node}, on which it ran, was lost.", LOST_ADVICE)
