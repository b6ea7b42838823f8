"""The U-Nets of Hunyuan3D-Paint 2.0: all views of an object painted at once, after one picture.

Zhao et al., "Hunyuan3D 2.0", 2025. On the layout of Stable Diffusion 2.1 each transformer block has two attentions
more: to the reference picture, and among the tokens of all views. Shapes: B branches of guidance, V views, R reference
pictures, latents h x w with h and w multiples of 8, L tokens of a view, C channels.

Attributes are called as in the released checkpoint, so that it loads as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention import BasicTransformerBlock
from torch import Tensor, nn

from pocket3d_server.models.hunyuan_paint.attention import (
    BlockMemory,
    KeysValues,
    Memory,
    Reference,
    Scene,
    attend,
    heads_of,
    like,
)
from pocket3d_server.models.hunyuan_paint.dual import Paint, opened, settings, wrap_blocks, wrapped_blocks

CAMERAS, CAMERA_OFFSET = 49, 5
"""Rows of the table of cameras; camera 0 is the sixth."""
LATENT = 4
"""Channels of the VAE's latents; those of noise, normals and positions go in together."""


class MultiviewBlock(nn.Module):
    """Self-attention, attention to the reference, attention among views, to the text, feed-forward.

    The first three read the same norm.
    """

    def __init__(self, transformer: BasicTransformerBlock, number: int) -> None:
        """``number``: which of its network's blocks it is."""
        super().__init__()
        self.number = number
        self.transformer = transformer
        self.attn_multiview = like(transformer.attn1)
        self.attn_refview = like(transformer.attn1)

    def remember(self, features: Tensor | None, text: Tensor) -> BlockMemory:
        """Of features (1, R * L, C), None for a branch without, and a text (1, T, cross)."""
        told = KeysValues.of(self.transformer.attn2, text)
        if features is None:
            return BlockMemory((told,), None)
        kept = KeysValues.of(self.attn_refview, features)
        return BlockMemory((told,), Reference(kept.keys, (kept.values,)))

    def forward(
        self, hidden_states: Tensor, cross_attention_kwargs: dict[str, Scene], **_rest: object
    ) -> Tensor:
        """Tokens (B * V, L, C), the `Scene` under "scene" -> (B * V, L, C)."""
        scene, transformer = cross_attention_kwargs["scene"], self.transformer
        batch = len(scene.memories)
        normed = transformer.norm1(hidden_states)
        x = hidden_states + self_attention(transformer.attn1, normed)
        by_view = x.unflatten(0, (batch, scene.views))  # a view of x: what is added there is added here
        views = normed.unflatten(0, (batch, scene.views)).flatten(1, 2)
        for branch, memory in enumerate(scene.memories):
            reference = memory.blocks[self.number].reference
            if reference is not None:
                attention = self.attn_refview
                q = heads_of(attention.to_q(views[branch][None]), attention.heads)
                seen = attention.to_out[0](attend(q, reference.keys, reference.values[0]))
                by_view[branch] += memory.reference_scale * seen.view_as(by_view[branch])
            among = self_attention(self.attn_multiview, views[branch][None])
            by_view[branch] += among.view_as(by_view[branch])
        normed = transformer.norm2(x).view_as(by_view)
        for branch, memory in enumerate(scene.memories):
            by_view[branch] += memory.blocks[self.number].text[0].seen_by(transformer.attn2, normed[branch])
        x += transformer.ff(transformer.norm3(x))
        return x


def self_attention(attention: Any, x: Tensor) -> Tensor:
    """Among the tokens of each sample, (B, L, C) -> (B, L, C)."""
    q, k, v = (
        heads_of(part(x), attention.heads) for part in (attention.to_q, attention.to_k, attention.to_v)
    )
    out: Tensor = attention.to_out[0](attend(q, k, v))
    return out


class MultiviewUNet(UNet2DConditionModel):
    """The network that paints."""

    def __init__(self, config: Mapping[str, Any], text_tokens: int = 77) -> None:
        """``config``: the released settings; ``text_tokens``: of the learned texts."""
        super().__init__(**settings(config, in_channels=3 * LATENT, num_class_embeds=CAMERAS))
        width = self.config.cross_attention_dim
        self.learned_text_clip_gen = nn.Parameter(torch.zeros(1, text_tokens, width))
        self.learned_text_clip_ref = nn.Parameter(torch.zeros(1, text_tokens, width))
        wrap_blocks(self, MultiviewBlock)

    def remember(
        self, features: Sequence[Tensor] | None = None, text: Tensor | None = None, scale: float = 1.0
    ) -> Memory:
        """What a branch is led by: ``features`` of `Paint.reference`, a text (1, T, cross), zeros where there is none.

        ``scale`` is how much of the reference is added.
        """
        if not scale:
            features = None  # what is added is nothing
        if text is None:  # the keys of zeros are all alike, so one token stands for all
            text = torch.zeros_like(self.learned_text_clip_gen[:, :1])
        return Memory(
            tuple(
                block.remember(features[block.number] if features else None, text)
                for block in wrapped_blocks(self)
            ),
            scale,
        )

    def forward(
        self,
        latents: Tensor,
        time: Tensor | float,
        normals: Tensor,
        positions: Tensor,
        cameras: Tensor,
        memories: Sequence[Memory],
    ) -> Tensor:
        """Noisy latents (B, V, 4, h, w) at ``time`` -> the prediction (B, V, 4, h, w).

        ``normals`` and ``positions`` (1 or B, V, 4, h, w) are the VAE's latents of the maps, ``cameras`` (1 or B, V)
        int64 the views' numbers, ``memories`` what each branch is led by.
        """
        batch, views = latents.shape[:2]
        guides = [guide.expand_as(latents) for guide in (normals, positions)]
        numbers = (cameras + CAMERA_OFFSET).expand(batch, views)
        noise: Tensor = super().forward(
            torch.cat([latents, *guides], dim=2).flatten(0, 1),
            time,
            None,
            class_labels=numbers.flatten(),
            cross_attention_kwargs={"scene": Scene(views, tuple(memories))},
            return_dict=False,
        )[0]
        return noise.unflatten(0, (batch, views))


class PaintUNet(Paint):
    """All that the released file of 2.0 holds."""

    unet: MultiviewUNet

    def __init__(self, config: Mapping[str, Any], text_tokens: int = 77) -> None:
        """As `MultiviewUNet`."""
        super().__init__(MultiviewUNet(config, text_tokens), config)


def open_paint(folder: Path) -> PaintUNet:
    """The networks of a released folder ``unet``, mapped, on the CPU, in the precision stored. Raises EngineError."""
    return opened(
        folder,
        lambda config, tensors: PaintUNet(config, tensors["unet.learned_text_clip_gen"].shape[1]),
    )
