"""What a snowman wears and is made of besides snow."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.asset import Material
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import revolve, sphere, sweep
from pocket3d_server.geometry.solid import join
from pocket3d_server.models.builtin_text.finishes import Finish, finish
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.organic.on_body import ball
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture


def top_hat(s: Sculpture, r: float, top: float, felt: Finish) -> None:
    """A black hat with a ribbon on a head of radius ``r``."""
    hat = revolve(
        metres("0 0, 1.28 0, 1.30 0.05, 1.26 0.10, 0.86 0.12, 0.80 0.5, 0.84 1.10, 0.80 1.14, 0 1.14") * r,
        32,
        crease=35,
    )
    ribbon = revolve(
        np.array([(0.80, 0.13), (0.87, 0.13), (0.86, 0.34), (0.80, 0.34)]) * r, 32, crease=35, closed=True
    )
    s.add(
        "hat",
        (hat.rotate(z=-6).move(0, top, -0.02), felt),
        (ribbon.rotate(z=-6).move(0, top, -0.02), finish("fabric", (0.70, 0.12, 0.14), "ribbon")),
    )


def bobble_hat(s: Sculpture, r: float, top: float) -> None:
    """A woollen hat on a head of radius ``r``."""
    pot = revolve(
        np.array([(0.80, 0), (0.98, 0.02), (0.92, 0.45), (0.80, 0.75), (0, 0.80)]) * r, 32, crease=35
    )
    s.add(
        "hat",
        (pot.move(0, top - 0.1 * r, 0), finish("wool", (0.20, 0.36, 0.62), "hat")),
        (sphere(0.24 * r, 16).move(0, top + 0.75 * r, 0), finish("wool", (0.95, 0.95, 0.95), "bobble")),
    )


def twig_arms(s: Sculpture, big: float, chest: float) -> None:
    """Arms of twigs on a chest of radius ``big``."""
    twig = finish("wood", (0.34, 0.22, 0.13), "twig")
    lift = 0.12 + 0.25 * float(s.rng.random())
    tip = np.array([0.9 * big + 0.42, chest + 0.12 + lift, 0.08])
    arm = sweep(
        curve([(0.8 * big, chest + 0.06, 0), (0.9 * big + 0.2, chest + 0.10 + 0.4 * lift, 0.05), tip], 10),
        np.linspace(0.020, 0.011, 10),
        7,
        round_ends=True,
    )
    twigs = [
        sweep(np.array([tip - (0.06, 0.03, 0), tip + d]), np.array([0.010, 0.006]), 6, round_ends=True)
        for d in ((0.10, 0.09, 0), (0.0, 0.13, 0.04), (0.11, -0.01, 0.05))
    ]
    s.add("arm", (join(arm, *twigs), twig), pair=True)


def coal_face(s: Sculpture, head: float, r: float, coal: Material) -> None:
    """Eyes and mouth of coal, a carrot for a nose."""
    s.add("eye", (ball((0.36 * r, head + 0.22 * r, 0.88 * r), (0.12 * r,) * 3, None, 12), coal), pair=True)
    smile = [
        ball(
            (0.5 * r * np.sin(a), head - 0.22 * r - 0.16 * r * np.cos(a), 0.90 * r * np.cos(0.5 * a)),
            (0.065 * r,) * 3,
            None,
            8,
        )
        for a in np.linspace(-0.95, 0.95, 6)
    ]
    s.add("mouth", (join(*smile), coal))
    nose = sweep(
        curve([(0, head + 0.02, 0.9 * r), (0.01, head + 0.01, 1.5 * r), (0.02, head, 2.0 * r)], 10),
        0.15 * r * np.linspace(1, 0.12, 10),
        12,
        round_ends=True,
        crease=80,
    )
    s.add("nose", (nose, Material.from_srgb("carrot", (0.94, 0.45, 0.10), roughness=0.6)))


def coal_buttons(s: Sculpture, chest: float, big: float, coal: Material) -> None:
    """Three buttons down a chest of radius ``big``."""
    s.add(
        "buttons",
        *(
            (ball((0, chest + dy * big, big * float(np.cos(0.8 * dy))), (0.10 * big,) * 3, None, 12), coal)
            for dy in (0.5, 0.1, -0.3)
        ),
    )


def pressed_by_hand(s: Sculpture, y: float, r: float) -> None:
    """Flat and full places of a ball of radius ``r`` at height ``y``."""
    for _ in range(7):  # snow is pressed by hand, not turned
        d = s.rng.standard_normal(3)
        d *= 0.80 * r / np.linalg.norm(d)
        s.ball(d + (0, y, 0), 0.26 * r, soft=0.16 * r)
