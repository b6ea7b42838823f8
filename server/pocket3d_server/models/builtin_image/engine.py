"""The engine: picture to cut-out, cut-out to shape, shape to painted mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

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
    from pocket3d_server.models.builtin_image.evidence import Evidence
    from pocket3d_server.models.builtin_image.views import View
    from pocket3d_server.models.pictures.cutout import Cutout

MOST_IMAGES = 4
CELLS = {"low": 112, "medium": 176, "high": 288}
"""Grid cells along the longer side of the object."""
FACES = {"low": 6_000, "medium": 20_000, "high": 60_000}
SEGMENTS = {"low": 40, "medium": 72, "high": 120}
"""Around a turned body."""

ViewName = Literal["front", "back", "left", "right", "top"]


class ImageParameters(BaseModel):
    """What a person may set when the engine's own judgement is not wanted."""

    model_config = ConfigDict(extra="forbid")
    method: Literal["auto", "inflate", "lathe", "extrude", "box"] = Field(
        "auto", description="How one picture becomes a shape; auto reads it from the picture."
    )
    thickness: float = Field(1.0, ge=0.1, le=4, description="Factor on the depth that was judged right.")
    relief: float = Field(1.0, ge=0, le=3, description="How far colour regions and fine detail stand out.")
    views: list[ViewName] | None = Field(
        None, description="What each image shows, in order; left out, it is judged from the outlines."
    )


class BuiltinImage(Engine):
    """Mesh from one picture, or from two to four views of the same object. Needs no GPU and no 3D network."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        model_id="builtin_image",
        feature=Feature.MESH_GENERATION,
        description="Lifts pictures into textured meshes: turned, extruded, inflated or carved from several views",
        inputs=("image",),
        outputs=("glb", "obj"),
        licence="Apache-2.0",
        estimated_seconds=3.0,
        parameters=ImageParameters,
    )

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """See `Engine.run`. Raises EngineError for pictures that cannot be read or show no object."""
        from pocket3d_server.models.pictures.cutout import cut_out
        from pocket3d_server.models.pictures.picture import read_picture

        if not isinstance(request, MeshRequest):
            raise TypeError("builtin_image makes meshes")
        settings = ImageParameters.model_validate(request.parameters)
        if not request.images:
            raise EngineError(
                "no image was given",
                code="INVALID_INPUT",
                suggestion="Send one to four pictures of one object.",
            )
        if len(request.images) > MOST_IMAGES:
            raise EngineError(
                f"{len(request.images)} images were given, at most {MOST_IMAGES} can be used",
                code="INVALID_INPUT",
                suggestion="Send the front first, then side, back and top.",
            )
        if settings.views is not None and len(settings.views) != len(request.images):
            raise EngineError(
                f"{len(settings.views)} views were named for {len(request.images)} images",
                code="INVALID_INPUT",
                suggestion="Name one view for each image, or leave views out.",
            )
        progress(0.02, "reading_images")
        largest = min(2048, max(1024, request.texture_resolution))
        pictures = [read_picture(path, largest) for path in request.images]
        progress(0.08, "cutting_out")
        cutouts = [cut_out(picture) for picture in pictures]
        notes = list(dict.fromkeys(note for cutout in cutouts for note in cutout.notes))
        if request.text_prompt:
            notes.append("The text was not used: the picture decided what was made.")
        progress(0.25, "choosing_shape")
        if len(cutouts) > 1:
            from pocket3d_server.models.builtin_image.views import match_views

            matched = match_views(cutouts, settings.views)
            if matched is not None:
                names = ", ".join(view.name for view in matched)
                notes.append(f"The images were taken as these views: {names}.")
                if {view.name for view in matched} != {"front", "back"}:
                    return _carved(matched, request, notes, progress)
                return _single(matched[0].cutout, request, settings, notes, progress, matched[1].cutout)
            notes.append("The views do not fit together as one object; only the first image was used.")
        return _single(cutouts[0], request, settings, notes, progress)


def _single(
    cutout: Cutout,
    request: MeshRequest,
    settings: ImageParameters,
    notes: list[str],
    progress: Progress,
    behind: Cutout | None = None,
) -> EngineResult:
    """One picture, perhaps with one of the back: measure, choose, build, paint."""
    from pocket3d_server.geometry.asset import Asset, Part
    from pocket3d_server.models.builtin_image import evidence, meshes, paint
    from pocket3d_server.models.builtin_image.extrude import extrude
    from pocket3d_server.models.builtin_image.inflate import inflate
    from pocket3d_server.models.builtin_image.lathe import lathe, turned_coat
    from pocket3d_server.models.builtin_image.silhouette import Silhouette

    shape = Silhouette.sample(cutout, CELLS[request.quality])
    facts = evidence.measure(Silhouette.sample(cutout, CELLS["low"]))
    choice = evidence.choose(facts)[0]
    method = choice.method if settings.method == "auto" else settings.method
    progress(0.35, "building_surface")
    colours_behind = _same_behind(method, facts, cutout)
    colours = paint.coat(cutout, mirrored_back=colours_behind, behind=behind)
    if method == "lathe":
        from pocket3d_server.models.builtin_image.profile import fit_profile

        turned = fit_profile(shape)
        mesh = lathe(shape, turned, SEGMENTS[request.quality], FACES[request.quality])
        mesh = meshes.Mesh(mesh.vertices * (1, 1, settings.thickness), mesh.faces)
        if behind is None:
            colours = turned_coat(colours, shape, turned)
    elif method == "inflate":
        mesh = inflate(shape, settings.thickness, settings.relief)
    else:
        mesh = extrude(
            shape,
            evidence.flat_depth(facts),
            bevel=0.012 if method == "box" else None,
            thickness=settings.thickness,
            emboss=0.4 * settings.relief,
        )
    progress(0.6, "simplifying")
    mesh = meshes.reduce(mesh, FACES[request.quality])
    progress(0.7, "projecting_colours")
    primitive = paint.paint(mesh, colours, request.texture_resolution)
    progress(0.98, "finishing")
    certainty = choice.confidence if settings.method == "auto" else 0.8
    asset = Asset([Part("object", [primitive])], extras={"method": method, "cutout": cutout.method})
    return EngineResult(asset, method, round(certainty * cutout.confidence, 3), notes)


def _same_behind(method: str, facts: Evidence, cutout: Cutout) -> bool:
    """Whether the back may show the front again: flat things, and creatures and things seen from the side."""
    if method in ("extrude", "box"):
        return True
    if facts.eyes or facts.looks_here:
        return False
    # A photo of someone upright has a face even when no eyes were found in it.
    return facts.symmetry < 0.68 or (cutout.method != "saliency" and facts.aspect > 0.95)


def _carved(matched: list[View], request: MeshRequest, notes: list[str], progress: Progress) -> EngineResult:
    """Several views: carve what all outlines allow, round it, colour it from every side."""
    from pocket3d_server.geometry.asset import Asset, Part
    from pocket3d_server.models.builtin_image import carve, meshes

    progress(0.35, "carving_views")
    mesh = carve.carve(matched, CELLS[request.quality])
    progress(0.6, "simplifying")
    mesh = meshes.reduce(mesh, FACES[request.quality])
    progress(0.7, "projecting_colours")
    primitive = carve.paint_views(mesh, matched, request.texture_resolution)
    progress(0.98, "finishing")
    agreement = min(view.agreement for view in matched)
    confidence = min(view.cutout.confidence for view in matched) * (0.4 + 0.6 * agreement)
    asset = Asset([Part("object", [primitive])], extras={"method": "carve"})
    return EngineResult(asset, "carve", round(confidence, 3), notes)
