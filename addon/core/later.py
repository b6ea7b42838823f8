"""Modules that are imported when something of them is first used: the Python client, ``requests`` and numpy.

Together they take a third of a second, and Blender's start waits for whatever is imported on the main thread; a job's
worker thread is the first to need them. The client lies beside the extension in the zip and is an installed package
in a checkout.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pocket3d as sdk
    import requests
else:

    class _Later:
        """A module that is imported when it is first asked for something."""

        def __init__(self, name: Callable[[], str]) -> None:
            self._name = name

        def __getattr__(self, name: str) -> Any:
            value = getattr(import_module(self._name()), name)
            setattr(self, name, value)
            return value

    def _client() -> str:
        bundled = f"{__package__.rpartition('.')[0]}.pocket3d"
        return bundled if find_spec(bundled) else "pocket3d"

    sdk, requests, np = _Later(_client), _Later(lambda: "requests"), _Later(lambda: "numpy")

__all__ = ["np", "requests", "sdk"]
