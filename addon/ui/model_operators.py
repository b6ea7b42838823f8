"""Buttons about models: accept a licence, download weights, stop that, remove them. All in the background."""

from __future__ import annotations

import getpass
from contextlib import suppress

import bpy
from bpy.props import BoolProperty, StringProperty

from ..core.files import size_text
from ..core.request.model_words import bytes_left, label
from ..session import current_session
from ..translations import say
from .drawing import font_size, ui_scale, wrap
from .operators import Action, confirm

DIALOG = 420
"""Width of the dialogs, at scale 1."""


class ModelOperator(Action):
    """Acts on one model of the server."""

    doing = ""
    model_id: StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    @property
    def model(self):
        """As it was last seen; None when it is gone."""
        return current_session().models.get(self.model_id)

    def act(self, context) -> None:
        session = current_session()
        if self.model is not None:
            session.models.act(session.connection.connect, self.model_id, self.doing, self.action())


class POCKET3D_OT_accept_model_licence(ModelOperator, bpy.types.Operator):
    """Read what the licence of this model asks, and accept it"""

    bl_idname = "pocket3d.accept_model_licence"
    bl_label = "Accept Licence..."
    doing = "Accepting"

    person: StringProperty(
        name="Name",
        description="The person or company that accepts; kept by the server with the date",
        options={"SKIP_SAVE"},
    )
    agreed: BoolProperty(name="I have read the terms and accept them", options={"SKIP_SAVE"})

    def invoke(self, context, event):
        if self.model is None or self.model.licence_terms is None:
            return {"CANCELLED"}
        with suppress(Exception):  # a system without accounts
            self.person = getpass.getuser()
        return context.window_manager.invoke_props_dialog(
            self, width=DIALOG, title="Licence of a Model", confirm_text="Accept"
        )

    def draw(self, context):
        """The terms, and who accepts them."""
        layout, model = self.layout, self.model
        if model is None:
            return
        terms = model.licence_terms
        paragraph(layout, f"{label(model)}: {terms.name}", translate=False)
        paragraph(layout, terms.summary)
        for condition in terms.conditions:
            paragraph(layout, condition, "DOT")
        if left := bytes_left(model):
            paragraph(layout, f"{size_text(left)} to download", "IMPORT")
        layout.operator("wm.url_open", text="Read the Whole Licence", icon="URL").url = terms.url
        layout.separator()
        layout.prop(self, "person")
        layout.prop(self, "agreed")

    def execute(self, context):
        if not self.agreed:
            self.report({"WARNING"}, "Tick the box to accept the terms")
            return {"CANCELLED"}
        if not self.person.strip():
            self.report({"WARNING"}, "Write who accepts the terms")
            return {"CANCELLED"}
        return super().execute(context)

    def action(self):
        """What is to be asked of the server, without anything of Blender's in it."""
        model_id, name, licence = self.model_id, self.person.strip(), self.model.licence_terms.name
        return lambda client: client.models.accept_licence(model_id, name, licence)


class POCKET3D_OT_install_model(ModelOperator, bpy.types.Operator):
    """Let the server download what this model needs. It goes on where it stopped"""

    bl_idname = "pocket3d.install_model"
    bl_label = "Download"
    doing = "Starting"

    @classmethod
    def why_not(cls, context) -> str:
        if current_session().connection.profile.loopback and not bpy.app.online_access:
            return "Allow online access in Preferences > System first; the model is downloaded"
        return ""

    def action(self):
        """What is to be asked of the server."""
        model_id = self.model_id
        return lambda client: client.models.install(model_id)


class POCKET3D_OT_stop_model_download(ModelOperator, bpy.types.Operator):
    """Stop the download. What has arrived is kept"""

    bl_idname = "pocket3d.stop_model_download"
    bl_label = "Stop"
    doing = "Stopping"

    def action(self):
        """What is to be asked of the server."""
        model_id = self.model_id
        return lambda client: client.models.cancel_install(model_id)


class POCKET3D_OT_remove_model(ModelOperator, bpy.types.Operator):
    """Delete what was downloaded for this model from the server"""

    bl_idname = "pocket3d.remove_model"
    bl_label = "Remove Model"
    doing = "Removing"

    def invoke(self, context, event):
        if self.model is None:
            return {"CANCELLED"}
        message = f"{label(self.model)}: {size_text(self.model.weights.downloaded)}"
        return confirm(self, event, "Remove This Model?", message, "Remove", "QUESTION")

    def action(self):
        """What is to be asked of the server."""
        model_id = self.model_id
        return lambda client: client.models.remove(model_id)


class POCKET3D_OT_show_models(Action, bpy.types.Operator):
    """Show all models of the server, which are ready, and what the others need"""

    bl_idname = "pocket3d.show_models"
    bl_label = "All Models..."

    def act(self, context) -> None:
        bpy.ops.wm.call_panel(name="POCKET3D_PT_models")


class POCKET3D_OT_refresh_models(Action, bpy.types.Operator):
    """Ask the server for its models again"""

    bl_idname = "pocket3d.refresh_models"
    bl_label = "Refresh"

    def act(self, context) -> None:
        session = current_session()
        session.models.act(session.connection.connect, "", "Asking", lambda client: None)


def paragraph(layout, text: str, icon: str = "NONE", translate: bool = True) -> None:
    """A text over the whole width of a dialog."""
    column = layout.column(align=True)
    column.scale_y = 0.8
    with_icon = icon != "NONE"
    width = (DIALOG - (60 if with_icon else 36)) * ui_scale()
    for number, line in enumerate(wrap(say(text) if translate else text, width, font_size())):
        column.label(text=line, translate=False, icon=icon if number == 0 or not with_icon else "BLANK1")


CLASSES = (
    POCKET3D_OT_accept_model_licence,
    POCKET3D_OT_install_model,
    POCKET3D_OT_stop_model_download,
    POCKET3D_OT_remove_model,
    POCKET3D_OT_show_models,
    POCKET3D_OT_refresh_models,
)
