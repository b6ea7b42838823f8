"""Bottles with their corks and labels, and potions in flasks."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.making import cm
from pocket3d_server.models.builtin_text.pottery import hollow
from pocket3d_server.models.language.brief import Brief


def bottle(brief: Brief) -> Asset:
    """A wine bottle, a flask of potion, or a plain bottle."""
    if brief.has("potion", "flask", "elixir", "poison", "magic"):
        return potion(brief)
    stuff = asked(
        brief,
        "bottle",
        "glass",
        (0.10, 0.24, 0.12) if brief.has("wine", "beer") else (0.62, 0.80, 0.82),
        main=True,
        alpha=0.55,
    )
    k, g = brief.grown("height"), brief.grown("girth", "width")
    rows = cm("3 0, 3.6 0.4, 3.75 1.2, 3.75 17.5, 3.4 20, 1.65 24, 1.45 25.5, 1.45 29.2") * [g, k]
    outer = curves.rounded(rows, 0.02, 6, closed=False)
    inner = (outer * [1, 1])[::-1] - [0.0028, 0]
    inner = inner[inner[:, 1] > 0.010]
    body = shapes.revolve(np.concatenate([outer, inner, [[0, 0.010 * k]]]), brief.detail(56), crease=60)
    collar = shapes.torus(0.0155, 0.006, 40, 10).move(y=0.284 * k)
    label = shapes.tube(0.0385 * g, 0.0374 * g, 0.085 * k, 0.0004, 56).move(y=0.05 * k)
    cork = shapes.cylinder(0.0122, 0.03, 0.002, 28).move(y=0.275 * k)
    line = inner[(inner[:, 1] < 0.20 * k)][::-1] - [0.0006, 0]
    drink = shapes.revolve(np.concatenate([[[0, 0.0115 * k]], line, [[0, line[-1, 1]]]]), 40, crease=50)
    wine = finish(
        "glass", (0.30, 0.02, 0.06) if brief.has("wine") else (0.75, 0.88, 0.92), "contents", alpha=0.85
    )
    return Asset([
        part("bottle", (join(body, collar), stuff)), part("contents", (drink, wine)), part("cork", (cork, finish("cork"))),
        part("label", (label, asked(brief, "label", "paper", (0.93, 0.89, 0.78), "label"))),
    ])  # fmt: skip


def potion(brief: Brief) -> Asset:
    """A round flask with a glowing liquid, corked."""
    glassy = finish("glass", (0.85, 0.93, 0.95), "flask", alpha=0.28)
    rgb = brief.colour(
        ((0.55, 0.16, 0.78), (0.12, 0.75, 0.40), (0.85, 0.15, 0.25), (0.15, 0.50, 0.90))[
            int(brief.rng().integers(4))
        ]
    )
    rows = [
        [0.030, 0],
        [0.045, 0.006],
        [0.068, 0.045],
        [0.060, 0.088],
        [0.026, 0.116],
        [0.019, 0.135],
        [0.019, 0.165],
        [0.025, 0.172],
    ]
    outer = curves.smooth_curve(rows, 50)
    line = curves.smooth_curve([[0.027, 0.004], [0.042, 0.009], [0.0645, 0.045], [0.058, 0.082]], 24)
    drink = shapes.revolve(np.concatenate([[[0, 0.004]], line, [[0, 0.082]]]), 48, crease=50)
    bubbles = [
        shapes.sphere(float(r), 12).move(*p)
        for r, p in (
            (0.005, (0.02, 0.088, 0.01)),
            (0.0035, (-0.015, 0.09, 0.018)),
            (0.004, (0.0, 0.094, -0.02)),
        )
    ]
    cork = shapes.cylinder(0.0165, 0.032, 0.003, 24, top=0.0195).move(y=0.155)
    twine = [shapes.torus(0.0205, 0.004, 32, 8).move(y=0.138 + 0.0036 * k) for k in range(3)]
    tag = (
        shapes.extrude(curves.rectangle(0.022, 0.032, 0.004), 0.002, 0.0005)
        .rotate(x=-18)
        .move(0.012, 0.113, 0.041)
    )
    return Asset([
        part("flask", (hollow(outer, 0.002, 0.003, 56), glassy)), part("liquid", (drink, glow("liquid", rgb, 0.35))),
        part("bubbles", (join(*bubbles), glow("bubbles", rgb, 0.5))), part("cork", (cork, finish("cork"))),
        part("twine", (join(*twine), finish("straw", name="twine"))), part("tag", (tag, finish("paper", (0.86, 0.76, 0.56), "tag"))),
    ])  # fmt: skip


FAMILIES = (
    Family("bottle", ("bottle", "wine bottle", "potion", "potion bottle", "flask", "magic potion", "beer bottle", "water bottle", "elixir"), bottle),
)  # fmt: skip
