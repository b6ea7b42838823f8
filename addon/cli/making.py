"""The commands generate, texture, segment and rig."""

from __future__ import annotations

import argparse
from typing import Any

import bpy

from .. import api
from ..scene import targets
from .common import CommandLineError, begin, finish, object_named
from .output import Output


def generate(options: argparse.Namespace, output: Output) -> int:
    """Make a mesh, or several variants of it."""
    replaced = object_named(options.object) if options.object else None
    if (options.placement == "replace") != (replaced is not None):
        raise CommandLineError("--placement replace and --object NAME belong together")
    if options.location:
        location = options.location
    elif replaced is not None:
        location = replaced.matrix_world.translation
    else:
        location = (0, 0, 0) if options.placement == "origin" else None
    jobs = begin(
        options,
        lambda: api.submit_variants(
            options.prompt,
            options.variants,
            images=options.image,
            name=options.name,
            location=location,
            replaces=replaced,
            quality=options.quality,
            texture_resolution=options.texture_resolution,
            faces=options.faces,
            **shared(options),
        ),
    )
    return finish(options, output, jobs)


def texture(options: argparse.Namespace, output: Output) -> int:
    """Paint each object."""
    wishes = {
        "images": options.image,
        "style": options.style,
        "intensity": options.intensity,
        "texture_resolution": options.texture_resolution,
        **shared(options),
    }
    objects = objects_of(options)
    jobs = begin(options, lambda: [api.submit_texture(o, options.prompt, **wishes) for o in objects])
    return finish(options, output, jobs)


def segment(options: argparse.Namespace, output: Output) -> int:
    """Find the parts of each object."""
    wishes = {"level": options.level, "min_part_size": options.min_part_size, **shared(options)}
    objects = objects_of(options)
    jobs = begin(options, lambda: [api.submit_segment(o, **wishes) for o in objects])
    return finish(options, output, jobs)


def rig(options: argparse.Namespace, output: Output) -> int:
    """Give all objects one skeleton."""
    wishes = {
        "character": options.character,
        "bones": options.bones,
        "weights": not options.no_weights,
        **shared(options),
    }
    objects = objects_of(options)
    jobs = begin(options, lambda: [api.submit_rig(*objects, **wishes)])
    return finish(options, output, jobs)


def shared(options: argparse.Namespace) -> dict[str, Any]:
    """What every request may say."""
    return {"model": options.model, "seed": options.seed, "parameters": dict(options.parameter)}


def objects_of(options: argparse.Namespace) -> list[bpy.types.Object]:
    """The objects that were named, or the active one. Raises CommandLineError."""
    if options.object:
        return [object_named(name) for name in dict.fromkeys(options.object)]
    obj = targets.selected(bpy.context)
    if obj is None:
        raise CommandLineError("No object is active in the file", "Name one with --object")
    return [obj]
