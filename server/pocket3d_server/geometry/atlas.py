"""One texture atlas for a whole asset: where its texels lie on the surface, and the asset that carries the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pocket3d_server.geometry.asset import Asset, Image, Material, Part, Primitive, linear_to_srgb
from pocket3d_server.geometry.bake import (
    Floats,
    TexelMap,
    ambient_occlusion,
    fill_gaps,
    normal_map,
    relief_occlusion,
    texel_map,
    texel_size,
    to_bytes,
)
from pocket3d_server.geometry.clean import components, smooth_shading, weld
from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.geometry.shading import SRGB_TABLE, bilinear, shrunk
from pocket3d_server.geometry.solid_materials import RGB, Accent, Look, SolidMaterial, paint
from pocket3d_server.geometry.unwrap import unwrap

LOW, LEAST_LOW, MOST_LOW = 4, 256, 512
"""Slow, smooth values such as occlusion are found on an atlas this many times smaller, with at least and at most so many texels a side."""


@dataclass(frozen=True)
class Coat:
    """What a primitive is to be covered with."""

    material: SolidMaterial
    colours: tuple[RGB, ...] = ()
    """sRGB colours that tint it or that its pattern uses."""
    accent: Accent | None = None
    """Colour of its feature alone, or of the printed one."""
    printed: SolidMaterial | None = None
    """A pattern whose figure (stripes, dots) is painted over it in the accent's colour."""


class Atlas:
    """The texels of an asset's surface. Faces keep their order and stay in their primitives."""

    def __init__(self, primitives: Sequence[Primitive], resolution: int) -> None:
        """Lay ``primitives`` out on one square of ``resolution`` texels, keeping their UVs if those are good."""
        self.resolution = resolution
        self.sources = [_with_normals(p) for p in primitives]
        counts = [len(p.vertices) for p, _ in self.sources]
        offsets = np.concatenate([[0], np.cumsum(counts)])
        self.offsets = offsets
        vertices = np.concatenate([np.asarray(p.vertices, np.float64) for p, _ in self.sources])
        faces = np.concatenate(
            [np.asarray(p.faces, np.int64) + o for (p, _), o in zip(self.sources, offsets)]
        )
        normals = np.concatenate([np.asarray(p.normals, np.float32) for p, _ in self.sources])
        self.owner = np.repeat(np.arange(len(self.sources)), [len(p.faces) for p, _ in self.sources])
        """(F,) which primitive each face belongs to."""
        self.original_uv = None
        if all(p.uv is not None for p, _ in self.sources):
            self.original_uv = np.concatenate([np.asarray(p.uv, np.float32) for p, _ in self.sources])
        self.keeps_uv = self.original_uv is not None and good_uv(vertices, faces, self.original_uv)
        if self.keeps_uv and self.original_uv is not None:
            self.vertex_map, self.faces = np.arange(len(vertices)), faces
            self.uv: NDArray[np.float32] = self.original_uv
        else:
            cut = unwrap(vertices, faces, resolution)
            self.vertex_map, self.faces, self.uv = cut.vertex_map, cut.faces, cut.uv
        self.vertices = vertices[self.vertex_map]
        self.normals = normals[self.vertex_map]
        self.extent = float(np.ptp(self.vertices[np.unique(self.faces)], axis=0).max())
        """Longest side in metres."""
        self.texels: TexelMap = texel_map(self.uv, self.faces, resolution)
        self.position: Floats = self.texels.interpolate(self.vertices, self.faces)
        """(N, 3) metres."""
        self.normal: Floats = _unit(self.texels.interpolate(self.normals, self.faces))
        """(N, 3)"""
        self.texel_owner = self.owner[self.texels.face]
        """(N,) primitive of each texel."""

    def texel_length(self) -> float:
        """Typical length of a texel on the surface in metres."""
        across, _ = texel_size(self.vertices, self.faces, self.uv, self.resolution)
        return float(np.median(across[self.texels.face[:: max(1, len(self.texels.face) // 20000)]]))

    @cached_property
    def _pieces(self) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """For each face (F,) the connected piece it belongs to, and the order of axes (F, 3) with its longest in the middle."""
        piece = components(weld(self.vertices, self.faces)[1])
        count = int(piece.max()) + 1
        low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
        corners = self.vertices[self.faces]
        np.minimum.at(low, piece, corners.min(axis=1))
        np.maximum.at(high, piece, corners.max(axis=1))
        # Upright unless another side is clearly longer.
        longest = ((high - low) * np.array([1.0, 1.15, 1.0])).argmax(axis=1)
        return piece, np.array([[1, 0, 2], [0, 1, 2], [0, 2, 1]], np.int8)[longest][piece]

    def grain(self, position: Floats, texel: NDArray[Any] | slice) -> Floats:
        """``position`` (M, 3) of the texels numbered ``texel``, with +Y along the longest side of each one's piece."""
        piece, order = self._pieces
        face = self.texels.face[texel]
        start = np.random.default_rng(3).random((int(piece.max()) + 1, 3)).astype(np.float32)
        moved = position + (start * np.float32(0.37 * self.extent))[piece[face]]
        return np.take_along_axis(moved, order[face].astype(np.intp), axis=1)

    def look(
        self,
        coats: Sequence[Coat | None],
        seed: int = 0,
        shift: Floats | None = None,
        among: NDArray[np.bool_] | None = None,
        owner: NDArray[Any] | None = None,
    ) -> Look:
        """Materials at all texels, or ``among`` some (N,); ``coats`` has one for each primitive, None leaves texels at zero.

        ``owner`` (N,) numbers the coat of each texel where it is not that of the texel's primitive.

        ``shift`` (N, 3) metres lets each texel show the material of a place beside it (brush strokes).
        """
        count = len(self.position)
        out = Look(np.zeros((count, 3), np.float32), *(np.zeros(count, np.float32) for _ in range(3)))
        groups: dict[Coat, list[int]] = {}
        for i, coat in enumerate(coats):
            if coat is not None:
                groups.setdefault(coat, []).append(i)
        for coat, members in groups.items():
            pick: NDArray[Any] | slice = slice(None)
            if among is not None or len(members) < len(coats):
                mine = np.isin(self.texel_owner if owner is None else owner, members)
                pick = np.flatnonzero(mine if among is None else mine & among)
            position = self.position[pick] if shift is None else self.position[pick] + shift[pick]
            where = (position, self.normal[pick], self.grain(position, pick), self.extent)
            found = coat.material.look(*where, coat.colours, seed, None if coat.printed else coat.accent)
            if coat.printed is not None and coat.accent is not None:
                figure = coat.printed.look(*where, (), seed + 3).accent
                if figure is not None:
                    paint(found, figure, coat.accent)
            for name in ("color", "roughness", "metallic", "height"):
                getattr(out, name)[pick] = getattr(found, name)
        return out

    def original(self) -> tuple[Floats, Floats, Floats]:
        """The asset's own base colour in sRGB (N, 3), roughness (N,) and metallic (N,) at the texels."""
        uv = None
        if self.original_uv is not None:
            uv = self.texels.interpolate(self.original_uv[self.vertex_map], self.faces)
        return own_surface([p for p, _ in self.sources], self.texel_owner, uv, self._pixels_per_texel())

    def _pixels_per_texel(self) -> list[int]:
        """How many pixels of its own image each primitive shows along the side of one texel, at least 1."""
        count = len(self.sources)
        if self.original_uv is None:
            return [1] * count

        def areas(uv: NDArray[Any]) -> Floats:
            corners = np.asarray(uv, np.float64)[self.faces]
            a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
            double = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
            return np.asarray(np.bincount(self.owner, double, minlength=count), np.float64)

        ratio = areas(self.original_uv[self.vertex_map]) / np.maximum(areas(self.uv), 1e-12)
        sides = [
            max(i.shape[:2]) if (i := p.material.base_color_image) is not None else 0 for p, _ in self.sources
        ]
        return [max(int(s / self.resolution * np.sqrt(r)), 1) for s, r in zip(sides, ratio, strict=True)]

    def cavity_and_edge(self, scene: RayScene | None = None) -> tuple[Floats, Floats]:
        """How open (1) or hidden (0) each texel is, and how much it lies on a convex edge (0..1), (N,) each.

        Edges are found as occlusion looking inwards: below an edge the next face is near on both sides.
        """
        scene = scene or RayScene(self.vertices, self.faces)
        low = self.coarse()
        position, normal = self.at(low)
        face_normal = np.cross(
            self.vertices[self.faces[:, 1]] - self.vertices[self.faces[:, 0]],
            self.vertices[self.faces[:, 2]] - self.vertices[self.faces[:, 0]],
        )
        # Normals that disagree with the winding would look into the solid.
        side = np.where(np.einsum("nc,nc->n", normal, face_normal[low.face]) < 0, -1, 1).astype(np.float32)
        normal = normal * side[:, None]
        open_ = ambient_occlusion(scene, position, normal, 0.22 * self.extent, rays=20)
        inside = 1 - ambient_occlusion(scene, position, -normal, 0.025 * self.extent, rays=12, seed=1)
        edge = np.clip((inside - 0.12) * 2.4, 0, 1) if inside.mean() < 0.45 else np.zeros_like(inside)
        return self.spread(low, open_), self.spread(low, edge)

    def coarse(self) -> TexelMap:
        """A smaller atlas of the same charts, for values that change slowly."""
        size = min(max(self.resolution // LOW, LEAST_LOW), MOST_LOW, self.resolution)
        return texel_map(self.uv, self.faces, size, rim=1.0)

    def at(self, texels: TexelMap) -> tuple[Floats, Floats]:
        """Positions and unit normals (M, 3) of the texels of another size of this atlas."""
        normal = _unit(texels.interpolate(self.normals, self.faces))
        return texels.interpolate(self.vertices, self.faces), normal

    def spread(self, low: TexelMap, values: Floats) -> Floats:
        """Values of the smaller atlas at the texels, smoothed and interpolated."""
        size = low.resolution
        flat, covered = np.zeros(size * size, np.float32), np.zeros(size * size, np.float32)
        flat[low.texel], covered[low.texel] = values, 1
        grid, mask = flat.reshape(size, size), covered.reshape(size, size)
        soft = ndimage.gaussian_filter(grid, 0.8) / np.maximum(ndimage.gaussian_filter(mask, 0.8), 1e-3)
        filled = fill_gaps((soft * mask)[..., None], mask)[..., 0]
        scale = size / self.resolution
        y, x = np.divmod(self.texels.texel, self.resolution)
        at = np.stack([(y + 0.5) * scale - 0.5, (x + 0.5) * scale - 0.5])
        return np.asarray(ndimage.map_coordinates(filled, at, order=1, mode="nearest"), np.float32)

    def images(
        self,
        color: Floats,
        roughness: Floats,
        metallic: Floats,
        height: Floats | None,
        open_: Floats | None = None,
    ) -> tuple[Image, Image, Image | None]:
        """Base colour, occlusion-roughness-metallic and normal images from texel values; no normal image without height.

        ``open_`` (N,) is how much of the sky each texel sees; gaps of the relief count too.
        """
        base = to_bytes(self.texels.image(color))
        seen = np.ones_like(roughness) if open_ is None else open_
        relief = height is not None and float(np.ptp(height)) > 0
        if open_ is not None and height is not None and relief:
            seen = seen * relief_occlusion(self.texels, height, self.texel_length())
        packed = to_bytes(self.texels.image(np.stack([seen, roughness, metallic], axis=1)))
        bumps = None
        if height is not None and relief:
            bumps = normal_map(self.texels, height, self.vertices, self.faces, self.uv)
        return base, packed, bumps

    def primitives(self, materials: Sequence[Material]) -> list[Primitive]:
        """The primitives with atlas UVs and one of ``materials`` each; faces in their old order."""
        out = []
        start = 0
        for i, (source, _) in enumerate(self.sources):
            faces = self.faces[start : start + len(source.faces)]
            start += len(source.faces)
            used, inverse = np.unique(faces, return_inverse=True)
            old = self.vertex_map[used] - self.offsets[i]
            out.append(
                Primitive(
                    np.asarray(source.vertices)[old],
                    inverse.reshape(-1, 3),
                    materials[i],
                    self.uv[used],
                    np.asarray(source.normals)[old],
                    None if source.weights is None else np.asarray(source.weights)[old],
                )
            )
        return out


def own_surface(
    primitives: Sequence[Primitive],
    owner: NDArray[Any],
    uv: Floats | None,
    pixels: Sequence[int] | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Base colour in sRGB (N, 3), roughness (N,) and metallic (N,) of points on primitives number ``owner`` (N,).

    ``uv`` (N, 2) is where the points lie on the primitives' own images; None leaves the images out. ``pixels``
    along the side of a point are averaged for each primitive, so that a fine pattern turns to its mean.
    """
    count = len(owner)
    color, roughness, metallic = np.zeros((count, 3), np.float32), np.zeros(count), np.zeros(count)
    for i, primitive in enumerate(primitives):
        material, pick = primitive.material, np.flatnonzero(owner == i)
        linear = np.broadcast_to(np.array(material.base_color[:3], np.float32), (len(pick), 3))
        if uv is not None and material.base_color_image is not None:
            image = shrunk(material.base_color_image, pixels[i] if pixels else 1)
            texel = bilinear(image, uv[pick])[:, :3]
            linear = linear * SRGB_TABLE[np.clip(texel + 0.5, 0, 255).astype(np.uint8)]
        color[pick] = linear_to_srgb(linear)
        roughness[pick], metallic[pick] = material.roughness, material.metallic
        if uv is not None and material.metallic_roughness_image is not None:
            packed = bilinear(shrunk(material.metallic_roughness_image, pixels[i] if pixels else 1), uv[pick])
            roughness[pick] *= packed[:, 1] / 255
            metallic[pick] *= packed[:, 2] / 255
    return color, roughness.astype(np.float32), metallic.astype(np.float32)


COMPARED = 512
"""Texels along a side of the raster on which the areas of UVs are compared."""


def good_uv(vertices: NDArray[Any], faces: NDArray[Any], uv: NDArray[Any]) -> bool:
    """Whether UVs can carry a texture of their own: inside 0..1, no overlap, and texels for every visible face."""
    if not np.isfinite(uv).all() or uv.min() < -1e-3 or uv.max() > 1 + 1e-3:
        return False
    p, q = np.asarray(vertices)[faces], np.asarray(uv, np.float64)[faces]
    area = np.linalg.norm(np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]), axis=1)
    d1, d2 = q[:, 1] - q[:, 0], q[:, 2] - q[:, 0]
    flat = np.abs(d1[:, 0] * d2[:, 1] - d1[:, 1] * d2[:, 0]) / 2
    if flat.sum() < 0.2 or area.sum() <= 0:
        return False
    if area[flat < 1e-9].sum() > 0.002 * area.sum():
        return False
    covered = len(texel_map(uv, faces, COMPARED, rim=0.0).texel)
    return bool(flat.sum() * COMPARED**2 < 1.04 * covered + 64)


CAVITY = 0.3
"""How dark cavities become in the base colour."""


def bake_materials(
    asset: Asset,
    choose: Callable[[Part, Primitive], Coat | None],
    resolution: int = 1024,
    seed: int = 0,
) -> Asset:
    """A copy of ``asset`` in which chosen primitives wear solid materials, all on one atlas.

    ``choose`` names the coat of each primitive; None leaves it as it is (glass, lamps). Part names, face order, skins and extras are kept.
    """
    chosen = [(part, p, choose(part, p)) for part in asset.parts for p in part.primitives]
    picked = [(p, coat) for _, p, coat in chosen if coat is not None]
    if not picked:
        return asset
    atlas = Atlas([p for p, _ in picked], resolution)
    look = atlas.look([coat for _, coat in picked], seed)
    open_, _ = atlas.cavity_and_edge(RayScene(*asset.merged()))
    color = look.color * (1 - CAVITY * (1 - open_))[:, None]
    base, packed, bumps = atlas.images(
        color, np.asarray(look.roughness), np.asarray(look.metallic), np.asarray(look.height), open_
    )
    materials: dict[int, Material] = {}
    for p, _ in picked:
        materials.setdefault(id(p.material), textured(p.material, base, packed, bumps))
    renewed = iter(atlas.primitives([materials[id(p.material)] for p, _ in picked]))
    parts = [
        replace(part, primitives=[next(renewed) if c is not None else p for q, p, c in chosen if q is part])
        for part in asset.parts
    ]
    return replace(asset, parts=parts)


def textured(
    source: Material, base: Image, packed: Image, bumps: Image | None, opacity: float | None = None
) -> Material:
    """``source`` with atlas images in place of its own; ``opacity`` None keeps it as see-through as it is."""
    if opacity is None:
        opacity = source.base_color[3] if source.alpha_mode == "BLEND" else 1.0
    return Material(
        source.name,
        (1.0, 1.0, 1.0, opacity),
        metallic=1.0,
        roughness=1.0,
        emissive=source.emissive,
        double_sided=source.double_sided,
        alpha_mode="BLEND" if opacity < 1 else "OPAQUE",
        base_color_image=base,
        metallic_roughness_image=packed,
        normal_image=bumps,
        occlusion_image=packed,
    )


def _with_normals(primitive: Primitive) -> tuple[Primitive, NDArray[np.int64]]:
    """The primitive with normals (made with a 40 degree crease where it has none) and its old vertex numbers."""
    if primitive.normals is not None:
        return primitive, np.arange(len(primitive.vertices))
    vertex_map, faces, normals = smooth_shading(primitive.vertices, primitive.faces)
    return (
        replace(
            primitive,
            vertices=np.asarray(primitive.vertices)[vertex_map],
            faces=faces,
            normals=normals,
            uv=None if primitive.uv is None else np.asarray(primitive.uv)[vertex_map],
            weights=None if primitive.weights is None else np.asarray(primitive.weights)[vertex_map],
        ),
        vertex_map,
    )


def _unit(values: Floats) -> Floats:
    return np.asarray(values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12), np.float32)
