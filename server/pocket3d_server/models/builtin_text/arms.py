"""What arms and tools share: blades, grips wound with leather, and shafts."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.solid import Solid, join
from pocket3d_server.models.builtin_text.finishes import Finish, asked
from pocket3d_server.models.language.brief import RGB, Brief

LEATHERS: tuple[RGB, ...] = ((0.26, 0.15, 0.09), (0.14, 0.12, 0.12), (0.36, 0.10, 0.09), (0.12, 0.18, 0.28))


def blade_of(length: float, half: float, thick: float, point: float, fuller: float = 0.35) -> Solid:
    """A double-edged blade from y = 0 up, flat across z, with a groove of ``fuller`` of the half width."""
    t = np.concatenate([np.linspace(0, 1 - point, 14), 1 - point * (1 - np.linspace(0, 1, 14)[1:]) ** 1.0])
    taper = np.where(
        t < 1 - point, 1 - 0.18 * t / (1 - point), 0.82 * np.sqrt(np.clip((1 - t) / point, 0, 1)) ** 1.3
    )
    groove = np.where(t < 0.72, 1.0, np.clip((0.80 - t) / 0.08, 0, 1))
    rings = []
    for k, w, g in zip(t, taper, groove):
        f, deep = fuller * half * w, thick * (0.5 - 0.34 * g)
        flat = thick * 0.5
        right = [
            [half * w, 0],
            [0.55 * half * w + 0.45 * f, flat * 0.8],
            [f, flat],
            [f * 0.6, deep],
            [-f * 0.6, deep],
            [-f, flat],
            [-(0.55 * half * w + 0.45 * f), flat * 0.8],
            [-half * w, 0],
        ]
        outline = np.array(right)
        outline = np.concatenate([outline, outline[-2:0:-1] * [1, -1]]) * [1, min(w * 1.6, 1.0)]
        rings.append(np.column_stack([outline[:, 0], np.full(len(outline), k * length), outline[:, 1]]))
    return shapes.loft(np.stack(rings), crease=16)


def grip_of(length: float, radius: float, wraps: int = 16) -> Solid:
    """A wrapped grip from y = 0 up: an oval core with a spiral band."""
    t = np.linspace(0, 1, 24)
    core = np.column_stack([radius * (0.86 + 0.22 * np.sin(np.pi * t)), t * length])
    handle = shapes.revolve(core, 28).scale(1, 1, 0.8)
    a = np.linspace(0, 2 * np.pi * wraps, wraps * 14)
    r = radius * (0.88 + 0.22 * np.sin(np.pi * a / a[-1]))
    path = np.column_stack([r * np.sin(a), a / a[-1] * length * 0.98 + 0.01 * length, 0.8 * r * np.cos(a)])
    return join(handle, shapes.sweep(path, 0.0032, 6))


def shaft(brief: Brief, length: float, radius: float) -> tuple[Solid, Finish]:
    """A wooden handle from y = 0 up, slightly swelling at the hand."""
    t = np.linspace(0, 1, 20)
    r = (
        radius
        * brief.grown("girth", "handle")
        * (1 + 0.16 * np.cos(2 * np.pi * t) * (t < 0.6) + 0.10 * (t < 0.03))
    )
    body = shapes.revolve(np.column_stack([r, t * length]), 24).scale(0.8, 1, 1)
    return body, asked(brief, "handle", "wood", (0.50, 0.32, 0.18), "handle", "shaft", "haft")
