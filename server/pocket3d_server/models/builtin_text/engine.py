"""The built-in text-to-mesh engine: understand the prompt, choose a family, build its parts, texture them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pocket3d_server.models.engine import (
    Engine,
    EngineRequest,
    EngineResult,
    Feature,
    MeshRequest,
    ModelSpec,
    Progress,
)
from pocket3d_server.models.reading import read_prompt

if TYPE_CHECKING:
    from pocket3d_server.models.builtin_pictures.library import Library
    from pocket3d_server.models.builtin_text.gallery import Gallery
    from pocket3d_server.models.builtin_text.router import Router
    from pocket3d_server.models.builtin_text.scenes.compose import Composed
    from pocket3d_server.models.builtin_text.scenes.things import Made

INSTALL = (
    "Install it under Models in Blender, or with 'pocket3d-server models install builtin_pictures' (16 MB)."
)


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
        self._galleries: dict[Library | None, Gallery] = {}

    def load(self, device: str) -> None:
        """Read the families. The kit runs on the CPU whatever ``device`` is."""
        from pocket3d_server.models.builtin_text.families import all_families
        from pocket3d_server.models.builtin_text.router import Router

        self._router = Router(all_families())

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """Build what ``request.text_prompt`` asks for. Raises EngineError when there is no prompt."""
        from pocket3d_server.models.builtin_pictures.lift import LIFTED, told
        from pocket3d_server.models.builtin_text.gallery import picture_of
        from pocket3d_server.models.builtin_text.omissions import CEILING, omissions
        from pocket3d_server.models.builtin_text.scenes.compose import Composer
        from pocket3d_server.models.builtin_text.scenes.grammar import parse
        from pocket3d_server.models.builtin_text.scenes.spelling import mended
        from pocket3d_server.models.builtin_text.scenes.things import Workshop
        from pocket3d_server.models.builtin_text.texturing import texture

        assert isinstance(request, MeshRequest)
        prompt = read_prompt(request)
        if self._router is None:
            self.load("cpu")
        assert self._router is not None
        gallery = self._gallery()
        self._router.gallery = gallery if gallery.library else None
        progress(0.02, "understanding_prompt")
        prompt, spelling = mended(prompt, self._router.words)
        sentence = parse(prompt, self._router.is_name)
        progress(0.15, "building_parts")
        workshop = Workshop(self._router, request.seed, request.quality, request.texture_resolution, prompt)
        composed = Composer(workshop, sentence).compose()
        asset = composed.asset
        progress(0.60, "texturing")
        texture(asset, request.texture_resolution, seed=request.seed)
        subject = composed.made[0].route
        asset.extras.update(family=subject.family.name, subject=subject.subject)
        if composed.count > 1:
            asset.extras["things"] = [m.route.family.name for m in composed.made]
        progress(1.0, "finishing")
        left = omissions(prompt, any(m.route.family.natural and not _posed(m) for m in composed.made), asset)
        shown = list(dict.fromkeys(p for m in composed.made if (p := picture_of(m.route))))
        if shown:
            asset.extras["pictures"] = [told(picture) for picture in shown]
        confidence = min(
            left.ceiling,
            *(m.route.confidence for m in composed.made),
            CEILING if composed.notes else 1,
            LIFTED if shown else 1,
        )
        notes = [
            *spelling,
            *(n for m in composed.made for n in _notes(m)),
            *composed.notes,
            *left.notes,
            *_offers(composed, gallery),
        ]
        source = "picture" if picture_of(subject) else "template"
        return EngineResult(asset, source, round(confidence, 2), list(dict.fromkeys(notes)))

    def _gallery(self) -> Gallery:
        """The picture library as it is now: it may have been installed or removed since the last run."""
        from pocket3d_server.models.builtin_pictures.library import Library
        from pocket3d_server.models.builtin_text.gallery import Gallery

        weights = getattr(self, "weights", None)  # a kit that another engine made for itself has none
        library = Library.of(weights) if weights is not None else None
        if library not in self._galleries:
            self._galleries[library] = Gallery(library)
        return self._galleries[library]


def _posed(made: Made) -> bool:
    """Whether a living thing does what the prompt says rather than just stand."""
    return bool(made.brief.pose) or made.asset.extras.get("pose", "standing") != "standing"


def _offers(composed: Composed, gallery: Gallery) -> list[str]:
    """Where the picture library that is not here has what the kit has not."""
    if gallery.library:
        return []
    unknown = [m.route.subject for m in composed.made if m.route.confidence < 0.5 and m.route.subject]
    found = [p.label for what in [*unknown, *composed.left_out] if (p := gallery.offer(what))]
    names = " and ".join(f"“{label}”" for label in dict.fromkeys(found))
    return [f"The picture library has {names}. {INSTALL}"] if found else []


def _notes(made: Made) -> list[str]:
    """What is to be said of how a thing was chosen."""
    from pocket3d_server.models.builtin_pictures.lift import sentence
    from pocket3d_server.models.builtin_text.gallery import picture_of

    route = made.route
    picture = picture_of(route)
    if picture is not None:
        keeps = (made.brief.colours or made.brief.materials) and not made.carved
        own = ["A picture keeps its own colours and materials."] if keeps else []
        return [f"The kit has no “{picture.label}”. {sentence(picture)}", *own]
    name = route.family.name.replace("_", " ")
    if not route.subject:
        return [f"The prompt has no English word that the kit knows; this is a {name}."]
    if route.confidence < 0.5:
        return [f"The kit does not know “{route.subject}”; this is its nearest object, a {name}."]
    if not route.known:
        return [f"“{route.subject}” was taken for a {name}."]
    return []
