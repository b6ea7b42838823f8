"""Measure Hunyuan3D-Paint's networks at full size.

    python build.py bench paint [--views N] [--side LATENTS] [--block-views N] [--run NAME ...] [--device cpu|cuda|mps]

Tables:
- memory and work: weights, the most that is alive at once, and floating-point operations, of every network of Paint 2.0
  and 2.1, counted on shapes in half precision;
- one transformer block of each version at 64 x 64 tokens a view on this CPU, with random weights, in processor time: its
  rate as a share of that of a large matrix product. All steps consist of such blocks, so their operations divided by
  this rate say how long a step takes;
- with ``--run``: one pass of each network named (``all`` for all) on ``--device``, with random weights: its time, its
  rate, and the memory that was really taken beside what was counted. On a CPU that is what the process grew by, so it is
  right for the first network only.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Callable
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.attention import BasicTransformerBlock
from pocket3d_server.models.hunyuan_paint.attention import Memory, Scene
from pocket3d_server.models.hunyuan_paint.rope import rotations
from pocket3d_server.models.hunyuan_paint.super_resolution import Upscaler
from pocket3d_server.models.hunyuan_paint.unet import MultiviewBlock, PaintUNet
from pocket3d_server.models.hunyuan_paint.unet_pbr import MATERIALS, MaterialBlock, PaintPbrUNet
from pocket3d_server.models.neural.dinov2 import DinoV2
from pocket3d_server.models.neural.precision import precision_of
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from tools.memory.counting import weight_bytes, with_overhead
from tools.memory.hunyuan_paint import operations, peak_bytes, working
from tools.timing import elapsed, processor_seconds, rate

UNET: dict[str, Any] = {
    "sample_size": 64,
    "in_channels": 4,
    "out_channels": 4,
    "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
    "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
    "block_out_channels": [320, 640, 1280, 1280],
    "layers_per_block": 2,
    "attention_head_dim": [5, 10, 20, 20],
    "cross_attention_dim": 1024,
    "use_linear_projection": True,
}
"""Stable Diffusion 2.1's, from which all of these networks are made."""
AUTOENCODER: dict[str, Any] = {
    "block_out_channels": [128, 256, 512, 512],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
    "layers_per_block": 2,
    "latent_channels": 4,
}
CHANNELS, HEADS, CROSS, TOKENS = 320, 5, 1024, 64 * 64
"""Of the transformer blocks with the most tokens, which do most of the work."""
RATE = 2048
"""Side of the matrices whose product tells this CPU's rate."""


def networks(dtype: torch.dtype = torch.float16) -> dict[str, nn.Module]:
    """All networks on the meta device."""
    with torch.device("meta"):
        paint, pbr = PaintUNet(UNET), PaintPbrUNet(UNET)
        dino = DinoV2(1536, 40, 24, 0, 37, gated=True)
        dino.set_precision(dtype)
        made = {
            "delight": UNet2DConditionModel(**(UNET | {"in_channels": 8})),
            "autoencoder": AutoencoderKL(**AUTOENCODER),
            "reference": paint.unet_dual,
            "paint 2.0": paint.unet,
            "paint 2.1": pbr.unet,
            "enlarging": Upscaler(),
        }
    halved = {name: network.to(dtype) for name, network in made.items() if network is not None}
    return {name: network.requires_grad_(False) for name, network in (halved | {"DINOv2": dino}).items()}


def counted(views: int, side: int) -> None:
    """The first table."""
    print(f"half precision, {views} views of {8 * side} pixels, one branch of guidance at a time")
    print("                weights    peak  needed of a GPU (MB)    TFLOP")
    for name, network in networks().items():
        peak = peak_bytes(network, views, side)
        sizes = (weight_bytes(network), peak, with_overhead(peak))
        row = "".join(f"{size / 1e6:8.0f}" for size in sizes)
        print(f"  {name:14s}{row} {operations(network, views, side) / 1e12:20.2f}")


def measured(views: int) -> None:
    """The second table. Operations are counted on shapes: the counter does not know the attention of CPUs."""
    speed = rate(torch.device("cpu"), RATE)
    print(f"one block, {views} views, processor time; a product has {speed / 1e9:.0f} GFLOP/s")
    for name, made in (("paint 2.0", MultiviewBlock), ("paint 2.1", MaterialBlock)):
        with torch.device("meta"):
            shapes = _block(made, views)
        with FlopCounterMode(display=False) as counter:
            shapes()
        work = counter.get_total_flops()
        block = _block(made, views)
        seconds = min(processor_seconds(block) for _ in range(2))
        print(
            f"  {name}: {work / 1e12:.2f} TFLOP in {seconds:.1f} s, {work / seconds / 1e9:.0f} GFLOP/s,"
            f" {work / seconds / speed:.2f} of the product's"
        )


def _block(made: type[MultiviewBlock | MaterialBlock], views: int) -> Callable[[], object]:
    """A transformer block at work."""
    trunk = BasicTransformerBlock(CHANNELS, HEADS, CHANNELS // HEADS, cross_attention_dim=CROSS)
    block = made(trunk, 0).eval().requires_grad_(False)
    features, text = torch.randn(1, TOKENS, CHANNELS), torch.randn(1, 77, CROSS)
    if isinstance(block, MaterialBlock):
        rows = len(MATERIALS) * views
        kept = block.remember(features, [text] * len(MATERIALS), torch.randn(1, 4 * 257, CROSS))
    else:
        rows, kept = views, block.remember(features, text)
    cells = torch.randint(0, 512, (views * TOKENS, 3))
    places = {len(cells): rotations(cells, CHANNELS // HEADS)}
    scene = Scene(views, (Memory((kept,)),), places)
    x = torch.randn(rows, TOKENS, CHANNELS)
    return lambda: block(x, {"scene": scene})


def run(name: str, views: int, side: int, device: torch.device) -> None:
    """A row of the third table."""
    shapes = networks(precision_of(device))[name]
    counted, work = peak_bytes(shapes, views, side), operations(shapes, views, side)
    before = _taken(device)
    network = shapes.to_empty(device=device)
    for weight in network.parameters():
        weight.normal_(0, 0.5 / max(1, weight[0].numel()) ** 0.5)
    once = working(network, views, side, 1)
    if device.type != "cpu":
        once()  # the first pass also chooses how to compute
    measure = processor_seconds if device.type == "cpu" else lambda work: elapsed(work, device)
    seconds, taken = measure(once), _taken(device) - (0 if device.type == "cuda" else before)
    print(
        f"  {name:14s} {seconds:7.2f} s, {work / 1e12:6.2f} TFLOP, {work / seconds / 1e12:7.2f} TFLOP/s,"
        f" {taken / 1e6:6.0f} MB, counted {counted / 1e6:6.0f} MB"
    )


def _taken(device: torch.device) -> int:
    """Bytes that were taken at most, of a GPU since it was last asked, else by this process."""
    if device.type == "cuda":
        taken = torch.cuda.max_memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)
        return int(taken)
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main(argv: list[str] | None = None) -> int:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(prog="build.py bench paint", description=__doc__.split("\n")[0])
    parser.add_argument("--views", type=int, default=6)
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--block-views", type=int, default=2)
    parser.add_argument("--run", nargs="+", default=[], choices=[*networks(), "all"], metavar="NAME")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args(argv)
    torch.manual_seed(0)
    with torch.no_grad():
        if not options.run:
            counted(options.views, options.side)
            measured(options.block_views)
        for name in networks() if options.run == ["all"] else options.run:
            run(name, options.views, options.side, torch.device(options.device))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
