"""The networks of TRELLIS against the published code's numbers, opened as a released checkpoint is.

Every folder with a ``model.json`` is a case; the class that it names decides what is compared.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from pocket3d_server.models.neural.checkpoints import open_checkpoint
from pocket3d_server.models.trellis.extraction import extract
from pocket3d_server.models.trellis.guidance import Guided, LatentFlow, StructureFlow
from pocket3d_server.models.trellis.networks import NETWORKS
from pocket3d_server.models.trellis.sampler import Schedule, draw
from pocket3d_server.models.trellis.sparse import SparseTensor
from pocket3d_server.models.trellis.structure_vae import occupied
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor

NETWORK, SAMPLER = 1e-5, 2e-5
"""Largest absolute difference in float32, as the vectors' README has it."""
SAMPLED = {
    "sample_interval_5steps": Schedule(5, 5.0, (0.5, 1.0), 3.0),
    "sample_interval_4steps": Schedule(4, 5.0, (0.5, 1.0), 3.0),
    "sample_cfg_4steps": Schedule(4, 3.0, (0.0, 1.0), 1.0),
    "sample_plain_4steps": Schedule(4, 0.0, (0.0, 1.0), 3.0),
    "sample_multidiffusion_5steps": Schedule(5, 5.0, (0.5, 1.0), 3.0),
}
"""By the names that the vectors' README explains."""
SIGMA_MIN = 1e-5
PRECISIONS = {torch.bfloat16: 2e-2, torch.float16: 3e-3}
"""Relative error (L2) that lower precision may have."""

Vectors = dict[str, Tensor]


def _ours(description: Path) -> bool:
    """Whether a ``model.json`` describes a network of this version of TRELLIS."""
    name = json.loads(description.read_text()).get("name", "")
    return name.removeprefix("Elastic") in NETWORKS and "trellis2" not in description.parts


networks = pytest.mark.golden("model.json", only=_ours)


def _sampled(description: Path) -> bool:
    """Whether its vectors have draws of a sampler."""
    return _ours(description) and any(key.startswith("out.sample_") for key in _keys(description))


def _keys(description: Path) -> list[str]:
    with safe_open(description.with_name("io.safetensors"), framework="pt") as io:
        return list(io.keys())


def _opened(case: Path, precision: torch.dtype) -> tuple[Any, Vectors]:
    network: Any = open_checkpoint(case.with_suffix(""), NETWORKS)
    network.set_precision(precision)
    return network, load_file(case.with_name("io.safetensors"))


def _voxels(io: Vectors) -> SparseTensor:
    return SparseTensor(io["in.feats"], io["in.coords"])


def _outputs(network: Any, io: Vectors) -> Vectors:
    """What the network makes of a case's inputs, under the names of the case's outputs."""
    name = type(network).__name__
    if name == "SparseStructureFlowModel":
        return {"y": network(io["in.x"], io["in.t"], [network.remember(io["in.cond"])])}
    if name == "SLatFlowModel":
        return {"y": network(_voxels(io), io["in.t"], [network.remember(io["in.cond"])]).feats}
    if name == "SparseStructureDecoder":
        return {"logits": network(io["in.z"])}
    if name == "SparseStructureEncoder":
        return dict(zip(("mean", "logvar"), network(io["in.x"])))
    if name == "SLatEncoder":
        return dict(zip(("mean", "logvar"), network(_voxels(io))))
    if name == "SLatMeshDecoder":
        return {"out_layer": network(_voxels(io)).feats}
    parts = network(_voxels(io))
    return {key: torch.cat([getattr(part, key) for part in parts]) for key in parts[0].__dataclass_fields__}


def _apart(ours: Tensor, theirs: Tensor) -> float:
    assert ours.shape == theirs.shape
    return float((ours - theirs).abs().max())


@networks
@torch.no_grad()
def test_network(case: Path) -> None:
    """Every output of the case, in float32."""
    network, io = _opened(case, torch.float32)
    outputs = _outputs(network, io)
    compared = 0
    for key, value in outputs.items():
        if f"out.{key}" in io:
            assert _apart(value, io[f"out.{key}"]) <= NETWORK, key
            compared += 1
    assert compared == len(outputs)
    if "out.coords" in io:
        assert torch.equal(occupied(outputs["logits"]).long(), io["out.coords"].long())


def _meshes(description: Path) -> bool:
    """Whether its vectors have meshes of a decoder."""
    return _ours(description) and any(key.startswith("out.mesh") for key in _keys(description))


@pytest.mark.golden("model.json", only=_meshes)
@torch.no_grad()
def test_decoded_meshes(case: Path) -> None:
    """From latents to triangles: the same faces in the same order, at the same places, in the same colours."""
    network, io = _opened(case, torch.float32)
    fine = network(_voxels(io))
    for sample in range(len(_voxels(io).counts)):
        own = fine.coords[:, 0] == sample
        mesh = extract(fine.coords[own], fine.feats[own], 4 * network.resolution)
        theirs = {name: io[f"out.mesh{sample}.{name}"] for name in ("vertices", "faces", "attrs")}
        assert mesh.attributes is not None
        for ours, truth in ((mesh.vertices, "vertices"), (mesh.attributes, "attrs")):
            assert _apart(ours[mesh.faces], theirs[truth][theirs["faces"].long()]) <= NETWORK


@networks
@pytest.mark.parametrize("precision", PRECISIONS, ids=str)
@torch.no_grad()
def test_lower_precision(case: Path, precision: torch.dtype) -> None:
    """Half precision stays as near as the published code does."""
    network, io = _opened(case, precision)
    for key, value in _outputs(network, io).items():
        truth = io[f"out.{key}"]
        error = float((value.float() - truth).norm() / truth.norm())
        assert error <= PRECISIONS[precision], key


@pytest.mark.golden("model.json", only=_sampled)
@torch.no_grad()
def test_samplers(case: Path) -> None:
    """Draws with every schedule of the case."""
    network, io = _opened(case, torch.float32)
    drawn = [key for key in SAMPLED if f"out.{key}" in io]
    unknown = {k for k in io if k.startswith("out.sample_")} - {f"out.{key}" for key in SAMPLED}
    assert not {k for k in unknown if k.endswith("steps")}, "a schedule that this test does not know"
    cond = io["in.cond"]
    empty = network.remember(torch.zeros_like(cond[:1, :1]))
    for key in drawn:
        several = "multidiffusion" in key
        conditions = [network.remember(c[None]) for c in (cond if several else cond[:1])]
        if "in.x" in io:
            start, flow = io["in.x"][:1], StructureFlow(network)
        else:
            first = io["in.coords"][:, 0] == 0
            start, flow = io["in.feats"][first], LatentFlow(network, io["in.coords"][first])
        for together in (True, False):
            schedule = SAMPLED[key]
            guided = Guided(
                flow,
                conditions,
                empty,
                schedule.cfg_strength,
                "multidiffusion" if several else "stochastic",
                together,
            )
            result = draw(start, schedule, guided, lambda done: None)
            assert _apart(result, io[f"out.{key}"]) <= SAMPLER, (key, together)
    if "out.sample_interval_x0_step0" in io:
        schedule = SAMPLED["sample_interval_5steps"]
        guided = Guided(StructureFlow(network), [network.remember(cond[:1])], empty, schedule.cfg_strength)
        velocity = guided(io["in.x"][:1], 1.0, True)
        # What the data would be if the rest of the way were straight: at time 1 only sigma_min keeps it from x - v.
        data = (1 - SIGMA_MIN) * io["in.x"][:1] - (SIGMA_MIN + (1 - SIGMA_MIN)) * velocity
        assert _apart(data, io["out.sample_interval_x0_step0"]) <= SAMPLER


KINDS = {
    "ss_flow": "SparseStructureFlowModel",
    "ss_dec": "SparseStructureDecoder",
    "ss_enc": "SparseStructureEncoder",
    "slat_flow": "SLatFlowModel",
    "slat_enc": "SLatEncoder",
    "slat_dec_gs": "SLatGaussianDecoder",
    "slat_dec_rf": "SLatRadianceFieldDecoder",
    "slat_dec_mesh": "SLatMeshDecoder",
}
"""Classes by the first letters of the released files."""
STORED = {torch.float16: "F16", torch.float32: "F32"}


@pytest.mark.golden("full_size_key_lists.json", only=lambda path: "trellis" in path.parts)
def test_full_size_keys(case: Path) -> None:
    """Names, shapes and types of all tensors of the released files, on the meta device."""
    listed = json.loads(case.read_text())
    for stem, entry in listed.items():
        kind = next(KINDS[k] for k in sorted(KINDS, key=len, reverse=True) if stem.startswith(k))
        with torch.device("meta"):
            network = NETWORKS[kind](**entry["args"])
        ours = {k: [STORED[v.dtype], list(v.shape)] for k, v in network.state_dict().items()}
        assert ours == entry["tensors"], stem
