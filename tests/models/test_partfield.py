"""PartField: features of faces, the grouping of made-up features into parts, and the engine on a tiny checkpoint."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the models extra is not installed")

import partfield_release  # noqa: E402
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive  # noqa: E402
from pocket3d_server.geometry.gltf_write import write_glb  # noqa: E402
from pocket3d_server.geometry.shapes.primitives import box, sphere  # noqa: E402
from pocket3d_server.geometry.vectors import unit  # noqa: E402
from pocket3d_server.models.builtin_parts import names  # noqa: E402
from pocket3d_server.models.engine import EngineError, SegmentRequest  # noqa: E402
from pocket3d_server.models.partfield import clustering, field, numbers, pipeline  # noqa: E402
from pocket3d_server.models.partfield.engine import PartFieldEngine, PartFieldParameters  # noqa: E402
from pocket3d_server.models.partfield.network import PartField, Sizes  # noqa: E402
from pocket3d_server.models.partfield.pipeline import Wishes  # noqa: E402
from pocket3d_server.models.parts.face_graph import FaceGraph, face_graph  # noqa: E402
from pocket3d_server.models.parts.proxy import carried_back, working_copy  # noqa: E402
from pocket3d_server.models.weights import Weights  # noqa: E402

from tools.memory.counting import weight_bytes, with_overhead  # noqa: E402
from tools.memory.partfield import peak_bytes  # noqa: E402

LEGS = [(x, -0.45, z) for x in (-0.8, 0.8) for z in (-0.4, 0.4)]


def table() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices, faces, and the thing that each face belongs to: a top that touches none of its four legs."""
    things = [box(2.0, 0.1, 1.2, bevel=0.03), *(box(0.12, 0.7, 0.12, bevel=0.02) for _ in LEGS)]
    shifts = [(0.0, 0.0, 0.0), *LEGS]
    vertices = [np.asarray(thing.vertices) + shift for thing, shift in zip(things, shifts)]
    starts = np.cumsum([0, *map(len, vertices)])
    faces = [np.asarray(thing.faces) + start for thing, start in zip(things, starts)]
    return np.concatenate(vertices), np.concatenate(faces), np.repeat(np.arange(5), [len(f) for f in faces])


@pytest.fixture(scope="module")
def surface() -> FaceGraph:
    vertices, faces, things = table()
    return face_graph(vertices, faces, things)


def made_up(kinds: np.ndarray, noise: float = 0.3) -> np.ndarray:
    """Features (F, 16) that are alike within a kind."""
    random = np.random.default_rng(1)
    clean = random.normal(size=(int(kinds.max()) + 1, 16))[kinds]
    return unit(clean + noise * random.normal(size=clean.shape))


def parts(surface: FaceGraph, features: np.ndarray, **wishes: Any) -> np.ndarray:
    plain = Wishes(False, 1, None, 0, "nearest_pieces", "touching", 0)
    asked = Wishes(**{**vars(plain), **wishes})
    links = clustering.adjacency(surface.pairs, surface.centers, asked.bridges)
    tree = clustering.merge_tree(features, links)
    return pipeline.parts_of(tree, features, surface, surface, surface.faces, asked)


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two labelings divide alike."""
    return bool(np.array_equal(clustering.first_seen(a), clustering.first_seen(b)))


@torch.no_grad()
def test_features_of_faces_are_their_means() -> None:
    """Of tiny faces and of ones that cross the whole plane, against very many random points on each."""
    random = np.random.default_rng(0)
    triangles = np.concatenate(
        [
            random.uniform(-0.9, 0.9, (4, 1, 3)) + 0.01 * random.normal(size=(4, 3, 3)),
            random.uniform(-0.9, 0.9, (6, 3, 3)),
        ]
    )[random.permutation(10)]
    planes = torch.nn.functional.interpolate(
        torch.randn(3, 5, 8, 8, generator=torch.Generator().manual_seed(0)), size=(32, 32), mode="bicubic"
    )
    shares = random.dirichlet((1, 1, 1), (10, 40_000))
    points = torch.from_numpy(np.einsum("fpk,fkc->fpc", shares, triangles).astype(np.float32))
    truth = torch.stack([field.read_points(planes, some).mean(dim=0) for some in points]).numpy()
    means = field.face_means(planes, triangles)
    assert np.abs(means - truth).max() < 0.02
    assert np.abs(truth).max() > 0.5
    assert np.allclose(field.texels_of_faces(triangles, 32).sum(axis=1), 3, atol=1e-4)


def test_points_lie_evenly_on_the_surface(surface: FaceGraph) -> None:
    points = pipeline.sampled(surface, 5000, 3)
    top = points[:, 1] > -0.07
    area = np.bincount(surface.group, surface.areas)
    assert abs(top.mean() - area[0] / area.sum()) < 0.002
    assert np.array_equal(points, pipeline.sampled(surface, 5000, 3))
    middle, scale = pipeline.framed(surface)
    assert np.abs((points - middle) * scale).max() <= pipeline.REACH + 1e-9


@pytest.mark.parametrize("bridges", clustering.BRIDGES)
def test_parts_are_found_where_features_differ(surface: FaceGraph, bridges: str) -> None:
    """Their number too; what differs less is found when more parts are asked for, within the others."""
    halves = np.where(surface.group == 0, 5 + (surface.centers[:, 0] > 0), surface.group) - 1
    assert same(parts(surface, made_up(surface.group), bridges=bridges), surface.group)
    assert same(parts(surface, made_up(halves), bridges=bridges), halves)
    mixed = unit(6 * made_up(surface.group, 0.02) + made_up(halves, 0.02))
    assert same(parts(surface, mixed, bridges=bridges, parts=5), surface.group)
    assert same(parts(surface, mixed, bridges=bridges, parts=6), halves)
    fine = parts(surface, mixed, bridges=bridges, fine=True)
    assert fine.max() > 5
    owners = [np.unique(surface.group[fine == part]) for part in range(fine.max() + 1)]
    assert all(len(owner) == 1 for owner in owners)


def test_what_looks_alike_may_be_one_part(surface: FaceGraph) -> None:
    legs = np.minimum(surface.group, 1)
    assert same(parts(surface, made_up(legs), parts=2, grouping="alike"), legs)
    mixed = unit(3 * made_up(legs, 0.1) + made_up(surface.group, 0.1))
    assert same(parts(surface, mixed), surface.group)
    assert same(parts(surface, mixed, grouping="alike"), legs), "kinds are counted"
    assert numbers.kinds(np.eye(5)) == 5


def test_small_parts_join_the_one_most_like_them(surface: FaceGraph) -> None:
    """Too small to stay: the legs. The first is like the second by its features, though the top is nearer."""
    kinds = surface.group.copy()
    features = made_up(kinds, noise=0.05)
    features[kinds == 1] = unit(features[kinds == 1] + 2 * features[kinds == 2].mean(axis=0))
    leg = len(np.unique(surface.faces[kinds == 1]))
    merged = parts(surface, features, parts=5, least=leg + 1)
    assert same(merged == merged[kinds == 1][0], np.isin(kinds, (1, 2)))
    assert parts(surface, features, least=10**6).max() == 0
    few = parts(surface, features, parts=64)
    assert few.max() + 1 == 64


@pytest.mark.parametrize("count", [3, clustering.MANY + 1])
def test_any_number_of_pieces_is_bridged(count: int) -> None:
    """Also where they lie in one place."""
    centers = np.random.default_rng(0).random((count, 3))
    centers[1] = centers[0]
    links = clustering.adjacency(np.zeros((0, 2), np.int64), centers, "nearest_pieces")
    tree = clustering.merge_tree(unit(centers), links)
    assert np.array_equal(tree.labels(1), np.zeros(count))
    assert np.array_equal(tree.labels(count), np.arange(count))
    assert links.nnz >= 2 * (count - 1)


def test_a_heavy_mesh_of_very_many_pieces_is_lightened_quickly() -> None:
    """Leaves of a tree: a copy, and the way back to every leaf."""
    random = np.random.default_rng(0)
    leaf = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1]]) * 0.01
    vertices = (random.random((40_000, 1, 3)) + leaf).reshape(-1, 3)
    faces = np.array([[0, 1, 2], [0, 2, 3]]) + 4 * np.arange(40_000)[:, None, None]
    whole = face_graph(vertices, faces.reshape(-1, 3))
    begin = time.process_time()
    work = working_copy(whole)
    assert time.process_time() - begin < 2
    back = carried_back(np.arange(len(work.faces)), work, whole)
    apart = np.linalg.norm(work.centers[back] - whole.centers, axis=1)
    assert len(work.faces) < 30_000
    assert np.median(apart) < 0.02


@pytest.mark.parametrize("groups", [1, 2, 7, 80, 100])
def test_the_top_of_a_tree_divides_as_the_tree_does(groups: int) -> None:
    centers = np.random.default_rng(0).random((80, 3))
    links = clustering.adjacency(np.zeros((0, 2), np.int64), centers, "nearest_faces")
    tree = clustering.merge_tree(unit(centers), links)
    top, group = tree.top(groups)
    assert len(top.heights) == min(groups, 80) - 1
    for parts in range(1, min(groups, 80) + 1):
        assert np.array_equal(top.labels(parts)[group], tree.labels(parts))


def test_it_fits_a_gpu_of_4_gb() -> None:
    """With five times the usual number of points, counted on shapes; and it says so."""
    with torch.device("meta"):
        network = PartField(Sizes())
    network.set_precision(torch.float16)
    usual, most = (peak_bytes(network, count) for count in (100_000, 500_000))
    assert weight_bytes(network) < usual < 800e6
    assert with_overhead(most) < PartFieldEngine.spec.vram_mb * 2**20 < 4e9
    assert PartFieldParameters.model_fields["points"].metadata[1].le == 500_000


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """In this process, loaded."""
    partfield_release.write_release(tmp_path / "release")
    return loaded(tmp_path, monkeypatch)


def loaded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    from pocket3d_server.runners import deliver

    monkeypatch.setattr(deliver, "PREVIEW_SIZE", deliver.PREVIEW_SIZE)
    engine = partfield_release.TinyPartField()
    engine.weights = Weights(folder / "models")
    path = engine.weights.path(partfield_release.CHECKPOINT)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((folder / "release" / partfield_release.REPOSITORY / path.name).read_bytes())
    engine.load("cpu")
    return engine


def written(folder: Path, *names: str) -> Path:
    """The table as a file, in one node or in named ones."""
    vertices, faces, things = table()
    wood = Material.from_srgb("wood", (0.5, 0.3, 0.2))
    shares = [things == k for k in range(5)] if names else [things >= 0]
    nodes = [
        Part(name, [Primitive(vertices, faces[share], wood)])
        for name, share in zip(names or ("mesh",), shares)
    ]
    write_glb(Asset(nodes), folder / "table.glb")
    return folder / "table.glb"


FEW = {"points": 2000}


def asked(mesh: Path, **more: Any) -> SegmentRequest:
    return SegmentRequest(**{"mesh": mesh, "seed": 7, "parameters": FEW, "min_part_size": 8, **more})


def test_every_step_is_told_and_may_be_the_last(engine: Any, tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    mesh = written(tmp_path)
    first = engine.run(asked(mesh), lambda done, stage: told.append((done, stage)))
    fractions, stages = zip(*told)
    assert list(fractions) == sorted(fractions)
    assert fractions[-1] == 1.0
    steps = (
        "sampling_surface finding_features reading_features grouping_faces choosing_parts assembling_parts"
    )
    assert [stage for stage in dict.fromkeys(stages) if stage in steps] == steps.split()
    assert stages.count("finding_features") >= 4, "between the blocks of the network"
    again = engine.run(asked(mesh), lambda done, stage: None)
    assert np.array_equal(first.asset.face_parts, again.asset.face_parts)
    assert len(first.asset.face_parts) == len(table()[1])
    assert [part.name for part in first.asset.parts] == [
        f"part_{k + 1}" for k in range(len(first.asset.parts))
    ]
    assert len({part.color for part in first.asset.parts}) == len(first.asset.parts) > 1
    assert (first.source, any("without a GPU" in note for note in first.notes)) == ("network", True)
    for last in ("finding_features", "choosing_parts"):

        def stop(done: float, stage: str, last: str = last) -> None:
            if stage == last:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            engine.run(asked(mesh), stop)


def test_levels_numbers_and_names(engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = lambda done, stage: None  # noqa: E731
    mesh = written(tmp_path)
    coarse, fine = (engine.run(asked(mesh, segmentation_level=level), quiet) for level in ("coarse", "fine"))
    assert 1 < len(coarse.asset.parts) < len(fine.asset.parts) <= 24
    seven = engine.run(asked(mesh, parameters=FEW | {"parts": 7}), quiet)
    assert len(seven.asset.parts) == 7
    many = engine.run(asked(mesh, parameters=FEW | {"parts": 60}, min_part_size=30), quiet)
    assert any(f"{len(many.asset.parts)} parts instead of 60" in note for note in many.notes)
    whole = engine.run(asked(mesh, min_part_size=10**6), quiet)
    assert [part.name for part in whole.asset.parts] == ["whole"]
    monkeypatch.setattr(
        names, "name_parts", lambda vertices, faces, labels: (labels * 0, ["table"], "It is a table.")
    )
    semantic = engine.run(asked(mesh, segmentation_level="semantic"), quiet)
    assert [part.name for part in semantic.asset.parts] == ["table"]
    assert "It is a table." in semantic.notes
    monkeypatch.setattr(pipeline, "HEAVY", 100)
    assert len(engine.run(asked(mesh), quiet).asset.face_parts) == len(table()[1]), "by a working copy"

    named = written(tmp_path, "top", "leg_a", "leg_b", "leg_c", "leg_d")
    kept = engine.run(asked(named, segmentation_level="semantic"), quiet)
    assert {part.name for part in kept.asset.parts} == {"top", "leg_a", "leg_b", "leg_c", "leg_d"}
    assert kept.source == "named_parts"
    assert engine.run(asked(named), quiet).source == "network"


@pytest.mark.parametrize(
    ("trouble", "code", "says", "advises"),
    [
        ("flat", "INVALID_INPUT", "zero area", "has an area"),
        ("cut short", "MODEL_UNAVAILABLE", "did not arrive whole", "install it again"),
        ("another network", "MODEL_UNAVAILABLE", "does not fit PartField", "install it again"),
        ("no memory", "OUT_OF_MEMORY", "not enough free memory; test_partfield needs", "Close"),
        ("PyTorch for CPUs", "MODEL_UNAVAILABLE", "cannot use the GPU", "pytorch.org/get-started"),
    ],
)
def test_troubles_are_told_with_what_to_do(
    engine: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
    code: str,
    says: str,
    advises: str,
) -> None:
    file = engine.weights.path(partfield_release.CHECKPOINT)
    mesh, device = written(tmp_path), "cpu"

    def no_memory(*about: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    match trouble:
        case "flat":
            line = Primitive(
                np.arange(3)[:, None] * np.ones((1, 3), np.float32), np.array([[0, 1, 2]]), Material("m")
            )
            write_glb(Asset([Part("line", [line])]), mesh)
        case "cut short":
            file.write_bytes(file.read_bytes()[:-100])
        case "another network":
            torch.save({"state_dict": {"a": torch.ones(2)}}, file)
        case "no memory":
            monkeypatch.setattr(pipeline, "features_on_planes", no_memory)
        case _:
            device = "cuda:0"
    if trouble in ("cut short", "another network", "PyTorch for CPUs"):
        run = partial(engine.load, device)
    else:
        run = partial(engine.run, asked(mesh, min_part_size=1), lambda done, stage: None)
    with pytest.raises(EngineError) as raised:
        run()
    assert raised.value.code == code
    assert says in str(raised.value)
    assert advises in raised.value.suggestion


class Harmful:
    """Writes a file when it is unpickled in the usual way."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return open, (str(self.path), "w")


def test_what_lies_beside_the_weights_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = tmp_path / "mark"
    partfield_release.write_release(
        tmp_path / "release", callbacks={Harmful: Harmful(mark)}, loops=[Harmful(mark)]
    )
    engine = loaded(tmp_path, monkeypatch)
    assert not mark.exists()
    assert engine.run(asked(written(tmp_path)), lambda done, stage: None).asset.parts
    torch.load(engine.weights.path(partfield_release.CHECKPOINT), weights_only=False)
    assert mark.exists(), "the file would have done harm"


def test_its_licence_is_to_be_accepted_first() -> None:
    terms = PartFieldEngine.spec.licence_terms
    assert terms is not None
    assert terms.must_accept
    assert "Non-commercial use only" in terms.conditions


def test_planes_of_balls_differ() -> None:
    """The whole network at a tiny size sees where points lie."""
    network = PartField(partfield_release.tiny()).eval()
    ball = torch.from_numpy(np.asarray(sphere(0.5).vertices, np.float32))[None]
    with torch.no_grad():
        near, far = network(ball), network(ball + torch.tensor([0.3, 0, 0]))
    assert near.shape == (1, 3, 24, 32, 32)
    assert float((near - far).abs().max()) > 1e-3
