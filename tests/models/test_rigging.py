"""What rigs share: bones without names are named by where they lie."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from pocket3d_server.geometry.asset import Skeleton
from pocket3d_server.models.rigging.bone_names import renamed, whole
from pocket3d_server.models.unirig.anatomy import named
from pocket3d_server.models.unirig.naming import pointed

Bones = dict[str, tuple[str | None, tuple[float, float, float]]]

PERSON: Bones = {
    "hips": (None, (0, 1.0, 0)),
    "spine": ("hips", (0, 1.1, 0)),
    "spine_b2": ("spine", (0, 1.2, 0)),
    "chest": ("spine_b2", (0, 1.3, 0)),
    "neck": ("chest", (0, 1.5, 0)),
    "head": ("neck", (0, 1.6, 0.02)),
    "bone_1.L": ("head", (0.04, 1.65, 0.1)),
    "bone_1.R": ("head", (-0.04, 1.65, 0.1)),
    "bone_2": ("hips", (0, 0.95, -0.1)),
    "bone_3": ("bone_2", (0, 0.6, -0.3)),
    "bone_4": ("bone_3", (0, 0.0, -1.1)),
}
"""With eyes, and a long tail."""
for side, sign in ((".L", 1), (".R", -1)):
    PERSON |= {
        f"shoulder{side}": ("chest", (0.03 * sign, 1.45, 0)),
        f"upper_arm{side}": (f"shoulder{side}", (0.15 * sign, 1.45, 0)),
        f"forearm{side}": (f"upper_arm{side}", (0.4 * sign, 1.45, 0)),
        f"hand{side}": (f"forearm{side}", (0.65 * sign, 1.45, 0)),
        f"thigh{side}": ("hips", (0.1 * sign, 0.95, 0)),
        f"shin{side}": (f"thigh{side}", (0.1 * sign, 0.5, 0.01)),
        f"foot{side}": (f"shin{side}", (0.1 * sign, 0.1, 0)),
        f"toe{side}": (f"foot{side}", (0.1 * sign, 0.02, 0.12)),
    }
    for at, finger in enumerate(("thumb", "index", "middle", "ring", "pinky")):
        base = (0.68, 1.44, 0.04) if finger == "thumb" else (0.75, 1.45, 0.05 - 0.02 * at)
        step = (0.02, -0.01, 0.025) if finger == "thumb" else (0.03, 0, 0)
        for joint in (1, 2, 3):
            x, y, z = np.array(base) + (joint - 1) * np.array(step)
            parent = f"{finger}_{joint - 1}{side}" if joint > 1 else f"hand{side}"
            PERSON[f"{finger}_{joint}{side}"] = (parent, (x * sign, y, z))

HORSE: Bones = {
    "hips": (None, (0, 1.0, -0.6)),
    "spine": ("hips", (0, 1.0, -0.2)),
    "chest": ("spine", (0, 1.0, 0.4)),
    "neck": ("chest", (0, 1.2, 0.6)),
    "head": ("neck", (0, 1.5, 0.8)),
    "tail_1": ("hips", (0, 1.0, -0.7)),
    "tail_2": ("tail_1", (0, 0.8, -0.85)),
}
for side, sign in ((".L", 0.15), (".R", -0.15)):
    for before, top, z in (("front_", "chest", 0.4), ("", "hips", -0.6)):
        for (bone, y), parent in zip(
            (("thigh", 0.9), ("shin", 0.5), ("foot", 0.15)), (top, "thigh", "shin"), strict=True
        ):
            HORSE[f"{before}{bone}{side}"] = (parent if y == 0.9 else f"{before}{parent}{side}", (sign, y, z))


def skeleton(bones: Bones, seed: int = 0) -> tuple[Skeleton, list[str]]:
    """Bones without names, in any order that has parents first; and their names."""
    random = np.random.default_rng(seed)
    order: list[str] = []
    while len(order) < len(bones):
        ready = [
            n for n, (parent, _) in bones.items() if n not in order and (parent is None or parent in order)
        ]
        order.append(ready[random.integers(len(ready))])
    heads = np.array([bones[name][1] for name in order])
    parents = [order.index(bones[name][0] or name) for name in order]
    parents = [-1 if parent == k else parent for k, parent in enumerate(parents)]
    tails = heads.copy()
    for k, parent in enumerate(parents):
        children = [c for c, p in enumerate(parents) if p == k]
        tails[k] = heads[children].mean(axis=0) if children else heads[k] + 0.5 * (heads[k] - heads[parent])
    return Skeleton([str(k) for k in range(len(order))], parents, heads, tails), order


def unnumbered(names: list[str]) -> list[str]:
    return [re.sub(r"bone_\d", "bone", name) for name in names]


@pytest.mark.parametrize(("bones", "kind"), [(PERSON, "person"), (HORSE, "animal")], ids=["person", "horse"])
@pytest.mark.parametrize("seed", range(3))
def test_bones_are_named_by_where_they_lie(bones: Bones, kind: str, seed: int) -> None:
    bare, names = skeleton(bones, seed)
    found, taken_for = named(bare)
    assert taken_for == kind
    assert unnumbered(found.names) == unnumbered(names)


def test_a_person_who_faces_backwards_keeps_the_right_hand() -> None:
    bare, names = skeleton(PERSON)
    turn = np.array([-1, 1, -1])
    found, kind = named(replace(bare, heads=bare.heads * turn, tails=bare.tails * turn))
    assert kind == "person"
    assert unnumbered(found.names) == unnumbered(names)
    # A horse without a tail: what is high is its head.
    few = {n: b for n, b in HORSE.items() if not n.startswith("tail")}
    bare, names = skeleton(few)
    found, kind = named(replace(bare, heads=bare.heads * turn, tails=bare.tails * turn))
    assert (kind, found.names) == ("animal", names)


def test_any_tree_gets_names() -> None:
    for seed in range(60):
        random = np.random.default_rng(seed)
        count = int(random.integers(1, 60))
        parents = [-1, *(int(random.integers(max(0, k - 4), k)) for k in range(1, count))]
        heads = random.normal(size=(count, 3)).round(int(random.integers(0, 3)))
        half = heads[1::2]
        heads[2::2] = half[: len(heads[2::2])] * [-1, 1, 1]  # half of them mirror the others
        bare = Skeleton(
            [str(k) for k in range(count)], parents, heads, heads + random.normal(size=(count, 3)) / 9
        )
        found, _ = named(bare)
        assert len(set(found.names)) == count
        assert "" not in found.names
        assert np.isfinite(pointed(found).tails).all()


def test_a_smaller_hand_and_a_shorter_arm() -> None:
    gone = ("index", "ring", "pinky", "shoulder", "toe", "neck")
    few = {n: b for n, b in PERSON.items() if not n.startswith(gone)}
    few = {n: ("chest" if n[:-2] == "upper_arm" or n == "head" else p, at) for n, (p, at) in few.items()}
    bare, names = skeleton(few)
    found, kind = named(bare)
    assert kind == "person"
    assert unnumbered(found.names) == unnumbered(names)


def test_an_animal_may_hang_on_its_chest() -> None:
    root = HORSE | {
        "chest": (None, (0, 1.0, 0.4)),
        "spine": ("chest", (0, 1.0, 0.0)),
        "hips": ("spine", (0, 1.0, -0.6)),
    }
    bare, names = skeleton(root)
    assert named(bare)[0].names == names


def test_what_was_not_asked_for_and_what_is_neither_keep_numbers() -> None:
    bare, _ = skeleton(PERSON)
    found, kind = named(bare, ("animal",))
    assert kind == "other"
    assert found.names[0] == "root"
    rest = found.names[1:]
    assert all(name.startswith("bone_") for name in rest)
    assert {n[:-2] for n in rest if n.endswith(".L")} == {n[:-2] for n in rest if n.endswith(".R")}
    snake, _ = skeleton({f"b{k}": (f"b{k - 1}" if k else None, (0.0, 0.1, 0.3 * k)) for k in range(6)})
    found, kind = named(snake)
    assert (kind, found.names) == ("other", ["root", "bone_1", "bone_2", "bone_3", "bone_4", "bone_5"])
    one, kind = named(Skeleton(["x"], [-1], np.zeros((1, 3)), np.ones((1, 3))))
    assert (kind, one.names) == ("other", ["root"])


def test_bones_point_along_the_body() -> None:
    person, _ = named(skeleton(PERSON)[0])
    found = pointed(person)
    ends = dict(zip(found.names, found.tails, strict=True))
    starts = dict(zip(found.names, found.heads, strict=True))
    for bone, onward in (
        ("hips", "spine"),
        ("chest", "neck"),
        ("hand.L", "middle_1.L"),
        ("forearm.R", "hand.R"),
    ):
        np.testing.assert_allclose(ends[bone], starts[onward], atol=0.06 if bone == "hand.L" else 1e-9)
    head = person.names.index("head")
    np.testing.assert_array_equal(ends["head"], person.tails[head])


def test_what_is_halved_already_is_not_halved_again() -> None:
    bare, _ = skeleton(PERSON)
    person, _ = named(bare)
    split, _ = whole(person, None, np.zeros((0, 3)), "rigify")
    names = renamed(split, "rigify")[0].names
    assert names.count("DEF-spine.001") == names.count("DEF-spine.002") == names.count("DEF-spine.003") == 1
    assert not any(name.startswith("DEF-spine.002.") for name in names)
    assert {"DEF-upper_arm.L", "DEF-upper_arm.L.001", "DEF-f_index.01.R"} <= set(names)
