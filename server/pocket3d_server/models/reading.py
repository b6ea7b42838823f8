"""Reads what a request brings: every model takes prompt and mesh from here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pocket3d_server.models.engine import EngineError, MeshRequest

if TYPE_CHECKING:
    from pocket3d_server.geometry.asset import Asset


def read_prompt(request: MeshRequest) -> str:
    """The text, without spaces around it. Raises EngineError when there is none."""
    prompt = (request.text_prompt or "").strip()
    if not prompt:
        raise EngineError("no text prompt was given", code="INVALID_INPUT", suggestion="Send text_prompt.")
    return prompt


def read_mesh(path: Path, most_faces: int | None = None) -> Asset:
    """The mesh file as an asset. Raises EngineError, which says what to send, when it cannot be used, or has more than
    ``most_faces``."""
    from pocket3d_server.geometry.limits import BadFileError
    from pocket3d_server.geometry.read import read_asset

    try:
        asset = read_asset(path)
    except BadFileError as error:
        raise EngineError(
            f"The mesh cannot be used: {error}.", code="INVALID_INPUT", suggestion=error.suggestion
        ) from error
    if most_faces is not None and asset.face_count > most_faces:
        raise EngineError(
            f"the mesh has {asset.face_count:,} faces",
            code="INVALID_INPUT",
            suggestion=f"Reduce it to {most_faces:,} faces or fewer.",
        )
    return asset
