"""UniRig's skinning network: what holds for any weights, and what it takes at its full size."""

from __future__ import annotations

import json

import pytest

torch = pytest.importorskip("torch", reason="the models extra is not installed")

from pocket3d_server.models.unirig import ptv3, skin_net  # noqa: E402
from pocket3d_server.models.unirig.point_conv import Places, PointConv  # noqa: E402
from pocket3d_server.models.unirig.ptv3 import PointSizes, PointTransformerV3Object, cloud_of  # noqa: E402
from pocket3d_server.models.unirig.serialization import ORDERS, codes  # noqa: E402
from pocket3d_server.models.unirig.skin_net import SkinNet, SkinSizes, masked  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from unirig_cases import UnevenPlaces  # noqa: E402

RELEASED_KEYS, RELEASED_BYTES = 1156, 1_458_123_556
"""Of the released file: a header of 8 bytes and JSON, then the tensors."""
TINY = SkinSizes(
    channels=16,
    heads=2,
    bone_embed=8,
    mlp=8,
    bone_blocks=1,
    point_blocks=2,
    grid=0.05,
    points=PointSizes(9, (1, 2), (8, 16), (2, 4), (32, 32)),
    encoder={"width": 16, "heads": 2, "layers": 1, "tokens": 8},
)


def _seeded(network: nn.Module) -> nn.Module:
    """With random weights, the same each time."""
    drawn = torch.Generator().manual_seed(0)
    for parameter in network.parameters():
        nn.init.normal_(parameter, 0.0, 0.3, generator=drawn)
    return network.eval().requires_grad_(False)


def _surface(count: int) -> tuple[Tensor, Tensor]:
    """Points on a ball, and their normals."""
    normals = nn.functional.normalize(
        torch.randn(count, 3, generator=torch.Generator().manual_seed(1)), dim=1
    )
    return 0.9 * normals, normals


@pytest.mark.parametrize("order", ORDERS)
def test_a_curve_passes_every_cell_once(order: str) -> None:
    """Hilbert's goes from each cell to one beside it."""
    cells = torch.cartesian_prod(*[torch.arange(8)] * 3)
    code = codes(cells, order, 3)
    assert torch.equal(code.sort().values, torch.arange(512))
    if order.startswith("hilbert"):
        assert (cells[code.argsort()].diff(dim=0).abs().sum(1) == 1).all()


def test_an_unknown_curve_is_refused() -> None:
    with pytest.raises(ValueError, match="z-trans"):
        codes(torch.zeros(1, 3, dtype=torch.int64), "peano", 3)


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("places", [Places, UnevenPlaces])
@torch.no_grad()
def test_convolution_is_that_of_the_whole_grid(kernel: int, places: type[Places]) -> None:
    """Where no two points share a cell, by either rule."""
    there = torch.rand(6, 7, 8, generator=torch.Generator().manual_seed(2)) < 0.3
    cells = there.nonzero()[torch.randperm(int(there.sum()), generator=torch.Generator().manual_seed(3))]
    feats = torch.randn(len(cells), 5)
    dense = torch.zeros(5, *there.shape)
    dense[:, *cells.unbind(1)] = feats.t()
    conv = _seeded(PointConv(5, 4, kernel))
    truth = nn.functional.conv3d(
        dense[None], conv.weight.permute(0, 4, 1, 2, 3), conv.bias, padding=kernel // 2
    )[0][:, *cells.unbind(1)].t()
    torch.testing.assert_close(conv(feats, places(cells)), truth, rtol=0, atol=1e-5)


@torch.no_grad()
def test_points_that_share_a_cell_hear_the_same() -> None:
    """And only the first of them is heard by those around; a point always hears itself."""
    cells = torch.tensor([[0, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 2]])
    feats = torch.tensor([[1.0], [10.0], [100.0], [1000.0]])
    conv = PointConv(1, 1, 3, bias=False)
    conv.weight.fill_(1)
    assert conv(feats, Places(cells)).flatten().tolist() == [11, 1011, 1101, 1010]
    assert conv(feats, UnevenPlaces(cells)).flatten().tolist() == [11, 1011, 1100, 1110]


@torch.no_grad()
def test_the_seed_draws_the_curves() -> None:
    points, _ = _surface(200)
    drawn = [torch.stack(cloud_of(points, 0.05, seed=seed).orders) for seed in (0, 0, 1)]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    plain = torch.stack(cloud_of(points, 0.05, shuffled=False).orders)
    assert torch.equal(drawn[0].sort(0).values, plain.sort(0).values)


@torch.no_grad()
def test_features_do_not_depend_on_the_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    points, normals = _surface(300)
    network = _seeded(PointTransformerV3Object(TINY.points))
    cloud = cloud_of(points, TINY.grid)
    feats = torch.cat([points, normals, torch.zeros_like(points)], dim=1)
    told: list[float] = []
    whole = network(cloud, feats, told.append)
    assert told == pytest.approx([1 / 3, 2 / 3, 1])
    monkeypatch.setattr(ptv3, "SCORES", 1)
    torch.testing.assert_close(network(cloud, feats), whole)
    few = cloud_of(points[:5], TINY.grid)
    assert network(few, feats[:5]).shape == (5, 16)


@torch.no_grad()
def test_weights_do_not_depend_on_the_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows sum to one; what is done is told, up to the end."""
    points, normals = _surface(300)
    joints = torch.tensor([[0.0, 0, -0.5], [0, 0, 0], [0, 0, 0.5]])
    near = torch.rand(300, 3, generator=torch.Generator().manual_seed(4))
    network = _seeded(SkinNet(TINY))
    whole = network(points, normals, joints, [None, 0, 1], near)
    monkeypatch.setattr(skin_net, "CHUNK", 7)
    told: list[float] = []
    portions = network(points, normals, joints, [None, 0, 1], near, progress=told.append)
    torch.testing.assert_close(portions, whole)
    torch.testing.assert_close(whole.sum(1), torch.ones(300))
    assert told == sorted(told)
    assert told[-1] == 1


def test_the_mask_looks_at_a_joint_and_its_children() -> None:
    weights = torch.full((2, 3), 1 / 3)
    near = torch.tensor([[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    kept = masked(weights, near, [-1, 0, 1], 3.0)
    assert kept[0].tolist() == [0.0, 0.5, 0.5]
    assert torch.equal(kept[1], weights[1])  # nothing is near: left as it was


def test_full_size_is_as_released() -> None:
    """Number of tensors, and every byte of the file, header included."""
    with torch.device("meta"):
        state = SkinNet().state_dict()
    assert len(state) == RELEASED_KEYS
    header, size = {}, 0
    kinds = {torch.float32: "F32", torch.int64: "I64"}
    # Larger types come first in such files, then names by the alphabet.
    for key, tensor in sorted(state.items(), key=lambda item: (-item[1].element_size(), item[0])):
        span = [size, size + tensor.nbytes]
        header[f"model.{key}"] = {
            "dtype": kinds[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": span,
        }
        size = span[1]
    written = len(json.dumps(header, separators=(",", ":")))
    assert 8 + -(-written // 8) * 8 + size == RELEASED_BYTES
