"""What came of a batch, as a JSON file that a later run can take up."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..files import write_whole
from ..meshes.placement import Vector
from .items import Item

SCHEMA = 1


class Outcome(StrEnum):
    """How far a row is."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass
class Entry:
    """One object of the batch. Seeds are texts, since other programs read JSON numbers as they like."""

    key: str
    line: int
    title: str
    status: Outcome = Outcome.PENDING
    object: str = ""
    """Name of the main object in the scene."""
    identifier: str = ""
    """How the object is found when it has been renamed."""
    location: Vector | None = None
    """Where its main object was put; it counts as moved by hand when it stands elsewhere."""
    file: str = ""
    """The generated mesh as a GLB."""
    seed: str = ""
    seconds: float = 0.0
    jobs: list[dict[str, str]] = field(default_factory=list)
    """Each step with its key here and its id on the server."""
    notes: list[str] = field(default_factory=list)
    error: dict[str, str] | None = None
    """Step, code, message and remedy."""


@dataclass
class Report:
    """All entries of one run, in the order of the batch file."""

    batch: str
    entries: list[Entry]
    started: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    seconds: float = 0.0
    blend: str = ""

    def count(self, status: Outcome) -> int:
        """How many entries are there."""
        return sum(e.status is status for e in self.entries)

    def to_json(self) -> dict[str, Any]:
        """As it is written."""
        counts = {s.value: self.count(s) for s in Outcome}
        return {"schema": SCHEMA, **counts, **asdict(self)}

    def write(self, path: Path) -> None:
        """Write it whole: whoever reads it sees the old one or the new one."""
        write_whole(path, json.dumps(self.to_json(), ensure_ascii=False, indent=1))


def new_report(batch: str | Path, items: list[Item]) -> Report:
    """A report of a batch in which nothing has been done yet."""
    return Report(str(batch), [Entry(i.key, i.line, i.title) for i in items])


def read_report(path: str | Path) -> Report:
    """A report of an earlier run. Raises UserError when the file is none."""
    path = Path(path)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        known = {f.name for f in fields(Entry)}
        entries = [Entry(**{k: v for k, v in e.items() if k in known}) for e in data["entries"]]
        for entry in entries:
            entry.status = Outcome(entry.status)
            entry.location = tuple(entry.location) if entry.location else None  # type: ignore[assignment]
        return Report(
            str(data["batch"]), entries, str(data["started"]), float(data["seconds"]), str(data["blend"])
        )
    except FileNotFoundError:
        raise UserError(f"There is no report {path}", code="BAD_REPORT") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        text = f"{path.name} is no report of a batch"
        raise UserError(text, details=str(error), code="BAD_REPORT") from None


def take_up(report: Report, earlier: Report) -> None:
    """Copy what an earlier run has done already into a new report."""
    done = {e.key: e for e in earlier.entries if e.status is Outcome.DONE}
    for number, entry in enumerate(report.entries):
        if entry.key in done:
            report.entries[number] = done[entry.key]
            report.entries[number].line = entry.line
