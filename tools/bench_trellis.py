"""Measure TRELLIS's networks at full size with random weights.

    python build.py bench trellis [--device cpu|cuda|mps] [--blocks N] [--voxels N] [--steps N]

Three tables:
- memory: weights, and the most that is alive at once, of every network of the four models, counted on shapes;
- the flow step on this CPU, as a multiple of the time of its own matrix products and attentions, with ``--blocks`` of
  its blocks (all are alike), in processor time;
- with ``--device cuda``: each stage of ``--steps`` + ``--steps`` steps as a multiple of the time that its operations
  take at the rate of a large matrix product, and the peak of the memory that was really allocated.

Random weights cannot show what a picture becomes; they cost what real ones cost.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import torch
from pocket3d_server.models.neural.precision import precision_of
from pocket3d_server.models.trellis.gaussians import SLatGaussianDecoder
from pocket3d_server.models.trellis.guidance import Guided, LatentFlow, StructureFlow
from pocket3d_server.models.trellis.latent_flow import SLatFlowModel
from pocket3d_server.models.trellis.mesh_decoder import SLatMeshDecoder
from pocket3d_server.models.trellis.sampler import Schedule, draw
from pocket3d_server.models.trellis.sparse import SparseTensor
from pocket3d_server.models.trellis.structure_flow import SparseStructureFlowModel
from pocket3d_server.models.trellis.structure_vae import SparseStructureDecoder
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from torch.utils.flop_counter import FlopCounterMode

from tools.memory.counting import weight_bytes, with_overhead
from tools.memory.trellis import CONDITION, peak_bytes
from tools.timing import elapsed, processor_seconds, randomise, rate, settle

FLOW: dict[str, Any] = {
    "in_channels": 8,
    "out_channels": 8,
    "mlp_ratio": 4,
    "qk_rms_norm": True,
    "use_fp16": True,
}
SIZES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "image-large": ({"model_channels": 1024, "cond_channels": 1024, "num_blocks": 24, "num_heads": 16}, {}),
    "text-base": ({"model_channels": 768, "cond_channels": 768, "num_blocks": 12, "num_heads": 12}, {}),
    "text-large": ({"model_channels": 1024, "cond_channels": 768, "num_blocks": 24, "num_heads": 16}, {}),
    "text-xlarge": (
        {"model_channels": 1280, "cond_channels": 768, "num_blocks": 28, "num_heads": 16},
        {"num_io_res_blocks": 3, "io_block_channels": [256]},
    ),
}
WINDOWED: dict[str, Any] = {
    "resolution": 64,
    "model_channels": 768,
    "latent_channels": 8,
    "num_blocks": 12,
    "num_heads": 12,
}
GAUSSIANS: dict[str, Any] = {
    "lr": {"_xyz": 1.0, "_features_dc": 1.0, "_opacity": 1.0, "_scaling": 1.0, "_rotation": 0.1},
    "perturb_offset": True,
    "voxel_size": 1.5,
    "num_gaussians": 32,
    "3d_filter_kernel_size": 9e-4,
    "scaling_bias": 4e-3,
    "opacity_bias": 0.1,
    "scaling_activation": "softplus",
}
GUIDED = {"image-large": Schedule(25, 5.0, (0.5, 1.0), 3.0)}
TEXT = Schedule(25, 7.5, (0.5, 0.95), 3.0)
RATE = 8192
"""Side of the matrices whose product tells a device's rate."""


def structure_flow(size: str, blocks: int | None = None) -> SparseStructureFlowModel:
    """The first flow of a model; ``blocks`` instead of all."""
    trunk, _ = SIZES[size]
    return SparseStructureFlowModel(
        resolution=16, **(FLOW | trunk | ({"num_blocks": blocks} if blocks else {}))
    )


def latent_flow(size: str) -> SLatFlowModel:
    """The second."""
    trunk, more = SIZES[size]
    return SLatFlowModel(resolution=64, **(FLOW | trunk | more))


def decoders() -> dict[str, nn.Module]:
    """Those of all models."""
    return {
        "structure decoder": SparseStructureDecoder(1, 8, 2, [512, 128, 32], use_fp16=True),
        "mesh decoder": SLatMeshDecoder(**WINDOWED, representation_config={"use_color": True}, use_fp16=True),
        "gaussian decoder": SLatGaussianDecoder(**WINDOWED, representation_config=GAUSSIANS, use_fp16=True),
    }


def memory(voxels: int) -> None:
    """The first table."""
    print(f"memory in MB, half precision, {voxels:,} voxels: weights, peak, needed of a GPU")
    with torch.device("meta"):
        networks: dict[str, nn.Module] = decoders()
        for size in SIZES:
            networks[f"{size} structure"] = structure_flow(size)
            networks[f"{size} latents"] = latent_flow(size)
    for name, network in networks.items():
        peak = peak_bytes(network, 2, voxels)
        row = [weight_bytes(network), peak, with_overhead(peak)]
        print(f"  {name:24s} " + "".join(f"{size / 1e6:8.0f}" for size in row))


def cpu_step(size: str, blocks: int) -> None:
    """The second table."""
    network = _random(structure_flow(size, blocks), torch.device("cpu"))
    tokens, channels, heads = 16**3, network.cond_channels, SIZES[size][0]["num_heads"]
    cond = CONDITION if size.startswith("image") else 77
    kept = network.remember(torch.randn(1, cond, channels))
    x, t = torch.randn(1, 8, 16, 16, 16), torch.tensor([500.0])
    width = SIZES[size][0]["model_channels"]
    h, wide = torch.randn(tokens, width), torch.randn(tokens, 4 * width)
    shapes = (3 * width, width, width, width, 4 * width)
    weights = [torch.randn(width, out) for out in shapes]
    narrow, q = torch.randn(4 * width, width), torch.randn(1, heads, tokens, width // heads)

    def products() -> None:
        for _ in range(blocks):
            for weight in weights:
                h @ weight
            wide @ narrow
            scaled_dot_product_attention(q, q, q)
            scaled_dot_product_attention(q, kept[0].keys, kept[0].values)

    network(x, t, [kept])
    step, floor = (
        min(processor_seconds(work) for _ in range(3)) for work in (lambda: network(x, t, [kept]), products)
    )
    print(
        f"  {size:12s} {step:6.2f} s for {blocks} blocks, products {floor:6.2f} s: {step / floor:.2f} times"
    )


def gpu_stages(size: str, device: torch.device, voxels: int, steps: int) -> None:
    """The third table."""
    speed = rate(device, RATE)
    print(f"{size} on {device}, {speed / 1e12:.0f} TFLOP/s in a product of {RATE}² matrices")
    schedule = GUIDED.get(size, TEXT)
    schedule = Schedule(steps, schedule.cfg_strength, schedule.cfg_interval, schedule.rescale_t)
    coords = _shell(voxels).to(device)
    stages: list[tuple[str, Callable[[], nn.Module]]] = [
        ("structure", lambda: structure_flow(size)),
        ("latents", lambda: latent_flow(size)),
        *((name, lambda made=made: made) for name, made in decoders().items()),
    ]
    for name, make in stages:
        network = _random(make(), device)
        work, evaluations = _work(network, coords, schedule)
        work()
        settle(device)
        torch.cuda.reset_peak_memory_stats(device)
        with FlopCounterMode(display=False) as counter:
            work()
        seconds = elapsed(work, device)
        floor = counter.get_total_flops() / speed
        peak = torch.cuda.max_memory_allocated(device) / 1e6
        print(
            f"  {name:18s} {seconds:6.2f} s, {counter.get_total_flops() / 1e12:6.1f} TFLOP, "
            f"{seconds / floor:5.2f} times the floor, {peak:6.0f} MB, {evaluations} evaluations"
        )
        del network, work
        torch.cuda.empty_cache()


def _work(network: Any, coords: Tensor, schedule: Schedule) -> tuple[Callable[[], object], int]:
    device = coords.device
    latents = SparseTensor(torch.randn(len(coords), 8, device=device), coords)
    if isinstance(network, (SparseStructureFlowModel, SLatFlowModel)):
        flow: StructureFlow | LatentFlow = (
            StructureFlow(network)
            if isinstance(network, SparseStructureFlowModel)
            else LatentFlow(network, coords)
        )
        volume = torch.randn(1, 8, 16, 16, 16, device=device)
        start = volume if isinstance(flow, StructureFlow) else latents.feats
        conditions = [network.remember(torch.randn(1, CONDITION, network.cond_channels, device=device))]
        empty = network.remember(torch.zeros(1, 1, network.cond_channels, device=device))
        guided = Guided(flow, conditions, empty, schedule.cfg_strength)
        return lambda: draw(start, schedule, guided, lambda done: None), schedule.evaluations()
    if isinstance(network, SparseStructureDecoder):
        volume = torch.randn(1, 8, 16, 16, 16, device=device)
        return lambda: network(volume), 1
    return lambda: network(latents), 1


def _random(network: nn.Module, device: torch.device) -> Any:
    """The network on the device, with weights that keep numbers finite through all blocks."""
    randomise(network, ("pos_emb", "offset_perturbation"))
    ready: Any = network
    ready.set_precision(precision_of(device))
    return ready.to(device)


def _shell(voxels: int) -> Tensor:
    """About so many voxels (N, 4) of a 64³ grid near a sphere, as surfaces are."""
    cells = torch.cartesian_prod(*[torch.arange(64)] * 3)
    far = ((cells + 0.5) / 64 - 0.5).norm(dim=1)
    chosen = (far - 0.38).abs().argsort()[:voxels].sort().values
    return nn.functional.pad(cells[chosen], (1, 0)).int()


def main(argv: list[str] | None = None) -> int:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(prog="build.py bench trellis", description=__doc__.split("\n")[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--blocks", type=int, default=4)
    parser.add_argument("--voxels", type=int, default=12_000)
    parser.add_argument("--steps", type=int, default=25)
    options = parser.parse_args(argv)
    torch.manual_seed(0)
    with torch.no_grad():
        memory(options.voxels)
        if options.device == "cpu":
            print(f"flow step on {torch.get_num_threads()} threads, processor time")
            for size in SIZES:
                cpu_step(size, options.blocks)
        else:
            for size in SIZES:
                gpu_stages(size, torch.device(options.device), options.voxels, options.steps)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
