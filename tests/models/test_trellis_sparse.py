"""Sparse layers against what PyTorch computes on the whole grid, and the drawing of samples."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pocket3d_server.models.neural import sparse_conv
from pocket3d_server.models.trellis.guidance import Guided, SeveralImages
from pocket3d_server.models.trellis.layers import CrossAttention
from pocket3d_server.models.trellis.sampler import Schedule, draw
from pocket3d_server.models.trellis.sparse import SparseConv3d, SparseTensor, neighbours
from torch import Tensor, nn


def _random(seed: int, side: int, share: float, channels: int, samples: int) -> tuple[SparseTensor, Tensor]:
    """Voxels on some cells of grids, and the same as dense volumes (B, C, X, Y, Z)."""
    noise = torch.Generator().manual_seed(seed)
    there = torch.rand(samples, side, side, side, generator=noise) < share
    there[:, 0, 0, 0] = True
    coords = there.nonzero().int()
    feats = torch.randn(len(coords), channels, generator=noise)
    dense = torch.zeros(samples, side, side, side, channels)
    dense[there] = feats
    return SparseTensor(feats, coords), dense.movedim(-1, 1)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    side=st.integers(1, 7),
    share=st.floats(0, 1),
    samples=st.integers(1, 3),
    rows=st.booleans(),
)
@torch.no_grad()
def test_convolution_is_that_of_the_whole_grid(
    seed: int, side: int, share: float, samples: int, rows: bool
) -> None:
    x, dense = _random(seed, side, share, 5, samples)
    conv = SparseConv3d(5, 4)
    for parameter in conv.parameters():
        nn.init.normal_(parameter)
    weight = conv.conv.weight.permute(0, 4, 1, 2, 3)
    truth = nn.functional.conv3d(dense, weight, conv.conv.bias, padding=1).movedim(1, -1)
    b, i, j, k = x.coords.long().unbind(1)
    found = neighbours(x)
    if rows:
        ours = sparse_conv.by_rows(x.feats, found, conv.conv.weight, conv.conv.bias)
    else:
        ours = sparse_conv.by_taps(x.feats, sparse_conv.taps_of(found), conv.conv.weight, conv.conv.bias)
    torch.testing.assert_close(ours, truth[b, i, j, k], rtol=1e-4, atol=1e-4)


def test_neighbours_are_gathered_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    x, _ = _random(1, 6, 0.5, 5, 2)
    conv = SparseConv3d(5, 4)
    nn.init.normal_(conv.conv.weight)
    given = x.feats, neighbours(x), conv.conv.weight, conv.conv.bias
    whole = sparse_conv.by_rows(*given)
    monkeypatch.setattr(sparse_conv, "GATHERED", 27 * 5 * 4 * 10)
    torch.testing.assert_close(sparse_conv.by_rows(*given), whole)


@torch.no_grad()
def test_an_empty_condition_may_be_given_as_one_token() -> None:
    """Pictures' empty condition is many equal tokens of zeros."""
    attention = CrossAttention(16, 12, 4, qk_rms_norm=True)
    x = torch.randn(1, 9, 16)
    many, one = (attention(x, [attention.remember(torch.zeros(1, length, 12))]) for length in (7, 1))
    torch.testing.assert_close(many, one)


def test_a_straight_flow_is_followed_exactly_in_any_number_of_steps() -> None:
    start, end = torch.randn(3), torch.randn(3)
    for steps in (1, 4):
        done: list[int] = []
        found = draw(start, Schedule(steps, rescale_t=3.0), lambda x, t, g: start - end, done.append)
        torch.testing.assert_close(found, end)
        assert done == list(range(1, steps + 1))


def test_guidance_at_both_ends_of_its_interval() -> None:
    """With 12 steps and a rescaling of 3 a step falls on 0.5 exactly, which counts."""
    schedule = Schedule(12, 5.0, (0.5, 1.0), 3.0)
    assert 0.5 in schedule.times()
    assert schedule.evaluations() == 22
    assert Schedule(25, 5.0, (0.5, 1.0), 3.0).evaluations() == 44
    assert Schedule(25, 7.5, (0.5, 0.95), 3.0).evaluations() == 40


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one by one"])
@pytest.mark.parametrize(
    ("several", "found", "size"), [("stochastic", [-17, -14, -11, -17], 2), ("multidiffusion", [-14] * 4, 4)]
)
def test_several_pictures_guide_in_turn_or_together(
    several: SeveralImages, found: list[int], size: int, together: bool
) -> None:
    """Pictures that say 1, 2 and 3, and nothing that says 10, asked for in one batch where that is wanted."""
    batches: list[int] = []

    class Flow:
        def velocities(self, x: Tensor, time: float, conditions: Any) -> Tensor:
            batches.append(len(conditions))
            return torch.stack([torch.full_like(x, said) for said in conditions])

    flow: Any = Flow()
    says: Any = [1, 2, 3]
    empty: Any = 10
    guided = Guided(flow, says, empty, strength=2, several=several, together=together)
    assert [guided(torch.zeros(1), 0.5, guided=True).item() for _ in found] == found
    assert batches == ([size] * 4 if together else [1] * size * 4)
    batches.clear()
    guided(torch.zeros(1), 0.5, guided=False)
    assert sum(batches) == size - 1
