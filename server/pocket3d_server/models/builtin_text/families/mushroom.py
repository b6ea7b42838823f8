"""Mushrooms with gills and a ring, single or in a group."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pocket3d_server.geometry.asset import Asset, Material, Part
from pocket3d_server.geometry.shapes import revolve
from pocket3d_server.geometry.solid import part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.noise import cell_noise, fractal_noise, smoothstep
from pocket3d_server.models.builtin_text.organic.paint import painted_part
from pocket3d_server.models.builtin_text.organic.potting import FINE, UNSET, Array
from pocket3d_server.models.language.brief import Brief


def mushroom(brief: Brief) -> Asset:
    """A toadstool: domed spotted cap, gills, stalk with a ring."""
    rng = brief.rng(3)
    colour = brief.colour(brief.colour((0.78, 0.12, 0.09)), "cap", "hat")
    brown = brief.has("porcini", "button", "champignon", "edible") and brief.colour(UNSET) == UNSET
    if brown:
        colour = (0.52, 0.33, 0.19)
    wide = 0.062 * brief.stretch.get("width", 1.0)
    pieces: list[Part] = []
    seg = int(56 * FINE[brief.quality] ** 0.5)
    t = np.linspace(0, 1, 16)
    from pocket3d_server.geometry.implicit import Surface
    from pocket3d_server.models.builtin_text.organic.cloth import vertex_normals

    stalk_profile = metres(
        "0.0 0.0, 0.017 0.0, 0.024 0.008, 0.022 0.022, 0.0145 0.045, 0.013 0.075, 0.014 0.103, 0.0 0.108"
    )
    stalk = revolve(stalk_profile, seg // 2, crease=60)
    ring = revolve(
        np.array([(0.012, 0.080), (0.025, 0.068), (0.026, 0.066), (0.0245, 0.0655), (0.013, 0.074)]),
        seg // 2,
        crease=60,
    )
    ivory = Material.from_srgb("stalk", (0.93, 0.89, 0.80), roughness=0.8)
    pieces.append(part("stalk", (stalk, ivory), (ring, ivory)))
    angle = np.pi / 2 * t
    dome = np.stack([wide * np.cos(angle) ** 0.9, 0.098 + 0.055 * np.sin(angle) ** 1.1], axis=1)
    lip = np.array(
        [(0.013, 0.103), (0.030, 0.099), (0.055 * wide / 0.062, 0.094), (0.0605 * wide / 0.062, 0.0945)]
    )
    cap = revolve(np.concatenate([lip, dome]), seg, crease=70)
    surface = Surface(cap.vertices, cap.faces, vertex_normals(cap.vertices, cap.faces))
    seed = int(rng.integers(1 << 20))

    def paint(skin: Skin) -> Array:
        p = skin.points
        base = (
            np.tile(np.asarray(colour, float), (len(p), 1))
            * (0.9 + 0.2 * fractal_noise(p * 60, seed, 2))[:, None]
        )
        if not brown:
            near, _, number = cell_noise(p * 62.0, seed, 0.6)
            spot = smoothstep(0.40, 0.33, near / (0.55 + 0.5 * number)) * (number > 0.25)
            base += (np.array([0.96, 0.93, 0.86]) - base) * (spot * smoothstep(0.1, 0.3, skin.normals[:, 1]))[
                :, None
            ]
        under = smoothstep(0.0, -0.3, skin.normals[:, 1])
        gill = 0.80 + 0.20 * np.sin(64 * np.arctan2(p[:, 0], p[:, 2]))
        base += (np.array([0.92, 0.86, 0.74]) * gill[:, None] - base) * under[:, None]
        return np.clip(base, 0, 1)

    pieces.append(painted_part("cap", surface, {}, paint, 1024 if brief.quality == "high" else 512, 0.35))
    return Asset(pieces)


KINDS: dict[str, tuple[Callable[[Brief], Asset], tuple[str, ...]]] = {
    "mushroom": (mushroom, ("mushroom", "toadstool", "fly agaric", "porcini", "champignon", "fungus")),
}  # fmt: skip

FAMILIES: tuple[Family, ...] = tuple(
    Family(name, phrases, grounded(build), natural=True) for name, (build, phrases) in KINDS.items()
)
