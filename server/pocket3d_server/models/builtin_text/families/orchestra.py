"""Of the orchestra: violin and trumpet."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.lutherie import (
    arched_body,
    bow_of,
    bridge_of_maple,
    cambered,
    f_hole,
    gut_strings,
    neck_and_scroll,
    purfling,
    tuning_pegs,
)
from pocket3d_server.models.builtin_text.making import bar, cm, copies, cover, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def violin(brief: Brief) -> Asset:
    """A violin with its bow beside it, or a cello when asked."""
    tints = ((0.58, 0.24, 0.08), (0.66, 0.34, 0.12), (0.42, 0.16, 0.07))
    wood = cover(brief, "body", tints, "body", "violin", kind="wood", roughness=0.2)
    ebony = finish("plastic", (0.05, 0.045, 0.04), "ebony", roughness=0.25)
    maple, steel = finish("wood", (0.84, 0.66, 0.40), "bridge"), finish("steel", name="strings")
    size = brief.grown("length") * (2.1 if brief.has("cello", "bass") else 1.0)
    waist = "0 0, 5.5 .4, 9.3 3.0, 10.3 7.2, 9.1 10.8, 8.3 12.3, 5.9 14.6, 5.5 17.5"
    shoulder = "6.3 20.6, 7.4 22.0, 8.2 25.5, 7.3 30.0, 4.4 34.2, 1.2 35.4, 0 35.4"
    outline = curves.mirrored(curves.smooth_curve(cm(f"{waist}, {shoulder}"), 110))
    centre = np.array([0, 0.17])
    chin = shapes.superellipsoid(0.085, 0.075, 0.018, 2.4, 2.4, 24).move(-0.055, 0.035, 0.028)
    tail = cambered(cm(".8 1.2 3.4, 1.3 4 3.7, 2 11.5 4.5"), 0.004, 18)
    inlay = join(f_hole(1), f_hole(-1), purfling(outline, centre, 0.0183))
    pieces = {
        "body": [(arched_body(outline, centre), wood)], "neck": [(neck_and_scroll(), wood)], "pegs": [(tuning_pegs(), ebony)],
        "fingerboard": [(cambered(cm("2.1 23.5 3.6, 1.25 48.5 2.2"), 0.005, 20), ebony)], "tailpiece": [(join(tail, chin), ebony)],
        "bridge": [(bridge_of_maple(), maple)], "strings": [(gut_strings(), steel)], "f_holes": [(inlay, ebony)], "bow": bow_of(ebony),
    }  # fmt: skip
    return Asset([
        part(name, *((s.scale(size).rotate(x=-12.0, z=-14.0), m) for s, m in found)) for name, found in pieces.items()
    ])  # fmt: skip


def trumpet(brief: Brief) -> Asset:
    """A trumpet with three valves, lying along x with its bell to the right."""
    brass = asked(brief, "tube", "brass", None, "tube", "trumpet", "bell", main=True)
    silver = asked(brief, "valves", "chrome", None, "valve", "mouthpiece")
    outside = ".62 0, .62 14, .75 20, 1.05 24.5, 1.8 27.5, 3.4 29.5, 5.8 30.6, 6.05 30.8"
    inside = "5.9 30.95, 3.4 30, 1.6 27.9, .8 25, .4 22, 0 20"
    bell = shapes.revolve(cm(f"{outside}, {inside}"), 44, crease=60).rotate(z=-90).move(-0.04, 0.13, 0)
    r, tuned = (
        0.0062,
        "-4 13 0, -16 13 0.4, -20.5 11.8 0.8, -21.2 9.2 1.2, -19 6.6 1.6, -10 6.2 1.8, 0 6.2 1.8",
    )
    lead = "-24 13 3.2, 10 13 3.2, 15 12.7 3.2, 17.8 10.8 3, 17.6 7.8 2.6, 14.5 6.2 2.2, 2 6.2 2"
    tubes = [bar(cm(tuned), r, 70, 16), bar(cm(lead), r, 80, 16)]
    tubes.append(bar(cm("-3 7.5 2.8, -3 7.5 6.2, -.8 7.5 6.2, -.8 7.5 2.8"), 0.0048, 26, 10))
    tubes.append(bar(cm("3.6 7.8 2, 10.5 7.8 2, 10.5 10 2, 3.6 10 2"), 0.0048, 40, 10))
    cup = cm(".35 0, .5 1.0, .62 4.2, .95 5.4, 1.35 6.8, 1.4 7.2, 1.1 7.3, .5 6.4, 0 6.2")
    mouth = turned(cup, bevel=0.0008, segments=28).rotate(z=90).move(-0.235, 0.13, 0.032)
    casing = "1.1 0, 1.1 .4, .95 .6, .95 1.2, 1.0 1.3, 1.0 9.3, 1.15 9.5, 1.15 10.1, .9 10.4"
    button = ".3 10.5, .3 11.8, .85 12.0, .85 12.4, 0 12.5"
    valve = turned(cm(f"{casing}, {button}"), bevel=0.0006, segments=28)
    rings = [
        shapes.torus(r, 0.003, 28, 8).rotate(x=90).move(*at)
        for r, at in ((0.012, (0.080, 0.118, 0.022)), (0.011, (-0.095, 0.150, 0.030)))
    ]
    rows = ("-12 13 0, -12 13 3.2", "7.5 13 0, 7.5 13 3.2", "-12 6.2 1.8, -12 13 2", "9 6.2 1.8, 9 13 2")
    braces = [bar(cm(row), 0.0026, section=8) for row in rows]
    cuff = shapes.tube(0.0085, 0.005, 0.016, 0.001, 24).rotate(z=-90)
    cuffs = copies(cuff, cm("-16 13 .3, 9 13 3.2, -10 6.2 1.8, 13 6.25 2.15"))
    return Asset([
        part("bell", (bell, brass)), part("tubes", (join(*tubes), brass)), part("valves", (copies(valve, cm("-2.8 3.5 2, 0 3.5 2, 2.8 3.5 2")), silver)),
        part("mouthpiece", (mouth, silver)), part("rings", (join(*rings, *braces), brass)), part("cuffs", (cuffs, silver)),
    ])  # fmt: skip


FAMILIES = (
    Family("violin", ("violin", "fiddle", "cello", "viola"), grounded(violin, centre=True)),
    Family("trumpet", ("trumpet", "bugle", "cornet"), grounded(trumpet, centre=True)),
)  # fmt: skip
