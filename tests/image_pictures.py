"""Pictures that are drawn for tests of the image engine, and what its results show from the front."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import trimesh
from PIL import Image, ImageDraw
from pocket3d_server.geometry.asset import Primitive
from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.models.builtin_image import BuiltinImage
from pocket3d_server.models.engine import EngineResult, MeshRequest
from pocket3d_server.models.pictures.picture import read_picture
from scipy import ndimage

BROWN, CREAM, INK = (168, 110, 62, 255), (235, 212, 170, 255), (30, 22, 20, 255)


def run(*images: Path, **settings: object) -> EngineResult:
    stages: list[tuple[float, str]] = []
    settings.setdefault("quality", "low")
    settings.setdefault("texture_resolution", 512)
    request = MeshRequest(images=list(images), **settings)  # type: ignore[arg-type]
    result = BuiltinImage().run(request, lambda fraction, stage: stages.append((fraction, stage)))
    fractions = [fraction for fraction, _ in stages]
    assert fractions == sorted(fractions)
    assert fractions[-1] <= 1
    return result


def only(result: EngineResult) -> Primitive:
    (part,) = result.asset.parts
    (primitive,) = part.primitives
    return primitive


def welded(primitive: Primitive) -> trimesh.Trimesh:
    """The mesh without its UV seams."""
    mesh = trimesh.Trimesh(primitive.vertices, primitive.faces, process=False)
    mesh.merge_vertices(merge_tex=True, merge_norm=True)
    return mesh


def front_view(primitive: Primitive, size: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Silhouette (size, size) and unlit colours (size, size, 3; 0..1) from +Z; 1 m fills the picture."""
    centre = (primitive.vertices.min(axis=0) + primitive.vertices.max(axis=0)) / 2
    y, x = np.mgrid[0.5 : -0.5 : size * 1j, -0.5 : 0.5 : size * 1j]
    origins = np.stack([x.ravel() + centre[0], y.ravel() + centre[1], np.full(x.size, 5.0)], axis=1)
    hits = RayScene(primitive.vertices, primitive.faces).first_hit(
        origins, np.tile([0.0, 0, -1], (x.size, 1))
    )
    found = hits.face >= 0
    corner = primitive.faces[hits.face[found]]
    assert primitive.uv is not None
    assert primitive.material.base_color_image is not None
    uv = np.einsum("nk,nkd->nd", hits.barycentric[found], primitive.uv[corner])
    image = primitive.material.base_color_image
    texel = np.clip((uv * image.shape[0]).astype(int), 0, image.shape[0] - 1)
    colour = np.zeros((x.size, 3))
    colour[found] = image[texel[:, 1], texel[:, 0]] / 255
    return found.reshape(size, size), colour.reshape(size, size, 3)


def input_view(path: Path, size: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """The cut-out laid out as ``front_view`` does."""
    picture = read_picture(path)
    mask = picture[..., 3] > 0.5
    rows, columns = np.nonzero(mask)
    longest = max(np.ptp(rows), np.ptp(columns)) + 1
    y, x = np.mgrid[-0.5 : 0.5 : size * 1j, -0.5 : 0.5 : size * 1j]
    where = [
        (rows.min() + rows.max()) / 2 + y * longest,
        (columns.min() + columns.max()) / 2 + x * longest,
    ]
    colour = np.stack(
        [ndimage.map_coordinates(picture[..., c], where, order=1, cval=0.0) for c in range(3)], axis=-1
    )
    return ndimage.map_coordinates(mask.astype(float), where, order=1, cval=0.0) > 0.5, colour


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def draw(path: Path, painter: object, size: int = 400, background: object = (0, 0, 0, 0)) -> Path:
    """A drawing made at three times its size, so that its edges are smooth."""
    big = Image.new("RGBA", (3 * size, 3 * size), background)  # type: ignore[arg-type]
    painter(ImageDraw.Draw(big), 3 * size)  # type: ignore[operator]
    big.resize((size, size), Image.Resampling.LANCZOS).save(path)
    return path


def disc(pen: ImageDraw.ImageDraw, s: int, x: float, y: float, r: float, fill: object, ry: float = 0) -> None:
    ry = ry or r
    pen.ellipse(((x - r) * s, (y - ry) * s, (x + r) * s, (y + ry) * s), fill=fill)  # type: ignore[arg-type]
