"""Where the Python client is found: beside the extension in the zip, as an installed package in a checkout."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pocket3d as sdk
else:
    _bundled = f"{__package__.rpartition('.')[0]}.pocket3d"
    sdk = import_module(_bundled if find_spec(_bundled) else "pocket3d")

__all__ = ["sdk"]
