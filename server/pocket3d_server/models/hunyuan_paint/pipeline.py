"""From a mesh and pictures to the mesh with a texture: maps of the views, what the networks paint there, projection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.bake import to_bytes
from pocket3d_server.geometry.dressing import COMPLETE, blended
from pocket3d_server.geometry.solid_materials import Look
from pocket3d_server.models.hunyuan_paint.delight import delighted
from pocket3d_server.models.hunyuan_paint.diffusion import Report, released, share_of
from pocket3d_server.models.hunyuan_paint.files import DELIGHT, PAINT, PAINT_PBR
from pocket3d_server.models.hunyuan_paint.painter import ROUGHNESS, Painter
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


@dataclass(frozen=True)
class Job:
    """What is painted, after what, how and where."""

    painter: Painter
    references: Sequence[Framed]
    release: Release
    how: Drawing
    views: int
    """How many, at most."""
    device: torch.device
    report: Report


def texture(job: Job, delight: bool) -> Texture:
    """Paint 2.0: a colour texture after the pictures, whose light is taken out first if ``delight``. Raises EngineError."""
    folder, report = job.release.folder, job.report
    pictures = [on_white(reference.pixels) for reference in job.references]
    if delight:
        lit = [reference.pixels for reference in job.references]
        pictures = delighted(
            lit, folder / DELIGHT, job.device, report=share_of(report, 0, 0.12, "delighting")
        )
    views = job.painter.views(job.views)[: job.views]
    scene = _scene(job, views, share_of(report, 0.12, 0.16, "drawing_maps"))
    scene = replace(scene, cameras=[camera_index(view) for view in views])
    images = paint_views(folder / PAINT, pictures, scene, job.how, job.device, _within(report, 0.16, 0.86))
    return Texture(_projected(job, images, views, 0.86, 1), views=len(views))


def texture_pbr(job: Job) -> Texture:
    """Paint 2.1: colour, metallic and roughness after the pictures. Raises EngineError."""
    release, report = job.release, job.report
    assert release.dino is not None
    assert release.upscaler is not None
    views = job.painter.views(job.views, share_of(report, 0, 0.02, "choosing_views"))[: job.views]
    scene = _scene(job, views, share_of(report, 0.02, 0.04, "drawing_maps"))
    pictures = [on_white(reference.pixels) for reference in job.references]
    within = _within(report, 0.04, 0.72)
    materials = paint_views_pbr(
        release.folder / PAINT_PBR, release.dino, pictures, scene, job.how, job.device, within
    )
    images = enlarged(
        [image for material in materials for image in material],
        release.upscaler,
        job.device,
        share_of(report, 0.72, 0.84, "enlarging_views"),
    )
    return Texture(
        _projected(job, images[: len(views)], views, 0.84, 0.92),
        _projected(job, images[len(views) :], views, 0.92, 1),
        len(views),
    )


def dressed(painter: Painter, texture: Texture, intensity: float) -> Asset:
    """A copy of the painter's mesh that wears ``texture``; see ``TextureRequest.intensity``."""
    if intensity == COMPLETE:
        return painter.apply(texture.color, texture.metallic_roughness)
    texels = painter.atlas.texels
    color = texture.color.reshape(-1, 3)[texels.texel].astype(np.float32) / 255
    metallic = np.zeros(len(color), np.float32)
    roughness = np.full(len(color), ROUGHNESS, np.float32)
    if texture.metallic_roughness is not None:
        told = texture.metallic_roughness.reshape(-1, 3)[texels.texel].astype(np.float32) / 255
        metallic, roughness = told[:, 0], told[:, 1]
    look = blended(painter.atlas, Look(color, roughness, metallic, np.zeros_like(metallic)), intensity)
    pair = np.stack([np.asarray(look.metallic), np.asarray(look.roughness), np.zeros_like(metallic)], axis=1)
    return painter.apply(to_bytes(texels.image(look.color)), to_bytes(texels.image(pair)))


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


def _scene(job: Job, views: Sequence[View], report: Callable[[float], None]) -> Scene:
    normals, positions = [], []
    for number, view in enumerate(views):
        report(number / len(views))
        normals.append(_reduced(job.painter.normal_map(view), job.how.side))
        positions.append(_reduced(job.painter.position_map(view), job.how.side))
    return Scene(normals, positions)


def _reduced(image: Pixels, side: int) -> Pixels:
    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC))


def _projected(job: Job, images: Sequence[Pixels], views: Sequence[View], start: float, end: float) -> Pixels:
    """The views on the atlas, and what they do not show filled in."""
    middle = start + 0.6 * (end - start)
    baked = job.painter.bake(images, views, report=share_of(job.report, start, middle, "projecting_views"))
    return job.painter.fill(baked, report=share_of(job.report, middle, end, "filling_gaps"))


def _within(report: Report, start: float, end: float) -> Report:
    """Tells of a part of the work, whose stages have names of their own, as of a part of the whole."""
    return lambda done, stage: report(start + (end - start) * done, stage)
