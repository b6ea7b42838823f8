"""How much memory the networks of Hunyuan3D-Paint take at their full size, and how much they compute, on shapes alone."""

from __future__ import annotations

from collections.abc import Callable

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from pocket3d_server.models.hunyuan_paint.attention import Memory
from pocket3d_server.models.hunyuan_paint.dual import ReferenceUNet, wrapped_blocks
from pocket3d_server.models.hunyuan_paint.super_resolution import Upscaler
from pocket3d_server.models.hunyuan_paint.unet import MultiviewUNet
from pocket3d_server.models.hunyuan_paint.unet_pbr import MATERIALS, MaterialUNet
from pocket3d_server.models.neural.dinov2 import DinoV2
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from tools.memory.counting import FusedAttention, Peak, weight_bytes

CELL = 8
"""Pixels along the side of a latent."""
DINO_SIDE = 224
"""Pixels along the side of the picture that DINOv2 sees."""
TEXT = 77
"""Tokens of the text that leads networks of Stable Diffusion's kind."""

Shape = Callable[..., Tensor]


def peak_bytes(network: nn.Module, views: int = 6, side: int = 64, branches: int = 1) -> int:
    """Bytes of weights and all else that is alive at once while ``network``, on the meta device, works once.

    The painting networks compute ``branches`` of guidance at once for so many ``views`` of ``side`` latents along a
    side and keep what leads two; all others see one picture of that size.
    """
    with torch.no_grad(), FusedAttention(), Peak(network) as peak:
        work = working(network, views, side, branches)
        work()
    return weight_bytes(network) + peak.most


def operations(network: nn.Module, views: int = 6, side: int = 64, branches: int = 1) -> int:
    """Floating-point operations of the same: two for each product that is summed."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        work = working(network, views, side, branches)
        before = counter.get_total_flops()
        work()
        return int(counter.get_total_flops() - before)


def working(network: nn.Module, views: int, side: int, branches: int) -> Callable[[], object]:
    """What ``network`` does once, with inputs of its device and precision that are kept; they hold no numbers."""
    weight = next(network.parameters())

    def shape(*sizes: int) -> Tensor:
        return torch.empty(sizes, device=weight.device, dtype=weight.dtype)

    if isinstance(network, (MultiviewUNet, MaterialUNet)):
        return _painting(network, shape, views, side, branches)
    if isinstance(network, ReferenceUNet):
        text = shape(1, TEXT, network.config.cross_attention_dim)
        return lambda: network(shape(1, 4, side, side), text)
    if isinstance(network, UNet2DConditionModel):
        text = shape(1, TEXT, network.config.cross_attention_dim)
        return lambda: network(shape(1, network.config.in_channels, side, side), 0, text)
    if isinstance(network, AutoencoderKL):
        picture = shape(1, 3, CELL * side, CELL * side)
        return lambda: network.decode(network.encode(picture).latent_dist.mode())
    if isinstance(network, Upscaler):
        return lambda: network(shape(1, 3, CELL * side, CELL * side))
    if isinstance(network, DinoV2):
        return lambda: network.features(shape(1, 3, DINO_SIDE, DINO_SIDE).float())
    raise TypeError(f"nothing is known of {type(network).__name__}")


def _painting(
    unet: MultiviewUNet | MaterialUNet, shape: Shape, views: int, side: int, branches: int
) -> Callable[[], object]:
    """One step. The branch with the least comes last, as one alone should be the costly one."""
    features = []  # the middle block's are a few more than they are: it has the channels of the level above
    for block in wrapped_blocks(unet):
        channels = block.attn_refview.query_dim
        level = unet.config.block_out_channels.index(channels)
        features.append(shape(1, (side >> level) ** 2, channels))
    guide = shape(1, views, 4, side, side)
    levels = range(len(unet.config.block_out_channels))
    if isinstance(unet, MultiviewUNet):
        led: list[Memory] = [unet.remember(features, unet.learned_text_clip_gen), unet.remember()]
        cameras = torch.empty(1, views, dtype=torch.int64, device=guide.device)
        latents = shape(branches, views, 4, side, side)
        return lambda: unet(latents, 0, guide, guide, cameras, led[:branches])
    channels = unet.image_proj_model_dino.proj.in_features
    led = [unet.remember(features, shape(1, (DINO_SIDE // 14) ** 2 + 1, channels)), unet.remember()]
    attention = next(wrapped_blocks(unet)).attn_multiview
    half = attention.inner_dim // attention.heads // 2
    counts = [views * (side >> level) ** 2 for level in levels]
    places = {count: (shape(count, half).float(), shape(count, half).float()) for count in counts}
    latents = shape(branches, len(MATERIALS), views, 4, side, side)
    return lambda: unet(latents, 0, guide, guide, places, led[:branches])
