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
    from pocket3d_server.geometry.solid_materials import Look

MOST_FACES = 1_000_000


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
        from pocket3d_server.models.builtin_texture.surface import Surface

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
        surface = Surface(request, asset, atlas)
        progress(0.40, "generating_texture")
        look = surface.finished()
        progress(0.80, "blending")
        look = _blended(atlas, look, request.intensity)
        base, packed, bumps = atlas.images(
            look.color,
            np.asarray(look.roughness),
            np.asarray(look.metallic),
            np.asarray(look.height),
            surface.open,
        )
        progress(0.92, "assembling")
        made = {
            (id(p.material), opacity): textured(p.material, base, packed, bumps, opacity)
            for p, opacity in zip(primitives, surface.opacity, strict=True)
        }
        renewed = iter(
            atlas.primitives(
                [
                    made[id(p.material), opacity]
                    for p, opacity in zip(primitives, surface.opacity, strict=True)
                ]
            )
        )
        parts = [replace(part, primitives=[next(renewed) for _ in part.primitives]) for part in asset.parts]
        extras = {
            **asset.extras,
            "texture": {"uv": "kept" if atlas.keeps_uv else "unwrapped", **surface.facts},
        }
        progress(1.0, "done")
        return EngineResult(
            replace(asset, parts=parts, extras=extras), surface.source, surface.confidence, surface.notes
        )


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
    from pocket3d_server.models.builtin_texture.surface import COMPLETE

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
