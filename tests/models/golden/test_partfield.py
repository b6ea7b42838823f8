"""PartField against the published implementation's numbers: networks, queries, clustering, the released keys."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the models extra is not installed")

from pocket3d_server.geometry.vectors import unit  # noqa: E402
from pocket3d_server.models.neural.checkpoints import with_weights  # noqa: E402
from pocket3d_server.models.partfield.clustering import (  # noqa: E402
    BRIDGES,
    adjacency,
    alike,
    first_seen,
    merge_tree,
)
from pocket3d_server.models.partfield.field import read_points  # noqa: E402
from pocket3d_server.models.partfield.network import PartField, Sizes  # noqa: E402
from pocket3d_server.models.parts.face_graph import FaceGraph  # noqa: E402
from safetensors import safe_open  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

TOLERANCE = 5e-5
"""Largest absolute difference in float32, as the vectors' README has it."""
HALF = 5e-3
"""Relative error (L2) that half precision may have."""


def _meta(path: Path) -> dict[str, Any]:
    with safe_open(path, framework="pt") as file:
        return dict(json.loads((file.metadata() or {}).get("meta", "{}")))


def _has(*names: str) -> Any:
    """Cases that hold tensors whose names begin so."""

    def holds(path: Path) -> bool:
        with safe_open(path, framework="pt") as file:
            keys = list(file.keys())
        return all(any(key.startswith(name) for key in keys) for name in names)

    return holds


networks = pytest.mark.golden("*.safetensors", only=_has("w.pvcnn.", "w.triplane_transformer."))


def _opened(case: Path) -> tuple[PartField, dict[str, Any]]:
    io, meta = load_file(case), _meta(case)
    weights = {key[2:]: value for key, value in io.items() if key.startswith("w.")}
    points, transformer = meta["pvcnn"], meta["transformer"]
    blocks = {int(key.split(".")[3]) for key in weights if key.startswith("pvcnn.pc_encoder.encoder.")}
    first = "pvcnn.pc_encoder.encoder.{}.point_features.layers.0.bias"
    unused = tuple(len(weights[first.format(k)]) for k in sorted(blocks) if k)
    part = io["out.part_feat"].shape[-1]
    sizes = Sizes(
        channels=points["z_triplane_channels"],
        resolution=points["z_triplane_resolution"],
        start=points["unet"]["start_hidden_channels"],
        depth=points["unet"]["depth"],
        dim=transformer["dim"],
        layers=transformer["layers"],
        heads=transformer["heads"],
        distance_channels=transformer["triplane_dim"] - part,
        part_channels=part,
        unused=unused if "logit_scale" in weights else None,
    )
    with torch.device("meta"):
        network = PartField(sizes)
    return with_weights(network, weights, case), io


def _apart(ours: Any, theirs: Any) -> float:
    assert ours.shape == theirs.shape
    return float((ours - theirs).abs().max())


@networks
@torch.no_grad()
def test_network(case: Path) -> None:
    """Every stage from its own input, then the whole way."""
    network, io = _opened(case)
    points = io["in.pc"]
    features = network.pvcnn.pc_encoder(points)
    if "mid.point_feat_block0" in io:
        assert _apart(features, io["mid.point_feat_block0"]) <= TOLERANCE
    if "mid.planes_pvcnn" in io:
        assert _apart(network.pvcnn.planes(features, points), io["mid.planes_pvcnn"]) <= TOLERANCE
    assert _apart(network.all_planes(points), io["out.planes"]) <= TOLERANCE
    planes, query = network(points), io["in.query"]
    found = torch.stack([read_points(*sample) for sample in zip(planes, query)])
    assert _apart(found, io["out.part_feat"]) <= TOLERANCE


@networks
@torch.no_grad()
def test_half_precision(case: Path) -> None:
    network, io = _opened(case)
    network.set_precision(torch.float16)
    kinds = {str(value.dtype) for key, value in network.state_dict().items() if "norm" not in key}
    assert kinds == {"torch.float16", "torch.float32"}
    planes, truth = network.all_planes(io["in.pc"]), io["out.planes"]
    assert planes.dtype == torch.float32
    assert float((planes - truth).norm() / truth.norm()) <= HALF


@pytest.mark.golden("*.safetensors", only=_has("in.face_feat", "in.faces", "out."))
def test_clustering(case: Path) -> None:
    """What may join, every join in its order, the labels of each number of parts; k-means as far as it agrees."""
    io = {key: value.numpy() for key, value in load_file(case).items()}
    faces = io["in.faces"].astype(np.int64)
    hint = np.zeros(len(faces), np.int64)
    graph = FaceGraph(io["in.vertices"].astype(np.float64), faces, np.arange(len(faces)), hint)
    features = unit(io["in.face_feat"])
    options = sorted({key.split(".")[1] for key in io if key.endswith(".children")})
    assert options
    for option in options:
        number = re.match(r"option(\d)", option)
        assert number, option
        links = adjacency(graph.pairs, graph.centers, list(BRIDGES)[int(number[1])])
        theirs = {tuple(sorted(pair)) for pair in io[f"out.{option}.adj"].T.tolist()}
        ours = {tuple(sorted(pair)) for pair in np.argwhere(links.toarray()).tolist()}
        assert ours == theirs, option
        tree = merge_tree(features, links)
        assert np.array_equal(tree.children, io[f"out.{option}.children"]), option
        (rows,) = (key for key in io if re.match(rf"out\.{option}\.labels_\d+_to_\d+", key))
        most = int(re.findall(r"\d+", rows)[-2])
        for row, labels in enumerate(io[rows]):
            assert np.array_equal(tree.labels(most - row), labels), (option, most - row)
    for key in (key for key in io if key.startswith("out.kmeans")):
        from sklearn.metrics import adjusted_rand_score

        labels = alike(features, int(key.removeprefix("out.kmeans")))
        assert adjusted_rand_score(labels, io[key]) > 0.99
        assert np.array_equal(labels, first_seen(labels))


@pytest.mark.golden("released_keys.json", only=lambda path: "partfield" in str(path))
def test_released_keys(case: Path) -> None:
    """Names and shapes of all tensors of the released checkpoint, on the meta device."""
    with torch.device("meta"):
        network = PartField(Sizes())
    assert {key: list(value.shape) for key, value in network.state_dict().items()} == json.loads(
        case.read_text()
    )
