"""Fur, hide and markings: the colour of an animal's skin at any point of its surface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket3d_server.models.builtin_text.organic.anatomy import Anatomy, Coat
from pocket3d_server.models.builtin_text.organic.noise import cell_noise, fractal_noise, smoothstep
from pocket3d_server.models.builtin_text.organic.quadruped import Body

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Skin:
    """What a painter needs to know of surface points: (N, 3) positions and normals, (N,) region weights."""

    points: Array
    normals: Array
    regions: dict[str, Array]

    def region(self, *names: str) -> Array:
        """Summed weight (N,) of these regions, zero for the ones the body lacks."""
        return np.sum([self.regions.get(n, np.zeros(len(self.points))) for n in names], axis=0)


Painter = Callable[[Skin], Array]


def coat_painter(coat: Coat, a: Anatomy, body: Body, seed: int) -> Painter:
    """A painter for the body of an animal, in withers heights; gives sRGB (N, 3).

    Besides the blend's regions it reads ``rough``, noise about 0 that makes borders uneven.
    """

    def paint(skin: Skin) -> Array:
        p, n = skin.points, skin.normals
        local = body.head.local(p)
        ahead, above = local[:, 2], local[:, 1]
        on_head = skin.region("head")
        rough = skin.region("rough")
        colour = np.tile(np.asarray(coat.base, float), (len(p), 1))
        if coat.back is not None:
            _lay(
                colour,
                coat.back,
                smoothstep(0.35, 0.8, n[:, 1] + 0.5 * rough) * skin.region("trunk", "neck", "tail"),
            )
        if coat.belly is not None:
            low = smoothstep(0.0, -0.75, n[:, 1] + 0.7 * rough) * skin.region("trunk", "neck")
            breast = (
                smoothstep(0.25, 0.75, n[:, 2] - 0.3 * n[:, 1] + 0.5 * rough)
                * (p[:, 2] > 0.1 * a.length)
                * skin.region("neck", "trunk")
            )
            _lay(colour, coat.belly, np.maximum(low, 0.9 * breast))
        _markings(colour, coat, a, p, n, skin, local, seed)
        if coat.legs is not None and coat.pattern != "eagle":
            low = smoothstep(1.15, 0.85, p[:, 1] / max(a.wrist, 0.01) + 0.5 * rough) * skin.region(
                "leg", "foot", "hoof"
            )
            _lay(colour, coat.legs, low)
        if coat.face is not None:
            _lay(colour, coat.face, on_head * smoothstep(0.30, 0.46, ahead + 0.15 * rough))
        if coat.muzzle is not None:
            edge = a.head.muzzle[0][1] + 0.5 * (a.head.muzzle[1][1] - a.head.muzzle[0][1])
            front = smoothstep(edge - 0.08, edge + 0.06, ahead + 0.10 * rough - 0.35 * np.maximum(above, 0))
            _lay(colour, coat.muzzle, on_head * front)
        if coat.pattern == "blaze":
            width = 0.045 + 0.02 * np.sin(9 * ahead)
            stripe = smoothstep(width + 0.015, width - 0.01, np.abs(local[:, 0]) + 0.03 * rough)
            _lay(
                colour,
                coat.marks,
                on_head
                * stripe
                * (above > -0.02 - 0.12 * ahead)
                * smoothstep(0.2, 0.26, ahead)
                * smoothstep(0.86, 0.8, ahead),
            )
        if coat.tail_tip is not None and len(body.tail):
            reach = np.linalg.norm(p - body.tail[-1], axis=1) / max(a.tail.length, 1e-6)
            _lay(
                colour,
                coat.tail_tip,
                smoothstep(0.42, 0.30, reach + 0.2 * rough) * skin.region("tail", "tail_tip"),
            )
        if coat.mane is not None:
            _lay(colour, coat.mane, skin.region("tail_tip", "mane"))
        _lay(colour, coat.hoof, smoothstep(0.4, 0.6, skin.region("hoof")))
        _mouth(colour, a, local, on_head)
        shade = 1 + 0.10 * rough + 0.06 * (fractal_noise(p * np.array([60, 25, 25]), seed + 5, 2) - 0.5)
        return np.clip(colour * shade[:, None], 0, 1)

    return paint


def _markings(
    colour: Array, coat: Coat, a: Anatomy, p: Array, n: Array, skin: Skin, local: Array, seed: int
) -> None:
    """The pattern that covers trunk, neck and legs."""
    if coat.pattern == "patches":  # cattle: a few large islands
        field = fractal_noise(p * 2.6 + seed % 97, seed + 1, 2)
        _lay(colour, coat.marks, smoothstep(0.535, 0.55, field))
    elif coat.pattern in ("spots", "dalmatian"):
        size = 9.0 if coat.pattern == "spots" else 13.0
        near, _, number = cell_noise(p * size + 0.15 * fractal_noise(p * 20, seed)[:, None], seed)
        radius = (0.24 + 0.20 * number) * (number > 0.12)
        _lay(colour, coat.marks, smoothstep(radius + 0.05, radius - 0.05, near))
    elif coat.pattern == "rosettes":
        near, _, number = cell_noise(p * 8.0, seed)
        ring = smoothstep(0.46, 0.40, near) * smoothstep(0.16, 0.24, near + 0.10 * (number - 0.5))
        broken = smoothstep(0.35, 0.5, fractal_noise(p * 22, seed + 3, 2))
        _lay(colour, coat.marks, ring * broken * smoothstep(-0.8, -0.4, n[:, 1]))
    elif coat.pattern == "giraffe":
        near, second, number = cell_noise(p * 7.0, seed, 0.8)
        tone = np.asarray(coat.marks) * (0.85 + 0.3 * number[:, None])
        patch = smoothstep(0.05, 0.10, second - near) * smoothstep(0.12, 0.3, p[:, 1])
        colour += (tone - colour) * (patch * (1 - 0.7 * skin.region("head")))[:, None]
    elif coat.pattern in ("stripes", "tabby"):
        wobble = 0.9 * (fractal_noise(p * 4.5, seed, 2) - 0.5)
        leg = skin.region("leg", "foot")
        # Upright on the trunk, level on the legs, and one continuous field in between.
        down = np.maximum(0.62 - p[:, 1], 0)
        along = p[:, 2] + np.where(p[:, 2] > 0, 1.25, -1.25) * down**1.3 + 0.25 * np.maximum(p[:, 1] - 1.0, 0)
        waves = 4.6 if coat.pattern == "stripes" else 5.5
        band = np.sin(2 * np.pi * (along * waves + wobble + 0.2 * np.sin(9 * p[:, 1])))
        width = 0.38 if coat.pattern == "stripes" else 0.25
        fade = smoothstep(-0.55, 0.0, n[:, 1] + (0.35 if coat.pattern == "stripes" else 0.1))
        fade = (0.85 * leg + (1 - leg) * fade) * (1 - skin.region("head"))
        _lay(colour, coat.marks, smoothstep(width, width + 0.25, band) * fade)
        lines = np.sin(2 * np.pi * (np.abs(local[:, 0]) * 8 + 0.6 * wobble))
        _lay(
            colour,
            coat.marks,
            smoothstep(0.3, 0.7, lines) * skin.region("head") * smoothstep(0.12, 0.22, local[:, 1]),
        )
    elif coat.pattern == "zebra":
        wobble = 0.5 * (fractal_noise(p * 3.0, seed, 2) - 0.5)
        along = p[:, 2] + 0.35 * np.maximum(p[:, 1] - 0.95, 0)
        rump = smoothstep(-0.1, -0.5, p[:, 2]) * 0.9
        down = np.maximum(0.66 - p[:, 1], 0) ** 1.2
        phase = (
            along * (1 - 0.5 * rump) - 0.6 * rump * (1 - p[:, 1]) + np.where(p[:, 2] > 0, 1.3, -1.3) * down
        )
        phase = np.where(skin.region("head") > 0.5, 0.7 * (local[:, 2] + 0.6 * np.abs(local[:, 0])), phase)
        band = np.sin(2 * np.pi * (phase * 8.5 + wobble))
        _lay(colour, coat.marks, smoothstep(-0.15, 0.15, band) * smoothstep(-0.95, -0.75, n[:, 1]))
    elif coat.pattern == "eagle":  # a griffin: an eagle's head, breast and talons before a lion's body
        rough = fractal_noise(p * 9, seed) - 0.5
        front = smoothstep(0.34, 0.46, p[:, 2] / a.length + 0.5 * np.maximum(p[:, 1] - 1, 0) + 0.12 * rough)
        _lay(colour, coat.marks, np.maximum(skin.region("head"), front * (1 - skin.region("leg", "foot"))))
        scaled = 1 - 0.14 * smoothstep(0.2, 0.6, np.sin(p[:, 1] * 2 * np.pi / 0.05))
        talon = (
            (p[:, 2] > 0.3 * a.length)
            * smoothstep(0.36, 0.28, p[:, 1] + 0.05 * rough)
            * skin.region("leg", "foot")
        )
        colour += (np.asarray(coat.legs or coat.base) * scaled[:, None] - colour) * talon[:, None]
    elif coat.pattern == "panda":  # black limbs joined by a band over the shoulders, black round the eyes
        band = smoothstep(0.16, 0.13, np.abs(p[:, 2] - 0.36 * a.length)) * (1 - skin.region("head"))
        spot = np.linalg.norm((np.abs(local) - (0.13, 0.06, 0.56)) / (0.085, 0.10, 0.14), axis=1)
        _lay(
            colour,
            coat.marks,
            np.maximum(
                np.maximum(band, smoothstep(0.4, 0.6, skin.region("leg", "foot"))), smoothstep(1.1, 0.9, spot)
            ),
        )
    elif coat.pattern == "raccoon":  # a mask over the eyes, rings round the tail
        spot = np.linalg.norm((np.abs(local) - (0.16, 0.05, 0.52)) / (0.17, 0.11, 0.16), axis=1)
        rings = smoothstep(-0.1, 0.25, np.sin(p[:, 2] * 2 * np.pi / 0.22)) * smoothstep(
            0.4, 0.6, skin.region("tail")
        )
        _lay(colour, coat.marks, np.maximum(rings, smoothstep(1.1, 0.85, spot) * (1 - skin.region("trunk"))))
    elif coat.pattern == "skunk":  # two stripes that meet on the head and cover the tail
        x = np.abs(p[:, 0])
        back = (
            smoothstep(0.03, 0.05, x)
            * smoothstep(0.13, 0.10, x)
            * smoothstep(0.1, 0.4, n[:, 1])
            * (1 - skin.region("head", "leg"))
        )
        crown = (
            smoothstep(0.06, 0.03, np.abs(local[:, 0]))
            * smoothstep(0.05, 0.12, local[:, 1])
            * skin.region("head")
        )
        tail = smoothstep(0.4, 0.6, skin.region("tail")) * smoothstep(0.08, 0.05, x)
        _lay(colour, coat.marks, np.maximum(np.maximum(back, crown), tail))
    elif coat.pattern == "saddle":  # shepherd dogs: a dark back and a dark muzzle
        rough = fractal_noise(p * 7, seed) - 0.5
        back = (
            smoothstep(-0.05, 0.35, n[:, 1] + 0.55 * rough)
            * smoothstep(0.50, 0.62, p[:, 1])
            * skin.region("trunk", "tail", "neck")
        )
        _lay(colour, coat.marks, back)


def _mouth(colour: Array, a: Anatomy, local: Array, on_head: Array) -> None:
    """A dark line where the lips meet, between upper muzzle and jaw."""
    (u0, f0, r0), (u1, f1, r1) = a.head.muzzle
    (j0, _g0, q0), (j1, _g1, q1) = a.head.jaw
    t = np.clip((local[:, 2] - f0) / max(f1 - f0, 1e-6), 0, 1.15)
    line = 0.5 * ((u0 - 0.75 * r0) * (1 - t) + (u1 - 0.75 * r1) * t) + 0.5 * (
        (j0 + 0.3 * q0) * (1 - t) + (j1 + 0.3 * q1) * t
    )
    curve = line + 0.05 * np.clip(0.35 - t, 0, 1)
    close = smoothstep(0.016, 0.006, np.abs(local[:, 1] - curve))
    _lay(colour, (0.10, 0.06, 0.05), 0.75 * close * on_head * smoothstep(0.12, 0.2, t))


def _lay(colour: Array, over: ArrayLike, amount: Array) -> None:
    """Blend a colour (3,) over ``colour`` (N, 3) in place by ``amount`` (N,)."""
    colour += (np.asarray(over, float) - colour) * np.clip(amount, 0, 1)[:, None]
