"""Measure the built-in image engine on meshes whose picture it is given.

    python build.py bench image --data DIR [--every N --offset K] [--view front|widest] [--plain] [--sheet OUT.png]

DIR holds one NAME.npz a mesh, called CATEGORY_NUMBER: ``vertices`` (V, 3) and closed ``faces`` (F, 3). Each is
rendered as grey clay by our own preview, perspective and light included, and the engine is given that PNG alone.
``front`` looks along -Z at the mesh as it is stored; ``widest`` first turns its shortest side to the viewer.
The picture has a transparent background, with ``--plain`` a plain one.

Printed for each category and as the mean of the categories:
- volume: intersection over union of the solids, in voxels. The result is scaled and moved in the picture plane so
  that its bounding box covers the true one's (one scale: the root of the ratio of the areas), and moved in depth to
  where it fits best; nothing else is fitted.
- outline: the same of the result's outline from the front and the picture's, in its pixels, boxes on one another.
- seen: the same of the outline that the result shows to a camera placed as the one that took the picture.
- how it was made, and seconds of ``Engine.run``.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage
from pocket3d_server.geometry import preview
from pocket3d_server.geometry.asset import Asset, Image, Material, Part, Primitive
from pocket3d_server.models.builtin_image import BuiltinImage
from pocket3d_server.models.engine import EngineError, MeshRequest

from tools.sheets import sheet
from tools.voxels import best_overlap, outline, voxels

PICTURE = 512
CLAY = Material("clay", base_color=(0.46, 0.44, 0.42, 1.0), roughness=0.75)
CELLS = 72
"""Voxels along the longer side of the picture."""
VIEWS = ((0, 0), (40, 15), (90, 0))
"""Azimuth and elevation of the pictures of the sheet."""


@dataclass(frozen=True)
class Row:
    """What was measured on one mesh."""

    name: str
    volume: float
    outline: float
    seen: float
    source: str
    seconds: float
    pictures: list[Image]
    """True views and the result's, for the sheet."""

    @property
    def category(self) -> str:
        """The name without its number."""
        return self.name.rsplit("_", 1)[0]


def turned(vertices: NDArray[np.float64], view: str) -> NDArray[np.float64]:
    """Vertices (V, 3) as the camera shall meet them, the longest side 1."""
    vertices = vertices - (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    vertices = vertices / np.ptp(vertices, axis=0).max()
    shortest = int(np.argmin(np.ptp(vertices, axis=0)))
    if view == "widest" and shortest != 2:
        # A quarter turn about the third axis keeps left and right apart.
        other = 1 - shortest
        out = np.empty_like(vertices)
        out[:, 2], out[:, shortest], out[:, other] = (
            vertices[:, shortest],
            -vertices[:, 2],
            vertices[:, other],
        )
        return out
    return vertices


def measure(path: Path, view: str, plain: bool, folder: Path, shown: bool) -> Row:
    """Render, run and compare one mesh."""
    data = np.load(path)
    vertices = turned(data["vertices"].astype(np.float64), view)
    truth = Asset([Part("mesh", [Primitive(vertices, data["faces"].astype(np.int64), CLAY)])])
    picture = preview.render(truth, PICTURE, 0, 0, preview.BACKGROUND if plain else None)
    file = folder / f"{path.stem}.png"
    PilImage.fromarray(picture[..., :3] if plain else picture).save(file)
    seen = picture[..., 3] > 127
    if plain:
        seen = preview.render(truth, PICTURE, 0, 0, background=None)[..., 3] > 127
    start = time.perf_counter()
    try:
        result = BuiltinImage().run(
            MeshRequest(seed=0, images=[file], quality="medium", texture_resolution=512), lambda *_: None
        )
    except EngineError as error:
        print(f"{path.stem}: {error}")
        return Row(path.stem, 0.0, 0.0, 0.0, "refused", time.perf_counter() - start, [])
    seconds = time.perf_counter() - start
    points, faces = result.asset.merged()
    truly, ours = vertices[:, :2], points[:, :2]
    scale = float(np.sqrt(np.ptp(truly, axis=0).prod() / np.ptp(ours, axis=0).prod()))
    middle = [(p.min(axis=0) + p.max(axis=0)) / 2 for p in (truly, ours)]
    fitted = points * scale
    fitted[:, :2] += middle[0] - scale * middle[1]
    step = float(np.ptp(truly, axis=0).max()) / CELLS
    volume = best_overlap(voxels(vertices, data["faces"], step), voxels(fitted, faces, step))
    pictures = []
    if shown:
        pictures = [preview.render(truth, 160, a, e) for a, e in VIEWS]
        pictures += [preview.render(result.asset, 160, a, e) for a, e in VIEWS]
    agreement = outline(points, faces, seen)
    photographed = outline(_through_camera(fitted), faces, seen)
    return Row(path.stem, volume, agreement, photographed, result.source, seconds, pictures)


def main(argv: list[str] | None = None) -> int:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(prog="build.py bench image", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with NAME.npz files")
    parser.add_argument("--every", type=int, default=1, help="take each N-th mesh only")
    parser.add_argument("--offset", type=int, default=0, help="start at the K-th mesh")
    parser.add_argument("--view", choices=("front", "widest"), default="front")
    parser.add_argument("--plain", action="store_true", help="pictures without transparency")
    parser.add_argument("--sheet", type=Path, help="write a contact sheet: true front, 3/4, side, then ours")
    parser.add_argument("--keep", type=Path, help="folder for the pictures that the engine was given")
    parser.add_argument("--verbose", action="store_true", help="a line for each mesh")
    options = parser.parse_args(argv)
    files = sorted(options.data.glob("*.npz"))[options.offset :: options.every]
    if not files:
        parser.error(f"{options.data} holds no .npz files")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="pocket3d-bench-") as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            row = measure(file, options.view, options.plain, folder, options.sheet is not None)
            rows.append(row)
            if options.verbose:
                print(
                    f"{row.name:16s} {row.volume:.3f} {row.outline:.3f} {row.seen:.3f} {row.source} {row.seconds:.1f} s",
                    flush=True,
                )

    categories: dict[str, list[Row]] = {}
    for row in rows:
        categories.setdefault(row.category, []).append(row)
    print(f"{'':12s} volume  outline  seen")
    for category, found in categories.items():
        made = ", ".join(f"{n} {s}" for s, n in Counter(r.source for r in found).most_common())
        print(
            f"{category:12s} {_mean(found, 'volume'):.3f}   {_mean(found, 'outline'):.3f}    {_mean(found, 'seen'):.3f}   {made}"
        )
    overall = [
        np.mean([_mean(found, kind) for found in categories.values()])
        for kind in ("volume", "outline", "seen")
    ]
    print(f"{'mean':12s} {overall[0]:.3f}   {overall[1]:.3f}    {overall[2]:.3f}   ({len(rows)} meshes)")
    seconds = [r.seconds for r in rows]
    print(f"seconds      median {np.median(seconds):.2f}   max {np.max(seconds):.2f}")
    if options.sheet:
        _save_sheet(rows, options.sheet)
    return 0


def _through_camera(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points (V, 3) moved so that rays along z meet them as the camera that took the picture does."""
    camera = preview.look(points, 0, 0)
    flat = camera.project(points, 2) - 1
    return np.column_stack([flat[:, 0], -flat[:, 1], points[:, 2]])


def _mean(rows: list[Row], kind: str) -> float:
    return float(np.mean([getattr(row, kind) for row in rows]))


def _save_sheet(rows: list[Row], path: Path) -> None:
    """Two meshes a line: the true one's three views, then the result's."""
    pictures = [PilImage.fromarray(picture) for row in rows for picture in row.pictures]
    sheet(pictures, 4 * len(VIEWS)).save(path)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    raise SystemExit(main())
