"""Attention as the networks of Hunyuan3D-Paint share it, and what they keep of a run's conditions.

Shapes: B branches of guidance, M materials, V views, L tokens of a view, C channels, H heads, D = C / H.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from diffusers.models.attention_processor import Attention
from torch import Tensor

FUSED = ("cuda", "cpu", "meta")
"""Devices whose attention never holds the table of who sees whom (on meta nothing is held)."""
SCORES = 1 << 27
"""Numbers of that table that may exist at once elsewhere: 256 MB in half precision."""


def heads_of(x: Tensor, heads: int) -> Tensor:
    """(B, L, C) -> (B, H, L, D)."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """What queries (B, H, L, D) see of keys and values (1 or B, H, K, D) -> (B, L, C).

    Where no fused kernel exists the queries come in portions: for six views of 64 x 64 tokens the table of the
    attention among them would take six gigabytes.
    """
    if k.shape[2] == 1:  # one token takes all the attention, whatever is asked
        seen = v.expand(*q.shape[:-1], -1)
    else:
        k, v = (part.expand(len(q), -1, -1, -1) for part in (k, v))
        if q.device.type in FUSED:
            seen = F.scaled_dot_product_attention(q, k, v)
        else:
            seen = attend_in_portions(q, k, v, SCORES)
    return seen.transpose(1, 2).flatten(2)


def attend_in_portions(q: Tensor, k: Tensor, v: Tensor, scores: int) -> Tensor:
    """The same as (B, H, L, D), a portion of the queries after the other, with ``scores`` numbers of the table each."""
    batch, heads, length, _ = q.shape
    rows = max(1, scores // (batch * heads * k.shape[2]))
    out = q.new_empty(*q.shape[:-1], v.shape[-1])
    for start in range(0, length, rows):
        part = slice(start, start + rows)
        out[:, :, part] = F.scaled_dot_product_attention(q[:, :, part], k, v)
    return out


def like(attention: Attention, condition: int | None = None) -> Attention:
    """Another attention of the same heads; ``condition``: channels of what it looks at, its own where None."""
    heads = attention.heads
    return Attention(
        attention.query_dim, condition, heads=heads, dim_head=attention.inner_dim // heads, bias=False
    )


@dataclass(frozen=True)
class KeysValues:
    """What attention keeps of tokens that are the same in every step."""

    keys: Tensor
    """(1, H, K, D)."""
    values: Tensor
    """(1, H, K, D)."""

    @classmethod
    def of(cls, attention: Attention, tokens: Tensor) -> KeysValues:
        """Of tokens (1, K, channels that the attention looks at)."""
        heads = attention.heads
        return cls(heads_of(attention.to_k(tokens), heads), heads_of(attention.to_v(tokens), heads))

    def seen_by(self, attention: Attention, x: Tensor) -> Tensor:
        """What tokens x (B, L, C) take from it -> (B, L, C)."""
        seen = attend(heads_of(attention.to_q(x), attention.heads), self.keys, self.values)
        out: Tensor = attention.to_out[0](seen)
        return out


@dataclass(frozen=True)
class Reference:
    """The same of the reference picture: keys that all materials share, values of each."""

    keys: Tensor
    """(1, H, K, D)."""
    values: tuple[Tensor, ...]
    """(1, H, K, D) for each material."""


@dataclass(frozen=True)
class BlockMemory:
    """What one transformer block keeps of the conditions of a branch."""

    text: tuple[KeysValues, ...]
    """Of the learned text, for each material."""
    reference: Reference | None
    """None where the branch does without."""
    dino: KeysValues | None = None
    """Of what the picture shows; Paint 2.1 has it in every branch."""


@dataclass(frozen=True)
class Memory:
    """What a network keeps of the conditions of one branch of guidance: computed once in a run, used in every step."""

    blocks: tuple[BlockMemory, ...]
    reference_scale: float = 1.0
    """How much of the reference is added."""


@dataclass(frozen=True)
class Scene:
    """What all transformer blocks are told beside the tokens."""

    views: int
    memories: tuple[Memory, ...]
    """One for each branch."""
    places: dict[int, tuple[Tensor, Tensor]] | None = None
    """Paint 2.1: cosines and sines (V * L, D / 2) of where tokens lie, by how many tokens all views have."""
