"""Who has what, and how they are on what they are on: what the words leave to those who know the things."""

from __future__ import annotations

from pocket3d_server.models.builtin_text.gallery import picture_of
from pocket3d_server.models.builtin_text.organic.species import SPECIES
from pocket3d_server.models.builtin_text.scenes.grammar import Link, Sentence, Thing
from pocket3d_server.models.builtin_text.scenes.seats import RIDDEN, SEATS, SOFT
from pocket3d_server.models.builtin_text.scenes.things import Workshop

HOLDERS = frozenset(
    {"person", "man", "woman", "knight", "robot", "skeleton", "goblin", "elf", "dwarf", "alien", "zombie"}
)
"""Words in a family's names by which it has hands."""


def has_hands(shop: Workshop, thing: Thing) -> bool:
    """Whether ``thing`` is a figure that can hold something."""
    route = shop.router.choose(thing.text)
    return picture_of(route) is None and bool(HOLDERS & route.family.words)


def give_to_rider(shop: Workshop, sentence: Sentence, ground: Sentence) -> None:
    """In "a knight riding a horse with a sword" it is the knight who has the sword."""
    rider, mount = sentence.things[0], ground.things[0]
    if sentence.relation in ("riding", "on") and has_hands(shop, rider) and not has_hands(shop, mount):
        given = [k for k in mount.links if k in shop.sort(mount)[1]]
        rider.links += given
        mount.links = [k for k in mount.links if k not in given]


def pose_of(shop: Workshop, sentence: Sentence, ground: Sentence) -> str:
    """How a living thing is on its ground: people astride of animals and bicycles and seated on seats, animals
    as the words say and else sitting on what is soft; standing otherwise."""
    figure, relation = sentence.things[0], sentence.relation
    family = shop.router.choose(ground.things[0].text).family
    if shop.router.choose(figure.text).family.name in SPECIES:
        return sentence.posture or ("sitting" if relation == "on" and SOFT & family.words else "")
    if not has_hands(shop, figure) or relation not in ("on", "in", "riding"):
        return "hang" if relation == "on" and family.name == "wall" else ""
    if relation == "riding" or (relation == "on" and (family.natural or family.words & RIDDEN)):
        return "ride"
    if SEATS & family.words and not sentence.posture:
        return "sit"
    return "sit" if sentence.posture in ("sitting", "seated") else ""


def stands_apart(shop: Workshop, sentence: Sentence) -> bool:
    """Whether the ground is a thing of its own; otherwise its words stay with the figure."""
    assert sentence.ground is not None
    ground, figure = sentence.ground.things[0], sentence.things[-1]
    if not shop.router.knows(ground.text):
        figure.links.append(Link(sentence.relation, ground, sentence.ground_text))
        return False
    if sentence.relation == "in":  # "a woman in a red dress", "a cactus in a pot"
        link = Link("with", ground, sentence.ground_text)
        probe = Thing(figure.text, figure.noun, links=[*figure.links, link])
        if link not in shop.sort(probe)[1]:
            figure.links.append(link)
            return False
    return True
