"""Buttons about the parts of the selected mesh."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty

from ..core.errors import UserError
from ..core.features import RIG, TEXTURE
from ..scene import modifiers, parts, placing, separating, slots, targets
from ..translations import say
from . import making
from .operators import Greyed


class POCKET3D_OT_separate_parts(Greyed, bpy.types.Operator):
    """Make an object of each part; the mesh itself is kept, hidden"""

    bl_idname = "pocket3d.separate_parts"
    bl_label = "Separate Parts"
    bl_options = {"REGISTER", "UNDO"}

    own_materials: BoolProperty(
        name="Own Materials", description="Use the materials from before the parts were coloured"
    )

    @classmethod
    def why_not(cls, context) -> str:
        obj = targets.selected(context)
        reason = targets.why_not(obj)
        if not reason and not parts.part_names(obj):
            reason = "This mesh has no parts yet; find them first"
        return reason or separating.why_not(obj)

    def execute(self, context):
        obj = targets.selected(context)
        made = separating.separate(context, obj, own_materials=self.own_materials)
        placing.make_active(context, made)
        return {"FINISHED"}


class POCKET3D_OT_restore_materials(Greyed, bpy.types.Operator):
    """Show the materials that the mesh had before it was textured or its parts were coloured"""

    bl_idname = "pocket3d.restore_materials"
    bl_label = "Restore Materials"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def why_not(cls, context) -> str:
        obj = targets.selected(context)
        reason = targets.why_not(obj)
        return reason or ("" if slots.are_replaced(obj) else "The materials are as they were")

    def execute(self, context):
        slots.restore(targets.selected(context))
        return {"FINISHED"}


class POCKET3D_OT_apply_modifiers(Greyed, bpy.types.Operator):
    """Apply the modifiers that change the shape of the selected meshes, so that they can be rigged"""

    bl_idname = "pocket3d.apply_modifiers"
    bl_label = "Apply Modifiers"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def why_not(cls, context) -> str:
        reason = making.target_missing(context, TEXTURE)
        return reason or ("" if making.left_out(context, RIG) else "There is no modifier to apply")

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
