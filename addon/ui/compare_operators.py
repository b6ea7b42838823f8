"""Buttons that compare the variants of a request in the scene."""

from __future__ import annotations

import bpy
from bpy.props import IntProperty

from ..core import gallery as gallery_rules
from ..scene import comparing
from ..session import current_session
from . import gallery


def variants(context: bpy.types.Context) -> list[comparing.Variant]:
    """The objects of each variant of the chosen result that stands in the scene, the first variant first."""
    job = gallery.chosen(context)
    if job is None:
        return []
    same = gallery_rules.variants_of(current_session().runner.results, job)
    found = [comparing.objects_of(context.scene, j.job_id) for j in same]
    return comparing.usable([v for v in found if v])


class CompareOperator:
    """Needs at least two variants in the scene."""

    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    @classmethod
    def poll(cls, context):
        """Grey with the reason."""
        if context.mode != "OBJECT":
            cls.poll_message_set("Go to Object Mode first")
            return False
        if len(variants(context)) < 2:
            cls.poll_message_set("Add at least two variants to the scene first")
            return False
        return True


class POCKET3D_OT_compare(CompareOperator, bpy.types.Operator):
    """Show one variant at a time and step through them"""

    bl_idname = "pocket3d.compare"
    bl_label = "Compare"
    step: IntProperty(options={"SKIP_SAVE", "HIDDEN"})

    def execute(self, context):
        found = variants(context)
        now = comparing.shown(found)
        number = 0 if now is None else (now + self.step) % len(found)
        comparing.show_only(context, found, number)
        if context.area is not None and context.area.type == "VIEW_3D":
            region = next(r for r in context.area.regions if r.type == "WINDOW")
            with context.temp_override(region=region):
                bpy.ops.view3d.view_selected()
        return {"FINISHED"}


class POCKET3D_OT_keep_variant(CompareOperator, bpy.types.Operator):
    """Delete the other variants from the scene; they stay among the results"""

    bl_idname = "pocket3d.keep_variant"
    bl_label = "Keep This One"

    def execute(self, context):
        found = variants(context)
        number = comparing.shown(found)
        if number is None:
            self.report({"ERROR"}, "Show the variant that you want to keep first")
            return {"CANCELLED"}
        comparing.keep(context, found, number)
        return {"FINISHED"}


class POCKET3D_OT_show_variants(CompareOperator, bpy.types.Operator):
    """Show all variants again"""

    bl_idname = "pocket3d.show_variants"
    bl_label = "Show All"

    def execute(self, context):
        comparing.show_all(variants(context))
        return {"FINISHED"}


CLASSES = (POCKET3D_OT_compare, POCKET3D_OT_keep_variant, POCKET3D_OT_show_variants)
