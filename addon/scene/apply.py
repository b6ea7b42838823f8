"""Puts a finished job's result into the scene; the window and the command line both end here."""

from __future__ import annotations

import bpy

from ..core.errors import UserError, explain
from ..core.features import TEXTURE
from ..core.jobs import provenance
from ..core.jobs.job import Job
from ..core.jobs.runner import JobRunner
from ..core.later import np
from ..core.meshes.results import PartsData, Payload, RigData, TextureData
from . import importer, materials, parts, placing, rig, targets, triangles, units
from .staging import kept_on_failure, rollback


def apply_result(job: Job, context: bpy.types.Context) -> list[bpy.types.Object]:
    """Apply a READY job in one undo step; returns the objects made or changed, the main one first.

    When the object it was made for has gone or been edited, the result comes in as a new object beside it, and
    ``job.notes`` says so. Raises UserError or RuntimeError with nothing changed.
    """
    if not isinstance(job.payload, Payload):
        raise UserError("The result could not be read")
    with rollback():
        objects = _objects(job, job.payload)
        for obj in objects:
            remember(obj, job)
    placing.make_active(context, objects)
    if bpy.ops.ed.undo_push.poll():  # a file opened without a window has no undo
        bpy.ops.ed.undo_push(message=f"Pocket3D {job.task.verb}: {job.task.title}"[:60])
    return objects


def put_into_scene(runner: JobRunner, job: Job) -> list[bpy.types.Object]:
    """Apply a READY job and note how it went; returns the objects made or changed, none when that failed."""
    try:
        objects = apply_result(job, bpy.context)
        if job.task.feature == TEXTURE and not textures_are_seen():
            job.notes.append("Switch the viewport to Material Preview to see the texture")
    except Exception as error:
        runner.finish(job, explain(error))
        return []
    runner.finish(job)
    return objects


def textures_are_seen() -> bool:
    """Whether any 3D view shows more of a material than one colour; true where there is none."""
    areas = [a for w in bpy.context.window_manager.windows for a in w.screen.areas if a.type == "VIEW_3D"]
    shadings = [a.spaces.active.shading for a in areas]
    seen = [s.type in {"MATERIAL", "RENDERED"} or s.color_type == "TEXTURE" for s in shadings]
    return any(seen) or not seen


def _objects(job: Job, payload: Payload) -> list[bpy.types.Object]:
    if payload.change is None:
        return _new(job, payload, job.task.title)
    found = [targets.find(t) for t in job.task.targets]
    if found and all(fits(job, number, obj) for number, obj in enumerate(found)):
        return _on_targets(job, payload.change, [o for o in found if o is not None])
    job.notes.append("The mesh was changed meanwhile, so the result is a new object")
    return _new(job, payload, f"{job.task.title} {job.task.verb.lower()}")


def fits(job: Job, number: int, obj: bpy.types.Object | None) -> bool:
    """Whether a target, by its number, is still there and has the faces that were sent; vertices may have moved."""
    if obj is None or targets.why_not(obj, seen=False) or job.task.mesh is None:
        return False
    shares = job.task.mesh.shares
    return number < len(shares) and triangles.topology(obj) == shares[number].topology


def _new(job: Job, payload: Payload, name: str) -> list[bpy.types.Object]:
    task = job.task
    low, high = payload.model.bounds
    size = (np.asarray(high) - np.asarray(low))[:2] * units.per_metre()
    replaced = targets.find(task.replaces)
    place = placing.place_for(task.location, replaced, task.group, (float(size[0]), float(size[1])))
    objects = importer.publish(payload.model, name, place)
    if isinstance(payload.change, PartsData) and len(payload.change.parts) == len(payload.model.part_names):
        parts.show(objects[-1], payload.change.parts, payload.model.face_part)
    if replaced is not None:
        placing.put_aside(replaced)
    return objects


def _on_targets(
    job: Job, change: TextureData | PartsData | RigData, found: list[bpy.types.Object]
) -> list[bpy.types.Object]:
    with kept_on_failure(found):
        for obj in found:
            if sharers(obj.data) > 1:
                obj.data = obj.data.copy()  # other objects that share the mesh stay as they are
        return _change(job, change, found)


def sharers(mesh: bpy.types.Mesh) -> int:
    """How many objects show a mesh."""
    return sum(o.data == mesh for o in bpy.data.objects)


def _change(
    job: Job, change: TextureData | PartsData | RigData, found: list[bpy.types.Object]
) -> list[bpy.types.Object]:
    if isinstance(change, TextureData):
        sent = job.task.mesh.triangles if job.task.mesh is not None else None
        materials.apply_texture(found[0], change, job.task.title, sent)
        return found[:1]
    if isinstance(change, PartsData):
        parts.apply_parts(found[0], change)
        return found[:1]
    return [rig.apply_rig(found, change), *found]


def waits_for_mode(job: Job) -> bool:
    """Whether an object that a job is for is being edited; its result waits until that ends."""
    found = [targets.find(t) for t in job.task.targets]
    return any(o is not None and o.mode != "OBJECT" for o in found)


def remember(obj: bpy.types.Object, job: Job) -> None:
    """Add this step to the object's provenance."""
    history = provenance.from_text(str(obj.get(provenance.KEY, "[]")))
    history.append(provenance.describe(job, parent=job.task.target))
    obj[provenance.KEY] = provenance.to_text(history)
