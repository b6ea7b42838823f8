"""Road wheels: a tyre with tread, a spoked rim, a brake disc and its caliper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.solid import Points, Solid, join, part


@dataclass(frozen=True)
class WheelStyle:
    """What a wheel looks like. Lengths in metres."""

    radius: float
    width: float
    rim: float = 0.72
    """Radius of the rim over the radius of the tyre."""
    spokes: int = 5
    pattern: str = "split"
    """``split`` (pairs of thin spokes), ``star`` (wide spokes), ``wire`` (many thin ones) or ``disc`` (a steel wheel)."""
    tread: str = "road"
    """``road`` (grooves), ``blocks`` (off-road), ``slick``."""
    segments: int = 36
    """Steps around the tyre; everything smaller on the wheel takes a share of them."""

    def steps(self, share: float) -> int:
        """``share`` of the steps around the tyre, even and at least 6."""
        return max(6, 2 * round(self.segments * share / 2))


@dataclass(frozen=True)
class WheelMaterials:
    """What a wheel is made of."""

    tyre: Material
    rim: Material
    hub: Material
    disc: Material
    caliper: Material


def wheel(name: str, style: WheelStyle, materials: WheelMaterials, at: Points, outward: float) -> Part:
    """A wheel about the point ``at`` whose outer side faces x = ``outward`` (1 or -1)."""
    pieces = [(_tyre(style), materials.tyre), (_rim(style), materials.rim), (_hub(style), materials.hub)]
    if style.pattern != "disc":  # nobody sees a brake behind a closed wheel
        pieces += [(_disc(style), materials.disc), (_caliper(style), materials.caliper)]
    placed = []
    for solid, material in pieces:
        turned = solid if outward > 0 else solid.mirror("x")
        placed.append((turned.move(*at), material))
    return part(name, *placed)


def _about_x(solid: Solid) -> Solid:
    """From a surface turned about y to one turned about x, upper side outwards."""
    return solid.rotate(z=-90)


def _tyre(s: WheelStyle) -> Solid:
    r, w, rim = s.radius, s.width / 2, s.radius * s.rim
    groove = {"road": 0.02, "blocks": 0.05, "slick": 0.0}[s.tread] * r
    wall = curves.smooth_curve(
        [
            [rim, 0.78 * w],
            [rim + 0.35 * (r - rim), 1.0 * w],
            [rim + 0.75 * (r - rim), 0.99 * w],
            [r - 0.012, 0.86 * w],
            [r, 0.70 * w],
        ],
        6,
    )
    cuts = [] if groove == 0 else [0.42, 0.0, -0.42]
    tread: list[list[float]] = []
    for c in cuts:
        half = 0.05 * w
        tread += [[r, c * w + 2 * half], [r - groove, c * w], [r, c * w - 2 * half]]
    lower = wall[::-1] * [1, -1]
    bore = [[rim - 0.02 * r, -0.74 * w], [rim - 0.02 * r, 0.74 * w]]
    outline = np.concatenate([wall, np.array(tread).reshape(-1, 2), lower, bore])
    ring = shapes.revolve(outline, s.segments, crease=35, closed=True)
    if s.tread == "blocks":
        ring = ring.deform(lambda v: _lugs(v, s))
    return _about_x(ring)


def _lugs(v: Points, s: WheelStyle) -> Points:
    """Every third pair of segments pressed in, staggered between the halves of the tread."""
    r = np.hypot(v[:, 0], v[:, 2])
    a = np.round(np.arctan2(v[:, 0], v[:, 2]) / (2 * np.pi) * s.segments).astype(int)
    low = ((a + np.where(v[:, 1] > 0, 0, 2)) % 4 < 2) & (r > 0.97 * s.radius)
    v[low] *= np.stack([1 - 0.045 * low[low], np.ones(low.sum()), 1 - 0.045 * low[low]], axis=1)
    return v


def _rim(s: WheelStyle) -> Solid:
    r, w = s.radius * s.rim, s.width / 2
    # A well behind the spokes and a lip that holds the tyre.
    barrel = np.array(
        [[r, 0.80 * w], [r * 1.015, 0.86 * w], [r * 0.99, 0.92 * w], [r * 0.945, 0.88 * w], [r * 0.92, 0.55 * w],
         [r * 0.90, -0.80 * w], [r, -0.86 * w], [r, -0.78 * w], [r * 0.96, -0.6 * w], [r * 0.96, 0.6 * w]]
    )  # fmt: skip
    pieces = [_about_x(shapes.revolve(barrel[::-1], s.segments, crease=40, closed=True))]
    if s.pattern == "disc":
        dish = curves.smooth_curve(
            [[0, 0.42 * w], [0.35 * r, 0.55 * w], [0.6 * r, 0.72 * w], [0.93 * r, 0.45 * w]], 9
        )
        plate = np.concatenate([dish[::4] - [0, 0.09 * w], dish[::-1]])
        pieces.append(_about_x(shapes.revolve(plate, s.segments)))
        holes = max(s.spokes, 4)
        pieces += [_bolt(s, 0.62 * r, a, 0.72 * w, 0.055 * r) for a in 2 * np.pi * np.arange(holes) / holes]
        return join(*pieces)
    spread = {"split": (-9.0, 9.0), "star": (0.0,), "wire": (-4.0, 4.0)}[s.pattern]
    wide = {"split": (0.12, 0.085), "star": (0.30, 0.17), "wire": (0.035, 0.035)}[s.pattern]
    count = s.spokes if s.pattern != "wire" else max(3 * s.spokes, 14)
    for k in range(count):
        for lean in spread:
            spoke = _spoke(r, w, wide, lean)
            pieces.append(spoke.rotate(x=360 * k / count))
    return join(*pieces)


def _spoke(r: float, w: float, wide: tuple[float, float], lean: float) -> Solid:
    """A bar from the hub to the lip along +y, dished, leaning by degrees at its outer end."""
    t = np.linspace(0, 1, 5)
    y = r * (0.12 + 0.82 * t)
    x = w * (0.52 + 0.22 * np.sin(np.pi * t * 0.9) + 0.06 * t)
    z = y * np.tan(np.radians(lean)) * (0.3 + 0.7 * t)
    half = r * (wide[0] + (wide[1] - wide[0]) * t) / 2
    shape = curves.rectangle(1, 1, 0.3, 1)
    rings = np.stack(
        [
            x[:, None] + shape[None, :, 1] * w * 0.20,
            np.broadcast_to(y[:, None], (5, len(shape))),
            z[:, None] + 2 * shape[None, :, 0] * half[:, None],
        ],
        axis=2,
    )
    return shapes.loft(rings, crease=50)


def _bolt(s: WheelStyle, reach: float, angle: float, height: float, radius: float) -> Solid:
    nut = shapes.cylinder(radius, 0.02, 0.0 if s.segments < 60 else 0.004, s.steps(0.25)).rotate(z=-90)
    return nut.move(height - 0.006, reach * np.cos(angle), reach * np.sin(angle))


def _hub(s: WheelStyle) -> Solid:
    r, w = s.radius * s.rim, s.width / 2
    cap = curves.smooth_curve(
        [[0.19 * r, 0.3 * w], [0.185 * r, 0.72 * w], [0.13 * r, 0.82 * w], [0, 0.84 * w]], 7
    )
    pieces = [_about_x(shapes.revolve(cap, s.steps(0.6)))]
    if s.pattern != "wire":
        pieces += [_bolt(s, 0.135 * r, a, 0.80 * w, 0.028 * r) for a in 2 * np.pi * (np.arange(5) + 0.5) / 5]
    return join(*pieces)


def _disc(s: WheelStyle) -> Solid:
    r, w = s.radius * s.rim, s.width / 2
    disc = shapes.tube(0.76 * r, 0.2 * r, 0.12 * w, 0.01 * r, s.segments)
    bell = shapes.cylinder(0.30 * r, 0.30 * w, 0.02 * r, s.steps(0.6))
    axle = shapes.cylinder(0.16 * r, 1.2 * w, 0.0, s.steps(0.3)).move(y=-0.9 * w)
    return _about_x(join(disc, bell.move(y=0.05 * w), axle)).move(x=0.02 * w)


def _caliper(s: WheelStyle) -> Solid:
    r, w = s.radius * s.rim, s.width / 2
    sector = np.concatenate([curves.arc(0.82 * r, -32, 32, 7), curves.arc(0.54 * r, 32, -32, 7)])
    clamp = shapes.extrude(curves.rounded(sector, 0.05 * r, 1), 0.30 * w, 0.05 * w)
    return clamp.rotate(y=90).rotate(x=200).move(x=0.10 * w)
