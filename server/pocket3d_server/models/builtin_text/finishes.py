"""What things are made of: the kit's materials, and which one a prompt asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from pocket3d_server.geometry.asset import Material, srgb_to_linear
from pocket3d_server.models.language.brief import RGB, Brief


@dataclass(eq=False)
class Finish(Material):
    """A material that also knows which pattern the texture stage bakes for it."""

    pattern: str = ""
    """Name of a solid pattern, e.g. ``wood``; empty for plain surfaces."""


class Kind(NamedTuple):
    """A substance as it usually looks."""

    rgb: RGB
    metallic: float = 0.0
    roughness: float = 0.6
    pattern: str = ""


KINDS: dict[str, Kind] = {
    "aluminium": Kind((0.80, 0.81, 0.83), 1.0, 0.35, "brushed_metal"),
    "bamboo": Kind((0.83, 0.72, 0.45), 0, 0.5, "wood"),
    "bone": Kind((0.90, 0.86, 0.76), 0, 0.5, "glaze"),
    "brass": Kind((0.86, 0.70, 0.36), 1.0, 0.28, "polish"),
    "brick": Kind((0.62, 0.30, 0.22), 0, 0.9, "brick"),
    "bronze": Kind((0.66, 0.46, 0.26), 1.0, 0.35, "polish"),
    "canvas": Kind((0.87, 0.83, 0.73), 0, 0.9, "fabric"),
    "carbon": Kind((0.09, 0.09, 0.10), 0.3, 0.35, "carbon"),
    "ceramic": Kind((0.93, 0.92, 0.89), 0, 0.22, "glaze"),
    "chrome": Kind((0.86, 0.87, 0.89), 1.0, 0.08, "polish"),
    "clay": Kind((0.72, 0.42, 0.28), 0, 0.8, "plaster"),
    "concrete": Kind((0.66, 0.65, 0.63), 0, 0.9, "concrete"),
    "copper": Kind((0.85, 0.50, 0.36), 1.0, 0.3, "polish"),
    "cork": Kind((0.72, 0.55, 0.36), 0, 0.9, "plaster"),
    "diamond": Kind((0.86, 0.95, 1.0), 0, 0.03),
    "earth": Kind((0.36, 0.25, 0.17), 0, 1.0, "soil"),
    "fabric": Kind((0.55, 0.58, 0.62), 0, 0.95, "fabric"),
    "glass": Kind((0.80, 0.90, 0.92), 0, 0.05),
    "gold": Kind((1.0, 0.80, 0.36), 1.0, 0.2, "polish"),
    "grass": Kind((0.32, 0.52, 0.20), 0, 1.0, "grass"),
    "ice": Kind((0.80, 0.92, 0.98), 0, 0.1),
    "iron": Kind((0.36, 0.36, 0.38), 0.9, 0.5, "brushed_metal"),
    "jade": Kind((0.30, 0.62, 0.45), 0, 0.25, "marble"),
    "leather": Kind((0.42, 0.26, 0.16), 0, 0.55, "leather"),
    "marble": Kind((0.92, 0.91, 0.89), 0, 0.2, "marble"),
    "metal": Kind((0.62, 0.63, 0.66), 1.0, 0.38, "brushed_metal"),
    "paint": Kind((0.75, 0.75, 0.75), 0, 0.35, "paint"),
    "paper": Kind((0.95, 0.93, 0.88), 0, 0.9, "grain"),
    "plaster": Kind((0.93, 0.89, 0.80), 0, 0.9, "plaster"),
    "plastic": Kind((0.85, 0.85, 0.86), 0, 0.42, "grain"),
    "rubber": Kind((0.05, 0.05, 0.055), 0, 0.85, "grain"),
    "rust": Kind((0.52, 0.27, 0.14), 0.4, 0.85, "rust"),
    "sand": Kind((0.86, 0.76, 0.55), 0, 1.0, "soil"),
    "silver": Kind((0.90, 0.90, 0.90), 1.0, 0.18, "polish"),
    "slate": Kind((0.30, 0.33, 0.37), 0, 0.8, "roof"),
    "snow": Kind((0.96, 0.97, 1.0), 0, 0.8, "plaster"),
    "steel": Kind((0.74, 0.76, 0.79), 1.0, 0.25, "brushed_metal"),
    "stone": Kind((0.60, 0.58, 0.55), 0, 0.9, "stone"),
    "straw": Kind((0.80, 0.66, 0.36), 0, 1.0, "thatch"),
    "tile": Kind((0.66, 0.30, 0.20), 0, 0.7, "roof"),
    "velvet": Kind((0.45, 0.10, 0.18), 0, 0.9, "fabric"),
    "wicker": Kind((0.74, 0.56, 0.34), 0, 0.85, "wicker"),
    "wool": Kind((0.86, 0.82, 0.74), 0, 1.0, "fabric"),
    "wood": Kind((0.55, 0.36, 0.20), 0, 0.6, "wood"),
}

TRANSPARENT = {"glass": 0.25, "ice": 0.75, "diamond": 0.55}
"""Opacity of what one can see through."""


def finish(kind: str, rgb: RGB | None = None, name: str | None = None, **settings: float) -> Finish:
    """The material ``kind`` in its usual colour or in ``rgb`` (sRGB). ``settings`` override e.g. roughness."""
    base = KINDS[kind]
    r, g, b = (float(c) for c in srgb_to_linear(base.rgb if rgb is None else rgb))
    alpha = settings.pop("alpha", TRANSPARENT.get(kind, 1.0))
    return Finish(
        name or kind,
        base_color=(r, g, b, alpha),
        metallic=settings.get("metallic", base.metallic),
        roughness=settings.get("roughness", base.roughness),
        alpha_mode="BLEND" if alpha < 1 else "OPAQUE",
        pattern=base.pattern,
    )


def glow(name: str, rgb: RGB, strength: float = 1.0) -> Finish:
    """A lit surface."""
    r, g, b = (float(c) for c in srgb_to_linear(rgb))
    light = (min(r * strength, 1.0), min(g * strength, 1.0), min(b * strength, 1.0))
    return Finish(name, base_color=(r, g, b, 1.0), roughness=0.3, emissive=light)


def asked(
    brief: Brief,
    name: str,
    kind: str,
    rgb: RGB | None = None,
    *nouns: str,
    main: bool = False,
    **settings: float,
) -> Finish:
    """The material of one piece of an object: what the prompt says of ``nouns``, else the family's default.

    With ``main`` the prompt's colour and material for the whole object count too. A named material comes in
    its own colour unless a colour is named as well; a colour alone keeps the default material.
    """
    brief.heard.words.update(nouns)
    wanted = next((brief.noun_materials[n] for n in nouns if n in brief.noun_materials), None)
    if main:
        brief.heard.whole.update(("colour", "material"))
    if wanted is None and main and brief.materials:
        wanted = brief.materials[0]
    unset: RGB = (-1.0, -1.0, -1.0)
    colour = brief.colour(unset, *nouns) if nouns else unset
    if colour == unset and main:
        colour = brief.colour(unset)
    chosen = wanted if wanted in KINDS else kind
    if colour != unset:
        return finish(chosen, colour, name, **settings)
    return finish(chosen, rgb if chosen == kind else None, name, **(settings if chosen == kind else {}))


def shade(rgb: RGB, factor: float) -> RGB:
    """``rgb`` darker (below 1) or lighter (above 1, towards white)."""
    if factor <= 1:
        return (rgb[0] * factor, rgb[1] * factor, rgb[2] * factor)
    t = min(factor - 1, 1.0)
    return (rgb[0] + (1 - rgb[0]) * t, rgb[1] + (1 - rgb[1]) * t, rgb[2] + (1 - rgb[2]) * t)


def said_of(brief: Brief, *nouns: str) -> bool:
    """Whether the prompt gives one of ``nouns`` a colour or a material of its own."""
    return any(c.noun in nouns for c in brief.colours) or any(n in brief.noun_materials for n in nouns)


def unless_said(brief: Brief, usual: Finish, *nouns: str) -> Finish:
    """``usual``, unless the prompt gives ``nouns`` a colour or a material of their own."""
    brief.heard.words.update(nouns)
    if not said_of(brief, *nouns):
        return usual
    kind = next((k for k in KINDS if KINDS[k].pattern == usual.pattern and usual.name == k), None)
    return asked(brief, f"{nouns[0]}_{usual.name}", kind or "paint", None, *nouns)
