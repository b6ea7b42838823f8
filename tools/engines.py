"""Engines for measuring: they do nothing, slowly, or badly. Nothing here is installed with the server."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from pathlib import Path

import numpy as np
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.geometry.read import read_asset
from pocket3d_server.models.engine import (
    Engine,
    EngineError,
    EngineRequest,
    EngineResult,
    Feature,
    ModelSpec,
    Progress,
)
from pydantic import BaseModel, Field

TRIANGLE = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def spec(model_id: str, parameters: type[BaseModel] | None = None, **more: object) -> ModelSpec:
    """A mesh model that makes GLB files from text."""
    fields: dict[str, object] = {
        "model_id": model_id,
        "feature": Feature.MESH_GENERATION,
        "description": "for measuring",
        "inputs": ("text",),
        "outputs": ("glb",),
        "licence": "Apache-2.0",
        "estimated_seconds": 0.1,
    }
    if parameters:
        fields["parameters"] = parameters
    return ModelSpec(**(fields | more))  # type: ignore[arg-type]


def triangle() -> Asset:
    """The smallest mesh that there is."""
    return Asset(
        [Part("triangle", [Primitive(TRIANGLE, np.array([[0, 1, 2]]), Material.from_srgb("red", (1, 0, 0)))])]
    )


def litter() -> None:
    """Leave a process behind that has cut itself loose (POSIX)."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(3600)
        os._exit(0)


class Plain(Engine):
    """Gives a triangle back at once; ``notes`` says when it was asked (``time.time``). The delivery is the real one."""

    spec = spec("bench_plain")

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """Do nothing."""
        return EngineResult(triangle(), source="template", confidence=1.0, notes=[repr(time.time())])


class Noop(Plain):
    """The same with a tiny preview, for drawing is nearly all of what the shortest of jobs takes."""

    spec = spec("bench_noop")

    def load(self, device: str) -> None:
        """Ask for tiny previews, in this runner's process only."""
        from pocket3d_server.runners import deliver

        deliver.PREVIEW_SIZE = 16


class PaceParameters(BaseModel):
    """Settings of ``bench_paced``."""

    steps: int = Field(10, ge=1)
    seconds: float = Field(0.1, ge=0, description="pause in each step")


class Paced(Noop):
    """Reports progress at a steady pace."""

    spec = spec("bench_paced", PaceParameters)

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """One new stage each pause."""
        pace = PaceParameters.model_validate(request.parameters)
        for step in range(pace.steps):
            progress(step / pace.steps, f"step_{step}")
            time.sleep(pace.seconds)
        return super().run(request, progress)


class Fails(Noop):
    """Knows what is wrong with the request."""

    spec = spec("bench_fails")

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """Refuse."""
        raise EngineError("The prompt names nothing.", suggestion="Name an object.")


class Poison(Noop):
    """Takes its process down."""

    spec = spec("bench_poison")

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """End without a word."""
        os._exit(9)


class Litters(Paced):
    """Leaves a process behind that has cut itself loose (POSIX)."""

    spec = spec("bench_litters", PaceParameters)

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """Fork twice, in a session of its own."""
        litter()
        return super().run(request, progress)


class StuckParameters(BaseModel):
    """Settings of ``bench_stuck``."""

    pid_file: str


class Stuck(Noop):
    """Litters, ignores signals, and hangs in a C call that holds the interpreter; ``pid_file`` gets its pids."""

    spec = spec("bench_stuck", StuckParameters)

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """Never return."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        litter()
        child = os.fork() or os.execvp("sleep", ["sleep", "3600"])
        pid_file = Path(StuckParameters.model_validate(request.parameters).pid_file)
        pid_file.write_text(f"{os.getpid()} {child}")
        ctypes.PyDLL(None).sleep(3600)
        raise AssertionError


class Copies(Noop):
    """Gives a mesh back as it came: the second link of a chain."""

    spec = spec("bench_copies", feature=Feature.TEXTURE_GENERATION, inputs=("mesh", "text"))

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """Read it and return it."""
        mesh = request.mesh  # type: ignore[attr-defined]
        return EngineResult(read_asset(mesh), source="template", confidence=1.0)
