"""Puts a finished job's result into the scene; the window and the command line both end here."""

from __future__ import annotations

from typing import Any

import bpy

from ..core import provenance
from ..core.errors import UserError
from ..core.jobs import Job
from ..core.results import MeshInfo, PartsData, RigData, TextureData
from . import exporter, importer, materials, parts, rig, targets
from .staging import rollback


def apply_result(job: Job, context: bpy.types.Context) -> list[bpy.types.Object]:
    """Apply a READY job in one undo step; returns the objects made or changed, the main one first.

    When the object it was made for has gone or been edited, the result comes in as a new object beside it, and
    ``job.notes`` says so. Raises UserError or RuntimeError with nothing changed.
    """
    with rollback():
        objects = _objects(job)
        remember(objects[0], job)
    importer.make_active(context, objects)
    if bpy.ops.ed.undo_push.poll():  # a file opened without a window has no undo
        bpy.ops.ed.undo_push(message=f"Pocket3D {job.task.verb}: {job.task.title}"[:60])
    return objects


def _objects(job: Job) -> list[bpy.types.Object]:
    if isinstance(job.payload, MeshInfo):
        return importer.import_result(
            _file(job), job.task.title, job.task.location, labels=job.payload.labels
        )
    target = targets.find(job.task.target)
    usable = not targets.why_not(target)
    if target is not None and job.fits(exporter.topology(target) if usable else None):
        return _on_target(job, target)
    job.notes.append("The mesh was changed meanwhile, so the result is a new object")
    return importer.import_result(_file(job), f"{job.task.title} {job.task.verb}", job.task.location)


def _on_target(job: Job, target: bpy.types.Object) -> list[bpy.types.Object]:
    if target.data.users > 1:
        target.data = target.data.copy()  # other objects that share the mesh stay as they are
    if isinstance(job.payload, TextureData):
        materials.apply_texture(target, job.payload, job.task.title)
        return [target]
    if isinstance(job.payload, PartsData):
        parts.apply_parts(target, job.payload)
        return [target]
    if isinstance(job.payload, RigData):
        return [rig.apply_rig(target, job.payload), target]
    raise UserError("The result could not be read")


def _file(job: Job) -> Any:
    if job.file is None or not job.file.is_file():
        raise UserError("The result's file has been deleted")
    return job.file


def waits_for_mode(job: Job) -> bool:
    """Whether the object that a job is for is being edited; its result waits until that ends."""
    target = targets.find(job.task.target)
    return target is not None and target.mode != "OBJECT"


def remember(obj: bpy.types.Object, job: Job) -> None:
    """Add this step to the object's provenance."""
    history = provenance.from_text(str(obj.get(provenance.KEY, "[]")))
    extras = job.payload.extras if isinstance(job.payload, MeshInfo) else None
    history.append(
        provenance.describe(
            job.task.feature, job.task.params.body(), job_id=job.job_id, server=job.server, extras=extras
        )
    )
    obj[provenance.KEY] = provenance.to_text(history)
