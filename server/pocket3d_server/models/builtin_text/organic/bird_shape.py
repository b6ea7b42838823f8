"""The measures and colours that tell one kind of bird from another."""

from __future__ import annotations

from dataclasses import dataclass

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
    flying: bool = False
    """Whether its wings are spread and its legs drawn in."""
    plumage: Plumage = Plumage()
