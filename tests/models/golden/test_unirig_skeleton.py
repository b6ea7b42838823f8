"""The skeleton half of UniRig against the published code's numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the models extra is not installed")

from pocket3d_server.models.neural.checkpoints import with_weights  # noqa: E402
from pocket3d_server.models.unirig.shape_encoder import query_points  # noqa: E402
from safetensors.torch import load_file  # noqa: E402
from unirig_cases import about, meta, shape_encoder, weights  # noqa: E402

ENCODER = 2e-5
"""Largest absolute difference in float32, as the vectors' README has it."""


@pytest.mark.golden("*.safetensors", only=about("ShapeAsLatentPerceiverEncoder"))
@torch.no_grad()
def test_shape_encoder(case: Path) -> None:
    """The same points are chosen, and their tokens are the same."""
    io = load_file(case)
    with torch.device("meta"):
        network = shape_encoder(meta(case)["config"])
    network = with_weights(network, weights(io), case)
    if "mid.fps" in io:
        assert torch.equal(query_points(io["in.pc"], network.tokens)[0], io["mid.choice"][io["mid.fps"]])
    tokens = network(io["in.pc"], io["in.normals"])
    assert float((tokens - io["out.latents"]).abs().max()) <= ENCODER
