"""The commands jobs list, fetch and cancel."""

from __future__ import annotations

import argparse
import time

from .. import api
from ..api.jobs import find, take_up
from ..core.jobs import gallery
from ..core.jobs.job import Job
from . import codes
from .common import SHORT, CommandLineError, entry, finish, prepare
from .output import Output, table


def show(options: argparse.Namespace, output: Output) -> int:
    """List all jobs."""
    prepare(options)
    jobs = api.jobs()
    data = {"status": "completed", "exit_code": codes.DONE, "jobs": [entry(job) for job in jobs]}
    output.answer(data, table([row(job) for job in jobs]) or ["There are no jobs"])
    return codes.DONE


def row(job: Job) -> list[str]:
    """A job as a line: key, what, how it is, when."""
    when = gallery.when(job.created, time.time())
    return [job.key[:SHORT], job.task.verb, job.task.title[:40], job.status_text(), when, job.profile]


def fetch(options: argparse.Namespace, output: Output) -> int:
    """Wait for a job and put its result into the scene."""
    prepare(options)
    return finish(options, output, [take_up(find(options.key), options.timeout)])


def cancel(options: argparse.Namespace, output: Output) -> int:
    """Cancel jobs."""
    prepare(options)
    if options.all == bool(options.key):
        raise CommandLineError("Name the jobs by their keys, or say --all")
    chosen = [find(key) for key in options.key] if options.key else api.jobs()
    under_way = [job for job in chosen if not job.state.finished]
    api.cancel(*under_way)
    data = {"status": "completed", "exit_code": codes.DONE, "jobs": [entry(job) for job in chosen]}
    ended = [f"{job.key[:SHORT]} had ended" for job in chosen if job not in under_way and options.key]
    output.answer(data, [*(f"{job.key[:SHORT]} cancelled: {job.task.title}" for job in under_way), *ended])
    return codes.DONE
