"""The server's models: which are ready, and for the others the button that makes them so."""

from __future__ import annotations

import bpy

from ..core.errors import Problem
from ..core.features import FEATURES
from ..core.files import size_text
from ..core.request import model_words
from ..core.request.model_words import ModelState
from ..core.server.profiles import Kind
from ..session import current_session
from .drawing import Sidebar, draw_problem, draw_text
from .jobs_panel import FEATURE_ICONS

ORDER = list(ModelState)
"""Those that are ready come first, those that cannot run here last."""
WITHOUT_BUTTON = (ModelState.READY, ModelState.PACKAGES, ModelState.UNAVAILABLE)


def draw_models(layout) -> None:
    """All models by what they do, ready ones first."""
    models = current_session().models
    if not models.models:
        row = layout.row()
        row.label(text="The server's models are not known yet", icon="INFO")
        row.operator("pocket3d.refresh_models", text="", icon="FILE_REFRESH")
        return
    for feature in FEATURES:
        column = layout.column()
        for model in sorted(models.of(feature), key=lambda m: ORDER.index(model_words.state_of(m))):
            draw_model(column, model, FEATURE_ICONS[feature])
    if _needs_online_access(models.models):
        draw_text(layout, "Downloads need Blender's online access", "INFO")
        layout.operator("pocket3d.allow_online", icon="INTERNET")
    if any(model_words.state_of(model) is ModelState.PACKAGES for model in models.models):
        draw_packages(layout)


def draw_packages(layout) -> None:
    """How the server gets PyTorch: the extension's own by a switch and a repair, another from its operator."""
    if current_session().connection.profile.kind is not Kind.LOCAL:
        draw_text(layout, "PyTorch has to be installed on the server", "INFO")
        return
    draw_text(layout, "Switch neural models on there, then press Repair", "INFO")
    layout.operator("pocket3d.open_preferences", icon="PREFERENCES")


def draw_model(layout, model, icon: str) -> None:
    """One model: its name, its state, its button; below, what is going on or went wrong."""
    models, state = current_session().models, model_words.state_of(model)
    has_button = model.may_manage and state not in WITHOUT_BUTTON
    row = layout.split(factor=0.56) if has_button else layout.row()
    name, right = row.row(), row.row(align=True)
    name.active = state not in (ModelState.PACKAGES, ModelState.UNAVAILABLE)
    name.label(text=model_words.label(model), icon=icon, translate=False)
    right.alignment = "EXPAND" if has_button else "RIGHT"
    busy = models.busy(model.model_id)
    if busy:
        right.label(text=f"{busy}…", icon="TIME")
    else:
        draw_action(right, model, state)
    if state is ModelState.DOWNLOADING:
        told = model_words.download(model)
        layout.progress(factor=told.fraction, text=told.text, type="BAR")
    elif state is ModelState.UNAVAILABLE:
        faint(layout, model_words.why_not(model))
    elif state is ModelState.LICENCE and not model.may_manage:
        faint(layout, "Its licence is not accepted; ask the operator of the server")
    elif state is ModelState.DOWNLOAD and not model.may_manage:
        faint(layout, "Not installed on this server; ask its operator")
    if (problem := models.problems.get(model.model_id)) is not None:
        draw_problem(layout, problem)
    elif model.weights is not None and model.weights.error and state is ModelState.DOWNLOAD:
        error, advice = model.weights.error.rstrip("."), model.weights.suggestion or ""
        draw_problem(layout, Problem(error, suggestion=advice))


def draw_fix(layout, model) -> None:
    """The button that makes a model ready; where there is none, the way to all models."""
    state = model_words.state_of(model)
    if state is ModelState.DOWNLOADING:
        told = model_words.download(model)
        layout.progress(factor=told.fraction, text=told.text, type="BAR")
    elif state is ModelState.PACKAGES:
        draw_packages(layout)
    elif model.may_manage and state not in WITHOUT_BUTTON:
        draw_action(layout.row(align=True), model, state, wide=True)
        if _needs_online_access([model]):
            layout.operator("pocket3d.allow_online", icon="INTERNET")
    else:
        layout.operator("pocket3d.show_models")


def draw_action(row, model, state: ModelState, wide: bool = False) -> None:
    """The button that a model needs, or that it is ready. ``wide``: there is room for a verb."""
    ident = model.model_id
    if state is ModelState.READY:
        faint_label(row, model_words.short_time(model.estimated_time) if model.estimated_time else "Ready")
        if model.weights is not None and model.may_manage:
            row.operator("pocket3d.remove_model", text="", icon="TRASH", emboss=False).model_id = ident
        else:
            row.label(text="", icon="CHECKMARK")
    elif state is ModelState.UNAVAILABLE:
        faint_label(row, "Cannot run here")
    elif state is ModelState.PACKAGES:
        faint_label(row, model_words.state_text(model))
    elif not model.may_manage:
        row.label(text="", icon="LOCKED")
    elif state is ModelState.LICENCE:
        text = "Accept Licence..." if wide else "Licence..."
        row.operator("pocket3d.accept_model_licence", text=text, icon="TEXT").model_id = ident
    elif state is ModelState.DOWNLOAD:
        text = size_text(model_words.bytes_left(model))
        text = f"Download {text}" if wide else text
        row.operator("pocket3d.install_model", text=text, icon="IMPORT").model_id = ident
        if model.weights.downloaded:
            row.operator("pocket3d.remove_model", text="", icon="TRASH").model_id = ident
    else:
        row.operator("pocket3d.stop_model_download", icon="X").model_id = ident


def faint(layout, text: str) -> None:
    """A sentence that is not urgent."""
    column = layout.column()
    column.active = False
    draw_text(column, text, "BLANK1")


def faint_label(layout, text: str) -> None:
    """A few words that are not urgent."""
    row = layout.row()
    row.active = False
    row.alignment = "RIGHT"
    row.label(text=text)


def _needs_online_access(models) -> bool:
    here = current_session().connection.profile.loopback
    waiting = any(model_words.state_of(m) is ModelState.DOWNLOAD and m.may_manage for m in models)
    return here and waiting and not bpy.app.online_access


class POCKET3D_PT_models(Sidebar, bpy.types.Panel):
    """The server's models."""

    bl_label = "Models"
    bl_parent_id = "POCKET3D_PT_status"
    bl_options = {"DEFAULT_CLOSED"}
    bl_ui_units_x = 18

    def draw(self, context):
        draw_models(self.layout)


CLASSES = (POCKET3D_PT_models,)
