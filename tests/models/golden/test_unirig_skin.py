"""The skin half of UniRig against the published code's numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the models extra is not installed")

from pocket3d_server.models.neural.checkpoints import with_weights  # noqa: E402
from pocket3d_server.models.unirig.ptv3 import Cloud, PointTransformerV3Object, cloud_of  # noqa: E402
from pocket3d_server.models.unirig.reskin import reskin  # noqa: E402
from pocket3d_server.models.unirig.serialization import ORDERS, codes  # noqa: E402
from pocket3d_server.models.unirig.skin_net import SkinNet  # noqa: E402
from pocket3d_server.models.unirig.voxel_skin import distances, nearness  # noqa: E402
from safetensors.torch import load_file  # noqa: E402
from torch import Tensor  # noqa: E402
from unirig_cases import (  # noqa: E402
    UnevenPlaces,
    about,
    has,
    meta,
    point_sizes,
    rounding,
    skin_sizes,
    weights,
)

POINTS, ROUNDED, SHARED_CELLS = 2e-5, 2e-3, 5e-5
"""Largest absolute differences of point features as the vectors' README has them: in float32, with queries, keys and values
rounded to float16, and where points share a cell."""
SKIN, SKIN_ROUNDED = 1e-5, 2e-4
AROUND = 1e-6
"""Of what is done around the networks."""


def _apart(ours: Tensor, theirs: Tensor) -> float:
    assert ours.shape == theirs.shape
    return float((ours - theirs).abs().max())


@pytest.mark.golden("*.safetensors", only=has("out.hilbert"))
def test_orders(case: Path) -> None:
    """Every curve at every depth of the case, exactly."""
    io, about_it = load_file(case), meta(case)
    for key in (key for key in io if key.startswith("in.grid_coord")):
        suffix = key.removeprefix("in.grid_coord")
        made = f"out.{suffix.lstrip('_')}." if suffix else "out."
        for order in ORDERS:
            assert torch.equal(codes(io[key], order, about_it[f"depth{suffix}"]), io[made + order]), order


@pytest.mark.golden("*.safetensors", only=about("PointTransformerV3Object"))
@torch.no_grad()
def test_point_features(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells, orders and features; also where several points share a cell."""
    io, about_it = load_file(case), meta(case)
    with torch.device("meta"):
        network = PointTransformerV3Object(point_sizes(about_it["config"]))
    network = with_weights(network, weights(io), case)
    for begin, tolerance in (("", POINTS), ("dup.", SHARED_CELLS)):
        if f"{begin}in.coord" not in io:
            continue
        cloud = cloud_of(io[f"{begin}in.coord"], about_it["grid_size"], network.sizes.shuffled)
        if begin:
            cloud = replace(cloud, places=UnevenPlaces(cloud.places.cells))
        if f"{begin}mid.grid_coord" in io:
            assert torch.equal(cloud.places.cells, io[f"{begin}mid.grid_coord"].long())
        if f"{begin}mid.order" in io:
            # Points of one cell may come in any order, and curves are drawn from another generator than ours.
            ours, theirs = torch.stack(cloud.orders), io[f"{begin}mid.order"]
            if not begin:
                assert sorted(ours.tolist()) == sorted(theirs.tolist())
            cloud = Cloud(cloud.places, list(theirs))
        feats = io[f"{begin}in.feat"]
        assert _apart(network(cloud, feats), io[f"{begin}out.feat_fp32"]) <= tolerance
        with monkeypatch.context() as patched:
            rounding(patched)
            assert _apart(network(cloud, feats), io[f"{begin}out.feat"]) <= ROUNDED


@pytest.mark.golden("*.safetensors", only=about("UniRigSkin"))
@torch.no_grad()
def test_skin(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The weights of every mesh of the case."""
    io = load_file(case)
    with torch.device("meta"):
        network = SkinNet(skin_sizes(meta(case)["config"]))
    network = with_weights(network, weights(io), case)
    for made, tolerance in (("out.skin_fp32", SKIN), ("out.skin", SKIN_ROUNDED)):
        if made == "out.skin":
            rounding(monkeypatch)
        for mesh, bones in enumerate(io["in.num_bones"].tolist()):
            points, normals = io["in.vertices"][mesh], io["in.normals"][mesh]
            joints, parents = io["in.joints"][mesh, :bones], io["in.parents"][mesh, :bones].tolist()
            skin = network(points, normals, joints, parents, io["in.voxel_skin"][mesh, :, :bones])
            assert _apart(skin, io[made][mesh, :, :bones]) <= tolerance


def _numpy(io: dict[str, Tensor], *keys: str) -> list[Any]:
    """Tensors as arrays, of float64 where they hold no whole numbers."""
    arrays = [io[key].numpy() for key in keys]
    return [array if array.dtype.kind == "i" else array.astype(np.float64) for array in arrays]


@pytest.mark.golden("*.safetensors", only=has("out.voxel_skin"))
def test_distances_through_the_body(case: Path) -> None:
    """On the case's own cells."""
    io, config = load_file(case), meta(case)["voxel_skin"]
    vertices, faces, cells, joints, truth = _numpy(
        io, "in.vertices", "in.faces", "in.grid_coords", "in.joints", "out.voxel_skin"
    )
    way = distances(vertices, faces, cells, joints, 2 / config["grid"], config["grid_weight"])
    assert np.abs(nearness(way, config["alpha"]) - truth).max() <= AROUND


@pytest.mark.golden("*.safetensors", only=has("out.reskin"))
def test_weights_of_points_to_vertices(case: Path) -> None:
    io, config = load_file(case), meta(case)["reskin"]
    vertices, faces, points, skin, truth = _numpy(
        io, "in.vertices", "in.faces", "out.sample_points", "in.sampled_skin", "out.reskin"
    )
    options = [config[key] for key in ("nearest", "alpha", "threshold", "iters")]
    found = reskin(vertices, faces, config["parents"], points, skin, *options)
    assert np.abs(found - truth).max() <= AROUND
