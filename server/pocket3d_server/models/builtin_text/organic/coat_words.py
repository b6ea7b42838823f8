"""What words change about an animal's coat: colours, markings, the mane."""

from __future__ import annotations

from dataclasses import replace

from pocket3d_server.models.builtin_text.organic.anatomy import Coat
from pocket3d_server.models.language.brief import RGB, Brief

PATTERNS = {
    "spotted": "dalmatian", "dalmatian": "dalmatian", "striped": "stripes", "tabby": "tabby", "patched": "patches",
    "spots": "dalmatian", "spot": "dalmatian", "stripe": "stripes", "patch": "patches",
}  # fmt: skip


UNSET: RGB = (-1.0, -1.0, -1.0)


NAMES = frozenset({"golden", "brown", "red", "snow", "french", "german", "border", "polar"})
"""Colour words that stand in the names of breeds."""


def toned(colour: RGB, factor: float) -> RGB:
    """Darker below 1; above 1 towards white."""
    if factor <= 1:
        return (colour[0] * factor, colour[1] * factor, colour[2] * factor)
    t = factor - 1
    return (colour[0] + (1 - colour[0]) * t, colour[1] + (1 - colour[1]) * t, colour[2] + (1 - colour[2]) * t)


def coat_for(brief: Brief, coat: Coat, named: bool) -> Coat:
    """The kind's coat with the colours and markings that the prompt says; ``named`` is whether it names a breed."""
    plain = [c.rgb for c in brief.colours if c.noun is None and not (named and c.name in NAMES)]
    main = plain[0] if plain else UNSET
    if main == UNSET:
        main = brief.colour(UNSET, "fur", "coat", "hair", "wool", "body", "skin")
    if coat.pattern == "eagle":
        return plumed(brief, coat, main)
    if main != UNSET:
        dark = max(main) < 0.25
        neutral = max(main) - min(main) < 0.15  # a white or black cat is plain unless stripes are asked for
        if neutral and coat.pattern == "tabby":
            coat = replace(coat, pattern="plain", legs=None)
        pale = toned(main, 1.35) if dark else toned(main, 1.6)
        keep_pattern = coat.pattern in ("blaze", "tabby", "stripes", "zebra", "giraffe", "rosettes", "panda")
        marks = toned(main, 0.55) if not dark else toned(main, 1.45)
        coat = replace(
            coat, base=main, belly=pale if coat.belly else None, muzzle=pale if coat.muzzle and not dark else None,
            legs=coat.legs if keep_pattern and not dark else None, face=None, ears=None if coat.ears is None else main,
            pattern=coat.pattern if keep_pattern or coat.pattern == "patches" else "plain",
            marks=marks if coat.pattern in ("tabby", "saddle") else coat.marks,
            tail_tip=coat.tail_tip,
        )  # fmt: skip
    for word, pattern in PATTERNS.items():
        if brief.has(word):
            others = [
                c.rgb for c in brief.colours if c.noun in ("spot", "stripe", "patch", "spots", "stripes")
            ]
            contrast: RGB = (0.08, 0.07, 0.06) if max(coat.base) > 0.3 else (0.93, 0.91, 0.87)
            base = coat.base if main != UNSET or pattern != "dalmatian" else (0.95, 0.94, 0.91)
            if coat.pattern == "patches":  # spots of cattle are large islands
                pattern, base = "patches", coat.base
            if pattern == "dalmatian" and main == UNSET:
                coat = replace(coat, muzzle=None, belly=None, ears=None)
            coat = replace(coat, pattern=pattern, base=base, marks=others[0] if others else contrast)
            break
    mane = brief.colour(UNSET, "mane", "tail")
    return replace(coat, mane=mane) if mane != UNSET else coat


def plumed(brief: Brief, coat: Coat, main: RGB) -> Coat:
    """A griffin's coat: its feathers are tones of the ``main`` colour, if it is set, and of their own where the prompt
    says so of head, wings or beak."""
    if main != UNSET:
        dark = max(main) < 0.25
        head, wings = toned(main, 1.22 if dark else 1.55), toned(main, 1.10 if dark else 0.55)
        coat = replace(coat, base=main, belly=toned(main, 1.15), marks=head, ears=head, mane=wings)
    wings = brief.colour(coat.mane or coat.base, "wing", "feather")
    head, beak = brief.colour(coat.marks, "head", "neck"), brief.colour(coat.nose, "beak")
    return replace(coat, marks=head, mane=wings, nose=beak)
