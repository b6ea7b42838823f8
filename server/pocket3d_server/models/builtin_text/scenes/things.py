"""One thing of a prompt, built by its family: the words that the family heard, and what it left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.router import Route, Router
from pocket3d_server.models.builtin_text.scenes.grammar import Link, Thing
from pocket3d_server.models.builtin_text.statue import carved, substance_of
from pocket3d_server.models.language.brief import Brief
from pocket3d_server.models.language.phrases import KINDS_OF
from pocket3d_server.models.language.understand import says_how, singular, understand, words_of
from pocket3d_server.models.language.words import POSES

Quality = Literal["low", "medium", "high"]


@dataclass
class Made:
    """A built thing, standing on y = 0 and facing +z."""

    asset: Asset
    route: Route
    brief: Brief
    text: str
    carved: bool = False
    """Whether it is one substance throughout and has its images already."""


@dataclass(frozen=True)
class Workshop:
    """What building needs to know, the same for every thing of a prompt."""

    router: Router
    seed: int
    quality: Quality
    resolution: int
    prompt: str
    """The whole of it, which every thing's luck hangs on."""

    def make(
        self,
        name: str,
        text: str,
        seed: int = 0,
        hands: frozenset[str] = frozenset(),
        pose: str = "",
        share: int = 1,
    ) -> Made:
        """Build the thing called ``name`` of which ``text`` says more. ``seed`` is added to the prompt's;
        ``share`` divides the atlas of a carved one."""
        route = self.router.choose(name)
        brief = replace(self._brief(text, route, self.seed + seed, self.quality), hands=hands, pose=pose)
        asset = resized(route.family.build(brief), brief.size)
        substance = substance_of(brief, route.family)
        if substance is not None:
            asset = carved(asset, substance, brief, max(self.resolution // share, 256))
        return Made(asset, route, brief, text, substance is not None)

    def sort(self, thing: Thing) -> tuple[str, list[Link], list[str]]:
        """(text, links, nouns): what is said of ``thing`` itself, what are things beside it, and the nouns of
        the first that its family may not know.

        Names of things that the family itself asks for are its parts: a cake with candles, a castle with towers.
        """
        links = [k for k in thing.links if self.router.knows(k.thing.text) or k.thing.noun in KINDS_OF]
        own = [k for k in thing.links if k not in links]
        if links:
            route = self.router.choose(thing.text)
            heard = self._heard(route, " ".join([thing.text, *(k.text for k in thing.links)]))
            own += [k for k in links if k.thing.noun != thing.noun and self._belongs(k, route, heard)]
        said = [k for k in thing.links if k in own]
        text = " ".join([thing.text, *(k.text for k in said)])
        asked = [
            k.thing.noun
            for k in said
            if not k.thing.text.startswith(("no ", "any "))
            and (not no_thing(k.thing.noun) or _is_noun(k.thing.text))
        ]
        return text, [k for k in links if k not in own], asked

    def _heard(self, route: Route, text: str) -> tuple[set[str], set[str], set[str]]:
        """Words and counts that a family asks for when it builds ``text``, and the words of its parts' names."""
        brief = self._brief(text, route, self.seed, "low")
        parts = words_of_parts(route.family.build(brief))
        words, counts = ({singular(w) for w in said} for said in (brief.heard.words, brief.heard.counts))
        return words, counts, parts

    def _belongs(self, link: Link, route: Route, heard: tuple[set[str], set[str], set[str]]) -> bool:
        words, counts, parts = heard
        noun = link.thing.noun
        if link.relation in ("holds", "ringed"):
            return False
        if noun in counts:
            return True
        # A seat is a chair by itself, but that of a chair is its part.
        same_kind = self.router.choose(link.thing.text).family is route.family and noun not in parts
        several = link.thing.counted and link.thing.count > 1
        within = link.relation in ("with", "of", "contains")
        return noun in words | parts and not same_kind and not several and within

    def _brief(self, text: str, route: Route, seed: int, quality: Quality) -> Brief:
        head = route.subject.split()[-1] if route.subject else None
        return understand(text, seed, quality, head=head, name=route.name, luck=self.prompt)


def _is_noun(text: str) -> bool:
    """Whether a word that elsewhere is a colour or a material is a thing here: "in the forest", "cherries"."""
    last = text.split()[-1]
    return text.startswith(("the ", "a ", "an ")) or singular(last) != last


def words_of_parts(asset: Asset) -> set[str]:
    """The words, in singular, of all names of parts."""
    return {singular(word) for part in asset.parts for word in part.name.lower().split("_")}


def missing(made: Made, nouns: list[str]) -> list[str]:
    """Those of ``nouns`` that the family neither asked for nor built a part of."""
    heard = {singular(w) for w in made.brief.heard.words | made.brief.heard.counts} | words_of_parts(
        made.asset
    )
    return [n for n in nouns if n and n not in heard]


def no_thing(word: str) -> bool:
    """Whether a word is no thing: a colour, a number, a pose, an article."""
    return says_how(word) or word in POSES


def copies_itself(made: Made, thing: Thing) -> bool:
    """Whether the family builds the number or the arrangement that the prompt asks for."""
    phrases = {p.lower() for p in made.route.family.phrases}
    words = words_of(thing.text) or [thing.text]
    heard = made.brief.heard
    heap = not thing.counted or thing.arrangement in ("pile", "stack")
    several = (
        heap and singular(words[-1]) != words[-1] and words[-1] in phrases
    )  # "grapes", "a stack of books"
    group = thing.arrangement and words[words.index("of") - 1] if "of" in words else ""
    return several or thing.noun in heard.counts or bool(group and group in heard.words)


def resized(asset: Asset, factor: float) -> Asset:
    """The asset made larger or smaller, texture coordinates in metres included, its lowest point on y = 0."""
    shift = np.array([0.0, -float(asset.bounds()[0][1]) * factor, 0.0])
    for primitive in asset.primitives():
        primitive.vertices = np.asarray(primitive.vertices) * factor + shift
        if primitive.uv is not None and primitive.material.base_color_image is None:
            primitive.uv = np.asarray(primitive.uv) * factor
    if asset.skeleton is not None:
        bones = asset.skeleton
        asset.skeleton = replace(
            bones,
            heads=np.asarray(bones.heads) * factor + shift,
            tails=np.asarray(bones.tails) * factor + shift,
        )
    for hand in asset.extras.get("hands", {}).values():
        hand["at"] = np.asarray(hand["at"]) * factor + shift
    if "seat" in asset.extras:
        asset.extras["seat"] = np.asarray(asset.extras["seat"]) * factor + shift
    return asset
