"""``pocket3d``: the API from a shell, with progress bars.

The server and its key come from ``--server`` and ``--key``, or from POCKET3D_BASE_URL and POCKET3D_API_KEY.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

from ._version import __version__
from .client import Pocket3DClient
from .errors import Pocket3DAPIError, Pocket3DConnectionError
from .progress import Bar
from .types import Job, JobEvent

FAILED, MISUSED, INTERRUPTED = 1, 2, 130
FORMATS = {".glb": "glb", ".fbx": "fbx", ".zip": "obj"}
"""What a file's ending says of a result."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, 1 when the server or a job failed, 2 for a wrong command line."""
    options = _parser().parse_args(arguments)
    try:
        with Pocket3DClient(options.key, options.server) as client:
            answer = options.run(client, options)
    except BrokenPipeError:  # whoever reads has enough, as ``| head`` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Pocket3DAPIError as error:
        print(f"pocket3d: {error}", file=sys.stderr)
        if error.status_code == 401:
            print("pocket3d: a key is given with --key or in POCKET3D_API_KEY", file=sys.stderr)
        if isinstance(error, Pocket3DConnectionError):
            print("pocket3d: the address is given with --server or in POCKET3D_BASE_URL", file=sys.stderr)
        return FAILED
    except (OSError, ValueError) as error:
        print(f"pocket3d: {_words(error)}", file=sys.stderr)
        return MISUSED
    except KeyboardInterrupt:
        print("\npocket3d: interrupted; jobs go on, see 'pocket3d jobs'", file=sys.stderr)
        return INTERRUPTED
    if options.json:
        print(json.dumps(answer, indent=2))
    return 0


def _words(error: OSError | ValueError) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pocket3d", description="Meshes, textures, parts and rigs from a shell."
    )
    parser.add_argument("--version", action="version", version=__version__)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--server", metavar="URL", help="default: $POCKET3D_BASE_URL")
    common.add_argument("--key", help="default: $POCKET3D_API_KEY; shells keep what is written here")
    common.add_argument("--json", action="store_true", help="print the answer as JSON")
    common.add_argument("--quiet", action="store_true", help="neither progress nor notes")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[..., Any], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, parents=[common], help=text, description=text.capitalize() + ".")
        added.set_defaults(run=run)
        return added

    making = [
        ("generate", _generate, "make a mesh from a prompt, from pictures, or from both"),
        ("texture", _texture, "paint a mesh"),
        ("segment", _segment, "split a mesh into parts"),
        ("rig", _rig, "give a mesh a skeleton"),
    ]
    for name, run, text in making:
        one = command(name, run, text)
        if name != "generate":
            one.add_argument("mesh", help="a file, or what the server has: uploads/…, outputs/…, job:ID")
        if name in ("generate", "texture"):
            one.add_argument("prompt", nargs="?", help="what to make")
            one.add_argument(
                "--image", dest="images", action="append", metavar="FILE", help="may be repeated"
            )
            one.add_argument("--texture-resolution", type=int, choices=[512, 1024, 2048, 4096])
        one.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: named after the job")
        one.add_argument("--no-wait", action="store_true", help="submit only, and print the job's id")
        one.add_argument("--timeout", type=float, metavar="SECONDS", help="wait no longer; the job goes on")
        one.add_argument("--model", dest="model_preference", metavar="ID")
        formats = ["glb", "obj"] if name == "segment" else ["glb", "obj", "fbx"]
        one.add_argument(
            "--format",
            dest="output_format",
            choices=formats,
            help="default: what FILE ends in (.zip for obj), else glb",
        )
        one.add_argument("--seed", type=int)
        one.add_argument(
            "--set",
            dest="settings",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="the model's own settings",
        )
        if name == "generate":
            one.add_argument("--quality", choices=["low", "medium", "high"])
        if name == "texture":
            one.add_argument("--style", choices=["realistic", "cartoon", "artistic"])
            one.add_argument("--intensity", type=float)
        if name == "segment":
            one.add_argument("--level", dest="segmentation_level", choices=["coarse", "fine", "semantic"])
            one.add_argument("--min-part-size", type=int, metavar="VERTICES")
        if name == "rig":
            one.add_argument("--type", dest="character_type", choices=["humanoid", "quadruped", "generic"])
            one.add_argument("--bones", dest="bone_count", type=int)

    wait = command("wait", _wait, "wait for a job and fetch what it made")
    wait.add_argument("job")
    wait.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: named after the job")
    wait.add_argument("--timeout", type=float, metavar="SECONDS")
    jobs = command("jobs", _jobs, "list jobs, newest first")
    jobs.add_argument("--status", choices=["queued", "processing", "completed", "error"])
    jobs.add_argument("--limit", type=int, default=20)
    command("cancel", _cancel, "stop a job").add_argument("job")
    command("delete", _delete, "remove a job and its files from the server").add_argument("job")
    command("models", _models, "list models: which can run, and what the others lack")
    command("health", _health, "tell whether the server works")
    return parser


def _generate(client: Pocket3DClient, options: argparse.Namespace) -> Any:
    if not options.prompt and not options.images:
        raise ValueError("write what to make, or give a picture with --image")
    return _finish(
        client, options, client.mesh.generate(text_prompt=options.prompt, **_asked(options, "quality"))
    )


def _texture(client: Pocket3DClient, options: argparse.Namespace) -> Any:
    if not options.prompt and not options.images:
        raise ValueError("write what it is to look like, or give a picture with --image")
    asked = _asked(options, "style", "intensity")
    return _finish(
        client, options, client.texture.generate(options.mesh, text_prompt=options.prompt, **asked)
    )


def _segment(client: Pocket3DClient, options: argparse.Namespace) -> Any:
    asked = _asked(options, "segmentation_level", "min_part_size")
    return _finish(client, options, client.segment.analyze(options.mesh, **asked))


def _rig(client: Pocket3DClient, options: argparse.Namespace) -> Any:
    return _finish(
        client, options, client.rig.generate(options.mesh, **_asked(options, "character_type", "bone_count"))
    )


def _asked(options: argparse.Namespace, *names: str) -> dict[str, Any]:
    """What was written on the command line, under the API's names."""
    shared = ("images", "texture_resolution", "model_preference", "seed")
    asked = {name: getattr(options, name, None) for name in (*shared, *names)}
    asked["output_format"] = _format(options)
    settings = dict(_setting(text) for text in options.settings)
    return {k: v for k, v in asked.items() if v is not None} | ({"parameters": settings} if settings else {})


def _format(options: argparse.Namespace) -> str | None:
    """The format that was asked for, by name or by the ending of the file. Raises ValueError where they differ."""
    ending = options.output.suffix.lower() if options.output else ""
    if ending == ".obj":
        raise ValueError("an OBJ comes in a zip with its materials and pictures: name the file ….zip")
    format = options.output_format or FORMATS.get(ending)
    if FORMATS.get(ending, format) != format:
        raise ValueError(
            f"a file ending in {ending} is no {format}: name it otherwise, or leave --format out"
        )
    return format


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"--set takes NAME=VALUE, not {text!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _finish(client: Pocket3DClient, options: argparse.Namespace, job: Job) -> Any:
    if options.no_wait:
        if not options.json:
            print(job.job_id)
        return job.raw
    return _fetched(client, options, job.job_id)


def _wait(client: Pocket3DClient, options: argparse.Namespace) -> Any:
    return _fetched(client, options, options.job)


def _fetched(client: Pocket3DClient, options: argparse.Namespace, job_id: str) -> Any:
    with Bar(not options.quiet) as bar:

        def show(event: JobEvent) -> None:
            if not event.final:
                bar.show(event.progress, (event.stage or "waiting").replace("_", " "))

        try:
            result = client.wait_for_completion(job_id, options.timeout, on_progress=show)
        except KeyboardInterrupt:
            bar.clear()
            print(f"pocket3d: 'pocket3d wait {job_id}' takes it up again", file=sys.stderr)
            raise
        ending = "zip" if result.format == "obj" else result.format or "glb"
        path = options.output or Path(f"{job_id}.{ending}")
        client.download(
            job_id, path, lambda done, total: bar.show(done / total if total else None, "downloading")
        )
    if not options.quiet:
        print(*filter(None, result.notes), sep="\n", end="\n" * any(result.notes), file=sys.stderr)
    if not options.json:
        print(path)
    return {**result.raw, "saved_to": str(path)}


def _jobs(client: Pocket3DClient, options: argparse.Namespace) -> Any:
    page = client.jobs.list(limit=options.limit, status=options.status)
    if not options.json:
        for job in page.jobs:
            prompt = job.request.get("text_prompt") or ""
            share = f"{job.progress:4.0%}" if job.status == "processing" else "    "
            print(f"{job.job_id}  {job.status:<10} {share}  {job.feature:<19} {prompt[:60]}".rstrip())
    return page.raw


def _cancel(client: Pocket3DClient, options: argparse.Namespace) -> Any:
    job = client.jobs.cancel(options.job)
    if not options.json:
        print(f"{job.job_id} is cancelled")
    return job.raw


def _delete(client: Pocket3DClient, options: argparse.Namespace) -> Any:
    client.jobs.delete(options.job)
    if not options.json:
        print(f"{options.job} is deleted")
    return {"job_id": options.job, "deleted": True}


def _models(client: Pocket3DClient, options: argparse.Namespace) -> Any:
    models = client.models.list()
    if not options.json:
        for model in models:
            state = "ready" if model.ready else f"not ready: {model.reason} {model.remedy or ''}".rstrip()
            print(f"{model.model_id:<22} {model.feature:<19} {state}")
    return [model.raw for model in models]


def _health(client: Pocket3DClient, options: argparse.Namespace) -> Any:
    health = client.system.health()
    if not options.json:
        gpus = ", ".join(str(gpu.get("name")) for gpu in health.gpu_status) or "no GPU"
        print(
            f"{health.status}: version {health.version}, {gpus}, {health.queue_size} waiting, {health.active_jobs} running"
        )
        for reason in health.reasons:
            print(f"  {reason.get('message')} {reason.get('suggestion') or ''}".rstrip())
    return health.raw


if __name__ == "__main__":
    sys.exit(main())
