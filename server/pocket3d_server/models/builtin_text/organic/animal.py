"""A whole four-legged animal: body, ears, eyes, nose, horns and hair as named parts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.geometry.implicit import Blend, Chain, Ellipsoid, RoundCone, Surface, curve, polygonise
from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.geometry.solid import part
from pocket3d_server.models.builtin_text.organic.anatomy import Anatomy
from pocket3d_server.models.builtin_text.organic.animal_extras import extra_parts
from pocket3d_server.models.builtin_text.organic.coat import Painter, Skin, coat_painter
from pocket3d_server.models.builtin_text.organic.noise import fractal_noise
from pocket3d_server.models.builtin_text.organic.on_body import TEXTURE, Detail, ball, facing, on_surface
from pocket3d_server.models.builtin_text.organic.paint import painted_part
from pocket3d_server.models.builtin_text.organic.poses import curled
from pocket3d_server.models.builtin_text.organic.quadruped import SIDE, UP, Body, flesh_out

Array = NDArray[np.float64]
CURLS_UP = 0.95
"""Withers height in metres below which a sleeper with paws curls up."""


def build_animal(a: Anatomy, quality: str, seed: int, pose: str = "standing") -> Asset:
    """The animal in metres on y = 0, facing +z, centred on the vertical axis; ``pose`` as in `flesh_out`."""
    detail = Detail(quality)
    body = flesh_out(a, pose)
    painter = coat_painter(a.coat, a, body, seed)
    skin = polygonise(body.blend, resolution=detail.cells, faces=detail.faces)
    regions = body.blend.region_weights(skin.vertices, 0.008)
    regions["rough"] = fractal_noise(skin.vertices * 9, seed) - 0.5
    parts = [painted_part("body", skin, regions, painter, TEXTURE[quality], a.coat.roughness)]
    parts += _ears(a, body, painter, detail)
    parts += _closed_eyes(a, body) if pose == "sleeping" else _eyes(a, body, detail)
    parts += _nose(a, body)
    parts += extra_parts(a, body, detail, seed)
    asset = Asset(parts)
    if pose == "sleeping" and a.foot == "paw" and a.height < CURLS_UP:
        curled(asset, 225)
    return _placed(asset, a.height)


def _closed_eyes(a: Anatomy, body: Body) -> list[Part]:
    """The seams of shut lids, bowed downwards."""
    sideways, rise, radius = a.head.eye
    centre = body.head.at(0, a.head.skull_at[0] + 0.02, a.head.eye_at)
    wide = np.degrees(1.3 * radius / max(a.head.skull[0], 0.15))
    yaw = np.radians(sideways + wide * np.linspace(-1, 1, 7))[:, None]
    up = np.radians(rise - 4 - 0.35 * wide * (1 - np.linspace(-1, 1, 7) ** 2))[:, None]
    look = (
        np.sin(yaw) * np.cos(up) * SIDE
        + np.sin(up) * body.head.up
        + np.cos(yaw) * np.cos(up) * body.head.forward
    )
    line = np.array([on_surface(body.blend, centre, d) for d in look])
    lid = sweep(
        line, 0.16 * radius * body.head.length * np.array([0.3, 0.8, 1, 1, 1, 0.8, 0.3]), 6, round_ends=True
    )
    dark = Material.from_srgb("lid", (0.05, 0.04, 0.035), roughness=0.5)
    return [part("eyelid_left", (lid, dark)), part("eyelid_right", (lid.mirror(), dark))]


def _eyes(a: Anatomy, body: Body, detail: Detail) -> list[Part]:
    h, frame = a.head, body.head
    sideways, rise, radius = h.eye
    radius *= frame.length
    white = Material.from_srgb("eye_rim", (0.07, 0.05, 0.04), roughness=0.35)
    iris = Material.from_srgb("iris", h.iris, roughness=0.12)
    pupil = Material.from_srgb("pupil", (0.015, 0.012, 0.012), roughness=0.06)
    glint = Material.from_srgb("glint", (1, 1, 1), roughness=0.1, emissive=(0.6, 0.6, 0.6))
    centre = frame.at(0, h.skull_at[0] + 0.02, h.eye_at)
    parts = []
    for name, sign in (("left", 1.0), ("right", -1.0)):
        yaw, up = np.radians(sideways) * sign, np.radians(rise)
        look = (
            np.sin(yaw) * np.cos(up) * SIDE + np.sin(up) * frame.up + np.cos(yaw) * np.cos(up) * frame.forward
        )
        spot = on_surface(body.blend, centre, look)
        outward = 0.55 * look + 0.45 * body.blend.gradient(spot[None])[0]
        axes = facing(outward, frame.up)
        eye = spot - axes[:, 2] * radius * 0.45
        shape = {"round": (0.52, 0.52), "slit": (0.22, 0.62), "bar": (0.62, 0.34)}[h.pupil]
        dark = ball(
            eye + axes[:, 2] * radius * 0.80, np.array([*shape, 0.30]) * radius, axes, detail.segments
        )
        spark = ball(
            eye + axes @ np.array([0.22 * sign * 0 + 0.22, 0.36, 0.98]) * radius,
            np.array([0.15, 0.15, 0.08]) * radius,
            axes,
            10,
        )
        rim = ball(eye - axes[:, 2] * radius * 0.14, np.full(3, radius * 1.10), axes, detail.segments)
        parts.append(
            part(
                f"eye_{name}",
                (ball(eye, np.full(3, radius), axes, detail.segments), iris),
                (dark, pupil),
                (spark, glint),
                (rim, white),
            )
        )
    return parts


def _nose(a: Anatomy, body: Body) -> list[Part]:
    if a.head.nose is None:
        return []
    up, _forward, wide, high = a.head.nose
    frame = body.head
    axes = np.stack([SIDE, frame.up, frame.forward], axis=1)
    spot = on_surface(body.blend, frame.at(0, up, a.head.muzzle[1][1] - 0.1), frame.forward)
    size = frame.length
    blend = Blend()
    blend.add(Ellipsoid(spot, np.array([wide, high, 0.7 * wide]) * size, axes), 0.001, "nose")
    blend.add(
        RoundCone(spot, spot - frame.up * high * 1.1 * size, 0.45 * wide * size, 0.25 * wide * size),
        0.02 * size,
        "nose",
    )
    for sign in (-1, 1):
        hole = spot + axes @ np.array([sign * 0.48 * wide, -0.05 * high, 0.62 * wide]) * size
        blend.add(Ellipsoid(hole, np.array([0.22, 0.2, 0.3]) * wide * size, axes), 0.008 * size, carve=True)
    surface = polygonise(blend, resolution=44, faces=900)
    return [_plain("nose", surface, Material.from_srgb("nose", a.coat.nose, roughness=0.3))]


def _plain(name: str, surface: Surface, material: Material) -> Part:
    from pocket3d_server.models.builtin_text.organic.paint import plain_part

    return plain_part(name, surface, material)


def _ears(a: Anatomy, body: Body, painter: Painter, detail: Detail) -> list[Part]:
    e, frame = a.ears, body.head
    if e.kind == "none":
        return []
    root = on_surface(
        body.blend, frame.at(0, e.at[1] * 0.3, e.at[2]), frame.at(*e.at) - frame.at(0, e.at[1] * 0.3, e.at[2])
    )
    out, turn = np.radians(e.out), np.radians(e.turn)
    along = np.sin(out) * SIDE + np.cos(out) * frame.up
    face = np.cos(turn) * frame.forward + np.sin(turn) * SIDE
    face = face - along * (face @ along)
    face /= np.linalg.norm(face)
    across = np.cross(face, along)
    blend = _ear_shape(e.kind, e.length, e.width, root, along, across, face)
    surface = polygonise(blend, resolution=72, faces=detail.faces // 12)
    colour = np.asarray(a.coat.ears if a.coat.ears is not None else a.coat.base)
    inner = np.asarray(a.coat.inner_ear)

    def paint_ear(skin: Skin) -> Array:
        base = (
            painter(Skin(skin.points, skin.normals, {"neck": np.ones(len(skin.points))}))
            if a.coat.ears is None and a.coat.pattern in ("patches", "giraffe", "dalmatian", "zebra")
            else np.tile(colour, (len(skin.points), 1))
        )
        t = np.clip((skin.points - root) @ along / e.length, 0, 1)
        inside = np.clip(skin.region("hollow"), 0, 1)[:, None]
        base = base * (1 - 0.12 * t[:, None])
        return base + (inner - base) * inside

    hollow = _hollowness(blend, surface)
    left = painted_part("ear_left", surface, {"hollow": hollow}, paint_ear, 256, a.coat.roughness)
    return [left, mirrored_part("ear_right", left)]


def mirrored_part(name: str, part: Part) -> Part:
    """The part reflected in the plane x = 0, with the same materials and textures."""
    flip = np.array([-1.0, 1, 1])
    return Part(
        name,
        [
            Primitive(
                p.vertices * flip,
                p.faces[:, ::-1],
                p.material,
                p.uv,
                None if p.normals is None else p.normals * flip,
            )
            for p in part.primitives
        ],
    )


def _hollowness(blend: Blend, surface: Surface) -> Array:
    """How far each vertex (V,) lies in the ear's opening: near the carved bowl."""
    bowls = [t.shape for t in blend.terms if t.carve]
    if not bowls:
        return np.zeros(len(surface.vertices))
    size = float(np.ptp(surface.vertices, axis=0).max())
    near = np.min([b.distance(surface.vertices) for b in bowls], axis=0)
    return np.clip(1 - np.maximum(near, 0) / (0.03 * size), 0, 1)


def _ear_shape(
    kind: str, length: float, width: float, root: Array, along: Array, across: Array, face: Array
) -> Blend:
    blend, w = Blend(), width / 2
    axes = np.stack([across, along, face], axis=1)

    def at(x: float, y: float, z: float) -> Array:
        return root + axes @ np.array([x, y, z])

    if kind in ("pointed", "leaf", "long"):
        fat = {"pointed": 1.0, "leaf": 1.0, "long": 0.9}[kind]
        flat = {"pointed": 0.42, "leaf": 0.62, "long": 0.62}[kind]
        belly = {"pointed": 0.18, "leaf": 0.42, "long": 0.55}[kind]
        spine = [at(0, -0.25 * length, 0), at(0, belly * length, 0), at(0, length, 0.02 * length)]
        radii = [
            0.75 * w if kind != "pointed" else 1.02 * w,
            w * fat,
            {"pointed": 0.10, "leaf": 0.14, "long": 0.42}[kind] * w,
        ]
        blend.add(
            Chain(curve(spine, 7), np.interp(np.linspace(0, 2, 7), [0, 1, 2], radii), (face, flat)),
            0.01,
            "ear",
        )
        bowl = [
            at(0, -0.02 * length, (flat - 0.02) * w),
            at(0, belly * length, (flat + 0.02) * w),
            at(0, 0.86 * length, (flat - 0.12) * w),
        ]
        blend.add(Chain(bowl, np.array([0.62, 0.72, 0.06]) * w, (face, 0.5)), 0.25 * w, carve=True)
    elif kind == "round":
        blend.add(Ellipsoid(at(0, 0.35 * length, 0), (w, 0.62 * length, 0.42 * w), axes), 0.01, "ear")
        blend.add(
            Ellipsoid(at(0, 0.35 * length, 0.42 * w), (0.66 * w, 0.42 * length, 0.34 * w), axes),
            0.2 * w,
            carve=True,
        )
    elif kind == "fan":
        blend.add(Ellipsoid(at(0, 0.50 * length, 0), (w, 0.52 * length, 0.07 * length), axes), 0.01, "ear")
        blend.add(
            Ellipsoid(at(-0.25 * w, 0.25 * length, 0), (0.6 * w, 0.3 * length, 0.08 * length), axes),
            0.1 * w,
            "ear",
        )
        blend.add(
            Ellipsoid(at(-0.75 * w, 0.72 * length, 0.01), (0.35 * w, 0.42 * length, 0.05 * length), axes),
            0.1 * w,
            "ear",
        )
    else:  # floppy: a flap that starts outward and hangs down beside the cheek
        down = np.array([0.0, -1.0, 0.0])
        lean = 0.22 * SIDE + 0.10 * face
        line = np.stack(
            [
                root - 0.10 * length * along,
                root + 0.16 * length * along,
                root + 0.26 * length * along + 0.38 * length * (down + 0.3 * lean),
                root + 0.24 * length * along + 0.95 * length * (down + 0.15 * lean),
            ]
        )
        wide = np.interp(np.linspace(0, 3, 9), [0, 1, 2, 3], np.array([0.55, 0.85, 1.0, 0.62]) * w)
        blend.add(Chain(curve(list(line), 9), wide, (0.85 * SIDE + 0.45 * UP, 0.32)), 0.01, "ear")
    return blend


def _placed(asset: Asset, scale: float) -> Asset:
    """Scaled to metres and centred over the origin, in place."""
    low, high = asset.bounds()
    shift = np.array([-(low[0] + high[0]) / 2, -low[1], -(low[2] + high[2]) / 2])
    for p in asset.primitives():
        p.vertices = (np.asarray(p.vertices, float) + shift) * scale
    return asset
