"""Buttons about the parts of the selected mesh."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty

from ..scene import parts, placing, separating, targets
from ..translations import say


class POCKET3D_OT_separate_parts(bpy.types.Operator):
    """Make an object of each part; the mesh itself is kept, hidden"""

    bl_idname = "pocket3d.separate_parts"
    bl_label = "Separate into Objects"
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


CLASSES = (POCKET3D_OT_separate_parts, POCKET3D_OT_restore_materials)
