"""What is put on a bird: eyes and beak, legs with toes, comb, tufts and crest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.implicit import Blend, Chain, RoundCone, curve, polygonise
from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.organic.bird_shape import BirdShape
from pocket3d_server.models.builtin_text.organic.leaf import sheet
from pocket3d_server.models.builtin_text.organic.on_body import ball, facing, on_surface
from pocket3d_server.models.builtin_text.organic.paint import plain_part
from pocket3d_server.models.builtin_text.organic.wings import feathered

Array = NDArray[np.float64]


def face_of(b: BirdShape, head: Array, blend: Blend) -> list[Part]:
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


def spread_wings(b: BirdShape, shoulder: Array) -> list[Part]:
    """Wings held out to fly: an arm under coverts, and long feathers that fan out towards its tip."""
    c, span = b.plumage, 1.35 * b.wing
    coverts = Material.from_srgb("wing", c.wing, roughness=0.75)
    flight = Material.from_srgb("wing_tip", c.wing_tip, roughness=0.7)
    arm = curve(
        [
            shoulder + (0.05, 0, 0),
            shoulder + span * np.array([0.34, 0.14, 0.10]),
            shoulder + span * np.array([0.66, 0.20, 0.04]),
            shoulder + span * np.array([0.82, 0.21, -0.02]),
        ],
        40,
    )
    unit = 0.62 * span

    def aim(t: float) -> Array:
        turn = np.radians(4 + 74 * t**2.2)
        return (0.78 + 0.55 * t) * np.array([np.sin(turn), 0.10 * t, -np.cos(turn)])

    long = b.wing_wide / 0.40 * unit
    rows = [
        (16, 0.62 * long, 0.075 * unit, flight),
        (14, 0.36 * long, 0.07 * unit, coverts),
        (12, 0.20 * long, 0.065 * unit, coverts),
    ]
    return feathered(arm + (0, 0, 0.02), rows, aim, (0, 1, 0), np.array([0, 0.013, 0]), 0.075)


def legs_of(b: BirdShape, hip: Array, spread: float, ground: float) -> list[Part]:
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


def _train(rng: np.random.Generator) -> Part:
    """A peacock's raised fan of long feathers with eyes at their ends."""
    green, bronze, blue = (
        Material.from_srgb(n, c, roughness=0.4, metallic=0.3)
        for n, c in (
            ("vane", (0.10, 0.46, 0.22)),
            ("eye_ring", (0.72, 0.50, 0.14)),
            ("eye_spot", (0.05, 0.14, 0.60)),
        )
    )
    u, pieces = np.linspace(0, 1, 12), []
    for row, (count, length) in enumerate(((21, 1.75), (18, 1.30), (14, 0.90))):
        for k in range(count):
            a = np.radians(np.linspace(-86, 86, count)[k] + 2 * rng.standard_normal())
            way = np.array([np.sin(a), np.cos(a), -0.30 + 0.06 * row])
            line = np.array([0, 0.05, -0.30 + 0.03 * row]) + way * (length * u)[:, None]
            width = 0.020 + 0.085 * np.exp(-(((u - 0.88) / 0.14) ** 2))
            pieces.append((sheet(line, (0, 0.2, 1), width, thickness=0.006, columns=3), green))
            for size, material, lift in ((0.062, bronze, 0.006), (0.036, blue, 0.012)):
                axes = facing((0, 0.25, 1))
                pieces.append(
                    (ball(line[-2] + axes[:, 2] * lift, (size, 1.2 * size, 0.008), axes, 10), material)
                )
    return part("train", *pieces)


def extras_of(b: BirdShape, head: Array, rng: np.random.Generator) -> list[Part]:
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
    if "train" in b.extras:
        parts.append(_train(rng))
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
