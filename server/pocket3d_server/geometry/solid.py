"""A closed surface being modelled, before it becomes a glTF primitive.

A ``Solid`` keeps one vertex for each point of the surface, whatever its normals and texture coordinates
do there: so it is easy to see that it is closed, and smoothing and seams are decided once, at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket3d_server.geometry.asset import Material, Part, Primitive

Points = NDArray[np.float64]
Faces = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Solid:
    """A triangulated closed surface, faces counter-clockwise from outside. Operations give new solids."""

    vertices: Points
    """(V, 3) metres."""
    faces: Faces
    """(F, 3)."""
    uv: Points
    """(F, 3, 2) texture coordinates of each corner, in metres along the surface."""
    crease: Points
    """(F,) degrees: an edge is shaded sharp when its faces differ by more than the smaller of their two."""

    @property
    def bounds(self) -> tuple[Points, Points]:
        """Lowest and highest corner, each (3,)."""
        return self.vertices.min(axis=0), self.vertices.max(axis=0)

    @property
    def volume(self) -> float:
        """Enclosed volume in m³; negative when the surface is inside out."""
        a, b, c = (self.vertices[self.faces[:, k]] for k in range(3))
        return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)

    @property
    def closed(self) -> bool:
        """Whether each edge is used once in each direction."""
        edges = self.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
        keys = edges[:, 0] * len(self.vertices) + edges[:, 1]
        back = edges[:, 1] * len(self.vertices) + edges[:, 0]
        return len(np.unique(keys)) == len(keys) and bool(np.isin(keys, back).all())

    # Placing

    def move(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Solid:
        """Shifted by metres."""
        return replace(self, vertices=self.vertices + [x, y, z])

    def rotate(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Solid:
        """Turned about the origin by degrees about x, then y, then z."""
        return self.transform(rotation(x, y, z))

    def scale(self, x: float, y: float | None = None, z: float | None = None) -> Solid:
        """Scaled about the origin; one factor scales everything, texture coordinates included."""
        if y is None and z is None:
            return replace(self.transform(np.eye(3) * x), uv=self.uv * abs(x))
        return self.transform(np.diag([x, 1.0 if y is None else y, 1.0 if z is None else z]))

    def mirror(self, axis: str = "x") -> Solid:
        """Reflected in the plane through the origin across ``axis``."""
        matrix = np.eye(3)
        matrix["xyz".index(axis), "xyz".index(axis)] = -1
        return self.transform(matrix)

    def transform(self, matrix: ArrayLike) -> Solid:
        """By a (3, 3) matrix; reflections keep the surface facing out."""
        m = np.asarray(matrix, dtype=np.float64)
        moved = replace(self, vertices=self.vertices @ m.T)
        return moved.flipped() if np.linalg.det(m) < 0 else moved

    def flipped(self) -> Solid:
        """The same surface facing the other way."""
        return replace(self, faces=self.faces[:, ::-1], uv=self.uv[:, ::-1])

    def deform(self, move: Callable[[Points], Points]) -> Solid:
        """Each vertex where ``move``, given all of them (V, 3), puts it."""
        return replace(self, vertices=np.asarray(move(self.vertices.copy()), dtype=np.float64))

    # Bending, along y unless said otherwise

    def taper(self, bottom: float, top: float) -> Solid:
        """x and z scaled from factor ``bottom`` at the lowest point to ``top`` at the highest."""
        low, high = self.bounds

        def move(v: Points) -> Points:
            t = (v[:, 1] - low[1]) / max(high[1] - low[1], 1e-12)
            v[:, [0, 2]] *= (bottom + (top - bottom) * t)[:, None]
            return v

        return self.deform(move)

    def twist(self, degrees: float) -> Solid:
        """Turned about y by nothing at the lowest point up to ``degrees`` at the highest."""
        low, high = self.bounds

        def move(v: Points) -> Points:
            a = np.radians(degrees) * (v[:, 1] - low[1]) / max(high[1] - low[1], 1e-12)
            x, z = v[:, 0].copy(), v[:, 2].copy()
            v[:, 0], v[:, 2] = np.cos(a) * x + np.sin(a) * z, -np.sin(a) * x + np.cos(a) * z
            return v

        return self.deform(move)

    def bend(self, degrees: float) -> Solid:
        """The y axis from the lowest to the highest point bent into an arc towards +z."""
        low, high = self.bounds
        length, angle = max(high[1] - low[1], 1e-12), np.radians(degrees)
        if abs(angle) < 1e-6:
            return self
        radius = length / angle

        def move(v: Points) -> Points:
            a = (v[:, 1] - low[1]) / radius
            r = radius - v[:, 2]
            v[:, 1], v[:, 2] = low[1] + r * np.sin(a), radius - r * np.cos(a)
            return v

        return self.deform(move)

    # Finishing

    def sharp(self, degrees: float) -> Solid:
        """With another crease angle; 180 shades everything smooth, 0 everything flat."""
        return replace(self, crease=np.full(len(self.faces), float(degrees)))

    def box_mapped(self) -> Solid:
        """With texture coordinates projected along each face's main axis, in metres."""
        return replace(self, uv=box_uv(self.vertices, self.faces))

    def grained(self) -> Solid:
        """Box projected with v along the longest side, as the grain runs in a board."""
        low, high = self.bounds
        longest = int(np.argmax(high - low))
        turned = self.vertices[:, [(longest + 2) % 3, longest, (longest + 1) % 3]]
        return replace(self, uv=box_uv(turned, self.faces))

    def primitive(self, material: Material) -> Primitive:
        """As glTF wants it: vertices split where the normal or the texture coordinate jumps."""
        normals = corner_normals(self.vertices, self.faces, self.crease)
        corner = self.faces.ravel()
        # Exact integer keys: the vertex, the direction to 1e-5 and the coordinate to 1e-5 m.
        direction = np.round((normals.reshape(-1, 3) + 1) * 1e5).astype(np.int64)
        coordinate = np.round(self.uv.reshape(-1, 2) * 1e5).astype(np.int64)
        keys = [corner, (direction[:, 0] << 40) + (direction[:, 1] << 20) + direction[:, 2]]
        keys.append((coordinate[:, 0] << 32) + coordinate[:, 1])
        order = np.lexsort(keys[::-1])
        new = np.zeros(len(order), dtype=bool)
        for key in keys:
            new[1:] |= np.diff(key[order]) != 0
        label = np.empty(len(order), dtype=np.int64)
        label[order] = np.cumsum(new)
        first = order[np.concatenate([[0], np.flatnonzero(new)])]
        return Primitive(
            vertices=self.vertices[corner[first]],
            faces=label.reshape(-1, 3),
            material=material,
            uv=self.uv.reshape(-1, 2)[first],
            normals=normals.reshape(-1, 3)[first],
        )


def join(*solids: Solid) -> Solid:
    """Several surfaces as one, each left as it is; for pieces that touch or overlap without a clean union."""
    offsets = np.cumsum([0, *(len(s.vertices) for s in solids[:-1])])
    return Solid(
        np.concatenate([s.vertices for s in solids]),
        np.concatenate([s.faces + o for s, o in zip(solids, offsets)]),
        np.concatenate([s.uv for s in solids]),
        np.concatenate([s.crease for s in solids]),
    )


def part(name: str, *pieces: tuple[Solid, Material], label: str = "") -> Part:
    """A named part of the asset from (solid, material) pairs; pieces of one material become one primitive."""
    by_material: dict[int, list[Solid]] = {}
    materials = {id(material): material for _, material in pieces}
    for solid, material in pieces:
        by_material.setdefault(id(material), []).append(solid)
    return Part(name, [join(*s).primitive(materials[key]) for key, s in by_material.items()], label)


def make(
    vertices: ArrayLike, faces: ArrayLike, uv: Points | None = None, crease: float = 40.0, weld: bool = True
) -> Solid:
    """A solid from raw arrays: coincident vertices become one, collapsed faces go, the whole faces out.

    ``uv`` is (F, 3, 2) or None for a box projection. Meant for one closed component.
    """
    v, f = np.asarray(vertices, dtype=np.float64), np.asarray(faces, dtype=np.int64)
    if weld:
        v, f, uv = _welded(v, f, uv)
    solid = Solid(v, f, box_uv(v, f) if uv is None else uv, np.full(len(f), float(crease)))
    return solid.flipped() if solid.volume < 0 else solid


def _welded(v: Points, f: Faces, uv: Points | None) -> tuple[Points, Faces, Points | None]:
    extent = float(np.ptp(v, axis=0).max())
    grid = np.round((v - v.min(axis=0)) / max(extent, 1e-12) * 2e6).astype(np.int64)
    _, first, label = np.unique(
        (grid[:, 0] << 42) + (grid[:, 1] << 21) + grid[:, 2], return_index=True, return_inverse=True
    )
    f = label[f]
    keep = (f[:, 0] != f[:, 1]) & (f[:, 1] != f[:, 2]) & (f[:, 2] != f[:, 0])
    f = f[keep]
    used, compact = np.unique(f, return_inverse=True)
    return v[first[used]], compact.reshape(-1, 3), None if uv is None else uv[keep]


def rotation(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Points:
    """The (3, 3) matrix that turns about x, then y, then z by degrees."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(np.radians([x, y, z])), np.sin(np.radians([x, y, z]))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def face_normals(vertices: Points, faces: Faces) -> Points:
    """(F, 3) normals whose length is twice the face's area."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    return np.cross(b - a, c - a)


def corner_normals(vertices: Points, faces: Faces, crease: Points) -> Points:
    """(F, 3, 3) unit normals: at each corner the mean of the faces there within the crease angle.

    Weighted by angle and area, so that a large flat face stays flat beside its bevel.
    """
    weighted = face_normals(vertices, faces)
    normal = weighted / np.linalg.norm(weighted, axis=1, keepdims=True).clip(1e-20)
    p = vertices[faces]
    ahead = np.roll(p, -1, axis=1) - p
    ahead /= np.linalg.norm(ahead, axis=2, keepdims=True).clip(1e-20)
    angle = np.arccos(np.clip(-(ahead * np.roll(ahead, 1, axis=1)).sum(axis=2), -1, 1)).ravel()

    # All pairs of corners that share a vertex.
    order = np.argsort(faces.ravel(), kind="stable")
    valence = np.bincount(faces.ravel(), minlength=len(vertices))
    start = np.concatenate([[0], np.cumsum(valence)[:-1]])
    repeats = valence[faces.ravel()[order]]
    one = np.repeat(order, repeats)
    run = np.arange(len(one)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    other = order[np.repeat(start[faces.ravel()[order]], repeats) + run]

    # Columns, and what can be known of a face before its pairs: there are six times as many pairs as corners.
    mine, its = one // 3, other // 3
    alike = one == other
    likeness = sum(column[mine] * column[its] for column in normal.T.copy())
    limit = np.cos(np.radians(crease + 1e-3))
    alike |= likeness >= np.maximum(limit[mine], limit[its])
    one, other, its = one[alike], other[alike], its[alike]
    share = angle[other]
    total = np.stack(
        [np.bincount(one, column[its] * share, minlength=faces.size) for column in weighted.T.copy()], axis=1
    )
    length = np.linalg.norm(total, axis=1, keepdims=True)
    # The slivers that booleans leave have no normal of their own: they take that of all faces at the vertex.
    every = np.repeat(weighted, 3, axis=0)
    at = np.stack(
        [np.bincount(faces.ravel(), every[:, k], minlength=len(vertices)) for k in range(3)], axis=1
    )
    fallback = at[faces.ravel()] / np.linalg.norm(at, axis=1).clip(1e-20)[faces.ravel(), None]
    return np.where(length > 1e-18, total / length.clip(1e-20), fallback).reshape(-1, 3, 3)


def box_uv(vertices: Points, faces: Faces) -> Points:
    """(F, 3, 2) coordinates projected along the axis that each face looks at most, in metres, upright."""
    normal = face_normals(vertices, faces)
    axis = np.abs(normal).argmax(axis=1)
    sign = np.where(np.take_along_axis(normal, axis[:, None], axis=1) < 0, -1.0, 1.0)
    p = vertices[faces]
    across = np.choose(axis[:, None], [-p[..., 2] * sign, p[..., 0], p[..., 0] * sign])
    along = np.choose(axis[:, None], [-p[..., 1], p[..., 2] * sign, -p[..., 1]])
    return np.stack([across, along], axis=2)
