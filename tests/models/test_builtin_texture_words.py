"""What the texture engine reads in a prompt: materials, colours, features, and what lies over what."""

from __future__ import annotations

import numpy as np
import pytest
from pocket3d_server.geometry.solid_materials import library
from pocket3d_server.models.builtin_texture.pieces import Piece, unnamed_parts
from pocket3d_server.models.builtin_texture.wording import read_prompt

PART = [Piece(frozenset({"thing"}))]


@pytest.mark.parametrize(
    ("prompt", "material"),
    [
        ("Medieval stone castle walls", "castle_wall"),
        ("rusty metal", "rusty_metal"),
        ("polished gold", "gold"),
        ("white marble", "marble"),
        ("a wooden surface", "oak"),
        ("zebra stripes", "zebra"),
        ("red bricks", "brick"),
        ("brown leather", "leather"),
        ("green dragon scales", "scales"),
        ("spaceship hull", "sci_fi_panels"),
        ("fluffy fur", "fur"),
        ("blue and white porcelain", "porcelain"),
    ],
)
def test_prompts_find_their_material(prompt: str, material: str) -> None:
    assert read_prompt(prompt, PART).coats[0].material.name == material


def test_every_material_is_found_by_its_own_names() -> None:
    lost = []
    for material in library().values():
        for phrase in (material.name.replace("_", " "), material.phrases[-1]):
            wording = read_prompt(phrase, PART)
            if wording.coats[0].material is not material or wording.layers or wording.notes:
                lost.append((material.name, phrase))
    assert not lost


def test_colours_overlays_and_parts_are_read() -> None:
    assert read_prompt("bright red plastic", PART).coats[0].colours[0][0] > 0.6
    parts = [Piece(frozenset({name})) for name in ("handle", "blade")]
    of_materials = [Piece(frozenset({"mesh"}), frozenset({name})) for name in ("handle", "blade")]
    for pieces in (parts, of_materials):
        handle, blade = read_prompt("wooden handle, steel blade", pieces).coats
        assert (handle.material.name, blade.material.name) == ("oak", "steel")
        assert not unnamed_parts("wooden handle, steel head", pieces)
    assert unnamed_parts("wooden legs and red leather seat", PART)
    chair = [Piece(frozenset({name})) for name in ("leg", "seat", "backrest", "frame")]
    coats = read_prompt("oak legs, red leather seat and back", chair).coats
    assert [c and c.material.name for c in coats] == ["oak", "leather", "leather", None]
    missing = read_prompt("walnut wheels, leather seat", chair)
    assert [c and c.material.name for c in missing.coats] == [None, "leather", None, None]
    assert "wheel" in missing.notes[0]
    house = read_prompt(
        "red roof, stone walls", [Piece(frozenset({name})) for name in ("wall", "roof")]
    ).coats
    assert [c.material.name for c in house] == ["rock", "roof_tiles"]
    unknown = read_prompt("qwertyuiop", PART)
    assert unknown.notes
    assert unknown.confidence < 0.5


@pytest.mark.parametrize(
    ("prompt", "material", "layers"),
    [
        ("mossy stone", "rock", ["moss top"]),
        ("rusty iron with green moss on top", "rusty_metal", ["moss top"]),
        ("rusty metal with peeling blue paint", "rusty_metal", ["paint peel"]),
        ("blue painted wood, chipped", "oak", ["paint peel"]),
        ("peeling paint on metal", "chipped_paint", []),
        ("gold with black marble veins", "gold", ["black_marble vein"]),
        ("old stone covered in ivy", "rock", ["foliage patch"]),
        ("snow covered brick", "brick", ["snow top"]),
        ("concrete with moss in the cracks", "concrete", ["moss cavity"]),
        ("white plastic with gold edges", "plastic", ["gold trim"]),
        ("copper with verdigris", "patina", []),
        ("cracked white porcelain", "porcelain", ["paint crack"]),
        ("denim with red patches", "denim", ["denim patch"]),
        ("gold and black marble", "gold", ["black_marble patch"]),
        ("red and black plastic", "plastic", []),
        ("a rusty wooden crate covered with snow", "oak", ["snow top", "rusty_metal cavity"]),
    ],
)
def test_one_material_lies_over_another(prompt: str, material: str, layers: list[str]) -> None:
    wording = read_prompt(prompt, PART)
    assert wording.coats[0].material.name == material
    assert [f"{x.coat.material.name} {x.placement}" for x in wording.layers] == layers
    assert not wording.notes


BLACK, WHITE, RED, BLUE, BROWN = (
    (0.05,) * 3,
    (0.95,) * 3,
    (0.8, 0.08, 0.1),
    (0.1, 0.3, 0.75),
    (0.4, 0.25, 0.15),
)


@pytest.mark.parametrize(
    ("prompt", "material", "ground", "feature"),
    [
        ("tiger fur with black stripes", "tiger", None, BLACK),
        ("black tiger stripes", "tiger", None, BLACK),
        ("tiger, stripes", "tiger", None, None),
        ("brown plastic with brass studs", "plastic", BROWN, None),
        ("red dots on white", "dots", WHITE, RED),
        ("white marble with gold veins", "marble", None, (0.89, 0.69, 0.29)),
        ("white fabric with red polka dots", "fabric", WHITE, RED),
        ("blue and white striped cotton", "cotton", BLUE, WHITE),
        ("red brick with white mortar", "brick", None, WHITE),
        ("black stripes on orange fur", "fur", (0.93, 0.48, 0.1), BLACK),
        ("dog with black stripes", "fur", None, BLACK),
    ],
)
def test_the_colour_of_a_feature_leaves_the_ground_alone(
    prompt: str, material: str, ground: tuple | None, feature: tuple | None
) -> None:
    coat = read_prompt(prompt, PART).coats[0]
    assert coat.material.name == material
    assert len(coat.colours) == (ground is not None)
    if ground is not None:
        np.testing.assert_allclose(coat.colours[0], ground, atol=0.08)
    assert (coat.accent is None) == (feature is None)
    if feature is not None:
        np.testing.assert_allclose(coat.accent.rgb, feature, atol=0.08)


def test_features_are_combined_or_said_to_be_missing() -> None:
    two = read_prompt("blue and white stripes", PART).coats[0]
    assert two.material.name == "stripes"
    np.testing.assert_allclose(two.colours, (BLUE, WHITE), atol=0.08)
    assert read_prompt("white marble with gold veins", PART).coats[0].accent.metallic
    notes = read_prompt("brown leather with brass studs", PART).notes
    assert len(notes) == 1
    assert "brass stud" in notes[0]
    assert read_prompt("worn steel", PART).wear > 1 > read_prompt("pristine steel", PART).wear
    assert read_prompt("glossy wood", PART).gloss < 0 < read_prompt("matte wood", PART).gloss
