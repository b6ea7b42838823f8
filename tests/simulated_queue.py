"""A machine that works through a queue on a simulated clock, by the real policy and the real placement."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from pocket3d_server.jobs.policy import Policy, Start, Waiting
from pocket3d_server.runners.base import Slot
from pocket3d_server.runners.placement import HOST, Amounts, Room

NEVER = float("inf")


@dataclass(frozen=True)
class SimModel:
    """What a model needs, how long its jobs take, and how much longer when it is not warm."""

    seconds: float
    memory: int = 100
    gpu_memory: int = 0
    load_seconds: float = 0.0


@dataclass(frozen=True)
class Arrival:
    """A job that will be submitted."""

    at: float
    account_id: str
    model_id: str


@dataclass(frozen=True)
class Served:
    """A start, and what was the case at that moment."""

    job: Waiting
    at: float
    ends: float
    slot_id: str
    warm: bool


@dataclass
class SimulatedQueue:
    """Slots, memory, accounts and models. ``run`` plays arrivals through and returns the starts in order.

    It checks at every step what must hold at all times: limits of accounts, memory, one job a slot, and that
    no slot is idle while a job could start on it.
    """

    accounts: Mapping[str, tuple[int, int]]
    """Priority and limit by id."""
    models: Mapping[str, SimModel]
    cpu_slots: int = 2
    host_memory: int = 10_000
    gpus: tuple[int, ...] = ()
    """Memory of each."""
    ageing: float = 100.0
    vary: Callable[[], float] = lambda: 1.0
    """How much longer than its model's time a job takes."""

    policy: Policy = field(init=False)
    room: Room = field(init=False)
    now: float = field(init=False, default=0.0)
    waiting: dict[str, list[Waiting]] = field(init=False, default_factory=dict)
    running: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.policy = Policy(self.ageing)
        for name, (priority, limit) in self.accounts.items():
            self.policy.know(name, priority, limit)
        slots = [Slot(f"cpu_{n}", HOST) for n in range(self.cpu_slots)]
        slots += [Slot(f"gpu_{n}", f"cuda:{n}", n) for n in range(len(self.gpus))]
        limits = {HOST: self.host_memory} | {f"cuda:{n}": size for n, size in enumerate(self.gpus)}
        self.room = Room(slots, limits, self.need_of)

    def need_of(self, model_id: str, device: str) -> Amounts | None:
        model = self.models[model_id]
        if (device == HOST) != (model.gpu_memory == 0):
            return None
        if device == HOST:
            return {HOST: model.memory}
        if model.gpu_memory > self.gpus[int(device.removeprefix("cuda:"))]:
            return None
        return {HOST: model.memory, device: model.gpu_memory}

    def run(self, arrivals: Iterable[Arrival], until: float = NEVER) -> list[Served]:
        coming = sorted(arrivals, key=lambda a: a.at)[::-1]
        ends: list[tuple[float, int, Served]] = []
        served: list[Served] = []
        count = 0
        while coming or ends:
            self.now = min(coming[-1].at if coming else NEVER, ends[0][0] if ends else NEVER)
            if self.now > until:
                break
            while ends and ends[0][0] <= self.now:
                self._end(heapq.heappop(ends)[2])
            while coming and coming[-1].at <= self.now:
                arrival = coming.pop()
                count += 1
                job = Waiting(f"job_{count:06d}", arrival.account_id, arrival.model_id, arrival.at)
                self.waiting.setdefault(job.account_id, []).append(job)
            while start := self.policy.choose(self.heads(), self.room, self.now):
                one = self._begin(start)
                served.append(one)
                heapq.heappush(ends, (one.ends, len(served), one))
            self._check_nothing_is_idle()
        return served

    def heads(self) -> dict[str, list[Waiting]]:
        """The oldest job of each account and model."""
        found = {}
        for account_id, jobs in self.waiting.items():
            first: dict[str, Waiting] = {}
            for job in jobs:
                first.setdefault(job.model_id, job)
                if len(first) == len(self.models):
                    break
            if first:
                found[account_id] = list(first.values())
        return found

    def _begin(self, start: Start) -> Served:
        job, slot = start.job, start.placement.slot
        assert all(not (r.busy and r.slot_id == slot.slot_id) for r in self.room.residents.values())
        self.room.take(job.model_id, start.placement)
        self.policy.started(start, self.now)
        self.waiting[job.account_id].remove(job)
        self.running[job.account_id] = self.running.get(job.account_id, 0) + 1
        assert self.running[job.account_id] <= self.accounts[job.account_id][1]
        for memory, limit in self.room.limits.items():
            assert sum(r.booked.get(memory, 0) for r in self.room.residents.values()) <= limit
        model = self.models[job.model_id]
        takes = model.seconds * self.vary() + (0.0 if start.placement.warm else model.load_seconds)
        return Served(job, self.now, self.now + takes, slot.slot_id, start.placement.warm)

    def _end(self, served: Served) -> None:
        self.room.leave(served.job.model_id, served.slot_id, self.now)
        self.policy.ended(served.job.account_id, self.now)
        self.running[served.job.account_id] -= 1

    def _check_nothing_is_idle(self) -> None:
        for account_id, jobs in self.heads().items():
            standing = self.policy.accounts[account_id]
            for job in jobs:
                if standing.running < standing.limit and self.room.place(job.model_id):
                    held = any(s.blocked_since for s in self.policy.accounts.values())
                    assert held, f"{job} could start"
