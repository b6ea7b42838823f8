"""Tileable surface patterns: tone, height and roughness over a square of some metres.

Everything is periodic, because the noise is shaped in the Fourier domain and the lattices have whole numbers of
cells. So one small image covers a wall of any length without a seam, and no atlas has to be unwrapped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.float64]


@dataclass(frozen=True)
class Surface:
    """One tile of a pattern, sampled R by R; rows run down the image."""

    tone: Grid
    """(R, R, 3) factor on the material's own colour, at most 1, linear light."""
    height: Grid
    """(R, R) metres."""
    roughness: Grid
    """(R, R) factor on the material's own roughness, at most 1."""


@dataclass(frozen=True)
class Pattern:
    """A pattern and how large its tile is."""

    metres: float
    draw: Callable[[int, np.random.Generator], Surface]
    fine: bool = True
    """Whether it deserves the full resolution; faint ones get a quarter."""


def noise(
    size: int,
    rng: np.random.Generator,
    low: float,
    high: float,
    fall: float = 1.0,
    across: float = 1.0,
    along: float = 1.0,
) -> Grid:
    """Periodic noise (size, size) in 0..1 with between ``low`` and ``high`` waves a tile.

    ``fall`` is how fast the amplitude falls with frequency; ``across`` and ``along`` stretch it in u and v.
    The random phases are drawn for a fixed number of waves, so the picture is the same at every size.
    """
    waves = 128
    phase = rng.normal(size=(2 * waves, waves + 1, 2))
    v = np.concatenate([np.arange(0, waves), np.arange(-waves, 0)])[:, None].astype(float)
    u = np.arange(waves + 1)[None, :].astype(float)
    f = np.hypot(u * across, v * along)
    strength = np.where((f >= low) & (f <= high), 1.0, 0.0) * np.maximum(f, 1e-6) ** -fall
    small = (phase[..., 0] + 1j * phase[..., 1]) * strength
    half = min(waves, size // 2 - 1)
    spectrum = np.zeros((size, size // 2 + 1), dtype=complex)
    spectrum[:half, : half + 1] = small[:half, : half + 1]
    spectrum[-half:, : half + 1] = small[-half:, : half + 1]
    field = np.fft.irfft2(spectrum, s=(size, size))
    field -= field.mean()
    return np.clip(0.5 + field / (5.0 * field.std() + 1e-12), 0, 1)


def _tint(
    value: Grid, dark: tuple[float, float, float], light: tuple[float, float, float] = (1, 1, 1)
) -> Grid:
    """Tone (R, R, 3) between two colour factors."""
    return np.asarray(dark) + (np.asarray(light) - np.asarray(dark)) * value[..., None]


def _coordinates(size: int) -> tuple[Grid, Grid]:
    at = (np.arange(size) + 0.5) / size
    u, v = np.meshgrid(at, at)
    return u, v


def _step(value: Grid, low: float, high: float) -> Grid:
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _wood(size: int, rng: np.random.Generator) -> Surface:
    u, _ = _coordinates(size)
    bend = noise(size, rng, 1, 10, 1.6, 1.0, 5.0)
    fibre = noise(size, rng, 12, 128, 0.35, 1.0, 14.0)
    rings = 0.5 + 0.5 * np.sin(2 * np.pi * (9 * u + 5.0 * bend))
    pores = _step(noise(size, rng, 20, 128, 0.2, 1.0, 9.0), 0.66, 0.80)
    value = np.clip(0.62 * rings**1.4 * 0.9 + 0.38 * fibre - 0.35 * pores + 0.08, 0, 1)
    return Surface(_tint(value, (0.58, 0.52, 0.46)), 0.0004 * value, 0.85 + 0.15 * (1 - value))


def _brushed(size: int, rng: np.random.Generator) -> Surface:
    lines = noise(size, rng, 10, 128, 0.2, 1.0, 30.0)
    patch = noise(size, rng, 1, 8, 1.2)
    return Surface(
        _tint(0.6 * lines + 0.4 * patch, (0.78, 0.78, 0.78)),
        0.00002 * lines,
        0.62 + 0.38 * (0.5 * lines + 0.5 * patch),
    )


def _courses(
    size: int, rng: np.random.Generator, rows: int, columns: int, joint: float, uneven: float
) -> tuple[Grid, Grid, Grid]:
    """A bond of blocks: distance to the nearest joint in 0..1 of ``joint``, the block's random number, and how
    far up the block."""
    u, v = _coordinates(size)
    row = np.floor(v * rows).astype(int) % rows
    shift = (0.5 * (np.arange(rows) % 2) + uneven * rng.uniform(-0.3, 0.3, rows)) / columns
    edges = np.arange(columns) / columns + uneven * rng.uniform(-0.32, 0.32, (rows, columns)) / columns
    at = (u - shift[row]) % 1.0
    # The joint to the left is the last edge at or before this point; edges wrap around the tile.
    table = np.concatenate([edges[:, -1:] - 1, edges, edges[:, :2] + 1], axis=1)
    count = (at[..., None] >= table[row]).sum(axis=-1) - 1
    left = np.take_along_axis(table[row], count[..., None], axis=-1)[..., 0]
    right = np.take_along_axis(table[row], count[..., None] + 1, axis=-1)[..., 0]
    identity = rng.uniform(size=(rows, columns))[row, (count - 1) % columns]
    up = v * rows - np.floor(v * rows)
    gap = np.minimum(np.minimum(at - left, right - at) * 1.0, np.minimum(up, 1 - up) / rows)
    return np.clip(gap / joint, 0, 1), identity, up


def _brick(size: int, rng: np.random.Generator) -> Surface:
    gap, identity, _ = _courses(size, rng, 12, 4, 0.012, 0.0)
    body = _step(gap, 0.35, 0.75)
    grit = noise(size, rng, 12, 128, 0.5)
    tone = _tint(0.55 * identity + 0.45 * grit, (0.42, 0.36, 0.34), (0.86, 0.80, 0.78))
    mortar = np.array([0.95, 0.98, 1.0]) * (0.86 + 0.14 * grit)[..., None]
    return Surface(
        np.where(body[..., None] > 0.5, tone, mortar), 0.006 * body + 0.0012 * grit, 0.9 + 0.1 * grit
    )


def _stone(size: int, rng: np.random.Generator) -> Surface:
    gap, identity, _ = _courses(size, rng, 6, 4, 0.022, 1.0)
    rough = noise(size, rng, 2, 128, 1.0)
    wear = noise(size, rng, 1, 6, 1.2)
    body = _step(gap + 0.5 * (rough - 0.5), 0.18, 0.7)
    value = np.clip(0.30 + 0.36 * identity + 0.42 * (rough - 0.3) + 0.25 * (wear - 0.5), 0, 1)
    tone = _tint(value, (0.46, 0.45, 0.43)) * (0.45 + 0.55 * body)[..., None]
    return Surface(tone, 0.018 * body + 0.010 * rough, 0.88 + 0.12 * rough)


def _roof(size: int, rng: np.random.Generator) -> Surface:
    u, v = _coordinates(size)
    rows, columns = 8, 8
    row = np.floor(v * rows).astype(int) % rows
    x = (u * columns + 0.5 * (row % 2)) % columns
    column, fx = np.floor(x).astype(int) % columns, x - np.floor(x) - 0.5
    down = v * rows - np.floor(v * rows)
    lip = down + 0.55 * fx**2
    identity = rng.uniform(size=(rows, columns))[row, column]
    joint = _step(0.5 - np.abs(fx), 0.0, 0.06)
    grit = noise(size, rng, 8, 128, 0.7)
    value = np.clip(0.30 + 0.40 * identity + 0.30 * grit, 0, 1)
    shadow = 0.55 + 0.45 * _step(down, 0.0, 0.16)
    tone = _tint(value, (0.50, 0.46, 0.46)) * (shadow * (0.55 + 0.45 * joint))[..., None]
    return Surface(tone, 0.02 * np.clip(lip, 0, 1) * joint + 0.001 * grit, 0.85 + 0.15 * grit)


def _grainy(
    dark: float, tall: float, low: float, fall: float
) -> Callable[[int, np.random.Generator], Surface]:
    """Rough ground: plaster, concrete, soil."""

    def draw(size: int, rng: np.random.Generator) -> Surface:
        broad, fine = noise(size, rng, 1, 12, 1.1), noise(size, rng, low, 128, fall)
        value = 0.45 * broad + 0.55 * fine
        return Surface(_tint(value, (dark, dark * 0.985, dark * 0.96)), tall * fine, 0.88 + 0.12 * fine)

    return draw


def _fabric(size: int, rng: np.random.Generator) -> Surface:
    u, v = _coordinates(size)
    threads = 48
    over = (
        np.sin(np.pi * threads * u) ** 2 * (np.cos(np.pi * threads * v) ** 2)
        + np.cos(np.pi * threads * u) ** 2 * np.sin(np.pi * threads * v) ** 2
    )
    slub = 0.5 * noise(size, rng, 4, 100, 0.5, 1.0, 16.0) + 0.5 * noise(size, rng, 4, 100, 0.5, 16.0, 1.0)
    value = np.clip(0.55 * over + 0.55 * slub - 0.05, 0, 1)
    return Surface(_tint(value, (0.62, 0.62, 0.62)), 0.0005 * over, 0.9 + 0.1 * over)


def _leather(size: int, rng: np.random.Generator) -> Surface:
    folds = np.abs(noise(size, rng, 18, 70, 0.3) - 0.5) * 2
    value = _step(folds, 0.0, 0.28) * 0.75 + 0.25 * noise(size, rng, 1, 10, 1.2)
    return Surface(
        _tint(value, (0.52, 0.48, 0.45)), 0.0006 * _step(folds, 0, 0.25), 0.75 + 0.25 * (1 - value)
    )


def _marble(size: int, rng: np.random.Generator) -> Surface:
    bend = noise(size, rng, 1, 10, 1.5)
    veins = np.abs(noise(size, rng, 1, 40, 1.5) - 0.5) * 2
    value = np.clip(_step(veins, 0.0, 0.16) * 0.75 + 0.25 * bend, 0, 1)
    return Surface(_tint(value, (0.58, 0.58, 0.60)), np.zeros((size, size)), 0.8 + 0.2 * value)


def _blades(dark: tuple[float, float, float], along: float) -> Callable[[int, np.random.Generator], Surface]:
    """Thin things laid one way: thatch; short and mixed: grass."""

    def draw(size: int, rng: np.random.Generator) -> Surface:
        strands = noise(size, rng, 14, 128, 0.25, 1.0, along)
        patch = noise(size, rng, 1, 10, 1.0)
        value = np.clip(0.75 * strands + 0.35 * patch - 0.05, 0, 1)
        return Surface(_tint(value, dark), 0.012 * strands, np.ones((size, size)))

    return draw


def _wicker(size: int, rng: np.random.Generator) -> Surface:
    u, v = _coordinates(size)
    n = 16
    weave = (np.floor(u * n) + np.floor(v * n)) % 2
    a, b = np.abs(np.sin(np.pi * n * u)), np.abs(np.sin(np.pi * n * v))
    height = np.where(weave > 0, b * (0.6 + 0.4 * a), a * (0.6 + 0.4 * b))
    value = np.clip(0.8 * height + 0.2 * noise(size, rng, 8, 128, 0.4), 0, 1)
    return Surface(_tint(value, (0.34, 0.30, 0.26)), 0.003 * height, 0.9 + 0.1 * height)


def _carbon(size: int, rng: np.random.Generator) -> Surface:
    u, v = _coordinates(size)
    n = 32
    twill = (np.floor(u * n) + 2 * np.floor(v * n)) % 4 < 2
    fibre = np.where(twill, np.sin(np.pi * n * u) ** 2, np.sin(np.pi * n * v) ** 2)
    return Surface(
        _tint(0.4 * fibre + 0.6 * twill, (0.35, 0.35, 0.37)), np.zeros((size, size)), 0.7 + 0.3 * fibre
    )


def _rust(size: int, rng: np.random.Generator) -> Surface:
    blotch, fine = noise(size, rng, 1, 40, 1.0), noise(size, rng, 16, 128, 0.4)
    value = _step(0.7 * blotch + 0.3 * fine, 0.30, 0.68)
    return Surface(
        _tint(value, (0.36, 0.24, 0.20)) * (0.8 + 0.2 * fine)[..., None],
        0.0012 * fine + 0.001 * value,
        0.8 + 0.2 * fine,
    )


def _faint(tone: float, low: float, polish: float) -> Callable[[int, np.random.Generator], Surface]:
    """What a painted, glazed or polished surface has: hardly any tone, smudges in its shine."""

    def draw(size: int, rng: np.random.Generator) -> Surface:
        value = noise(size, rng, low, 100, 0.8)
        smudge = noise(size, rng, 1, 16, 1.0)
        return Surface(
            _tint(value, (tone, tone, tone)), np.zeros((size, size)), polish + (1 - polish) * smudge
        )

    return draw


PATTERNS: dict[str, Pattern] = {
    "wood": Pattern(0.45, _wood),
    "brushed_metal": Pattern(0.25, _brushed),
    "brick": Pattern(0.92, _brick),
    "stone": Pattern(2.4, _stone),
    "roof": Pattern(1.9, _roof),
    "plaster": Pattern(1.5, _grainy(0.80, 0.0015, 10, 0.7)),
    "concrete": Pattern(2.0, _grainy(0.74, 0.0012, 14, 0.6)),
    "soil": Pattern(1.5, _grainy(0.50, 0.012, 6, 0.8)),
    "fabric": Pattern(0.16, _fabric),
    "leather": Pattern(0.14, _leather),
    "marble": Pattern(0.9, _marble),
    "grass": Pattern(1.1, _blades((0.42, 0.50, 0.36), 2.5)),
    "thatch": Pattern(1.0, _blades((0.38, 0.34, 0.26), 14.0)),
    "wicker": Pattern(0.32, _wicker),
    "carbon": Pattern(0.10, _carbon),
    "rust": Pattern(0.6, _rust),
    "paint": Pattern(0.8, _faint(0.95, 20, 0.85), fine=False),
    "glaze": Pattern(0.10, _faint(0.86, 10, 0.75), fine=False),
    "polish": Pattern(0.25, _faint(0.94, 8, 0.60), fine=False),
    "grain": Pattern(0.10, _faint(0.84, 30, 0.88), fine=False),
}
