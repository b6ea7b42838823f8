"""The built-in text-to-mesh engine: understand the prompt, choose a family, build its parts, texture them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

import numpy as np

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.engine import (
    Engine,
    EngineError,
    EngineRequest,
    EngineResult,
    Feature,
    MeshRequest,
    ModelSpec,
    Progress,
)

if TYPE_CHECKING:
    from pocket3d_server.models.builtin_text.router import Route, Router


class BuiltinText(Engine):
    """Builds hard-surface objects, animals, plants and people from families of our own; seconds on any CPU."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        model_id="builtin_text",
        feature=Feature.MESH_GENERATION,
        description="Parametric objects from a prompt: vehicles, furniture, buildings, tools, animals, plants, people.",
        inputs=("text",),
        outputs=("glb", "obj", "fbx"),
        licence="Apache-2.0",
        estimated_seconds=3.0,
        memory_mb=2400,  # quality high with a texture of 4096
    )

    def __init__(self) -> None:
        self._router: Router | None = None

    def load(self, device: str) -> None:
        """Read the families and encode their phrases. The kit runs on the CPU whatever ``device`` is."""
        from pocket3d_server.models.builtin_text.families import all_families
        from pocket3d_server.models.builtin_text.router import Router

        self._router = Router(all_families())

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """Build what ``request.text_prompt`` asks for. Raises EngineError when there is no prompt."""
        from pocket3d_server.models.builtin_text.omissions import omissions
        from pocket3d_server.models.builtin_text.statue import carved, substance_of
        from pocket3d_server.models.builtin_text.texturing import texture
        from pocket3d_server.models.language.understand import understand

        job = cast(MeshRequest, request)
        prompt = (job.text_prompt or "").strip()
        if not prompt:
            raise EngineError(
                "builtin_text needs a text prompt", code="INVALID_INPUT", suggestion="Send text_prompt."
            )
        if self._router is None:
            self.load("cpu")
        assert self._router is not None
        progress(0.02, "understanding_prompt")
        route = self._router.choose(prompt)
        progress(0.08, "choosing_family")
        head = route.subject.split()[-1] if route.subject else None
        brief = understand(prompt, job.seed, job.quality, head=head)
        progress(0.15, "building_parts")
        asset = _placed(route.family.build(brief), brief.size)
        progress(0.60, "texturing")
        substance = substance_of(brief, route.family)
        if substance is not None:
            asset = carved(asset, substance, brief, job.texture_resolution)
        else:
            texture(asset, job.texture_resolution, seed=job.seed)
        asset.extras.update(family=route.family.name, subject=route.subject)
        progress(1.0, "finishing")
        left = omissions(prompt, route.subject, route.family.natural, asset)
        confidence = round(min(route.confidence, left.ceiling), 2)
        return EngineResult(asset, "template", confidence, [*_notes(route), *left.notes])


def _placed(asset: Asset, factor: float) -> Asset:
    """The asset made larger or smaller, texture coordinates in metres included, its lowest point on y = 0."""
    shift = np.array([0.0, -float(asset.bounds()[0][1]) * factor, 0.0])
    for primitive in asset.primitives():
        primitive.vertices = np.asarray(primitive.vertices) * factor + shift
        if primitive.uv is not None and primitive.material.base_color_image is None:
            primitive.uv = np.asarray(primitive.uv) * factor
    if asset.skeleton is not None:
        bones = asset.skeleton
        asset.skeleton = replace(
            bones,
            heads=np.asarray(bones.heads) * factor + shift,
            tails=np.asarray(bones.tails) * factor + shift,
        )
    return asset


def _notes(route: Route) -> list[str]:
    from pocket3d_server.models.language.words import STAND_INS

    words = route.subject.split()
    name = STAND_INS.get(words[-1] if words else "", route.family.name).replace("_", " ")
    if not route.subject:
        return [f"The prompt has no English word that the kit knows; this is a {name}."]
    if route.confidence < 0.5:
        return [f"The kit does not know “{route.subject}”; this is its nearest object, a {name}."]
    if not route.known:
        return [f"“{route.subject}” was taken for a {name}."]
    return []
