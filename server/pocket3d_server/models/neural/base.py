"""What engines that need PyTorch have in common. Importing this imports no torch."""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pocket3d_server.models.engine import (
    Engine,
    EngineError,
    EngineRequest,
    EngineResult,
    Missing,
    ModelSpec,
    Progress,
)

if TYPE_CHECKING:
    import torch


class NeuralEngine(Engine):
    """An engine whose network PyTorch runs."""

    packages: ClassVar[tuple[str, ...]] = ("torch", "safetensors")
    """Modules of the server's ``models`` extra that it imports."""

    @classmethod
    def missing(cls) -> Missing | None:
        """PyTorch and what goes with it are no part of the base installation."""
        absent = [package for package in cls.packages if not find_spec(package)]
        if not absent:
            return None
        named = "PyTorch" if "torch" in absent else " and ".join(absent)
        verb = "is" if named in ("PyTorch", *absent) else "are"
        return Missing(
            f"{named}, which it needs, {verb} not installed.",
            "Switch 'Neural models (PyTorch)' on in the extension's preferences in Blender and repair the server "
            f"there. Or run '{sys.executable} -m pip install \"pocket3d-server[models]\"' and restart the server.",
            "EXTRA",
        )

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """See `Engine.run`."""
        with memory_told(self.spec):
            return self.make(request, progress)

    @abstractmethod
    def make(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """`run` without a word on what it means when PyTorch gets no memory."""

    def folder_of(self, repository: str) -> Path:
        """Where the files of a repository lie. Raises EngineError for one that is none of the model's."""
        for file in self.spec.weights:
            if file.repository == repository:
                return self.weights.repository(repository, file.revision)
        raise EngineError(
            f"the release asks for files of {repository}, which this version does not know",
            code="MODEL_UNAVAILABLE",
            suggestion="Update the server, then install the model again.",
        )


def place_of(device: str) -> torch.device:
    """Where to compute. A Mac's GPU shares the host's memory and has no slot of its own: it takes the CPU's jobs.

    Raises EngineError where PyTorch cannot use the GPU that there is.
    """
    import torch

    if device == "cpu":
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    if not torch.cuda.is_available():
        raise EngineError(
            f"this PyTorch ({torch.__version__}) cannot use the GPU",
            code="MODEL_UNAVAILABLE",
            suggestion="Install a PyTorch with CUDA: pytorch.org/get-started gives the command for each system; run it "
            f"with {sys.executable}.",
        )
    return torch.device(device)


@contextmanager
def memory_told(spec: ModelSpec) -> Iterator[None]:
    """Say in words when PyTorch gets no memory."""
    try:
        yield
    except RuntimeError as error:
        said = str(error).lower()
        on_host = "can't allocate memory" in said or "not enough memory" in said
        if not on_host and "out of memory" not in said:
            raise
        where = "memory" if on_host else "GPU memory"
        needs = spec.on(0).memory_mb if on_host else spec.vram_mb
        raise EngineError(
            f"there was not enough free {where}; {spec.model_id} needs up to {needs / 1024:.1f} GB",
            code="OUT_OF_MEMORY",
            suggestion=f"Close other programs that use the {where}, or choose a smaller or a built-in model.",
        ) from error
