"""Built things that belong together, and how a whole group of them is moved, turned and mirrored."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Part, Primitive
from pocket3d_server.geometry.solid import rotation
from pocket3d_server.models.builtin_text.scenes.surfaces import Mesh, Place
from pocket3d_server.models.builtin_text.scenes.things import Made

Array = NDArray[np.float64]


@dataclass
class Piece:
    """One built thing in the scene."""

    noun: str
    made: Made
    parts: list[Part]


@dataclass
class Cluster:
    """A thing and what goes with it. The first piece is the thing itself."""

    pieces: list[Piece] = field(default_factory=list)

    @property
    def mesh(self) -> Mesh:
        """All pieces as one mesh."""
        return Asset([p for piece in self.pieces for p in piece.parts]).merged()

    @property
    def own_mesh(self) -> Mesh:
        """The thing itself."""
        return Asset(self.pieces[0].parts).merged()

    @property
    def own_box(self) -> tuple[Array, Array]:
        """Lowest and highest corner of the thing itself."""
        return Asset(self.pieces[0].parts).bounds()

    @property
    def box(self) -> tuple[Array, Array]:
        """Lowest and highest corner of everything."""
        vertices = self.mesh[0]
        return vertices.min(axis=0), vertices.max(axis=0)

    @property
    def size(self) -> Array:
        """(3,) size of everything."""
        low, high = self.box
        return np.asarray(high - low)

    @property
    def seat(self) -> Array | None:
        """(3,) the point on which a seated person sits, in the frame in which it was built."""
        at = self.pieces[0].made.asset.extras.get("seat")
        return None if at is None else np.asarray(at, float)

    @property
    def natural(self) -> bool:
        """Whether the thing lives or grows."""
        return self.pieces[0].made.route.family.natural

    def moved(self, shift: Array, turn: Array | None = None, mirror: bool = False) -> Cluster:
        """A copy, mirrored in x, turned by ``turn`` (3, 3) about the origin, then shifted; materials are shared."""
        matrix = np.eye(3) if turn is None else turn
        if mirror:
            matrix = matrix @ np.diag([-1.0, 1.0, 1.0])
        pieces = [
            Piece(p.noun, p.made, [_moved(part, matrix, np.asarray(shift, float)) for part in p.parts])
            for p in self.pieces
        ]
        return Cluster(pieces)

    def put(self, place: Place) -> Cluster:
        """A copy at ``place``."""
        return self.moved(np.array([place.x, place.y, place.z]))

    def turned(self, degrees: float) -> Cluster:
        """A copy turned about the vertical axis."""
        return self.moved(np.zeros(3), rotation(y=degrees)) if degrees else self

    def centred(self) -> Cluster:
        """A copy with the middle of its own box on the vertical axis and its lowest point at 0."""
        low, high = self.own_box
        return self.moved(np.array([-(low[0] + high[0]) / 2, -self.box[0][1], -(low[2] + high[2]) / 2]))

    def with_all(self, others: list[Cluster]) -> Cluster:
        """This cluster and ``others`` as one."""
        return Cluster([*self.pieces, *(p for o in others for p in o.pieces)])


def _moved(part: Part, matrix: Array, shift: Array) -> Part:
    return replace(part, primitives=[_primitive(p, matrix, shift) for p in part.primitives])


def _primitive(p: Primitive, matrix: Array, shift: Array) -> Primitive:
    inside_out = np.linalg.det(matrix) < 0
    faces = np.asarray(p.faces)
    return replace(
        p,
        vertices=np.asarray(p.vertices, float) @ matrix.T + shift,
        faces=faces[:, ::-1].copy() if inside_out else faces,
        normals=None if p.normals is None else np.asarray(p.normals, float) @ matrix.T,
        uv=None if p.uv is None else np.array(p.uv, float),
    )


def as_asset(cluster: Cluster) -> Asset:
    """All pieces in one asset, parts named after their thing: ``chair_2_seat``."""
    counts: dict[str, int] = {}
    for piece in cluster.pieces:
        counts[piece.noun] = counts.get(piece.noun, 0) + 1
    seen: dict[str, int] = {}
    used: set[str] = set()
    parts = []
    for piece in cluster.pieces:
        number = seen[piece.noun] = seen.get(piece.noun, 0) + 1
        name = piece.noun if counts[piece.noun] == 1 else f"{piece.noun}_{number}"
        for part in piece.parts:
            part.name = name if part.name == piece.noun else f"{name}_{part.name}"
            while part.name in used:
                part.name += "_b"
            used.add(part.name)
            part.label = part.name.replace("_", " ").strip().capitalize()
            parts.append(part)
    return Asset(parts)
