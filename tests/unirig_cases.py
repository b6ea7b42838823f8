"""UniRig's golden cases: what a file describes, and networks of the sizes that it names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from pocket3d_server.models.neural.sparse_conv import Taps
from pocket3d_server.models.unirig.point_conv import Places
from pocket3d_server.models.unirig.ptv3 import PatchAttention, PointSizes
from pocket3d_server.models.unirig.shape_encoder import ShapeEncoder
from pocket3d_server.models.unirig.skeleton_net import SkeletonNet
from pocket3d_server.models.unirig.skin_net import SkinSizes
from safetensors import safe_open
from torch import Tensor
from torch.overrides import TorchFunctionMode


def meta(case: Path) -> dict[str, Any]:
    """The description in a file of vectors; empty where there is none, or no object."""
    with safe_open(case, framework="pt") as file:
        told = json.loads((file.metadata() or {}).get("meta", "{}"))
    return told if isinstance(told, dict) else {}


def about(module: str) -> Callable[[Path], bool]:
    """Whether a file of vectors is about the module whose published name begins so."""
    return lambda case: str(meta(case).get("module", "")).startswith(module)


def has(key: str) -> Callable[[Path], bool]:
    """Whether a file of vectors holds a tensor of this name."""

    def held(case: Path) -> bool:
        with safe_open(case, framework="pt") as file:
            return key in set(file.keys())

    return held


def holding(*words: str) -> Callable[[Path], bool]:
    """Whether a text has all these words: files of other models are called alike."""
    return lambda case: all(word in case.read_text(encoding="utf-8") for word in words)


def weights(io: dict[str, Tensor]) -> dict[str, Tensor]:
    """The network's own tensors, by their released names."""
    return {key.removeprefix("w."): value for key, value in io.items() if key.startswith("w.")}


class UnevenPlaces(Places):
    """Pairs points as spconv's native algorithm does: every point hears the cells behind the middle tap, but only the
    first point of a cell hears those before it, and it hears each of their points."""

    def taps(self, kernel: int) -> Taps:
        """As for `Places`."""
        taps = super().taps(kernel)
        middle = len(taps) // 2
        return [*((sources, rows) for rows, sources in reversed(taps[middle + 1 :])), *taps[middle:]]


class Rounded(TorchFunctionMode):
    """Attention of queries, keys and values that are rounded to float16, as in the published code."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """As always, but for attention."""
        if func is torch.nn.functional.scaled_dot_product_attention:
            args = tuple(part.half().to(part.dtype) for part in args)
        return func(*args, **(kwargs or {}))


def rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have points attend so; skinning's own attention stays as it is."""
    attend = PatchAttention._attend

    def rounded(self: PatchAttention, x: Tensor) -> Tensor:
        with Rounded():
            return attend(self, x)

    monkeypatch.setattr(PatchAttention, "_attend", rounded)


def shape_encoder(config: dict[str, Any]) -> ShapeEncoder:
    """Of the sizes that a case names; make it under ``torch.device("meta")``."""
    return ShapeEncoder(**encoder_sizes(config))


def encoder_sizes(config: dict[str, Any]) -> dict[str, Any]:
    """Arguments of a `ShapeEncoder` as a case names them."""
    names = {
        "width": "width",
        "heads": "heads",
        "layers": "num_encoder_layers",
        "tokens": "token_num",
        "frequencies": "num_freqs",
        "features": "point_feats",
        "include_pi": "include_pi",
        "qkv_bias": "qkv_bias",
        "use_ln_post": "use_ln_post",
    }
    return {ours: config[theirs] for ours, theirs in names.items()}


def point_sizes(config: dict[str, Any]) -> PointSizes:
    """As a case names them."""
    lists = (config[f"enc_{name}"] for name in ("depths", "channels", "num_head", "patch_size"))
    return PointSizes(config["in_channels"], *map(tuple, lists), config["shuffle_orders"])


def skin_sizes(config: dict[str, Any]) -> SkinSizes:
    """As a case names them."""
    return SkinSizes(
        config["feat_dim"],
        config["num_heads"],
        config["bone_embed_dim"],
        config["mlp_dim"],
        config["num_bone_attn"],
        config["num_mesh_bone_attn"],
        config["grid_size"],
        config["voxel_mask"],
        point_sizes(config["mesh_encoder"]),
        encoder_sizes(config["global_encoder"]),
    )


def skeleton_net(told: dict[str, Any]) -> SkeletonNet:
    """Of the sizes that a case's description names; make it under ``torch.device("meta")``."""
    sizes = told["llm"]
    return SkeletonNet(
        shape_encoder(told["encoder"]),
        sizes["hidden_size"],
        sizes["num_hidden_layers"],
        sizes["num_attention_heads"],
        sizes["ffn_dim"],
        sizes["max_position_embeddings"],
        sizes["vocab_size"],
    )
