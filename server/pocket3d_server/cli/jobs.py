"""``pocket3d-server jobs``: what waits, what runs, and what was lost too often."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from pocket3d_server.database import Database
from pocket3d_server.jobs import quarantine, queries
from pocket3d_server.jobs.files import FileStore
from pocket3d_server.jobs.tables import Job, Status
from pocket3d_server.storage import StorageError
from pocket3d_server.times import stamp

Open = Callable[[argparse.Namespace], tuple[Database, FileStore]]


def add_commands(commands: Any, common: argparse.ArgumentParser, open_data: Open) -> None:
    """Add the command to the command line; ``open_data`` opens what the options name."""
    jobs = commands.add_parser("jobs", help="look at jobs, try quarantined ones again").add_subparsers(
        required=True, metavar="ACTION"
    )
    parser = jobs.add_parser("list", parents=[common], help="show jobs, newest first")
    parser.add_argument("--status", choices=[status.value for status in Status])
    parser.add_argument(
        "--quarantined", action="store_true", help="only those that were lost too often, oldest first"
    )
    parser.add_argument("--limit", type=int, default=100, help="how many at most; default 100")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=lambda options: _list(open_data, options))
    parser = jobs.add_parser("retry", parents=[common], help="submit a quarantined job again, free of charge")
    parser.add_argument("id", help="as 'jobs list --quarantined' shows it")
    parser.set_defaults(run=lambda options: _retry(open_data, options))


def _list(open_data: Open, options: argparse.Namespace) -> int:
    database, _ = open_data(options)
    with database.read() as session:
        if options.quarantined:
            jobs = queries.quarantined(session, options.limit)
        else:
            jobs = queries.newest(session, options.limit, options.status)
    database.close()
    if options.json:
        print(json.dumps([_as_json(job) for job in jobs], indent=2))
        return 0
    if not jobs:
        print("There are no such jobs.", file=sys.stderr)
    for job in jobs:
        why = f"  {job.error['message']}" if job.error else ""
        mark = " (quarantined)" if job.quarantined else ""
        print(f"{job.id}  {stamp(job.created_at)}  {job.account_id}  {job.model_id}  {job.status}{mark}{why}")
    return 0


def _as_json(job: Job) -> dict[str, Any]:
    return {
        "job_id": job.id,
        "account_id": job.account_id,
        "model_id": job.model_id,
        "status": job.status,
        "created_at": stamp(job.created_at),
        "attempts": job.attempts,
        "quarantined": job.quarantined,
        "error": job.error,
    }


def _retry(open_data: Open, options: argparse.Namespace) -> int:
    database, files = open_data(options)
    try:
        with database.write() as session:
            new = quarantine.retry(session, files, options.id)
        files.delete_inputs(options.id)
    except quarantine.NotQuarantinedError as error:
        print(f"pocket3d-server: {error} 'jobs list --quarantined' shows those that are.", file=sys.stderr)
        return 1
    except (OSError, StorageError) as error:
        print(f"pocket3d-server: {options.id} cannot be tried again: {error}", file=sys.stderr)
        return 1
    finally:
        database.close()
    print(f"{options.id} is tried again as {new.id}.")
    return 0
