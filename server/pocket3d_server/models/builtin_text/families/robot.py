"""Robots on two legs, in plates of painted metal."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import box, capsule, cylinder, rounded_box, sphere, sweep, torus
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow
from pocket3d_server.models.builtin_text.organic.ground import settle
from pocket3d_server.models.builtin_text.organic.on_body import facing
from pocket3d_server.models.builtin_text.organic.sculpt import hue
from pocket3d_server.models.language.brief import Brief


def _rod(a: tuple[float, ...], b: tuple[float, ...], r: float, sides: int) -> Solid:
    """A bevelled cylinder from a to b."""
    start, end = np.asarray(a, float), np.asarray(b, float)
    length = float(np.linalg.norm(end - start))
    upright = facing(end - start, (0.01, 0.2, 1)) @ np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    return cylinder(r, length, 0.18 * r, sides).transform(upright).move(*start)


def robot(brief: Brief) -> Asset:
    """Head, trunk, jointed arms and legs as parts of their own, arms a little away from the body."""
    rng, n = brief.rng(17), brief.detail(28)
    look = brief.rng(18).permutation(3)[0]
    paint = asked(
        brief,
        "plate",
        "paint",
        hue(
            brief,
            (0.86, 0.88, 0.90),
            (0.90, 0.50, 0.12),
            (0.24, 0.46, 0.66),
            (0.80, 0.74, 0.22),
            (0.42, 0.56, 0.40),
            main=False,
        ),
        "body",
        "plate",
        main=True,
        metallic=0.35,
    )
    steel, dark = finish("steel", None, "joint"), finish("metal", (0.20, 0.21, 0.24), "dark")
    light = glow(
        "light",
        hue(
            brief, (0.25, 0.85, 1.0), (1.0, 0.72, 0.18), (0.40, 1.0, 0.45), nouns=("eye", "light"), main=False
        ),
        1.0,
    )
    wide = 0.24 * (1 + 0.12 * float(rng.standard_normal())) * brief.grown("girth")
    parts: list[Part] = []
    trunk: Solid
    if look == 0:  # a box, a barrel or a tapered chest
        trunk = rounded_box(2 * wide, 0.52, 0.34, 0.05)
    elif look == 1:
        trunk = capsule(0.27, 0.62, n).scale(wide / 0.25, 1, 0.85)
    else:
        trunk = rounded_box(2.1 * wide, 0.50, 0.34, 0.07).deform(
            lambda v: v * np.stack([0.78 + 0.44 * (v[:, 1] + 0.25), np.ones(len(v)), np.ones(len(v))], axis=1)
        )
    parts.append(part("trunk", (trunk.move(0, 1.12, 0), paint)))
    front = 0.185 if look != 1 else 0.245
    panel = rounded_box(0.20, 0.16, 0.03, 0.012).move(0, 1.19, front - 0.008)
    lamps = [sphere(0.018, 12).scale(1, 1, 0.5).move(x, 1.22, front + 0.008) for x in (-0.055, 0, 0.055)]
    bars = [box(0.13, 0.012, 0.012, 0.003).move(0, 1.175 - 0.026 * k, front + 0.006) for k in range(2)]
    parts.append(part("panel", (panel, dark), (join(*lamps), light), (join(*bars), steel)))
    parts.append(
        part(
            "neck",
            (
                join(
                    cylinder(0.06, 0.14, 0.01, n).move(0, 1.36, 0),
                    *(torus(0.066, 0.022, n, 10).move(0, y, 0) for y in (1.39, 1.425, 1.46)),
                ),
                dark,
            ),
        )
    )
    parts += _head(rng, n, (paint, dark, light, steel))
    parts.append(
        part(
            "pelvis",
            (rounded_box(0.34, 0.15, 0.25, 0.05).move(0, 0.80, 0), dark),
            (cylinder(0.11, 0.10, 0.02, n).move(0, 0.84, 0), steel),
        )
    )
    shoulder, elbow, wrist = (wide + 0.095, 1.28, 0.0), (wide + 0.225, 1.04, 0.0), (wide + 0.335, 0.82, 0.05)
    arm = {
        "shoulder": [(sphere(0.085, n).move(*shoulder), paint)],
        "upper_arm": [(_rod(shoulder, elbow, 0.045, n), steel)],
        "elbow": [(sphere(0.058, n).move(*elbow), dark)],
        "forearm": [(_rod(elbow, wrist, 0.065 if look != 1 else 0.055, n), paint)],
        "hand": [(sphere(0.052, n).move(*wrist), dark), *((f, steel) for f in _fingers(wrist))],
    }
    hip, knee, ankle = (0.11, 0.78, 0.0), (0.125, 0.44, 0.015), (0.13, 0.11, -0.01)
    leg = {
        "hip": [(sphere(0.075, n).move(*hip), dark)],
        "thigh": [(_rod(hip, knee, 0.060, n), steel)],
        "knee": [(sphere(0.066, n).move(*knee), dark)],
        "shin": [(_rod(knee, ankle, 0.080 if look != 1 else 0.068, n), paint)],
        "foot": [
            (rounded_box(0.155, 0.10, 0.27, 0.04).move(0.13, 0.052, 0.045), paint),
            (box(0.165, 0.026, 0.285, 0.008).move(0.13, 0.013, 0.045), dark),
        ],
    }
    for name, pieces in {**arm, **leg}.items():
        parts.append(part(f"{name}_left", *pieces))
        parts.append(part(f"{name}_right", *((s.mirror(), m) for s, m in pieces)))
    for p in Asset(parts).primitives():
        p.vertices = np.asarray(p.vertices) * (1, brief.grown("height"), 1)
    return settle(Asset(parts))


def _fingers(wrist: tuple[float, float, float]) -> list[Solid]:
    """Three fingers and a thumb below a wrist."""
    w = np.asarray(wrist)
    rows = [
        ((0.035, -0.02, 0.03), (0.06, -0.10, 0.045), (0.045, -0.155, 0.055)),
        ((0.035, -0.03, 0.0), (0.06, -0.115, 0.01), (0.045, -0.17, 0.02)),
        ((0.03, -0.02, -0.03), (0.05, -0.10, -0.025), (0.035, -0.15, -0.015)),
        ((-0.01, -0.01, 0.04), (-0.02, -0.07, 0.075), (-0.005, -0.115, 0.08)),
    ]
    return [
        sweep(curve([w + np.array(p) for p in row], 8), 0.0155, 8, round_ends=True, crease=80) for row in rows
    ]


def _head(rng: np.random.Generator, n: int, finishes: tuple[Finish, Finish, Finish, Finish]) -> list[Part]:
    """A box, a helmet with a visor, or a dome with big round eyes."""
    paint, dark, light, steel = finishes
    kind = int(rng.integers(3))
    y = 1.62
    parts = []
    if kind == 0:
        parts.append(part("head", (rounded_box(0.34, 0.27, 0.28, 0.05).move(0, y, 0), paint)))
        face = [(rounded_box(0.28, 0.12, 0.03, 0.014).move(0, y + 0.03, 0.137), dark)]
        face += [
            (cylinder(0.038, 0.02, 0.006, n).rotate(x=90).move(x, y + 0.03, 0.148), light)
            for x in (-0.075, 0.075)
        ]
        face += [
            (box(0.012, 0.045, 0.014, 0.003).move(x, y - 0.078, 0.142), dark)
            for x in (-0.06, -0.03, 0, 0.03, 0.06)
        ]
    elif kind == 1:
        parts.append(part("head", (capsule(0.155, 0.36, n).scale(1.05, 0.95, 1.0).move(0, y, 0), paint)))
        face = [
            (rounded_box(0.27, 0.085, 0.10, 0.035).move(0, y + 0.035, 0.105), dark),
            (rounded_box(0.21, 0.028, 0.02, 0.008).move(0, y + 0.035, 0.152), light),
        ]
        face += [(rounded_box(0.10, 0.05, 0.05, 0.02).move(0, y - 0.085, 0.13), steel)]
    else:
        dome = sphere(0.19, n).deform(
            lambda v: np.where(v[:, 1:2] < -0.10, np.c_[v[:, 0], np.full(len(v), -0.10), v[:, 2]], v)
        )
        parts.append(part("head", (dome.move(0, y, 0), paint)))
        face = [
            (torus(0.062, 0.028, n, 12).rotate(x=90).move(x, y + 0.03, 0.155), steel) for x in (-0.078, 0.078)
        ]
        face += [
            (sphere(0.056, n).scale(1, 1, 0.55).move(x, y + 0.03, 0.155), light) for x in (-0.078, 0.078)
        ]
    parts.append(part("face", *face))
    side = 0.18 if kind == 0 else 0.165 if kind == 1 else 0.185
    ears = [cylinder(0.055, 0.035, 0.01, n).rotate(z=-90).move(side - 0.01, y, 0)]
    parts.append(part("ears", (join(*ears, *(e.mirror() for e in ears)), steel)))
    if rng.random() < 0.7:
        top = y + {0: 0.13, 1: 0.16, 2: 0.18}[kind]
        x = 0.0 if rng.random() < 0.5 else 0.10
        parts.append(
            part(
                "antenna",
                (cylinder(0.009, 0.15, 0.003, 10).move(x, top - 0.02, 0), steel),
                (sphere(0.026, 14).move(x, top + 0.14, 0), light),
            )
        )
    return parts


FAMILIES: tuple[Family, ...] = (
    Family("robot", ("robot", "android", "humanoid robot", "droid", "cyborg", "mech", "toy robot"), robot),
)
