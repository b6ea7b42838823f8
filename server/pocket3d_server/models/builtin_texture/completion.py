"""What a picture hides of an object, guessed from what it shows.

First come mirror images: an object that is symmetric sideways, or front to back, shows its hidden side on the other
one. What is left takes the colours of visible places that are like it: at the same height, as far from the middle,
facing up or sideways as much. This is texture synthesis by correspondence of geometric features (Mertens et al. 2006,
"Texture transfer using geometry correlation") with the nearest neighbours in place of a trained model; only broad
colours are taken over, because details in the wrong place are worse than none.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.spatial import cKDTree

from pocket3d_server.geometry.atlas import Atlas
from pocket3d_server.geometry.bake import Floats

SAMPLES = 12000
"""Visible places that hidden ones are compared with."""
NEIGHBOURS = 6
FACING = 0.35
"""How much the direction of the surface counts against its place, in the object's longest sides."""

Seen = Callable[[Floats, Floats], Floats]
Colours = Callable[[Floats], Floats]


def mirrors_of(atlas: Atlas) -> list[tuple[Floats, Floats]]:
    """Sign flips (3,) and shifts (3,) of the mirrorings that map the object on itself, the likelier ones first."""
    planes = {axis: symmetry_plane(atlas, axis) for axis in (0, 2)}
    found = []
    for axes in ((0,), (2,), (0, 2)):
        if all(planes[axis] is not None for axis in axes):
            flip, shift = np.ones(3, np.float32), np.zeros(3, np.float32)
            for axis in axes:
                flip[axis], shift[axis] = -1, 2 * (planes[axis] or 0.0)
            found.append((flip, shift))
    return found


def symmetry_plane(atlas: Atlas, axis: int = 0) -> float | None:
    """Where on ``axis`` the plane lies that mirrors the object on itself, or None when it is not symmetric so.

    Front and back must agree much more closely than the sides: a head is nearly round but has one face.
    """
    everywhere = atlas.vertices[np.unique(atlas.faces)]
    points = everywhere[:: max(1, len(everywhere) // 4000)]
    middle = float(everywhere[:, axis].min() + everywhere[:, axis].max()) / 2
    flip = np.ones(3)
    flip[axis] = -1
    tree = cKDTree(everywhere)
    distance, _ = tree.query(points * flip + (1 - flip) * middle)
    spacing = float(np.median(tree.query(points, k=2)[0][:, 1]))
    if axis == 0:
        return middle if float(np.median(distance)) < 0.012 * atlas.extent + spacing else None
    far = float(np.quantile(distance, 0.85))
    return middle if far < 0.012 * atlas.extent else None


def mirrored(atlas: Atlas, color: Floats, seen: Seen, sample: Colours) -> Floats:
    """Fill in place what the other side shows; returns how well each texel is now known (N,), 0..1."""
    known = np.zeros(len(color), np.float32)
    for flip, shift in reversed(mirrors_of(atlas)):
        across = np.asarray(atlas.position * flip + shift, np.float32)
        share = seen(across, np.asarray(atlas.normal * flip, np.float32))
        color += (sample(across) - color) * share[:, None]
        known = np.maximum(known, share)
    return known


def alike(atlas: Atlas, seen: Seen, sample: Colours, seed: int = 0) -> Floats | None:
    """Broad colours (N, 3) of all texels from the visible places that are most like each; None where nothing is seen."""
    low = atlas.coarse()
    position, normal = atlas.at(low)
    visible = np.flatnonzero(seen(position, normal) > 0.4)
    if len(visible) < 16:
        return None
    pick = np.random.default_rng(seed).permutation(visible)[:SAMPLES]
    features = _features(atlas, position, normal)
    distance, which = cKDTree(features[pick]).query(features, k=min(NEIGHBOURS, len(pick)))
    weight = 1 / (distance + 0.01) ** 2
    weight /= weight.sum(axis=1, keepdims=True)
    colours = sample(position[pick])
    broad = np.einsum("nk,nkc->nc", weight, colours[which]).astype(np.float32)
    return np.stack([atlas.spread(low, broad[:, c]) for c in range(3)], axis=1)


def _features(atlas: Atlas, position: Floats, normal: Floats) -> Floats:
    """What makes places alike (M, 6): the same on both sides, and on the front and the back."""
    used = atlas.vertices[np.unique(atlas.faces)]
    middle = (used.min(axis=0) + used.max(axis=0)) / 2
    p = (position - middle) / atlas.extent
    place = np.stack([0.5 * np.abs(p[:, 0]), 1.5 * p[:, 1], 0.5 * np.abs(p[:, 2])], axis=1)
    turned = np.stack([np.abs(normal[:, 0]), normal[:, 1], np.abs(normal[:, 2])], axis=1)
    return np.asarray(np.concatenate([place, FACING * turned], axis=1), np.float32)
