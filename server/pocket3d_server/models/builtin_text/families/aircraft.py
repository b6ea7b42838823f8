"""What flies: airliner, propeller plane, biplane, fighter jet, rocket, hot-air balloon."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow, shade
from pocket3d_server.models.language.brief import RGB, Brief

LIVERIES: tuple[RGB, ...] = ((0.75, 0.12, 0.12), (0.10, 0.28, 0.58), (0.95, 0.72, 0.12), (0.10, 0.42, 0.36))


def foil(chord: float, thick: float, count: int = 28) -> Points:
    """A symmetric aerofoil outline (N, 2): x from the trailing edge (-) to the nose (+), about its quarter
    point. The thickness is that of the NACA four-digit sections."""
    x = (1 - np.cos(np.linspace(0, np.pi, count // 2 + 1))) / 2
    y = 5 * thick * (0.2969 * np.sqrt(x) - 0.1260 * x - 0.3516 * x**2 + 0.2843 * x**3 - 0.1036 * x**4)
    y[-1] = 0.0012
    upper, lower = np.column_stack([x, y]), np.column_stack([x, -y])[1:]
    outline = np.concatenate([upper[::-1], lower])
    return np.column_stack([(0.25 - outline[:, 0]) * chord, outline[:, 1] * chord])


def wing(span: float, root: float, tip: float, sweep: float, rise: float, thick: float = 0.12) -> Solid:
    """Half a wing from the origin along +x, nose towards +z; ``sweep`` and ``rise`` are the tip's shift in metres."""
    t = np.array([0, 0.25, 0.5, 0.75, 0.93, 0.985, 1.0])
    size = np.array([1, 1, 1, 1, 0.97, 0.85, 0.55])
    rings = []
    for k, s in zip(t, size):
        outline = foil((root + (tip - root) * k) * s, thick)
        rings.append(
            np.column_stack(
                [np.full(len(outline), span * k), rise * k + outline[:, 1], outline[:, 0] - sweep * k]
            )
        )
    return shapes.loft(np.stack(rings), crease=45)


def fuselage(rows: Points, sections: int = 60, around: int = 40) -> Solid:
    """A round body from rows of (z, centre y, half width, half height), tail first."""
    lines = curves.smooth_curve(rows, sections)
    ring = curves.circle(1.0, around)
    z, y, a, b = (lines[:, k, None] for k in range(4))
    points = np.stack(
        [
            a.clip(0) * ring[None, :, 0],
            y + b.clip(0) * ring[None, :, 1],
            np.broadcast_to(z, (sections, around)),
        ],
        axis=2,
    )
    return shapes.loft(points, crease=50)


def propeller(radius: float, blades: int) -> tuple[Solid, Solid]:
    """Blades and spinner about the z axis, looking along +z."""
    made = []
    t = np.linspace(0.08, 1, 9)
    for k in range(blades):
        rings = []
        for s in t:
            chord, turn = (
                0.16 * radius * np.sin(np.pi * min(0.25 + 0.72 * s, 0.97)) + 0.015,
                np.radians(52 - 36 * s),
            )
            flat = foil(chord, 0.14, 16)
            x = flat[:, 0] * np.cos(turn) - flat[:, 1] * np.sin(turn)
            z = flat[:, 0] * np.sin(turn) + flat[:, 1] * np.cos(turn)
            rings.append(np.column_stack([x, np.full(len(flat), s * radius), z]))
        made.append(shapes.loft(np.stack(rings), crease=50).rotate(z=360 * k / blades))
    spinner = shapes.revolve(
        curves.smooth_curve(
            [
                [0.14 * radius, -0.06 * radius],
                [0.13 * radius, 0.06 * radius],
                [0.07 * radius, 0.20 * radius],
                [0, 0.27 * radius],
            ],
            18,
        ),
        28,
    ).rotate(x=90)
    return join(*made), spinner


def gear(at: Points, drop: float, radius: float, pair: bool) -> tuple[Solid, Solid]:
    """A landing leg hanging ``drop`` below ``at``: tyres, strut."""
    x, y, z = at
    tyre = shapes.torus(radius * 0.72, radius * 0.56, 32, 14).rotate(z=90)
    hub = shapes.cylinder(radius * 0.5, radius * 0.5, radius * 0.05, 24).rotate(z=90).move(x=radius * 0.25)
    offsets = (-radius * 0.42, radius * 0.42) if pair else (0.0,)
    tyres = join(*[tyre.move(x + o, y - drop + radius, z) for o in offsets])
    strut = join(
        shapes.cylinder(radius * 0.20, drop - radius * 0.5, segments=14).move(x, y - drop + radius * 0.9, z),
        *[hub.move(x + o, y - drop + radius, z) for o in offsets],
    )
    return tyres, strut


def airplane(brief: Brief) -> Asset:
    """The kind of aeroplane that the prompt names."""
    return _on_wheels(_kind(brief))


def _on_wheels(asset: Asset) -> Asset:
    """Raised from the axis of the fuselage to the ground."""
    low = float(asset.bounds()[0][1])
    for primitive in asset.primitives():
        primitive.vertices = np.asarray(primitive.vertices) - [0, low, 0]
    return asset


def _kind(brief: Brief) -> Asset:
    if brief.has("fighter", "jet") and not brief.has("airliner", "jumbo", "passenger", "private"):
        return fighter(brief)
    if brief.has(
        "airliner", "passenger", "jumbo", "boeing", "airbus", "commercial", "airline", "jetliner"
    ) or (
        not brief.has("propeller", "biplane", "small", "toy", "cessna", "old", "vintage", "seaplane")
        and brief.style not in ("classic", "cartoon", "toy")
        and brief.rng().random() < 0.6
    ):
        return airliner(brief)
    return light_plane(brief)


def airliner(brief: Brief) -> Asset:
    """A twin-jet airliner, 30 m long."""
    rgb = LIVERIES[int(brief.rng(1).integers(4))]
    white = asked(
        brief, "fuselage_paint", "paint", (0.95, 0.95, 0.96), "body", "fuselage", main=True, roughness=0.25
    )
    accent = asked(brief, "livery", "paint", rgb, "tail", "stripe", "livery", roughness=0.25)
    silver, dark = (
        asked(brief, "wing_metal", "aluminium", (0.80, 0.82, 0.85), "wing"),
        finish("glass", (0.05, 0.07, 0.10), "window_glass", alpha=1.0),
    )
    rubber = finish("rubber")
    long = brief.grown("length")
    rows = np.array(
        [
            [-15, 0.95, 0.08, 0.10],
            [-14.3, 0.85, 0.30, 0.36],
            [-11, 0.45, 1.05, 1.15],
            [-7, 0.08, 1.78, 1.85],
            [-4, 0, 1.95, 1.98],
            [8, 0, 1.95, 1.98],
            [11.2, -0.05, 1.86, 1.88],
            [13.4, -0.25, 1.35, 1.38],
            [14.6, -0.45, 0.70, 0.72],
            [15, -0.52, 0.05, 0.05],
        ]
    )
    rows[:, 0] *= long
    body = fuselage(rows, 90, 48)
    right = wing(14.5, 5.4, 1.5, 5.6, 1.5, 0.11).move(1.2, -1.0, 2.8)
    fin = wing(5.2, 4.2, 1.7, 3.6, 0, 0.09).rotate(z=90).move(0, 1.1, -10.6 * long)
    plane = wing(5.2, 2.9, 1.2, 2.4, 0.5, 0.09).move(0.4, 0.75, -12.2 * long)
    winglet = wing(1.5, 1.5, 0.6, 0.9, 0.2, 0.10).rotate(z=72).move(15.6, 0.48, -2.75)
    parts = [
        part("fuselage", (body, white)), part("wing_left", (right, silver), (winglet, accent)), part("wing_right", (right.mirror("x"), silver), (winglet.mirror("x"), accent)),
        part("fin", (fin, accent)), part("tailplane", (join(plane, plane.mirror("x")), silver)),
    ]  # fmt: skip
    for p in brief_engines(brief, 2):
        x, z = p
        cowl = shapes.revolve(
            np.array(
                [
                    [0.60, -1.9],
                    [0.68, -1.9],
                    [0.98, -0.6],
                    [1.05, 0.9],
                    [0.98, 1.55],
                    [0.90, 1.62],
                    [0.84, 1.50],
                    [0.86, 0.6],
                    [0.60, 0.5],
                ]
            ),
            44,
            crease=40,
            closed=True,
        ).rotate(x=90)
        core = shapes.revolve(
            curves.smooth_curve([[0, -2.6], [0.30, -1.8], [0.58, -1.0], [0.62, 0.5], [0.60, 0.62]], 24), 32
        ).rotate(x=90)
        fan = [
            shapes.rounded_box(0.16, 0.62, 0.02, 0.006, 1).rotate(y=38).move(0, 0.52, 0.8).rotate(z=20 * k)
            for k in range(18)
        ]
        nose = shapes.cone(0.26, 0.5, segments=28).rotate(x=90).move(0, 0, 0.72)
        pylon = shapes.rounded_box(0.28, 1.3, 2.6, 0.12, 2).move(0, 0.95, -1.0)
        y = -2.15
        side = "left" if x > 0 else "right"
        parts.append(
            part(
                f"engine_{side}_{abs(x):.0f}",
                (cowl.move(x, y, z), white),
                (join(core, pylon).move(x, y, z), silver),
                (join(*fan, nose).move(x, y, z), finish("iron")),
            )
        )
    panes = []
    for z in np.arange(-7.6, 10.2, 0.72) * long:
        if -1.2 < z / long < -0.8:
            continue
        pane = shapes.superellipsoid(0.10, 0.44, 0.30, 4, 4, 16)
        panes += [pane.move(s * 1.885, 0.50, z) for s in (1, -1)]
    parts.append(part("cabin_windows", (join(*panes), dark)))
    shield = shapes.intersection(
        fuselage(rows + [0, 0, 0.012, 0.012], 90, 48),
        shapes.extrude(
            np.array([[12.3, 0.22], [13.9, 0.02], [13.35, 0.78], [12.45, 0.86]]) * [-long, 1], 6
        ).rotate(y=90),
    )
    parts.append(part("cockpit_windows", (shield, dark)))
    band = np.array([[-30, -0.32], [30, -0.32], [30, -0.12], [-30, -0.12]])
    stripe = shapes.intersection(
        fuselage(rows + [0, 0, 0.008, 0.008], 90, 48), shapes.extrude(band, 8).rotate(y=90)
    )
    parts.append(part("stripe", (stripe, accent)))
    doors = [
        shapes.superellipsoid(0.10, 1.9, 0.85, 6, 6, 20).move(s * 1.89, 0.05, z * long)
        for s in (1, -1)
        for z in (10.6, -8.6)
    ]
    parts.append(part("doors", (join(*doors), silver)))
    tyres, struts = [], []
    for at, pair in (((2.4, -1.2, 0.2), True), ((-2.4, -1.2, 0.2), True), ((0, -1.3, 11.2 * long), True)):
        t, s = gear(np.array(at), 3.9 + at[1], 0.55, pair)
        tyres.append(t)
        struts.append(s)
    parts += [part("tyres", (join(*tyres), rubber)), part("landing_gear", (join(*struts), finish("steel")))]
    lights = [shapes.sphere(0.12, 14).move(s * 15.5, 0.5, -2.3) for s in (1, -1)]
    parts.append(
        part(
            "lights",
            (lights[0], glow("red_light", (0.9, 0.05, 0.05))),
            (lights[1], glow("green_light", (0.05, 0.85, 0.2))),
        )
    )
    return Asset(parts)


def brief_engines(brief: Brief, default: int) -> list[tuple[float, float]]:
    """(x, z) of each engine under the wings."""
    count = brief.count("engine", default, 2, 4)
    spots = [(s * 5.0, 2.6) for s in (1, -1)]
    return spots + [(s * 9.4, 0.6) for s in (1, -1)] if count > 2 else spots


def light_plane(brief: Brief) -> Asset:
    """A propeller plane, with one wing or two."""
    rgb = LIVERIES[int(brief.rng(1).integers(4))]
    paint = asked(brief, "paint", "paint", rgb, "body", "fuselage", main=True, roughness=0.3)
    cream = asked(brief, "wing_paint", "paint", (0.94, 0.92, 0.86), "wing", roughness=0.35)
    dark, steel = finish("glass", (0.10, 0.16, 0.20), "canopy_glass", alpha=0.75), finish("steel")
    biplane = brief.has("biplane", "double", "red baron") or brief.style in ("classic",)
    rows = np.array(
        [
            [-3.5, 0.32, 0.05, 0.10],
            [-3.2, 0.28, 0.12, 0.17],
            [-1.6, 0.12, 0.36, 0.42],
            [0.2, 0.05, 0.56, 0.62],
            [1.5, 0.0, 0.58, 0.60],
            [2.35, -0.02, 0.52, 0.52],
            [2.60, -0.02, 0.40, 0.40],
        ]
    )
    body = fuselage(rows, 60, 36)
    parts = [part("fuselage", (body, paint))]
    low = wing(4.4, 1.35, 1.05, 0.1, 0.28, 0.14).move(0.2, -0.32, 1.1)
    parts += [part("wing_left", (low, cream)), part("wing_right", (low.mirror("x"), cream))]
    if biplane:
        upper = wing(4.6, 1.35, 1.15, 0.0, 0.0, 0.12).move(0, 1.18, 1.35)
        upper = join(upper, upper.mirror("x"))
        stays = []
        for s in (1, -1):
            for z in (1.5, 0.85):
                stays += [
                    shapes.sweep([[s * 2.9, -0.10, z - 0.25], [s * 2.9, 1.18, z]], 0.028, 8),
                    shapes.sweep([[s * 0.40, 0.4, z], [s * 0.55, 1.18, z]], 0.024, 8),
                ]
            stays += [
                shapes.sweep([[s * 0.6, -0.25, 1.0], [s * 2.9, 1.15, 1.2]], 0.008, 6),
                shapes.sweep([[s * 0.55, 1.15, 1.2], [s * 2.9, -0.1, 1.0]], 0.008, 6),
            ]
        parts += [
            part("upper_wing", (upper, cream)),
            part("struts", (join(*stays), finish("wood", name="struts"))),
        ]
    fin = wing(1.25, 1.15, 0.65, 0.55, 0, 0.10).rotate(z=90).move(0, 0.40, -2.75)
    plane = wing(1.55, 0.95, 0.65, 0.3, 0.0, 0.10).move(0.05, 0.32, -2.85)
    parts += [part("fin", (fin, paint)), part("tailplane", (join(plane, plane.mirror("x")), cream))]
    if biplane or brief.has("open"):
        rim = shapes.torus(0.34, 0.09, 36, 12).scale(1, 1, 1.35).move(0, 0.60, 0.0)
        seat = shapes.superellipsoid(0.56, 0.10, 0.74, 3, 2, 24).move(0, 0.585, 0.0)
        shield = shapes.sweep(
            np.column_stack(
                [
                    0.26 * np.sin(np.linspace(-1.2, 1.2, 13)),
                    np.full(13, 0.73),
                    0.36 + 0.14 * np.cos(np.linspace(-1.2, 1.2, 13)),
                ]
            ),
            1,
            curves.rectangle(0.012, 0.24, 0.004),
        )
        parts.append(
            part(
                "cockpit",
                (rim, finish("leather")),
                (seat, finish("leather", (0.12, 0.08, 0.06), "cockpit_floor")),
                (shield, dark),
            )
        )
    else:
        canopy = fuselage(
            np.array(
                [
                    [-1.35, 0.42, 0.10, 0.10],
                    [-0.6, 0.45, 0.42, 0.46],
                    [0.3, 0.46, 0.50, 0.60],
                    [0.95, 0.42, 0.46, 0.44],
                    [1.4, 0.38, 0.22, 0.16],
                ]
            ),
            36,
            36,
        )
        frames = [
            shapes.torus(1.0, 0.05, 40, 8).rotate(x=90).scale(0.485, 0.575, 1).move(0, 0.46, z)
            for z in (-0.15, 0.55)
        ]
        parts += [part("canopy", (canopy, dark)), part("canopy_frames", (join(*frames), cream))]
    blades, spinner = propeller(1.05, brief.count("blade", 2 if biplane else 3, 2, 6))
    parts += [
        part(
            "propeller",
            (
                blades.move(0, -0.02, 2.70),
                finish("wood", (0.35, 0.2, 0.1), "propeller_wood")
                if biplane
                else finish("iron", name="blades"),
            ),
        ),
        part("spinner", (spinner.move(0, -0.02, 2.66), steel)),
    ]
    cyl = [
        shapes.capsule(0.055, 0.24, 14).move(y=0.44).rotate(z=360 * k / 9).move(0, -0.02, 2.30)
        for k in range(9)
    ]
    pipe = [
        shapes.sweep([[s * 0.45, -0.35, 2.1], [s * 0.52, -0.45, 1.7], [s * 0.5, -0.46, 1.2]], 0.045, 12)
        for s in (1, -1)
    ]
    parts.append(part("engine", (join(*cyl, *pipe), finish("iron", name="engine_iron"))))
    tyres, struts = [], []
    for s in (1, -1):
        tyres.append(shapes.torus(0.20, 0.15, 32, 14).rotate(z=90).move(s * 0.95, -1.05, 1.55))
        struts += [
            shapes.sweep([[s * 0.32, -0.45, 1.75], [s * 0.92, -1.05, 1.55]], 0.035, 10),
            shapes.cylinder(0.12, 0.12, 0.02, 20).rotate(z=90).move(s * 0.95 + 0.06, -1.05, 1.55),
        ]
    struts.append(shapes.sweep([[-0.95, -1.05, 1.55], [0.95, -1.05, 1.55]], 0.025, 10))
    struts.append(shapes.sweep([[0, 0.18, -3.1], [0, -0.02, -3.35]], 0.025, 8))
    tyres.append(shapes.torus(0.075, 0.06, 20, 10).rotate(z=90).move(0, -0.06, -3.38))
    parts += [part("tyres", (join(*tyres), finish("rubber"))), part("landing_gear", (join(*struts), steel))]
    return Asset(parts)


def fighter(brief: Brief) -> Asset:
    """A jet fighter with swept wings and twin fins."""
    grey = asked(brief, "paint", "paint", (0.48, 0.52, 0.56), "body", main=True, roughness=0.45)
    dark, glass = (
        finish("iron", (0.16, 0.17, 0.18), "nozzle"),
        finish("glass", (0.30, 0.24, 0.12), "canopy_glass", alpha=0.72),
    )
    rows = np.array(
        [
            [-7.0, 0.0, 0.85, 0.50],
            [-5.5, 0.0, 1.15, 0.66],
            [-2, 0.05, 1.30, 0.78],
            [1.2, 0.08, 1.15, 0.80],
            [3.6, 0.05, 0.72, 0.70],
            [5.8, -0.05, 0.46, 0.46],
            [7.6, -0.18, 0.16, 0.16],
            [8.4, -0.22, 0.02, 0.02],
        ]
    )
    body = fuselage(rows, 80, 40)
    main = wing(4.6, 5.2, 1.3, 3.9, -0.15, 0.05).move(0.9, 0.05, 0.6)
    strake = wing(1.3, 4.6, 0.6, 3.2, 0.0, 0.05).move(0.35, 0.18, 3.6)
    tail = wing(2.5, 2.3, 0.8, 1.9, -0.1, 0.05).move(0.75, 0.0, -5.4)
    fin = wing(2.7, 2.5, 1.0, 1.9, 0, 0.06).rotate(z=74).move(0.85, 0.35, -4.4)
    wings = join(main, strake, tail)
    intake = shapes.rounded_box(0.75, 0.9, 3.6, 0.22, 3).move(1.15, -0.30, 0.9)
    hole = shapes.rounded_box(0.58, 0.72, 0.1, 0.04, 2).move(1.15, -0.30, 2.69)
    nozzles = [
        shapes.revolve(np.array([[0.50, 0], [0.40, 0.9], [0.36, 0.9], [0.44, 0.02]]), 32, closed=True)
        .rotate(x=-90)
        .move(s * 0.48, 0.0, -6.7)
        for s in (1, -1)
    ]
    flames = [
        shapes.cylinder(0.36, 0.05, segments=28).rotate(x=-90).move(s * 0.48, 0.0, -7.15) for s in (1, -1)
    ]
    canopy = fuselage(
        np.array(
            [
                [1.6, 0.62, 0.06, 0.06],
                [2.3, 0.66, 0.36, 0.40],
                [3.4, 0.60, 0.44, 0.56],
                [4.5, 0.44, 0.36, 0.40],
                [5.2, 0.32, 0.10, 0.08],
            ]
        ),
        36,
        32,
    )
    missiles = []
    for s in (1, -1):
        for x in (2.9, 4.3):
            tube = (
                shapes.revolve(
                    curves.smooth_curve([[0, -1.3], [0.09, -1.28], [0.09, 0.9], [0, 1.35]], 30), 16
                )
                .rotate(x=90)
                .move(s * x, -0.42, -1.2)
            )
            fins = [
                shapes.box(0.02, 0.42, 0.3).rotate(z=45 + 90 * k).move(s * x, -0.42, -2.2) for k in range(2)
            ]
            missiles += [tube, *fins, shapes.box(0.06, 0.34, 0.9).move(s * x, -0.20, -1.2)]
    parts = [
        part("fuselage", (join(body, intake, intake.mirror("x")), grey)), part("wings_left", (wings, grey)), part("wings_right", (wings.mirror("x"), grey)),
        part("fins", (join(fin, fin.mirror("x")), asked(brief, "fin_paint", "paint", shade((0.48, 0.52, 0.56), 0.75), "fin", "tail"))),
        part("intakes", (join(hole, hole.mirror("x")), dark)), part("nozzles", (join(*nozzles), dark)), part("afterburners", (join(*flames), glow("afterburner", (1.0, 0.55, 0.18)))),
        part("canopy", (canopy, glass)), part("missiles", (join(*missiles), finish("paint", (0.88, 0.88, 0.86), "missile"))),
    ]  # fmt: skip
    tyres, struts = [], []
    for at in ((1.3, -0.5, -1.4), (-1.3, -0.5, -1.4), (0, -0.3, 4.2)):
        pair = gear(np.array(at), 1.9 + at[1], 0.38, False)
        tyres.append(pair[0])
        struts.append(pair[1])
    return Asset(
        [
            *parts,
            part("tyres", (join(*tyres), finish("rubber"))),
            part("landing_gear", (join(*struts), finish("steel"))),
        ]
    )


def rocket(brief: Brief) -> Asset:
    """A storybook rocket with curved fins and a porthole, or a slim launcher with boosters."""
    if brief.has("launcher", "realistic", "saturn", "booster", "launch", "orbital") or brief.style in (
        "modern",
    ):
        return launcher(brief)
    body = asked(brief, "hull", "paint", (0.92, 0.92, 0.93), "body", "hull", main=True, roughness=0.3)
    accent = asked(
        brief,
        "accent",
        "paint",
        LIVERIES[0],
        "fin",
        "nose",
        "stripe",
        "wing",
        roughness=0.3,
    )
    steel = finish("steel")
    h = 6.0 * brief.grown("height", "length")
    g = brief.grown("girth", "width")
    rows = curves.smooth_curve(
        np.array([[0.55, 0.10], [0.85, 0.22], [1.08, 0.42], [0.98, 0.62], [0.62, 0.82]]) * [g, h], 40
    )
    hull = shapes.revolve(rows, brief.detail(56))
    tip = shapes.revolve(
        np.concatenate(
            [
                [[rows[-1, 0] + 0.012, 0.815 * h]],
                curves.smooth_curve(
                    np.array(
                        [[0.625 * g, 0.82 * h], [0.34 * g, 0.925 * h], [0.07, 0.985 * h], [0, 0.992 * h]]
                    ),
                    18,
                ),
            ]
        ),
        48,
    )
    ball = join(
        shapes.cylinder(0.025, 0.35, segments=10).move(y=0.985 * h),
        shapes.sphere(0.07, 18).move(y=0.985 * h + 0.36),
    )
    rings = [
        shapes.torus(float(np.interp(y * h, rows[:, 1], rows[:, 0])), 0.09, 56, 10).move(y=y * h)
        for y in (0.115, 0.30, 0.815)
    ]
    nozzle = shapes.revolve(
        np.array([[0.30 * g, 0.10 * h], [0.52 * g, 0.02 * h], [0.47 * g, 0.02 * h], [0.25 * g, 0.10 * h]]),
        40,
        closed=True,
    )
    flame = shapes.revolve(
        np.array([[0, 0.055 * h], [0.40 * g, 0.05 * h], [0.26 * g, 0.10 * h], [0, 0.10 * h]]), 32
    )
    parts = [
        part("hull", (hull, body)),
        part("nose", (join(tip, ball), accent)),
        part("rings", (join(*rings), steel)),
        part("nozzle", (nozzle, finish("iron"))),
        part("burner", (flame, glow("burner", (1.0, 0.55, 0.15)))),
    ]
    outline = curves.smooth_curve(
        np.array(
            [
                [0.55, 0.36 * h],
                [1.15, 0.26 * h],
                [1.75, 0.10 * h],
                [1.85, 0.0],
                [1.60, 0.02 * h],
                [1.25, 0.10 * h],
                [0.55, 0.14 * h],
            ]
        ),
        60,
        closed=True,
    )
    fin = shapes.extrude(outline * [g, 1], 0.13, 0.05, steps=3)
    count = brief.count("fin", 3, 2, 8)
    parts += [
        part(f"fin_{k + 1}", (fin.rotate(y=360 * k / count - 90 + 180 / count), accent)) for k in range(count)
    ]
    for k in range(brief.count("window", 2, 0, 5)):
        y = (0.60 - 0.17 * k) * h
        r = float(np.interp(y, rows[:, 1], rows[:, 0]))
        size = 0.30 - 0.05 * k
        lean = float(
            np.degrees(
                np.arctan2(
                    np.interp(y - 0.1, rows[:, 1], rows[:, 0]) - np.interp(y + 0.1, rows[:, 1], rows[:, 0]),
                    0.2,
                )
            )
        )
        frame = shapes.torus(size, 0.09, 40, 12).rotate(x=90 - lean).move(0, y, r - 0.01)
        pane = shapes.sphere(size, 28).scale(1, 1, 0.25).rotate(x=-lean).move(0, y, r - 0.03)
        parts.append(
            part(
                f"porthole_{k + 1}",
                (frame, steel),
                (pane, finish("glass", (0.35, 0.65, 0.85), "porthole_glass", alpha=1.0)),
            )
        )
    return Asset(parts)


def launcher(brief: Brief) -> Asset:
    """A tall launch vehicle with two boosters."""
    white, dark = (
        asked(brief, "hull", "paint", (0.93, 0.93, 0.92), "body", main=True),
        finish("paint", (0.08, 0.08, 0.09), "black_paint"),
    )
    accent, steel = (
        asked(brief, "tank", "paint", (0.80, 0.42, 0.16), "tank", "stripe", "nose"),
        finish("iron", (0.42, 0.42, 0.44), "nozzle"),
    )
    core = shapes.revolve(
        np.array([[1.9, 4], [1.9, 40], [1.6, 42], [1.6, 52], [2.1, 54], [2.1, 60]]), 48, crease=25
    )
    cap = shapes.revolve(curves.smooth_curve([[2.1, 60], [1.9, 63], [1.1, 67], [0, 70]], 20), 48)
    bands = [shapes.tube(1.93, 1.85, 0.8, 0.02, 48).move(y=y) for y in (12, 24, 38)]
    boosters, noses, bells = [], [], []
    for s in (1, -1):
        boosters.append(shapes.cylinder(1.3, 28, 0.1, 40).move(s * 3.25, 3.5, 0))
        noses.append(
            shapes.revolve(curves.smooth_curve([[1.3, 0], [1.1, 1.8], [0.5, 3.6], [0, 4.3]], 16), 40).move(
                s * 3.25, 31.4, 0
            )
        )
        boosters += [shapes.rounded_box(1.0, 0.5, 0.8, 0.1, 1).move(s * 2.0, y, 0) for y in (6, 28)]
        bells.append((s * 3.25, 0.9))
    bells += [(0.8 * np.cos(a), 0.8 * np.sin(a)) for a in np.pi / 4 + np.pi / 2 * np.arange(4)]
    nozzles = [
        shapes.revolve(
            np.array([[0.42, 2.2 + 1.5], [0.85, 1.6], [0.80, 1.6], [0.36, 3.7]]), 32, closed=True
        ).move(x, 0.0, z if abs(x) < 3 else 0)
        for x, z in bells
    ]
    fins = [
        shapes.extrude(np.array([[1.2, 4], [3.0, 3.0], [3.0, 4.2], [1.2, 8]]), 0.2, 0.05).rotate(
            y=90 + 180 * k
        )
        for k in range(2)
    ]
    return Asset(
        [
            part("core", (core, accent)),
            part("fairing", (cap, white)),
            part("bands", (join(*bands), dark)),
            part("boosters", (join(*boosters), white)),
            part("booster_noses", (join(*noses), dark)),
            part("nozzles", (join(*nozzles), steel)),
            part("fins", (join(*fins), dark)),
        ]
    )


def balloon(brief: Brief) -> Asset:
    """A hot-air balloon with a striped envelope and a wicker basket."""
    first = asked(
        brief, "envelope", "fabric", LIVERIES[int(brief.rng().integers(4))], "balloon", "envelope", main=True
    )
    others = [c.rgb for c in brief.colours if c.noun is None][1:]
    second = finish("fabric", others[0] if others else (0.96, 0.88, 0.62), "stripe")
    g = brief.grown("girth", "width")
    rows = curves.smooth_curve(
        np.array([[1.1, 4.6], [2.4, 6.6], [4.2, 9.6], [4.7, 12.2], [3.9, 15.0], [2.0, 16.6], [0, 17.0]])
        * [g, 1],
        40,
    )
    count, gores = 16, ([], [])  # type: ignore[var-annotated]
    t = np.linspace(-np.pi / count, np.pi / count, 5)
    for k in range(count):
        out = 1 + 0.035 * np.cos(t * count / 2)
        rings = [
            np.concatenate(
                [
                    np.column_stack([r * out * np.sin(t), np.full(5, y), r * out * np.cos(t)]),
                    np.column_stack(
                        [0.985 * r * np.sin(t[::-1]), np.full(5, y), 0.985 * r * np.cos(t[::-1])]
                    ),
                ]
            )
            for r, y in np.maximum(rows, [[0.02, 0]])
        ]
        gores[k % 2].append(shapes.loft(np.stack(rings), crease=50).rotate(y=360 * k / count))
    w = 0.62
    basket = shapes.loft(
        np.stack(
            [
                curves.in_plane(curves.rectangle(2 * a, 2 * a, 0.2), y)
                for a, y in ((w - 0.08, 0), (w, 1.15), (w - 0.06, 1.15), (w - 0.13, 0.08))
            ]
        ),
        crease=40,
    )
    rim = shapes.sweep(
        curves.in_plane(
            curves.resample(curves.rectangle(2 * w - 0.05, 2 * w - 0.05, 0.2), 60, closed=True), 1.16
        ),
        0.06,
        10,
        closed=True,
    )
    ropes = [
        shapes.sweep([[x * (w - 0.04), 1.15, z * (w - 0.04)], [x * 0.80 * g, 4.62, z * 0.80 * g]], 0.018, 6)
        for x in (1, -1)
        for z in (1, -1)
    ]
    burner = [
        shapes.cylinder(0.12, 0.35, 0.02, 18).move(0, 2.4, 0),
        shapes.torus(0.42, 0.04, 32, 8).move(y=2.4),
        *[
            shapes.sweep([[x * w * 0.9, 1.15, z * w * 0.9], [x * 0.3, 2.4, z * 0.3]], 0.022, 8)
            for x in (1, -1)
            for z in (1, -1)
        ],
    ]
    flame = shapes.revolve(curves.smooth_curve([[0, 0], [0.10, 0.12], [0.07, 0.4], [0, 0.7]], 14), 16).move(
        y=2.75
    )
    band = shapes.torus(1.1 * g, 0.10, 56, 10).move(y=4.6)
    return Asset([
        part("envelope", (join(*gores[0]), first), (join(*gores[1]), second)), part("skirt", (band, second)), part("basket", (basket, finish("wicker")), (rim, finish("leather"))),
        part("ropes", (join(*ropes), finish("straw", name="ropes"))), part("burner", (join(*burner), finish("steel"))), part("flame", (flame, glow("flame", (1.0, 0.65, 0.2)))),
    ])  # fmt: skip


FAMILIES = (
    Family("airplane", ("airplane", "aeroplane", "plane", "airliner", "jet", "fighter jet", "biplane", "passenger plane", "jumbo jet", "propeller plane", "aircraft", "fighter plane", "seaplane", "jet plane", "private jet"), airplane),
    Family("rocket", ("rocket", "space rocket", "rocket ship", "spaceship", "space ship", "spacecraft", "launch vehicle", "missile"), rocket),
    Family("balloon", ("hot air balloon", "air balloon", "montgolfier"), balloon),
)  # fmt: skip
