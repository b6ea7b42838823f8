"""What fairy-tale figures wear or grow: feathered and gauzy wings, a halo, a mermaid's tail and shells, a clown's nose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Material
from pocket3d_server.geometry.implicit import Blend, Chain, curve, polygonise
from pocket3d_server.geometry.shapes import sphere, torus
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.finishes import shade
from pocket3d_server.models.builtin_text.organic.cloth import vertex_normals
from pocket3d_server.models.builtin_text.organic.hair import head_of
from pocket3d_server.models.builtin_text.organic.leaf import sheet
from pocket3d_server.models.builtin_text.organic.paint import plain_part
from pocket3d_server.models.builtin_text.organic.wardrobe import Figure, cloth
from pocket3d_server.models.builtin_text.organic.wings import feathered
from pocket3d_server.models.language.brief import RGB

Array = NDArray[np.float64]


def _root(f: Figure) -> Array:
    """Between the left shoulder blade and the spine, on the surface of the back."""
    u, y = f.unit, f.y("spine01", 0.06)
    near = f.vertices[
        (np.abs(f.vertices[:, 1] - y) < 0.03 * u) & (np.abs(f.vertices[:, 0] - 0.07 * u) < 0.03 * u)
    ]
    return np.array([0.06 * u, y, float(near[:, 2].min()) - 0.01 * u])


def feather_wings(f: Figure, colour: RGB) -> None:
    """Three rows of feathers along a raised arm on either side."""
    u, root = f.unit, _root(f)
    reach = u * np.array([[0, 0, 0], [0.22, 0.26, -0.14], [0.50, 0.30, -0.20], [0.74, 0.02, -0.22]])
    tone = [cloth(f"feather_{k + 1}", shade(colour, t), 0.8) for k, t in enumerate((0.92, 0.97, 1.0))]

    def aim(t: float) -> Array:
        lean = np.radians(-100 + 62 * t)  # from hanging down to spread out
        return (0.72 + 0.5 * np.sin(np.pi * (0.15 + 0.6 * t))) * np.array([np.cos(lean), np.sin(lean), -0.12])

    rows = [
        (13, 0.62 * u, 0.050 * u, tone[0]),
        (12, 0.38 * u, 0.045 * u, tone[1]),
        (12, 0.20 * u, 0.042 * u, tone[2]),
    ]
    arm = curve(list(root + reach), 40)
    f.parts += feathered(arm, rows, aim, (0.15, 0.05, 1), np.array([0, 0, 0.012 * u]), 0.042 * u, 0.05 * u)


def fairy_wings(f: Figure, colour: RGB) -> None:
    """Four clear wings like a butterfly's."""
    u, root = f.unit, _root(f)
    gauze = Material.from_srgb("gauze", colour, roughness=0.1, emissive=(0.05, 0.07, 0.08))
    gauze.base_color, gauze.alpha_mode = (*gauze.base_color[:3], 0.55), "BLEND"
    s = np.linspace(0, 1, 16)
    pieces = []
    for tip, wide in (((0.62, 0.46, -0.22), 0.19), ((0.44, -0.34, -0.18), 0.14)):
        line = (
            root + u * np.asarray(tip) * s[:, None] + np.array([0, 0, -0.05 * u]) * np.sin(np.pi * s)[:, None]
        )
        width = wide * u * np.clip(np.sin(np.pi * s**1.25) ** 0.8, 0.02, 1)
        pieces.append((sheet(line, (0.1, 0, 1), width, thickness=0.006 * u, columns=7), gauze))
    f.parts.append(part("wing_left", *pieces))
    f.parts.append(part("wing_right", *((p.mirror(), m) for p, m in pieces)))


def halo(f: Figure, colour: RGB) -> None:
    """A glowing ring over the head."""
    h = head_of(f)
    gold = Material.from_srgb("halo", colour, roughness=0.3, emissive=(0.7, 0.52, 0.14))
    f.parts.append(
        part(
            "halo",
            (torus(1.15 * h.width, 0.16 * h.width, 48, 10).move(0, h.crown + 0.75 * h.width, h.middle), gold),
        )
    )


def leaf_skirt(f: Figure, colour: RGB) -> None:
    """A skirt of overlapping petals."""
    u, y = f.unit, f.y("spine05", 0.05)
    hips = f.vertices[(np.abs(f.vertices[:, 1] - y) < 0.03 * u) & (f.arm < 0.3)]
    wide, deep, middle = float(hips[:, 0].max()), float(np.ptp(hips[:, 2])) / 2, float(hips[:, 2].mean())
    tone = [cloth("petal", colour, 0.7), cloth("petal_light", shade(colour, 1.2), 0.7)]
    s, pieces = np.linspace(0, 1, 9), []
    for row, (count, long) in enumerate(((14, 0.30), (13, 0.22))):
        for k in range(count):
            a = 2 * np.pi * (k + 0.5 * row) / count
            out = np.array([np.sin(a), 0, np.cos(a)])
            start = np.array(
                [(wide + 0.012 * u) * np.sin(a), y + 0.01 * u * row, middle + (deep + 0.016 * u) * np.cos(a)]
            )
            line = (
                start
                + out * (0.15 * u * np.sqrt(s) * (1 + 0.25 * row))[:, None]
                - np.array([0, long * u, 0]) * s[:, None]
            )
            pieces.append(
                (
                    sheet(
                        line,
                        out + (0, 0.3, 0),
                        0.065 * u * np.clip(np.sin(np.pi * (0.25 + 0.72 * s)), 0.03, 1),
                        cup=-0.2,
                        thickness=0.005 * u,
                        columns=5,
                    ),
                    tone[row],
                )
            )
    f.parts.append(part("skirt", *pieces))
    f.skirt("underskirt", y + 0.02 * u, y - 0.20 * u, tone[0], 0.05, 0.010)


def mermaid_tail(f: Figure, colour: RGB) -> None:
    """A scaled tail from the waist over both legs, with a wide fin."""
    u = f.unit
    waist, hip = f.y("spine05", 0.055), f.body.joint("upperleg01.L")
    v = f.vertices[f.arm < 0.3]
    knee, ankle = f.body.joint("lowerleg01.L"), f.body.joint("foot.L")
    blend = Blend()
    rows = [(waist, 1.0), (float(hip[1]), 1.02), (float(knee[1]), 0.76), (float(ankle[1]), 0.42)]
    points, radii = [], []
    for y, taper in rows:
        near = v[np.abs(v[:, 1] - y) < 0.03 * u]
        points.append((0.0, y, float(near[:, 2].mean())))
        radii.append((float(near[:, 0].max()) + 0.006 * u) * taper)
    line, r = curve(points, 14), np.interp(np.linspace(0, 3, 14), range(4), radii)
    blend.add(Chain(line, r, ((0, 0, 1), 0.80)), 0.02, "tail")
    low = np.array([0.0, 0.07 * u, float(ankle[2]) + 0.05 * u])
    blend.add(
        Chain(
            np.array([points[-1], low, low + (0, -0.02 * u, 0.10 * u)]),
            np.array([radii[-1], 0.055 * u, 0.05 * u]),
        ),
        0.05 * u,
        "tail",
    )
    surface = polygonise(blend, resolution=90, faces=int(0.16 * f.budget))
    scales = cloth("scales", colour, 0.25, 0.35)
    f.parts.append(plain_part("tail", surface, scales))
    s, fins = np.linspace(0, 1, 14), []
    for sign in (-1, 1):
        for tip, wide in (((0.46, 0.10, 0.20), 0.11), ((0.26, 0.02, 0.44), 0.09)):
            fin = low + np.array([0, 0.0, 0.06 * u]) + u * np.array(tip) * (sign, 1, 1) * s[:, None]
            fins.append(
                sheet(
                    fin,
                    (0, 1, 0),
                    wide * u * np.clip(np.sin(np.pi * (0.12 + 0.80 * s)), 0.03, 1),
                    cup=0.15,
                    thickness=0.012 * u,
                    columns=7,
                )
            )
    f.parts.append(part("fin", (join(*fins), cloth("fin", shade(colour, 1.25), 0.3, 0.3))))
    f.hide(np.where(f.arm < 0.35, waist - f.vertices[:, 1], -1.0))
    f.vertices = np.where(
        (f.vertices[:, 1:2] < waist - 0.02 * u) & (f.arm[:, None] < 0.35),
        f.vertices * (0.32, 1, 0.5) + (0, 0.05 * u, 0.4 * float(hip[2])),
        f.vertices,
    )
    f.normals = vertex_normals(f.vertices, f.faces)


def shell_top(f: Figure, colour: RGB) -> None:
    """Two scallop shells on a band."""
    u, y = f.unit, f.y("spine01", -0.03)
    trunk = np.where(f.arm > 0.35, -1.0, 1.0)
    f.wear(
        "band",
        np.minimum(trunk, 0.016 * u - np.abs(f.vertices[:, 1] - y + 0.015 * u)),
        cloth("band", shade(colour, 0.7), 0.6),
        0.006,
        drape=20,
        wrinkle=0,
        share=0.03,
        gap=0.0,
        hides=False,
    )
    near = f.vertices[
        (np.abs(f.vertices[:, 1] - y) < 0.06 * u) & (f.vertices[:, 0] > 0.02 * u) & (f.arm < 0.3)
    ]
    peak = near[near[:, 2].argmax()]

    def ribs(v: Array) -> Array:
        a = np.arctan2(v[:, 0], v[:, 1] + 1.0)
        v[:, 2] *= 1 + 0.22 * np.cos(a * 22)
        v[:, :2] *= (1 + 0.05 * np.cos(a * 22))[:, None]
        return v

    shell = (
        sphere(1.0, 40)
        .deform(ribs)
        .scale(0.068 * u, 0.064 * u, 0.040 * u)
        .move(float(peak[0]), float(peak[1]), float(peak[2]) - 0.016 * u)
    )
    pearl = cloth("shell", colour, 0.3)
    f.parts.append(part("shells", (shell, pearl), (shell.mirror(), pearl)))


def clown_nose(f: Figure, colour: RGB) -> None:
    """A red ball on the nose."""
    h = head_of(f)
    v = f.vertices[f.body.weight("head") > 0.5]
    tip = v[v[:, 2].argmax()]
    f.parts.append(
        part(
            "clown_nose",
            (
                sphere(0.30 * h.width, 18).move(0, float(tip[1]), float(tip[2]) + 0.05 * h.width),
                cloth("clown_nose", colour, 0.3),
            ),
        )
    )
