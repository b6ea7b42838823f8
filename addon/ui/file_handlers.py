"""Pictures dropped on a 3D viewport or its sidebar. Blender's own ways to use them stay: it asks which one is meant."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..core.features import MESH
from ..core.request.params import IMAGE_SUFFIXES, MOST_VIEWS
from ..translations import say
from . import making
from .properties import IMAGE, VIEWS


class Dropped:
    """What the operators share: the files."""

    directory: bpy.props.StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"})
    files: bpy.props.CollectionProperty(
        type=bpy.types.OperatorFileListElement, options={"SKIP_SAVE", "HIDDEN"}
    )

    @classmethod
    def poll(cls, context):
        """Needs a scene."""
        return context.scene is not None

    def pictures(self) -> list[str]:
        """The pictures among the files."""
        paths = [str(Path(self.directory) / f.name) for f in self.files]
        return [p for p in paths if p.lower().endswith(IMAGE_SUFFIXES)]

    def take(self, settings) -> None:
        """Make the pictures what the Generate panel starts from: one, or several views."""
        paths = self.pictures()
        if paths:
            settings.start_from(paths[:MOST_VIEWS])
            self.tell_left_out(len(paths) - MOST_VIEWS)

    def tell_left_out(self, number: int) -> None:
        """Say so when there were too many."""
        if number > 0:
            self.report(
                {"WARNING"}, say(f"There are {MOST_VIEWS} views now; the other pictures were left out")
            )

    def pass_on(self, button) -> None:
        """Give the files to another button."""
        button.directory = self.directory
        for file in self.files:
            button.files.add().name = file.name


class POCKET3D_OT_drop_images(Dropped, bpy.types.Operator):
    """Start from the dropped pictures"""

    bl_idname = "pocket3d.drop_images"
    bl_label = "Use in Pocket3D"
    bl_options = {"INTERNAL"}

    def invoke(self, context, event):
        """Ask what for."""
        context.window_manager.popup_menu(self.draw_menu, title=self.title(), icon="IMAGE_DATA")
        return {"FINISHED"}

    def execute(self, context):
        """From a script: take them for generating."""
        self.take(context.scene.pocket3d)
        return {"FINISHED"}

    def title(self) -> str:
        """The name of the picture, or how many there are."""
        pictures = self.pictures()
        return Path(pictures[0]).name if len(pictures) == 1 else f"{len(pictures)} pictures"

    def draw_menu(self, menu, context) -> None:
        """What they can be for."""
        layout, many = menu.layout, len(self.pictures()) > 1
        layout.operator_context = "EXEC_DEFAULT"
        text = "Generate from These Views" if many else "Generate from This Picture"
        self.pass_on(layout.operator("pocket3d.generate_from_images", text=text, icon="ADD"))
        text = "Add as Views" if many else "Add as a View"
        self.pass_on(layout.operator("pocket3d.add_image_views", text=text, icon="RENDERLAYERS"))
        if not many:
            self.pass_on(layout.operator("pocket3d.texture_from_image", icon="TEXTURE"))


class POCKET3D_OT_generate_from_images(Dropped, bpy.types.Operator):
    """Start from the pictures, with the settings of the Generate panel"""

    bl_idname = "pocket3d.generate_from_images"
    bl_label = "Generate from Pictures"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    def execute(self, context):
        self.take(context.scene.pocket3d)
        reason = making.why_not(context, MESH)
        if not reason and (problem := making.begin(context, MESH)) is not None:
            reason = problem.text
        if reason:
            self.report({"WARNING"}, say(reason))
        return {"FINISHED"}  # the panel has the pictures, and says the same beside its button


class POCKET3D_OT_add_image_views(Dropped, bpy.types.Operator):
    """Add the pictures to the views of one object"""

    bl_idname = "pocket3d.add_image_views"
    bl_label = "Add as Views"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    def execute(self, context):
        settings = context.scene.pocket3d
        settings.source = VIEWS
        left = MOST_VIEWS - len(settings.views)
        for path in self.pictures()[:left]:
            settings.views.add().hold(path)
        self.tell_left_out(len(self.pictures()) - left)
        return {"FINISHED"}


class POCKET3D_OT_texture_from_image(Dropped, bpy.types.Operator):
    """Make the picture the reference for texturing"""

    bl_idname = "pocket3d.texture_from_image"
    bl_label = "Use as Texture Reference"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    def execute(self, context):
        settings = context.scene.pocket3d
        settings.paint_source = IMAGE
        for path in self.pictures()[:1]:
            settings.paint_picture.hold(path)
        return {"FINISHED"}


class POCKET3D_FH_images(bpy.types.FileHandler):
    """Where pictures can be dropped"""

    bl_idname = "POCKET3D_FH_images"
    bl_label = "Use in Pocket3D"
    bl_import_operator = "pocket3d.drop_images"
    bl_file_extensions = ";".join(IMAGE_SUFFIXES)

    @classmethod
    def poll_drop(cls, context):
        """On 3D viewports and their sidebars."""
        return context.area is not None and context.area.type == "VIEW_3D"


CLASSES = (
    POCKET3D_OT_drop_images,
    POCKET3D_OT_generate_from_images,
    POCKET3D_OT_add_image_views,
    POCKET3D_OT_texture_from_image,
    POCKET3D_FH_images,
)
