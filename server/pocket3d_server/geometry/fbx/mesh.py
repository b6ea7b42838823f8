"""The tables of one mesh of an FBX file: polygons as triangles, and what their corners refer to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import srgb_to_linear
from pocket3d_server.geometry.corners import distinct, same_rows
from pocket3d_server.geometry.fbx.binary import Array, Record
from pocket3d_server.geometry.limits import MAX_PRIMITIVES, BadFileError, check_size

TYPES = {"d": "<f8", "f": "<f4", "i": "<i4", "l": "<i8", "b": "?", "c": "u1"}


def numbers(value: object, width: int = 1) -> NDArray[np.float64]:
    """An array of a record as rows (N, ``width``), or (N,); empty where it is no array. Raises BadFileError."""
    if isinstance(value, Array):
        table = np.frombuffer(value.unpacked(), TYPES[value.code])
        table = table[: len(table) // width * width].astype(np.float64)
    else:
        table = np.zeros(0)
    return table if width == 1 else table.reshape(-1, width)


def indices(value: object) -> NDArray[np.int64]:
    """An array of integers (N,); empty where it is none. Raises BadFileError."""
    if isinstance(value, Array) and value.code in "il":
        return np.frombuffer(value.unpacked(), TYPES[value.code]).astype(np.int64)
    return np.zeros(0, np.int64)


@dataclass
class Surface:
    """The faces of a mesh that have one material."""

    slot: int
    """Which of the model's materials."""
    points: NDArray[np.int64]
    """(V,) into the mesh's points."""
    faces: NDArray[np.int64]
    """(F, 3)."""
    uv: NDArray[np.float32] | None
    normals: NDArray[Any] | None
    colors: NDArray[np.float32] | None


class Mesh:
    """A mesh with its triangles in the file's order; polygons are cut as fans. Raises BadFileError."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self.points = numbers(record.value("Vertices"), 3)
        """(P, 3) in the file's unit."""
        self._read_polygons(indices(record.value("PolygonVertexIndex")))

    def _read_polygons(self, marked: NDArray[np.int64]) -> None:
        """Corners of polygons; the last of each has its bits turned over."""
        self._corners = np.where(marked < 0, ~marked, marked)
        check_size(len(self.points), 0)
        if len(marked) and self._corners.max() >= len(self.points):
            raise BadFileError("a face refers to a vertex that does not exist")
        ends = np.flatnonzero(marked < 0) + 1
        starts = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
        count = np.maximum(ends - starts - 2, 0)
        check_size(0, int(count.sum()))
        self._polygon = np.repeat(np.arange(len(count)), count)
        """(F,) of each triangle."""
        step = np.arange(len(self._polygon)) - np.repeat(np.cumsum(count) - count, count)
        first = starts[self._polygon]
        self._places = np.stack([first, first + step + 1, first + step + 2], axis=1)
        """(F, 3) among the corners."""

    @property
    def face_count(self) -> int:
        """Triangles."""
        return len(self._polygon)

    @cached_property
    def surfaces(self) -> list[Surface]:
        """The triangles by material. Raises BadFileError."""
        return list(self._surfaces())

    def _surfaces(self) -> Iterator[Surface]:
        slots = self._slots()
        point = self._corners[self._places.reshape(-1)]
        uv = self._layer("UV", "UV", "UVIndex", 2)
        normals = self._layer("Normal", "Normals", "NormalsIndex", 3)
        colors = self._layer("Color", "Colors", "ColorIndex", 4)
        columns = [(point, len(self.points))]
        columns += [(layer[1], len(layer[0])) for layer in (uv, normals, colors) if layer is not None]
        if len(columns) == 1 and len(slots) and (slots == slots[0]).all():
            yield Surface(int(slots[0]), np.arange(len(self.points)), point.reshape(-1, 3), None, None, None)
            return
        found, starts = np.unique(np.sort(slots), return_index=True)
        if len(found) > MAX_PRIMITIVES:
            raise BadFileError(f"its faces have more than {MAX_PRIMITIVES:,} materials")
        for slot, triangles in zip(found, np.split(np.argsort(slots, kind="stable"), starts[1:])):
            mine = (triangles[:, None] * 3 + np.arange(3)).reshape(-1)
            where, which = distinct([(index[mine], length) for index, length in columns])
            rows = mine[where]
            surface = Surface(
                int(slot),
                point[rows],
                which.reshape(-1, 3),
                None if uv is None else uv[0][uv[1][rows]],
                None if normals is None else normals[0][normals[1][rows]],
                None if colors is None else colors[0][colors[1][rows]],
            )
            if surface.uv is not None:
                surface.uv = np.column_stack([surface.uv[:, 0], 1 - surface.uv[:, 1]])
            if surface.colors is not None:
                shown = np.clip(surface.colors, 0, 1)
                light = srgb_to_linear(shown[:, :3])
                surface.colors = np.column_stack([light, shown[:, 3]]).astype(np.float32)
            yield surface

    def _slots(self) -> NDArray[np.int64]:
        """(F,) place of each triangle's material among the model's; 0 where the file does not say."""
        layer = self._record.first("LayerElementMaterial")
        given = indices(layer.value("Materials")) if layer is not None else np.zeros(0, np.int64)
        if layer is None or not len(given):
            return np.zeros(self.face_count, np.int64)
        if layer.value("MappingInformationType") != "ByPolygon":
            return np.full(self.face_count, given[0])
        return given[np.minimum(self._polygon, len(given) - 1)]

    def _layer(
        self, name: str, values: str, index: str, width: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]] | None:
        """The rows of the first layer of a kind, and the row of each triangle's corner (3 F,); None without one.

        What is mapped in a way of its own, or leads out of its table, only decorates: it is passed over.
        """
        layer = self._record.first(f"LayerElement{name}")
        if layer is None:
            return None
        table = numbers(layer.value(values), width)
        places = self._places.reshape(-1)
        mapping = str(layer.value("MappingInformationType"))
        if mapping in ("ByVertice", "ByVertex"):
            rows = self._corners[places]
        elif mapping == "ByPolygonVertex":
            rows = places
        elif mapping == "ByPolygon":
            rows = np.repeat(self._polygon, 3)
        elif mapping == "AllSame":
            rows = np.zeros_like(places)
        else:
            return None
        if layer.value("ReferenceInformationType") == "Direct":
            if not len(rows) or rows.max() >= len(table):
                return None
            found, which = same_rows(table)
            return found, which[rows]
        given = indices(layer.value(index))
        if not len(rows) or rows.max() >= len(given):
            return None
        rows = given[rows]
        if rows.min() < 0 or rows.max() >= len(table):
            return None
        return table.astype(np.float32), rows
