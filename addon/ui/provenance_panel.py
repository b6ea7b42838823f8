"""How the selected object was made: each step with its prompt, model and seed, and the same again or varied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import bpy
from bpy.props import IntProperty

from ..core.errors import UserError
from ..core.features import FEATURES, MESH, VERBS
from ..core.jobs import gallery, provenance
from ..core.jobs.job import Task
from ..core.request import model_words
from ..core.request.params import MeshParams, new_seed
from ..scene import targets, tasks
from ..scene.document import current_origin
from ..session import current_session
from . import copy_settings, gallery_state
from .drawing import IN_BOX, Sidebar, draw_text
from .jobs_panel import FEATURE_ICONS
from .operators import Action

Step = Mapping[str, Any]
MOST_SHOWN = 6


@lru_cache(maxsize=64)
def _read(text: str) -> tuple[Step, ...]:
    return tuple(s for s in provenance.from_text(text) if s.get("feature") in FEATURES)


def steps_of(obj: bpy.types.Object | None) -> tuple[Step, ...]:
    """The steps that made an object, oldest first; none for what an artist made."""
    return _read(str(obj.get(provenance.KEY, ""))) if obj is not None else ()


def task_again(context: bpy.types.Context, obj: bpy.types.Object, step: Step, seed: int | None) -> Task:
    """A step's task once more, with another seed if one is given. Raises UserError when it cannot be had."""
    try:
        params = provenance.settings_of(step)
    except ValueError as error:
        raise UserError("How this was made was noted by another version and cannot be read") from error
    if seed is not None:
        params = replace(params, seed=seed)
    if step.get("inputs") and params.why_not():
        raise UserError("The pictures that it was made from are not kept on this computer")
    if not isinstance(params, MeshParams):
        return tasks.task_for(obj, params)
    group = str(step.get("group") or step.get("key") or "")
    return tasks.task_to_make(params, obj.matrix_world.translation, str(step.get("title", "")), group=group)


class StepOperator(Action):
    """Acts on a step of the selected object."""

    step: IntProperty(default=-1, options={"SKIP_SAVE", "HIDDEN"})

    needs_server = True

    @classmethod
    def why_not(cls, context) -> str:
        if not steps_of(targets.selected(context)):
            return "Select an object that was made with Pocket3D"
        return current_session().connection.why_not() if cls.needs_server else ""

    def act(self, context) -> None:
        obj = targets.selected(context)
        self.act_on(context, obj, steps_of(obj)[self.step])

    def submit(self, context, obj, step: Step, *, vary: bool) -> None:
        """Ask for a step again; from its job while that is known, for it still has pictures and mesh."""
        runner = current_session().runner
        job = gallery_state.by_key(str(step.get("key", "")))
        if job is not None and step["feature"] == MESH:
            seed = gallery.another_seed(job) if vary else None
            runner.submit(gallery.again(job, runner.results, current_origin(), seed), like=job.key)
        else:
            runner.submit(task_again(context, obj, step, new_seed() if vary else None))
        context.window_manager.pocket3d_job_index = 0


class POCKET3D_OT_repeat_step(StepOperator, bpy.types.Operator):
    """Ask for the same again: same prompt, settings, model and seed"""

    bl_idname = "pocket3d.repeat_step"
    bl_label = "Regenerate"

    def act_on(self, context, obj, step: Step) -> None:
        self.submit(context, obj, step, vary=False)


class POCKET3D_OT_vary_step(StepOperator, bpy.types.Operator):
    """Ask for the same with another seed"""

    bl_idname = "pocket3d.vary_step"
    bl_label = "Vary"

    def act_on(self, context, obj, step: Step) -> None:
        self.submit(context, obj, step, vary=True)


class POCKET3D_OT_copy_step(StepOperator, bpy.types.Operator):
    """Fill the panels with the settings of this step"""

    bl_idname = "pocket3d.copy_step"
    bl_label = "Copy Settings"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}
    needs_server = False

    def act_on(self, context, obj, step: Step) -> None:
        try:
            copy_settings.fill(context, provenance.settings_of(step))
        except ValueError as error:
            raise UserError("How this was made was noted by another version and cannot be read") from error


class POCKET3D_PT_provenance(Sidebar, bpy.types.Panel):
    """How the selected object was made."""

    bl_label = "Made with Pocket3D"
    bl_parent_id = "POCKET3D_PT_object"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context):
        """Only for what was made or changed here."""
        return bool(steps_of(targets.selected(context)))

    def draw(self, context):
        """A paragraph for each step."""
        steps = steps_of(targets.selected(context))
        first = max(len(steps) - MOST_SHOWN, 0)
        for number, step in list(enumerate(steps))[first:]:
            draw_step(self.layout.box(), number, step)


def draw_step(layout, number: int, step: Step) -> None:
    """What it was, and its buttons."""
    row = layout.row()
    row.label(text=VERBS[step["feature"]], icon=FEATURE_ICONS[step["feature"]])
    buttons = row.row(align=True)
    for idname, icon in (
        ("pocket3d.repeat_step", "FILE_REFRESH"),
        ("pocket3d.vary_step", "MOD_NOISE"),
        ("pocket3d.copy_step", "COPYDOWN"),
    ):
        buttons.operator(idname, text="", icon=icon).step = number
    if step.get("prompt"):
        draw_text(layout, f"“{step['prompt']}”", margin=IN_BOX)
    draw_text(layout, facts(step), margin=IN_BOX)


def facts(step: Step) -> str:
    """Model, seed and day of a step."""
    model = step.get("model")
    name = model_words.name(str(model.get("id", ""))) if isinstance(model, Mapping) else ""
    seed = f"seed {step['seed']}" if step.get("seed") else ""
    return " · ".join(filter(None, [name, seed, str(step.get("date", ""))[:10]]))


CLASSES = (
    POCKET3D_OT_repeat_step,
    POCKET3D_OT_vary_step,
    POCKET3D_OT_copy_step,
    POCKET3D_PT_provenance,
)
