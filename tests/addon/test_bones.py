"""Bones get Blender's names, whoever named them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addon.core.meshes import bones, skeleton

KNOWN = {
    "LeftArm": "Arm.L",
    "RightForeArm": "ForeArm.R",
    "arm_l": "arm.L",
    "arm_r": "arm.R",
    "Arm.Left": "Arm.L",
    "mixamorig:LeftArm": "Arm.L",
    "mixamorig:RightHandIndex1": "HandIndex1.R",
    "mixamorig9:Hips": "Hips",
    "l_arm": "arm.L",
    "R_Hand": "Hand.R",
    "upper_arm.L": "upper_arm.L",
    "thigh.L.001": "thigh.001.L",
    "upperarm_l_01": "upperarm_01.L",
    "ArmL": "Arm.L",
    "handRight": "hand.R",
    "LEFT_LEG": "LEG.L",
    "Bip01 L Thigh": "Thigh.L",
    "J_Bip_L_UpperArm": "J_Bip_UpperArm.L",
    "lArm": "Arm.L",
    "left": "left",
    "lower_arm": "lower_arm",
    "Roll": "Roll",
    "spine": "spine",
    "tail.001": "tail.001",
    "Leftover": "Leftover",
    "branch_1_1": "branch_1_1",
    "root": "root",
    "Pelvis": "Pelvis",
    "HAIR": "HAIR",
    "SKULL": "SKULL",
    "ballTail": "ballTail",
}


@pytest.mark.parametrize(("given", "expected"), KNOWN.items())
def test_known_forms(given: str, expected: str) -> None:
    assert bones.blender_names([given]) == [expected]


def test_sides_stay_pairs_when_names_meet() -> None:
    names = bones.blender_names(["arm_l", "arm_r", "LeftArm", "RightArm", "Arm.Left", "Arm.Right"])
    assert names == ["arm.L", "arm.R", "Arm.001.L", "Arm.001.R", "Arm.002.L", "Arm.002.R"]


def test_a_prefix_goes_only_where_a_name_is_left() -> None:
    assert bones.blender_names(["mixamorig:Hips", "mixamorig:LeftLeg"]) == ["Hips", "Leg.L"]
    assert bones.blender_names(["rig"]) == ["rig"]


def test_names_that_were_asked_for_stay() -> None:
    given = [skeleton.BoneData("mixamorig:LeftLeg", -1, (0, 0, 0), (0, 0, 1), (0, 1, 0))]
    asked = {"request": {"parameters": {"bone_names": "mixamo"}}}
    assert [b.name for b in bones.for_blender(given, asked)] == ["mixamorig:LeftLeg"]
    for extras in ({}, {"request": {"parameters": {"bone_names": "pocket3d"}}}):
        assert [b.name for b in bones.for_blender(given, extras)] == ["Leg.L"]


def test_a_name_of_spaces_is_none() -> None:
    assert bones.blender_names(["\u2003", " _.", "Hips\u2003"]) == ["bone", "bone.001", "Hips"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=80), max_size=12)
)
def test_names_are_unique_and_fit(names: list[str]) -> None:
    found = bones.blender_names(names)
    assert len(found) == len(names)
    assert len({n.lower() for n in found}) == len(found)
    assert all(n.strip() and len(n.encode()) <= 63 for n in found)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["arm", "Leg", "HandIndex1", "upper_arm", "wing.002"]), min_size=1, max_size=6)
)
def test_every_left_has_its_right(stems: list[str]) -> None:
    forms = [f"{stem}_{side}" for stem in stems for side in ("l", "r")]
    found = bones.blender_names(forms)
    lefts = [n for n in found if n.endswith(".L")]
    assert len(lefts) * 2 == len(found)
    assert all(re.sub(r"\.L$", ".R", n) in found for n in lefts)
