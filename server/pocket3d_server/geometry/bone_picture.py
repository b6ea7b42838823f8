"""Draws a skeleton over the picture of its mesh, as one sees it with the mesh made of glass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage
from PIL import ImageDraw

from pocket3d_server.geometry.asset import Image, Skeleton
from pocket3d_server.geometry.preview import Camera

FINER = 4
"""The drawing is made this many times larger, so that its edges are smooth."""
VEIL = (232, 235, 240, 92)
"""What lies between the mesh and its bones, so that these stand out from any colour."""
LIGHT, DARK, JOINT, EDGE = (255, 178, 70, 225), (226, 110, 20, 235), (255, 248, 236, 255), (84, 34, 2, 255)
"""The two sides of a bone, its joints, and the line around both: sRGB and opacity, 0..255."""
WIDEST, LEAST = 0.11, 0.003
"""Half the width of a bone, share of its length; of a joint's dot, share of the picture."""
MOST = 0.012
"""Half the width of the widest bone, share of the picture."""
SHOULDER = 0.14
"""Where along a bone it is widest."""


def with_bones(picture: Image, camera: Camera, skeleton: Skeleton) -> Image:
    """``picture`` (size, size, 4), as ``camera`` took it, with the bones drawn on it; far ones first."""
    size = len(picture)
    sheet = PilImage.new("RGBA", (size * FINER, size * FINER), VEIL)
    pen = ImageDraw.Draw(sheet)  # it replaces what is below, opacity and all
    heads, tails = (
        camera.project(np.asarray(p, np.float64), size) * FINER for p in (skeleton.heads, skeleton.tails)
    )
    away = np.linalg.norm((np.asarray(skeleton.heads) + skeleton.tails) / 2 - camera.eye, axis=1)
    for k in np.argsort(-away, kind="stable"):
        _bone(pen, heads[k], tails[k], size * FINER)
    drawn = PilImage.alpha_composite(
        PilImage.fromarray(picture), sheet.resize((size, size), PilImage.Resampling.BOX)
    )
    return np.asarray(drawn)


def _bone(pen: ImageDraw.ImageDraw, head: NDArray[np.float64], tail: NDArray[np.float64], size: int) -> None:
    """A kite that is wide near its head, half of it in shade, with a dot at the joint."""
    along = tail - head
    length = float(np.linalg.norm(along))
    half = float(np.clip(WIDEST * length, LEAST * size * 0.6, MOST * size))
    across = np.array([-along[1], along[0]]) / max(length, 1e-9) * half
    middle = head + SHOULDER * along
    points = [tuple(map(float, p)) for p in (head, middle + across, tail, middle - across)]
    line = max(round(size / 640), 1)
    if length > 2 * LEAST * size:  # one that points at the camera is its dot only
        pen.polygon(points, fill=LIGHT)
        pen.polygon([points[0], points[2], points[3]], fill=DARK)
        pen.line([*points, points[0]], fill=EDGE, width=line, joint="curve")
    dot = max(0.55 * half, LEAST * size)
    x, y = map(float, head)
    pen.ellipse((x - dot, y - dot, x + dot, y + dot), fill=JOINT, outline=EDGE, width=line)
