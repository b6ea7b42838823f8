"""What stands at hand in house and office: a fan and a fire extinguisher."""

from __future__ import annotations

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.making import (
    SOBER,
    around,
    bar,
    black,
    cm,
    cover,
    facing,
    gauge,
    turned,
)
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def fan(brief: Brief) -> Asset:
    """A fan with blades in a cage of wire, on a desk foot or on a tall stand."""
    case = cover(
        brief,
        "case",
        (*SOBER[1:2], (0.72, 0.84, 0.82), (0.16, 0.17, 0.19)),
        "case",
        "body",
        "fan",
        roughness=0.3,
    )
    wire = asked(brief, "cage", "chrome", None, "cage", "grille", "guard")
    petal = asked(brief, "blades", "plastic", (0.22, 0.45, 0.66), "blade", roughness=0.25)
    high = (1.15 if brief.has("standing", "floor", "pedestal") else 0.30) * brief.grown("height")
    foot = turned(cm("0 0, 12 0, 12.4 1, 11 2.2, 3 3.2, 1.8 5, 0 5"), bevel=0.004, segments=48)
    stem = bar([[0, 0.04, 0], [0, high - 0.03, -0.05]], [0.016, 0.012], 12, 18)
    motor = turned(cm("0 -9.5, 4 -9.4, 5.2 -7, 5.4 -1, 4.4 0, 0 0"), bevel=0.006, segments=36)
    hub = turned(cm("0 3.6, 3 3.4, 3.4 2.6, 3.2 .2, 0 .2")[::-1], bevel=0.002, segments=32)
    leaf = curves.smooth_curve(
        cm("-1 2.6, 1.4 2.6, 6.2 7, 5.6 12.4, 1 14.2, -2.6 11, -2.4 6"), 40, closed=True
    )
    blade = shapes.extrude(leaf, 0.003, 0.0008).rotate(y=24)
    blades = join(*(blade.rotate(z=360 * k / n) for n in [brief.count("blade", 4, 2, 8)] for k in range(n)))
    rib = bar(cm("0 5 3, 0 5 9, 0 3 14, 0 0 16"), 0.0012, 10, 5)
    cage = [around(rib, 40), around(rib.mirror("y"), 40), shapes.torus(0.16, 0.008, 72, 8)]
    cage += [
        shapes.torus(r, 0.0026, 64, 6).move(y=s * y)
        for r, y in ((0.035, 0.05), (0.09, 0.05), (0.135, 0.034))
        for s in (1, -1)
    ]
    badge = turned(cm("0 0, 3.4 0, 3.2 .6, 0 .8"), bevel=0.001, segments=32).move(y=0.05)
    tilt = {"x": -6.0}
    lift = (0.0, high + 0.05, 0.02)
    knobs = [
        shapes.rounded_box(0.018, 0.012, 0.016, 0.003, 2).move(x, 0.030, 0.075)
        for x in (-0.036, -0.012, 0.012, 0.036)
    ]
    return Asset([
        part("foot", (join(foot, stem), case)), part("motor", (facing(motor).move(z=-0.01).rotate(**tilt).move(*lift), case)), part("hub", (facing(hub).rotate(**tilt).move(*lift), case)),
        part("blades", (blades.move(z=0.016).rotate(**tilt).move(*lift), petal)), part("cage", (facing(join(*cage)).move(z=0.015).rotate(**tilt).move(*lift), wire)),
        part("badge", (facing(badge).move(z=0.015).rotate(**tilt).move(*lift), case)), part("buttons", (join(*knobs), black("buttons"))),
    ])  # fmt: skip


def fire_extinguisher(brief: Brief) -> Asset:
    """A red bottle with valve, levers, gauge, hose and nozzle."""
    red = cover(brief, "bottle", ((0.78, 0.05, 0.05),), "bottle", "body", "tank", kind="paint", roughness=0.2)
    dark, steel = black("fittings", "rubber"), asked(brief, "valve", "steel", None, "valve", "lever")
    k, g = brief.grown("height"), brief.grown("girth")
    rows = cm("0 0, 7.2 0, 7.6 .8, 7.6 36, 7 40, 5 43.2, 2.6 44.6, 2.4 46, 0 46") * [g, k]
    bottle = turned(rows, bevel=0.004, segments=48)
    skirt = turned(cm("7.0 0, 7.9 0, 7.9 2.4, 7.6 2.8") * [g, k], segments=48)
    label = turned(cm("7.55 15, 7.68 15.2, 7.68 28.8, 7.55 29") * [g, k], segments=48)
    top = 0.46 * k
    valve = turned(cm("2.2 0, 2.6 .4, 2.6 2, 1.8 2.6, 1.8 5, 0 5.2"), bevel=0.001, segments=28).move(y=top)
    lower = bar(
        [[-0.01, top + 0.028, 0], [0.05, top + 0.032, 0], [0.115, top + 0.018, 0]],
        [0.011, 0.0075],
        16,
        curves.ellipse(1, 0.7, 12),
    )
    upper = bar(
        [[-0.015, top + 0.052, 0], [0.05, top + 0.078, 0], [0.125, top + 0.086, 0]],
        [0.011, 0.0075],
        16,
        curves.ellipse(1, 0.7, 12),
    )
    x = 0.076 * g + 0.016
    hose = bar(
        [
            [-0.012, top + 0.02, 0],
            [-0.06, top + 0.03, 0],
            [-x - 0.012, top - 0.06, 0.01],
            [-x, top * 0.6, 0.02],
            [-x, top * 0.34, 0.02],
        ],
        0.0095,
        40,
        12,
    )
    horn = (
        turned(cm("1.1 0, 1.3 2, 1.5 4, 2.6 12, 2.4 12.2, 0 11.8"), segments=28)
        .rotate(x=180)
        .move(-x, top * 0.36, 0.02)
    )
    clip = shapes.torus(0.077 * g, 0.006, 48, 8).scale(1, 2, 1).move(y=top * 0.42)
    pin = shapes.torus(0.014, 0.0035, 24, 8).rotate(y=90).move(0.01, top + 0.05, 0.022)
    ring, dial, needle = (s.move(0, top + 0.014, 0.027) for s in gauge(0.015))
    return Asset([
        part("bottle", (bottle, red)), part("skirt", (skirt, dark)), part("label", (label, asked(brief, "label", "paper", (0.95, 0.94, 0.90), "label"))), part("valve", (join(valve, lower, upper), steel)),
        part("hose", (join(hose, horn), dark)), part("clip", (clip, dark)), part("pin", (pin, finish("paint", (0.95, 0.76, 0.10), "pin"))), part("gauge", (ring, steel), (dial, finish("paper", name="dial")), (needle, finish("paint", (0.1, 0.45, 0.2), "needle"))),
    ])  # fmt: skip


FAMILIES = (
    Family("fan", ("fan", "desk fan", "table fan", "electric fan", "standing fan"), grounded(fan)),
    Family("fire_extinguisher", ("fire extinguisher", "extinguisher"), grounded(fire_extinguisher, centre=True)),
)  # fmt: skip
