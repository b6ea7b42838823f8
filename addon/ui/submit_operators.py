"""The buttons that start jobs."""

from __future__ import annotations

import bpy

from ..core.features import MESH, RIG, SEGMENT, TEXTURE
from ..core.request.params import new_seed
from ..translations import say
from . import making
from .operators import Greyed


class Submit(Greyed):
    """What the four submitting operators share; ``feature`` says which one it is."""

    bl_options = {"REGISTER"}
    feature = ""

    @classmethod
    def why_not(cls, context) -> str:
        return making.why_not(context, cls.feature)

    def execute(self, context):
        problem = making.begin(context, self.feature)
        if problem is not None:
            self.report({"ERROR"}, say(problem.text))
            return {"CANCELLED"}
        return {"FINISHED"}


class POCKET3D_OT_generate(Submit, bpy.types.Operator):
    """Make a mesh from the prompt or the pictures"""

    bl_idname = "pocket3d.generate"
    bl_label = "Generate"
    feature = MESH


class POCKET3D_OT_texture(Submit, bpy.types.Operator):
    """Paint the selected mesh; its materials are kept"""

    bl_idname = "pocket3d.texture"
    bl_label = "Texture"
    feature = TEXTURE


class POCKET3D_OT_segment(Submit, bpy.types.Operator):
    """Split the selected mesh into named parts; its geometry does not change"""

    bl_idname = "pocket3d.segment"
    bl_label = "Find Parts"
    feature = SEGMENT


class POCKET3D_OT_rig(Submit, bpy.types.Operator):
    """Give the selected mesh a skeleton and skin weights"""

    bl_idname = "pocket3d.rig"
    bl_label = "Rig"
    feature = RIG


class POCKET3D_OT_new_seed(bpy.types.Operator):
    """Roll the dice, and keep what comes up"""

    bl_idname = "pocket3d.new_seed"
    bl_label = "New Seed"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    name: bpy.props.EnumProperty(items=[(n, n, "") for n in ("seed", "paint_seed")], options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        """Needs a scene."""
        return context.scene is not None

    def execute(self, context):
        settings = context.scene.pocket3d
        setattr(settings, self.name, new_seed())
        setattr(settings, f"use_{self.name}", True)
        return {"FINISHED"}


CLASSES = (
    POCKET3D_OT_generate,
    POCKET3D_OT_texture,
    POCKET3D_OT_segment,
    POCKET3D_OT_rig,
    POCKET3D_OT_new_seed,
)
