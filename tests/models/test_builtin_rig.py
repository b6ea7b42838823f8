"""The built-in rig: where the bones of figures made here lie, and what their weights must be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh
from pocket3d_server.models.builtin_rig import Rig, rig_mesh
from pocket3d_server.models.builtin_rig.body import Pose, body_model
from pocket3d_server.models.builtin_rig.body_fit import Fit
from pocket3d_server.models.builtin_rig.bones import Bone, Plan
from pocket3d_server.models.builtin_rig.evening import MOST_STRETCH, evened
from pocket3d_server.models.builtin_rig.extremities import Branch
from pocket3d_server.models.builtin_rig.hands import with_hands
from pocket3d_server.models.builtin_rig.marks import Marks
from pocket3d_server.models.rigging.bone_names import NO_MIXAMO, renamed
from pocket3d_server.models.rigging.welded_mesh import WeldedMesh, welded
from pocket3d_server.models.unirig.anatomy import named
from pocket3d_server.runners.deliver import LEAST_CONFIDENCE
from rig_figures import (
    Capsules,
    Mesh,
    bird,
    blend,
    dog,
    plain_dog,
    proper,
    rigged_man,
    skirted,
    trunk,
    where,
    worm,
)


@pytest.fixture(scope="module")
def man() -> tuple[Mesh, Rig]:
    return rigged_man()


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


def test_a_skirt_goes_with_the_legs_under_it() -> None:
    (vertices, faces), first = skirted()
    rig = rig_mesh(vertices, faces, "humanoid")
    assert rig.weights is not None
    share = dict(zip(rig.skeleton.names, rig.weights[first:].T, strict=True))
    x, y, z = vertices[first:].T
    low, front = (y < 0.72) & (y > 0.55), z > 0.1
    before_left = share["thigh.L"][low & front & (np.abs(x - 0.12) < 0.05)]
    assert before_left.mean() > 0.8  # or the knee would come through
    assert before_left.min() > 0.6
    between = share["thigh.L"][low & (np.abs(x) < 0.01)]
    assert np.abs(between - 0.5).max() < 0.15
    assert share["hips"][y > 0.97].mean() > 0.7
    assert share["shin.L"][(y < 0.4) & (x > 0.1)].mean() > 0.3
    assert max(share[f"hand{s}"].max() for s in (".L", ".R")) < 0.02


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


def test_a_person_that_faces_away_is_rigged_as_it_faces(man: tuple[Mesh, Rig]) -> None:
    vertices, faces = man[0]
    rig = rig_mesh(vertices * [-1, 1, -1], faces, "humanoid", include_weights=False)
    at = where(rig)
    assert at["upper_arm.L"][0] < 0
    assert at["toe.L"][2] < at["foot.L"][2]
    assert any("-Z" in note for note in rig.notes)


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


WINGS: Capsules = [
    c for s in (1, -1)
    for c in (((s * 0.08, 0.6, 0.15), (s * 0.5, 0.95, 0.05), 0.03), ((s * 0.5, 0.95, 0.05), (s * 0.85, 0.75, -0.2), 0.03))
]  # fmt: skip
NOSE: Capsules = [((0, 0.77, 0.72), (0, 0.5, 0.82), 0.035), ((0, 0.5, 0.82), (0, 0.2, 0.84), 0.03)]


@pytest.mark.parametrize(
    ("more", "name", "parent", "tip"),
    [(WINGS, "wing", "chest", (0.85, 0.75, -0.2)), (NOSE, "trunk", "head", (0, 0.2, 0.84))],
)
def test_wings_and_trunks_get_chains(more: Capsules, name: str, parent: str, tip: tuple[float, ...]) -> None:
    names, parents, _, tails = (
        (s := rig_mesh(*dog(more), None, include_weights=False).skeleton).names, s.parents, s.heads, s.tails
    )  # fmt: skip
    side = ".L" if name == "wing" else ""
    chain = [k for k, n in enumerate(names) if n.startswith(name) and n.endswith(side)]
    assert len(chain) >= 2
    assert names[parents[chain[0]]] == parent
    assert np.linalg.norm(tails[chain[-1]] - tip) < 0.12
    assert not any(n.startswith(("wing", "trunk", "ear")) for n in plain_dog().skeleton.names)


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


def test_without_a_type_the_shape_chooses(man: tuple[Mesh, Rig]) -> None:
    animal = plain_dog()
    assert "front_thigh.L" in animal.skeleton.names
    assert "DEF-spine.003" in renamed(animal.skeleton, "rigify")[0].names  # the tail's first
    assert renamed(animal.skeleton, "mixamo") == (animal.skeleton, [NO_MIXAMO])
    assert any("stands on four legs" in note for note in animal.notes)
    for rig in (animal, man[1]):  # what names the bones of other models agrees with what placed these
        bare = replace(rig.skeleton, names=[str(k) for k in range(len(rig.skeleton.names))])
        assert named(bare)[0].names == rig.skeleton.names
    assert len(rig_mesh(*man[0], None, include_weights=False).skeleton.names) == 21
    wished = rig_mesh(*dog(), "humanoid", include_weights=False)
    assert "upper_arm.L" in wished.skeleton.names
    assert any("quadruped fits it better" in note for note in wished.notes)
    assert wished.confidence < LEAST_CONFIDENCE


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
