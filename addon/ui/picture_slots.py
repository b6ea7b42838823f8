"""The pictures to start from: a row for each, with what it shows, where it comes from and its order."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..core.features import MESH, TEXTURE
from ..core.request.params import MOST_VIEWS
from ..scene import capture
from ..translations import say
from . import making, thumbnails
from .drawing import draw_text
from .operators import Greyed

PLACES = {"picture": MESH, "views": MESH, "paint_picture": TEXTURE}
"""The settings that hold pictures, and the feature that starts from them."""
ICONS = {
    capture.FILE: "FILE_IMAGE",
    capture.VIEWPORT: "VIEW3D",
    capture.CAMERA: "CAMERA_DATA",
    capture.RENDER: "RENDER_RESULT",
    capture.IMAGE: "IMAGE_DATA",
}


def view_at(settings, place: str, index: int):
    """The picture in a place, None when it has gone."""
    holder = getattr(settings, place)
    if place != "views":
        return holder
    return holder[index] if 0 <= index < len(holder) else None


def draw_picture(layout, context, place: str, index: int = 0) -> None:
    """One picture."""
    settings = context.scene.pocket3d
    view = view_at(settings, place, index)
    row = layout.box().row()
    row.template_icon(icon_value=_icon(view), scale=3.2)
    column = row.column(align=True)
    column.prop(view, "source", text="")
    if view.source == capture.FILE:
        column.prop(view, "path", text="", placeholder="Choose a picture")
    elif view.source == capture.IMAGE:
        column.prop(view, "image", text="")
    else:
        button = column.operator("pocket3d.keep_picture", icon="PINNED")
        button.place, button.index = place, index
    if place == "views":
        _draw_order(row.column(align=True), index, len(settings.views))
    reason = capture.why_not(view, context)
    if reason and view.source not in {capture.FILE, capture.IMAGE} and not making.busy():
        draw_text(layout, reason, "ERROR")


def _draw_order(column, index: int, count: int) -> None:
    for icon, step in (("TRIA_UP", -1), ("TRIA_DOWN", 1)):
        sub = column.row(align=True)
        sub.enabled = 0 <= index + step < count
        button = sub.operator("pocket3d.move_view", text="", icon=icon, emboss=False)
        button.index, button.step = index, step
    column.operator("pocket3d.remove_view", text="", icon="X", emboss=False).index = index


def draw_views(layout, context) -> None:
    """All views, and the button for one more."""
    views = context.scene.pocket3d.views
    column = layout.column(align=True)
    for index in range(len(views)):
        draw_picture(column, context, "views", index)
    row = layout.row(align=True)
    row.operator("pocket3d.add_view", icon="ADD")
    if views:
        row.operator("pocket3d.clear_views", text="", icon="TRASH")
    else:
        draw_text(layout, "Front, side and back of one object, each on a plain background", "INFO")


def _icon(view) -> int:
    icon = 0
    if view.source == capture.FILE and view.path:
        icon = thumbnails.icon_for(Path(bpy.path.abspath(view.path)))
    elif view.source == capture.IMAGE and view.image is not None and view.image.preview is not None:
        icon = view.image.preview.icon_id
    items = bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items
    return icon or items[ICONS[view.source]].value


class OfViews(Greyed):
    """What the operators about the views share."""

    bl_options = {"REGISTER", "UNDO", "INTERNAL"}
    index: bpy.props.IntProperty(options={"SKIP_SAVE"})

    @classmethod
    def why_not(cls, context) -> str:
        return "" if context.scene is not None and context.scene.pocket3d.views else "There is no view"


class POCKET3D_OT_add_view(Greyed, bpy.types.Operator):
    """Add a picture of the same object from another side"""

    bl_idname = "pocket3d.add_view"
    bl_label = "Add View"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    @classmethod
    def why_not(cls, context) -> str:
        if context.scene is None:
            return "There is no scene"
        full = len(context.scene.pocket3d.views) >= MOST_VIEWS
        return f"There are {MOST_VIEWS} views; more do not help" if full else ""

    def execute(self, context):
        views = context.scene.pocket3d.views
        before = views[-1].source if views else capture.FILE
        views.add().source = before
        return {"FINISHED"}


class POCKET3D_OT_remove_view(OfViews, bpy.types.Operator):
    """Take this view away"""

    bl_idname = "pocket3d.remove_view"
    bl_label = "Remove View"

    def execute(self, context):
        context.scene.pocket3d.views.remove(self.index)
        return {"FINISHED"}


class POCKET3D_OT_clear_views(OfViews, bpy.types.Operator):
    """Take all views away"""

    bl_idname = "pocket3d.clear_views"
    bl_label = "Remove All Views"

    def execute(self, context):
        context.scene.pocket3d.views.clear()
        return {"FINISHED"}


class POCKET3D_OT_move_view(OfViews, bpy.types.Operator):
    """Change the order of the views; the first is the front"""

    bl_idname = "pocket3d.move_view"
    bl_label = "Move View"

    step: bpy.props.IntProperty(options={"SKIP_SAVE"})

    def execute(self, context):
        views = context.scene.pocket3d.views
        views.move(self.index, max(0, min(self.index + self.step, len(views) - 1)))
        return {"FINISHED"}


class POCKET3D_OT_keep_picture(Greyed, bpy.types.Operator):
    """Take the picture now and keep it in the file, instead of a new one with every press of the button"""

    bl_idname = "pocket3d.keep_picture"
    bl_label = "Capture Now"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    place: bpy.props.EnumProperty(items=[(p, p, "") for p in PLACES], options={"SKIP_SAVE"})
    index: bpy.props.IntProperty(options={"SKIP_SAVE"})

    @classmethod
    def why_not(cls, context) -> str:
        return making.busy() if context.scene is not None else "There is no scene"

    def execute(self, context):
        view = view_at(context.scene.pocket3d, self.place, self.index)
        problem = making.keep_picture(context, PLACES[self.place], view) if view is not None else None
        if problem is not None:
            self.report({"ERROR"}, say(problem.text))
            return {"CANCELLED"}
        return {"FINISHED"}


CLASSES = (
    POCKET3D_OT_add_view,
    POCKET3D_OT_remove_view,
    POCKET3D_OT_clear_views,
    POCKET3D_OT_move_view,
    POCKET3D_OT_keep_picture,
)
