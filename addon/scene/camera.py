"""A render through the scene's camera, small and soon done, that leaves the scene as it is."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..core.errors import UserError
from . import compat

SAMPLES = 64
SECONDS = 30.0
"""Cycles stops here and takes what there is."""


class CameraRender:
    """A copy of the scene, sharing its objects, rendered into a file.

    The copy has the limits, so nothing of the artist's scene is ever changed. Call ``run``, or ``start`` and then
    ``finish`` once ``running`` has become false.
    """

    def __init__(self, context: bpy.types.Context, path: Path, side: int) -> None:
        self.path = path
        layer = context.view_layer.name
        scene = context.scene.copy()
        self._name = scene.name
        for other in scene.view_layers:
            other.use = other.name == layer
        render = scene.render
        percent = render.resolution_percentage / 100
        scale = min(percent, side / max(render.resolution_x, render.resolution_y))
        render.resolution_x = max(4, round(render.resolution_x * scale))
        render.resolution_y = max(4, round(render.resolution_y * scale))
        render.resolution_percentage = 100
        render.film_transparent = True
        render.use_compositing = render.use_sequencer = render.use_multiview = render.use_stamp = False
        render.use_overwrite, render.use_placeholder = True, False
        render.filepath = str(path)
        compat.set_png(render.image_settings)
        _limit(scene)

    def run(self) -> None:
        """Render now and wait. Raises UserError."""
        problem = ""
        try:
            bpy.ops.render.render(scene=self._name, write_still=True)
        except RuntimeError as error:
            problem = str(error)
        self.finish(problem)

    def start(self) -> None:
        """Render while Blender stays usable, without a window of its own. Raises UserError."""
        preferences = bpy.context.preferences
        before, unsaved = preferences.view.render_display_type, preferences.is_dirty
        try:
            preferences.view.render_display_type = "NONE"
            bpy.ops.render.render("INVOKE_DEFAULT", scene=self._name, write_still=True)
        except RuntimeError as error:
            self.finish(str(error))
        finally:
            preferences.view.render_display_type = before
            preferences.is_dirty = unsaved

    @property
    def running(self) -> bool:
        """Whether Blender still renders."""
        return bool(bpy.app.is_job_running("RENDER"))

    def finish(self, problem: str = "") -> None:
        """Take the copy away. Raises UserError when there is no picture: it failed or was cancelled."""
        self.discard()
        if not self.path.is_file():
            reason = problem.removeprefix("Error: ").strip().splitlines()
            raise UserError(
                f"The camera's picture could not be rendered: {reason[0]}"
                if reason
                else "The camera's render was cancelled"
            )

    def discard(self) -> None:
        """Take the copy of the scene away; also when it has gone already, with its file."""
        scene = bpy.data.scenes.get(self._name)
        if scene is not None and not self.running:
            bpy.data.scenes.remove(scene)


def _limit(scene: bpy.types.Scene) -> None:
    """Few samples: the picture shows what something looks like, no more."""
    if hasattr(scene, "cycles"):
        scene.cycles.samples = min(scene.cycles.samples, SAMPLES)
        scene.cycles.time_limit = min(scene.cycles.time_limit or SECONDS, SECONDS)
    if hasattr(scene, "eevee"):
        scene.eevee.taa_render_samples = min(scene.eevee.taa_render_samples, SAMPLES)
