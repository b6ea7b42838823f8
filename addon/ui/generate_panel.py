"""Make a mesh: from words, a picture or several views."""

from __future__ import annotations

import bpy

from .drawing import Sidebar, optional


class POCKET3D_PT_generate(Sidebar, bpy.types.Panel):
    """Make a mesh."""

    bl_label = "Generate"

    def draw(self, context):
        layout, settings = self.layout, context.scene.pocket3d
        layout.row().prop(settings, "source", expand=True)
        if settings.source == "TEXT":
            layout.prop(settings, "prompt", text="", placeholder="Describe an object")
        else:
            layout.prop(settings, "image", text="", placeholder="Choose a picture")
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.row().prop(settings, "quality", expand=True)
        column.prop(settings, "texture_size")
        row = optional(column, "Seed", settings, "use_seed", "seed")
        row.operator("pocket3d.new_seed", text="", icon="FILE_REFRESH")
        button = layout.row()
        button.scale_y = 1.5
        button.operator("pocket3d.generate", icon="ADD")


CLASSES = (POCKET3D_PT_generate,)
