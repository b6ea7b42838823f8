"""What stands in a street: traffic light, signs, hydrant, mailbox, phone booth, parking meter, cone, barrier."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Points, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.lettering import lettering
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, lamp_hood
from pocket3d_server.models.language.brief import RGB, Brief


def _post(brief: Brief, height: float, radius: float = 0.05) -> Part:
    """A pole on a foot."""
    metal = asked(brief, "post", "aluminium", (0.55, 0.57, 0.60), "post", "pole")
    foot = shapes.revolve(
        curves.rounded(
            np.array([[radius * 2.6, 0], [radius * 2.6, 0.05], [radius * 1.5, 0.14], [0, 0.14]]),
            0.015,
            2,
            closed=False,
        ),
        28,
    )
    return part("post", (join(shapes.cylinder(radius, height, 0.01, 24), foot), metal))  # fmt: skip


def traffic_light(brief: Brief) -> Asset:
    """Three lamps with hoods on a pole; the colour that the prompt names is lit, else green, amber or red by seed."""
    height = 2.7 * brief.grown("height")
    case = asked(
        brief,
        "case",
        "plastic",
        ((0.10, 0.12, 0.11), (0.12, 0.24, 0.16), (0.85, 0.62, 0.08))[int(brief.rng().integers(3))],
        "case",
        "box",
        roughness=0.5,
    )
    count = brief.count("light", brief.count("lamp", 3, 2, 5), 2, 5)
    lights: list[tuple[str, RGB]] = [
        ("red", (0.95, 0.08, 0.05)),
        ("amber", (1.0, 0.62, 0.05)),
        ("green", (0.08, 0.85, 0.25)),
        ("white", (0.95, 0.95, 0.92)),
        ("blue", (0.2, 0.5, 1.0)),
    ]
    lights = lights[:count] if count > 2 else [lights[0], lights[2]]
    named = [
        k
        for k, (name, _) in enumerate(lights)
        if any(c.name == name or (name, c.name) == ("amber", "yellow") for c in brief.colours)
    ]
    lit = named[0] if named else int(brief.rng(1).integers(len(lights)))
    step = 0.33
    tall = step * len(lights) + 0.12
    middle = height - tall / 2
    box = shapes.rounded_box(0.36, tall, 0.24, 0.05, 3).move(0, middle, 0.16)
    plate = shapes.extrude(curves.rectangle(0.62, tall + 0.24, 0.10), 0.02, 0.006).move(0, middle, 0.10)
    rim = shapes.extrude(curves.rectangle(0.67, tall + 0.29, 0.12), 0.012, 0.004).move(0, middle, 0.10)
    parts = [
        _post(brief, height - 0.1, 0.06),
        part("case", (box, case)),
        part(
            "board",
            (plate, finish("plastic", (0.06, 0.06, 0.065), "board")),
            (rim.move(z=-0.01), finish("paint", (0.93, 0.93, 0.9), "edge")),
        ),
    ]
    hood_line = np.concatenate([curves.arc(0.135, 10, 170, 17), curves.arc(0.122, 170, 10, 17)])
    hoods = []
    for k, (name, rgb) in enumerate(lights):
        y = middle + tall / 2 - 0.06 - step * (k + 0.5)
        lens = shapes.sphere(0.5, 24).scale(0.23, 0.23, 0.10).move(0, y, 0.285)
        dull: RGB = (rgb[0] * 0.62, rgb[1] * 0.62, rgb[2] * 0.62)
        look = glow(f"{name}_lit", rgb, 1.0) if k == lit else glow(f"{name}_lamp", dull, 0.12)
        parts.append(part(f"{name}_light", (lens, look)))
        slope = lamp_hood(hood_line)
        hoods.append(slope.move(0, y, 0.35))
    parts.append(part("hoods", (join(*hoods), case)))
    arm = [bar([0, v, 0], [0, v, 0.1], 0.03) for v in (middle - tall * 0.3, middle + tall * 0.3)]
    return Asset([*parts, part("brackets", (join(*arm), finish("aluminium", (0.55, 0.57, 0.60), "bracket")))])  # fmt: skip


SIGNS: dict[str, tuple[str, str, RGB, RGB]] = {
    "stop": ("octagon", "STOP", (0.78, 0.04, 0.05), (0.97, 0.97, 0.97)),
    "yield": ("triangle_down", "", (0.97, 0.97, 0.97), (0.80, 0.05, 0.05)),
    "warning": ("triangle", "!", (0.98, 0.98, 0.96), (0.80, 0.05, 0.05)),
    "parking": ("square", "P", (0.08, 0.25, 0.65), (0.97, 0.97, 0.97)),
    "speed": ("circle", "50", (0.98, 0.98, 0.97), (0.80, 0.05, 0.05)),
    "entry": ("circle", "-", (0.80, 0.05, 0.05), (0.80, 0.05, 0.05)),
    "street": ("plate", "MAIN ST", (0.08, 0.40, 0.22), (0.97, 0.97, 0.97)),
}
"""Of a traffic sign: its shape, its letters, the colours of its face and of its edge."""


def _outline(shape: str, r: float) -> Points:
    if shape == "octagon":
        return curves.polygon(8, r, 22.5)
    if shape.startswith("triangle"):
        return curves.rounded(curves.polygon(3, 1.15 * r, -90 if shape.endswith("down") else 90), 0.05, 4)
    if shape == "circle":
        return curves.circle(r, 48)
    return (
        curves.rectangle(2.6 * r, 0.62 * r, 0.04)
        if shape == "plate"
        else curves.rectangle(1.7 * r, 1.7 * r, 0.06)
    )


def traffic_sign(brief: Brief) -> Asset:
    """A road sign on a post: stop, give way, warning, parking, speed limit, no entry or a street's name."""
    kind = next((k for k in SIGNS if brief.has(k) or (k == "yield" and brief.has("way"))), "stop")
    shape, text, face_rgb, edge_rgb = SIGNS[kind]
    height, r = 2.45 * brief.grown("height"), 0.40
    face = asked(brief, "face", "paint", face_rgb, "face", "sign", main=True, roughness=0.4)
    edge = asked(brief, "edge", "paint", edge_rgb, "edge", "border", "rim", roughness=0.4)
    dark_face = sum(face_rgb) < 2
    ink = asked(
        brief,
        "letters",
        "paint",
        (0.97, 0.97, 0.97) if dark_face else (0.05, 0.05, 0.06),
        "letter",
        roughness=0.4,
    )
    at = height - r
    outer, inner = _outline(shape, r), _outline(shape, r * (0.92 if dark_face else 0.82))
    plate = shapes.extrude(outer, 0.02, 0.004).move(0, at, 0.065)
    front = shapes.extrude(inner, 0.006).move(0, at, 0.078)
    parts = [_post(brief, height - 0.05, 0.035), part("border", (plate, edge)), part("face", (front, face))]
    if text == "-":
        parts.append(part("bar", (shapes.rounded_box(0.52, 0.14, 0.01, 0.004, 1).move(0, at, 0.083), ink)))
    elif text:
        width = {"octagon": 1.38, "plate": 2.2, "square": 0.8, "circle": 1.0}.get(shape, 0.16) * r
        size = {"octagon": 0.62, "plate": 0.36, "square": 1.2, "circle": 0.8}.get(shape, 0.75) * r
        low = at - (0.12 * r if shape == "triangle" else 0)
        parts.append(part("letters", (lettering(text, width, size, 0.008).move(0, low, 0.084), ink)))
    clips = [
        shapes.rounded_box(0.12, 0.03, 0.09, 0.008, 1).move(0, at + d, 0.02)
        for d in ((-0.18, 0.18) if shape != "plate" else (0.0,))
    ]
    return Asset([*parts, part("clips", (join(*clips), finish("steel")))])  # fmt: skip


def hydrant(brief: Brief) -> Asset:
    """A fire hydrant: flanged barrel, domed cap with a nut, three outlets on chains."""
    paint = asked(
        brief,
        "paint",
        "paint",
        ((0.80, 0.08, 0.06), (0.95, 0.72, 0.08), (0.80, 0.08, 0.06))[int(brief.rng().integers(3))],
        "body",
        main=True,
        roughness=0.35,
    )
    trim = (
        asked(brief, "caps", "paint", (0.92, 0.92, 0.90), "cap", "nut", roughness=0.4)
        if brief.rng(1).random() < 0.4
        else asked(brief, "caps", "iron", (0.32, 0.32, 0.34), "cap", "nut")
    )
    n = brief.detail(40)
    barrel = metres(
        "0.19 0, 0.19 0.05, 0.135 0.06, 0.125 0.10, 0.125 0.42, 0.145 0.45, 0.145 0.50, 0.175 0.51, 0.175 0.56, 0.14 0.57"
    )
    dome = curves.smooth_curve([[0.145, 0.57], [0.14, 0.64], [0.105, 0.71], [0.05, 0.745], [0.0, 0.75]], 14)
    body = shapes.revolve(np.concatenate([barrel, dome]), n, crease=35)
    ribs = [
        shapes.rounded_box(0.016, 0.12, 0.02, 0.004, 1).rotate(x=-40).move(0, 0.665, 0.112).rotate(y=45 * k)
        for k in range(8)
    ]
    nut = shapes.prism(5, 0.035, 0.07, 0.006).move(y=0.745)
    bolts = [
        shapes.prism(6, 0.017, 0.03).move(0, y, r).rotate(y=360 * k / 8 + 22)
        for k in range(8)
        for y, r in ((0.045, 0.168), (0.55, 0.157))
    ]
    outlet = join(
        shapes.revolve(np.array([[0.075, 0.0], [0.07, 0.16], [0.085, 0.17], [0.085, 0.20], [0, 0.20]]), 28)
    )
    cap = join(
        shapes.cylinder(0.075, 0.05, 0.012, 28).move(y=0.19),
        shapes.prism(5, 0.026, 0.05, 0.004).move(y=0.235),
    )
    turned = [
        (outlet.rotate(x=90), cap.rotate(x=90)),
        *[(outlet.rotate(z=-90 * s).scale(0.85), cap.rotate(z=-90 * s).scale(0.85)) for s in (1, -1)],
    ]
    pieces, caps = [], []
    for k, (a, b) in enumerate(turned):
        y = 0.33 if k == 0 else 0.38
        pieces.append(a.move(0, y, 0))
        caps.append(b.move(0, y, 0))
    links = [
        shapes.torus(0.014, 0.007, 12, 6)
        .scale(1, 1, 1.3)
        .rotate(x=90, y=90 * (k % 2))
        .move(s * (0.14 + 0.0 * k), 0.32 - 0.026 * k + 0.0, 0.03)
        for s in (1, -1)
        for k in range(4)
    ]
    return Asset(
        [part("body", (join(body, *ribs), paint)), part("outlets", (join(*pieces), paint)), part("caps", (join(*caps), trim)), part("nut", (nut, trim)), part("bolts", (join(*bolts), trim)), part("chains", (join(*links), finish("iron")))]
    )  # fmt: skip


def mailbox(brief: Brief) -> Asset:
    """A mailbox on a post with a flag; a pillar box when it is British."""
    if brief.has("british", "london", "english", "pillar", "royal"):
        return pillar_box(brief)
    rgb: RGB = ((0.14, 0.30, 0.60), (0.75, 0.10, 0.08), (0.80, 0.81, 0.83))[int(brief.rng().integers(3))]
    paint = asked(brief, "box", "paint", rgb, "box", "body", main=True, roughness=0.35)
    wood = asked(brief, "post", "wood", None, "post", "pole")
    line = np.concatenate([[[-0.16, 0.0], [0.16, 0.0]], curves.arc(0.16, 0, 180, 17) + [0, 0.16]])
    y = 1.02 * brief.grown("height")
    box = shapes.extrude(line, 0.50, 0.010).move(0, y, 0.02)
    door = shapes.extrude(line * 1.05 - [0, 0.008], 0.025, 0.008).move(0, y, 0.28)
    pull = join(shapes.rounded_box(0.03, 0.06, 0.03, 0.008, 1).move(0, y + 0.27, 0.305))
    ribs = [
        shapes.sweep(np.column_stack([line[2:] * 1.0, np.full(len(line) - 2, z)]) + [0, y, 0], 0.008, 6)
        for z in (-0.16, 0.18)
    ]
    stick = shapes.rounded_box(0.010, 0.24, 0.03, 0.003, 1).move(0.172, y + 0.22, 0.08)
    cloth = shapes.rounded_box(0.012, 0.08, 0.13, 0.003, 1).move(0.172, y + 0.30, 0.03)
    hub = shapes.cylinder(0.02, 0.02, 0.004, 16).rotate(z=-90).move(0.165, y + 0.11, 0.08)
    post = shapes.rounded_box(0.10, y, 0.10, 0.010, 2).grained().move(0, y / 2, 0)
    shelf = shapes.rounded_box(0.28, 0.03, 0.46, 0.006, 1).grained().move(0, y - 0.01, 0.02)
    brace = shapes.sweep([[0, y - 0.30, 0.03], [0, y - 0.02, 0.20]], 1.0, curves.rectangle(0.06, 0.05))
    red = asked(
        brief,
        "flag",
        "paint",
        (0.85, 0.10, 0.08) if rgb[0] < 0.7 or rgb[1] > 0.5 else (0.95, 0.75, 0.1),
        "flag",
    )
    return Asset([part("box", (box, paint), (join(*ribs), paint)), part("door", (door, paint), (pull, finish("chrome"))), part("flag", (join(stick, cloth, hub), red)), part("post", (join(post, shelf, brace), wood))])  # fmt: skip


def pillar_box(brief: Brief) -> Asset:
    """A round cast iron letter box."""
    red = asked(brief, "paint", "paint", (0.78, 0.06, 0.06), "body", main=True, roughness=0.25)
    n = brief.detail(48)
    rows = [
        [0.29, 0],
        [0.29, 0.14],
        [0.25, 0.18],
        [0.245, 1.22],
        [0.26, 1.25],
        [0.265, 1.30],
        [0.31, 1.34],
        [0.32, 1.40],
        [0.27, 1.43],
        [0.20, 1.49],
        [0, 1.53],
    ]
    body = shapes.revolve(np.array(rows), n, crease=30)
    slot = shapes.rounded_box(0.26, 0.05, 0.06, 0.012, 2).move(0, 1.14, 0.225)
    hood = shapes.rounded_box(0.30, 0.03, 0.09, 0.010, 2).rotate(x=20).move(0, 1.18, 0.235)
    black = finish("iron", (0.05, 0.05, 0.055), "black")
    door = shapes.intersection(
        shapes.tube(0.256, 0.22, 0.62, 0, n), shapes.box(0.34, 2, 1).move(0, 0.5, 0.5)
    ).move(y=0.30)
    plate = shapes.rounded_box(0.13, 0.16, 0.02, 0.006, 1).move(0, 0.98, 0.243)
    base = shapes.revolve(np.array([[0.30, 0], [0.30, 0.12], [0, 0.12]]), n)
    return Asset([part("body", (body, red)), part("base", (base, black)), part("slot", (slot, black), (hood, red)), part("door", (door, red)), part("plate", (plate, finish("paint", (0.95, 0.94, 0.9), "plate")))])  # fmt: skip


def phone_booth(brief: Brief) -> Asset:
    """A telephone box with many small panes, a domed roof and its name over the door."""
    red = asked(brief, "paint", "paint", (0.78, 0.05, 0.06), "frame", main=True, roughness=0.28)
    glass = asked(brief, "panes", "glass", (0.72, 0.82, 0.85), "window", "glass", alpha=0.35)
    w, h = 0.90, 2.15 * brief.grown("height")
    plinth = shapes.rounded_box(w + 0.06, 0.18, w + 0.06, 0.02, 2).move(y=0.09)
    posts = [
        shapes.rounded_box(0.10, h, 0.10, 0.02, 2).move(x * (w / 2 - 0.05), h / 2 + 0.1, z * (w / 2 - 0.05))
        for x in (1, -1)
        for z in (1, -1)
    ]
    bars = []
    for turn in (0, 90, 180, 270):
        for y in np.linspace(0.55, h - 0.05, 9):
            bars.append(shapes.box(w - 0.15, 0.022, 0.03).move(0, y, w / 2 - 0.06).rotate(y=turn))
        for x in (-0.26, 0.26):
            bars.append(shapes.box(0.022, h - 0.6, 0.03).move(x, h / 2 + 0.25, w / 2 - 0.06).rotate(y=turn))
        bars.append(
            shapes.rounded_box(w - 0.15, 0.38, 0.04, 0.01, 1).move(0, 0.36, w / 2 - 0.06).rotate(y=turn)
        )
    head = shapes.rounded_box(w + 0.02, 0.34, w + 0.02, 0.03, 2).move(y=h + 0.22)
    cornice = shapes.rounded_box(w + 0.10, 0.06, w + 0.10, 0.02, 2).move(y=h + 0.40)
    dome = shapes.intersection(
        shapes.sphere(0.95, 56).move(y=h - 0.24), shapes.box(w - 0.02, 1, w - 0.02).move(y=h + 0.89)
    )
    box = shapes.box(w - 0.16, h - 0.1, w - 0.16).move(y=h / 2 + 0.12)
    signs = [
        shapes.rounded_box(0.66, 0.16, 0.02, 0.006, 1).move(0, h + 0.22, w / 2 + 0.01).rotate(y=a)
        for a in (0, 90, 180, 270)
    ]
    words = [
        lettering("TELEPHONE", 0.58, 0.075, 0.01).move(0, h + 0.22, w / 2 + 0.022).rotate(y=a)
        for a in (0, 90, 180, 270)
    ]
    phone = shapes.rounded_box(0.24, 0.4, 0.14, 0.03, 2).move(0, 1.35, -w / 2 + 0.2)
    ear = shapes.capsule(0.03, 0.22, 12).move(-0.08, 1.36, -w / 2 + 0.29)
    handle = shapes.rounded_box(0.03, 0.14, 0.04, 0.01, 1).move(w / 2 - 0.14, 1.1, w / 2 - 0.03)
    return Asset(
        [part("frame", (join(plinth, *posts, *bars, head, cornice, dome), red)), part("panes", (box, glass)), part("signs", (join(*signs), finish("paint", (0.96, 0.95, 0.90), "sign")), (join(*words), finish("paint", (0.05, 0.05, 0.05), "letters"))), part("telephone", (join(phone, ear), finish("plastic", (0.06, 0.06, 0.07), "telephone"))), part("handle", (handle, finish("brass")))]
    )  # fmt: skip


def cone(brief: Brief) -> Asset:
    """A traffic cone with bright bands."""
    orange = asked(brief, "cone", "plastic", (0.95, 0.32, 0.04), "cone", "body", main=True, roughness=0.5)
    white = asked(brief, "bands", "plastic", (0.96, 0.96, 0.95), "band", "stripe", roughness=0.35)
    height, n, bands = (
        0.72 * brief.grown("height"),
        brief.detail(48),
        brief.count("stripe", brief.count("band", 2, 1, 4), 1, 4),
    )
    radius = lambda y: 0.145 - 0.115 * y / height  # noqa: E731
    edges = np.linspace(0.28, 0.88, 2 * bands)
    outline = [
        [radius(0.03), 0.03],
        [radius(height), height],
        [radius(height) - 0.012, height],
        [radius(0.03) - 0.012, 0.03],
    ]
    skin = shapes.revolve(np.array(outline), n, closed=True, crease=30)
    rings = []
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        y0, y1 = a * height, b * height
        rings.append(
            shapes.revolve(
                np.array(
                    [
                        [radius(y0) + 0.003, y0],
                        [radius(y1) + 0.003, y1],
                        [radius(y1) - 0.004, y1],
                        [radius(y0) - 0.004, y0],
                    ]
                ),
                n,
                closed=True,
                crease=30,
            )
        )
    foot = shapes.rounded_box(0.40, 0.035, 0.40, 0.012, 2).move(y=0.0175)
    collar = shapes.revolve(
        np.array([[0.165, 0.03], [0.15, 0.06], [0.10, 0.06], [0.10, 0.03]]), n, closed=True
    )
    return Asset([part("cone", (join(skin, foot, collar), orange)), part("bands", (join(*rings), white))])


FAMILIES = (
    Family("traffic_light", ("traffic light", "traffic lights", "stop light", "stoplight", "traffic signal"), grounded(traffic_light, centre=True)),
    Family("traffic_sign", ("stop sign", "traffic sign", "road sign", "street sign", "yield sign", "warning sign", "parking sign", "speed limit sign", "no entry sign"), traffic_sign),
    Family("fire_hydrant", ("fire hydrant", "hydrant", "fire plug"), hydrant),
    Family("mailbox", ("mailbox", "letterbox", "mail box", "letter box", "post box", "postbox", "pillar box"), mailbox),
    Family("phone_booth", ("phone booth", "telephone box", "telephone booth", "phone box", "red telephone box"), phone_booth),
    Family("traffic_cone", ("traffic cone", "cone", "road cone", "pylon", "safety cone"), cone),
)  # fmt: skip
