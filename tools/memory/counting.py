"""How much memory a network takes, found without weights and without computing: every tensor is only a shape.

PyTorch's meta device runs a network's real code on shapes; what is alive at once is counted as it comes and goes. What
an allocator loses between blocks and what a GPU's driver keeps for itself is added by `OVERHEAD`.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

OVERHEAD = 1.1, 600_000_000
"""Factor and bytes: an allocator's slack; the driver, its libraries and their workspaces."""


class FusedAttention(TorchFunctionMode):
    """GPUs compute attention without the table of who sees whom; on shapes alone PyTorch would make it."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """As always, but for attention."""
        if func is torch.nn.functional.scaled_dot_product_attention:
            q, _, v = args[:3]
            return q.new_empty(*q.shape[:-1], v.shape[-1])
        return func(*args, **(kwargs or {}))


class Peak(TorchDispatchMode):
    """Counts the bytes of all tensors that operations make while it is active."""

    def __init__(self, network: nn.Module | None = None) -> None:
        """The weights of ``network`` do not count."""
        super().__init__()
        self.alive = 0
        self.most = 0
        weights = network.state_dict().values() if network else ()
        self._known = {weight.untyped_storage()._cdata for weight in weights}

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Run an operation and look at what it made."""
        made = func(*args, **(kwargs or {}))
        for part in tree_flatten(made)[0]:
            if isinstance(part, Tensor):
                self._count(part.untyped_storage())
        return made

    def _count(self, storage: torch.UntypedStorage) -> None:
        key = storage._cdata
        if key in self._known:
            return
        self._known.add(key)
        size = storage.nbytes()
        self.alive += size
        self.most = max(self.most, self.alive)
        weakref.finalize(storage, self._forget, key, size)

    def _forget(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.alive -= size


def weight_bytes(network: nn.Module) -> int:
    """Bytes of all weights in the precision that they have now."""
    return sum(tensor.numel() * tensor.element_size() for tensor in network.state_dict().values())


def with_overhead(size: int) -> int:
    """Bytes that a device must have for ``size`` bytes of tensors."""
    factor, fixed = OVERHEAD
    return int(size * factor) + fixed
