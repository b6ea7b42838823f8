"""Tiny releases of TRELLIS in the layout of the real ones: random weights, which draw noise in the right shapes.

The engines at the end are the product's own, made to read them. The server reads this file too: torch is imported where
it is used.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from pocket3d_server.models.trellis.engine import (
    TrellisFromImages,
    TrellisFromText,
    TrellisImageLarge,
    TrellisTextXlarge,
)
from pocket3d_server.models.weights import WeightFile

IMAGE, TEXT, DINO, CLIP = "tests/tiny-image", "tests/tiny-text", "tests/tiny-dino", "tests/tiny-clip"
REVISION = "0123abcdef012345"
CHANNELS, HEADS = 48, 4
LATENT = 8
FLOW = {
    "in_channels": LATENT,
    "out_channels": LATENT,
    "model_channels": 48,
    "num_blocks": 2,
    "num_heads": 4,
    "mlp_ratio": 2,
    "pe_mode": "ape",
    "qk_rms_norm": True,
    "use_fp16": True,
}
WINDOWED = {
    "resolution": 16,
    "model_channels": 256,
    "latent_channels": LATENT,
    "num_blocks": 1,
    "num_heads": 4,
    "mlp_ratio": 1,
    "attn_mode": "swin",
    "window_size": 8,
    "use_fp16": True,
}
GAUSSIANS = {
    "lr": {"_xyz": 1.0, "_features_dc": 1.0, "_opacity": 1.0, "_scaling": 1.0, "_rotation": 0.1},
    "perturb_offset": True,
    "voxel_size": 1.5,
    "num_gaussians": 4,
    "2d_filter_kernel_size": 0.1,
    "3d_filter_kernel_size": 9e-4,
    "scaling_bias": 4e-3,
    "opacity_bias": 0.1,
    "scaling_activation": "softplus",
}
STRUCTURE_DECODER = {
    "out_channels": 1,
    "latent_channels": LATENT,
    "num_res_blocks": 1,
    "num_res_blocks_middle": 1,
    "channels": [16, 16, 8],
    "use_fp16": True,
}
SAMPLER = {
    "name": "FlowEulerGuidanceIntervalSampler",
    "args": {"sigma_min": 1e-5},
    "params": {"steps": 4, "cfg_strength": 5.0, "cfg_interval": [0.5, 1.0], "rescale_t": 3.0},
}


def write_release(folder: Path, cond_channels: int, condition: str, decoders: str = "") -> None:
    """A release in ``folder``. With ``decoders``, owner/name, the decoders lie in that repository and are not written."""
    flow = FLOW | {"cond_channels": cond_channels}
    latent = flow | {
        "resolution": 16,
        "patch_size": 2,
        "num_io_res_blocks": 2,
        "io_block_channels": [16],
    }
    parts: dict[str, tuple[str, dict[str, Any]]] = {
        "sparse_structure_flow_model": (
            "SparseStructureFlowModel",
            flow | {"resolution": 4, "patch_size": 1},
        ),
        "slat_flow_model": ("ElasticSLatFlowModel", latent),
        "sparse_structure_decoder": ("SparseStructureDecoder", STRUCTURE_DECODER),
        "slat_decoder_mesh": (
            "ElasticSLatMeshDecoder",
            WINDOWED | {"representation_config": {"use_color": True}},
        ),
        "slat_decoder_gs": ("ElasticSLatGaussianDecoder", WINDOWED | {"representation_config": GAUSSIANS}),
    }
    named = {}
    for part, (name, args) in parts.items():
        elsewhere = decoders and "decoder" in part
        named[part] = f"{decoders}/ckpts/{part}" if elsewhere else f"ckpts/{part}"
        if not elsewhere:
            write_checkpoint(folder / "ckpts" / part, name, args)
    described = {
        "name": "TrellisImageTo3DPipeline" if condition == "image" else "TrellisTextTo3DPipeline",
        "args": {
            "models": named,
            "sparse_structure_sampler": SAMPLER,
            "slat_sampler": SAMPLER,
            "slat_normalization": {"mean": [0.0] * LATENT, "std": [1.0] * LATENT},
            f"{condition}_cond_model": "tiny",
        },
    }
    (folder / "pipeline.json").write_text(json.dumps(described))


def write_checkpoint(stem: Path, name: str, args: dict[str, Any]) -> None:
    """``stem``.json and ``stem``.safetensors with weights that are random and always the same."""
    import torch
    from pocket3d_server.models.trellis.networks import NETWORKS

    torch.manual_seed(3)
    network: Any = NETWORKS[name.removeprefix("Elastic")](**args)
    if name == "SparseStructureDecoder":
        network.out_layer[2].bias.data -= 0.6
    stem.parent.mkdir(parents=True, exist_ok=True)
    stem.with_name(stem.name + ".json").write_text(json.dumps({"name": name, "args": args}))
    _save(network, stem.with_name(stem.name + ".safetensors"))


def write_dino(folder: Path) -> None:
    """A DINOv2 with registers."""
    from pocket3d_server.models.neural.dinov2 import DinoV2

    _save(DinoV2(CHANNELS, 1, HEADS, 4, 37), folder / "model.safetensors")


def write_clip(folder: Path) -> None:
    """CLIP's text half, with a vocabulary that knows single letters only."""
    from pocket3d_server.models.neural.clip_text import ClipText
    from pocket3d_server.models.neural.clip_tokenizer import _signs

    pieces = [*_signs(), *(sign + "</w>" for sign in _signs()), "<|startoftext|>", "<|endoftext|>"]
    _save(ClipText(len(pieces), 77, 1, CHANNELS, 96, HEADS), folder / "model.safetensors", "text_model.")
    (folder / "vocab.json").write_text(json.dumps({piece: k for k, piece in enumerate(pieces)}), "utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", "utf-8")


def picture(*box: int) -> Image.Image:
    """A box before nothing."""
    image = Image.new("RGBA", (64, 64))
    ImageDraw.Draw(image).rectangle(box or (10, 20, 50, 40), fill=(200, 60, 30, 255))
    return image


def _save(network: Any, path: Path, prefix: str = "") -> None:
    """Matrices random and of a size that keeps what they multiply; the rest as it is made."""
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(3)
    with torch.no_grad():
        for key, value in network.state_dict().items():
            if value.ndim > 1 and "pos_emb" not in key and "offset" not in key:
                value.copy_(torch.randn(value.shape) * 0.7 / value[0].numel() ** 0.5)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({prefix + key: value.contiguous() for key, value in network.state_dict().items()}, path)


def write_all(folder: Path) -> dict[str, bytes]:
    """A release for pictures and one for prompts, with what they read them by, each in a folder named as its repository.

    Returns the files by their addresses on a hub.
    """
    write_release(folder / IMAGE, CHANNELS, "image")
    write_release(folder / TEXT, CHANNELS, "text", decoders=IMAGE)
    write_dino(folder / DINO)
    write_clip(folder / CLIP)
    return {
        f"/{repository}/resolve/{REVISION}/{file.relative_to(folder / repository).as_posix()}": file.read_bytes()
        for repository in (IMAGE, TEXT, DINO, CLIP)
        for file in (folder / repository).rglob("*")
        if file.is_file()
    }


def _files(repository: str, *paths: str) -> tuple[WeightFile, ...]:
    return tuple(WeightFile(repository, REVISION, path, 10_000, "", stated=True) for path in paths)


def _networks(repository: str, *names: str) -> tuple[WeightFile, ...]:
    ends = (".json", ".safetensors")
    return _files(repository, *(f"ckpts/{name}{end}" for name in names for end in ends))


FLOWS = "sparse_structure_flow_model", "slat_flow_model"
DECODERS = _networks(IMAGE, "sparse_structure_decoder", "slat_decoder_mesh", "slat_decoder_gs")


class TinyFromImages(TrellisFromImages):
    """``trellis_image_large`` on the tiny release."""

    encoder, encoder_heads = DINO, HEADS
    spec = replace(
        TrellisImageLarge.spec,
        model_id="test_trellis_image",
        weights=(
            *_files(IMAGE, "pipeline.json"),
            *_networks(IMAGE, *FLOWS),
            *DECODERS,
            *_files(DINO, "model.safetensors"),
        ),
    )

    def load(self, device: str) -> None:
        super().load(device)
        _small_previews()


class TinyFromText(TrellisFromText):
    """``trellis_text_xlarge`` on the tiny release, whose decoders lie in the other one's repository."""

    encoder, encoder_heads = CLIP, HEADS
    spec = replace(
        TrellisTextXlarge.spec,
        model_id="test_trellis_text",
        weights=(
            *_files(TEXT, "pipeline.json"),
            *_networks(TEXT, *FLOWS),
            *DECODERS,
            *_files(CLIP, "model.safetensors", "vocab.json", "merges.txt"),
        ),
    )

    def load(self, device: str) -> None:
        super().load(device)
        _small_previews()


def _small_previews() -> None:
    from pocket3d_server.runners import deliver

    deliver.PREVIEW_SIZE = 96
