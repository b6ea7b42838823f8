"""Measure PartField's network at full size with random weights, and what its faces go through.

    python build.py bench partfield [--device cpu|cuda] [--points N] [--faces N …]

Three tables:
- memory: weights, and the most that is alive at once, counted on shapes, in both precisions;
- each stage of the network: operations, seconds (of one core's time on a CPU), and how many times as long that is as
  its operations take at the rate of a matrix product;
- on the CPU, for surfaces with so many faces: reading their features, the tree of joins, k-means, choosing the parts.

Random weights cannot show what a mesh becomes; they cost what real ones cost.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from pocket3d_server.geometry.vectors import unit
from pocket3d_server.models.partfield.clustering import adjacency, alike, merge_tree
from pocket3d_server.models.partfield.field import face_means
from pocket3d_server.models.partfield.network import PartField, Sizes
from pocket3d_server.models.partfield.pipeline import Wishes, parts_of, placed
from pocket3d_server.models.parts.face_graph import FaceGraph, face_graph
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from tools.memory.counting import weight_bytes, with_overhead
from tools.memory.partfield import peak_bytes
from tools.timing import elapsed, processor_seconds, randomise, rate

RATE = {"cpu": 2048, "cuda": 8192}
"""Side of the matrices whose product tells a device's rate."""
FACES = 10_000, 40_000
RINGS = 4
"""Pieces of the surface."""


def memory(points: int) -> None:
    """The first table."""
    print(f"memory in MB for {points:,} points: weights, peak, needed of a GPU")
    for dtype in (torch.float16, torch.float32):
        with torch.device("meta"):
            network = PartField(Sizes())
        network.set_precision(dtype)
        peak = peak_bytes(network, points)
        row = [weight_bytes(network), peak, with_overhead(peak)]
        print(f"  {dtype!s:15s}" + "".join(f"{size / 1e6:8.0f}" for size in row))


def stages(network: PartField, points: Tensor) -> list[tuple[str, Callable[[], Tensor]]]:
    """The network's stages, each on what the one before it made."""
    transformer = network.triplane_transformer
    features = network.pvcnn.pc_encoder(points)
    planes = network.pvcnn.planes(features, points)
    tokens = transformer.tokens(planes)

    def blocks() -> Tensor:
        seen = tokens
        for block in transformer.transformer.layers:
            seen = block(seen)
        return seen

    return [
        ("points", lambda: network.pvcnn.pc_encoder(points)),
        ("planes", lambda: network.pvcnn.planes(features, points)),
        ("tokens", lambda: transformer.tokens(planes)),
        ("blocks", blocks),
        ("field", lambda: transformer.planes(tokens, planes)),
    ]


def network_times(device: torch.device, count: int) -> None:
    """The second table."""
    speed = rate(device, RATE[device.type])
    print(f"network on {device}, {count:,} points, {speed / 1e9:.0f} GFLOP/s in a matrix product")
    network = PartField(Sizes())
    randomise(network)
    placed(network, device)
    points = (torch.rand(1, count, 3) * 1.8 - 0.9).to(device)
    measure = processor_seconds if device.type == "cpu" else lambda work: elapsed(work, device)
    total = 0.0
    for name, work in stages(network, points):
        with FlopCounterMode(display=False) as counter:
            work()
        seconds = min(measure(work) for _ in range(2))
        total += seconds
        operations = counter.get_total_flops()
        print(
            f"  {name:8s} {seconds:7.2f} s, {operations / 1e9:5.0f} GFLOP, {seconds * speed / operations:5.2f} times"
        )
    print(f"  {'all':8s} {total:7.2f} s")
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        network(points)
        print(f"  peak of what was allocated: {torch.cuda.max_memory_allocated(device) / 1e6:.0f} MB")


def rings(faces: int) -> FaceGraph:
    """A chain of bumpy rings with about so many faces in all."""
    side = round((faces / RINGS / 2) ** 0.5)
    u, v = np.meshgrid(*[np.arange(side) * 2 * np.pi / side] * 2, indexing="ij")
    thick = 0.12 + 0.03 * np.sin(5 * u) * np.cos(3 * v)
    wide = 0.4 + thick * np.cos(v)
    ring = np.stack([wide * np.cos(u), wide * np.sin(u), thick * np.sin(v)], axis=-1).reshape(-1, 3)
    i, j = (grid.ravel() for grid in np.meshgrid(np.arange(side), np.arange(side), indexing="ij"))
    a, b, c, d = ((i + p) % side * side + (j + q) % side for p, q in ((0, 0), (1, 0), (1, 1), (0, 1)))
    triangles = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    shift = [[0.9 * k, 0, 0] for k in range(RINGS)]
    vertices = np.concatenate([ring + s for s in shift])
    return face_graph(vertices, np.concatenate([triangles + k * len(ring) for k in range(RINGS)]))


def face_times(faces: int) -> None:
    """The third table."""
    surface = rings(faces)
    planes = torch.randn(3, Sizes().part_channels, 128, 128)
    scaled = (surface.corners - surface.corners.mean(axis=(0, 1))) * 0.5
    wishes = Wishes(False, 20, None, 0, "nearest_pieces", "touching", 0)
    found: dict[str, Any] = {}

    def timed(name: str, work: Callable[[], object]) -> None:
        seconds = processor_seconds(lambda: found.update({name: work()}))
        print(f"    {name:20s} {seconds:6.2f} s")

    print(f"  {len(surface.faces):,} faces")
    timed("features of faces", lambda: unit(face_means(planes, scaled)))
    timed("what touches", lambda: adjacency(surface.pairs, surface.centers, wishes.bridges))
    features = found["features of faces"]
    timed("tree of joins", lambda: merge_tree(features, found["what touches"]))
    timed("k-means, 8 parts", lambda: alike(features, 8))
    tree = found["tree of joins"]
    timed("choosing parts", lambda: parts_of(tree, features, surface, surface, surface.faces, wishes))


def main(argv: list[str] | None = None) -> int:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(prog="build.py bench partfield", description=__doc__.split("\n")[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--faces", type=int, nargs="*", default=FACES)
    options = parser.parse_args(argv)
    torch.manual_seed(0)
    with torch.no_grad():
        memory(options.points)
        network_times(torch.device(options.device), options.points)
        print("faces, on the CPU")
        for faces in options.faces:
            face_times(faces)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
