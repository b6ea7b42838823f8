"""Where the Python client is found: beside the extension in the zip, as an installed package in a checkout.

It and ``requests`` are imported when something of them is first used, which is on a worker thread: together they take
a third of a second, and Blender's start waits for whatever is imported on the main thread.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

    sdk, requests = _Later(_client), _Later(lambda: "requests")

__all__ = ["requests", "sdk"]
