"""Pictures of the library as families: they stand in for what the kit has none of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pocket3d_server.models.builtin_pictures.catalogue import Picture, pictures
from pocket3d_server.models.builtin_pictures.lift import lifted
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.router import SURE, Route, Router
from pocket3d_server.models.language.understand import (
    PREPOSITIONS,
    says_how,
    singular,
    tokens_of,
    understand,
)

if TYPE_CHECKING:
    from pocket3d_server.geometry.asset import Asset
    from pocket3d_server.models.builtin_pictures.library import Library
    from pocket3d_server.models.language.brief import Brief

NEAR = 0.4
"""Confidence at least for a picture that has no name in the prompt, only one that means nearly the same."""


@dataclass(frozen=True)
class PictureFamily(Family):
    """A picture under the names of what it shows; its builder lifts it."""

    picture: Picture | None = None


class Gallery:
    """Finds pictures for prompts, as the router finds families."""

    def __init__(self, library: Library | None) -> None:
        """Without a ``library`` it only tells what there would be."""
        self.library = library
        self._hears: dict[tuple[str, frozenset[str]], bool] = {}

    @cached_property
    def router(self) -> Router:
        """Over one family for each picture, with all its names."""
        return Router({code: self._family(picture, picture.names) for code, picture in pictures().items()})

    @cached_property
    def _labels(self) -> Router:
        """The same with the first names alone, for those of like meaning: to encode all would take seconds."""
        return Router(
            {code: self._family(picture, picture.names[:1]) for code, picture in pictures().items()}
        )

    def instead_of(self, named: Route | None, prompt: str) -> Route | None:
        """The picture that has a name in ``prompt``, where the kit has none. Where the kit knows some words of it,
        the picture must know all, and the kit's family must not hear the others: a circus tent is no tent, and a
        ball of yarn no ball."""
        found = self.router.by_name(prompt)
        if found is None or named is None:
            return found
        return None if found.confidence < SURE or self._heard(named, prompt) else found

    def nearer(self, near: Route, prompt: str) -> Route:
        """``near``, or a picture whose label comes clearly nearer to ``prompt``."""
        found = self._labels.nearest(prompt)
        return found if found.confidence >= max(NEAR, near.confidence) else near

    def offer(self, prompt: str) -> Picture | None:
        """The picture that the library has for ``prompt`` by name, whether it is installed or not."""
        found = self.router.by_name(prompt)
        return None if found is None else picture_of(found)

    def nearest(self, prompt: str) -> tuple[Picture, float]:
        """The picture that comes nearest to ``prompt``, and how near, 0..1."""
        found = self.router.by_name(prompt) or self._labels.nearest(prompt)
        picture = picture_of(found)
        assert picture is not None
        return picture, found.confidence

    def _heard(self, named: Route, prompt: str) -> bool:
        """Whether a family asks for the words beside its name: a decorated tree may still be one of the kit's."""
        own = {word for phrase in named.family.phrases for word in tokens_of(phrase)} | set(named.name)
        rest = frozenset(
            word for word in tokens_of(prompt) if word not in own | PREPOSITIONS and not says_how(word)
        )
        key = (named.family.name, rest)
        if rest and key not in self._hears:
            brief = understand(prompt, 0, "low", head=named.subject.split()[-1], name=named.name, luck=prompt)
            named.family.build(brief)
            heard = {singular(word) for word in brief.heard.words}
            self._hears[key] = {singular(word) for word in rest} <= heard
        return not rest or self._hears[key]

    def _family(self, picture: Picture, names: tuple[str, ...]) -> PictureFamily:
        def build(brief: Brief) -> Asset:
            assert self.library is not None
            return lifted(self.library, picture, brief.quality)

        return PictureFamily(picture.label.replace(" ", "_"), names, build, picture.natural, picture)


def picture_of(route: Route) -> Picture | None:
    """The picture that a route leads to; None for a family of the kit."""
    return route.family.picture if isinstance(route.family, PictureFamily) else None
