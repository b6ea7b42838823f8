"""Several views of one object are matched and carved together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image
from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.models.builtin_image import BuiltinImage
from pocket3d_server.models.builtin_image.views import AXES, match_views
from pocket3d_server.models.engine import EngineError, EngineResult, MeshRequest
from pocket3d_server.models.pictures.cutout import cut_out
from pocket3d_server.models.pictures.picture import read_picture


def painted(points: np.ndarray) -> np.ndarray:
    """A colour for each point (N, 3): bands along the height, a little warmer to one side."""
    x, y, z = points.T
    return np.stack(
        [0.5 + 0.4 * np.sin(7 * y), 0.4 + 0.15 * np.sin(5 * x), 0.5 + 0.3 * np.sin(2 * z + 2 * y)], axis=1
    )


def shoot(mesh: trimesh.Trimesh, view: str, path: Path, size: int = 240) -> Path:
    """An orthographic picture of ``mesh`` with a transparent background."""
    right, up, back = AXES[view]
    centre = mesh.bounds.mean(axis=0)
    v, u = np.mgrid[0.6 : -0.6 : size * 1j, -0.6 : 0.6 : size * 1j]
    origins = centre + u.reshape(-1, 1) * right + v.reshape(-1, 1) * up + 5 * back
    hits = RayScene(mesh.vertices, mesh.faces).first_hit(origins, np.tile(-back, (u.size, 1)))
    found = hits.face >= 0
    rgba = np.zeros((u.size, 4))
    rgba[found, :3] = painted(origins[found] - back * hits.distance[found, None])
    rgba[found, 3] = 1
    Image.fromarray((rgba.reshape(size, size, 4) * 255).astype(np.uint8), "RGBA").save(path)
    return path


def box() -> trimesh.Trimesh:
    return trimesh.creation.box((0.6, 1.0, 0.4))


def ellipsoid() -> trimesh.Trimesh:
    ball = trimesh.creation.icosphere(4)
    ball.apply_scale((0.3, 0.5, 0.2))
    return ball


def run(images: list[Path], **settings: object) -> EngineResult:
    request = MeshRequest(images=images, quality="low", texture_resolution=512, **settings)  # type: ignore[arg-type]
    return BuiltinImage().run(request, lambda fraction, stage: None)


@pytest.mark.parametrize("views", [("front", "left"), ("front", "left", "back"), ("front", "left", "top")])
@pytest.mark.parametrize("shape", [box, ellipsoid])
def test_known_solids_come_back(shape: object, views: tuple[str, ...], tmp_path: Path) -> None:
    solid = shape()  # type: ignore[operator]
    result = run([shoot(solid, view, tmp_path / f"{view}.png") for view in views])
    assert result.source == "carve"
    primitive = result.asset.parts[0].primitives[0]
    mesh = trimesh.Trimesh(primitive.vertices, primitive.faces, process=False)
    mesh.merge_vertices(merge_tex=True, merge_norm=True)
    assert mesh.is_watertight
    assert np.allclose(mesh.extents, solid.extents, atol=0.03)
    assert mesh.volume == pytest.approx(solid.volume, rel=0.06)
    # Colours come from the right sides.
    points = primitive.vertices - (0, 0.5, 0)
    assert primitive.uv is not None
    image = primitive.material.base_color_image
    assert image is not None
    texel = np.clip((primitive.uv * 512).astype(int), 0, 511)
    seen = image[texel[:, 1], texel[:, 0]] / 255
    side = (points[:, 2] > 0.25 * solid.extents[2]) | (points[:, 0] > 0.25 * solid.extents[0])
    assert np.abs(seen - painted(points))[side].mean() < 0.08


def test_front_and_back_are_told_from_front_and_side(tmp_path: Path) -> None:
    solid = ellipsoid()
    solid.vertices[:, 0] += 0.15 * np.where(solid.vertices[:, 1] > 0, 1, 0) * solid.vertices[:, 1]
    cutouts = {view: cut_out(read_picture(shoot(solid, view, tmp_path / f"{view}.png"))) for view in AXES}
    matched = match_views([cutouts["front"], cutouts["back"]])
    assert matched is not None
    assert [view.name for view in matched] == ["front", "back"]
    matched = match_views([cutouts["front"], cutouts["left"]])
    assert matched is not None
    assert [view.name for view in matched][1] in ("left", "right")


def test_named_views_are_taken_at_their_word(tmp_path: Path) -> None:
    images = [shoot(ellipsoid(), view, tmp_path / f"{view}.png") for view in ("right", "front")]
    result = run(images, parameters={"views": ["right", "front"]})
    assert any("front, right" in note for note in result.notes)
    with pytest.raises(EngineError) as error:
        run(images, parameters={"views": ["front"]})
    assert error.value.suggestion


def test_pictures_of_different_things_are_not_mixed(tmp_path: Path) -> None:
    first = shoot(ellipsoid(), "front", tmp_path / "first.png")
    other = Image.new("RGBA", (240, 240))
    other.paste((20, 200, 30, 255), (10, 100, 230, 140))
    other.save(tmp_path / "other.png")
    result = run([first, tmp_path / "other.png"])
    assert result.source != "carve"
    assert any("first image" in note for note in result.notes)
