"""What a model still lacks: an accepted licence, its files."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from pocket3d_server.models.engine import Missing, ModelSpec
from pocket3d_server.models.weights import Weights
from pocket3d_server.weights.licences import Licences
from pocket3d_server.weights.problems import InstallError, size_text


@dataclass(frozen=True)
class Shelf:
    """The weights and licences of this machine."""

    weights: Weights
    licences: Licences
    min_free_mb: int = 500
    """Kept free on the disk when weights are installed."""

    @classmethod
    def at(cls, data_dir: Path, models_dir: Path | None, min_free_mb: int = 500) -> Shelf:
        """Weights in ``models_dir``, or else with the rest of the data; acceptances with the data."""
        weights = Weights((models_dir or data_dir / "models").absolute())
        return cls(weights, Licences(data_dir / "licences.json"), min_free_mb)

    def missing(self, spec: ModelSpec) -> Missing | None:
        """Why a model cannot run yet; cheap."""
        return self.lacks_licence(spec) or self._lacks_files(spec)

    def lacks_licence(self, spec: ModelSpec) -> Missing | None:
        """What is to be accepted first."""
        terms = spec.licence_terms
        if terms is None or not terms.must_accept or self.licences.accepted(spec):
            return None
        return Missing(
            f"its licence ({terms.name}) has not been accepted.",
            f"Read the terms at {terms.url} and accept them under Models in Blender. "
            f"Or run 'pocket3d-server models accept {spec.model_id}'.",
            "LICENCE",
        )

    def check_licence(self, spec: ModelSpec) -> None:
        """Raises InstallError while a licence is to be accepted first."""
        if missing := self.lacks_licence(spec):
            raise InstallError(f"{spec.model_id} cannot be installed: {missing.reason}", missing.remedy)

    def _lacks_files(self, spec: ModelSpec) -> Missing | None:
        if self.weights.complete(spec.weights):
            return None
        left = sum(f.size for f in spec.weights) - self.weights.arrived(spec.weights)
        return Missing(
            f"it is not installed ({size_text(left)} to download).",
            f"Download it under Models in Blender. Or run 'pocket3d-server models install {spec.model_id}'.",
            "NOT_INSTALLED",
        )

    def remove(self, spec: ModelSpec, others: Iterable[ModelSpec], arriving: Collection[str] = ()) -> int:
        """Delete a model's files, but for those that another model needs which is installed or ``arriving``.

        Returns the bytes freed. Raises InstallError when a file is in use.
        """
        needed = {
            file
            for other in others
            if other.model_id in arriving or self.weights.complete(other.weights)
            for file in other.weights
        }
        freed = 0
        for file in spec.weights:
            if file in needed:
                continue
            for path in (self.weights.path(file), self.weights.part(file)):
                try:
                    size = path.stat().st_size
                    path.unlink()
                except FileNotFoundError:
                    continue
                except OSError as error:
                    raise InstallError(
                        f"{path.name} cannot be deleted: {error.strerror or error}.",
                        "Wait until no job uses the model, then try again.",
                    ) from error
                freed += size
            self._tidy(self.weights.path(file).parent)
        return freed

    def _tidy(self, folder: Path) -> None:
        """Delete folders that have become empty."""
        while folder != self.weights.folder and folder.is_relative_to(self.weights.folder):
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent
