"""What can be done with the selected mesh."""

from __future__ import annotations

import bpy

from ..core.features import RIG, SEGMENT, TEXTURE
from ..scene import parts, targets
from . import making
from .drawing import Sidebar, draw_text, optional
from .generate_panel import draw_button, draw_seed
from .model_chooser import draw_chooser, draw_settings, time_needed
from .picture_slots import draw_picture
from .prompt_text import draw_prompt
from .properties import TEXT

MOST_NAMES = 12
"""Of parts that are named; more would fill the sidebar."""


class POCKET3D_PT_object(Sidebar, bpy.types.Panel):
    """What can be done with the selected mesh."""

    bl_label = "Selected Object"

    def draw(self, context):
        """Name what is sent, or say what is missing."""
        meshes = making.sent(context)
        if not meshes:
            draw_text(self.layout, making.target_missing(context, TEXTURE), "INFO")
        elif len(meshes) > 1:
            draw_text(self.layout, f"{len(meshes)} meshes: each on its own, but one rig for all")
        else:
            draw_text(self.layout, described(meshes[0]), "OBJECT_DATA")


def described(obj: bpy.types.Object) -> str:
    """``Body · 32,104 faces · 2 materials``."""
    faces, materials = len(obj.data.polygons), len(obj.data.materials)
    words = [obj.name, f"{faces:,} face{'s' if faces != 1 else ''}"]
    if materials:
        words.append(f"{materials} material{'s' if materials > 1 else ''}")
    return " · ".join(words)


class ObjectPanel(Sidebar):
    """A chapter of the selected object's panel; its options are there to be set even when nothing is selected."""

    bl_parent_id = "POCKET3D_PT_object"
    feature = ""
    verb = ""
    many = ""
    """The same for several meshes."""
    icon = ""

    def draw(self, context):
        """The options and the button, and why it is grey unless the panel above says so."""
        self.draw_source(context)
        column = self.layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        draw_chooser(column, context, self.feature)
        self.draw_options(column, context.scene.pocket3d)
        draw_settings(self.layout, context, self.feature)
        reason = making.target_missing(context, self.feature)
        if reason and reason != making.target_missing(context, TEXTURE):
            draw_text(self.layout, reason, "ERROR")
            self.draw_remedy(context)
        elif not reason and (others := making.left_out(context, self.feature)):
            draw_text(self.layout, f"{others[0].name} is left out", "INFO")
            draw_text(self.layout, targets.why_not(others[0], self.feature), "BLANK1")
            self.draw_remedy(context)
        draw_button(self.layout, self.feature, self.words(context), self.icon)
        self.draw_result(context)

    def words(self, context) -> str:
        """What the button says."""
        count = len(making.sent(context, self.feature))
        words = self.many.format(count) if count > 1 else self.verb
        needed = time_needed(context, self.feature, {"mesh"})
        return f"{words}  ·  {needed}" if needed else words

    def draw_source(self, context) -> None:
        """What it starts from besides the mesh."""

    def draw_options(self, layout, settings) -> None:
        """How it is done."""

    def draw_remedy(self, context) -> None:
        """What helps against what only this feature minds."""

    def draw_result(self, context) -> None:
        """What can be done with a former result."""


class POCKET3D_PT_texture(ObjectPanel, bpy.types.Panel):
    """Paint the mesh."""

    bl_label = "Texture"
    feature, icon = TEXTURE, "TEXTURE"
    verb, many = "Texture", "Texture {} Meshes"

    def draw_source(self, context) -> None:
        """A description or a picture."""
        settings = context.scene.pocket3d
        self.layout.row().prop(settings, "paint_source", expand=True)
        if settings.paint_source == TEXT:
            draw_prompt(self.layout, settings, "paint_prompt", "Describe the material")
        else:
            draw_picture(self.layout, context, "paint_picture")

    def draw_options(self, layout, settings) -> None:
        """How it looks."""
        layout.prop(settings, "style")
        layout.prop(settings, "paint_size")
        layout.prop(settings, "intensity")
        draw_seed(layout, settings, "paint_")


class POCKET3D_PT_segment(ObjectPanel, bpy.types.Panel):
    """Find the parts."""

    bl_label = "Segment"
    bl_options = {"DEFAULT_CLOSED"}
    feature, icon = SEGMENT, "MOD_EXPLODE"
    verb, many = "Find Parts", "Find Parts of {} Meshes"

    def draw_options(self, layout, settings) -> None:
        """How fine."""
        layout.prop(settings, "level")
        optional(layout, "Smallest Part", settings, "use_min_part_size", "min_part_size")

    def draw_result(self, context) -> None:
        """The parts that were found."""
        obj = targets.selected(context)
        names = parts.part_names(obj) if obj is not None and obj.type == "MESH" else []
        if names:
            draw_text(self.layout, part_words(names))
            row = self.layout.row(align=True)
            row.operator("pocket3d.separate_parts")
            row.operator("pocket3d.restore_materials")


def part_words(names: list[str]) -> str:
    """``3 parts: Seat, Back, Legs``; of many, the first ones."""
    words = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
    return f"1 part: {words}" if len(names) == 1 else f"{len(names)} parts: {words}"


class POCKET3D_PT_rig(ObjectPanel, bpy.types.Panel):
    """Give it a skeleton."""

    bl_label = "Rig"
    bl_options = {"DEFAULT_CLOSED"}
    feature, icon = RIG, "ARMATURE_DATA"
    verb, many = "Rig", "Rig {} Meshes Together"

    def draw_options(self, layout, settings) -> None:
        """Which skeleton."""
        layout.prop(settings, "character")
        optional(layout, "Bones", settings, "use_bone_count", "bone_count")
        layout.prop(settings, "include_weights")

    def draw_remedy(self, context) -> None:
        """Bones are made for the mesh below its modifiers."""
        self.layout.operator("pocket3d.apply_modifiers", icon="CHECKMARK")


CLASSES = (POCKET3D_PT_object, POCKET3D_PT_texture, POCKET3D_PT_segment, POCKET3D_PT_rig)
