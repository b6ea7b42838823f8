"""Measure the way from a decoded mesh to an asset: cleaning, decimation, UVs, colours (models/trellis/asset.py).

    python build.py bench trellis-asset [--faces N] [--texture N] [--resolution N] [--sheet OUT.png]

What is decoded is made up: an analytic shape with bumps, spikes, a hollow wall, floating bits and painted bands, as
the numbers that the mesh decoder would give, extracted by our own extraction, and gaussians strewn over its surface.
Prints the seconds of each stage, once with the mesh's own colours and once with those of the gaussians. Needs torch
(the server's ``models`` extra). ``--sheet`` draws the decoded mesh beside the two results.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pocket3d_server.geometry.asset import Asset, Image, Material, Part, Primitive, srgb_to_linear
from pocket3d_server.geometry.clean import vertex_normals
from pocket3d_server.geometry.noise import fbm
from pocket3d_server.geometry.preview import render
from pocket3d_server.models.trellis import asset as making
from pocket3d_server.models.trellis.cube_tables import CORNERS

from tools.sheets import labelled, sheet

if TYPE_CHECKING:
    from pocket3d_server.models.trellis.extraction import DecodedMesh
    from pocket3d_server.models.trellis.gaussians import Gaussians

Floats = NDArray[np.floating[Any]]

STAGES = {
    "hole filling": ("hole_faces",),
    "hidden and floating pieces": ("seen_faces",),
    "decimation": ("simplify",),
    "unwrapping": ("unwrap",),
    "texels": ("texel_map",),
    "nearest places of the old mesh": ("__init__ nearest.py", "find"),
    "colours": ("of", "colors"),
    "normal map": ("shown_normals", "tangent_space_map"),
    "gutters": ("images",),
}
"""Functions whose time makes up each stage; the rest is welding, normals and copying."""
PER_VOXEL = 32
"""Gaussians that a released decoder gives for each voxel."""
PRESENT = 0.998
"""Of the voxels: where some are missing, holes go through the wall."""
VIEWS = ((25, 12), (205, 12))
"""Azimuth and elevation of the sheet's pictures."""


def distance(p: Floats) -> Floats:
    """About the signed distance (N,) of the shape at places (N, 3), +Z up: a bumpy jug with ears and a collar."""
    x, y, z = p.T
    body = np.sqrt(x * x + y * y + (0.8 * (z + 0.1)) ** 2) - 0.26
    collar = np.hypot(np.hypot(x, y) - 0.17, z - 0.16) - 0.055
    ears = np.minimum(*(np.hypot(np.hypot(x - s * 0.27, z + 0.02) - 0.12, y) - 0.035 for s in (-1, 1)))
    spikes = np.linalg.norm(p * [1, 1, 0.35] - [0, 0, 0.115], axis=1) - 0.045
    near = _joined(_joined(body, collar, 0.03), _joined(ears, spikes, 0.02), 0.02)
    bumps = 0.006 * np.sin(60 * x) * np.sin(55 * y) * np.sin(58 * z) + 0.012 * (fbm(p, 14.0, 3) - 0.5)
    bit = np.linalg.norm(p - [0.38, 0.3, 0.36], axis=1) - 0.008
    return np.minimum(near + bumps, bit)


def _joined(a: Floats, b: Floats, width: float) -> Floats:
    """A union with a fillet (polynomial smooth minimum)."""
    h = np.maximum(width - np.abs(a - b), 0) / width
    return np.minimum(a, b) - h * h * width / 4


def colour(p: Floats) -> Floats:
    """sRGB (N, 3) in 0..1: glaze in bands, with speckles."""
    band = np.clip(np.sin(46 * p[:, 2] + 3 * fbm(p, 6.0, 2)) * 6 + 0.5, 0, 1)[:, None]
    speckle = np.clip((fbm(p, 60.0, 2, seed=5) - 0.62) * 20, 0, 1)[:, None]
    glaze = band * [0.16, 0.38, 0.55] + (1 - band) * [0.9, 0.82, 0.66]
    return np.asarray(glaze * (1 - speckle) + speckle * [0.35, 0.16, 0.08])


def decoded(resolution: int) -> tuple[DecodedMesh, Gaussians]:
    """The shape as the decoders would give it; prints the seconds that extraction took."""
    import torch
    from pocket3d_server.models.trellis.extraction import extract
    from pocket3d_server.models.trellis.gaussians import Gaussians

    side = resolution // 4
    axes = np.indices((side, side, side)).reshape(3, -1).T
    coarse = axes[np.abs(distance((axes + 0.5) / side - 0.5)) < 1.1 / side]
    coarse = coarse[np.random.default_rng(1).random(len(coarse)) < PRESENT]
    cubes = (coarse[:, None] * 4 + np.indices((4, 4, 4)).reshape(3, -1).T).reshape(-1, 3)
    corners = cubes[:, None] + np.array(CORNERS)
    ids, inverse = np.unique(corners.reshape(-1, 3) @ [1 << 20, 1 << 10, 1], return_inverse=True)
    places = np.stack([ids >> 20, ids >> 10 & 1023, ids & 1023], axis=1) / resolution - 0.5
    rgb = np.clip(colour(places), 0.01, 0.99)
    logits = np.concatenate([np.log(rgb / (1 - rgb)), np.zeros((len(rgb), 3))], axis=1)
    feats = np.zeros((len(cubes), 101), np.float32)
    feats[:, :8] = distance(places)[inverse].reshape(-1, 8) + 1 / resolution
    feats[:, 53:] = logits[inverse].reshape(-1, 48)
    start, busy = time.perf_counter(), time.process_time()
    mesh = extract(torch.from_numpy(cubes), torch.from_numpy(feats), resolution)
    print(
        f"{len(cubes):,} cubes, {len(mesh.faces):,} faces extracted in {time.perf_counter() - start:.1f} s, "
        f"{time.process_time() - busy:.1f} s of processor time"
    )
    numbers = np.random.default_rng(0)
    count = PER_VOXEL * len(coarse)
    face = mesh.faces[torch.from_numpy(numbers.integers(0, len(mesh.faces), count))]
    share = torch.from_numpy(numbers.dirichlet([1, 1, 1], count).astype(np.float32))
    xyz = (mesh.vertices[face] * share[..., None]).sum(dim=1)
    shown = torch.from_numpy(colour(xyz.numpy())).float()
    splats = Gaussians(
        xyz,
        ((shown - 0.5) / 0.28209479177387814)[:, None],
        torch.from_numpy(numbers.uniform(0.0012, 0.004, (count, 3)).astype(np.float32)),
        torch.nn.functional.normalize(torch.from_numpy(numbers.normal(size=(count, 4)).astype(np.float32))),
        torch.from_numpy(numbers.uniform(0.05, 0.95, (count, 1)).astype(np.float32)),
    )
    return mesh, splats


def measured(
    mesh: DecodedMesh, gaussians: Gaussians | None, faces: int, texture: int
) -> tuple[Asset, dict[str, float]]:
    """The asset, and the seconds of each stage and of all."""
    profile, start, busy = cProfile.Profile(), time.perf_counter(), time.process_time()
    made = profile.runcall(making.make_asset, mesh, gaussians, faces=faces, texture=texture)
    total, busy = time.perf_counter() - start, time.process_time() - busy
    spent: dict[str, float] = {}
    for (file, _, name), (_, _, _, seconds, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        for key in (name, f"{name} {Path(file).name}"):
            if "pocket3d_server" in file:
                spent[key] = spent.get(key, 0.0) + seconds
    split = {stage: sum(spent.get(name, 0.0) for name in names) for stage, names in STAGES.items()}
    split["all else"] = total - sum(split.values())
    return made, {**split, "in all": total, "processor time of all cores": busy}


def main() -> int:
    """Parse, measure, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--faces", type=int, default=20_000)
    parser.add_argument("--texture", type=int, default=1024)
    parser.add_argument("--resolution", type=int, default=256, help="of the decoder's grid")
    parser.add_argument("--sheet", type=Path)
    wanted = parser.parse_args()
    try:
        mesh, gaussians = decoded(wanted.resolution)
    except ModuleNotFoundError as missing:
        print(
            f"this needs {missing.name}: install pocket3d-server[models] beside the server", file=sys.stderr
        )
        return 1
    print(f"{len(gaussians.xyz):,} gaussians")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    results = {
        name: measured(mesh, splats, wanted.faces, wanted.texture)
        for name, splats in (("mesh", None), ("gaussians", gaussians))
    }
    print(f"{'seconds':32s}" + "".join(f"{name:>12s}" for name in results))
    for stage in results["mesh"][1]:
        print(f"{stage:32s}" + "".join(f"{split[stage]:12.2f}" for _, split in results.values()))
    for name, (made, _) in results.items():
        print(f"{name}: {made.face_count:,} faces, {wanted.texture} x {wanted.texture}")
    if wanted.sheet:
        _draw(mesh, {name: made for name, (made, _) in results.items()}, wanted.sheet)
    return 0


def _draw(mesh: DecodedMesh, made: dict[str, Asset], path: Path) -> None:
    assert mesh.attributes is not None
    vertices = mesh.vertices.numpy() @ making.Y_UP
    faces, painted = mesh.faces.numpy(), Material("decoded", (1.0, 1.0, 1.0, 1.0), roughness=making.ROUGHNESS)
    colors = np.pad(srgb_to_linear(mesh.attributes.numpy()[:, :3]), ((0, 0), (0, 1)), constant_values=1)
    normals = vertex_normals(vertices, faces)
    whole = Asset([Part("decoded", [Primitive(vertices, faces, painted, None, normals, None, colors)])])

    def picture(asset: Asset, view: tuple[int, int]) -> Image:
        return render(asset, 640, *view)

    shown = {"decoded": whole, **made}
    cells = [labelled(picture(asset, view), name) for name, asset in shown.items() for view in VIEWS]
    sheet(cells, len(VIEWS)).save(path)
    print(f"drawn: {path}")


if __name__ == "__main__":
    sys.exit(main())
