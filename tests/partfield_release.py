"""A tiny PartField in the layout of the released checkpoint: random weights, which give features that mean nothing.

The engine at the end is the product's own, made to read it. The server reads this file too: torch is imported where it
is used.
"""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pocket3d_server.models.partfield.engine import PartFieldEngine
from pocket3d_server.models.weights import WeightFile

if TYPE_CHECKING:
    from pocket3d_server.models.partfield.network import Sizes

REPOSITORY, REVISION = "tests/tiny-partfield", "0123abcdef012345"
CHECKPOINT = WeightFile(REPOSITORY, REVISION, "model_objaverse.ckpt", 10_000, "", stated=True)


def tiny() -> Sizes:
    """All that the released network has, a little of each."""
    from pocket3d_server.models.partfield.network import Sizes

    return Sizes(
        channels=16,
        resolution=32,
        start=8,
        depth=2,
        dim=32,
        layers=2,
        heads=4,
        distance_channels=8,
        part_channels=24,
        unused=(8, 8, 16),
    )


def write_release(folder: Path, **beside: Any) -> dict[str, bytes]:
    """A checkpoint as Lightning writes it, with settings of another package, the training's state and what else lies
    ``beside`` the weights, in ``folder``, named as its repository. Returns the file by its address on a hub."""
    import torch
    from pocket3d_server.models.partfield.network import PartField

    torch.manual_seed(3)
    network = PartField(tiny())
    for value in network.state_dict().values():
        if value.ndim > 1:
            value.normal_(0, 1.2 / value[0].numel() ** 0.5)
    path = folder / REPOSITORY / CHECKPOINT.path
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {"state": {0: {"exp_avg": torch.ones(9)}}, "param_groups": [{"lr": 1e-4, "betas": (0.9, 0.99)}]}
    whole = {
        "epoch": 7,
        "pytorch-lightning_version": "2.2.0",
        "state_dict": network.state_dict(),
        "hyper_parameters": {"cfg": Namespace(result_name="demo")},
        "optimizer_states": [state],
        "callbacks": {"ModelCheckpoint": {"best_model_path": Path("ckpt")}},
    }
    torch.save(whole | beside, path)
    return {f"/{REPOSITORY}/resolve/{REVISION}/{CHECKPOINT.path}": path.read_bytes()}


class TinyPartField(PartFieldEngine):
    """``partfield`` on the tiny checkpoint."""

    spec = replace(PartFieldEngine.spec, model_id="test_partfield", weights=(CHECKPOINT,))

    @classmethod
    def sizes(cls) -> Sizes:
        """Of the tiny one."""
        return tiny()

    def load(self, device: str) -> None:
        """With pictures that are quickly drawn."""
        super().load(device)
        from pocket3d_server.runners import deliver

        deliver.PREVIEW_SIZE = 96
