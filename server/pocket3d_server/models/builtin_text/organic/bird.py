"""Birds standing with folded wings: one blended body, feathered wings and tail, beak, legs and eyes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material, Part
from pocket3d_server.geometry.implicit import Blend, Chain, Ellipsoid, RoundCone, Surface, curve, polygonise
from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.organic.animal import FACES, TEXTURE, ball, facing, on_surface
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.ground import settle
from pocket3d_server.models.builtin_text.organic.leaf import sheet
from pocket3d_server.models.builtin_text.organic.noise import cell_noise, fractal_noise, smoothstep
from pocket3d_server.models.builtin_text.organic.paint import painted_part, plain_part

Array = NDArray[np.float64]
Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Plumage:
    """Colours (sRGB) of a bird."""

    back: Triple = (0.42, 0.30, 0.20)
    belly: Triple = (0.86, 0.80, 0.70)
    head: Triple = (0.42, 0.30, 0.20)
    wing: Triple = (0.36, 0.25, 0.17)
    wing_tip: Triple = (0.18, 0.14, 0.11)
    tail: Triple = (0.30, 0.22, 0.16)
    beak: Triple = (0.30, 0.26, 0.22)
    leg: Triple = (0.55, 0.38, 0.28)
    face: Triple | None = None
    iris: Triple = (0.10, 0.06, 0.04)
    breast: Triple | None = None
    speckle: float = 0.25


@dataclass(frozen=True)
class BirdShape:
    """Proportions in units of the trunk's length; ``size`` is that length in metres."""

    size: float
    pitch: float = 35
    """Degrees that the trunk rises towards the breast."""
    girth: float = 0.56
    """Thickness of the trunk over its length."""
    neck: float = 0.12
    neck_rise: float = 70
    neck_thick: float = 0.20
    neck_bend: float = 0.0
    """How strongly the neck is bent like an S."""
    head: float = 0.25
    """Radius."""
    beak: Triple = (0.20, 0.07, 0.0)
    """Length, thickness at the root, hook downwards."""
    beak_wide: float = 1.0
    wing: float = 0.95
    wing_wide: float = 0.36
    tail: float = 0.45
    tail_wide: float = 0.20
    tail_rise: float = -12
    leg: float = 0.32
    leg_thick: float = 0.028
    feathered: float = 0.35
    """Share of the leg hidden by feathers."""
    webbed: bool = False
    eye: Triple = (58, 14, 0.055)
    """Degrees sideways and up, radius."""
    extras: tuple[str, ...] = ()
    """comb, crest, ear_tufts, face_disc."""
    plumage: Plumage = Plumage()


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
    for sign in (-1, 1):
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
    parts += _wings(b, axis, over, breast, rump, r, blend)
    parts += _face(b, head, blend, quality)
    parts += _legs(b, hip, spread, drop)
    parts += _extras(b, head, rng)
    asset = settle(Asset(parts))
    low_corner, high_corner = asset.bounds()
    middle = (low_corner[2] + high_corner[2]) / 2
    for primitive in asset.primitives():
        primitive.vertices = (np.asarray(primitive.vertices, float) - (0, 0, middle)) * b.size * scale
    return asset


def _wings(
    b: BirdShape, axis: Array, over: Array, breast: Array, rump: Array, r: float, blend: Blend
) -> list[Part]:
    """Folded wings of overlapping feathers, and the tail's fan."""
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
    tail_root = rump - 0.10 * axis + 0.06 * over
    rise = np.radians(b.tail_rise)
    away = np.array([0, np.sin(rise), -np.cos(rise)])
    tail = Material.from_srgb("tail", c.tail, roughness=0.75)
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
    parts.append(part("tail", (join(*fan), tail)))
    return parts


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


def _face(b: BirdShape, head: Array, blend: Blend, quality: str) -> list[Part]:
    c, parts = b.plumage, []
    iris, pupil = (
        Material.from_srgb("iris", c.iris, roughness=0.1),
        Material.from_srgb("pupil", (0.015, 0.012, 0.012), roughness=0.05),
    )
    glint = Material.from_srgb("glint", (1, 1, 1), roughness=0.1, emissive=(0.6, 0.6, 0.6))
    yaw0, rise, radius = b.eye
    for name, sign in (("left", 1.0), ("right", -1.0)):
        yaw, up = np.radians(yaw0) * sign, np.radians(rise)
        look = np.array([np.sin(yaw) * np.cos(up), np.sin(up), np.cos(yaw) * np.cos(up)])
        spot = on_surface(blend, head, look)
        axes = facing(look)
        eye = spot - look * 0.35 * radius
        pieces = [
            (ball(eye, np.full(3, radius), axes, 16), iris),
            (ball(eye + look * 0.72 * radius, np.array([0.62, 0.62, 0.36]) * radius, axes, 16), pupil),
            (
                ball(
                    eye + axes @ np.array([0.25, 0.38, 1.0]) * radius,
                    np.array([0.16, 0.16, 0.08]) * radius,
                    axes,
                    8,
                ),
                glint,
            ),
        ]
        parts.append(part(f"eye_{name}", *pieces))
    length, thick, hook = b.beak
    root = head + (0, -0.12 * b.head, 0.78 * b.head)
    tip = root + (0, -0.15 * length - hook * length, length + 0.15 * b.head)
    mid = root + (0, 0.06 * length, 0.62 * length + 0.1 * b.head)
    upper = Blend()
    line = curve([root, mid, tip], 10)
    radii = thick * np.interp(
        np.linspace(0, 1, 10),
        [0, 0.5, 1],
        [1.0, 0.78 if b.beak_wide > 1.3 else 0.62, 0.55 if b.beak_wide > 1.3 else 0.10],
    )
    upper.add(Chain(line, radii, ((1, 0, 0), b.beak_wide)), 0.005, "beak")
    lower_line = curve(
        [
            root - (0, 0.6 * thick, 0),
            0.5 * (root + mid) - (0, 0.75 * thick, 0),
            mid + 0.45 * (tip - mid) - (0, 0.55 * thick, 0),
        ],
        8,
    )
    upper.add(Chain(lower_line, 0.8 * radii[1:9], ((1, 0, 0), b.beak_wide)), 0.004, "beak")
    parts.append(
        plain_part(
            "beak",
            polygonise(upper, resolution=64, faces=900),
            Material.from_srgb("beak", c.beak, roughness=0.4),
        )
    )
    return parts


def _legs(b: BirdShape, hip: Array, spread: float, ground: float) -> list[Part]:
    skin = Material.from_srgb("leg", b.plumage.leg, roughness=0.6)
    t = b.leg_thick
    parts = []
    for name, sign in (("left", 1), ("right", -1)):
        leg = float(hip[1]) - ground
        top = hip + (sign * spread, -leg * b.feathered * 0.7, 0.02)
        knee = np.array([top[0], ground + 0.52 * leg * (1 - b.feathered), top[2] - 0.02])
        foot = np.array([top[0], ground + t, top[2] + 0.02])
        solids: list[Solid] = [
            sweep(
                curve([top, knee, foot], 12),
                t * np.interp(np.linspace(0, 1, 12), [0, 0.48, 0.55, 1], [1.25, 1.0, 1.1, 0.85]),
                10,
                round_ends=True,
                crease=80,
            )
        ]
        toe = 0.20 + 2.2 * t
        tips = []
        for a, reach in ((-32, 1.0), (0, 1.15), (32, 1.0), (180, 0.65)):
            d = np.array([np.sin(np.radians(a)), 0, np.cos(np.radians(a))])
            end = foot + d * toe * reach * 0.75 + (0, -0.45 * t, 0)
            tips.append(end)
            solids.append(
                sweep(
                    curve([foot, 0.5 * (foot + end) + (0, 0.35 * t, 0), end], 7),
                    t * np.linspace(0.85, 0.38, 7),
                    8,
                    round_ends=True,
                    crease=80,
                )
            )
        if b.webbed:
            u = np.linspace(0, 1, 7)
            web = foot + (tips[1] - foot) * u[:, None] * 0.96
            solids.append(sheet(web, (0, 1, 0), 0.52 * toe * u + 0.004, thickness=0.35 * t, columns=5))
        parts.append(part(f"leg_{name}", (join(*solids), skin)))
    return parts


def _extras(b: BirdShape, head: Array, rng: np.random.Generator) -> list[Part]:
    parts = []
    h = b.head
    red = Material.from_srgb("comb", (0.78, 0.10, 0.08), roughness=0.6)
    if "comb" in b.extras:
        blend = Blend()
        for k in range(5):
            a = np.radians(30 + 33 * k)
            out = np.array([0, np.sin(a), np.cos(a)])
            blend.add(
                RoundCone(
                    head + out * 0.85 * h,
                    head + out * h * (1.42 - 0.05 * abs(k - 2)),
                    0.20 * h,
                    0.12 * h,
                    ((1, 0, 0), 0.4),
                ),
                0.05,
                "comb",
            )
        for sign in (-1, 1):
            blend.add(
                RoundCone(
                    head + (sign * 0.10 * h, -0.5 * h, 0.9 * h),
                    head + (sign * 0.12 * h, -1.1 * h, 0.85 * h),
                    0.12 * h,
                    0.18 * h,
                    ((1, 0, 0), 0.6),
                ),
                0.01,
                "comb",
            )
        parts.append(plain_part("comb", polygonise(blend, resolution=70, faces=1600), red))
    if "ear_tufts" in b.extras:
        tuft = Material.from_srgb("tuft", b.plumage.back, roughness=0.9)
        u = np.linspace(0, 1, 7)
        for name, sign in (("left", 1), ("right", -1)):
            line = (
                head
                + np.array([sign * 0.55 * h, 0.62 * h, 0.35 * h])
                + np.array([sign * 0.28 * h, 0.75 * h, -0.05 * h]) * u[:, None]
            )
            parts.append(
                part(
                    f"tuft_{name}",
                    (
                        sheet(
                            line,
                            (0.3 * sign, 0, 1),
                            0.22 * h * (1 - u**1.5) + 0.004,
                            cup=-0.3,
                            thickness=0.02,
                            columns=5,
                        ),
                        tuft,
                    ),
                )
            )
    if "crest" in b.extras:
        crest = Material.from_srgb("crest", b.plumage.head, roughness=0.8)
        u = np.linspace(0, 1, 8)
        feathers = []
        for k in range(5):
            line = (
                head
                + (0, 0.80 * h, 0.10 * h - 0.16 * h * k)
                + np.array([0, 1.0, 0]) * (h * (0.9 - 0.10 * k) * (u - 0.45 * u**2))[:, None]
                - np.array([0, 0, 1.0]) * (h * (0.30 + 0.14 * k) * u**1.5)[:, None]
            )
            feathers.append(
                sheet(
                    line,
                    (0.1, 0.4, 1),
                    0.10 * h * np.sin(np.pi * (0.15 + 0.8 * u)),
                    thickness=0.012,
                    columns=3,
                )
            )
        parts.append(part("crest", (join(*feathers), crest)))
    return parts


__all__ = ["BirdShape", "Plumage", "Surface", "build_bird"]
