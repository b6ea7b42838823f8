"""Pieces of clothing for a body: where each one begins and ends, and how it hangs."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.implicit import (
    Blend,
    Chain,
    Ellipsoid,
    HalfSpace,
    RoundCone,
    Surface,
    polygonise,
)
from pocket3d_server.models.builtin_text.organic.body import HumanBody
from pocket3d_server.models.builtin_text.organic.cloth import (
    clip,
    closed_shell,
    lofted_shell,
    neighbours,
    shell,
    simplified,
    vertex_normals,
)
from pocket3d_server.models.builtin_text.organic.noise import smoothstep
from pocket3d_server.models.builtin_text.organic.paint import plain_part
from pocket3d_server.models.language.brief import RGB

Array = NDArray[np.float64]
NEVER = 1.0


@dataclass
class Figure:
    """A posed body standing on y = 0 and what has been learnt about it for dressing."""

    body: HumanBody
    budget: int
    seed: int
    vertices: Array = field(init=False)
    faces: NDArray[np.int64] = field(init=False)
    normals: Array = field(init=False)
    covered: Array = field(init=False)
    """(V,) how deep under clothes each vertex lies, 0..1; the skin is drawn in there."""
    parts: list[Part] = field(default_factory=list)
    bulk: float = 0.0
    """How far clothes stand off the waist so far, in metres for a person of 1.75 m."""

    def __post_init__(self) -> None:
        data = self.body.data
        skin = ~data.is_eye[data.faces].all(axis=1)
        self.vertices, self.faces = self.body.vertices, data.faces[skin]
        self.arm = self.body.weight("upperarm", "lowerarm", "wrist", "finger", "metacarpal")
        self.head = self.body.weight("head", "neck02", "neck03")
        self.vertices = self._eased()
        self.normals = vertex_normals(self.vertices, self.faces)
        self.covered = np.zeros(len(self.vertices))
        self.hand = self.body.weight("wrist", "finger", "metacarpal")
        self.leg = self.body.weight("upperleg", "lowerleg", "foot", "toe")
        self.foot = self.body.weight("foot", "toe")
        self.height = float(np.ptp(self.vertices[:, 1]))
        self.unit = self.height / 1.75
        """Lengths in these functions are meant for 1.75 m and multiplied by this."""
        self.reach = self._along_arm()
        waist = self.body.joint("spine05")[1] + 0.05 * self.unit
        self.at_waist = (np.abs(self.vertices[:, 1] - waist) < 0.02 * self.unit) & (self.arm < 0.3)

    def _eased(self) -> Array:
        """Vertices with the fine relief of the trunk smoothed away: nothing of it should show through cloth."""
        u = float(np.ptp(self.vertices[:, 1])) / 1.75
        hip = self.body.joint("upperleg01.L")
        crotch = np.array([0.0, hip[1] - 0.045 * u, hip[2] + 0.085 * u])
        near = smoothstep(
            0.085 * u, 0.045 * u, np.linalg.norm((self.vertices - crotch) * (1.0, 0.8, 0.7), axis=1)
        )
        trunk = (
            smoothstep(0.6, 0.2, self.arm)
            * smoothstep(0.3, 0.05, self.head)
            * smoothstep(hip[1] - 0.2 * u, hip[1], self.vertices[:, 1])
        )
        graph = neighbours(len(self.vertices), self.faces)
        ends = self.vertices[self.faces]
        edge = np.linalg.norm(ends - np.roll(ends, 1, axis=1), axis=2).mean(axis=1)
        total = np.bincount(self.faces.ravel(), np.repeat(edge, 3), minlength=len(self.vertices))
        edge = total / np.bincount(self.faces.ravel(), minlength=len(self.vertices)).clip(1)
        # Finely meshed spots need more rounds than the rest.
        fine = trunk * smoothstep(0.013 * u, 0.009 * u, edge)
        out = self.vertices
        for i in range(90):
            share = np.maximum(np.maximum(near * (i < 25), trunk * (i < 14)), fine)[:, None]
            out = out + 0.6 * share * (graph @ out - out)
        return np.asarray(np.where(self.body.data.is_eye[:, None], self.vertices, out))

    def _along_arm(self) -> Array:
        """(V,) how far down the arm: 0 at the shoulder, 1 at the elbow, 2 at the wrist."""
        out = np.zeros(len(self.vertices))
        for side in "LR":
            joints = [self.body.joint(f"{n}.{side}") for n in ("upperarm01", "lowerarm01", "wrist")]
            mine = (self.vertices[:, 0] > 0) == (side == "L")
            total = np.zeros(len(self.vertices))
            for a, b in pairwise(joints):
                d = b - a
                total += np.clip(
                    (self.vertices - a) @ d / (d @ d),
                    0 if a is not joints[0] else -0.5,
                    1.4 if b is joints[-1] else 1,
                )
            out = np.where(mine, total, out)
        return out

    def y(self, joint: str, offset: float = 0.0) -> float:
        """Height of a joint plus an offset for a person of 1.75 m."""
        return float(self.body.joint(joint)[1]) + offset * self.unit

    # Signed fields, positive where cloth is, about metric near their zero line.

    def torso(self, hem: float, sleeve: float, neck: float = 0.0, deep: float = 0.0) -> Array:
        """A top down to height ``hem`` with sleeves to ``sleeve`` on the arm (0..2) and a neckline.

        ``neck`` raises the neckline (metres), ``deep`` lowers its front.
        """
        arm_length = float(np.linalg.norm(self.body.joint("lowerarm01.L") - self.body.joint("upperarm01.L")))
        on_arm = self.arm > 0.5
        low = np.where(on_arm, NEVER, self.vertices[:, 1] - hem)
        sleeves = (
            np.where(on_arm, (sleeve - self.reach) * arm_length, NEVER)
            if sleeve > 0.15
            else (0.42 - self.arm) * 0.3 * self.unit
        )
        root = self.body.joint("neck01") + (0, (0.020 + neck) * self.unit, 0.0)
        tilt = np.array([0, 0.80, 0.60 + deep])
        collar = -((self.vertices - root) @ (tilt / np.linalg.norm(tilt)))
        collar = np.where(on_arm, NEVER, collar + 0.012 * self.unit)
        return np.asarray(np.minimum(np.minimum(low, sleeves), collar))

    def legs(self, waist: float, hem: float) -> Array:
        """Trousers from height ``waist`` down to ``hem``."""
        high = waist - self.vertices[:, 1]
        low = self.vertices[:, 1] - hem
        return np.asarray(np.minimum(np.minimum(high, low), np.where(self.arm > 0.35, -NEVER, NEVER)))

    def wear(
        self,
        name: str,
        where: Array,
        material: Material,
        thickness: float | Array,
        *,
        drape: int = 12,
        wrinkle: float = 0.002,
        gap: float = -0.004,
        share: float = 0.12,
        hides: bool = True,
    ) -> None:
        """Add a garment over the part of the skin where the field is positive."""
        cut = clip(self.vertices, self.faces, where)
        if len(cut.faces) == 0:
            return
        normals = cut.carry(self.normals)
        if isinstance(thickness, np.ndarray):
            thickness = cut.carry(thickness)
        surface = shell(
            cut,
            normals,
            thickness * self.unit,
            gap=gap * self.unit,
            drape=drape,
            wrinkle=wrinkle * self.unit,
            seed=self.seed + len(self.parts),
            faces=int(share * self.budget),
        )
        if hides:
            self.hide(where)
        if np.any(where[self.at_waist] > 0):
            self.bulk = max(self.bulk, float(np.max(thickness)))
        self.parts.append(plain_part(name, surface, material))

    def hide(self, where: Array, depth: float = 0.03) -> None:
        """Draw the skin in below a garment that covers where the field is positive."""
        self.covered = np.maximum(self.covered, smoothstep(0.004 * self.unit, depth * self.unit, where))

    def skirt(
        self,
        name: str,
        waist: float,
        hem: float,
        material: Material,
        flare: float = 0.10,
        ease: float = 0.008,
        share: float = 0.08,
        waves: float = 0.0,
    ) -> None:
        """A skirt, robe or coat tail from height ``waist`` to ``hem``; ``flare`` widens it towards the hem."""
        body = self.vertices[(self.arm < 0.3)]
        centre = np.array([0.0, float(self.body.joint("spine05")[2])])
        count, rows = 56, 22
        heights = np.linspace(waist, hem, rows)
        angle = 2 * np.pi * np.arange(count) / count
        reach = np.zeros((rows, count))
        flat = body[:, [0, 2]] - centre
        directions = np.stack([np.sin(angle), np.cos(angle)], axis=1)
        slab = 0.7 * abs(heights[1] - heights[0]) + 0.01
        for i, h in enumerate(
            heights
        ):  # the convex outline of the body at this height, by its support function
            near = flat[np.abs(body[:, 1] - h) < slab]
            if len(near):
                reach[i] = _star_radius(near, directions)
        reach[reach.max(axis=1) == 0] = reach[reach.max(axis=1) > 0].min() if (reach > 0).any() else 0.1
        reach = np.maximum.accumulate(reach, axis=0)
        for _ in range(3):
            reach = 0.25 * np.roll(reach, 1, 1) + 0.5 * reach + 0.25 * np.roll(reach, -1, 1)
        t = np.linspace(0, 1, rows)[:, None]
        reach = reach + ease * self.unit + flare * self.unit * t**1.2
        if waves:
            reach += waves * self.unit * t * np.sin(angle * 9 + self.seed % 7)
        rings = np.stack(
            [
                centre[0] + reach * np.sin(angle),
                np.broadcast_to(heights[:, None], reach.shape),
                centre[1] + reach * np.cos(angle),
            ],
            axis=2,
        )
        surface = simplified(*lofted_shell(rings, 0.006 * self.unit), int(share * self.budget) + 1500)
        self.parts.append(plain_part(name, surface, material))
        y = self.vertices[:, 1]
        self.hide(np.where(self.arm < 0.35, np.minimum(waist - y, y - hem), -1.0))

    def shoes(self, material: Material, sole: Material, boot: float = 0.0) -> None:
        """Shoes fitted to the feet; ``boot`` is how high the shaft goes above the ankle (metres)."""
        for side, label in (("L", "left"), ("R", "right")):
            foot = self.vertices[(self.foot > 0.5) & ((self.vertices[:, 0] > 0) == (side == "L"))]
            ankle = self.body.joint(f"foot.{side}")
            toe, heel = foot[foot[:, 2].argmax()], foot[foot[:, 2].argmin()]
            length = toe[2] - heel[2]
            ball = foot[np.abs(foot[:, 2] - (heel[2] + 0.66 * length)) < 0.08 * length]
            middle_x = 0.5 * (ball[:, 0].min() + ball[:, 0].max())
            wide = float(np.ptp(ball[:, 0])) / 2
            forward = np.array([middle_x - heel[0], 0, 0.66 * length])
            forward /= np.linalg.norm(forward)
            across = np.array([forward[2], 0, -forward[0]])
            axes = np.stack([across, [0.0, 1, 0], forward], axis=1)
            start = np.array([heel[0], 0, heel[2]])

            def at(
                x: float, y: float, z: float, start: Array = start, axes: Array = axes, length: float = length
            ) -> Array:
                return np.asarray(start + axes @ np.array([x, y, z * length]))

            u = self.unit
            w, tall = wide * 1.12, 0.038 * u
            blend = Blend()
            blend.add(
                Ellipsoid(at(0, 0.030 * u, 0.13), (0.78 * w, 0.055 * u, 0.20 * length), axes),
                0.02 * u,
                "upper",
            )
            blend.add(
                Ellipsoid(at(0, 0.026 * u, 0.72), (1.02 * w, tall * 1.15, 0.27 * length), axes),
                0.05 * u,
                "upper",
            )
            blend.add(
                Ellipsoid(at(0, 0.024 * u, 0.88), (0.84 * w, tall * 0.95, 0.19 * length), axes),
                0.03 * u,
                "upper",
            )
            blend.add(
                RoundCone(at(0, 0.05 * u, 0.30), at(0, 0.035 * u, 0.68), 0.044 * u, 0.036 * u),
                0.05 * u,
                "upper",
            )
            leg = self.body.joint(f"lowerleg01.{side}") - ankle
            leg = leg / np.linalg.norm(leg)
            shaft = self.vertices[((self.vertices[:, 0] > 0) == (side == "L")) & (self.leg > 0.5)]
            top_y = ankle[1] + (0.035 * u if boot == 0 else boot * u)
            steps = np.linspace(0.05 * u, top_y, 5)
            line, radii = [], []
            for h in steps:
                near = shaft[np.abs(shaft[:, 1] - h) < 0.012 * u]
                if h <= ankle[1] * 0.9 or len(near) < 6:
                    line.append(at(0, h, 0.20))
                    radii.append(0.046 * u)
                else:
                    line.append(np.array([near[:, 0].mean(), h, near[:, 2].mean()]))
                    radii.append(0.25 * float(np.ptp(near[:, 0]) + np.ptp(near[:, 2])) + 0.010 * u)
            blend.add(Chain(np.array(line), np.array(radii)), 0.03 * u, "upper")
            blend.add(HalfSpace((0, top_y, 0), (0, -1, 0)), 0.006 * u, carve=True)
            blend.add(HalfSpace((0, 0.012 * u, 0), (0, 1, 0)), 0.003 * u, carve=True)
            surface = polygonise(blend, resolution=64, faces=int(0.05 * self.budget))
            under = Blend()
            under.add(
                RoundCone(
                    at(0, 0.010 * u, 0.12), at(0, 0.010 * u, 0.16), 0.80 * w, 0.80 * w, ((0, 1, 0), 0.30)
                ),
                0.01,
                "sole",
            )
            under.add(
                RoundCone(
                    at(0, 0.010 * u, 0.14), at(0, 0.010 * u, 0.68), 0.76 * w, 1.0 * w, ((0, 1, 0), 0.26)
                ),
                0.01 * u,
                "sole",
            )
            under.add(
                RoundCone(
                    at(0, 0.010 * u, 0.68), at(0, 0.010 * u, 0.90), 1.0 * w, 0.76 * w, ((0, 1, 0), 0.26)
                ),
                0.01 * u,
                "sole",
            )
            under.add(HalfSpace((0, 0, 0), (0, 1, 0)), 0.002, carve=True)
            under.add(HalfSpace((0, 0.020 * u, 0), (0, -1, 0)), 0.002, carve=True)
            tread = polygonise(under, resolution=60, faces=int(0.02 * self.budget))
            part = plain_part(f"shoe_{label}", surface, material)
            part.primitives += plain_part("sole", tread, sole).primitives
            self.parts.append(part)
        y = self.vertices[:, 1]
        self.hide(np.where(self.leg > 0.5, self.y("foot.L", 0.035 if boot == 0 else boot) - y, -1.0))


def _star_radius(points: Array, directions: Array) -> Array:
    """Radius (D,) of the convex hull of flat points (P, 2) along unit directions from the origin."""
    from scipy.spatial import ConvexHull

    hull = ConvexHull(points)
    normal, offset = hull.equations[:, :2], -hull.equations[:, 2]
    along = directions @ normal.T
    return np.asarray(np.where(along > 1e-9, offset / np.where(along > 1e-9, along, 1), np.inf).min(axis=1))


def cloth(name: str, colour: RGB, roughness: float = 0.85, metallic: float = 0.0) -> Material:
    """A plain material for a garment."""
    return Material.from_srgb(name, colour, roughness=roughness, metallic=metallic)


__all__ = ["Figure", "Surface", "closed_shell", "cloth"]
