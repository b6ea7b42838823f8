"""Draw the outlines of the kit's furniture and vehicles for the image engine.

    python -m tools.draw_kit_outlines [--variants N]

Writes ``models/builtin_image/kit_outlines.npz``: four views of some variants of each family of furniture and vehicles,
as small masks that the image engine compares silhouettes with. Run it again when families were added or look
different; it takes some minutes.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pocket3d_server.models.builtin_image.kit import fitting
from pocket3d_server.models.builtin_image.relatives import FILE, GRID, VIEWS, facing
from pocket3d_server.models.builtin_text.families import all_families
from pocket3d_server.models.language.understand import understand

from tools.voxels import voxels

SIDE = 48
"""Voxels along the longer side of the picture."""

Entry = dict[str, NDArray[Any]]


def entry(vertices: NDArray[np.float64], faces: NDArray[np.int64], view: str) -> Entry | None:
    """What is stored of one view: the mask stretched to its box, and the box's proportions.

    None for a view that shows nothing of a voxel's size.
    """
    turned = vertices @ facing(view).T
    low, high = turned.min(axis=0), turned.max(axis=0)
    longer = float((high - low)[:2].max())
    turned = (turned - (low + high) / 2) / longer
    solid = voxels(turned, faces, 1 / SIDE)
    seen = np.asarray(solid.any(axis=0))
    if seen.sum() < 20:
        return None
    rows, columns = np.nonzero(seen)
    seen = seen[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1][::-1]
    # Nearest cell of the small grid; a stretch to the square box.
    i, j = (((np.arange(GRID) + 0.5) / GRID * seen.shape[axis]).astype(int) for axis in (0, 1))
    cut = np.ix_(i, j)
    return {
        "mask": np.packbits(seen[cut]),
        "aspect": np.array((high - low)[0] / (high - low)[1], np.float32),
    }


def main(argv: list[str] | None = None) -> int:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--variants", type=int, default=8, help="of each family")
    options = parser.parse_args(argv)
    rows: list[Entry] = []
    names: list[str] = []
    for name in sorted(fitting()):
        family = all_families()[name]
        for seed in range(options.variants):
            phrase = family.phrases[seed % len(family.phrases)]
            asset = family.build(understand(phrase, seed, "low", head=phrase.split()[-1]))
            vertices, faces = asset.merged()
            for view in VIEWS:
                row = entry(np.asarray(vertices, np.float64), np.asarray(faces, np.int64), view)
                if row is not None:
                    rows.append(row)
                    names.append(f"{name}|{phrase}|{seed}|{view}")
        print(name, flush=True)
    path = Path(FILE)
    masks, aspects = (np.stack([row[key] for row in rows]) for key in ("mask", "aspect"))
    np.savez_compressed(path, names=np.array("\n".join(names)), mask=masks, aspect=aspects)
    print(f"{path.name}: {len(rows)} views, {path.stat().st_size // 1024} KB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
