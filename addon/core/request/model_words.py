"""What can be done with a model of the server, and the words for it."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, NamedTuple

from ..errors import for_artists
from ..files import size_text

WORDS = {
    "trellis": "TRELLIS",
    "hunyuan3d": "Hunyuan3D",
    "unirig": "UniRig",
    "partfield": "PartField",
    "pbr": "PBR",
    "xlarge": "extra large",
}
HYPHENATED = {"Hunyuan3D paint": "Hunyuan3D-Paint"}
"""Names as their makers write them."""
KITS = {
    "builtin_text": "Built-in text kit",
    "builtin_pictures": "Picture library",
    "builtin_image": "Built-in image kit",
    "builtin_texture": "Built-in materials",
    "builtin_parts": "Built-in parts finder",
    "builtin_rig": "Built-in rigger",
}


class ModelState(StrEnum):
    """What can be done with a model now."""

    READY = "ready"
    LICENCE = "licence"
    DOWNLOAD = "download"
    DOWNLOADING = "downloading"
    PACKAGES = "packages"
    """Python packages that the server was not given: PyTorch as a rule."""
    UNAVAILABLE = "unavailable"


class Download(NamedTuple):
    """How far a download is."""

    fraction: float
    text: str


def label(model: Any) -> str:
    """A model's name for people."""
    return name(model.model_id)


def name(model_id: str) -> str:
    """The same for a model that may not be on the list any more: ``TRELLIS image large``, ``Hunyuan3D-Paint 2.1``."""
    if model_id in KITS:
        return KITS[model_id]
    version = re.sub(r"(?<![a-zA-Z0-9])(\d+)[_\-](\d+)(?![a-zA-Z0-9])", r"\1.\2", model_id)
    words = [WORDS.get(word, word) for word in re.split(r"[_\-\s]+", version) if word]
    text = " ".join(words)
    for plain, written in HYPHENATED.items():
        text = text.replace(plain, written)
    return text[:1].upper() + text[1:]


def subline(model: Any) -> str:
    """What a model takes: ``needs 8 GB · ≈ 3 min``."""
    needs_gpu = model.vram_requirement and not model.only_by_name
    parts = [f"needs {memory(model.vram_requirement)}"] if needs_gpu else ["any computer"]
    if model.estimated_time:
        parts.append(short_time(model.estimated_time))
    return " · ".join(parts)


def short_time(text: str) -> str:
    """``about 3 minutes`` as ``≈ 3 min``, which needs no translation."""
    text = re.sub(r"^about\b", "≈", text)
    for word, unit in (("second", "s"), ("minute", "min"), ("hour", "h")):
        text = re.sub(rf"\b{word}s?\b", unit, text)
    return text


def state_of(model: Any) -> ModelState:
    """What can be done with it now."""
    weights = model.weights
    if weights is not None and weights.state == "downloading":
        return ModelState.DOWNLOADING
    if model.ready:
        return ModelState.READY
    if model.missing_code == "LICENCE":
        return ModelState.LICENCE
    if model.missing_code == "NOT_INSTALLED":
        return ModelState.DOWNLOAD
    if model.missing_code == "EXTRA":
        return ModelState.PACKAGES
    return ModelState.UNAVAILABLE


def state_text(model: Any) -> str:
    """Its state in a few words, for a row."""
    match state_of(model):
        case ModelState.READY:
            return "Ready"
        case ModelState.LICENCE:
            return "Licence to accept"
        case ModelState.DOWNLOADING:
            return download(model).text
        case ModelState.DOWNLOAD:
            left = bytes_left(model)
            return f"{size_text(left)} to download" if left else "Not installed"
        case ModelState.PACKAGES:
            return "Needs PyTorch" if "PyTorch" in (model.reason or "") else "Needs packages"
    return why_not(model)


def bytes_left(model: Any) -> int:
    """What is still to be downloaded."""
    return model.weights.size - model.weights.downloaded if model.weights is not None else 0


def download(model: Any) -> Download:
    """How far it is: ``45 % of 3.2 GB, about 2 min left``."""
    weights = model.weights
    total = max(weights.size, 1)
    fraction = min(weights.downloaded / total, 1.0)
    text = f"{fraction:.0%} of {size_text(total)}".replace("%", " %")
    if weights.eta_seconds:
        text += f", {_about(weights.eta_seconds)} left"
    return Download(fraction, text)


def why_not(model: Any) -> str:
    """Why it is not ready, as a sentence without its full stop; empty when it is."""
    if model.ready:
        return ""
    reason = for_artists(model.reason or "It is not ready")
    return reason[:1].upper() + reason[1:]


def wrong_start(model: Any, inputs: set[str]) -> str:
    """That the model does not start from what is chosen, ``text`` or ``image``, as a sentence; empty when it does."""
    taken = set((model.supported_formats or {}).get("input", ()))
    if "image" in inputs and "image" not in taken and "text" in taken:
        return f"{label(model)} starts from words; choose Text above"
    if inputs == {"text"} and "text" not in taken and "image" in taken:
        return f"{label(model)} starts from a picture; choose Image above"
    return ""


def memory(megabytes: int) -> str:
    """Memory of a card: ``8 GB``."""
    return f"{round(megabytes / 1024, 1):g} GB"


def _about(seconds: float) -> str:
    if seconds < 60:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
