"""Fits one of the kit's parametric objects to a silhouette: furniture and vehicles, which no lifting gets right.

The candidates' outlines are compared with the silhouette; the best is built by ``builtin_text``, turned as it is seen
in the picture and scaled along the picture's axes to its box. Whether the fit is good is measured on what was built.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import ndimage
from skimage.color import rgb2lab

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.models.builtin_image.relatives import Relative, facing, relatives
from pocket3d_server.models.builtin_image.silhouette import Silhouette
from pocket3d_server.models.engine import MeshRequest
from pocket3d_server.models.language.understand import is_attribute, tokens_of
from pocket3d_server.models.language.words import COLOURS
from pocket3d_server.models.pictures.picture import Array

NAMED, UNNAMED = 0.5, 0.86
"""Least overlap of the built object's outline with the silhouette: with its category named in the text, and without."""
FITTED = (
    *("seating", "tables", "storage", "bed", "bathroom"),
    *("car", "bus", "truck", "train", "tractor", "tank", "cart", "cycle"),
    *("airplane", "helicopter", "boat", "submarine", "rocket"),
)
"""Modules of the kit whose objects stand in for the picture's unasked: lifted, these have no legs, wheels or seats."""
TOLERANCE = 0.012
"""Share of the longer side by which both outlines are widened before they are compared."""
STRETCH = 1.45
"""Most by which width and height are scaled differently."""
NAME_CERTAIN = 0.8
TELLING = 0.6
"""Share of its box that a silhouette fills at most to tell what it is without a word."""


@dataclass(frozen=True)
class Fitted:
    """An object of the kit in the place of the picture's."""

    asset: Asset
    relative: Relative
    overlap: float
    """Of its outline with the silhouette, 0..1."""


def named_family(text: str | None) -> str | None:
    """The kit's family that a text certainly names."""
    if not text or not text.strip():
        return None
    from pocket3d_server.models.builtin_text.families import all_families
    from pocket3d_server.models.builtin_text.router import Router

    route = Router(all_families()).choose(text)
    return route.family.name if route.known and route.confidence >= NAME_CERTAIN else None


def fit_kit(
    shape: Silhouette, request: MeshRequest, family: str | None, at_least: float | None = None
) -> Fitted | None:
    """The best of ``family``, or of all when the silhouette alone leaves hardly a doubt; else None.

    ``at_least`` is the overlap to ask for instead of the usual.
    """
    if at_least is None and family is not None and family not in fitting():
        return None
    least = at_least if at_least is not None else NAMED if family else UNNAMED
    near = relatives(shape.mask, families=(family,) if family else ())
    if near[0].likeness <= 0.6 * least:
        return None
    if at_least is None and family is None and (near[0].likeness < least or not _telling(shape)):
        return None
    draft = request.model_copy(update={"quality": "low", "texture_resolution": 512})
    tried = [_fitted(shape, draft, relative) for relative in near[: 3 if family else 1]]
    best = max((t for t in tried if t is not None), key=lambda t: t.overlap, default=None)
    return _fitted(shape, request, best.relative) if best is not None and best.overlap >= least else None


@cache
def fitting() -> frozenset[str]:
    """Names of the families of furniture and vehicles."""
    from pocket3d_server.models.builtin_text.families import all_families

    return frozenset(
        name
        for name, family in all_families().items()
        if family.build.__module__.rsplit(".", 1)[-1] in FITTED
    )


def _telling(shape: Silhouette) -> bool:
    """Whether an outline is so much broken up that only one kind of thing has it: no disc, box or egg."""
    rows, columns = np.nonzero(shape.mask)
    return bool(len(rows) < TELLING * (np.ptp(rows) + 1) * (np.ptp(columns) + 1))


def _fitted(shape: Silhouette, request: MeshRequest, relative: Relative) -> Fitted | None:
    """The object built, turned and scaled; None when its proportions are too far off."""
    from pocket3d_server.models.builtin_text import BuiltinText

    said = [token for token in tokens_of(request.text_prompt or "") if is_attribute(token)]
    prompt = " ".join([*(said or [_colour(shape)]), relative.phrase])
    update = {"text_prompt": prompt, "images": [], "parameters": {}, "seed": relative.seed}
    asset = BuiltinText().run(request.model_copy(update=update), lambda *_: None).asset
    camera = facing(relative.view, relative.mirrored)
    extent = np.ptp(np.asarray(asset.merged()[0]) @ camera.T, axis=0)[:2]
    scale = _box(shape) / np.maximum(extent, 1e-9)
    if scale.max() / scale.min() > STRETCH:
        return None
    even = float(np.sqrt(scale.prod()))
    if relative.view in ("front", "side"):
        _move(asset, camera, np.array([scale[0], scale[1], even]))
        camera = np.eye(3)
    else:  # seen at an angle: it stands upright and faces forward, as an object in a scene should
        _move(asset, np.eye(3), np.full(3, even))
    points, faces = asset.merged()
    return Fitted(asset, relative, _overlap(shape, np.asarray(points) @ camera.T, faces))


def _box(shape: Silhouette) -> Array:
    """Width and height (2,) of the silhouette in metres."""
    rows, columns = np.nonzero(shape.mask)
    return np.array([np.ptp(columns) + 1, np.ptp(rows) + 1]) * shape.frame.unit


def _move(asset: Asset, turn: Array, factors: Array) -> None:
    """Turns and scales an asset in place and stands it on y = 0 around the vertical axis."""
    matrix = np.diag(factors) @ turn
    points = np.asarray(asset.merged()[0]) @ matrix.T
    low, high = points.min(axis=0), points.max(axis=0)
    shift = -np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])
    leaning = np.linalg.inv(matrix)
    for primitive in asset.primitives():
        primitive.vertices = np.asarray(primitive.vertices) @ matrix.T + shift
        if primitive.normals is not None:
            normals = np.asarray(primitive.normals) @ leaning
            primitive.normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    asset.skeleton = None  # its bones would no longer fit


def _overlap(shape: Silhouette, points: Array, faces: np.ndarray) -> float:
    """Intersection over union of the outline of ``points`` along z with the silhouette, box laid on box."""
    rows, columns = np.nonzero(shape.mask)
    part = shape.mask[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    low, high = points.min(axis=0), points.max(axis=0)
    x = low[0] + (np.arange(part.shape[1]) + 0.5) / part.shape[1] * (high[0] - low[0])
    y = high[1] - (np.arange(part.shape[0]) + 0.5) / part.shape[0] * (high[1] - low[1])
    grid = np.meshgrid(x, y)
    origins = np.stack([*(g.ravel() for g in grid), np.full(part.size, high[2] + 1)], axis=1)
    hits = RayScene(points, faces).first_hit(origins, np.tile([0.0, 0.0, -1.0], (part.size, 1)))
    ours = (hits.face >= 0).reshape(part.shape)
    # Legs and rails that miss each other by a hair still mean the same.
    slack = max(1, round(TOLERANCE * max(part.shape)))
    ours, part = (ndimage.binary_dilation(np.pad(m, slack), iterations=slack) for m in (ours, part))
    return float((ours & part).sum() / max((ours | part).sum(), 1))


def _colour(shape: Silhouette) -> str:
    """The nearest colour word for the picture's typical colour."""
    inner = shape.distance > 2
    typical = np.median(rgb2lab(shape.rgb)[inner if inner.any() else shape.mask], axis=0)
    words = list(COLOURS)
    known = rgb2lab(np.array([[COLOURS[word] for word in words]]))[0]
    return words[int(np.argmin(np.linalg.norm((known - typical) * (0.6, 1, 1), axis=1)))]
