"""The engine: mesh to atlas, words or picture to surface, style, images."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pocket3d_server.models.engine import (
    Engine,
    EngineError,
    EngineRequest,
    EngineResult,
    Feature,
    ModelSpec,
    Progress,
    TextureRequest,
)
from pocket3d_server.models.reading import read_mesh

if TYPE_CHECKING:
    from pocket3d_server.geometry.asset import Asset
    from pocket3d_server.geometry.atlas import Atlas
    from pocket3d_server.geometry.bake import Floats
    from pocket3d_server.geometry.solid_materials import Look
    from pocket3d_server.models.builtin_texture.wording import Wording

MOST_FACES = 1_000_000
COMPLETE = 0.8
"""Intensity at which nothing of the mesh's old surface is left; beyond it the material grows stronger."""
EVEN = 0.5
"""A picture that shows the same in all its regions, more than this, is a pattern and not an object."""


class BuiltinTexture(Engine):
    """Textures from procedural materials or from a reference picture. Needs no GPU."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        model_id="builtin_texture",
        feature=Feature.TEXTURE_GENERATION,
        description="Covers a mesh with procedural PBR materials found by words, or with a reference picture",
        inputs=("mesh", "text", "image"),
        outputs=("glb", "obj"),
        licence="Apache-2.0",
        estimated_seconds=5.0,
    )

    def load(self, device: str) -> None:
        """Encode the materials' names, which takes two seconds once. Always runs on the CPU."""
        from pocket3d_server.models.builtin_texture.wording import warm_up

        warm_up()

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """See `Engine.run`. Raises EngineError for a mesh or picture that cannot be read, or with nothing to go by."""
        from pocket3d_server.geometry.atlas import Atlas, textured

        if not isinstance(request, TextureRequest):
            raise TypeError("builtin_texture makes textures")
        prompt = (request.text_prompt or "").strip()
        if not prompt and not request.images:
            raise EngineError(
                "neither a text prompt nor an image was given",
                code="INVALID_INPUT",
                suggestion="Describe the surface in words, or send a reference picture.",
            )
        progress(0.02, "reading_mesh")
        asset = _read(request)
        if request.intensity == 0:
            return EngineResult(asset, "unchanged", 1.0, ["At intensity 0 the mesh keeps its own surface."])
        progress(0.08, "unwrapping")
        primitives = list(asset.primitives())
        atlas = Atlas(primitives, request.texture_resolution)
        progress(0.30, "reading_prompt" if prompt else "matching_picture")
        surface = _Surface(request, asset, atlas)
        progress(0.40, "generating_texture")
        look = surface.finished()
        progress(0.80, "blending")
        look = _blended(atlas, look, request.intensity)
        base, packed, bumps = atlas.images(
            look.color, np.asarray(look.roughness), np.asarray(look.metallic), np.asarray(look.height)
        )
        progress(0.92, "assembling")
        made = {id(p.material): textured(p.material, base, packed, bumps) for p in primitives}
        renewed = iter(atlas.primitives([made[id(p.material)] for p in primitives]))
        parts = [replace(part, primitives=[next(renewed) for _ in part.primitives]) for part in asset.parts]
        extras = {
            **asset.extras,
            "texture": {"uv": "kept" if atlas.keeps_uv else "unwrapped", **surface.facts},
        }
        progress(1.0, "done")
        return EngineResult(
            replace(asset, parts=parts, extras=extras), surface.source, surface.confidence, surface.notes
        )


class _Surface:
    """What was asked for, as values at the atlas' texels."""

    def __init__(self, request: TextureRequest, asset: Asset, atlas: Atlas) -> None:
        self.request = request
        self.asset = asset
        self.atlas = atlas
        self.notes: list[str] = []
        self.facts: dict[str, object] = {}
        self.source, self.confidence = "material", 1.0
        self.wording: Wording | None = None
        if request.text_prompt and request.text_prompt.strip():
            from pocket3d_server.models.builtin_texture.wording import read_prompt

            self.wording = read_prompt(request.text_prompt, asset.parts)
            self.confidence = self.wording.confidence
            self.notes += self.wording.notes
            self.facts["materials"] = sorted({c.material.name for c in self.wording.coats if c})
        self.picture: tuple[Floats, Floats] | None = None
        self.is_tile = False
        if request.images:
            self._read_picture()

    def _read_picture(self) -> None:
        from pocket3d_server.models.builtin_texture.reference import evenness
        from pocket3d_server.models.pictures.cutout import cut_out
        from pocket3d_server.models.pictures.picture import read_picture

        rgba = read_picture(self.request.images[0])
        rgb, alpha = np.asarray(rgba[..., :3], np.float32), np.ones(rgba.shape[:2], np.float32)
        self.picture = (rgb, alpha)
        # One pattern from edge to edge has no background, however plain its ground is.
        self.is_tile = float(rgba[..., 3].min()) > 0.9 and evenness(rgb, alpha) > EVEN
        if not self.is_tile:
            try:
                found = cut_out(rgba)
                self.picture = (np.asarray(found.rgb, np.float32), np.asarray(found.alpha, np.float32))
            except EngineError:  # a picture of a surface rather than of an object
                self.is_tile = True
        if len(self.request.images) > 1:
            self.notes.append("Only the first reference picture is used.")

    def finished(self) -> Look:
        """The surface in the requested style."""
        from pocket3d_server.models.builtin_texture import styles

        open_, edge = self.atlas.cavity_and_edge()
        style, seed = self.request.style, self.request.seed
        if style == "realistic" and self.wording is not None and self.wording.style is not None:
            style = self.wording.style
        if style == "artistic":
            shift, identity, relief = styles.strokes(self.atlas, seed)
            look = self._look(shift, open_, edge)
            return styles.artistic(self.atlas, look, identity, relief, open_)
        look = self._look(None, open_, edge)
        if style == "cartoon":
            return styles.cartoon(self.atlas, look, open_, edge, seed)
        if self.picture is not None:  # wear is in the picture already, and its colours are to stay
            if self.source == "swatch":
                look.color *= (1 - 0.45 * np.clip(0.75 - open_, 0, 1))[:, None]
            return look
        return styles.realistic(self.atlas, look, open_, edge, seed)

    def _look(self, shift: Floats | None, open_: Floats, edge: Floats) -> Look:
        look = None
        if self.wording is not None:
            look = self._from_words(self.wording, shift, open_, edge)
        if self.picture is None:
            assert look is not None
            return look
        pictured = self._from_picture(shift)
        if look is not None:  # words say what it is made of, the picture what it looks like
            pictured.roughness, pictured.metallic, pictured.height = (
                look.roughness,
                look.metallic,
                look.height,
            )
        return pictured

    def _from_words(self, wording: Wording, shift: Floats | None, open_: Floats, edge: Floats) -> Look:
        from pocket3d_server.geometry.noise import fbm

        atlas, seed = self.atlas, self.request.seed
        coats = [
            coat for part, coat in zip(self.asset.parts, wording.coats, strict=True) for _ in part.primitives
        ]
        look = atlas.look(coats, seed, shift=shift)
        if None in coats:
            bare = np.isin(atlas.texel_owner, [i for i, coat in enumerate(coats) if coat is None])
            for name, value in zip(("color", "roughness", "metallic"), atlas.original(), strict=True):
                getattr(look, name)[bare] = value[bare]
        if wording.overlay is None:
            return look
        p = atlas.position / np.float32(atlas.extent)
        low = (p[:, 1] - p[:, 1].min()) / max(float(np.ptp(p[:, 1])), 1e-6)
        where = {
            "top": 0.55 * atlas.normal[:, 1] + 0.30 * (1 - open_) - 0.12,
            "edge": 0.8 * edge + 0.3 * atlas.normal[:, 1],
            "cavity": 1.1 * (1 - open_) - 0.1,
            "low": 0.9 * (0.45 - low),
            "trim": edge,
        }[wording.placement]
        if wording.placement == "trim":
            share = np.clip((where - 0.35) * 8, 0, 1).astype(np.float32)
        else:
            share = np.clip((where + 1.5 * (fbm(p, 7, 4, seed + 5) - 0.42)) * 5, 0, 1).astype(np.float32)
        self.facts["overlay"] = wording.overlay.material.name
        covered = share > 0
        over = atlas.look([wording.overlay] * len(coats), seed + 1, shift=shift, among=covered)
        for name in ("color", "roughness", "metallic", "height"):
            under, above = getattr(look, name), getattr(over, name)
            part = share[covered] if under.ndim == 1 else share[covered, None]
            under[covered] += (above[covered] - under[covered]) * part
        return look

    def _from_picture(self, shift: Floats | None) -> Look:
        from pocket3d_server.geometry.solid_materials import Look
        from pocket3d_server.models.builtin_texture import reference, swatch

        assert self.picture is not None
        atlas = self.atlas
        rgb, alpha = self.picture
        if self.is_tile or float((alpha > 0.5).mean()) > 0.97:
            self.source, self.confidence = "swatch", min(self.confidence, 0.9)
            self.notes.append("The picture is one pattern all over, so it is used as a material.")
            return swatch.cover(atlas, swatch.tile_of(rgb, alpha), self.request.seed)
        view = reference.find_view(atlas.vertices, atlas.faces, alpha)
        if view.score >= reference.FITS:
            self.source, self.confidence = "projection", view.score
            self.facts["view"] = {
                "azimuth": view.azimuth,
                "elevation": view.elevation,
                "fit": round(view.score, 3),
            }
            color = reference.project(atlas, rgb, alpha, view, self.request.seed)
            count = len(color)
            return Look(
                color,
                np.full(count, 0.6, np.float32),
                np.zeros(count, np.float32),
                np.zeros(count, np.float32),
            )
        self.source, self.confidence = "swatch", min(self.confidence, 0.5)
        self.notes.append("The picture's outline fits no view of the mesh, so it is used as a material.")
        return swatch.cover(atlas, swatch.tile_of(rgb, alpha), self.request.seed)


def _read(request: TextureRequest) -> Asset:
    asset = read_mesh(request.mesh)
    if asset.face_count > MOST_FACES:
        raise EngineError(
            f"the mesh has {asset.face_count:,} faces",
            code="INVALID_INPUT",
            suggestion=f"Reduce it to {MOST_FACES:,} faces or fewer.",
        )
    return asset


def _blended(atlas: Atlas, look: Look, intensity: float) -> Look:
    """The new surface over the mesh's own one, or made stronger; see ``TextureRequest.intensity``."""
    from pocket3d_server.geometry.solid_materials import Look

    height = np.asarray(look.height)
    if intensity >= COMPLETE:
        extra = np.float32((intensity - COMPLETE) / (1 - COMPLETE))
        if extra == 0:
            return look
        owner = atlas.texel_owner
        count = np.maximum(np.bincount(owner), 1)
        mean = np.stack([np.bincount(owner, look.color[:, c]) / count for c in range(3)], axis=1)
        middle = mean.astype(np.float32)[owner]
        color = np.clip(middle + (look.color - middle) * (1 + 0.35 * extra), 0, 1)
        return Look(color, look.roughness, look.metallic, height * (1 + 0.8 * extra))
    color, roughness, metallic = atlas.original()
    t = np.float32(intensity / COMPLETE)
    return Look(
        color + (look.color - color) * t,
        roughness + (np.asarray(look.roughness) - roughness) * t,
        metallic + (np.asarray(look.metallic) - metallic) * t,
        height * t,
    )
