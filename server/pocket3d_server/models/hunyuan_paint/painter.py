"""From the user's mesh to what the networks look at, and from the pictures that they make back to textures on that mesh."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Image, Material
from pocket3d_server.geometry.atlas import Atlas
from pocket3d_server.geometry.clean import components, face_normals, places, weld
from pocket3d_server.geometry.dressing import redressed
from pocket3d_server.geometry.raster import Floats, Ints
from pocket3d_server.models.hunyuan_paint import inpaint, views
from pocket3d_server.models.hunyuan_paint.maps import SPAN, Sight, Surface
from pocket3d_server.models.hunyuan_paint.projection import Baked, Painted, merged, sampled, scattered
from pocket3d_server.models.hunyuan_paint.views import FIXED, View

Report = Callable[[float], None]
Method = Literal["linear", "back_sample"]
BORDER = {"linear": 256, "back_sample": 512}
"""One pixel in so many of a view is left out along outlines."""
SLIGHT = 4
"""The border is so many times narrower for pieces of which nothing else is left."""
TURN_SIZE = 256
"""Pixels a side of the views that tell the outside of a face."""
SAME_NORMAL = 1 / 64
"""Vertices of one place whose normals differ by less meet in a seam and not in an edge."""
ROUGHNESS = 0.7
"""Of what is painted without any knowledge of it."""


class Painter:
    """A mesh that is to be painted. Faces keep their order, and UVs that can carry a texture stay."""

    def __init__(self, asset: Asset, texture: int, method: Method, view_size: int = 2048) -> None:
        """``texture`` and ``view_size`` are texels and pixels a side that are baked with.

        ``method`` is Paint 2.0's "linear", with normals that are smooth, or 2.1's "back_sample", with those of the faces. Raises
        ValueError for a mesh without a face of any size.
        """
        self.asset = asset
        if not asset.face_count:
            raise ValueError("there is nothing to paint: the mesh has no faces")
        self.atlas = Atlas(list(asset.primitives()), texture)
        self._method: Method = method
        self._size = view_size
        self._sights: dict[View, Sight] = {}
        atlas = self.atlas
        framed = in_frame(atlas.vertices, atlas.faces)
        faces = turned_out(framed, atlas.faces)
        self.surface = Surface.of(framed, faces, method == "back_sample", _one_normal(atlas))
        # The painter counts from the bottom and between the centres of the outermost texels, glTF from the top and to their rims.
        centred = (atlas.uv * np.float64(texture) - 0.5) / (texture - 1)
        self._uv = np.stack([centred[:, 0], 1 - centred[:, 1]], axis=1).astype(np.float32)

    @property
    def keeps_uv(self) -> bool:
        """Whether the mesh's own UVs are used."""
        return self.atlas.keeps_uv

    def views(self, most: int = len(FIXED), report: Report = lambda done: None) -> list[View]:
        """Where to look from: the six fixed views, and up to ``most`` with those that show what they do not."""
        return views.chosen(self.surface, most, report)

    def normal_map(self, view: View) -> Image:
        """(S, S, 3) of uint8: see `Sight.normal_map`."""
        return self._sight(view).normal_map()

    def position_map(self, view: View) -> Image:
        """(S, S, 3) of uint8: see `Sight.position_map`."""
        return self._sight(view).position_map()

    def bake(
        self,
        images: Sequence[NDArray[Any]],
        seen_from: Sequence[View],
        report: Report = lambda done: None,
    ) -> Baked:
        """The texture that the pictures of the views (S, S, 3) make, S of any size, uint8 or 0..1; rows as in glTF.

        ``report`` gets a share of 0..1 and may raise to stop.
        """

        border = self._size // BORDER[self._method]
        baked = self._merged(images, seen_from, border, None, lambda done: report(0.8 * done))
        missed = self._missed(baked, seen_from)
        if missed is None:
            return baked
        # Pieces so slight that all of them is near an outline are better painted with some of it than not at all.
        slight = self._merged(
            images, seen_from, border // SLIGHT, missed, lambda done: report(0.8 + 0.2 * done)
        )
        texture = np.where(slight.trust[..., None], slight.texture, baked.texture)
        return Baked(texture, baked.trust | slight.trust)

    def fill(self, baked: Baked, report: Report = lambda done: None) -> Image:
        """The whole texture (R, R, 3) of uint8, with what no view has shown continued over the mesh; rows as in glTF."""
        atlas = self.atlas
        place = places(atlas.vertices)[1]
        corner = np.zeros((int(place.max()) + 1, 3))
        corner[place] = self.surface.vertices
        seeds = inpaint.seeded(baked, atlas.texels, atlas.faces, place, self._uv)
        spread = inpaint.spread(
            seeds, corner, place[atlas.faces], self._uv, atlas.faces, lambda done: report(0.3 * done)
        )
        report(0.3)
        covered = inpaint.over_faces(
            baked, spread, atlas.texels, self.surface.vertices, atlas.faces, self._uv
        )
        report(0.5)
        bordered = inpaint.with_gutters(covered, atlas.texels.mask())
        report(0.7)
        return inpaint.filled(bordered)

    def apply(self, base_color: Image, metallic_roughness: Image | None = None) -> Asset:
        """A copy of the mesh that wears the textures, of any size, rows as in glTF.

        ``metallic_roughness`` is what the network makes: red is metallic and green is roughness. Without it nothing is metal.
        Normal and occlusion images stay where the UVs do.
        """
        packed = None
        if metallic_roughness is not None:
            packed = np.stack(
                [np.full_like(metallic_roughness[..., 0], 255)]
                + [metallic_roughness[..., channel] for channel in (1, 0)],
                axis=2,
            )
        sources = list(self.asset.primitives())
        made = {id(p.material): self._material(p.material, base_color, packed) for p in sources}
        return redressed(self.asset, self.atlas, [made[id(p.material)] for p in sources])

    def _material(self, source: Material, base: Image, packed: Image | None) -> Material:
        return Material(
            source.name,
            (1.0, 1.0, 1.0, source.base_color[3] if source.alpha_mode == "BLEND" else 1.0),
            metallic=0.0 if packed is None else 1.0,
            roughness=ROUGHNESS if packed is None else 1.0,
            emissive=source.emissive,
            double_sided=source.double_sided,
            alpha_mode="BLEND" if source.alpha_mode == "BLEND" else "OPAQUE",
            base_color_image=base,
            metallic_roughness_image=packed,
            normal_image=source.normal_image if self.keeps_uv else None,
            occlusion_image=source.occlusion_image if self.keeps_uv else None,
        )

    def _sight(self, view: View) -> Sight:
        if view not in self._sights:
            self._sights[view] = Sight.of(self.surface, view.azimuth, view.elevation, self._size)
        return self._sights[view]

    def _merged(
        self,
        images: Sequence[NDArray[Any]],
        seen_from: Sequence[View],
        border: int,
        among: NDArray[np.bool_] | None,
        report: Report,
    ) -> Baked:
        """One texture of all views, only of faces ``among`` (F,) these."""

        def paintings() -> Iterator[tuple[Painted, float]]:
            for k, (image, view) in enumerate(zip(images, seen_from, strict=True)):
                report(k / len(images))
                sight = self._sight(view)
                if among is None or among[sight.raster.face].any():
                    yield self._painted(self._sized(image), sight, border, among), view.weight

        return merged(paintings(), self.atlas.resolution)

    def _painted(self, image: Floats, sight: Sight, border: int, among: NDArray[np.bool_] | None) -> Painted:
        """What one view says about texels."""
        texels = self.atlas.texels
        if self._method == "linear":
            if among is not None:
                sight = replace(sight, raster=sight.raster.only(among[sight.raster.face]))
            return scattered(sight, image, self._uv, texels.resolution, border)
        facing = self.surface.normals @ -sight.model_view[2, :3] > 0
        pick = np.flatnonzero((facing if among is None else facing & among)[texels.face])
        return sampled(sight, image, texels.texel[pick], self._texel_places[pick], border)

    def _missed(self, baked: Baked, seen_from: Sequence[View]) -> NDArray[np.bool_] | None:
        """Faces (F,) of pieces that have been looked at, of which hardly anything was trusted; None if there are none."""
        texels, piece = self.atlas.texels, self._piece
        count = int(piece.max()) + 1
        trusted = np.bincount(piece[texels.face], baked.trust.ravel()[texels.texel], count)
        missed = (trusted <= inpaint.LITTLE * np.bincount(piece[texels.face], minlength=count))[piece]
        if any(missed[self._sight(view).raster.face].any() for view in seen_from):
            return np.asarray(missed)
        return None

    @cached_property
    def _piece(self) -> NDArray[np.int64]:
        """(F,) number of the connected piece of each face."""
        return components(weld(self.surface.vertices, self.surface.faces)[1])

    @cached_property
    def _texel_places(self) -> Floats:
        """(N, 3) of the atlas' texels in the painter's frame."""
        return self.atlas.texels.interpolate(self.surface.vertices, self.atlas.faces)

    def _sized(self, image: NDArray[Any]) -> Floats:
        """A picture as 0..1, as large as a view."""
        values: Any = np.asarray(image, np.float32) / (255 if image.dtype == np.uint8 else 1)
        if values.shape[:2] != (self._size, self._size):
            way = cv2.INTER_AREA if values.shape[0] > self._size else cv2.INTER_CUBIC
            values = cv2.resize(values, (self._size, self._size), interpolation=way)
        return np.asarray(np.clip(values, 0, 1), np.float32)


def in_frame(vertices: NDArray[Any], faces: Ints) -> NDArray[np.float32]:
    """Vertices (V, 3) in the painter's frame: the middle of the mesh at the origin, its furthest corner SPAN / 2 away.

    Raises ValueError for a mesh without size.
    """
    v = np.asarray(vertices, np.float64)
    turned = np.stack([-v[:, 0], v[:, 2], -v[:, 1]], axis=1)
    used = turned[np.unique(faces)]
    middle = (used.min(axis=0) + used.max(axis=0)) / 2
    radius = float(np.linalg.norm(used - middle, axis=1).max())
    if not radius > 0:
        raise ValueError("there is nothing to paint: all of the mesh lies in one point")
    return ((turned - middle) * (SPAN / 2 / radius)).astype(np.float32)


def turned_out(vertices: NDArray[np.float32], faces: Ints) -> NDArray[np.int64]:
    """Faces (F, 3) of a mesh in the painter's frame, those wound the other way that are seen more from behind than from before.

    Of what is turned inside out no view would be trusted. Faces that are hardly seen follow the piece that they belong to.
    """
    f = np.asarray(faces, np.int64)
    surface = Surface(vertices, f, np.asarray(face_normals(vertices, f)[0], np.float32), flat=True)
    vote = np.zeros(len(f))
    for view in FIXED:
        sight = Sight.of(surface, view.azimuth, view.elevation, TURN_SIZE)
        vote += np.bincount(sight.raster.face, np.sign(sight.cosines), minlength=len(f))
    piece = components(weld(vertices, f)[1])
    whole = np.bincount(piece, vote)[piece]
    behind = np.where(vote == 0, whole, vote) < 0
    return np.where(behind[:, None], f[:, ::-1], f)


def _one_normal(atlas: Atlas) -> NDArray[np.int64]:
    """Number (V,) of the normal of each vertex: one for those that only a seam keeps apart."""
    place = places(atlas.vertices)[1]
    near = np.round(atlas.normals / SAME_NORMAL).astype(np.int64)
    return np.unique(np.column_stack([place, near]), axis=0, return_inverse=True)[1].ravel()
