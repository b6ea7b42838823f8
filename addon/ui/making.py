"""From the press of a button to jobs: first the pictures, then the tasks, then the runner.

A picture of the camera takes a render, which goes on while Blender stays usable, and others are written on a thread;
the jobs start when all are there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import bpy

from ..core.errors import Problem, UserError, explain
from ..core.features import MESH, RIG, SEGMENT, TEXTURE
from ..core.jobs.job import Task
from ..core.request import model_words
from ..core.request.params import new_seed
from ..scene import capture, targets, tasks
from ..session import current_session
from . import model_parameters, prompt_text, pump
from .properties import IMAGE, MODELS, ORIGIN, REPLACE, TEXT

OPERATORS = {
    MESH: "pocket3d.generate",
    TEXTURE: "pocket3d.texture",
    SEGMENT: "pocket3d.segment",
    RIG: "pocket3d.rig",
}
PROMPTS = {MESH: "prompt", TEXTURE: "paint_prompt"}
MOST_OBJECTS = 50
"""More are not sent at once; panels and buttons look at each of them whenever they are drawn."""
INTERVAL = 0.2
"""Seconds between two looks at pictures under way."""

problems: dict[str, Problem] = {}
"""What went wrong at the last press of each feature's button; the panels show it until the next."""


@dataclass
class Waiting:
    """What goes on once the pictures are there."""

    feature: str
    pictures: capture.Pictures
    then: Callable[[], None]


_waiting: Waiting | None = None


def why_not(context: bpy.types.Context, feature: str) -> str:
    """Why a feature's button cannot be pressed, as a sentence; empty when it can. Only reads memory."""
    if context.scene is None:
        return "There is no scene"
    return (
        target_missing(context, feature)
        or source_missing(context, feature)
        or model_missing(context, feature)
        or current_session().connection.why_not()
        or busy()
    )


def target_missing(context: bpy.types.Context, feature: str) -> str:
    """Which object a feature still lacks."""
    if feature != MESH:
        if len(targets.selection(context)) > MOST_OBJECTS:
            return f"More than {MOST_OBJECTS} objects are selected; select fewer"
        return "" if sent(context, feature) else targets.why_not(targets.selected(context), feature)
    if context.scene.pocket3d.placement == REPLACE and targets.active(context) is None:
        return "Select the object whose place the new one takes"
    return ""


def sent(context: bpy.types.Context, feature: str = "") -> list[bpy.types.Object]:
    """The selected meshes that a feature takes, the active one first; none when there are too many to look at."""
    if len(targets.selection(context)) > MOST_OBJECTS:
        return []
    return targets.selected_all(context, feature)


def left_out(context: bpy.types.Context, feature: str) -> list[bpy.types.Object]:
    """The selected meshes that could be sent, but not for this feature."""
    taken = sent(context, feature)
    return [obj for obj in sent(context) if obj not in taken]


def source_missing(context: bpy.types.Context, feature: str) -> str:
    """What a feature still lacks to start from."""
    settings = context.scene.pocket3d
    pictures = settings.pictures(feature)
    reason = capture.why_not_all(pictures, context)
    if reason:
        return reason
    if feature == MESH and settings.source not in {TEXT, IMAGE} and not pictures:
        return "Add a view"
    return settings.params(feature, ["picture"] * len(pictures)).why_not()


def model_missing(context: bpy.types.Context, feature: str) -> str:
    """Why the chosen model cannot be used; empty for Automatic, and while the list is not there."""
    chosen = getattr(context.scene.pocket3d, MODELS[feature])
    models = current_session().models
    if not chosen or not models.models:
        return ""
    model = models.get(chosen)
    if model is None:
        return f"This server has no model {model_words.name(chosen)}; choose another"
    return model_words.why_not(model) or model_words.wrong_start(model, _starts_from(context, feature))


def _starts_from(context: bpy.types.Context, feature: str) -> set[str]:
    """``text`` or ``image``, as it is chosen; empty for features that take neither."""
    if feature not in PROMPTS:
        return set()
    settings = context.scene.pocket3d
    source = settings.source if feature == MESH else settings.paint_source
    return {"text" if source == TEXT else "image"}


def busy() -> str:
    """Why nothing new can be started at this moment."""
    return "The picture is being taken" if _waiting is not None else ""


def taking_pictures(feature: str) -> bool:
    """Whether a feature waits for its pictures."""
    return _waiting is not None and _waiting.feature == feature


def begin(context: bpy.types.Context, feature: str) -> Problem | None:
    """Do what a feature's button says; returns the problem, which the panel shows too."""
    settings = context.scene.pocket3d

    def start(paths: tuple[str, ...]) -> Callable[[], None]:
        prepared = _tasks(context, feature, paths)
        return lambda: _submit(prepared)

    roll_seed(settings, feature)
    if feature in PROMPTS:
        prompt_text.history().add(settings.words(PROMPTS[feature]) if not settings.pictures(feature) else "")
    return _with_pictures(context, feature, settings.pictures(feature), start)


def keep_picture(context: bpy.types.Context, feature: str, view) -> Problem | None:
    """Take a picture now and let the view hold it as an image of the file; returns the problem."""

    def start(paths: tuple[str, ...]) -> Callable[[], None]:
        # By names: the view, and even the file, may have gone when a render has ended.
        scene, where, source = context.scene.name, view.path_from_id(), view.source
        return lambda: _keep(scene, where, paths[0], source)

    return _with_pictures(context, feature, [view], start)


def _keep(scene: str, where: str, path: str, source: str) -> None:
    try:
        view = bpy.data.scenes[scene].path_resolve(where)
    except (KeyError, ValueError) as error:
        raise UserError("The picture's place was removed meanwhile, so it was not kept") from error
    view.image = capture.packed(path, f"{source.replace('_', ' ').title()} Picture")
    view.source = capture.IMAGE


def _with_pictures(
    context: bpy.types.Context,
    feature: str,
    views: Sequence[capture.View],
    start: Callable[[tuple[str, ...]], Callable[[], None]],
) -> Problem | None:
    """Take the pictures; ``start`` gets their files and says what happens once all are there."""
    global _waiting
    problems.pop(feature, None)
    pictures = None
    try:
        pictures = capture.Pictures(views, context)
        then = start(pictures.paths)
        if bpy.app.background:
            pictures.run()
        else:
            pictures.start()
            if pictures.running:
                _waiting = Waiting(feature, pictures, then)
                bpy.app.timers.register(_look, first_interval=INTERVAL, persistent=True)
                return None
            pictures.finish()
        then()
    except Exception as error:
        problems[feature] = explain(error)
        if pictures is not None:
            pictures.discard()
    return problems.get(feature)


def roll_seed(settings, feature: str) -> None:
    """Take a new seed where it is not locked, so that the field shows the one that was used."""
    if feature == MESH and not settings.use_seed:
        settings.seed = new_seed()
    if feature == TEXTURE and not settings.use_paint_seed:
        settings.paint_seed = new_seed()


def _tasks(context: bpy.types.Context, feature: str, paths: tuple[str, ...]) -> list[Task]:
    scene, settings = context.scene, context.scene.pocket3d
    own = model_parameters.values(scene, getattr(settings, MODELS[feature]))
    params = settings.params(feature, paths, own)
    if feature != MESH:
        return tasks.tasks_for(sent(context, feature), params)
    replaced = targets.active(context) if settings.placement == REPLACE else None
    if replaced is not None:
        place = replaced.matrix_world.translation
    else:
        place = (0.0, 0.0, 0.0) if settings.placement == ORIGIN else scene.cursor.location
    return tasks.variants_to_make(params, place, settings.variants, replaces=replaced)


def _submit(prepared: list[Task]) -> None:
    for task in prepared:
        current_session().runner.submit(task)
    pump.sync_list()
    bpy.context.window_manager.pocket3d_job_index = 0


def _look() -> float | None:
    """Go on when the pictures are there."""
    global _waiting
    if _waiting is None:
        return None
    if _waiting.pictures.running:
        return INTERVAL
    done, _waiting = _waiting, None
    try:
        done.pictures.finish()
        done.then()
    except Exception as error:
        problems[done.feature] = explain(error)
    pump.redraw()
    return None


def attach() -> None:
    """Nothing is under way yet."""
    problems.clear()


def detach() -> None:
    """Let go of a render under way, when the extension is disabled."""
    global _waiting
    if bpy.app.timers.is_registered(_look):
        bpy.app.timers.unregister(_look)
    if _waiting is not None:
        _waiting.pictures.discard()
    _waiting = None
    problems.clear()


CLASSES = ()
