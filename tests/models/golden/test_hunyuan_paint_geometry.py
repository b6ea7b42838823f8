"""Cameras, maps, baking and in-painting against the published program's numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("cv2", reason="the models extra is not installed")
safetensors = pytest.importorskip("safetensors", reason="the models extra is not installed")

from pocket3d_server.geometry.raster import raster  # noqa: E402
from pocket3d_server.models.hunyuan_paint import inpaint, projection  # noqa: E402
from pocket3d_server.models.hunyuan_paint.cameras import Lens, model_view  # noqa: E402
from pocket3d_server.models.hunyuan_paint.maps import SPAN, Sight, Surface  # noqa: E402
from pocket3d_server.models.hunyuan_paint.painter import in_frame  # noqa: E402
from pocket3d_server.models.hunyuan_paint.projection import Baked, Painted, merged, sampled, scattered  # noqa: E402

Case = tuple[dict[str, Any], dict[str, np.ndarray]]


def read(path: Path) -> Case:
    """What a case says about itself, and its arrays."""
    with safetensors.safe_open(path, "np") as file:
        meta = json.loads((file.metadata() or {}).get("meta", "{}"))
        return meta, {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118


def angles(key: str) -> tuple[float, float]:
    """Elevation and azimuth in a name such as ``mv.-90_180``."""
    elevation, azimuth = key.split(".", 1)[1].split("_")
    return float(elevation), float(azimuth)


@pytest.mark.golden("**/*raster*.safetensors")
def test_raster(case: Path) -> None:
    """Every face, and where on it."""
    _, held = read(case)
    height, width = held["out.findices"].shape
    seen = raster(held["in.pos"], held["in.tri"], height, width)
    assert np.array_equal(seen.picture(seen.face[:, None] + 1)[..., 0], held["out.findices"])
    assert np.abs(seen.picture(seen.barycentric) - held["out.bary"]).max() <= 1e-5


@pytest.mark.golden("**/*cameras*.safetensors")
def test_cameras(case: Path) -> None:
    """Also straight from above and below."""
    meta, held = read(case)
    assert held
    for key, matrix in held.items():
        elevation, azimuth = angles(key)
        found = model_view(azimuth, elevation, meta["distance"])
        assert np.abs(found - matrix).max() <= 1e-6, key


class Render:
    """A case's mesh and how it was drawn."""

    def __init__(self, path: Path) -> None:
        self.meta, self.held = read(path)
        camera = self.meta["camera"]
        self.lens = Lens(camera["ortho_scale"], camera["distance"], camera["near"], camera["far"])
        self.size = self.meta["default_resolution"]
        self.texture = self.meta["texture_size"]
        self.scatters = self.meta["bake_mode"] == "linear"
        self.border = self.meta["unreliable_kernel"]
        self.uv, faces = self.held["in.uv"], self.held["in.faces"].astype(np.int64)
        self.surface = Surface.of(self.held["mid.vtx_pos"], faces, flat=not self.scatters)
        assert self.meta["bake_exp"] == projection.SHARPNESS
        assert self.meta["scale_factor"] == SPAN

    def sight(self, azimuth: float, elevation: float) -> Sight:
        return Sight.of(self.surface, azimuth, elevation, self.size, self.lens)

    def painted(self, azimuth: float, elevation: float) -> Painted:
        sight, image = self.sight(azimuth, elevation), self.held["in.image"]
        if self.scatters:
            return scattered(sight, image, self.uv, self.texture, self.border)
        spread = np.column_stack([self.uv[:, 0], 1 - self.uv[:, 1]]) * 2 - 1
        flat = np.column_stack([spread, np.zeros(len(spread)), np.ones(len(spread))])
        texels = raster(flat, self.surface.faces, self.texture, self.texture)
        places = texels.interpolate(self.surface.vertices, self.surface.faces)
        return sampled(sight, image, texels.pixel, places, self.border)


renders = pytest.mark.golden("**/*render*.safetensors")


@renders
def test_frame(case: Path) -> None:
    render = Render(case)
    found = in_frame(render.held["in.vertices"], render.held["in.faces"])
    assert np.abs(found - render.held["mid.vtx_pos"]).max() <= 1e-6


@renders
def test_maps(case: Path) -> None:
    """Every pixel, within one level."""
    render = Render(case)
    keys = [key for key in render.held if key.startswith("out.normal_u8")]
    assert keys
    for key in keys:
        elevation, azimuth = angles(key.removeprefix("out."))
        sight = render.sight(azimuth, elevation)
        for name, image in (("normal", sight.normal_map()), ("position", sight.position_map())):
            wanted = render.held[key.replace("normal", name)]
            assert np.abs(image.astype(int) - wanted).max() <= 1, (key, name)


@renders
def test_baking(case: Path) -> None:
    """Single views and all together."""
    render = Render(case)
    size = (render.texture, render.texture)
    for key in [key for key in render.held if key.startswith("out.bp_tex")]:
        elevation, azimuth = angles(key.removeprefix("out."))
        painted = render.painted(azimuth, elevation)
        texture, cosine = np.zeros((render.texture**2, 3)), np.zeros(render.texture**2)
        texture[painted.texel], cosine[painted.texel] = painted.color, painted.cosine
        assert np.abs(texture.reshape(*size, 3) - render.held[key]).max() <= 1e-4, key
        wanted = render.held[key.replace("tex", "cos")][..., 0]
        assert np.abs(cosine.reshape(size) - wanted).max() <= 1e-4, key
    views = [
        (render.painted(azimuth, elevation), weight)
        for (elevation, azimuth), weight in zip(render.meta["views"], render.meta["weights"])
    ]
    baked = merged(views, render.texture)
    assert np.array_equal(baked.trust, render.held["out.trust"][..., 0] > 0)
    assert np.abs(baked.texture - render.held["out.bake"]).max() <= 2e-4


@renders
def test_inpainting(case: Path) -> None:
    """Over the mesh, then in the texture to the very bytes."""
    render = Render(case)
    held, faces = render.held, render.surface.faces
    seen = Baked(held["out.bake"], held["out.trust"][..., 0] > 0)
    vertices = held["mid.inpaint_vtx_pos"]
    spread = inpaint.spread(seen, vertices, faces, held["mid.inpaint_uv"], faces)
    assert np.array_equal(spread.trust, held["out.vertex_inpaint_mask"] > 0)
    assert np.abs(spread.texture - held["out.vertex_inpaint"]).max() <= 1e-5
    exact = Baked(held["out.vertex_inpaint"], held["out.vertex_inpaint_mask"] > 0)
    assert np.array_equal(inpaint.filled(exact), held["out.ns_inpaint_u8"])
