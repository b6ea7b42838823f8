"""What a near camera does to an outline, and how to undo it.

Nothing in a single picture says how far away the camera stood. Pictures of single things are mostly taken from two to
three lengths away, at the height of their middle; that is assumed here, wherever the outline agrees with it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import ndimage

from pocket3d_server.models.builtin_image.profile import Turned
from pocket3d_server.models.builtin_image.silhouette import Silhouette
from pocket3d_server.models.pictures.picture import Array

DISTANCE = 2.5
"""From the camera to the object's middle, over the object's longer side in the picture."""
SHARP = 0.68
"""An end that is at its tip as wide as this share of the rim is cut off level: a drawing, or no rim."""
BULGE = 0.04
"""Share of the radius by which an end's outline may dent and still be taken as convex."""


def camera(shape: Silhouette) -> tuple[float, Array]:
    """The camera's distance in pixels of the grid, and the row and column (2,) that it looks at."""
    rows, columns = np.nonzero(shape.mask)
    middle = np.array([rows.min() + rows.max(), columns.min() + columns.max()]) / 2
    return DISTANCE / shape.frame.unit, middle


def before_camera(vertices: Array) -> Array:
    """Vertices (V, 3) in metres of a body of about 1 m, moved so that the camera sees them where they lie in x and y.

    What stands nearer than the middle looks larger, so it is made that much smaller, and what stands further larger.
    Without it the outline would be the picture's only from infinitely far away.
    """
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    middle = (low + high) / 2
    ratio = 1 - (vertices[:, 2:] - middle[2]) / (DISTANCE * (high - low)[:2].max())
    return np.column_stack([middle[:2] + (vertices[:, :2] - middle[:2]) * ratio, vertices[:, 2]])


def unforeshortened(shape: Silhouette, turned: Turned) -> Turned:
    """The turned body whose picture by a near camera has the given outline; itself where the ends are sharp.

    Near rims hide what lies behind them: the outline of a cup is higher than the cup by the arcs of its rim and
    foot. The lines of sight along an outline's tangent touch the body; a plane that touches a turned body
    touches it all around, as a cone. So each tangent of the outline is a tangent of the profile, moved inwards
    for the distance, and the profile is what these tangents leave.
    """
    distance, middle = camera(shape)
    radius = turned.radius
    count = len(radius)
    if count < 12 or radius.max() < 3:
        return turned
    eye = float((middle - turned.start) @ turned.direction)
    seen = np.arange(count) - eye
    true = radius * distance / np.hypot(distance, radius)
    places = np.maximum.accumulate(seen * (1 - (true / distance) ** 2))
    found = np.interp(seen, places, true)
    kept = np.ones(count, bool)
    for way in (1, -1):
        u, v = radius[::way], way * seen[::way]
        cut = _end(u, v, distance)
        if cut is not None:
            caps, first = cut
            found[::way] = np.minimum(found[::way], caps)
            kept[::way][:first] = False
    inner = np.nonzero(kept & (found > 0.5))[0]
    if len(inner) < 0.5 * count:
        return turned
    first, last = inner[0], inner[-1]
    return replace(turned, start=turned.start + first * turned.direction, radius=found[first : last + 1])


def _end(u: Array, v: Array, distance: float) -> tuple[Array, int] | None:
    """Largest radius (K,) at heights ``v`` that the tangents of one end allow, and how many rows there are none of
    the body; None where the end shows no rim. ``u`` are half widths there, the end first and negative.
    """
    count = len(u)
    if v[0] >= 0:
        return None
    arc = float(u[: count // 3].max())
    for _ in range(3):  # the arc of a rim as wide as what follows it
        arc = abs(v[0]) / distance * float(u[min(round(arc), count // 3)])
    zone = min(round(1.5 * arc) + 2, count // 3)
    if arc < 1.5 or zone < 4 or u[0] > SHARP * u[zone]:
        return None
    part = ndimage.gaussian_filter1d(u[: zone + 1], 0.7, mode="nearest")
    slope = np.gradient(part)
    line = part[:, None] + slope[:, None] * (v[None, : zone + 1] - v[: zone + 1, None])
    if (part[None] - line).max() > BULGE * part.max() + 1 or slope.min() < -0.3:
        return None
    reach = part - slope * v[: zone + 1]
    caps = (reach[:, None] + slope[:, None] * v[None]) / np.hypot(1, reach / distance)[:, None]
    tip = (v - (v[0] - 0.5)) * distance / abs(v[0] - 0.5)
    cap = np.minimum(caps[slope >= 0].min(axis=0, initial=np.inf), tip)
    cap[zone + 1 :] = np.inf
    # What lies flatter than the line of sight past the rim is not seen; it is level.
    grazing = np.diff(cap[: zone + 1]) > 0.7 * distance / abs(v[0])
    return cap, int(np.argmin(grazing)) if not grazing.all() else zone
