"""What all pieces of one car share: its shell, its materials, and panels and seams that lie on the shell."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow
from pocket3d_server.models.builtin_text.vehicles.body import Glasshouse, Shell
from pocket3d_server.models.builtin_text.vehicles.car_styles import CarStyle
from pocket3d_server.models.language.brief import RGB, Brief


class CarFrame:
    """One car's shell and materials, and how pieces are laid on the shell."""

    def __init__(self, brief: Brief, style: CarStyle) -> None:
        self.brief, self.style = brief, style
        rng = brief.rng()
        self.rng = rng
        detail = {"low": 0.6, "medium": 1.0, "high": 1.5}[brief.quality]
        self.shell = Shell(np.array(style.stations), round(76 * detail), round(34 * detail))
        self.house = Glasshouse(
            np.array(style.rings), levels=round(20 * detail), around=4 * round(18 * detail)
        )
        default: RGB = style.colours[int(rng.integers(len(style.colours)))]
        body_words = ("body", "paint", "bodywork")
        self.paint = asked(brief, "paint", "paint", default, *body_words, main=True, roughness=0.28)
        self.roof_paint = asked(brief, "roof_paint", "paint", brief.colour(default), "roof", roughness=0.28)
        if not brief.colours or brief.colour((-1, -1, -1), "roof") == (-1, -1, -1):
            self.roof_paint = self.paint
        self.black = finish("plastic", (0.035, 0.035, 0.04), "trim", roughness=0.55)
        self.glass = asked(brief, "window_glass", "glass", (0.06, 0.08, 0.10), "window", "glass", alpha=0.72)
        self.chrome = finish("chrome", name="chrome")
        self.lens = finish("glass", (0.92, 0.95, 1.0), "lamp_glass", alpha=1.0, roughness=0.08)
        self.lamp = glow("headlamp", (1.0, 0.98, 0.92), 0.9)
        self.red = glow("tail_lamp", (0.75, 0.03, 0.04), 0.55)
        self.seat = asked(brief, "upholstery", "leather", (0.16, 0.13, 0.12), "seat", "interior")
        self.body = self.shell.solid()

    def arch_radius(self) -> float:
        """Radius of the wheel arches."""
        return self.style.wheel[0] * 1.13

    def panel(self, name: str, prism: Solid, material: Finish, grown: float = 0.004, label: str = "") -> Part:
        """A part that lies flush on the body: where ``prism`` meets the grown shell."""
        return part(
            name, (shapes.intersection(self.shell.solid(grown), prism, crease=38), material), label=label
        )

    def seam(self, outline: Points, closed: bool = True, width: float = 0.0045) -> Solid:
        """A dark joint along an outline of (z, y), laid on both sides of the body."""
        line = curves.resample(outline, 90, closed)
        scene = RayScene(self.body.vertices, self.body.faces)
        origin = np.column_stack([np.full(len(line), 3.0), line[:, 1], line[:, 0]])
        hits = scene.first_hit(origin, np.tile([-1.0, 0, 0], (len(line), 1)))
        keep = hits.face >= 0
        path = origin[keep] - np.column_stack([hits.distance[keep], np.zeros((keep.sum(), 2))])
        right = shapes.sweep(path, width, 6, closed=closed and bool(keep.all()))
        return join(right, right.mirror("x"))

    def side_at(self, z: float, y: float) -> float:
        """x of the body's left side at (z, y)."""
        hit = RayScene(self.body.vertices, self.body.faces).first_hit(
            np.array([[3.0, y, z]]), np.array([[-1.0, 0, 0]])
        )
        return 3.0 - float(hit.distance[0]) if hit.face[0] >= 0 else float(self.shell.at(z)[3])
