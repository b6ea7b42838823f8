"""Measure how long results keep Blender's window waiting, beside Blender's own glTF importer.

    python build.py bench import [--faces 200000] [--texture 2048] [--rounds 5] [--blender VERSION ...]

Writes, with the server's own writer, a generated mesh and the texture, parts and rig of a mesh of as many faces.
Then, in each Blender module that this Python can run, ``tools/measured_import.py`` takes turns: our way of putting
the mesh into the scene, Blender's importer on the same file. What a worker thread does beforehand is told too. All
numbers of a run are from one process, so their ratios hold on a busy machine. Writes OUT/import.json.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive, Skeleton
from pocket3d_server.geometry.gltf_write import write_glb

from tools import environments, package

ROOT = Path(__file__).resolve().parent.parent
PARTS = 20
BONES = 24


def bumpy_ball(faces: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Vertices, faces, UVs and normals of a ball of about so many triangles, with a seam from pole to pole."""
    side = int(np.sqrt(faces / 2)) + 1
    u, v = np.meshgrid(np.linspace(0, 1, side), np.linspace(0, 1, side), indexing="ij")
    around, down = u * 2 * np.pi, v * np.pi
    ball = np.stack([np.sin(down) * np.cos(around), np.cos(down), np.sin(down) * np.sin(around)], -1)
    ball[-1] = ball[0]  # the seam: the same positions, other UVs
    points = ball * (1 + 0.1 * np.sin(9 * around) * np.sin(7 * down))[..., None]
    points[-1] = points[0]
    number = np.arange(side * side).reshape(side, side)
    a, b, c, d = number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]
    triangles = np.concatenate(
        [np.stack([a, c, b], -1).reshape(-1, 3), np.stack([a, d, c], -1).reshape(-1, 3)]
    )
    return points.reshape(-1, 3), triangles, np.stack([u, v], -1).reshape(-1, 2), ball.reshape(-1, 3)


def write_files(folder: Path, faces: int, size: int) -> None:
    """A generated mesh; a target, and what the server answers for it."""
    points, triangles, uv, normals = bumpy_ball(faces)
    rng = np.random.default_rng(1)
    image = rng.integers(0, 256, (size, size, 3), np.uint8)
    paint = Material(
        "paint", (1, 1, 1, 1), base_color_image=image, metallic_roughness_image=image[::-1].copy()
    )
    whole = Primitive(points, triangles, paint, uv=uv, normals=normals)
    write_glb(Asset([Part("body", [whole])]), folder / "mesh.glb")
    np.savez(folder / "target.npz", vertices=points.astype(np.float32), faces=triangles.astype(np.int32))
    write_glb(Asset([Part("body", [whole])]), folder / "texture.glb")
    part = np.arange(len(triangles)) * PARTS // len(triangles)
    pieces = []
    for number in range(PARTS):
        used, local = np.unique(triangles[part == number], return_inverse=True)
        plain = Material(f"part_{number}")
        pieces.append(Part(f"part_{number}", [Primitive(points[used], local.reshape(-1, 3), plain)]))
    write_glb(Asset(pieces, face_parts=part), folder / "segment.glb")
    heads = np.column_stack([np.zeros(BONES), np.linspace(-1, 1, BONES), np.zeros(BONES)])
    skeleton = Skeleton(
        [f"bone_{i}" for i in range(BONES)], list(range(-1, BONES - 1)), heads, heads + [0, 0.08, 0]
    )
    near = np.exp(-((points[:, 1:2] - heads[:, 1]) ** 2) / 0.01)
    near *= near >= np.sort(near, axis=1)[:, -4][:, None]
    weights = near / near.sum(axis=1, keepdims=True)
    bare = Primitive(points, triangles, Material("skin"), weights=weights)
    write_glb(Asset([Part("body", [bare])], skeleton), folder / "rig.glb")


def measure(version: str, folder: Path, zip_file: Path, rounds: int) -> dict[str, Any]:
    """Run the measurement in one Blender module, in a throw-away profile."""
    report = folder / f"{version}.json"
    with tempfile.TemporaryDirectory(prefix="pocket3d-bench-") as profile:
        subprocess.run(
            [str(environments.bpy(version)), str(ROOT / "tools" / "measured_import.py"), str(zip_file)]
            + [str(folder), str(report), str(rounds)],
            env={**os.environ, "BLENDER_USER_RESOURCES": profile},
            check=True,
        )
    return dict(json.loads(report.read_text()))


def main() -> int:
    """Measure and print; 0 when the window waits for no kind of result longer than for Blender's importer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--faces", type=int, default=200_000)
    parser.add_argument("--texture", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=ROOT / "out")
    known = environments.BPY_FOR_TESTS.get(sys.version_info[:2], [])
    parser.add_argument("--blender", nargs="+", default=known, help="versions; all that this Python can run")
    options = parser.parse_args()
    if not options.blender:
        print("There is no bpy module for this Python; run with 3.11 or 3.13.", file=sys.stderr)
        return 3
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="pocket3d-import-") as name:
        folder = Path(name)
        zip_file = package.build(folder)
        write_files(folder, options.faces, options.texture)
        for version in options.blender:
            found[version] = measure(version, folder, zip_file, options.rounds)
            print(f"\nBlender {version}, milliseconds, median of {options.rounds}:")
            for what, value in found[version].items():
                print(f"  {what:44s} {value:8.2f}" if "/" in what else f"  {what:44s} {value:8.1f}")
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "import.json").write_text(json.dumps(found, indent=1))
    ratios = [value for f in found.values() for what, value in f.items() if "/" in what]
    return 0 if max(ratios) <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
