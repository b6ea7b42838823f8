"""Boxes in the viewport where results will be, filling with their progress; there only while jobs run."""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

import blf
import bpy
import gpu as blenders_gpu
from bpy_extras import view3d_utils
from gpu_extras.batch import batch_for_shader
from mathutils import Vector

from ..core.jobs.job import Job, State
from ..core.later import np
from ..core.meshes import placement
from ..scene import placing, targets, units
from ..scene.document import current_origin
from ..session import PACKAGE, current_session
from .drawing import shortened, ui_scale

COLOUR = (0.25, 0.6, 1.0)
WAITING = frozenset({State.CONNECTING, State.UPLOADING, State.QUEUED})
LONGEST_NAME = 32
CORNERS = tuple((x, y, z) for z in (0, 1) for y in (0, 1) for x in (0, 1))
EDGES = ((0, 1), (1, 3), (3, 2), (2, 0), (4, 5), (5, 7), (7, 6), (6, 4), (0, 4), (1, 5), (2, 6), (3, 7))
SIDES = ((0, 1, 5), (0, 5, 4), (1, 3, 7), (1, 7, 5), (3, 2, 6), (3, 6, 7), (2, 0, 4), (2, 4, 6))
LID = ((4, 5, 7), (4, 7, 6))

gpu: Any = blenders_gpu  # its stubs are incomplete
_log = logging.getLogger(__name__)


class Box(NamedTuple):
    """One job's box in the world, how full it is, and what stands beside it."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]
    fraction: float
    name: str
    status: str


_boxes: list[Box] = []
_places: dict[str, tuple[Vector, Vector]] = {}
"""Where the new object of each active job will stand; made once, as it takes a look at the whole scene."""
_handlers: list[Any] = []
_broken = False


def follow() -> None:
    """Bring the boxes up to date with the jobs; called by the pump. Main thread only."""
    global _boxes
    boxes = boxes_now() if _wanted() else []
    if boxes == _boxes:
        return
    _boxes = boxes
    if boxes and not _handlers:
        add = bpy.types.SpaceView3D.draw_handler_add
        _handlers.append(add(_draw, (_draw_boxes,), "WINDOW", "POST_VIEW"))
        _handlers.append(add(_draw, (_draw_names,), "WINDOW", "POST_PIXEL"))
    elif not boxes:
        _remove_handlers()
    _redraw()


def boxes_now() -> list[Box]:
    """A box for each job of this document that is under way."""
    here = current_origin().document
    active = [j for j in current_session().runner.listed if j.state.active or j.state is State.READY]
    jobs = [j for j in reversed(active) if j.task.origin.document == here]
    for key in set(_places) - {j.key for j in jobs}:
        del _places[key]
    there = targets.find_all(t for j in jobs for t in j.task.targets)
    found = []
    for job in jobs:
        corners = _target_box(job, there) if job.task.targets else _new_box(job)
        if corners is not None:
            low, high = corners
            fraction = 0.0 if job.state in WAITING else round(job.progress, 2)
            name = shortened(job.task.title, LONGEST_NAME)
            found.append(Box(tuple(low), tuple(high), fraction, name, job.status_text()))
    return found


def _target_box(job: Job, there: dict[str, bpy.types.Object]) -> tuple[Vector, Vector] | None:
    """Around the objects that a job is for, as far as they are there, a little larger than they are."""
    objects = [there[t] for t in job.task.targets if t in there and there[t].visible_get()]
    if not objects:
        return None
    low, high = placing.bounds(objects)
    margin = (high - low) * 0.02 + Vector((0.01, 0.01, 0.01)) * units.per_metre()
    return low - margin, high + margin


def _new_box(job: Job) -> tuple[Vector, Vector]:
    """Where a new object will stand: a metre high, or as large as what it replaces."""
    if job.key not in _places:
        replaced = targets.find(job.task.replaces)
        if replaced is not None:
            low, high = placing.bounds([replaced])
            size = high - low
        else:
            size = Vector((1, 1, 1)) * units.per_metre()
        place = placing.place_for(job.task.location, replaced)
        x, y, z = place.location
        if job.task.group:
            x = placement.beside((x, y), (size.x, size.y), _taken(job))
        half = Vector((size.x / 2, size.y / 2, 0))
        corner = Vector((x, y, z))
        _places[job.key] = corner - half, corner + half + Vector((0, 0, size.z))
    return _places[job.key]


def _taken(job: Job) -> list[placement.Box]:
    """The footprints of the job's group: those in the scene, and the boxes of the earlier ones."""
    jobs = current_session().runner.jobs
    earlier = [k for k in _places if k in jobs and jobs[k].task.group == job.task.group]
    boxes: list[placement.Box] = [
        ((_places[k][0].x, _places[k][0].y), (_places[k][1].x, _places[k][1].y)) for k in earlier
    ]
    group = placing.of_group(bpy.context.scene, job.task.group)
    return boxes + [placing.flat_box(obj) for obj in group]


def _wanted() -> bool:
    if bpy.app.background or _broken or not current_session().runner.active:
        return False
    addon = bpy.context.preferences.addons.get(PACKAGE)
    return addon is None or bool(getattr(addon.preferences, "show_placeholders", True))


def _draw(what: Any) -> None:
    """Draw, unless overlays are off; what fails once is not tried again, so that no draw fills the console."""
    global _broken
    if _broken or not bpy.context.space_data.overlay.show_overlays:
        return
    try:
        what()
    except Exception:
        _broken = True
        _log.exception("The boxes of running jobs cannot be drawn")


def _draw_boxes() -> None:
    fill = gpu.shader.from_builtin("UNIFORM_COLOR")
    line = gpu.shader.from_builtin("POLYLINE_UNIFORM_COLOR")
    gpu.state.blend_set("ALPHA")
    gpu.state.depth_test_set("LESS_EQUAL")
    try:
        for box in _boxes:
            low, high = np.array(box.low, np.float32), np.array(box.high, np.float32)
            line.uniform_float("viewportSize", gpu.state.viewport_get()[2:])
            line.uniform_float("lineWidth", 1.5 * ui_scale())
            line.uniform_float("color", (*COLOUR, 0.9))
            batch_for_shader(line, "LINES", {"pos": _points(low, high - low)}, indices=EDGES).draw(line)
            pos = {"pos": _points(low, (high - low) * (1, 1, max(box.fraction, 0.005)))}
            for indices, alpha in ((SIDES, 0.18), (LID, 0.35)):
                fill.uniform_float("color", (*COLOUR, alpha))
                batch_for_shader(fill, "TRIS", pos, indices=indices).draw(fill)
    finally:
        gpu.state.depth_test_set("NONE")
        gpu.state.blend_set("NONE")


def _points(low: np.ndarray, size: np.ndarray) -> Any:
    return (low + np.array(CORNERS) * size).astype(np.float32)


def _draw_names() -> None:
    """Each box's name and state above it, on a dark ground; names that would cover each other stand higher."""
    region, view = bpy.context.region, bpy.context.region_data
    size = round(12 * ui_scale())
    pad = size * 0.5
    taken: list[tuple[float, float, float, float]] = []
    blf.size(0, size)
    for box in _boxes:
        low, high = Vector(box.low), Vector(box.high)
        top = Vector(((low.x + high.x) / 2, (low.y + high.y) / 2, high.z))
        where = view3d_utils.location_3d_to_region_2d(region, view, top)
        if where is None:
            continue  # behind the eye
        text = f"{box.name}  ·  {box.status}"
        width, height = blf.dimensions(0, text)[0] + 2 * pad, size + 2 * pad
        left, bottom = where.x - width / 2, where.y + size
        for x, y, w, h in sorted(taken, key=lambda t: t[1]):
            if left < x + w and x < left + width and bottom < y + h and y < bottom + height:
                bottom = y + h + 2
        taken.append((left, bottom, width, height))
        _draw_ground(left, bottom, width, height, box.fraction)
        blf.color(0, 1.0, 1.0, 1.0, 1.0)
        blf.position(0, round(left + pad), round(bottom + pad + size * 0.1), 0)
        blf.draw(0, text)


def _draw_ground(left: float, bottom: float, width: float, height: float, fraction: float) -> None:
    """A dark plate with a thin bar of the progress at its lower edge."""
    plain = gpu.shader.from_builtin("UNIFORM_COLOR")
    gpu.state.blend_set("ALPHA")
    for w, h, colour in ((width, height, (0.05, 0.05, 0.05, 0.75)), (width * fraction, 2.0, (*COLOUR, 1.0))):
        corners = [(left, bottom), (left + w, bottom), (left + w, bottom + h), (left, bottom + h)]
        plain.uniform_float("color", colour)
        batch_for_shader(plain, "TRIS", {"pos": corners}, indices=((0, 1, 2), (0, 2, 3))).draw(plain)
    gpu.state.blend_set("NONE")


def _redraw() -> None:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "WINDOW":
                        region.tag_redraw()


def _remove_handlers() -> None:
    while _handlers:
        bpy.types.SpaceView3D.draw_handler_remove(_handlers.pop(), "WINDOW")


def attach() -> None:
    """Start anew."""
    global _broken
    _broken = False


def detach() -> None:
    """Take everything off the viewports."""
    global _boxes
    _boxes = []
    _places.clear()
    _remove_handlers()


CLASSES = ()
