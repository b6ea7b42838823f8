"""A released pipeline: which files hold its networks, how they are drawn from, how latents were scaled."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pocket3d_server.models.neural.checkpoints import unusable
from pocket3d_server.models.trellis.sampler import Schedule

Condition = Literal["image", "text"]

NEEDED = (
    "sparse_structure_flow_model",
    "sparse_structure_decoder",
    "slat_flow_model",
    "slat_decoder_mesh",
    "slat_decoder_gs",
)
"""Parts that a mesh is made with; a release may hold more."""


@dataclass(frozen=True)
class Release:
    """What ``pipeline.json`` says."""

    stems: dict[str, Path]
    """By the part's name, its checkpoint's path without ending."""
    structure: Schedule
    latent: Schedule
    mean: tuple[float, ...]
    """Of the latents, one for each channel."""
    std: tuple[float, ...]
    condition: Condition


def read_release(folder: Path, elsewhere: Callable[[str], Path]) -> Release:
    """The release in ``folder``. ``elsewhere`` gives the folder of another repository, ``owner/name``.

    Raises EngineError for a description that is not there or not understood.
    """
    file = folder / "pipeline.json"
    try:
        args = json.loads(file.read_text(encoding="utf-8"))["args"]
        stems = {name: _stem(str(args["models"][name]), folder, elsewhere) for name in NEEDED}
        scaling = args["slat_normalization"]
        release = Release(
            stems,
            _schedule(args["sparse_structure_sampler"]),
            _schedule(args["slat_sampler"]),
            tuple(float(value) for value in scaling["mean"]),
            tuple(float(value) for value in scaling["std"]),
            "text" if args.get("text_cond_model") else "image",
        )
    except FileNotFoundError as error:
        raise unusable(file, "it is not there") from error
    except KeyError as error:
        raise unusable(file, f"it says nothing of {error}") from error
    except (OSError, ValueError, TypeError) as error:
        raise unusable(file, f"it describes no pipeline ({error})") from error
    if len(release.mean) != len(release.std) or not release.mean:
        raise unusable(file, "its slat_normalization is not one mean and one deviation for each channel")
    return release


def _stem(entry: str, folder: Path, elsewhere: Callable[[str], Path]) -> Path:
    """``ckpts/name`` lies in this repository, ``owner/name/ckpts/name`` in another."""
    parts = entry.split("/")
    if "" in parts or "." in parts or ".." in parts:
        raise ValueError(f"{entry!r} is no path within a repository")
    if len(parts) >= 4 and not (folder / parts[0]).is_dir():
        return elsewhere("/".join(parts[:2])).joinpath(*parts[2:])
    return folder.joinpath(*parts)


def _schedule(sampler: dict[str, Any]) -> Schedule:
    """Every sampler of the releases is Euler's method; they differ in what they know of guidance."""
    known = sampler["params"]
    plain = Schedule()
    interval = known.get("cfg_interval", plain.cfg_interval)
    return Schedule(
        int(known.get("steps", plain.steps)),
        float(known.get("cfg_strength", plain.cfg_strength)),
        (float(interval[0]), float(interval[1])),
        float(known.get("rescale_t", plain.rescale_t)),
    )
