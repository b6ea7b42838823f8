"""Birds: songbirds, birds of prey, owls, parrots, crows, poultry, water birds, penguins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.organic.bird import build_bird
from pocket3d_server.models.builtin_text.organic.plumage import BIRDS, SAME, VARIANTS, coloured
from pocket3d_server.models.language.brief import Brief


def _builder(kind: str) -> Callable[[Brief], Asset]:
    def build(brief: Brief) -> Asset:
        own = next((SAME.get(w, w) for w in sorted(brief.words) if SAME.get(w, w) in VARIANTS), None)
        shape = BIRDS[kind][0] if own is None else VARIANTS[own]
        girth = min(
            max(brief.stretch.get("girth", 1.0) * (1 + 0.03 * float(brief.rng(6).standard_normal())), 0.8),
            1.35,
        )
        young = brief.has("chick", "duckling", "gosling", "baby")
        shape = replace(
            shape,
            girth=shape.girth * girth,
            plumage=coloured(brief, shape.plumage),
            size=shape.size * (0.45 if young else 1.0),
        )
        if young:
            yellow = replace(
                shape.plumage,
                back=(0.96, 0.82, 0.32),
                belly=(0.98, 0.88, 0.46),
                head=(0.97, 0.84, 0.36),
                wing=(0.94, 0.78, 0.28),
                wing_tip=(0.88, 0.70, 0.24),
                tail=(0.92, 0.76, 0.28),
                breast=None,
            )
            shape = replace(
                shape,
                head=shape.head * 1.35,
                neck=shape.neck * 0.4,
                tail=shape.tail * 0.4,
                wing=shape.wing * 0.7,
                extras=(),
                plumage=coloured(brief, yellow),
            )
        if kind != "penguin" and brief.has("flying", "soaring", "gliding", "flight"):
            shape = replace(
                shape,
                flying=True,
                pitch=6,
                neck_rise=min(shape.neck_rise, 22),
                tail_rise=4,
                tail_wide=shape.tail_wide + 0.12,
            )
            asset = build_bird(shape, brief.quality, brief.seed, brief.stretch.get("height", 1.0))
            asset.extras["pose"] = "flying"
            return asset
        return build_bird(shape, brief.quality, brief.seed, brief.stretch.get("height", 1.0))

    build.__doc__ = f"A {kind}."
    return build


FAMILIES: tuple[Family, ...] = tuple(
    Family(kind, phrases, _builder(kind), natural=True) for kind, (_, phrases) in BIRDS.items()
)
