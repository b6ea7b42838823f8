"""The engine: reads the mesh, plans bones, skins, hands the rig back on the user's own vertices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pocket3d_server.geometry.asset import Skeleton
from pocket3d_server.models.engine import (
    Engine,
    EngineRequest,
    EngineResult,
    Feature,
    ModelSpec,
    Progress,
    RigRequest,
)
from pocket3d_server.models.reading import read_mesh
from pocket3d_server.models.rigging.settings import BoneNames, RigParameters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pocket3d_server.models.rigging.welded_mesh import Floats

PROXY_FACES = 40_000
"""Meshes with more triangles are skinned on a simplified stand-in."""


@dataclass(eq=False)
class Rig:
    """A finished rig of a merged mesh."""

    skeleton: Skeleton
    weights: Floats | None
    """(V, J) in the order of the mesh's vertices; None when only the skeleton was asked for."""
    confidence: float
    notes: list[str]


def rig_mesh(
    vertices: NDArray[np.floating[Any]],
    faces: NDArray[np.integer[Any]],
    character_type: str | None = "humanoid",
    bone_count: int | None = None,
    include_weights: bool = True,
    bone_names: BoneNames = "pocket3d",
    progress: Progress | Callable[[float, str], None] = lambda fraction, stage: None,
) -> Rig:
    """Rig a mesh (V, 3), (F, 3) that is Y up and faces +Z.

    ``bone_names`` other than our own split the trunk as those rigs have it, unless ``bone_count`` says how many bones.
    ``character_type`` is ``humanoid``, ``quadruped`` or ``generic``, or None to choose by the shape; a mesh that
    has not the limbs of its type gets a generic rig and a note. Raises EngineError when the mesh is too small to hold bones.
    """
    from pocket3d_server.models.builtin_rig.plan import plan_bones
    from pocket3d_server.models.builtin_rig.symmetry import symmetrised
    from pocket3d_server.models.builtin_rig.voxels import voxelise
    from pocket3d_server.models.builtin_rig.weights import carried_over, skin, skinnable
    from pocket3d_server.models.rigging.finishing import finished
    from pocket3d_server.models.rigging.welded_mesh import body_of

    progress(0.05, "analysing_shape")
    surface = body_of(vertices, faces)
    voxels = voxelise(surface)
    stand_in = surface
    if len(surface.faces) > PROXY_FACES:
        stand_in = surface.simplified(PROXY_FACES // 2)
    progress(0.2, "finding_joints")
    plan = symmetrised(plan_bones(stand_in, voxels, character_type, bone_count), stand_in)
    skeleton, weights = plan.skeleton(), None
    if include_weights:
        progress(0.6, "computing_weights")
        body = skinnable(stand_in, voxels)
        weights = skin(body, voxels, plan)
        weights = carried_over(weights, body, surface, plan)
    skeleton, weights, notes = finished(skeleton, weights, surface.vertices, bone_count, bone_names)
    if weights is not None:
        weights = weights[surface.origin]
    progress(0.95, "finishing")
    return Rig(skeleton, weights, plan.confidence, plan.notes + notes)


class BuiltinRig(Engine):
    """Bones from the shape itself, weights by bone heat; runs anywhere."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        model_id="builtin_rig",
        feature=Feature.AUTO_RIGGING,
        description="Skeleton and skin weights from the shape itself: people, four-legged animals and anything else. "
        "No download, any CPU.",
        inputs=("mesh",),
        outputs=("glb", "obj", "fbx"),
        licence="Apache-2.0",
        estimated_seconds=4,
        parameters=RigParameters,
    )

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """Rig ``request.mesh``; vertices, faces, UVs and materials come back as they were sent."""
        from pocket3d_server.models.rigging.finishing import attach

        assert isinstance(request, RigRequest)
        progress(0.0, "reading_mesh")
        asset = read_mesh(request.mesh)
        vertices, faces = asset.merged()
        wish = request.character_type if "character_type" in request.model_fields_set else None
        settings = RigParameters.model_validate(request.parameters)
        rig = rig_mesh(
            vertices, faces, wish, request.bone_count, request.include_weights, settings.bone_names, progress
        )
        attach(asset, rig.skeleton, rig.weights)
        progress(1.0, "done")
        return EngineResult(asset, "rig", rig.confidence, rig.notes)
