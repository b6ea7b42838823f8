"""The process that is part of a Ray cluster for a server: it talks to the nodes' actors, and carries files.

``python -m pocket3d_server.runners.ray_member ADDRESS NAMESPACE``

Its stdin brings what the server tells it, its stdout takes what it has to say, both pickled (``ray_link``). It
decides nothing. When its stdin ends it leaves the cluster; then Ray ends the actors that it has started.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from pocket3d_server import logs
from pocket3d_server.config import SettingsError
from pocket3d_server.runners import protocol
from pocket3d_server.runners.base import Attempt, StopReason
from pocket3d_server.runners.fleet import Files, NodeFacts, Orders
from pocket3d_server.runners.placement import Placement
from pocket3d_server.runners.ray_cluster import Cluster, NodeLostError
from pocket3d_server.runners.ray_link import (
    Answered,
    Closed,
    Event,
    Fetched,
    Joined,
    Lost,
    Nodes,
    NotSent,
    Over,
)
from pocket3d_server.storage import sync

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often the cluster is asked which nodes there are."""
CARRIERS = 8
"""Threads that bring files to nodes and back."""
CLOSE_S = 4.0
"""What nodes get to kill what runs there."""


class Member:
    """What a server can tell; each order is a method. None of them waits, but ``close``."""

    def __init__(self, cluster: Cluster, say: Callable[[Event], None]) -> None:
        self._cluster = cluster
        self._say = say
        self._actors: dict[str, Any] = {}
        self._carriers = ThreadPoolExecutor(CARRIERS, thread_name_prefix="carrier")

    def begin(self, name: str, node: NodeFacts, orders: Orders, neighbours: Collection[str]) -> None:
        """Start an actor on a node and ask how it is."""
        try:
            actor = self._actors[name] = self._cluster.begin(name, node, orders, neighbours)
        except Exception as error:
            self._say(Lost(name, f"its part could not be started ({error})"))
        else:
            self._ask(name, actor.hello.remote())

    def hello(self, name: str) -> None:
        """Ask again how it is."""
        if actor := self._actors.get(name):
            self._ask(name, actor.hello.remote())

    def listen(self, name: str, heard: int) -> None:
        """Ask for news; ``heard`` is the number of the latest report that the server has."""
        if actor := self._actors.get(name):
            self._ask(name, actor.listen.remote(heard))

    def run(self, name: str, attempt: Attempt, placement: Placement) -> None:
        """Send an attempt with its files."""
        self._carriers.submit(self._bring, name, attempt, placement)

    def stop(self, name: str, key: str, reason: StopReason | str) -> None:
        """End an attempt."""
        if actor := self._actors.get(name):
            actor.stop.remote(key, reason)

    def fetch(self, name: str, attempt: Attempt, files: list[str]) -> None:
        """Bring what an attempt has made to its folder here."""
        self._carriers.submit(self._collect, name, attempt, files)

    def end(self, name: str) -> None:
        """Give an actor up."""
        if actor := self._actors.pop(name, None):
            self._cluster.end(actor)

    def close(self) -> None:
        """Have all actors kill what they run, and end them."""
        actors, self._actors = list(self._actors.values()), {}
        self._cluster.wait_for_all([actor.close.remote() for actor in actors], CLOSE_S)
        for actor in actors:
            self._cluster.end(actor)
        self._say(Closed())

    def keep_looking(self) -> None:
        """Tell which nodes there are, for ever. While the head does not answer nothing is told."""
        while True:
            try:
                self._say(Nodes(self._cluster.nodes()))
            except Exception:
                log.exception("the cluster's nodes could not be listed")
            threading.Event().wait(LOOK_S)

    def _ask(self, name: str, answer: Any) -> None:
        def come(future: Future[Any]) -> None:
            try:
                self._say(Answered(name, self._cluster.read(future.result)))
            except NodeLostError as error:
                self._say(Lost(name, str(error)))

        answer.future().add_done_callback(come)

    def _bring(self, name: str, attempt: Attempt, placement: Placement) -> None:
        try:
            files = {} if attempt.storage_url else _read_inputs(attempt)
            if actor := self._actors.get(name):
                actor.run.remote(attempt, placement, files)
        except Exception as error:
            log.exception("%s could not be brought to its node", attempt.key)
            self._say(NotSent(name, attempt.key, str(error)))

    def _collect(self, name: str, attempt: Attempt, names: list[str]) -> None:
        paths = [Path(attempt.output_dir) / file for file in names]
        why = ""
        try:
            answer = self._actors[name].outputs.remote(attempt.key, names)
            contents = self._cluster.read(lambda: self._cluster.get(answer))
            if contents is None:
                raise OSError("the node could not be reached")
            for path, content in zip(paths, contents, strict=True):
                path.write_bytes(content.data)  # numpy's own way does not tell when the disk is full
            sync(paths)
        except Exception as error:
            log.exception("the files of %s could not be fetched from its node", attempt.key)
            why = str(error) or type(error).__name__
        self._say(Fetched(name, attempt.key, paths, why))


def _read_inputs(attempt: Attempt) -> Files:
    """The files that a request names, mapped. One that has been deleted is left out; its runner says so."""
    request = attempt.request
    paths = [path for path in [request.get("mesh"), *request.get("images", [])] if path]
    return {path: np.asarray(np.memmap(path, np.uint8, "r")) for path in paths if Path(path).is_file()}


def main(address: str, namespace: str) -> None:
    """Join, then do as told until stdin ends."""
    logs.configure("pipe", "INFO")
    upward = protocol.take_stdout()
    one_at_a_time = threading.Lock()

    def say(event: Event) -> None:
        with one_at_a_time:
            pickle.dump(event, upward, pickle.HIGHEST_PROTOCOL)
            upward.flush()

    try:
        cluster = Cluster(address, namespace)
    except SettingsError as error:
        say(Over(str(error)))
        return
    for number in (signal.SIGTERM, signal.SIGINT):  # Ray has taken them; the server may have jobs to finish
        signal.signal(number, signal.SIG_IGN)
    cluster.end_what_was_left()
    member = Member(cluster, say)
    say(Joined())
    threading.Thread(target=member.keep_looking, name="look", daemon=True).start()
    try:
        while True:
            order, *arguments = pickle.load(sys.stdin.buffer)
            try:
                getattr(member, order)(*arguments)
            except Exception:
                log.exception("the cluster refused %s", order)
    except (EOFError, pickle.UnpicklingError):  # the second: the server was killed in the middle of a word
        threading.Timer(CLOSE_S, os._exit, (1,)).start()  # Ray may wait for a head that is lost
        cluster.leave()
        os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
