"""Without a window: ``blender -b [FILE] --command pocket3d generate --prompt "a chair" --save out.blend``.

The same jobs and the same code as the buttons, driven by a blocking loop. Exit codes: 0 done, 1 the job failed,
2 the command line is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import bpy

from .core.errors import UserError, explain
from .core.jobs import Job, State, Task
from .core.params import SEGMENT, MeshParams, Params, RigParams, SegmentParams, TextureParams
from .scene import apply, exporter, targets
from .ui import preferences

BAR = 24


def register() -> Any:
    """Make the command known; returns the handle that takes it back."""
    return bpy.utils.register_cli_command("pocket3d", main)


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
    runner = preferences.session().runner
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


def task_for(obj: bpy.types.Object, params: Params) -> Task:
    """A task about an object of the scene. Raises UserError when it cannot be sent."""
    targets.require(obj)
    mesh = exporter.mesh_of(obj, named_parts=params.feature == SEGMENT)
    return Task(obj.name, params, mesh, targets.identify(obj), tuple(obj.location))


def task_of(options: argparse.Namespace) -> Task:
    """What the command line asks for."""
    model = options.model or ""
    if options.action == "generate":
        params = MeshParams(
            model,
            options.seed,
            text_prompt=options.prompt or "",
            images=tuple(options.image or ()),
            quality=options.quality,
            texture_resolution=options.texture_resolution,
        )
        title = (
            options.name
            or options.prompt
            or bpy.path.display_name_from_filepath((options.image or ["Mesh"])[0])
        )
        return Task(title[:1].upper() + title[1:], params, location=tuple(options.location))
    obj = bpy.data.objects.get(options.object) if options.object else bpy.context.view_layer.objects.active
    if obj is None:
        raise UserError(
            f"There is no object {options.object!r}" if options.object else "Name an object with --object"
        )
    made: Params
    if options.action == "texture":
        made = TextureParams(
            model,
            text_prompt=options.prompt or "",
            images=tuple(options.image or ()),
            texture_resolution=options.texture_resolution,
            style=options.style,
            intensity=options.intensity,
        )
    elif options.action == "segment":
        made = SegmentParams(model, segmentation_level=options.level, min_part_size=options.min_part_size)
    else:
        made = RigParams(
            model,
            character_type=options.character,
            bone_count=options.bones,
            include_weights=not options.no_weights,
        )
    return task_for(obj, made)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--save", metavar="FILE.blend", help="save the file afterwards")
    common.add_argument("--json", action="store_true", help="print one JSON object and no progress")
    common.add_argument("--model", help="model to use instead of the best one that is ready")
    source = argparse.ArgumentParser(add_help=False)
    source.add_argument("--prompt", help="a description")
    source.add_argument("--image", action="append", help="a picture; may be given several times")
    source.add_argument("--texture-resolution", type=int, default=1024, choices=(512, 1024, 2048, 4096))
    target = argparse.ArgumentParser(add_help=False)
    target.add_argument("--object", help="name of the mesh object; the active one by default")

    top = argparse.ArgumentParser(
        prog="blender -b [FILE] --command pocket3d",
        description="Make, texture, segment and rig meshes. The server is the preferences', or POCKET3D_BASE_URL's "
        "with the key in POCKET3D_API_KEY.",
    )
    actions = top.add_subparsers(dest="action", required=True)
    generate = actions.add_parser("generate", parents=[common, source], help="make a mesh")
    generate.add_argument("--quality", default="medium", choices=("low", "medium", "high"))
    generate.add_argument("--seed", type=int)
    generate.add_argument("--name", help="name of the object; the prompt by default")
    generate.add_argument("--location", type=float, nargs=3, default=(0, 0, 0), metavar=("X", "Y", "Z"))
    texture = actions.add_parser("texture", parents=[common, source, target], help="paint a mesh")
    texture.add_argument("--style", default="realistic", choices=("realistic", "cartoon", "artistic"))
    texture.add_argument("--intensity", type=float, default=0.8)
    segment = actions.add_parser("segment", parents=[common, target], help="find the parts of a mesh")
    segment.add_argument("--level", default="coarse", choices=("coarse", "fine", "semantic"))
    segment.add_argument("--min-part-size", type=int, default=100)
    rig = actions.add_parser("rig", parents=[common, target], help="give a mesh a skeleton")
    rig.add_argument("--character", default="humanoid", choices=("humanoid", "quadruped", "generic"))
    rig.add_argument("--bones", type=int, default=0, help="number of bones; the server decides by default")
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
