"""CLIP's text transformer: a prompt as tokens, the condition of the flows that start from text.

Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021. B prompts, L = 77
tokens, C channels. Attributes are called as in Hugging Face's checkpoint, without its ``text_model.``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.neural.checkpoints import read_tensors, unusable, with_weights

HEAD = 64
"""Channels of a head in the released sizes."""


class Attention(nn.Module):
    """Attention of each token to itself and those before it."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(channels, channels)
        self.k_proj = nn.Linear(channels, channels)
        self.v_proj = nn.Linear(channels, channels)
        self.out_proj = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, C) -> (B, L, C)."""
        q, k, v = (
            part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.q_proj, self.k_proj, self.v_proj)
        )
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        out: Tensor = self.out_proj(seen.transpose(1, 2).flatten(2))
        return out


def quick_gelu(x: Tensor) -> Tensor:
    """x * sigmoid(1.702 x), a quick stand-in for GELU; any shape."""
    return x * torch.sigmoid(1.702 * x)


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"quick_gelu": quick_gelu, "gelu": F.gelu}
"""By the names that descriptions of released encoders use."""


class FeedForward(nn.Module):
    """Two linear layers around an activation."""

    def __init__(self, channels: int, hidden: int, activation: str = "quick_gelu") -> None:
        super().__init__()
        self.fc1 = nn.Linear(channels, hidden)
        self.fc2 = nn.Linear(hidden, channels)
        self.activation = ACTIVATIONS[activation]

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, C) -> (B, L, C)."""
        out: Tensor = self.fc2(self.activation(self.fc1(x)))
        return out


class Layer(nn.Module):
    """Self-attention, then feed-forward, each after a norm."""

    def __init__(self, channels: int, hidden: int, heads: int, activation: str) -> None:
        super().__init__()
        self.layer_norm1 = nn.LayerNorm(channels)
        self.self_attn = Attention(channels, heads)
        self.layer_norm2 = nn.LayerNorm(channels)
        self.mlp = FeedForward(channels, hidden, activation)

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, C) -> (B, L, C)."""
        x = x + self.self_attn(self.layer_norm1(x))
        out: Tensor = x + self.mlp(self.layer_norm2(x))
        return out


class Embeddings(nn.Module):
    """Tokens and their places."""

    def __init__(self, words: int, places: int, channels: int) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(words, channels)
        self.position_embedding = nn.Embedding(places, channels)

    def forward(self, ids: Tensor) -> Tensor:
        """(B, L) int64 -> (B, L, C)."""
        out: Tensor = self.token_embedding(ids) + self.position_embedding.weight[: ids.shape[1]]
        return out


class Encoder(nn.Module):
    """The layers, one after the other."""

    def __init__(self, depth: int, channels: int, hidden: int, heads: int, activation: str) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(channels, hidden, heads, activation) for _ in range(depth))

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, C) -> (B, L, C)."""
        for layer in self.layers:
            x = layer(x)
        return x


class ClipText(nn.Module):
    """The whole text transformer, in float32: 77 tokens take no time."""

    def __init__(
        self,
        words: int,
        places: int,
        depth: int,
        channels: int,
        hidden: int,
        heads: int,
        activation: str = "quick_gelu",
    ) -> None:
        super().__init__()
        self.embeddings = Embeddings(words, places, channels)
        self.encoder = Encoder(depth, channels, hidden, heads, activation)
        self.final_layer_norm = nn.LayerNorm(channels)

    def forward(self, ids: Tensor) -> Tensor:
        """Ids (B, L) int64 of `ClipTokenizer` -> (B, L, C) after the final norm. The padding is seen like words."""
        out: Tensor = self.final_layer_norm(self.encoder(self.embeddings(ids)))
        return out


def load_clip_text(path: Path, heads: int | None = None, activation: str = "quick_gelu") -> ClipText:
    """The text half of CLIP's ``model.safetensors``; the half for pictures is left unread.

    Its size follows from the shapes; ``heads`` where a head has not 64 channels. CLIP's own ``activation`` is
    "quick_gelu", OpenCLIP's is "gelu". Raises EngineError.
    """
    if activation not in ACTIVATIONS:
        raise unusable(path, f"its activation {activation!r} is unknown; known are {', '.join(ACTIVATIONS)}")
    prefix = "text_model."
    everything = read_tensors(path, lambda key: key.removeprefix(prefix).startswith(PARTS))
    tensors = {key.removeprefix(prefix): value.float() for key, value in everything.items()}
    try:
        words, channels = tensors["embeddings.token_embedding.weight"].shape
        places = len(tensors["embeddings.position_embedding.weight"])
        hidden = len(tensors["encoder.layers.0.mlp.fc1.weight"])
        depth = 1 + max(int(key.split(".")[2]) for key in tensors if key.startswith("encoder.layers."))
    except (KeyError, IndexError, ValueError) as error:
        raise unusable(path, f"it holds no text transformer of CLIP ({error!r})") from error
    with torch.device("meta"):
        network = ClipText(words, places, depth, channels, hidden, heads or channels // HEAD, activation)
    return with_weights(network, tensors, path)


PARTS = (
    "embeddings.token_embedding.",
    "embeddings.position_embedding.",
    "encoder.layers.",
    "final_layer_norm.",
)
"""What belongs to the text transformer. Older files also list the numbers of the places, which is no weight."""
