"""Pocket3D for scripts: the sidebar's buttons as functions.

    from bl_ext.user_default.pocket3d import api

    chair = api.generate("a wooden chair", location=(2, 0, 0))
    api.texture(chair, "walnut")
    parts = api.segment(chair, level="fine")
    rig = api.rig(body, character="humanoid")

These wait until the result is in the scene. Those that begin with ``submit_`` return a job at once, and ``wait`` puts
the results of several into the scene as they come. What goes wrong is an ``Error``, which says what to do.

Call it from Blender's main thread. With a window, waiting blocks it, as any script does; jobs that nobody waits for
arrive by themselves there, like those of the buttons.
"""

from __future__ import annotations

from ..core.jobs.job import Job, State
from .batches import batch
from .errors import Error
from .jobs import cancel, fetch, jobs, made, wait
from .making import (
    generate,
    rig,
    segment,
    submit_generate,
    submit_rig,
    submit_segment,
    submit_texture,
    submit_variants,
    texture,
)
from .servers import models, status, use_server

__all__ = [
    "Error",
    "Job",
    "State",
    "batch",
    "cancel",
    "fetch",
    "generate",
    "jobs",
    "made",
    "models",
    "rig",
    "segment",
    "status",
    "submit_generate",
    "submit_rig",
    "submit_segment",
    "submit_texture",
    "submit_variants",
    "texture",
    "use_server",
    "wait",
]
