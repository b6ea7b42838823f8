"""Hunyuan3D-Paint's networks: their released sizes, the memory they take, and what the golden vectors do not reach."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the models extra is not installed")
pytest.importorskip("diffusers", reason="the models extra is not installed")

from pocket3d_server.models.engine import EngineError  # noqa: E402
from pocket3d_server.models.hunyuan_paint.attention import attend, attend_in_portions  # noqa: E402
from pocket3d_server.models.hunyuan_paint.rope import rotated, rotations, voxels  # noqa: E402
from pocket3d_server.models.hunyuan_paint.super_resolution import Upscaler, load_upscaler  # noqa: E402
from pocket3d_server.models.hunyuan_paint.unet import PaintUNet, open_paint  # noqa: E402
from pocket3d_server.models.hunyuan_paint.unet_pbr import PaintPbrUNet, open_paint_pbr  # noqa: E402
from pocket3d_server.models.neural.dinov2 import DinoV2, load_dinov2  # noqa: E402
from safetensors.torch import save_file  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from tools.bench_paint import UNET, networks  # noqa: E402
from tools.memory.counting import weight_bytes, with_overhead  # noqa: E402
from tools.memory.hunyuan_paint import operations, peak_bytes  # noqa: E402

TINY = {
    **UNET,
    "block_out_channels": [8, 8, 16, 16],
    "attention_head_dim": [1, 1, 2, 2],
    "norm_num_groups": 4,
}
TINY |= {"cross_attention_dim": 8, "layers_per_block": 1}


def file_bytes(network: nn.Module) -> int:
    """Of the safetensors file that holds it in half precision."""
    header, at = {}, 0
    for key, value in sorted(network.state_dict().items()):
        end = at + 2 * value.numel()
        header[key] = {"dtype": "F16", "shape": list(value.shape), "data_offsets": [at, end]}
        at = end
    described = len(json.dumps(header, separators=(",", ":")))
    return 8 + -(-described // 8) * 8 + at


def test_keys_of_full_size() -> None:
    """The released file of 2.0 is as long as ours would be, to the byte; of 2.1 the keys and weights are known."""
    with torch.device("meta"):
        paint, pbr = PaintUNet(UNET), PaintPbrUNet(UNET)
    assert len(paint.state_dict()) == 1535
    assert file_bytes(paint) == 3_662_636_472
    assert len(pbr.state_dict()) == 1747
    assert sum(weight.numel() for weight in pbr.parameters()) == 1_962_246_472


GB = 1 << 30
DRIVER = GB // 2
"""What a desktop and other programs take of a card."""


@pytest.fixture(scope="module")
def parts() -> dict[str, nn.Module]:
    """All networks at full size, as shapes."""
    return networks()


def test_paint_20_fits_8_gb_and_21_fits_12(parts: dict[str, nn.Module]) -> None:
    """Each network by itself, as they come and go; two branches at once, the largest views that can be asked for."""
    asked = {"paint 2.0": (6, 2, 8 * GB), "paint 2.1": (9, 2, 12 * GB)}
    for name, network in parts.items():
        views, branches, card = asked.get(name, (1, 1, 8 * GB))
        peak = peak_bytes(network, views, 96, branches)
        assert peak > weight_bytes(network), name
        assert with_overhead(peak) < card - DRIVER, (name, peak)


def test_one_branch_after_the_other_takes_less(parts: dict[str, nn.Module]) -> None:
    one, two = (peak_bytes(parts["paint 2.0"], branches=count) for count in (1, 2))
    assert one + 400e6 < two


def test_work_grows_with_views_and_not_with_their_square() -> None:
    """Attention among views does, all else does not."""
    with torch.device("meta"):
        unet = PaintUNet(TINY, 3).requires_grad_(False).unet
    few, many = (operations(unet, views=count, side=32) for count in (3, 6))
    assert 2 < many / few < 4


def test_attention_in_portions_is_attention() -> None:
    torch.manual_seed(0)
    q, k, v = (torch.randn(2, 3, length, 8) for length in (50, 70, 70))
    whole = attend(q, k, v)
    for scores in (1, 2 * 3 * 70 * 7, 10**9):
        in_portions = attend_in_portions(q, k, v, scores).transpose(1, 2).flatten(2)
        assert (in_portions - whole).abs().max() < 1e-6
    one = torch.randn(1, 3, 1, 8)
    assert torch.equal(attend(q, one, one), one.transpose(1, 2).flatten(2).expand(2, 50, -1))


def test_the_same_place_is_the_same_rotation() -> None:
    """What attention sees of two tokens depends on how far apart they are, not on where they are."""
    torch.manual_seed(0)
    q, k = torch.randn(2, 1, 1, 1, 64)
    here, there = torch.tensor([[3, 200, 9]]), torch.tensor([[40, 260, 1]])
    seen = []
    for moved in (0, 17):
        a, b = (rotated(part, rotations(cell + moved, 64)) for part, cell in ((q, here), (k, there)))
        seen.append(float((a * b).sum()))
        assert torch.allclose(rotated(q, rotations(here * 0, 64)), q)
    assert seen[0] == pytest.approx(seen[1], abs=1e-4)
    assert seen[0] != pytest.approx(float((q * k).sum()), abs=1e-2)


def test_tokens_that_show_nothing_have_no_place() -> None:
    maps = torch.ones(2, 3, 32, 32)
    maps[0, :, :8, :8] = 0.5
    maps[0, :, 8, 8:11] = 0.5  # three of 64 pixels: fewer than a sixteenth
    fine, coarse = voxels(maps, [4, 2], aliased=False)
    assert fine.tolist() == [[16, 16, 16]] + [[0, 0, 0]] * 31  # 0.5 of 31, to the nearest even
    assert coarse[0].tolist() == [8, 8, 8]
    aliased = voxels(maps, [4, 2])
    assert torch.equal(aliased[0], fine)
    assert aliased[1][0].tolist() == [2, 2, 2], "a quarter of it is half, the rest counts as nothing"
    with pytest.raises(ValueError, match="do not divide into 5 x 5"):
        voxels(maps, [5])


def random(network: nn.Module, scale: float = 1.0) -> nn.Module:
    """Weights that keep numbers finite."""
    torch.manual_seed(0)
    for weight in network.parameters():
        weight.data = torch.randn(weight.shape) * scale / max(1, weight[0].numel()) ** 0.5
    return network.eval().requires_grad_(False)


@pytest.mark.parametrize(("made", "opened"), [(PaintUNet, open_paint), (PaintPbrUNet, open_paint_pbr)])
def test_what_does_not_fit_is_refused_in_words(
    tmp_path: Path, made: type[PaintUNet | PaintPbrUNet], opened: object
) -> None:
    config, weights = tmp_path / "config.json", tmp_path / "diffusion_pytorch_model.safetensors"
    tensors = random(made(TINY, 3)).state_dict()
    config.write_text(json.dumps({**TINY, "_class_name": "UNet2DConditionModel"}), encoding="utf-8")
    torch.save(tensors, weights.with_suffix(".bin"))
    assert torch.equal(opened(tmp_path).unet.conv_in.weight, tensors["unet.conv_in.weight"])
    lacking = {key: value for key, value in tensors.items() if "attn_refview.to_q" not in key}
    other = {key: value for key, value in tensors.items() if "learned_text" not in key}
    for damaged, said in (
        (lacking, r"attn_refview.to_q.weight and \d+ more missing"),
        (other, "learned_text"),
    ):
        save_file(damaged, weights)
        with pytest.raises(EngineError, match=said):
            opened(tmp_path)
    save_file(tensors, weights)
    config.write_text(json.dumps({**TINY, "attention_head_dim": [1, 2]}), encoding="utf-8")
    with pytest.raises(EngineError, match=r"config\.json cannot be used"):
        opened(tmp_path)


def test_views_that_cannot_be_halved_are_refused() -> None:
    unet = PaintPbrUNet(TINY, 3).unet
    with pytest.raises(ValueError, match="12 latents along a side cannot be halved 3 times"):
        unet.places(torch.ones(1, 3, 96, 96), 12)


def enlarged_plainly(network: Upscaler, x: Tensor) -> Tensor:
    """Real-ESRGAN as its paper draws it."""

    def leaky(x: Tensor) -> Tensor:
        return nn.functional.leaky_relu(x, 0.2)

    def twice(x: Tensor) -> Tensor:
        return x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)

    first = y = network.conv_first(x)
    for block in network.body:
        z = y
        for dense in (block.rdb1, block.rdb2, block.rdb3):
            known = [z]
            for number in range(1, 5):
                known.append(leaky(getattr(dense, f"conv{number}")(torch.cat(known, dim=1))))
            z = z + 0.2 * dense.conv5(torch.cat(known, dim=1))
        y = y + 0.2 * z
    y = first + network.conv_body(y)
    y = leaky(network.conv_up2(twice(leaky(network.conv_up1(twice(y))))))
    return network.conv_last(leaky(network.conv_hr(y)))


@torch.no_grad()
def test_enlarged_in_tiles_is_enlarged_whole(tmp_path: Path) -> None:
    """No seam, whatever the tiles; the released layout is read; sizes are those of the release."""
    torch.save({"params_ema": random(Upscaler(8, 2, 4)).state_dict()}, tmp_path / "released.pth")
    network = load_upscaler(tmp_path / "released.pth")
    picture = torch.rand(1, 3, 21, 30)
    plainly = enlarged_plainly(network, picture)
    assert plainly.shape == (1, 3, 84, 120)
    for tile in (4, 7, 16, 64):
        assert (network(picture, tile) - plainly).abs().max() < 1e-5, tile
    both = network.enlarge(torch.cat([picture, 1 - picture]), tile=16)
    assert torch.equal(both[:1], network(picture, 16).clamp(0, 1))
    with torch.device("meta"):
        assert sum(weight.numel() for weight in Upscaler().parameters()) == 16_697_987
    torch.save({"params_ema": {"conv_first.weight": torch.zeros(8, 3, 3, 3)}}, tmp_path / "other.pth")
    with pytest.raises(EngineError, match="no network of Real-ESRGAN"):
        load_upscaler(tmp_path / "other.pth")


def test_enlarging_takes_little_beyond_the_picture() -> None:
    """Without tiles the layers at full size alone would take over a gigabyte."""
    with torch.device("meta"):
        network = Upscaler().half().requires_grad_(False)
    assert peak_bytes(network, side=64) < 300e6


DINO = {
    "embeddings.cls_token": (1, 1, 24),
    "embeddings.mask_token": (1, 24),
    "embeddings.patch_embeddings.projection.bias": (24,),
    "embeddings.patch_embeddings.projection.weight": (24, 3, 14, 14),
    "embeddings.position_embeddings": (1, 17, 24),
    "layernorm.bias": (24,),
    "layernorm.weight": (24,),
}
DINO_LAYER = {
    **{f"attention.attention.{part}.bias": (24,) for part in ("key", "query", "value")},
    **{f"attention.attention.{part}.weight": (24, 24) for part in ("key", "query", "value")},
    "attention.output.dense.bias": (24,),
    "attention.output.dense.weight": (24, 24),
    "layer_scale1.lambda1": (24,),
    "layer_scale2.lambda1": (24,),
    "mlp.weights_in.bias": (128,),
    "mlp.weights_in.weight": (128, 24),
    "mlp.weights_out.bias": (24,),
    "mlp.weights_out.weight": (24, 64),
    **{f"norm{k}.{part}": (24,) for k in (1, 2) for part in ("bias", "weight")},
}
"""Hugging Face's names and shapes of a DINOv2 without registers, with gated feed-forwards, heads of 8 channels."""
SEEN = [
    [0.3863, 0.4910, -0.2437, 0.0629],
    [0.2725, 0.0133, -0.2727, 0.1429],
    [-0.2805, 0.5279, -0.1872, -0.3448],
    [0.0948, 0.0953, -0.2748, 0.2672],
]
"""What the published network makes of the test's picture and weights: every third token, every sixth channel."""


@torch.no_grad()
def test_dinov2_as_paint_21_needs_it(tmp_path: Path) -> None:
    """The largest size's kind, with a picture of other size than it was trained on."""
    shapes = DINO | {f"encoder.layer.{k}.{key}": shape for k in (0, 1) for key, shape in DINO_LAYER.items()}
    tensors = {}
    for number, key in enumerate(sorted(shapes)):
        values = torch.arange(torch.Size(shapes[key]).numel(), dtype=torch.float64) * 0.7 + number
        tensors[key] = (0.3 * values.sin()).float().view(shapes[key])
    save_file(tensors, tmp_path / "model.safetensors")
    network = load_dinov2(tmp_path / "model.safetensors", heads=3)
    picture = (torch.arange(3 * 42 * 42).sin() / 2 + 0.5).view(1, 3, 42, 42)
    features = network.features(picture)
    assert features.shape == (1, 10, 24)
    assert (features[0, ::3, ::6] - torch.tensor(SEEN)).abs().max() < 1e-4
    with torch.device("meta"):
        giant = DinoV2(1536, 40, 24, 0, 37, gated=True)
        assert giant.features(torch.empty(1, 3, 224, 224)).shape == (1, 257, 1536)
    unused = tensors["embeddings.mask_token"].numel() // 24 * 1536
    assert sum(weight.numel() for weight in giant.parameters()) + unused == 1_136_480_768
