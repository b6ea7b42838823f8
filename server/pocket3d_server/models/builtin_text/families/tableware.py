"""What stands on a laid table: mug, glass, teapot, bowl and plate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part, Primitive
from pocket3d_server.geometry.solid import part, rotation
from pocket3d_server.models.builtin_text.families.fruit import KINDS as FRUITS
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.making import cm
from pocket3d_server.models.builtin_text.organic.ground import settle
from pocket3d_server.models.builtin_text.pottery import DRINKS, filling, glaze, handle, hollow, saucer
from pocket3d_server.models.language.brief import Brief
from pocket3d_server.models.language.understand import left_out_parts


def mug(brief: Brief) -> Asset:
    """A mug or a cup with a handle; a tankard of staves when of wood; a plain glass when a glass."""
    if brief.has("glass") and not brief.has("mug", "cup"):
        return glass(brief)
    stuff = glaze(brief, "mug", "mug", "cup")
    r, h = 0.042 * brief.grown("width", "girth"), 0.095 * brief.grown("height")
    cup = brief.has("cup", "teacup", "tea", "espresso")
    if cup:
        r, h, thick = r * 1.1, h * 0.66, 0.0034
        rows = [[0.45 * r, 0], [0.47 * r, 0.004], [0.62 * r, 0.012], [0.90 * r, h * 0.5], [r, h]]
        at = r * 0.95 - 0.003
        loop = [
            [at, 0.86, 0],
            [at + 0.016, 0.92, 0],
            [at + 0.026, 0.70, 0],
            [at + 0.014, 0.46, 0],
            [at * 0.88, 0.38, 0],
        ]
    else:
        belly, at, thick = (1 + float(brief.rng().uniform(0.0, 0.10))) * r, r - 0.003, 0.0048
        rows = [[0.86 * r, 0], [0.95 * r, 0.003], [r, 0.012], [belly, h * 0.5], [r, h * 0.97], [r, h]]
        loop = [
            [at, 0.80, 0],
            [at + 0.026, 0.80, 0],
            [at + 0.034, 0.5, 0],
            [at + 0.022, 0.26, 0],
            [at, 0.22, 0],
        ]
    outer, detail = curves.smooth_curve(rows, 26), brief.detail(64)
    parts = [part("body", (hollow(outer, 0.0042, 0.007, detail), stuff))]
    if "handle" not in left_out_parts(brief.prompt):
        coloured = any(c.noun == "handle" for c in brief.colours)
        grip = asked(brief, "handle", "ceramic", None, "handle") if coloured else stuff
        parts.append(part("handle", (handle(np.array(loop) * [1, h, 1], thick), grip)))
    named = [w for w in DRINKS if brief.has(w) and not (w == "tea" and cup and "of" not in brief.prompt)]
    if named or not cup:
        tint = DRINKS[named[0] if named else "coffee"]
        parts.append(
            part("drink", (filling(outer, h * 0.84, detail), finish("plastic", tint, "drink", roughness=0.8)))
        )
    if brief.has("saucer") or cup:
        parts = [*_lifted(parts, 0.0055), part("saucer", (saucer(detail), stuff))]
    return Asset(parts)


def _lifted(parts: list[Part], y: float) -> list[Part]:
    for p in parts:
        for primitive in p.primitives:
            primitive.vertices = np.asarray(primitive.vertices) + [0, y, 0]
    return parts


def glass(brief: Brief) -> Asset:
    """A wine glass, a goblet or a tumbler."""
    stuff = asked(
        brief,
        "glass",
        "gold" if brief.has("goblet", "chalice", "grail") and not brief.has("glass") else "glass",
        None,
        main=True,
    )
    if brief.has("wine", "goblet", "chalice", "champagne", "grail"):
        k = brief.grown("height")
        foot = np.array(
            [
                [0.036, 0],
                [0.036, 0.002],
                [0.012, 0.007],
                [0.0045, 0.018],
                [0.0042, 0.07 * k],
                [0.010, 0.085 * k],
                [0.036, 0.115 * k],
                [0.040, 0.14 * k],
                [0.034, 0.195 * k],
            ]
        )
        outer = curves.smooth_curve(foot, 60)
        bowl = outer[outer[:, 1] > 0.092 * k]
        inner = bowl[::-1] - [0.0016, 0]
        body = shapes.revolve(np.concatenate([outer, inner, [[0, 0.09 * k]]]), brief.detail(56), crease=60)
        level = 0.13 * k
        # Seen through two walls wine would look grey: in glass it ends a hair outside them.
        reach = 0.0020 if stuff.alpha_mode == "BLEND" else -0.0005
        liquid_line = inner[inner[:, 1] < level][::-1] + [reach, 0]
        drink = shapes.revolve(
            np.concatenate([[[0, 0.0915 * k]], liquid_line, [[0, liquid_line[-1, 1]]]]),
            brief.detail(56),
            crease=50,
        )
        wine = asked(brief, "wine", "plastic", (0.66, 0.02, 0.08), "wine", roughness=0.1)
        return Asset([part("glass", (body, stuff)), part("wine", (drink, wine))])
    outer = curves.smooth_curve(
        [[0.030, 0], [0.033, 0.004], [0.036, 0.06], [0.040, 0.12 * brief.grown("height")]], 24
    )
    water = shapes.revolve(np.array([[0.0, 0.0085], [0.0305, 0.0095], [0.0345, 0.075], [0, 0.075]]), 48)
    return Asset(
        [
            part("glass", (hollow(outer, 0.002, 0.008, 56), stuff)),
            part("water", (water, finish("glass", (0.70, 0.86, 0.92), "water", alpha=0.45))),
        ]
    )


def teapot(brief: Brief) -> Asset:
    """A round-bellied pot with spout, handle and lid."""
    stuff = glaze(
        brief, "teapot", "teapot", "pot", "kettle", kind="copper" if brief.has("kettle") else "ceramic"
    )
    g, k = brief.grown("width", "girth"), brief.grown("height")
    rows = cm("5 0, 5.4 0.5, 8.8 5, 9 7.5, 6.4 11.8, 4.6 12.7") * [g, k]
    body = hollow(curves.smooth_curve(rows, 40), 0.004, 0.006, brief.detail(64))
    lid_rows = [
        [0.044, 0.122],
        [0.050, 0.124],
        [0.049, 0.130],
        [0.030, 0.141],
        [0.010, 0.146],
        [0.007, 0.151],
        [0.013, 0.160],
        [0.010, 0.170],
        [0, 0.173],
    ]
    lid = shapes.revolve(curves.smooth_curve(np.array(lid_rows) * [g, k], 36), 44)
    path = curves.smooth_curve(
        np.array([[0, 0.045, 0.075], [0, 0.055, 0.115], [0, 0.095, 0.135], [0, 0.122, 0.163]]) * [1, k, g], 20
    )
    spout = shapes.sweep(path, np.linspace(0.024, 0.0105, 20), 24)
    mouth = shapes.sphere(0.0085, 16).scale(1, 0.4, 1).rotate(x=30).move(*(path[-1] + [0, 0.0005, 0.0005]))
    strap = handle(cm("0 11.2 -6, 0 12.8 -10.5, 0 9 -14.2, 0 4.5 -11, 0 4 -7.5") * [1, k, g], 0.0068)
    return Asset([
        part("body", (body, stuff)), part("lid", (lid, stuff)), part("spout", (spout, stuff), (mouth, finish("plastic", (0.03, 0.03, 0.03), "hole"))),
        part("handle", (strap, stuff)),
    ])  # fmt: skip


def _fruit(brief: Brief, r: float, h: float) -> list[Part]:
    """What lies in a fruit bowl: the kinds that the prompt names, else apples, oranges and a banana."""
    named = [kind for kind in ("apple", "orange", "pear", "lemon", "banana") if brief.has(kind)]
    if not named and not brief.has("fruit"):
        return []
    kinds = named or ["apple", "orange", "banana"]
    round_ones = [kind for kind in kinds if kind != "banana"]
    plain = replace(brief, colours=(), materials=(), stretch={}, counts={})
    parts = []
    made = {kind: FRUITS[kind][0](plain) for kind in kinds}
    for k in range(5 if round_ones else 0):
        a = 2 * np.pi * k / 5
        parts += _laid(
            made[round_ones[k % len(round_ones)]],
            k,
            0.55 * r * np.sin(a),
            0.35 * h,
            0.55 * r * np.cos(a),
            60.0 * k,
        )
    for k in range(2 if "banana" in kinds else 0):
        parts += _laid(made["banana"], 5 + k, -0.01, 0.35 * h + 0.052, 0.02 - 0.045 * k, 12.0 * k - 6)
    return parts


def _laid(fruit: Asset, number: int, x: float, y: float, z: float, turn: float) -> list[Part]:
    """Copies of the parts of ``fruit``, numbered, turned about y, their base's middle at x, y, z."""
    settle(fruit, centre=True)
    matrix = rotation(y=turn)

    def copy(p: Primitive) -> Primitive:
        normals = None if p.normals is None else np.asarray(p.normals) @ matrix.T
        return replace(p, vertices=np.asarray(p.vertices) @ matrix.T + [x, y, z], normals=normals)

    return [
        Part(f"fruit_{number + 1}_{piece.name}", [copy(p) for p in piece.primitives]) for piece in fruit.parts
    ]


def bowl(brief: Brief) -> Asset:
    """A bowl or a plate, with fruit when asked."""
    stuff = glaze(brief, "bowl", "bowl", "plate", "dish")
    flat = brief.has("plate", "dish", "saucer")
    r = (0.13 if flat else 0.12) * brief.grown("width")
    h = 0.022 if flat else 0.075 * brief.grown("height")
    rows = (
        [[0.55 * r, 0], [0.57 * r, 0.003], [0.72 * r, h * 0.35], [r, h]]
        if flat
        else [[0.40 * r, 0], [0.42 * r, 0.006], [0.75 * r, h * 0.32], [0.96 * r, h * 0.8], [r, h]]
    )
    parts = [part("bowl", (hollow(curves.smooth_curve(rows, 32), 0.005, 0.007, brief.detail(72)), stuff))]
    parts += _fruit(brief, r, h)
    return Asset(parts)


FAMILIES = (
    Family("mug", ("mug", "cup", "coffee mug", "coffee cup", "tea cup", "teacup", "beer mug", "tankard", "espresso cup"), mug),
    Family("glass", ("wine glass", "glass", "drinking glass", "goblet", "chalice", "tumbler", "champagne glass", "holy grail"), glass),
    Family("teapot", ("teapot", "tea pot", "coffee pot"), teapot),
    Family("bowl", ("bowl", "plate", "dish", "fruit bowl", "soup bowl", "dinner plate"), bowl),
)  # fmt: skip
