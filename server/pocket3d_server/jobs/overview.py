"""What there is to see of models, workers and GPUs; the API's chapters on models and the system show it."""

from __future__ import annotations

from dataclasses import dataclass

from pocket3d_server.models.engine import Missing, ModelSpec
from pocket3d_server.runners.base import FORMATS, RunnerPool, SlotState
from pocket3d_server.runners.catalog import Catalog
from pocket3d_server.runners.devices import Gpu, gpus


@dataclass(frozen=True)
class ModelState:
    """A model now."""

    spec: ModelSpec
    missing: Missing | None
    formats: list[str]
    """Formats that results are delivered in."""
    loaded: bool
    gpu_id: int | None
    running: int
    """Jobs that it works on."""


class Overview:
    """Looks at the catalog and the pool whenever it is asked."""

    def __init__(self, catalog: Catalog, pool: RunnerPool) -> None:
        self._catalog = catalog
        self._pool = pool

    def models(self) -> list[ModelState]:
        """All models, best first within a feature."""
        slots = self._pool.state()
        found = []
        for model in self._catalog.all():
            at = [state for state in slots if model.spec.model_id in state.models_loaded]
            found.append(
                ModelState(
                    spec=model.spec,
                    missing=model.missing,
                    formats=[name for name in model.spec.outputs if name in FORMATS],
                    loaded=bool(at),
                    gpu_id=next((state.slot.gpu_id for state in at), None),
                    running=sum(state.current_model == model.spec.model_id for state in slots),
                )
            )
        return found

    def workers(self) -> list[SlotState]:
        """All slots."""
        return self._pool.state()

    def gpus(self) -> list[Gpu]:
        """All GPUs."""
        return gpus()
