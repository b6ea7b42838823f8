"""When the turn of a queued job comes and when it will be done: the policy, played through with observed times.

Each model's jobs are expected to take the mean of its latest ones, a running job what its progress promises, and
a job's own time is that of its quality where enough such jobs were seen. Slots, limits of accounts and the order
are the real ones. Memory, warmth, jobs to come and jobs that fail are not foreseen.

The game is played for all jobs at once and kept for a moment (``KEEP`` times as long as it took), so that any
number of status reads costs little. Jobs beyond the first ``MOST_STEPS`` are estimated from the pace up to there.
"""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import fmean

from sqlalchemy.orm import Session

from pocket3d_server.accounts.tiers import TIERS
from pocket3d_server.jobs import queries
from pocket3d_server.jobs.policy import Policy
from pocket3d_server.jobs.tables import Job
from pocket3d_server.runners.base import RunnerPool
from pocket3d_server.runners.catalog import Catalog
from pocket3d_server.times import now

log = logging.getLogger(__name__)

OBSERVED = 20
"""Finished jobs of a model whose times tell how long the next will take."""
ENOUGH = 3
"""Of them, those of one quality that tell about that quality."""
OBSERVE_S = 5.0
"""How long such an observation is kept."""
KEEP = 20
MOST_STEPS = 2000
UNKNOWN_S = 60.0
"""What a job is expected to take of which nothing is known."""

Pair = tuple[str, str]
"""An account and a model."""


@dataclass(frozen=True)
class Outlook:
    """What awaits a queued job."""

    position: int
    """Starts before it, and its own; 1 is next."""
    completion: datetime


@dataclass(frozen=True)
class Line:
    """The waiting jobs of one account and model. Times are epoch seconds."""

    count: int
    oldest: float
    newest: float

    def head(self, taken: int) -> float:
        """About when the first job was queued after ``taken`` have been."""
        return self.oldest + (self.newest - self.oldest) * taken / max(1, self.count - 1)


@dataclass(frozen=True)
class Busy:
    """A running job."""

    account_id: str
    slot_id: str
    ends: float


@dataclass(frozen=True)
class Turn:
    """A start that is foreseen."""

    position: int
    starts: float


@dataclass(frozen=True)
class Game:
    """What was foreseen: the turns of each account's and model's jobs, oldest first."""

    began: float
    turns: Mapping[Pair, Sequence[Turn]]
    steps: int = 0
    ended: float = 0.0
    """When the last start is foreseen."""

    def turn(self, pair: Pair, rank: int) -> Turn:
        """Of the job with ``rank`` older ones of its pair; from the pace where it was not played so far."""
        played = self.turns.get(pair, ())
        if rank < len(played):
            return played[rank]
        if played:
            last, share = played[-1], (rank + 1) / len(played)
            return Turn(round(last.position * share), self.began + (last.starts - self.began) * share)
        pace = (self.ended - self.began) / self.steps if self.steps else 0.0
        return Turn(self.steps + rank + 1, max(self.began, self.ended) + pace * (rank + 1))


def play(
    policy: Policy,
    at: float,
    lines: Mapping[Pair, Line],
    running: Sequence[Busy],
    seconds: Mapping[str, float],
    slots: Mapping[str, Sequence[str]],
    most_steps: int = MOST_STEPS,
) -> Game:
    """Play a queue through from the time ``at``; ``policy`` is changed by it, so give a copy.

    ``seconds`` is how long each model's jobs take, ``slots`` where they can run.
    """
    free = {slot for ids in slots.values() for slot in ids} - {busy.slot_id for busy in running}
    ends = [(max(at, busy.ends), busy.slot_id, busy.account_id) for busy in running]
    heapq.heapify(ends)
    left = {pair: line.count for pair, line in lines.items() if slots.get(pair[1])}
    models: dict[str, list[str]] = {}
    for account_id, model_id in left:
        models.setdefault(account_id, []).append(model_id)
    turns: dict[Pair, list[Turn]] = {pair: [] for pair in left}
    heads_at = {pair: line.oldest for pair, line in lines.items()}
    clock, steps, last = at, 0, at
    while models and steps < most_steps:
        chosen = None
        open_models = {model_id for model_id, ids in slots.items() if not free.isdisjoint(ids)}
        for account_id, waiting in models.items() if open_models else ():
            standing = policy.accounts[account_id]
            if standing.running >= standing.limit:
                continue
            heads = [(heads_at[account_id, m], m) for m in waiting if m in open_models]
            if heads:
                oldest, model_id = min(heads)
                rank = policy.rank(account_id, oldest, clock)
                if chosen is None or rank < chosen[0]:
                    chosen = rank, account_id, model_id
        if chosen is None:
            if not ends:
                break
            clock, slot_id, account_id = heapq.heappop(ends)
            free.add(slot_id)
            policy.ended(account_id, clock)
            continue
        _, account_id, model_id = chosen
        pair = account_id, model_id
        steps, last = steps + 1, clock
        turns[pair].append(Turn(steps, clock))
        policy.served(account_id, clock)
        slot_id = next(slot for slot in slots[model_id] if slot in free)
        free.remove(slot_id)
        heapq.heappush(ends, (clock + seconds.get(model_id, UNKNOWN_S), slot_id, account_id))
        left[pair] -= 1
        heads_at[pair] = lines[pair].head(len(turns[pair]))
        if not left[pair]:
            models[account_id].remove(model_id)
            if not models[account_id]:
                del models[account_id]
    return Game(at, turns, steps, last)


class Forecast:
    """Tells the outlook of queued jobs; from any thread."""

    def __init__(self, catalog: Catalog, pool: RunnerPool, policy: Policy) -> None:
        self._catalog = catalog
        self._pool = pool
        self._policy = policy
        self._game = Game(0.0, {})
        self._kept_until = 0.0
        self._playing = threading.Lock()
        self._times: dict[str, tuple[float, list[tuple[float, str]]]] = {}
        """Of each model: until when it is kept, and seconds and quality of its latest jobs."""

    def of(self, session: Session, job: Job) -> Outlook:
        """The outlook of a job that is queued or about to be. Never raises."""
        at = now()
        try:
            game = self._current(session)
            rank = queries.older_of_same_kind(session, job)
            turn = game.turn((job.account_id, job.model_id), rank)
            own = self._usual(session, job.model_id, job.request.get("quality", "medium"))
        except Exception:
            log.exception("the outlook of job %s is not known", job.id)
            return Outlook(1, at + timedelta(seconds=UNKNOWN_S))
        starts = max(at, datetime.fromtimestamp(turn.starts, UTC))
        return Outlook(turn.position, starts + timedelta(seconds=own))

    def _current(self, session: Session) -> Game:
        """The game, played again when it is old; while somebody does that, the others take the old one."""
        if time.monotonic() >= self._kept_until and self._playing.acquire(blocking=not self._kept_until):
            try:
                if time.monotonic() >= self._kept_until:
                    began = time.monotonic()
                    self._game = self._play(session)
                    self._kept_until = time.monotonic() + KEEP * (time.monotonic() - began)
            finally:
                self._playing.release()
        return self._game

    def _play(self, session: Session) -> Game:
        policy = Policy(self._policy.ageing)
        policy.accounts = {name: replace(standing) for name, standing in list(self._policy.accounts.items())}
        for standing in policy.accounts.values():
            standing.running = 0
        lines = {}
        for row in queries.waiting_lines(session):
            tier = TIERS[row.tier]
            policy.know(row.account_id, tier.priority, tier.concurrent_jobs).running = 0
            times = row.oldest.timestamp(), row.newest.timestamp()
            lines[row.account_id, row.model_id] = Line(row.jobs, *times)
        models = {model_id for _, model_id in lines}
        running = self._running(session, policy)
        room = self._pool.room()
        return play(
            policy,
            now().timestamp(),
            lines,
            running,
            {model_id: self._usual(session, model_id) for model_id in models},
            {m: [s.slot_id for s in room.slots if room.need_of(m, s.device)] for m in models},
        )

    def _running(self, session: Session, policy: Policy) -> list[Busy]:
        slots = {state.current_job: state.slot.slot_id for state in self._pool.state() if state.current_job}
        at = now().timestamp()
        found = []
        for row in queries.running_jobs(session):
            usual = row.started_at.timestamp() + self._usual(session, row.model_id)
            ends = row.eta.timestamp() if row.eta else max(at + 1, usual)
            account = policy.accounts.get(row.account_id) or policy.know(row.account_id, 0, 1000)
            account.running += 1
            if row.id in slots:
                found.append(Busy(row.account_id, slots[row.id], ends))
        return found

    def _usual(self, session: Session, model_id: str, quality: str | None = None) -> float:
        """Seconds that a job of the model takes, of one quality or of any."""
        until, times = self._times.get(model_id, (0.0, []))
        if time.monotonic() >= until:
            times = queries.recent_times(session, model_id, OBSERVED)
            self._times[model_id] = time.monotonic() + OBSERVE_S, times
        alike = [seconds for seconds, of in times if of == quality]
        if len(alike) >= ENOUGH:
            return fmean(alike)
        if times:
            return fmean(seconds for seconds, _ in times)
        spec = self._catalog.here(model_id)
        return spec.estimated_seconds if spec else UNKNOWN_S
