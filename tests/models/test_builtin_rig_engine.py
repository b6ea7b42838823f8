"""The built-in rig's engine: what it reads and hands back, bone counts and bone names."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import trimesh
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.models.builtin_rig import BuiltinRig, Rig, rig_mesh
from pocket3d_server.models.engine import EngineError, RigRequest
from pocket3d_server.models.rigging.bone_count import to_count
from pocket3d_server.models.rigging.bone_names import renamed, whole
from pocket3d_server.models.rigging.finishing import finished
from pocket3d_server.models.rigging.settings import BoneNames
from pocket3d_server.models.rigging.welded_mesh import welded
from pocket3d_server.runners.deliver import rig_json
from rig_figures import Mesh, dog, proper, rigged_man, worm


@pytest.fixture(scope="module")
def man() -> tuple[Mesh, Rig]:
    return rigged_man()


def test_names_and_hierarchy_are_blenders(man: tuple[Mesh, Rig]) -> None:
    skeleton = man[1].skeleton
    assert len(skeleton.names) == 21
    assert len(set(skeleton.names)) == 21
    parent = {
        n: skeleton.names[p] if p >= 0 else None
        for n, p in zip(skeleton.names, skeleton.parents, strict=True)
    }
    assert parent["hips"] is None
    assert parent["forearm.R"] == "upper_arm.R"
    assert parent["upper_arm.R"] == "shoulder.R"
    assert all(p < k for k, p in enumerate(skeleton.parents))
    assert (np.linalg.norm(skeleton.tails - skeleton.heads, axis=1) > 1e-4).all()


def test_the_same_mesh_gives_the_same_rig() -> None:
    mesh = worm()
    a, b = (rig_mesh(*mesh, "generic") for _ in range(2))
    assert np.array_equal(a.skeleton.heads, b.skeleton.heads)
    assert a.weights is not None
    assert b.weights is not None
    assert np.array_equal(a.weights, b.weights)


@pytest.mark.parametrize("count", [9, 15, 41])
def test_bone_count_is_met(count: int, man: tuple[Mesh, Rig]) -> None:
    mesh = worm() if count == 9 else man[0]
    rig = rig_mesh(*mesh, "generic" if count == 9 else "humanoid", bone_count=count)
    assert abs(len(rig.skeleton.names) - count) <= 1
    assert rig.weights is not None
    assert proper(rig.weights)
    assert rig.weights.shape[1] == len(rig.skeleton.names)
    assert all(p < k for k, p in enumerate(rig.skeleton.parents))


@pytest.mark.parametrize(
    ("style", "some"),
    [("rigify", {"DEF-spine", "DEF-spine.002", "DEF-spine.006", "DEF-upper_arm.L", "DEF-toe.R"}),
     ("mixamo", {"mixamorig:Hips", "mixamorig:Spine1", "mixamorig:LeftArm", "mixamorig:RightToeBase"})],
)  # fmt: skip
def test_names_of_other_programs(style: BoneNames, some: set[str], man: tuple[Mesh, Rig]) -> None:
    (vertices, _), rig = man
    skeleton, weights = whole(rig.skeleton, rig.weights, vertices, style)
    assert some <= set(renamed(skeleton, style)[0].names)
    assert weights is not None
    assert proper(weights)
    many = to_count(skeleton, weights, vertices, 120)[0]
    names = renamed(many, style)[0].names
    assert len(set(names)) == 120
    assert all(n.startswith({"rigify": "DEF-", "mixamo": "mixamorig:"}[style]) for n in names)
    few = to_count(skeleton, weights, vertices, 3)[0]
    assert len(renamed(few, style)[0].names) == 3


SIDES = ("upper_arm", "forearm", "thigh", "shin", "front_thigh", "front_shin", "front_foot")
GENERATED = {
    *(f"DEF-{n}.{s}{half}" for n in (*SIDES, "foot") for s in "LR" for half in ("", ".001")),
    *(f"DEF-{n}.{s}" for n in ("shoulder", "hand", "toe", "front_toe") for s in "LR"),
    *("DEF-spine" + (f".{k:03d}" if k else "") for k in range(12)),
}
"""Deforming bones that Rigify 4.5 and 5.0 generate from the Basic Human and Basic Quadruped; only animals have two of a
foot."""


def test_rigify_has_a_deforming_bone_for_every_name(man: tuple[Mesh, Rig]) -> None:
    for mesh in (man[0], dog()):
        names = rig_mesh(*mesh, None, include_weights=False, bone_names="rigify").skeleton.names
        assert set(names) <= GENERATED
        assert {"DEF-spine.004", "DEF-thigh.L.001", "DEF-shin.R.001"} <= set(names)


def test_skeleton_only() -> None:
    rig = rig_mesh(*worm(), "generic", include_weights=False)
    assert rig.weights is None
    assert len(rig.skeleton.names) >= 3


def test_tiny_mesh_is_refused_with_advice() -> None:
    with pytest.raises(EngineError) as caught:
        rig_mesh(np.eye(3), np.array([[0, 1, 2]]), "generic")
    assert caught.value.suggestion


def test_a_box_gets_something() -> None:
    box = trimesh.creation.box((1, 1, 1)).subdivide().subdivide()
    rig = rig_mesh(np.asarray(box.vertices), np.asarray(box.faces), "generic")
    assert rig.weights is not None
    assert proper(rig.weights)
    assert len(rig.skeleton.names) >= 1


def test_seams_weld_and_order_stays() -> None:
    vertices, faces = worm()
    split, corners = vertices[faces].reshape(-1, 3), np.arange(faces.size).reshape(-1, 3)
    assert len(welded(split, corners).vertices) == len(welded(vertices, faces).vertices)
    rig = rig_mesh(split, corners, "generic")
    assert rig.weights is not None
    for corner in (0, 1234, 4321):
        same = np.flatnonzero((split == split[corner]).all(axis=1))
        assert np.allclose(rig.weights[same], rig.weights[corner])


def test_engine_hands_back_the_users_own_mesh(tmp_path: Path) -> None:
    vertices, faces = worm()
    path = tmp_path / "tube.obj"
    trimesh.Trimesh(vertices, faces, process=False).export(path)
    stages: list[float] = []
    result = BuiltinRig().run(
        RigRequest(mesh=path, character_type="generic", bone_count=None), lambda f, _: stages.append(f)
    )
    (primitive,) = result.asset.primitives()
    assert np.allclose(primitive.vertices, vertices, atol=1e-5)
    assert np.array_equal(primitive.faces, faces)
    assert result.asset.skeleton is not None
    assert primitive.weights is not None
    assert primitive.weights.shape == (len(vertices), len(result.asset.skeleton.names))
    assert stages == sorted(stages)
    assert stages[-1] == 1.0


def test_engine_explains_a_broken_file(tmp_path: Path) -> None:
    path = tmp_path / "broken.obj"
    path.write_text("v 0 0 0\n")
    with pytest.raises(EngineError):
        BuiltinRig().run(RigRequest(mesh=path, bone_count=None), lambda f, s: None)


def test_fingers_come_with_enough_bones(man: tuple[Mesh, Rig]) -> None:
    rig = rig_mesh(*man[0], "humanoid", bone_count=51, include_weights=False)
    assert {"thumb_1.L", "index_3.R", "pinky_2.L"} <= set(rig.skeleton.names)
    for style, name in (("rigify", "DEF-f_index.03.R"), ("mixamo", "mixamorig:RightHandIndex3")):
        assert name in renamed(rig.skeleton, cast(BoneNames, style))[0].names
    assert len(rig.skeleton.names) == 51


@pytest.mark.parametrize(
    ("count", "kept"),
    [(1, {"hips"}), (2, {"hips", "spine"}), (3, {"hips", "spine", "head"}),
     (6, {"hips", "spine", "head", "upper_arm.L", "upper_arm.R"})],
)  # fmt: skip
def test_few_bones_are_the_trunk_then_the_roots_of_limbs(
    count: int, kept: set[str], man: tuple[Mesh, Rig]
) -> None:
    (vertices, _), rig = man
    skeleton, weights, notes = finished(rig.skeleton, rig.weights, vertices, count, "pocket3d")
    assert set(skeleton.names) == kept
    assert weights is not None
    assert proper(weights)
    assert f"bone_count {count} is fewer than the 21 bones" in notes[-1]


def test_many_bones_halve_limbs_and_never_the_hips(man: tuple[Mesh, Rig]) -> None:
    rig = rig_mesh(*man[0], "humanoid", bone_count=100, include_weights=False)
    added = {n for n in rig.skeleton.names if "_b" in n}
    assert len(rig.skeleton.names) == 100
    assert {"forearm_b2.L", "shin_b2.R"} <= added
    assert not any(n.startswith(("hips", "head", "thumb", "hand")) for n in added)
    assert "49 were added by halving" in rig.notes[-1]


def test_engine_lets_the_shape_choose_only_without_a_wish(tmp_path: Path) -> None:
    path = tmp_path / "dog.obj"
    trimesh.Trimesh(*dog(), process=False).export(path)
    for wish, bone in (
        ({"parameters": {"bone_names": "rigify"}}, "DEF-front_thigh.L"),
        ({"character_type": "humanoid"}, "upper_arm.L"),
    ):
        request = RigRequest.model_validate({"mesh": path, "include_weights": False, **wish})
        skeleton = BuiltinRig().run(request, lambda f, s: None).asset.skeleton
        assert skeleton is not None
        assert bone in skeleton.names


def test_a_doubtful_rig_is_not_ready_for_animation(man: tuple[Mesh, Rig]) -> None:
    (vertices, faces), rig = man
    asset = Asset(
        [Part("man", [Primitive(vertices, faces, Material("m"), weights=rig.weights)])], rig.skeleton
    )
    assert rig_json(rig.skeleton, asset, 0.9)["animation_ready"] is True
    assert rig_json(rig.skeleton, asset, 0.25)["animation_ready"] is False
