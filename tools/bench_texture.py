"""Measure the built-in texture engine, and draw what it makes.

    python build.py bench texture [--resolutions 1024 2048 4096] [--prompt WORDS]
    python build.py bench texture --sheet DIR [--only NAME ...] [--pixels N]

The first prints the seconds of each stage on one of the kit's meshes and on a mesh of 50,000 faces without UVs.
The second writes ``materials.png``, every material on a test shape with a round, a flat and a hollow place, and
``styles.png``, some of them in every style. A name in brackets says that the prompt found another material.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import trimesh
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.geometry.gltf_write import write_glb
from pocket3d_server.geometry.noise import fbm
from pocket3d_server.geometry.preview import render
from pocket3d_server.geometry.solid_materials import library
from pocket3d_server.models.builtin_texture import BuiltinTexture
from pocket3d_server.models.engine import EngineResult, MeshRequest, TextureRequest

from tools.sheets import labelled, sheet

STYLES = ("realistic", "cartoon", "artistic")
SHOWN_IN_STYLES = ("oak", "castle_wall", "rusty_metal", "gold", "leather", "moss", "tiger", "porcelain")
COLUMNS = 10


def kit_mesh(folder: Path) -> Path:
    """One of the kit's models, with its own UVs and images."""
    from pocket3d_server.models.builtin_text import BuiltinText

    made = BuiltinText().run(MeshRequest(text_prompt="an armchair", seed=0), lambda *_: None)
    write_glb(made.asset, folder / "kit.glb")
    return folder / "kit.glb"


def knot(folder: Path, around: int = 500, across: int = 50) -> Path:
    """A bumpy knotted tube of 2 * ``around`` * ``across`` faces without UVs."""
    t, s = np.meshgrid(np.arange(around), np.arange(across), indexing="ij")
    turn, ring = t / around * 2 * np.pi, s / across * 2 * np.pi

    def curve(a: np.ndarray) -> np.ndarray:
        return np.stack(
            [(2 + np.cos(3 * a)) * np.cos(2 * a), np.sin(3 * a), (2 + np.cos(3 * a)) * np.sin(2 * a)], axis=-1
        )

    along = curve(turn + 1e-3) - curve(turn - 1e-3)
    along /= np.linalg.norm(along, axis=-1, keepdims=True)
    side = np.cross(along, [0.0, 1.0, 0.0])
    side /= np.linalg.norm(side, axis=-1, keepdims=True)
    out = side * np.cos(ring)[..., None] + np.cross(side, along) * np.sin(ring)[..., None]
    place = (curve(turn) + 0.5 * out).reshape(-1, 3)
    bumps = fbm(place, 3.0, 3)[:, None] - 0.5
    corner = t * across + s
    right, up = np.roll(corner, -1, axis=0), np.roll(corner, -1, axis=1)
    both = np.roll(right, -1, axis=1)
    faces = np.stack([corner, right, both, corner, both, up], axis=-1).reshape(-1, 3)
    mesh = trimesh.Trimesh((place + 0.3 * bumps * out.reshape(-1, 3)) * 0.2, faces, process=False)
    return _saved(mesh, folder / "knot.glb")


def ball_on_plinth(folder: Path) -> Path:
    """A ball of half a metre with a groove, on a plinth: round, hollow, flat, and edges. Its UVs are good."""
    ball = trimesh.creation.icosphere(5, 0.5)
    radius = 1 - 0.16 * np.exp(-(((ball.vertices[:, 1] - 0.12) / 0.045) ** 2))
    ball.vertices *= radius[:, None]
    plinth = trimesh.creation.box((0.78, 0.3, 0.78)).apply_translation([0, -0.53, 0])
    asset = Asset([Part("shape", [_primitive(ball + plinth)])])
    write_glb(asset, folder / "bare.glb")
    made = textured(folder / "bare.glb", "paint", 1024)
    write_glb(made.asset, folder / "shape.glb")
    return folder / "shape.glb"


def _primitive(mesh: trimesh.Trimesh) -> Primitive:
    return Primitive(mesh.vertices, mesh.faces, Material("grey"))


def _saved(mesh: trimesh.Trimesh, path: Path) -> Path:
    write_glb(Asset([Part("mesh", [_primitive(mesh)])]), path)
    return path


def textured(mesh: Path, prompt: str, resolution: int, style: str = "realistic") -> EngineResult:
    """One run of the engine."""
    request = TextureRequest.model_validate(
        {"mesh": mesh, "text_prompt": prompt, "texture_resolution": resolution, "style": style}
    )
    return BuiltinTexture().run(request, lambda *_: None)


def stages(mesh: Path, prompt: str, resolution: int) -> dict[str, float]:
    """Seconds of each stage of one run, of all cores together, and of writing the file."""
    marks: list[tuple[str, float]] = []
    spent = time.process_time()

    def progress(fraction: float, stage: str) -> None:
        marks.append((stage, time.perf_counter()))

    request = TextureRequest.model_validate(
        {"mesh": mesh, "text_prompt": prompt, "texture_resolution": resolution}
    )
    result = BuiltinTexture().run(request, progress)
    marks.append(("written", time.perf_counter()))
    spent = time.process_time() - spent
    write_glb(result.asset, mesh.with_suffix(".out.glb"))
    found = {name: after - start for (name, start), (_, after) in pairwise(marks)}
    found["total"] = marks[-1][1] - marks[0][1]
    found["of all cores"] = spent
    found["writing"] = time.perf_counter() - marks[-1][1]
    return found


def print_times(resolutions: Sequence[int], prompt: str) -> None:
    """The table of seconds by stage."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        meshes = {"kit": kit_mesh(folder), "50k faces": knot(folder)}
        BuiltinTexture().load("cpu")
        for label, mesh in meshes.items():
            for resolution in resolutions:
                found = stages(mesh, prompt, resolution)
                row = "  ".join(
                    f"{stage} {seconds:.2f}" for stage, seconds in found.items() if seconds > 0.005
                )
                print(f"{label:10s} {resolution:5d}   {row}", flush=True)


def draw_sheets(folder: Path, only: Sequence[str], pixels: int) -> None:
    """The sheets of materials and of styles."""
    folder.mkdir(parents=True, exist_ok=True)
    resolution = 512 if pixels <= 256 else 1024  # about a texel for each pixel
    with tempfile.TemporaryDirectory() as name:
        mesh = ball_on_plinth(Path(name))
        shots = []
        for material in only or library():
            prompt = material.replace("_", " ")
            made = textured(mesh, prompt, resolution)
            found = made.asset.extras["texture"]["materials"]
            label = prompt if found == [material] else f"{prompt} ({', '.join(found)})"
            shots.append(labelled(render(made.asset, pixels), label))
        sheet(shots, COLUMNS).save(folder / "materials.png")
        if only:
            return
        shots = [
            labelled(
                render(textured(mesh, material, resolution, style).asset, pixels)[..., :3],
                f"{material}, {style}",
            )
            for style in STYLES
            for material in (m.replace("_", " ") for m in SHOWN_IN_STYLES)
        ]
        sheet(shots, len(SHOWN_IN_STYLES)).save(folder / "styles.png")


def main(argv: list[str] | None = None) -> int:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(
        prog="build.py bench texture", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--resolutions", type=int, nargs="+", default=[1024, 2048, 4096])
    parser.add_argument(
        "--prompt", default="medieval stone castle walls", help="what the timed meshes become"
    )
    parser.add_argument("--sheet", type=Path, help="folder for contact sheets; nothing is timed then")
    parser.add_argument("--only", nargs="*", default=[], help="materials to draw instead of all")
    parser.add_argument("--pixels", type=int, default=256, help="side of each picture")
    options = parser.parse_args(argv)
    if unknown := set(options.only) - set(library()):
        parser.error(f"no material is called {', '.join(sorted(unknown))}")
    if options.sheet:
        draw_sheets(options.sheet, options.only, options.pixels)
    else:
        print_times(options.resolutions, options.prompt)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
