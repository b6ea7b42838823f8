"""Make a mesh: from words, a picture or several views."""

from __future__ import annotations

import bpy

from ..core.features import MESH
from ..translations import say
from . import making
from .drawing import Sidebar, draw_problem, optional
from .model_chooser import draw_chooser, draw_settings, time_needed
from .picture_slots import draw_picture, draw_views
from .prompt_text import draw_prompt
from .properties import IMAGE, TEXT


class POCKET3D_PT_generate(Sidebar, bpy.types.Panel):
    """Make a mesh."""

    bl_label = "Generate"

    def draw(self, context):
        """What to start from, how, and where it goes."""
        layout, settings = self.layout, context.scene.pocket3d
        layout.row().prop(settings, "source", expand=True)
        if settings.source == TEXT:
            draw_prompt(layout, settings, "prompt", "Describe an object")
        elif settings.source == IMAGE:
            draw_picture(layout, context, "picture")
        else:
            draw_views(layout, context)
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        draw_chooser(column, context, MESH)
        row = column.row()
        row.use_property_split = False  # the whole width, or else its words are cut
        row.prop(settings, "quality", expand=True)
        column.prop(settings, "texture_size")
        optional(column, "Faces", settings, "use_target_faces", "target_faces")
        draw_seed(column, settings, "")
        column.prop(settings, "variants")
        column.prop(settings, "placement")
        draw_settings(layout, context, MESH)
        draw_button(layout, MESH, self._words(context), "ADD")

    def _words(self, context) -> str:
        settings = context.scene.pocket3d
        count = settings.variants
        needed = time_needed(context, MESH, {"text" if settings.source == TEXT else "image"})
        words = f"Generate {count} Variants" if count > 1 else "Generate"
        return f"{words}  ·  {needed}{' each' if count > 1 else ''}" if needed else words


def draw_seed(layout, settings, prefix: str) -> None:
    """The seed with its lock and the dice."""
    row = layout.row(align=True)
    row.prop(settings, f"{prefix}seed")
    locked = getattr(settings, f"use_{prefix}seed")
    row.prop(settings, f"use_{prefix}seed", text="", icon="LOCKED" if locked else "UNLOCKED")
    row.operator("pocket3d.new_seed", text="", icon="FILE_REFRESH").name = f"{prefix}seed"


def draw_button(layout, feature: str, words: str, icon: str) -> None:
    """The button that starts, and what went wrong at its last press."""
    if making.taking_pictures(feature):
        layout.progress(factor=0.5, type="RING", text="Taking the picture")
    row = layout.row()
    row.scale_y = 1.5
    row.operator(making.OPERATORS[feature], text=say(words), icon=icon, translate=False)
    problem = making.problems.get(feature)
    if problem is not None:
        draw_problem(layout, problem)


CLASSES = (POCKET3D_PT_generate,)
