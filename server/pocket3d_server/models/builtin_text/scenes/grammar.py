"""From a prompt to a sentence of things: which things there are, how many, and how they stand to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pocket3d_server.models.language.phrases import (
    ARRANGEMENTS,
    HANDS,
    PARTICIPLES,
    PRONOUNS,
    QUANTITIES,
    RELATIONS,
    WHOLES,
)
from pocket3d_server.models.language.understand import is_attribute, singular, words_of
from pocket3d_server.models.language.words import FILLERS, MATERIALS, MEASURES, NUMBERS

POSITIONS = frozenset(
    {
        "on",
        "under",
        "above",
        "in",
        "beside",
        "against",
        "left",
        "right",
        "behind",
        "before",
        "around",
        "at",
        "riding",
    }
)
"""Relations whose left side is placed by their right side: "a cat on a chair". All others run the other way."""
MOST = 48
"""Things in one arrangement at most."""

Known = Callable[[str], bool]
"""Whether a noun phrase names something that the kit builds."""


@dataclass
class Thing:
    """A noun phrase: "four red chairs"."""

    text: str
    """With everything that is said of the thing itself: "wooden table with metal legs"."""
    noun: str
    """The last word of the bare phrase, in singular."""
    count: int = 1
    counted: bool = False
    """Whether the prompt gives a number, rather than only a plural."""
    arrangement: str = ""
    """``row``, ``stack``, ``pile``, ``pair``, ``ring`` or nothing."""
    links: list[Link] = field(default_factory=list)


@dataclass
class Link:
    """What goes with a thing: "with a sword", "full of apples"."""

    relation: str
    """``with``, ``contains``, ``holds``, ``ringed``, ``of``, or a position in which the linked thing stands."""
    thing: Thing
    text: str
    """As it was written, so that it can stay with its owner: "with a red roof"."""


@dataclass
class Sentence:
    """Things side by side, perhaps placed by others: "two apples and a pear" + on + "a plate"."""

    things: list[Thing]
    relation: str = ""
    ground: Sentence | None = None
    posture: str = ""
    """``sitting`` or whatever participle the relation came with."""
    ground_text: str = ""
    """The relation and its ground as they were written: "on a plate"."""


def parse(prompt: str, known: Known) -> Sentence:
    """What ``prompt`` asks for. Words that no rule knows stay with the thing before them."""
    pieces = _segments(words_of(prompt), known)
    if not pieces:
        return Sentence([Thing(prompt, "")])
    first = _thing(pieces[0][2])
    sentence = Sentence([first])
    inner, last = sentence, None
    """The sentence whose ground is still open, and the newest link of its last thing."""
    for relation, text, words in pieces[1:]:
        written = f"{text} {' '.join(words)}"
        if relation in POSITIONS and words[-1] in PRONOUNS | HANDS:
            if last is not None:
                last.relation = "holds" if words[-1] in HANDS else relation
            continue
        owner = last.thing if last is not None and last.relation == relation == "with" else inner.things[-1]
        thing = _thing(words)
        if relation == "also":
            if last is not None:
                last = Link(last.relation, thing, written.replace(text, "and", 1))
                inner.things[-1].links.append(last)
            elif inner is sentence or inner.relation:
                inner.things.append(thing)
            else:  # "a cat on a chair and a dog": the dog is another figure, not another chair
                sentence.things.append(thing)
        elif relation in POSITIONS:
            inner.relation, inner.ground, inner.ground_text = relation, Sentence([thing]), written
            inner.posture = next((w for w in text.split() if w in PARTICIPLES), "")
            inner, last = inner.ground, None
        else:
            last = Link(relation, thing, written)
            owner.links.append(last)
    return sentence


def _segments(words: list[str], known: Known) -> list[tuple[str, str, list[str]]]:
    """(relation, its words, noun phrase) for each stretch of the prompt; the first one's relation is empty."""
    found: list[tuple[str, str, list[str]]] = []
    relation, text, group = "", "", list[str]()
    i = 0
    while i < len(words):
        name, length = _relation_at(words, i)
        if words[i] == "," and (i + 1 == len(words) or _relation_at(words, i + 1)[0]):
            i += 1  # "a cat, on a chair"
            continue
        if name and not _parts(name, group, words[i + length :], known):
            name = ""
        if (
            name == "own"
        ):  # "without legs", "wearing a hat": said of the thing itself, up to the next relation
            group += words[i : i + length]
            i += length
            continue
        if name:
            if group:
                found.append((relation, text, group))
            relation, text, group = name, " ".join(words[i : i + length]), []
            i += length
        else:
            group.append(words[i])
            i += 1
    if group:
        found.append((relation, text, group))
    return found


def _relation_at(words: list[str], i: int) -> tuple[str, int]:
    """The longest relation that starts at ``i`` and its length, participles before it included."""
    skip = 0
    while i + skip < len(words) and words[i + skip] in PARTICIPLES:
        skip += 1
    for length in (4, 3, 2, 1):
        name = RELATIONS.get(" ".join(words[i + skip : i + skip + length]))
        if name and i + skip + length <= len(words):
            return name, skip + length
    return "", 0


def _parts(name: str, group: list[str], after: list[str], known: Known) -> bool:
    """Whether the relation ends the noun phrase ``group``, rather than being a part of it."""
    nouns = [w for w in group if not is_attribute(singular(w)) and w not in FILLERS and w not in NUMBERS]
    if not after or (not group and name != "own"):
        return False
    if name == "also":
        # "black and white chair", "bow and arrow", and lists of adjectives after a comma
        upcoming = _until_relation(after)
        adjectives = all(is_attribute(singular(w)) or w in FILLERS for w in upcoming)
        joined = known(" ".join([*group, "and", *upcoming]))
        return bool(nouns) and not adjectives and not joined
    if name == "of":
        left = singular(group[-1])
        upcoming = _until_relation(after)
        material = all(singular(w) in MATERIALS or w in FILLERS for w in upcoming)
        whole = " ".join([group[-1], "of", *upcoming])
        return not (left in MEASURES or left in ARRANGEMENTS or left in QUANTITIES or material
                    or group[-1] in ("made", "out", "kind", "full") or whole in WHOLES or known(whole))  # fmt: skip
    return True


def _until_relation(words: list[str]) -> list[str]:
    for i in range(len(words)):
        if _relation_at(words, i)[0]:
            return words[:i]
    return words


def _thing(words: list[str]) -> Thing:
    """A noun phrase with its number and arrangement taken apart."""
    arrangement, count, counted = "", 1, False
    if "of" in words[1:-1]:
        at = words.index("of")
        group = singular(words[at - 1])
        if group in ARRANGEMENTS or group in QUANTITIES:
            arrangement, usual = ARRANGEMENTS.get(group, ("", QUANTITIES.get(group, 0)))
            before, words = words[: at - 1], words[at + 1 :]
            count = next((n for w in before if (n := _number(w)) > 1), 1) if group == "pair" else 1
            count, counted = count * usual, True
            text = " ".join([*before, group, "of", *words])
            return Thing(text, _noun(words), min(count, MOST), counted, arrangement)
    number = next((_number(w) for w in words[:-1] if _number(w)), 0)
    plural = singular(words[-1]) != words[-1] and (number > 1 or words[0] not in ("a", "an", "one"))
    if number > 1 and plural:
        count, counted = number, True
    elif plural:
        count = 3
    return Thing(" ".join(words), _noun(words), min(count, MOST), counted, arrangement)


def _number(word: str) -> int:
    if word in ("double", "twin", "triple", "pair"):  # "a double bed"
        return 0
    return int(word) if word.isdigit() and len(word) < 4 else NUMBERS.get(word) or QUANTITIES.get(word, 0)


def _noun(words: list[str]) -> str:
    return singular(words[-1])
