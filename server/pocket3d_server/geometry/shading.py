"""Light and materials of the preview: a small studio with three soft lights, and glTF's PBR model.

Light is analytic (spherical Gaussians over a gradient sky), so a pixel costs a few array operations and no
rays. Methods: split-sum specular with the polynomial fit of the environment BRDF by Karis (2014,
"Physically Based Shading on Mobile"), GGX width as a Gaussian lobe (Wang et al. 2009), and the Khronos
PBR Neutral tone mapper, which keeps base colours as the artist chose them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pocket3d_server.geometry.asset import Asset, Image, srgb_to_linear
from pocket3d_server.geometry.vectors import unit

Floats = NDArray[np.floating[Any]]

# In the camera's frame (x right, y up, z towards the viewer): direction, colour, diffuse and softbox strength, width.
LIGHTS = (
    ((-0.55, 0.75, 0.65), (1.00, 0.97, 0.93), 1.65, 4.5, 12.0),  # key
    ((0.90, 0.25, 0.55), (0.90, 0.95, 1.00), 0.55, 1.4, 6.0),  # fill
    ((0.35, 0.65, -0.85), (1.00, 1.00, 1.00), 0.90, 5.0, 14.0),  # rim
)
SKY, HORIZON, GROUND = (0.62, 0.66, 0.72), (0.95, 0.95, 0.95), (0.40, 0.39, 0.38)
SRGB_TABLE = srgb_to_linear(np.arange(256) / 255.0).astype(np.float32)


@dataclass
class VisiblePoints:
    """What the lights need to know about N points that are seen."""

    position: Floats
    normal: Floats
    """Shading normal, towards the viewer."""
    albedo: Floats
    alpha: Floats
    metallic: Floats
    roughness: Floats
    emissive: Floats


class Materials:
    """Looks up an asset's materials at ray hits; images are reduced once to about the size of a pixel."""

    def __init__(self, asset: Asset, pixel: float) -> None:
        """``pixel`` is the size of a screen pixel on the object, in metres."""
        primitives = list(asset.primitives())
        self.materials = list({id(p.material): p.material for p in primitives}.values())
        index = {id(m): i for i, m in enumerate(self.materials)}
        counts = [len(p.faces) for p in primitives]
        self.face_material = np.repeat([index[id(p.material)] for p in primitives], counts)
        vertices, faces = asset.merged()
        corners = vertices[faces].astype(np.float32)
        edge1, edge2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        cross = np.cross(edge1, edge2)
        self.double_area = np.linalg.norm(cross, axis=1)
        self.face_normal = cross / np.maximum(self.double_area, 1e-20)[:, None]
        self.corners = corners
        self.normals = np.repeat(self.face_normal[:, None], 3, axis=1)
        self.uv = np.zeros((len(faces), 3, 2), np.float32)
        self.tint: Floats | None = None
        if any(p.colors is not None for p in primitives):
            self.tint = np.ones((len(faces), 3, 4), np.float32)
        start = 0
        for p, count in zip(primitives, counts, strict=True):
            part = slice(start, start + count)
            if p.normals is not None:
                self.normals[part] = np.asarray(p.normals, np.float32)[p.faces]
            if p.uv is not None:
                self.uv[part] = np.asarray(p.uv, np.float32)[p.faces]
            if p.colors is not None and self.tint is not None:
                self.tint[part] = np.asarray(p.colors, np.float32)[p.faces]
            start += count
        uv1, uv2 = self.uv[:, 1] - self.uv[:, 0], self.uv[:, 2] - self.uv[:, 0]
        self.uv_area = np.abs(uv1[:, 0] * uv2[:, 1] - uv1[:, 1] * uv2[:, 0])
        self.tangent = uv2[:, 1:] * edge1 - uv1[:, 1:] * edge2
        handed = uv1[:, 0] * uv2[:, 1] - uv1[:, 1] * uv2[:, 0]
        self.tangent *= np.sign(handed)[:, None]
        self.handed = np.sign(handed).astype(np.float32)
        self._shrunk: dict[tuple[int, int], Image] = {}
        self.images = {
            (m, slot): self._reduced(image, m, pixel)
            for m, material in enumerate(self.materials)
            for slot, image in (
                ("color", material.base_color_image),
                ("mr", material.metallic_roughness_image),
                ("normal", material.normal_image),
            )
            if image is not None
        }
        self.base = np.array([m.base_color for m in self.materials], np.float32)
        self.metallic = np.array([m.metallic for m in self.materials], np.float32)
        self.roughness = np.array([m.roughness for m in self.materials], np.float32)
        self.emissive = np.array([m.emissive for m in self.materials], np.float32)
        self.mode = np.array([{"OPAQUE": 0, "MASK": 1}.get(m.alpha_mode, 2) for m in self.materials])

    def _reduced(self, image: Image, m: int, pixel: float) -> Image:
        """The image shrunk by the whole factor that brings a texel to the size of a pixel: cheap anti-aliasing."""
        mine = self.face_material == m
        texels = float(self.uv_area[mine].sum()) * image.shape[0] * image.shape[1]
        area = float(self.double_area[mine].sum())
        factor = int(pixel * np.sqrt(texels / area)) if area > 0 else 1
        key = id(image), factor
        if key not in self._shrunk:  # materials often share one atlas
            self._shrunk[key] = shrunk(image, factor)
        return self._shrunk[key]

    def at(self, face: NDArray[Any], bary: Floats, view: Floats) -> VisiblePoints:
        """Materials and normals at hits; ``view`` (N, 3) are unit directions from the eye."""
        which = self.face_material[face]
        position = np.einsum("nk,nkc->nc", bary, self.corners[face])
        flat = self.face_normal[face]
        normal = np.einsum("nk,nkc->nc", bary, self.normals[face])
        normal = unit(normal)
        base, metallic = self.base[which], self.metallic[which]
        roughness, emissive = self.roughness[which], self.emissive[which]
        if self.tint is not None:
            base = base * np.einsum("nk,nkc->nc", bary, self.tint[face])
        uv = np.einsum("nk,nkc->nc", bary, self.uv[face])
        for (m, slot), image in self.images.items():
            mine = np.flatnonzero(which == m)
            if not len(mine):
                continue
            texel = bilinear(image, uv[mine])
            if slot == "color":
                base[mine, :3] *= _to_linear(texel[:, :3])
                if texel.shape[1] == 4:
                    base[mine, 3] *= texel[:, 3] / 255
            elif slot == "mr":
                roughness[mine] *= texel[:, 1] / 255
                metallic[mine] *= texel[:, 2] / 255
            else:
                normal[mine] = self._bumped(normal[mine], face[mine], texel)
        mode = self.mode[which]
        alpha = np.where(mode == 0, 1, np.where(mode == 1, base[:, 3] >= 0.5, base[:, 3])).astype(np.float32)
        away = np.einsum("nc,nc->n", flat, view) > 0
        normal[away] *= -1
        # A smooth normal may still look away at the rim; bend it back to the silhouette.
        slip = np.einsum("nc,nc->n", normal, view)
        normal -= np.maximum(slip, 0)[:, None] * view
        normal = unit(normal)
        return VisiblePoints(position, normal, base[:, :3], alpha, metallic, roughness, emissive)

    def _bumped(self, normal: Floats, face: NDArray[Any], texel: Floats) -> Floats:
        t = self.tangent[face]
        t = t - np.einsum("nc,nc->n", t, normal)[:, None] * normal
        t /= np.maximum(np.linalg.norm(t, axis=1, keepdims=True), 1e-20)
        # v grows downwards in the image and +Y of the map is up, hence the sign.
        b = np.cross(normal, t) * -self.handed[face][:, None]
        n = texel[:, :3] / 127.5 - 1
        out = t * n[:, :1] - b * -n[:, 1:2] + normal * np.maximum(n[:, 2:], 0.05)
        return unit(out)


def shade(points: VisiblePoints, view: Floats, camera: Floats, occlusion: Floats, shadow: Floats) -> Floats:
    """Linear radiance (N, 3) towards the viewer.

    ``view`` (N, 3) unit directions from the eye; ``camera`` (3, 3) rows right, up, back; ``occlusion`` and
    ``shadow`` (N,) are 1 where open sky or the key light is seen.
    """
    n = points.normal
    facing = np.clip(-np.einsum("nc,nc->n", n, view), 1e-3, 1)
    reflected = view + 2 * facing[:, None] * n
    alpha = np.maximum(points.roughness, 0.06) ** 2
    sharpness = 0.5 / (alpha * alpha)
    ambient = occlusion[:, None]
    diffuse = _sky(n, np.float32(1.0)) * ambient * 0.68
    specular = _sky(reflected, points.roughness)
    for i, (direction, colour, strength, softbox, width) in enumerate(LIGHTS):
        light = (np.array(direction, np.float32) / np.float32(np.linalg.norm(direction))) @ camera
        seen = shadow if i == 0 else 0.5 + 0.5 * occlusion
        wrapped = np.clip((n @ light + 0.15) / 1.15, 0, 1) * seen
        diffuse += wrapped[:, None] * np.array(colour, np.float32) * np.float32(strength * 0.42)
        joint = sharpness * width / (sharpness + width)
        lobe = np.exp(joint * (reflected @ light - 1)) * (joint / width) * softbox * (0.25 + 0.75 * seen)
        specular += lobe[:, None] * np.array(colour, np.float32)
    # Cavities hide the sky from reflections too, less so for grazing light.
    specular *= np.clip((facing + occlusion) ** 2 - 1 + occlusion, 0.15 * occlusion, 1)[:, None]
    f0 = 0.04 + (points.albedo - 0.04) * points.metallic[:, None]
    scale, bias = _environment_brdf(points.roughness, facing)
    colour_out = points.albedo * (1 - points.metallic[:, None]) * diffuse
    colour_out = colour_out + specular * (f0 * scale[:, None] + bias[:, None]) + points.emissive
    return np.asarray(colour_out, np.float32)


def glass_alpha(points: VisiblePoints, view: Floats) -> Floats:
    """Opacity of see-through points: their alpha, rising to a mirror at grazing angles (Schlick)."""
    facing = np.abs(np.einsum("nc,nc->n", points.normal, view))
    fresnel = 0.04 + 0.96 * (1 - facing) ** 5
    return np.where(points.alpha < 1, points.alpha + (1 - points.alpha) * fresnel, 1).astype(np.float32)


def tone_map(colour: NDArray[Any]) -> Floats:
    """Khronos PBR Neutral: linear radiance to linear display values, highlights compressed and desaturated."""
    start, desaturation = 0.8 - 0.04, 0.15
    c = np.asarray(colour, np.float32)
    low = c.min(axis=-1, keepdims=True)
    c = c - np.where(low < 0.08, low - 6.25 * low * low, 0.04)
    peak = c.max(axis=-1, keepdims=True)
    d = 1 - start
    squeezed = 1 - d * d / (np.maximum(peak, start) + d - start)
    scaled = c * squeezed / np.maximum(peak, 1e-6)
    g = 1 - 1 / (desaturation * (np.maximum(peak, start) - squeezed) + 1)
    return np.asarray(np.where(peak < start, c, scaled + (squeezed - scaled) * g), np.float32)


def _sky(direction: Floats, roughness: Floats | np.float32) -> Floats:
    """Radiance of the gradient studio (N, 3); rough surfaces see it blurred."""
    y = direction[:, 1]
    blur = 0.06 + 0.9 * roughness
    above = 1 / (1 + np.exp(np.clip(-4 * y / blur, -30, 30)))
    high = np.clip(y, 0, 1) ** 0.7
    sky = np.array(HORIZON, np.float32) * (1 - high[:, None]) + np.array(SKY, np.float32) * high[:, None]
    return np.asarray(np.array(GROUND, np.float32) * (1 - above[:, None]) + sky * above[:, None], np.float32)


def _environment_brdf(roughness: Floats, facing: Floats) -> tuple[Floats, Floats]:
    """Karis' fit: scale and bias of F0."""
    r = [roughness * a + b for a, b in ((-1, 1), (-0.0275, 0.0425), (-0.572, 1.04), (0.022, -0.04))]
    a004 = np.minimum(r[0] * r[0], np.exp2(-9.28 * facing)) * r[0] + r[1]
    return -1.04 * a004 + r[2], 1.04 * a004 + r[3]


def _to_linear(texel: Floats) -> Floats:
    return np.asarray(SRGB_TABLE[np.clip(texel, 0, 255).astype(np.uint8)], np.float32)


def bilinear(image: Image, uv: Floats) -> Floats:
    """Values 0..255 (N, C) at UVs that repeat outside 0..1."""
    h, w = image.shape[:2]
    x, y = uv[:, 0] * w - 0.5, uv[:, 1] * h - 0.5
    x0, y0 = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    fx, fy = (x - x0)[:, None].astype(np.float32), (y - y0)[:, None].astype(np.float32)
    x0, y0 = x0 % w, y0 % h
    x1, y1 = (x0 + 1) % w, (y0 + 1) % h
    top = image[y0, x0] * (1 - fx) + image[y0, x1] * fx
    bottom = image[y1, x0] * (1 - fx) + image[y1, x1] * fx
    return np.asarray(top * (1 - fy) + bottom * fy, np.float32)


def shrunk(image: Image, factor: int) -> Image:
    """The image (H, W, C) with blocks of ``factor`` pixels a side averaged; what is left over at the border is cut off."""
    factor = min(max(factor, 1), min(image.shape[:2]))
    if factor < 2:
        return image
    h, w = (s // factor * factor for s in image.shape[:2])
    blocks = image[:h, :w].reshape(h // factor, factor, w // factor, factor, -1)
    return np.asarray(blocks.mean(axis=(1, 3), dtype=np.float32).round().astype(np.uint8))


def smooth_like(values: Floats, position: Floats, normal: Floats, scale: float, window: int) -> Floats:
    """Mean of an image (H, W, C) over window x window pixels of the same surface; ``scale`` is its depth in metres."""
    total = np.zeros_like(values)
    weight = np.zeros(values.shape[:2], np.float32)
    for dy in range(-(window // 2), window - window // 2):
        for dx in range(-(window // 2), window - window // 2):
            moved = (
                slice(max(dy, 0), values.shape[0] + min(dy, 0)),
                slice(max(dx, 0), values.shape[1] + min(dx, 0)),
            )
            here = (
                slice(max(-dy, 0), values.shape[0] + min(-dy, 0)),
                slice(max(-dx, 0), values.shape[1] + min(-dx, 0)),
            )
            off = np.einsum("ijc,ijc->ij", position[moved] - position[here], normal[here])
            alike = np.einsum("ijc,ijc->ij", normal[moved], normal[here])
            w = (np.abs(off) < scale) * np.clip(alike, 0, 1) ** 4
            total[here] += values[moved] * w[..., None]
            weight[here] += w
    return np.asarray(total / np.maximum(weight, 1e-6)[..., None], np.float32)


def blurred(grid: Floats, sigma: float) -> Floats:
    """Gaussian blur of a 2-D grid."""
    return np.asarray(ndimage.gaussian_filter(grid, sigma, mode="nearest"), np.float32)
