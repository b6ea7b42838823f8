"""Draws docs/gallery.md: what the built-in engines make, every family, material and style, with some rigs and parts.

    python build.py gallery [--only families materials styles rigs parts]

Everything is made by the engines as a request would make it and rendered by the API's own preview; takes some minutes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import multiprocessing.util
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.geometry.gltf_write import write_glb
from pocket3d_server.geometry.preview import render
from pocket3d_server.geometry.solid_materials import library
from pocket3d_server.models.builtin_parts import BuiltinParts
from pocket3d_server.models.builtin_rig import BuiltinRig
from pocket3d_server.models.builtin_text import BuiltinText
from pocket3d_server.models.builtin_text.families import all_families
from pocket3d_server.models.builtin_texture import BuiltinTexture
from pocket3d_server.models.engine import MeshRequest, RigRequest, SegmentRequest
from pocket3d_server.runners.deliver import in_part_colours, write_preview

from tools.bench_text import JUDGED, PROMPTS, judged, read_prompts
from tools.bench_texture import SHOWN_IN_STYLES, STYLES, ball_on_plinth, textured
from tools.sheets import labelled, sheet

DOCS = Path(__file__).resolve().parents[1] / "docs"
PICTURES = DOCS / "images" / "gallery"
SIDE, COLUMNS, ROWS = 160, 8, 6
RIGGED = (
    ("a knight", "humanoid"),
    ("a woman in a red dress", "humanoid"),
    ("a robot", "humanoid"),
    ("a brown horse", "quadruped"),
    ("a black cat", "quadruped"),
    ("an elephant", "quadruped"),
    ("an eagle", "generic"),
    ("a shark", "generic"),
    ("a snake", "generic"),
    ("an octopus", "generic"),
)
DIVIDED = (
    "a woman in a red dress",
    "a brown horse",
    "a wooden chair",
    "a coffee mug",
    "a red sports car",
    "a passenger airplane",
    "a desk lamp",
    "an acoustic guitar",
)
TEXT, RIG, PARTS, TEXTURE = BuiltinText(), BuiltinRig(), BuiltinParts(), BuiltinTexture()


def quiet(fraction: float, stage: str) -> None:
    """Nobody watches."""


def made(prompt: str) -> Asset:
    """What a prompt becomes."""
    return TEXT.run(MeshRequest(text_prompt=prompt, texture_resolution=512, seed=0), quiet).asset


def saved(prompt: str, folder: Path) -> Path:
    """The same, as a file."""
    write_glb(made(prompt), folder / "mesh.glb")
    return folder / "mesh.glb"


def family(name: str) -> Image.Image:
    """A family by the first thing that people call it."""
    phrase = all_families()[name].phrases[0]
    return labelled(render(made(phrase), SIDE), phrase)


@cache
def shape() -> Path:
    """The test shape of this process."""
    folder = tempfile.TemporaryDirectory(prefix="pocket3d-gallery-")
    multiprocessing.util.Finalize(None, folder.cleanup, exitpriority=1)
    return ball_on_plinth(Path(folder.name))


def material(name: str) -> Image.Image:
    """A material on the test shape."""
    words = name.replace("_", " ")
    return labelled(render(textured(shape(), words, 512).asset, SIDE), words)


def style(pair: tuple[str, str]) -> Image.Image:
    """A material in a style."""
    name, how = pair
    words = name.replace("_", " ")
    return labelled(render(textured(shape(), words, 512, how).asset, SIDE), f"{words}, {how}")


def rig(pair: tuple[str, str]) -> Image.Image:
    """A rig with its bones drawn."""
    prompt, kind = pair
    with tempfile.TemporaryDirectory() as folder:
        request = RigRequest.model_validate({"mesh": saved(prompt, Path(folder)), "character_type": kind})
        rigged = RIG.run(request, quiet).asset
        write_preview(rigged, Path(folder) / "preview.jpg", rigged.skeleton)
        preview = Image.open(Path(folder) / "preview.jpg").resize((2 * SIDE, 2 * SIDE))
        return labelled(np.asarray(preview), f"{prompt} ({kind})")


def parts(prompt: str) -> Image.Image:
    """The parts that are found in a shape without names."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare = Asset([Part("mesh", [Primitive(*made(prompt).merged(), Material("plain"))])])
        write_glb(bare, folder / "bare.glb")
        request = SegmentRequest.model_validate(
            {"mesh": folder / "bare.glb", "segmentation_level": "semantic"}
        )
        found = PARTS.run(request, quiet).asset
        return labelled(
            render(in_part_colours(found, found), 2 * SIDE), f"{prompt}: {len(found.parts)} parts"
        )


CHAPTERS: dict[str, tuple[str, str, Callable[..., Image.Image], Callable[[], list[object]], int]] = {
    "families": (
        "Mesh from text",
        "Each kind of thing that the kit builds, by one of its names; colours, materials, sizes and attributes are "
        "up to the prompt, variations to the seed.",
        family,
        lambda: list(all_families()),
        COLUMNS,
    ),
    "materials": (
        "Materials",
        "Each with base colour, roughness, metallic, relief and occlusion, without seams.",
        material,
        lambda: list(library()),
        COLUMNS,
    ),
    "styles": (
        "Styles",
        "Some materials in the three styles.",
        style,
        lambda: [(m, s) for s in STYLES for m in SHOWN_IN_STYLES],
        len(SHOWN_IN_STYLES),
    ),
    "rigs": ("Rigs", "Skeletons as the result's preview shows them.", rig, lambda: list(RIGGED), 4),
    "parts": (
        "Parts",
        "What `semantic` finds in meshes that were made one piece first, their names taken away.",
        parts,
        lambda: list(DIVIDED),
        4,
    ),
}


def draw(chapter: str, processes: int) -> None:
    """Write a chapter's pages."""
    _, _, picture, things, columns = CHAPTERS[chapter]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        cells = pool.map(picture, things(), chunksize=1)
    for old in PICTURES.glob(f"{chapter}_*.jpg"):
        old.unlink()
    each = columns * ROWS
    for page, first in enumerate(range(0, len(cells), each), 1):
        sheet(cells[first : first + each], columns).save(PICTURES / f"{chapter}_{page}.jpg", quality=82)


def write_page() -> None:
    """The page that shows them."""
    lines = [
        "# Gallery",
        "What the built-in engines make on any computer, without a GPU or a download. `python build.py gallery` draws "
        "this page.",
    ]
    for chapter, (title, words, _, things, _) in CHAPTERS.items():
        pages = sorted(PICTURES.glob(f"{chapter}_*.jpg"), key=lambda p: int(p.stem.split("_")[1]))
        lines += ["", f"## {title} ({len(things())})", words, ""]
        lines += [f"![{title}, page {k}](images/gallery/{p.name})" for k, p in enumerate(pages, 1)]
    count, right, wrong = judged(JUDGED, read_prompts(PROMPTS))
    lines += [
        "",
        "## What a judge sees",
        f"[{count} everyday prompts](../tools/everyday_prompts.txt), written down before the kit was widened for them, "
        f"were rendered (`python build.py bench text --out DIR`) and named by a judge who saw the pictures alone: "
        f"{right} of {count} ({right / count:.0%}) as what was asked for, kind, number and company included "
        "([all names](../tools/everyday_judged.tsv), `bench text --judged`). The others, as they were then:",
        "",
        "| prompt | taken for |",
        "|---|---|",
        *(f"| {prompt} | {taken} |" for prompt, taken in wrong),
    ]
    (DOCS / "gallery.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(argv: list[str] | None = None) -> int:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(prog="build.py gallery", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(CHAPTERS), default=list(CHAPTERS))
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(argv)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    PICTURES.mkdir(parents=True, exist_ok=True)
    for chapter in options.only:
        draw(chapter, options.processes)
    write_page()
    print(DOCS / "gallery.md")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
