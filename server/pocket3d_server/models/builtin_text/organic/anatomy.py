"""Proportions of four-legged animals. Lengths are in units of the height at the withers.

The skeleton is the same for all of them (shoulder, elbow, wrist; hip, knee, hock; neck; head; tail); what makes
a horse a horse is this table and the head in `HeadShape`. Head lengths are in units of the head's own length,
from the back of the skull (0) to the tip of the nose (1).
"""

from __future__ import annotations

from dataclasses import dataclass, field

Pair = tuple[float, float]
Triple = tuple[float, float, float]


@dataclass(frozen=True)
class HeadShape:
    """A head, pointing forward along +z and upward along +y before it is pitched."""

    length: float = 0.40
    """In withers heights."""
    pitch: float = 12
    """Degrees that the nose points below the horizon."""
    skull: Triple = (0.22, 0.21, 0.26)
    skull_at: Pair = (0.0, 0.27)
    """(up, forward) of the skull's centre."""
    muzzle: tuple[Triple, Triple] = ((-0.06, 0.42, 0.155), (-0.10, 0.88, 0.105))
    """(up, forward, radius) at the root and at the tip."""
    muzzle_wide: float = 1.0
    """Width over height of the muzzle."""
    jaw: tuple[Triple, Triple] = ((-0.16, 0.30, 0.10), (-0.175, 0.80, 0.06))
    cheek: tuple[float, float, float, float] = (0.12, -0.08, 0.28, 0.11)
    """(sideways, up, forward, radius)."""
    pads: tuple[float, float, float, float] | None = None
    """Whisker pads: (sideways, up, forward, radius)."""
    brow: tuple[float, float, float, float] | None = (0.09, 0.10, 0.42, 0.075)
    nose: tuple[float, float, float, float] | None = (-0.045, 0.965, 0.06, 0.05)
    """(up, forward, half width, half height) of a bare nose; None where nostrils are in the muzzle."""
    nostrils: tuple[float, float, float, float] | None = None
    """(sideways, up, forward, radius) of holes in the muzzle's end."""
    eye: tuple[float, float, float] = (42, 18, 0.062)
    """(degrees sideways from straight ahead, degrees up, radius) seen from the eye level of the skull."""
    eye_at: float = 0.40
    """How far forward the eyes sit."""
    iris: Triple = (0.30, 0.17, 0.07)
    pupil: str = "round"
    """``round``, ``slit`` (cats) or ``bar`` (grazers)."""


@dataclass(frozen=True)
class Ears:
    """Two ears; ``kind`` is pointed, round, leaf, floppy, long, or fan (elephant)."""

    kind: str = "pointed"
    length: float = 0.15
    width: float = 0.09
    out: float = 25
    """Degrees from upright towards the side."""
    at: tuple[float, float, float] = (0.14, 0.15, 0.18)
    """(sideways, up, forward) of the root on the head."""
    turn: float = 20
    """Degrees that the opening looks sideways from straight ahead."""


@dataclass(frozen=True)
class Tail:
    """A tail; ``kind`` is plain, bushy, tuft, hair, curl, bob or none."""

    kind: str = "plain"
    length: float = 0.45
    radius: float = 0.035
    rise: float = -35
    """Degrees above the horizon at the root."""
    curl: float = 45
    """Degrees that it bends upward over its length."""


@dataclass(frozen=True)
class Coat:
    """Colours (sRGB) and markings."""

    base: Triple = (0.62, 0.42, 0.22)
    belly: Triple | None = None
    legs: Triple | None = None
    """Below the wrist and hock."""
    muzzle: Triple | None = None
    face: Triple | None = None
    ears: Triple | None = None
    inner_ear: Triple = (0.80, 0.60, 0.55)
    tail_tip: Triple | None = None
    back: Triple | None = None
    pattern: str = "plain"
    """plain, patches, spots, dalmatian, stripes, tabby, giraffe, saddle, blaze, eagle."""
    marks: Triple = (0.08, 0.07, 0.06)
    mane: Triple | None = None
    hoof: Triple = (0.16, 0.13, 0.11)
    nose: Triple = (0.06, 0.05, 0.05)
    roughness: float = 0.85


@dataclass(frozen=True)
class Anatomy:
    """All proportions of one kind of animal."""

    height: float
    """At the withers, in metres."""
    length: float = 0.72
    """From the shoulder joint to the hip joint."""
    chest: Pair = (0.27, 0.45)
    """Width, depth."""
    loin: Pair = (0.20, 0.31)
    rump: Pair = (0.24, 0.36)
    tuck: float = 0.0
    """How far the belly's line rises towards the hips beyond what the depths give."""
    belly: float = 0.0
    """Extra roundness of the belly."""
    croup: float = 0.98
    """Height of the back above the hips."""
    dip: float = 0.02
    """How far the back sags."""
    humps: tuple[Triple, ...] = ()
    """(forward, height above the back, radius)."""
    elbow: float = 0.52
    wrist: float = 0.22
    knee: float = 0.50
    hock: float = 0.26
    angle: float = 1.0
    """How strongly the hind leg folds: 1 for a dog, 0.3 for an elephant."""
    fore: Triple = (0.085, 0.052, 0.038)
    """Radii at the upper arm, below the elbow, at the cannon."""
    hind: Triple = (0.120, 0.062, 0.038)
    stance: Pair = (0.115, 0.115)
    """Half the distance between the fore feet and between the hind feet."""
    foot: str = "paw"
    """paw, hoof, cloven or pillar."""
    foot_size: float = 0.055
    neck: float = 0.34
    neck_rise: float = 48
    """Degrees above the horizon."""
    neck_radii: Pair = (0.165, 0.105)
    neck_flat: float = 0.9
    """Width over depth."""
    head: HeadShape = field(default_factory=HeadShape)
    ears: Ears = field(default_factory=Ears)
    tail: Tail = field(default_factory=Tail)
    coat: Coat = field(default_factory=Coat)
    extras: tuple[str, ...] = ()
    """horns, goat_horns, antlers, tusks, trunk, mane, lion_mane, wool, unicorn, beard, snout, whiskers, giraffe_horns, rhino_horn, teeth."""
