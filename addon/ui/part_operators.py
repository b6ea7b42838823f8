"""Buttons about the parts of the selected mesh."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty

from ..scene import parts, placing, separating, targets
from ..translations import say


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
        obj = targets.selected(context)
        reason = targets.why_not(obj) or ("" if targets.why_not_rig(obj) else "There is no modifier to apply")
        cls.poll_message_set(say(reason))
        return not reason

    def execute(self, context):
        try:
            for obj in targets.selected_all(context):
                apply_reshaping(context, obj)
        except RuntimeError as error:  # shape keys, for example
            self.report({"ERROR"}, str(error).removeprefix("Error: ").strip())
            return {"CANCELLED"}
        return {"FINISHED"}


def apply_reshaping(context, obj: bpy.types.Object) -> None:
    """Apply the modifiers that make another shape of a mesh, in their order."""
    if obj.data.users > 1:
        obj.data = obj.data.copy()  # other objects that share the mesh stay as they are
    with context.temp_override(object=obj, active_object=obj, selected_objects=[obj]):
        for name in [m.name for m in obj.modifiers if m.show_viewport and m.type in targets.RESHAPING]:
            bpy.ops.object.modifier_apply(modifier=name)


CLASSES = (POCKET3D_OT_apply_modifiers, POCKET3D_OT_separate_parts, POCKET3D_OT_restore_materials)
