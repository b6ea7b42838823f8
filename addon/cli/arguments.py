"""The command line and its help texts."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from ..api.batches import AT_ONCE
from ..core.batch.cells import COLUMNS
from ..core.request.params import (
    CHARACTER_TYPES,
    MOST_BONES,
    QUALITIES,
    SEGMENTATION_LEVELS,
    STYLES,
    TEXTURE_RESOLUTIONS,
    MeshParams,
    SegmentParams,
    TextureParams,
)
from . import batch, codes, jobs, making, server
from .common import CURRENT, PROGRAM, CommandLineError
from .values import count, distance, number, parameter, positive, whole


class Parser(argparse.ArgumentParser):
    """Raises CommandLineError where argparse would end the process, so that JSON can be answered."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the words given."""
        usage = self.format_usage()
        raise CommandLineError(message[:1].upper() + message[1:], f"See {self.prog} --help", usage)


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = Parser(
        prog=PROGRAM,
        description="Meshes from text and pictures, textures, parts and rigs, without a window.",
        epilog="The server is that of Blender's preferences, or the one at POCKET3D_BASE_URL with the key in "
        "POCKET3D_API_KEY.\n\n" + codes.TEXT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    _generate(commands)
    _texture(commands)
    _segment(commands)
    _rig(commands)
    _batch(commands)
    _jobs(commands)
    _models(commands)
    _server(commands)
    add(commands, "status", server.status, "say how the server is", [talking()])
    return top


def add(
    commands: Any,
    name: str,
    run: Any,
    text: str,
    parents: list[argparse.ArgumentParser],
    epilog: str = "",
    arguments: str = "",
) -> argparse.ArgumentParser:
    """A command with its function."""
    made: argparse.ArgumentParser = commands.add_parser(
        name,
        usage=f"%(prog)s{arguments} [OPTIONS]",
        parents=parents,
        help=text,
        description=text[:1].upper() + text[1:] + ".",
        epilog=epilog or None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(run=run)
    return made


def example(*lines: str) -> str:
    """The end of a help text."""
    return "example:\n" + "\n".join(f"  {line}" for line in lines)


# ------------------------------------------------------------------------------------------- shared options


def talking(server: bool = True) -> argparse.ArgumentParser:
    """What every command takes; those about the server on this computer choose none."""
    shared = argparse.ArgumentParser(add_help=False)
    group = shared.add_argument_group("output")
    group.add_argument("--json", action="store_true", help="answer with one JSON object")
    group.add_argument(
        "--verbose", action="store_true", help="report progress where there is no terminal, too"
    )
    if server:
        group = shared.add_argument_group("server")
        group.add_argument("--profile", metavar="NAME|URL", help="a server of the preferences, or an address")
    return shared


def saving() -> argparse.ArgumentParser:
    """For commands that change the scene."""
    shared = argparse.ArgumentParser(add_help=False)
    group = shared.add_argument_group("result")
    group.add_argument(
        "--save",
        nargs="?",
        const=CURRENT,
        metavar="FILE.blend",
        help="save afterwards; without a name, the opened file",
    )
    return shared


def keeping() -> argparse.ArgumentParser:
    """For commands that wait for jobs."""
    shared = argparse.ArgumentParser(add_help=False)
    group = shared.add_argument_group("waiting")
    group.add_argument(
        "--timeout",
        type=positive,
        metavar="SECONDS",
        help="cancel what is not done by then, and exit with 124",
    )
    group.add_argument("--out", metavar="FILE.glb", help="keep the result's file, too")
    return shared


def leaving() -> argparse.ArgumentParser:
    """For commands that need not wait."""
    shared = argparse.ArgumentParser(add_help=False)
    group = shared.add_argument_group("waiting")
    group.add_argument(
        "--wait",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="--no-wait leaves the job to the server and prints its key, for 'jobs fetch'",
    )
    return shared


def asking() -> argparse.ArgumentParser:
    """What every request may say."""
    shared = argparse.ArgumentParser(add_help=False)
    group = shared.add_argument_group("model")
    group.add_argument("--model", default="", metavar="ID", help="the best one that is ready by default")
    group.add_argument("--seed", type=whole, metavar="NUMBER", help="the same seed gives the same result")
    group.add_argument(
        "--parameter",
        type=parameter,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="one of the model's own settings; may be given several times",
    )
    return shared


def describing(verb: str) -> argparse.ArgumentParser:
    """For what starts from words or pictures."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--prompt", default="", metavar="TEXT", help=f"what to {verb}")
    shared.add_argument(
        "--image", action="append", default=[], metavar="FILE", help="a picture; may be given several times"
    )
    shared.add_argument(
        "--texture-resolution",
        type=int,
        default=MeshParams.texture_resolution,
        choices=TEXTURE_RESOLUTIONS,
        help="pixels along a side (default: %(default)s)",
    )
    return shared


def targeting(several: str) -> argparse.ArgumentParser:
    """For what is done to objects of the file."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--object",
        action="append",
        default=[],
        metavar="NAME",
        help=f"a mesh object, the active one by default; several: {several}",
    )
    return shared


# ------------------------------------------------------------------------------------------------- commands


def _generate(commands: Any) -> None:
    made = add(
        commands,
        "generate",
        making.generate,
        "make a mesh from a description or pictures",
        [describing("make"), asking(), leaving(), keeping(), saving(), talking()],
        example(
            'blender -b --command pocket3d generate --prompt "a wooden chair" --save chair.blend',
            "blender -b room.blend --command pocket3d generate --image front.png --placement origin --save",
        ),
    )
    made.add_argument(
        "--quality",
        default=MeshParams.quality,
        choices=QUALITIES,
        help="how carefully (default: %(default)s)",
    )
    made.add_argument("--name", default="", help="name of the object, the prompt by default")
    made.add_argument(
        "--faces",
        type=whole,
        metavar="NUMBER",
        help="triangles at most, about; otherwise as many as it takes",
    )
    made.add_argument("--variants", type=count, default=1, metavar="N", help="make several, side by side")
    made.add_argument(
        "--placement",
        choices=("cursor", "origin", "replace"),
        default="cursor",
        help="at the 3D cursor (default), at the world's origin, or in the place of --object, which is hidden",
    )
    made.add_argument(
        "--location", type=number, nargs=3, metavar=("X", "Y", "Z"), help="a place in metres instead"
    )
    made.add_argument("--object", metavar="NAME", help="the object to replace")


def _texture(commands: Any) -> None:
    made = add(
        commands,
        "texture",
        making.texture,
        "paint a mesh",
        [
            describing("paint it like"),
            targeting("a job for each"),
            asking(),
            leaving(),
            keeping(),
            saving(),
            talking(),
        ],
        example('blender -b chair.blend --command pocket3d texture --object Chair --prompt "walnut" --save'),
    )
    made.add_argument(
        "--style", default=TextureParams.style, choices=STYLES, help="its look (default: %(default)s)"
    )
    made.add_argument(
        "--intensity",
        type=number,
        default=TextureParams.intensity,
        metavar="AMOUNT",
        help="0 to 1 (default: %(default)s)",
    )


def _segment(commands: Any) -> None:
    made = add(
        commands,
        "segment",
        making.segment,
        "find the parts of a mesh",
        [targeting("a job for each"), asking(), leaving(), keeping(), saving(), talking()],
        example("blender -b chair.blend --command pocket3d segment --object Chair --level fine --save"),
    )
    made.add_argument(
        "--level",
        default=SegmentParams.segmentation_level,
        choices=SEGMENTATION_LEVELS,
        help="how fine (default: %(default)s)",
    )
    made.add_argument("--min-part-size", type=whole, metavar="VERTICES", help="the server decides by default")


def _rig(commands: Any) -> None:
    made = add(
        commands,
        "rig",
        making.rig,
        "give a mesh a skeleton",
        [targeting("one skeleton for all"), asking(), leaving(), keeping(), saving(), talking()],
        example("blender -b hero.blend --command pocket3d rig --object Body --character humanoid --save"),
    )
    made.add_argument("--character", choices=CHARACTER_TYPES, help="the server goes by the shape by default")
    made.add_argument(
        "--bones", type=whole, metavar="NUMBER", help=f"at most {MOST_BONES}; the server decides by default"
    )
    made.add_argument("--no-weights", action="store_true", help="bones only")


def _batch(commands: Any) -> None:
    columns = "\n".join(f"  {name:19} {c.meaning} ({c.values})" for name, c in COLUMNS.items())
    made = add(
        commands,
        "batch",
        batch.batch,
        "make everything that a file asks for",
        [saving(), talking()],
        f"columns of a CSV file, names of a JSON line's values:\n{columns}\n\n"
        + example("blender -b --command pocket3d batch prompts.csv --grid 5 --save shelf.blend"),
        " FILE",
    )
    made.add_argument("file", metavar="FILE", help="CSV, JSON lines, or a text file with a prompt a line")
    made.add_argument(
        "--grid", type=count, metavar="COLUMNS", help="objects in a row; by default as many as rows"
    )
    made.add_argument(
        "--spacing",
        type=distance,
        metavar="auto|METRES",
        help="between neighbours; by default after their sizes",
    )
    made.add_argument(
        "--around",
        type=number,
        nargs=3,
        metavar=("X", "Y", "Z"),
        help="middle of the grid; by default the 3D cursor, or beside what stands there",
    )
    made.add_argument(
        "--at-once", type=count, default=AT_ONCE, metavar="N", help="jobs at a time (default: %(default)s)"
    )
    made.add_argument("--quality", choices=QUALITIES, help="for rows that name none")
    made.add_argument("--model", metavar="ID", help="for rows that name none")
    made.add_argument(
        "--report", metavar="FILE.json", help="by default FILE.report.json beside the batch file"
    )
    made.add_argument("--resume", metavar="REPORT", help="make only what failed or is missing in that report")
    made.add_argument("--check", action="store_true", help="only read the file and say what is wrong with it")


def _jobs(commands: Any) -> None:
    top = commands.add_parser(
        "jobs", help="list, fetch and cancel jobs", description="Jobs that this computer's Blenders remember."
    )
    actions = top.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    add(actions, "list", jobs.show, "list all jobs, newest first", [talking()])
    made = add(
        actions,
        "fetch",
        jobs.fetch,
        "wait for a job and put its result into the scene",
        [keeping(), saving(), talking()],
        example("blender -b room.blend --command pocket3d jobs fetch 3f2a9c --save"),
        " KEY",
    )
    made.add_argument("key", metavar="KEY", help="the job's key, or the beginning of it")
    made = add(
        actions, "cancel", jobs.cancel, "cancel jobs, here and on the server", [talking()], "", " KEY…"
    )
    made.add_argument("key", nargs="*", metavar="KEY", help="a job's key, or the beginning of it")
    made.add_argument("--all", action="store_true", help="all that have not ended")


def _models(commands: Any) -> None:
    made = add(
        commands, "models", server.models, "list the server's models and say which are ready", [talking()]
    )
    made.add_argument("--for", dest="feature", choices=server.FEATURES, help="only those for one command")


def _server(commands: Any) -> None:
    top = commands.add_parser(
        "server",
        help="the server that comes with the extension",
        description="The server that comes with the extension, on this computer.",
    )
    actions = top.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for name, (run, text) in server.ACTIONS.items():
        add(actions, name, run, text, [talking(server=False)])
