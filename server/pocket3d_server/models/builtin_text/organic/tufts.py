"""Hair that lies over an animal's body: tufts, wool in curls, a poodle's pompons, the fringes of long coats."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.implicit import Blend, Ellipsoid, RoundCone, Surface, polygonise
from pocket3d_server.geometry.solid import part
from pocket3d_server.models.builtin_text.organic.anatomy import Anatomy
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.leaf import blades
from pocket3d_server.models.builtin_text.organic.noise import fractal_noise
from pocket3d_server.models.builtin_text.organic.on_body import Detail
from pocket3d_server.models.builtin_text.organic.paint import painted_part
from pocket3d_server.models.builtin_text.organic.quadruped import Body

Array = NDArray[np.float64]
CURL = 0.062
"""Radius of a curl of wool, in withers heights."""
LOCK = np.array([0.0, -0.062, -0.045])
"""A lock of a fringe, from its root to its tip."""


def hair(
    name: str,
    blend: Blend,
    colour: ArrayLike,
    detail: Detail,
    seed: int,
    resolution: int = 96,
    share: int = 5,
) -> Part:
    """A tuft or mane with fine streaks along its strands."""
    surface = polygonise(blend, resolution=resolution, faces=detail.faces // share)
    base = np.asarray(colour, float)

    def paint(skin: Skin) -> Array:
        streak = fractal_noise(skin.points * np.array([55, 14, 30]), seed, 2) - 0.5
        return np.clip(base * (1 + 0.55 * streak[:, None]) + 0.02 * streak[:, None], 0, 1)

    return painted_part(name, surface, {}, paint, 512, 0.75)


def wool(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    """A sheep's fleece."""
    coarse, weight = _coarse(body)
    woolly = weight["trunk"] + 0.9 * weight["neck"] + weight.get("tail", 0)
    blend = Blend()
    _curls(blend, coarse.vertices[(coarse.vertices[:, 1] > a.elbow + 0.02) & (woolly > 0.5)], CURL, rng)
    centre = np.array([0, 1 - a.chest[1] / 2, 0])
    blend.add(Ellipsoid(centre, (a.chest[0] / 2, a.chest[1] * 0.45, a.length * 0.5)), 0.02, "wool")
    poll = body.head.at(0, 0.2, 0.15)
    for _ in range(5):
        blend.add(Ellipsoid(poll + rng.normal(0, 0.022, 3) * (1.2, 0.6, 1), np.full(3, 0.05)), 0.014, "wool")
    return [
        hair("wool", blend, a.coat.mane or (0.93, 0.90, 0.84), detail, int(rng.integers(1 << 30)), 130, 2)
    ]


def pompons(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    """The clip of a show poodle: a full coat in front, a topknot, and balls at the ankles and the tail's end."""
    coarse, weight = _coarse(body)
    v = coarse.vertices
    front = (weight["trunk"] + weight["neck"] > 0.5) & (v[:, 2] > 0.02 * a.length) & (v[:, 1] > 0.45)
    ankles = (weight["leg"] > 0.5) & (v[:, 1] > 0.09) & (v[:, 1] < 0.23)
    local = body.head.local(v)
    crown = (weight["head"] > 0.5) & (local[:, 1] > 0.08) & (local[:, 2] < 0.42)
    blend = Blend()
    _curls(blend, v[front], 0.055, rng)
    _curls(blend, v[ankles], 0.048, rng)
    _curls(blend, v[crown] + 0.16 * body.head.length * body.head.up, 0.052, rng)
    if len(body.tail):
        _curls(blend, body.tail[-1] + 0.032 * rng.normal(0, 1, (60, 3)), 0.05, rng)
    return [hair("pompons", blend, a.coat.mane or a.coat.base, detail, int(rng.integers(1 << 30)), 130, 2)]


def feathers(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    """The fringes of a long coat: locks that hang from breast, belly, haunches and tail."""
    coarse, weight = _coarse(body)
    v, n = coarse.vertices, coarse.normals
    breast = (weight["neck"] + weight["trunk"] > 0.5) & (v[:, 2] > 0.25 * a.length) & (n[:, 1] < 0.35)
    below = (weight["trunk"] > 0.5) & (n[:, 1] < -0.25)
    behind = (weight["trunk"] + weight["leg"] > 0.5) & (n[:, 2] < -0.5) & (v[:, 1] > 0.3) & (n[:, 1] < 0.3)
    under_tail = (weight["tail"] > 0.5) & (n[:, 1] < 0)
    blend = Blend()
    for spot in _spread(v[breast | below | behind | under_tail], 0.046, rng):
        tip = spot + LOCK * (0.7 + 0.6 * rng.random()) + 0.008 * rng.normal(0, 1, 3)
        tip[1] = max(tip[1], 0.02)
        blend.add(RoundCone(spot, tip, 0.034, 0.009), 0.030, "fringe")
    under = np.asarray(a.coat.belly or a.coat.base)
    colour = a.coat.mane or 0.6 * np.asarray(a.coat.base) + 0.4 * under
    return [hair("fringe", blend, colour, detail, int(rng.integers(1 << 30)), 130, 3)]


def hackles(a: Anatomy, body: Body, detail: Detail, rng: np.random.Generator) -> list[Part]:
    """An eagle's feathers in shingles over nape, neck and breast, of the colour of the coat's marks."""
    coarse, weight = _coarse(body)
    v, n = coarse.vertices, coarse.normals
    behind = body.head.local(v)[:, 2] < 0.12
    spots = v[((weight["neck"] > 0.4) | ((weight["head"] > 0.5) & behind)) & (weight["leg"] < 0.1)]
    seat = np.array(_spread(spots, 0.040, rng))
    out = n[cKDTree(v).query(seat)[1]]
    flow = -body.head.forward * 0.6 - (0, 0.8, 0) + 0.08 * rng.normal(0, 1, seat.shape)
    along = flow - out * (flow * out).sum(axis=1, keepdims=True) + 0.22 * out
    long = 0.115 * (0.85 + 0.3 * rng.random(len(seat)))
    shade = rng.integers(0, 2, len(seat))
    return [
        part("hackles", *(
            (
                blades(seat[shade == k] - 0.004 * out[shade == k], along[shade == k], out[shade == k], long[shade == k], 0.062, rounded=True),
                Material.from_srgb(f"hackle_{k + 1}", tuple(np.asarray(a.coat.marks) * tone), roughness=0.8),
            )
            for k, tone in enumerate((1.0, 0.86))
        ))
    ]  # fmt: skip


def _coarse(body: Body) -> tuple[Surface, dict[str, Array]]:
    """The body as a coarse surface, and the weight (N,) of each of its regions."""
    coarse = polygonise(body.blend, resolution=70, faces=4000)
    weight = body.blend.region_weights(coarse.vertices, 0.02)
    none = np.zeros(len(coarse.vertices))
    return coarse, {name: weight.get(name, none) for name in ("trunk", "neck", "head", "leg", "tail")}


def _spread(spots: Array, least: float, rng: np.random.Generator) -> list[Array]:
    """Some of ``spots`` (N, 3), ``least`` from one another: farthest-point sampling."""
    if not len(spots):
        return []
    kept = [spots[rng.integers(len(spots))]]
    gap = np.linalg.norm(spots - kept[0], axis=1)
    while gap.max() > least:
        kept.append(spots[gap.argmax()])
        gap = np.minimum(gap, np.linalg.norm(spots - kept[-1], axis=1))
    return kept


def _curls(blend: Blend, spots: Array, radius: float, rng: np.random.Generator) -> None:
    """Round curls over ``spots`` (N, 3)."""
    for spot in _spread(spots, radius, rng):
        r = radius * (1 + 0.22 * rng.random())
        blend.add(Ellipsoid(spot, (r, r, r)), 0.014, "wool")
