"""The models of this server: which there are, which can run here, and which one a request gets."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from pocket3d_server.config import SettingsError
from pocket3d_server.errors import ErrorCode
from pocket3d_server.models import registry
from pocket3d_server.models.engine import Engine, Feature, Missing, ModelSpec
from pocket3d_server.runners.devices import Gpu, gpus
from pocket3d_server.runners.memory import SHARE, HostMemory, host_memory
from pocket3d_server.weights.shelf import Shelf

log = logging.getLogger(__name__)

WORDS = {"text": "a text (text_prompt)", "image": "a picture (images)", "mesh": "a mesh (mesh_file)"}
"""Inputs, with the fields that they are sent in."""


class NoModelError(Exception):
    """No model can do what is asked. ``code``: MODEL_UNAVAILABLE, or INVALID_INPUT where other inputs would do."""

    def __init__(self, code: ErrorCode, message: str, suggestion: str) -> None:
        super().__init__(message)
        self.code = code
        self.suggestion = suggestion


@dataclass(frozen=True)
class Model:
    """A model and whether it can run here."""

    spec: ModelSpec
    here: ModelSpec
    """As it runs on this machine (`ModelSpec.on`)."""
    engine: str
    """``module:Class``, for the runner's process."""
    missing: Missing | None
    patient: bool = False
    """What is missing may come by itself, with a node of the fleet: jobs that are queued wait for it."""

    @property
    def ready(self) -> bool:
        """Whether a job for it would start."""
        return self.missing is None

    @property
    def only_by_name(self) -> bool:
        """Whether it wants a GPU and can only run without one here: too slowly for anybody who did not ask for it."""
        return self.here is not self.spec


def load_engine(path: str) -> type[Engine]:
    """The engine class named ``module:Class``. Raises ImportError or AttributeError."""
    module, _, name = path.partition(":")
    engine = getattr(importlib.import_module(module), name)
    if not issubclass(engine, Engine):
        raise ImportError(f"{path} is not an Engine")
    return engine


class Fleet(Protocol):
    """Other machines, on which models run in place of this one."""

    def gpus(self) -> list[Gpu]:
        """All their GPUs."""

    def missing(self, model_id: str) -> Missing | None:
        """Why none of them can run a model; None when one can."""


class Catalog:
    """All models by id: the installed entry points, then ``extra`` engines given as ``module:Class``.

    ``memory_mb`` is what runners may hold of the host's memory, 0 for most of it; ``gpus`` and ``host`` tell what
    there is; ``shelf`` knows weights and licences, without it nothing is asked about them. With a ``fleet``
    that is asked instead, but for licences. Raises SettingsError for an extra engine that cannot be loaded.
    """

    def __init__(
        self,
        extra: Iterable[str] = (),
        memory_mb: int = 0,
        gpus: Callable[[], list[Gpu]] = gpus,
        host: Callable[[], HostMemory] = host_memory,
        shelf: Shelf | None = None,
        fleet: Fleet | None = None,
    ) -> None:
        self._shelf = shelf
        self._fleet = fleet
        self._memory_mb = memory_mb
        self._gpus, self._host = fleet.gpus if fleet else gpus, host
        self._engines = dict(registry.engines())
        for path in extra:
            try:
                engine = load_engine(path)
            except (ImportError, AttributeError) as error:
                raise SettingsError(f"the engine {path!r} cannot be loaded: {error}") from error
            self._engines[engine.spec.model_id] = engine

    def get(self, model_id: str) -> Model | None:
        """One model, looked at now."""
        engine = self._engines.get(model_id)
        if engine is None:
            return None
        path = f"{engine.__module__}:{engine.__qualname__}"
        here = self._here(engine.spec)
        if self._fleet:
            unlicensed = self._shelf.lacks_licence(engine.spec) if self._shelf else None
            missing = unlicensed or self._fleet.missing(model_id)
            return Model(engine.spec, here, path, missing, patient=unlicensed is None)
        missing = engine.missing() or self._lacks_memory(here)
        if missing is None and self._shelf:
            missing = self._shelf.missing(engine.spec)
        return Model(engine.spec, here, path, missing)

    def spec(self, model_id: str) -> ModelSpec | None:
        """What a model says of itself, whether it can run or not; costs nothing."""
        engine = self._engines.get(model_id)
        return engine.spec if engine else None

    def here(self, model_id: str) -> ModelSpec | None:
        """The same, as it runs on this machine."""
        spec = self.spec(model_id)
        return self._here(spec) if spec else None

    def all(self) -> list[Model]:
        """All models, best first within a feature: larger networks before built-in engines, and of these first
        the ones that need no download."""
        models = [model for model_id in self._engines if (model := self.get(model_id))]
        return sorted(
            models,
            key=lambda m: (m.spec.feature, m.spec.builtin, -m.spec.vram_mb, _fetched(m), -_weight(m)),
        )

    def choose(self, feature: Feature, inputs: set[str], preference: str | None) -> Model:
        """The model for a request that gives ``inputs`` (of ``text``, ``image``, ``mesh``).

        ``preference`` is taken or refused, never replaced. Else the best ready model that uses all inputs,
        or, with text and images, the best that uses the images; never one that is to be asked for by name. Raises
        NoModelError.
        """
        of_feature = [m for m in self.all() if m.spec.feature == feature]
        ready = [m for m in of_feature if m.ready]
        advice = _advice(feature, ready)
        if preference:
            model = self.get(preference)
            if model is None or model.spec.feature != feature:
                raise NoModelError(
                    ErrorCode.MODEL_UNAVAILABLE, f"There is no model {preference!r} for {feature}.", advice
                )
            if model.missing:
                reason, remedy = model.missing.reason, model.missing.remedy
                raise NoModelError(
                    ErrorCode.MODEL_UNAVAILABLE,
                    f"{preference} cannot run here: {reason}",
                    f"{remedy} {advice}",
                )
            if not _usable(model, inputs):
                raise NoModelError(
                    ErrorCode.INVALID_INPUT,
                    f"{preference} takes {' and '.join(model.spec.inputs)}, not {' and '.join(sorted(inputs))}.",
                    _instead(model.spec, inputs, ready),
                )
            return model
        offered = [m for m in ready if not m.only_by_name]
        for model in offered:
            if inputs <= set(model.spec.inputs):
                return model
        for model in offered:
            if _usable(model, inputs):
                return model
        wanted = " and ".join(sorted(inputs))
        raise NoModelError(
            ErrorCode.MODEL_UNAVAILABLE, f"No model that makes {feature} from {wanted} is ready.", advice
        )

    @cached_property
    def _have_mb(self) -> int:
        """What models may use together; asked once, for it is needed with every request."""
        return self._memory_mb or int(self._host().total * SHARE)

    def _largest_gpu(self) -> int:
        return max((gpu.memory_total for gpu in self._gpus() if not gpu.problem), default=0)

    def _here(self, spec: ModelSpec) -> ModelSpec:
        return spec.on(self._largest_gpu()) if spec.without_gpu else spec

    def _lacks_memory(self, spec: ModelSpec) -> Missing | None:
        """Whether the machine could never hold it, however long it waits. ``spec`` is as it runs here."""
        if spec.vram_mb:
            largest = self._largest_gpu()
            if largest < spec.vram_mb:
                have = f"the largest here has {_gb(largest)}" if largest else "there is no GPU here"
                return Missing(
                    f"it needs a GPU with {_gb(spec.vram_mb)} and {have}.",
                    "Use a machine with such a GPU, or another model.",
                    "MEMORY" if largest else "NO_GPU",
                )
        have_mb = self._have_mb
        if have_mb < spec.memory_mb:
            return Missing(
                f"it needs {_gb(spec.memory_mb)} of memory and models may use {_gb(have_mb)} here.",
                "Use a machine with more memory, raise POCKET3D_MEMORY_MB if that is set too low, or use another model.",
                "MEMORY",
            )
        return None


def _fetched(model: Model) -> bool:
    return model.spec.builtin and bool(model.spec.weights)


def _weight(model: Model) -> int:
    """Bytes of a network; of two that need the same GPU the larger one is the better one."""
    return sum(file.size for file in model.spec.weights)


def _usable(model: Model, inputs: set[str]) -> bool:
    """All inputs, or at least the ones beside a text that merely describes them."""
    taken = set(model.spec.inputs)
    return inputs <= taken or ("image" in inputs and inputs - {"text"} <= taken)


def _instead(spec: ModelSpec, inputs: set[str], ready: list[Model]) -> str:
    """What to send to a model that does not take ``inputs``, and which models do."""
    lacking = [WORDS[kind] for kind in spec.inputs if kind not in inputs]
    others = ", ".join(m.spec.model_id for m in ready if inputs <= set(m.spec.inputs))
    ways = [f"Send {' and '.join(lacking)} with it"] if lacking else ["Send only what it takes"]
    ways += [f"choose one that takes what you sent: {others}"] if others else []
    return f"{', or '.join(ways)}."


def _advice(feature: Feature, ready: list[Model]) -> str:
    names = ", ".join(m.spec.model_id for m in ready)
    if not names:
        return f"No model for {feature} is ready; GET /mesh/models says what each one needs."
    return f"Ready for {feature}: {names}. GET /mesh/models lists all."


def _gb(megabytes: int) -> str:
    """As people write it: ``0.5 GB``, ``24 GB``."""
    return f"{megabytes / 1024:.0f} GB" if megabytes >= 10 * 1024 else f"{round(megabytes / 1024, 1):g} GB"
