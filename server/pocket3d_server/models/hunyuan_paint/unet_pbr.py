"""The U-Nets of Hunyuan3D-Paint 2.1: base colour with metallic and roughness, for all views at once.

Tencent Hunyuan3D team, "Hunyuan3D 2.1", 2025. Beside what 2.0 has (`unet`), the two materials are painted side by side:
each has self-attention of its own, both read the reference where the base colour looks; tokens of all views know by
rotation where on the object they lie; and every block sees what DINOv2 says of the picture. Shapes: B branches of
guidance, M = 2 materials, V views, R reference pictures, latents h x w with h = w a multiple of 8, L tokens of a view,
C channels.

Attributes are called as in the released checkpoint, so that it loads as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention import BasicTransformerBlock
from diffusers.models.attention_processor import Attention
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
from pocket3d_server.models.hunyuan_paint.rope import rotated, rotations, voxels
from pocket3d_server.models.hunyuan_paint.unet import LATENT, self_attention

MATERIALS = "albedo", "mr"
"""Base colour; metallic in red and roughness in green."""
DINO_TOKENS = 4
"""Tokens that each of DINOv2's becomes."""


class OwnAttention(nn.Module):
    """The second material's own layers in a self-attention."""

    def __init__(self, attention: Attention) -> None:
        """Sized as ``attention``, the first material's."""
        super().__init__()
        width = attention.query_dim
        self.to_q_mr = nn.Linear(width, attention.inner_dim, bias=False)
        self.to_k_mr = nn.Linear(width, attention.inner_dim, bias=False)
        self.to_v_mr = nn.Linear(width, attention.inner_dim, bias=False)
        self.to_out_mr = nn.ModuleList([nn.Linear(attention.inner_dim, width)])

    def forward(self, x: Tensor, heads: int) -> Tensor:
        """(B, L, C) -> (B, L, C)."""
        q, k, v = (heads_of(part(x), heads) for part in (self.to_q_mr, self.to_k_mr, self.to_v_mr))
        out: Tensor = self.to_out_mr[0](attend(q, k, v))
        return out


class OwnValues(nn.Module):
    """The second material's own layers in the attention to the reference."""

    def __init__(self, attention: Attention) -> None:
        """Sized as ``attention``, the first material's."""
        super().__init__()
        self.to_v_mr = nn.Linear(attention.query_dim, attention.inner_dim, bias=False)
        self.to_out_mr = nn.ModuleList([nn.Linear(attention.inner_dim, attention.query_dim)])


class MaterialBlock(nn.Module):
    """Self-attention, to the reference, among views, to the text, to DINOv2's tokens, feed-forward.

    The first three read the same norm, the next two another.
    """

    def __init__(self, transformer: BasicTransformerBlock, number: int) -> None:
        """``number``: which of its network's blocks it is."""
        super().__init__()
        self.number = number
        self.transformer = transformer
        self.attn_multiview = like(transformer.attn1)
        self.attn_refview = like(transformer.attn1)
        self.attn_dino = like(transformer.attn2, transformer.attn2.cross_attention_dim)
        transformer.attn1.set_processor(OwnAttention(transformer.attn1))
        self.attn_refview.set_processor(OwnValues(self.attn_refview))

    def remember(self, features: Tensor | None, texts: Sequence[Tensor], dino: Tensor) -> BlockMemory:
        """Of features (1, R * L, C), texts (1, T, cross) of the materials and DINOv2's tokens (1, K, cross)."""
        told = tuple(KeysValues.of(self.transformer.attn2, text) for text in texts)
        reference = None if features is None else self._reference(features)
        return BlockMemory(told, reference, KeysValues.of(self.attn_dino, dino))

    def _reference(self, features: Tensor) -> Reference:
        """The released network splits values by heads only after it has joined those of both materials.

        So every head has values of twice its size: the first half goes to the first material, the second to the other,
        and half of the heads carry what was meant for the first, the other half what was meant for the second. The
        weights were trained like that.
        """
        attention = self.attn_refview
        values = torch.cat([attention.to_v(features), attention.processor.to_v_mr(features)], dim=-1)
        halves = heads_of(values, attention.heads).chunk(len(MATERIALS), dim=-1)
        return Reference(heads_of(attention.to_k(features), attention.heads), halves)

    def forward(
        self, hidden_states: Tensor, cross_attention_kwargs: dict[str, Scene], **_rest: object
    ) -> Tensor:
        """Tokens (B * M * V, L, C), the `Scene` under "scene" -> (B * M * V, L, C)."""
        scene, transformer = cross_attention_kwargs["scene"], self.transformer
        batch, materials = len(scene.memories), len(MATERIALS)
        x = hidden_states.unflatten(0, (batch, materials, scene.views)).clone()
        normed = transformer.norm1(x)
        for branch, memory in enumerate(scene.memories):
            self._look(x[branch], normed[branch], memory, scene)
        normed = transformer.norm2(x)
        for branch, memory in enumerate(scene.memories):
            kept = memory.blocks[self.number]
            assert kept.dino is not None
            for material in range(materials):
                tokens, own = normed[branch, material], x[branch, material]
                own += kept.text[material].seen_by(transformer.attn2, tokens)
                own += kept.dino.seen_by(self.attn_dino, tokens)
        del normed
        for own in x.flatten(0, 1):  # one material at a time: within, tokens have eight times their channels
            own += transformer.ff(transformer.norm3(own))
        return x.flatten(0, 2)

    def _look(self, x: Tensor, normed: Tensor, memory: Memory, scene: Scene) -> None:
        """Add to x (M, V, L, C), a branch, what the first three attentions see."""
        attention, reference = self.attn_refview, memory.blocks[self.number].reference
        first, second = normed
        x[0] += self_attention(self.transformer.attn1, first)
        x[1] += self.transformer.attn1.processor(second, self.transformer.attn1.heads)
        if reference is not None:
            q = heads_of(attention.to_q(first.flatten(0, 1)[None]), attention.heads)
            for own, values, out in zip(
                x, reference.values, (attention.to_out[0], attention.processor.to_out_mr[0])
            ):
                own += memory.reference_scale * out(attend(q, reference.keys, values)).view_as(own)
        for own, tokens in zip(x, normed):
            own += self._among_views(tokens.flatten(0, 1)[None], scene).view_as(own)

    def _among_views(self, x: Tensor, scene: Scene) -> Tensor:
        """(1, V * L, C) -> (1, V * L, C)."""
        assert scene.places is not None
        attention, places = self.attn_multiview, scene.places[x.shape[1]]
        q, k = (
            rotated(heads_of(part(x), attention.heads), places) for part in (attention.to_q, attention.to_k)
        )
        out: Tensor = attention.to_out[0](attend(q, k, heads_of(attention.to_v(x), attention.heads)))
        return out


class DinoProjection(nn.Module):
    """Each of DINOv2's tokens to several of the U-Net's."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.proj = nn.Linear(channels, DINO_TOKENS * width)
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens: Tensor) -> Tensor:
        """(1, K, channels) -> (1, 4 * K, width)."""
        out: Tensor = self.norm(self.proj(tokens).unflatten(-1, (DINO_TOKENS, -1)).flatten(1, 2))
        return out


class MaterialUNet(UNet2DConditionModel):
    """The network that paints."""

    def __init__(self, config: Mapping[str, Any], text_tokens: int = 77, dino_channels: int = 1536) -> None:
        """``config``: the released settings; the other sizes are of the learned texts and DINOv2's tokens."""
        super().__init__(**settings(config, in_channels=3 * LATENT))
        width = self.config.cross_attention_dim
        for name in (*MATERIALS, "ref"):
            setattr(self, f"learned_text_clip_{name}", nn.Parameter(torch.zeros(text_tokens, width)))
        self.image_proj_model_dino = DinoProjection(dino_channels, width)
        wrap_blocks(self, MaterialBlock)

    def remember(
        self,
        features: Sequence[Tensor] | None = None,
        dino: Tensor | None = None,
        texts: Sequence[Tensor] | None = None,
        scale: float = 1.0,
    ) -> Memory:
        """What a branch is led by: ``features`` of `Paint.reference`, ``dino`` (1, K, channels), either of which may lack.

        ``texts`` (1, T, cross), one for each material, in place of the learned ones; ``scale`` is how much of the reference
        is added.
        """
        if dino is None:  # zeros, as released; their tokens are all alike, so one stands for all
            projection = self.image_proj_model_dino.proj
            dino = projection.weight.new_zeros(1, 1, projection.in_features)
        seen = self.image_proj_model_dino(dino.to(self.image_proj_model_dino.proj.weight))
        if texts is None:
            texts = [getattr(self, f"learned_text_clip_{name}")[None] for name in MATERIALS]
        if not scale:
            features = None  # what is added is nothing
        return Memory(
            tuple(
                block.remember(features[block.number] if features else None, texts, seen)
                for block in wrapped_blocks(self)
            ),
            scale,
        )

    def places(self, maps: Tensor, side: int, aliased: bool = True) -> dict[int, tuple[Tensor, Tensor]]:
        """Where the tokens of all views lie, for every size that ``side`` latents along a side come to.

        ``maps`` (V, 3, S, S), ``aliased`` as in `rope.voxels`. Raises ValueError for a ``side`` that does not divide S or
        cannot be halved as often as the network does.
        """
        halvings = len(self.config.block_out_channels) - 1
        if side % 2**halvings:
            raise ValueError(f"{side} latents along a side cannot be halved {halvings} times")
        sides = [side >> level for level in range(halvings + 1)]
        attention = next(wrapped_blocks(self)).attn_multiview
        width, device = attention.inner_dim // attention.heads, self.conv_in.weight.device
        return {len(cells): rotations(cells.to(device), width) for cells in voxels(maps, sides, aliased)}

    def forward(
        self,
        latents: Tensor,
        time: Tensor | float,
        normals: Tensor,
        positions: Tensor,
        places: dict[int, tuple[Tensor, Tensor]],
        memories: Sequence[Memory],
    ) -> Tensor:
        """Noisy latents (B, M, V, 4, h, w) at ``time`` -> the prediction (B, M, V, 4, h, w).

        ``normals`` and ``positions`` (1 or B, V, 4, h, w) are the VAE's latents of the maps, ``places`` what `places`
        says of the same views, ``memories`` what each branch is led by.
        """
        guides = [guide[:, None].expand_as(latents) for guide in (normals, positions)]
        noise: Tensor = super().forward(
            torch.cat([latents, *guides], dim=3).flatten(0, 2),
            time,
            None,
            cross_attention_kwargs={"scene": Scene(latents.shape[2], tuple(memories), places)},
            return_dict=False,
        )[0]
        return noise.view_as(latents)


class PaintPbrUNet(Paint):
    """All that the released file of 2.1 holds."""

    unet: MaterialUNet

    def __init__(self, config: Mapping[str, Any], text_tokens: int = 77, dino_channels: int = 1536) -> None:
        """As `MaterialUNet`."""
        super().__init__(MaterialUNet(config, text_tokens, dino_channels), config)


def open_paint_pbr(folder: Path) -> PaintPbrUNet:
    """The networks of a released folder ``unet``, mapped, on the CPU, in the precision stored. Raises EngineError."""
    return opened(
        folder,
        lambda config, tensors: PaintPbrUNet(
            config,
            len(tensors["unet.learned_text_clip_ref"]),
            tensors["unet.image_proj_model_dino.proj.weight"].shape[1],
        ),
    )
