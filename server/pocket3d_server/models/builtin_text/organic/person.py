"""A dressed person: body, face, hair and clothes from a recipe."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.organic.body import HumanBody, human_body, posed
from pocket3d_server.models.builtin_text.organic.face import Looks, eye_parts, skin_part
from pocket3d_server.models.builtin_text.organic.hair import beard_part, hair_parts
from pocket3d_server.models.builtin_text.organic.holding import hands_of, holding
from pocket3d_server.models.builtin_text.organic.outfits import Outfit, dress
from pocket3d_server.models.builtin_text.organic.seated import bent, seat_of, turns_for
from pocket3d_server.models.builtin_text.organic.wardrobe import Figure
from pocket3d_server.models.language.brief import RGB

FACES = {"low": 9_000, "medium": 26_000, "high": 60_000}
TEXTURE = {"low": 512, "medium": 1024, "high": 2048}
POSE = {
    "upperleg01.L": (0.0, 0.0, -4.5), "upperleg01.R": (0.0, 0.0, 4.5), "foot.L": (0.0, 0.0, 4.5), "foot.R": (0.0, 0.0, -4.5),
    "upperarm01.L": (0.0, 0.0, -7.0), "upperarm01.R": (0.0, 0.0, 7.0), "lowerarm01.L": (14.0, 0.0, 0.0), "lowerarm01.R": (14.0, 0.0, 0.0),
}  # fmt: skip
"""Feet hip-wide and arms about 40 degrees from the body, which suits rigging."""


@dataclass(frozen=True)
class Recipe:
    """Everything that makes one person."""

    phenotype: dict[str, float]
    looks: Looks
    hair: str
    outfit: Outfit
    beard: float = 0.0
    """Length below the chin in metres; 0 is shaved."""
    scale: float = 1.0
    seed: int = 0
    beard_colour: RGB | None = None
    extras: tuple[str, ...] = field(default_factory=tuple)
    hands: frozenset[str] = frozenset()
    pose: str = ""
    """For these two see `Brief`."""


def build_person(recipe: Recipe, quality: str) -> Asset:
    """The person in metres, standing on y = 0, facing +z, arms a little away from the body."""
    body = human_body(recipe.phenotype)
    body = _grounded(posed(body, {**POSE, **holding(body, recipe.hands)}))
    figure = Figure(body, FACES[quality], recipe.seed)
    dress(figure, recipe.outfit)
    parts = figure.parts
    if recipe.outfit.hair_shows:
        parts += hair_parts(figure, recipe.hair, recipe.looks.hair, recipe.seed, TEXTURE[quality] // 2)
    if recipe.beard > 0:
        parts += beard_part(figure, recipe.beard_colour or recipe.looks.hair, recipe.beard, recipe.seed)
    skin = skin_part(figure, recipe.looks, int(0.42 * FACES[quality]), TEXTURE[quality])
    asset = Asset([skin, *eye_parts(figure, recipe.looks, 12 if quality == "low" else 18), *parts])
    turns = turns_for(recipe.pose)
    if turns:
        bent(asset, body, turns)
        body = posed(body, turns)
    low, _ = asset.bounds()
    shift = np.array([0.0, -low[1], 0.0])
    for p in asset.primitives():
        p.vertices = (np.asarray(p.vertices, float) + shift) * recipe.scale
    if recipe.hands:
        asset.extras["hands"] = hands_of(body, recipe.hands)
        for hand in asset.extras["hands"].values():
            hand["at"] = (hand["at"] + shift) * recipe.scale
    if turns:
        asset.extras["seat"] = (seat_of(body) + shift) * recipe.scale
    return asset


def _grounded(body: HumanBody) -> HumanBody:
    feet = body.vertices[~body.data.is_eye]
    middle = body.joint("root")
    shift = np.array([-middle[0], -feet[:, 1].min(), -middle[2]])
    return HumanBody(body.vertices + shift, body.joints + shift, body.data)
