"""Tiny releases of Hunyuan3D-Paint in the layout of the real ones: random weights, which paint noise of the right shape.

The engines at the end are the product's own, made to read them. The server reads this file too: torch is imported where
it is used.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from pocket3d_server.geometry.asset import Asset, Material, Part
from pocket3d_server.geometry.gltf_write import write_glb
from pocket3d_server.models.engine import WithoutGpu
from pocket3d_server.models.hunyuan_paint.engine import HunyuanPaint20, HunyuanPaint21
from pocket3d_server.models.weights import WeightFile

PAINT, PAINT_PBR = "tests/tiny-paint", "tests/tiny-paint-pbr"
DINO, UPSCALER = "tests/tiny-giant", "tests/tiny-upscaler"
REVISION = "0123abcdef012345"
DINO_CHANNELS = 64
CHANNELS = 16
"""Of every text and condition."""
UNET: dict[str, Any] = {
    "_class_name": "UNet2DConditionModel",
    "act_fn": "silu",
    "attention_head_dim": [1, 1, 2, 2],
    "block_out_channels": [16, 16, 32, 32],
    "cross_attention_dim": CHANNELS,
    "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
    "in_channels": 4,
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "num_class_embeds": None,
    "out_channels": 4,
    "sample_size": 8,
    "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
    "use_linear_projection": True,
}
DELIGHT = UNET | {
    "in_channels": 8,
    # No attention among the most tokens: half of a minute less of tests.
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
}
VAE: dict[str, Any] = {
    "_class_name": "AutoencoderKL",
    "act_fn": "silu",
    "block_out_channels": [8, 8, 8, 8],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "in_channels": 3,
    "latent_channels": 4,
    "layers_per_block": 1,
    "norm_num_groups": 4,
    "out_channels": 3,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
}
SCHEDULER: dict[str, Any] = {
    "_class_name": "DDIMScheduler",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "num_train_timesteps": 1000,
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "set_alpha_to_one": True,
    "steps_offset": 1,
    "timestep_spacing": "trailing",
    "trained_betas": None,
}
"""As released; delight's has no rescaled betas and another spacing."""
TEXT = {"hidden_act": "gelu", "num_attention_heads": 2}


def write_paint(folder: Path) -> None:
    """Paint 2.0 and what takes out the light, as safetensors."""
    from pocket3d_server.models.hunyuan_paint.unet import PaintUNet

    paint, delight = folder / "hunyuan3d-paint-v2-0", folder / "hunyuan3d-delight-v2-0"
    _write(paint / "unet", PaintUNet(UNET, 5), UNET)
    _write_vae(paint / "vae")
    _describe(paint / "scheduler", SCHEDULER, "scheduler_config.json")
    _write_unet(delight / "unet", DELIGHT)
    _write_vae(delight / "vae")
    plain = {"rescale_betas_zero_snr": False, "timestep_spacing": "leading", "set_alpha_to_one": False}
    _describe(delight / "scheduler", SCHEDULER | plain, "scheduler_config.json")
    _write_words(delight)


def write_paint_pbr(folder: Path) -> None:
    """Paint 2.1, as pickles of tensors."""
    from pocket3d_server.models.hunyuan_paint.unet_pbr import PaintPbrUNet

    paint = folder / "hunyuan3d-paintpbr-v2-1"
    _write(paint / "unet", PaintPbrUNet(UNET, 5, DINO_CHANNELS), UNET, "bin")
    _write_vae(paint / "vae", "bin")
    _describe(paint / "scheduler", SCHEDULER, "scheduler_config.json")


def write_dino(folder: Path) -> None:
    """A DINOv2 without registers."""
    from pocket3d_server.models.neural.dinov2 import DinoV2

    _save(DinoV2(DINO_CHANNELS, 1, 1, 0, 37, gated=True), folder / "model.safetensors")


def write_upscaler(folder: Path) -> None:
    """A Real-ESRGAN."""
    from pocket3d_server.models.hunyuan_paint.super_resolution import Upscaler

    _save(Upscaler(4, 1, 2), folder / "RealESRGAN_x4plus.pth", within="params_ema")


def write_all(folder: Path) -> dict[str, bytes]:
    """Both models with all that they use, each repository in a folder of its name.

    Returns the files by their addresses on a hub.
    """
    write_paint(folder / PAINT)
    write_paint_pbr(folder / PAINT_PBR)
    write_dino(folder / DINO)
    write_upscaler(folder / UPSCALER)
    return {
        f"/{repository}/resolve/{REVISION}/{file.relative_to(folder / repository).as_posix()}": file.read_bytes()
        for repository in (PAINT, PAINT_PBR, DINO, UPSCALER)
        for file in (folder / repository).rglob("*")
        if file.is_file()
    }


def picture() -> Image.Image:
    """A red thing with a blue spot before nothing."""
    image = Image.new("RGBA", (96, 96))
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 10, 76, 86), fill=(200, 60, 30, 255))
    draw.ellipse((36, 30, 60, 54), fill=(30, 60, 200, 255))
    return image


def write_mesh(path: Path) -> Path:
    """Two parts without a texture, a ball on a foot."""
    from pocket3d_server.geometry.shapes import box, sphere

    material = Material.from_srgb("plain", (0.8, 0.8, 0.8))
    foot, ball = box(1, 0.4, 1), sphere(0.4, 16).move(0, 0.6, 0)
    parts = [Part("foot", [foot.primitive(material)]), Part("ball", [ball.primitive(material)])]
    write_glb(Asset(parts), path)
    return path


def _write_unet(folder: Path, config: dict[str, Any]) -> None:
    from diffusers import UNet2DConditionModel

    _write(folder, UNet2DConditionModel.from_config(config), config)


def _write_vae(folder: Path, ending: str = "safetensors") -> None:
    from diffusers import AutoencoderKL

    _write(folder, AutoencoderKL.from_config(VAE), VAE, ending)


def _write_words(folder: Path) -> None:
    """A text encoder with a vocabulary that knows single letters only."""
    from pocket3d_server.models.neural.clip_text import ClipText
    from pocket3d_server.models.neural.clip_tokenizer import _signs

    pieces = [*_signs(), *(sign + "</w>" for sign in _signs()), "<|startoftext|>", "<|endoftext|>"]
    _describe(folder / "tokenizer", {piece: k for k, piece in enumerate(pieces)}, "vocab.json")
    (folder / "tokenizer/merges.txt").write_text("#version: 0.2\n", "utf-8")
    filling = {"pad_token": {"content": "!", "single_word": False}}
    _describe(folder / "tokenizer", filling, "special_tokens_map.json")
    network = ClipText(len(pieces), 77, 1, CHANNELS, 32, TEXT["num_attention_heads"], "gelu")
    _describe(folder / "text_encoder", TEXT)
    _save(network, folder / "text_encoder/model.safetensors", "text_model.")


def _write(folder: Path, network: Any, config: dict[str, Any], ending: str = "safetensors") -> None:
    _describe(folder, config)
    _save(network, folder / f"diffusion_pytorch_model.{ending}")


def _describe(folder: Path, config: dict[str, Any], name: str = "config.json") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(config), "utf-8")


def _save(network: Any, path: Path, prefix: str = "", within: str | None = None) -> None:
    """Matrices random and of a size that keeps what they multiply; the rest as it is made."""
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(3)
    with torch.no_grad():
        for value in network.state_dict().values():
            if value.ndim > 1:
                value.copy_(torch.randn(value.shape) * 0.7 / value[0].numel() ** 0.5)
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = network.float() if DINO in str(path) else network.half()  # as the real ones are
    tensors = {prefix + key: value.contiguous() for key, value in stored.state_dict().items()}
    if path.suffix == ".safetensors":
        save_file(tensors, path)
    else:
        torch.save({within: tensors} if within else tensors, path)


def _of_release(files: tuple[WeightFile, ...]) -> tuple[WeightFile, ...]:
    """The files of a released model, but those of the tiny one."""
    places = {
        HunyuanPaint20.repository: PAINT,
        HunyuanPaint21.repository: PAINT_PBR,
        HunyuanPaint21.dino: DINO,
    }
    return tuple(
        WeightFile(places.get(file.repository, UPSCALER), REVISION, file.path, 10_000, "", stated=True)
        for file in files
    )


LITTLE = WithoutGpu(1500, 600)


class TinyPaint(HunyuanPaint20):
    """``hunyuan3d_paint`` on the tiny release."""

    repository = PAINT
    spec = replace(
        HunyuanPaint20.spec,
        model_id="test_hunyuan_paint",
        weights=_of_release(HunyuanPaint20.spec.weights),
        without_gpu=LITTLE,
    )

    def load(self, device: str) -> None:
        super().load(device)
        _small_previews()


class TinyPaintPbr(HunyuanPaint21):
    """``hunyuan3d_paint_pbr`` on the tiny release."""

    repository, dino = PAINT_PBR, DINO
    spec = replace(
        HunyuanPaint21.spec,
        model_id="test_hunyuan_paint_pbr",
        weights=_of_release(HunyuanPaint21.spec.weights),
        without_gpu=LITTLE,
    )

    def load(self, device: str) -> None:
        super().load(device)
        _small_previews()


def _small_previews() -> None:
    from pocket3d_server.runners import deliver

    deliver.PREVIEW_SIZE = 96
