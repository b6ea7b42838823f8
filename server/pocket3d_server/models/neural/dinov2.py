"""DINOv2: what a picture shows, as tokens. They lead the networks that start from a picture.

Oquab et al., "DINOv2: Learning Robust Visual Features without Supervision", 2023; Darcet et al., "Vision Transformers
Need Registers", 2024. B pictures, P patches of 14 x 14 pixels, R registers or none, C channels, H heads.

Attributes are called as in the checkpoint of torch.hub; `load_dinov2` renames that of Hugging Face.
"""

from __future__ import annotations

import re
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.neural.checkpoints import read_tensors, unusable, with_weights
from pocket3d_server.models.neural.layers import FeedForward
from pocket3d_server.models.neural.precision import LayerNorm32, set_precision

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the colours that it was trained on (ImageNet)."""
HEAD = 64
"""Channels of a head in every released size."""


class Attention(nn.Module):
    """Attention among the tokens of a picture."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, C) -> (B, L, C)."""
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        out: Tensor = self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return out


class GatedFeedForward(nn.Module):
    """The same with a second half of the inner channels that gates the first: SwiGLU, in the largest size.

    Shazeer, "GLU Variants Improve Transformer", 2020.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        hidden = -(-4 * channels * 2 // 3 // 8) * 8  # as many weights as without the gate, a multiple of 8
        self.w12 = nn.Linear(channels, 2 * hidden)
        self.w3 = nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, C) -> (B, L, C)."""
        gate, value = self.w12(x).chunk(2, dim=-1)
        out: Tensor = self.w3(F.silu(gate) * value)
        return out


class LayerScale(nn.Module):
    """A factor for each channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, C) -> (B, L, C) float32."""
        return x * self.gamma


class Block(nn.Module):
    """Self-attention, then feed-forward, each after a norm and scaled.

    The sum that runs through all blocks stays in float32, whatever the layers compute in: some of its tokens grow to
    hundreds.
    """

    def __init__(self, channels: int, heads: int, gated: bool) -> None:
        super().__init__()
        self.norm1 = LayerNorm32(channels, eps=1e-6)
        self.attn = Attention(channels, heads)
        self.ls1 = LayerScale(channels)
        self.norm2 = LayerNorm32(channels, eps=1e-6)
        self.mlp = GatedFeedForward(channels) if gated else FeedForward(channels)
        self.ls2 = LayerScale(channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, C) -> (B, L, C) float32."""
        dtype = self.attn.proj.weight.dtype
        x = x + self.ls1(self.attn(self.norm1(x).to(dtype)))
        out: Tensor = x + self.ls2(self.mlp(self.norm2(x).to(dtype)))
        return out


class PatchEmbedding(nn.Module):
    """Each patch of pixels to a token."""

    def __init__(self, channels: int, size: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, channels, size, stride=size)

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, 3, height, width) -> (B, C, rows, columns)."""
        out: Tensor = self.proj(pictures)
        return out


class DinoV2(nn.Module):
    """The network; the released mask token takes no part here."""

    def __init__(
        self,
        channels: int,
        depth: int,
        heads: int,
        registers: int,
        side: int,
        patch: int = 14,
        gated: bool = False,
    ) -> None:
        """``side``: patches along each side of the pictures that it was trained on; ``gated``: its feed-forwards."""
        super().__init__()
        self.patch, self.side, self.registers = patch, side, registers
        self.cls_token = nn.Parameter(torch.zeros(1, 1, channels))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + side**2, channels))
        if registers:
            self.register_tokens = nn.Parameter(torch.zeros(1, registers, channels))
        self.patch_embed = PatchEmbedding(channels, patch)
        self.blocks = nn.ModuleList(Block(channels, heads, gated) for _ in range(depth))
        self.norm = LayerNorm32(channels, eps=1e-6)

    def set_precision(self, dtype: torch.dtype) -> None:
        """The type in which the blocks compute."""
        set_precision([self.blocks], dtype)

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (B, 3, height, width), sRGB in 0..1, sides multiples of the patch -> (B, 1 + R + P, C) float32.

        The tokens are the picture's own, the registers, and the patches row by row, each normalised to mean 0 and
        deviation 1.
        """
        x = self.tokens(pictures)
        return F.layer_norm(x, x.shape[-1:])

    def features(self, pictures: Tensor) -> Tensor:
        """The same, normalised as the network was trained to end: with the final norm's own factors."""
        out: Tensor = self.norm(self.tokens(pictures))
        return out

    def tokens(self, pictures: Tensor) -> Tensor:
        """The same as they leave the last block."""
        height, width = pictures.shape[-2:]
        if height % self.patch or width % self.patch:
            raise ValueError(f"{height} x {width} pixels are no whole number of patches of {self.patch}")
        mean, deviation = (pictures.new_tensor(part)[:, None, None] for part in (MEAN, DEVIATION))
        patches = self.patch_embed((pictures - mean) / deviation)
        own = (self.cls_token + self.pos_embed[:, :1]).expand(len(pictures), -1, -1)
        rows, columns = patches.shape[-2:]
        parts = [own, patches.flatten(2).transpose(1, 2) + self.positions(rows, columns)]
        if self.registers:
            parts.insert(1, self.register_tokens.expand(len(pictures), -1, -1))
        x = torch.cat(parts, dim=1)
        for block in self.blocks:
            x = block(x)
        return x

    def positions(self, rows: int, columns: int) -> Tensor:
        """(1, P, C): where each patch lies; between the places that were trained, bicubic.

        With antialiasing where there are registers: that is how the two kinds were released.
        """
        grid = self.pos_embed[:, 1:]
        if (rows, columns) == (self.side, self.side):
            return grid
        grid = grid.unflatten(1, (self.side, self.side)).permute(0, 3, 1, 2)
        grid = F.interpolate(grid, size=(rows, columns), mode="bicubic", antialias=self.registers > 0)
        return grid.flatten(2).transpose(1, 2)


def load_dinov2(path: Path, heads: int | None = None) -> DinoV2:
    """The network of torch.hub's ``dinov2_vitl14_reg4_pretrain.pth`` and its like or Hugging Face's ``model.safetensors``.

    Its size and kind follow from the shapes; ``heads`` where a head has not 64 channels. Raises EngineError.
    """
    tensors = read_tensors(path)
    if "embeddings.cls_token" in tensors:
        tensors = _hub_names(tensors)
    tensors.pop("mask_token", None)
    try:
        _, places, channels = tensors["pos_embed"].shape
        registers = tensors["register_tokens"].shape[1] if "register_tokens" in tensors else 0
        gated = "blocks.0.mlp.w12.weight" in tensors
        patch = tensors["patch_embed.proj.weight"].shape[-1]
        depth = 1 + max(int(key.split(".")[1]) for key in tensors if key.startswith("blocks."))
    except (KeyError, IndexError, ValueError) as error:
        raise unusable(path, f"it is no DINOv2 ({error!r})") from error
    with torch.device("meta"):
        side = round((places - 1) ** 0.5)
        network = DinoV2(channels, depth, heads or channels // HEAD, registers, side, patch, gated)
    return with_weights(network, tensors, path)


RENAMED = (
    (r"embeddings\.patch_embeddings\.projection\.", "patch_embed.proj."),
    (r"embeddings\.position_embeddings", "pos_embed"),
    (r"embeddings\.", ""),
    (r"encoder\.layer\.", "blocks."),
    (r"attention\.attention\.", "attn."),
    (r"attention\.output\.dense\.", "attn.proj."),
    (r"mlp\.weights_in\.", "mlp.w12."),
    (r"mlp\.weights_out\.", "mlp.w3."),
    (r"layer_scale(\d)\.lambda1", r"ls\1.gamma"),
    (r"layernorm\.", "norm."),
)
"""Hugging Face's names and torch.hub's, applied one after the other."""


def _hub_names(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Hugging Face's layout to that of torch.hub; queries, keys and values come together."""
    named = {}
    for key, value in tensors.items():
        for pattern, name in RENAMED:
            key = re.sub(pattern, name, key)
        named[key] = value
    for key in [key for key in named if ".attn.query." in key]:
        parts = [named.pop(key.replace("query", part), None) for part in ("query", "key", "value")]
        named[key.replace("query", "qkv")] = torch.cat([part for part in parts if part is not None])
    return named
