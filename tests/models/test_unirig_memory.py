"""What UniRig says it needs is what its networks take at full size, counted on shapes."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="the models extra is not installed")

from pocket3d_server.models.unirig.engine import UniRig  # noqa: E402
from pocket3d_server.models.unirig.skeleton_net import SkeletonNet  # noqa: E402
from pocket3d_server.models.unirig.skin_net import SkinNet  # noqa: E402

from tools.memory.counting import with_overhead  # noqa: E402
from tools.memory.unirig import skeleton_peak, skin_peak  # noqa: E402


def test_both_networks_fit_a_gpu_of_8_gb_in_turn() -> None:
    """A hundred bones; in float32, which GPUs before Ampere compute in."""
    with torch.device("meta"):
        skeleton, skin = SkeletonNet(), SkinNet()
    needed = {"skeleton": with_overhead(skeleton_peak(skeleton)), "skin": with_overhead(skin_peak(skin))}
    told = UniRig.spec.vram_mb * 1.048576e6
    assert max(needed.values()) < told < 7.5e9, needed
    assert min(needed.values()) > 2e9, needed
