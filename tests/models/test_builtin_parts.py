"""The parts engine on shapes whose parts are beyond doubt, and on meshes as they come."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import manifold3d
import numpy as np
import pytest
import trimesh
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.geometry.gltf_write import write_glb
from pocket3d_server.geometry.read import read_asset
from pocket3d_server.models.builtin_parts import BuiltinParts
from pocket3d_server.models.builtin_parts.names import name_parts
from pocket3d_server.models.builtin_parts.segment import segment
from pocket3d_server.models.engine import EngineError, EngineResult, SegmentRequest
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "bench" / "segmentation"


def rand_index(a: np.ndarray, b: np.ndarray) -> float:
    """Share of face pairs on which two labelings agree."""
    return float(((a[:, None] == a) == (b[:, None] == b)).mean())


def solid(*pieces: manifold3d.Manifold) -> tuple[np.ndarray, np.ndarray]:
    """Union of closed pieces as one welded surface."""
    mesh = manifold3d.Manifold.batch_boolean(list(pieces), manifold3d.OpType.Add).to_mesh()
    return np.asarray(mesh.vert_properties[:, :3], np.float64), np.asarray(mesh.tri_verts, np.int64)


def box(size: tuple[float, float, float], at: tuple[float, float, float]) -> manifold3d.Manifold:
    return manifold3d.Manifold.cube(size, True).translate(at)


def table() -> tuple[np.ndarray, np.ndarray]:
    legs = [box((0.1, 0.75, 0.1), (x, 0.375, z)) for x in (-0.8, 0.8) for z in (-0.4, 0.4)]
    return solid(box((1.8, 0.08, 1.0), (0, 0.77, 0)), *legs)


def dumbbell() -> tuple[np.ndarray, np.ndarray]:
    ball = manifold3d.Manifold.sphere(1.0, 48)
    bar = manifold3d.Manifold.cylinder(4.0, 0.3, 0.3, 32, True)
    return solid(ball.translate((0, 0, -2.2)), ball.translate((0, 0, 2.2)), bar)


def run(path: Path, **settings: object) -> EngineResult:
    stages: list[tuple[float, str]] = []
    result = BuiltinParts().run(
        SegmentRequest(mesh=path, **settings),  # type: ignore[arg-type]
        lambda fraction, stage: stages.append((fraction, stage)),
    )
    fractions = [fraction for fraction, _ in stages]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert all(stage == stage.lower() and " " not in stage for _, stage in stages)
    return result


def saved(path: Path, vertices: np.ndarray, faces: np.ndarray, name: str = "mesh") -> Path:
    write_glb(Asset([Part(name, [Primitive(vertices.astype(np.float32), faces, Material("m"))])]), path)
    return path


def test_dumbbell_is_two_balls_and_a_bar() -> None:
    vertices, faces = dumbbell()
    labels = segment(vertices, faces)
    assert labels.max() == 2
    z = vertices[faces].mean(axis=1)[:, 2]
    truth = np.where(z > 1.2, 0, np.where(z < -1.2, 1, 2))
    assert rand_index(labels, truth) > 0.97


def test_table_of_large_triangles_has_a_top_and_four_legs() -> None:
    vertices, faces = table()
    labels = segment(vertices, faces)
    assert labels.max() == 4
    below = vertices[faces][:, :, 1].max(axis=1) < 0.732 - 0.01
    assert len(set(labels[below])) == 4
    centres = vertices[faces].mean(axis=1)
    for leg in set(labels[below]):
        assert np.ptp(centres[below & (labels == leg)][:, [0, 2]], axis=0).max() < 0.11


def test_mug_is_a_body_and_a_handle() -> None:
    outer = manifold3d.Manifold.cylinder(2.0, 0.9, 1.0, 64)
    inner = manifold3d.Manifold.cylinder(2.0, 0.84, 0.94, 64).translate((0, 0, 0.08))
    ring = trimesh.creation.torus(0.55, 0.12, 48, 24)
    loop = manifold3d.Manifold(
        manifold3d.Mesh(np.asarray(ring.vertices, np.float32), np.asarray(ring.faces, np.uint32))
    )
    loop = loop.rotate((90, 0, 0)).translate((1.15, 0, 1.0))
    mug = (outer + loop) - inner
    mesh = mug.to_mesh()
    vertices, faces = np.asarray(mesh.vert_properties[:, :3], float), np.asarray(mesh.tri_verts)
    labels = segment(vertices, faces)
    middles = vertices[faces].mean(axis=1)
    out = np.linalg.norm(middles[:, :2], axis=1)
    handle, side = set(labels[out > 1.1]), set(labels[(middles[:, 2] > 0.3) & (middles[:, 0] < 0)])
    assert len(handle) == 1
    assert len(side) == 1  # inside and outside of the wall are one
    assert handle != side


def test_a_box_and_a_ball_are_one_part() -> None:
    for mesh in (trimesh.creation.box(), trimesh.creation.icosphere(3)):
        assert segment(mesh.vertices, mesh.faces).max() == 0


def test_the_same_input_gives_the_same_parts() -> None:
    vertices, faces = dumbbell()
    assert (segment(vertices, faces) == segment(vertices, faces)).all()


@pytest.mark.parametrize("change", ["order", "turn", "scale", "soup", "inside_out"])
def test_parts_hang_on_the_shape_alone(change: str) -> None:
    vertices, faces = dumbbell()
    rng = np.random.default_rng(3)
    before = segment(vertices, faces)
    order = np.arange(len(faces))
    if change == "order":
        order = rng.permutation(len(faces))
        faces = faces[order]
    elif change == "turn":
        vertices = Rotation.from_euler("xyz", (0.7, -0.4, 1.9)).apply(vertices)
    elif change == "scale":
        vertices = vertices * 1e-3 + 40.0
    elif change == "soup":
        vertices, faces = vertices[faces].reshape(-1, 3), np.arange(3 * len(faces)).reshape(-1, 3)
    else:
        faces = faces[:, ::-1]
    assert rand_index(segment(vertices, faces), before[order]) > 0.98


def test_both_sides_of_a_symmetric_shape_are_cut_alike() -> None:
    for vertices, faces in (dog(), plane()):
        labels = segment(vertices, faces)
        middles = vertices[faces].mean(axis=1)
        image = cKDTree(middles).query(middles * [-1, 1, 1])[1]
        assert rand_index(labels, labels[image]) > 0.97


def test_fine_parts_are_at_least_as_many_and_lie_within_coarse_ones() -> None:
    vertices, faces = dumbbell()
    coarse, fine = segment(vertices, faces), segment(vertices, faces, "fine")
    assert fine.max() >= coarse.max()
    apart = coarse[:, None] != coarse
    assert ((fine[:, None] == fine) & apart).mean() < 0.02


def test_heavy_meshes_are_divided_on_a_light_copy() -> None:
    vertices, faces = dumbbell()
    mesh = trimesh.Trimesh(vertices, faces, process=False)
    while len(mesh.faces) < 100_000:
        mesh = mesh.subdivide()
    labels = segment(mesh.vertices, mesh.faces)
    assert labels.shape == (len(mesh.faces),)
    z = mesh.triangles_center[:, 2]
    assert labels.max() == 2
    assert len({int(np.bincount(labels[m]).argmax()) for m in (z > 1.5, z < -1.5, np.abs(z) < 0.8)}) == 3
    assert all(np.bincount(labels[m]).max() > 0.99 * m.sum() for m in (z > 1.5, z < -1.5, np.abs(z) < 0.8))


def test_meshes_from_the_wild() -> None:
    rng = np.random.default_rng(1)
    loose = rng.random((900, 3)), np.arange(900).reshape(-1, 3)
    steps = np.stack(np.meshgrid(np.linspace(0, 1, 20), np.linspace(0, 1, 20)), -1).reshape(-1, 2)
    i = (np.arange(19)[:, None] * 20 + np.arange(19)).ravel()
    sheet = (
        np.column_stack([steps, np.zeros(400)]),
        np.concatenate([np.stack([i, i + 1, i + 21], 1), np.stack([i, i + 21, i + 20], 1)]),
    )
    fan = (
        np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1], [-1, 0, 0.0]]),
        np.array([[0, 1, 2], [0, 1, 3], [0, 1, 4]]),
    )
    body, body_faces = dumbbell()
    torn = body, body_faces[rng.random(len(body_faces)) < 0.7]
    half = body, body_faces[body[body_faces][:, :, 0].max(axis=1) < 0]
    doubled = body, np.concatenate([body_faces, body_faces[:, ::-1], body_faces[:90, [0, 2, 1]]])
    crowd = (
        np.concatenate([body * 0.1 + at for at in rng.random((4, 3))]),
        np.concatenate([body_faces + k * len(body) for k in range(4)]),
    )
    for vertices, faces in (
        *(loose, sheet, fan, (np.eye(3), np.array([[0, 1, 2]]))),
        *(torn, half, doubled, crowd),
    ):
        labels = segment(vertices, faces)
        assert labels.shape == (len(faces),)
        assert sorted(set(labels)) == list(range(labels.max() + 1))
    assert segment(*sheet).max() == 0


def test_faces_without_area_belong_to_a_part_too() -> None:
    vertices, faces = table()
    faces = np.concatenate([faces[:5], [[0, 0, 1], [2, 2, 2]], faces[5:]])
    labels = segment(vertices, faces)
    assert labels.min() == 0
    assert labels.max() == 4
    assert labels.shape == (len(faces),)


@pytest.mark.parametrize(
    ("vertices", "words"), [(np.full((3, 3), np.nan), "not finite"), (np.zeros((3, 3)), "zero area")]
)
def test_nothing_to_divide_is_said_clearly(vertices: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        segment(vertices, np.array([[0, 1, 2]]))


def test_engine_keeps_triangles_material_and_uvs(tmp_path: Path) -> None:
    vertices, faces = dumbbell()
    uv = np.random.default_rng(0).random((len(vertices), 2)).astype(np.float32)
    material = Material("paint", (0.2, 0.5, 0.1, 1.0), roughness=0.3)
    write_glb(
        Asset([Part("mesh", [Primitive(vertices.astype(np.float32), faces, material, uv)])]),
        tmp_path / "m.glb",
    )
    result = run(tmp_path / "m.glb")
    asset = result.asset
    assert [p.name for p in asset.parts] == ["part_1", "part_2", "part_3"]
    assert asset.face_count == len(faces)
    assert asset.face_parts is not None
    sent = read_asset(tmp_path / "m.glb")
    given, where = next(sent.primitives()), np.asarray(asset.face_parts)
    for k, part in enumerate(asset.parts):
        piece = part.primitives[0]
        assert piece.material.base_color == pytest.approx(material.base_color)
        assert np.array_equal(piece.vertices[piece.faces], given.vertices[given.faces[where == k]])
        assert piece.uv is not None
        assert given.uv is not None
        assert np.array_equal(piece.uv[piece.faces], given.uv[given.faces[where == k]])
    colours = [p.color for p in asset.parts]
    assert len(set(colours)) == 3
    assert [p["color"] for p in asset.extras["parts"]] == colours
    write_glb(asset, tmp_path / "out.glb")
    again = read_asset(tmp_path / "out.glb")
    assert [p.name for p in again.parts] == ["part_1", "part_2", "part_3"]


def test_min_part_size_is_kept(tmp_path: Path) -> None:
    vertices, faces = dumbbell()
    path = saved(tmp_path / "m.glb", vertices, faces)
    smallest = min(len(p.primitives[0].vertices) for p in run(path).asset.parts)
    parts = run(path, min_part_size=smallest + 1).asset.parts
    assert 1 <= len(parts) < 3
    assert all(sum(len(q.vertices) for q in p.primitives) > smallest for p in parts)
    assert len(run(path, min_part_size=10**6).asset.parts) == 1


def test_named_parts_of_the_file_are_kept(tmp_path: Path) -> None:
    parts = [
        Part("shade", [Primitive(*_shape(trimesh.creation.cone(0.5, 0.6)), Material("cloth"))]),
        Part("stand", [Primitive(*_shape(trimesh.creation.cylinder(0.05, 1.0)), Material("brass"))]),
    ]
    write_glb(Asset(parts), tmp_path / "lamp.glb")
    result = run(tmp_path / "lamp.glb", segmentation_level="semantic")
    assert [p.name for p in result.asset.parts] == ["shade", "stand"]
    assert result.source == "named_parts"
    sizes = [len(p.primitives[0].faces) for p in parts]
    assert np.array_equal(result.asset.face_parts, np.repeat([0, 1], sizes))
    assert not any("min_part_size" in note for note in result.notes)
    knob = Part("knob", [Primitive(*_shape(trimesh.creation.box([0.06] * 3)), Material("brass"))])
    write_glb(Asset([*parts, knob]), tmp_path / "lamp.glb")
    result = run(tmp_path / "lamp.glb", min_part_size=30)
    assert [p.name for p in result.asset.parts] == ["shade", "stand"]
    assert any("fewer than 30 vertices joined a neighbour" in note for note in result.notes)


def test_named_parts_that_all_become_one_are_the_whole(tmp_path: Path) -> None:
    parts = [
        Part("shade", [Primitive(*_shape(trimesh.creation.cone(0.5, 0.6)), Material("cloth"))]),
        Part("stand", [Primitive(*_shape(trimesh.creation.cylinder(0.05, 1.0)), Material("brass"))]),
    ]
    write_glb(Asset(parts), tmp_path / "lamp.glb")
    count = read_asset(tmp_path / "lamp.glb").vertex_count
    for least in (count - 1, 10**6):
        result = run(tmp_path / "lamp.glb", min_part_size=least)
        assert [(p.name, p.label) for p in result.asset.parts] == [("whole", "Whole")]
        assert any(f"min_part_size {least}" in note for note in result.notes)
        assert result.confidence < 0.5


def _shape(mesh: trimesh.Trimesh) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(mesh.vertices, np.float32), np.asarray(mesh.faces)


def test_semantic_names_a_table_and_a_chair(tmp_path: Path) -> None:
    names = {
        p.name for p in run(saved(tmp_path / "t.glb", *table()), segmentation_level="semantic").asset.parts
    }
    assert names == {"top", *(f"leg_{a}_{b}" for a in ("front", "rear") for b in ("left", "right"))}
    legs = [box((0.05, 0.45, 0.05), (x, 0.225, z)) for x in (-0.2, 0.2) for z in (-0.2, 0.2)]
    chair = solid(box((0.5, 0.05, 0.5), (0, 0.46, 0)), box((0.46, 0.5, 0.04), (0, 0.72, -0.22)), *legs)
    result = run(saved(tmp_path / "c.glb", *chair), segmentation_level="semantic").asset
    assert {"seat", "backrest"} <= {p.name for p in result.parts}
    front_left = (
        next(p for p in result.parts if p.name == "leg_front_left").primitives[0].vertices.mean(axis=0)
    )
    assert front_left[0] > 0
    assert front_left[2] > 0


def ball(size: tuple[float, float, float], at: tuple[float, float, float]) -> manifold3d.Manifold:
    return manifold3d.Manifold.sphere(1.0, 40).scale(size).translate(at)


def post(height: float, foot: float, top: float, at: tuple[float, float, float]) -> manifold3d.Manifold:
    return manifold3d.Manifold.cylinder(height, foot, top, 32).rotate((-90, 0, 0)).translate(at)


def car() -> tuple[np.ndarray, np.ndarray]:
    wheel = manifold3d.Manifold.cylinder(0.2, 0.33, 0.33, 32, True).rotate((0, 90, 0))
    wheels = [wheel.translate((x, 0.33, z)) for x in (-0.78, 0.78) for z in (-1.3, 1.3)]
    return solid(box((1.5, 0.5, 4.2), (0, 0.6, 0)), box((1.3, 0.5, 2.0), (0, 1.1, -0.2)), *wheels)


def plane() -> tuple[np.ndarray, np.ndarray]:
    tail = box((3.4, 0.1, 0.8), (0, 1.6, -4.2)), box((0.1, 1.6, 0.9), (0, 2.4, -4.2))
    return solid(ball((0.6, 0.6, 5), (0, 1.5, 0)), box((10, 0.12, 1.4), (0, 1.5, 0.3)), *tail)


def dog() -> tuple[np.ndarray, np.ndarray]:
    legs = [post(0.55, 0.06, 0.08, (x, 0, z)) for x in (-0.13, 0.13) for z in (-0.35, 0.35)]
    tail = manifold3d.Manifold.cylinder(0.4, 0.045, 0.03, 16).rotate((145, 0, 0)).translate((0, 0.72, -0.5))
    head = ball((0.15, 0.16, 0.22), (0, 1.02, 0.7))
    return solid(
        ball((0.2, 0.2, 0.5), (0, 0.65, 0)), ball((0.13, 0.13, 0.3), (0, 0.85, 0.48)), head, tail, *legs
    )


def pot_plant() -> tuple[np.ndarray, np.ndarray]:
    blade = ball((0.25, 0.012, 0.1), (0.28, 0, 0)).rotate((0, 0, 35))
    leaves = [blade.rotate((0, 75 * k, 0)).translate((0, 0.35 + 0.09 * k, 0)) for k in range(5)]
    return solid(post(0.3, 0.15, 0.2, (0, 0, 0)), post(0.7, 0.02, 0.015, (0, 0.28, 0)), *leaves)


def mushroom() -> tuple[np.ndarray, np.ndarray]:
    cap = ball((0.45, 0.35, 0.45), (0, 0.6, 0)) ^ box((2, 1, 2), (0, 1.1, 0))
    return solid(post(0.65, 0.12, 0.1, (0, 0, 0)), cap)


def oak() -> tuple[np.ndarray, np.ndarray]:
    """A trunk, and balls of leaves that overlap without being joined to one."""
    turns = np.arange(40) * 2.4
    heights = 1.1 + 0.03 * np.arange(40)
    leaves = [ball((0.35, 0.3, 0.35), (0.5 * np.cos(t), h, 0.5 * np.sin(t))) for t, h in zip(turns, heights)]
    pieces = [solid(m) for m in (post(1.2, 0.12, 0.09, (0, 0, 0)), *leaves)]
    starts = np.cumsum([0] + [len(v) for v, _ in pieces])
    faces = [f + k for (_, f), k in zip(pieces, starts, strict=False)]
    return np.concatenate([v for v, _ in pieces]), np.concatenate(faces)


def armchair() -> tuple[np.ndarray, np.ndarray]:
    arms = [box((0.18, 0.55, 0.85), (x, 0.4, 0)) for x in (-0.45, 0.45)]
    feet = [box((0.05, 0.1, 0.05), (x, 0.04, z)) for x in (-0.4, 0.4) for z in (-0.35, 0.35)]
    return solid(box((0.9, 0.35, 0.8), (0, 0.25, 0)), box((0.9, 0.7, 0.18), (0, 0.65, -0.4)), *arms, *feet)


@pytest.mark.parametrize(
    ("shape", "names"),
    [
        (car, "body cabin wheel_front_left wheel_front_right wheel_rear_left wheel_rear_right"),
        (plane, "fuselage wing_left wing_right tail_fin tailplane_left tailplane_right"),
        (dog, "body head leg_front_left leg_front_right leg_rear_left leg_rear_right tail"),
        (pot_plant, "pot stem leaves"),
        (mushroom, "stem cap"),
        (oak, "trunk crown"),
        (armchair, "seat backrest arm_left arm_right"),
    ],
)
def test_parts_of_known_things_have_their_names(
    shape: Callable[[], tuple[np.ndarray, np.ndarray]], names: str
) -> None:
    vertices, faces = shape()
    known = name_parts(vertices, faces, segment(vertices, faces))
    assert known is not None
    labels, found, _ = known
    assert set(names.split()) <= set(found)
    for k, name in enumerate(found):
        place = vertices[faces[labels == k]].mean(axis=(0, 1))
        assert ("left" not in name and "right" not in name) or (place[0] > 0) == ("left" in name)
        assert ("front" not in name and "rear" not in name) or (place[2] > 0) == ("front" in name)


def test_semantic_without_a_known_kind_gives_numbers_and_says_so(tmp_path: Path) -> None:
    result = run(saved(tmp_path / "d.glb", *dumbbell()), segmentation_level="semantic")
    assert [p.name for p in result.asset.parts] == ["part_1", "part_2", "part_3"]
    assert any("not recognised" in note for note in result.notes)


def test_unreadable_mesh_is_the_callers_error(tmp_path: Path) -> None:
    (tmp_path / "m.glb").write_bytes(b"nothing")
    with pytest.raises(EngineError) as error:
        run(tmp_path / "m.glb")
    assert error.value.suggestion


@pytest.mark.skipif(not SHARED.is_dir(), reason="the segmentation benchmark is not beside the checkout")
def test_agrees_with_people_on_clear_shapes() -> None:
    from tools.bench_segmentation import rand_error

    for name, most in (("teddy_161", 0.08), ("ant_081", 0.08), ("plier_203", 0.12), ("cup_023", 0.12)):
        data = np.load(SHARED / f"{name}.npz")
        labels = segment(data["vertices"], data["faces"])
        errors = [rand_error(labels, human) for human in data["human_labels"].astype(np.int64)]
        assert np.mean(errors) < most, name
