"""Measure UniRig's networks at full size with random weights, and what is done beside them.

    python build.py bench unirig [--device cpu|cuda] [--bones N] [--skin-points N] [--faces N]

Three tables:
- memory: weights, and the most that is alive at once, counted on shapes;
- each stage of the networks: operations, seconds (of one core's time on a CPU), and how many times as long that is as
  its operations take at the rate of a matrix product; weights for ``--skin-points`` points, of which a job has 32,768;
- on the CPU: sampling, ways through the body, weights to the vertices, for a ring of ``--faces`` faces.

Random weights cannot show how a mesh is rigged; they cost what real ones cost.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from pocket3d_server.models.neural.precision import wide_precision_of
from pocket3d_server.models.rigging.welded_mesh import WeldedMesh, welded
from pocket3d_server.models.unirig.reskin import reskin
from pocket3d_server.models.unirig.sampling import sampled, shape_of
from pocket3d_server.models.unirig.skeleton_net import SkeletonNet
from pocket3d_server.models.unirig.skin_net import SkinNet
from pocket3d_server.models.unirig.transfer import carried_over
from pocket3d_server.models.unirig.voxel_skin import voxel_skin
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from tools.memory.counting import weight_bytes, with_overhead
from tools.memory.unirig import BEAMS, SKELETON_POINTS, SKIN_POINTS, skeleton_peak, skin_peak
from tools.timing import elapsed, processor_seconds, randomise, rate

RATE = {"cpu": 2048, "cuda": 8192}
"""Side of the matrices whose product tells a device's rate."""
GRID = 196


def memory(bones: int) -> None:
    """The first table."""
    print(f"memory in MB for {bones} bones: weights, peak, needed of a GPU")
    for dtype in (torch.bfloat16, torch.float32):
        with torch.device("meta"):
            skeleton = SkeletonNet()
        skeleton.set_precision(dtype)
        _row(f"skeleton, {dtype}", weight_bytes(skeleton), skeleton_peak(skeleton, 4 * bones))
    with torch.device("meta"):
        skin = SkinNet()
    _row("skin, torch.float32", weight_bytes(skin), skin_peak(skin, bones))


def _row(name: str, weights: int, peak: int) -> None:
    print(f"  {name:26s}" + "".join(f"{size / 1e6:8.0f}" for size in (weights, peak, with_overhead(peak))))


def times(device: torch.device, bones: int, points: int) -> None:
    """The second table."""
    speed = rate(device, RATE[device.type])
    print(f"networks on {device}, {speed / 1e9:.0f} GFLOP/s in a matrix product")
    skeleton_times(speed, device)
    skin_times(bones, points, speed, device)
    if device.type == "cuda":
        print(f"  peak of what was allocated: {torch.cuda.max_memory_allocated(device) / 1e6:.0f} MB")


def skeleton_times(speed: float, device: torch.device) -> None:
    """Reading the shape, reading what that gave, and one token."""
    network = SkeletonNet()
    randomise(network)
    network.set_precision(wide_precision_of(device))
    network.to(device)
    cloud, language = _surface(SKELETON_POINTS, device), network.transformer
    seen = _timed("shape", lambda: network.condition(cloud[None], cloud[None]), speed, device)
    start = torch.cat([seen, language.embed(torch.zeros(1, 2, dtype=torch.int64, device=device))], dim=1)
    _, cache = _timed("prefix", lambda: language.begin(start, BEAMS), speed, device)
    rows = torch.arange(BEAMS)
    _timed(f"a token, {BEAMS} beams", lambda: language.step(rows, rows, cache), speed, device)


def skin_times(bones: int, points: int, speed: float, device: torch.device) -> None:
    """The weights of some points."""
    network = SkinNet()
    randomise(network)
    network.to(device)
    cloud, joints = _surface(points, device), torch.rand(bones, 3, device=device) - 0.5
    near = torch.full((points, bones), 1 / bones, device=device)
    parents = [k - 1 for k in range(bones)]
    name = f"weights, {points:,} points, {bones} bones"
    _timed(name, lambda: network(cloud, cloud, joints, parents, near), speed, device)


def _timed(name: str, work: Callable[[], Any], speed: float, device: torch.device) -> Any:
    """What ``work`` gives; says how long that took."""
    if device.type == "cuda":
        work()
    found: list[Any] = []
    with FlopCounterMode(display=False) as counter:
        seconds = (
            processor_seconds(lambda: found.append(work()))
            if device.type == "cpu"
            else elapsed(lambda: found.append(work()), device)
        )
    operations = counter.get_total_flops()
    print(
        f"  {name:34s} {seconds:7.2f} s, {operations / 1e9:7.0f} GFLOP, {seconds * speed / operations:5.2f} times"
    )
    return found[0]


def _surface(count: int, device: torch.device) -> Tensor:
    """Points of a ball, which are their normals too."""
    return torch.nn.functional.normalize(torch.randn(count, 3), dim=1).to(device)


def beside(bones: int, faces: int) -> None:
    """The third table."""
    surface = ring(faces)
    print(f"on the CPU, {len(surface.faces):,} faces, {bones} bones")
    turn = np.arange(bones) * 2 * np.pi / bones
    joints = np.stack([0.7 * np.cos(turn), 0.7 * np.sin(turn), 0 * turn], axis=1)

    def timed(name: str, work: Callable[[], Any]) -> Any:
        found: list[Any] = []
        seconds = processor_seconds(lambda: found.append(work()))
        print(f"  {name:34s} {seconds:7.2f} s")
        return found[0]

    shape = timed("frame", lambda: shape_of(surface))
    random = np.random.RandomState(0)
    timed("points for the skeleton", lambda: sampled(shape, SKELETON_POINTS, random))
    points = timed("points for the weights", lambda: sampled(shape, SKIN_POINTS, random))
    ways = timed("ways through the body", lambda: voxel_skin(shape.vertices, shape.faces, joints, GRID))
    near = points.carried(ways)
    parents = [k - 1 for k in range(bones)]
    found = timed(
        "weights to vertices", lambda: reskin(shape.vertices, shape.faces, parents, points.points, near)
    )
    timed("weights to the mesh", lambda: carried_over(found, shape, surface))


def ring(faces: int) -> WeldedMesh:
    """A thick ring that lies in the networks' upright plane, with about so many faces."""
    side = max(8, round((faces / 2) ** 0.5))
    u, v = np.meshgrid(*[np.arange(side) * 2 * np.pi / side] * 2, indexing="ij")
    wide = 0.7 + 0.3 * np.cos(v)
    vertices = np.stack([wide * np.cos(u), 0.3 * np.sin(v), -wide * np.sin(u)], axis=-1).reshape(-1, 3)
    i, j = (grid.ravel() for grid in np.meshgrid(np.arange(side), np.arange(side), indexing="ij"))
    a, b, c, d = ((i + p) % side * side + (j + q) % side for p, q in ((0, 0), (1, 0), (1, 1), (0, 1)))
    return welded(vertices, np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)]))


def main(argv: list[str] | None = None) -> int:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(prog="build.py bench unirig", description=__doc__.split("\n")[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--bones", type=int, default=50)
    parser.add_argument("--skin-points", type=int, default=4096)
    parser.add_argument("--faces", type=int, default=40_000)
    options = parser.parse_args(argv)
    torch.manual_seed(0)
    with torch.no_grad():
        memory(options.bones)
        beside(options.bones, options.faces)
        times(torch.device(options.device), options.bones, options.skin_points)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
