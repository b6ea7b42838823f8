"""The built-in rig: what a skeleton and its weights must be, on figures made here."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray
from pocket3d_server.geometry.asset import MAX_INFLUENCES, Asset, Material, Part, Primitive
from pocket3d_server.models.builtin_rig import BuiltinRig, Rig, rig_mesh
from pocket3d_server.models.builtin_rig.body import Fit, Pose, body_model
from pocket3d_server.models.builtin_rig.bone_count import to_count
from pocket3d_server.models.builtin_rig.bone_names import NO_MIXAMO, renamed, whole
from pocket3d_server.models.builtin_rig.bones import Bone, Plan
from pocket3d_server.models.builtin_rig.engine import BoneNames
from pocket3d_server.models.builtin_rig.evening import MOST_STRETCH, evened
from pocket3d_server.models.builtin_rig.extremities import Branch
from pocket3d_server.models.builtin_rig.hands import with_hands
from pocket3d_server.models.builtin_rig.marks import Marks
from pocket3d_server.models.builtin_rig.welded_mesh import WeldedMesh, welded
from pocket3d_server.models.engine import EngineError, RigRequest
from pocket3d_server.runners.deliver import LEAST_CONFIDENCE, rig_json

Floats = NDArray[np.float64]
Mesh = tuple[Floats, NDArray[np.int64]]


def proper(weights: Floats) -> bool:
    """Whether every row is a weighting that a file can hold."""
    return bool(
        np.isfinite(weights).all()
        and (weights >= 0).all()
        and np.allclose(weights.sum(axis=1), 1, atol=1e-5)
        and ((weights > 0).sum(axis=1) <= MAX_INFLUENCES).all()
    )


def blend(segments: list[tuple[tuple[float, ...], tuple[float, ...], float]], step: float = 0.022) -> Mesh:
    """One closed surface around capsules (start, end, radius)."""
    from skimage.measure import marching_cubes

    ends = np.array([p for a, b, _ in segments for p in (a, b)])
    low, high = ends.min(0) - 0.3, ends.max(0) + 0.3
    axes = [np.arange(lo, hi, step) for lo, hi in zip(low, high, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    field = np.full(grid.shape[:3], np.inf)
    for a, b, radius in segments:
        ab = np.subtract(b, a)
        t = np.clip((grid - a) @ ab / (ab @ ab), 0, 1)
        field = np.minimum(field, np.linalg.norm(grid - a - t[..., None] * ab, axis=-1) - radius)
    vertices, faces, _, _ = marching_cubes(field, 0, spacing=(step,) * 3)
    return vertices + low, faces.astype(np.int64)


Capsules = list[tuple[tuple[float, ...], tuple[float, ...], float]]


def person() -> Mesh:
    """A person of capsules, 1.7 m, arms half out, facing +Z."""
    arms: Capsules = []
    for s in (1, -1):
        arms += [
            ((s * 0.17, 1.36, 0), (s * 0.36, 1.16, 0), 0.05),
            ((s * 0.36, 1.16, 0), (s * 0.55, 0.97, 0.02), 0.042),
            ((s * 0.55, 0.97, 0.02), (s * 0.61, 0.9, 0.03), 0.035),
        ]
    return blend(trunk() + arms)


def trunk() -> Capsules:
    """A person without arms."""
    parts: Capsules = [
        ((0, 0.95, 0), (0, 1.3, 0), 0.13),
        ((-0.09, 1.3, 0), (0.09, 1.3, 0), 0.1),
        ((0, 1.4, 0), (0, 1.5, 0), 0.055),
        ((0, 1.57, 0.01), (0, 1.6, 0.01), 0.1),
    ]
    for s in (1, -1):
        parts += [
            ((s * 0.09, 0.9, 0), (s * 0.1, 0.5, 0), 0.08),
            ((s * 0.1, 0.5, 0), (s * 0.11, 0.1, 0), 0.055),
            ((s * 0.11, 0.05, 0.0), (s * 0.12, 0.04, 0.14), 0.04),
        ]
    return parts


def dog() -> Mesh:
    """A dog of capsules that looks to +Z."""
    parts: list[tuple[tuple[float, ...], tuple[float, ...], float]] = [
        ((0, 0.5, -0.35), (0, 0.52, 0.3), 0.13),
        ((0, 0.58, 0.35), (0, 0.75, 0.5), 0.075),
        ((0, 0.8, 0.52), (0, 0.77, 0.7), 0.075),
        ((0, 0.58, -0.45), (0, 0.75, -0.75), 0.028),
    ]
    for s in (1, -1):
        for z in (0.28, -0.36):
            parts += [
                ((s * 0.1, 0.42, z), (s * 0.11, 0.2, z - 0.03), 0.05),
                ((s * 0.11, 0.2, z - 0.03), (s * 0.11, 0.04, z), 0.035),
                ((s * 0.11, 0.035, z), (s * 0.11, 0.03, z + 0.06), 0.03),
            ]
    return blend(parts, 0.02)


def tube() -> Mesh:
    """A bent tube along half a circle."""
    turns = np.linspace(0, np.pi, 14)
    points = np.stack([np.cos(turns), np.sin(turns), np.zeros_like(turns)], axis=1)
    return blend([(tuple(a), tuple(b), 0.1) for a, b in itertools.pairwise(points)], 0.035)


@cache
def worm() -> Mesh:
    return tube()


@pytest.fixture(scope="module")
def man() -> tuple[Mesh, Rig]:
    mesh = person()
    return mesh, rig_mesh(*mesh, "humanoid")


def where(rig: Rig) -> dict[str, Floats]:
    return dict(zip(rig.skeleton.names, rig.skeleton.heads, strict=True))


def test_person_joints_are_where_they_belong(man: tuple[Mesh, Rig]) -> None:
    _, rig = man
    at = where(rig)
    near = {
        "upper_arm.L": (0.17, 1.36, 0), "forearm.L": (0.36, 1.16, 0), "hand.L": (0.55, 0.97, 0.02),
        "shin.L": (0.1, 0.5, 0), "foot.L": (0.11, 0.08, 0), "head": (0, 1.5, 0),
    }  # fmt: skip
    for name, place in near.items():
        assert np.linalg.norm(at[name] - place) < 0.11, (name, at[name], place)
    assert at["hips"][1] < at["spine"][1] < at["chest"][1] < at["neck"][1] < at["head"][1]
    assert at["thigh.L"][1] > at["shin.L"][1] > at["foot.L"][1] > at["toe.L"][1]
    assert at["toe.L"][2] > at["foot.L"][2]  # toes point to the front


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


def test_weights_are_proper_and_local(man: tuple[Mesh, Rig]) -> None:
    (vertices, _), rig = man
    assert rig.weights is not None
    assert rig.weights.shape == (len(vertices), 21)
    assert proper(rig.weights)
    left_arm = [rig.skeleton.names.index(n) for n in ("upper_arm.L", "forearm.L", "hand.L")]
    share = rig.weights[:, left_arm].sum(axis=1)
    assert share[vertices[:, 0] > 0.4].min() > 0.95  # the arm follows the arm
    assert share[(vertices[:, 0] < -0.05) | (vertices[:, 1] < 0.7)].max() < 0.02  # and nothing else does


@pytest.mark.parametrize("loose", [False, True])
def test_arms_that_touch_the_trunk_leave_it_alone(loose: bool) -> None:
    arms: Capsules = []
    for s in (1, -1):
        arms += [
            ((s * 0.17, 1.36, 0), (s * 0.175, 1.12, 0), 0.05),
            ((s * 0.175, 1.12, 0), (s * 0.17, 0.9, 0.02), 0.042),
            ((s * 0.17, 0.9, 0.02), (s * 0.17, 0.8, 0.03), 0.035),
        ]
    pieces = [blend(trunk()), blend(arms)] if loose else [blend(trunk() + arms)]
    vertices = np.concatenate([v for v, _ in pieces])
    rig = rig_mesh(vertices, np.concatenate([pieces[0][1]] + [f + len(pieces[0][0]) for _, f in pieces[1:]]))
    assert rig.weights is not None
    arm = [k for k, n in enumerate(rig.skeleton.names) if n.startswith(("upper_arm", "forearm", "hand"))]
    share = rig.weights[:, arm].sum(axis=1)
    x, y = np.abs(vertices[:, 0]), vertices[:, 1]
    inside = share[(x < 0.1) & (y > 0.9) & (y < 1.25)]
    assert inside.max() < 0.25
    assert inside.mean() < 0.01
    assert share[(x > 0.19) & (y < 1.25)].mean() > 0.8


def test_what_would_tear_is_evened() -> None:
    across, along = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-0.2, 0.2, 5), indexing="ij")
    vertices = np.stack([across.ravel(), along.ravel(), np.zeros(across.size)], axis=1)
    corner = (np.arange(40)[:, None] * 5 + np.arange(4)).ravel()
    faces = np.concatenate(
        [
            np.stack([corner, corner + 5, corner + 6], axis=1),
            np.stack([corner, corner + 6, corner + 1], axis=1),
        ]
    )
    bones = [Bone("a", None, np.array([-1.0, 0, 0]), np.array([0, 0.4, 0])),
             Bone("b", "a", np.array([0, 0.4, 0]), np.array([1.0, 0.4, 0]))]  # fmt: skip
    torn = np.stack([vertices[:, 0] <= 0, vertices[:, 0] > 0], axis=1).astype(np.float64)
    weights = evened(torn, welded(vertices, faces), Plan(bones, 1.0))
    assert np.allclose(weights.sum(axis=1), 1)
    row = weights[2::5, 1]
    assert (np.diff(row) > -1e-9).all()  # from one bone to the other
    assert np.diff(row).max() * 0.4 < 2 * MOST_STRETCH * 0.05  # a jump of one before
    assert row[0] == 0
    assert row[-1] == 1
    gentle = np.clip(0.5 + vertices[:, 0], 0, 1)
    kept = np.stack([1 - gentle, gentle], axis=1)
    assert evened(kept, welded(vertices, faces), Plan(bones, 1.0)) is kept


def test_symmetric_mesh_gets_a_symmetric_rig(man: tuple[Mesh, Rig]) -> None:
    at = where(man[1])
    for name, place in at.items():
        if name.endswith(".L"):
            assert np.linalg.norm(place * [-1, 1, 1] - at[name[:-2] + ".R"]) < 0.03, name


def test_the_same_mesh_gives_the_same_rig() -> None:
    mesh = worm()
    a, b = (rig_mesh(*mesh, "generic") for _ in range(2))
    assert np.array_equal(a.skeleton.heads, b.skeleton.heads)
    assert a.weights is not None
    assert b.weights is not None
    assert np.array_equal(a.weights, b.weights)


def test_a_person_that_faces_away_is_rigged_as_it_faces(man: tuple[Mesh, Rig]) -> None:
    vertices, faces = man[0]
    rig = rig_mesh(vertices * [-1, 1, -1], faces, "humanoid", include_weights=False)
    at = where(rig)
    assert at["upper_arm.L"][0] < 0
    assert at["toe.L"][2] < at["foot.L"][2]
    assert any("-Z" in note for note in rig.notes)


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


def test_skeleton_only() -> None:
    rig = rig_mesh(*worm(), "generic", include_weights=False)
    assert rig.weights is None
    assert len(rig.skeleton.names) >= 3


def test_bent_tube_gets_a_chain_along_its_middle() -> None:
    rig = rig_mesh(*worm(), "generic")
    heads = rig.skeleton.heads
    assert len(heads) >= 6
    assert np.abs(np.linalg.norm(heads[:, :2], axis=1) - 1).max() < 0.12  # on the circle it was bent along
    assert np.ptp(heads[:, 0]) > 1.2


def test_dog_has_its_head_in_front_and_its_tail_behind() -> None:
    mesh = dog()
    rig = rig_mesh(*mesh, "quadruped")
    at = where(rig)
    assert at["head"][2] > 0.4
    assert at["head"][1] > 0.6
    assert at["tail_2"][2] < -0.45
    assert at["front_shin.L"][2] > 0.1 > at["shin.L"][2]
    for name, place in at.items():  # as the dog is, both sides are alike
        twin = at.get(name[:-2] + ".R", place) if name.endswith(".L") else place
        assert np.abs(place * [-1, 1, 1] - twin).max() < 1e-3 or name.endswith(".R"), name
    assert at["thigh.L"][0] > 0
    assert rig.weights is not None
    assert proper(rig.weights)


def test_turned_dog_is_recognised() -> None:
    vertices, faces = dog()
    turned = vertices @ np.array([[0, 0, -1], [0, 1, 0], [1, 0, 0]])
    rig = rig_mesh(turned, faces, "quadruped", include_weights=False)
    at = where(rig)
    towards = at["head"] - at["hips"]
    assert abs(towards[0]) > 0.5
    assert abs(towards[2]) < 0.1
    nose = turned[vertices[:, 2].argmax()]
    assert np.sign(towards[0]) == np.sign(nose[0])


def test_what_is_no_person_falls_back_with_a_note() -> None:
    vertices, faces = worm()
    rig = rig_mesh(vertices, faces, "humanoid")
    assert rig.confidence <= 0.3
    assert "humanoid" in rig.notes[0]
    assert rig.weights is not None
    assert proper(rig.weights)


def test_loose_pieces_follow_the_body(man: tuple[Mesh, Rig]) -> None:
    vertices, faces = man[0]
    eye = trimesh.creation.icosphere(1, 0.02)
    at = np.array([0.04, 1.6, 0.1])
    both = np.concatenate([vertices, eye.vertices + at])
    rig = rig_mesh(both, np.concatenate([faces, eye.faces + len(vertices)]), "humanoid")
    assert rig.weights is not None
    assert proper(rig.weights)
    own = rig.weights[len(vertices) :]
    assert np.allclose(own, own[0], atol=1e-6)  # rigid
    assert own[0, rig.skeleton.names.index("head")] > 0.9


def test_open_and_non_manifold_meshes_are_rigged(man: tuple[Mesh, Rig]) -> None:
    vertices, faces = man[0]
    rng = np.random.default_rng(0)
    holes = faces[rng.random(len(faces)) > 0.05]
    fins = np.stack([faces[::200, 0], faces[::200, 1], faces[::200, 2][::-1]], axis=1)
    rig = rig_mesh(vertices, np.concatenate([holes, fins]), "humanoid")
    assert rig.weights is not None
    assert proper(rig.weights)
    assert np.linalg.norm(where(rig)["forearm.L"] - where(man[1])["forearm.L"]) < 0.08


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


def test_hands_settle_on_the_mesh() -> None:
    model = body_model()
    count, joints = model.surface_count, len(model.names)
    fingers = model.mean[count + joints :][: len(model.finger_names)]
    true = dict(zip(model.finger_names, fingers, strict=True))
    mesh = WeldedMesh(model.mean[:count], model.faces, np.arange(count))
    off = np.array([0.006, -0.008, 0.004])
    share = model.weights[:, model.index("hand.L")][:, None]
    places = {n: model.mean[count + model.index(n)] for n in ("hand.L", "hand.R")}
    places |= {n: p + off * n.endswith(".L") for n, p in true.items()} | {
        f"middle_end{s}": true["middle_3" + s] for s in (".L", ".R")
    }
    pose = Pose(np.zeros(len(model.basis)), np.eye(3)[None], np.zeros((joints, 2)), np.zeros(3), 1.0)
    fit = Fit(
        model, pose, places, mesh.vertices + share * off, mesh.vertex_normals(), 1.0, np.zeros(count), 1.0
    )
    tips = {f"hand{s}": Branch(true["middle_3" + s][None], np.zeros(1), 0.3) for s in (".L", ".R")}
    laid = with_hands(fit, *mesh.sample(20_000), Marks(tips, 1.0, 0.0, 0.0))
    for name in ("index_2.L", "pinky_1.L", "thumb_2.L"):
        assert np.linalg.norm(laid.joints[name] - true[name]) < 0.35 * np.linalg.norm(off)
    assert np.allclose(laid.joints["index_2.R"], true["index_2.R"], atol=5e-4)  # it lay well


@pytest.mark.parametrize(
    ("count", "kept"),
    [(1, {"hips"}), (2, {"hips", "spine"}), (3, {"hips", "spine", "head"}),
     (6, {"hips", "spine", "head", "upper_arm.L", "upper_arm.R"})],
)  # fmt: skip
def test_few_bones_are_the_trunk_then_the_roots_of_limbs(
    count: int, kept: set[str], man: tuple[Mesh, Rig]
) -> None:
    rig = rig_mesh(*man[0], "humanoid", bone_count=count)
    assert set(rig.skeleton.names) == kept
    assert rig.weights is not None
    assert proper(rig.weights)
    assert f"bone_count {count} is fewer than the 21 bones" in rig.notes[-1]


def test_many_bones_halve_limbs_and_never_the_hips(man: tuple[Mesh, Rig]) -> None:
    rig = rig_mesh(*man[0], "humanoid", bone_count=100, include_weights=False)
    added = {n for n in rig.skeleton.names if "_b" in n}
    assert len(rig.skeleton.names) == 100
    assert {"forearm_b2.L", "shin_b2.R"} <= added
    assert not any(n.startswith(("hips", "head", "thumb", "hand")) for n in added)
    assert "49 were added by halving" in rig.notes[-1]


def test_without_a_type_the_shape_chooses(man: tuple[Mesh, Rig]) -> None:
    animal = rig_mesh(*dog(), None, include_weights=False)
    assert "front_thigh.L" in animal.skeleton.names
    assert "DEF-spine.004" in renamed(animal.skeleton, "rigify")[0].names  # the tail's first
    assert renamed(animal.skeleton, "mixamo") == (animal.skeleton, [NO_MIXAMO])
    assert any("stands on four legs" in note for note in animal.notes)
    assert len(rig_mesh(*man[0], None, include_weights=False).skeleton.names) == 21
    wished = rig_mesh(*dog(), "humanoid", include_weights=False)
    assert "upper_arm.L" in wished.skeleton.names
    assert any("quadruped fits it better" in note for note in wished.notes)
    assert wished.confidence < LEAST_CONFIDENCE


def bird() -> Mesh:
    """A bird of capsules on two legs, its wings out."""
    parts: Capsules = [((0, 0.5, -0.2), (0, 0.6, 0.1), 0.13), ((0, 0.7, 0.18), (0, 0.85, 0.25), 0.06),
                       ((0, 0.85, 0.3), (0, 0.83, 0.42), 0.03), ((0, 0.5, -0.3), (0, 0.52, -0.65), 0.03)]  # fmt: skip
    for s in (1, -1):
        parts += [((s * 0.1, 0.6, 0), (s * 0.8, 0.72, -0.1), 0.035), ((s * 0.07, 0.4, 0), (s * 0.08, 0.05, 0), 0.03),
                  ((s * 0.08, 0.03, 0), (s * 0.08, 0.03, 0.12), 0.025)]  # fmt: skip
    return blend(parts, 0.025)


def test_a_bird_gets_chains_along_its_wings_and_tail() -> None:
    rig = rig_mesh(*bird(), None, include_weights=False)
    names, tails = rig.skeleton.names, rig.skeleton.tails
    assert not {"upper_arm.L", "front_thigh.L"} & set(names)
    for place in (
        (0.8, 0.72, -0.1),
        (-0.8, 0.72, -0.1),
        (0, 0.52, -0.65),
        (0, 0.83, 0.42),
        (0.08, 0.03, 0.12),
    ):
        assert np.linalg.norm(tails - place, axis=1).min() < 0.1
    pairs = [n for n in names if n.endswith(".L")]
    assert len(pairs) >= 3
    for n in pairs:
        left, right = (tails[names.index(n[:-2] + side)] for side in (".L", ".R"))
        assert np.linalg.norm(left * [-1, 1, 1] - right) < 0.02


def test_a_table_is_no_animal_and_a_cube_no_person() -> None:
    top = ((-0.4, 0.7, z / 10) for z in range(-6, 7))
    legs = [((x, 0.05, z), (x, 0.7, z), 0.05) for x in (-0.4, 0.4) for z in (-0.6, 0.6)]
    table = blend([(a, (0.4, *a[1:]), 0.06) for a in top] + legs, 0.035)
    box = trimesh.creation.box((1, 1, 1))
    for mesh in (table, (np.asarray(box.vertices), np.asarray(box.faces))):
        rig = rig_mesh(*mesh, None, include_weights=False)
        assert "upper_arm.L" not in rig.skeleton.names
        assert "front_thigh.L" not in rig.skeleton.names
        assert "generic rig" in rig.notes[-1]
        assert rig.confidence < LEAST_CONFIDENCE


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


BENCH = Path(__file__).parents[3] / "shared" / "bench" / "rigging"


@pytest.mark.skipif(not BENCH.is_dir(), reason="the rigging benchmark is not beside the checkout")
@pytest.mark.parametrize("name", ["body04_relaxed", "body02_step"])
def test_true_bodies_are_rigged_closely(name: str) -> None:
    with np.load(BENCH / f"{name}.npz") as data:
        vertices, joints = (
            data[k].astype(np.float64)[:, [0, 2, 1]] * [1, 1, -1] for k in ("vertices", "joints")
        )
        faces, names = data["faces"], data["names"].tolist()
    at = where(rig_mesh(vertices, faces, "humanoid", include_weights=False))
    errors = [np.linalg.norm(at[n] - j) for n, j in zip(names, joints, strict=True)]
    assert np.mean(errors) / np.ptp(vertices[:, 1]) < 0.012
