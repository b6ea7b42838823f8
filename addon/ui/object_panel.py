"""What can be done with the selected mesh."""

from __future__ import annotations

import bpy

from ..scene import parts, targets
from ..translations import say
from .drawing import Sidebar, draw_text, optional


class POCKET3D_PT_object(Sidebar, bpy.types.Panel):
    """What can be done with the selected mesh."""

    bl_label = "Selected Object"

    def draw(self, context):
        """Name the target, or say what is missing."""
        reason = targets.why_not(targets.selected(context))
        if reason:
            draw_text(self.layout, reason, "INFO")
            return
        obj = targets.require(targets.selected(context))
        row = self.layout.row()
        row.label(text=obj.name, icon="OBJECT_DATA")
        sub = row.row()
        sub.alignment = "RIGHT"
        sub.label(text=say(f"{len(obj.data.polygons):,} faces"), translate=False)


class ObjectPanel(Sidebar):
    """A chapter of the selected object's panel."""

    bl_parent_id = "POCKET3D_PT_object"

    @classmethod
    def poll(cls, context):
        """Only for what can be sent."""
        return not targets.why_not(targets.selected(context))

    def columns(self):
        """The layout with labels to the left."""
        self.layout.use_property_split = True
        self.layout.use_property_decorate = False
        return self.layout


class POCKET3D_PT_texture(ObjectPanel, bpy.types.Panel):
    """Paint the mesh."""

    bl_label = "Texture"

    def draw(self, context):
        settings = context.scene.pocket3d
        self.layout.row().prop(settings, "paint_source", expand=True)
        if settings.paint_source == "TEXT":
            self.layout.prop(settings, "paint_prompt", text="", placeholder="Describe the material")
        else:
            self.layout.prop(settings, "paint_image", text="", placeholder="Choose a picture")
        layout = self.columns()
        layout.prop(settings, "style")
        layout.prop(settings, "paint_size")
        layout.prop(settings, "intensity")
        layout.operator("pocket3d.texture", icon="TEXTURE")


class POCKET3D_PT_segment(ObjectPanel, bpy.types.Panel):
    """Find the parts."""

    bl_label = "Segment"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        layout, settings = self.columns(), context.scene.pocket3d
        layout.prop(settings, "level")
        optional(layout, "Smallest Part", settings, "use_min_part_size", "min_part_size")
        layout.operator("pocket3d.segment", icon="MOD_EXPLODE")
        names = parts.part_names(targets.selected(context))
        if names:
            draw_text(layout, f"{len(names)} parts: {', '.join(names)}")
            row = layout.row(align=True)
            row.operator("pocket3d.separate_parts")
            row.operator("pocket3d.restore_materials")


class POCKET3D_PT_rig(ObjectPanel, bpy.types.Panel):
    """Give it a skeleton."""

    bl_label = "Rig"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        layout, settings = self.columns(), context.scene.pocket3d
        layout.prop(settings, "character")
        optional(layout, "Bones", settings, "use_bone_count", "bone_count")
        layout.prop(settings, "include_weights")
        layout.operator("pocket3d.rig", icon="ARMATURE_DATA")


CLASSES = (POCKET3D_PT_object, POCKET3D_PT_texture, POCKET3D_PT_segment, POCKET3D_PT_rig)
