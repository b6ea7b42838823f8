"""A bird from its shape: one skin over body, neck and head, folded or spread wings, tail."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.asset import Asset, Material, Part
from pocket3d_server.geometry.implicit import Blend, Chain, Ellipsoid, RoundCone, curve, polygonise
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.organic.bird_features import (
    Array,
    extras_of,
    face_of,
    legs_of,
    spread_wings,
)
from pocket3d_server.models.builtin_text.organic.bird_shape import BirdShape
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.ground import settle
from pocket3d_server.models.builtin_text.organic.leaf import sheet
from pocket3d_server.models.builtin_text.organic.noise import cell_noise, fractal_noise, smoothstep
from pocket3d_server.models.builtin_text.organic.on_body import FACES, TEXTURE
from pocket3d_server.models.builtin_text.organic.paint import painted_part


def build_bird(b: BirdShape, quality: str, seed: int, scale: float = 1.0) -> Asset:
    """The bird in metres, standing on y = 0, facing +z."""
    rng = np.random.default_rng(seed)
    blend = Blend()
    p = np.radians(b.pitch)
    axis = np.array([0, np.sin(p), np.cos(p)])
    over = np.array([0, np.cos(p), -np.sin(p)])
    r = b.girth / 2
    breast, rump = 0.30 * axis, -0.32 * axis
    blend.add(RoundCone(breast, rump + 0.03 * over, r, 0.55 * r), 0.1, "body")
    blend.add(
        Ellipsoid(
            0.10 * axis - 0.10 * r * over,
            (0.98 * r, 0.98 * r, 0.42),
            np.stack([(1, 0, 0), over, axis], axis=1),
        ),
        0.1,
        "body",
    )
    blend.add(RoundCone(rump, rump - 0.22 * axis + 0.04 * over, 0.5 * r, 0.2 * r), 0.08, "body")
    rise = np.radians(b.neck_rise)
    up = np.array([0, np.sin(rise), np.cos(rise)])
    root = breast + 0.45 * r * axis + 0.15 * r * over
    head = root + up * (b.neck + 0.4 * b.head)
    if b.neck > 0.2:
        side = np.array([0, up[2], -up[1]])
        line = curve(
            [
                root - 0.1 * axis,
                root + up * 0.33 * b.neck + side * 0.32 * b.neck_bend * b.neck,
                root + up * 0.72 * b.neck - side * 0.25 * b.neck_bend * b.neck,
                head,
            ],
            12,
        )
        blend.add(Chain(line, np.linspace(b.neck_thick * 1.35, b.neck_thick * 0.8, 12)), 0.12, "neck")
    else:
        blend.add(RoundCone(root - 0.05 * axis, head, b.neck_thick * 1.3, b.neck_thick), 0.12, "neck")
    blend.add(Ellipsoid(head, np.array([0.92, 0.94, 1.06]) * b.head), 0.08, "head")
    steep = float(np.clip((b.pitch - 55) / 25, 0, 1))
    if steep > 0:  # upright birds stand on the end of a pear-shaped trunk
        blend.add(RoundCone(0.05 * axis, 0.9 * rump, 0.98 * r, (0.55 + 0.27 * steep) * r), 0.1, "body")
    hip = (1 - steep) * (-0.06 * axis - 0.55 * r * over) + steep * (0.92 * rump - 0.10 * r * over)
    spread = 0.50 * r
    seat = float((rump - 0.22 * axis)[1]) - 0.2 * r  # a steep bird must not sit on its rump
    drop = min(float(hip[1]) - b.leg, seat - 0.06)
    for sign in (-1, 1) if not b.flying else ():
        thigh = hip + (sign * spread, 0, 0)
        knee = thigh + (0, -(float(hip[1]) - drop) * b.feathered, 0.02)
        blend.add(
            RoundCone(thigh + (0, 0.12, 0), knee, 0.30 * r + b.leg_thick, 0.10 * r + b.leg_thick),
            0.06,
            "thigh",
        )
    surface = polygonise(
        blend, resolution={"low": 90, "medium": 130, "high": 190}[quality], faces=int(0.55 * FACES[quality])
    )
    regions = blend.region_weights(surface.vertices, 0.03)
    c = b.plumage
    face_at = head + (0, 0, b.head)

    def paint(s: Skin) -> Array:
        q = s.points
        colour = np.tile(np.asarray(c.back, float), (len(q), 1))
        wob = fractal_noise(q * 9, seed, 2) - 0.5
        low = smoothstep(0.25, -0.25, s.normals @ over - 0.55 * (s.normals @ axis) + 0.5 * wob)
        colour += (np.asarray(c.belly) - colour) * low[:, None]
        if c.breast is not None:
            near = smoothstep(
                0.62,
                0.40,
                np.linalg.norm(q - (breast + 0.55 * r * axis - 0.25 * r * over), axis=1) / b.girth * 0.8
                + 0.25 * wob,
            )
            colour += (np.asarray(c.breast) - colour) * near[:, None]
        top = smoothstep(0.35, 0.65, s.region("head") + 0.35 * s.region("neck") + 0.3 * wob)
        colour += (np.asarray(c.head) - colour) * top[:, None]
        if c.face is not None:
            disc = smoothstep(
                1.15, 0.85, np.linalg.norm((q - face_at) / b.head, axis=1) + 0.3 * wob
            ) * s.region("head")
            colour += (np.asarray(c.face) - colour) * disc[:, None]
        feather = (
            cell_noise(q * np.array([26.0, 26.0, 17.0]), seed)[0] if c.speckle > 0.1 else np.zeros(len(q))
        )
        return np.asarray(
            np.clip(
                colour
                * (1 + 0.10 * wob - c.speckle * smoothstep(0.35, 0.62, feather) * (1 - top) * 0.9)[:, None],
                0,
                1,
            )
        )

    parts: list[Part] = [painted_part("body", surface, regions, paint, TEXTURE[quality] * 3 // 4, 0.8)]
    wings = spread_wings(b, breast + 0.30 * r * over) if b.flying else _wings(b, axis, over, breast, r, blend)
    parts += [*wings, _tail(b, over, rump, axis)]
    parts += face_of(b, head, blend)
    parts += legs_of(b, hip, spread, drop) if not b.flying else []
    parts += extras_of(b, head, rng)
    asset = settle(Asset(parts))
    low_corner, high_corner = asset.bounds()
    middle = (low_corner[2] + high_corner[2]) / 2
    for primitive in asset.primitives():
        primitive.vertices = (np.asarray(primitive.vertices, float) - (0, 0, middle)) * b.size * scale
    return asset


def _wings(b: BirdShape, axis: Array, over: Array, breast: Array, r: float, blend: Blend) -> list[Part]:
    """Folded wings of overlapping feathers."""
    c = b.plumage
    coverts, flight = (
        Material.from_srgb("wing", c.wing, roughness=0.75),
        Material.from_srgb("wing_tip", c.wing_tip, roughness=0.7),
    )
    parts = []
    shoulder = breast + 0.55 * r * over * 0.6 + 0.05 * axis
    back = -axis + 0.10 * over
    pieces: list[tuple[Solid, Material]] = []
    u = np.linspace(0, 1, 10)
    for row, (count, reach, wide, start, lift) in enumerate(
        ((9, 1.0, 0.20, 0.0, 0.016), (8, 0.62, 0.19, 0.02, 0.030), (6, 0.40, 0.20, 0.05, 0.042))
    ):
        for k in range(count):
            t = k / (count - 1)
            length = b.wing * reach * (1.0 - 0.42 * t) * (0.9 if row == 0 else 0.85)
            root = shoulder + back * (0.06 + 0.10 * t + start) - over * (b.wing_wide * (0.62 * t - 0.15))
            heading = back * 1.0 + over * (0.05 + 0.20 * (0.5 - t) - 0.10) * 0.5
            points = root + heading * (length * u)[:, None]
            inner = points * (0.02, 1, 1)
            hits = _outside(blend, inner)
            points = np.stack([hits + lift - 0.006 * k / count, points[:, 1], points[:, 2]], axis=1)
            points[:, 0] *= np.interp(u, [0, 0.6, 1], [1, 1, 0.92])
            width = wide * b.wing_wide * np.sin(np.pi * (0.20 + 0.72 * u)).clip(0.05)
            feather = sheet(points, (1.0, 0.25, 0), width, cup=-0.22, thickness=0.008, columns=5)
            pieces.append((feather, flight if row == 0 else coverts))
    parts.append(part("wing_left", *pieces))
    parts.append(part("wing_right", *((s.mirror(), m) for s, m in pieces)))
    return parts


def _tail(b: BirdShape, over: Array, rump: Array, axis: Array) -> Part:
    """The tail's fan."""
    u = np.linspace(0, 1, 10)
    tail_root = rump - 0.10 * axis + 0.06 * over
    rise = np.radians(b.tail_rise)
    away = np.array([0, np.sin(rise), -np.cos(rise)])
    tail = Material.from_srgb("tail", b.plumage.tail, roughness=0.75)
    fan = []
    for k in range(9):
        s = (k - 4) / 4
        heading = away + s * b.tail_wide * np.array([1.0, 0, 0]) * 1.1
        line = (
            tail_root + (0.03 * s, -0.010 * abs(s), 0) + heading * (b.tail * (1 - 0.10 * abs(s)) * u)[:, None]
        )
        fan.append(
            sheet(
                line,
                np.array([0, 1.0, 0.2]) + (0.2 * s, 0, 0),
                0.055 * (0.7 + b.tail_wide) * np.sin(np.pi * (0.25 + 0.66 * u)),
                cup=-0.1,
                thickness=0.008,
                columns=3,
            )
        )
    return part("tail", (join(*fan), tail))


def _outside(blend: Blend, points: Array) -> Array:
    """x (N,) where the body ends sideways of points near its middle plane; 0 where there is no body."""
    x = np.linspace(0, 0.6, 61)
    grid = np.stack(
        [
            np.broadcast_to(x[None], (len(points), 61)),
            np.broadcast_to(points[:, 1:2], (len(points), 61)),
            np.broadcast_to(points[:, 2:3], (len(points), 61)),
        ],
        axis=-1,
    )
    inside = blend.distance(grid.reshape(-1, 3)).reshape(len(points), 61) < 0
    reach = np.where(inside.any(axis=1), x[60 - inside[:, ::-1].argmax(axis=1)], 0.02)
    return np.asarray(np.maximum(reach, 0.03))
