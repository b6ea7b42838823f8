"""Trees: broadleaf kinds, conifers, palms, birches, blossoming, autumn, fruit and bare trees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.organic.branching import Habit
from pocket3d_server.models.builtin_text.organic.tree import Builder, Style, broadleaf, conifer, palm
from pocket3d_server.models.language.brief import RGB, Brief

UNSET: RGB = (-1.0, -1.0, -1.0)
OAK = Style(Habit(6.5, 0.27, 0.26, (10, 5, 3), crown="wide"), leaf=(0.35, 0.53, 0.18))
KINDS: dict[str, tuple[Style, Builder, tuple[str, ...]]] = {
    "tree": (Style(Habit(6.0, 0.20)), broadleaf, ("tree", "broadleaf tree", "leafy tree", "deciduous tree", "maple", "maple tree", "beech", "lime tree", "linden", "chestnut tree", "ash tree", "elm")),
    "oak_tree": (OAK, broadleaf, ("oak", "oak tree", "old tree", "big tree", "ancient tree")),
    "pine_tree": (Style(Habit(7.5, 0.16, 0.10, crown="cone"), bark=(0.34, 0.22, 0.15), leaf=(0.17, 0.37, 0.19)), conifer,
                  ("pine", "pine tree", "fir", "fir tree", "spruce", "conifer", "christmas tree", "evergreen", "larch")),
    "cypress": (Style(Habit(6.5, 0.13, 0.05, crown="column"), bark=(0.34, 0.24, 0.17), leaf=(0.20, 0.38, 0.17)), conifer, ("cypress", "cypress tree", "thuja", "poplar")),
    "palm_tree": (Style(Habit(6.5, 0.15), bark=(0.50, 0.40, 0.28), leaf=(0.32, 0.52, 0.17)), palm, ("palm", "palm tree", "coconut palm", "coconut tree", "tropical tree")),
    "birch": (Style(Habit(7.5, 0.13, 0.34, (9, 4, 3), (42, 48, 45), (0.36, 0.48, 0.5), up=0.10, crown="round"), bark=(0.90, 0.88, 0.84), bark_kind="birch",
                    leaf=(0.46, 0.60, 0.20), leaf_size=0.20, clump=0.6, hang=0.3), broadleaf, ("birch", "birch tree", "silver birch", "aspen")),
    "cherry_tree": (Style(Habit(4.8, 0.17, 0.30, (9, 5, 3), (58, 48, 42), (0.55, 0.52, 0.5), crown="wide"), bark=(0.30, 0.20, 0.17), leaf=(0.95, 0.70, 0.78), leaf_size=0.18, leaf_wide=0.9),
                    broadleaf, ("cherry tree", "cherry blossom", "cherry blossom tree", "sakura", "blossoming tree", "magnolia")),
    "autumn_tree": (Style(Habit(6.0, 0.20), leaf=(0.86, 0.44, 0.10)), broadleaf, ("autumn tree", "fall tree", "red maple", "japanese maple")),
    "apple_tree": (Style(Habit(4.2, 0.17, 0.32, (8, 5, 3), (58, 48, 42), (0.52, 0.52, 0.5), crown="round"), fruit=(0.78, 0.10, 0.10)), broadleaf, ("apple tree", "fruit tree", "orange tree", "lemon tree", "peach tree")),
    "willow": (Style(Habit(6.0, 0.24, 0.34, (10, 5, 3), (58, 62, 60), (0.50, 0.55, 0.6), up=-0.85, crown="wide"), leaf=(0.46, 0.58, 0.22), leaf_size=0.34, leaf_wide=0.22, clump=0.62, hang=1.6),
               broadleaf, ("willow", "weeping willow", "willow tree")),
    "dead_tree": (Style(Habit(5.5, 0.22, 0.24, (8, 5, 3), (56, 48, 45), (0.52, 0.55, 0.55), up=0.12, wander=0.22, crown="wide"), bark=(0.34, 0.30, 0.27), clump=0.0), broadleaf,
                  ("dead tree", "bare tree", "leafless tree", "spooky tree", "winter tree", "withered tree")),
    "bush": (Style(Habit(1.2, 0.05, 0.02, (14, 5, 2), (72, 45, 42), (0.62, 0.5, 0.5), up=0.42, crown="wide"), leaf=(0.33, 0.53, 0.20), leaf_size=0.20, clump=1.35), broadleaf, ("bush", "shrub", "hedge", "boxwood")),
}  # fmt: skip


SORTS = {
    "oak": "oak_tree",
    "pine": "pine_tree",
    "palm": "palm_tree",
    "birch": "birch",
    "cherry": "cherry_tree",
    "dead": "dead_tree",
    "bare": "dead_tree",
    "apple": "apple_tree",
    "willow": "willow",
}
"""Words that tell the sort of a plain tree; some of them are also materials, so the router may not see them."""


def _builder(kind: str) -> Callable[[Brief], Asset]:
    def build(brief: Brief) -> Asset:
        sort = next((SORTS[w] for w in sorted(brief.words) if w in SORTS), kind) if kind == "tree" else kind
        style, make, _ = KINDS[sort]
        rng = brief.rng(5)
        tall = brief.stretch.get("height", 1.0) * (0.94 + 0.12 * float(rng.random()))
        girth = brief.stretch.get("girth", 1.0)
        leaf = brief.colour(UNSET, "leaf", "leaves", "foliage", "blossom", "blossoms", "crown")
        if leaf == UNSET:
            leaf = brief.colour(UNSET)
        if leaf == UNSET:
            leaf = (0.86, 0.44, 0.10) if brief.has("autumn", "fall") and make is broadleaf else style.leaf
            shift = 1 + 0.06 * rng.standard_normal(3)
            leaf = tuple(float(c) for c in np.clip(np.asarray(leaf) * shift, 0, 1))  # type: ignore[assignment]
        fruit = (
            None
            if style.fruit is None
            else (0.95, 0.55, 0.10)
            if brief.has("orange")
            else (0.95, 0.84, 0.2)
            if brief.has("lemon")
            else style.fruit
        )
        own = replace(
            style, leaf=leaf, snow=brief.has("snow", "snowy", "snowed"), festive=brief.has("christmas", "christma", "xmas", "decorated"), bark=brief.colour(style.bark, "trunk", "bark", "branch"), fruit=fruit,
            habit=replace(style.habit, height=style.habit.height * tall, radius=style.habit.radius * girth * tall),
        )  # fmt: skip
        return _centred(make(own, brief.quality, rng))

    build.__doc__ = f"A {kind.replace('_', ' ')}."
    return build


def _centred(asset: Asset) -> Asset:
    """Lowest point on the ground, in place; trees stand where their trunk is, not where their crown leans."""
    low, _ = asset.bounds()
    for p in asset.primitives():
        p.vertices = np.asarray(p.vertices, float) - (0, low[1], 0)
    return asset


FAMILIES: tuple[Family, ...] = tuple(
    Family(name, phrases, _builder(name), natural=True) for name, (_, _, phrases) in KINDS.items()
)
