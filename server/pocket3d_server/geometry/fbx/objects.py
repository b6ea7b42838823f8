"""The objects of an FBX file, what belongs to what, and where all stands in the scene.

Transforms are composed as in the help of the format's own library, "Computing transformation matrices"; the ways in
which a node may inherit scaling are all read as the plain product.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.fbx import CENTIMETRES, SCENE
from pocket3d_server.geometry.fbx.binary import NAME_END, Record, Tree
from pocket3d_server.geometry.limits import MAX_NODES, BadFileError, short

Matrix = NDArray[np.float64]

ORDERS = ((0, 1, 2), (0, 2, 1), (1, 2, 0), (1, 0, 2), (2, 0, 1), (2, 1, 0))
"""Axes in the order in which an object is turned about them, by the number in ``RotationOrder``."""
PIVOTS = ("RotationPivot", "RotationOffset", "ScalingPivot", "ScalingOffset")


class Object:
    """An entry of the file's table of objects."""

    def __init__(self, number: int, record: Record, template: dict[str, list[Any]]) -> None:
        self.number = number
        self._template = template
        self.record = record
        self.kind = record.name
        self.name = short(str(record.values[1]).split(NAME_END)[0])
        self.subtype = str(record.values[2])

    @cached_property
    def properties(self) -> dict[str, list[Any]]:
        """Values by name, with those that the file gives once for all objects of the kind."""
        return self._template | properties(self.record)

    def vector(self, name: str, default: tuple[float, ...]) -> NDArray[np.float64]:
        """A property of several numbers."""
        return vector(self.properties.get(name), default)


def properties(record: Record) -> dict[str, list[Any]]:
    """The table of named properties below a record."""
    table = record.first("Properties70")
    rows = (row.values for row in table.records) if table is not None else ()
    return {str(row[0]): row[4:] for row in rows if len(row) >= 4}


def _templates(definitions: Record | None) -> dict[str, dict[str, list[Any]]]:
    """What objects of a kind have where they do not say otherwise."""
    found = {}
    for kind in definitions.records if definitions is not None else []:
        template = kind.first("PropertyTemplate")
        if template is not None and kind.values:
            found[str(kind.values[0])] = properties(template)
    return found


def vector(values: list[Any] | None, default: tuple[float, ...]) -> NDArray[np.float64]:
    """Numbers of a property; the default where they are none, or too few."""
    if values is None or len(values) < len(default):
        return np.asarray(default, np.float64)
    some = values[: len(default)]
    if not all(isinstance(x, int | float) for x in some):
        return np.asarray(default, np.float64)
    return np.asarray(some, np.float64)


class Objects:
    """All objects by number, and their connections."""

    def __init__(self, tree: Tree) -> None:
        self._settings = properties(tree.top["GlobalSettings"]) if "GlobalSettings" in tree.top else {}
        self.by_number: dict[int, Object] = {}
        templates = _templates(tree.top.get("Definitions"))
        for record in tree.top["Objects"].records:
            values = record.values
            if len(values) >= 3 and isinstance(values[0], int) and values[0] != SCENE:
                self.by_number[values[0]] = Object(values[0], record, templates.get(record.name, {}))
        self._below: dict[int, list[int]] = defaultdict(list)
        self._slots: dict[int, list[tuple[str, int]]] = defaultdict(list)
        self._above: dict[int, int] = {}
        for record in tree.top["Connections"].records if "Connections" in tree.top else []:
            kind, below, above, *slot = record.values
            if kind == "OO":
                self._below[above].append(below)
                if self._is_model(below) and (above == SCENE or self._is_model(above)):
                    self._above.setdefault(below, above)
            elif kind == "OP" and slot:
                self._slots[above].append((str(slot[0]), below))

    def below(self, number: int, kind: str) -> list[Object]:
        """The objects of a kind that belong to another."""
        found = (self.by_number.get(n) for n in self._below.get(number, ()))
        return [one for one in found if one is not None and one.kind == kind]

    def slots(self, number: int) -> list[tuple[str, Object]]:
        """The objects that stand in place of properties of another, with the properties' names."""
        found = ((slot, self.by_number.get(n)) for slot, n in self._slots.get(number, ()))
        return [(slot, one) for slot, one in found if one is not None]

    def above(self, number: int) -> int:
        """The model that a model hangs on, or the scene."""
        return self._above.get(number, SCENE)

    def _is_model(self, number: int) -> bool:
        return number in self.by_number and self.by_number[number].kind == "Model"

    @property
    def models(self) -> list[int]:
        """The models of the scene, parents first."""
        return list(self.world)

    @cached_property
    def world(self) -> dict[int, Matrix]:
        """World matrices (4, 4) of the scene's models, in metres with +Y up; parents first."""
        models = [n for n, one in self.by_number.items() if one.kind == "Model"]
        if len(models) > MAX_NODES:
            raise BadFileError(f"its scene has more than {MAX_NODES:,} objects")
        hanging: dict[int, list[int]] = defaultdict(list)
        for n in models:
            hanging[self.above(n)].append(n)
        world: dict[int, Matrix] = {}
        stack = [(n, self.frame()) for n in reversed(hanging[SCENE])]
        while stack:
            n, above = stack.pop()
            world[n] = above @ local_matrix(self.by_number[n])
            stack.extend((below, world[n]) for below in reversed(hanging.get(n, [])))
        return world

    def frame(self) -> Matrix:
        """From the file's axes and unit to +Y up, front +Z, metres; (4, 4)."""
        matrix = np.eye(4)
        rows = []
        for name, default in (("CoordAxis", 0), ("UpAxis", 1), ("FrontAxis", 2)):
            axis = int(vector(self._settings.get(name), (default,))[0])
            sign = vector(self._settings.get(f"{name}Sign"), (1,))[0]
            rows.append(np.eye(3)[axis if 0 <= axis <= 2 else default] * (-1 if sign < 0 else 1))
        axes = np.stack(rows)
        if abs(np.linalg.det(axes)) < 0.5:  # two of them are the same
            axes = np.eye(3)
        unit = vector(self._settings.get("UnitScaleFactor"), (1.0,))[0]
        matrix[:3, :3] = axes * ((unit if np.isfinite(unit) and unit > 0 else 1.0) / CENTIMETRES)
        return matrix


def rotation(degrees: NDArray[np.float64], order: int = 0) -> Matrix:
    """(4, 4) of angles about X, Y and Z, which are applied in an order of ``ORDERS``."""
    matrix = np.eye(4)
    for axis in ORDERS[order if 0 <= order < len(ORDERS) else 0]:
        if degrees[axis] == 0:
            continue
        c, s = np.cos(np.radians(degrees[axis])), np.sin(np.radians(degrees[axis]))
        turn = np.eye(4)
        i, j = (axis + 1) % 3, (axis + 2) % 3
        turn[i, i], turn[i, j], turn[j, i], turn[j, j] = c, -s, s, c
        matrix = turn @ matrix
    return matrix


def translation(offset: NDArray[np.float64]) -> Matrix:
    """(4, 4)."""
    matrix = np.eye(4)
    matrix[:3, 3] = offset
    return matrix


def local_matrix(model: Object) -> Matrix:
    """Where a model stands relative to the one above it; (4, 4) in the file's unit."""
    zero, one = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    is_full = bool(vector(model.properties.get("RotationActive"), (0,))[0])
    order = int(vector(model.properties.get("RotationOrder"), (0,))[0]) if is_full else 0
    turned = rotation(model.vector("Lcl Rotation", zero), order)
    if is_full:
        after = np.linalg.inv(rotation(model.vector("PostRotation", zero)))
        turned = rotation(model.vector("PreRotation", zero)) @ turned @ after
    scale, moved = model.vector("Lcl Scaling", one), model.vector("Lcl Translation", zero)
    if model.properties.keys().isdisjoint(PIVOTS):
        turned[:3, :3] *= scale
        turned[:3, 3] = moved
        return turned
    pivot, scaling_pivot = model.vector("RotationPivot", zero), model.vector("ScalingPivot", zero)
    return (
        translation(moved + model.vector("RotationOffset", zero) + pivot)
        @ turned
        @ translation(model.vector("ScalingOffset", zero) + scaling_pivot - pivot)
        @ np.diag([*scale, 1.0])
        @ translation(-scaling_pivot)
    )


def geometric_matrix(model: Object) -> Matrix:
    """Where a model's mesh stands in it, which what hangs on the model does not feel; (4, 4)."""
    zero = (0.0, 0.0, 0.0)
    return (
        translation(model.vector("GeometricTranslation", zero))
        @ rotation(model.vector("GeometricRotation", zero))
        @ np.diag([*model.vector("GeometricScaling", (1.0, 1.0, 1.0)), 1.0])
    )
