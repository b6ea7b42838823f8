"""What a server knows of the nodes of its cluster. Pure data: what nodes and server tell, and the books of one node.

On its node a place is called as on any machine: slot ``cpu_1``, device and memory ``cpu`` or ``cuda:0``. In the
fleet the node's name stands before it, ``box-1f3a9c/cuda:0``. So ``placement`` sees one large machine with many
memories, and needs to know nothing of nodes.

Who is busy the server knows best, for it alone starts and stops attempts: its own book goes before what a node
said last, which may be from before the last start. Which idle processes are warm, and what memory is left, the
node knows best.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.models.engine import Missing
from pocket3d_server.runners.base import Attempt, Done, Report, Slot, SlotState
from pocket3d_server.runners.devices import Gpu
from pocket3d_server.runners.placement import Amounts, Placement, Resident

Files = Mapping[str, NDArray[np.uint8]]
"""Contents of files. As arrays they go through the cluster's object store without being copied in our memory."""


Counts = dict[tuple[str, ...], float]
"""What a node has counted since it began, by a counter's name and its labels."""


@dataclass(frozen=True)
class NodeFacts:
    """A node as the cluster lists it."""

    node_id: str
    host: str
    cpus: float
    gpus: float


@dataclass(frozen=True)
class Orders:
    """What a server tells its nodes at the beginning; the rest they read from their own environment."""

    version: str
    """Of Pocket3D, which must be the same on all."""
    mark: str
    """Names the server's data."""
    extra_engines: tuple[str, ...]
    warm_processes: int
    idle_seconds: float
    job_time_limit: float


@dataclass(frozen=True)
class Facts:
    """What changes seldom."""

    gpus: list[Gpu]
    needs: dict[tuple[str, str], Amounts]
    """By model and device; what cannot run there is left out."""
    missing: dict[str, Missing]
    """Why models cannot run on the node, by model."""


@dataclass(frozen=True)
class Snapshot:
    """A node at one moment, in its own names. Times are ages in seconds: clocks differ."""

    limits: dict[str, int]
    residents: list[Resident]
    """``idle_since`` is how long ago here."""
    slots: list[SlotState]
    facts: Facts | None = None
    """None: as before."""
    counts: Counts = field(default_factory=dict)


@dataclass(frozen=True)
class LogLine:
    """What the node's part of the house, or a model there, had to say."""

    level: int
    message: str
    extra: dict[str, object]


@dataclass(frozen=True)
class Heard:
    """A node's answer."""

    reports: list[tuple[int, Report]]
    """Each with its number, 0 for progress; those that end an attempt are repeated until the server has heard them."""
    snapshot: Snapshot
    log: list[LogLine] = field(default_factory=list)


@dataclass
class Working:
    """An attempt on a node."""

    attempt: Attempt
    slot_id: str
    """In the node's own names."""
    done: Done | None = None
    """How it ended, while its files are on their way."""

    @property
    def computing(self) -> bool:
        """Whether its place is taken."""
        return self.done is None


class NodeBook:
    """One node, as far as the server knows it. Not thread-safe: its owner has a lock."""

    def __init__(self, name: str, snapshot: Snapshot) -> None:
        self.name = name
        self.attempts: dict[str, Working] = {}
        self.facts = snapshot.facts or Facts([], {}, {})
        self._counts: Counts = {}
        self.update(snapshot)

    def update(self, snapshot: Snapshot) -> None:
        """The node said how it is."""
        self._snapshot = snapshot
        if snapshot.facts:
            self.facts = snapshot.facts
            self._needs = {
                (model_id, self._named(device)): self._amounts(amounts)
                for (model_id, device), amounts in snapshot.facts.needs.items()
            }
        at = time.monotonic()
        self._residents = {
            (told.model_id, self._named(told.slot_id)): replace(
                told,
                slot_id=self._named(told.slot_id),
                idle_since=at - told.idle_since,
                booked=self._amounts(told.booked),
            )
            for told in snapshot.residents
        }
        self.limits = self._amounts(snapshot.limits)
        self.slots = [self._slot(state.slot) for state in snapshot.slots]

    def news(self) -> Counts:
        """What the node has counted since we last asked here."""
        before, self._counts = self._counts, self._snapshot.counts
        return {name: count - before.get(name, 0.0) for name, count in self._counts.items()}

    def need(self, model_id: str, device: str) -> Amounts | None:
        """What a model needs on a device of the node, by its name in the fleet; None when it cannot run there."""
        return self._needs.get((model_id, device))

    def residents(self) -> dict[tuple[str, str], Resident]:
        """Processes on the node: busy are those that we gave work, idle the others that it told of."""
        found = {
            place: replace(resident, busy=False) if resident.busy else replace(resident)
            for place, resident in self._residents.items()
        }
        devices = {slot.slot_id: slot.device for slot in self.slots}
        for working in self.attempts.values():
            if working.computing:
                model_id, slot_id = working.attempt.model_id, self._named(working.slot_id)
                need = self.need(model_id, devices.get(slot_id, "")) or {}
                told = self._residents.get((model_id, slot_id))
                held = told.booked if told else {}
                booked = {memory: max(amount, held.get(memory, 0)) for memory, amount in need.items()}
                found[model_id, slot_id] = Resident(model_id, slot_id, True, 0.0, booked)
        return found

    def begin(self, attempt: Attempt, placement: Placement) -> Placement:
        """Note an attempt; returns its place in the node's own names."""
        for victim in placement.victims:
            self._residents.pop(victim, None)
        slot = replace(
            placement.slot, slot_id=_own(placement.slot.slot_id), device=_own(placement.slot.device)
        )
        self.attempts[attempt.key] = Working(attempt, slot.slot_id)
        victims = tuple((model_id, _own(slot_id)) for model_id, slot_id in placement.victims)
        return Placement(slot, placement.warm, victims)

    def states(self) -> list[SlotState]:
        """Its slots as people are shown them."""
        busy = {w.slot_id: w.attempt for w in self.attempts.values() if w.computing}
        found = []
        for told in self._snapshot.slots:
            attempt = busy.get(told.slot.slot_id)
            found.append(
                replace(
                    told,
                    slot=self._slot(told.slot),
                    current_job=attempt.job_id if attempt else None,
                    current_model=attempt.model_id if attempt else None,
                    node=self.name,
                )
            )
        return found

    def _slot(self, slot: Slot) -> Slot:
        return replace(slot, slot_id=self._named(slot.slot_id), device=self._named(slot.device))

    def _named(self, place: str) -> str:
        return f"{self.name}/{place}"

    def _amounts(self, amounts: Amounts) -> dict[str, int]:
        return {self._named(memory): amount for memory, amount in amounts.items()}


def node_of(place: str) -> str:
    """The name of the node in the name of a place."""
    return place.partition("/")[0]


def _own(place: str) -> str:
    return place.partition("/")[2]
