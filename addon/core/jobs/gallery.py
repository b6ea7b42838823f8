"""What the gallery of results shows, and new tasks from old results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..request import model_words
from ..request.params import new_seed
from .job import Job, Origin, Task

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def selection(
    results: Sequence[Job], *, feature: str = "", here: Origin | None = None, words: str = ""
) -> list[Job]:
    """The results of a feature, of a document, and with some words in their title or prompt; each is optional."""
    return [
        j
        for j in results
        if (not feature or j.task.feature == feature)
        and (here is None or j.task.origin.is_same(here))
        and all(w in f"{j.task.title} {prompt_of(j)}".lower() for w in words.lower().split())
    ]


def pages(count: int, size: int) -> int:
    """How many pages there are; at least one."""
    return max(1, -(-count // size))


def page_of(results: Sequence[Job], number: int, size: int) -> list[Job]:
    """The results of a page; a number that is too high gives the last one."""
    number = min(max(number, 0), pages(len(results), size) - 1)
    return list(results[number * size : (number + 1) * size])


def group_of(job: Job) -> str:
    """What the variants of a request share. A result that is alone starts a group when it is varied."""
    return job.task.group or job.key


def variants_of(results: Sequence[Job], job: Job) -> list[Job]:
    """The results of the same request and those that were made from them, the first one first."""
    same = [j for j in results if group_of(j) == group_of(job)]
    return sorted(same, key=lambda j: (j.task.variant, j.created))


def letter(results: Sequence[Job], job: Job) -> str:
    """``A`` for the first of several variants; empty for a result that is alone."""
    variants = variants_of(results, job)
    return LETTERS[variants.index(job) % len(LETTERS)] if len(variants) > 1 else ""


def request_letter(jobs: Sequence[Job], job: Job) -> str:
    """``A`` for the first variant that was asked for, known before there is a result; empty for a single one."""
    group = job.task.group
    several = bool(group) and any(j.task.group == group for j in jobs if j is not job)
    return LETTERS[job.task.variant % len(LETTERS)] if several else ""


def answer(job: Job) -> dict[str, Any]:
    """The server's description of the result, whole."""
    return dict(getattr(job.result, "raw", None) or {})


def prompt_of(job: Job) -> str:
    """The description it was made from; empty for those from pictures and for parts and rigs."""
    return str(getattr(job.task.params, "text_prompt", ""))


def seed_of(job: Job) -> int | None:
    """The seed that was used: the one asked for, else the one that the server chose."""
    if job.task.params.seed is not None:
        return job.task.params.seed
    seed = answer(job).get("seed")
    return seed if isinstance(seed, int) else None


def model_of(job: Job) -> str:
    """The model that made it, as far as it is known."""
    return job.model_id or str(answer(job).get("model_id", "")) or job.task.params.model_preference


def again(job: Job, results: Sequence[Job], here: Origin, seed: int | None = None) -> Task:
    """The same once more, with the seed and model of before or another seed; a new object stands beside its kin."""
    params = replace(
        job.task.params, seed=seed_of(job) if seed is None else seed, model_preference=model_of(job)
    )
    if job.task.targets:
        return replace(job.task, params=params, origin=here)
    number = max((j.task.variant for j in variants_of(results, job)), default=job.task.variant) + 1
    return replace(job.task, params=params, group=group_of(job), variant=number, replaces="", origin=here)


def another_seed(job: Job) -> int:
    """A seed that differs from the job's."""
    seed = seed_of(job)
    while (other := new_seed()) == seed:
        pass
    return other


def facts(job: Job, now: float) -> list[str]:
    """Short lines about a result: how large, by which model with which seed, when."""
    raw, seed, model = answer(job), seed_of(job), model_of(job)
    size = [f"{raw['vertices']:,} vertices"] if raw.get("vertices") else []
    size += [f"{raw['faces']:,} faces"] if raw.get("faces") else []
    size += [f"{raw['total_parts']} parts"] if raw.get("total_parts") else []
    size += [f"{raw['bone_count']} bones"] if raw.get("bone_count") else []
    made = [model_words.name(model)] if model else []
    made += [f"seed {seed}"] if seed is not None else []
    lines = [" · ".join(size), " · ".join(made), when(job.created, now)]
    return [line for line in lines if line]


def when(moment: float, now: float) -> str:
    """``Today 14:05``, ``Yesterday 9:30`` or ``3 May 2026, 9:30``, by the local clock."""
    then = datetime.fromtimestamp(moment)
    days = (datetime.fromtimestamp(now).date() - then.date()).days
    clock = f"{then.hour}:{then.minute:02d}"
    if days in (0, 1):
        return f"{('Today', 'Yesterday')[days]} {clock}"
    return f"{then.day} {then:%b %Y}, {clock}"


def report(job: Job, versions: dict[str, str]) -> str:
    """The details of a job for a bug report: what went wrong, where, with which versions. Never a secret."""
    problem = job.problem
    lines = [problem.text if problem else job.status_text()]
    values = {
        "Code": problem.code if problem else "",
        "Details": problem.details if problem else "",
        "Job": job.job_id,
        "Feature": job.task.feature,
        "Model": model_of(job),
        "Server": job.server,
        **versions,
    }
    return "\n".join(lines + [f"{name}: {value}" for name, value in values.items() if value])
