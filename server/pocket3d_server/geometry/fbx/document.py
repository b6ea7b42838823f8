"""What every FBX file has around its content: its head, its table of objects, and what connects them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.fbx import CENTIMETRES, SCENE
from pocket3d_server.geometry.fbx.binary import CREATED, FILE_ID, NAME_END, VERSION, Array, Long, Made, encode
from pocket3d_server.geometry.writable import plain_json

CREATOR = "Pocket3D"


def euler(rotation: NDArray[np.floating]) -> tuple[float, float, float]:
    """Angles in degrees about X, then Y, then Z, of a rotation matrix (3, 3)."""
    m = np.asarray(rotation, np.float64)
    y = np.arcsin(np.clip(-m[2, 0], -1, 1))
    if abs(m[2, 0]) < 1 - 1e-9:
        x, z = np.arctan2(m[2, 1], m[2, 2]), np.arctan2(m[1, 0], m[0, 0])
    else:  # X and Z turn about one axis here
        x, z = np.arctan2(-m[1, 2], m[1, 1]), 0.0
    return float(np.degrees(x)), float(np.degrees(y)), float(np.degrees(z))


def numbers(values: Any, code: str = "d") -> Array:
    """An array of the format's doubles (d) or integers of four bytes (i)."""
    flat = np.ascontiguousarray(values, {"d": "<f8", "i": "<i4"}[code]).reshape(-1)
    return Array(code, len(flat), flat.tobytes())


def table(record: Made, *rows: Sequence[Any]) -> None:
    """Named properties of an object: name, type, label, flags and values each."""
    properties = record.add("Properties70")
    for row in rows:
        properties.add("P", *row)


def number_row(name: str, value: float, kind: str = "Number") -> Sequence[Any]:
    return name, kind, "", "A", float(value)


def vector_row(name: str, values: Sequence[float], kind: str | None = None) -> Sequence[Any]:
    return name, kind or name, "", "A", *(float(x) for x in values)


def stored(matrix: NDArray[np.float64]) -> Array:
    """A transform (4, 4) in metres as the format keeps it: in centimetres, column after column."""
    scaled = np.array(matrix, np.float64)
    scaled[:3, 3] *= CENTIMETRES
    return numbers(scaled.T)


def layer_of(record: Made, name: str, mapping: str, reference: str, version: int, title: str = "") -> Made:
    """A table of values of a mesh: what they belong to, and whether an index leads to them."""
    layer = record.add(f"LayerElement{name}", 0)
    layer.add("Version", version)
    layer.add("Name", title)
    layer.add("MappingInformationType", mapping)
    layer.add("ReferenceInformationType", reference)
    return layer


class Document:
    """Collects objects and what connects them."""

    def __init__(self) -> None:
        self.objects = Made("Objects")
        self.connections = Made("Connections")
        self.last = 1_000_000

    def encoded(self, extras: dict[str, Any]) -> bytes:
        """The file, with ``extras`` as JSON in the comment of its scene."""
        takes = Made("Takes")
        takes.add("Current", "")
        return encode([*self.head(extras), self.definitions(), self.objects, self.connections, takes])

    def add(self, kind: str, name: str, title: str, subtype: str) -> tuple[Made, int]:
        """A new object and its number."""
        self.last += 1
        return self.objects.add(kind, Long(self.last), f"{name}{NAME_END}{title}", subtype), self.last

    def connect(self, below: int, above: int, slot: str | None = None) -> None:
        """An object belongs to another, or to a property of it."""
        end = () if slot is None else (slot,)
        self.connections.add("C", "OO" if slot is None else "OP", Long(below), Long(above), *end)

    def head(self, extras: dict[str, Any]) -> list[Made]:
        head = Made("FBXHeaderExtension")
        head.add("FBXHeaderVersion", 1003)
        head.add("FBXVersion", VERSION)
        head.add("EncryptionType", 0)
        stamp = head.add("CreationTimeStamp")
        for name, value in zip(
            ("Version", "Year", "Month", "Day", "Hour", "Minute", "Second", "Millisecond"),
            (1000, 1970, 1, 1, 10, 0, 0, 0),
        ):
            stamp.add(name, value)
        head.add("Creator", CREATOR)
        scene = head.add("SceneInfo", f"GlobalInfo{NAME_END}SceneInfo", "UserData")
        scene.add("Type", "UserData")
        scene.add("Version", 100)
        about = scene.add("MetaData")
        about.add("Version", 100)
        comment = json.dumps(extras, default=plain_json) if extras else ""
        for name, text in (
            *(("Title", ""), ("Subject", ""), ("Author", ""), ("Keywords", ""), ("Revision", "")),
            ("Comment", comment),
        ):
            about.add(name, text)
        settings = Made("GlobalSettings")
        settings.add("Version", 1000)
        axes = (("UpAxis", 1), ("FrontAxis", 2), ("CoordAxis", 0), ("OriginalUpAxis", 1))
        table(
            settings,
            *((name, "int", "Integer", "", value) for name, value in axes),
            *((f"{name}Sign", "int", "Integer", "", 1) for name, _ in axes),
            ("UnitScaleFactor", "double", "Number", "", 1.0),
            ("OriginalUnitScaleFactor", "double", "Number", "", 1.0),
            ("TimeMode", "enum", "", "", 0),
        )
        documents = Made("Documents")
        documents.add("Count", 1)
        self.last += 1
        document = documents.add("Document", Long(self.last), "Scene", "Scene")
        table(document, ("SourceObject", "object", "", ""), ("ActiveAnimStackName", "KString", "", "", ""))
        document.add("RootNode", Long(SCENE))
        return [
            *(
                head,
                Made("FileId", (FILE_ID,)),
                Made("CreationTime", (CREATED,)),
                Made("Creator", (CREATOR,)),
            ),
            *(settings, documents, Made("References")),
        ]

    def definitions(self) -> Made:
        """How many objects of each kind there are."""
        kinds = [record.name for record in self.objects.records]
        definitions = Made("Definitions")
        definitions.add("Version", 100)
        definitions.add("Count", len(kinds) + 1)
        definitions.add("ObjectType", "GlobalSettings").add("Count", 1)
        for kind in dict.fromkeys(kinds):
            definitions.add("ObjectType", kind).add("Count", kinds.count(kind))
        return definitions

    def add_model(
        self, name: str, subtype: str, above: int, matrix: NDArray[np.float64], *more: Sequence[Any]
    ) -> int:
        """An object in the scene, at a place (4, 4) that counts from the one above, in metres."""
        model, number = self.add("Model", name, "Model", subtype)
        model.add("Version", 232)
        table(
            model,
            ("InheritType", "enum", "", "", 1),
            ("DefaultAttributeIndex", "int", "Integer", "", 0),
            vector_row("Lcl Translation", (matrix[:3, 3] * CENTIMETRES).tolist()),
            vector_row("Lcl Rotation", euler(matrix[:3, :3])),
            vector_row("Lcl Scaling", (1, 1, 1)),
            *more,
        )
        model.add("Shading", True)
        model.add("Culling", "CullingOff")
        self.connect(number, above)
        return number

    def add_attribute(self, name: str, subtype: str, flags: str, above: int, *more: Sequence[Any]) -> None:
        attribute, number = self.add("NodeAttribute", name, "NodeAttribute", subtype)
        table(attribute, *more)
        attribute.add("TypeFlags", flags)
        self.connect(number, above)
