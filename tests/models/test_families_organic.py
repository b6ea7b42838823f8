"""Animals, people and plants of the text kit: what every family promises, and what the words change."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.models.builtin_text.families import all_families
from pocket3d_server.models.builtin_text.organic.breeds import breed_of
from pocket3d_server.models.builtin_text.organic.dressing import outfit_for
from pocket3d_server.models.builtin_text.organic.poses import pose_for
from pocket3d_server.models.builtin_text.organic.roles import ROLES
from pocket3d_server.models.builtin_text.organic.species import SPECIES
from pocket3d_server.models.language.brief import Brief, Colour

FAMILIES = {name: family for name, family in all_families().items() if family.natural}
BLUE = (0.10, 0.25, 0.85)
LIKELY = (
    "dog",
    "horse",
    "person",
    "tree",
    "pine_tree",
    "potted_plant",
    "rose",
    "songbird",
    "shark",
    "snake",
    "apple",
    "cactus",
)
SIZES = {  # lowest and highest usual height in metres
    "dog": (0.45, 0.95), "horse": (1.7, 2.6), "giraffe": (4.0, 6.0), "mouse": (0.04, 0.14),
    "person": (1.4, 2.2), "tree": (4.0, 9.0), "potted_plant": (0.5, 1.5), "rose": (0.25, 0.6), "apple": (0.06, 0.12), "songbird": (0.08, 0.25),
}  # fmt: skip


def brief(name: str, **settings: object) -> Brief:
    plain = Brief(prompt=name.replace("_", " "), words=frozenset(name.split("_")), quality="low")
    return replace(plain, **settings)  # type: ignore[arg-type]


def is_closed(part: Part) -> bool:
    """Whether each primitive, with coincident vertices taken as one, uses each edge once in each direction."""
    for p in part.primitives:
        v = np.asarray(p.vertices)
        scale = max(float(np.ptp(v, axis=0).max()), 1e-9)
        label = np.unique(np.round(v / scale * 1e6).astype(np.int64), axis=0, return_inverse=True)[1].ravel()
        f = label[np.asarray(p.faces)]
        f = f[(f[:, 0] != f[:, 1]) & (f[:, 1] != f[:, 2]) & (f[:, 2] != f[:, 0])]
        edges = f[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
        n = len(v) + 1
        forward, count = np.unique(edges[:, 0] * n + edges[:, 1], return_counts=True)
        backward, count_back = np.unique(edges[:, 1] * n + edges[:, 0], return_counts=True)
        if not (np.array_equal(forward, backward) and np.array_equal(count, count_back)):
            return False
    return True


@cache
def plain_and_heard(name: str) -> tuple[Asset, set[str]]:
    """The family's plain object, and the attributes that it asked for; tests only look at them."""
    asked = brief(name)
    return FAMILIES[name].build(asked), asked.heard.attributes


def plain(name: str) -> Asset:
    return plain_and_heard(name)[0]


@pytest.fixture(scope="module")
def built() -> dict[str, Asset]:
    return {name: plain(name) for name in LIKELY}


@pytest.mark.parametrize("name", FAMILIES)
def test_what_every_family_promises(name: str) -> None:
    asset, attributes = plain_and_heard(name)
    assert len(attributes | {"material"}) >= 3, "of any material, as figures are, and two more"
    low, high = asset.bounds()
    assert low[1] == pytest.approx(0, abs=0.01 * (high[1] - low[1]))
    names = [part.name for part in asset.parts]
    assert len(set(names)) == len(names)
    assert all(n == n.lower() and " " not in n for n in names)
    for part in asset.parts:
        assert is_closed(part), part.name
        for p in part.primitives:
            assert np.isfinite(p.vertices).all()
            assert p.uv is not None
            assert p.uv.shape == (len(p.vertices), 2)
            assert p.normals is not None
            assert np.allclose(np.linalg.norm(p.normals, axis=1), 1, atol=1e-3)
            assert int(p.faces.max()) < len(p.vertices)
    assert 150 < asset.face_count < 30_000


@pytest.mark.parametrize("name", sorted(SIZES))
def test_real_sizes(built: dict[str, Asset], name: str) -> None:
    asset = built.get(name) or FAMILIES[name].build(brief(name))
    low, high = asset.bounds()
    assert SIZES[name][0] < high[1] - low[1] < SIZES[name][1]


@pytest.mark.parametrize("name", ["dog", "rose"])
def test_the_same_brief_gives_the_same_object(built: dict[str, Asset], name: str) -> None:
    again = FAMILIES[name].build(brief(name))
    for one, two in zip(built[name].primitives(), again.primitives(), strict=True):
        assert np.array_equal(one.vertices, two.vertices)
        assert np.array_equal(one.faces, two.faces)


@pytest.mark.parametrize("name", ["dog", "tree"])
def test_another_seed_gives_another_object(built: dict[str, Asset], name: str) -> None:
    other = FAMILIES[name].build(brief(name, seed=7))
    assert not np.allclose(built[name].bounds(), other.bounds(), atol=1e-4)


def mean_colour(asset: Asset, *parts: str) -> np.ndarray:
    colours = []
    for part in asset.parts:
        if part.name in parts:
            for p in part.primitives:
                image = p.material.base_color_image
                colours.append(
                    np.asarray(p.material.base_color[:3])
                    if image is None
                    else (image / 255.0).mean(axis=(0, 1))
                )
    assert colours
    return np.mean(colours, axis=0)


@pytest.mark.parametrize(
    ("name", "parts", "noun"),
    [("dog", ("body",), None), ("horse", ("mane",), "mane"), ("person", ("t_shirt", "sweater", "blouse"), None), ("rose", ("petals",), None),
     ("tree", ("leaves",), "leaf"), ("potted_plant", ("pot",), "pot"), ("songbird", ("body",), None)],
)  # fmt: skip
def test_colour_words_are_followed(name: str, parts: tuple[str, ...], noun: str | None) -> None:
    asset = FAMILIES[name].build(brief(name, colours=(Colour("blue", BLUE, noun),)))
    red, _, blue = mean_colour(asset, *parts)
    assert blue > 1.5 * red


def test_more_quality_has_more_faces() -> None:
    for name in ("cat", "tree"):
        assert (
            FAMILIES[name].build(brief(name)).face_count
            < FAMILIES[name].build(brief(name, quality="medium")).face_count
        )


def test_phrases_are_unique_over_all_families() -> None:
    every = [phrase for family in FAMILIES.values() for phrase in family.phrases]
    assert len(every) == len(set(every)), {p for p in every if every.count(p) > 1}


def test_four_legs_stand_apart(built: dict[str, Asset]) -> None:
    """Near the ground a dog is four separate islands, so that it can be rigged."""
    body = next(p for p in built["dog"].parts if p.name == "body")
    v = np.asarray(body.primitives[0].vertices)
    near = v[v[:, 1] < 0.12 * v[:, 1].max()]
    quadrants = {(x > 0, z > near[:, 2].mean()) for x, z in near[:, [0, 2]].tolist()}
    assert len(quadrants) == 4
    assert np.abs(near[:, 0]).min() > 0.01


def test_breeds_differ_in_frame_and_coat() -> None:
    def shape(prompt: str) -> tuple[float, float]:
        found = breed_of(prompt, SPECIES["dog"])
        return found.length / found.elbow, found.height

    assert shape("a corgi")[0] > 1.8 * shape("a greyhound")[0]
    assert shape("a saint bernard")[1] > 3 * shape("my chihuahua")[1]
    assert breed_of("a hot dog", SPECIES["dog"]) is SPECIES["dog"]
    poodle = FAMILIES["dog"].build(brief("poodle"))
    assert is_closed(next(part for part in poodle.parts if part.name == "pompons"))
    named, asked = (
        replace(brief("golden retriever"), colours=c)
        for c in ((Colour("golden", (0.9, 0.7, 0.1)),), (Colour("black", (0.1, 0.1, 0.1)),))
    )
    assert mean_colour(FAMILIES["dog"].build(named), "body")[0] > 0.6, "its name says no colour"
    assert mean_colour(FAMILIES["dog"].build(asked), "body")[0] < 0.4


def test_kinds_of_trees_are_told_apart() -> None:
    """A poplar is a column, an acacia an umbrella, a cherry is pink by name, a willow hangs to the ground."""

    def spread(name: str, *parts: str) -> float:
        points = np.concatenate(
            [p.vertices for part in plain(name).parts if part.name in parts for p in part.primitives]
        )
        size = np.ptp(points, axis=0)
        return float(max(size[0], size[2]) / size[1])

    assert spread("poplar", "leaves") < 0.4 < 1.2 < spread("acacia", "leaves")
    red, green, blue = mean_colour(plain("cherry_tree"), "leaf_masses")
    assert red > 0.7
    assert blue > green > 0.4
    hanging = next(part for part in plain("willow").parts if part.name == "strands")
    assert min(float(p.vertices[:, 1].min()) for p in hanging.primitives) < 1.0
    said = FAMILIES["maple"].build(brief("maple", colours=(Colour("green", (0.2, 0.5, 0.1)),)))
    assert mean_colour(said, "leaf_masses")[1] > mean_colour(said, "leaf_masses")[0]


@pytest.mark.parametrize(("name", "pose", "high"), [("cat", "sleeping", 0.65), ("cow", "lying", 0.85)])
def test_animals_lie_down(name: str, pose: str, high: float) -> None:
    """Lower than they stand, closed and facing out even where the sleeper's body is bent round."""
    lying = FAMILIES[name].build(brief(name, words=frozenset({pose, name})))
    assert lying.bounds()[1][1] < high * plain(name).bounds()[1][1]
    assert (pose == "sleeping") == any(part.name == "eyelid_left" for part in lying.parts)
    for part in lying.parts:
        assert is_closed(part), part.name
        for p in part.primitives:
            v, f = np.asarray(p.vertices, float), np.asarray(p.faces)
            face = np.cross(v[f[:, 1]] - v[f[:, 0]], v[f[:, 2]] - v[f[:, 0]])
            assert np.mean((face * np.asarray(p.normals)[f].sum(axis=1)).sum(axis=1) > 0) > 0.97, part.name


def test_a_scene_asks_for_a_pose_that_the_body_can_take() -> None:
    assert pose_for(brief("cat", pose="sitting"), SPECIES["cat"]) == "sitting"
    assert pose_for(brief("elephant", pose="sleeping"), SPECIES["elephant"]) == "standing"


def test_animals_take_the_pose_that_is_asked_for() -> None:
    sitting = FAMILIES["dog"].build(brief("dog", words=frozenset({"sitting", "dog"})))
    flying = FAMILIES["songbird"].build(brief("songbird", words=frozenset({"flying", "bird"})))
    body = np.concatenate(
        [np.asarray(p.vertices) for part in sitting.parts if part.name == "body" for p in part.primitives]
    )
    rump, breast = (
        body[body[:, 2] < np.quantile(body[:, 2], 0.25)],
        body[body[:, 2] > np.quantile(body[:, 2], 0.6)],
    )
    assert rump[:, 1].max() < 0.7 * breast[:, 1].max()
    (low, high), (low0, high0) = flying.bounds(), plain("songbird").bounds()
    assert high[0] - low[0] > 2 * (high0[0] - low0[0])
    assert not any(part.name.startswith("leg") for part in flying.parts)
    for part in (*sitting.parts, *flying.parts):
        assert is_closed(part), part.name


@pytest.mark.parametrize(("prompt", "expected"), [
    ("a knight", "knight_helmet"), ("a wizard", "hat"), ("an astronaut", "visor"), ("a king", "crown"), ("a superhero", "cape"),
    ("a businessman in a suit", "tie"), ("a pirate", "eye_patch"), ("a mermaid", "tail"),
])  # fmt: skip
def test_roles_bring_their_clothes(prompt: str, expected: str) -> None:
    asset = FAMILIES["person"].build(Brief(prompt=prompt, words=frozenset(prompt.split()), quality="low"))
    names = {part.name for part in asset.parts}
    assert expected in names or expected.split("_")[-1] in names


def test_the_seed_changes_what_a_role_wears() -> None:
    wear = [
        outfit_for(brief("knight", seed=seed), ROLES["knight"], 0.0, 0.7, np.random.default_rng(0))
        for seed in range(8)
    ]
    assert len({tuple(g.kind for g in w.garments) for w in wear}) > 1
    assert len({next(g.colour for g in w.garments if g.kind == "surcoat") for w in wear}) > 1


def test_people_are_dressed_by_default_and_differ_by_age(built: dict[str, Asset]) -> None:
    child = FAMILIES["person"].build(brief("child"))
    man = FAMILIES["person"].build(brief("man"))
    for asset in (child, man, built["person"]):
        names = {part.name for part in asset.parts}
        assert names & {"trousers", "skirt", "shorts"}
        assert names & {"t_shirt", "sweater", "blouse"}
        assert {"shoe_left", "shoe_right", "eye_left", "eye_right"} <= names
    assert child.bounds()[1][1] < 0.9 * man.bounds()[1][1]
