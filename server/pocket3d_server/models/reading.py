"""Reads the mesh of a request; every model that takes a mesh opens it here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pocket3d_server.models.engine import EngineError

if TYPE_CHECKING:
    from pocket3d_server.geometry.asset import Asset


ADVICE = {
    "cut short": "Upload the file again; it did not arrive whole.",
    "reaches beyond": "Export the mesh again; the file contradicts itself.",
    "does not exist": "Export the mesh again; the file contradicts itself.",
    "not a finite number": "Clean the mesh: delete the invalid vertices, and export it again.",
    "m large": "Delete stray vertices, or scale the mesh down, and export it again.",
    "from the origin": "Move the mesh to the origin and export it again.",
    "compressed": "Export the mesh again without compression.",
    "no triangles": "Send a mesh with at least one triangle.",
    "in one place": "Send a mesh with at least one triangle that has an area.",
}
"""What to do, by words of the reason."""


def read_mesh(path: Path) -> Asset:
    """The mesh file as an asset. Raises EngineError, which says what to send, when it cannot be used."""
    from pocket3d_server.geometry.read import FORMATS, read_asset

    try:
        return read_asset(path)
    except ValueError as error:
        reason = str(error)
        otherwise = f"Export the mesh again as one of {', '.join(FORMATS)}."
        raise EngineError(
            f"The mesh cannot be used: {reason}.",
            code="INVALID_INPUT",
            suggestion=next((advice for words, advice in ADVICE.items() if words in reason), otherwise),
        ) from error
