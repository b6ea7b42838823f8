"""A prompt of several things built as one asset: each thing by its family, placed as the words say."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.scenes.arranging import around, arranged
from pocket3d_server.models.builtin_text.scenes.clusters import Cluster, Piece, as_asset
from pocket3d_server.models.builtin_text.scenes.figures import give_to_rider, has_hands, pose_of, stands_apart
from pocket3d_server.models.builtin_text.scenes.grammar import Link, Sentence, Thing
from pocket3d_server.models.builtin_text.scenes.hands import Hold, hands_of, held, hold_of, holdable
from pocket3d_server.models.builtin_text.scenes.hanging import hangs, hung
from pocket3d_server.models.builtin_text.scenes.layout import (
    above,
    against,
    beside,
    goes_on_top,
    inside,
    room_for,
    under,
    upon,
)
from pocket3d_server.models.builtin_text.scenes.seats import is_seat, laid_for_riding, seated
from pocket3d_server.models.builtin_text.scenes.surfaces import hollow_of
from pocket3d_server.models.builtin_text.scenes.things import (
    Made,
    Workshop,
    copies_itself,
    missing,
    no_thing,
)
from pocket3d_server.models.language.phrases import KINDS_OF, PAIRED, PLURAL_ONLY
from pocket3d_server.models.language.understand import singular

FACES = 1_500_000
"""Triangles at most that copies of one thing bring."""
ALIKE = 4
"""Living things of one kind up to this number are individuals; more of them are copies."""
SHELTERS = frozenset({"umbrella", "parasol", "sunshade"})
"""What people hold over themselves."""


@dataclass
class Composed:
    """What came of a prompt."""

    asset: Asset
    made: list[Made]
    """Every thing that was built, once each, the subject first."""
    notes: list[str] = field(default_factory=list)
    """What was left out, as sentences."""
    count: int = 1
    """Objects in the asset."""
    left_out: list[str] = field(default_factory=list)
    """Things of the prompt that are not in it."""


class Composer:
    """Builds one sentence."""

    def __init__(self, workshop: Workshop, sentence: Sentence) -> None:
        """``sentence`` is what the prompt was parsed into."""
        self.shop = workshop
        self.sentence = sentence
        self.notes: list[str] = []
        self.left_out: list[str] = []
        self.made: list[Made] = []
        self.ready: dict[int, list[Cluster]] = {}
        self.single = len(sentence.things) == 1 and sentence.ground is None
        self.rng = np.random.default_rng(
            [workshop.seed & 0xFFFFFFFF, zlib.crc32(sentence.things[0].text.encode())]
        )

    def compose(self) -> Composed:
        """Build and place everything."""
        clusters = self._group(self.sentence)
        whole = clusters[0].with_all(clusters[1:])
        single = len(whole.pieces) == 1
        asset = whole.pieces[0].made.asset if single else _centred(as_asset(whole))
        for told in ("hands", "seat"):  # by its builder, for this module only
            asset.extras.pop(told, None)
        return Composed(asset, self.made, self.notes, len(whole.pieces), self.left_out)

    def _group(self, sentence: Sentence) -> list[Cluster]:
        """All things of ``sentence`` and its ground, placed."""
        ground = sentence.ground
        while ground is not None and not stands_apart(self.shop, sentence):
            # "a woman in a red dress on a sofa": the dress is hers, and the sofa is what she is on
            sentence.relation, sentence.posture = ground.relation, ground.posture
            sentence.ground_text = ground.ground_text
            ground = sentence.ground = ground.ground
            self.single = len(self.sentence.things) == 1 and self.sentence.ground is None
        if ground is None:
            groups = [
                arranged(self._copies(t), self._arrangement(t), self.rng) for t in self._built(sentence)
            ]
            return [groups[0], *beside(groups[0], groups[1:])] if len(groups) > 1 else groups
        if (
            sentence.relation == "under"
            and ground.things[0].noun in SHELTERS
            and has_hands(self.shop, sentence.things[0])
        ):
            sentence.things[0].links.append(Link("holds", ground.things[0], sentence.ground_text))
            sentence.ground = None
            return self._group(sentence)
        give_to_rider(self.shop, sentence, ground)
        pose = pose_of(self.shop, sentence, ground)
        figures = [self._copies(t, pose) for t in self._built(sentence)]
        below = self._group(ground)
        return self._placed(sentence.relation, below, figures)

    def _built(self, sentence: Sentence) -> list[Thing]:
        """The things of ``sentence`` that the kit can build; the first is built whatever it is."""
        things = []
        for k, thing in enumerate(sentence.things):
            if k == 0 or self.shop.router.knows(thing.text):
                things.append(thing)
            elif not no_thing(thing.noun):
                self._left_out(thing.text)
        return things

    def _copies(self, thing: Thing, pose: str = "") -> list[Cluster]:
        """``thing`` with all that goes with it, as often as the prompt asks for; built once."""
        if id(thing) not in self.ready:
            self.ready[id(thing)] = self._new_copies(thing, pose)
        return self.ready[id(thing)]

    def _new_copies(self, thing: Thing, pose: str) -> list[Cluster]:
        place = len(self.made)
        text, links, nouns = self.shop.sort(thing)
        if self.single and not links and thing is self.sentence.things[0]:
            text = self.shop.prompt
        hands = self._hands(thing, links)
        first = self.shop.make(
            thing.text, text, hands=frozenset(hands), pose=pose, share=1 if self.single else 2
        )
        self.made.insert(place, first)
        for noun in missing(first, nouns):
            self._left_out(noun, next((k.thing.text for k in thing.links if k.thing.noun == noun), noun))
        count = 1 if copies_itself(first, thing) else self._count(thing)
        faces = max(first.asset.face_count, 1)
        if count * faces > FACES:
            fewer = max(FACES // faces, 1)
            self.notes.append(f"{fewer} of {count} are built; more would be too heavy a mesh.")
            count = fewer
        copies = [self._cluster(first)]
        for k in range(1, count):
            if first.route.family.natural and count <= ALIKE and not first.carved:
                copies.append(
                    self._cluster(self.shop.make(thing.text, text, seed=k, hands=frozenset(hands), pose=pose))
                )
            else:
                mirror = thing.arrangement == "pair" or (thing.noun in PAIRED and k % 2 == 1)
                copies.append(copies[0].moved(np.zeros(3), mirror=mirror))
        if not links:
            return copies
        with_links = [self._linked(c, thing, links, hands) for c in copies[:1]]
        return with_links + [with_links[0].moved(np.zeros(3)) for _ in copies[1:]]

    def _cluster(self, made: Made) -> Cluster:
        noun = singular((made.route.subject or made.route.family.name).split()[-1])
        return Cluster([Piece(noun, made, made.asset.parts)])

    def _count(self, thing: Thing) -> int:
        if {thing.noun, *thing.text.split()[-1:]} & PLURAL_ONLY:
            return 1
        if thing.noun in PAIRED and not thing.counted and thing.count > 1:
            return 2
        return thing.count

    def _arrangement(self, thing: Thing) -> str:
        if thing.arrangement:
            return thing.arrangement
        return "pair" if thing.noun in PAIRED and thing.count > 1 else ""

    def _hands(self, thing: Thing, links: list[Link]) -> dict[str, tuple[Link, Hold, list[Cluster]]]:
        """Which hand holds what: the first thing in the right hand, a shield in the left."""
        if not has_hands(self.shop, thing):
            return {}
        taken: dict[str, tuple[Link, Hold, list[Cluster]]] = {}
        for link in list(links):
            if link.relation not in ("with", "holds") or any(w.split("_")[1] == "carry" for w in taken):
                continue
            copies = self._copies(link.thing)
            # A cat is in the arms when it is held; one that is merely there stands on its own feet.
            alive = link.relation == "with" and copies[0].natural and float(copies[0].size.max()) > 0.3
            if alive or not all(holdable(c) for c in copies):
                link.thing.links.clear()
                continue
            for copy in copies[:2]:
                hold = hold_of(copy)
                if hold.way == "carry":  # with its long side across the body
                    size = copy.size
                    copy = copy.turned(90 if size[2] > 1.2 * size[0] else 0)
                    hold = hold_of(copy)
                if hold.way == "carry" and not taken:
                    taken["right_carry"] = taken["left_carry"] = (link, hold, [copy])
                    break
                side = (
                    "left" if hold.way == "shield" or any(w.startswith("right") for w in taken) else "right"
                )
                if any(w.startswith(side) for w in taken):
                    continue
                way = hold.way if hold.way in ("shield", "hang", "lean") else "hold"
                taken[f"{side}_{way}"] = (link, hold, [copy])
        return taken

    def _linked(
        self,
        owner: Cluster,
        thing: Thing,
        links: list[Link],
        hands: dict[str, tuple[Link, Hold, list[Cluster]]],
    ) -> Cluster:
        """``owner`` with what its ``links`` name placed on, in, around or beside it, or in its hands."""
        if hands:
            found = hands_of(owner)
            done: list[int] = []
            for word, (_, hold, copies) in hands.items():
                side = word.split("_")[0]
                if id(copies[0]) in done or side not in found:
                    continue
                done.append(id(copies[0]))
                both = found if hold.way == "carry" else {side: found[side]}
                owner = owner.with_all([held(copies[0], hold, found[side], both)])
            in_hands = [id(link) for link, _, _ in hands.values()]
            links = [k for k in links if id(k) not in in_hands]
        for link in links:
            for member in self._members(link.thing):
                owner = self._with(owner, thing, link, member)
        return owner

    def _members(self, thing: Thing) -> list[Thing]:
        """The things that a word for a kind stands for: "fruit"."""
        kinds = KINDS_OF.get(thing.noun, ())
        known = [k for k in kinds if self.shop.router.knows(k)]
        return [Thing(k + "s", k, 2) for k in known] or [thing]

    def _with(self, owner: Cluster, thing: Thing, link: Link, member: Thing) -> Cluster:
        copies = self._copies(member)
        relation = link.relation
        first = copies[0]
        if relation in ("with", "holds", "of", "contains"):
            plural = member.count > 1 and not member.counted
            hollow = hollow_of(owner.own_mesh)
            small = hollow is not None and np.sort(first.size)[1] < 1.1 * np.sqrt(
                float((hollow.depth > 0).sum()) * hollow.ground.step**2
            )
            if relation in ("of", "contains") or (small and not is_seat(owner)):
                if plural and not is_seat(owner):
                    sharers = sum(1 for k in thing.links if k.relation == relation)
                    wanted = max(
                        room_for(owner, first) // max(sharers, len(KINDS_OF.get(link.thing.noun, ())), 1),
                        len(copies),
                    )
                    copies += [copies[k % len(copies)] for k in range(len(copies), min(wanted, 14))]
                relation = "in"
            elif is_seat(first) and not is_seat(owner):
                relation = "around"
                if plural:
                    copies = [first] * 4
            else:
                relation = "on" if goes_on_top(owner, first) else "beside"
            if relation == "beside" and len(copies) >= 4:
                relation = "around"
        return self._placed(relation, [owner], [copies])[0]

    def _placed(self, relation: str, grounds: list[Cluster], figures: list[list[Cluster]]) -> list[Cluster]:
        """``figures`` placed by the first of ``grounds``: for a position as the words say."""
        ground, rest = grounds[0], grounds[1:]
        flat = [c for copies in figures for c in copies]
        if flat[0].seat is not None:
            ground = laid_for_riding(ground)
            return [ground.with_all(seated(ground, flat)), *rest]
        if relation == "riding":
            relation = "on"
        if relation == "in":
            packed = inside(ground, flat, self.rng)
            if packed is not None:
                return [ground.with_all(packed), *rest]
            inner, outer = flat[0].pieces[0].noun, ground.pieces[0].noun
            self.notes.append(f"The {outer} is closed or too small; the {inner} is on it.")
            relation = "on"
        wanting = 0
        if relation == "on" and hangs(ground, flat):
            placed = hung(ground, flat)
        elif relation == "on":
            placed, wanting = upon(ground, flat, self.rng)
        elif relation == "under":
            if len(flat) == 1 and _larger(flat[0], ground) and flat[0].size[1] < 0.1:
                placed, _ = upon(flat[0], [ground], self.rng)
                return [flat[0].with_all(placed), *rest]
            placed, wanting = under(ground, flat)
        elif relation == "above":
            placed = above(ground, flat)
        elif relation == "against":
            placed = against(ground, flat)
        elif relation in ("around", "at") or relation == "ringed":
            placed = around(ground, flat)
        else:
            apart = flat if len(flat) <= 4 else [arranged(c, "", self.rng) for c in figures]
            placed = beside(ground, apart, relation)
        if wanting:
            self.notes.append(
                f"There was no room for {wanting} of {len(flat)} {relation} the {ground.pieces[0].noun}."
            )
        return [ground.with_all(placed), *rest]

    def _left_out(self, what: str, whole: str = "") -> None:
        sentence = f"Left out: {what}; the kit does not build that."
        if sentence not in self.notes:
            self.notes.append(sentence)
            self.left_out.append(whole or what)


def _larger(figure: Cluster, ground: Cluster) -> bool:
    """Whether the one covers more floor than the other."""
    f, g = figure.size, ground.size
    return bool(f[0] * f[2] > g[0] * g[2])


def _centred(asset: Asset) -> Asset:
    """The asset with its lowest point on y = 0 and its middle on the vertical axis; in place."""
    low, high = asset.bounds()
    shift = np.array([-(low[0] + high[0]) / 2, -low[1], -(low[2] + high[2]) / 2])
    for p in asset.primitives():
        p.vertices = np.asarray(p.vertices, float) + shift
    return asset
