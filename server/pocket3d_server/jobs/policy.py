"""Which job starts next, and where. Pure: no database, no clock of its own; times are seconds of one clock.

**The order.** What waits in a row is accounts, not jobs: who submits a thousand jobs stands in it once. Accounts
below their tier's ``concurrent_jobs`` are ordered by

1. their *level*, highest first: the tier's priority, plus one for each ``ageing`` seconds that they have waited.
   An account waits since its last turn, since it came back below its limit, or since its oldest job was queued,
   whichever was latest;
2. how many of its jobs run, fewest first;
3. how long they have waited, longest first. Together with 2 this is round robin.

Within an account the oldest job goes first. A job that cannot be placed now (no free slot for its model, memory
held by running jobs) holds up no other: the next one is tried.

**Warm models.** A job whose model is warm may go before others of the same level that would have to take its slot
with a cold model. Each job is passed over so at most ``MAX_PASSES`` times, and an account that went first gives up
as many of its turns to its peers later, so that warmth changes when accounts are served, but not how often.

**Big models.** A job that was passed over for ``ageing`` seconds because it could not be placed gets a
*reservation*: it is tried before all others, and what would take the memory that it waits for is not started any
more. Passed over means that another started while memory was short for it, or one of its own account in its stead.
Who merely waits for a busy slot needs none: the order gives it the slot in its turn.

**The bound.** An account of priority p that waits below its limit is passed by nobody who began to wait
(pmax - p + 1) * ageing seconds after it, so from then on each other account starts at most one job before it,
apart from reserved ones, of which each account and model has at most one in ``ageing`` seconds.
``tests/jobs/test_policy.py`` holds this and the other promises on simulated clocks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pocket3d_server.runners.placement import Amounts, Placement, Room

AGEING_S = 300.0
"""Waiting that outweighs one step of priority."""
MAX_PASSES = 4
"""How often a job can be passed over for one whose model is warm."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queued job, as far as its place in the order depends on it."""

    job_id: str
    account_id: str
    model_id: str
    queued_at: float


Heads = Mapping[str, Sequence[Waiting]]
"""Of each account the oldest waiting job of each model, oldest first. Others cannot be next."""


@dataclass(frozen=True)
class Start:
    """The decision: this job, there."""

    job: Waiting
    placement: Placement
    out_of_turn: bool = False
    """It goes before other accounts because its model is warm."""


@dataclass
class Standing:
    """What the order knows about an account."""

    priority: int
    limit: int
    """Jobs that may run at the same time."""
    running: int = 0
    since: float = 0.0
    """When it last had its turn, or when it came back below its limit."""
    turn: int = 0
    """Number of its latest start among all; decides between equal waits."""
    ahead: int = 0
    """Starts out of turn that it has not given back yet."""
    passes: dict[str, int] = field(default_factory=dict)
    """By model: how often its jobs have been passed over for a warm model since one started cold."""
    blocked_since: dict[str, float] = field(default_factory=dict)
    """By model: when its next job was first passed over because it could not be placed."""

    def waited(self, oldest: float, now: float) -> float:
        """Seconds that the account has waited; ``oldest``: when its oldest job was queued."""
        return max(0.0, now - max(self.since, oldest))


Rank = tuple[int, int, float, int]


class Policy:
    """The rule and what it remembers about accounts."""

    def __init__(self, ageing: float = AGEING_S) -> None:
        self.ageing = ageing
        self.accounts: dict[str, Standing] = {}
        self._turn = 0

    def know(self, account_id: str, priority: int, limit: int) -> Standing:
        """Note an account's tier."""
        standing = self.accounts.get(account_id)
        if standing is None:
            standing = self.accounts[account_id] = Standing(priority, limit)
        standing.priority, standing.limit = priority, limit
        return standing

    def started(self, start: Start, now: float) -> None:
        """The job has begun."""
        standing = self.accounts[start.job.account_id]
        if start.out_of_turn:
            standing.running += 1
            standing.ahead += 1
        else:
            self.served(start.job.account_id, now)
        if not start.placement.warm:  # a start where it was warm anyway makes up for none
            standing.passes.pop(start.job.model_id, None)
        standing.blocked_since.pop(start.job.model_id, None)

    def served(self, account_id: str, now: float) -> None:
        """A job of the account has begun in its turn."""
        standing = self.accounts[account_id]
        standing.running += 1
        self._take_turn(standing, now)

    def ended(self, account_id: str, now: float) -> None:
        """A job of the account does not run any more."""
        standing = self.accounts[account_id]
        if standing.running >= standing.limit:
            standing.since = now
        standing.running = max(0, standing.running - 1)

    def rank(self, account_id: str, oldest: float, now: float) -> Rank:
        """Place of an account in the order; smaller is earlier. ``oldest``: when its oldest job was queued."""
        standing = self.accounts[account_id]
        waited = standing.waited(oldest, now)
        return (-(standing.priority + int(waited // self.ageing)), standing.running, -waited, standing.turn)

    def choose(self, heads: Heads, room: Room, now: float) -> Start | None:
        """The next start; None when nothing can start now. ``started`` notes that it was done."""
        if not room.has_free_slot:
            return None
        hold: Amounts = {}
        for job in self._reserved(heads, now):
            if placement := room.place(job.model_id, hold):
                return Start(job, placement)
            hold = hold or room.hold_for(job.model_id)
        return self._next_in_order(heads, room, hold, now)

    def _next_in_order(self, heads: Heads, room: Room, hold: Amounts, now: float) -> Start | None:
        placements: dict[str, Placement | None] = {}

        def place(job: Waiting) -> Placement | None:
            if job.model_id not in placements:
                placements[job.model_id] = room.place(job.model_id, hold)
            return placements[job.model_id]

        order = self._in_order(heads, now)
        while True:
            first = next((n for n, (_, job) in enumerate(order) if place(job)), None)
            if first is None:
                return None
            level, job = order[first]
            peers = [peer for other, peer in order[first + 1 :] if other == level and place(peer)]
            if not self._gives_up_turn(job, peers, now):
                break
            order = [(other, peer) for other, peer in order if peer.account_id != job.account_id]
        self._note_blocked([before for _, before in order[:first]], job, room, now)
        start = Start(job, _sure(place(job)))
        return start if start.placement.warm else self._warm_instead(start, peers, place) or start

    def _gives_up_turn(self, job: Waiting, peers: list[Waiting], now: float) -> bool:
        """Whether the account lets its peers go first, because it has had this start already, out of turn."""
        standing = self.accounts[job.account_id]
        if not standing.ahead:
            return False
        if all(peer.account_id == job.account_id for peer in peers):
            standing.ahead = 0  # nobody is there to give it back to
            return False
        standing.ahead -= 1
        self._take_turn(standing, now)
        return True

    def _warm_instead(
        self, cold: Start, peers: list[Waiting], place: Callable[[Waiting], Placement | None]
    ) -> Start | None:
        """A job of the same level that is warm where the cold one would go, if it may go before."""
        passed = [cold.job]
        for job in peers:
            if self._passes(passed[-1]) >= MAX_PASSES:
                return None
            placement = _sure(place(job))
            if not placement.warm:
                passed.append(job)
                continue
            out_of_turn = job.account_id != cold.job.account_id
            if out_of_turn and self.accounts[job.account_id].ahead >= MAX_PASSES:
                continue
            if _in_the_way(cold.placement, placement, job.model_id):
                for before in passed:
                    passes = self.accounts[before.account_id].passes
                    passes[before.model_id] = passes.get(before.model_id, 0) + 1
                return Start(job, placement, out_of_turn)
        return None

    def _in_order(self, heads: Heads, now: float) -> list[tuple[int, Waiting]]:
        """Jobs that may start, with their account's level, first the one whose turn it is."""
        ranks = sorted(
            (self.rank(account_id, jobs[0].queued_at, now), account_id)
            for account_id, jobs in heads.items()
            if jobs and self._below_limit(account_id)
        )
        return [(rank[0], job) for rank, account_id in ranks for job in heads[account_id]]

    def _reserved(self, heads: Heads, now: float) -> list[Waiting]:
        """Jobs with a reservation, the longest blocked first."""
        found = []
        for account_id, standing in self.accounts.items():
            if standing.blocked_since and self._below_limit(account_id):
                for job in heads.get(account_id, ()):
                    since = standing.blocked_since.get(job.model_id)
                    if since is not None and now - since >= self.ageing:
                        found.append((since, job.job_id, job))
        return [job for _, _, job in sorted(found, key=lambda item: item[:2])]

    def _below_limit(self, account_id: str) -> bool:
        standing = self.accounts[account_id]
        return standing.running < standing.limit

    def _note_blocked(self, jobs: list[Waiting], started: Waiting, room: Room, now: float) -> None:
        for job in jobs:
            if job.account_id == started.account_id or room.has_free_slot_for(job.model_id):
                self.accounts[job.account_id].blocked_since.setdefault(job.model_id, now)

    def _take_turn(self, standing: Standing, now: float) -> None:
        standing.since = now
        self._turn += 1
        standing.turn = self._turn

    def _passes(self, job: Waiting) -> int:
        return self.accounts[job.account_id].passes.get(job.model_id, 0)


def _sure(placement: Placement | None) -> Placement:
    assert placement, "only jobs that can be placed are asked about"
    return placement


def _in_the_way(cold: Placement, warm: Placement, warm_model: str) -> bool:
    """Whether starting the cold one would take the warm one's slot or its process."""
    return cold.slot == warm.slot or (warm_model, warm.slot.slot_id) in cold.victims
