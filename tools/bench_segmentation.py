"""Measure the built-in parts engine on meshes that people have segmented (Princeton protocol).

    python build.py bench segmentation --data DIR [--save DIR] [--every N --offset K]

DIR holds one NAME.npz a mesh, called CATEGORY_NUMBER: ``vertices`` float32 (V, 3), ``faces`` int32 (F, 3),
``human_labels`` uint8 (humans, F). Prints 1 - Rand index (Chen, Golovinskiy, Funkhouser, "A benchmark for 3D mesh
segmentation", 2009; lower is better) against the people, their own disagreement, and seconds.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pocket3d_server.models.builtin_parts.segment import segment

Labels = NDArray[np.int64]


def rand_error(a: Labels, b: Labels) -> float:
    """1 - Rand index of two labelings (F,): the share of face pairs on which they disagree."""
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)

    def pairs(counts: NDArray[np.float64]) -> float:
        return float((counts * (counts - 1) / 2).sum())

    total = len(a) * (len(a) - 1) / 2
    return 1 - (total + 2 * pairs(table) - pairs(table.sum(1)) - pairs(table.sum(0))) / total


def measure(job: tuple[Path, Path | None, str]) -> tuple[str, float, float, float, int]:
    """Name, error against people, people's own error, seconds, and number of parts of one mesh."""
    path, save, level = job
    data = np.load(path)
    people = data["human_labels"].astype(np.int64)
    start = time.perf_counter()
    labels = segment(data["vertices"], data["faces"], level)
    seconds = time.perf_counter() - start
    if save:
        np.save(save / f"{path.stem}.npy", labels)
    ours = float(np.mean([rand_error(labels, human) for human in people]))
    pairs = [rand_error(people[i], people[j]) for i in range(len(people)) for j in range(i)]
    return path.stem, ours, float(np.mean(pairs)) if pairs else float("nan"), seconds, int(labels.max()) + 1


def main(argv: list[str] | None = None) -> int:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(prog="build.py bench segmentation", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with NAME.npz files")
    parser.add_argument("--save", type=Path, help="folder for predictions, one NAME.npy a mesh")
    parser.add_argument("--every", type=int, default=1, help="take each N-th mesh only")
    parser.add_argument("--offset", type=int, default=0, help="start at the K-th mesh")
    parser.add_argument("--level", choices=("coarse", "fine"), default="coarse")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(argv)
    files = sorted(options.data.glob("*.npz"))[options.offset :: options.every]
    if not files:
        parser.error(f"{options.data} holds no .npz files")
    if options.save:
        options.save.mkdir(parents=True, exist_ok=True)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(
            name, "1"
        )  # the processes get one core for a mesh, so that seconds mean something
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        rows = pool.map(measure, [(f, options.save, options.level) for f in files], chunksize=1)

    categories: dict[str, list[tuple[str, float, float, float, int]]] = {}
    for row in rows:
        categories.setdefault(row[0].rsplit("_", 1)[0], []).append(row)
    for category, found in categories.items():
        ours, people = float(np.mean([r[1] for r in found])), float(np.mean([r[2] for r in found]))
        parts = np.mean([r[4] for r in found])
        print(f"{category:12s} {ours:.4f}   humans {people:.4f}   {parts:5.1f} parts   ({len(found)} meshes)")
    overall = [
        float(np.mean([np.mean([r[k] for r in found]) for found in categories.values()])) for k in (1, 2)
    ]
    seconds = [r[3] for r in rows]
    print(f"{'mean':12s} {overall[0]:.4f}   humans {overall[1]:.4f}")
    print(f"seconds      median {np.median(seconds):.2f}   max {np.max(seconds):.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
