"""The sidebar tab. Drawing only reads; everything slow has happened before, elsewhere."""

from __future__ import annotations

import textwrap
import time

import bpy

from ..core.connection import Light
from ..core.errors import Problem, Remedy
from ..core.jobs import Job, State
from ..scene import parts, targets
from ..session import current_session
from .lists import job_of
from .server_operators import REMEDIES

LIGHTS = {
    Light.UNKNOWN: "COLORSET_13_VEC",
    Light.OFFLINE: "COLORSET_01_VEC",
    Light.BUSY: "COLORSET_09_VEC",
    Light.READY: "COLORSET_03_VEC",
}


def draw_status(layout, preferences_button: bool = True) -> None:
    """The server in one line, and below it what to do when it is not ready."""
    session = current_session()
    status = session.connection.status
    row = layout.row(align=True)
    row.label(text=status.title, icon=LIGHTS[status.light])
    if status.light is Light.READY:
        sub = row.row()
        sub.alignment = "RIGHT"
        sub.label(text=status.detail)
    if preferences_button:
        row.operator("pocket3d.open_preferences", text="", icon="PREFERENCES", emboss=False)
    if session.problem is not None:
        draw_problem(layout, session.problem)
    elif status.progress is not None:
        layout.progress(factor=status.progress, text=status.detail, type="BAR")
    elif status.light is not Light.READY:
        draw_problem(layout, Problem(status.detail, status.remedy), status.light is Light.OFFLINE)


def draw_problem(layout, problem: Problem, alert: bool = True, job: Job | None = None) -> None:
    """A sentence, wrapped, and the button that mends it."""
    draw_text(layout, problem.text, "ERROR" if alert else "INFO")
    row = layout.row(align=True)
    if problem.remedy in REMEDIES:
        operator, icon = REMEDIES[problem.remedy]
        row.operator(operator, icon=icon)
    if job is not None:
        if problem.remedy is not Remedy.NONE or problem.code == "INTERNAL":
            row.operator("pocket3d.retry_job", icon="FILE_REFRESH").key = job.key
        if problem.details:
            row.operator("pocket3d.copy_details", icon="COPYDOWN").key = job.key


def draw_text(layout, text: str, icon: str = "NONE") -> None:
    """A sentence over as many lines as the sidebar's width needs."""
    region, scale = bpy.context.region, bpy.context.preferences.system.ui_scale
    width = region.width / scale if region is not None and region.type == "UI" else 300
    column = layout.column(align=True)
    column.scale_y = 0.8
    lines = textwrap.wrap(text, max(20, int((width - 60) / 6.2))) or [""]
    for number, line in enumerate(lines):
        column.label(text=line, icon=icon if number == 0 else ("BLANK1" if icon != "NONE" else "NONE"))


def optional(layout, heading: str, settings, switch: str, name: str):
    """A property with a check box before it; returns the row behind the box."""
    row = layout.row(heading=heading, align=True)
    row.prop(settings, switch, text="")
    sub = row.row(align=True)
    sub.enabled = getattr(settings, switch)
    sub.prop(settings, name, text="")
    return sub


class Sidebar:
    """What all panels of the tab share."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Pocket3D"


class POCKET3D_PT_status(Sidebar, bpy.types.Panel):
    """State of the server."""

    bl_label = "Server"
    bl_options = {"HIDE_HEADER"}

    def draw(self, context):
        draw_status(self.layout)


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
        sub.label(text=f"{len(obj.data.polygons):,} faces")


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


class POCKET3D_PT_jobs(Sidebar, bpy.types.Panel):
    """What is going on and what was done."""

    bl_label = "Jobs"

    @classmethod
    def poll(cls, context):
        """Only when there are some."""
        return bool(context.window_manager.pocket3d_jobs)

    def draw_header_preset(self, context):
        """A button to tidy up."""
        self.layout.operator("pocket3d.clear_jobs", text="", icon="TRASH", emboss=False)

    def draw(self, context):
        """Draw the list and, below it, the chosen job."""
        manager = context.window_manager
        self.layout.template_list(
            *("POCKET3D_UL_jobs", "", manager, "pocket3d_jobs", manager, "pocket3d_job_index"),
            rows=3,
            maxrows=8,
        )
        index = manager.pocket3d_job_index
        rows = manager.pocket3d_jobs
        job = job_of(rows[index]) if 0 <= index < len(rows) else None
        if job is not None and (job.state.active or job.problem or job.notes):
            box = self.layout.box()
            if job.state.active:
                draw_text(box, job.activity(time.time()), "TIME")
            if job.problem is not None and job.state is State.FAILED:
                draw_problem(box, job.problem, job=job)
            for note in job.notes:
                draw_text(box, note, "INFO")


CLASSES = (
    POCKET3D_PT_status,
    POCKET3D_PT_generate,
    POCKET3D_PT_object,
    POCKET3D_PT_texture,
    POCKET3D_PT_segment,
    POCKET3D_PT_rig,
    POCKET3D_PT_jobs,
)
