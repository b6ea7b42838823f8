"""Families answer to at least three attributes of a prompt: colour, material, proportions, parts, numbers."""

from __future__ import annotations

import numpy as np
import pytest
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.families import all_families
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.language.brief import Heard
from pocket3d_server.models.language.understand import understand

FAMILIES = {name: family for name, family in all_families().items() if not family.natural}
EVERY = 9
"""Builds cost time: of so many families one is built in several ways. That every family, living ones too, asks for
three attributes at least is tested where each is built anyway."""


def build(family: Family, prompt: str) -> tuple[Asset, Heard]:
    brief = understand(prompt, quality="low", head=family.phrases[0].split()[-1], luck="the same for all")
    return family.build(brief), brief.heard


def looks(asset: Asset) -> tuple[list[list[float]], list[int]]:
    """Colours and metals of all surfaces."""
    seen = [p.material for p in asset.primitives()]
    painted = [0 if m.base_color_image is None else int(np.asarray(m.base_color_image).sum()) for m in seen]
    return [[*np.round(m.base_color, 3), m.metallic, round(m.roughness, 2)] for m in seen], painted


def shape(asset: Asset) -> tuple[int, list[float]]:
    """Faces and size."""
    low, high = asset.bounds()
    return asset.face_count, list(np.round((high - low) / np.abs(high - low).max(), 2))


@pytest.mark.parametrize("name", sorted(FAMILIES)[::EVERY])
def test_what_a_prompt_says_changes_the_object(name: str) -> None:
    """Prompts that say one thing more each give other surfaces or another shape."""
    family = FAMILIES[name]
    phrase = family.phrases[0]
    plain, heard = build(family, phrase)
    answers: set[str] = set()
    prompts = {
        f"blue {phrase}": "colour",
        f"golden {phrase}": "material",
        f"tall {phrase}": "height",
        f"wide {phrase}": "width",
    }
    prompts |= {f"{phrase} with three {noun}s": noun for noun in sorted(heard.counts)}
    prompts |= {f"{phrase} with a green {noun}": noun for noun in sorted(heard.words)}
    for prompt, attribute in prompts.items():
        if len(answers) >= 3:
            break
        other, _ = build(family, prompt)
        if shape(other) != shape(plain) or looks(other) != looks(plain):
            answers.add(attribute)
    assert len(answers) >= 3, answers
