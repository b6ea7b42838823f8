"""Whether there is a body to put bones into."""

from __future__ import annotations

from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.rigging.welded_mesh import WeldedMesh

LEAST = 8
"""Vertices and faces."""


def require_body(surface: WeldedMesh) -> None:
    """Raises EngineError when the mesh is too small to hold bones, or has no surface."""
    few = min(len(surface.vertices), len(surface.faces)) < LEAST
    if not few and surface.face_normals()[1].sum() > 0:
        return
    counted = f"only {len(surface.vertices)} distinct vertices" if few else "no area"
    raise EngineError(
        f"The mesh has {counted}; a rig needs a body to move.",
        code="INVALID_INPUT",
        suggestion="Send a mesh with volume, for example a character of at least a few hundred triangles.",
    )
