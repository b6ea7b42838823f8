"""Hair and beards: a shell over the scalp, and locks that fall from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.implicit import Blend, Chain, Ellipsoid, Surface, curve, polygonise
from pocket3d_server.models.builtin_text.organic.cloth import clip, shell
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.face import eye_centres
from pocket3d_server.models.builtin_text.organic.noise import fractal_noise, smoothstep
from pocket3d_server.models.builtin_text.organic.paint import painted_part
from pocket3d_server.models.builtin_text.organic.wardrobe import Figure
from pocket3d_server.models.language.brief import RGB

Array = NDArray[np.float64]

STYLES = ("short", "bob", "long", "bun", "ponytail", "afro", "curly", "mohawk", "buzz", "bald")
HAIRLINE = np.array(
    [
        [-1.1, -0.80],
        [-0.6, -0.62],
        [-0.30, -0.15],
        [-0.16, 0.16],
        [0.10, 0.14],
        [0.22, 0.14],
        [0.42, 0.30],
        [0.62, 0.50],
        [0.85, 0.60],
        [1.1, 0.62],
    ]
)
"""(forward, up) of the hair's edge; forward is -1 at the back of the skull and 1 at the brow, up is 0 at the eyes and 1 at the crown."""


@dataclass(frozen=True)
class Head:
    """A head's box: eye height, crown, middle and half depth, half width."""

    eyes: float
    crown: float
    middle: float
    depth: float
    width: float

    @property
    def tall(self) -> float:
        """From eyes to crown."""
        return self.crown - self.eyes


def head_of(figure: Figure) -> Head:
    """Measure the head of a figure."""
    left, _, _ = eye_centres(figure)
    v = figure.vertices[figure.body.weight("head") > 0.6]
    crown = float(v[:, 1].max())
    upper = v[v[:, 1] > left[1] + 0.15 * (crown - left[1])]
    low, high = float(upper[:, 2].min()), float(upper[:, 2].max())
    skull = upper[np.abs(upper[:, 1] - left[1] - 0.4 * (crown - left[1])) < 0.2 * (crown - left[1])]
    return Head(float(left[1]), crown, (low + high) / 2, (high - low) / 2, float(skull[:, 0].max()))


def scalp(figure: Figure, lift: float = 0.0) -> Array:
    """(V,) metres inside the hairline, negative outside it."""
    h = head_of(figure)
    forward = (figure.vertices[:, 2] - h.middle) / h.depth
    up = (figure.vertices[:, 1] - h.eyes) / h.tall
    edge = np.interp(forward, HAIRLINE[:, 0], HAIRLINE[:, 1] + lift)
    return np.where(figure.head > 0.5, (up - edge) * h.tall, -1.0)


def hair_parts(figure: Figure, style: str, colour: RGB, seed: int, texture: int = 512) -> list[Part]:
    """The parts of a hair style from `STYLES`."""
    if style == "bald":
        return []
    field = scalp(figure, 0.04 if style in ("buzz",) else 0.0)
    u = figure.unit
    high = {
        "buzz": 0.005,
        "short": 0.024,
        "bob": 0.024,
        "long": 0.020,
        "bun": 0.014,
        "ponytail": 0.013,
        "curly": 0.034,
        "afro": 0.075,
        "mohawk": 0.004,
    }[style]
    cut = clip(figure.vertices, figure.faces, field)
    inner, normals = cut.carry(field), cut.carry(figure.normals)
    grow = smoothstep(-0.004 * u, 0.060 * u, inner)
    thick = (0.0025 + (high - 0.0025) * grow) * u
    if style in ("short", "bob", "long"):  # fuller on top and to one side, as if combed over
        h = head_of(figure)
        up = (cut.vertices[:, 1] - h.eyes) / h.tall
        thick += 0.012 * u * smoothstep(0.4, 1.0, up) * (1 + 0.5 * cut.vertices[:, 0] / h.width) * grow
    if style in ("curly", "afro"):
        lumps = fractal_noise(cut.vertices * (38 if style == "curly" else 55), seed, 2) - 0.4
        thick += (0.022 if style == "curly" else 0.018) * u * lumps * grow
    else:
        around = np.arctan2(cut.vertices[:, 0] - 0.02 * u, cut.vertices[:, 2] - cut.vertices[:, 2].mean())
        thick += 0.0022 * u * np.sin(26 * around + 6 * fractal_noise(cut.vertices * 20, seed, 1)) * grow
    surface = shell(cut, normals, thick, gap=0.0, drape=14, faces=int(0.2 * figure.budget))
    figure.hide(field, 0.02)
    parts = [_painted("hair", surface, colour, seed, texture)]
    locks = _locks(figure, style, seed)
    if locks is not None:
        parts.append(
            _painted(
                "hair_locks",
                polygonise(locks, resolution=96, faces=int(0.12 * figure.budget)),
                colour,
                seed,
                texture,
            )
        )
    return parts


def beard_part(figure: Figure, colour: RGB, length: float, seed: int) -> list[Part]:
    """A full beard and moustache; ``length`` is how far it hangs below the chin in metres."""
    left, right, _ = eye_centres(figure)
    span = left[0] - right[0]
    u = figure.unit
    x, y = np.abs(figure.vertices[:, 0]) / span, (figure.vertices[:, 1] - left[1]) / span
    h = head_of(figure)
    forward = (figure.vertices[:, 2] - h.middle) / h.depth
    top = np.interp(x, [0, 0.35, 0.55, 0.8, 1.2], [-1.02, -1.02, -1.12, -1.02, -0.55])
    field = np.minimum((top - y) * span, (y + 2.25) * span)
    field = np.minimum(field, (forward - 0.12) * h.depth)
    lips = figure.body.data.lips
    field = np.where(figure.head > 0.4, np.minimum(field, (0.55 - lips * (x < 0.5)) * 0.03 * u + 0.0), -1.0)
    cut = clip(figure.vertices, figure.faces, field)
    if len(cut.faces) < 20:
        return []
    inside = cut.carry(field)
    thick = (0.003 + 0.014 * smoothstep(0, 0.02 * u, inside)) * u
    thick += 0.004 * u * (fractal_noise(cut.vertices * 70, seed, 2) - 0.5)
    surface = shell(cut, cut.carry(figure.normals), thick, gap=0.0, drape=6, faces=int(0.05 * figure.budget))
    parts = [_painted("beard", surface, colour, seed, 256)]
    if length > 0.03:
        chin = figure.vertices[(figure.head > 0.5) & (y < -1.7) & (x < 0.3)]
        root = chin[chin[:, 2].argmax()] + (0, 0.01 * u, -0.012 * u)
        blend, rng = Blend(), np.random.default_rng(seed)
        for k in np.linspace(-1, 1, 7):
            start = root + (0.045 * u * k, 0.012 * u * abs(k), -0.012 * u * abs(k))
            end = root + np.array([0.022 * k, -length * (1 - 0.3 * abs(k)), 0.02 + 0.01 * rng.random()]) * (
                u,
                1,
                u,
            )
            line = curve([start, 0.5 * (start + end) + (0.012 * u * k, 0, 0.018 * u), end], 7)
            blend.add(Chain(line, np.linspace(0.024, 0.007, 7) * u), 0.014 * u, "beard")
        parts.append(
            _painted(
                "beard_tip",
                polygonise(blend, resolution=80, faces=int(0.05 * figure.budget)),
                colour,
                seed,
                256,
            )
        )
    return parts


def _locks(figure: Figure, style: str, seed: int) -> Blend | None:
    """What hangs or stands beyond the shell."""
    h, u = head_of(figure), figure.unit
    rng = np.random.default_rng(seed)
    blend = Blend()
    centre = np.array([0.0, h.eyes, h.middle])
    if style in ("long", "bob"):
        shoulder = figure.y("clavicle.L")
        end_y = shoulder - 0.16 * u if style == "long" else figure.y("neck02") + 0.005 * u
        near = figure.vertices[(figure.arm < 0.3) & (np.abs(figure.vertices[:, 0]) < 0.1 * u)]
        for angle in np.radians(np.linspace(-98, 98, 27)):
            out = np.array([np.sin(angle), 0, -np.cos(angle)])
            r = np.array([h.width, 0, h.depth])
            top = centre + out * r * 0.80 + (0, 0.66 * h.tall, 0)
            side = centre + out * r * 1.03 + (0, 0.0, -0.012 * u)
            back = abs(angle) < np.radians(75)
            low_y = end_y + 0.03 * u * rng.random() + (0.0 if back else 0.08 * u * (style == "long"))
            mid_y = 0.45 * h.eyes + 0.55 * low_y
            mid = centre + out * r * 1.10
            mid[1] = mid_y
            end = centre + out * r * (1.12 if style == "long" else 0.98)
            end[1] = low_y
            for point in (mid, end):  # outside the neck and the back
                level = near[np.abs(near[:, 1] - point[1]) < 0.03 * u]
                if back and len(level):
                    point[2] = min(point[2], float(level[:, 2].min()) - 0.012 * u)
            line = curve([top, side, mid, end], 10)
            radii = np.interp(
                np.linspace(0, 1, 10), [0, 0.35, 0.75, 1], np.array([0.013, 0.016, 0.017, 0.005]) * u
            )
            blend.add(Chain(line, radii), 0.014 * u, "hair")
        for sign in (-1, 1):  # from the parting over the temples
            for k in range(6):
                t = k / 5
                root = centre + (
                    0.012 * u + 0.01 * sign * u,
                    (0.99 - 0.30 * t**2) * h.tall + 0.014 * u,
                    (0.05 + 0.78 * t) * h.depth,
                )
                brow = centre + (
                    sign * 0.72 * h.width,
                    (0.66 - 0.10 * t) * h.tall + 0.012 * u,
                    (0.05 + 0.66 * t) * h.depth,
                )
                temple = centre + (sign * 1.06 * h.width, 0.22 * h.tall, (0.0 + 0.30 * t) * h.depth)
                low = centre + (sign * 1.10 * h.width, -0.45 * h.tall, (-0.12 + 0.22 * t) * h.depth)
                line = curve([root, brow, temple, low], 9)
                blend.add(
                    Chain(
                        line,
                        np.interp(
                            np.linspace(0, 1, 9), [0, 0.3, 0.7, 1], np.array([0.010, 0.015, 0.014, 0.008]) * u
                        ),
                    ),
                    0.012 * u,
                    "hair",
                )
        return blend
    if style == "bun":
        at = centre + (0, 0.75 * h.tall, -0.98 * h.depth)
        blend.add(Ellipsoid(at, np.array([0.052, 0.048, 0.046]) * u), 0.01 * u, "hair")
        blend.add(Ellipsoid(at + (0, 0, 0.03 * u), np.array([0.036, 0.036, 0.03]) * u), 0.01 * u, "hair")
        return blend
    if style == "ponytail":
        at = centre + (0, 0.45 * h.tall, -1.02 * h.depth)
        back = figure.vertices[(figure.arm < 0.3) & (np.abs(figure.vertices[:, 0]) < 0.06 * u)]
        nape = figure.y("spine01")
        level = back[np.abs(back[:, 1] - nape) < 0.05 * u]
        end = np.array([0.0, nape, float(level[:, 2].min()) - 0.02 * u])
        line = curve(
            [
                at + (0, 0, 0.03 * u),
                at + (0, 0.01 * u, -0.045 * u),
                0.5 * (at + end) + (0, 0.02 * u, -0.06 * u),
                end,
            ],
            12,
        )
        blend.add(
            Chain(
                line,
                np.interp(
                    np.linspace(0, 1, 12), [0, 0.12, 0.45, 1], np.array([0.024, 0.022, 0.034, 0.006]) * u
                ),
            ),
            0.01,
            "hair",
        )
        return blend
    if style == "mohawk":
        for t in np.linspace(-0.15, 1.0, 12):
            angle = np.pi * (0.12 + 0.62 * t)
            out = np.array([0, np.sin(angle), np.cos(angle)])
            root = centre + out * (1, h.tall * 0.92, h.depth * 0.92)
            blend.add(
                Chain(np.stack([root, root + out * 0.075 * u]), np.array([0.018, 0.006]) * u),
                0.012 * u,
                "hair",
            )
        return blend
    return None


def _painted(name: str, surface: Surface, colour: RGB, seed: int, texture: int) -> Part:
    base = np.asarray(colour, float)

    def paint(skin: Skin) -> Array:
        fine = fractal_noise(skin.points * np.array([320, 60, 200]), seed, 2) - 0.5
        broad = fractal_noise(skin.points * np.array([60, 14, 50]), seed + 1, 2) - 0.5
        return np.clip(base * (1 + 0.45 * fine + 0.35 * broad)[:, None] + 0.03 * broad[:, None], 0, 1)

    return painted_part(name, surface, {}, paint, texture, 0.6)
