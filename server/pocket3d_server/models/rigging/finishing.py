"""From a planned skeleton to the rig that was asked for, on the asset that was sent."""

from __future__ import annotations

from pocket3d_server.geometry.asset import Asset, Skeleton
from pocket3d_server.models.rigging.bone_count import to_count
from pocket3d_server.models.rigging.bone_names import renamed, whole
from pocket3d_server.models.rigging.settings import BoneNames
from pocket3d_server.models.rigging.welded_mesh import Floats


def finished(
    skeleton: Skeleton, weights: Floats | None, vertices: Floats, count: int | None, style: BoneNames
) -> tuple[Skeleton, Floats | None, list[str]]:
    """The rig with ``count`` bones (None: as many as suit) under the names of ``style``, and notes on what was done.

    ``weights`` are (V, J) for ``vertices`` (V, 3); None where only the skeleton was asked for.
    """
    skeleton, weights, notes = to_count(skeleton, weights, vertices, count)
    if count is None:
        skeleton, weights = whole(skeleton, weights, vertices, style)
    skeleton, about_names = renamed(skeleton, style)
    return skeleton, weights, notes + about_names


def attach(asset: Asset, skeleton: Skeleton, weights: Floats | None) -> None:
    """Give ``asset`` the skeleton, and its primitives their rows of ``weights`` (V, J), which are in file order."""
    asset.skeleton = skeleton
    start = 0
    for primitive in asset.primitives():
        end = start + len(primitive.vertices)
        primitive.weights = None if weights is None else weights[start:end]
        start = end
