"""What the models say they need is what their networks take at full size, counted on shapes."""

from __future__ import annotations

import pytest
import torch
from pocket3d_server.models import registry
from pocket3d_server.models.trellis.layers import FeedForward

from tools.bench_trellis import SIZES, decoders, latent_flow, structure_flow
from tools.memory.counting import Peak, weight_bytes, with_overhead
from tools.memory.trellis import peak_bytes


def test_what_is_alive_at_once_is_counted() -> None:
    with Peak() as peak:
        a = torch.empty(1000, device="meta")
        b = a + 1
        c = (b * 2)[:10]
        del b
        d = a.view(10, 100) * 3
    assert peak.most == 3 * 4000
    assert peak.alive == a.nbytes + 4000 + d.nbytes
    del c


def test_weights_do_not_count_among_what_comes_and_goes() -> None:
    network = FeedForward(8, 4).to("meta")
    with Peak(network) as peak, torch.no_grad():
        network(torch.empty(1, 8, device="meta"))
    assert peak.most < weight_bytes(network) == 4 * (8 * 32 * 2 + 32 + 8)


@pytest.mark.parametrize("size", SIZES)
def test_every_part_of_a_model_fits_a_gpu_of_8_gb(size: str) -> None:
    """Both passes of guidance at once, 20,000 voxels: more than most objects have."""
    with torch.device("meta"):
        parts = [structure_flow(size), latent_flow(size), *decoders().values()]
    needed = {type(part).__name__: with_overhead(peak_bytes(part, samples=2)) / 1e6 for part in parts}
    assert max(needed.values()) < 5_000, needed
    assert min(needed.values()) > 600, needed
    told = registry.engines()[f"trellis_{size.replace('-', '_')}"].spec.vram_mb * 1.048576
    large = max(with_overhead(peak_bytes(part, 2, voxels=40_000)) / 1e6 for part in parts)
    assert large < told < 7_500, "what it asks for holds twice as many voxels, and a card of 8 GB has it free"


def test_memory_grows_with_the_voxels_and_not_with_their_square() -> None:
    with torch.device("meta"):
        decoder = decoders()["mesh decoder"]
    few, many = (peak_bytes(decoder, voxels=count) - weight_bytes(decoder) for count in (6_400, 12_800))
    # The gathered neighbours are a portion of fixed size.
    assert 1.5 < many / few < 2.01
