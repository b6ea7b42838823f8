"""Where a model can run now: slots, the processes on them, and the memory that each has booked. Pure data.

Every process books what it needs of each memory it uses: of the host's (named ``cpu``), and of its GPU's (named
as the device, ``cuda:0``). A running one books its model's need, an idle one what it holds. A job is placed

1. on a free slot where its model is warm,
2. else where the fewest idle processes have to go to make room, those that have been idle longest first,
3. else on the slot that keeps the fewest models warm.

It waits when the memory is held by running processes. There is one exception, without which a wrong measurement
or another program could hold a job up for ever: on a memory where nothing of ours runs, every model may start
that the machine could ever hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pocket3d_server.runners.base import Slot

HOST = "cpu"
"""The host's memory, and the device of CPU slots."""

Amounts = Mapping[str, int]
"""MiB of each memory by its name."""
NeedOf = Callable[[str, str], Amounts | None]
"""What a model (by id) needs on a device; None when it cannot run there."""


@dataclass
class Resident:
    """A runner process as the books see it."""

    model_id: str
    slot_id: str
    busy: bool
    idle_since: float
    booked: Amounts


@dataclass(frozen=True)
class Placement:
    """Where a job can start, and the idle processes (model and slot) that must go before."""

    slot: Slot
    warm: bool
    victims: tuple[tuple[str, str], ...] = ()


@dataclass
class Room:
    """A machine's slots and memory at one moment. ``take`` and ``leave`` play through what would follow."""

    slots: list[Slot]
    limits: Amounts
    """What our processes may use of each memory together."""
    need_of: NeedOf
    residents: dict[tuple[str, str], Resident] = field(default_factory=dict)
    """By model and slot."""

    @property
    def has_free_slot(self) -> bool:
        """Whether anything could start at all."""
        return len(self._busy_slots()) < len(self.slots)

    def has_free_slot_for(self, model_id: str) -> bool:
        """Whether the model could start if there were memory enough."""
        busy = self._busy_slots()
        return any(s.slot_id not in busy and self.need_of(model_id, s.device) is not None for s in self.slots)

    def place(self, model_id: str, hold: Amounts | None = None) -> Placement | None:
        """Where the model can start now; None when it has to wait.

        ``hold`` is memory that must stay within reach of another job: what running processes leave.
        """
        books = _Books(self.residents)
        best: tuple[tuple[bool, int, int], Placement] | None = None
        for slot in self.slots:
            need = None if slot.slot_id in books.busy_slots else self.need_of(model_id, slot.device)
            if need is None:
                continue
            warm = (model_id, slot.slot_id) in self.residents
            victims = self._victims(books, model_id, slot, need, hold or {})
            if victims is None:
                continue
            rank = (not warm, len(victims), books.kept.get(slot.slot_id, 0))
            if best is None or rank < best[0]:
                best = rank, Placement(slot, warm, victims)
        return best[1] if best else None

    def hold_for(self, model_id: str) -> Amounts:
        """What must be kept free for a model that has to wait: its need where it will fit soonest."""
        books = _Books(self.residents)
        best: tuple[int, Amounts] | None = None
        for slot in self.slots:
            need = self.need_of(model_id, slot.device)
            if need is None:
                continue
            left = self.limits.get(slot.device, 0) - books.running.get(slot.device, 0)
            if best is None or left > best[0]:
                best = left, need
        return best[1] if best else {}

    def take(self, model_id: str, placement: Placement) -> None:
        """The model starts where it was placed."""
        for victim in placement.victims:
            del self.residents[victim]
        slot = placement.slot
        need = self.need_of(model_id, slot.device)
        assert need is not None, "it was placed there"
        self.residents[model_id, slot.slot_id] = Resident(model_id, slot.slot_id, True, 0.0, need)

    def leave(self, model_id: str, slot_id: str, now: float, *, warm: bool = True) -> None:
        """Its job has ended; the process stays ``warm``, or is gone."""
        resident = self.residents.pop((model_id, slot_id))
        if warm:
            resident.busy, resident.idle_since = False, now
            self.residents[model_id, slot_id] = resident

    def _victims(
        self, books: _Books, model_id: str, slot: Slot, need: Amounts, hold: Amounts
    ) -> tuple[tuple[str, str], ...] | None:
        """The fewest idle processes, longest idle first, without which the need fits; None when it does not."""
        own = self.residents.get((model_id, slot.slot_id))
        victims: list[tuple[str, str]] = []
        for memory, amount in need.items():
            limit = self.limits.get(memory, 0)
            running = books.running.get(memory, 0)
            if running and running + amount > limit:
                return None
            if memory in hold and running + amount + hold[memory] > limit:
                return None
            others = books.booked.get(memory, 0) - (own.booked.get(memory, 0) if own else 0)
            freed = sum(self.residents[victim].booked.get(memory, 0) for victim in victims)
            if others - freed + amount <= limit:
                continue
            idle = sorted(
                (self.residents[key].idle_since, key)
                for key in books.idle.get(memory, ())
                if self.residents[key] is not own and key not in victims
            )
            while idle and others - freed + amount > limit:
                _, key = idle.pop(0)
                victims.append(key)
                freed += self.residents[key].booked[memory]
        return tuple(victims)

    def _busy_slots(self) -> set[str]:
        return {r.slot_id for r in self.residents.values() if r.busy}


class _Books:
    """Sums over all residents, made once for a question that looks at every slot: a fleet has a thousand of both."""

    def __init__(self, residents: Mapping[tuple[str, str], Resident]) -> None:
        self.busy_slots: set[str] = set()
        self.kept: dict[str, int] = {}
        """Processes by slot."""
        self.booked: dict[str, int] = {}
        self.running: dict[str, int] = {}
        """Of what is booked of each memory, that of running processes."""
        self.idle: dict[str, list[tuple[str, str]]] = {}
        """By memory: the idle processes that hold some of it."""
        for key, resident in residents.items():
            self.kept[resident.slot_id] = self.kept.get(resident.slot_id, 0) + 1
            if resident.busy:
                self.busy_slots.add(resident.slot_id)
            for memory, amount in resident.booked.items():
                self.booked[memory] = self.booked.get(memory, 0) + amount
                if resident.busy:
                    self.running[memory] = self.running.get(memory, 0) + amount
                elif amount:
                    self.idle.setdefault(memory, []).append(key)
