"""The second U-Net of Hunyuan3D-Paint: it looks at the reference picture, once, and every block of the first sees it.

Layout of Stable Diffusion 2.1 (Rombach et al., 2022); the idea of a second stream is that of Hu et al., "Animate
Anyone", 2023. `Paint` is the pair as it is released.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention import BasicTransformerBlock
from diffusers.models.transformers.transformer_2d import Transformer2DModel
from torch import Tensor, nn

from pocket3d_server.models.hunyuan_paint.diffusion import WEIGHTS, described, weights_in
from pocket3d_server.models.neural.checkpoints import read_tensors, unusable, with_weights

Network = TypeVar("Network", bound="Paint")
Wrap = Callable[[BasicTransformerBlock, int], nn.Module]


def settings(config: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    """What `UNet2DConditionModel` takes of a released ``config.json``, with what is ``changed``."""
    known = inspect.signature(UNet2DConditionModel.__init__).parameters
    return {key: value for key, value in config.items() if key in known} | changed


def wrap_blocks(unet: UNet2DConditionModel, wrap: Wrap) -> None:
    """Put each transformer block of ``unet`` into what ``wrap`` makes of it and its number, in the order of computing."""
    number = 0
    for part in (*unet.down_blocks, unet.mid_block, *unet.up_blocks):
        for transformer in getattr(part, "attentions", ()):
            assert isinstance(transformer, Transformer2DModel)
            blocks = []
            for block in transformer.transformer_blocks:
                blocks.append(wrap(block, number))
                number += 1
            transformer.transformer_blocks = nn.ModuleList(blocks)


def wrapped_blocks(unet: UNet2DConditionModel) -> Iterator[Any]:
    """The blocks that `wrap_blocks` made, in their order."""
    for part in (*unet.down_blocks, unet.mid_block, *unet.up_blocks):
        for transformer in getattr(part, "attentions", ()):
            yield from transformer.transformer_blocks


class ListeningBlock(nn.Module):
    """A transformer block as usual; what enters its self-attention is noted."""

    def __init__(self, transformer: BasicTransformerBlock) -> None:
        super().__init__()
        self.transformer = transformer

    def forward(
        self,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor,
        cross_attention_kwargs: dict[str, list[Tensor]],
        **_rest: object,
    ) -> Tensor:
        """Tokens (R, L, C) -> the same after the block; (1, R * L, C) is added to the list under "noted"."""
        noted = self.transformer.norm1(hidden_states)
        cross_attention_kwargs["noted"].append(noted.flatten(0, 1)[None])
        out: Tensor = self.transformer(hidden_states, encoder_hidden_states=encoder_hidden_states)
        return out


class ReferenceUNet(UNet2DConditionModel):
    """The network of the reference picture."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        """``config``: the released settings."""
        super().__init__(**settings(config))
        wrap_blocks(self, lambda block, number: ListeningBlock(block))

    def forward(self, latents: Tensor, text: Tensor) -> list[Tensor]:
        """Latents (R, 4, h, w) of R pictures, the learned text (1, T, C) -> (1, R * L, C) of every transformer block.

        The pictures are clean, so the time is 0.
        """
        noted: list[Tensor] = []
        dtype = self.conv_in.weight.dtype
        text = text.to(latents.device, dtype).expand(len(latents), -1, -1)
        super().forward(
            latents.to(dtype), 0, text, cross_attention_kwargs={"noted": noted}, return_dict=False
        )
        return noted


class Paint(nn.Module):
    """The network that paints and that of the reference picture."""

    unet_dual: ReferenceUNet | None
    """May be set to None after `reference`: nothing else needs it."""

    def __init__(self, unet: UNet2DConditionModel, config: Mapping[str, Any]) -> None:
        """``unet`` paints; ``config``: the released settings."""
        super().__init__()
        self.unet = unet
        self.unet_dual = ReferenceUNet(config)

    def reference(self, latents: Tensor) -> list[Tensor]:
        """Latents (R, 4, h, w) of R pictures -> what each transformer block notes of them, (1, R * L, C)."""
        assert self.unet_dual is not None, "the network of the reference picture has left"
        text = self.unet.learned_text_clip_ref
        return self.unet_dual(latents, text.reshape(1, *text.shape[-2:]))


def opened(folder: Path, made: Callable[[dict[str, Any], dict[str, Tensor]], Network]) -> Network:
    """The networks of a released folder ``unet``, mapped, on the CPU, in the precision stored.

    ``made`` builds them of the settings and the tensors' shapes. Raises EngineError.
    """
    description, weights = folder / "config.json", weights_in(folder, WEIGHTS)
    config, tensors = described(description), read_tensors(weights)
    try:
        with torch.device("meta"):
            network = made(config, tensors)
    except KeyError as error:
        raise unusable(weights, f"it lacks {error}, which every release of this model holds") from error
    except Exception as error:  # whatever a nonsensical setting runs into
        raise unusable(description, f"it makes no network of Hunyuan3D-Paint: {error}") from error
    return with_weights(network, tensors, weights)
