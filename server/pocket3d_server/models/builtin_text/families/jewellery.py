"""What one wears on hand and wrist: ring and watch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow
from pocket3d_server.models.builtin_text.making import BLACK, around, bar, black, cm
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief

RISE = 0.062
"""How high the strap's top lies, in metres."""


def posed(solid: Solid) -> Solid:
    """Leaning back about the middle of the strap."""
    return solid.move(y=-0.031).rotate(x=38).move(y=0.031)


def up(solid: Solid) -> Solid:
    """From about the origin to the top of the strap."""
    return posed(solid.move(y=RISE))


def watch(brief: Brief) -> Asset:
    """A wristwatch with hands, or a smart one with a square screen."""
    return smart_watch(brief) if brief.has("smart", "smartwatch", "digital", "apple") else hand_watch(brief)


def case_metal(brief: Brief) -> Finish:
    """What case and buckle are made of."""
    kind = "gold" if brief.style == "luxury" else "chrome"
    return asked(brief, "case", kind, None, "case", "body", main=bool(brief.materials))


def on_strap(brief: Brief, shape: Points, face: list[Part]) -> Asset:
    """A case of outline ``shape`` with its ``face``, on a closed strap."""
    metal, r = case_metal(brief), 0.020
    leather = asked(brief, "strap", "leather", None, "strap", "band", "bracelet", main=not brief.materials)
    t = np.radians(np.linspace(-62, 242, 60))
    loop = np.column_stack([np.zeros(60), 0.031 - 0.031 * np.sin(t), -0.027 * np.cos(t)])
    widths = np.interp(np.linspace(0, 1, 60), [0, 0.15, 0.5, 0.85, 1], [1.0, 0.92, 0.8, 0.92, 1.0])
    strap = shapes.sweep(loop, widths, curves.rectangle(0.0032, 0.021, 0.0012)[:, ::-1])
    frame = curves.in_plane(curves.rectangle(0.024, 0.016, 0.003), -0.0015)
    buckle = shapes.sweep(frame, 0.0016, 8, closed=True)
    lug = shapes.rounded_box(0.0034, 0.0042, 0.010, 0.0014, 2)
    lugs = [
        lug.rotate(x=24 * z).move(x, -0.002, z * (r + 0.0005)) for x in (0.0115, -0.0115) for z in (1, -1)
    ]
    crown = shapes.cylinder(0.0032, 0.006, 0.0008, 20).rotate(z=-90).move(r - 0.001, 0, 0)
    case = join(shapes.extrude(shape, 0.010, 0.002).rotate(x=-90), *lugs, crown)
    return Asset([
        part("case", (up(case), metal)), *face, part("strap", (posed(strap), leather)), part("buckle", (posed(buckle), metal)),
    ])  # fmt: skip


def smart_watch(brief: Brief) -> Asset:
    """A wristwatch with a square screen and three rings of light."""
    shape = curves.rectangle(0.0368, 0.0432, 0.010, 6)
    screen = shapes.extrude(shape * 0.9, 0.001, 0.0003).rotate(x=-90).move(y=0.005)
    lights = {"move": (0.95, 0.15, 0.35), "exercise": (0.55, 0.95, 0.20), "stand": (0.20, 0.80, 0.95)}
    rings = [
        (up(shapes.torus(q, 0.0022, 36, 8).move(y=0.0056)), glow(name, rgb)) for q, (name, rgb) in zip((0.0125, 0.0095, 0.0065), lights.items())
    ]  # fmt: skip
    return on_strap(brief, shape, [part("screen", (up(screen), black("screen"))), part("rings", *rings)])


def hand_watch(brief: Brief) -> Asset:
    """A round wristwatch with hour marks and three hands."""
    pale = brief.rng().random() < 0.5
    paint = asked(brief, "dial", "paint", (0.95, 0.95, 0.93) if pale else (0.06, 0.10, 0.20), "dial", "face")
    r, y = 0.020, 0.005
    rim = cm("1.72 0.4, 1.98 0.4, 1.98 0.6, 1.84 0.72, 1.72 0.66")
    bezel = shapes.revolve(rim, 56, closed=True)
    dial = shapes.cylinder(r * 0.88, 0.0008, segments=48).move(y=y - 0.0006)
    ticks = around(shapes.box(0.0010, 0.0006, 0.0034).move(0, y + 0.0004, r * 0.72), 12)
    # Width, length, angle and height of each hand.
    rows = ((0.0016, 0.0095, 58, 0.0006), (0.0012, 0.0140, -58, 0.0011), (0.0004, 0.0150, 170, 0.0015))
    hands = [
        shapes.box(w, 0.0005, n).move(0, 0, 0.0015 - n / 2).rotate(y=a).move(y=y + h) for w, n, a, h in rows
    ]
    hub = shapes.cylinder(0.0011, 0.0022, 0.0004, 14).move(y=y)
    dark = sum(paint.base_color[:3]) < 1.0
    mark = finish("chrome", name="marks") if dark else finish("plastic", BLACK, "marks")
    return on_strap(brief, curves.circle(r, 56), [
        part("bezel", (up(bezel), case_metal(brief))), part("dial", (up(dial), paint)), part("hands", (up(join(ticks, *hands, hub)), mark)),
    ])  # fmt: skip


GEMS: dict[str, RGB] = {
    "ruby": (0.80, 0.03, 0.12), "emerald": (0.05, 0.55, 0.28), "sapphire": (0.06, 0.16, 0.70), "amethyst": (0.50, 0.18, 0.75),
    "topaz": (0.95, 0.62, 0.10),
}  # fmt: skip
INNER = 0.0095
"""A ring's inner radius in metres."""


def ring_metal(brief: Brief) -> Finish:
    """What the band is made of: a ruby ring is no band of ruby."""
    colours = tuple(c for c in brief.colours if c.name not in GEMS)
    rest = replace(brief, colours=colours, materials=tuple(m for m in brief.materials if m != "diamond"))
    return asked(rest, "band", "gold", None, "band", "ring", main=True)


def band_of(half: float, thick: float) -> Solid:
    """A finger ring's band, standing, ``half`` its width at the finger."""
    rows = [[0, -half], [thick, -half - 0.0003], [0.0018, 0], [thick, half + 0.0003], [0, half]]
    band = shapes.revolve(np.array(rows) + [INNER, 0], 72, crease=60, closed=True)
    return band.rotate(x=90).move(y=INNER + 0.0018)


def ring(brief: Brief) -> Asset:
    """A finger ring standing upright, with a cut stone unless it is plain."""
    metal, r = ring_metal(brief), INNER
    if brief.has("wedding", "plain", "simple") and not brief.has("diamond", "gem", "stone"):
        return Asset([part("band", (band_of(0.0025, 0.0014), metal))])
    named = next((rgb for word, rgb in GEMS.items() if brief.has(word)), None)
    words = ("stone", "gem", "diamond", "jewel")
    clear = asked(brief, "stone", "diamond", None, *words, alpha=0.8)
    jewel = finish("diamond", named, "stone", alpha=0.92) if named else clear
    size, top = 0.0046 * brief.grown("stone", "diamond"), 2 * r + 0.0030
    claw = np.array([[0, 0, 0.35], [0, 0.5, 0.85], [0, 1.05, 0.93]]) * size + [0, top, 0]
    claw[0, 1] -= 0.0008
    prongs = around(bar(claw, [0.00055, 0.00045], 8, 6), 6, 15)
    collar = [
        shapes.torus(size * q, 0.0008, 32, 8).move(y=top + h)
        for q, h in ((0.45, 0.0002), (0.72, 0.38 * size))
    ]
    small = brilliant(0.0011).move(0, r + 0.0020, 0)
    little = [small.rotate(z=-a).move(y=r + 0.0018) for a in (-46, -36, -26, 26, 36, 46)]
    return Asset([
        part("band", (band_of(0.0013, 0.0012), metal)), part("setting", (join(prongs, *collar), metal)),
        part("stone", (brilliant(size).move(y=top + 0.9 * size), jewel)),
        part("side_stones", (join(*little), finish("diamond", name="side_stones", alpha=0.9))),
    ])  # fmt: skip


def brilliant(radius: float) -> Solid:
    """A round-cut gem about the origin, its table up: eight-sided crown over a pavilion, all facets flat."""

    def ring_at(r: float, y: float, turn: float) -> Points:
        a = 2 * np.pi * (np.arange(16) + turn) / 16
        return radius * np.column_stack([r * np.sin(a), np.full(16, y), r * np.cos(a)])

    rings = [
        ring_at(0.0, -0.82, 0),
        ring_at(0.55, -0.38, 0.5),
        ring_at(1.0, 0.0, 0),
        ring_at(1.0, 0.05, 0),
        ring_at(0.78, 0.24, 0.5),
        ring_at(0.55, 0.34, 0),
    ]
    return shapes.loft(np.stack(rings), crease=5)


FAMILIES = (
    Family("watch", ("wristwatch", "watch", "smartwatch", "smart watch", "wrist watch"), grounded(watch, centre=True)),
    Family("ring", ("ring", "diamond ring", "wedding ring", "engagement ring", "finger ring"), grounded(ring)),
)  # fmt: skip
