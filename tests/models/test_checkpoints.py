"""Files of weights: every key is accounted for, nothing in them is run, and what is wrong is said by name."""

from __future__ import annotations

import json
import pickle
import zipfile
from argparse import Namespace
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the models extra is not installed")

from pocket3d_server.models.engine import EngineError  # noqa: E402
from pocket3d_server.models.neural.checkpoints import open_checkpoint, read_tensors  # noqa: E402
from pocket3d_server.models.neural.unpickling import BadCheckpointError, Foreign, read_pickled  # noqa: E402
from safetensors.torch import save_file  # noqa: E402


class Small(torch.nn.Module):
    """Two layers, one of them in half precision, and a buffer."""

    def __init__(self, width: int, depth: int = 1, use_fp16: bool = False) -> None:
        super().__init__()
        if depth < 1:
            raise ValueError("a network needs a layer")
        self.first = torch.nn.Linear(3, width)
        self.rest = torch.nn.ModuleList(torch.nn.Linear(width, width) for _ in range(depth))
        self.register_buffer("places", torch.arange(width).float())
        if use_fp16:
            self.rest.half()


CLASSES = {"Small": Small}
ARGUMENTS = {"width": 4, "depth": 2, "use_fp16": True}


def written(folder: Path, name: str = "Small", arguments: Any = ARGUMENTS, **changes: Any) -> Path:
    """A checkpoint's stem; ``changes`` are other tensors by key, with ``None`` for those to leave out."""
    stem = folder / "ckpts" / "small_v1.0_fp16"
    stem.parent.mkdir(exist_ok=True)
    torch.manual_seed(1)
    tensors = Small(**ARGUMENTS).state_dict() | {
        key.replace("__", "."): value for key, value in changes.items()
    }
    save_file({k: v for k, v in tensors.items() if v is not None}, f"{stem}.safetensors")
    Path(f"{stem}.json").write_text(json.dumps({"name": name, "args": arguments}))
    return stem


@pytest.mark.parametrize("name", ["Small", "ElasticSmall"])
def test_opens_as_stored(tmp_path: Path, name: str) -> None:
    network = open_checkpoint(written(tmp_path, name), CLASSES)
    assert type(network) is Small
    assert not network.training
    torch.manual_seed(1)
    for key, value in Small(**ARGUMENTS).state_dict().items():
        found = network.state_dict()[key]
        assert found.dtype == value.dtype
        assert torch.equal(found, value), key
        assert not found.requires_grad
    assert {p.dtype for p in network.parameters()} == {torch.float16, torch.float32}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"first__bias": None}, "first.bias missing"),
        ({"third__bias": torch.zeros(2)}, "third.bias not known"),
        ({"first__weight": torch.zeros(4, 5)}, "first.weight (4x5 float32 for 4x3 float32)"),
        ({"first__bias": torch.zeros(4, dtype=torch.int32)}, "first.bias (4 int32 for 4 float32)"),
        ({"name": "Large"}, "'Large' is unknown; known are Small"),
        ({"arguments": {**ARGUMENTS, "pe_mode": "rope"}}, "args pe_mode are unknown"),
        ({"arguments": {"depth": 2}}, "args lack width"),
        ({"arguments": {"width": 4, "depth": 0}}, "a network needs a layer"),
        ({"arguments": {"width": "four"}}, "args make no network"),
        ({"arguments": [4]}, '"args" an object'),
        ({"arguments": {"width": 4, "depth": 9}}, "and 10 more missing"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(EngineError) as raised:
        open_checkpoint(written(tmp_path, **changes), CLASSES)
    assert said in str(raised.value)
    assert raised.value.code == "MODEL_UNAVAILABLE"
    assert "install" in raised.value.suggestion


@pytest.mark.parametrize("kept", [0, 4, 60, -1])
def test_truncated_files(tmp_path: Path, kept: int) -> None:
    """However much of a file is there, it is refused, and nothing worse happens."""
    stem = written(tmp_path)
    weights = Path(f"{stem}.safetensors")
    weights.write_bytes(weights.read_bytes()[:kept])
    with pytest.raises(EngineError, match="did not arrive whole"):
        open_checkpoint(stem, CLASSES)
    pickled = tmp_path / "weights.pth"
    torch.save({"a": torch.ones(64)}, pickled)
    pickled.write_bytes(pickled.read_bytes()[:kept])
    with pytest.raises(EngineError, match="did not arrive whole"):
        read_tensors(pickled)


def test_missing_files(tmp_path: Path) -> None:
    stem = written(tmp_path)
    Path(f"{stem}.safetensors").unlink()
    with pytest.raises(EngineError, match="safetensors cannot be used: it is not there"):
        open_checkpoint(stem, CLASSES)
    Path(f"{stem}.json").write_text("{")
    with pytest.raises(EngineError, match="no description"):
        open_checkpoint(stem, CLASSES)
    Path(f"{stem}.json").unlink()
    with pytest.raises(EngineError, match=r"json cannot be used: it is not there"):
        open_checkpoint(stem, CLASSES)
    with pytest.raises(EngineError, match="cannot be read"):
        read_tensors(tmp_path / "weights.pth")


def plain() -> dict[str, Any]:
    """What a checkpoint may hold: tensors of many kinds, views among them, and containers."""
    whole = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    return {
        "state": OrderedDict(
            whole=whole,
            transposed=whole.T,
            part=whole[1:3, 2:],
            repeated=torch.ones(1, 3).expand(5, 3),
            empty=torch.zeros(0, 7),
            number=torch.tensor(3),
            half=torch.ones(3, dtype=torch.bfloat16),
            flags=torch.tensor([True, False]),
            learned=torch.nn.Parameter(torch.ones(2)),
        ),
        "steps": 12,
        "names": ["a", ("b", None, 1.5, True)],
        "size": torch.Size([2, 3]),
    }


def test_pickles_of_tensors(tmp_path: Path) -> None:
    torch.save(plain(), tmp_path / "a.pth")
    held, meant = read_pickled(tmp_path / "a.pth"), plain()
    for key, value in meant.pop("state").items():
        found = held["state"][key]
        assert type(found) is torch.Tensor
        assert (found.dtype, found.shape) == (value.dtype, value.shape)
        assert torch.equal(found, value), key
    del held["state"]
    assert held == meant
    assert read_tensors(tmp_path / "a.pth", within="state").keys() == plain()["state"].keys()
    with pytest.raises(EngineError, match="'state' is no tensor"):
        read_tensors(tmp_path / "a.pth", lambda key: key == "whole")


class Harmful:
    """Writes a file when it is unpickled in the usual way."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return open, (str(self.path), "w")


def test_pickles_run_nothing(tmp_path: Path) -> None:
    """A name that is not a tensor's is refused before it is imported; beside wanted tensors it becomes nothing."""
    mark, file = tmp_path / "mark", tmp_path / "harmful.pth"
    torch.save({"state_dict": {"a": torch.ones(2)}, "settings": Harmful(mark), "more": Namespace(x=1)}, file)
    with pytest.raises(EngineError, match=r"holds more than tensors: it asks for \w+\.open; nothing"):
        read_tensors(file)
    assert torch.equal(read_tensors(file, within="state_dict")["a"], torch.ones(2))
    held = read_pickled(file, foreign=True)
    assert isinstance(held["settings"], Foreign)
    assert isinstance(held["more"], Foreign)
    assert not mark.exists()
    torch.save({"state_dict": {"a": Harmful(mark)}}, file)
    with pytest.raises(EngineError, match="'a' is no tensor"):
        read_tensors(file, within="state_dict")
    assert not mark.exists()
    torch.load(file, weights_only=False)
    assert mark.exists(), "the file would have done harm"


def test_foreign_objects_take_everything(tmp_path: Path) -> None:
    """Lists, dictionaries and sets of other packages, filled in every way that a pickle has."""
    held = {"state_dict": {"a": torch.ones(2)}, "other": [Lists([1, 2]), Table(a=1), Namespace(b=Lists())]}
    torch.save(held, tmp_path / "a.ckpt")
    assert set(read_tensors(tmp_path / "a.ckpt", within="state_dict")) == {"a"}


class Lists(list[Any]):
    """A list of another package."""


class Table(dict[str, Any]):
    """A dictionary of another package."""


@pytest.mark.parametrize("case", ["old", "plain pickle", "zip", "beyond", "short", "compressed", "memory"])
def test_other_files_are_refused(tmp_path: Path, case: str) -> None:
    file = tmp_path / "weights.pth"
    tensor = torch.ones(4)
    if case == "old":
        torch.save({"a": tensor}, file, _use_new_zipfile_serialization=False)
    elif case == "plain pickle":
        file.write_bytes(pickle.dumps({"a": 1}))
    else:
        torch.save({"a": tensor}, tmp_path / "good.pth")
        with zipfile.ZipFile(tmp_path / "good.pth") as good:
            entries = {info.filename: good.read(info) for info in good.infolist()}
        name = next(key for key in entries if key.endswith("data.pkl"))
        if case == "beyond":  # the tensor's size, 4, becomes 9
            assert entries[name].count(b"K\x04\x85") == 1
            entries[name] = entries[name].replace(b"K\x04\x85", b"K\x09\x85")
        if case == "short":
            entries[name.replace("data.pkl", "data/0")] = b"\0" * 15
        if case == "memory":  # nothing, kept at a place two thousand million
            entries[name] = b"\x80\x02Nr\xff\xff\xff\x7f."
        if case == "zip":
            entries = {"readme.txt": b"no weights"}
        kind = zipfile.ZIP_DEFLATED if case == "compressed" else zipfile.ZIP_STORED
        with zipfile.ZipFile(file, "w", kind) as bad:
            for key, value in entries.items():
                bad.writestr(key, value)
    with pytest.raises(BadCheckpointError, match=r"wrote|damaged|compressed"):
        read_pickled(file)
