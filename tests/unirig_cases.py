"""UniRig's golden cases: what a file describes, and networks of the sizes that it names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pocket3d_server.models.unirig.shape_encoder import ShapeEncoder
from safetensors import safe_open
from torch import Tensor


def meta(case: Path) -> dict[str, Any]:
    """The description in a file of vectors; empty where there is none."""
    with safe_open(case, framework="pt") as file:
        return json.loads((file.metadata() or {}).get("meta", "{}"))


def about(module: str) -> Callable[[Path], bool]:
    """Whether a file of vectors is about the module whose published name begins so."""
    return lambda case: (
        "unirig" in case.as_posix().lower() and meta(case).get("module", "").startswith(module)
    )


def weights(io: dict[str, Tensor]) -> dict[str, Tensor]:
    """The network's own tensors, by their released names."""
    return {key.removeprefix("w."): value for key, value in io.items() if key.startswith("w.")}


def shape_encoder(config: dict[str, Any]) -> ShapeEncoder:
    """Of the sizes that a case names; make it under ``torch.device("meta")``."""
    return ShapeEncoder(
        config["width"],
        config["heads"],
        config["num_encoder_layers"],
        config["token_num"],
        config["num_freqs"],
        config["point_feats"],
        config["include_pi"],
        config["qkv_bias"],
        config["use_ln_post"],
    )
