"""What the gallery shows, new tasks from old results, and the catalogs of asset libraries."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from addon.core import asset_catalogs
from addon.core.errors import Problem
from addon.core.jobs import gallery
from addon.core.jobs.job import Job, Origin, State, Task
from addon.core.later import sdk
from addon.core.request.params import MeshParams, TextureParams

HERE = Origin("open", "/scenes/a.blend")


def job(prompt: str = "a cup", seed: int | None = None, **task: object) -> Job:
    """A finished job, for which the server chose the seed 41."""
    made = Job(replace(Task("Title", MeshParams(text_prompt=prompt, seed=seed)), **task))  # type: ignore[arg-type]
    raw = {"seed": 41 if seed is None else seed, "model_id": "builtin_text", "vertices": 12000, "faces": 9}
    made.update({"state": State.DONE, "result": sdk.types.MeshResult.from_dict(raw)})
    return made


def test_results_are_chosen_by_kind_document_and_words() -> None:
    cup, table = job("a red cup", origin=HERE), job("a table", origin=Origin("closed", ""))
    paint = Job(Task("Cup", TextureParams(text_prompt="gold")))
    everything = [cup, table, paint]
    assert gallery.selection(everything) == everything
    assert gallery.selection(everything, feature="texture_generation") == [paint]
    assert gallery.selection(everything, here=HERE) == [cup]
    assert gallery.selection(everything, here=Origin("again", "/scenes/a.blend")) == [cup]
    assert gallery.selection(everything, here=Origin("", "")) == []
    assert gallery.selection(everything, words="CUP red") == [cup]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (6, 1), (7, 2), (12, 2), (13, 3)])
def test_pages(count: int, pages: int) -> None:
    jobs = [job() for _ in range(count)]
    assert gallery.pages(count, 6) == pages
    assert [j for p in range(pages) for j in gallery.page_of(jobs, p, 6)] == jobs
    assert gallery.page_of(jobs, 99, 6) == gallery.page_of(jobs, pages - 1, 6)


def test_again_is_the_same_request_with_the_seed_that_was_used() -> None:
    first = job()
    task = gallery.again(first, [first], HERE)
    assert task.params == MeshParams("builtin_text", 41, text_prompt="a cup")
    assert (task.group, task.variant, task.origin) == (first.key, 1, HERE)
    second = Job(task)
    assert gallery.variants_of([second, first], first) == [first, second]
    assert gallery.letter([second, first], second) == "B"
    third = gallery.again(second, [second, first], HERE, gallery.another_seed(second))
    assert (third.group, third.variant) == (first.key, 2)
    assert third.params.seed != 41
    assert gallery.letter([first], first) == ""


def test_again_on_an_object_stays_on_that_object() -> None:
    painted = job(targets=("abc",), replaces="")
    task = gallery.again(painted, [painted], HERE, 5)
    assert (task.targets, task.group, task.params.seed) == (("abc",), "", 5)


def test_facts_are_short() -> None:
    made = job()
    assert gallery.facts(made, time.time())[:2] == [
        "12,000 vertices · 9 faces",
        "Built-in text kit · seed 41",
    ]
    now = time.mktime((2026, 11, 23, 15, 4, 0, 0, 0, -1))
    assert gallery.when(now, now) == "Today 15:04"
    assert gallery.when(now - 86400, now) == "Yesterday 15:04"
    assert gallery.when(now - 40 * 86400, now).startswith("14 ")


def test_a_report_has_what_a_bug_report_needs() -> None:
    broken = job()
    broken.update(
        {
            "state": State.FAILED,
            "job_id": "job_1",
            "server": "http://127.0.0.1:7263",
            "problem": Problem("It broke", code="PROCESSING_FAILED", details="request req_9"),
        }
    )
    text = gallery.report(broken, {"Blender": "4.5.15"})
    assert text.splitlines()[0] == "It broke"
    for line in ("Code: PROCESSING_FAILED", "Details: request req_9", "Job: job_1", "Blender: 4.5.15"):
        assert line in text.splitlines()


def test_a_catalog_is_added_once_and_nothing_else_changes(tmp_path: Path) -> None:
    own = "# mine\nVERSION 1\n\n123:Props/Old:Props-Old"
    (tmp_path / asset_catalogs.FILE).write_text(own)
    os.chmod(tmp_path / asset_catalogs.FILE, 0o640)
    assert asset_catalogs.add_catalog(tmp_path) == asset_catalogs.UUID
    text = (tmp_path / asset_catalogs.FILE).read_text()
    assert text == f"{own}\n{asset_catalogs.UUID}:Pocket3D:Pocket3D\n"
    asset_catalogs.add_catalog(tmp_path)
    assert (tmp_path / asset_catalogs.FILE).read_text() == text
    assert (tmp_path / asset_catalogs.FILE).stat().st_mode & 0o777 == 0o640
    assert [p.name for p in tmp_path.iterdir()] == [asset_catalogs.FILE]


def test_a_catalog_of_the_artists_by_that_name_is_used(tmp_path: Path) -> None:
    own = "VERSION 1\n\nabc-1:Pocket3D:Pocket3D\n"
    (tmp_path / asset_catalogs.FILE).write_text(own)
    assert asset_catalogs.add_catalog(tmp_path) == "abc-1"
    assert (tmp_path / asset_catalogs.FILE).read_text() == own


def test_a_new_library_gets_a_whole_catalog_file(tmp_path: Path) -> None:
    asset_catalogs.add_catalog(tmp_path)
    lines = (tmp_path / asset_catalogs.FILE).read_text().splitlines()
    assert "VERSION 1" in lines
    assert lines[-1] == f"{asset_catalogs.UUID}:Pocket3D:Pocket3D"
