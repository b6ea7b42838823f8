"""Small real engines that tests add to a server with ``extra_engines``; each does one thing well or badly."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

import numpy as np
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive, Skeleton
from pocket3d_server.geometry.read import read_asset
from pocket3d_server.models.engine import (
    Engine,
    EngineError,
    EngineRequest,
    EngineResult,
    Feature,
    Missing,
    ModelSpec,
    Progress,
)
from pocket3d_server.models.weights import LicenceTerms, WeightFile
from pydantic import BaseModel, Field


class StepParameters(BaseModel):
    """Settings of ``test_steps``."""

    steps: int = Field(3, ge=1, le=100_000)
    seconds: float = Field(0.0, ge=0, description="pause in each step")
    pid_file: str | None = None


def cube(name: str = "cube", offset: float = 0.0) -> Part:
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float) - 0.5
    faces = [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]]
    faces += [[2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]
    return Part(
        name,
        [Primitive(corners + [offset, 0, 0], np.array(faces), Material.from_srgb("red", (0.8, 0.1, 0.1)))],
    )


def _spec(model_id: str, feature: Feature = Feature.MESH_GENERATION, **settings: object) -> ModelSpec:
    inputs = ("text", "image") if feature is Feature.MESH_GENERATION else ("mesh", "text", "image")
    defaults = {
        "description": "for tests",
        "inputs": inputs,
        "outputs": ("glb", "obj", "fbx"),
        "licence": "Apache-2.0",
        "estimated_seconds": 1.0,
    }
    return ModelSpec(model_id=model_id, feature=feature, **(defaults | settings))  # type: ignore[arg-type]


class Drawn(Engine):
    """An engine whose previews are small, for drawing is nearly all of what a cube takes, and tests make hundreds.

    The built-in engines' previews are drawn in full in the same tests.
    """

    def load(self, device: str) -> None:
        """Ask for small previews, in this runner's process only."""
        from pocket3d_server.runners import deliver  # heavy, and the server reads this file too

        deliver.PREVIEW_SIZE = 96


class Steps(Drawn):
    """Makes a cube in counted steps."""

    spec = _spec("test_steps", parameters=StepParameters)

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        settings = StepParameters.model_validate(request.parameters)
        if settings.pid_file:
            Path(settings.pid_file).write_text(str(os.getpid()))
        for step in range(settings.steps):
            progress(step / settings.steps, f"step_{step}")
            time.sleep(settings.seconds)
        return EngineResult(Asset([cube()]), source="template", confidence=1.0, notes=["A cube."])


class OnGpu(Steps):
    """Says that it needs a GPU, speaks while it runs, and notes which GPU it sees."""

    spec = _spec("test_gpu", parameters=StepParameters, vram_mb=8192)

    def load(self, device: str) -> None:
        super().load(device)
        self._device = device

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        print("I speak from a runner")
        made = super().run(request, progress)
        made.notes = [f"{self._device} of {os.environ.get('CUDA_VISIBLE_DEVICES')}"]
        return made


class Refuses(Engine):
    """Raises the error of an engine that knows what is wrong."""

    spec = _spec("test_refuses")

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        progress(0.1, "looking")
        raise EngineError("The prompt names nothing.", code="INVALID_INPUT", suggestion="Name an object.")


class Broken(Engine):
    """Has a bug."""

    spec = _spec("test_broken")

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        raise ZeroDivisionError("division by zero")


class Crashes(Engine):
    """Takes its process down."""

    spec = _spec("test_crashes")

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        os._exit(7)


class Hangs(Engine):
    """Starts a process of its own and never ends. ``pid_file`` gets both pids."""

    spec = _spec("test_hangs", parameters=StepParameters)

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        pid_file = StepParameters.model_validate(request.parameters).pid_file
        if pid_file:
            Path(pid_file).write_text(f"{os.getpid()} {child.pid}")
        progress(0.2, "hanging")
        time.sleep(600)
        raise AssertionError


class Stuck(Engine):
    """Starts a daemon that nothing holds, ignores signals, and hangs in a C call that holds the interpreter."""

    spec = _spec("test_stuck", parameters=StepParameters)

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(name, signal.SIG_IGN)
        pid_file = Path(StepParameters.model_validate(request.parameters).pid_file or os.devnull)
        pid_file.write_text(f"{os.getpid()} ")
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                with pid_file.open("a") as file:
                    file.write(str(os.getpid()))
                time.sleep(600)
            os._exit(0)
        progress(0.2, "stuck")
        ctypes.PyDLL(None).sleep(600)
        raise AssertionError


class Unloadable(Engine):
    """Cannot load its model."""

    spec = _spec("test_unloadable")

    def load(self, device: str) -> None:
        raise OSError("the weights are torn")

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        raise AssertionError


class Empty(Engine):
    """Returns an asset without faces."""

    spec = _spec("test_empty")

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        nothing = Primitive(np.zeros((3, 3)), np.zeros((0, 3), int), Material("none"))
        return EngineResult(Asset([Part("nothing", [nothing])]), source="template", confidence=0.0)


class Unready(Engine):
    """Lacks its weights."""

    spec = _spec("test_unready")

    @classmethod
    def missing(cls) -> Missing | None:
        return Missing("its weights are not installed.", "Run 'pocket3d-server models install test_unready'.")

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        raise AssertionError


WEIGHTS_REPOSITORY, WEIGHTS_REVISION = "pocket3d-tests/cubes", "0123abc"
WEIGHTS = {
    "config.json": b'{"size": 2.0}\n',
    "weights/model.bin": np.random.default_rng(1).bytes(
        int(float(os.environ.get("POCKET3D_TEST_WEIGHTS_MB", "3")) * 1_000_000)
    ),
    "weights/more.bin": np.random.default_rng(2).bytes(200_000),
}
"""The files of a repository that test engines need; ``weights_hub`` serves them."""


def weight_file(path: str) -> WeightFile:
    content = WEIGHTS[path]
    checksum = hashlib.sha256(content).hexdigest()
    return WeightFile(WEIGHTS_REPOSITORY, WEIGHTS_REVISION, path, len(content), checksum)


class WeightedParameters(BaseModel):
    """Settings of ``test_weighted``, one of each kind that panels show."""

    steps: int = Field(25, ge=1, le=100, description="How often it looks again.")
    guidance: float = Field(7.5, ge=0, le=20, description="How closely it follows the picture.")
    sampler: Literal["euler", "heun"] = Field("euler", description="How it steps.")
    fill_holes: bool = Field(True, description="Close the surface.")
    simplify: float = Field(0.95, ge=0, le=1, description="Share of the triangles that goes.")
    up: tuple[float, float, float] = Field((0.0, 0.0, 1.0), description="Which way is up.")
    limit: int | None = Field(None, ge=1, le=1_000_000, description="At most so many triangles.")
    label: str = Field("", max_length=40, description="A note.")


class Weighted(Drawn):
    """A cube as large as its weights say. They are downloaded, and its licence is to be accepted first."""

    spec = _spec(
        "test_weighted",
        description="A cube as large as its weights say",
        licence="LicenseRef-Cubes",
        parameters=WeightedParameters,
        weights=(weight_file("config.json"), weight_file("weights/model.bin")),
        licence_terms=LicenceTerms(
            name="Cube Community Licence 1.0",
            url="https://licences.example/cube",
            summary="You may use the model and what it makes for research and teaching. Selling either needs a "
            "contract with the makers.",
            conditions=(
                "Non-commercial use only",
                "Not in the European Union, the United Kingdom and South Korea",
            ),
        ),
    )

    def load(self, device: str) -> None:
        super().load(device)
        config, model = (self.weights.path(file) for file in self.spec.weights)
        self.size = float(json.loads(config.read_text())["size"]) + model.read_bytes()[0] * 0.0

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        part = cube()
        part.primitives[0].vertices *= self.size
        return EngineResult(Asset([part]), source="network", confidence=1.0)


class WeightedToo(Steps):
    """Shares a file with ``test_weighted``; nothing to accept."""

    spec = _spec(
        "test_weighted_too",
        parameters=StepParameters,
        weights=(weight_file("config.json"), weight_file("weights/more.bin")),
    )


class Huge(OnGpu):
    """Needs more of a GPU than there is anywhere, and weights besides."""

    spec = _spec("test_huge", vram_mb=400 * 1024, weights=(weight_file("weights/more.bin"),))


class Paint(Drawn):
    """Paints the given mesh red."""

    spec = _spec("test_paint", Feature.TEXTURE_GENERATION)

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        asset = read_asset(request.mesh)  # type: ignore[attr-defined]
        red = Material("red", base_color_image=np.full((4, 4, 3), (200, 20, 20), np.uint8))
        for primitive in asset.primitives():
            primitive.material = red
            primitive.uv = np.zeros((len(primitive.vertices), 2))
        return EngineResult(asset, source="procedural", confidence=1.0)


class Halves(Drawn):
    """Says that a mesh has two parts."""

    spec = _spec("test_halves", Feature.MESH_SEGMENTATION, inputs=("mesh",))

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        count = read_asset(request.mesh).face_count  # type: ignore[attr-defined]
        halves = Asset([cube("head"), cube("body", 2.0)], face_parts=np.arange(count) * 2 // count)
        given = sorted(request.model_fields_set - {"mesh", "seed", "parameters"})
        return EngineResult(halves, source="template", confidence=1.0, notes=[", ".join(given)])


class Bones(Drawn):
    """Binds the given mesh to two bones."""

    spec = _spec("test_bones", Feature.AUTO_RIGGING, inputs=("mesh",))

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        asset = read_asset(request.mesh)  # type: ignore[attr-defined]
        asset.skeleton = Skeleton(
            ["Root", "Spine"],
            [-1, 0],
            np.array([[0, 0, 0], [0, 0.5, 0.0]]),
            np.array([[0, 0.5, 0], [0, 1, 0.0]]),
        )
        if request.include_weights:  # type: ignore[attr-defined]
            for primitive in asset.primitives():
                primitive.weights = np.full((len(primitive.vertices), 2), 0.5)
        return EngineResult(asset, source="template", confidence=1.0)
