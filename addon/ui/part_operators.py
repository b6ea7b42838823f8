"""Buttons about the parts of the selected mesh."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty

from ..core.errors import UserError
from ..core.features import RIG, TEXTURE
from ..scene import modifiers, parts, placing, separating, targets
from ..translations import say
from . import making


class POCKET3D_OT_separate_parts(bpy.types.Operator):
    """Make an object of each part; the mesh itself is kept, hidden"""

    bl_idname = "pocket3d.separate_parts"
    bl_label = "Separate Parts"
    bl_options = {"REGISTER", "UNDO"}

    own_materials: BoolProperty(
        name="Own Materials", description="Use the materials from before the parts were coloured"
    )

    @classmethod
    def poll(cls, context):
        """Needs parts."""
        reason = targets.why_not(targets.selected(context))
        if not reason and not parts.part_names(targets.selected(context)):
            reason = "This mesh has no parts yet; find them first"
        reason = reason or separating.why_not(targets.selected(context))
        cls.poll_message_set(say(reason))
        return not reason

    def execute(self, context):
        obj = targets.selected(context)
        made = separating.separate(context, obj, own_materials=self.own_materials)
        placing.make_active(context, made)
        return {"FINISHED"}


class POCKET3D_OT_restore_materials(bpy.types.Operator):
    """Show the materials that the mesh had before it was textured or its parts were coloured"""

    bl_idname = "pocket3d.restore_materials"
    bl_label = "Restore Materials"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Needs coloured parts."""
        reason = targets.why_not(targets.selected(context))
        if not reason and not parts.are_shown(targets.require(targets.selected(context))):
            reason = "The materials are as they were"
        cls.poll_message_set(say(reason))
        return not reason

    def execute(self, context):
        parts.restore_materials(targets.selected(context))
        return {"FINISHED"}


class POCKET3D_OT_apply_modifiers(bpy.types.Operator):
    """Apply the modifiers that change the shape of the selected meshes, so that they can be rigged"""

    bl_idname = "pocket3d.apply_modifiers"
    bl_label = "Apply Modifiers"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Needs such a modifier, on a mesh that can be changed."""
        reason = making.target_missing(context, TEXTURE)
        if not reason and not making.left_out(context, RIG):
            reason = "There is no modifier to apply"
        cls.poll_message_set(say(reason))
        return not reason

    def execute(self, context):
        try:
            problems = modifiers.apply_reshaping(context, making.left_out(context, RIG))
        except UserError as error:
            self.report({"ERROR"}, say(error.message))
            return {"CANCELLED"}
        for problem in problems:
            self.report({"WARNING"}, problem)
        return {"FINISHED"}


CLASSES = (POCKET3D_OT_apply_modifiers, POCKET3D_OT_separate_parts, POCKET3D_OT_restore_materials)
