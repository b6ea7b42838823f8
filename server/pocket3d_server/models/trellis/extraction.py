"""From the mesh decoder's numbers to triangles: FlexiCubes (Shen et al. 2023) on the occupied cubes alone.

The decoder gives each of N cubes of a grid a signed distance at its corners, a shift of the corners, weights and
perhaps colours. Nothing here is as large as the grid: corners and cubes are numbered in its order (x slowest, z
fastest), kept sorted and looked up. Beside the cubes that are given, those count that touch an inside corner; what
nothing was said of is outside, unmoved and grey.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from pocket3d_server.models.trellis.cube_tables import CORNERS, EDGES, cube_tables

SDF, SHIFT, BETA, ALPHA, GAMMA = slice(0, 8), slice(8, 32), slice(32, 44), slice(44, 52), slice(52, 53)
COLOUR = slice(53, 101)
CHANNELS, CHANNELS_WITH_COLOUR = 53, 101
SLOTS = (7, 3, 5, 1, 6, 2, 4, 0)
"""Corners in the order in which the cubes around a point have that point as theirs, the lowest cube first."""
CHUNK = 1 << 16
"""Cubes whose vertices are computed at once."""


@dataclass(frozen=True)
class DecodedMesh:
    """Triangles in the decoder's space: the cube of side 1 around the origin, +Z up."""

    vertices: Tensor
    """(V, 3) float32."""
    faces: Tensor
    """(F, 3) int64, counter-clockwise seen from outside."""
    attributes: Tensor | None
    """(V, 6) in 0..1: colour (sRGB) and normal; None for decoders without colour."""


@torch.no_grad()
def extract(coords: Tensor, feats: Tensor, resolution: int) -> DecodedMesh:
    """The surface of one sample.

    ``coords`` (N, 3) or (N, 4) int32, with the sample's number first, are cubes of a grid of ``resolution`` cubes a
    side; ``feats`` (N, 101), or (N, 53) without colour, is what the decoder's last layer says of them. The result is
    on the device of ``feats``; on Apple's GPUs, whose integer operations have gaps, on the CPU.

    Raises ValueError for coordinates outside of the grid or of several samples, for another number of channels, and
    for values that are not finite.
    """
    cubes = _checked(coords, feats, resolution)
    if not len(cubes):
        coloured = feats.shape[1] == CHANNELS_WITH_COLOUR
        return DecodedMesh(
            feats.new_zeros(0, 3), cubes.new_zeros(0, 3), feats.new_zeros(0, 6) if coloured else None
        )
    if feats.device.type == "mps":
        cubes, feats = cubes.cpu(), feats.cpu()
    grid = _Grid(resolution, cubes, feats)
    surface = grid.surface()
    vertices, attributes = grid.vertices(surface)
    return DecodedMesh(vertices, grid.faces(surface), attributes)


def _checked(coords: Tensor, feats: Tensor, resolution: int) -> Tensor:
    """Coordinates (N, 3) int64."""
    if feats.ndim != 2 or feats.shape[1] not in (CHANNELS, CHANNELS_WITH_COLOUR):
        raise ValueError(f"a mesh decoder gives 53 or 101 numbers a cube, not an array {tuple(feats.shape)}")
    if coords.ndim != 2 or coords.shape[1] not in (3, 4) or len(coords) != len(feats):
        raise ValueError(f"{len(feats)} cubes cannot have coordinates {tuple(coords.shape)}")
    if coords.shape[1] == 4 and bool((coords[:, 0] != coords[:1, 0]).any()):
        raise ValueError("the cubes belong to several samples; extract the surface of one at a time")
    cubes = coords[:, -3:].long()
    if bool(((cubes < 0) | (cubes >= resolution)).any()):
        raise ValueError(f"cubes lie outside of the grid of {resolution} a side")
    if not bool(torch.isfinite(feats.sum(dtype=torch.float32))):
        raise ValueError(
            "the mesh decoder gave numbers that are not finite; use a wider number type (float32)"
        )
    return cubes.to(feats.device)


def _numbered(xyz: Tensor, side: int) -> Tensor:
    """(..., 3) places in a grid of ``side`` a side -> (...) their numbers, x slowest."""
    return (xyz[..., 0] * side + xyz[..., 1]) * side + xyz[..., 2]


def _places(number: Tensor, side: int) -> Tensor:
    """(...) numbers -> (..., 3) places."""
    return torch.stack([number // (side * side), number // side % side, number % side], dim=-1)


@dataclass(frozen=True)
class _Surface:
    """The S cubes that the surface passes through, in the grid's order."""

    xyz: Tensor
    """(S, 3)."""
    row: Tensor
    """(S,) of the decoder's numbers; -1 where it said nothing."""
    pattern: Tensor
    """(S,) which corners are inside."""
    first: Tensor
    """(S,) number of each cube's first vertex."""


class _Grid:
    """The corners that the decoder's cubes have, and what it says of them."""

    def __init__(self, resolution: int, cubes: Tensor, feats: Tensor) -> None:
        self.resolution, self.cubes, self.feats = resolution, cubes, feats
        device = feats.device
        self.step = torch.tensor(CORNERS, device=device)
        self.start, self.end = torch.tensor(EDGES, device=device).unbind(1)
        self.corner, self.place = torch.unique(
            self._corner_id(cubes[:, None] + self.step), return_inverse=True
        )
        """(M,) numbers of the corners, sorted; (N, 8) the corners of each cube in this list."""
        self.holder = torch.full((len(self.corner) + 1, 8), -1, dtype=torch.int32, device=device)
        """(M + 1, 8) the cube that has the corner as its i-th, or -1; the last row stands for all other corners."""
        rows = torch.arange(len(cubes), dtype=torch.int32, device=device)
        for i in range(8):
            self.holder[self.place[:, i], i] = rows
        self.sdf = self._mean(slice(0, len(self.holder)), SDF, 1, -1.0 / resolution)[:, 0]
        """(M + 1,)."""
        self.sdf[-1] = 1.0

    def _corner_id(self, xyz: Tensor) -> Tensor:
        return _numbered(xyz, self.resolution + 1)

    def _corner_xyz(self, ids: Tensor) -> Tensor:
        return _places(ids, self.resolution + 1)

    def _cube_id(self, xyz: Tensor) -> Tensor:
        return _numbered(xyz, self.resolution)

    def _mean(self, corners: Tensor | slice, channels: slice, width: int, bias: float = 0.0) -> Tensor:
        """What the cubes around each corner say of it, on average: (K, width); zeros where there are none.

        Always in the same order, so that the result is the same whatever the order of the cubes.
        """
        holder = self.holder[corners]
        total = torch.zeros(len(holder), width, device=self.feats.device)
        for i in SLOTS:
            begin = channels.start + i * width
            said = self.feats[holder[:, i].clamp(min=0).long(), begin : begin + width].float() + bias
            total += torch.where(holder[:, i, None] >= 0, said, 0.0)
        return total / (holder >= 0).sum(dim=1, keepdim=True).clamp(min=1)

    def surface(self) -> _Surface:
        """The cubes with corners inside and outside."""
        xyz, row, corners = self.cubes, torch.arange(len(self.cubes), device=self.feats.device), self.place
        # An inside corner may touch cubes that the decoder said nothing of.
        inside = torch.nonzero(self.sdf[:-1] < 0).squeeze(1)
        corner, slot = torch.nonzero(self.holder[inside] < 0).unbind(1)
        beside = self._corner_xyz(self.corner[inside[corner]]) - self.step[slot]
        beside = beside[((beside >= 0) & (beside < self.resolution)).all(dim=1)]
        beside = _places(torch.unique(self._cube_id(beside)), self.resolution)
        xyz = torch.cat([xyz, beside])
        row = torch.cat([row, row.new_full((len(beside),), -1)])
        corners = torch.cat([corners, self._find(self._corner_id(beside[:, None] + self.step))])
        bits = 1 << torch.arange(8, device=corners.device)
        pattern = ((self.sdf[corners] < 0) * bits).sum(dim=1)
        crossed = torch.nonzero((pattern > 0) & (pattern < 255)).squeeze(1)
        crossed = crossed[torch.argsort(self._cube_id(xyz[crossed]))]
        xyz, row = xyz[crossed], row[crossed]
        pattern = self._turned(xyz, pattern[crossed])
        count = torch.from_numpy(cube_tables().groups).to(pattern.device)[pattern]
        return _Surface(xyz, row, pattern, count.cumsum(0) - count)

    def _find(self, ids: Tensor) -> Tensor:
        """The places of corners by their numbers; the last, which is nobody's, for those that no cube has."""
        place = torch.searchsorted(self.corner, ids).clamp(max=len(self.corner) - 1)
        return torch.where(self.corner[place] == ids, place, len(self.corner))

    def _turned(self, xyz: Tensor, pattern: Tensor) -> Tensor:
        """Patterns with inside and outside exchanged where two cubes would both pinch the surface at their face."""
        if not len(pattern):
            return pattern
        partner = torch.from_numpy(cube_tables().partner).to(pattern.device)
        step = partner[pattern]
        flagged = torch.nonzero(step.any(dim=1)).squeeze(1)
        other = xyz[flagged] + step[flagged]
        within = ((other >= 0) & (other < self.resolution)).all(dim=1)
        flagged, other = flagged[within], other[within]
        ids, wanted = self._cube_id(xyz), self._cube_id(other)
        place = torch.searchsorted(ids, wanted).clamp(max=len(ids) - 1)
        both = (ids[place] == wanted) & step[place].any(dim=1)
        turned = pattern.clone()
        turned[flagged[both]] = 255 - pattern[flagged[both]]
        return turned

    def vertices(self, surface: _Surface) -> tuple[Tensor, Tensor | None]:
        """(V, 3) places and, where there are colours, (V, 6) attributes."""
        coloured = self.feats.shape[1] == CHANNELS_WITH_COLOUR
        tables = cube_tables()
        group = torch.from_numpy(tables.edge_group).to(self.feats.device)
        count = torch.from_numpy(tables.groups).to(self.feats.device)
        total = int(count[surface.pattern].sum())
        out = torch.empty(total, 9 if coloured else 3, device=self.feats.device)
        for begin in range(0, len(surface.row), CHUNK):
            some = slice(begin, begin + CHUNK)
            value, weight = self._crossings(surface.xyz[some], surface.row[some], coloured)
            pattern = surface.pattern[some]
            for k in range(4):
                has = torch.nonzero(count[pattern] > k).squeeze(1)
                mine = weight[has] * (group[pattern[has]] == k)
                mean = (mine[..., None] * value[has]).sum(dim=1) / mine.sum(dim=1, keepdim=True)
                out[surface.first[some][has] + k] = mean
        return (out[:, :3].contiguous(), out[:, 3:].contiguous()) if coloured else (out, None)

    def _crossings(self, xyz: Tensor, row: Tensor, coloured: bool) -> tuple[Tensor, Tensor]:
        """Where the surface crosses the edges of cubes, and its attributes there (K, 12, 3 or 9); weights (K, 12).

        What is said of edges that are not crossed means nothing.
        """
        used, place = torch.unique(self._corner_id(xyz[:, None] + self.step), return_inverse=True)
        found = self._find(used)
        value = self._corner_values(used, found, coloured)[place]
        raw = self.feats[row.clamp(min=0), BETA.start : ALPHA.stop].float() * (row >= 0)[:, None]
        beta, alpha = (1 + 0.99 * raw.tanh()).split([12, 8], dim=1)
        w = self.sdf[found][place] * alpha
        a, b = w[:, self.start, None], w[:, self.end, None]
        apart = torch.where(a == b, 1.0, a - b)
        return (a * value[:, self.end] - b * value[:, self.start]) / apart, beta

    def _corner_values(self, ids: Tensor, found: Tensor, coloured: bool) -> Tensor:
        """Places and attributes (K, 3 or 9) of corners by their numbers and their places in the list."""
        shift = self._mean(found, SHIFT, 3).tanh() * ((1 - 1e-8) / (2 * self.resolution))
        place = self._corner_xyz(ids) / self.resolution - 0.5 + shift
        if not coloured:
            return place
        return torch.cat([place, self._mean(found, COLOUR, 6).sigmoid()], dim=1)

    def faces(self, surface: _Surface) -> Tensor:
        """(F, 3) triangles over the vertices: two around each crossed edge that has four cubes."""
        group = torch.from_numpy(cube_tables().edge_group).to(surface.row.device)[surface.pattern]
        cube, edge = torch.nonzero(group >= 0).unbind(1)
        vertex = surface.first[cube] + group[cube, edge]
        # Edges in the order of their first corners; those from one corner along y, z, x, as their second corners are.
        begin = self._corner_id(surface.xyz[cube] + self.step[self.start[edge]])
        rank = self._axis_rank()[edge]
        key, order = torch.sort(begin * 3 + rank, stable=True)
        _, many = torch.unique_consecutive(key, return_counts=True)
        whole = (many.cumsum(0) - many)[many == 4]
        four = order[whole[:, None] + torch.arange(4, device=order.device)]
        outward = self._outside(surface, cube[four[:, 0]], edge[four[:, 0]])
        four = torch.cat([four[outward][:, [0, 1, 3, 2]], four[~outward][:, [2, 3, 1, 0]]])
        quad = vertex[four]
        raw = self.feats[surface.row.clamp(min=0), GAMMA].float() * (surface.row >= 0)[:, None]
        gamma = (0.005 + 0.99 * raw.sigmoid())[cube[four], 0]
        straight = gamma[:, 0] * gamma[:, 2] > gamma[:, 1] * gamma[:, 3]
        first, second = quad[:, [0, 1, 2, 0, 2, 3]], quad[:, [0, 1, 3, 3, 1, 2]]
        return torch.where(straight[:, None], first, second).reshape(-1, 3)

    def _axis_rank(self) -> Tensor:
        along = (self.step[self.end] - self.step[self.start]).abs()
        return along @ torch.tensor([2, 0, 1], device=along.device)

    def _outside(self, surface: _Surface, cube: Tensor, edge: Tensor) -> Tensor:
        """Whether the first corners of edges are outside."""
        return self.sdf[self._find(self._corner_id(surface.xyz[cube] + self.step[self.start[edge]]))] >= 0
