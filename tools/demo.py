"""The main job end to end: prompts and pictures over HTTP to a real server, results into Blender.

``python build.py demo`` runs this in the server's environment. Writes the GLBs, their previews,
``demo.blend`` and ``demo.png`` (a contact sheet) below ``out/``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pocket3d import Job, JobEvent, Pocket3DAPIError, Pocket3DClient

from tools.server_process import ROOT, ServerProcess, running


@dataclass(frozen=True)
class Step:
    """One job of the demo. ``on`` names the step whose result it works on."""

    key: str
    title: str
    feature: str
    options: dict[str, Any]
    on: str | None = None


def mesh(key: str, prompt: str) -> Step:
    """A mesh from a prompt."""
    return Step(key, prompt, "mesh", {"text_prompt": prompt, "seed": 7})


STEPS = [
    mesh("car", "a red sports car"),
    mesh("armchair", "a green velvet armchair with wooden legs"),
    mesh("castle", "a medieval stone castle"),
    mesh("plant", "a potted monstera plant"),
    mesh("dog", "a brown dog"),
    mesh("hammer", "a blacksmith's hammer with an oak handle"),
    mesh("person", "a woman in a blue jacket"),
    Step("toy", "from a picture", "mesh", {"images": "assets/reference_toy.png", "seed": 7}),
    Step(
        "tiger",
        "tiger fur with black stripes",
        "texture",
        {"text_prompt": "tiger fur with black stripes"},
        "dog",
    ),
    Step(
        "painted",
        "in the pattern of a picture",
        "texture",
        {"images": "assets/reference_pattern.png"},
        "armchair",
    ),
    Step("parts", "split into parts", "segment", {"segmentation_level": "coarse"}, "toy"),
    Step("rigged_person", "rigged and posed", "rig", {"character_type": "humanoid"}, "person"),
    Step("rigged_dog", "rigged and posed", "rig", {"character_type": "quadruped"}, "dog"),
]


@dataclass
class Outcome:
    """What became of a step."""

    step: Step
    job: Job | None = None
    seconds: float = 0.0
    file: Path | None = None
    preview: Path | None = None
    error: str = ""
    done: threading.Event = field(default_factory=threading.Event)


class Display:
    """Progress of all jobs: one line that is rewritten on a terminal, a line at each stage elsewhere."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: dict[str, str] = {}
        self._live = sys.stdout.isatty()
        self._start = time.monotonic()

    def progress(self, key: str, event: JobEvent) -> None:
        """Show what a job is doing."""
        if not event.stage:
            return
        with self._lock:
            text = f"{event.stage} {100 * (event.progress or 0):.0f} %"
            if not self._live and self._active.get(key, "").split(" ")[0] != text.split(" ")[0]:
                print(f"{self._clock()}   {key}: {text}", flush=True)
            self._active[key] = text
            self._redraw()

    def finished(self, key: str, text: str) -> None:
        """Show how a job ended."""
        with self._lock:
            self._active.pop(key, None)
            print(f"{self._erase()}{self._clock()} {text}", flush=True)
            self._redraw()

    def _clock(self) -> str:
        return f"{time.monotonic() - self._start:6.1f} s"

    def _erase(self) -> str:
        return "\r\x1b[2K" if self._live else ""

    def _redraw(self) -> None:
        if self._live and self._active:
            line = " · ".join(f"{k}: {v}" for k, v in self._active.items())
            print(f"{self._erase()}{line[: shutil.get_terminal_size().columns - 1]}", end="", flush=True)


@contextmanager
def running_server(folder: Path) -> Iterator[Pocket3DClient]:
    """A server of our own on a free port of loopback, and a client that is signed in to it."""
    with (
        running(ServerProcess(folder / "data", folder / "server.log")) as server,
        Pocket3DClient(api_key=server.token, base_url=server.url) as client,
    ):
        yield client


class Demo:
    """Runs the steps as their inputs become ready and collects what comes back."""

    def __init__(self, client: Pocket3DClient, out: Path) -> None:
        self.client, self.out, self.display = client, out, Display()
        self.outcomes = {step.key: Outcome(step) for step in STEPS}

    def run(self) -> list[Outcome]:
        """All steps at once; the server's queue decides the order."""
        with ThreadPoolExecutor(len(STEPS)) as pool:
            for outcome in self.outcomes.values():
                pool.submit(self._perform, outcome)
        return list(self.outcomes.values())

    def _perform(self, outcome: Outcome) -> None:
        step = outcome.step
        try:
            job = self._submit(step)
            self.client.wait_for_completion(
                job.job_id, on_progress=lambda e: self.display.progress(step.key, e)
            )
            outcome.job = job = self.client.jobs.get(job.job_id)
            outcome.seconds = seconds_between(job.raw["started_at"], job.raw["completed_at"])
            outcome.file = self.client.download(job, self.out / "glb" / f"{step.key}.glb")
            preview = job.result.preview_image if job.result else None
            if preview:
                outcome.preview = self.client.files.download(
                    preview, self.out / "previews" / f"{step.key}.jpg"
                )
            self.display.finished(step.key, f"✓ {step.key} ({step.title}) in {outcome.seconds:.1f} s")
        except (Pocket3DAPIError, OSError) as error:
            outcome.error = str(error)
            self.display.finished(step.key, f"✗ {step.key} ({step.title}): {error}")
        finally:
            outcome.done.set()

    def _submit(self, step: Step) -> Job:
        options = {**step.options}
        if "images" in options:
            options["images"] = ROOT / options["images"]
        if step.on is None:
            return self.client.mesh.generate(**options)
        source = self.outcomes[step.on]
        source.done.wait()
        if source.job is None:
            raise Pocket3DAPIError(f"{step.on} failed, which this step works on")
        submit = {
            "texture": self.client.texture.generate,
            "segment": self.client.segment.analyze,
            "rig": self.client.rig.generate,
        }[step.feature]
        return submit(source.job, **options)


def seconds_between(start: str, end: str) -> float:
    """Seconds between two ISO 8601 times."""
    from datetime import datetime

    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def table(outcomes: Sequence[Outcome]) -> str:
    """The jobs with their times, sources, sizes and files."""
    rows = [("job", "what", "model", "source", "conf.", "faces", "seconds", "file")]
    for o in outcomes:
        result = o.job.result if o.job else None
        if o.job is None or result is None:
            rows.append((o.step.key, o.step.title, "", "", "", "", "", f"failed: {o.error}"))
            continue
        confidence = "" if result.confidence is None else f"{result.confidence:.2f}"
        where = o.file.relative_to(ROOT) if o.file and o.file.is_relative_to(ROOT) else o.file
        what = o.step.title if o.step.on is None else f"{o.step.on}: {o.step.title}"
        rows.append(
            (
                o.step.key,
                what,
                o.job.model_id or "",
                result.source or "",
                confidence,
                f"{result.faces:,}",
                f"{o.seconds:.1f}",
                str(where),
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def write_manifest(outcomes: Sequence[Outcome], path: Path) -> None:
    """What the Blender stage reads: files and job facts in the order of the sheet."""
    entries = [
        {
            "key": o.step.key,
            "title": o.step.title,
            "feature": o.step.feature,
            "on": o.step.on,
            "seconds": o.seconds,
            "file": str(o.file),
            "job": o.job.raw,
        }
        for o in outcomes
        if o.job and o.file
    ]
    path.write_text(json.dumps(entries, indent=1))


def into_blender(command: Sequence[str], manifest: Path) -> bool:
    """Import everything with the extension's own code, pose, save, render the sheet."""
    from tools import package

    zip_file = package.build(manifest.parent)
    with tempfile.TemporaryDirectory(prefix="pocket3d-blender-") as profile:
        import os

        status = subprocess.call(
            [*command, str(ROOT / "tools" / "demo_blender.py"), "--", str(manifest), str(zip_file)],
            env={**os.environ, "BLENDER_USER_RESOURCES": profile},
        )
    return status == 0


def main() -> int:
    """Run the demo; 0 when every step worked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=ROOT / "out", help="folder for what is made (default: out/)"
    )
    parser.add_argument(
        "--blender", nargs=argparse.REMAINDER, help="command that runs a Python script in Blender; comes last"
    )
    options = parser.parse_args()
    out: Path = options.out.resolve()
    for folder in ("glb", "previews"):
        shutil.rmtree(out / folder, ignore_errors=True)
        (out / folder).mkdir(parents=True)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pocket3d-demo-") as data, running_server(Path(data)) as client:
        print(f"server at {client.base_url}, {len(STEPS)} jobs")
        outcomes = Demo(client, out).run()
    print(f"\n{table(outcomes)}\n")
    jobs_done = time.monotonic()
    print(f"jobs: {jobs_done - start:.1f} s")
    ok = all(o.job for o in outcomes)
    if options.blender:
        write_manifest(outcomes, out / "results.json")
        ok = into_blender(options.blender, out / "results.json") and ok
        print(f"Blender: {time.monotonic() - jobs_done:.1f} s")
        made = [out / "demo.blend", out / "demo.png"]
    else:
        print(
            "No demo.blend and no demo.png: install Blender or run with Python 3.11 or 3.13, which have a bpy module."
        )
        made = []
    print(f"all: {time.monotonic() - start:.1f} s")
    print("\n".join(str(p) for p in [*made, out / "glb", out / "previews"]))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
