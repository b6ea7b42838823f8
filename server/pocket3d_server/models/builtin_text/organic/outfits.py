"""What people wear: outfits as lists of garments, and how each garment is made on a figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pocket3d_server.models.builtin_text.finishes import shade
from pocket3d_server.models.builtin_text.organic import costume, trims
from pocket3d_server.models.builtin_text.organic.headwear import HEADWEAR
from pocket3d_server.models.builtin_text.organic.wardrobe import Figure, cloth
from pocket3d_server.models.language.brief import RGB


@dataclass(frozen=True)
class Garment:
    """One piece: its kind (a key of `MAKERS` or of `HEADWEAR`), colour, and surface."""

    kind: str
    colour: RGB
    roughness: float = 0.85
    metallic: float = 0.0


@dataclass(frozen=True)
class Outfit:
    """Garments from the skin outwards."""

    garments: tuple[Garment, ...]
    hair_shows: bool = True


def dress(figure: Figure, outfit: Outfit) -> None:
    """Make all garments on the figure, in order; each one lies a little further out than the last."""
    for layer, garment in enumerate(outfit.garments):
        if garment.kind in HEADWEAR:
            figure.parts += HEADWEAR[garment.kind](
                figure, garment.colour, garment.roughness, garment.metallic
            )
        else:
            MAKERS[garment.kind](figure, garment, 0.0015 * layer)


def _top(
    name: str,
    hem: float,
    sleeve: float,
    thickness: float,
    neck: float = 0.0,
    deep: float = 0.0,
    wrinkle: float = 0.003,
) -> Callable[[Figure, Garment, float], None]:
    def make(f: Figure, g: Garment, layer: float) -> None:
        field = f.torso(f.y("spine05", hem), sleeve, neck, deep)
        f.wear(
            name,
            field,
            cloth(name, g.colour, g.roughness, g.metallic),
            thickness + layer,
            drape=30,
            wrinkle=wrinkle,
            share=0.16,
        )

    return make


def _bottom(
    name: str, hem: float, thickness: float, loose: float = 0.016, rounds: int = 45
) -> Callable[[Figure, Garment, float], None]:
    """``hem`` is 0 at the ankle and 1 at the crotch."""

    def make(f: Figure, g: Garment, layer: float) -> None:
        ankle, hip = f.y("foot.L"), f.y("upperleg01.L")
        field = f.legs(f.y("spine05", 0.055), ankle + hem * (hip - ankle))
        down = np.clip((hip - f.vertices[:, 1]) / (hip - ankle), 0, 1)
        f.wear(
            name,
            field,
            cloth(name, g.colour, g.roughness, g.metallic),
            thickness + layer + loose * down,
            drape=rounds,
            wrinkle=0.003 if loose else 0.0,
            share=0.15,
        )

    return make


def _skirt(
    name: str, hem: float, flare: float, waist: float = 0.06, waves: float = 0.006
) -> Callable[[Figure, Garment, float], None]:
    """``hem`` is 0 at the ankle and 1 at the crotch."""

    def make(f: Figure, g: Garment, layer: float) -> None:
        ankle, hip = f.y("foot.L"), f.y("upperleg01.L")
        f.skirt(
            name,
            f.y("spine05", waist),
            ankle + hem * (hip - ankle),
            cloth(name, g.colour, g.roughness, g.metallic),
            flare,
            max(0.012, f.bulk + 0.005),
            waves=waves,
        )

    return make


def _belt(f: Figure, g: Garment, layer: float) -> None:
    middle = f.y("spine05", 0.055)
    field = np.where(f.arm > 0.35, -1.0, 0.022 * f.unit - np.abs(f.vertices[:, 1] - middle))
    f.wear(
        "belt",
        field,
        cloth("belt", g.colour, 0.5),
        f.bulk + 0.009,
        wrinkle=0,
        drape=20,
        share=0.04,
        gap=0.0,
        hides=False,
    )
    from pocket3d_server.geometry.shapes import box
    from pocket3d_server.geometry.solid import part

    front = f.vertices[
        (np.abs(f.vertices[:, 1] - middle) < 0.02 * f.unit) & (np.abs(f.vertices[:, 0]) < 0.03 * f.unit)
    ]
    at = float(front[:, 2].max()) + (f.bulk + 0.010) * f.unit
    u = f.unit
    buckle = box(0.046 * u, 0.040 * u, 0.008 * u, 0.003 * u).move(0, middle, at)
    f.parts.append(part("buckle", (buckle, cloth("buckle", (0.80, 0.66, 0.32), 0.3, 1.0))))


def _gloves(f: Figure, g: Garment, layer: float) -> None:
    f.wear(
        "gloves",
        (f.reach - 1.86) * 0.25 * f.unit * (f.arm > 0.5) - (f.arm <= 0.5),
        cloth("gloves", g.colour, g.roughness, g.metallic),
        0.003 + layer,
        drape=1,
        wrinkle=0,
        share=0.10,
    )


def _shoes(f: Figure, g: Garment, layer: float) -> None:
    f.shoes(
        cloth("shoe", g.colour, 0.5, g.metallic),
        cloth("sole", (0.13, 0.12, 0.11) if max(g.colour) > 0.25 else (0.30, 0.28, 0.26), 0.9),
    )


def _boots(f: Figure, g: Garment, layer: float) -> None:
    f.shoes(
        cloth("boot", g.colour, g.roughness, g.metallic), cloth("sole", (0.08, 0.07, 0.06), 0.9), boot=0.17
    )


def _cape(f: Figure, g: Garment, layer: float) -> None:
    from pocket3d_server.models.builtin_text.organic.cloth import closed_shell, simplified
    from pocket3d_server.models.builtin_text.organic.paint import plain_part

    u = f.unit
    top, hem = f.y("neck01", 0.0), f.y("lowerleg02.L", 0.02)
    rows, columns = 26, 40
    torso = f.vertices[f.arm < 0.6]
    t = np.linspace(0, 1, rows)
    s = np.linspace(-1, 1, columns)
    heights = top + (hem - top) * t
    back = np.array(
        [
            torso[np.abs(torso[:, 1] - h) < 0.05 * u][:, 2].min()
            if (np.abs(torso[:, 1] - h) < 0.05 * u).any()
            else 0.0
            for h in heights
        ]
    )
    back = np.minimum.accumulate(back) - 0.022 * u - 0.10 * u * t**1.5
    half = u * np.interp(t, [0, 0.08, 0.25, 1], [0.085, 0.185, 0.22, 0.34])
    grid = np.zeros((rows, columns, 3))
    grid[..., 0] = half[:, None] * s
    grid[..., 1] = heights[:, None] - 0.02 * u * np.abs(s) ** 2 * (t[:, None] < 0.1)
    front = u * np.interp(t, [0, 0.06, 0.15, 0.4, 1], [0.10, 0.12, 0.045, 0.0, 0.0])
    grid[..., 2] = (
        back[:, None] + front[:, None] * np.abs(s) ** 2.2 + 0.022 * u * t[:, None] ** 0.7 * np.sin(s * 11 + 1)
    )
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    a, b, c, d = i * columns + j, i * columns + j + 1, (i + 1) * columns + j, (i + 1) * columns + j + 1
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    outer = grid.reshape(-1, 3)
    surface = simplified(*closed_shell(outer, outer + (0, 0, 0.006 * u), faces), 4000)
    f.parts.append(plain_part("cape", surface, cloth("cape", g.colour, g.roughness)))


def _breastplate(f: Figure, g: Garment, layer: float) -> None:
    field = np.minimum(f.torso(f.y("spine04", -0.01), 0.0, 0.0), 0.25 - f.arm)
    f.wear(
        "breastplate",
        field,
        cloth("breastplate", g.colour, g.roughness, g.metallic),
        0.022 + layer,
        wrinkle=0,
        drape=40,
        share=0.10,
    )


def _pads(f: Figure, g: Garment, layer: float) -> None:
    """Shoulder, elbow and knee plates."""
    from pocket3d_server.geometry.solid import part
    from pocket3d_server.models.builtin_text.organic.on_body import ball, facing

    u, metal = f.unit, cloth("plate", g.colour, g.roughness, g.metallic)
    for side, label, sign in (("L", "left", 1), ("R", "right", -1)):
        arm = f.body.joint(f"lowerarm01.{side}") - f.body.joint(f"upperarm01.{side}")
        axes = facing(arm, (0, 0, 1))
        shoulder = f.body.joint(f"upperarm01.{side}") + (0.012 * u * sign, 0.02 * u, 0)
        f.parts.append(
            part(
                f"shoulder_plate_{label}", (ball(shoulder, np.array([0.082, 0.085, 0.095]) * u, axes), metal)
            )
        )
        knee = f.body.joint(f"lowerleg01.{side}") + (0, 0, 0.028 * u)
        f.parts.append(part(f"knee_plate_{label}", (ball(knee, np.array([0.062, 0.068, 0.050]) * u), metal)))


def _open_jacket(name: str, hem: float, button: float, wide: float, broad: float = 0.062) -> Maker:
    """A jacket open in a V from ``button`` metres above the waist, with lapels and two buttons."""

    def make(f: Figure, g: Garment, layer: float) -> None:
        at = f.y("spine04", button)
        field = trims.neckline(f, f.torso(f.y("spine05", hem), 1.95), at, wide)
        f.wear(
            name,
            field,
            cloth(name, g.colour, g.roughness),
            0.022 + layer,
            drape=24,
            wrinkle=0.002,
            share=0.18,
        )
        trims.lapels(f, shade(g.colour, 0.88 if max(g.colour) > 0.5 else 1.03), at, wide, broad)
        trims.buttons(f, shade(g.colour, 0.45), [at - 0.012 * f.unit, at - 0.10 * f.unit])

    return make


def _trimmed(trim: Callable[[Figure, RGB], None]) -> Maker:
    return lambda f, g, _layer: trim(f, g.colour)


def _dress_shirt(f: Figure, g: Garment, layer: float) -> None:
    """A shirt with a folded collar."""
    MAKERS["shirt"](f, g, layer)
    trims.collar(f, g.colour)


Maker = Callable[[Figure, Garment, float], None]
MAKERS: dict[str, Maker] = {
    "t_shirt": _top("t_shirt", -0.075, 0.62, 0.020, neck=-0.028),
    "blouse": _top("blouse", 0.03, 0.62, 0.007, neck=-0.022),
    "shirt": _top("shirt", 0.02, 1.93, 0.009, neck=-0.008),
    "sweater": _top("sweater", -0.06, 1.93, 0.021, neck=-0.012),
    "vest": _top("vest", -0.03, 0.0, 0.018, neck=-0.02, deep=0.7),
    "tank_top": _top("tank_top", -0.05, 0.0, 0.013, neck=-0.03, deep=0.4),
    "jacket": _top("jacket", -0.085, 1.95, 0.024, neck=0.0),
    "suit": _top("suit", -0.16, 1.97, 0.006, neck=0.016, wrinkle=0.0),
    "trousers": _bottom("trousers", 0.02, 0.009),
    "tights": _bottom("tights", 0.0, 0.0045, loose=0.0, rounds=10),
    "shorts": _bottom("shorts", 0.62, 0.013),
    "briefs": _bottom("briefs", 0.94, 0.007),
    "skirt": _skirt("skirt", 0.50, 0.09, waves=0.014),
    "long_skirt": _skirt("skirt", 0.06, 0.16, waves=0.014),
    "robe": _skirt("robe", 0.03, 0.15, 0.10, waves=0.010),
    "coat_tails": _skirt("coat_tails", 0.42, 0.05, 0.07, waves=0.004),
    "surcoat": _skirt("surcoat", 0.60, 0.10, waves=0.016),
    "tutu": _skirt("skirt", 0.72, 0.24, waves=0.02),
    "belt": _belt,
    "gloves": _gloves,
    "shoes": _shoes,
    "boots": _boots,
    "cape": _cape,
    "breastplate": _breastplate,
    "plates": _pads,
    "suit_jacket": _open_jacket("jacket", -0.105, 0.02, 0.062),
    "white_coat": _open_jacket("jacket", -0.085, 0.03, 0.075, 0.07),
    "dress_shirt": _dress_shirt,
    "tie": _trimmed(trims.tie),
    "badge": _trimmed(trims.badge),
    "emblem": _trimmed(trims.emblem),
    "apron": _trimmed(trims.apron),
    "braces": _trimmed(trims.braces),
    "stethoscope": _trimmed(trims.stethoscope),
    "double_buttons": lambda f, g, _: trims.buttons(
        f, g.colour, np.linspace(f.y("spine01", 0.06), f.y("spine04", 0.0), 4), (-0.05, 0.05)
    ),
    "gold_buttons": lambda f, g, _: trims.buttons(
        f, g.colour, np.linspace(f.y("spine01", 0.06), f.y("spine04", -0.01), 5), (0.0,), 0.010, 1.0
    ),
    "fur_trim": lambda f, g, layer: trims.fur_trim(f, g.colour),
    "bands": lambda f, g, layer: trims.bands(f, g.colour, 0.030),
    "open_coat": _open_jacket("coat", -0.085, -0.06, 0.085, 0.075),
    **{
        name: _trimmed(getattr(costume, name))
        for name in (
            "feather_wings",
            "fairy_wings",
            "halo",
            "leaf_skirt",
            "mermaid_tail",
            "shell_top",
            "clown_nose",
        )
    },
    "ball_gown": _skirt("skirt", 0.03, 0.34, waves=0.022),
    "ballet_skirt": _skirt("tutu", 0.87, 0.25, 0.03, waves=0.012),
}
