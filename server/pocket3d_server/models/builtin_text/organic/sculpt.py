"""A modelling bench for creatures and figures that no table of proportions describes.

A `Sculpture` gathers soft balls and limbs into one skin after another. Each shape names its tint; a skin is cast
with a colour for each tint. Lengths are in whatever unit suits the creature; `finished` scales them to metres.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket3d_server.geometry.asset import Asset, Material, Part
from pocket3d_server.geometry.implicit import Blend, Chain, Ellipsoid, HalfSpace, Shape, curve, polygonise
from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.geometry.solid import Solid, part, rotation
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.ground import settle
from pocket3d_server.models.builtin_text.organic.noise import fractal_noise
from pocket3d_server.models.builtin_text.organic.on_body import ball, facing, on_surface
from pocket3d_server.models.builtin_text.organic.paint import painted_part, plain_part
from pocket3d_server.models.language.brief import RGB, Brief

Array = NDArray[np.float64]
Triple = ArrayLike
"""Three numbers."""
Paint = Callable[[Skin, Array], Array]

CELLS = {"low": 76, "medium": 120, "high": 190}
FACES = {"low": 2_400, "medium": 8_000, "high": 24_000}
TEXTURE = {"low": 256, "medium": 512, "high": 1024}
UNSET: RGB = (-1.0, -1.0, -1.0)
BLACK: RGB = (0.03, 0.03, 0.035)


class Sculpture:
    """A creature being made: the skin under work in ``blend``, the finished ``parts``, and their brief."""

    def __init__(self, brief: Brief) -> None:
        """Starts with an empty bench."""
        self.brief = brief
        self.rng = brief.rng(21)
        self.blend = Blend()
        self.body = self.blend
        """The skin that was cast last; eyes sit on it."""
        self.parts: list[Part] = []

    def ball(
        self,
        at: Triple,
        radii: ArrayLike,
        tint: str = "body",
        soft: float = 0.05,
        *,
        pair: bool = False,
        turn: tuple[float, float, float] = (0, 0, 0),
        carve: bool = False,
    ) -> None:
        """An ellipsoid turned by degrees about x, y, z; with ``pair`` a second one across the middle plane."""
        extent = np.broadcast_to(np.asarray(radii, float), (3,))
        for flip in (1, -1) if pair else (1,):
            axes = rotation(turn[0], turn[1] * flip, turn[2] * flip) if any(turn) else None
            where = np.asarray(at, float) * (flip, 1, 1)
            self.blend.add(Ellipsoid(where, extent, axes), soft, tint, carve=carve)

    def limb(
        self,
        points: ArrayLike | Sequence[object],
        radii: ArrayLike,
        tint: str = "body",
        soft: float = 0.05,
        *,
        pair: bool = False,
        flat: tuple[Triple, float] | None = None,
        count: int = 0,
        carve: bool = False,
    ) -> None:
        """A smooth limb through ``points`` (N, 3) with ``radii`` (N,), in ``count`` steps; ``flat`` squashes it
        along a direction by a factor."""
        p = np.asarray(points, float)
        n = count or 3 * (len(p) - 1) + 1
        r = np.interp(
            np.linspace(0, 1, n), np.linspace(0, 1, len(p)), np.broadcast_to(np.asarray(radii, float), len(p))
        )
        line = curve(list(p), n) if len(p) > 2 else p[0] + (p[1] - p[0]) * np.linspace(0, 1, n)[:, None]
        for flip in (1, -1) if pair else (1,):
            squash = None if flat is None else (np.asarray(flat[0], float) * (flip, 1, 1), flat[1])
            self.blend.add(Chain(line * (flip, 1, 1), r, squash), soft, tint, carve=carve)

    def tube(
        self,
        points: str,
        tint: str = "body",
        soft: float = 0.05,
        *,
        pair: bool = False,
        flat: tuple[Triple, float] | None = None,
        count: int = 0,
        carve: bool = False,
    ) -> None:
        """A limb written down: ``"x y z radius, x y z radius"``."""
        rows = np.array([[float(number) for number in point.split()] for point in points.split(",")])
        self.limb(rows[:, :3], rows[:, 3], tint, soft, pair=pair, flat=flat, count=count, carve=carve)

    def horn(
        self, name: str, points: str, thick: float, material: Material, *, count: int = 12, pair: bool = False
    ) -> None:
        """A part that tapers from ``thick`` to a point along ``"x y z, x y z"``."""
        line = curve([np.array(p.split(), float) for p in points.split(",")], count)
        self.add(
            name,
            (sweep(line, np.linspace(thick, 0.006, count), 12, round_ends=True, crease=80), material),
            pair=pair,
        )

    def shape(self, shape: Shape, tint: str = "body", soft: float = 0.05, *, carve: bool = False) -> None:
        """Any other implicit shape."""
        self.blend.add(shape, soft, tint, carve=carve)

    def cut(self, at: Triple, normal: Triple, soft: float = 0.005) -> None:
        """Take away everything beyond the plane through ``at`` on the side away from ``normal``."""
        self.blend.add(HalfSpace(at, normal), soft, carve=True)

    def cast(
        self,
        name: str,
        colours: RGB | dict[str, RGB],
        *,
        belly: RGB | None = None,
        paint: Paint | None = None,
        share: float = 1.0,
        cells: float = 1.0,
        roughness: float = 0.7,
        edge: float = 0.015,
        mottle: float = 0.10,
        twin: str = "",
    ) -> Part:
        """Turn the shapes on the bench into a part and clear the bench.

        ``colours`` is one for the whole skin or one for each tint; ``belly`` lies below; ``paint`` changes the
        colours (N, 3) at points of the skin. ``share`` of the face budget and ``cells`` of the grid are used;
        ``edge`` is how softly tints meet. ``twin`` also keeps the part's mirror image under that name.
        """
        quality = self.brief.quality
        surface = polygonise(
            self.blend, resolution=int(CELLS[quality] * cells), faces=max(int(FACES[quality] * share), 120)
        )
        if not isinstance(colours, dict) and belly is None and paint is None:
            material = Material.from_srgb(name, colours, roughness=roughness)
            made = plain_part(name, surface, material)
        else:
            table = colours if isinstance(colours, dict) else dict.fromkeys(self.blend.regions, colours)
            regions = self.blend.region_weights(surface.vertices, edge)
            size = float(np.ptp(surface.vertices, axis=0).max())
            seed = self.brief.seed

            def painter(skin: Skin) -> Array:
                mix = np.sum([skin.regions[k][:, None] * np.asarray(table[k]) for k in skin.regions], axis=0)
                rough = fractal_noise(skin.points * (14 / size), seed, 3) - 0.5
                if belly is not None:
                    low = np.clip((-skin.normals[:, 1] + 0.5 * rough - 0.1) * 2.2, 0, 1)[:, None]
                    mix = mix + (np.asarray(belly) - mix) * low
                if paint is not None:
                    mix = paint(skin, mix)
                return np.asarray(np.clip(mix * (1 + 2 * mottle * rough[:, None]), 0, 1))

            made = painted_part(name, surface, regions, painter, TEXTURE[quality], roughness)
        self.parts.append(made)
        if twin:
            from pocket3d_server.models.builtin_text.organic.animal import mirrored_part

            self.parts.append(mirrored_part(twin, made))
        self.body, self.blend = self.blend, Blend()
        return made

    def eyes(
        self,
        inside: Triple,
        look: Triple,
        radius: float,
        iris: RGB = BLACK,
        *,
        pupil: tuple[float, float] = (0.55, 0.55),
        white: RGB | None = None,
        sunk: float = 0.4,
        name: str = "eye",
    ) -> None:
        """Two eyes where rays from ``inside`` along ``look`` (its x mirrored) leave the skin cast last.

        ``pupil`` gives its half width and height in radii; ``white`` puts an eyeball of that colour round the iris.
        """
        n = {"low": 12, "medium": 18, "high": 28}[self.brief.quality]
        colours = Material.from_srgb("iris", iris, roughness=0.15)
        dark = Material.from_srgb("pupil", (0.01, 0.01, 0.012), roughness=0.06)
        spark = Material.from_srgb("glint", (1, 1, 1), roughness=0.1, emissive=(0.6, 0.6, 0.6))
        for side, flip in (("left", 1), ("right", -1)):
            d = np.asarray(look, float) * (flip, 1, 1)
            spot = on_surface(self.body, np.asarray(inside, float) * (flip, 1, 1), d, 3.0)
            axes = facing(d)
            at = spot - axes[:, 2] * radius * sunk
            ahead = axes[:, 2] * radius
            pieces = [(ball(at, np.full(3, radius), axes, n), colours)]
            if white is not None:
                pieces = [
                    (
                        ball(at, np.full(3, radius), axes, n),
                        Material.from_srgb("eyeball", white, roughness=0.2),
                    ),
                    (ball(at + 0.62 * ahead, np.array([0.66, 0.66, 0.42]) * radius, axes, n), colours),
                ]
            reach = 1.0 if white is None else 1.06
            pieces += [
                (ball(at + 0.76 * reach * ahead, np.array([*pupil, 0.32]) * radius, axes, n), dark),
                (
                    ball(
                        at + axes @ np.array([0.3, 0.4, 0.93 * reach]) * radius,
                        np.array([0.17, 0.17, 0.1]) * radius,
                        axes,
                        8,
                    ),
                    spark,
                ),
            ]
            self.parts.append(part(f"{name}_{side}", *pieces))

    def add(self, name: str, *pieces: tuple[Solid, Material], pair: bool = False) -> None:
        """A part of ready solids; with ``pair`` as ``name_left``, and mirrored as ``name_right``."""
        if not pair:
            self.parts.append(part(name, *pieces))
            return
        self.parts.append(part(f"{name}_left", *pieces))
        self.parts.append(part(f"{name}_right", *((s.mirror(), m) for s, m in pieces)))

    def finished(self, size: float, *, centre: bool = True) -> Asset:
        """The asset with its unit made ``size`` metres, its lowest point on y = 0, stretched as the words ask."""
        stretch = self.brief.stretch
        wide = stretch.get("girth", 1.0) ** 0.6 * stretch.get("width", 1.0)
        factor = np.array([wide, stretch.get("height", 1.0), stretch.get("length", 1.0)]) * size
        for p in Asset(self.parts).primitives():
            p.vertices = np.asarray(p.vertices, float) * factor
            if p.normals is not None and np.ptp(factor) > 0:
                n = np.asarray(p.normals, float) / factor
                p.normals = n / np.linalg.norm(n, axis=1, keepdims=True).clip(1e-9)
            if p.uv is not None and p.material.base_color_image is None:
                p.uv = np.asarray(p.uv) * size
        return settle(Asset(self.parts), centre=centre)


def hue(brief: Brief, *usual: RGB, nouns: tuple[str, ...] = (), main: bool = True) -> RGB:
    """The colour that the prompt gives one of ``nouns`` or, with ``main``, the whole; else one of ``usual`` by seed."""
    found = brief.colour(UNSET, *nouns) if nouns else UNSET
    if found == UNSET and main:
        found = brief.colour(UNSET)
    if found != UNSET:
        return found
    picked = np.asarray(usual[int(brief.rng(31).integers(len(usual)))])
    light, tint = brief.rng(32).standard_normal(1), brief.rng(33).standard_normal(3)
    tint *= 0.04 * np.ptp(picked)  # white stays white
    tone = np.clip(picked * (1 + 0.03 * light) * (1 + tint), 0, 1)
    return (float(tone[0]), float(tone[1]), float(tone[2]))


def spots(skin: Skin, colour: Array, over: RGB, *, size: float, amount: float, seed: int) -> Array:
    """``colour`` (N, 3) with round spots about ``size`` across on the upper side."""
    from pocket3d_server.models.builtin_text.organic.noise import cell_noise, smoothstep

    near, _, number = cell_noise(skin.points / size, seed)
    radius = amount * (0.5 + 0.5 * number)
    mask = smoothstep(radius + 0.06, radius - 0.06, near) * smoothstep(-0.2, 0.3, skin.normals[:, 1])
    return np.asarray(colour + (np.asarray(over) - colour) * mask[:, None])
