"""Things that hold something: mug, glass, vase, bottle, teapot, bowl, plate, barrel, bucket, crate, chest, basket."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.curves import Rows
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow
from pocket3d_server.models.builtin_text.joinery import board
from pocket3d_server.models.language.brief import RGB, Brief

GLAZES: tuple[RGB, ...] = (
    (0.20, 0.42, 0.52),
    (0.75, 0.36, 0.24),
    (0.90, 0.86, 0.78),
    (0.30, 0.45, 0.34),
    (0.18, 0.24, 0.42),
)


def glaze(brief: Brief, name: str, *nouns: str, kind: str = "ceramic") -> Finish:
    """A pot's material: what the prompt says, else glazed ceramic in one of a few colours."""
    return asked(brief, name, kind, GLAZES[int(brief.rng(5).integers(len(GLAZES)))], *nouns, main=True)


def hollow(outer: Points, wall: float, floor: float, detail: int) -> Solid:
    """A vessel from its outer profile (from the foot's edge up to the rim), with a wall and a rounded rim."""
    inner = curves.resample(np.column_stack([np.maximum(outer[:, 0] - wall, 0.001), outer[:, 1]]), 40)[::-1]
    inner = inner[inner[:, 1] > outer[0, 1] + floor]
    rim = [[(outer[-1, 0] + inner[0, 0]) / 2, outer[-1, 1] + wall * 0.45]]
    bottom = [[inner[-1, 0] * 0.85, outer[0, 1] + floor], [0.0, outer[0, 1] + floor]]
    return shapes.revolve(np.concatenate([outer, rim, inner, bottom]), detail, crease=50)


def handle(points: Rows, thick: float, flat: float = 1.5) -> Solid:
    """A loop of strap from spatial points."""
    path = curves.smooth_curve(points, 28)
    swell = 1 + 0.25 * np.abs(np.linspace(-1, 1, 28)) ** 2
    return shapes.sweep(path, thick * swell, curves.ellipse(1.0, flat, 16, 2.6))


def mug(brief: Brief) -> Asset:
    """A mug or a cup with a handle; a tankard of staves when of wood; a plain glass when a glass."""
    if brief.has("glass") and not brief.has("mug", "cup"):
        return glass(brief)
    stuff = glaze(brief, "mug", "mug", "cup")
    r, h = 0.042 * brief.grown("width", "girth"), 0.095 * brief.grown("height")
    cup = brief.has("cup", "teacup", "tea", "espresso")
    if cup:
        r, h = r * 1.1, h * 0.66
        rows = [[0.45 * r, 0], [0.47 * r, 0.004], [0.62 * r, 0.012], [0.90 * r, h * 0.5], [1.0 * r, h]]
    else:
        bulge = float(brief.rng().uniform(0.0, 0.10))
        rows = [
            [0.86 * r, 0],
            [0.95 * r, 0.003],
            [r, 0.012],
            [(1 + bulge) * r, h * 0.5],
            [r, h * 0.97],
            [r, h],
        ]
    outer = curves.smooth_curve(rows, 26)
    detail = brief.detail(64)
    body = hollow(outer, 0.0042, 0.007, detail)
    at = r * (0.95 if cup else 1.0) - 0.003
    loop = [
        [at * (0.92 if cup else 1.0), h * 0.80, 0],
        [at + 0.026, h * 0.80, 0],
        [at + 0.034, h * 0.5, 0],
        [at + 0.022, h * 0.26, 0],
        [at * (0.80 if cup else 1.0), h * 0.22, 0],
    ]
    parts = [
        part("body", (body, stuff)),
        part(
            "handle",
            (
                handle(loop, 0.0048),
                asked(brief, "handle", "ceramic", None, "handle")
                if any(c.noun == "handle" for c in brief.colours)
                else stuff,
            ),
        ),
    ]
    drink = {
        "coffee": (0.20, 0.11, 0.06),
        "tea": (0.55, 0.26, 0.08),
        "milk": (0.96, 0.95, 0.92),
        "chocolate": (0.26, 0.13, 0.08),
        "beer": (0.85, 0.58, 0.12),
    }
    word = next(
        (w for w in drink if brief.has(w) and not (w == "tea" and cup and "of" not in brief.prompt)), None
    )
    if word or not cup:
        level = h * 0.84
        inner = float(np.interp(level, outer[:, 1], outer[:, 0])) - 0.0045
        surface = shapes.revolve(
            np.array([[inner * 0.96, level - 0.012], [inner + 0.0006, level], [0, level + 0.0002]]), detail
        )
        parts.append(part("drink", (surface, finish("glass", drink[word or "coffee"], "drink", alpha=1.0))))
    if brief.has("saucer") or cup:
        plate = hollow(
            curves.smooth_curve([[0.030, 0], [0.034, 0.002], [0.05, 0.006], [0.078, 0.016]], 20),
            0.003,
            0.004,
            detail,
        )
        parts = _lifted(parts, 0.0055)
        parts.append(part("saucer", (plate, stuff)))
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
        liquid_line = inner[inner[:, 1] < level][::-1] - [0.0005, 0]
        drink = shapes.revolve(
            np.concatenate([[[0, 0.0915 * k]], liquid_line, [[0, liquid_line[-1, 1]]]]),
            brief.detail(56),
            crease=50,
        )
        wine = asked(brief, "wine", "glass", (0.40, 0.03, 0.08), "wine", alpha=0.92)
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


def vase(brief: Brief) -> Asset:
    """A vase or an amphora whose outline follows the seed."""
    rng = brief.rng()
    stuff = glaze(
        brief, "vase", "vase", "pot", kind="clay" if brief.has("amphora", "greek", "ancient") else "ceramic"
    )
    h, w = 0.32 * brief.grown("height"), 0.085 * brief.grown("width", "girth")
    amphora = brief.has("amphora", "urn", "jug", "pitcher")
    shoulder = 0.66 if amphora else float(rng.uniform(0.30, 0.66))
    neck = float(rng.uniform(0.30, 0.45))
    rows = np.array(
        [
            [0.50, 0],
            [0.54, 0.01],
            [0.62, 0.06],
            [1.0, shoulder],
            [0.86, shoulder + 0.10],
            [neck, 0.86],
            [neck * 1.02, 0.93],
            [neck * 1.55, 1.0],
        ]
    ) * [w, h]
    outer = curves.smooth_curve(rows, 60)
    body = hollow(outer, 0.005, 0.01, brief.detail(72))
    if not amphora and rng.random() < 0.35:  # fluted
        ribs = 14

        def flute(v: Points) -> Points:
            a, t = np.arctan2(v[:, 0], v[:, 2]), v[:, 1] / h
            v[:, [0, 2]] *= (1 + 0.035 * np.cos(ribs * a) * np.sin(np.pi * np.clip(t, 0, 1)) ** 0.7)[:, None]
            return v

        body = body.deform(flute)
    parts = [part("vase", (body, stuff))]
    bands = [
        shapes.torus(float(np.interp(y * h, outer[:, 1], outer[:, 0])) + 0.0005, 0.005, 56, 10).move(y=y * h)
        for y in (0.10, 0.84)
    ]
    accent = asked(
        brief,
        "band",
        "gold" if brief.style == "luxury" else "ceramic",
        None if brief.style == "luxury" else (0.93, 0.88, 0.76),
        "band",
        "stripe",
        "rim",
        "ornament",
    )
    parts.append(part("bands", (join(*bands), accent)))
    if amphora:
        side = handle(
            [
                [neck * w, h * 0.93, 0],
                [w * 0.95, h * 0.95, 0],
                [w * 1.15, h * 0.84, 0],
                [w * 0.97, h * (shoulder + 0.06), 0],
            ],
            0.007,
        )
        loops = [side] if brief.has("jug", "pitcher") else [side, side.mirror("x")]
        parts.append(part("handles", (join(*loops), stuff)))
    if brief.has("flower", "rose", "tulip", "bouquet"):
        parts += _bouquet(brief, h, neck * w, rng)
    return Asset(parts)


def _bouquet(brief: Brief, h: float, mouth: float, rng: np.random.Generator) -> list[Part]:
    stems, heads, hearts, leaves = [], [], [], []
    for k in range(brief.count("flower", 7, 1, 20)):
        a, lean = 2.4 * k, float(rng.uniform(0.3, 1.0))
        tip = np.array([0.14 * lean * np.sin(a), h + 0.26 - 0.09 * lean, 0.14 * lean * np.cos(a)])
        path = curves.smooth_curve(
            [[0, h * 0.25, 0], [0.5 * mouth * np.sin(a), h, 0.5 * mouth * np.cos(a)], tip], 12
        )
        stems.append(shapes.sweep(path, 0.0028, 8))
        petal = shapes.superellipsoid(0.032, 0.008, 0.050, 2, 2, 12).rotate(x=-24).move(0, 0.006, 0.026)
        turn = {"x": 34 * lean * np.cos(a), "z": -34 * lean * np.sin(a)}
        heads += [petal.rotate(y=60 * j).rotate(**turn).move(*tip) for j in range(6)]
        hearts.append(shapes.sphere(0.013, 14).scale(1, 0.7, 1).rotate(**turn).move(*(tip + [0, 0.006, 0])))
        leaf = (
            shapes.superellipsoid(0.024, 0.003, 0.09, 2, 2, 12)
            .rotate(x=-50)
            .move(0, 0.02, 0.035)
            .rotate(y=float(rng.uniform(0, 360)))
        )
        leaves.append(leaf.move(*path[8]))
    colour = asked(
        brief,
        "petals",
        "fabric",
        ((0.88, 0.30, 0.40), (0.95, 0.80, 0.25), (0.62, 0.42, 0.80))[int(rng.integers(3))],
        "flower",
        "rose",
        "tulip",
    )
    green = finish("plastic", (0.22, 0.44, 0.18), "stems", roughness=0.7)
    return [
        part("stems", (join(*stems, *leaves), green)),
        part("petals", (join(*heads), colour)),
        part("hearts", (join(*hearts), finish("fabric", (0.93, 0.72, 0.16), "hearts"))),
    ]


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
    rows = np.array(
        [
            [0.030, 0],
            [0.036, 0.004],
            [0.0375, 0.012],
            [0.0375, 0.175],
            [0.034, 0.200],
            [0.0165, 0.240],
            [0.0145, 0.255],
            [0.0145, 0.292],
        ]
    ) * [g, k]
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


def teapot(brief: Brief) -> Asset:
    """A round-bellied pot with spout, handle and lid."""
    stuff = glaze(
        brief, "teapot", "teapot", "pot", "kettle", kind="copper" if brief.has("kettle") else "ceramic"
    )
    g, k = brief.grown("width", "girth"), brief.grown("height")
    rows = np.array(
        [[0.050, 0], [0.054, 0.005], [0.088, 0.05], [0.090, 0.075], [0.064, 0.118], [0.046, 0.127]]
    ) * [g, k]
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
    strap = handle(
        np.array(
            [
                [0, 0.112, -0.060],
                [0, 0.128, -0.105],
                [0, 0.090, -0.142],
                [0, 0.045, -0.110],
                [0, 0.040, -0.075],
            ]
        )
        * [1, k, g],
        0.0068,
    )
    return Asset([
        part("body", (body, stuff)), part("lid", (lid, stuff)), part("spout", (spout, stuff), (mouth, finish("plastic", (0.03, 0.03, 0.03), "hole"))),
        part("handle", (strap, stuff)),
    ])  # fmt: skip


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
    if brief.has("fruit", "apple", "orange"):
        rng, fruit = (
            brief.rng(),
            {"apple": (0.75, 0.12, 0.10), "orange": (0.95, 0.55, 0.10), "lime": (0.45, 0.68, 0.15)},
        )
        for k, (name, rgb) in enumerate(fruit.items()):
            balls = []
            for j in range(2):
                a = 2.1 * (2 * k + j)
                ball = shapes.revolve(
                    curves.smooth_curve(
                        [
                            [0, -0.030],
                            [0.022, -0.034],
                            [0.040, -0.005],
                            [0.032, 0.028],
                            [0.012, 0.034],
                            [0, 0.027],
                        ],
                        24,
                    ),
                    28,
                )
                balls.append(
                    ball.rotate(x=float(rng.uniform(-30, 30))).move(
                        0.052 * np.sin(a), 0.055 + 0.012 * j, 0.052 * np.cos(a)
                    )
                )
            parts.append(part(f"{name}s", (join(*balls), finish("plastic", rgb, name))))
    return Asset(parts)


def barrel(brief: Brief) -> Asset:
    """A barrel of bulging staves with iron hoops."""
    wood, iron = (
        asked(brief, "staves", "wood", (0.48, 0.31, 0.17), "stave", main=True),
        asked(brief, "hoops", "iron", None, "hoop", "band", "ring"),
    )
    h, r = 0.95 * brief.grown("height"), 0.31 * brief.grown("width", "girth")
    bulge = lambda y: r * (1 + 0.20 * np.sin(np.pi * np.clip(y / h, 0, 1)))  # noqa: E731
    count = brief.count("stave", 20, 8, 40)
    staves = []
    for k in range(count):
        y = np.linspace(0, h, 12)
        half = np.pi / count * 0.975
        t = np.linspace(-half, half, 4)
        rings = []
        for yy in y:
            out = bulge(yy) + np.array([-0.004, 0.0, 0.0, -0.004])
            ring = np.concatenate(
                [
                    np.column_stack([out * np.sin(t), np.full(4, yy), out * np.cos(t)]),
                    np.column_stack(
                        [
                            (bulge(yy) - 0.028) * np.sin(t[::-1]),
                            np.full(4, yy),
                            (bulge(yy) - 0.028) * np.cos(t[::-1]),
                        ]
                    ),
                ]
            )
            rings.append(ring)
        staves.append(shapes.loft(np.stack(rings), crease=30).rotate(y=360 * k / count))
    heads = [shapes.cylinder(bulge(y) - 0.018, 0.022, 0.003, 40).move(y=y) for y in (0.035, h - 0.057)]
    planks = [board(0.07, 0.012, 2 * (r * 1.0) - 0.09, 0.003).move(x, h - 0.036, 0) for x in (-0.01,)]
    hoops = []
    for level in (0.05, 0.24, 0.76, 0.95):
        a, b = level * h - 0.022, level * h + 0.022
        band = [[bulge(a) - 0.003, a], [bulge(a) + 0.006, a], [bulge(b) + 0.006, b], [bulge(b) - 0.003, b]]
        hoops.append(shapes.revolve(np.array(band), 60, crease=40, closed=True))
    parts = [
        part("staves", (join(*staves), wood)),
        part("heads", (join(*heads, *planks), wood)),
        part("hoops", (join(*hoops), iron)),
    ]
    tap = shapes.cylinder(0.024, 0.05, 0.006, 20).rotate(x=90).move(0, h * 0.5, bulge(h / 2) - 0.01)
    return Asset([*parts, part("bung", (tap, finish("cork")))])


def bucket(brief: Brief) -> Asset:
    """A pail with a bail handle."""
    stuff = asked(
        brief,
        "bucket",
        "wood" if brief.style in ("medieval", "rustic") else "steel",
        None,
        "bucket",
        main=True,
    )
    h = 0.30 * brief.grown("height")
    outer = np.array([[0.105, 0], [0.110, 0.004], [0.150, h - 0.01], [0.158, h - 0.008], [0.158, h]])
    rings = [shapes.torus(0.105 + 0.046 * y, 0.010, 48, 8).move(y=y * h) for y in (0.12, 0.62)]
    arc = np.column_stack(
        [
            0.162 * np.cos(np.linspace(0, np.pi, 24)),
            h - 0.02 + 0.16 * np.sin(np.linspace(0, np.pi, 24)),
            np.zeros(24),
        ]
    )
    ears = [
        shapes.cylinder(0.016, 0.012, 0.003, 16).rotate(z=-90 * s).move(s * 0.153, h - 0.025, 0)
        for s in (1, -1)
    ]
    grip = shapes.cylinder(0.013, 0.11, 0.004, 18).rotate(z=90).move(0.055, h + 0.14, 0)
    return Asset(
        [
            part("bucket", (hollow(outer, 0.003, 0.004, 56), stuff)),
            part("rings", (join(*rings, *ears), finish("iron"))),
            part("bail", (shapes.sweep(arc, 0.004, 10), finish("iron", name="bail"))),
            part("grip", (grip, finish("wood", name="grip"))),
        ]
    )


def crate(brief: Brief) -> Asset:
    """A packing crate of planks, edged and braced."""
    wood = asked(brief, "planks", "wood", (0.60, 0.44, 0.26), "plank", "board", main=True)
    metal = brief.materials[:1] in (("metal",), ("steel",), ("iron",))
    s = np.array([0.8 * brief.grown("length", "width"), 0.8 * brief.grown("height"), 0.8])
    core = shapes.box(*(s - 0.07)).move(y=s[1] / 2)
    planks, frame = [], []
    n = 5
    for k in range(n):
        y = 0.035 + (s[1] - 0.07) * (k + 0.5) / n
        high = (s[1] - 0.07) / n - 0.008
        planks += [board(s[0] - 0.02, high, 0.026, 0.006).move(0, y, q * (s[2] / 2 - 0.028)) for q in (1, -1)]
        planks += [board(0.026, high, s[2] - 0.02, 0.006).move(q * (s[0] / 2 - 0.028), y, 0) for q in (1, -1)]
        x = -s[0] / 2 + 0.02 + (s[0] - 0.04) * (k + 0.5) / n
        planks += [
            board((s[0] - 0.04) / n - 0.008, 0.026, s[2] - 0.04, 0.006).move(x, q, 0)
            for q in (0.028, s[1] - 0.028)
        ]
    w = 0.095
    for q in (1, -1):
        z = q * (s[2] / 2 - 0.012)
        frame += [board(s[0], w, 0.034).move(0, y, z) for y in (w / 2, s[1] - w / 2)]
        frame += [board(w, s[1] - 2 * w, 0.034).move(p * (s[0] / 2 - w / 2), s[1] / 2, z) for p in (1, -1)]
        slant = float(np.degrees(np.arctan2(s[1] - 2 * w, s[0] - 2 * w)))
        brace = shapes.intersection(
            board(1.4 * float(np.hypot(*(s[:2] - 2 * w))), w * 0.9, 0.026).rotate(z=slant),
            shapes.box(s[0] - 2 * w + 0.01, s[1] - 2 * w + 0.01, 1),
        )
        frame.append(brace.move(0, s[1] / 2, z - q * 0.004))
        x = q * (s[0] / 2 - 0.012)
        frame += [board(0.034, w, s[2] - 0.05).move(x, y, 0) for y in (w / 2, s[1] - w / 2)]
        frame += [
            board(0.034, s[1] - 2 * w, w).move(x, s[1] / 2, p * (s[2] / 2 - w / 2 - 0.02)) for p in (1, -1)
        ]
    nails = [
        shapes.sphere(0.010, 10).scale(1, 1, 0.5).move(x * (s[0] / 2 - w / 2), y, q * (s[2] / 2 + 0.006))
        for x in (1, -1)
        for y in (w / 2, s[1] - w / 2)
        for q in (1, -1)
    ]
    edge = wood if metal else asked(brief, "frame", "wood", (0.50, 0.35, 0.20), "frame", "edge")
    if brief.colours and not any(c.noun for c in brief.colours):
        edge = wood
    return Asset(
        [
            part("core", (core, finish("wood", (0.22, 0.15, 0.09), "inside"))),
            part("planks", (join(*planks), wood)),
            part("frame", (join(*frame), edge)),
            part("nails", (join(*nails), finish("iron"))),
        ]
    )


def chest(brief: Brief) -> Asset:
    """A treasure chest with a rounded lid; open and full of gold when the prompt hints at treasure."""
    wood, iron = (
        asked(brief, "wood", "wood", (0.42, 0.25, 0.13), "wood", main=True),
        asked(
            brief, "fittings", "brass" if brief.style == "luxury" else "iron", None, "band", "fitting", "lock"
        ),
    )
    full = brief.has("treasure", "gold", "coin", "open", "full", "pirate")
    x, y, z = 0.9 * brief.grown("width", "length"), 0.42 * brief.grown("height"), 0.55
    t = 0.035
    walls = (
        [board(x, y, t).move(0, y / 2, q * (z / 2 - t / 2)) for q in (1, -1)]
        + [board(t, y, z - 2 * t).move(q * (x / 2 - t / 2), y / 2, 0) for q in (1, -1)]
        + [board(x, t, z).move(0, t / 2, 0)]
    )
    grooves = [
        board(x + 0.004, 0.10, 0.012, 0.004).move(0, 0.07 + 0.125 * k, q * (z / 2 + 0.002))
        for k in range(3)
        for q in (1, -1)
    ]
    arc = curves.arc(1.0, 0, 180, 25) * [z / 2, z * 0.40]
    hollow_lid = np.concatenate([arc, (arc * [(z / 2 - t) / (z / 2), 0.86])[::-1]])
    lid = [shapes.extrude(hollow_lid, x).rotate(y=90)] + [
        shapes.extrude(np.concatenate([arc, [[-z / 2, 0.0], [z / 2, 0.0]]])[:-2] * 0.99, t)
        .rotate(y=90)
        .move(q * (x / 2 - t / 2), 0, 0)
        for q in (1, -1)
    ]
    straps = []
    for sx in (-0.36, 0.0, 0.36):
        wide = arc * 1.03
        strap = (
            shapes.extrude(np.concatenate([wide, (arc * 0.99)[::-1]]), 0.06, 0.004)
            .rotate(y=90)
            .move(sx * x, 0, 0)
        )
        straps.append(strap)
    lower = [
        board(0.06, y + 0.01, 0.016, 0.004).move(sx * x, y / 2, q * (z / 2 + 0.006))
        for sx in (-0.36, 0.36)
        for q in (1, -1)
    ]
    corners = [
        board(0.07, y * 0.98, 0.07, 0.01).move(sx * (x / 2 - 0.025), y / 2, sz * (z / 2 - 0.025))
        for sx in (1, -1)
        for sz in (1, -1)
    ]
    studs = [
        shapes.sphere(0.014, 12).move(sx * x, v * y, z / 2 + 0.012)
        for sx in (-0.36, 0.36)
        for v in (0.15, 0.5, 0.85)
    ]
    lock = join(
        shapes.rounded_box(0.12, 0.14, 0.03, 0.012, 2).move(0, y - 0.05, z / 2 + 0.016),
        shapes.cylinder(0.014, 0.02, segments=14).rotate(x=90).move(0, y - 0.04, z / 2 + 0.022),
    )
    ring = [
        shapes.torus(0.055, 0.014, 24, 8).rotate(z=90).move(q * (x / 2 + 0.012), y * 0.6, 0) for q in (1, -1)
    ]
    swing = {"x": -62.0 if full else 0.0}

    def hinge(s: Solid) -> Solid:
        return s.move(z=z / 2).rotate(**swing).move(y=y, z=-z / 2)

    parts = [
        part("box", (join(*walls, *grooves), wood)), part("lid", (join(*[hinge(s) for s in lid]), wood)),
        part("lid_straps", (join(*[hinge(s) for s in straps]), iron)), part("fittings", (join(*lower, *corners, *studs, lock, *ring), iron)),
    ]  # fmt: skip
    if full:
        rng = brief.rng()
        coin = shapes.cylinder(0.028, 0.007, 0.0015, 16)
        mound = shapes.superellipsoid(x - 2 * t - 0.01, 0.30, z - 2 * t - 0.01, 6, 2, 36).move(y=y - 0.14)
        coins = []
        for _ in range(110):
            u, w = rng.uniform(-1, 1, 2)
            top = y - 0.14 + 0.15 * np.sqrt(max(1 - max(abs(u), abs(w)) ** 2, 0.0))
            coins.append(
                coin.rotate(*rng.uniform(-35, 35, 3)).move(u * (x / 2 - 0.08), top, w * (z / 2 - 0.08))
            )
        gems = [
            shapes.hull(
                np.concatenate(
                    [
                        curves.in_plane(curves.circle(0.03, 6), 0.0),
                        curves.in_plane(curves.circle(0.016, 6), 0.016),
                        [[0, -0.03, 0]],
                    ]
                ),
                5,
            )
            .rotate(*rng.uniform(-40, 40, 3))
            .move(float(rng.uniform(-0.28, 0.28)), y + 0.03, float(rng.uniform(-0.14, 0.14)))
            for _ in range(7)
        ]
        parts += [
            part("gold", (join(mound, *coins), finish("gold"))),
            part("gems", (join(*gems), finish("glass", (0.75, 0.04, 0.15), "ruby", alpha=1.0))),
        ]
    return Asset(parts)


FAMILIES = (
    Family("mug", ("mug", "cup", "coffee mug", "coffee cup", "tea cup", "teacup", "beer mug", "tankard", "espresso cup"), mug),
    Family("glass", ("wine glass", "glass", "drinking glass", "goblet", "chalice", "tumbler", "champagne glass", "holy grail"), glass),
    Family("vase", ("vase", "amphora", "urn", "jug", "pitcher", "flower vase", "jar", "clay pot"), vase),
    Family("bottle", ("bottle", "wine bottle", "potion", "potion bottle", "flask", "magic potion", "beer bottle", "water bottle", "elixir"), bottle),
    Family("teapot", ("teapot", "tea pot", "kettle", "tea kettle", "coffee pot"), teapot),
    Family("bowl", ("bowl", "plate", "dish", "fruit bowl", "soup bowl", "dinner plate"), bowl),
    Family("barrel", ("barrel", "keg", "cask", "wine barrel", "wooden barrel"), barrel),
    Family("bucket", ("bucket", "pail"), bucket),
    Family("crate", ("crate", "wooden crate", "box", "wooden box", "packing crate", "cargo box"), crate),
    Family("chest", ("chest", "treasure chest", "treasure box", "pirate chest", "trunk", "coffer"), chest),
)  # fmt: skip
