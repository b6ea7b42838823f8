"""Trees: broadleaf kinds, conifers, palms, birches, blossoming, autumn, fruit and bare trees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.organic.branching import Habit
from pocket3d_server.models.builtin_text.organic.ground import settle
from pocket3d_server.models.builtin_text.organic.tree import Builder, Style, broadleaf, conifer, palm
from pocket3d_server.models.language.brief import RGB, Brief

UNSET: RGB = (-1.0, -1.0, -1.0)
AUTUMN: RGB = (0.86, 0.40, 0.08)
GOLD: RGB = (0.93, 0.66, 0.13)
KINDS: dict[str, tuple[Style, Builder, tuple[str, ...]]] = {
    "tree": (Style(Habit(6.0, 0.20), leaf_too=(0.42, 0.60, 0.18)), broadleaf, ("tree", "broadleaf tree", "leafy tree", "deciduous tree", "beech", "lime tree", "linden", "chestnut tree", "ash tree", "elm")),
    "oak_tree": (Style(Habit(6.2, 0.42, 0.38, (12, 5, 3), (60, 50, 44), (0.60, 0.48, 0.46), up=0.40, wander=0.14, crown="round"), bark=(0.31, 0.24, 0.18), leaf=(0.25, 0.41, 0.14), leaf_size=0.23, leaf_wide=0.7, clump=1.12),
                 broadleaf, ("oak", "oak tree", "old tree", "big tree", "ancient tree")),
    "pine_tree": (Style(Habit(7.5, 0.16, 0.10, crown="cone"), bark=(0.34, 0.22, 0.15), leaf=(0.17, 0.37, 0.19)), conifer,
                  ("pine", "pine tree", "fir", "fir tree", "spruce", "conifer", "christmas tree", "evergreen", "larch")),
    "cypress": (Style(Habit(6.5, 0.13, 0.05, crown="column"), bark=(0.34, 0.24, 0.17), leaf=(0.20, 0.38, 0.17)), conifer, ("cypress", "cypress tree", "thuja")),
    "poplar": (Style(Habit(9.0, 0.17, 0.08, (20, 5, 3), (27, 28, 34), (0.25, 0.46, 0.5), up=0.55, crown="column"), bark=(0.45, 0.40, 0.33), leaf=(0.40, 0.55, 0.19), leaf_size=0.19, leaf_wide=0.8, clump=0.50),
               broadleaf, ("poplar", "poplar tree", "lombardy poplar")),
    "palm_tree": (Style(Habit(6.5, 0.15), bark=(0.50, 0.40, 0.28), leaf=(0.32, 0.52, 0.17)), palm, ("palm", "palm tree", "coconut palm", "coconut tree", "tropical tree")),
    "birch": (Style(Habit(7.5, 0.15, 0.30, (10, 4, 3), (38, 44, 45), (0.34, 0.46, 0.5), up=0.20, crown="round"), bark=(0.93, 0.91, 0.87), bark_kind="birch",
                    leaf=(0.56, 0.66, 0.22), leaf_too=(0.66, 0.70, 0.24), leaf_size=0.15, clump=0.42, hang=0.5, strands=0.75), broadleaf, ("birch", "birch tree", "silver birch", "aspen")),
    "cherry_tree": (Style(Habit(4.8, 0.19, 0.26, (9, 5, 3), (62, 48, 42), (0.62, 0.52, 0.5), crown="wide"), bark=(0.30, 0.20, 0.17), leaf=(0.98, 0.70, 0.80), leaf_too=(1.0, 0.86, 0.90), leaf_size=0.15, leaf_wide=1.0, blossom=True),
                    broadleaf, ("cherry tree", "cherry blossom", "cherry blossom tree", "sakura", "blossoming tree", "magnolia")),
    "maple": (Style(Habit(6.2, 0.24, 0.27, (11, 5, 4), (54, 46, 42), (0.52, 0.52, 0.5), crown="round"), bark=(0.38, 0.31, 0.26), leaf=(0.82, 0.20, 0.07), leaf_too=(0.92, 0.46, 0.10), leaf_size=0.24, leaf_wide=0.95, clump=0.98),
              broadleaf, ("maple", "maple tree", "red maple", "japanese maple", "sugar maple")),
    "autumn_tree": (Style(Habit(6.0, 0.20), leaf=AUTUMN, leaf_too=GOLD), broadleaf, ("autumn tree", "fall tree")),
    "apple_tree": (Style(Habit(4.2, 0.19, 0.30, (9, 5, 3), (60, 48, 42), (0.52, 0.52, 0.5), crown="round"), leaf=(0.34, 0.52, 0.19), clump=0.92, fruit=(0.82, 0.08, 0.08)), broadleaf, ("apple tree", "fruit tree", "peach tree", "pear tree", "plum tree")),
    "orange_tree": (Style(Habit(3.6, 0.15, 0.34, (9, 5, 3), (56, 46, 42), (0.46, 0.5, 0.5), crown="round"), leaf=(0.16, 0.38, 0.14), leaf_size=0.22, clump=1.05, fruit=(0.97, 0.52, 0.06)), broadleaf, ("orange tree", "lemon tree", "citrus tree")),
    "acacia": (Style(Habit(5.6, 0.21, 0.80, (9, 5, 4), (64, 50, 52), (0.95, 0.50, 0.5), up=0.16, crown="wide"), bark=(0.36, 0.27, 0.19), leaf=(0.42, 0.50, 0.20), leaf_size=0.19, clump=1.25, flat=0.27),
               broadleaf, ("acacia", "acacia tree", "umbrella thorn", "savanna tree")),
    "willow": (Style(Habit(6.0, 0.30, 0.32, (10, 5, 3), (54, 52, 50), (0.60, 0.48, 0.45), up=0.30, crown="wide"), bark=(0.34, 0.28, 0.20), leaf=(0.50, 0.60, 0.22), leaf_size=0.30, leaf_wide=0.24, clump=0.72, hang=1.2, strands=3.4),
               broadleaf, ("willow", "weeping willow", "willow tree")),
    "dead_tree": (Style(Habit(5.5, 0.22, 0.24, (8, 5, 3), (56, 48, 45), (0.52, 0.55, 0.55), up=0.12, wander=0.22, crown="wide"), bark=(0.34, 0.30, 0.27), clump=0.0), broadleaf,
                  ("dead tree", "bare tree", "leafless tree", "spooky tree", "winter tree", "withered tree")),
    "bush": (Style(Habit(1.2, 0.05, 0.02, (14, 5, 2), (72, 45, 42), (0.62, 0.5, 0.5), up=0.42, crown="wide"), leaf=(0.33, 0.53, 0.20), leaf_size=0.20, clump=1.35), broadleaf, ("bush", "shrub", "hedge", "boxwood")),
}  # fmt: skip
SORTS = {
    "oak": "oak_tree", "pine": "pine_tree", "palm": "palm_tree", "birch": "birch", "cherry": "cherry_tree", "dead": "dead_tree", "bare": "dead_tree",
    "apple": "apple_tree", "willow": "willow", "maple": "maple", "poplar": "poplar", "orange": "orange_tree", "lemon": "orange_tree", "acacia": "acacia",
}  # fmt: skip
"""Words that tell the sort of a plain tree; some of them are also materials, so the router may not see them."""
NAMES = frozenset(
    {"cherry", "orange", "lemon", "peach", "plum", "apple", "chestnut", "silver", "olive", "lime"}
)
"""Colour words that in a tree's name tell what it bears."""
FRUITS: dict[str, RGB] = {"lemon": (0.95, 0.84, 0.2), "peach": (0.95, 0.62, 0.42), "plum": (0.34, 0.12, 0.36), "pear": (0.72, 0.76, 0.24)}  # fmt: skip


def _leaves(brief: Brief, style: Style, leafy: bool) -> tuple[RGB, RGB | None]:
    """The colour of the leaves and of those of some boughs: what the prompt says, the season, or the kind's own."""
    said = brief.colour(UNSET, "leaf", "leaves", "foliage", "blossom", "blossoms", "crown")
    plain = [c.rgb for c in brief.colours if c.noun is None and c.name not in NAMES]
    if said == UNSET and plain:
        said = plain[0]
    if said != UNSET:
        return said, None
    if leafy and brief.has("autumn", "fall") and not style.blossom:
        return AUTUMN, GOLD
    shift = 1 + 0.06 * brief.rng(6).standard_normal(3)
    own = np.clip(np.asarray(style.leaf) * shift, 0, 1)
    return (float(own[0]), float(own[1]), float(own[2])), style.leaf_too


def _builder(kind: str) -> Callable[[Brief], Asset]:
    def build(brief: Brief) -> Asset:
        sort = next((SORTS[w] for w in sorted(brief.words) if w in SORTS), kind) if kind == "tree" else kind
        style, make, _ = KINDS[sort]
        rng = brief.rng(5)
        tall = brief.stretch.get("height", 1.0) * (0.94 + 0.12 * float(rng.random()))
        girth = brief.stretch.get("girth", 1.0)
        leaf, leaf_too = _leaves(brief, style, make is broadleaf)
        fruit = next((FRUITS[w] for w in FRUITS if brief.has(w)), style.fruit) if style.fruit else None
        own = replace(
            style, leaf=leaf, leaf_too=leaf_too, snow=brief.has("snow", "snowy", "snowed"), festive=brief.has("christmas", "christma", "xmas", "decorated"),
            bark=brief.colour(style.bark, "trunk", "bark", "branch"), fruit=fruit,
            habit=replace(style.habit, height=style.habit.height * tall, radius=style.habit.radius * girth * tall),
        )  # fmt: skip
        return settle(make(own, brief.quality, rng))

    build.__doc__ = f"A {kind.replace('_', ' ')}."
    return build


FAMILIES: tuple[Family, ...] = tuple(
    Family(name, phrases, _builder(name), natural=True) for name, (_, _, phrases) in KINDS.items()
)
