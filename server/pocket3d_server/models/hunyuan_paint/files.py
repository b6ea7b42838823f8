"""The released files of both models. Sizes and checksums are those that the hub states; what was sure is pinned."""

from __future__ import annotations

from pocket3d_server.models.weights import LicenceTerms, WeightFile

PAINT, DELIGHT, PAINT_PBR = "hunyuan3d-paint-v2-0", "hunyuan3d-delight-v2-0", "hunyuan3d-paintpbr-v2-1"
"""Folders of the repositories."""

HUNYUAN_20 = "tencent/Hunyuan3D-2", "9cd649ba6913f7a852e3286bad86bfa9a2d83dcf"
HUNYUAN_21 = "tencent/Hunyuan3D-2.1", "0b94677654c57bb9a6b6845cd7b704ccf551d327"
"""Repositories and their commits."""


def _file(release: tuple[str, str], path: str, size: int, sha256: str = "", exact: bool = True) -> WeightFile:
    return WeightFile(*release, path, size, sha256, stated=not (sha256 and exact))


def _descriptions(release: tuple[str, str], folder: str) -> tuple[WeightFile, ...]:
    """Both models describe their U-Nets, autoencoders and schedulers with the same files."""
    return (
        _file(
            release,
            f"{folder}/unet/config.json",
            911,
            "ce0c6d379e3b1d3e1f79338de70c80a1e36f17a6372439a8249b6fb0dfa1b608",
            exact=False,
        ),
        _file(
            release,
            f"{folder}/vae/config.json",
            553,
            "424117cb534ce03497c41305ed868980123917b2b6abba4bbaa615e968772903",
            exact=False,
        ),
        _file(
            release,
            f"{folder}/scheduler/scheduler_config.json",
            387,
            "9a6a7268e4d7c1bc5000450927070e338dc57a51f4530078627c88f5828e792d",
            exact=False,
        ),
    )


PAINT_FILES = (
    _file(
        HUNYUAN_20,
        f"{PAINT}/unet/diffusion_pytorch_model.safetensors",
        3_662_636_472,
        "1c5ce434ba976b30bbb51a080917ecd39f8d8761691887b5df3be765ef4bd9e9",
    ),
    _file(
        HUNYUAN_20,
        f"{PAINT}/vae/diffusion_pytorch_model.safetensors",
        167_335_310,
        "abcec86e499e1ce9f05d1630725d386dc533b61fe0947ab034f07f89042e7a61",
    ),
    *_descriptions(HUNYUAN_20, PAINT),
    _file(
        HUNYUAN_20,
        f"{DELIGHT}/unet/diffusion_pytorch_model.safetensors",
        3_463_772_592,
        "0ce61d15a43d11ba19079ab8f24dfce78b876d3f5291470079ef64b17e08ca58",
        exact=False,
    ),
    _file(
        HUNYUAN_20,
        f"{DELIGHT}/vae/diffusion_pytorch_model.safetensors",
        167_335_342,
        "3e4c08995484ee61270175e9e7a072b66a6e4eeb5f0c266667fe1f45b90daf9a",
    ),
    _file(
        HUNYUAN_20,
        f"{DELIGHT}/text_encoder/model.safetensors",
        680_820_392,
        "bc1827c465450322616f06dea41596eac7d493f4e95904dcb51f0fc745c4e13f",
    ),
    _file(HUNYUAN_20, f"{DELIGHT}/unet/config.json", 1_840),
    _file(HUNYUAN_20, f"{DELIGHT}/vae/config.json", 787),
    _file(HUNYUAN_20, f"{DELIGHT}/text_encoder/config.json", 583),
    _file(HUNYUAN_20, f"{DELIGHT}/scheduler/scheduler_config.json", 533),
    _file(HUNYUAN_20, f"{DELIGHT}/tokenizer/vocab.json", 1_059_962),
    _file(HUNYUAN_20, f"{DELIGHT}/tokenizer/merges.txt", 524_619),
    _file(HUNYUAN_20, f"{DELIGHT}/tokenizer/special_tokens_map.json", 574),
)

DINO = WeightFile(
    "facebook/dinov2-giant",
    "611a9d42f2335e0f921f1e313ad3c1b7178d206d",
    "model.safetensors",
    4_546_005_432,
    "917d3c470db999d32a312f8542149be91c7cbac61ee8fb4b67ae3d82b79ce21f",
)
UPSCALER = WeightFile(
    "https://github.com/xinntao/Real-ESRGAN/releases/download/v0.1.0",
    "v0.1.0",
    "RealESRGAN_x4plus.pth",
    67_040_989,
    "4fa0d38905f75ac06eb49a7951b426670021be3018265fd191d2125df9d682f1",
)

PAINT_PBR_FILES = (
    _file(
        HUNYUAN_21,
        f"{PAINT_PBR}/unet/diffusion_pytorch_model.bin",
        3_925_293_863,
        "675a1b5cd0098b2002637c443946529c03c5cd54427f40245263350feb3dd5b8",
    ),
    _file(
        HUNYUAN_21,
        f"{PAINT_PBR}/vae/diffusion_pytorch_model.bin",
        334_707_217,
        "1b4889b6b1d4ce7ae320a02dedaeff1780ad77d415ea0d744b476155c6377ddc",
    ),
    *_descriptions(HUNYUAN_21, PAINT_PBR),
    DINO,
    UPSCALER,
)


def _terms(version: str, repository: str, revision: str) -> LicenceTerms:
    return LicenceTerms(
        f"Tencent Hunyuan 3D {version} Community License Agreement",
        f"https://huggingface.co/{repository}/blob/{revision}/LICENSE",
        "Free to use, commercially too, but not everywhere and not for everything: neither the model nor what it makes "
        "may be used in the European Union, the United Kingdom and South Korea.",
        (
            "Neither the model nor its outputs in the European Union, the United Kingdom and South Korea",
            "With more than 1 million monthly users, only with a licence from Tencent",
            "Outputs may not improve other AI models",
            "Only what its Acceptable Use Policy allows",
        ),
    )


TERMS_20 = _terms("2.0", *HUNYUAN_20)
TERMS_21 = _terms("2.1", *HUNYUAN_21)
