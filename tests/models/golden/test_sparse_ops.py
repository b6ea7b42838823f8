"""The sparse layers, one by one, against the published code's numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from pocket3d_server.models.neural.sparse_conv import by_rows
from pocket3d_server.models.trellis.layers import SelfAttention, position_embedding
from pocket3d_server.models.trellis.sparse import (
    SparseConv3d,
    SparseGroupNorm32,
    SparseTensor,
    neighbours,
    pool,
    subdivide,
    windowed_attention,
    windows,
)
from safetensors.torch import load_file
from torch import Tensor

TOLERANCE = 1e-5

golden = pytest.mark.golden("sparse_ops/io.safetensors")


def _opened(case: Path) -> tuple[dict[str, Tensor], SparseTensor]:
    io = load_file(case.with_suffix(".safetensors"))
    return io, SparseTensor(io["feats"], io["coords"])


def _near(ours: Tensor, theirs: Tensor) -> None:
    torch.testing.assert_close(ours, theirs, rtol=0, atol=TOLERANCE)


@golden
@torch.no_grad()
def test_convolutions(case: Path) -> None:
    io, x = _opened(case)
    for name in (key.removesuffix(".weight") for key in io if key[0] == "k" and key.endswith(".weight")):
        weight, bias, out = (io[f"{name}.{part}"] for part in ("weight", "bias", "out"))
        conv = SparseConv3d(weight.shape[4], weight.shape[0], weight.shape[1])
        conv.load_state_dict({"conv.weight": weight, "conv.bias": bias})
        _near(conv(x).feats, out)
        if weight.shape[1] == 3:
            _near(by_rows(x.feats, neighbours(x), weight, bias), out)


@golden
@torch.no_grad()
def test_resolutions(case: Path) -> None:
    io, x = _opened(case)
    coarse, parent = pool(x)
    assert torch.equal(coarse.coords, io["down.coords"])
    _near(coarse.feats, io["down.feats"])
    _near(coarse.feats[parent], io["up.feats"])
    fine = subdivide(x)
    assert torch.equal(fine.coords, io["subdivide.coords"])
    _near(fine.feats, io["subdivide.feats"])


@golden
@torch.no_grad()
def test_norms_and_positions(case: Path) -> None:
    io, x = _opened(case)
    norm = SparseGroupNorm32(4, x.feats.shape[1])
    norm.load_state_dict({"weight": io["gn.weight"], "bias": io["gn.bias"]})
    _near(norm(x).feats, io["gn.out"])
    for key in (key for key in io if key.startswith("ape")):
        _near(position_embedding(x.coords[:16, 1:], int(key.removeprefix("ape"))), io[key])


@golden
@torch.no_grad()
def test_windows(case: Path) -> None:
    """The same voxels together; their order within a window is a convention."""
    io, x = _opened(case)
    for shift in (0, 2):
        theirs = io[f"win4_shift{shift}.fwd"].split(io[f"win4_shift{shift}.seq_lens"].tolist())
        count = len(x.coords)
        ours = {
            frozenset(row[row < count].tolist()) for bucket in windows(x, 4, shift) for row in bucket.places
        }
        assert ours == {frozenset(window.tolist()) for window in theirs}
    attention = SelfAttention(12, 3, qk_rms_norm=True)
    attention.load_state_dict(
        {
            k.removeprefix("winattn."): v
            for k, v in io.items()
            if k.startswith("winattn.") and k != "winattn.out"
        }
    )
    seen = windowed_attention(x, attention.heads_of(x.feats), 4, 2)
    _near(attention.to_out(seen.flatten(1)), io["winattn.out"])
