"""The command batch."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .. import api
from ..api.batches import BatchRun
from ..api.errors import plain_errors
from ..core.batch.items import read_batch
from ..core.batch.report import Entry, Outcome, Report
from . import codes
from .common import STATUSES, checked_file, prepare, save
from .output import Output


def batch(options: argparse.Namespace, output: Output) -> int:
    """Make everything that a file asks for; returns the exit code."""
    prepare(options)
    defaults = {name: getattr(options, name) for name in ("quality", "model") if getattr(options, name)}
    if options.check:
        return check(options, output, defaults)
    report_file = report_path(options)
    runs: list[BatchRun] = []

    def watch(run: BatchRun) -> None:
        runs[:] = [run]
        output.batch(run)

    try:
        report = api.batch(
            options.file,
            columns=options.grid,
            spacing=options.spacing,
            around=options.around,
            at_once=options.at_once,
            defaults=defaults,
            resume=options.resume,
            report=report_file,
            on_progress=watch,
        )
    except BaseException:
        if runs and runs[0].report.count(Outcome.DONE):  # what is there is worth keeping
            save(options, {}, [])
            output.complain(f"What is done is noted; go on with --resume {report_file}")
        raise
    return answer(options, output, report, report_file)


def report_path(options: argparse.Namespace) -> Path:
    """Where the report goes: where it is asked for, into the one that is taken up, or beside the batch file."""
    if options.report or options.resume:
        return checked_file(options.report or options.resume, ".json", "--report")
    path = Path(options.file).absolute()
    return path.with_name(f"{path.stem}.report.json")


def check(options: argparse.Namespace, output: Output, defaults: dict[str, Any]) -> int:
    """Only read the file."""
    with plain_errors():
        items = read_batch(options.file, defaults)
    data = {"status": "completed", "exit_code": codes.DONE, "objects": len(items)}
    output.answer(data, [f"{options.file} is right: {len(items)} objects"])
    return codes.DONE


def answer(options: argparse.Namespace, output: Output, report: Report, file: Path) -> int:
    """Save, and say what came of it; returns the exit code."""
    done, failed = report.count(Outcome.DONE), report.count(Outcome.FAILED)
    code = codes.DONE if not failed else (codes.PARTLY if done else codes.FAILED)
    data: dict[str, Any] = {"status": STATUSES.get(code, "error"), "exit_code": code}
    data |= {"report": str(file), **report.to_json()}
    lines = [f"line {e.line}, {e.title}: {note}" for e in report.entries for note in e.notes]
    lines += [f"{done} of {len(report.entries)} objects made in {report.seconds:.0f} s", f"Report {file}"]
    if done:
        save(options, data, lines)
        report.blend = data["blend"] = data.get("saved", report.blend)
        report.write(file)
    output.answer(data, lines)
    failures = [entry for entry in report.entries if entry.status is Outcome.FAILED]
    output.complain(*map(line_of, failures))
    if failures:
        output.complain(f"Once that is mended, run it again with --resume {file}")
    return code


def line_of(entry: Entry) -> str:
    """A row that failed, for people."""
    error = entry.error or {}
    sentence = ". ".join(filter(None, (error.get("message"), error.get("remedy"))))
    return f"line {entry.line}, {entry.title}: {error.get('step', '')} failed: {sentence}"
