"""The engine: mesh to atlas, words or picture to surface, style, images."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

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

MOST_FACES = 1_000_000


class BuiltinTexture(Engine):
    """Textures from procedural materials or from a reference picture. Needs no GPU."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        model_id="builtin_texture",
        feature=Feature.TEXTURE_GENERATION,
        description="Covers a mesh with procedural PBR materials found by words, or with a reference picture",
        inputs=("mesh", "text", "image"),
        outputs=("glb", "obj", "fbx"),
        licence="Apache-2.0",
        estimated_seconds=5.0,
    )

    def load(self, device: str) -> None:
        """Encode the materials' names, which takes two seconds once. Always runs on the CPU."""
        from pocket3d_server.models.builtin_texture.wording import warm_up

        warm_up()

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """See `Engine.run`. Raises EngineError for a mesh or picture that cannot be read, or with nothing to go by."""
        from pocket3d_server.geometry.atlas import Atlas
        from pocket3d_server.geometry.dressing import blended, dressed
        from pocket3d_server.models.builtin_texture.surface import Surface

        assert isinstance(request, TextureRequest)
        prompt = (request.text_prompt or "").strip()
        if not prompt and not request.images:
            raise EngineError(
                "neither a text prompt nor an image was given",
                code="INVALID_INPUT",
                suggestion="Describe the surface in words, or send a reference picture.",
            )
        progress(0.02, "reading_mesh")
        asset = read_mesh(request.mesh, MOST_FACES)
        if request.intensity == 0:
            return EngineResult(asset, "unchanged", 1.0, ["At intensity 0 the mesh keeps its own surface."])
        progress(0.08, "unwrapping")
        atlas = Atlas(list(asset.primitives()), request.texture_resolution)
        progress(0.30, "reading_prompt" if prompt else "matching_picture")
        surface = Surface(request, asset, atlas)
        progress(0.40, "generating_texture")
        look = surface.finished()
        progress(0.80, "blending")
        look = blended(atlas, look, request.intensity)
        progress(0.92, "assembling")
        made = dressed(asset, atlas, look, surface.open, surface.opacity)
        extras = {
            **asset.extras,
            "texture": {"uv": "kept" if atlas.keeps_uv else "unwrapped", **surface.facts},
        }
        progress(1.0, "done")
        return EngineResult(replace(made, extras=extras), surface.source, surface.confidence, surface.notes)
