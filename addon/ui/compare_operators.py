"""Buttons that compare the variants of a request in the scene."""

from __future__ import annotations

import bpy
from bpy.props import IntProperty

from ..core.jobs import gallery
from ..scene import comparing
from ..session import current_session
from . import gallery_state
from .operators import Greyed


def variants(context: bpy.types.Context) -> dict[str, comparing.Variant]:
    """By the key of its result, the objects of each variant of the chosen one that stands in the scene, in order."""
    job = gallery_state.chosen(context)
    if job is None:
        return {}
    same = gallery.variants_of(current_session().runner.results, job)
    found = comparing.objects_of_each(context.scene, [j.job_id for j in same])
    here = [comparing.usable(v) for v in found]
    return {j.key: v for j, v in zip(same, here, strict=True) if v}


def placed(context: bpy.types.Context) -> int:
    """How many of the chosen result's variants were put into a scene. Only reads memory, for buttons and panels."""
    job = gallery_state.chosen(context)
    same = gallery.variants_of(current_session().runner.results, job) if job is not None else []
    return sum(j.in_scene for j in same)


def under_way(context: bpy.types.Context) -> bool:
    """Whether the chosen result's variants are being compared, as far as the buttons know."""
    job = gallery_state.chosen(context)
    return job is not None and gallery_state.state(context).compared == gallery.group_of(job)


TOO_FEW = "Add at least two variants to the scene first"


class CompareOperator(Greyed):
    """Needs at least two variants in the scene; ``act`` returns the group that is being compared after it."""

    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    @classmethod
    def why_not(cls, context) -> str:
        if context.mode != "OBJECT":
            return "Go to Object Mode first"
        return TOO_FEW if placed(context) < 2 else ""

    def execute(self, context):
        found = variants(context)  # a walk over the scene, which is too long for why_not()
        if len(found) < 2:
            self.report({"ERROR"}, TOO_FEW)
            return {"CANCELLED"}
        gallery_state.state(context).compared = self.act(context, found)
        return {"FINISHED"}


class POCKET3D_OT_compare(CompareOperator, bpy.types.Operator):
    """Show one variant at a time and step through them"""

    bl_idname = "pocket3d.compare"
    bl_label = "Compare"
    step: IntProperty(options={"SKIP_SAVE", "HIDDEN"})

    def act(self, context, found) -> str:
        state, keys, objects = gallery_state.state(context), list(found), list(found.values())
        now = comparing.shown(objects)
        first = keys.index(state.chosen) if state.chosen in found else 0
        number = first if now is None else (now + self.step) % len(keys)
        comparing.show_only(context, objects, number)
        state.chosen = keys[number]
        if context.area is not None and context.area.type == "VIEW_3D":
            region = next(r for r in context.area.regions if r.type == "WINDOW")
            with context.temp_override(region=region):
                bpy.ops.view3d.view_selected()
        job = gallery_state.chosen(context)
        return gallery.group_of(job) if job is not None else ""


class POCKET3D_OT_keep_variant(CompareOperator, bpy.types.Operator):
    """Delete the other variants from the scene; they stay among the results"""

    bl_idname = "pocket3d.keep_variant"
    bl_label = "Keep This One"

    def act(self, context, found) -> str:
        objects = list(found.values())
        number = comparing.shown(objects)
        if number is None:
            self.report({"ERROR"}, "Show the variant that you want to keep first")
        else:
            comparing.keep(context, objects, number)
        return ""


class POCKET3D_OT_show_variants(CompareOperator, bpy.types.Operator):
    """Show all variants again"""

    bl_idname = "pocket3d.show_variants"
    bl_label = "Show All"

    def act(self, context, found) -> str:
        comparing.show_all(list(found.values()))
        return ""


CLASSES = (POCKET3D_OT_compare, POCKET3D_OT_keep_variant, POCKET3D_OT_show_variants)
