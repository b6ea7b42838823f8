"""Measure the built-in rig against true rigs.

    python build.py bench rigging --data DIR [--save DIR] [--sheet PNG]

DIR holds NAME.npz files: ``vertices`` (V, 3) and ``joints`` (J, 3) with Z up and facing -Y, ``faces`` (F, 3),
``parents`` (J,), ``names`` (J,), ``weights`` (V, J). The end of NAME after its last ``_`` is the pose. Printed for
each pose, in % of the figure's height: the mean distance of joints of the same name (a missing one counts as its
parent), the joint-to-joint Chamfer distance (CD-J2J), and the pose error (every limb joint is turned 30 degrees
about each axis with the true rig and with ours, and the vertices are compared). What has no arms is rigged as its
shape suggests. Two processes.

``--sheet`` draws rigs in poses to be looked at: of the first meshes of DIR, or of the mesh files (glb, obj, …) that
are named after the options; those need no DIR.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.geometry.bone_picture import with_bones
from pocket3d_server.geometry.preview import render, view_of
from pocket3d_server.models.builtin_rig import rig_mesh
from pocket3d_server.models.reading import read_mesh

from tools import posing, sheets

Floats = NDArray[np.float64]

LIMBS = ("upper_arm", "forearm", "hand", "thigh", "shin", "foot", "front_thigh", "front_shin", "front_foot")
TURNED = [f"{n}.{side}" for side in "LR" for n in LIMBS]
CELL, SHOWN = 300, 8
"""Pixels of a picture on the sheet; meshes of DIR on it."""


@dataclass(eq=False)
class Skinned:
    """A rig as it is compared: joints (J, 3), parents (J,), names, weights (V, J)."""

    joints: Floats
    parents: list[int]
    names: list[str]
    weights: Floats

    def carried(self, joint: int) -> Floats:
        """(V,) how much each vertex follows a joint, through it or what hangs below it."""
        below = [joint]
        for k, p in enumerate(self.parents):
            if p in below and k not in below:
                below.append(k)
        total: Floats = self.weights[:, below].sum(axis=1)
        return total


def main(argv: list[str] | None = None) -> int:
    """Rig every mesh of a folder and print the table."""
    parser = argparse.ArgumentParser(prog="bench rigging", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of NAME.npz files")
    parser.add_argument("--save", type=Path, help="write the predicted rigs here, Z up, facing -Y")
    parser.add_argument("--sheet", type=Path, help="write rigs in poses as a picture")
    parser.add_argument("meshes", type=Path, nargs="*", help="mesh files for the sheet")
    options = parser.parse_args(argv)
    if not options.data:
        if not options.sheet or not options.meshes:
            parser.error("name a folder with --data, or --sheet and mesh files")
        sheet([_posed(path) for path in options.meshes], options.sheet)
        return 0
    files = sorted(options.data.glob("*.npz"))
    if not files:
        print(f"no .npz files in {options.data}")
        return 1
    if options.save:
        options.save.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[Floats]] = {}
    seconds: list[float] = []
    failures: list[str] = []
    # One core for a mesh, so that seconds mean something; spawned, so that numpy is imported after this is set.
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        for path, outcome in zip(files, pool.map(_measured, files, [options.save] * len(files)), strict=True):
            if isinstance(outcome, str):
                failures.append(f"{path.stem}: {outcome}")
                continue
            errors, taken = outcome
            rows.setdefault(path.stem.rsplit("_", 1)[-1], []).append(errors)
            seconds.append(taken)
    _print(rows, seconds, failures)
    if options.sheet:
        sheet([_posed(path) for path in options.meshes or files[:SHOWN]], options.sheet)
    return 1 if failures else 0


def _print(rows: dict[str, list[Floats]], seconds: list[float], failures: list[str]) -> None:
    print(f"{'pose':12s}{'named joints':>14s}{'CD-J2J':>10s}{'pose error':>12s}   (% of height)")
    for pose, values in rows.items():
        print(_row(pose, values) + f"   ({len(values)} meshes)")
    if rows:
        print(_row("mean", [v for values in rows.values() for v in values]))
        print(f"seconds: median {np.median(seconds):.1f}, max {max(seconds):.1f}")
    print(f"failures: {len(failures)}")
    for line in failures:
        print("  " + line)


def _row(label: str, values: list[Floats]) -> str:
    joints, chamfer, pose = np.mean(values, axis=0)
    return f"{label:12s}{joints:14.2f}{chamfer:10.2f}{pose:12.2f}"


def _measured(path: Path, save: Path | None) -> tuple[Floats, float] | str:
    """Errors (3,) in % of the height and the seconds it took, or what went wrong."""
    with np.load(path) as data:
        truth = Skinned(
            data["joints"].astype(np.float64),
            data["parents"].tolist(),
            data["names"].tolist(),
            data["weights"].astype(np.float64),
        )
        vertices, faces = data["vertices"].astype(np.float64), data["faces"]
    start = time.perf_counter()
    try:
        kind = "humanoid" if "upper_arm.L" in truth.names else None
        rig = rig_mesh(vertices[:, [0, 2, 1]] * [1, 1, -1], faces, kind)
    except Exception as error:
        return repr(error)
    taken = time.perf_counter() - start
    if rig.weights is None:
        return "no weights"
    ours = Skinned(
        rig.skeleton.heads[:, [0, 2, 1]] * [1, -1, 1], rig.skeleton.parents, rig.skeleton.names, rig.weights
    )
    if save:
        content: dict[str, Any] = {"joints": ours.joints, "weights": ours.weights.astype(np.float32)}
        np.savez_compressed(
            save / path.name, parents=np.array(ours.parents), names=np.array(ours.names), **content
        )
    return _errors(vertices, truth, ours), taken


def sheet(rows: list[list[Asset]], path: Path) -> None:
    """A picture with a row for each rig: with its bones at rest, then in poses."""
    pictures = []
    for row in rows:
        names = row[0].skeleton.names if row[0].skeleton else []
        azimuth = 70 if "front_thigh.L" in names else 25
        taken = [render(asset, CELL, azimuth, 10) for asset in row]
        if row[0].skeleton:
            taken[0] = with_bones(taken[0], view_of(row[0], azimuth, 10), row[0].skeleton)
        pictures.append(taken)
    widest = max(len(row) for row in pictures)
    blank = np.full((CELL, CELL, 4), 255, np.uint8)
    cells = [picture for row in pictures for picture in row + [blank] * (widest - len(row))]
    sheets.sheet([Image.fromarray(cell) for cell in cells], widest).save(path)


def _posed(path: Path) -> list[Asset]:
    """A mesh rigged as its shape suggests, in each of the poses that suit it."""
    if path.suffix == ".npz":
        with np.load(path) as data:
            vertices, faces = data["vertices"].astype(np.float64)[:, [0, 2, 1]] * [1, 1, -1], data["faces"]
        clay = Material.from_srgb("clay", (0.78, 0.74, 0.7))
        asset = Asset([Part(path.stem, [Primitive(vertices, faces, clay)])])
    else:
        asset = read_mesh(path)
    vertices, faces = asset.merged()
    rig = rig_mesh(vertices, faces, None)
    assert rig.weights is not None
    print(f"{path.stem}: {len(rig.skeleton.names)} bones, confidence {rig.confidence:.2f}")
    asset.skeleton = rig.skeleton
    ends = np.cumsum([len(p.vertices) for p in asset.primitives()])
    for primitive, end in zip(asset.primitives(), ends, strict=True):
        primitive.weights = rig.weights[end - len(primitive.vertices) : end]
    return [posing.posed(asset, posing.turns(rig.skeleton, pose)) for pose in posing.poses(rig.skeleton)]


def _errors(vertices: Floats, truth: Skinned, ours: Skinned) -> Floats:
    height = float(np.ptp(vertices, axis=0).max())

    def same(joint: int) -> int:
        while truth.names[joint] not in ours.names and truth.parents[joint] >= 0:
            joint = truth.parents[joint]
        return ours.names.index(truth.names[joint]) if truth.names[joint] in ours.names else 0

    pairs = [(k, same(k)) for k in range(len(truth.names))]
    named = np.mean([np.linalg.norm(truth.joints[k] - ours.joints[j]) for k, j in pairs])
    gaps = np.linalg.norm(ours.joints[:, None] - truth.joints[None], axis=2)
    chamfer = (gaps.min(axis=0).mean() + gaps.min(axis=1).mean()) / 2
    moved = [
        np.linalg.norm(
            _turned(vertices, truth, k, turn) - _turned(vertices, ours, same(k), turn), axis=1
        ).mean()
        for k, name in enumerate(truth.names)
        if name in TURNED
        for turn in _turns()
    ]
    return np.array([named, chamfer, np.mean(moved)]) / height * 100


def _turns() -> list[Floats]:
    """30 degrees both ways about each axis, (3, 3) each."""
    out = []
    for axis in range(3):
        i, j = (axis + 1) % 3, (axis + 2) % 3
        for degrees in (-30, 30):
            c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
            turn = np.eye(3)
            turn[[i, j], [i, j]] = c
            turn[i, j], turn[j, i] = -s, s
            out.append(turn)
    return out


def _turned(vertices: Floats, rig: Skinned, joint: int, turn: Floats) -> Floats:
    pivot = rig.joints[joint]
    return vertices + rig.carried(joint)[:, None] * ((vertices - pivot) @ turn.T + pivot - vertices)


if __name__ == "__main__":
    raise SystemExit(main())
