"""The table of birds, those that are variants of another, and plumage in the colours that a prompt says."""

from __future__ import annotations

from dataclasses import replace

from pocket3d_server.models.builtin_text.organic.bird_shape import BirdShape, Plumage
from pocket3d_server.models.language.brief import RGB, Brief

UNSET: RGB = (-1.0, -1.0, -1.0)
GOLD: RGB = (0.92, 0.68, 0.16)
BIRDS: dict[str, tuple[BirdShape, tuple[str, ...]]] = {
    "songbird": (BirdShape(0.12, 32, 0.60, head=0.25, beak=(0.17, 0.055, 0.0), plumage=Plumage(breast=(0.86, 0.40, 0.16), face=(0.84, 0.40, 0.18), leg=(0.45, 0.30, 0.22))),
                 ("bird", "sparrow", "robin", "songbird", "finch", "small bird", "canary", "tit", "nightingale", "blackbird", "bluebird")),
    "eagle": (BirdShape(0.55, 52, 0.50, neck=0.14, neck_rise=68, neck_thick=0.18, head=0.185, beak=(0.20, 0.085, 0.55), wing=1.15, wing_wide=0.44, tail=0.42, tail_wide=0.22, tail_rise=-48, leg=0.30, leg_thick=0.042,
                        feathered=0.62, eye=(52, 22, 0.042), plumage=Plumage((0.22, 0.14, 0.09), (0.20, 0.13, 0.08), (0.95, 0.93, 0.90), (0.20, 0.13, 0.08), (0.12, 0.08, 0.06), (0.93, 0.91, 0.88), GOLD, GOLD, iris=(0.85, 0.66, 0.15))),
              ("eagle", "bald eagle", "hawk", "falcon", "bird of prey", "vulture", "buzzard", "condor")),
    "owl": (BirdShape(0.26, 68, 0.66, neck=0.02, neck_thick=0.30, head=0.335, beak=(0.12, 0.065, 0.75), wing=1.0, wing_wide=0.48, tail=0.28, tail_rise=-50, leg=0.30, leg_thick=0.045, feathered=0.75, eye=(27, 8, 0.112),
                      extras=("ear_tufts",), plumage=Plumage((0.45, 0.32, 0.20), (0.80, 0.68, 0.50), (0.47, 0.34, 0.22), (0.38, 0.26, 0.16), (0.26, 0.18, 0.12), (0.36, 0.25, 0.16), (0.25, 0.22, 0.18), (0.75, 0.66, 0.50),
                                                             face=(0.86, 0.76, 0.60), iris=(0.95, 0.64, 0.10), speckle=0.55)),
            ("owl", "barn owl", "snowy owl", "horned owl")),
    "parrot": (BirdShape(0.24, 46, 0.48, neck=0.06, neck_thick=0.19, head=0.215, beak=(0.16, 0.095, 0.95), wing=1.05, wing_wide=0.38, tail=0.95, tail_wide=0.06, tail_rise=-14, leg=0.30, leg_thick=0.040, feathered=0.5, eye=(62, 16, 0.048),
                         plumage=Plumage((0.82, 0.10, 0.10), (0.84, 0.12, 0.10), (0.84, 0.10, 0.10), (0.94, 0.74, 0.12), (0.10, 0.28, 0.72), (0.14, 0.24, 0.68), (0.90, 0.86, 0.76), (0.25, 0.22, 0.22), face=(0.93, 0.90, 0.86), iris=(0.9, 0.85, 0.6), speckle=0.12)),
               ("parrot", "macaw", "cockatoo", "budgie", "parakeet", "toucan")),
    "crow": (BirdShape(0.28, 30, 0.46, neck=0.08, head=0.19, beak=(0.26, 0.075, 0.12), wing=1.1, tail=0.5, leg=0.34, eye=(62, 16, 0.038),
                       plumage=Plumage((0.06, 0.06, 0.075), (0.07, 0.07, 0.08), (0.06, 0.06, 0.07), (0.05, 0.05, 0.07), (0.04, 0.04, 0.06), (0.05, 0.05, 0.06), (0.08, 0.08, 0.08), (0.08, 0.08, 0.08), speckle=0.15)),
             ("crow", "raven", "magpie", "rook")),
    "pigeon": (BirdShape(0.22, 26, 0.54, neck=0.12, neck_thick=0.17, head=0.165, beak=(0.15, 0.045, 0.08), wing=1.0, tail=0.45, leg=0.26, leg_thick=0.034, eye=(66, 12, 0.036),
                         plumage=Plumage((0.55, 0.58, 0.63), (0.62, 0.64, 0.68), (0.32, 0.38, 0.44), (0.62, 0.64, 0.68), (0.24, 0.26, 0.30), (0.36, 0.38, 0.42), (0.25, 0.23, 0.23), (0.76, 0.32, 0.30), iris=(0.86, 0.40, 0.12), speckle=0.1)),
               ("pigeon", "dove", "seagull", "gull")),
    "chicken": (BirdShape(0.30, 22, 0.66, neck=0.34, neck_rise=74, neck_thick=0.15, neck_bend=0.2, head=0.145, beak=(0.13, 0.05, 0.2), wing=0.72, wing_wide=0.44, tail=0.48, tail_wide=0.16, tail_rise=55, leg=0.42, leg_thick=0.034, feathered=0.45,
                          eye=(66, 16, 0.028), extras=("comb",), plumage=Plumage((0.66, 0.36, 0.15), (0.76, 0.50, 0.26), (0.72, 0.42, 0.18), (0.58, 0.30, 0.12), (0.30, 0.17, 0.10), (0.22, 0.14, 0.10), GOLD, GOLD, iris=(0.75, 0.40, 0.10))),
                ("chicken", "hen", "rooster", "cock", "turkey", "poultry", "chick", "peacock", "peafowl")),
    "duck": (BirdShape(0.36, 14, 0.56, neck=0.26, neck_rise=76, neck_thick=0.115, neck_bend=0.35, head=0.150, beak=(0.23, 0.055, 0.0), beak_wide=1.7, wing=0.86, wing_wide=0.36, tail=0.26, tail_wide=0.22, tail_rise=22, leg=0.24, leg_thick=0.034, feathered=0.3,
                       webbed=True, eye=(62, 20, 0.028), plumage=Plumage((0.46, 0.38, 0.30), (0.74, 0.70, 0.64), (0.06, 0.34, 0.22), (0.48, 0.42, 0.36), (0.22, 0.26, 0.46), (0.20, 0.18, 0.17), (0.90, 0.72, 0.16), (0.92, 0.48, 0.12), breast=(0.40, 0.24, 0.17))),
             ("duck", "mallard", "duckling")),
    "swan": (BirdShape(0.62, 8, 0.54, neck=0.78, neck_rise=84, neck_thick=0.088, neck_bend=0.75, head=0.115, beak=(0.17, 0.045, 0.1), beak_wide=1.3, wing=0.98, wing_wide=0.46, tail=0.24, tail_rise=18, leg=0.22, leg_thick=0.032, feathered=0.3, webbed=True,
                       eye=(62, 16, 0.020), plumage=Plumage((0.95, 0.95, 0.94), (0.96, 0.96, 0.95), (0.96, 0.95, 0.94), (0.95, 0.95, 0.94), (0.91, 0.91, 0.91), (0.94, 0.94, 0.93), (0.92, 0.46, 0.12), (0.14, 0.13, 0.13), speckle=0.06)),
             ("swan", "goose", "gosling")),
    "flamingo": (BirdShape(0.40, 16, 0.50, neck=1.05, neck_rise=80, neck_thick=0.068, neck_bend=0.8, head=0.115, beak=(0.20, 0.062, 0.75), wing=0.92, wing_wide=0.40, tail=0.20, tail_rise=-20, leg=1.35, leg_thick=0.026, feathered=0.08, webbed=True,
                           eye=(62, 16, 0.022), plumage=Plumage((0.95, 0.56, 0.60), (0.96, 0.66, 0.68), (0.95, 0.58, 0.62), (0.93, 0.46, 0.52), (0.80, 0.26, 0.32), (0.93, 0.52, 0.56), (0.18, 0.15, 0.15), (0.92, 0.55, 0.58), iris=(0.92, 0.85, 0.4), speckle=0.08)),
                 ("flamingo", "stork", "heron", "crane bird", "ostrich", "emu")),
    "penguin": (BirdShape(0.62, 82, 0.50, neck=0.10, neck_rise=88, neck_thick=0.19, head=0.165, beak=(0.20, 0.045, 0.15), wing=0.74, wing_wide=0.24, tail=0.16, tail_rise=-60, leg=0.14, leg_thick=0.048, feathered=0.88, webbed=True, eye=(56, 14, 0.026),
                          plumage=Plumage((0.09, 0.10, 0.13), (0.95, 0.94, 0.92), (0.07, 0.07, 0.09), (0.10, 0.11, 0.14), (0.08, 0.09, 0.11), (0.08, 0.08, 0.10), (0.85, 0.48, 0.14), (0.88, 0.50, 0.14), breast=(0.96, 0.93, 0.84), speckle=0.0)),
                ("penguin", "emperor penguin", "puffin")),
}  # fmt: skip


_EAGLE, _PIGEON, _PARROT, _FLAMINGO, _CHICKEN = (
    BIRDS[k][0] for k in ("eagle", "pigeon", "parrot", "flamingo", "chicken")
)


VARIANTS: dict[str, BirdShape] = {
    "seagull": replace(_PIGEON, size=0.34, wing=1.12, beak=(0.24, 0.055, 0.12), plumage=Plumage((0.95, 0.95, 0.95), (0.97, 0.97, 0.97), (0.97, 0.97, 0.97), (0.62, 0.66, 0.70), (0.10, 0.10, 0.11), (0.95, 0.95, 0.95), (0.95, 0.72, 0.14), (0.94, 0.62, 0.20), iris=(0.9, 0.8, 0.3), speckle=0.0)),
    "toucan": replace(_PARROT, size=0.30, tail=0.55, beak=(0.62, 0.115, 0.28), plumage=Plumage((0.05, 0.05, 0.06), (0.06, 0.06, 0.07), (0.05, 0.05, 0.06), (0.05, 0.05, 0.06), (0.04, 0.04, 0.05), (0.06, 0.06, 0.07), (0.97, 0.55, 0.08), (0.30, 0.42, 0.56), face=(0.98, 0.82, 0.30), breast=(0.98, 0.90, 0.62), iris=(0.2, 0.4, 0.7), speckle=0.0)),
    "ostrich": replace(_FLAMINGO, size=0.95, girth=0.62, neck=1.15, neck_bend=0.35, neck_thick=0.075, head=0.105, beak=(0.15, 0.05, 0.1), beak_wide=1.5, leg=1.25, leg_thick=0.050, webbed=False, tail=0.42, tail_rise=10, feathered=0.16,
                       plumage=Plumage((0.09, 0.085, 0.085), (0.10, 0.095, 0.09), (0.80, 0.62, 0.55), (0.08, 0.08, 0.08), (0.93, 0.92, 0.89), (0.92, 0.91, 0.88), (0.72, 0.56, 0.46), (0.80, 0.62, 0.54), speckle=0.05)),
    "rooster": replace(_CHICKEN, neck=0.44, tail=0.85, tail_wide=0.10, tail_rise=62, leg=0.52, size=0.34, plumage=Plumage((0.62, 0.24, 0.08), (0.10, 0.10, 0.10), (0.90, 0.56, 0.16), (0.70, 0.28, 0.09), (0.06, 0.22, 0.16), (0.04, 0.20, 0.15), GOLD, GOLD, breast=(0.36, 0.10, 0.05), iris=(0.85, 0.40, 0.10), speckle=0.15)),
    "peacock": replace(_CHICKEN, size=0.42, girth=0.46, neck=0.62, neck_thick=0.105, neck_bend=0.5, head=0.105, beak=(0.11, 0.04, 0.2), leg=0.44, extras=("crest", "train"),
                       plumage=Plumage((0.05, 0.36, 0.40), (0.06, 0.22, 0.52), (0.05, 0.20, 0.66), (0.40, 0.32, 0.22), (0.24, 0.18, 0.13), (0.06, 0.34, 0.24), (0.55, 0.52, 0.48), (0.50, 0.44, 0.38), breast=(0.04, 0.20, 0.66), face=(0.92, 0.93, 0.92), speckle=0.1)),
    "vulture": replace(_EAGLE, neck=0.34, neck_thick=0.10, neck_bend=0.5, head=0.155, plumage=Plumage((0.24, 0.19, 0.16), (0.26, 0.21, 0.18), (0.82, 0.58, 0.52), (0.20, 0.16, 0.13), (0.12, 0.10, 0.09), (0.16, 0.13, 0.11), (0.62, 0.55, 0.46), (0.66, 0.60, 0.54))),
}  # fmt: skip
"""Birds that are built by another one's family, in a shape of their own."""


SAME = {"gull": "seagull", "cock": "rooster", "emu": "ostrich", "condor": "vulture"}


def coloured(brief: Brief, plumage: Plumage) -> Plumage:
    """The plumage in the prompt's colours."""
    main = brief.colour(UNSET)
    if main == UNSET:
        main = brief.colour(UNSET, "feather", "feathers", "body", "plumage")
    if main != UNSET:
        dark: RGB = (main[0] * 0.66, main[1] * 0.66, main[2] * 0.66)
        pale: RGB = (
            main[0] + (1 - main[0]) * 0.45,
            main[1] + (1 - main[1]) * 0.45,
            main[2] + (1 - main[2]) * 0.45,
        )
        plumage = replace(
            plumage,
            back=main,
            head=main,
            wing=main,
            wing_tip=dark,
            tail=dark,
            belly=pale,
            breast=None,
            face=None,
        )
    return replace(
        plumage,
        belly=brief.colour(plumage.belly, "belly", "breast"),
        wing=brief.colour(plumage.wing, "wing", "wings"),
        tail=brief.colour(plumage.tail, "tail"),
        beak=brief.colour(plumage.beak, "beak", "bill"),
        head=brief.colour(plumage.head, "head"),
    )
