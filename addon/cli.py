"""Without a window: ``blender -b [FILE] --command pocket3d generate --prompt "a chair" --save out.blend``.

The same jobs and the same code as the buttons, driven by a blocking loop. Exit codes: 0 done, 1 the job failed,
2 the command line is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import bpy

from .core.errors import UserError, explain
from .core.jobs import Job, State, Task
from .core.params import (
    CHARACTER_TYPES,
    QUALITIES,
    SEGMENTATION_LEVELS,
    STYLES,
    TEXTURE_RESOLUTIONS,
    MeshParams,
    Params,
    RigParams,
    SegmentParams,
    TextureParams,
)
from .scene import apply, tasks
from .session import current_session

BAR = 24


_command: Any = None


def register() -> None:
    """Make the command known."""
    global _command
    _command = bpy.utils.register_cli_command("pocket3d", main)


def unregister() -> None:
    """Take it back."""
    bpy.utils.unregister_cli_command(_command)


def main(argv: Sequence[str]) -> int:
    """Run one command and return the exit code."""
    try:
        options = parser().parse_args(list(argv))
    except SystemExit as end:
        return int(end.code or 0)
    try:
        job, objects = run(task_of(options), quiet=options.json)
        if options.save:
            bpy.ops.wm.save_as_mainfile(filepath=options.save)
    except Exception as error:
        problem = explain(error)
        show(options.json, {"status": "error", "code": problem.code, "message": problem.text})
        return 1
    show(
        options.json,
        {
            "status": "completed",
            "job_id": job.job_id,
            "objects": [o.name for o in objects],
            "file": str(job.file),
            "seconds": round(job.seconds, 1),
            "notes": job.notes,
            **({"saved": options.save} if options.save else {}),
        },
    )
    return 0


def run(task: Task, quiet: bool = True) -> tuple[Job, list[bpy.types.Object]]:
    """Do a task and put its result into the scene; the Python API for scripts.

    Raises UserError, the client's errors as UserError too, when it fails.
    """
    runner = current_session().runner
    job = runner.submit(task)
    runner.wait(job, None if quiet else draw_bar)
    if not quiet:
        sys.stderr.write("\n")
    if job.state is not State.READY:
        problem = job.problem
        raise problem.error() if problem else UserError("The job was cancelled", code="CANCELLED")
    objects = apply.apply_result(job, bpy.context)
    runner.finish(job)
    return job, objects


def task_of(options: argparse.Namespace) -> Task:
    """What the command line asks for. Raises UserError."""
    params = BUILDERS[options.action](options)
    if isinstance(params, MeshParams):
        return tasks.task_to_make(params, options.location, options.name or "")
    obj = bpy.data.objects.get(options.object) if options.object else bpy.context.view_layer.objects.active
    if obj is None:
        raise UserError(
            f"There is no object {options.object!r}" if options.object else "Name an object with --object"
        )
    return tasks.task_for(obj, params)


def _generate(options: argparse.Namespace) -> MeshParams:
    return MeshParams(
        options.model,
        options.seed,
        text_prompt=options.prompt,
        images=tuple(options.image),
        quality=options.quality,
        texture_resolution=options.texture_resolution,
    )


def _texture(options: argparse.Namespace) -> TextureParams:
    return TextureParams(
        options.model,
        text_prompt=options.prompt,
        images=tuple(options.image),
        texture_resolution=options.texture_resolution,
        style=options.style,
        intensity=options.intensity,
    )


def _segment(options: argparse.Namespace) -> SegmentParams:
    return SegmentParams(options.model, segmentation_level=options.level, min_part_size=options.min_part_size)


def _rig(options: argparse.Namespace) -> RigParams:
    return RigParams(
        options.model,
        character_type=options.character,
        bone_count=options.bones,
        include_weights=not options.no_weights,
    )


BUILDERS: dict[str, Callable[[argparse.Namespace], Params]] = {
    "generate": _generate,
    "texture": _texture,
    "segment": _segment,
    "rig": _rig,
}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--save", metavar="FILE.blend", help="save the file afterwards")
    common.add_argument("--json", action="store_true", help="print one JSON object and no progress")
    common.add_argument("--model", default="", help="model to use instead of the best one that is ready")
    source = argparse.ArgumentParser(add_help=False)
    source.add_argument("--prompt", default="", help="a description")
    source.add_argument("--image", action="append", default=[], help="a picture; may be given several times")
    source.add_argument(
        "--texture-resolution",
        type=int,
        default=MeshParams.texture_resolution,
        choices=TEXTURE_RESOLUTIONS,
        help="pixels along a side",
    )
    target = argparse.ArgumentParser(add_help=False)
    target.add_argument("--object", help="name of the mesh object; the active one by default")

    top = argparse.ArgumentParser(
        prog="blender -b [FILE] --command pocket3d",
        description="Make, texture, segment and rig meshes. The server is the preferences', or POCKET3D_BASE_URL's "
        "with the key in POCKET3D_API_KEY.",
    )
    actions = top.add_subparsers(dest="action", required=True)
    generate = actions.add_parser("generate", parents=[common, source], help="make a mesh")
    generate.add_argument("--quality", default=MeshParams.quality, choices=QUALITIES)
    generate.add_argument("--seed", type=int)
    generate.add_argument("--name", help="name of the object; the prompt by default")
    generate.add_argument("--location", type=float, nargs=3, default=(0, 0, 0), metavar=("X", "Y", "Z"))
    texture = actions.add_parser("texture", parents=[common, source, target], help="paint a mesh")
    texture.add_argument("--style", default=TextureParams.style, choices=STYLES)
    texture.add_argument("--intensity", type=float, default=TextureParams.intensity)
    segment = actions.add_parser("segment", parents=[common, target], help="find the parts of a mesh")
    segment.add_argument(
        "--level", default=SegmentParams.segmentation_level, choices=SEGMENTATION_LEVELS, help="how fine"
    )
    segment.add_argument("--min-part-size", type=int, help="vertices; the server decides by default")
    rig = actions.add_parser("rig", parents=[common, target], help="give a mesh a skeleton")
    rig.add_argument("--character", default=RigParams.character_type, choices=CHARACTER_TYPES)
    rig.add_argument("--bones", type=int, help="number of bones; the server decides by default")
    rig.add_argument("--no-weights", action="store_true", help="bones only")
    return top


def draw_bar(job: Job) -> None:
    """One line on a terminal that moves; nothing where there is no terminal."""
    if not sys.stderr.isatty():
        return
    filled = round(job.progress * BAR)
    text = job.activity(time.time())
    sys.stderr.write(f"\r{job.task.verb:9} [{'#' * filled}{'.' * (BAR - filled)}] {text:<40}")
    sys.stderr.flush()


def show(as_json: bool, answer: dict[str, Any]) -> None:
    """Print what came of it."""
    if as_json:
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    elif answer["status"] == "error":
        print(f"Error: {answer['message']}", file=sys.stderr, flush=True)
    else:
        names = ", ".join(answer["objects"])
        print(f"Done in {answer['seconds']} s: {names}", flush=True)
        for note in answer["notes"]:
            print(f"  {note}", flush=True)
