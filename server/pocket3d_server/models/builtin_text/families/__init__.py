"""The kinds of objects that the kit can build: every module here lists its own in ``FAMILIES``."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from pocket3d_server.models.builtin_text.family import Family


@cache
def all_families() -> dict[str, Family]:
    """Families by name. Raises ValueError when two modules claim one name."""
    found: dict[str, Family] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        for family in import_module(f"{__name__}.{module}").FAMILIES:
            if family.name in found:
                raise ValueError(f"two families are named {family.name}")
            found[family.name] = family
    return found
