"""From a mesh and pictures to the images of its texture: maps of the views, what the networks paint there, projection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from pocket3d_server.models.hunyuan_paint.delight import delighted
from pocket3d_server.models.hunyuan_paint.diffusion import Report, released, share_of
from pocket3d_server.models.hunyuan_paint.files import DELIGHT, PAINT, PAINT_PBR
from pocket3d_server.models.hunyuan_paint.painter import Painter
from pocket3d_server.models.hunyuan_paint.painting import Drawing, Scene, paint_views, paint_views_pbr
from pocket3d_server.models.hunyuan_paint.reference import on_white
from pocket3d_server.models.hunyuan_paint.super_resolution import load_upscaler
from pocket3d_server.models.hunyuan_paint.views import View, camera_index
from pocket3d_server.models.neural.precision import precision_of
from pocket3d_server.models.pictures.framing import Framed, Pixels


@dataclass(frozen=True)
class Texture:
    """Images of the painter's atlas, (R, R, 3), glTF's row order, sRGB where it is colour."""

    color: Pixels
    metallic_roughness: Pixels | None = None
    """Red is metallic, green is roughness, as the network paints them."""
    views: int = 0


@dataclass(frozen=True)
class Release:
    """Where the released files lie."""

    folder: Path
    dino: Path | None = None
    upscaler: Path | None = None


def texture(
    painter: Painter,
    references: Sequence[Framed],
    release: Release,
    how: Drawing,
    views: int,
    device: torch.device,
    delight: bool,
    report: Report,
) -> Texture:
    """Paint 2.0: a colour texture after the pictures, whose light is taken out first if ``delight``. Raises EngineError."""
    pictures = [on_white(reference.pixels) for reference in references]
    if delight:
        whole = [reference.pixels for reference in references]
        pictures = delighted(
            whole, release.folder / DELIGHT, device, report=share_of(report, 0, 0.12, "delighting")
        )
    chosen = painter.views(views)[:views]
    scene = _scene(painter, chosen, how.side, share_of(report, 0.12, 0.16, "drawing_maps"))
    scene = replace(scene, cameras=[camera_index(view) for view in chosen])
    images = paint_views(release.folder / PAINT, pictures, scene, how, device, _within(report, 0.16, 0.86))
    return Texture(_projected(painter, images, chosen, report, 0.86, 1), views=len(chosen))


def texture_pbr(
    painter: Painter,
    references: Sequence[Framed],
    release: Release,
    how: Drawing,
    views: int,
    device: torch.device,
    report: Report,
) -> Texture:
    """Paint 2.1: colour, metallic and roughness after the pictures. Raises EngineError."""
    assert release.dino is not None
    assert release.upscaler is not None
    chosen = painter.views(views, share_of(report, 0, 0.02, "choosing_views"))[:views]
    scene = _scene(painter, chosen, how.side, share_of(report, 0.02, 0.04, "drawing_maps"))
    pictures = [on_white(reference.pixels) for reference in references]
    materials = paint_views_pbr(
        release.folder / PAINT_PBR,
        release.dino,
        pictures,
        scene,
        how,
        device,
        _within(report, 0.04, 0.72),
    )
    images = enlarged(
        [image for material in materials for image in material],
        release.upscaler,
        device,
        share_of(report, 0.72, 0.84, "enlarging_views"),
    )
    return Texture(
        _projected(painter, images[: len(chosen)], chosen, report, 0.84, 0.92),
        _projected(painter, images[len(chosen) :], chosen, report, 0.92, 1),
        len(chosen),
    )


@torch.no_grad()
def enlarged(
    pictures: Sequence[Pixels], checkpoint: Path, device: torch.device, report: Callable[[float], None]
) -> list[Pixels]:
    """Pictures (H, W, 3) at four times the size, by Real-ESRGAN. Raises EngineError."""
    network = load_upscaler(checkpoint).to(device, precision_of(device))
    large = []
    for number, picture in enumerate(pictures):
        report(number / len(pictures))
        values = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255
        made = network.enlarge(values.to(device, precision_of(device)))
        large.append((made[0].permute(1, 2, 0).float().cpu() * 255).round().byte().numpy())
    del network
    released(device)
    return large


def _scene(painter: Painter, views: Sequence[View], side: int, report: Callable[[float], None]) -> Scene:
    normals, positions = [], []
    for number, view in enumerate(views):
        report(number / len(views))
        normals.append(_reduced(painter.normal_map(view), side))
        positions.append(_reduced(painter.position_map(view), side))
    return Scene(normals, positions)


def _reduced(image: Pixels, side: int) -> Pixels:
    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC))


def _projected(
    painter: Painter,
    images: Sequence[Pixels],
    views: Sequence[View],
    report: Report,
    start: float,
    end: float,
) -> Pixels:
    """The views on the atlas, and what they do not show filled in."""
    middle = start + 0.6 * (end - start)
    baked = painter.bake(images, views, report=share_of(report, start, middle, "projecting_views"))
    return painter.fill(baked, report=share_of(report, middle, end, "filling_gaps"))


def _within(report: Report, start: float, end: float) -> Report:
    """Tells of a part of the work, whose stages have names of their own, as of a part of the whole."""
    return lambda done, stage: report(start + (end - start) * done, stage)
