"""A tiny release of UniRig in the layout of the real one: random weights, which draw skeletons of a dozen bones anywhere.

The engine at the end is the product's own, made to read it. The server reads this file too: torch is imported where it is
used.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive, Skeleton
from pocket3d_server.models.unirig.engine import UniRig
from pocket3d_server.models.weights import WeightFile

if TYPE_CHECKING:
    import torch
    from pocket3d_server.models.unirig.pipeline import Parts
    from pocket3d_server.models.unirig.skeleton_net import SkeletonNet
    from pocket3d_server.models.unirig.skin_net import SkinNet

REPOSITORY, REVISION = "tests/tiny-rig", "0123abcdef012345"
CHANNELS, TOKENS, POINTS = 32, 16, 300
BONES = 12
"""A skeleton ends after about so many: from there on the end is the likeliest token by far."""
ENDLESS = 2000
"""Tokens of a skeleton without an end."""


def encoder_sizes() -> dict[str, int]:
    """Of the `ShapeEncoder` in both networks."""
    return {"width": CHANNELS, "heads": 4, "layers": 1, "tokens": TOKENS}


def skeleton_net(room: int = 8 * BONES) -> SkeletonNet:
    """The first network, which can write so many tokens."""
    from pocket3d_server.models.unirig.shape_encoder import ShapeEncoder
    from pocket3d_server.models.unirig.skeleton_net import SkeletonNet

    return SkeletonNet(ShapeEncoder(**encoder_sizes()), CHANNELS, 2, 4, 64, TOKENS + 2 + room)


def skin_net() -> SkinNet:
    """The second network."""
    from pocket3d_server.models.unirig.ptv3 import PointSizes
    from pocket3d_server.models.unirig.skin_net import SkinNet, SkinSizes

    points = PointSizes(depths=(1, 1), channels=(8, 16), heads=(2, 4), patches=(32, 32))
    return SkinNet(SkinSizes(32, 4, 24, 16, 1, 1, grid=0.05, points=points, encoder=encoder_sizes()))


def write_all(folder: Path) -> dict[str, bytes]:
    """Both files, and the first network once more, which never comes to an end, in a folder named as the repository.

    Returns them by their addresses on a hub.
    """
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(3)
    (folder / REPOSITORY).mkdir(parents=True)
    networks = {"skeleton": skeleton_net(), "skin": skin_net(), "endless": skeleton_net(ENDLESS)}
    for name, network in networks.items():
        tensors = {f"model.{key}": value.detach().clone() for key, value in network.state_dict().items()}
        if name != "skin":
            _make_it_end(tensors, 3 * BONES if name == "skeleton" else ENDLESS)
        save_file(tensors, folder / REPOSITORY / f"{name}.safetensors")
    return {
        f"/{REPOSITORY}/resolve/{REVISION}/{file.name}": file.read_bytes()
        for file in (folder / REPOSITORY).iterdir()
    }


def _make_it_end(tensors: dict[str, torch.Tensor], after: int) -> None:
    """What asks for the end, or for anything else, drowns the rest: the one from ``after`` tokens on."""
    from pocket3d_server.models.unirig.grammar import Vocabulary
    from pocket3d_server.models.unirig.opt import OFFSET

    direction = tensors["model.transformer.lm_head.weight"].new_zeros(CHANNELS)
    direction[0], direction[1] = 1, -1
    tensors["model.transformer.lm_head.weight"][Vocabulary().id("eos")] = 20 * direction
    places = tensors["model.transformer.model.decoder.embed_positions.weight"]
    end = OFFSET + TOKENS + 2 + after
    places[:end] -= 5 * direction
    places[end:] += 5 * direction


def figure() -> Asset:
    """A ball in two materials, each with vertices of its own along the seam."""
    rows, columns = 13, 16
    up, around = np.meshgrid(
        np.linspace(0, np.pi, rows), np.linspace(0, 2 * np.pi, columns + 1), indexing="ij"
    )
    ball = np.stack([np.sin(up) * np.sin(around), np.cos(up), np.sin(up) * np.cos(around)], axis=-1)
    halves = []
    for name, first, last in (("lower", rows // 2, rows - 1), ("upper", 0, rows // 2)):
        vertices = ball[first : last + 1].reshape(-1, 3) + [0.0, 1.0, 0.0]
        at = np.arange((last - first) * (columns + 1)).reshape(-1, columns + 1)[:, :-1].ravel()
        below = at + columns + 1
        faces = np.concatenate([np.stack([at, below, at + 1], 1), np.stack([at + 1, below, below + 1], 1)])
        halves.append(Part(name, [Primitive(vertices, faces, Material.from_srgb(name, (0.8, 0.4, 0.2)))]))
    return Asset(halves)


def skeleton(bones: int) -> Skeleton:
    """A chain upwards."""
    heads = np.stack([np.zeros(bones), np.arange(bones) / bones, np.zeros(bones)], axis=1)
    return Skeleton(
        [f"b{k}" for k in range(bones)], list(range(-1, bones - 1)), heads, heads + [0, 1 / bones, 0]
    )


class TinyUniRig(UniRig):
    """``unirig`` on the tiny release."""

    spec = replace(
        UniRig.spec,
        model_id="test_unirig",
        weights=tuple(
            WeightFile(REPOSITORY, REVISION, f"{name}.safetensors", 10_000, "", stated=True)
            for name in ("skeleton", "skin")
        ),
    )

    def _networks(self, place: torch.device, keep: bool) -> Parts:
        parts = super()._networks(place, keep)
        return replace(
            parts,
            make_skeleton=skeleton_net,
            make_skin=skin_net,
            skeleton_points=POINTS,
            skin_points=POINTS,
            grid=16,
            most_tokens=8 * BONES,
        )


class EndlessUniRig(TinyUniRig):
    """The same with a network whose skeletons have no end."""

    spec = replace(
        TinyUniRig.spec,
        model_id="test_unirig_endless",
        weights=(replace(TinyUniRig.spec.weights[0], path="endless.safetensors"), TinyUniRig.spec.weights[1]),
    )

    def _networks(self, place: torch.device, keep: bool) -> Parts:
        return replace(
            super()._networks(place, keep), make_skeleton=lambda: skeleton_net(ENDLESS), most_tokens=ENDLESS
        )
