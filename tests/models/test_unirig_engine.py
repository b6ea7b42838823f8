"""UniRig as an engine, on a tiny release: what is asked for is done, every step told, what goes wrong said in words."""

from __future__ import annotations

import shutil
import weakref
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import unirig_release
from pocket3d_server.geometry.gltf_write import glb_bytes
from pocket3d_server.models import registry
from pocket3d_server.models.engine import EngineError, RigRequest
from pocket3d_server.models.neural import base
from pocket3d_server.models.weights import Weights

pytest.importorskip("torch", reason="the models extra is not installed")

from pocket3d_server.models.unirig import drawing, pipeline
from pocket3d_server.models.unirig.naming import OURS, with_names
from pocket3d_server.models.unirig.sampling import Shape
from pocket3d_server.models.unirig.tokenizer import Bones, Tokenizer


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tiny repository."""
    folder = tmp_path_factory.mktemp("release")
    unirig_release.write_all(folder)
    return folder / unirig_release.REPOSITORY


@pytest.fixture
def engine(release: Path, tmp_path: Path) -> Any:
    """The model in this process, with files of its own, loaded."""
    engine = unirig_release.TinyUniRig()
    engine.weights = Weights(tmp_path / "models")
    for file in engine.spec.weights:
        engine.weights.path(file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(release / file.path, engine.weights.path(file))
    engine.load("cpu")
    return engine


def asked(tmp_path: Path, **settings: Any) -> RigRequest:
    path = tmp_path / "figure.glb"
    path.write_bytes(glb_bytes(unirig_release.figure()))
    return RigRequest(mesh=path, **{"seed": 7, "parameters": {"beams": 4}, **settings})


BOX = np.array([-0.5, -0.5, -1]), np.array([0.5, 0.5, 1])


def bones(joints: list[list[float]]) -> Bones:
    places = np.array(joints, np.float64)
    return Bones(places, places, list(range(-1, len(places) - 1)), [""] * len(places))


def quiet(done: float, stage: str) -> None:
    """Hears nothing."""


def test_every_step_is_told(engine: Any, tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    first = engine.run(asked(tmp_path), lambda done, stage: told.append((done, stage)))
    fractions, stages = zip(*told, strict=True)
    assert list(fractions) == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0, 1)
    assert list(dict.fromkeys(stages)) == [
        "reading_mesh",
        "sampling_surface",
        "loading_model",
        "reading_shape",
        "drawing_skeleton",
        "measuring_body",
        "drawing_weights",
        "transferring_weights",
        "finishing",
    ]
    assert stages.count("drawing_skeleton") > 3 * unirig_release.BONES

    same, other = [engine.run(asked(tmp_path, seed=seed), quiet) for seed in (7, 8)]
    heads = [made.asset.skeleton.heads for made in (first, same, other)]
    assert np.array_equal(heads[0], heads[1])
    assert heads[0].shape != heads[2].shape or not np.allclose(heads[0], heads[2])
    weights = [[p.weights for p in made.asset.primitives()] for made in (first, same)]
    assert all(np.array_equal(a, b) for a, b in zip(*weights, strict=True))


@pytest.mark.parametrize("last", ["drawing_skeleton", "measuring_body", "drawing_weights"])
def test_any_step_may_be_the_last(engine: Any, tmp_path: Path, last: str) -> None:
    def stop(done: float, stage: str) -> None:
        if stage == last:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.run(asked(tmp_path), stop)


def test_the_rig_is_the_users_own_mesh(engine: Any, tmp_path: Path) -> None:
    made = engine.run(asked(tmp_path), quiet)
    sent = unirig_release.figure()
    assert [part.name for part in made.asset.parts] == [part.name for part in sent.parts]
    bones = len(made.asset.skeleton.names)
    for back, given in zip(made.asset.primitives(), sent.primitives(), strict=True):
        np.testing.assert_allclose(back.vertices, given.vertices, atol=1e-6)
        np.testing.assert_array_equal(back.faces, given.faces)
        assert back.weights.shape == (len(given.vertices), bones)
        np.testing.assert_allclose(back.weights.sum(axis=1), 1, atol=1e-6)
        assert (back.weights > 0).sum(axis=1).max() <= 4
    skeleton = made.asset.skeleton
    assert all(parent < k for k, parent in enumerate(skeleton.parents))
    assert (np.abs(skeleton.heads - [0, 1, 0]) <= 1.1).all(), "where the mesh is, not where the model thinks"
    assert (np.linalg.norm(skeleton.tails - skeleton.heads, axis=1) > 0).all()
    assert made.source == "network"


@pytest.mark.parametrize("keep", [False, True])
def test_one_network_at_a_time_unless_there_is_room(engine: Any, tmp_path: Path, keep: bool) -> None:
    made: list[weakref.ref[Any]] = []
    there: list[int] = []

    def watched(make: Any) -> Any:
        there.append(sum(network() is not None for network in made))
        network = make()
        made.append(weakref.ref(network))
        return network

    parts = engine._parts
    engine._parts = replace(
        parts,
        keep=keep,
        make_skeleton=lambda: watched(parts.make_skeleton),
        make_skin=lambda: watched(parts.make_skin),
    )
    engine.run(asked(tmp_path), quiet)
    engine.run(asked(tmp_path), quiet)
    assert there == ([0, 1] if keep else [0, 0, 0, 0])


def test_what_is_asked_for(engine: Any, tmp_path: Path) -> None:
    plain = engine.run(asked(tmp_path, include_weights=False), quiet)
    assert all(p.weights is None for p in plain.asset.primitives())
    found = len(plain.asset.skeleton.names)
    fewer = engine.run(asked(tmp_path, bone_count=5), quiet)
    assert len(fewer.asset.skeleton.names) == 5
    assert all(p.weights.shape[1] == 5 for p in fewer.asset.primitives())
    assert any(f"fewer than the {found} bones" in note for note in fewer.notes)
    more = engine.run(asked(tmp_path, bone_count=found + 3, include_weights=False), quiet)
    assert len(more.asset.skeleton.names) == found + 3
    assert not any("recognised" in note for note in plain.notes), "nothing was said of what it is"
    person = engine.run(asked(tmp_path, character_type="humanoid", include_weights=False), quiet)
    assert "No person was recognised in the skeleton, so its bones have numbers for names." in person.notes
    assert person.confidence < plain.confidence
    named = {"beams": 1, "bone_names": "mixamo", "rig_class": "vroid"}
    other = engine.run(asked(tmp_path, parameters=named, include_weights=False), quiet)
    assert any("Mixamo has no names" in note for note in other.notes)


def test_a_root_that_branches_points_up() -> None:
    """Half as far as its limbs reach, wherever it lies; and what the model drew twice in one place gets a length."""
    joints = np.array([[0.5, 0, -0.5], [0.5, 0, 0], [0.5, 0, -0.7], [0.5, 0, -0.7]])
    tokens = Tokenizer().encode(joints, [-1, 0, 0, 2])
    shape = Shape(joints, np.array([[0, 1, 2]]), np.array([0.0, 1, 0]), 2.0, False)
    skeleton = pipeline._skeleton(Tokenizer().decode(tokens), shape)
    reach = np.linalg.norm(skeleton.heads[1:3] - skeleton.heads[0], axis=1).mean()
    np.testing.assert_allclose(skeleton.tails[0], skeleton.heads[0] + [0, reach / 2, 0])
    np.testing.assert_allclose(skeleton.heads[0], [1, 0, 0], atol=0.02)
    assert (np.linalg.norm(skeleton.tails - skeleton.heads, axis=1) > 0.01).all()


def test_the_models_own_names_become_ours() -> None:
    body = ["J_Bip_C_Hips", "J_Bip_L_UpperArm", "J_Bip_R_Little3", "bone_3"]
    chain = unirig_release.skeleton(4)
    chain.names = body
    found, kind = with_names(chain, ("person", "animal"))
    assert (found.names, kind) == (["hips", "upper_arm.L", "pinky_3.R", "bone_3"], "person")
    assert with_names(chain, ())[0].names == ["root", "bone_1", "bone_2", "bone_3"]
    for maker in ("J_Bip", "mixamorig"):
        ours = [our for name, our in OURS.items() if name.startswith(maker)]
        assert len(set(ours)) == len(ours) == 52


@pytest.mark.parametrize(
    ("joints", "says"),
    [
        ([[0, 0, 0.0]], "only one bone"),
        ([[0, 0, 0], [0, 0, 0.01]], "in one place"),
        ([[0, 0, 0], [0, 0, 1.05]], ""),
        ([[0, 0, k / 300] for k in range(300)], "300 bones"),
    ],
)
def test_skeletons_that_cannot_be_used(joints: list[list[float]], says: str) -> None:
    found = drawing.useless(bones(joints), *BOX)
    assert says in found
    assert bool(says) == bool(found)


def test_a_few_joints_may_be_astray(engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a figure holds is no part of it; a skeleton beside it is taken only where nothing better comes."""
    assert drawing.share_astray(bones([[0, 0, 0], [0, 0, 0.5], [0, 0.9, 0]]), *BOX) == pytest.approx(1 / 3)
    assert drawing.share_astray(bones([[0, 0, 0], [0, 0.55, 1.05]]), *BOX) == 0
    shares = iter([0.5, 0.3, 0.4, 0.15])
    monkeypatch.setattr(drawing, "share_astray", lambda *given: next(shares))
    beside, sound = (engine.run(asked(tmp_path, include_weights=False), quiet) for _ in range(2))
    assert "30% of the joints lie far outside the mesh; another seed may do better." in beside.notes
    assert beside.confidence < sound.confidence


def test_it_draws_again_with_another_seed(
    engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds: list[int] = []
    write = drawing.write

    def first_without_end(*given: Any) -> list[int]:
        seeds.append(given[5])
        tokens = write(*given)
        return tokens[:-1] if len(seeds) == 1 else tokens

    monkeypatch.setattr(drawing, "write", first_without_end)
    made = engine.run(asked(tmp_path, include_weights=False), quiet)
    assert len(set(seeds)) == 2
    assert made.confidence == pytest.approx(0.64)


@pytest.mark.parametrize(
    ("trouble", "code", "says", "advises"),
    [
        ("no body", "INVALID_INPUT", "a rig needs a body", "a mesh with volume"),
        ("cut short", "MODEL_UNAVAILABLE", "damaged or did not arrive whole", "install it again"),
        ("another network", "MODEL_UNAVAILABLE", "does not fit SkinNet", "install it again"),
        ("nothing sound", "PROCESSING_FAILED", "in 3 attempts; of the last one, it did not", "builtin_rig"),
        ("GPU memory", "OUT_OF_MEMORY", "not enough free GPU memory; test_unirig needs", "Close"),
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
    import torch

    request = asked(tmp_path)
    skeleton, skin = (engine.weights.path(file) for file in engine.spec.weights)

    def no_memory(*given: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to")

    match trouble:
        case "no body":
            sliver = unirig_release.figure()
            for primitive in sliver.primitives():
                primitive.vertices = primitive.vertices * [0.0, 1.0, 0.0]
            request.mesh.write_bytes(glb_bytes(sliver))
        case "cut short":
            skeleton.write_bytes(skeleton.read_bytes()[:-100])
        case "another network":
            shutil.copy(skeleton, skin)
        case "nothing sound":
            monkeypatch.setattr(drawing, "write", lambda *given: [257, 266, 3, 4])
        case "GPU memory":
            monkeypatch.setattr(pipeline, "draw", no_memory)
    run = partial(engine.load, "cuda:0") if "CPUs" in trouble else partial(engine.run, request, quiet)
    with pytest.raises(EngineError, match=says) as raised:
        run()
    assert raised.value.code == code
    assert advises in raised.value.suggestion


def test_the_released_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name of the API; without PyTorch it says what to run."""
    found = registry.engines()["unirig"]
    assert found.spec.licence == "MIT"
    assert found.spec.licence_terms is None
    assert found.spec.vram_mb <= 8000
    assert {"beams", "bone_names", "rig_class"} == set(
        found.spec.parameters.model_json_schema()["properties"]
    )
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    missing = found.missing()
    assert missing
    assert missing.code == "EXTRA"
    assert "pip install" in missing.remedy
