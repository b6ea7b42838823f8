"""A batch file, read and checked whole before anything is sent.

Each row makes one object or several, in up to four steps: generate, texture, segment, rig.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..meshes.placement import Vector
from ..request.params import LARGEST_SEED, MeshParams, Params, RigParams, SegmentParams, TextureParams
from .cells import AUTOMATIC, COLUMNS, RowError, unknown
from .files import READERS, Rows, json_rows


@dataclass(frozen=True)
class Item:
    """One object to make, and the steps on the way."""

    line: int
    """Where its row starts in the file, from 1."""
    mesh: MeshParams
    texture: TextureParams | None = None
    segment: SegmentParams | None = None
    rig: RigParams | None = None
    name: str = ""
    location: Vector | None = None
    """None: a place in the grid."""
    key: str = ""
    """The same for the same row in a later run, wherever it stands in the file then."""

    @property
    def steps(self) -> list[Params]:
        """What to ask the server for, in order."""
        return [p for p in (self.mesh, self.texture, self.segment, self.rig) if p is not None]

    @property
    def title(self) -> str:
        """What it is, for people."""
        return self.name or self.mesh.text_prompt or Path(self.mesh.images[0]).stem


class BatchFileError(UserError):
    """What is wrong with a batch file: every bad row, each as ``line 3: …``."""

    def __init__(self, file: str, problems: Sequence[str]) -> None:
        count = len(problems)
        first = problems[0] if count == 1 else f"{count} problems, the first in {problems[0]}"
        super().__init__(
            f"{file} cannot be used: {first}", details="\n".join(problems[1:] and problems), code="BAD_BATCH"
        )
        self.problems = tuple(problems)


def read_batch(path: str | Path, defaults: Mapping[str, Any] | None = None) -> list[Item]:
    """All objects that a batch file asks for. Raises UserError when anything in it is wrong.

    ``defaults`` are the values of columns that a row leaves empty. ``.csv`` and ``.tsv`` have a header; ``.jsonl`` has a JSON object a line, ``.json`` may be a list of them;
    ``.txt`` has a prompt a line. Names of pictures are relative to the file's folder.
    """
    path = Path(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        text = f"{path.name} is no batch file; its name should end in {', '.join(READERS)}"
        raise UserError(text, code="BAD_BATCH")
    try:
        return parse(decode(path.read_bytes()), reader, path.parent, defaults or {})
    except FileNotFoundError:
        raise UserError(f"There is no file {path}", code="BAD_BATCH") from None
    except UnicodeDecodeError:
        raise BatchFileError(path.name, ["the text is not UTF-8; save it as UTF-8"]) from None
    except RowError as error:
        raise BatchFileError(path.name, error.problems) from None


def decode(data: bytes) -> str:
    """The text of a file: UTF-8, with or without a byte order mark, or UTF-16 with one, as spreadsheets write."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")


def parse(
    text: str, reader: Callable[[str], Rows], folder: Path, defaults: Mapping[str, Any] | None = None
) -> list[Item]:
    """The items of a text. Raises RowError with a sentence for every bad row."""
    items: list[Item] = []
    problems: list[str] = []
    unit = "entry" if reader is json_rows and text.lstrip().startswith("[") else "line"
    for line, row in reader(text):
        try:
            if isinstance(row, RowError):
                raise row
            items += items_of(line, {**(defaults or {}), **filled(row)}, folder)
        except RowError as error:
            problems += [f"{unit} {line}: {p}" for p in error.problems]
    if problems:
        raise RowError(*problems)
    if not items:
        raise RowError("there is no row in it")
    seen: Counter[str] = Counter()
    keyed = []
    for item in items:
        digest = digest_of(item)
        keyed.append(replace(item, key=f"{digest}-{seen[digest]}"))
        seen[digest] += 1
    return keyed


def digest_of(item: Item) -> str:
    """A fingerprint of what is asked for, not of where in the file or in the scene it stands."""
    asked = [p.to_record() for p in item.steps]
    text = json.dumps([item.name, asked], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def filled(row: Mapping[str, Any]) -> dict[str, Any]:
    """The cells that hold something."""
    return {k: v for k, v in row.items() if v is not None and not (isinstance(v, str) and not v.strip())}


def items_of(line: int, row: Mapping[str, Any], folder: Path) -> list[Item]:
    """The objects of one row. Raises RowError with everything that is wrong with it."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name, cell in row.items():
        if name not in COLUMNS:
            problems.append(unknown(name))
            continue
        try:
            values[name] = COLUMNS[name].read(cell)
        except RowError as error:
            problems += [f"{name}: {p}" for p in error.problems]
    if problems:
        raise RowError(*problems)
    item = item_of(line, values, folder)
    for params in item.steps:
        try:
            params.check()
        except UserError as error:
            problems.append(error.message[:1].lower() + error.message[1:])
    if problems:
        raise RowError(*problems)
    return copies_of(item, values.get("count", 1))


def item_of(line: int, values: dict[str, Any], folder: Path) -> Item:
    """An item of a row's values. Raises RowError when they do not fit together."""
    seed = values.get("seed")
    images = tuple(str(folder / i) for i in values.get("image", ()))
    shared = {k: values[k] for k in ("texture_resolution",) if k in values}
    mesh = MeshParams(
        values.get("model", ""),
        seed,
        text_prompt=values.get("prompt", ""),
        images=images,
        **shared,
        **({"quality": values["quality"]} if "quality" in values else {}),
    )
    texture = None
    if "texture_prompt" in values:
        style = {"style": values["style"]} if "style" in values else {}
        texture = TextureParams("", seed, text_prompt=values["texture_prompt"], **shared, **style)
    elif "style" in values:
        raise RowError("style: it belongs to a texture; add a texture_prompt")
    level, character = values.get("segment"), values.get("rig")
    segment = SegmentParams("", seed, segmentation_level=level) if level else None
    rig = (
        RigParams("", seed, character_type=None if character == AUTOMATIC else character)
        if character
        else None
    )
    return Item(line, mesh, texture, segment, rig, values.get("name", ""), location_of(values))


def location_of(values: Mapping[str, Any]) -> Vector | None:
    """Where the row wants its object, by either way of saying it. Raises RowError for both at once, or for half."""
    axes = {a: values[a] for a in "xyz" if a in values}
    if "location" in values:
        if axes:
            raise RowError("it has a location and x, y or z; give one of them")
        location: Vector = values["location"]
        return location
    if axes and not {"x", "y"} <= set(axes):
        raise RowError("a place needs x and y; z is 0 when it is left out")
    return (axes["x"], axes["y"], axes.get("z", 0.0)) if axes else None


def copies_of(item: Item, count: int) -> list[Item]:
    """``count`` of it with seeds that follow each other; the first stands at the place that was asked for.

    Raises RowError when a single place is given for several.
    """
    if count == 1:
        return [item]
    if item.location is not None:
        raise RowError("count: several objects cannot stand at one place; leave the place to the grid")
    return [seeded(item, number) for number in range(count)]


def seeded(item: Item, number: int) -> Item:
    """Copy ``number`` of an item, from 0."""
    seed = item.mesh.seed
    if seed is None:
        return item
    return replace(item, mesh=replace(item.mesh, seed=(seed + number) % (LARGEST_SEED + 1)))
