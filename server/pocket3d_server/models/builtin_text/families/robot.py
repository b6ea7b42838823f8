"""Robots on two legs, in plates of painted metal."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.asset import Asset, Material, Part
from pocket3d_server.geometry.shapes import box, cylinder, rounded_box, sphere
from pocket3d_server.geometry.solid import Solid, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.machine_parts import (
    control_panel,
    fingers,
    ringed_neck,
    robot_head,
    robot_trunk,
    rod,
)
from pocket3d_server.models.builtin_text.organic.ground import settle
from pocket3d_server.models.builtin_text.organic.sculpt import hue
from pocket3d_server.models.language.brief import RGB, Brief

PLATES: tuple[RGB, ...] = (
    (0.86, 0.88, 0.90), (0.90, 0.50, 0.12), (0.24, 0.46, 0.66), (0.80, 0.74, 0.22), (0.42, 0.56, 0.40),
)  # fmt: skip
LIGHTS: tuple[RGB, ...] = ((0.25, 0.85, 1.0), (1.0, 0.72, 0.18), (0.40, 1.0, 0.45))


def robot(brief: Brief) -> Asset:
    """Head, trunk, jointed arms and legs as parts of their own, arms a little away from the body."""
    rng, n = brief.rng(17), brief.detail(28)
    look = int(brief.rng(18).permutation(3)[0])
    colour = hue(brief, *PLATES, main=False)
    paint = asked(brief, "plate", "paint", colour, "body", "plate", main=True, metallic=0.35)
    steel, dark = finish("steel", None, "joint"), finish("metal", (0.20, 0.21, 0.24), "dark")
    light = glow("light", hue(brief, *LIGHTS, nouns=("eye", "light"), main=False), 1.0)
    wide = 0.24 * (1 + 0.12 * float(rng.standard_normal())) * brief.grown("girth")
    panel, lamps, bars = control_panel(1.19, 0.185 if look != 1 else 0.245)
    parts: list[Part] = [
        part("trunk", (robot_trunk(look, wide, n).move(0, 1.12, 0), paint)),
        part("panel", (panel, dark), (lamps, light), (bars, steel)),
        part("neck", (ringed_neck(n).move(0, 1.36, 0), dark)),
        *robot_head(rng, n, (paint, dark, light, steel)),
    ]
    hips, waist = rounded_box(0.34, 0.15, 0.25, 0.05).move(0, 0.80, 0), cylinder(0.11, 0.10, 0.02, n)
    parts.append(part("pelvis", (hips, dark), (waist.move(0, 0.84, 0), steel)))
    shoulder, elbow, wrist = (wide + 0.095, 1.28, 0.0), (wide + 0.225, 1.04, 0.0), (wide + 0.335, 0.82, 0.05)
    hip, knee, ankle = (0.11, 0.78, 0.0), (0.125, 0.44, 0.015), (0.13, 0.11, -0.01)
    sole = box(0.165, 0.026, 0.285, 0.008).move(0.13, 0.013, 0.045)
    limbs: dict[str, list[tuple[Solid, Material]]] = {
        "shoulder": [(sphere(0.085, n).move(*shoulder), paint)],
        "upper_arm": [(rod(shoulder, elbow, 0.045, n), steel)],
        "elbow": [(sphere(0.058, n).move(*elbow), dark)],
        "forearm": [(rod(elbow, wrist, 0.065 if look != 1 else 0.055, n), paint)],
        "hand": [(sphere(0.052, n).move(*wrist), dark), *((f, steel) for f in fingers(wrist))],
        "hip": [(sphere(0.075, n).move(*hip), dark)],
        "thigh": [(rod(hip, knee, 0.060, n), steel)],
        "knee": [(sphere(0.066, n).move(*knee), dark)],
        "shin": [(rod(knee, ankle, 0.080 if look != 1 else 0.068, n), paint)],
        "foot": [(rounded_box(0.155, 0.10, 0.27, 0.04).move(0.13, 0.052, 0.045), paint), (sole, dark)],
    }
    for name, pieces in limbs.items():
        parts.append(part(f"{name}_left", *pieces))
        parts.append(part(f"{name}_right", *((s.mirror(), m) for s, m in pieces)))
    for p in Asset(parts).primitives():
        p.vertices = np.asarray(p.vertices) * (1, brief.grown("height"), 1)
    return settle(Asset(parts))


FAMILIES: tuple[Family, ...] = (
    Family("robot", ("robot", "android", "humanoid robot", "droid", "cyborg", "mech", "toy robot"), robot),
)
