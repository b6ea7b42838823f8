"""A car put together from its style: body, cabin, lamps, trim, interior and wheels."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow
from pocket3d_server.models.builtin_text.vehicles.body import Glasshouse, Shell, end_prism, side_prism
from pocket3d_server.models.builtin_text.vehicles.car_styles import CarStyle
from pocket3d_server.models.builtin_text.vehicles.wheel import WheelMaterials, WheelStyle, wheel
from pocket3d_server.models.language.brief import RGB, Brief


class CarBuilder:
    """Holds what the steps of one car share."""

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
        self.amber = glow("indicator", (0.95, 0.48, 0.05), 0.5)
        self.seat = asked(brief, "upholstery", "leather", (0.16, 0.13, 0.12), "seat", "interior")
        self.body = self.shell.solid()

    # The painted body

    def arch_radius(self) -> float:
        """Radius of the wheel arches."""
        return self.style.wheel[0] * 1.13

    def bodywork(self) -> Part:
        """The lower body with arches and a tub cut in, and their linings."""
        cuts, linings = [], []
        radius, height = self.arch_radius(), self.style.wheel[0]
        depth = self.style.wheel[1] + 0.10
        trimmed = self.shell.solid(-0.006)
        for z in self.style.axles:
            for side in (-1, 1):
                cut = shapes.cylinder(radius, depth + 0.6, segments=48).rotate(z=-90 * side)
                cuts.append(cut.move(side * (self.style.track - depth + 0.02), height + 0.01, z))
                bowl = shapes.difference(
                    shapes.cylinder(radius + 0.012, depth + 0.3, segments=48),
                    shapes.cylinder(radius - 0.006, depth + 0.6, segments=48).move(y=0.012),
                ).rotate(z=-90 * side)
                bowl = bowl.move(side * (self.style.track - depth), height + 0.01, z)
                linings.append(shapes.intersection(bowl, trimmed))
        if "bed" in self.style.extras:
            cuts.append(self.bed())
        body = shapes.difference(self.body, *cuts, self.tub(), crease=38)
        return part("body", (body, self.paint), *[(lining, self.black) for lining in linings])

    def tub(self) -> Solid:
        """The room inside, from the floor up through the belt."""
        rings = np.array(self.style.rings)
        front, rear, half = rings[1, 1] - 0.10, rings[1, 2] + 0.15, rings[1, 3] - 0.07
        floor = float(self.shell.at(0.0)[1]) + 0.12
        outline = np.array([[rear + 0.25, floor], [front - 0.25, floor], [front, 1.3], [rear, 1.3]])
        return side_prism(curves.rounded(outline, 0.1), half)

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

    # The cabin

    def cabin(self) -> list[Part]:
        """The roof with its pillars, and one pane for each opening."""
        house = self.house
        outer, inner = house.solid(), house.solid(-0.035)
        skin = shapes.difference(house.solid(-0.006), house.solid(-0.016).move(y=-0.002))
        openings = self.openings()
        frame = shapes.difference(outer, inner, *[prism for _, prism in openings], crease=38)
        parts = [part("roof", (frame, self.roof_paint), label="Roof and pillars")]
        for name, prism in openings:
            pane = shapes.intersection(skin, prism, crease=38)
            if name.startswith("side"):
                left = shapes.intersection(pane, shapes.box(4, 6, 12).move(x=2))
                parts.append(part(f"{name}_left", (left, self.glass)))
                parts.append(part(f"{name}_right", (left.mirror("x"), self.glass)))
            else:
                parts.append(part(name, (pane, self.glass)))
        return parts

    def openings(self) -> list[tuple[str, Solid]]:
        """The windows as prisms that cut through the cabin."""
        house, (ahead, behind, above, below) = self.house, self.style.window
        rings = self.house.rings
        low, high = float(rings[1, 0]) + above, house.roof - below
        heights = np.linspace(low, high, 6)
        front = np.array([house.end(y, True) - ahead - 0.05 * (y - low) for y in heights])
        rear = np.array([house.end(y, False) + behind for y in heights])
        edges = [
            np.full(6, 99.0),
            *[np.full(6, p) + 0.12 * (heights - low) for p in self.style.pillars],
            np.full(6, -99.0),
        ]
        found = []
        for k in range(len(edges) - 1):
            lead, trail = np.minimum(front, edges[k] - 0.03), np.maximum(rear, edges[k + 1] + 0.03)
            open_ = lead - trail > 0.04
            if open_.sum() < 2:
                continue
            outline = np.concatenate(
                [
                    np.column_stack([lead[open_], heights[open_]]),
                    np.column_stack([trail[open_], heights[open_]])[::-1],
                ]
            )
            found.append((f"side_window_{k + 1}", side_prism(curves.rounded(outline, 0.035, 3))))
        middle = (house.end(high, True) + house.end(high, False)) / 2
        for name, far, y0 in (("windscreen", 9.0, low + 0.01), ("rear_window", -9.0, low + 0.03)):
            top = high + 0.015
            w0, w1 = house.half_width(y0) - 0.10, house.half_width(top) - 0.09
            pane = curves.rounded(np.array([[-w0, y0], [w0, y0], [w1, top], [-w1, top]]), 0.05)
            found.append((name, end_prism(pane, middle, far)))
        return found

    # Lamps and trim

    def front(self) -> list[Part]:
        """Headlamps, grille, intakes and number plate."""
        nose = float(self.style.stations[-1][0])
        at = self.shell.at
        tip = at(nose - 0.12)
        wide, floor = float(tip[3]), float(tip[1])
        parts = []
        y = float(at(nose - 0.26)[6]) - 0.03
        if self.style.lamps == "round":
            parts += self.round_lamps(nose)
        housing = np.array([[0.62, -0.06], [1.02, -0.03], [1.30, 0.10], [1.26, 0.135], [0.70, 0.03]]) * [
            wide,
            1,
        ] + [0, y]
        strip = np.array(
            [[0.66, -0.035], [1.00, -0.005], [1.26, 0.115], [1.25, 0.13], [0.98, 0.03], [0.68, -0.015]]
        ) * [wide, 1] + [0, y]
        if self.style.lamps == "block":
            housing = np.array([[0.58, -0.13], [1.2, -0.12], [1.3, 0.04], [0.60, 0.02]]) * [wide, 1] + [0, y]
            strip = np.array([[0.62, -0.10], [1.2, -0.09], [1.28, 0.02], [0.64, 0.0]]) * [wide, 1] + [0, y]
        for side, name in ((1, "left"), (-1, "right")) if self.style.lamps != "round" else ():
            for outline, material, grown, what in (
                (housing, self.black, 0.003, "headlight_housing"),
                (strip, self.lamp, 0.006, "headlight"),
            ):
                prism = end_prism(curves.rounded(outline, 0.012) * [side, 1], nose - 0.62, nose + 0.3)
                parts.append(self.panel(f"{what}_{name}", prism, material, grown))
        mouth = np.array([[-0.55, 0.045], [0.55, 0.045], [0.47, 0.15], [-0.47, 0.15]]) * [wide, 1] + [
            0,
            floor,
        ]
        parts.append(
            self.panel("grille", end_prism(curves.rounded(mouth, 0.03), nose - 0.3, nose + 0.3), self.black)
        )
        gill = np.array([[0.66, 0.05], [0.98, 0.07], [1.02, 0.19], [0.64, 0.13]]) * [wide, 1] + [0, floor]
        for side, name in ((1, "left"), (-1, "right")):
            prism = end_prism(curves.rounded(gill, 0.02) * [side, 1], nose - 0.5, nose + 0.3)
            parts.append(self.panel(f"intake_{name}", prism, self.black))
        bars = [
            shapes.rounded_box(1.0 * wide, 0.008, 0.02, 0.003, 1).move(0, floor + h, nose - 0.005)
            for h in (0.075, 0.10, 0.125)
        ]
        parts.append(part("grille_bars", (join(*bars), self.chrome)))
        badge = (
            shapes.cylinder(0.035, 0.012, 0.004, 24)
            .rotate(x=70)
            .move(0, float(at(nose - 0.1)[7]) - 0.005, nose - 0.10)
        )
        parts.append(part("badge_front", (badge, self.chrome)))
        return parts

    def round_lamps(self, nose: float) -> list[Part]:
        """Headlamps in chrome pods on the wings, and a tall chrome grille."""
        z = nose - 0.42
        row = self.shell.at(z)
        y, x = float(row[4]) + 0.16, 0.80 * float(row[3])
        pod = curves.smooth_curve([[0, -0.24], [0.085, -0.14], [0.118, -0.02], [0.112, 0.01]], 16)
        shell = shapes.revolve(pod, 32).rotate(x=90).move(x, y, z + 0.10)
        ring = shapes.torus(0.108, 0.022, 36, 10).rotate(x=90).move(x, y, z + 0.11)
        lens = shapes.sphere(0.10, 28).scale(1, 1, 0.35).move(x, y, z + 0.11)
        parts = []
        for name, flip in (("left", False), ("right", True)):
            pieces = [
                (s.mirror("x") if flip else s, m)
                for s, m in ((shell, self.paint), (ring, self.chrome), (lens, self.lamp))
            ]
            parts.append(part(f"headlight_{name}", *pieces))
        front = self.shell.at(nose - 0.05)
        ribs = [
            shapes.rounded_box(0.012, 0.36, 0.03, 0.005, 1)
            .rotate(x=-8)
            .move(dx, float(front[1]) + 0.24, nose - 0.01)
            for dx in np.linspace(-0.17, 0.17, 13)
        ]
        frame = shapes.extrude(
            curves.rectangle(0.42, 0.42, 0.12), 0.05, 0.012, holes=[curves.rectangle(0.35, 0.35, 0.10)]
        )
        parts.append(
            part(
                "radiator_grille",
                (join(*ribs, frame.rotate(x=-8).move(0, float(front[1]) + 0.24, nose - 0.01)), self.chrome),
            )
        )
        for end, where in (("front", nose + 0.05), ("rear", float(self.style.stations[0][0]) - 0.05)):
            t = np.linspace(-1, 1, 21)
            path = np.column_stack([0.72 * t, np.full(21, 0.40), where - np.sign(where) * 0.16 * t**2])
            parts.append(
                part(
                    f"bumper_{end}",
                    (shapes.sweep(path, 0.045, curves.ellipse(0.55, 1, 16), round_ends=True), self.chrome),
                )
            )
        return parts

    def rear(self) -> list[Part]:
        """Tail lamps, bumper, number plate, exhausts and what the style adds."""
        tail = float(self.style.stations[0][0])
        row = self.shell.at(tail + 0.04)
        wide, floor, top = float(row[3]), float(row[1]), float(row[6])
        y = top - 0.105
        parts = []
        band = np.array([[-1.3, -0.045], [1.3, -0.045], [1.3, 0.05], [-1.3, 0.05]]) * [wide, 1] + [0, y]
        parts.append(self.panel("tail_panel", end_prism(band, tail - 0.3, tail + 0.16), self.black, 0.003))
        lamp = np.array([[0.28, -0.012], [1.3, -0.022], [1.3, 0.028], [0.28, 0.012]]) * [wide, 1] + [0, y]
        for side, name in ((1, "left"), (-1, "right")):
            parts.append(
                self.panel(
                    f"tail_light_{name}",
                    end_prism(lamp * [side, 1], tail - 0.3, tail + 0.20),
                    self.red,
                    0.006,
                )
            )
        apron = np.array([[-0.85, -0.06], [0.85, -0.06], [0.72, 0.12], [-0.72, 0.12]]) * [wide, 1] + [
            0,
            floor,
        ]
        parts.append(
            self.panel(
                "rear_apron", end_prism(curves.rounded(apron, 0.03), tail - 0.3, tail + 0.4), self.black
            )
        )
        pipes = []
        for x in (0.34, 0.46):
            pipe = shapes.tube(0.048, 0.040, 0.24, 0.004, 24).rotate(x=-90)
            pipes += [pipe.move(side * x * wide / 0.75, floor + 0.02, tail + 0.20) for side in (1, -1)]
        parts.append(part("exhausts", (join(*pipes), self.chrome)))
        plate = shapes.rounded_box(0.46, 0.11, 0.012, 0.004, 1).move(0, floor + 0.22, tail - 0.004)
        parts.append(part("number_plate", (plate, finish("plastic", (0.92, 0.92, 0.90), "plate"))))
        if "diffuser" in self.style.extras:
            fins = [
                shapes.rounded_box(0.012, 0.10, 0.34, 0.004, 1).move(x, floor - 0.07, tail + 0.22)
                for x in (-0.3, -0.15, 0, 0.15, 0.3)
            ]
            parts.append(part("diffuser", (join(*fins), self.black)))
        if "spoiler" in self.style.extras:
            parts.append(
                part(
                    "spoiler",
                    (self.lip(tail, float(row[5]), float(self.shell.at(tail + 0.06)[6])), self.paint),
                )
            )
        if "wing" in self.style.extras:
            parts.append(self.wing(tail, wide, top))
        return parts

    def extras(self) -> list[Part]:
        """What only some kinds carry: roof rails, a taxi sign, a light bar, stripes, a loading bed."""
        extras, house, parts = self.style.extras, self.house, []
        front, rear = float(house.rings[-1, 1]), float(house.rings[-1, 2])
        middle = (front + rear) / 2
        if "rails" in extras:
            x = float(house.rings[-1, 3]) - 0.03
            path = [
                [x, house.roof - 0.03, rear + 0.05],
                [x, house.roof + 0.05, rear + 0.15],
                [x, house.roof + 0.05, front - 0.15],
                [x, house.roof - 0.03, front - 0.05],
            ]
            rail = shapes.sweep(curves.smooth_curve(path, 30), 0.017, 10, round_ends=True)
            parts.append(part("roof_rails", (join(rail, rail.mirror("x")), self.chrome)))
        if "roof_sign" in extras:
            sign = shapes.superellipsoid(0.46, 0.16, 0.16, 5, 4, 32).move(0, house.roof + 0.07, middle)
            parts.append(part("taxi_sign", (sign, glow("taxi_sign", (1.0, 0.86, 0.35), 0.6))))
        if "light_bar" in extras:
            base = shapes.rounded_box(1.10, 0.05, 0.26, 0.02, 2).move(0, house.roof + 0.03, middle)
            lamp = shapes.superellipsoid(0.50, 0.12, 0.24, 5, 3.5, 28).move(0.275, house.roof + 0.09, middle)
            parts.append(
                part(
                    "light_bar",
                    (base, self.black),
                    (lamp, glow("blue_lamp", (0.05, 0.15, 0.95), 0.7)),
                    (lamp.mirror("x"), glow("red_lamp", (0.95, 0.05, 0.05), 0.7)),
                )
            )
        if "two_tone" in extras:
            for k, (back, ahead) in enumerate(self.style.doors):
                outline = np.array(
                    [[back + 0.01, 0.32], [ahead - 0.02, 0.32], [ahead - 0.02, 0.90], [back + 0.01, 0.90]]
                )
                sides = shapes.difference(
                    side_prism(curves.rounded(outline, 0.05), 1.2), shapes.box(1.3, 4, 12)
                )
                parts.append(
                    self.panel(
                        f"door_panel_{k + 1}",
                        sides,
                        finish("paint", (0.03, 0.04, 0.06), "door_paint", roughness=0.28),
                        0.002,
                    )
                )
        if "stripes" in extras:
            stripe = asked(self.brief, "stripe", "paint", (0.95, 0.95, 0.95), "stripe", roughness=0.3)
            lanes = [
                end_prism(np.array([[a, 0.5], [b, 0.5], [b, 1.5], [a, 1.5]]), -3, 3)
                for a, b in ((0.07, 0.25), (-0.25, -0.07))
            ]
            cabin = shapes.difference(
                house.solid(0.003), house.solid(-0.003), *[prism for _, prism in self.openings()]
            )
            for name, lane in zip(("left", "right"), lanes):
                bonnet = shapes.intersection(
                    lane,
                    end_prism(
                        np.array([[-2, 0], [2, 0], [2, 3], [-2, 3]]), float(house.rings[1, 1]) - 0.02, 3.0
                    ),
                )
                solids = [
                    shapes.intersection(self.shell.solid(0.002), bonnet, crease=38),
                    shapes.intersection(cabin, lane, crease=38),
                ]
                parts.append(part(f"stripe_{name}", (join(*solids), stripe)))
        if "bullbar" in extras:
            nose = float(self.style.stations[-1][0]) + 0.07
            hoop = curves.rounded(
                np.array([[-0.42, 0.42], [-0.36, 0.78], [0.36, 0.78], [0.42, 0.42]]), 0.12, 6, closed=False
            )
            bars = shapes.sweep(np.column_stack([hoop, np.full(len(hoop), nose)]), 0.03, 12, round_ends=True)
            plate = shapes.rounded_box(1.3, 0.16, 0.14, 0.05, 3).move(0, 0.46, nose - 0.08)
            parts.append(part("bull_bar", (bars, self.chrome), (plate, self.black)))
        if "bed" in extras:
            parts.append(self.bed_lining())
        return parts

    def bed(self) -> Solid:
        """The room of the loading bed."""
        tail, cab = float(self.style.stations[0][0]), float(self.style.rings[1][2])
        outline = curves.rectangle(1.52, cab - tail - 0.22, 0.06)
        return shapes.extrude(outline, 1.0, 0.0).rotate(x=90).move(0, 0.72 + 0.5, (cab + tail) / 2 + 0.02)

    def bed_lining(self) -> Part:
        """A ribbed floor in the loading bed."""
        tail, cab = float(self.style.stations[0][0]), float(self.style.rings[1][2])
        length, middle = cab - tail - 0.24, (cab + tail) / 2 + 0.02
        ribs = [
            shapes.rounded_box(0.07, 0.03, length - 0.02, 0.008, 1).move(x, 0.735, middle)
            for x in np.linspace(-0.62, 0.62, 9)
        ]
        floor = shapes.rounded_box(1.51, 0.02, length, 0.004, 1).move(0, 0.722, middle)
        return part("bed_floor", (join(floor, *ribs), self.black))

    def open_top(self) -> list[Part]:
        """A windscreen with its frame, for cars without a roof."""
        house, frame = self.house, [p for p in self.openings() if p[0] == "windscreen"]
        name, prism = frame[0]
        skin = shapes.difference(house.solid(-0.006), house.solid(-0.016).move(y=-0.002))
        pane = shapes.intersection(skin, prism, crease=38)
        low, high = house.rings[1, 0], house.roof - 0.02
        cut = np.array(
            [
                [house.end(low, True) - 0.16, low - 0.2],
                [9, low - 0.2],
                [9, high],
                [house.end(high, True) - 0.10, high],
            ]
        )
        surround = shapes.difference(house.solid(), house.solid(-0.035), prism)
        surround = shapes.intersection(surround, side_prism(cut), crease=38)
        return [part("windscreen_frame", (surround, self.paint)), part(name, (pane, self.glass))]

    def lip(self, tail: float, half: float, y: float) -> Solid:
        """A ducktail over the edge of the boot."""
        t = np.linspace(-1, 1, 25)
        path = np.column_stack([1.02 * half * t, y + 0.012 - 0.05 * t**4, tail + 0.07 + 0.10 * t**2])
        section = curves.smooth_curve(
            [[-0.085, -0.03], [0.0, 0.012], [0.07, 0.030], [0.075, 0.018], [0.03, -0.02]], 16, closed=True
        )
        return shapes.sweep(path, 1 - 0.35 * t**4, section * [-1, 1])

    def wing(self, tail: float, wide: float, y: float) -> Part:
        """A racing wing on two stays."""
        foil = curves.smooth_curve(
            [[-0.14, 0.0], [-0.04, 0.030], [0.12, 0.018], [0.16, 0.0], [0.1, -0.006], [-0.06, -0.008]],
            24,
            closed=True,
        )
        blade = (
            shapes.extrude(foil, 1.9 * wide, 0.004).rotate(y=90).rotate(x=-8).move(0, y + 0.30, tail + 0.12)
        )
        plates = [
            shapes.rounded_box(0.014, 0.16, 0.34, 0.006, 1).move(s * 0.95 * wide, y + 0.28, tail + 0.12)
            for s in (-1, 1)
        ]
        stays = [
            shapes.rounded_box(0.016, 0.34, 0.10, 0.006, 1)
            .rotate(x=12)
            .move(s * 0.45 * wide, y + 0.13, tail + 0.16)
            for s in (-1, 1)
        ]
        return part("rear_wing", (join(blade, *plates), self.paint), (join(*stays), self.black))

    def trim(self) -> list[Part]:
        """Door joints, handles, mirrors, skirts and a front splitter."""
        low = float(self.shell.at(0)[1]) + 0.09
        seams = []
        for rear, front in self.style.doors:
            belt = float(self.shell.at((rear + front) / 2)[6]) - 0.035
            outline = np.array(
                [
                    [rear, low + 0.10],
                    [rear + 0.14, low],
                    [front - 0.02, low],
                    [front + 0.03, belt * 0.6 + low * 0.4],
                    [front - 0.02, belt],
                    [rear + 0.05, belt],
                    [rear - 0.02, belt * 0.6 + low * 0.4],
                ]
            )
            seams.append(self.seam(curves.rounded(outline, 0.07)))
        parts = [part("door_joints", (join(*seams), self.black))]
        handles = [self.handle(rear + 0.20) for rear, _ in self.style.doors]
        parts.append(part("door_handles", (join(*handles), self.paint)))
        parts.append(self.mirrors())
        skirts = []
        rear, front = (
            self.style.axles[0] + self.arch_radius() + 0.03,
            self.style.axles[1] - self.arch_radius() - 0.03,
        )
        for side in (1, -1):
            x = float(self.shell.at(0)[2])
            skirt = shapes.rounded_box(0.10, 0.09, front - rear, 0.03, 2, cuts=6)
            skirts.append(
                skirt.move(side * (x - 0.015), float(self.shell.at(0)[1]) + 0.035, (front + rear) / 2)
            )
        parts.append(part("side_skirts", (join(*skirts), self.black)))
        if "splitter" in self.style.extras:
            nose = float(self.style.stations[-1][0])
            rows = self.shell.lines[self.shell.lines[:, 0] > nose - 0.55]
            edge = np.column_stack([rows[:, 3] - 0.03, rows[:, 0] + 0.03])
            outline = np.concatenate([edge, edge[::-1] * [-1, 1]])
            lip = shapes.extrude(curves.without_repeats(outline), 0.02, 0.007).rotate(x=90)
            parts.append(
                part("splitter", (lip.move(y=float(self.shell.at(nose - 0.2)[1]) + 0.005), self.black))
            )
        if "scoop" in self.style.extras:
            parts += self.side_scoops()
        return parts

    def handle(self, z: float) -> Solid:
        """A flush door handle on both sides, behind ``z``."""
        y = float(self.shell.at(z)[6]) - 0.10
        x = self.side_at(z, y)
        bar = shapes.capsule(0.012, 0.17, 12).rotate(x=90).scale(0.8, 1, 1).move(x + 0.006, y, z)
        return join(bar, bar.mirror("x"))

    def side_at(self, z: float, y: float) -> float:
        """x of the body's left side at (z, y)."""
        hit = RayScene(self.body.vertices, self.body.faces).first_hit(
            np.array([[3.0, y, z]]), np.array([[-1.0, 0, 0]])
        )
        return 3.0 - float(hit.distance[0]) if hit.face[0] >= 0 else float(self.shell.at(z)[3])

    def side_scoops(self) -> list[Part]:
        """Dark air intakes behind the doors."""
        z = self.style.doors[0][0] - 0.04
        y = float(self.shell.at(z)[4])
        outline = curves.rounded(
            np.array([[z, y - 0.10], [z + 0.02, y + 0.14], [z - 0.20, y + 0.10], [z - 0.10, y - 0.06]]), 0.03
        )
        prism = side_prism(outline, 1.2)
        hollow = shapes.difference(prism, shapes.box(1.2, 4, 12))
        right = shapes.intersection(hollow, shapes.box(4, 6, 12).move(x=2))
        return [
            self.panel(f"scoop_{name}", solid, self.black, 0.003)
            for name, solid in (("left", right), ("right", right.mirror("x")))
        ]

    def mirrors(self) -> Part:
        """A mirror on a short arm at the foot of each front pillar."""
        house, ring = self.house, self.house.rings[1]
        y = float(ring[0]) + 0.09
        z = house.end(y, True) - 0.30
        x = house.half_width(y) + 0.10
        cup = (
            shapes.superellipsoid(0.20, 0.125, 0.11, 3, 2.6, 24).taper(1.0, 0.92).move(x + 0.03, y + 0.02, z)
        )
        arm = shapes.sweep(
            [[x - 0.16, y - 0.05, z - 0.01], [x - 0.08, y - 0.03, z], [x - 0.02, y, z]],
            0.018,
            10,
            round_ends=True,
        )
        pane = shapes.superellipsoid(0.165, 0.095, 0.02, 3.5, 2.2, 24).move(x + 0.03, y + 0.02, z - 0.055)
        return part(
            "mirrors",
            (join(cup, cup.mirror("x")), self.paint), (join(arm, arm.mirror("x")), self.black), (join(pane, pane.mirror("x")), self.chrome),
        )  # fmt: skip

    # Inside

    def interior(self) -> list[Part]:
        """Seats, dashboard and steering wheel, seen through the glass."""
        rings = self.house.rings
        floor = float(self.shell.at(0.0)[1]) + 0.13
        belt, half = float(rings[1, 0]), float(rings[1, 3])
        front = float(rings[1, 1]) - 0.18
        dash = shapes.rounded_box(2 * half - 0.30, 0.26, 0.30, 0.09, 3).move(0, belt - 0.17, front - 0.16)
        ring = shapes.torus(0.17, 0.03, 32, 10)
        spokes = [
            shapes.rounded_box(0.16, 0.012, 0.035, 0.005, 1).move(x=0.08).rotate(y=a) for a in (0, 180, 270)
        ]
        steer = (
            join(ring, *spokes, shapes.cylinder(0.045, 0.03, 0.01, 20))
            .rotate(x=-68)
            .move(0.42 * half, belt - 0.02, front - 0.36)
        )
        column = (
            shapes.cylinder(0.025, 0.25, 0.0, 12)
            .rotate(x=68 + 44)
            .move(0.42 * half, belt - 0.03, front - 0.36)
        )
        seats = []
        second = front - 1.80
        room = self.house.end(belt + 0.30, False) < second - 0.42
        rows = [front - 0.98, second] if room else [front - 0.98]
        for z in rows:
            for side in (-1, 1):
                seats.append(seat(belt - floor).move(side * 0.46 * half, floor, z))
        return [
            part("dashboard", (join(dash, column), self.black)),
            part("steering_wheel", (steer, self.black)),
            part("seats", (join(*seats), self.seat)),
        ]

    def wheels(self) -> list[Part]:
        """Four wheels."""
        radius, width = self.style.wheel
        pattern, spokes = self.style.spokes
        style = WheelStyle(
            radius,
            width,
            spokes=self.brief.count("spoke", spokes, 3, 24),
            pattern=pattern,
            tread=self.style.tread,
        )
        materials = WheelMaterials(
            asked(self.brief, "tyre", "rubber", None, "tyre", "tire"),
            asked(self.brief, "rim", "aluminium", None, "rim", "wheel", roughness=0.25),
            self.chrome,
            finish("iron", (0.42, 0.42, 0.44), "brake_disc"),
            finish("paint", (0.70, 0.05, 0.05), "caliper"),
        )
        parts = []
        for z, end in zip(self.style.axles, ("rear", "front")):
            for side, name in ((1, "left"), (-1, "right")):
                at = np.array([side * (self.style.track - width / 2), radius, z])
                parts.append(wheel(f"wheel_{end}_{name}", style, materials, at, side))
        return parts


def seat(height: float) -> Solid:
    """A bucket seat facing +z whose backrest ends a little above ``height``."""
    cushion = shapes.superellipsoid(0.50, 0.18, 0.52, 4, 3, 24).move(y=0.12)
    back = (
        shapes.superellipsoid(0.50, height + 0.05, 0.16, 4, 3, 24)
        .taper(1.0, 0.8)
        .rotate(x=-14)
        .move(0, 0.12 + height * 0.5, -0.26)
    )
    head = shapes.superellipsoid(0.26, 0.17, 0.11, 3, 2.6, 20).move(0, height + 0.20, -0.30 - height * 0.12)
    return join(cushion, back, head)


def build_car(brief: Brief, style: CarStyle) -> Asset:
    """The car as named parts, on its wheels, facing +z."""
    b = CarBuilder(brief, style)
    cabin = b.open_top() if "no_roof" in style.extras else b.cabin()
    parts = [b.bodywork(), *cabin, *b.front(), *b.rear(), *b.trim(), *b.extras(), *b.interior(), *b.wheels()]
    return Asset(parts)
