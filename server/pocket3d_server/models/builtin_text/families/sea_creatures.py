"""Animals of the sea and the shore that are no fish: octopus, squid, jellyfish, crab, lobster, starfish, seal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import revolve, sweep
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import shade
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.organic.crustacean import stalked_eyes
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.leaf import sheet
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture, hue, spots
from pocket3d_server.models.language.brief import Brief

Array = NDArray[np.float64]


def _arms(s: Sculpture, count: int, spread: float, low: float, tip: float) -> None:
    """Tapering arms around the vertical axis that wave outward to ``spread`` and end at height ``tip``."""
    for k in range(count):
        a = 2 * np.pi * (k + 0.5) / count + 0.10 * s.rng.standard_normal()
        out, side = np.array([np.sin(a), 0, np.cos(a)]), np.array([np.cos(a), 0, -np.sin(a)])
        sway = s.rng.choice([-1.0, 1.0]) * (0.7 + 0.5 * s.rng.random())
        steps = ((0.10, 0.26, 0.0), (0.34, low + 0.07, 0.02), (0.62, low, 0.10), (0.85, low, -0.04), (1.0, tip, -0.16),
                 (0.94, tip + 0.06, -0.24))  # fmt: skip
        line = [out * spread * r + side * sway * spread * w + (0, h, 0) for r, h, w in steps]
        s.limb(line, [0.13, 0.105, 0.075, 0.05, 0.03, 0.018], "arm", 0.07, count=16)


def octopus(brief: Brief) -> Asset:
    """A round mantle over eight arms that curl on the ground."""
    s = Sculpture(brief)
    skin = hue(brief, (0.80, 0.30, 0.22), (0.62, 0.30, 0.46), (0.86, 0.46, 0.20))
    head = 1 + 0.12 * s.rng.standard_normal()
    s.ball((0, 0.66, -0.10), (0.31 * head, 0.36 * head, 0.33 * head), soft=0.1, turn=(-18, 0, 0))
    s.ball((0, 0.34, 0.02), 0.21, soft=0.16)
    s.ball((0.15, 0.46, 0.13), 0.085, soft=0.06, pair=True)
    _arms(s, brief.count("arm", 8, 3, 12), 0.85 + 0.1 * s.rng.random(), 0.07, 0.10)
    s.cast("body", skin, belly=shade(skin, 1.55), paint=lambda q, c: spots(q, c, shade(skin, 0.72), size=0.11, amount=0.30, seed=brief.seed),
           roughness=0.35, share=1.4, cells=1.3)  # fmt: skip
    s.eyes(
        (0.15, 0.46, 0.13),
        (0.55, 0.25, 0.8),
        0.068,
        (0.93, 0.83, 0.42),
        pupil=(0.66, 0.26),
        white=(0.95, 0.94, 0.9),
    )
    return s.finished(0.42)


def squid(brief: Brief) -> Asset:
    """A pointed mantle with two fins, arms and two long tentacles hanging down."""
    s = Sculpture(brief)
    skin = hue(brief, (0.86, 0.52, 0.46), (0.76, 0.58, 0.66), (0.88, 0.66, 0.52))
    s.tube("0 0.95 0 0.20, 0 1.35 0 0.25, 0 1.8 0 0.18, 0 2.15 0 0.03", soft=0.05, count=14)
    s.tube(
        "0.08 2.0 0 0.04, 0.36 1.78 0 0.13, 0.10 1.55 0 0.05", "fin", 0.06, pair=True, flat=((0, 0, 1), 0.16)
    )
    s.ball((0, 0.82, 0), (0.17, 0.16, 0.17), soft=0.04)
    for k in range(8):
        a = 2 * np.pi * (k + 0.5) / 8
        r, bend = 0.22 + 0.10 * s.rng.random(), 0.35 * s.rng.standard_normal()
        line = [
            (q * np.sin(a + bend * q), 0.76 - h, q * np.cos(a + bend * q))
            for q, h in ((0.10, 0), (0.18, 0.2), (r, 0.42), (r + 0.05, 0.56))
        ]
        s.limb(line, [0.055, 0.045, 0.03, 0.012], "arm", 0.03)
    for flip in (-1.0, 1.0):
        s.limb(
            [
                (flip * 0.1, 0.76, 0.04),
                (flip * 0.2, 0.4, 0.1),
                (flip * 0.16, 0.05, 0.02),
                (flip * 0.26, -0.2, 0.1),
            ],
            [0.026, 0.022, 0.022, 0.03],
            "arm",
            0.03,
        )
        s.ball((flip * 0.29, -0.27, 0.12), (0.045, 0.11, 0.03), "arm", 0.03, turn=(0, 0, -flip * 25))
    s.cast(
        "body",
        skin,
        belly=shade(skin, 1.3),
        paint=lambda q, c: spots(q, c, shade(skin, 0.68), size=0.09, amount=0.3, seed=brief.seed),
        roughness=0.3,
        cells=1.3,
    )
    s.eyes((0, 0.82, 0.0), (1, 0.05, 0.45), 0.075, (0.9, 0.86, 0.6))
    return s.finished(0.35)


def jellyfish(brief: Brief) -> Asset:
    """A clear bell with frilled arms and thin tentacles."""
    s = Sculpture(brief)
    glow = hue(brief, (0.62, 0.66, 0.95), (0.95, 0.58, 0.72), (0.55, 0.85, 0.86))
    clear = Material.from_srgb("bell", glow, roughness=0.15, emissive=tuple(0.12 * c for c in glow))
    clear.base_color, clear.alpha_mode = (*clear.base_color[:3], 0.62), "BLEND"
    flesh = Material.from_srgb("tentacle", shade(glow, 1.35), roughness=0.3)
    inner = Material.from_srgb("core", shade(glow, 0.75), roughness=0.4)
    n = brief.detail(40)
    rows = metres(
        "0.02 1.42 0, 0.34 1.33 0, 0.52 1.08 0, 0.50 0.86 0, 0.43 0.80 0, 0.40 0.90 0, 0.28 1.16 0, 0.02 1.24 0"
    )
    dome = curve(list(rows), 34)

    def scallop(v: Array) -> Array:
        low = np.clip((1.05 - v[:, 1]) / 0.25, 0, 1)
        a = np.arctan2(v[:, 0], v[:, 2])
        v[:, [0, 2]] *= (1 + 0.06 * low * np.cos(10 * a))[:, None]
        return v

    s.add("bell", (revolve(dome[::-1, :2], n, crease=180).deform(scallop), clear))
    heart = curve([(0.0, 1.0, 0), (0.16, 1.02, 0), (0.20, 1.12, 0), (0.02, 1.21, 0)], 16)
    s.add("core", (revolve(np.abs(heart[:, :2]), n, crease=180), inner))

    t = np.linspace(0, 1, 22)
    for k in range(5):
        line = trailing(2 * np.pi * k / 5, 0.09, 1.02, 0.85 + 0.25 * s.rng.random(), 0.06, s.rng)
        face = np.stack([np.sin(6 * t + k), 0 * t, np.cos(6 * t + k)], axis=1)
        frill = 0.075 * (1 - 0.75 * t) + 0.022 * np.sin(24 * t) * (1 - t)
        s.add(f"arm_{k + 1}", (sheet(line, face, frill, thickness=0.012, columns=5), flesh))
    lines = [
        trailing(2 * np.pi * k / 14, 0.44, 0.86, 0.8 + 0.4 * s.rng.random(), 0.07, s.rng) for k in range(14)
    ]
    strands = [sweep(line, 0.012 * (1 - 0.7 * t), 6, round_ends=True) for line in lines]
    s.add("tentacles", *((strand, flesh) for strand in strands))
    return s.finished(0.30)


def trailing(
    azimuth: float, radius: float, top: float, length: float, wave: float, rng: np.random.Generator
) -> Array:
    """A strand (22, 3) that hangs from height ``top`` and sways by up to ``wave`` metres."""
    t, turn = np.linspace(0, 1, 22), rng.random() * 6
    x = radius * np.sin(azimuth) + wave * t * np.sin(9 * t + turn)
    z = radius * np.cos(azimuth) + wave * t * np.cos(8 * t + turn)
    return np.stack([x, top - length * t, z], axis=1)


def claw(s: Sculpture, wrist: Array, ahead: Array, up: Array, size: float, tint: str = "claw") -> None:
    """A pincer: a swollen hand, a fixed finger and a movable one, open in the plane of ``ahead`` and ``up``."""
    side = np.cross(up, ahead)
    palm = wrist + ahead * 0.5 * size
    s.limb([wrist, palm], [0.20 * size, 0.42 * size], tint, 0.06 * size, flat=(side, 0.6))
    for sign, reach, thick in ((1.0, 1.0, 0.24), (-1.0, 0.95, 0.18)):
        root = palm + sign * up * 0.24 * size
        line = [
            root,
            palm + ahead * 0.55 * size * reach + sign * up * 0.42 * size,
            palm + ahead * 1.05 * size * reach + sign * up * 0.10 * size,
        ]
        s.limb(line, [thick * size, 0.85 * thick * size, 0.05 * size], tint, 0.03 * size, flat=(side, 0.7))


def crab(brief: Brief) -> Asset:
    """A broad shell on eight jointed legs, two claws held up in front."""
    s = Sculpture(brief)
    shell = hue(brief, (0.84, 0.26, 0.12), (0.70, 0.36, 0.18), (0.30, 0.42, 0.52))
    pale = shade(shell, 1.55)
    s.ball((0, 0.42, 0), (0.56, 0.17, 0.40), soft=0.1)
    s.ball((0, 0.47, 0.02), (0.46, 0.17, 0.32), soft=0.15)
    for x in (-0.32, -0.16, 0.0, 0.16, 0.32):
        s.ball((x, 0.42, 0.40 - 0.3 * x * x), (0.05, 0.035, 0.05), soft=0.03)
    s.cast(
        "shell",
        shell,
        belly=pale,
        roughness=0.4,
        paint=lambda q, c: spots(q, c, shade(shell, 0.7), size=0.13, amount=0.28, seed=brief.seed),
    )
    for k, turn in enumerate((22, -4, -30, -54)):
        a = np.radians(turn + 4 * s.rng.standard_normal())
        out = np.array([np.cos(a), 0, np.sin(a)])
        reach = (0.92, 1.0, 0.96, 0.84)[k]
        root = np.array([0.42, 0.38, 0.14 - 0.13 * k])
        knee, shin, foot = (
            root + out * 0.40 * reach + (0, 0.20, 0),
            root + out * 0.72 * reach + (0, -0.04, 0),
            root + out * 0.86 * reach - (0, 0.37, 0),
        )
        s.limb([root, knee], [0.062, 0.058], "leg", 0.02, flat=((0, 1, 0), 1.2))
        s.limb([knee, shin], [0.054, 0.044], "leg", 0.015)
        s.limb([shin, foot], [0.044, 0.012], "tip", 0.015)
        s.cast(
            f"leg_left_{k + 1}",
            {"leg": shell, "tip": shade(shell, 0.55)},
            share=0.10,
            cells=0.55,
            twin=f"leg_right_{k + 1}",
            roughness=0.4,
        )
    big = 1.0 + 0.2 * (s.rng.random() - 0.3)
    elbow, wrist = np.array([0.66, 0.46, 0.34]), np.array([0.54, 0.52, 0.60])
    s.limb(np.array([(0.40, 0.40, 0.24), elbow, wrist]), [0.07, 0.085, 0.07], "leg", 0.03)
    claw(s, wrist, np.array([-0.5, 0.28, 0.82]), np.array([0.12, 0.93, -0.30]), 0.34 * big)
    s.cast(
        "claw_left",
        {"leg": shell, "claw": shade(shell, 0.92)},
        share=0.3,
        cells=0.8,
        twin="claw_right",
        roughness=0.4,
    )
    stalked_eyes(s, shell)
    return s.finished(0.14)


def lobster(brief: Brief) -> Asset:
    """A long armoured body with two great claws, feelers and a tail fan."""
    s = Sculpture(brief)
    shell = hue(brief, (0.78, 0.16, 0.10), (0.62, 0.20, 0.12), (0.72, 0.28, 0.14))
    s.tube("0 0.26 0.62 0.09, 0 0.30 0.30 0.16, 0 0.28 0.0 0.17", soft=0.05, flat=((1, 0, 0), 0.85))
    s.tube("0 0.32 0.60 0.05, 0 0.34 0.80 0.01", soft=0.04)
    for k in range(6):
        t = k / 5
        s.ball(
            (0, 0.27 - 0.10 * t, -0.13 - 0.15 * k), (0.16 - 0.05 * t, 0.135 - 0.05 * t, 0.105), "ring", 0.012
        )
    s.cast(
        "body", {"body": shell, "ring": shade(shell, 0.9)}, belly=shade(shell, 1.4), roughness=0.35, cells=1.2
    )
    s.eyes((0.03, 0.30, 0.60), (0.8, 0.55, 0.5), 0.035)
    fan = Material.from_srgb("fan", shade(shell, 0.9), roughness=0.4)
    u = np.linspace(0, 1, 9)
    lobes = []
    for a in (-52, -26, 0, 26, 52):
        d = np.array([np.sin(np.radians(a)), -0.12, -np.cos(np.radians(a))])
        lobes.append(
            (
                sheet(
                    np.array([0, 0.16, -0.90]) + d * (0.34 * u)[:, None],
                    (0, 1, 0),
                    0.10 * np.sin(np.pi * (0.15 + 0.62 * u)),
                    thickness=0.025,
                    columns=5,
                ),
                fan,
            )
        )
    s.add("tail_fan", *lobes)
    for k in range(4):
        z = 0.34 - 0.13 * k
        s.limb(
            [(0.12, 0.22, z), (0.36, 0.30, z + 0.06 - 0.07 * k), (0.48, 0.02, z + 0.10 - 0.10 * k)],
            [0.028, 0.026, 0.010],
            "leg",
            0.01,
        )
        s.cast(f"leg_left_{k + 1}", shell, share=0.06, cells=0.5, twin=f"leg_right_{k + 1}")
    s.tube("0.12 0.24 0.48 0.05, 0.34 0.26 0.62 0.06, 0.38 0.26 0.86 0.055", "claw", 0.03)
    claw(s, np.array([0.38, 0.26, 0.88]), np.array([-0.10, 0.06, 0.99]), np.array([1.0, 0.0, 0.10]), 0.36)
    s.cast("claw_left", shade(shell, 0.95), share=0.3, cells=0.8, twin="claw_right", roughness=0.35)
    feeler = sweep(
        curve([(0.05, 0.32, 0.68), (0.16, 0.52, 0.95), (0.46, 0.62, 0.80), (0.66, 0.56, 0.2)], 18),
        np.linspace(0.012, 0.004, 18),
        6,
        round_ends=True,
    )
    s.add("feeler", (feeler, Material.from_srgb("feeler", shade(shell, 0.8), roughness=0.5)), pair=True)
    return s.finished(0.24)


def starfish(brief: Brief) -> Asset:
    """A flat star of five blunt arms with small knobs."""
    s = Sculpture(brief)
    skin = hue(brief, (0.90, 0.44, 0.22), (0.82, 0.28, 0.34), (0.92, 0.70, 0.36))
    knob = shade(skin, 1.5)
    count = brief.count("arm", 5, 4, 12)
    s.ball((0, 0.12, 0), (0.30, 0.12, 0.30), soft=0.1)
    for k in range(count):
        a = 2 * np.pi * k / count
        bend = 0.14 * s.rng.standard_normal()
        line = [
            np.array([r * np.sin(a + bend * r), h, r * np.cos(a + bend * r)])
            for r, h in ((0.1, 0.12), (0.5, 0.11), (0.95, 0.06))
        ]
        s.limb(line, [0.25, 0.18, 0.075], soft=0.12, flat=((0, 1, 0), 0.55))
        for t in np.linspace(0.12, 0.9, 7):
            at = line[0] + (line[2] - line[0]) * t
            s.ball((at[0], 0.255 - 0.16 * t, at[2]), 0.040 * (1.2 - 0.6 * t), "knob", 0.02)
    s.cut((0, 0.0, 0), (0, 1, 0))
    s.cast("body", {"body": skin, "knob": knob}, roughness=0.8, cells=1.2, edge=0.01)
    return s.finished(0.11)


def seal(brief: Brief) -> Asset:
    """A seal on its belly with the head raised."""
    s = Sculpture(brief)
    coat = hue(brief, (0.42, 0.43, 0.46), (0.60, 0.58, 0.55), (0.30, 0.27, 0.26))
    if brief.has("baby", "pup", "white"):
        coat = (0.93, 0.92, 0.90)
    s.tube(
        "0 0.13 -1.0 0.09, 0 0.22 -0.55 0.20, 0 0.32 0.0 0.33, 0 0.42 0.42 0.28, 0 0.72 0.62 0.19",
        soft=0.05,
        count=16,
    )
    s.ball((0, 0.88, 0.68), (0.185, 0.175, 0.20), "head", 0.12)
    s.ball((0.05, 0.83, 0.87), (0.075, 0.065, 0.08), "muzzle", 0.04, pair=True)
    s.tube(
        "0.20 0.26 0.30 0.10, 0.48 0.08 0.30 0.10, 0.60 0.04 0.12 0.05",
        soft=0.06,
        pair=True,
        flat=((0, 1, 0), 0.4),
    )
    s.tube(
        "0.04 0.12 -0.98 0.07, 0.16 0.08 -1.22 0.09, 0.26 0.08 -1.42 0.06",
        soft=0.04,
        pair=True,
        flat=((0, 1, 0), 0.35),
    )
    s.cut((0, 0.0, 0), (0, 1, 0))
    s.cast("body", {"body": coat, "head": coat, "muzzle": shade(coat, 1.25)}, belly=shade(coat, 1.45), roughness=0.4,
           paint=lambda q, c: spots(q, c, shade(coat, 0.7), size=0.16, amount=0.28, seed=brief.seed))  # fmt: skip
    s.eyes((0, 0.90, 0.70), (0.55, 0.28, 0.8), 0.045, (0.05, 0.04, 0.04))
    s.ball((0, 0.875, 0.945), (0.042, 0.03, 0.03), "nose", 0.01)
    s.cast("nose", (0.05, 0.045, 0.05), share=0.05, cells=0.3, roughness=0.25)
    wire = Material.from_srgb("whisker", (0.9, 0.88, 0.84), roughness=0.5)
    lines = [
        sweep(
            curve(
                [(0.09, 0.82 + 0.02 * k, 0.92), (0.19, 0.81 + 0.03 * k, 0.97), (0.29, 0.76 + 0.04 * k, 0.94)],
                8,
            ),
            np.linspace(0.005, 0.0015, 8),
            5,
        )
        for k in (-1, 0, 1)
    ]
    s.add("whiskers", *((w, wire) for w in lines), pair=True)
    return s.finished(0.62)


FAMILIES: tuple[Family, ...] = (
    Family("octopus", ("octopus", "kraken"), grounded(octopus), natural=True),
    Family("squid", ("squid", "giant squid", "cuttlefish"), grounded(squid), natural=True),
    Family("jellyfish", ("jellyfish", "jelly fish", "medusa"), grounded(jellyfish), natural=True),
    Family("crab", ("crab", "king crab", "hermit crab"), grounded(crab), natural=True),
    Family("lobster", ("lobster", "crayfish", "shrimp", "prawn"), grounded(lobster), natural=True),
    Family("starfish", ("starfish", "sea star"), starfish, natural=True),
    Family("seal", ("seal", "sea lion", "walrus"), seal, natural=True),
)
