"""A kind of object that the kit can build: its name, what people call it, and its builder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pocket3d_server.models.language.brief import Brief

if TYPE_CHECKING:
    from pocket3d_server.geometry.asset import Asset


@dataclass(frozen=True)
class Family:
    """A kind of object that the kit can build."""

    name: str
    """snake_case, e.g. ``car``."""
    phrases: tuple[str, ...]
    """What people call it; the sentence encoder compares prompts with these ("a car", "sports car", "old truck")."""
    build: Callable[[Brief], Asset]
    """Real size in metres, standing on y = 0, centred on the vertical axis, facing +Z, closed named parts."""
    natural: bool = False
    """Whether it grows or lives: its surface is its own, and "a wooden one" means a figure carved of wood."""

    @property
    def words(self) -> frozenset[str]:
        """All words of its names."""
        return frozenset(word for phrase in self.phrases for word in phrase.split())
