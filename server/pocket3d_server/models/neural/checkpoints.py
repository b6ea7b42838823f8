"""Networks from released checkpoints: the class by its name, the weights as they are, every key accounted for.

The files are mapped, not copied: a network on the CPU takes its memory as it is used, and one that goes to a GPU is
read once. Failures are EngineErrors, which say what is wrong and what to do.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.neural.unpickling import BadCheckpointError, read_pickled

Network = TypeVar("Network", bound=nn.Module)

SHOWN = 4
"""Keys that an error names before it only counts."""


def open_checkpoint(stem: Path, classes: Mapping[str, Callable[..., nn.Module]]) -> nn.Module:
    """The network of ``stem``.json, {"name": class, "args": {...}}, with the weights of ``stem``.safetensors.

    ``classes`` are the networks by name; "Elastic" before a name says how it was trained and is dropped. Weights keep
    the type in which they are stored. Raises EngineError.
    """
    description = stem.with_name(stem.name + ".json")
    name, arguments = _described(description)
    if name not in classes:
        raise unusable(
            description, f"its network {name!r} is unknown; known are {', '.join(sorted(classes))}"
        )
    network = _built(classes[name], arguments, description)
    weights = stem.with_name(stem.name + ".safetensors")
    return with_weights(network, read_safetensors(weights), weights)


def read_safetensors(path: Path, wanted: Callable[[str], bool] = lambda key: True) -> dict[str, Tensor]:
    """The tensors of a file whose keys are ``wanted``, on the CPU, mapped. Raises EngineError."""
    try:
        with safe_open(path, framework="pt") as file:
            return {key: file.get_tensor(key) for key in list(file.keys()) if wanted(key)}
    except FileNotFoundError as error:
        raise unusable(path, "it is not there") from error
    except (SafetensorError, OSError) as error:
        raise unusable(path, f"it is damaged or did not arrive whole ({error})") from error


def read_tensors(
    path: Path, wanted: Callable[[str], bool] = lambda key: True, within: str | None = None
) -> dict[str, Tensor]:
    """The same for a file of either kind: safetensors by its ending, else a pickle of PyTorch.

    ``within`` names the entry of a pickle that holds the tensors; what lies beside it may then be of any kind. Raises
    EngineError.
    """
    if path.suffix == ".safetensors":
        return read_safetensors(path, wanted)
    try:
        held = read_pickled(path, foreign=within is not None)
    except BadCheckpointError as error:
        raise unusable(path, str(error)) from error
    tensors = held.get(within) if within is not None and isinstance(held, dict) else held
    if not isinstance(tensors, dict):
        raise unusable(path, f"it holds no {within or 'tensors by name'}")
    for key, value in tensors.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise unusable(path, f"its entry {key!r} is no tensor")
    return {key: value for key, value in tensors.items() if wanted(key)}


def with_weights(network: Network, tensors: Mapping[str, Tensor], path: Path) -> Network:
    """``network``, made on the meta device, with ``tensors`` for its weights, ready to compute; no key may be left.

    Raises EngineError that names the keys that are missing, unknown or of another shape; ``path`` is what it blames.
    """
    expected = network.state_dict()
    wrong = [
        f"{_some(keys)} {what}"
        for keys, what in (
            ([key for key in expected if key not in tensors], "missing"),
            ([key for key in tensors if key not in expected], "not known to the network"),
            (_mismatched(expected, tensors), "of another shape or kind"),
        )
        if keys
    ]
    if wrong:
        raise unusable(path, f"it does not fit {type(network).__name__}: " + "; ".join(wrong))
    network.load_state_dict(tensors, strict=True, assign=True)
    left = [key for key, value in [*network.named_parameters(), *network.named_buffers()] if value.is_meta]
    if left:
        raise RuntimeError(f"{type(network).__name__} must make {_some(left)} itself: no checkpoint holds it")
    return network.eval().requires_grad_(False)


def unusable(path: Path, why: str) -> EngineError:
    """A file of weights that cannot be used."""
    return EngineError(
        f"{path.name} cannot be used: {why}",
        code="MODEL_UNAVAILABLE",
        suggestion="Remove the model and install it again with 'pocket3d-server models install'; "
        "if it comes from a folder of your own, copy the released files once more.",
    )


def _mismatched(expected: Mapping[str, Tensor], tensors: Mapping[str, Tensor]) -> list[str]:
    both = [(key, tensors[key], expected[key]) for key in expected if key in tensors]
    return [
        f"{key} ({_shape(found)} for {_shape(meant)})"
        for key, found, meant in both
        if found.shape != meant.shape or found.is_floating_point() != meant.is_floating_point()
    ]


def _shape(tensor: Tensor) -> str:
    return f"{'x'.join(map(str, tensor.shape)) or 'one number'} {str(tensor.dtype).removeprefix('torch.')}"


def _described(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        name, arguments = held["name"], held["args"]
    except FileNotFoundError as error:
        raise unusable(path, "it is not there") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise unusable(path, f'it is no description {{"name", "args"}} of a network ({error!r})') from error
    if not isinstance(name, str) or not isinstance(arguments, dict):
        raise unusable(path, '"name" must be a text and "args" an object')
    return name.removeprefix("Elastic"), arguments


def _built(made: Callable[..., nn.Module], arguments: dict[str, Any], path: Path) -> nn.Module:
    """The network on the meta device: shapes only, no memory."""
    known = inspect.signature(made).parameters
    wrong = _unknown(arguments, known)
    needed = [key for key, value in known.items() if value.default is value.empty]
    absent = _unknown(needed, arguments)
    if wrong:
        raise unusable(path, f"its args {_some(wrong)} are unknown; this version may be too old for it")
    if absent:
        raise unusable(path, f"its args lack {_some(absent)}")
    try:
        with torch.device("meta"):
            return made(**arguments)
    except Exception as error:  # whatever a nonsensical size runs into
        raise unusable(path, f"its args make no network: {error}") from error


def _unknown(keys: Iterable[str], known: Collection[str]) -> list[str]:
    return [key for key in keys if key not in known]


def _some(keys: list[str]) -> str:
    more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
    return ", ".join(keys[:SHOWN]) + more
