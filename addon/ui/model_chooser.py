"""Which model does it: a menu with what each one needs, and the settings that the chosen one has of its own."""

from __future__ import annotations

import bpy

from ..core.features import MESH, RIG, SEGMENT, TEXTURE
from ..core.request import model_words
from ..core.request.params import MeshParams
from ..session import current_session
from . import making, model_parameters, models_panel
from .drawing import draw_text
from .properties import MODELS


class POCKET3D_OT_choose_model(bpy.types.Operator):
    """Choose the model"""

    bl_idname = "pocket3d.choose_model"
    bl_label = "Choose Model"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    feature: bpy.props.EnumProperty(items=[(f, f, "") for f in MODELS], options={"SKIP_SAVE"})
    model_id: bpy.props.StringProperty(options={"SKIP_SAVE"})

    @classmethod
    def description(cls, context, properties):
        """What the model is, and why it cannot be used if so."""
        if not properties.model_id:
            return "Take the best model that is ready and fits what you start from"
        model = current_session().models.get(properties.model_id)
        if model is None:
            return ""
        return "\n".join(
            t for t in (model_words.why_not(model), model.description, model_words.subline(model)) if t
        )

    def execute(self, context):
        setattr(context.scene.pocket3d, MODELS[self.feature], self.model_id)
        return {"FINISHED"}


class Models:
    """The models of one feature; those that are not ready come last, with what they wait for."""

    bl_label = "Model"
    feature = ""

    def draw(self, context):
        layout, known = self.layout, current_session().models.of(self.feature)
        self.entry("Automatic", "")
        layout.separator()
        for model in (m for m in known if m.ready):
            self.entry(f"{model_words.label(model)}  ·  {model_words.subline(model)}", model.model_id)
        waiting = [m for m in known if not m.ready]
        if waiting:
            layout.separator()
            layout.label(text="Not Ready Yet", icon="INFO")
            for model in waiting:
                self.entry(f"{model_words.label(model)}  ·  {model_words.state_text(model)}", model.model_id)
        layout.separator()
        layout.operator("pocket3d.show_models", icon="PRESET")

    def entry(self, text: str, model_id: str) -> None:
        """One line that chooses a model."""
        chosen = getattr(bpy.context.scene.pocket3d, MODELS[self.feature]) == model_id
        button = self.layout.operator(
            "pocket3d.choose_model", text=text, icon="CHECKMARK" if chosen else "BLANK1"
        )
        button.feature, button.model_id = self.feature, model_id


class POCKET3D_MT_mesh_models(Models, bpy.types.Menu):
    """Which model makes the mesh"""

    feature = MESH


class POCKET3D_MT_texture_models(Models, bpy.types.Menu):
    """Which model paints"""

    feature = TEXTURE


class POCKET3D_MT_segment_models(Models, bpy.types.Menu):
    """Which model finds the parts"""

    feature = SEGMENT


class POCKET3D_MT_rig_models(Models, bpy.types.Menu):
    """Which model makes the skeleton"""

    feature = RIG


MENUS = {cls.feature: cls.__name__ for cls in Models.__subclasses__()}


def draw_chooser(layout, context, feature: str) -> None:
    """The chosen model as a menu, and below it why it cannot be used, if so."""
    chosen = getattr(context.scene.pocket3d, MODELS[feature])
    model = current_session().models.get(chosen)
    row = layout.split(factor=0.4)
    heading = row.row()
    heading.alignment = "RIGHT"
    heading.label(text="Model")
    row.menu(MENUS[feature], text=model_words.name(chosen) or "Automatic")
    reason = making.model_missing(context, feature)
    if reason:
        draw_text(layout, reason, "ERROR")
        if model and not model.ready:
            models_panel.draw_fix(layout, model)


def time_needed(context, feature: str, inputs: set[str]) -> str:
    """How long it takes, as the server says: of the chosen model, or of those that Automatic may take if they agree.

    Servers say it for medium quality; for others there is no honest number.
    """
    if feature == MESH and context.scene.pocket3d.quality != MeshParams.quality:
        return ""
    chosen = getattr(context.scene.pocket3d, MODELS[feature])
    models = current_session().models
    if chosen:
        model = models.get(chosen)
        found = [model] if model else []
    else:
        found = [
            m
            for m in models.of(feature)
            if m.ready and not m.only_by_name and inputs <= set(m.supported_formats.get("input", ()))
        ]
    times = {model_words.short_time(m.estimated_time) for m in found if m.estimated_time}
    return times.pop() if len(times) == 1 else ""


def draw_settings(layout, context, feature: str) -> None:
    """The chosen model's own settings, folded away; nothing for a model that has none."""
    chosen = getattr(context.scene.pocket3d, MODELS[feature])
    model = current_session().models.get(chosen)
    if model is None or not model.parameters.get("properties"):
        return
    header, body = layout.panel(f"pocket3d_{MODELS[feature]}", default_closed=True)
    header.label(text="Model Settings")
    if body is not None:
        model_parameters.draw(body, context.scene, chosen)


CLASSES = (
    POCKET3D_OT_choose_model,
    POCKET3D_MT_mesh_models,
    POCKET3D_MT_texture_models,
    POCKET3D_MT_segment_models,
    POCKET3D_MT_rig_models,
)
