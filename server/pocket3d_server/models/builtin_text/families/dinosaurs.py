"""Dinosaurs."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import shade
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.saurian import (
    IVORY,
    back_plates,
    bands_over,
    clawed_toes,
    hunters_head,
    hunters_teeth,
    row_of,
)
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture, hue
from pocket3d_server.models.language.brief import Brief


def tyrannosaurus(brief: Brief) -> Asset:
    """A hunter on two legs with a huge head and small arms."""
    s = Sculpture(brief)
    raptor = brief.has("raptor", "velociraptor")
    skin = hue(brief, (0.40, 0.42, 0.20), (0.52, 0.36, 0.20), (0.30, 0.40, 0.34))
    big = 0.72 if raptor else 1.0
    s.limb(
        [(0, 1.30, 0.10), (0, 1.42, 0.45), (0, 1.72, 0.72), (0, 1.92, 0.86)],
        [0.44, 0.38, 0.25, 0.22 * big],
        soft=0.06,
        count=14,
    )
    s.tube(
        "0 1.32 -0.10 0.42, 0 1.36 -0.60 0.30, 0 1.38 -1.15 0.18, 0 1.46 -1.75 0.10, 0 1.62 -2.3 0.02",
        soft=0.06,
        count=18,
    )
    h = np.array([0, 1.98, 0.94])
    hunters_head(s, h, big)
    s.tube("0.20 1.36 0.62 0.085, 0.30 1.16 0.70 0.06, 0.26 1.14 0.90 0.045", soft=0.04, pair=True)
    for a in (-0.05, 0.05):
        s.limb(
            [(0.26 + a, 1.12, 0.92), (0.26 + 1.4 * a, 1.04, 1.02)], [0.026, 0.008], "claw", 0.015, pair=True
        )
    s.ball((0.30, 1.14, -0.06), (0.20, 0.40, 0.32), "leg", 0.09, pair=True)
    s.tube(
        "0.34 0.98 0.12 0.25, 0.36 0.70 0.20 0.17, 0.36 0.44 -0.16 0.11, 0.36 0.10 0.0 0.095",
        "leg",
        0.06,
        pair=True,
    )
    clawed_toes(s, (0.36, 0.08, 0.02), 0.24, 0.075)
    s.cut((0, 0, 0), (0, 1, 0))
    s.cast(
        "body",
        {"body": skin, "jaw": shade(skin, 1.1), "leg": skin, "claw": (0.16, 0.14, 0.12)},
        belly=shade(skin, 1.6),
        paint=bands_over(s, shade(skin, 0.45)),
        roughness=0.6,
        cells=1.4,
        share=1.3,
        mottle=0.2,
    )
    s.eyes(h + (0, 0.11 * big, 0.13 * big), (0.9, 0.18, 0.35), 0.05, (0.93, 0.66, 0.10), pupil=(0.25, 0.62))
    hunters_teeth(s, h, big)
    return s.finished((0.75 if raptor else 1.9) * (1 + 0.03 * s.rng.standard_normal()))


def triceratops(brief: Brief) -> Asset:
    """Three horns and a bony frill on a heavy four-legged body."""
    s = Sculpture(brief)
    skin = hue(brief, (0.50, 0.44, 0.28), (0.42, 0.46, 0.40), (0.56, 0.38, 0.26))
    frill = hue(brief, (0.72, 0.36, 0.20), (0.36, 0.42, 0.52), nouns=("frill",), main=False)
    s.tube("0 0.82 0.42 0.36, 0 0.92 0.0 0.46, 0 0.84 -0.50 0.36", soft=0.06)
    s.tube("0 0.86 -0.60 0.30, 0 0.62 -1.05 0.15, 0 0.40 -1.55 0.03", soft=0.08)
    s.tube("0 0.88 0.52 0.30, 0 0.90 0.86 0.25", soft=0.06)
    s.tube("0 0.88 0.94 0.22, 0 0.72 1.26 0.145, 0 0.60 1.44 0.045", soft=0.05, flat=((1, 0, 0), 0.85))
    s.tube("0 0.66 1.0 0.12, 0 0.58 1.32 0.07", soft=0.05)
    lean = 22 + 6 * s.rng.standard_normal()
    s.ball((0, 1.18, 0.70), (0.54, 0.48, 0.085), "frill", 0.06, turn=(-lean, 0, 0))
    for a in np.radians(np.linspace(-72, 72, 11)):
        up = 0.50 * np.cos(a)
        s.ball(
            (0.57 * np.sin(a), 1.18 + up * np.cos(np.radians(lean)), 0.70 - up * np.sin(np.radians(lean))),
            0.055,
            "knob",
            0.03,
        )
    for z, x, wide in ((0.46, 0.30, 0.15), (-0.46, 0.28, 0.17)):
        s.limb(
            [(x, 0.66, z), (x + 0.06, 0.34, z + 0.04), (x + 0.04, 0.08, z)],
            [1.3 * wide, 0.95 * wide, 0.85 * wide],
            "leg",
            0.06,
            pair=True,
        )
        for toe in (-0.09, 0, 0.09):
            s.ball((x + 0.04 + toe, 0.05, z + 0.12 - abs(toe) * 0.4), 0.05, "claw", 0.015, pair=True)
    s.cut((0, 0, 0), (0, 1, 0))
    s.cast(
        "body",
        {"body": skin, "leg": skin, "frill": frill, "knob": IVORY, "claw": (0.28, 0.25, 0.22)},
        belly=shade(skin, 1.4),
        roughness=0.7,
        cells=1.3,
        share=1.2,
        mottle=0.25,
        edge=0.02,
    )
    s.eyes((0, 0.92, 1.02), (0.9, 0.25, 0.3), 0.045, (0.80, 0.55, 0.14))
    horn = Material.from_srgb("horn", IVORY, roughness=0.4)
    s.horn("horn", "0.13 1.02 1.0, 0.20 1.26 1.22, 0.22 1.36 1.52", 0.075, horn, pair=True)
    s.horn("nose_horn", "0 0.82 1.20, 0 0.94 1.28, 0 1.02 1.36", 0.06, horn, count=8)
    return s.finished(1.65)


def sauropod(brief: Brief) -> Asset:
    """A long neck and a long tail on four pillars."""
    s = Sculpture(brief)
    skin = hue(brief, (0.46, 0.52, 0.44), (0.56, 0.46, 0.32), (0.38, 0.48, 0.54))
    steep = 0.25 * float(s.rng.random())
    s.tube("0 1.02 0.50 0.38, 0 1.10 0.0 0.50, 0 1.02 -0.52 0.40", soft=0.06)
    s.limb(
        [
            (0, 1.14, 0.56),
            (0, 1.45 + 0.3 * steep, 1.05),
            (0, 2.05 + 0.5 * steep, 1.42),
            (0, 2.72 + 0.4 * steep, 1.60),
        ],
        [0.28, 0.19, 0.135, 0.105],
        soft=0.1,
        count=18,
    )
    h = np.array([0, 2.78 + 0.4 * steep, 1.68])
    s.limb([h, h + (0, -0.06, 0.26)], [0.125, 0.085], soft=0.06)
    s.tube(
        "0 1.04 -0.62 0.34, 0 0.90 -1.20 0.19, 0 0.62 -1.90 0.10, 0.1 0.44 -2.6 0.05, 0.3 0.50 -3.1 0.012",
        soft=0.1,
        count=22,
    )
    for z, x, wide in ((0.44, 0.26, 0.165), (-0.46, 0.27, 0.185)):
        s.limb(
            [(x, 0.86, z), (x + 0.03, 0.42, z + 0.02), (x + 0.02, 0.06, z)],
            [1.25 * wide, 0.9 * wide, 0.95 * wide],
            "leg",
            0.08,
            pair=True,
        )
        for toe in (-0.09, 0, 0.09):
            s.ball((x + 0.02 + toe, 0.045, z + 0.14 - abs(toe) * 0.4), 0.045, "claw", 0.015, pair=True)
    s.cut((0, 0, 0), (0, 1, 0))
    s.cast(
        "body",
        {"body": skin, "leg": skin, "claw": (0.3, 0.27, 0.24)},
        belly=shade(skin, 1.5),
        paint=bands_over(s, shade(skin, 0.6)),
        roughness=0.7,
        cells=1.7,
        share=1.2,
        mottle=0.2,
    )
    s.eyes(h, (0.9, 0.25, 0.35), 0.035, (0.75, 0.5, 0.12))
    return s.finished(3.4)


def stegosaurus(brief: Brief) -> Asset:
    """A row of plates along an arched back and spikes on the tail."""
    s = Sculpture(brief)
    skin = hue(brief, (0.44, 0.46, 0.24), (0.36, 0.46, 0.36), (0.56, 0.42, 0.24))
    plate = Material.from_srgb(
        "plate",
        hue(brief, (0.80, 0.42, 0.18), (0.66, 0.30, 0.22), (0.84, 0.60, 0.24), nouns=("plate",), main=False),
        roughness=0.6,
    )
    back = [
        (0, 0.46, 1.15),
        (0, 0.56, 0.80),
        (0, 0.86, 0.30),
        (0, 1.05, -0.25),
        (0, 0.80, -0.80),
        (0, 0.55, -1.40),
        (0, 0.50, -1.95),
    ]
    girth = [0.10, 0.16, 0.34, 0.40, 0.26, 0.12, 0.03]
    s.limb(back, girth, soft=0.05, count=26)
    s.tube("0 0.46 1.12 0.12, 0 0.40 1.40 0.055", soft=0.05)
    for z, x, y, wide in ((0.36, 0.24, 0.66, 0.115), (-0.40, 0.27, 0.84, 0.16)):
        s.limb(
            [(x, y, z), (x + 0.08, 0.5 * y, z + 0.08), (x + 0.06, 0.06, z)],
            [1.5 * wide, wide, 0.85 * wide],
            "leg",
            0.06,
            pair=True,
        )
        for toe in (-0.06, 0.06):
            s.ball((x + 0.06 + toe, 0.045, z + 0.10), 0.045, "claw", 0.015, pair=True)
    s.cut((0, 0, 0), (0, 1, 0))
    s.cast(
        "body",
        {"body": skin, "leg": skin, "claw": (0.3, 0.27, 0.24)},
        belly=shade(skin, 1.5),
        paint=bands_over(s, shade(skin, 0.6)),
        roughness=0.7,
        cells=1.4,
        mottle=0.2,
    )
    s.eyes((0, 0.48, 1.16), (0.9, 0.3, 0.3), 0.03, (0.75, 0.5, 0.12))
    back_plates(s, back, girth, plate)
    spots = np.array([(x, y, z) for z, y in ((-1.55, 0.60), (-1.76, 0.58)) for x in (0.04, -0.04)])
    row_of(
        s,
        "tail_spikes",
        spots,
        np.array([(x * 22, 0.7, -0.7) for x in spots[:, 0]]),
        np.full(4, 0.34),
        IVORY,
        0.13,
    )
    return s.finished(1.75)


FAMILIES: tuple[Family, ...] = (
    Family(
        "tyrannosaurus",
        (
            "tyrannosaurus",
            "t rex",
            "trex",
            "tyrannosaurus rex",
            "dinosaur",
            "dino",
            "velociraptor",
            "raptor",
            "godzilla",
        ),
        grounded(tyrannosaurus),
        natural=True,
    ),
    Family("triceratops", ("triceratops",), grounded(triceratops), natural=True),
    Family(
        "sauropod",
        ("long neck dinosaur", "brachiosaurus", "diplodocus", "brontosaurus", "sauropod", "apatosaurus"),
        grounded(sauropod),
        natural=True,
    ),
    Family("stegosaurus", ("stegosaurus",), grounded(stegosaurus), natural=True),
)
