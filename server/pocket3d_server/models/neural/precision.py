"""What networks compute in: half precision on GPUs, with norms in float32."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def precision_of(device: torch.device) -> torch.dtype:
    """What the networks' blocks compute in. A CPU is slower in half precision than in single."""
    return torch.float32 if device.type == "cpu" else torch.float16


def wide_precision_of(device: torch.device) -> torch.dtype:
    """The same for networks that learned in bfloat16, whose numbers may be too large for float16.

    GPUs that lack it (before Nvidia's Ampere, Apple's) take float32.
    """
    known = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if known else torch.float32


class LayerNorm32(nn.LayerNorm):
    """Layer norm over the last axis, computed in float32, returned in the type of its input."""

    def forward(self, x: Tensor) -> Tensor:
        """(..., C) -> (..., C)."""
        return super().forward(x.float()).to(x.dtype)


COMPUTING = nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d


def set_precision(modules: list[nn.Module], dtype: torch.dtype) -> None:
    """Give the linear layers and convolutions below ``modules`` another type; norms stay in float32."""
    for module in modules:
        for child in module.modules():
            if isinstance(child, COMPUTING) or getattr(child, "holds_convolution", False):
                child.to(dtype)
