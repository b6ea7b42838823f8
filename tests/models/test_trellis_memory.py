"""What the models say they need is what their networks take at full size, counted on shapes."""

from __future__ import annotations

import torch
from pocket3d_server.models.trellis.layers import FeedForward
from pocket3d_server.models.trellis.memory import Peak, weight_bytes


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
