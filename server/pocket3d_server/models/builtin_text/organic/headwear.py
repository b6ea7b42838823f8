"""Everything that can be worn on a head, by name."""

from __future__ import annotations

from collections.abc import Callable

from pocket3d_server.geometry.asset import Part
from pocket3d_server.models.builtin_text.organic.hats import (
    band,
    beanie,
    brimmed,
    cap,
    crown,
    eye_patch,
    peaked,
    santa,
    toque,
    tricorn,
    wizard,
)
from pocket3d_server.models.builtin_text.organic.helmets import (
    fire_helmet,
    great_helm,
    hard_hat,
    hood,
    horned,
    knight,
    mask,
    space_helmet,
)
from pocket3d_server.models.builtin_text.organic.wardrobe import Figure
from pocket3d_server.models.language.brief import RGB

HEADWEAR: dict[str, Callable[[Figure, RGB, float, float], list[Part]]] = {
    "wizard_hat": wizard,
    "crown": crown,
    "knight_helmet": knight,
    "great_helm": great_helm,
    "hard_hat": hard_hat,
    "cap": cap,
    "straw_hat": brimmed(2.1, 0.85, 0.86, -0.08, (0.55, 0.14, 0.12)),
    "cowboy_hat": brimmed(1.95, 1.0, 0.80, 0.10, (0.14, 0.08, 0.05)),
    "top_hat": brimmed(1.55, 1.55, 1.10, 0.03, (0.5, 0.08, 0.1)),
    "chef_hat": toque,
    "space_helmet": space_helmet,
    "hood": hood,
    "mask": mask,
    "headband": band,
    "beanie": beanie,
    "tricorn_hat": tricorn,
    "santa_hat": santa,
    "peaked_cap": peaked,
    "fire_helmet": fire_helmet,
    "eye_patch": eye_patch,
    "horned_helmet": horned,
}
