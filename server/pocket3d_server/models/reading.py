"""Reads the mesh of a request; every model that takes a mesh opens it here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pocket3d_server.models.engine import EngineError

if TYPE_CHECKING:
    from pocket3d_server.geometry.asset import Asset


def read_mesh(path: Path) -> Asset:
    """The mesh file as an asset. Raises EngineError, which says what to send, when it cannot be used."""
    from pocket3d_server.geometry.limits import BadFileError
    from pocket3d_server.geometry.read import read_asset

    try:
        return read_asset(path)
    except BadFileError as error:
        raise EngineError(
            f"The mesh cannot be used: {error}.", code="INVALID_INPUT", suggestion=error.suggestion
        ) from error
