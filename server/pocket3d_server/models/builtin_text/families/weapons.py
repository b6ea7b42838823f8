"""Weapons, standing upright on their point or pommel's end: sword, dagger, axe, hammer of war, spear, shield, bow."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief

LEATHERS: tuple[RGB, ...] = ((0.26, 0.15, 0.09), (0.14, 0.12, 0.12), (0.36, 0.10, 0.09), (0.12, 0.18, 0.28))


def blade_of(
    length: float, half: float, thick: float, point: float, fuller: float = 0.35, curve: float = 0.0
) -> Solid:
    """A double-edged blade from y = 0 up, flat across z, with a groove of ``fuller`` of the half width."""
    t = np.concatenate([np.linspace(0, 1 - point, 14), 1 - point * (1 - np.linspace(0, 1, 14)[1:]) ** 1.0])
    taper = np.where(
        t < 1 - point, 1 - 0.18 * t / (1 - point), 0.82 * np.sqrt(np.clip((1 - t) / point, 0, 1)) ** 1.3
    )
    groove = np.where(t < 0.72, 1.0, np.clip((0.80 - t) / 0.08, 0, 1))
    rings = []
    for k, w, g in zip(t, taper, groove):
        f, deep = fuller * half * w, thick * (0.5 - 0.34 * g)
        flat = thick * 0.5
        right = [
            [half * w, 0],
            [0.55 * half * w + 0.45 * f, flat * 0.8],
            [f, flat],
            [f * 0.6, deep],
            [-f * 0.6, deep],
            [-f, flat],
            [-(0.55 * half * w + 0.45 * f), flat * 0.8],
            [-half * w, 0],
        ]
        outline = np.array(right)
        outline = np.concatenate([outline, outline[-2:0:-1] * [1, -1]]) * [1, min(w * 1.6, 1.0)]
        rings.append(
            np.column_stack(
                [outline[:, 0] + curve * length * k**2, np.full(len(outline), k * length), outline[:, 1]]
            )
        )
    return shapes.loft(np.stack(rings), crease=16)


def grip_of(length: float, radius: float, wraps: int = 16) -> Solid:
    """A wrapped grip from y = 0 up: an oval core with a spiral band."""
    t = np.linspace(0, 1, 24)
    core = np.column_stack([radius * (0.86 + 0.22 * np.sin(np.pi * t)), t * length])
    handle = shapes.revolve(core, 28).scale(1, 1, 0.8)
    a = np.linspace(0, 2 * np.pi * wraps, wraps * 14)
    r = radius * (0.88 + 0.22 * np.sin(np.pi * a / a[-1]))
    path = np.column_stack([r * np.sin(a), a / a[-1] * length * 0.98 + 0.01 * length, 0.8 * r * np.cos(a)])
    return join(handle, shapes.sweep(path, 0.0032, 6))


def sword(brief: Brief) -> Asset:
    """A sword or dagger, point up; curved when a katana, sabre or scimitar."""
    rng = brief.rng()
    short = brief.has("dagger", "knife", "dirk", "stiletto")
    bent = brief.has("katana", "sabre", "saber", "scimitar", "cutlass")
    great = brief.has("great", "greatsword", "claymore", "longsword", "two")
    length = (0.26 if short else 1.05 if great else 0.80) * brief.grown("length", "height", "blade")
    half = (0.019 if short or bent else 0.027) * brief.grown("width", "girth", "blade")
    grip = 0.11 if short else 0.30 if great else 0.24 if bent else 0.16
    magic = brief.style in ("fantasy", "futuristic") or brief.has(
        "fire", "flaming", "ice", "glowing", "laser", "lightsaber"
    )
    steel = asked(
        brief,
        "blade",
        "steel",
        None,
        "blade",
        main=not any(c.noun for c in brief.colours) and not brief.noun_materials,
    )
    if brief.has("lightsaber", "laser") or (magic and brief.has("glowing", "flaming", "fire")):
        steel = glow(
            "blade",
            brief.colour((0.25, 0.65, 1.0) if not brief.has("fire", "flaming") else (1.0, 0.45, 0.08)),
            0.9,
        )
    gold = asked(brief, "hilt", "brass", None, "hilt", "guard", "pommel", "crossguard")
    leather = asked(brief, "grip", "leather", LEATHERS[int(rng.integers(4))], "grip", "handle")
    if brief.has("lightsaber"):
        body = shapes.revolve(
            curves.rounded(
                np.array(
                    [
                        [0.018, 0],
                        [0.018, 0.05],
                        [0.015, 0.06],
                        [0.016, 0.18],
                        [0.020, 0.20],
                        [0.020, 0.25],
                        [0, 0.25],
                    ]
                ),
                0.003,
                2,
                closed=False,
            ),
            36,
        )
        return Asset(
            [
                part("hilt", (body, finish("chrome"))),
                part("blade", (shapes.capsule(0.012, 0.95, 24).move(y=0.71), steel)),
            ]
        )
    base = 0.045 + grip
    if bent:
        outline = np.array(
            [[-half * 0.75, 0], [half, 0], [half, 0.86], [half * 0.2, 1.0], [-half * 0.4, 0.94]]
        ) * [1, length]
        edge = curves.resample(outline, 60, closed=True)
        blade = shapes.extrude(edge, 0.007, 0.0028, steps=1, crease=20)
        blade = blade.deform(
            lambda v: np.column_stack([v[:, 0] - 0.16 * length * (v[:, 1] / length) ** 2, v[:, 1], v[:, 2]])
        ).move(y=base)
    else:
        blade = blade_of(length, half, 0.009, 0.30 if short else 0.16, 0.35).move(y=base + 0.004)
    parts = [
        part("blade", (blade, steel)),
        part("grip", (grip_of(grip, 0.0165, int(grip * 110)).move(y=0.042), leather)),
    ]
    if brief.has("katana"):
        guard = shapes.extrude(curves.ellipse(0.040, 0.036, 40, 3), 0.007, 0.0025).rotate(x=90).move(y=base)
    elif bent:
        bow = curves.smooth_curve(
            [[0, base, 0], [-0.055, base - 0.03, 0], [-0.058, base - 0.11, 0], [-0.01, 0.03, 0]], 22
        )
        guard = join(
            shapes.sweep(bow, 0.0055, 12), shapes.superellipsoid(0.11, 0.02, 0.05, 3, 2.5, 24).move(y=base)
        )
    else:
        span = (0.055 if short else 0.11) * (1.2 if great else 1.0)
        lift = float(rng.uniform(-0.02, 0.035))
        t = np.linspace(-1, 1, 21)
        path = np.column_stack([span * t, base + lift * np.abs(t) ** 2.2, np.zeros(21)])
        bar = shapes.sweep(
            path, 0.0095 + 0.003 * np.abs(t) ** 3, curves.rectangle(2, 1.6, 0.5), round_ends=True
        )
        guard = join(
            bar,
            shapes.superellipsoid(0.062, 0.034, 0.030, 3, 2.5, 24).move(y=base - 0.002),
            *[shapes.sphere(0.0135, 16).move(s * span, base + lift, 0) for s in (1, -1)],
        )
    parts.append(part("guard", (guard, gold)))
    pommel = (
        shapes.sphere(0.024, 28).scale(1, 1, 0.62).move(y=0.024)
        if not bent
        else shapes.cylinder(0.019, 0.04, 0.006, 24)
    )
    collar = shapes.cylinder(0.015, 0.012, 0.003, 24).move(y=0.036)
    parts.append(part("pommel", (join(pommel, collar), gold)))
    gem: RGB = ((0.70, 0.05, 0.10), (0.08, 0.25, 0.70), (0.05, 0.50, 0.25))[int(rng.integers(3))]
    stones = [shapes.sphere(0.0095, 16).scale(1, 1, 0.6).move(0, 0.024, z) for z in (0.0135, -0.0135)]
    stones += (
        [shapes.sphere(0.008, 16).scale(1, 1.3, 0.6).move(0, base, z) for z in (0.0145, -0.0145)]
        if not bent
        else []
    )
    parts.append(
        part(
            "jewels", (join(*stones), asked(brief, "jewel", "glass", gem, "jewel", "gem", "ruby", alpha=1.0))
        )
    )
    return Asset(parts)


def shaft(brief: Brief, length: float, radius: float) -> tuple[Solid, Finish]:
    """A wooden handle from y = 0 up, slightly swelling at the hand."""
    t = np.linspace(0, 1, 20)
    r = (
        radius
        * brief.grown("girth", "handle")
        * (1 + 0.16 * np.cos(2 * np.pi * t) * (t < 0.6) + 0.10 * (t < 0.03))
    )
    body = shapes.revolve(np.column_stack([r, t * length]), 24).scale(0.8, 1, 1)
    return body, asked(brief, "handle", "wood", (0.50, 0.32, 0.18), "handle", "shaft", "haft")


def axe(brief: Brief) -> Asset:
    """A woodcutter's axe, or a battle axe with one or two bits, its blade to the right."""
    battle = brief.has("battle", "war", "viking", "double", "dwarf") or brief.style in ("medieval", "fantasy")
    long = (0.85 if battle else 0.70) * brief.grown("length", "height", "handle")
    body, wood = shaft(brief, long, 0.018)
    steel = asked(brief, "head", "steel", None, "head", "blade", main=True)
    top = long - 0.06

    def bit(reach: float, spread: float) -> Solid:
        """One wing of the head: thick at the eye, thin at the curved edge."""
        t = np.linspace(0, 1, 10)
        rings = []
        for k in t:
            x = 0.012 + reach * k
            half = 0.032 + (spread - 0.032) * k**1.8
            beard = half * (1 + 0.35 * k)
            thick = 0.016 * (1 - k) ** 0.8 + 0.0006
            bow = 0.25 * reach * k**2
            y = np.linspace(-beard, half, 9)
            bulge = bow * (1 - ((y - (half - beard) / 2) / ((half + beard) / 2)) ** 2)
            front = np.column_stack([x + bulge, top + y, np.full(9, thick)])
            rings.append(np.concatenate([front, front[::-1] * [1, 1, -1]]))
        return shapes.loft(np.stack(rings), crease=30)

    wings = [bit(0.13, 0.13 if battle else 0.062)]
    if brief.has("double", "two", "twin") or (battle and brief.rng().random() < 0.5):
        wings.append(wings[0].mirror("x"))
    else:
        wings.append(shapes.rounded_box(0.055, 0.058, 0.030, 0.008, 2).move(-0.030, top, 0))
    eye = shapes.superellipsoid(0.062, 0.085, 0.048, 3, 4, 28).move(y=top)
    parts = [part("handle", (body, wood)), part("head", (join(eye, *wings), steel))]
    if battle:
        wrap = [
            shapes.torus(0.0185, 0.007, 24, 8).scale(0.85, 1, 1).move(y=0.09 + 0.0065 * k) for k in range(22)
        ]
        parts.append(part("grip", (join(*wrap), asked(brief, "grip", "leather", LEATHERS[0], "grip"))))
        parts.append(part("spike", (shapes.cone(0.014, 0.09, segments=16).move(y=long - 0.01), steel)))
    return Asset(parts)


def spear(brief: Brief) -> Asset:
    """A spear with a leaf-shaped head; a trident when asked."""
    long = 1.9 * brief.grown("length", "height")
    body = shapes.revolve(np.array([[0.012, 0], [0.0155, 0.05], [0.0155, long], [0.012, long + 0.02]]), 20)
    steel = asked(brief, "head", "steel", None, "head", "tip", "blade", main=True)
    heads = []
    if brief.has("trident", "fork"):
        for x in (-0.085, 0.0, 0.085):
            path = (
                curves.smooth_curve(
                    [[0, long, 0], [x * 0.9, long + 0.05, 0], [x, long + 0.14, 0], [x, long + 0.28, 0]], 16
                )
                if x
                else np.array([[0, long, 0], [0, long + 0.15, 0], [0, long + 0.30, 0]])
            )
            heads += [
                shapes.sweep(path, 0.009, 12),
                blade_of(0.10, 0.020, 0.012, 0.8, 0.1).move(x, float(path[-1, 1]) - 0.01, 0),
            ]
    else:
        heads.append(blade_of(0.30, 0.040, 0.014, 0.75, 0.1).move(y=long))
    socket = shapes.revolve(np.array([[0.021, -0.12], [0.018, -0.02], [0.011, 0.03], [0, 0.03]]), 24).move(
        y=long
    )
    cord = [shapes.torus(0.018, 0.006, 20, 8).move(y=long - 0.13 - 0.006 * k) for k in range(8)]
    return Asset(
        [
            part("shaft", (body, asked(brief, "shaft", "wood", (0.46, 0.30, 0.17), "shaft", "handle"))),
            part("head", (join(socket, *heads), steel)),
            part("binding", (join(*cord), finish("leather", (0.5, 0.12, 0.1), "binding"))),
        ]
    )


def shield(brief: Brief) -> Asset:
    """A knight's heater shield or a round one, standing upright and bulging towards the front."""
    rng = brief.rng()
    around = brief.has("round", "viking", "buckler", "circular", "captain") or (
        not brief.has("knight", "heater", "kite") and rng.random() < 0.35
    )
    face = asked(
        brief,
        "field",
        "wood" if around else "paint",
        ((0.62, 0.10, 0.12), (0.12, 0.24, 0.52), (0.10, 0.34, 0.22))[int(rng.integers(3))],
        "field",
        "front",
        main=True,
    )
    rim_stuff = asked(brief, "rim", "steel", None, "rim", "edge", "boss", "frame")
    mark = asked(brief, "emblem", "gold", None, "emblem", "cross", "star", "symbol", "dragon", "lion")
    if around:
        outline, half = curves.circle(0.38, 72), 0.38
    else:
        right = np.concatenate(
            [
                [[0, -0.48]],
                curves.smooth_curve(
                    [[0, -0.48], [0.17, -0.30], [0.29, -0.02], [0.31, 0.20], [0.30, 0.36]], 24
                )[1:],
            ]
        )
        outline, half = curves.mirrored(np.concatenate([right, [[0, 0.40]]])), 0.31

    def bulge(v: Points) -> Points:
        r2 = (v[:, 0] ** 2 + (v[:, 1] ** 2 if around else 0)) / half**2
        v[:, 2] += 0.10 * (1 - np.clip(r2, 0, 1.2))
        return v

    def sheet(line: Points, thick: float, z: float) -> Solid:
        """An outline filled by rings towards its middle, so that it can be bent."""
        scales = np.array([1.0, 0.85, 0.7, 0.55, 0.4, 0.25, 0.1])
        flat = np.concatenate([line[None] * k for k in scales])
        del flat
        rings = [np.column_stack([line * k, np.full(len(line), z)]) for k in scales[::-1]]
        rings += [np.column_stack([line * k, np.full(len(line), z + thick)]) for k in scales]
        middle = [np.zeros_like(line) for _ in range(1)]
        first = np.column_stack([middle[0], np.full(len(line), z)])
        last = np.column_stack([middle[0], np.full(len(line), z + thick)])
        return shapes.loft(np.stack([first, *rings, last]), crease=45)

    board = sheet(outline, 0.018, 0.0).deform(bulge)
    rim = shapes.sweep(
        bulge(np.column_stack([curves.resample(outline, 96, closed=True), np.full(96, 0.009)])),
        0.017,
        12,
        closed=True,
    )
    parts = [part("board", (board, face)), part("rim", (rim, rim_stuff))]
    if around:
        boss = (
            shapes.revolve(
                curves.smooth_curve(
                    [[0.13, 0], [0.115, 0.012], [0.085, 0.02], [0.075, 0.05], [0, 0.085]], 20
                ),
                40,
            )
            .rotate(x=90)
            .move(z=0.105)
        )
        studs = [
            shapes.sphere(0.013, 14).move(*bulge(np.array([[0.33 * np.sin(a), 0.33 * np.cos(a), 0.02]]))[0])
            for a in 2 * np.pi * np.arange(12) / 12
        ]
        bars = []
        for a in (0.0, 90.0):
            line = np.column_stack([np.linspace(-0.36, 0.36, 25), np.zeros(25), np.full(25, 0.018)])
            bars.append(shapes.sweep(bulge(line), 0.006, curves.rectangle(2, 6, 0.5)).rotate(z=a))
        parts.append(part("boss", (join(boss, *studs, *bars), rim_stuff)))
    else:
        emblem = brief.has("star") and curves.star(5, 0.17, 0.07)
        if emblem is False:
            c = 0.035
            emblem = np.array(
                [
                    [-c, -0.30],
                    [c, -0.30],
                    [c, 0.08],
                    [0.19, 0.08],
                    [0.19, 0.16],
                    [c, 0.16],
                    [c, 0.32],
                    [-c, 0.32],
                    [-c, 0.16],
                    [-0.19, 0.16],
                    [-0.19, 0.08],
                    [-c, 0.08],
                ]
            )
        dense = curves.resample(np.asarray(emblem), 120, closed=True)
        parts.append(part("emblem", (shapes.extrude(dense, 0.020, 0.003).deform(bulge).move(z=0.012), mark)))
    straps = [
        shapes.sweep(
            curves.smooth_curve([[-0.10, y, 0.06], [-0.05, y, -0.03], [0.05, y, -0.03], [0.10, y, 0.06]], 14),
            0.006,
            curves.rectangle(1, 5, 0.3),
        )
        for y in (0.10, -0.08)
    ]
    parts.append(part("straps", (join(*straps), finish("leather"))))
    return Asset(parts)


def bow(brief: Brief) -> Asset:
    """A recurved bow with its string and an arrow laid on."""
    half = 0.75 * brief.grown("length", "height")
    wood = asked(brief, "limbs", "wood", (0.45, 0.27, 0.14), "limb", "bow", main=True)
    t = np.linspace(-1, 1, 61)
    z = (
        0.24 * (1 - t**2)
        - 0.10 * np.clip(np.abs(t) - 0.78, 0, 1) ** 1 * 0
        + 0.35 * np.clip(np.abs(t) - 0.80, 0, 1)
    )
    path = np.column_stack([np.zeros(61), half * t, z])
    limbs = shapes.sweep(path, 0.019 - 0.010 * np.abs(t), curves.rectangle(2, 1.3, 0.5), round_ends=True)
    grip = [shapes.torus(0.021, 0.008, 24, 8).move(0, 0.008 * (k - 8), 0.24) for k in range(17)]
    string = shapes.sweep(
        np.column_stack([np.zeros(3), half * np.array([-0.985, 0, 0.985]), [z[0], z[0], z[0]]]), 0.0022, 6
    )
    arrow = shapes.cylinder(0.005, 0.78, segments=12).rotate(x=90).move(0, 0, z[0])
    tip = shapes.cone(0.013, 0.05, segments=12).rotate(x=90).move(0, 0, z[0] + 0.77)
    fins = [
        shapes.extrude(np.array([[0, 0], [0.022, 0.012], [0.022, 0.085], [0, 0.10]]), 0.0015)
        .rotate(x=90)
        .rotate(z=120 * k)
        .move(0, 0, z[0] + 0.02)
        for k in range(3)
    ]
    lift = half + 0.03
    pieces = [
        ("limbs", limbs, wood),
        ("grip", join(*grip), finish("leather", name="grip")),
        ("string", string, finish("fabric", (0.9, 0.88, 0.8), "string")),
        ("arrow", arrow, finish("wood", (0.72, 0.56, 0.36), "arrow")),
        ("arrowhead", tip, finish("steel")),
        (
            "fletching",
            join(*fins),
            asked(brief, "feather", "fabric", (0.75, 0.15, 0.12), "feather", "fletching"),
        ),
    ]
    return Asset([part(n, (s.move(y=lift), m)) for n, s, m in pieces])


FAMILIES = (
    Family("sword", ("sword", "dagger", "katana", "longsword", "sabre", "scimitar", "cutlass", "greatsword", "broadsword", "lightsaber", "saber", "claymore", "rapier"), grounded(sword, centre=True)),
    Family("axe", ("axe", "battle axe", "hatchet", "tomahawk", "war axe", "wood axe", "viking axe"), grounded(axe, centre=True)),
    Family("spear", ("spear", "trident", "lance", "javelin", "halberd", "pike"), spear),
    Family("shield", ("shield", "buckler", "knight shield", "viking shield", "round shield"), grounded(shield, centre=True)),
    Family("bow", ("bow", "bow and arrow", "longbow", "hunting bow"), bow),
)  # fmt: skip
