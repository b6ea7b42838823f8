"""What a job costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pocket3d_server.models.engine import ModelSpec

QUALITY = {"low": 0.5, "medium": 1.0, "high": 2.0}
LARGE_TEXTURE = 4096


def price(spec: ModelSpec, fields: Mapping[str, Any]) -> int:
    """Credits for a job of a model.

    ``ModelSpec.credits`` is for medium quality: low costs half of it, high twice, a texture of 4096 pixels
    doubles either; rounded up. ``fields`` are those of the request; what is not there counts as its default.
    """
    factor = QUALITY.get(fields.get("quality", "medium"), 1.0)
    if fields.get("texture_resolution") == LARGE_TEXTURE:
        factor *= 2
    return math.ceil(spec.credits * factor)
