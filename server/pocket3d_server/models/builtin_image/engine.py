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
    from pathlib import Path

    from pocket3d_server.models.builtin_image.forming import Plan
    from pocket3d_server.models.builtin_image.silhouette import Silhouette
    from pocket3d_server.models.builtin_image.views import View
    from pocket3d_server.models.pictures.cutout import Cutout

MOST_IMAGES = 4
CELLS = {"low": 112, "medium": 176, "high": 288}
"""Grid cells along the longer side of the object."""
THIN, FINER = 0.06, 1.35
"""What is inflated and nowhere thicker than this radius over its longer side gets so many times the cells, or it would
lose its tips."""
FACES = {"low": 6_000, "medium": 20_000, "high": 60_000}
SEGMENTS = {"low": 40, "medium": 72, "high": 120}
"""Around a turned body."""

ViewName = Literal["front", "back", "left", "right", "top"]


class ImageParameters(BaseModel):
    """What a person may set when the engine's own judgement is not wanted."""

    model_config = ConfigDict(extra="forbid")
    method: Literal["auto", "inflate", "lathe", "extrude", "box", "furniture", "kit"] = Field(
        "auto",
        description="How one picture becomes a shape; auto reads it from the picture. kit builds the parametric "
        "object that looks most like it, or the one that text_prompt names.",
    )
    thickness: float = Field(1.0, ge=0.1, le=4, description="Factor on the depth that was judged right.")
    relief: float = Field(1.0, ge=0, le=3, description="How far colour regions and fine detail stand out.")
    views: list[ViewName] | None = Field(
        None, description="What each image shows, in order; left out, it is judged from the outlines."
    )
    masks: bool = Field(
        False,
        description="Every second image is the mask of the one before it, white where the object is. "
        "A picture with transparency needs none: its alpha is its mask.",
    )


class BuiltinImage(Engine):
    """Mesh from one picture, or from two to four views of the same object. Needs no GPU and no 3D network."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        model_id="builtin_image",
        feature=Feature.MESH_GENERATION,
        description="Lifts pictures into textured meshes: turned, extruded, inflated, built as furniture or carved from several views",
        inputs=("image",),
        outputs=("glb", "obj", "fbx"),
        licence="Apache-2.0",
        estimated_seconds=3.0,
        parameters=ImageParameters,
    )

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """See `Engine.run`. Raises EngineError for pictures that cannot be read or show no object."""
        from pocket3d_server.models.builtin_image.upscale import upscaled
        from pocket3d_server.models.pictures.cutout import cut_out
        from pocket3d_server.models.pictures.picture import read_masked

        assert isinstance(request, MeshRequest)
        settings = ImageParameters.model_validate(request.parameters)
        files = _paired(request.images, settings)
        progress(0.02, "reading_images")
        largest = min(2048, max(1024, request.texture_resolution))
        pictures = [read_masked(picture, mask, largest) for picture, mask in files]
        enlarged = [upscaled(picture) for picture in pictures]
        progress(0.08, "cutting_out")
        cutouts = [cut_out(p if large is None else large) for p, large in zip(pictures, enlarged)]
        notes = list(dict.fromkeys(note for cutout in cutouts for note in cutout.notes))
        if any(large is not None for large in enlarged):
            notes.append("Small pictures were enlarged with Real-ESRGAN.")
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


def _paired(images: list[Path], settings: ImageParameters) -> list[tuple[Path, Path | None]]:
    """Pictures with their masks. Raises EngineError where their number does not fit."""
    if settings.masks and len(images) % 2:
        raise EngineError(
            f"{len(images)} images were given, which are no pairs of a picture and its mask",
            code="INVALID_INPUT",
            suggestion="With masks, send each picture and after it its mask.",
        )
    files: list[tuple[Path, Path | None]] = (
        list(zip(images[::2], images[1::2])) if settings.masks else [(image, None) for image in images]
    )
    if not files:
        raise EngineError(
            "no image was given",
            code="INVALID_INPUT",
            suggestion="Send one to four pictures of one object.",
        )
    if len(files) > MOST_IMAGES:
        raise EngineError(
            f"{len(files)} images were given, at most {MOST_IMAGES} can be used",
            code="INVALID_INPUT",
            suggestion="Send the front first, then side, back and top.",
        )
    if settings.views is not None and len(settings.views) != len(files):
        raise EngineError(
            f"{len(settings.views)} views were named for {len(files)} images",
            code="INVALID_INPUT",
            suggestion="Name one view for each image, or leave views out.",
        )
    return files


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
    from pocket3d_server.models.builtin_image import forming, meshes, paint
    from pocket3d_server.models.builtin_image.lathe import turned_coat
    from pocket3d_server.models.builtin_image.perspective import before_camera
    from pocket3d_server.models.builtin_image.silhouette import Silhouette

    small = Silhouette.sample(cutout, forming.MEASURED_AT)
    plan = forming.plan(small, "auto" if settings.method == "kit" else settings.method)
    figure = plan.facts.eyes or plan.facts.looks_here
    if settings.method == "kit" or (settings.method == "auto" and behind is None and not figure):
        fitted = _from_kit(small, request, settings.method == "kit", cutout.confidence, notes)
        if fitted is not None:
            return fitted
    if settings.method == "kit":
        notes.append("Nothing in the kit looks like the picture; it was lifted into 3D instead.")
    elif request.text_prompt:
        notes.append("The text was not used: the picture decided what was made.")
    finer = FINER if plan.method == "inflate" and plan.facts.thickest < THIN else 1.0
    shape = Silhouette.sample(cutout, round(finer * CELLS[request.quality]))
    faces = FACES[request.quality]
    progress(0.35, "building_surface")
    colours = paint.coat(cutout, mirrored_back=_same_behind(plan, cutout), behind=behind)
    detail = forming.Detail(faces, SEGMENTS[request.quality], settings.thickness, settings.relief)
    mesh, turned = forming.form(shape, plan, detail)
    if turned is not None and behind is None:
        colours = turned_coat(colours, shape, turned)
    progress(0.6, "simplifying")
    mesh = meshes.reduce(mesh, faces)
    progress(0.7, "projecting_colours")
    primitive = paint.paint(mesh, colours, request.texture_resolution)
    if plan.method == "inflate" and behind is None:
        primitive.vertices = before_camera(primitive.vertices)
    primitive.vertices[:, 1] -= primitive.vertices[:, 1].min()
    progress(0.98, "finishing")
    asset = Asset([Part("object", [primitive])], extras={"method": plan.method, "cutout": cutout.method})
    return EngineResult(asset, plan.method, round(plan.confidence * cutout.confidence, 3), notes)


def _from_kit(
    shape: Silhouette, request: MeshRequest, wanted: bool, certainty: float, notes: list[str]
) -> EngineResult | None:
    """The kit's object in place of the picture's: when the text names it, the picture leaves no doubt, or it is
    ``wanted`` however well it fits."""
    from pocket3d_server.models.builtin_image.kit import fit_kit, named_family

    family = named_family(request.text_prompt)
    fitted = fit_kit(shape, request, family, at_least=0.0 if wanted else None)
    if fitted is None:
        return None
    name = fitted.relative.family.replace("_", " ")
    why = "as the text says" if family else "by its outline"
    said = (
        f"The picture was taken for a {name}, {why}: it is an object of the parametric kit in the picture's "
        f"proportions, not the very one. Its outline covers the picture's to {fitted.overlap:.0%}."
    )
    fitted.asset.extras.update(method="kit", family=fitted.relative.family)
    confidence = certainty * fitted.overlap * (0.95 if family else 0.8)
    return EngineResult(fitted.asset, "kit", round(confidence, 3), [*notes, said])


def _same_behind(plan: Plan, cutout: Cutout) -> bool:
    """Whether the back may show the front again: flat things, and creatures and things seen from the side."""
    facts = plan.facts
    if plan.method in ("extrude", "box", "furniture"):
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
