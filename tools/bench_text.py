"""Measure the built-in text engine on prompts that people write, and draw what it makes for somebody to judge.

    python build.py bench text [--prompts FILE] [--out DIR] [--quality low] [--every N] [--judged FILE]

Each prompt is built with seed 0 and rendered as the API's preview is. DIR gets ``sheet_01.png`` … with numbered pictures
and no words, for a judge who names what each shows, and ``key.tsv`` with the numbers' prompts and what the engine says
of them. With ``--judged`` (lines ``NUMBER<TAB>yes|no<TAB>what it was taken for``) the share that was judged right and the
confusions are printed. Seconds are those of ``Engine.run``, for each on one core.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from pocket3d_server.geometry.preview import render
from pocket3d_server.models.builtin_text import BuiltinText
from pocket3d_server.models.engine import MeshRequest

PROMPTS = Path(__file__).with_name("everyday_prompts.txt")
JUDGED = PROMPTS.with_name("everyday_judged.tsv")
"""What a judge took their pictures for who saw neither prompts nor names."""
CELL, COLUMNS, ROWS = 384, 4, 3
ENGINE = BuiltinText()
"""One for each process."""


@dataclass(frozen=True)
class Row:
    """What came of one prompt."""

    number: int
    prompt: str
    seconds: float
    faces: int
    confidence: float
    notes: str
    picture: Image.Image


def read_prompts(file: Path) -> list[str]:
    """One a line; empty lines and those that begin with # are left out."""
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def build(job: tuple[int, str, str]) -> Row:
    """Number, prompt and quality made into a row."""
    number, prompt, quality = job
    start = time.perf_counter()
    request = MeshRequest.model_validate(
        {"text_prompt": prompt, "quality": quality, "texture_resolution": 1024, "seed": 0}
    )
    made = ENGINE.run(request, lambda fraction, stage: None)
    seconds = time.perf_counter() - start
    picture = Image.fromarray(render(made.asset, size=CELL)).convert("RGB")
    ImageDraw.Draw(picture).text((10, 8), str(number), fill=(30, 30, 30), font_size=26)
    return Row(number, prompt, seconds, made.asset.face_count, made.confidence, " ".join(made.notes), picture)


def write_sheets(rows: list[Row], folder: Path) -> None:
    """The pictures, COLUMNS x ROWS on a sheet."""
    each = COLUMNS * ROWS
    for page, first in enumerate(range(0, len(rows), each), 1):
        some = rows[first : first + each]
        sheet = Image.new("RGB", (COLUMNS * CELL, -(-len(some) // COLUMNS) * CELL), "white")
        for place, row in enumerate(some):
            sheet.paste(row.picture, (place % COLUMNS * CELL, place // COLUMNS * CELL))
        sheet.save(folder / f"sheet_{page:02d}.png")


def judged(file: Path, prompts: list[str]) -> tuple[int, int, list[tuple[str, str]]]:
    """How many were judged, how many of them right, and the others' prompts with what they were taken for."""
    verdicts = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    wrong = [(prompts[int(n) - 1], " ".join(taken)) for n, verdict, *taken in verdicts if verdict != "yes"]
    return len(verdicts), len(verdicts) - len(wrong), wrong


def main(argv: list[str] | None = None) -> int:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(prog="build.py bench text", description=__doc__)
    parser.add_argument("--prompts", type=Path, default=PROMPTS)
    parser.add_argument("--out", type=Path, help="folder for sheets and key")
    parser.add_argument("--quality", choices=("low", "medium", "high"), default="medium")
    parser.add_argument("--every", type=int, default=1, help="take each N-th prompt only")
    parser.add_argument("--judged", type=Path, help="only count this judge's verdicts")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(argv)
    prompts = read_prompts(options.prompts)
    if options.judged:
        count, right, wrong = judged(options.judged, prompts)
        print(f"judged right {right} of {count} ({right / count:.1%})")
        for prompt, taken in wrong:
            print(f"  {prompt:40s} taken for: {taken or 'nothing'}")
        return 0
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    jobs = [(n, prompt, options.quality) for n, prompt in enumerate(prompts, 1)][:: options.every]
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        rows = pool.map(build, jobs, chunksize=1)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        write_sheets(rows, options.out)
        lines = [f"{r.number}\t{r.prompt}\t{r.confidence}\t{r.faces}\t{r.notes}" for r in rows]
        (options.out / "key.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sure = sum(r.confidence >= 0.5 for r in rows)
    seconds = [r.seconds for r in rows]
    print(f"{len(rows)} prompts, {sure} of them with a confidence of 0.5 or more")
    print(f"seconds  median {np.median(seconds):.2f}   max {np.max(seconds):.2f}")
    print(f"faces    median {int(np.median([r.faces for r in rows])):,}   max {max(r.faces for r in rows):,}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
