"""What a model needs beside its program: files of weights, and a licence with terms. Where the files lie.

An engine names both in its ``ModelSpec``. Files are shared: they lie under their repository and revision, so two
models that need the same file have it once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

VARIABLE = "POCKET3D_MODELS_DIR"
"""Tells a runner's process where the files lie."""


@dataclass(frozen=True)
class WeightFile:
    """One file, pinned: whatever has another size or checksum is not it."""

    repository: str
    """On the hub, ``owner/name``; or the address of a folder, ``https://…``, below which ``path`` lies; or a package
    for the user's own npm, ``npm:@scope/name``, whose archive ``path`` names."""
    revision: str
    """Commit of the repository, version of the package; for an address, any text that changes when the files do."""
    path: str
    """Within the repository, with ``/``."""
    size: int
    """Bytes."""
    sha256: str
    stated: bool = False
    """The hub's own word counts for this revision: ``size`` is an estimate, and ``sha256`` may be empty."""

    def __post_init__(self) -> None:
        """Refuse what could never be right, when the engine is imported."""
        parts = PurePosixPath(self.path).parts
        if not parts or self.path.startswith("/") or ".." in parts or "\\" in self.path or ":" in self.path:
            raise ValueError(f"{self.path!r} is no path within a repository")
        if not re.fullmatch(r"[\w.-]+", self.revision) or self.revision in (".", ".."):
            raise ValueError(f"{self.revision!r} is no revision")
        checksum = r"([0-9a-f]{64})?" if self.stated else r"[0-9a-f]{64}"
        if not re.fullmatch(checksum, self.sha256) or self.size <= 0:
            raise ValueError(f"{self.path}: size and SHA-256 must be those of the file")
        named = r"\w[\w.-]*/\w[\w.-]*|npm:(@\w[\w.-]*/)?\w[\w.-]*"
        if not self.is_address and not re.fullmatch(named, self.repository):
            raise ValueError(f"{self.repository!r} is neither owner/name, nor an address, nor npm:name")
        if self.stated and (self.is_address or self.package):
            raise ValueError(f"{self.path}: only the hub states sizes and checksums of its own")

    @property
    def is_address(self) -> bool:
        """Whether ``repository`` is an address rather than a name on the hub."""
        return self.repository.startswith(("https://", "http://"))

    @property
    def package(self) -> str | None:
        """``name@version`` of the package that npm brings; None for files of the hub and of addresses."""
        name = self.repository.removeprefix("npm:")
        return None if name == self.repository else f"{name}@{self.revision}"


@dataclass(frozen=True)
class LicenceTerms:
    """What a model's licence asks of the person who uses it."""

    name: str
    """With its version: accepting one version accepts no other."""
    url: str
    """Where the whole text is."""
    summary: str
    """What it means, in one or two sentences."""
    conditions: tuple[str, ...] = ()
    """Short: ``Non-commercial use only``, ``Not in the European Union, the United Kingdom and South Korea``."""
    must_accept: bool = True
    """Whether somebody must accept it by name before the model is installed and before it runs."""


@dataclass(frozen=True)
class Weights:
    """The folder with the files of all models. A file is under its name only when it is whole and checked."""

    folder: Path

    @classmethod
    def of_runner(cls) -> Weights:
        """As the server told this runner's process."""
        return cls(Path(os.environ[VARIABLE]))

    def repository(self, repository: str, revision: str) -> Path:
        """The folder of one repository at one revision; its files lie in it as they do there."""
        name = re.sub(r"[^\w.-]+", "--", re.sub(r"^https?://", "", repository)).strip("-.")
        return self.folder / name / revision

    def path(self, file: WeightFile) -> Path:
        """Where a file lies, or will lie."""
        return self.repository(file.repository, file.revision).joinpath(*PurePosixPath(file.path).parts)

    def part(self, file: WeightFile) -> Path:
        """Where a file lies while it is on its way."""
        whole = self.path(file)
        return whole.with_name(f".{whole.name}.part")

    def lock(self, file: WeightFile) -> Path:
        """A file that whoever brings this one holds a lock on; it stays when the file goes."""
        return self.folder / ".locks" / f"{file.sha256[:32]}.lock"

    def has(self, file: WeightFile) -> bool:
        """Whether a file is there; cheap, for its content was checked when it got its name."""
        found = _size(self.path(file))
        return found > 0 if file.stated else found == file.size

    def complete(self, files: Iterable[WeightFile]) -> bool:
        """Whether all are there."""
        return all(self.has(file) for file in files)

    def arrived(self, files: Iterable[WeightFile]) -> int:
        """Bytes of these files that need not be downloaded any more."""
        return sum(f.size if self.has(f) else min(max(_size(self.part(f)), 0), f.size) for f in files)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
