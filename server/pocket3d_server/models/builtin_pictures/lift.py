"""A picture of the library becomes a mesh in real size."""

from __future__ import annotations

import copy
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_pictures import library
from pocket3d_server.models.builtin_pictures.catalogue import Picture
from pocket3d_server.models.builtin_pictures.library import Library
from pocket3d_server.models.engine import MeshRequest

Quality = Literal["low", "medium", "high"]
LIFTED = 0.6
"""Confidence at most: one picture tells nothing of the back."""
RESOLUTION: dict[Quality, Literal[512, 1024]] = {"low": 512, "medium": 512, "high": 1024}
"""Of the texture: more than the 256 pixels of a picture hold would only be larger."""


def lifted(source: Library, picture: Picture, quality: Quality) -> Asset:
    """``picture`` in 3D: standing on y = 0, facing +Z, as large as the real thing. Raises EngineError."""
    return copy.deepcopy(_lifted(source, picture, quality))


def told(picture: Picture) -> dict[str, str]:
    """What the result's file says of the origin of a lifted picture."""
    return {
        "picture": picture.label,
        "file": f"{library.FOLDER}/{picture.code}.webp",
        "library": f"{library.NAME} {library.RELEASE.revision}",
        "credit": library.CREDIT,
        "licence": library.LICENCE,
    }


def sentence(picture: Picture) -> str:
    """Says where a lifted picture is from."""
    return (
        f"The picture “{picture.label}” of the library {library.NAME} {library.RELEASE.revision} "
        f"({library.CREDIT}; {library.LICENCE}) was lifted into 3D."
    )


@lru_cache(maxsize=4)
def _lifted(source: Library, picture: Picture, quality: Quality) -> Asset:
    """Kept for the copies that one scene has of it."""
    from pocket3d_server.models.builtin_image import BuiltinImage

    with tempfile.TemporaryDirectory(prefix="pocket3d-") as folder:
        file = Path(folder) / f"{picture.code}.webp"
        file.write_bytes(source.picture(picture.code))
        request = MeshRequest(
            seed=0,
            images=[file],
            quality=quality,
            texture_resolution=RESOLUTION[quality],
            parameters={"method": _method(file, picture), "thickness": picture.thickness},
        )
        asset = BuiltinImage().run(request, lambda fraction, stage: None).asset
    return _in_real_size(asset, picture)


def _method(file: Path, picture: Picture) -> str:
    """How to lift the picture: as the catalogue says, else as the image engine would. Never by the kit, which has no
    family for it."""
    if picture.method != "auto":
        return picture.method
    from pocket3d_server.models.builtin_image.forming import MEASURED_AT, plan
    from pocket3d_server.models.builtin_image.silhouette import Silhouette
    from pocket3d_server.models.pictures.cutout import cut_out
    from pocket3d_server.models.pictures.picture import read_picture

    return plan(Silhouette.sample(cut_out(read_picture(file)), MEASURED_AT)).method


def _in_real_size(asset: Asset, picture: Picture) -> Asset:
    low, high = asset.bounds()
    factor = picture.size / float((high - low).max())
    centre = np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])
    for primitive in asset.primitives():
        primitive.vertices = (np.asarray(primitive.vertices, float) - centre) * factor
    for part in asset.parts:
        part.name = picture.label.replace(" ", "_").replace("'", "")
    return asset
