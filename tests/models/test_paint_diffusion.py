"""The borrowed parts of Paint: autoencoder and schedulers of a released folder, and the picture that leads it."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pocket3d_server.models.engine import EngineError

torch = pytest.importorskip("torch", reason="the models extra is not installed")

import paint_release  # noqa: E402
from pocket3d_server.models.hunyuan_paint import delight  # noqa: E402
from pocket3d_server.models.hunyuan_paint.diffusion import (  # noqa: E402
    Autoencoder,
    draw,
    euler_ancestral,
    unipc,
)
from pocket3d_server.models.hunyuan_paint.reference import BORDER, SIDE, on_white, prepare  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of diffusers

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny release of Paint 2.0."""
    folder = tmp_path_factory.mktemp("release")
    paint_release.write_paint(folder)
    return folder


def test_latents_are_what_the_encoder_says_and_a_seed_draws(release: Path) -> None:
    vae = Autoencoder(release / "hunyuan3d-paint-v2-0/vae", CPU)
    pictures = torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        said = vae.network.encode(pictures * 2 - 1).latent_dist
        noise = torch.randn(said.mean.shape, generator=torch.Generator().manual_seed(5))
        latents = vae.encode(pictures, torch.Generator().manual_seed(5))
        torch.testing.assert_close(latents, (said.mean + said.std * noise) * 0.18215, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(vae.likeliest(pictures), said.mean, rtol=1e-4, atol=1e-5)
        shown = vae.decode(latents)
        whole = vae.network.decode(latents / 0.18215).sample / 2 + 0.5
    torch.testing.assert_close(shown, whole.clamp(0, 1), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("vae/config.json", "[1]", "no object"),
        ("vae/config.json", None, "not there"),
        ("vae/config.json", '{"block_out_channels": [3]}', "makes no AutoencoderKL"),
        ("vae/diffusion_pytorch_model.safetensors", "x", "damaged"),
        ("scheduler/scheduler_config.json", '{"beta_schedule": "steep"}', "no scheduler"),
    ],
)
def test_what_is_no_release_is_said(
    release: Path, tmp_path: Path, file: str, content: str | None, says: str
) -> None:
    import shutil

    folder = tmp_path / "release"
    shutil.copytree(release / "hunyuan3d-paint-v2-0", folder)
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_text(content)
    with pytest.raises(EngineError, match=says) as raised:
        Autoencoder(folder / "vae", CPU) if file.startswith("vae") else unipc(folder / "scheduler")
    assert raised.value.code == "MODEL_UNAVAILABLE"


@pytest.mark.parametrize("kind", [euler_ancestral, unipc])
def test_a_network_that_knows_the_answer_is_believed(release: Path, kind: Any) -> None:
    """The released settings: velocity is predicted, from noise alone at the first step."""
    meant = torch.linspace(-1, 1, 512).view(1, 2, 4, 8, 8)
    scheduler = kind(release / "hunyuan3d-paint-v2-0/scheduler", timestep_spacing="trailing")
    levels = scheduler.alphas_cumprod

    def velocity(latents: Any, time: Any) -> Any:
        signal, noise = levels[int(time)] ** 0.5, (1 - levels[int(time)]) ** 0.5
        return signal * (latents - signal * meant) / noise.clamp(min=1e-6) - noise * meant

    told: list[float] = []
    start = torch.randn(meant.shape, generator=torch.Generator().manual_seed(1))
    noise = torch.Generator().manual_seed(2)
    drawn = draw(scheduler, 15, start, velocity, noise, told.append)
    assert told == pytest.approx([k / 15 for k in range(15)])
    torch.testing.assert_close(drawn, meant, atol=0.02, rtol=0)


def test_the_object_is_centred_with_room_around_it() -> None:
    picture = np.zeros((200, 300, 4), np.float32)
    picture[20:120, 200:240] = (1, 0.5, 0.25, 1)
    found = prepare(picture)
    alpha = found.pixels[..., 3]
    rows, columns = np.nonzero(alpha > 127)
    tall = SIDE / (1 + 2 * BORDER)
    assert np.ptp(rows) + 1 == pytest.approx(tall, abs=2)
    assert np.ptp(columns) + 1 == pytest.approx(0.4 * tall, abs=2)
    assert (rows.min() + rows.max()) / 2 == pytest.approx(SIDE / 2, abs=2)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(SIDE / 2, abs=2)
    assert found.confidence == 1
    white = on_white(found.pixels)
    assert (white[0, 0] == 255).all()
    assert white[SIDE // 2, SIDE // 2] == pytest.approx([255, 128, 64], abs=1)


def test_a_background_is_removed_where_there_is_no_alpha() -> None:
    image = Image.new("RGB", (128, 128), (200, 220, 240))
    ImageDraw.Draw(image).ellipse((30, 40, 90, 100), fill=(160, 30, 20))
    rgba = np.dstack([np.asarray(image, np.float32) / 255, np.ones((128, 128), np.float32)])
    found = prepare(rgba)
    assert found.pixels[2, 2, 3] == 0
    assert found.pixels[SIDE // 2, SIDE // 2, 3] == 255
    with pytest.raises(EngineError):
        prepare(np.ones((64, 64, 4), np.float32))


def test_colours_are_matched_only_where_that_helps() -> None:
    random = np.random.default_rng(0)
    meant = random.random((16, 16, 3))
    where = np.ones((16, 16), bool)
    faded = meant * 0.4 + 0.3
    better = delight.recoloured(faded, meant, where)
    assert np.square(better - meant).mean() < 0.1 * np.square(faded - meant).mean()
    assert delight.recoloured(meant, meant, where) is meant
    nothing = np.zeros((16, 16), bool)
    assert delight.recoloured(faded, meant, nothing) is faded


def test_light_is_taken_out_without_the_network(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same picture gives the same one, on white, and every step is told; nothing is asked of the internet."""

    def refuse(*about: object) -> None:
        raise AssertionError("diffusers reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[16:48, 16:48] = (200, 60, 30, 255)
    told: list[float] = []
    folder = release / "hunyuan3d-delight-v2-0"
    (first, second), (again,) = (
        delight.delighted([pixels] * count, folder, CPU, 3, told.append) for count in (2, 1)
    )
    assert np.array_equal(first, second)
    assert np.array_equal(first, again)
    assert first.shape == (64, 64, 3)
    assert (first[:16] == 255).all()
    assert (first[20:44, 20:44] != 255).any()
    assert told[:6] == pytest.approx([0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6])


def test_the_empty_prompt_is_filled_up_as_the_release_says(release: Path, tmp_path: Path) -> None:
    """OpenCLIP fills with "!", and GELU is exact there; either makes other tokens."""
    import shutil

    folder = tmp_path / "delight"
    shutil.copytree(release / "hunyuan3d-delight-v2-0", folder)
    said = [delight.empty_prompt(folder)]
    config = folder / "text_encoder/config.json"
    described = json.loads(config.read_text())
    assert described["hidden_act"] == "gelu"
    config.write_text(json.dumps(described | {"hidden_act": "quick_gelu"}))
    said.append(delight.empty_prompt(folder))
    config.write_text(json.dumps(described | {"hidden_act": "steep"}))
    with pytest.raises(EngineError, match="'steep' is unknown"):
        delight.empty_prompt(folder)
    config.write_text(json.dumps(described))
    (folder / "tokenizer/special_tokens_map.json").unlink()
    said.append(delight.empty_prompt(folder))
    assert said[0].shape == (1, 77, 16)
    assert torch.equal(said[0][:, :2], said[2][:, :2])
    assert not torch.allclose(said[0], said[1])
    assert not torch.allclose(said[0][:, 2:], said[2][:, 2:])


def test_full_sizes_are_those_of_the_released_files() -> None:
    """To the header of the file, which names some hundred tensors."""
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from pocket3d_server.models.hunyuan_paint.files import PAINT_FILES, PAINT_PBR_FILES
    from pocket3d_server.models.neural.clip_text import ClipText

    with torch.device("meta"):
        vae = AutoencoderKL.from_config(
            paint_release.VAE
            | {"block_out_channels": [128, 256, 512, 512], "layers_per_block": 2, "norm_num_groups": 32}
        )
        delighting = UNet2DConditionModel.from_config(
            paint_release.UNET
            | {
                "in_channels": 8,
                "attention_head_dim": [5, 10, 20, 20],
                "block_out_channels": [320, 640, 1280, 1280],
                "cross_attention_dim": 1024,
                "layers_per_block": 2,
                "norm_num_groups": 32,
            }
        )
        words = ClipText(49408, 77, 23, 1024, 4096, 16, "gelu")
    sizes = {file.path: file.size for file in PAINT_FILES + PAINT_PBR_FILES}
    for network, keys, width, path in (
        (vae, 248, 2, "hunyuan3d-paint-v2-0/vae/diffusion_pytorch_model.safetensors"),
        (vae, 248, 2, "hunyuan3d-delight-v2-0/vae/diffusion_pytorch_model.safetensors"),
        (vae, 248, 4, "hunyuan3d-paintpbr-v2-1/vae/diffusion_pytorch_model.bin"),
        (delighting, 686, 4, "hunyuan3d-delight-v2-0/unet/diffusion_pytorch_model.safetensors"),
        (words, 372, 2, "hunyuan3d-delight-v2-0/text_encoder/model.safetensors"),
    ):
        held = network.state_dict()
        assert len(held) == keys
        header = sizes[path] - width * sum(value.numel() for value in held.values())
        assert 60 * keys < header < 400 * keys, path
