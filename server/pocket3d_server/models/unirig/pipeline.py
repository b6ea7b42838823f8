"""From a surface to its rig: points, a skeleton drawn from them, distances through the body, weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast

import numpy as np
import torch
from torch import nn

from pocket3d_server.geometry.asset import Skeleton
from pocket3d_server.models.neural.checkpoints import read_tensors, with_weights
from pocket3d_server.models.neural.precision import wide_precision_of
from pocket3d_server.models.rigging.welded_mesh import Floats, WeldedMesh
from pocket3d_server.models.unirig.drawing import Drawn, draw
from pocket3d_server.models.unirig.processors import Search
from pocket3d_server.models.unirig.reskin import reskin
from pocket3d_server.models.unirig.sampling import Samples, Shape, sampled, shape_of
from pocket3d_server.models.unirig.skeleton_net import SkeletonNet
from pocket3d_server.models.unirig.skin_net import SkinNet
from pocket3d_server.models.unirig.tokenizer import Bones
from pocket3d_server.models.unirig.transfer import carried_over
from pocket3d_server.models.unirig.voxel_skin import voxel_skin

Network = TypeVar("Network", bound=nn.Module)

Report = Callable[[float, str], None]
"""The share that is done, 0..1, and the stage."""

PREFIX = "model."
"""Before all keys of the released files."""
SHORTEST = 0.01
"""Length of a bone, in halves of the longest side of the shape: the model may draw a joint twice."""


@dataclass(frozen=True)
class Wishes:
    """What to draw."""

    seed: int = 0
    rig_class: str = "articulationxl"
    beams: int = 15
    weights: bool = True


@dataclass(frozen=True, eq=False)
class Rig:
    """What was drawn, in the frame of the surface."""

    skeleton: Skeleton
    weights: Floats | None
    """(V, J) for the vertices of the surface, rows sum to 1; None when only the skeleton was asked for."""
    attempts: int
    """Skeletons that were drawn before this one was taken, and it."""
    fault: str
    """What is wrong with the skeleton, in words; mostly nothing."""


@dataclass
class Parts:
    """Both networks. Each comes when it is needed and leaves after, unless there is room for both."""

    skeleton_file: Path
    skin_file: Path
    device: torch.device
    keep: bool = False
    make_skeleton: Callable[[], SkeletonNet] = SkeletonNet
    make_skin: Callable[[], SkinNet] = SkinNet
    skeleton_points: int = 65_536
    skin_points: int = 32_768
    grid: int = 196
    """Cells along a side of the cube in which ways through the body are measured."""
    most_tokens: int = 1280
    """256 bones take some 1,200, and no rig is to have more."""
    _kept: dict[Path, nn.Module] = field(default_factory=dict)

    def network(self, file: Path, make: Callable[[], Network]) -> Network:
        """The network of a file, on the device; it leaves with whoever asked for it, or stays. Raises EngineError for a
        file that is damaged or holds another."""
        network = self._kept.get(file) or self._opened(file, make)
        if self.keep:
            self._kept[file] = network
        return cast(Network, network)

    def sweep(self) -> None:
        """Give back what a GPU's allocator keeps of what has left."""
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def _opened(self, file: Path, make: Callable[[], nn.Module]) -> nn.Module:
        self.sweep()
        with torch.device("meta"):
            network = make()
        tensors = read_tensors(file, within="state_dict")
        network = with_weights(
            network, {key.removeprefix(PREFIX): value for key, value in tensors.items()}, file
        )
        if isinstance(network, SkeletonNet):  # the other one computes in float32 throughout
            network.set_precision(wide_precision_of(self.device))
        return network.to(self.device)


@torch.no_grad()
def rigged(parts: Parts, surface: WeldedMesh, wishes: Wishes, report: Report) -> Rig:
    """A rig for ``surface``, Y up, facing +Z. Raises EngineError when no sound skeleton was drawn.

    All random numbers come from the CPU, so that a seed means the same on every device.
    """
    report(0.0, "sampling_surface")
    shape = shape_of(surface)
    random = np.random.RandomState(wishes.seed)
    points = sampled(shape, parts.skeleton_points, random)
    end = 0.35 if wishes.weights else 1.0
    drawn = draw_skeleton(
        parts, shape, points, wishes, lambda done, stage: report(0.02 + (end - 0.02) * done, stage)
    )
    weights = None
    if wishes.weights:
        points = sampled(shape, parts.skin_points, random)
        weights = draw_weights(
            parts,
            shape,
            points,
            drawn.bones,
            wishes.seed,
            lambda done, stage: report(0.35 + 0.65 * done, stage),
        )
        weights = carried_over(weights, shape, surface)
    parts.sweep()
    return Rig(_skeleton(drawn.bones, shape), weights, drawn.attempts, drawn.fault)


def draw_skeleton(parts: Parts, shape: Shape, points: Samples, wishes: Wishes, report: Report) -> Drawn:
    """A skeleton in the frame of ``shape``. Raises EngineError when none came to anything."""
    report(0.0, "loading_model")
    network = parts.network(parts.skeleton_file, parts.make_skeleton)
    report(0.05, "reading_shape")
    seen = network.condition(*(tensor[None] for tensor in _tensors(parts, points.points, points.normals)))
    report(0.2, "drawing_skeleton")
    return draw(
        network,
        seen,
        shape.box,
        Search(beams=wishes.beams, most_tokens=parts.most_tokens),
        wishes.rig_class,
        wishes.seed,
        lambda done: report(0.2 + 0.8 * done, "drawing_skeleton"),
    )


def draw_weights(
    parts: Parts, shape: Shape, points: Samples, bones: Bones, seed: int, report: Report
) -> Floats:
    """Weights (V, J) of the vertices of ``shape``."""
    report(0.0, "measuring_body")
    near = voxel_skin(shape.vertices, shape.faces, bones.joints, parts.grid)
    report(0.12, "loading_model")
    network = parts.network(parts.skin_file, parts.make_skin)
    found = network(
        *_tensors(parts, points.points, points.normals, bones.joints),
        bones.parents,
        *_tensors(parts, points.carried(near)),
        seed=seed,
        progress=lambda done: report(0.15 + 0.79 * done, "drawing_weights"),
    )
    report(0.95, "transferring_weights")
    on_points = found.double().cpu().numpy()
    return reskin(shape.vertices, shape.faces, bones.parents, points.points, on_points)


def _tensors(parts: Parts, *values: Floats) -> list[torch.Tensor]:
    return [torch.from_numpy(np.asarray(value, np.float32)).to(parts.device) for value in values]


def _skeleton(bones: Bones, shape: Shape) -> Skeleton:
    """In the frame of the mesh; no bone ends where it begins. A root that branches points up: the model's own tail of
    it has a slip, and leads anywhere."""
    heads, tails = shape.to_mesh(bones.joints), shape.to_mesh(bones.tails)
    limbs = np.flatnonzero(np.equal(bones.parents, 0))
    if len(limbs) > 1:
        tails[0] = heads[0] + [0.0, np.linalg.norm(heads[limbs] - heads[0], axis=1).mean() / 2, 0.0]
    short = np.linalg.norm(tails - heads, axis=1) < SHORTEST * shape.scale
    tails[short] = heads[short] + [0.0, SHORTEST * shape.scale, 0.0]
    return Skeleton(list(bones.names), list(bones.parents), heads, tails)
