"""Skins, furs, plants, water and ice."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.noise import cells, fbm, noise, random, ridges, warp
from pocket3d_server.geometry.solid_materials.surface import (
    Floats,
    Look,
    Points,
    SolidMaterial,
    mix,
    on_planes,
    ramp,
    rgb,
    shade,
    step,
    stretched,
)


def hair(p: Points, colors: Floats, length: float = 0.22, accent: Floats | None = None) -> Look:
    """Strands over ``colors`` (N, 3), of which ``accent`` is the feature: fine streaks that run down and wander."""
    q = warp(p.position, 0.7, 0.35, p.seed + 40)
    strand = fbm(stretched(q, 7, 7 * length, 7), 1.0, 3, p.seed + 41)
    clump = noise(stretched(q, 2.2, 2.2 * length, 2.2), 1.0, p.seed + 42)
    depth = np.clip(0.65 * strand + 0.45 * clump, 0, 1)
    return Look(shade(colors, 0.45 + 0.95 * depth), 0.82, 0.0, 0.20 * depth, accent)


def _fur(p: Points) -> Look:
    tone = fbm(p.position, 0.5, 4, p.seed)
    return hair(p, ramp(np.clip(tone * 1.8 - 0.4, 0, 1), "6b4526", "9a6b3f", "c39a68"))


def _scales(p: Points) -> Look:
    """Overlapping scales in staggered rows, larger light rim, dark roots."""

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        best_h = np.full(len(u), -1.0, np.float32)
        color = np.zeros((len(u), 3), np.float32)
        for lift in (1, 0):  # the row above lies over the row below
            row = np.floor(v * 1.6) + lift
            x = u + 0.5 * (row % 2)
            column = np.floor(x)
            fx, fy = x - column - 0.5, v * 1.6 - row
            inside = (fx / 0.56) ** 2 + (np.clip(-fy, 0, 9) / 1.05) ** 2 + (np.clip(fy, 0, 9) / 0.6) ** 2
            rise = np.clip(1 - inside, 0, 1)
            mine = (inside < 1) & (fy < 0.35)
            identity = random(row * 71 + column + plane * 13, p.seed)
            tip = np.clip(-fy, 0, 1)
            tone = np.clip(0.25 + 0.5 * tip + 0.35 * (identity - 0.5), 0, 1)
            scale = shade(ramp(tone, "1d3b1f", "3d7a35", "8fb04d", "d3cf7a"), 0.55 + 0.55 * np.sqrt(rise))
            keel = step(0.07, 0.0, np.abs(fx)) * 0.06
            h = 0.10 * np.sqrt(rise) + 0.10 * tip + keel
            over = mine & (h > best_h)
            best_h = np.where(over, h, best_h).astype(np.float32)
            color[over] = scale[over]
        color[best_h < 0] = rgb("16240f")
        return Look(color, 0.42, 0.0, np.maximum(best_h, 0))

    return on_planes(p, flat)


def _snake(p: Points) -> Look:
    c = cells(stretched(p.grain, 1, 0.75, 1), 4.0, p.seed, 0.25)
    scale = np.clip(1 - 1.5 * c.nearest, 0, 1)
    q = warp(p.grain, 0.5, 0.5, p.seed + 1)
    band = cells(stretched(q, 1.0, 0.8, 1.0), 0.8, p.seed + 2, 0.6)
    blotch = step(0.50, 0.42, band.nearest)
    rim = step(0.55, 0.50, band.nearest) * (1 - blotch)
    color = mix(mix("b59a5e", "1f1a12", rim), "6b4a22", blotch)
    return Look(shade(color, 0.5 + 0.7 * scale + 0.12 * (c.identity - 0.5)), 0.38, 0.0, 0.08 * scale)


def _reptile(p: Points) -> Look:
    q = warp(p.position, 1.1, 0.22, p.seed)
    c = cells(q, 1.5, p.seed + 1)
    fine = cells(p.position, 7.0, p.seed + 2)
    plate = step(0.03, 0.22, c.second - c.nearest)
    tone = fbm(p.position, 0.4, 4, p.seed + 3)
    color = shade(
        ramp(np.clip(tone * 1.8 - 0.4, 0, 1), "2c3a22", "56653a", "8a8a55"),
        0.35 + 0.55 * plate + 0.3 * (c.identity - 0.4),
    )
    return Look(shade(color, 0.85 + 0.25 * fine.nearest), 0.55, 0.0, 0.16 * plate + 0.02 * fine.nearest)


def _feathers(p: Points) -> Look:
    """Rows of rounded feathers that hang over the row below, with a shaft and slanting barbs."""
    tint_a, tint_b = p.colour(0, "3f6f9c"), p.colour(1, "d9c9a3")

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        color = np.broadcast_to(tint_a * 0.3, (len(u), 3)).astype(np.float32)
        height = np.zeros(len(u), np.float32)
        for lift in (3, 2, 1):  # higher rows lie over lower ones, so they come last
            row = np.floor(v * 1.25) + 4 - lift
            x = u + 0.5 * np.mod(row, 2)
            which = np.floor(x) * 53 + row * 7 + plane
            fx = x - np.floor(x) - 0.5
            down = (row - v * 1.25) / 2.3  # 0 at the root, 1 at the tip
            rest = 0.60 - np.hypot(fx, np.clip(down - 0.52, 0, 9) * 1.25)
            mine = (rest > 0) & (down > 0) & (down < 1)
            along = (np.abs(fx) * 1.3 - down * 1.6) * 26
            barb = noise(np.stack([along, fx * 3 + which * 0.37, 0 * fx], axis=1), 1.0, p.seed)
            rim = step(0.10, 0.02, rest)
            body = mix(
                np.broadcast_to(tint_a, (len(u), 3)), tint_b, np.maximum(0.85 * rim, 0.3 * step(0.6, 1, down))
            )
            light = 0.42 + 0.36 * barb + 0.22 * (random(which, 4) - 0.5) + 0.40 * step(0.3, 0.9, down)
            shaft = step(0.030, 0.012, np.abs(fx)) * step(0.98, 0.85, down)
            color[mine] = mix(shade(body, light), "efe6d2", 0.75 * shaft)[mine]
            height = np.where(mine, 0.22 * down + 0.05 * barb + 0.06 * shaft + 0.10 * (0.3 - fx * fx), height)
        return Look(color, 0.7, 0.0, height.astype(np.float32))

    return on_planes(p, flat)


def _grass(p: Points) -> Look:
    q = warp(p.position, 1.6, 0.3, p.seed)
    blade = ridges(stretched(q, 5.0, 1.4, 5.0), 1.0, 2, p.seed + 1)
    patch = fbm(p.position, 0.6, 4, p.seed + 2)
    color = shade(ramp(np.clip(patch * 1.8 - 0.4, 0, 1), "2f5a1c", "4f8a2a", "86ad45"), 0.40 + 0.95 * blade)
    return Look(color, 0.9, 0.0, 0.30 * blade)


def _moss(p: Points) -> Look:
    clump = cells(warp(p.position, 1.5, 0.25, p.seed), 1.3, p.seed + 1)
    dome = np.clip(1 - 1.1 * clump.nearest, 0, 1)
    fine = fbm(p.position, 11, 3, p.seed + 2)
    patch = fbm(p.position, 0.6, 4, p.seed + 3)
    color = shade(
        ramp(np.clip(0.6 * patch + 0.7 * dome * fine, 0, 1), "22300f", "46601c", "7f9434", "b3bc58"),
        0.6 + 0.7 * fine,
    )
    return Look(color, 0.97, 0.0, 0.30 * dome + 0.14 * fine)


def _leaves(p: Points) -> Look:
    c = cells(stretched(warp(p.position, 1.0, 0.3, p.seed), 1, 0.7, 1), 1.4, p.seed + 1)
    border = step(0.02, 0.25, c.second - c.nearest)
    rib = step(0.10, 0.02, np.abs(noise(p.position, 1.4, p.seed + 2) - 0.5))
    fine = fbm(p.position, 6, 3, p.seed + 3)
    color = shade(ramp(c.identity, "27521d", "3f7a2b", "6b9c3a", "8fae4a"), 0.35 + 0.6 * border + 0.2 * fine)
    return Look(mix(color, "b7cc7a", 0.25 * rib), 0.6, 0.0, 0.3 * border * (0.5 + c.identity))


def _ice(p: Points) -> Look:
    """Clear blue, cloudy in places, crossed by white cracks and full of small bubbles."""
    q = warp(p.position, 0.7, 0.4, p.seed)
    crack = step(0.90, 0.985, ridges(q, 0.55, 2, p.seed + 1)) + 0.6 * step(
        0.94, 0.99, ridges(warp(p.position, 1.5, 0.2, p.seed + 5), 1.3, 1, p.seed + 6)
    )
    cloud, fine = fbm(p.position, 0.8, 4, p.seed + 2), fbm(p.position, 7, 3, p.seed + 3)
    bubble = cells(p.position, 5.0, p.seed + 4)
    dots = step(0.20, 0.10, bubble.nearest) * (bubble.identity > 0.82)
    color = ramp(np.clip(cloud * 2.0 - 0.5, 0, 1), "3f8fc4", "86c4e6", "cfeefa")
    white = np.clip(0.85 * crack + 0.5 * dots + 0.10 * fine, 0, 1)
    return Look(
        mix(color, "ffffff", white),
        0.06 + 0.15 * cloud * fine + 0.3 * np.clip(crack, 0, 1),
        0.0,
        0.03 * fine - 0.03 * crack,
    )


def _snow(p: Points) -> Look:
    drift, fine = fbm(p.position, 0.8, 4, p.seed), noise(p.position, 30, p.seed + 1)
    sparkle = step(0.93, 0.97, noise(p.position, 60, p.seed + 2))
    color = shade(ramp(drift, "cfdcec", "eef4fa", "ffffff"), 0.96 + 0.06 * fine)
    return Look(color, 0.85 - 0.6 * sparkle, 0.0, 0.18 * drift + 0.01 * fine)


def _water(p: Points) -> Look:
    q = warp(p.position, 0.8, 0.5, p.seed)
    wave = fbm(q, 1.1, 4, p.seed + 1)
    caustic = step(0.70, 0.98, ridges(q, 1.0, 2, p.seed + 2))
    color = mix(ramp(np.clip(wave * 1.8 - 0.4, 0, 1), "0b3d63", "1c7a9c", "4fb9c4"), "dff6f2", 0.55 * caustic)
    return Look(color, 0.06, 0.0, 0.12 * wave)


def _crystal(p: Points) -> Look:
    """Upright shards side by side, each with a bright and a shaded face, and depth inside."""
    g = stretched(warp(p.position, 0.8, 0.15, p.seed), 1.5, 0.55, 1.5)
    c = cells(g, 1.0, p.seed + 1, offsets=True)
    inner = cells(stretched(p.position, 2.2, 1.1, 2.2), 1.0, p.seed + 2)
    face = (c.offset[:, 0] * 0.8 + c.offset[:, 2] > 0).astype(np.float32)
    rise = np.minimum(c.second - c.nearest, 0.55)
    tone = np.clip(0.45 * c.identity + 0.30 * face + 0.35 * inner.identity - 0.05, 0, 1)
    color = ramp(tone, "2c0f5e", "6a2fb8", "a56fe8", "ead6ff")
    edge = step(0.05, 0.01, c.second - c.nearest)
    return Look(mix(color, "f3e8ff", 0.35 * edge), 0.05 + 0.08 * inner.identity, 0.0, 0.5 * rise)


def _bone(p: Points) -> Look:
    stain, fine = fbm(p.position, 0.9, 5, p.seed), fbm(p.position, 9, 3, p.seed + 1)
    crack = step(0.86, 0.97, ridges(stretched(p.grain, 1.6, 0.4, 1.6), 1.0, 3, p.seed + 2))
    color = shade(ramp(np.clip(stain * 1.8 - 0.4, 0, 1), "a08a63", "d9c9a3", "efe6cf"), 0.88 + 0.18 * fine)
    return Look(shade(color, 1 - 0.45 * crack), 0.55, 0.0, 0.02 * fine - 0.04 * crack)


def _skin(p: Points) -> Look:
    pore = cells(p.position, 6, p.seed)
    blush, fine = fbm(p.position, 0.6, 4, p.seed + 1), fbm(p.position, 4, 3, p.seed + 2)
    color = shade(
        ramp(np.clip(blush * 1.8 - 0.4, 0, 1), "cc8a6c", "dba081", "e6b496"),
        0.93 + 0.10 * fine + 0.05 * pore.nearest,
    )
    return Look(color, 0.48 + 0.1 * fine, 0.0, 0.015 * pore.nearest)


def _slime(p: Points) -> Look:
    q = warp(p.position, 0.6, 0.7, p.seed)
    flow = fbm(q, 0.8, 4, p.seed + 1)
    bubble = cells(p.position, 2.0, p.seed + 2)
    pop = step(0.24, 0.10, bubble.nearest) * (bubble.identity > 0.6)
    color = mix(ramp(np.clip(flow * 1.9 - 0.45, 0, 1), "2f6a12", "63b81e", "b8ee4a"), "efffc2", 0.6 * pop)
    return Look(color, 0.10 + 0.12 * flow, 0.0, 0.2 * flow + 0.08 * pop)


def _coral(p: Points) -> Look:
    c = cells(p.position, 1.6, p.seed)
    groove = ridges(warp(p.position, 1.2, 0.3, p.seed), 1.4, 2, p.seed + 1)
    color = shade(ramp(np.clip(groove, 0, 1), "f0917a", "d9583f", "9c2f2a"), 0.65 + 0.45 * (1 - c.nearest))
    return Look(color, 0.75, 0.0, -0.2 * groove)


def _leaf(p: Points) -> Look:
    """One broad leaf after another: midrib, side veins, a net of fine ones."""

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        x = u - np.floor(u) - 0.5
        side = v * 4 - np.abs(x) * 3.2
        rib = step(0.030, 0.008, np.abs(x))
        vein = step(0.10, 0.03, np.abs(side - np.floor(side) - 0.5)) * step(0.5, 0.35, np.abs(x))
        bulge = np.cos((side - np.floor(side) - 0.5) * 2 * np.pi + np.pi) * 0.5 + 0.5
        q = np.stack([u, v, 0 * u + plane * 5.3], axis=1).astype(np.float32)
        net = cells(q, 14.0, p.seed)
        mesh = step(0.12, 0.03, net.second - net.nearest)
        tone = fbm(q, 1.2, 3, p.seed + 1)
        color = shade(
            ramp(np.clip(tone * 1.8 - 0.4, 0, 1), "245c1f", "3f8a2e", "6fae3f"), 0.80 + 0.26 * bulge
        )
        color = mix(color, "a9cf72", np.clip(0.85 * rib + 0.6 * vein + 0.16 * mesh, 0, 1))
        return Look(
            color, 0.42 + 0.1 * mesh, 0.0, 0.05 * bulge - 0.03 * rib - 0.008 * mesh, np.maximum(rib, vein)
        )

    return on_planes(p, flat)


def _blood(p: Points) -> Look:
    flow = fbm(warp(p.position, 0.7, 0.5, p.seed), 0.9, 4, p.seed + 1)
    drop = cells(stretched(p.position, 2.2, 1.2, 2.2), 1.0, p.seed + 2)
    bead = step(0.30, 0.12, drop.nearest) * (drop.identity > 0.6)
    color = ramp(np.clip(flow * 1.9 - 0.45, 0, 1), "2e0204", "6d060a", "a30d12")
    return Look(color, 0.12 + 0.15 * flow, 0.0, 0.12 * flow + 0.08 * bead)


def _honey(p: Points) -> Look:
    """Clear and golden, with bubbles and folds that run down; amber has them too."""
    flow = fbm(stretched(warp(p.position, 0.6, 0.6, p.seed), 1, 0.45, 1), 0.9, 3, p.seed + 1)
    bubble = cells(p.position, 2.6, p.seed + 2)
    rim = step(0.05, 0.02, np.abs(bubble.nearest - 0.14)) * (bubble.identity > 0.72)
    color = ramp(np.clip(flow * 2.1 - 0.55, 0, 1), "7a3203", "d6820c", "f9c440", "ffe692")
    return Look(mix(color, "fff3c4", 0.7 * rim), 0.06, 0.0, 0.14 * flow)


def _bread(p: Points) -> Look:
    """Golden crust, floured, split where it rose."""
    crust = fbm(warp(p.position, 0.8, 0.4, p.seed), 1.0, 4, p.seed + 1)
    split = step(0.90, 0.98, ridges(warp(p.position, 0.9, 0.3, p.seed + 2), 0.55, 2, p.seed + 3))
    flour = step(0.52, 0.75, fbm(p.position, 3.0, 4, p.seed + 4)) * step(-0.1, 0.7, p.normal[:, 1])
    fine = fbm(p.position, 10, 3, p.seed + 5)
    color = shade(ramp(np.clip(crust * 1.9 - 0.45, 0, 1), "7d4310", "b8702a", "dda657"), 0.84 + 0.26 * fine)
    color = mix(mix(color, "f1dcae", 0.8 * split), "f7f0e0", 0.55 * flour)
    return Look(color, 0.70, 0.0, 0.06 * crust + 0.03 * fine - 0.08 * split, split)


def _cheese(p: Points) -> Look:
    """Yellow, with round holes of all sizes."""
    hole = np.zeros(len(p.position), np.float32)
    for size, seed in ((0.75, 1), (1.9, 2)):
        c = cells(p.position, size, p.seed + seed)
        hole = np.maximum(hole, step(0.30, 0.22, c.nearest / (0.5 + 0.7 * c.identity)) * (c.identity > 0.35))
    fine = fbm(p.position, 3, 3, p.seed + 4)
    color = shade(np.broadcast_to(rgb("f4c445"), (len(fine), 3)), 0.90 + 0.14 * fine)
    return Look(mix(color, "b97f17", 0.85 * hole), 0.42, 0.0, 0.02 * fine - 0.35 * hole, hole)


def _fire(p: Points) -> Look:
    """Tongues that lick upwards, white in the middle."""
    q = warp(stretched(p.position, 1.5, 0.6, 1.5), 0.9, 0.5, p.seed)
    tongue = 1 - np.abs(fbm(q, 1.0, 4, p.seed + 1) * 2 - 1) * 2.6
    heat = np.clip(tongue + 0.5 * (fbm(q, 0.5, 2, p.seed + 2) - 0.5), 0, 1)
    return Look(ramp(heat, "2a0602", "a81c04", "f0620a", "ffb824", "fff1a8"), 0.7, 0.0, 0.10 * heat)


def _clouds(p: Points) -> Look:
    q = stretched(warp(p.position, 0.7, 0.35, p.seed), 0.8, 1.2, 0.8)
    puff = fbm(q, 0.9, 5, p.seed + 1)
    white = step(0.47, 0.62, puff)
    shadow = step(0.60, 0.78, fbm(q + np.array([0, 0.25, 0], np.float32), 0.9, 5, p.seed + 1))
    sky = ramp(np.clip(fbm(p.position, 0.3, 2, p.seed + 2), 0, 1), "3f86d6", "7fb4ea")
    return Look(
        mix(sky, shade(np.broadcast_to(rgb("ffffff"), sky.shape), 1 - 0.16 * shadow), white),
        0.8,
        0.0,
        0.08 * white,
    )


MATERIALS = (
    SolidMaterial(
        "fur",
        ("fur", "brown fur", "fluffy animal hair", "furry", "dog", "cat", "bear", "wolf", "rabbit"),
        _fur,
        0.06,
        (6, 14),
    ),
    SolidMaterial(
        "scales",
        ("fish scales", "mermaid scales", "dragon scales", "dragon skin", "green scales"),
        _scales,
        0.05,
        (12, 26),
    ),
    SolidMaterial("snake", ("snake skin", "python skin"), _snake, 0.08, (7, 15)),
    SolidMaterial(
        "reptile",
        ("reptile skin", "crocodile skin", "lizard skin", "dinosaur skin", "elephant skin"),
        _reptile,
        0.06,
        (8, 18),
    ),
    SolidMaterial(
        "feathers",
        ("feathers", "bird plumage", "wings of a bird"),
        _feathers,
        0.07,
        (8, 18),
        own_colours=True,
    ),
    SolidMaterial("grass", ("grass", "lawn", "meadow"), _grass, 0.08, (6, 14)),
    SolidMaterial("moss", ("moss", "mossy", "lichen", "overgrown"), _moss, 0.06, (7, 16)),
    SolidMaterial("foliage", ("foliage", "ivy", "hedge", "jungle plants"), _leaves, 0.06, (8, 18)),
    SolidMaterial(
        "leaf",
        ("leaf", "green leaf", "leaf veins", "plant", "petal"),
        _leaf,
        0.12,
        (3, 7),
        features=("vein", "rib"),
    ),
    SolidMaterial("blood", ("blood", "gore", "bloody"), _blood, 0.12, (4, 10)),
    SolidMaterial("honey", ("honey", "amber", "syrup", "resin", "molten caramel"), _honey, 0.12, (4, 9)),
    SolidMaterial(
        "bread",
        ("bread", "bread crust", "baked dough", "pastry", "cookie"),
        _bread,
        0.1,
        (4, 9),
        features=("crack",),
    ),
    SolidMaterial("cheese", ("cheese", "swiss cheese"), _cheese, 0.06, (6, 12), features=("hole",)),
    SolidMaterial("fire", ("fire", "flames", "blazing fire", "burning"), _fire, 0.2, (4, 8)),
    SolidMaterial("clouds", ("clouds", "cloudy sky", "sky", "heaven"), _clouds, 0.3, (3, 6)),
    SolidMaterial("ice", ("ice", "frozen", "glacier", "frost"), _ice, 0.2, (3, 8)),
    SolidMaterial("snow", ("snow", "snowy", "snowman"), _snow, 0.15, (4, 9)),
    SolidMaterial("water", ("water", "ocean waves", "sea"), _water, 0.2, (3, 9)),
    SolidMaterial(
        "crystal",
        ("crystal", "amethyst", "quartz", "magic crystal"),
        _crystal,
        0.12,
        (4, 10),
    ),
    SolidMaterial("bone", ("bone", "ivory", "skull", "antler", "teeth"), _bone, 0.12, (4, 10)),
    SolidMaterial("skin", ("human skin", "skin", "flesh"), _skin, 0.05, (6, 14)),
    SolidMaterial("slime", ("slime", "jelly", "toxic goo", "alien"), _slime, 0.15, (4, 10)),
    SolidMaterial("coral", ("coral", "brain coral"), _coral, 0.08, (6, 14)),
)
