"""Installations in the background of a server, one thread each."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pocket3d_server.models.engine import ModelSpec
from pocket3d_server.weights.download import Hub
from pocket3d_server.weights.installing import Meter, install
from pocket3d_server.weights.problems import CancelledError, InstallError
from pocket3d_server.weights.shelf import Shelf

log = logging.getLogger(__name__)

PATIENCE_S = 5.0

State = Literal["missing", "partial", "downloading", "installed"]


@dataclass(frozen=True)
class InstallState:
    """How far a model's weights are; ``error`` and ``suggestion`` say why the last installation stopped."""

    state: State
    size: int
    downloaded: int
    speed: float | None = None
    eta_seconds: float | None = None
    error: str | None = None
    suggestion: str | None = None


class Installer:
    """Starts, follows and stops installations."""

    def __init__(self, shelf: Shelf, hub: Hub) -> None:
        self.shelf = shelf
        self._hub = hub
        self._running: dict[str, Meter] = {}
        self._threads: dict[str, threading.Thread] = {}
        """The latest of each model."""
        self._errors: dict[str, InstallError] = {}
        self._lock = threading.Lock()

    def start(self, spec: ModelSpec) -> None:
        """Begin, or go on; nothing happens when it is installed or on its way. Raises InstallError for a licence
        that has not been accepted."""
        self.shelf.check_licence(spec)
        with self._lock:
            if spec.model_id in self._running or self.shelf.weights.complete(spec.weights):
                return
            meter = Meter(sum(f.size for f in spec.weights))
            meter.done = self.shelf.weights.arrived(spec.weights)
            self._running[spec.model_id] = meter
            self._errors.pop(spec.model_id, None)
            name = f"install-{spec.model_id}"
            worker = threading.Thread(target=self._work, args=(spec, meter), name=name, daemon=True)
            self._threads[spec.model_id] = worker
        worker.start()

    def cancel(self, model_id: str) -> bool:
        """Stop an installation; what has arrived stays. False when there is none."""
        with self._lock:
            meter = self._running.pop(model_id, None)
        if meter:
            meter.stop.set()
            log.info("the installation of %s was stopped", model_id)
        return meter is not None

    def remove(self, spec: ModelSpec, others: Iterable[ModelSpec]) -> int:
        """Stop and delete; see ``Shelf.remove``."""
        self.cancel(spec.model_id)
        with self._lock:
            self._errors.pop(spec.model_id, None)
            worker = self._threads.get(spec.model_id)
        if worker:
            worker.join(PATIENCE_S)  # Windows deletes no file that is open
        return self.shelf.remove(spec, others, arriving=self._running.keys())

    def state(self, spec: ModelSpec) -> InstallState:
        """How it stands; cheap."""
        size = sum(f.size for f in spec.weights)
        with self._lock:
            meter, error = self._running.get(spec.model_id), self._errors.get(spec.model_id)
        if meter:
            return InstallState("downloading", size, meter.done, meter.speed, meter.eta_seconds)
        arrived = self.shelf.weights.arrived(spec.weights)
        if self.shelf.weights.complete(spec.weights):
            return InstallState("installed", size, size)
        state: State = "partial" if arrived else "missing"
        if error:
            return InstallState(state, size, arrived, error=str(error), suggestion=error.suggestion)
        return InstallState(state, size, arrived)

    def stop(self) -> None:
        """The server ends: stop all."""
        for model_id in list(self._running):
            self.cancel(model_id)

    def _work(self, spec: ModelSpec, meter: Meter) -> None:
        log.info("installing %s, %d bytes", spec.model_id, meter.total - meter.done)
        problem: InstallError | None = None
        try:
            install(spec, self.shelf, self._hub, meter)
            log.info("%s is installed", spec.model_id)
        except CancelledError:
            return
        except InstallError as error:
            log.warning("%s could not be installed: %s %s", spec.model_id, error, error.suggestion)
            problem = error
        except Exception:
            log.exception("%s could not be installed", spec.model_id)
            problem = InstallError("The installation failed.", "The server's log says why; try again.")
        finally:
            with self._lock:
                if self._running.get(spec.model_id) is meter:
                    del self._running[spec.model_id]
                    if problem:
                        self._errors[spec.model_id] = problem
