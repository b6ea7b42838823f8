"""What a request may ask of the mesh itself, whichever model does the work (`geometry/tidy.py`, `geometry/resurface.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from pocket3d_server.geometry.asset import Asset

NEAR = 1.2
"""Times the faces asked for that a mesh may have without a word about it."""
LOD_SHARE = 0.4
"""Of the faces, from one level of detail to the next."""


class MeshOptions(BaseModel):
    """Done to the mesh that is sent before the work, or to the mesh that is made after it; in this order."""

    model_config = ConfigDict(extra="forbid", strict=True)

    fill_holes: bool = Field(default=False, description="Close every hole.")
    remesh: Literal["none", "quads"] = Field(
        default="none",
        description="New topology: near-square quads, each as two triangles one after the other.",
    )
    target_faces: int | None = Field(
        default=None,
        ge=16,
        le=2_000_000,
        description="Triangles to have at most, about. Textures are painted over onto new UVs.",
    )
    unwrap: bool = Field(
        default=False, description="New UVs on one atlas; textures are painted over onto it."
    )
    origin: Literal["keep", "base", "center"] = Field(
        default="keep",
        description="Where the origin is to be: the middle of the footprint, or of the bounding box.",
    )
    height: float | None = Field(default=None, gt=0, le=100_000, description="Height in metres to scale to.")
    lods: int = Field(
        default=0,
        ge=0,
        le=4,
        description="Further files with fewer and fewer triangles, each 40 % of the one before.",
    )

    @property
    def changes_mesh(self) -> bool:
        """Whether anything but further files is asked for."""
        return bool(self.model_dump(exclude_defaults=True).keys() - {"lods"})


def applied(asset: Asset, options: MeshOptions) -> tuple[Asset, list[str]]:
    """The asset as the options want it, and sentences for whoever asked. Raises ValueError for what cannot be done."""
    from pocket3d_server.geometry import tidy
    from pocket3d_server.geometry.resurface import remeshed, simplified, unwrapped

    notes: list[str] = []
    if options.fill_holes:
        asset = tidy.filled(asset)
    if options.remesh == "quads":
        try:
            asset = remeshed(asset, options.target_faces)
        except ImportError:
            raise ValueError("remeshing needs the package pyinstantmeshes, which this server lacks") from None
    elif options.target_faces is not None:
        asset = simplified(asset, options.target_faces)
    if options.target_faces is not None and asset.face_count > NEAR * options.target_faces:
        notes.append(
            f"The mesh has {asset.face_count:,} faces, more than the {options.target_faces:,} asked for: each of its "
            "separate pieces keeps a few."
        )
    if options.unwrap:
        asset = unwrapped(asset)
    if options.origin != "keep" or options.height is not None:
        asset = tidy.placed(asset, options.origin, options.height)
    return asset, notes


def levels_of_detail(asset: Asset, count: int) -> list[Asset]:
    """``count`` coarser assets, finest first."""
    from pocket3d_server.geometry.resurface import simplified

    return [simplified(asset, max(int(asset.face_count * LOD_SHARE**k), 16)) for k in range(1, count + 1)]
