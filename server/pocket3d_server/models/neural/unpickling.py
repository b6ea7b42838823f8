"""Reads the .pt, .pth and .ckpt files of PyTorch without running anything that they say.

Such a file is a zip: a pickle that describes containers and tensors, and the bytes of each tensor. A pickle may name
any function and have it called while it is read. Here it gets dictionaries, lists, tuples, texts, numbers and tensors;
every other name is refused, or, where the caller knows that a file holds more than is wanted, becomes a `Foreign`
that does nothing. No name is ever imported. (``torch.load(weights_only=True)`` refuses what it does not know, and
some of the released files hold settings of other packages beside their weights.)
"""

from __future__ import annotations

import pickle
import pickletools
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

MAX_PICKLE = 64 * 1024**2
"""Bytes of the description; that of a network with a thousand tensors has about 100 kB."""
TYPES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}


class BadCheckpointError(ValueError):
    """A file of weights cannot be used; the message says why, in a phrase about ``it``."""


class Foreign:
    """Stands for an object of another package: takes whatever is told to it and keeps nothing."""

    def __new__(cls, *_args: object, **_named: object) -> Foreign:
        """Any arguments."""
        return super().__new__(cls)

    def __call__(self, *_args: object, **_named: object) -> Foreign:
        """As what was meant to make another object."""
        return Foreign()

    def __setitem__(self, key: object, value: object) -> None:
        """As a dictionary."""

    def __setstate__(self, state: object) -> None:
        """Whatever its fields are."""

    def append(self, value: object) -> None:
        """As a list."""

    extend = add = append


def read_pickled(path: Path, foreign: bool = False) -> Any:
    """What a PyTorch file holds: containers and tensors, on the CPU, the tensors mapped from the file.

    Objects of other packages are refused, or come as `Foreign` where ``foreign`` is set. Raises BadCheckpointError
    for them, and for files that are damaged or of another kind.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            entries = {info.filename: info for info in archive.infolist()}
            root = next(
                (name[:-8] for name in entries if name.count("/") == 1 and name.endswith("data.pkl")), None
            )
            if root is None:
                raise BadCheckpointError("it is a zip, but none that PyTorch wrote")
            if entries[f"{root}data.pkl"].file_size > MAX_PICKLE:
                raise BadCheckpointError("it describes more than any network holds")
            described = archive.read(f"{root}data.pkl")
            order = archive.read(f"{root}byteorder") if f"{root}byteorder" in entries else b"little"
            if order != b"little":
                raise BadCheckpointError("it was written on a machine with another order of bytes")
            data = torch.from_file(str(path), size=path.stat().st_size, dtype=torch.uint8)

            def storage(key: str) -> Tensor:
                entry = entries[f"{root}data/{key}"]
                start = _start(file, entry)
                return data[start : start + entry.file_size]

            return _Reader(described, storage, foreign).load()
    except BadCheckpointError:
        raise
    except OSError as error:
        raise BadCheckpointError(f"it cannot be read ({error.strerror or error})") from error
    except zipfile.BadZipFile as error:
        raise BadCheckpointError(
            "it did not arrive whole, or is no file that PyTorch 1.6 or later wrote"
        ) from error
    except Exception as error:  # a damaged pickle may fail in any way
        raise BadCheckpointError(f"it is damaged ({type(error).__name__}: {error})") from error


def _start(file: Any, entry: zipfile.ZipInfo) -> int:
    """Where the bytes of an entry begin in the file."""
    if entry.compress_type != zipfile.ZIP_STORED:
        raise BadCheckpointError("it is compressed; PyTorch writes tensors as they are")
    file.seek(entry.header_offset)
    header = file.read(30)
    names = sum(struct.unpack_from("<HH", header, 26))
    return entry.header_offset + len(header) + names


class _Reader(pickle.Unpickler):
    """The pickle inside, with a short list of names that it may use."""

    def __init__(self, described: bytes, storage: Callable[[str], Tensor], foreign: bool) -> None:
        super().__init__(BytesIO(described))
        self._described, self._storage, self._foreign = described, storage, foreign

    def load(self) -> Any:
        """What it describes. First its instructions are gone through: one could ask for more memory than there is."""
        for code, argument, _ in pickletools.genops(self._described):
            if code.name.endswith("PUT") and int(argument or 0) > len(self._described):
                raise BadCheckpointError("it is damaged: it keeps more objects than it has")
        return super().load()

    def find_class(self, module: str, name: str) -> Any:
        """What a name stands for."""
        known: dict[tuple[str, str], Any] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch", "Size"): torch.Size,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            ("torch._utils", "_rebuild_parameter"): _parameter,
        }
        if (module, name) in known:
            return known[module, name]
        if module == "torch" and name in TYPES:
            return TYPES[name]
        if not self._foreign:
            raise BadCheckpointError(
                f"it holds more than tensors: it asks for {module}.{name}; nothing of it was run"
            )
        return Foreign

    def persistent_load(self, pid: Any) -> Tensor:
        """The numbers that a tensor shows: ("storage", type, key, place, count) -> (count,)."""
        _, dtype, key, _, count = pid
        stored = self._storage(str(key))
        if not isinstance(dtype, torch.dtype) or len(stored) < count * dtype.itemsize:
            raise BadCheckpointError(f"it is damaged: the data of tensor {key} are too short")
        stored = stored[: count * dtype.itemsize]
        if stored.storage_offset() % dtype.itemsize:
            stored = stored.clone()
        return stored.view(dtype)


def _tensor(
    storage: Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_rest: object
) -> Tensor:
    """A view of ``storage``, refused where it would look beyond it."""
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if min((offset, *size, *stride)) < 0 or (0 not in size and last >= len(storage)):
        raise ValueError("a tensor reaches beyond its data")
    return storage.as_strided(size, stride, storage.storage_offset() + offset)


def _parameter(data: Tensor, *_rest: object) -> Tensor:
    return data
