"""The buttons that start jobs."""

from __future__ import annotations

import random

import bpy

from ..core.errors import UserError
from ..core.features import MESH, RIG, SEGMENT, TEXTURE
from ..core.jobs import Task
from ..core.params import LARGEST_SEED
from ..scene import targets, tasks
from ..session import current_session
from . import pump


class Submit:
    """What the four submitting operators share; ``feature`` says which one it is."""

    bl_options = {"REGISTER"}
    feature = ""

    @classmethod
    def poll(cls, context):
        """Grey with the reason."""
        reason = cls.why_not(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    @classmethod
    def why_not(cls, context) -> str:
        """Why it cannot be pressed; empty when it can."""
        reason = targets.why_not(targets.selected(context)) if cls.feature != MESH else ""
        if reason:
            return reason
        try:
            context.scene.pocket3d.params(cls.feature).check()
        except UserError as error:
            return error.message
        return current_session().connection.why_not()

    def execute(self, context):
        try:
            current_session().runner.submit(self.task(context))
        except UserError as error:
            self.report({"ERROR"}, error.message)
            return {"CANCELLED"}
        pump.sync_list()
        context.window_manager.pocket3d_job_index = 0
        return {"FINISHED"}

    def task(self, context) -> Task:
        """What to do with the object under the artist's hand."""
        return tasks.task_for(targets.selected(context), context.scene.pocket3d.params(self.feature))


class POCKET3D_OT_generate(Submit, bpy.types.Operator):
    """Make a mesh from the prompt or the image; it appears at the 3D cursor"""

    bl_idname = "pocket3d.generate"
    bl_label = "Generate"
    feature = MESH

    def task(self, context) -> Task:
        """What to make, and where it goes."""
        return tasks.task_to_make(context.scene.pocket3d.params(MESH), context.scene.cursor.location)


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
    """Roll the dice"""

    bl_idname = "pocket3d.new_seed"
    bl_label = "New Seed"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    def execute(self, context):
        context.scene.pocket3d.seed = random.randint(0, LARGEST_SEED)
        return {"FINISHED"}


CLASSES = (
    POCKET3D_OT_generate,
    POCKET3D_OT_texture,
    POCKET3D_OT_segment,
    POCKET3D_OT_rig,
    POCKET3D_OT_new_seed,
)
