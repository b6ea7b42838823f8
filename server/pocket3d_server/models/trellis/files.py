"""The released files of the four models. All that could be pinned is; of the rest the hub states size and checksum."""

from __future__ import annotations

from pocket3d_server.models.weights import WeightFile

IMAGE_LARGE = "microsoft/TRELLIS-image-large"
CLIP = "openai/clip-vit-large-patch14"
REVISIONS = {
    IMAGE_LARGE: "25e0d31ffbebe4b5a97464dd851910efc3002d96",
    "microsoft/TRELLIS-text-base": "main",
    "microsoft/TRELLIS-text-large": "main",
    "microsoft/TRELLIS-text-xlarge": "e0b00432b8e3a8ecee0df806ab1df9f7281f2be4",
    CLIP: "32bd64288804d66eefd0ccbe215aa642df71cc41",
}
"""Commits; those of two repositories were not to be had when this was written."""

DINOV2 = WeightFile(
    "facebook/dinov2-with-registers-large",
    "e4c89a4e05589de9b3e188688a303d0f3c04d0f3",
    "model.safetensors",
    1_217_500_000,
    "edccedab2c4e164e80833096de89a32a6e8d7365870499a066a61dbc8894b42b",
    stated=True,
)


def _file(repository: str, path: str, size: int, sha256: str = "", exact: bool = True) -> WeightFile:
    stated = not (sha256 and exact)
    return WeightFile(repository, REVISIONS[repository], path, size, sha256, stated)


def _network(repository: str, name: str, size: int, sha256: str = "") -> tuple[WeightFile, WeightFile]:
    """A checkpoint and its description. Sizes follow from the networks' shapes."""
    return (
        _file(repository, f"ckpts/{name}.json", 400),
        _file(repository, f"ckpts/{name}.safetensors", size, sha256),
    )


CLIP_FILES = (
    _file(
        CLIP,
        "model.safetensors",
        1_710_540_580,
        "a2bf730a0c7debf160f7a6b50b3aaf3703e7e88ac73de7a314903141db026dcb",
    ),
    _file(
        CLIP,
        "vocab.json",
        960_000,
        "3f0c4f7d2086b61b38487075278ea9ed04edb53a03cbb045b86c27190fa8fb69",
        exact=False,
    ),
    _file(
        CLIP,
        "merges.txt",
        525_000,
        "9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a",
        exact=False,
    ),
)

DECODERS = (
    *_network(
        IMAGE_LARGE,
        "ss_dec_conv3d_16l8_fp16",
        147_591_972,
        "1c76d4a40519aa2d711cc263a8404105231ac26db31d946bed48b84fee79009a",
    ),
    *_network(
        IMAGE_LARGE,
        "slat_dec_mesh_swin8_B_64l8m256c_fp16",
        181_903_412,
        "3e87aba94b5786407eb06d0502c1ed0885a0027a3f2b8537bfe15b0a92c01859",
    ),
    *_network(IMAGE_LARGE, "slat_dec_gs_swin8_B_64l8gs32_fp16", 171_450_952),
)
"""Used by all four models."""

IMAGE_LARGE_FILES = (
    _file(IMAGE_LARGE, "pipeline.json", 2_000),
    *_network(
        IMAGE_LARGE,
        "ss_flow_img_dit_L_16l8_fp16",
        1_130_770_840,
        "96dc6bfd4136fd950af564dd16b4ae533c9ba6af8f26c670646b2a9f2789b1db",
    ),
    *_network(
        IMAGE_LARGE,
        "slat_flow_img_dit_L_64l8p2_fp16",
        1_203_755_136,
        "693fb2a58ad497bd222007301eeec49d14d60f8c12d2f2f00c221fa747b4c66c",
    ),
    *DECODERS,
    DINOV2,
)


def _text_files(size: str, structure: tuple[str, int], latent: tuple[str, int]) -> tuple[WeightFile, ...]:
    """All files of a text model: its two flows, the decoders of the image model, CLIP."""
    repository = f"microsoft/TRELLIS-text-{size}"
    return (
        _file(repository, "pipeline.json", 2_000),
        *_network(repository, *structure),
        *_network(repository, *latent),
        *DECODERS,
        *CLIP_FILES,
    )


TEXT_BASE_FILES = _text_files(
    "base", ("ss_flow_txt_dit_B_16l8_fp16", 327_736_456), ("slat_flow_txt_dit_B_64l8p2_fp16", 372_419_896)
)
TEXT_LARGE_FILES = _text_files(
    "large",
    ("ss_flow_txt_dit_L_16l8_fp16", 1_105_604_976),
    ("slat_flow_txt_dit_L_64l8p2_fp16", 1_178_589_272),
)
TEXT_XLARGE_FILES = _text_files(
    "xlarge",
    ("ss_flow_txt_dit_XL_16l8_fp16", 1_976_327_512),
    ("slat_flow_txt_dit_XL_64l8p2_fp16", 2_151_142_688),
)
