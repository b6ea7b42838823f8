"""The library as a model: what a prompt names is looked for among its pictures, and the nearest is lifted into 3D."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pocket3d_server.models.builtin_pictures.library import NAME, RELEASE, Library
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
from pocket3d_server.models.reading import read_prompt

if TYPE_CHECKING:
    from pocket3d_server.models.builtin_text.gallery import Gallery

POOR = 0.5
"""Confidence below which a picture is not what was asked for."""


class BuiltinPictures(Engine):
    """Lifts a picture of the library into 3D. ``builtin_text`` does so by itself for what its kit has no family for."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        model_id="builtin_pictures",
        feature=Feature.MESH_GENERATION,
        description=f"About 830 small pictures of things, lifted into 3D ({NAME}). Once it is here, builtin_text "
        "takes from it what its kit does not know.",
        inputs=("text",),
        outputs=("glb", "obj", "fbx"),
        licence="Apache-2.0 AND MIT",
        estimated_seconds=4.0,
        weights=(RELEASE,),
    )

    def __init__(self) -> None:
        self._gallery: Gallery | None = None

    def load(self, device: str) -> None:
        """Read the names of the pictures. It runs on the CPU whatever ``device`` is."""
        from pocket3d_server.models.builtin_text.gallery import Gallery

        library = Library.of(self.weights)
        if library is None:
            raise EngineError(
                "the picture library is not installed",
                code="MODEL_UNAVAILABLE",
                suggestion="Install it: pocket3d-server models install builtin_pictures.",
            )
        self._gallery = Gallery(library)

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """Lift the picture that comes nearest to the prompt. Raises EngineError when there is no prompt."""
        from pocket3d_server.models.builtin_pictures.lift import LIFTED, lifted, sentence, told

        assert isinstance(request, MeshRequest)
        prompt = read_prompt(request)
        if self._gallery is None:
            self.load("cpu")
        assert self._gallery is not None
        library = self._gallery.library
        assert library is not None
        progress(0.05, "choosing_picture")
        picture, closeness = self._gallery.nearest(prompt)
        progress(0.2, "lifting_picture")
        asset = lifted(library, picture, request.quality)
        progress(1.0, "finishing")
        asset.extras["pictures"] = [told(picture)]
        far = ["The library has no picture of that; this is the nearest it has."] if closeness < POOR else []
        return EngineResult(asset, "picture", round(min(closeness, LIFTED), 2), [*far, sentence(picture)])
