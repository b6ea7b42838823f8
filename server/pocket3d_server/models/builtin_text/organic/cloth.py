"""Clothes cut from the body's own surface: a piece of it, eased off the skin, made into a closed thin shell."""

from __future__ import annotations

from dataclasses import dataclass

import fast_simplification
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pocket3d_server.geometry.implicit import Surface
from pocket3d_server.models.builtin_text.organic.noise import fractal_noise

Array = NDArray[np.float64]
Faces = NDArray[np.int64]


@dataclass(frozen=True)
class Cut:
    """A piece of a mesh: vertices (V, 3), faces (F, 3), and where each vertex came from."""

    vertices: Array
    faces: Faces
    sources: tuple[NDArray[np.int64], NDArray[np.int64], Array]
    """Two old indices (V,) and the share (V,) of the second."""

    def carry(self, values: Array) -> Array:
        """Values of the old vertices at the new ones."""
        a, b, t = self.sources
        t = t.reshape((-1,) + (1,) * (values.ndim - 1))
        return np.asarray(values[a] * (1 - t) + values[b] * t)


def vertex_normals(vertices: Array, faces: Faces) -> Array:
    """Unit normals (V, 3), faces weighted by area."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    total = np.stack(
        [np.bincount(faces.ravel(), np.repeat(normal[:, k], 3), minlength=len(vertices)) for k in range(3)],
        axis=1,
    )
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.where(length > 1e-18, total / length.clip(1e-18), [[0.0, 1.0, 0.0]])


def clip(vertices: Array, faces: Faces, field: Array) -> Cut:
    """The part of a mesh where ``field`` (V,) is positive, cut along its zero line."""
    field = np.where(np.abs(field) < 1e-5, -1e-5, field)
    inside = field > 0
    count = inside[faces].sum(axis=1)
    whole = faces[count == 3]
    crossing = faces[(count == 1) | (count == 2)]
    lone = np.where(
        inside[crossing].sum(axis=1) == 1, inside[crossing].argmax(axis=1), (~inside[crossing]).argmax(axis=1)
    )
    row = np.arange(len(crossing))[:, None]
    turned = crossing[
        row, (lone[:, None] + np.arange(3)) % 3
    ]  # the vertex that is alone on its side comes first
    edges = np.sort(np.concatenate([turned[:, [0, 1]], turned[:, [0, 2]]]), axis=1)
    unique, label = np.unique(edges, axis=0, return_inverse=True)
    label = label.ravel() + len(vertices)
    one, two = label[: len(turned)], label[len(turned) :]
    alone_inside = inside[turned[:, 0]]
    tips = np.stack([turned[:, 0], one, two], axis=1)[alone_inside]
    q, o, t = turned[~alone_inside], one[~alone_inside], two[~alone_inside]
    quads = np.concatenate([np.stack([o, q[:, 1], q[:, 2]], axis=1), np.stack([o, q[:, 2], t], axis=1)])
    a, b = (unique[:, 0], unique[:, 1]) if len(unique) else (np.zeros(0, np.int64),) * 2
    share = field[a] / (field[a] - field[b])
    old = np.arange(len(vertices))
    sources = np.concatenate([old, a]), np.concatenate([old, b]), np.concatenate([np.zeros(len(old)), share])
    every = np.concatenate([whole, tips, quads])
    used, compact = np.unique(every, return_inverse=True)
    first, second, part = (s[used] for s in sources)
    points = vertices[first] * (1 - part[:, None]) + vertices[second] * part[:, None]
    return Cut(points, compact.reshape(-1, 3).astype(np.int64), (first, second, part))


def neighbours(count: int, faces: Faces) -> sparse.csr_matrix:
    """Row-normalised adjacency."""
    i, j = faces[:, [0, 1, 2]].ravel(), faces[:, [1, 2, 0]].ravel()
    graph = sparse.csr_matrix((np.ones(2 * len(i)), (np.r_[i, j], np.r_[j, i])), shape=(count, count))
    graph.data[:] = 1
    degree = np.asarray(graph.sum(axis=1)).ravel().clip(1)
    return sparse.diags(1 / degree) @ graph


def draped(vertices: Array, faces: Faces, normals: Array, rounds: int) -> Array:
    """Vertices as cloth lies on them: hollows are bridged, bumps stay. Borders move along themselves only."""
    graph = neighbours(len(vertices), faces)
    border = _border_vertices(faces, len(vertices))
    smooth = vertices
    for _ in range(rounds):
        smooth = np.where(border[:, None], vertices, 0.4 * smooth + 0.6 * (graph @ smooth))
    lift = np.einsum("ij,ij->i", smooth - vertices, normals)
    return np.asarray(smooth + normals * np.maximum(-lift, 0)[:, None])


def border_edges(faces: Faces) -> Faces:
    """Directed edges (E, 2) that only one face has."""
    edges = faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    top = int(faces.max()) + 1
    key, back = edges[:, 0] * top + edges[:, 1], edges[:, 1] * top + edges[:, 0]
    return edges[~np.isin(key, back)]


def _border_vertices(faces: Faces, count: int) -> NDArray[np.bool_]:
    flag = np.zeros(count, bool)
    flag[border_edges(faces).ravel()] = True
    return flag


def shell(
    cut: Cut,
    normals: Array,
    thickness: float | Array,
    *,
    gap: float = 0.002,
    drape: int = 12,
    wrinkle: float = 0.0,
    seed: int = 0,
    faces: int = 3000,
) -> Surface:
    """A closed thin shell over a piece of skin.

    ``normals`` (V, 3) of the piece, ``thickness`` in metres (one or one for each vertex) from the skin to the
    outer side, ``gap`` from the skin to the inner side; ``wrinkle`` is the height of soft folds in metres.
    """
    base = draped(cut.vertices, cut.faces, normals, drape)
    away = np.broadcast_to(np.asarray(thickness, float), (len(base),)).copy()
    if wrinkle:
        fold = fractal_noise(base * np.array([16.0, 9.0, 16.0]), seed, 2) - 0.5
        away += wrinkle * 2 * fold
    graph = neighbours(len(base), cut.faces)
    soft = normals
    for _ in range(4):
        soft = graph @ soft
    soft /= np.linalg.norm(soft, axis=1, keepdims=True).clip(1e-9)
    outer = base + soft * away[:, None]
    if drape > 8:  # cloth shows no small bumps, but never comes nearer to the skin than half its distance
        border = _border_vertices(cut.faces, len(outer))[:, None]
        smooth = outer
        for _ in range(10):
            smooth = np.where(border, outer, 0.5 * smooth + 0.5 * (graph @ smooth))
        rise = np.einsum("ij,ij->i", smooth - cut.vertices, soft)
        outer = smooth + soft * np.maximum(0.45 * away - rise, 0)[:, None]
    inner = base + soft * np.minimum(gap, away - 0.001)[:, None]
    return simplified(*closed_shell(outer, inner, cut.faces), faces)


def closed_shell(outer: Array, inner: Array, faces: Faces) -> tuple[Array, Faces]:
    """Two sheets with the same faces joined along their borders into one closed surface."""
    count = len(outer)
    rim = border_edges(faces)
    a, b = rim[:, 0], rim[:, 1]
    strip = np.concatenate([np.stack([b, a, a + count], axis=1), np.stack([b, a + count, b + count], axis=1)])
    return np.concatenate([outer, inner]), np.concatenate([faces, faces[:, ::-1] + count, strip])


def simplified(vertices: Array, faces: Faces, budget: int) -> Surface:
    """Reduced to ``budget`` faces with smooth normals, creases above 50 degrees kept sharp by splitting later."""
    if len(faces) > budget:
        v, f = fast_simplification.simplify(
            vertices.astype(np.float32), faces.astype(np.int32), target_count=int(budget), agg=5
        )
        vertices, faces = v.astype(np.float64), f.astype(np.int64)
    return Surface(vertices, faces, vertex_normals(vertices, faces))


def lofted_shell(rings: Array, thickness: float) -> tuple[Array, Faces]:
    """A closed shell from outer rings (S, N, 3), top to bottom, each running counter-clockwise from above."""
    s, n, _ = rings.shape
    middle = rings.mean(axis=1, keepdims=True)
    inward = middle - rings
    inward[..., 1] = 0
    inward /= np.linalg.norm(inward, axis=2, keepdims=True).clip(1e-9)
    i, j = np.meshgrid(np.arange(s - 1), np.arange(n), indexing="ij")
    a, b = i * n + j, i * n + (j + 1) % n
    c, d = a + n, b + n
    faces = np.concatenate([np.stack([a, c, d], -1).reshape(-1, 3), np.stack([a, d, b], -1).reshape(-1, 3)])
    outer = rings.reshape(-1, 3)
    return closed_shell(outer, (rings + thickness * inward).reshape(-1, 3), faces)
