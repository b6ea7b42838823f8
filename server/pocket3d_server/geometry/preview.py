"""Still pictures of an asset: the image that people see in the panel while the real thing is in their scene.

Rays find what each pixel sees; ambient occlusion and the key light's shadow are sampled with a few rays a
pixel and smoothed along the surface; pixels on edges are traced again more finely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Image, linear_to_srgb, srgb_to_linear
from pocket3d_server.geometry.bake import tangents
from pocket3d_server.geometry.rays import Hits, RayScene
from pocket3d_server.geometry.shading import (
    LIGHTS,
    Floats,
    Materials,
    blurred,
    glass_alpha,
    shade,
    smooth_like,
    tone_map,
)

BACKGROUND = (0.91, 0.92, 0.935)
FIELD_OF_VIEW = np.radians(26.0)
MARGIN = 0.86
"""Share of the frame that the object fills."""
LAYERS = 4
"""Surfaces seen through one another at most."""
TILE = 4
"""Sampling patterns repeat over TILE x TILE pixels and are averaged over that window."""
AO_RAYS, SHADOW_RAYS = 3, 1
"""For each pixel, so TILE² times as many after smoothing."""
GROUND_GRID, GROUND_RAYS = 72, 48


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks at the object's middle."""

    eye: Floats
    axes: Floats
    """(3, 3) rows: right, up, back."""
    half: float
    """Tangent of half the field of view."""

    def rays(self, x: NDArray[np.floating], y: NDArray[np.floating], size: int) -> Floats:
        """Unit directions (N, 3) through image points in pixels, y down."""
        sx, sy = (2 * x / size - 1) * self.half, (1 - 2 * y / size) * self.half
        d = np.stack([sx, sy, -np.ones_like(sx)], axis=1).astype(np.float32) @ self.axes
        return np.asarray(d / np.linalg.norm(d, axis=1, keepdims=True), np.float32)

    def project(self, points: NDArray[np.floating], size: int) -> NDArray[np.float64]:
        """Image points (N, 2) in pixels, y down, of places (N, 3) before the camera: ``rays`` the other way."""
        seen = (np.asarray(points, np.float64) - self.eye) @ self.axes.T
        plane = seen[:, :2] / (np.maximum(-seen[:, 2:], 1e-9) * self.half)
        return np.asarray((plane * [1, -1] + 1) * size / 2)


def view_of(asset: Asset, azimuth: float, elevation: float) -> Camera:
    """The camera that ``render`` takes a picture of ``asset`` with. Raises ValueError for an asset without faces."""
    vertices, faces = asset.merged()
    if not len(faces):
        raise ValueError("there is nothing to draw")
    return look(vertices[np.unique(faces)], azimuth, elevation)


def look(vertices: NDArray[np.floating], azimuth: float, elevation: float) -> Camera:
    """A camera that frames all ``vertices`` (V, 3); angles in degrees, azimuth 0 looks at the front (+Z)."""
    a, e = np.radians(azimuth), np.radians(np.clip(elevation, -89.0, 89.0))
    back = np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
    right = np.cross([0.0, 1.0, 0.0], back)
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(back, right), back])
    half = float(np.tan(FIELD_OF_VIEW / 2))
    centre = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    v = np.asarray(vertices, np.float64) @ axes.T
    target = axes @ centre
    radius = float(np.linalg.norm(vertices - centre, axis=1).max())
    distance = radius * 4
    for _ in range(3):  # settle the picture's middle and the distance for the perspective they cause
        depth = distance + target[2] - v[:, 2]
        plane = v[:, :2] - target[:2]
        low, high = (plane / depth[:, None]).min(axis=0), (plane / depth[:, None]).max(axis=0)
        target[:2] += (low + high) / 2 * distance
        plane = v[:, :2] - target[:2]
        # Each vertex asks for a distance at which it stays in the frame.
        distance = float((np.abs(plane).max(axis=1) / (half * MARGIN) + v[:, 2] - target[2]).max())
        distance = max(distance, radius * 1e-3)
    eye = target @ axes + back * distance
    return Camera(eye.astype(np.float32), axes.astype(np.float32), half)


def render(
    asset: Asset,
    size: int = 512,
    azimuth: float = 35.0,
    elevation: float = 20.0,
    background: tuple[float, float, float] | None = BACKGROUND,
    supersample: int = 2,
) -> Image:
    """A picture of ``asset`` as uint8 (size, size, 4), sRGB with straight alpha.

    ``azimuth`` and ``elevation`` are the camera's angles in degrees (0, 0 is the front); ``background`` is an
    sRGB colour, or None for a transparent picture that keeps only the contact shadow; ``supersample`` squared
    is the number of rays for a pixel on an edge. Raises ValueError for an asset without faces.
    """
    camera = view_of(asset, azimuth, elevation)
    vertices, faces = asset.merged()
    used = vertices[np.unique(faces)]
    distance = float(np.linalg.norm(used.mean(axis=0) - camera.eye))
    tracer = _Tracer(asset, RayScene(vertices, faces), camera, 2 * camera.half * distance / size, used)
    colour, coverage = tracer.picture(size, supersample)
    alpha = coverage[..., None]
    ground, shadow = tracer.backdrop(size, elevation)
    if background is None:
        total = alpha + shadow * (1 - alpha)
        out = np.asarray(colour / np.maximum(total, 1e-6), np.float32)
    else:
        total = np.ones_like(alpha)
        base = srgb_to_linear(background).astype(np.float32) * ground * (1 - shadow)
        out = np.asarray(colour + base * (1 - alpha), np.float32)
    pixels = np.concatenate([linear_to_srgb(out), total], axis=2)
    return np.asarray((pixels * 255 + 0.5).astype(np.uint8))


class _Tracer:
    def __init__(
        self, asset: Asset, scene: RayScene, camera: Camera, pixel: float, vertices: NDArray
    ) -> None:
        self.scene = scene
        self.camera = camera
        self.materials = Materials(asset, pixel)
        self.low, self.high = vertices.min(axis=0), vertices.max(axis=0)
        self.extent = float(np.linalg.norm(self.high - self.low))
        self.reach = 0.35 * self.extent
        key = np.array(LIGHTS[0][0], np.float32)
        self.key = (key / np.linalg.norm(key)) @ camera.axes

    def picture(self, size: int, supersample: int) -> tuple[Floats, Floats]:
        """Premultiplied, tone-mapped linear colour (size, size, 3) and alpha (size, size)."""
        x, y = (g.ravel() for g in np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5))
        rays = self.camera.rays(x, y, size)
        colour = np.zeros((size * size, 3), np.float32)
        alpha = np.zeros(size * size, np.float32)
        first = self.scene.first_hit(np.broadcast_to(self.camera.eye, rays.shape), rays)
        seen = np.flatnonzero(first.face >= 0)
        surface = self.materials.at(first.face[seen], first.barycentric[seen], rays[seen])
        position, normal = (np.zeros((size * size, 3), np.float32) for _ in range(2))
        position[seen], normal[seen] = surface.position, surface.normal
        light = np.ones((size * size, 2), np.float32)
        light[seen] = self.light(
            surface.position, self.materials.face_normal[first.face[seen]], rays[seen], seen, size
        )
        grid = (size, size)
        points, normals = position.reshape(*grid, 3), normal.reshape(*grid, 3)
        light = smooth_like(light.reshape(*grid, 2), points, normals, self.extent * 0.01, TILE).reshape(-1, 2)
        colour[seen], alpha[seen] = self.layers(rays[seen], first, seen, light[seen])
        picture, coverage = colour.reshape(*grid, 3), alpha.reshape(grid)
        if supersample > 1:
            material = np.where(first.face >= 0, self.materials.face_material[first.face], -1).reshape(grid)
            edge = _edges(points, normals, material, self.extent * 0.01)
            self.refine(picture, coverage, edge, light.reshape(*grid, 2), points, supersample)
        return picture, coverage

    def layers(self, rays: Floats, first: Hits, pick: NDArray, light: Floats) -> tuple[Floats, Floats]:
        """Tone-mapped composite of what each ray sees, front to back; ``first`` holds the hits, of which ``pick`` are followed."""
        colour, through = np.zeros((len(rays), 3), np.float32), np.ones(len(rays), np.float32)
        live = np.arange(len(rays))
        face, bary = first.face[pick], first.barycentric[pick]
        for layer in range(LAYERS):
            surface = self.materials.at(face, bary, rays[live])
            opacity = glass_alpha(surface, rays[live])
            shadow = light[live] if layer == 0 else np.full((len(live), 2), 0.8, np.float32)
            radiance = shade(surface, rays[live], self.camera.axes, shadow[:, 0], shadow[:, 1])
            colour[live] += radiance * (opacity * through[live])[:, None]
            through[live] *= 1 - opacity
            more = through[live] > 0.02
            if not more.any():
                break
            live, origin = live[more], surface.position[more]
            hit = self.scene.first_hit(origin + rays[live] * self.extent * 1e-4, rays[live])
            found = hit.face >= 0
            live, face, bary = live[found], hit.face[found], hit.barycentric[found]
            if not len(live):
                break
        alpha = 1 - through
        solid = np.maximum(alpha, 1e-6)[:, None]
        return tone_map(colour / solid) * alpha[:, None], alpha

    def light(self, position: Floats, flat: Floats, rays: Floats, pixel: NDArray, size: int) -> Floats:
        """(N, 2): share of the sky and of the key light that each point sees, noisy until smoothed."""
        side = np.where(np.einsum("nc,nc->n", flat, rays) > 0, -1, 1).astype(np.float32)
        flat = flat * side[:, None]
        origin = position + flat * self.extent * 1e-3
        px, py = pixel % size, pixel // size
        cell = ((py % TILE) * TILE + px % TILE).astype(np.int64)
        order = np.random.default_rng(7).permutation(TILE * TILE)[cell]
        open_sky, lit = np.zeros(len(position), np.float32), np.zeros(len(position), np.float32)
        t, b = tangents(flat)
        for k in range(AO_RAYS):
            u, v = _hammersley(order * AO_RAYS + k, TILE * TILE * AO_RAYS)
            r, phi = np.sqrt(u), 2 * np.pi * v
            d = (
                t * (r * np.cos(phi))[:, None]
                + b * (r * np.sin(phi))[:, None]
                + flat * np.sqrt(1 - u)[:, None]
            )
            open_sky += ~self.scene.occluded(origin, d, self.reach)
        kt, kb = tangents(self.key[None])
        for k in range(SHADOW_RAYS):
            u, v = _hammersley(order * SHADOW_RAYS + k, TILE * TILE * SHADOW_RAYS)
            r, phi = 0.22 * np.sqrt(u), 2 * np.pi * v
            d = self.key + kt * (r * np.cos(phi))[:, None] + kb * (r * np.sin(phi))[:, None]
            lit += ~self.scene.occluded(origin, d, self.extent * 2)
        return np.stack([open_sky / AO_RAYS, lit / SHADOW_RAYS], axis=1)

    def refine(
        self,
        colour: Floats,
        alpha: Floats,
        edge: NDArray[np.bool_],
        light: Floats,
        position: Floats,
        supersample: int,
    ) -> None:
        """Trace the pixels in ``edge`` again with supersample² rays each, in place."""
        size = len(alpha)
        ys, xs = np.nonzero(edge)
        if not len(ys):
            return
        offsets = (np.arange(supersample) + 0.5) / supersample
        total = np.zeros((len(ys), 4), np.float32)
        for oy in offsets:
            for ox in offsets:
                rays = self.camera.rays(xs + ox, ys + oy, size)
                hit = self.scene.first_hit(np.broadcast_to(self.camera.eye, rays.shape), rays)
                seen = np.flatnonzero(hit.face >= 0)
                point = self.camera.eye + rays[seen] * hit.distance[seen, None]
                near = _nearest_light(point, ys[seen], xs[seen], position, light)
                rgb, a = self.layers(rays[seen], hit, seen, near)
                total[seen, :3] += rgb
                total[seen, 3] += a
        total /= supersample**2
        colour[ys, xs], alpha[ys, xs] = total[:, :3], total[:, 3]

    def backdrop(self, size: int, elevation: float) -> tuple[Floats, Floats]:
        """Brightness of the backdrop and darkness of the contact shadow, each (size, size, 1)."""
        x, y = np.meshgrid(np.linspace(-1, 1, size), np.linspace(-1, 1, size))
        vignette = (1.04 - 0.13 * (x * x + (y + 0.25) ** 2)).astype(np.float32)[..., None]
        shadow = np.zeros((size, size, 1), np.float32)
        if elevation <= 1:
            return vignette, shadow
        reach = 0.9 * self.extent
        centre = (self.low + self.high) / 2
        ticks = np.linspace(-reach, reach, GROUND_GRID)
        gx, gz = (g.ravel() for g in np.meshgrid(ticks + centre[0], ticks + centre[2]))
        origin = np.stack([gx, np.full_like(gx, self.low[1] + 1e-4 * self.extent), gz], axis=1)
        dark = np.zeros(len(gx), np.float32)
        u, v = _hammersley(np.arange(GROUND_RAYS), GROUND_RAYS)
        r, phi = np.sqrt(u), 2 * np.pi * v
        fan = np.stack([r * np.cos(phi), np.sqrt(1 - u), r * np.sin(phi)], axis=1).astype(np.float32)
        # Lean the sky towards the key light, so that the shadow falls to one side.
        fan += 0.35 * self.key
        near = np.hypot(gx - centre[0], gz - centre[2]) < reach
        for d in fan:
            dark[near] += self.scene.occluded(
                origin[near], np.broadcast_to(d, (int(near.sum()), 3)), self.extent
            )
        grid = blurred((dark / GROUND_RAYS).reshape(GROUND_GRID, GROUND_GRID).astype(np.float32), 0.8)
        xs, ys = (g.ravel() for g in np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5))
        rays = self.camera.rays(xs, ys, size)
        down = np.flatnonzero(rays[:, 1] < -1e-3)
        t = (self.low[1] - self.camera.eye[1]) / rays[down, 1]
        at = self.camera.eye + rays[down] * t[:, None].astype(np.float32)
        cell = (at[:, [2, 0]] - centre[[2, 0]] + reach) / (2 * reach) * (GROUND_GRID - 1)
        flat = shadow.reshape(-1)
        inside = (cell >= 0).all(axis=1) & (cell <= GROUND_GRID - 1.001).all(axis=1) & (t > 0)
        i, f = np.floor(cell[inside]).astype(int), cell[inside] % 1
        low = grid[i[:, 0], i[:, 1]] * (1 - f[:, 1]) + grid[i[:, 0], i[:, 1] + 1] * f[:, 1]
        high = grid[i[:, 0] + 1, i[:, 1]] * (1 - f[:, 1]) + grid[i[:, 0] + 1, i[:, 1] + 1] * f[:, 1]
        flat[down[inside]] = 0.75 * (low * (1 - f[:, 0]) + high * f[:, 0])
        return vignette, flat.reshape(size, size, 1)


def _edges(position: Floats, normal: Floats, material: NDArray, step: float) -> NDArray[np.bool_]:
    """Pixels whose right or lower neighbour shows another surface, (H, W)."""
    edge = np.zeros(material.shape, np.bool_)
    for a, b in (
        ((slice(None), slice(None, -1)), (slice(None), slice(1, None))),
        ((slice(None, -1), slice(None)), (slice(1, None), slice(None))),
    ):
        gap = np.abs(np.einsum("ijc,ijc->ij", position[a] - position[b], normal[a])) > step
        bent = (np.einsum("ijc,ijc->ij", normal[a], normal[b]) < 0.85) & (material[a] >= 0)
        found = gap | bent | (material[a] != material[b])
        edge[a] |= found
        edge[b] |= found
    return edge


def _nearest_light(point: Floats, ys: NDArray, xs: NDArray, position: Floats, light: Floats) -> Floats:
    """Light of the neighbouring pixel whose point is nearest."""
    size = len(light)
    best = np.full(len(point), np.inf, np.float32)
    found = np.ones((len(point), 2), np.float32)
    for dy, dx in ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1)):
        y, x = np.clip(ys + dy, 0, size - 1), np.clip(xs + dx, 0, size - 1)
        gap = ((position[y, x] - point) ** 2).sum(axis=1)
        closer = gap < best
        best = np.where(closer, gap, best)
        found[closer] = light[y, x][closer]
    return found


def _hammersley(index: NDArray, count: int) -> tuple[Floats, Floats]:
    """The Hammersley point set: evenly spread pairs in 0..1."""
    i = np.asarray(index, np.uint32)
    bits = i.copy()
    for shift, mask in ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F), (8, 0x00FF00FF)):
        bits = ((bits >> np.uint32(shift)) & np.uint32(mask)) | ((bits & np.uint32(mask)) << np.uint32(shift))
    bits = (bits >> np.uint32(16)) | (bits << np.uint32(16))
    return ((i + 0.5) / count).astype(np.float32), (bits / 2.0**32).astype(np.float32)
