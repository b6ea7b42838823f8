"""What ``bench_chaos`` checks at the end: what clients were told against what database, files and processes say."""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from pocket3d_server.accounts.tables import Account, CreditEntry
from pocket3d_server.config import load
from pocket3d_server.database import Database
from pocket3d_server.geometry.read import read_asset
from pocket3d_server.jobs.tables import FINAL, Job, JobEvent, Status, StoredFile
from sqlalchemy import select
from sqlalchemy.orm import Session

from tools.chaos_clients import Known, Ledger
from tools.server_process import Client
from tools.tables import print_table

LAST_EVENTS = ("job_completed", "job_failed")
EXPECTED_ERRORS = {
    "paced": {"CANCELLED"},
    "noop": {"CANCELLED"},
    "litters": {"CANCELLED"},
    "copies": {"CANCELLED"},
    "fails": {"CANCELLED", "PROCESSING_FAILED"},
    "poison": {"CANCELLED", "PROCESSING_FAILED"},
}
FAULTS = (
    "lost",
    "finished twice",
    "wrong end",
    "wrong result",
    "event gaps",
    "credits wrong",
    "orphan files",
    "orphan processes",
    "contradictions",
)
"""What must not be; names in the table."""
ENDS_WELL = {"paced", "noop", "litters", "copies"}


@dataclass
class Findings:
    """What was found; ``faults`` maps a name in the table to what is wrong."""

    submitted: int = 0
    finished: int = 0
    completed: int = 0
    quarantined: int = 0
    repeated: int = 0
    faults: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in FAULTS})

    def blame(self, name: str, text: str) -> None:
        """Note one fault."""
        self.faults[name].append(text)

    def print(self, done: Counter[str], markdown: bool) -> None:
        """Counts for people; the first two may be above zero. ``done``: how often what befell the server."""
        rows = [("submitted", self.submitted), ("finished once", self.finished)]
        rows += [(name, len(faults)) for name, faults in self.faults.items()]
        print_table(["", ""], rows, markdown=markdown)
        befell = ", ".join(f"{name} {count}" for name, count in sorted(done.items()))
        print(
            f"\n{self.completed} completed, {self.quarantined} quarantined, {self.repeated} submits sent again."
        )
        print(f"Killed or filled: {befell or 'nothing'}.")


def check_answers(found: Findings, client: Client, told: Ledger) -> None:
    """Over HTTP, while a server runs: results can be downloaded and are what they claim."""
    found.submitted += len(told.jobs)
    found.repeated += told.repeated
    for text in told.contradictions:
        found.blame("contradictions", text)
    for known in told.jobs.values():
        if known.deleted:
            if client.send("GET", f"/jobs/{known.job_id}")[0] != 404:
                found.blame("wrong end", f"{known.job_id} was deleted and is there")
            continue
        status, _ = client.send("GET", f"/jobs/{known.job_id}")
        if status != 200:
            found.blame("lost", f"{known.job_id}: {status}")
            continue
        job = client.json("GET", f"/jobs/{known.job_id}")
        if job["status"] == "completed":
            status, content = client.send("GET", f"/mesh/download/{known.job_id}")
            digest = hashlib.sha256(content).hexdigest()
            if status != 200 or digest != job["result"]["sha256"]:
                found.blame("wrong result", f"{known.job_id}: {status}, {len(content)} bytes")


def check_data(
    found: Findings, folders: list[Path], bucket: Path | None, customers: dict[str, Ledger]
) -> None:
    """In the data folders of stopped servers, and the bucket that they share: ``customers`` by account."""
    database = Database(load({"data_dir": folders[0]}).database)
    try:
        with database.read() as session:
            events = _events(session)
            for account_id, told in customers.items():
                jobs = {job.id: job for job in session.scalars(select(Job).filter_by(account_id=account_id))}
                for known in told.jobs.values():
                    _check_job(found, known, jobs.get(known.job_id), events.get(known.job_id, []))
                for job_id in jobs.keys() - told.jobs.keys():
                    found.blame("finished twice", f"{job_id} was submitted by nobody")
                _check_credits(found, session, account_id, jobs, told)
            _check_files(found, session, bucket or folders[0])
            for folder in folders:
                for path in (folder / "tmp").rglob("*"):
                    if path.is_file():
                        found.blame("orphan files", f"{folder.name}/tmp/{path.name}")
    finally:
        database.close()


def _events(session: Session) -> dict[str, list[JobEvent]]:
    events: dict[str, list[JobEvent]] = defaultdict(list)
    for event in session.scalars(select(JobEvent).order_by(JobEvent.job_id, JobEvent.seq)):
        events[event.job_id].append(event)
    return events


def _check_job(found: Findings, known: Known, job: Job | None, events: list[JobEvent]) -> None:
    if known.deleted:
        found.finished += 1  # only jobs that have ended can be deleted
        if job is not None:
            found.blame("wrong end", f"{known.job_id} was deleted and is there")
        return
    if job is None or job.status not in FINAL:
        found.blame("lost", f"{known.job_id} ({known.kind}): {job.status if job else 'gone'}")
        return
    names = [event.event for event in events]
    ends = sum(name in LAST_EVENTS for name in names)
    if ends != 1 or names[-1] not in LAST_EVENTS:
        found.blame("finished twice" if ends > 1 else "lost", f"{job.id}: {names}")
    else:
        found.finished += 1
    if [event.seq for event in events] != list(range(1, len(events) + 1)):
        found.blame("event gaps", f"{job.id}: {[event.seq for event in events]}")
    found.completed += job.status == Status.COMPLETED
    found.quarantined += job.quarantined
    _check_end(found, known, job, names)


def _check_end(found: Findings, known: Known, job: Job, names: list[str]) -> None:
    """A job ends as its engine would have it, or as its owner was told."""
    code = (job.error or {}).get("code", "completed")
    if known.ended and known.ended != code:
        found.blame("finished twice", f"{job.id}: its owner saw {known.ended}, now it is {code}")
    expected = EXPECTED_ERRORS[known.kind] | ({"completed"} if known.kind in ENDS_WELL else set())
    unlucky = job.quarantined and job.lost_attempts >= 3  # its runner was killed three times
    if code not in expected and not unlucky:
        found.blame("wrong end", f"{job.id} ({known.kind}): {job.error}")
    begun = names.count("job_started")
    if known.kind == "fails" and code == "PROCESSING_FAILED" and not unlucky:
        lost = sum(name == "job_queued" for name in names) - 1
        if begun != lost + 1:
            found.blame("wrong end", f"{job.id}: a model's error was tried {begun} times")


def _check_credits(
    found: Findings, session: Session, account_id: str, jobs: dict[str, Job], told: Ledger
) -> None:
    account = session.get_one(Account, account_id)
    entries = list(session.scalars(select(CreditEntry).filter_by(account_id=account_id)))
    if sum(entry.amount for entry in entries) != account.credits:
        found.blame("credits wrong", f"{account_id} has {account.credits}; its entries do not sum up to that")
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    sums: Counter[str] = Counter()
    for entry in entries:
        if entry.job_id:
            kinds[entry.job_id][entry.kind] += 1
            sums[entry.job_id] += entry.amount
    for job_id in told.jobs:
        job = jobs.get(job_id)
        ends = [kind for kind in ("settle", "refund") if kinds[job_id][kind]]
        good = kinds[job_id]["reserve"] == 1 and len(ends) == 1 and kinds[job_id][ends[0]] == 1
        if job is not None:
            good = good and ends == ["settle" if job.status == Status.COMPLETED else "refund"]
        if good and ends == ["refund"]:
            good = sums[job_id] == 0
        if not good:
            found.blame("credits wrong", f"{job_id}: {dict(kinds[job_id])}, {sums[job_id]}")


def _check_files(found: Findings, session: Session, stored: Path) -> None:
    rows = {row.path: row for row in session.scalars(select(StoredFile))}
    for name in ("uploads", "outputs", "inputs"):
        for path in (stored / name).rglob("*"):
            relative = path.relative_to(stored).as_posix()
            if path.is_file() and relative not in rows:
                found.blame("orphan files", relative)
    for row in rows.values():
        path = stored / row.path
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != row.sha256:
            found.blame("wrong result", f"{row.path} is not what was promised")
        elif row.kind == "mesh":
            try:
                read_asset(path)
            except ValueError as error:
                found.blame("wrong result", f"{row.path} cannot be read: {error}")


def bearing(variable: str, value: str) -> list[psutil.Process]:
    """All processes with this in their environment, zombies left out."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(variable) == value and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found
