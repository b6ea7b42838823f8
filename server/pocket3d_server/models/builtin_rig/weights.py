"""Skin weights by bone heat (Baran and Popovic 2007), on a surface that heat can flow on.

Each vertex is warmed by the bone that is nearest *through the inside* (path lengths in the voxelised voxels, so
an arm beside the body does not warm the body), and heat spreads over the surface by the robust Laplacian
(Sharp and Crane 2020). Where a fitted body already knows the weights they are the source instead.
"""

from __future__ import annotations

import numpy as np
import robust_laplacian
from scipy import ndimage, sparse
from scipy.sparse.linalg import splu
from skimage.measure import marching_cubes

from pocket3d_server.models.builtin_rig.bones import Plan
from pocket3d_server.models.builtin_rig.evening import evened
from pocket3d_server.models.builtin_rig.extremities import segment_distance
from pocket3d_server.models.builtin_rig.voxels import Voxels
from pocket3d_server.models.rigging.influences import limited
from pocket3d_server.models.rigging.welded_mesh import Floats, WeldedMesh, nearest_alike, welded

RIGID = 0.08
"""Loose pieces smaller than this share of the size follow as one."""
KNOWN_REACH = 0.004
"""How far (share of the size) weights from a fitted body are smoothed over the surface."""


def skin(surface: WeldedMesh, voxels: Voxels, plan: Plan) -> Floats:
    """(V, J) weights of ``plan.bones`` for the vertices of ``surface``: rows sum to 1, at most MAX_INFLUENCES above 0."""
    heads = np.array([b.head for b in plan.bones])
    tails = np.array([b.tail for b in plan.bones])
    count = len(plan.bones)
    if count == 1:
        return np.ones((len(surface.vertices), 1))
    distance = bone_distances(surface, voxels, heads, tails)
    nearest = distance.min(axis=1)
    # A bone reaches as far as the flesh around it is thick: a fat belly belongs to the spine, not to the legs.
    reach = distance / thickness(voxels, plan)
    closest = np.maximum(reach.min(axis=1), 1e-9)
    # Bones that are as near as the nearest share the source, which keeps joints from being cut sharply.
    share = np.exp(-(reach / closest[:, None] - 1) / 0.02)
    source = share / share.sum(axis=1, keepdims=True)
    heat = 1.0 / np.maximum(nearest, 2e-3 * surface.size) ** 2
    if plan.known is not None:
        known, trust = plan.known.at(surface.vertices, surface.vertex_normals())
        source = trust[:, None] * known + (1 - trust[:, None]) * source
        known_heat = np.maximum(1.0 / (KNOWN_REACH * surface.size) ** 2, heat)
        heat = np.exp((1 - trust) * np.log(heat) + trust * np.log(known_heat))
    return limited(diffused(surface, source, heat))


def thickness(voxels: Voxels, plan: Plan) -> Floats:
    """(J,) how thick the figure is along each bone, relative to the median bone and softened."""
    steps = np.linspace(0.0, 0.9, 10)[:, None]
    parents = {b.parent for b in plan.bones}
    depth = np.empty(len(plan.bones))
    for k, b in enumerate(plan.bones):
        along = voxels.depth_at(b.head + (b.tail - b.head) * steps)
        # A bone at the end of a chain, such as a head with its muzzle, owns its thickest part.
        depth[k] = np.median(along) if b.name in parents else along.max()
    relative: Floats = np.clip(depth / max(float(np.median(depth)), 1e-12), 0.5, 2.5) ** 0.75
    return relative


def bone_distances(surface: WeldedMesh, voxels: Voxels, heads: Floats, tails: Floats) -> Floats:
    """(V, J) distance of each vertex to each bone through the inside."""
    straight = np.stack(
        [segment_distance(surface.vertices, a, b) for a, b in zip(heads, tails, strict=True)], axis=1
    )
    cell = voxels.nearest(surface.vertices - 0.5 * voxels.step * surface.vertex_normals())
    distance = np.empty_like(straight)
    for j, (a, b) in enumerate(zip(heads, tails, strict=True)):
        count = max(int(np.linalg.norm(b - a) / voxels.step * 2), 2)
        seeds = np.unique(voxels.nearest(a + (b - a) * np.linspace(0, 1, count)[:, None]))
        around = voxels.distances(seeds)[0][cell]
        # Voxel paths are up to a tenth too long; what is nearly straight is straight.
        distance[:, j] = np.where(around < 1.2 * straight[:, j] + 2.5 * voxels.step, straight[:, j], around)
    return distance


def diffused(surface: WeldedMesh, source: Floats, heat: Floats) -> Floats:
    """Solve the heat balance (L + M H) w = M H s for all bones at once; ``source`` (V, J), ``heat`` (V,)."""
    laplacian, mass = robust_laplacian.mesh_laplacian(surface.vertices, surface.faces)
    supply = mass @ sparse.diags(heat)
    tiny = 1e-9 * float(supply.diagonal().mean()) + 1e-30  # vertices of no face have no area
    factor = splu((laplacian + supply + tiny * sparse.identity(len(heat))).tocsc(), permc_spec="MMD_AT_PLUS_A",
                  diag_pivot_thresh=0.0, options={"SymmetricMode": True})  # fmt: skip
    solved: Floats = factor.solve(np.ascontiguousarray(supply @ source + tiny * source))
    return np.maximum(solved, 0)


def skinnable(surface: WeldedMesh, voxels: Voxels) -> WeldedMesh:
    """The surface heat flows on: the mesh itself when it is one piece, else the skin of the voxels inside, on which
    clothes, eyes and buttons are one with what they lie on."""
    count, piece = surface.components()
    used = np.bincount(piece[surface.faces[:, 0]], minlength=count)
    if used.max() >= 0.995 * used.sum() and surface.mostly_closed():
        return surface
    level = voxels.depth - 0.5 * voxels.step * ~voxels.inside
    vertices, faces, _, _ = marching_cubes(ndimage.gaussian_filter(level, 0.7), 0.35 * voxels.step)
    skin_surface = welded((vertices + 0.5) * voxels.step + voxels.low, faces[:, ::-1])
    return skin_surface if len(skin_surface.faces) >= 50 else surface


def carried_over(weights: Floats, source: WeldedMesh, target: WeldedMesh, plan: Plan) -> Floats:
    """Weights (N, J) of the vertices of ``source`` at those of ``target``: interpolated from the nearest places
    that face the same way; small loose pieces of ``target`` follow rigidly."""
    if source is target:
        return limited(evened(weights, target, plan))
    at, gap = nearest_alike(
        source.vertices,
        source.vertex_normals(),
        target.vertices,
        target.vertex_normals(),
        0.03 * target.size,
        4,
    )
    share = 1 / (gap + 1e-4 * target.size) ** 2
    share /= share.sum(axis=1, keepdims=True)
    out = np.zeros((len(target.vertices), weights.shape[1]))
    for column in range(at.shape[1]):
        out += share[:, column, None] * weights[at[:, column]]
    if plan.known is not None:  # the stand-in is coarse: what a fitted body knows is better asked directly
        known, trust = plan.known.at(target.vertices, target.vertex_normals())
        out = trust[:, None] * known + (1 - trust[:, None]) * out
    return limited(_rigid_pieces(evened(out, target, plan), target))


def _rigid_pieces(weights: Floats, surface: WeldedMesh) -> Floats:
    """Pieces smaller than ``RIGID`` of the figure (eyes, buttons) move as a whole."""
    count, piece = surface.components()
    if count == 1:
        return weights
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    np.minimum.at(low, piece, surface.vertices)
    np.maximum.at(high, piece, surface.vertices)
    small = (high - low).max(axis=1) < RIGID * surface.size
    size = np.maximum(np.bincount(piece, minlength=count), 1)
    mean = np.stack([np.bincount(piece, w, minlength=count) for w in weights.T], axis=1) / size[:, None]
    return np.where(small[piece, None], mean[piece], weights)
