"""The language model that writes skeletons: OPT's decoder, which reads a prefix of any vectors before its tokens.

Zhang et al., "OPT: Open Pre-trained Transformer Language Models", 2022. B sequences or beams, L tokens, C channels, H
heads, D = C / H, V tokens of the vocabulary. Attributes are called as in the released checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.neural.precision import LayerNorm32, set_precision
from pocket3d_server.models.unirig.tree_cache import TreeCache

OFFSET = 2
"""Rows of the table of positions that were padding's."""

Store = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Newest keys and values to all that there are, each (1, H, N, D)."""


FEW = 64
"""Rows for which CPUs multiply faster with the weights on the left."""


class Linear(nn.Linear):
    """A linear layer that is quick for few rows, too: on CPUs the products of 15 beams take about half the time so."""

    def forward(self, x: Tensor) -> Tensor:
        """(..., C) -> (..., C of the result)."""
        rows = x.flatten(0, -2)
        if x.device.type != "cpu" or len(rows) > FEW:
            return super().forward(x)
        product = torch.addmm(self.bias[:, None], self.weight, rows.T)
        return product.T.contiguous().unflatten(0, x.shape[:-1])


class Attention(nn.Module):
    """Attention to what was read before."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.k_proj = Linear(channels, channels)
        self.v_proj = Linear(channels, channels)
        self.q_proj = Linear(channels, channels)
        self.out_proj = Linear(channels, channels)

    def forward(self, x: Tensor, store: Store | None, seen: Tensor | None) -> Tensor:
        """(B, L, C) -> (B, L, C). ``seen`` (L, N) tells what each token sees; None: itself and those before it."""
        q, k, v = (
            part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.q_proj, self.k_proj, self.v_proj)
        )
        if store is not None:
            k, v = store(k, v)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=seen, is_causal=seen is None)
        out: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return out


class Layer(nn.Module):
    """Attention, then feed-forward, each after a norm. The running sum stays in float32."""

    def __init__(self, channels: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.self_attn = Attention(channels, heads)
        self.self_attn_layer_norm = LayerNorm32(channels)
        self.fc1 = Linear(channels, hidden)
        self.fc2 = Linear(hidden, channels)
        self.final_layer_norm = LayerNorm32(channels)

    def forward(self, x: Tensor, store: Store | None = None, seen: Tensor | None = None) -> Tensor:
        """(B, L, C) float32 -> the same."""
        dtype = self.fc1.weight.dtype
        x = x + self.self_attn(self.self_attn_layer_norm(x).to(dtype), store, seen)
        out: Tensor = x + self.fc2(F.relu(self.fc1(self.final_layer_norm(x).to(dtype))))
        return out


class Decoder(nn.Module):
    """Tables of tokens and positions, and the layers."""

    def __init__(
        self, channels: int, layers: int, heads: int, hidden: int, positions: int, vocabulary: int
    ) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(vocabulary, channels)
        self.embed_positions = nn.Embedding(positions + OFFSET, channels)
        self.final_layer_norm = LayerNorm32(channels)
        self.layers = nn.ModuleList(Layer(channels, heads, hidden) for _ in range(layers))

    def forward(self, x: Tensor, cache: TreeCache | None = None, seen: Tensor | None = None) -> Tensor:
        """Vectors with their positions added, (B, L, C) float32 -> the same. ``cache`` and ``seen`` as in `Attention`."""
        for k, layer in enumerate(self.layers):
            x = layer(x, None if cache is None else partial(cache.read, k), seen)
        out: Tensor = self.final_layer_norm(x)
        return out

    def placed(self, x: Tensor) -> Tensor:
        """(B, L, C) with the first L positions added."""
        return x + self.embed_positions.weight[OFFSET : OFFSET + x.shape[1]]


class Body(nn.Module):
    """The decoder under the name that the checkpoint gives it."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder


class LanguageModel(nn.Module):
    """The whole model. The checkpoint stores the table of tokens twice, the second time as ``lm_head``."""

    def __init__(
        self, channels: int, layers: int, heads: int, hidden: int, positions: int, vocabulary: int
    ) -> None:
        super().__init__()
        self.heads, self.positions = heads, positions
        self.model = Body(Decoder(channels, layers, heads, hidden, positions, vocabulary))
        self.lm_head = nn.Linear(channels, vocabulary, bias=False)

    @property
    def decoder(self) -> Decoder:
        """Tables and layers."""
        return self.model.decoder

    def set_precision(self, dtype: torch.dtype) -> None:
        """The type in which the layers compute, and in which keys and values are kept."""
        set_precision([self.decoder.layers], dtype)

    def embed(self, tokens: Tensor) -> Tensor:
        """(B, L) int64 -> (B, L, C) float32."""
        vectors: Tensor = self.decoder.embed_tokens(tokens)
        return vectors

    def forward(self, x: Tensor) -> Tensor:
        """Vectors of prefix and tokens (B, L, C) -> logits of what follows each (B, L, V)."""
        logits: Tensor = self.lm_head(self.decoder(self.decoder.placed(x)))
        return logits

    def begin(self, x: Tensor, beams: int) -> tuple[Tensor, TreeCache]:
        """Read the vectors (1, L, C) that all beams begin with: logits (1, V) of what follows, and what was read."""
        layer = self.decoder.layers[0]
        assert isinstance(layer, Layer)
        cache = TreeCache(
            len(self.decoder.layers),
            self.heads,
            x.shape[-1] // self.heads,
            x.shape[1],
            beams,
            layer.fc1.weight.dtype,
            x.device,
        )
        hidden = self.decoder(self.decoder.placed(x), cache)
        return self.lm_head(hidden[:, -1]), cache

    def step(self, tokens: Tensor, parents: Tensor, cache: TreeCache) -> Tensor:
        """Each beam's next token (B,) and the beam that it goes on from (B,), both on the CPU -> logits (B, V).

        All beams lie along the axis of tokens, so that each layer is one product and one attention.
        """
        cache.grow(parents)
        device = self.lm_head.weight.device
        position = self.decoder.embed_positions.weight[cache.depth - 1 + OFFSET]
        hidden = self.decoder(self.embed(tokens.to(device))[None] + position, cache, cache.sees.to(device))
        logits: Tensor = self.lm_head(hidden[0])
        return logits
